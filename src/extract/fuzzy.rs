//! Text that may have been misread: how far two readings lie apart, and where a phrase stands in a line.
//!
//! Labels ([`crate::extract`]), phrases ([`crate::classify`]) and names are all compared here, in one folded alphabet: lower case,
//! accents off, letters and digits only. Spaces are left out, so that words that a reader split or joined still match; where words
//! begin and end is remembered beside the letters and only weighs in the cost. Substitutions that readers are known to make
//! (0 for O, 1 for l, rn for m) cost a fraction of an edit.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::rc::Rc;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One whole edit; costs are counted in hundredths so that ties are exact.
const EDIT: u16 = 100;
/// A match that begins or ends inside a word (`MemberName` for `Name`).
const INSIDE_WORD: u16 = 50;
/// The least that any difference costs: below it only the very letters will do.
const CHEAPEST: u16 = 10;
/// The least that a letter too many costs: as one of two that are taken for one.
const CHEAPEST_GAP: u16 = 15;
/// Letters of the folded alphabet: a to z, 0 to 9.
const ALPHABET: usize = 36;

/// Pairs that readers confuse, with the cost of taking one for the other.
const CONFUSED: &[(&str, u16)] = &[
    ("o0", 10),
    ("l1", 10),
    ("il", 15),
    ("i1", 15),
    ("5s", 15),
    ("8b", 25),
    ("2z", 20),
    ("6g", 35),
    ("6b", 35),
    ("9g", 35),
    ("9q", 30),
    ("gq", 35),
    ("0d", 40),
    ("od", 50),
    ("0q", 35),
    ("oq", 40),
    ("oc", 40),
    ("oe", 45),
    ("oa", 45),
    ("ec", 30),
    ("ea", 45),
    ("as", 60),
    ("es", 60),
    ("it", 45),
    ("lt", 45),
    ("1t", 45),
    ("ft", 40),
    ("fl", 55),
    ("fi", 55),
    ("ij", 35),
    ("1j", 45),
    ("lj", 45),
    ("uv", 35),
    ("vy", 45),
    ("vw", 45),
    ("hb", 40),
    ("hn", 35),
    ("nr", 50),
    ("nm", 45),
    ("nu", 40),
    ("pr", 60),
    ("ef", 50),
    ("eo", 45),
    ("kx", 55),
    ("71", 40),
    ("7t", 45),
    ("38", 40),
    ("56", 50),
    ("08", 50),
    ("49", 50),
    ("4a", 40),
    ("yg", 55),
    ("cg", 50),
    ("tr", 60),
];

/// Letters that readers take for two and the other way round.
const SPLIT: &[(&[u8; 2], u8, u16)] = &[
    (b"rn", b'm', 20),
    (b"in", b'm', 45),
    (b"nn", b'm', 50),
    (b"cl", b'd', 25),
    (b"ol", b'd', 45),
    (b"vv", b'w', 15),
    (b"uu", b'w', 40),
    (b"ii", b'u', 35),
    (b"li", b'u', 40),
    (b"ii", b'n', 40),
    (b"ri", b'n', 35),
    (b"rt", b'n', 45),
    (b"li", b'h', 35),
    (b"lt", b'h', 50),
    (b"lr", b'k', 45),
    (b"fi", b'h', 55),
    // The wave of an ñ and its first stem.
    (b"fi", b'n', 25),
    (b"lc", b'k', 35),
    (b"ti", b'n', 55),
    (b"lo", b'b', 40),
    (b"ij", b'y', 40),
];

/// What it costs to lose a letter or to see one that is not there. Thin letters are lost to dropouts, and made up from specks, more
/// often than others.
const fn gap_cost(letter: u8) -> u16 {
    match letter {
        b'i' | b'l' | b'1' | b'j' => 60,
        b't' | b'f' | b'r' => 80,
        _ => EDIT,
    }
}

/// [`gap_cost`] by rank.
const GAPS: [u16; ALPHABET] = {
    let mut gaps = [EDIT; ALPHABET];
    let mut at = 0;
    while at < ALPHABET {
        gaps[at] = gap_cost(if at < 26 { b'a' + at as u8 } else { b'0' + (at - 26) as u8 });
        at += 1;
    }
    gaps
};

/// Whether a letter is ever read as two.
const fn splits(letter: u8) -> bool {
    matches!(letter, b'm' | b'd' | b'w' | b'u' | b'n' | b'h' | b'k' | b'b' | b'y')
}

const fn rank_of(letter: u8) -> u8 {
    match letter {
        b'a'..=b'z' => letter - b'a',
        b'0'..=b'9' => letter - b'0' + 26,
        _ => 0,
    }
}

/// [`rank_of`] by byte.
static RANKS: [u8; 256] = {
    let mut ranks = [0; 256];
    let mut at = 0;
    while at < 256 {
        ranks[at] = rank_of(at as u8);
        at += 1;
    }
    ranks
};

#[inline]
fn rank(letter: u8) -> usize {
    usize::from(RANKS[usize::from(letter)])
}

/// What it costs to take one letter for another, by rank.
static SUBSTITUTION: [[u16; ALPHABET]; ALPHABET] = {
    let mut table = [[EDIT; ALPHABET]; ALPHABET];
    let mut at = 0;
    while at < ALPHABET {
        table[at][at] = 0;
        at += 1;
    }
    at = 0;
    while at < CONFUSED.len() {
        let (pair, cost) = CONFUSED[at];
        let pair = pair.as_bytes();
        let (a, b) = (rank_of(pair[0]) as usize, rank_of(pair[1]) as usize);
        if cost < table[a][b] {
            table[a][b] = cost;
            table[b][a] = cost;
        }
        at += 1;
    }
    table
};

/// For each two letters by rank, what it costs to take them for one, by its rank; 0 means that the pair is not taken for it.
static SPLITTING: [[[u8; ALPHABET]; ALPHABET]; ALPHABET] = {
    let mut table = [[[0; ALPHABET]; ALPHABET]; ALPHABET];
    let mut at = 0;
    while at < SPLIT.len() {
        let (two, one, cost) = SPLIT[at];
        table[rank_of(two[0]) as usize][rank_of(two[1]) as usize][rank_of(one) as usize] = cost as u8;
        at += 1;
    }
    table
};

/// Whether two letters, by rank, are ever taken for one.
static JOINS: [[bool; ALPHABET]; ALPHABET] = {
    let mut table = [[false; ALPHABET]; ALPHABET];
    let mut at = 0;
    while at < SPLIT.len() {
        let (two, ..) = SPLIT[at];
        table[rank_of(two[0]) as usize][rank_of(two[1]) as usize] = true;
        at += 1;
    }
    table
};

#[inline]
fn joins(first: u8, second: u8) -> bool {
    JOINS[rank(first)][rank(second)]
}

#[inline]
fn splitting(first: u8, second: u8, one: u8) -> Option<u16> {
    match SPLITTING[rank(first)][rank(second)][rank(one)] {
        0 => None,
        cost => Some(u16::from(cost)),
    }
}

/// Lower case, accents off, letters and digits only; a bar inside a word counts as the letter that it mostly is.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_word(text, |letter, _, _, _| out.push(char::from(letter)));
    out
}

/// Whether a text is one of some wordings, case, accents and punctuation aside.
pub fn is_one_of(wordings: &[String], text: &str) -> bool {
    let text = fold(text);
    wordings.iter().any(|wording| fold(wording) == text)
}

/// Calls `take(letter, byte offsets of its start and end in the text, whether a mark stood before it)`.
fn fold_word(text: &str, mut take: impl FnMut(u8, usize, usize, bool)) {
    let has_letters = text.chars().any(char::is_alphanumeric);
    let mut mark_before = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_ascii_alphanumeric() {
            take(c.to_ascii_lowercase().try_into().unwrap_or(b'x'), at, end, mark_before);
            mark_before = false;
            continue;
        }
        let folded = match c {
            '|' | '¦' if has_letters => Some(b'l'),
            '!' if has_letters && end < text.len() => Some(b'i'),
            '$' | '§' if has_letters => Some(b's'),
            '€' => Some(b'e'),
            '©' => Some(b'c'),
            'ø' | 'Ø' => Some(b'o'),
            'ł' | 'Ł' => Some(b'l'),
            _ => None,
        };
        if let Some(letter) = folded {
            take(letter, at, end, mark_before);
            mark_before = false;
            continue;
        }
        let mut letters = c.nfkd().filter(|c| !is_combining_mark(*c)).filter(char::is_ascii_alphanumeric).peekable();
        if letters.peek().is_none() {
            mark_before |= !is_combining_mark(c);
            continue;
        }
        for letter in letters {
            take(letter.to_ascii_lowercase().try_into().unwrap_or(b'x'), at, end, mark_before);
            mark_before = false;
        }
    }
}

/// Whether two readings of one text lie at most `limit` apart, in edits weighted by what readers confuse, a letter of the longer one: 0 for the
/// same letters, 1 for nothing in common; spaces, case, accents and punctuation do not count.
pub fn is_near(a: &str, b: &str, limit: f32) -> bool {
    folded_distance(&fold(a), &fold(b), limit).is_some()
}

/// The weighted edits between two readings, in whole edits and not divided by length.
pub fn ocr_edits(a: &str, b: &str) -> f32 {
    edit_cost(fold(a).as_bytes(), fold(b).as_bytes())
}

/// The weighted edits between two texts that [`fold`] has folded, in whole edits; `None` beyond `limit`.
pub fn folded_edits(a: &str, b: &str, limit: f32) -> Option<f32> {
    // Rounded up, so that the comparison below decides and not this one.
    let most = (limit * f32::from(EDIT)).ceil() as u32 + 1;
    let edits = cost_within(a.as_bytes(), b.as_bytes(), most)? as f32 / f32::from(EDIT);
    (edits <= limit).then_some(edits)
}

/// The distance of two texts that [`fold`] has folded, a letter of the longer one; `None` beyond `limit`.
pub fn folded_distance(a: &str, b: &str, limit: f32) -> Option<f32> {
    let longer = a.len().max(b.len()).max(1) as f32;
    // Rounded up, so that the comparison below decides and not this one.
    let most = (limit * longer * f32::from(EDIT)).ceil() as u32 + 1;
    let distance = cost_within(a.as_bytes(), b.as_bytes(), most)? as f32 / f32::from(EDIT) / longer;
    (distance <= limit).then_some(distance)
}

fn edit_cost(a: &[u8], b: &[u8]) -> f32 {
    cost_within(a, b, MOST).unwrap_or(MOST) as f32 / f32::from(EDIT)
}

/// For each letter, by rank, itself and those that it is ever taken for, alone or with a neighbour, as bits by rank.
static RELATED: [u64; ALPHABET] = {
    let mut table = [0; ALPHABET];
    let mut first = 0;
    while first < ALPHABET {
        let mut second = 0;
        while second < ALPHABET {
            if SUBSTITUTION[first][second] < EDIT {
                table[first] |= 1 << second;
            }
            let mut one = 0;
            while one < ALPHABET {
                if SPLITTING[first][second][one] > 0 {
                    table[first] |= 1 << one;
                    table[second] |= 1 << one;
                    table[one] |= 1 << first | 1 << second;
                }
                one += 1;
            }
            second += 1;
        }
        first += 1;
    }
    table
};

/// The least that the letters of `a` cost that nothing in `b` may be taken for: each is lost, or taken for another at no less.
fn unrelated_cost(a: &[u8], b: &[u8]) -> u32 {
    let related = b.iter().fold(0, |all, letter| all | RELATED[rank(*letter)]);
    a.iter().map(|letter| if related >> rank(*letter) & 1 == 1 { 0 } else { u32::from(GAPS[rank(*letter)]) }).sum()
}

/// More than any two texts are apart, and no overflow when a cost is added.
const BEYOND: u32 = u32::MAX / 2;
const MOST: u32 = BEYOND - 1;

/// Letters of a word, and of most labels: their costs stand on the stack.
const WORD: usize = 15;
const LABEL: usize = 63;

/// A row of costs: what has been reached within the limit stands in `start..end`, and around it nothing has.
struct CostRow<'a> {
    cells: &'a mut [u32],
    start: usize,
    end: usize,
}

impl CostRow<'_> {
    fn forget(&mut self) {
        self.cells[self.start..self.end].fill(BEYOND);
        (self.start, self.end) = (0, 0);
    }
}

/// The cheapest way from `a` to `b`, row by row, if it costs at most `most`. Only the cells that were reached within `most` lead on, and
/// nearly all texts that are compared are so far apart that after a few rows there are none.
fn cost_within(a: &[u8], b: &[u8], most: u32) -> Option<u32> {
    // Most words that are compared have hardly a letter in common.
    if a.len() <= WORD && b.len() <= WORD && (unrelated_cost(a, b) > most || unrelated_cost(b, a) > most) {
        return None;
    }
    match b.len() {
        letters if letters <= WORD => cost_in(&mut [BEYOND; 3 * (WORD + 1)], a, b, most.min(MOST)),
        letters if letters <= LABEL => cost_in(&mut [BEYOND; 3 * (LABEL + 1)], a, b, most.min(MOST)),
        letters => cost_in(&mut vec![BEYOND; 3 * (letters + 1)], a, b, most.min(MOST)),
    }
}

/// [`cost_within`] in three rows of cells that hold [`BEYOND`].
fn cost_in(cells: &mut [u32], a: &[u8], b: &[u8], most: u32) -> Option<u32> {
    let width = b.len() + 1;
    let (first, rest) = cells.split_at_mut(width);
    let (second, rest) = rest.split_at_mut(width);
    let third = &mut rest[..width];
    let row = |cells| CostRow { cells, start: 0, end: 0 };
    let (mut above, mut last, mut now) = (row(first), row(second), row(third));
    last.cells[0] = 0;
    last.end = 1;
    while last.end < width {
        let cost = last.cells[last.end - 1] + u32::from(GAPS[rank(b[last.end - 1])]);
        if cost > most {
            break;
        }
        last.cells[last.end] = cost;
        last.end += 1;
    }
    for (i, &letter) in a.iter().enumerate() {
        if last.start == last.end && above.start == above.end {
            return None;
        }
        now.forget();
        let own = rank(letter);
        let (gap, costs) = (u32::from(GAPS[own]), &SUBSTITUTION[own]);
        let before = i.checked_sub(1).map(|before| a[before]).filter(|before| joins(*before, letter));
        let letter_splits = splits(letter);
        // A step leads one row on, or two when two letters are one; the ends of what may be reached follow from the rows before.
        let from = if above.start == above.end { last.start } else { last.start.min(above.start + 1) };
        let from = if last.start == last.end { above.start + 1 } else { from };
        let sure = (last.end + 2).max(above.end + 1).min(width);
        now.start = width;
        let mut j = from;
        while j < width && (j < sure || now.cells[j - 1] < BEYOND) {
            let mut best = last.cells[j] + gap;
            if j > 0 {
                let other = b[j - 1];
                let rank = rank(other);
                best =
                    best.min(now.cells[j - 1] + u32::from(GAPS[rank])).min(last.cells[j - 1] + u32::from(costs[rank]));
                if let Some(before) = before
                    && let Some(step) = splitting(before, letter, other)
                {
                    best = best.min(above.cells[j - 1] + u32::from(step));
                }
                if letter_splits
                    && j > 1
                    && let Some(step) = splitting(b[j - 2], other, letter)
                {
                    best = best.min(last.cells[j - 2] + u32::from(step));
                }
            }
            if best <= most {
                now.cells[j] = best;
                now.start = now.start.min(j);
                now.end = j + 1;
            }
            j += 1;
        }
        now.start = now.start.min(now.end);
        std::mem::swap(&mut above, &mut last);
        std::mem::swap(&mut last, &mut now);
    }
    let cost = last.cells[b.len()];
    (cost <= most).then_some(cost)
}

/// Which triples of neighbouring letters occur: a cheap test before the alignment.
#[derive(Clone, Debug)]
pub(super) struct Triples([u64; CLASSES * CLASSES * CLASSES / 64]);

/// Letters that are easily taken for each other stand in one class, so that the test forgives most of what the alignment forgives.
const CLASSES: usize = 12;

fn class(letter: u8) -> usize {
    match letter {
        b'o' | b'0' | b'q' | b'd' => 0,
        b'c' | b'e' | b'a' => 1,
        b'l' | b'1' | b'i' | b'j' | b'7' => 2,
        b't' | b'f' => 3,
        b's' | b'5' => 4,
        b'g' | b'6' | b'9' => 5,
        b'b' | b'8' | b'3' => 6,
        b'n' | b'm' | b'r' | b'h' => 7,
        b'u' | b'v' | b'w' | b'y' => 8,
        b'k' | b'x' => 9,
        b'p' => 10,
        _ => 11,
    }
}

impl Default for Triples {
    fn default() -> Self {
        Self([0; CLASSES * CLASSES * CLASSES / 64])
    }
}

impl Triples {
    /// One more than the largest number of a triple.
    pub(super) const COUNT: usize = CLASSES * CLASSES * CLASSES;

    fn of(letters: &[u8]) -> Self {
        let mut triples = Self::default();
        for triple in letters.windows(3) {
            let (slot, bit) = slot_of(triple);
            if let Some(slot) = triples.0.get_mut(slot) {
                *slot |= bit;
            }
        }
        triples
    }

    /// The triples that occur, as numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(slot, &bits)| {
            let mut rest = bits;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(slot * 64 + bit)
            })
        })
    }

    /// The triples of two parts together.
    pub(super) fn or(&self, other: &Triples) -> Triples {
        let mut both = self.clone();
        for (slot, more) in both.0.iter_mut().zip(other.0) {
            *slot |= more;
        }
        both
    }

    /// Whether enough of the phrase's letter triples occur for an alignment to be worth its time.
    pub(super) fn may_hold(&self, phrase: &Phrase, max: f32) -> bool {
        self.seen(phrase) >= phrase.needed(max)
    }

    /// How many of the phrase's triples occur.
    pub(super) fn seen(&self, phrase: &Phrase) -> usize {
        phrase.triples.iter().filter(|(slot, bit)| self.0.get(*slot).is_some_and(|bits| bits & bit != 0)).count()
    }
}

/// The place of a triple's bit: classes to the power of three.
fn slot_of(triple: &[u8]) -> (usize, u64) {
    let at = triple.iter().fold(0, |at, letter| at * CLASSES + class(*letter));
    (at / 64, 1u64 << (at % 64))
}

/// A hash of the pack's own words, which nobody chooses to collide: a page asks for a thousand of them.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
        let (eights, rest) = bytes.as_chunks::<8>();
        let rest = rest.iter().fold(bytes.len() as u64, |word, byte| word << 8 | u64::from(*byte));
        for word in eights.iter().map(|eight| u64::from_le_bytes(*eight)).chain([rest]) {
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(SPREAD);
        }
    }

    fn finish(&self) -> u64 {
        // The table takes its places from the low bits and its tags from the high ones.
        self.0 ^ self.0 >> 32
    }
}

/// Letters up to which a phrase has too few triples to be tested by them.
const SHORT: usize = 6;

/// A phrase made ready to be looked for many times.
#[derive(Clone, Debug)]
pub struct Phrase {
    letters: Vec<u8>,
    /// Its number among the phrases of the pack that this thread has compiled; none for any other.
    number: Option<u32>,
    /// For each letter its rank and what it costs to lose it.
    ranks: Vec<(u8, u16)>,
    triples: Vec<(usize, u64)>,
    /// The halves of a short phrase, one of which must stand unharmed where it may be found.
    halves: Option<(String, String)>,
}

impl Phrase {
    pub fn new(text: &str) -> Self {
        let letters = fold(text).into_bytes();
        let mut triples: Vec<(usize, u64)> = letters.windows(3).map(slot_of).collect();
        triples.sort_unstable();
        triples.dedup();
        let halves = (2..=SHORT).contains(&letters.len()).then(|| {
            let (head, tail) = letters.split_at(letters.len() / 2);
            (String::from_utf8_lossy(head).into_owned(), String::from_utf8_lossy(tail).into_owned())
        });
        let ranks = letters.iter().map(|&letter| (RANKS[usize::from(letter)], GAPS[rank(letter)])).collect();
        Self { letters, number: None, ranks, triples, halves }
    }

    /// A phrase of the pack, compiled once in each thread that looks for it: packs hold thousands, and every page is searched for all.
    ///
    /// Not for text of a page: what is compiled here is kept as long as the thread lives.
    pub fn of_pack(text: &str) -> Rc<Phrase> {
        thread_local! {
            static COMPILED: RefCell<HashMap<String, Rc<Phrase>, BuildHasherDefault<Quick>>> = RefCell::default();
        }
        COMPILED.with_borrow_mut(|compiled| match compiled.get(text) {
            Some(phrase) => Rc::clone(phrase),
            None => {
                let phrase = Rc::new(Phrase { number: u32::try_from(compiled.len()).ok(), ..Phrase::new(text) });
                compiled.insert(text.to_owned(), Rc::clone(&phrase));
                phrase
            }
        })
    }

    /// What tells the phrase from every other one of the pack, in this thread.
    pub(super) fn number(&self) -> Option<u32> {
        self.number
    }

    /// What a place of the phrase may cost, at most `max` edits a letter away.
    pub(super) fn limit(&self, max: f32) -> u16 {
        (max * self.letters.len() as f32 * f32::from(EDIT)).round().clamp(0.0, 60_000.0) as u16
    }

    /// The phrase folded.
    pub(super) fn letters(&self) -> &[u8] {
        &self.letters
    }

    /// Letters and digits of the phrase.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Its triples, as numbers.
    pub(super) fn triples(&self) -> impl ExactSizeIterator<Item = usize> {
        self.triples.iter().map(|(slot, bit)| slot * 64 + bit.trailing_zeros() as usize)
    }

    /// Triples that must occur where the phrase may stand: each edit spoils three, and not all edits are whole ones.
    pub(super) fn needed(&self, max: f32) -> usize {
        if self.triples.len() < 4 {
            return 0;
        }
        (self.triples.len() as f32 * (1.0 - 3.2 * max).clamp(0.12, 0.5)).ceil() as usize
    }
}

/// Where a phrase was found in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The words that it touches.
    pub words: Range<usize>,
    /// Weighted edits a letter of the phrase: 0 for an exact match.
    pub distance: f32,
    /// Byte offset in the first word where it begins.
    pub start: usize,
    /// Byte offset in the last word where it ends: what follows may be a value that was joined to its label.
    pub end: usize,
}

/// Where a phrase stands in a part of a line: letters, counted from the part's first, and what the place costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    cost: u16,
    start: usize,
    end: usize,
}

/// The words of a line (or of a paragraph), folded once.
#[derive(Clone, Debug, Default)]
pub struct FoldedLine {
    letters: Vec<u8>,
    /// By letter, and a stretch of none behind the last one.
    ranks: Vec<u8>,
    places: Vec<Place>,
    triples: Triples,
    costs: Costs,
}

/// What all costs are multiples of: in such units they fit bytes, of which a processor adds and compares sixteen at once.
const UNIT: u16 = 5;

/// `cost` in units.
const fn units(cost: u16) -> u8 {
    assert!(cost.is_multiple_of(UNIT) && cost / UNIT < FAR as u16);
    (cost / UNIT) as u8
}

/// More than any place of a phrase costs that is looked for, in units; adding to it changes nothing.
const FAR: u8 = u8::MAX;
/// Cells before a row's first one: no step leads further back.
const MARGIN: usize = 1 << (GAP_STEPS - 1);
/// Rows are worked on in whole stretches of so many cells: what is left over would be worked on one by one.
const STRETCH: usize = 32;
/// In the place of a letter behind the last one: it is like none.
const NO_LETTER: u8 = ALPHABET as u8;
/// Cells of a row that stand on the stack: those of two lines of text.
const ON_STACK: usize = 256;
/// Steps of letters that are too many: 1, 2, 4, 8 and 16.
const GAP_STEPS: usize = 5;
/// A limit from which more letters may be too many than the steps make up: [`FoldedLine::align`] alone knows about such a place.
const LIMITED: u16 = {
    let made_up = LEAST_GAP as u16 * (1 << GAP_STEPS);
    if made_up < FAR as u16 { made_up } else { FAR as u16 }
};
/// The least that a letter costs that is lost or made up, in units.
const LEAST_GAP: u8 = units(60);

/// What each letter of a line costs beside the letters of phrases, in units, worked out for a letter when the first phrase has it.
#[derive(Clone, Debug)]
struct Costs {
    /// Taken for a letter.
    letters: [OnceCell<Box<[u8]>>; ALPHABET],
    /// Taken for a letter together with the one before it.
    two: [OnceCell<Box<[u8]>>; ALPHABET],
    /// Too many, together with the ones before it: one, two, four … of them.
    gaps: OnceCell<[Box<[u8]>; GAP_STEPS]>,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            letters: std::array::from_fn(|_| OnceCell::new()),
            two: std::array::from_fn(|_| OnceCell::new()),
            gaps: OnceCell::new(),
        }
    }
}

impl Costs {
    fn of_letter(&self, letter: usize, line: &[u8]) -> &[u8] {
        self.letters[letter].get_or_init(|| {
            let costs = &SUBSTITUTION[letter];
            line.iter().map(|rank| costs.get(usize::from(*rank)).map_or(FAR, |cost| units(*cost))).collect()
        })
    }

    fn of_two(&self, letter: usize, line: &[u8]) -> &[u8] {
        self.two[letter].get_or_init(|| {
            let cost = |at: usize, rank: u8| {
                let before = at.checked_sub(1).and_then(|before| SPLITTING.get(usize::from(line[before])));
                before.and_then(|before| before.get(usize::from(rank))).map_or(0, |pair| pair[letter])
            };
            let or_far = |cost: u8| if cost == 0 { FAR } else { units(u16::from(cost)) };
            line.iter().enumerate().map(|(at, rank)| or_far(cost(at, *rank))).collect()
        })
    }

    fn of_gaps(&self, line: &[u8]) -> &[Box<[u8]>; GAP_STEPS] {
        self.gaps.get_or_init(|| {
            std::array::from_fn(|step| {
                let sum = |at: usize| {
                    let together = &line[(at + 1).saturating_sub(1 << step)..=at];
                    let gap = |rank: &u8| GAPS.get(usize::from(*rank)).map_or(FAR, |gap| units(*gap));
                    together.iter().fold(0, |sum: u8, rank| sum.saturating_add(gap(rank)))
                };
                (0..line.len()).map(sum).collect()
            })
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Place {
    word: u32,
    /// Byte offsets in the word as it was read.
    start: u32,
    end: u32,
    /// A word, or a part of one behind a mark, begins here.
    begins: bool,
}

impl FoldedLine {
    pub fn new<S: AsRef<str>>(words: &[S]) -> Self {
        let mut line = Self::default();
        for (word, text) in words.iter().enumerate() {
            let mut first = true;
            fold_word(text.as_ref(), |letter, start, end, after_mark| {
                line.letters.push(letter);
                line.ranks.push(RANKS[usize::from(letter)]);
                line.places.push(Place {
                    word: u32::try_from(word).unwrap_or(u32::MAX),
                    start: start as u32,
                    end: end as u32,
                    begins: first || after_mark,
                });
                first = false;
            });
        }
        line.ranks.extend([NO_LETTER; STRETCH]);
        line.triples = Triples::of(&line.letters);
        line
    }

    /// The folded letters without spaces.
    pub fn letters(&self) -> &str {
        std::str::from_utf8(&self.letters).unwrap_or_default()
    }

    /// The letters of a word, as a range over [`Self::letters`].
    pub(super) fn span_of(&self, words: Range<usize>) -> Range<usize> {
        let start = self.places.partition_point(|p| (p.word as usize) < words.start);
        let end = self.places.partition_point(|p| (p.word as usize) < words.end);
        start..end
    }

    /// The triples of a part of the line, for [`Triples::may_hold`].
    pub(super) fn triples(&self, span: Range<usize>) -> Triples {
        Triples::of(self.letters.get(span).unwrap_or_default())
    }

    /// The best place of the phrase, when its distance is at most `max` (edits a letter of the phrase).
    pub fn find(&self, phrase: &Phrase, max: f32) -> Option<Found> {
        self.align(phrase, max, 0..self.letters.len()).map(|(found, _)| found)
    }

    /// Whether the phrase can begin in the first word of `span`, at most `max` edits a letter away.
    pub(super) fn may_begin(&self, phrase: &Phrase, max: f32, span: Range<usize>) -> bool {
        let limit = phrase.limit(max);
        let Some(word) = self.places.get(span.start).map(|place| place.word) else { return false };
        let first = self.places[span.clone()].partition_point(|place| place.word == word);
        // Behind the first word at most as many letters as the phrase has, and those that are too many.
        let reach = first + phrase.letters.len() + usize::from(limit / CHEAPEST_GAP);
        self.may_align(phrase, limit, span.start..span.end.min(span.start + reach))
    }

    /// All places of the phrase that do not overlap, from left to right.
    pub fn find_all(&self, phrase: &Phrase, max: f32) -> Vec<Found> {
        self.find_all_within(phrase, max, 0..self.letters.len())
    }

    /// All places of the phrase within a part of the line.
    pub(super) fn find_all_within(&self, phrase: &Phrase, max: f32, span: Range<usize>) -> Vec<Found> {
        let mut found = Vec::new();
        let mut open = vec![span];
        while let Some(span) = open.pop() {
            let Some((hit, letters)) = self.align(phrase, max, span.clone()) else { continue };
            found.push(hit);
            open.push(letters.end..span.end);
            open.push(span.start..letters.start);
        }
        found.sort_by_key(|f| (f.words.start, f.start));
        found
    }

    /// The letters of a part of the line, each with whether a word begins there: what a phrase's place in it depends on.
    pub(super) fn print(&self, span: Range<usize>) -> Box<[u8]> {
        let letters = self.letters.get(span.clone()).unwrap_or_default();
        let places = self.places.get(span).unwrap_or_default();
        letters.iter().zip(places).map(|(letter, place)| letter | u8::from(place.begins) << 7).collect()
    }

    /// The best place of the phrase in a part of the line, with its letters.
    fn align(&self, phrase: &Phrase, max: f32, span: Range<usize>) -> Option<(Found, Range<usize>)> {
        let limit = self.worth_aligning(phrase, max, span.clone())?;
        let spot = self.place(phrase, limit, span.clone())?;
        Some((self.found(phrase, spot, span.start)?, span.start + spot.start..span.start + spot.end))
    }

    /// What the phrase's place may cost, when a glance at a part of the line does not rule it out.
    pub(super) fn worth_aligning(&self, phrase: &Phrase, max: f32, span: Range<usize>) -> Option<u16> {
        let pattern = &phrase.letters;
        let rows = pattern.len();
        if rows == 0 || span.is_empty() || !self.triples.may_hold(phrase, max) {
            return None;
        }
        let letters = std::str::from_utf8(self.letters.get(span.clone())?).ok()?;
        if let Some((head, tail)) = &phrase.halves
            && max <= 0.12
            && !letters.contains(head.as_str())
            && !letters.contains(tail.as_str())
        {
            return None;
        }
        let limit = phrase.limit(max);
        if limit < CHEAPEST && !letters.as_bytes().windows(rows).any(|part| part == pattern.as_slice()) {
            return None;
        }
        Some(limit)
    }

    /// The cheapest place of the phrase in a part of the line. It depends on nothing but the phrase, the limit and what [`Self::print`] gives
    /// of that part.
    pub(super) fn place(&self, phrase: &Phrase, limit: u16, span: Range<usize>) -> Option<Spot> {
        if self.may_align(phrase, limit, span.clone()) { self.trace(phrase, limit, span) } else { None }
    }

    /// A place of the phrase in a part of the line that begins at letter `from`, as words.
    pub(super) fn found(&self, phrase: &Phrase, spot: Spot, from: usize) -> Option<Found> {
        let first = self.places.get(from + spot.start)?;
        let last = self.places.get((from + spot.end).checked_sub(1)?)?;
        Some(Found {
            words: first.word as usize..last.word as usize + 1,
            distance: f32::from(spot.cost) / f32::from(EDIT) / phrase.letters.len() as f32,
            start: first.start as usize,
            end: last.end as usize,
        })
    }

    /// Sellers' alignment of the whole phrase against any part of the line, one column a letter of the line.
    fn trace(&self, phrase: &Phrase, limit: u16, span: Range<usize>) -> Option<Spot> {
        let pattern = &phrase.letters;
        let rows = pattern.len();
        const FAR: u16 = u16::MAX;
        // Column by column: cost and the line position where the match began.
        let mut before: Vec<(u16, u32)> = vec![(FAR, 0); rows + 1];
        let mut last = before.clone();
        let mut now = before.clone();
        self.open_column(&mut last, span.start, limit, pattern);
        let mut best: Option<(u16, usize, usize)> = None;
        let mut reach = rows;
        for at in span.clone() {
            let letter = self.letters[at];
            let previous = (at > span.start).then(|| self.letters[at - 1]);
            let costs = &SUBSTITUTION[rank(letter)];
            let (gap, letter_splits) = (GAPS[rank(letter)], splits(letter));
            now.fill((FAR, 0));
            now[0] = self.entry_cost(at + 1, span.end);
            let mut deepest = 0;
            for i in 1..=rows.min(reach + 2) {
                let p = pattern[i - 1];
                let mut cell = now[i - 1];
                let r = rank(p);
                cell.0 = cell.0.saturating_add(GAPS[r]);
                let along = (last[i].0.saturating_add(gap), last[i].1);
                if along.0 < cell.0 {
                    cell = along;
                }
                let step = (last[i - 1].0.saturating_add(costs[r]), last[i - 1].1);
                if step.0 <= cell.0 {
                    cell = step;
                }
                if splits(p)
                    && let Some(previous) = previous
                    && let Some(cost) = splitting(previous, letter, p)
                {
                    let two = (before[i - 1].0.saturating_add(cost), before[i - 1].1);
                    if two.0 < cell.0 {
                        cell = two;
                    }
                }
                if letter_splits
                    && i > 1
                    && let Some(cost) = splitting(pattern[i - 2], p, letter)
                {
                    let two = (last[i - 2].0.saturating_add(cost), last[i - 2].1);
                    if two.0 < cell.0 {
                        cell = two;
                    }
                }
                if cell.0 > limit {
                    cell.0 = FAR;
                } else {
                    deepest = i;
                }
                now[i] = cell;
            }
            let closing = now[rows];
            if closing.0 != FAR {
                let total = closing.0.saturating_add(self.exit_cost(at + 1, span.end));
                if total <= limit && best.is_none_or(|(cost, ..)| total < cost) {
                    best = Some((total, closing.1 as usize, at + 1));
                }
            }
            reach = deepest.max(1);
            std::mem::swap(&mut before, &mut last);
            std::mem::swap(&mut last, &mut now);
        }
        let (cost, start, end) = best?;
        (start < end).then_some(Spot { cost, start: start - span.start, end: end - span.start })
    }

    /// Whether [`Self::align`] may find a place. Nearly all phrases that are looked for in a line are not there, and after some letters of
    /// the phrase nothing in the line is near: so letter by letter of the phrase, all places of the line at once, without loops that
    /// wait for the cell before.
    fn may_align(&self, phrase: &Phrase, limit: u16, span: Range<usize>) -> bool {
        let limit = limit / UNIT;
        if limit >= LIMITED {
            return true;
        }
        let limit = limit as u8;
        let width = MARGIN + 1 + span.len().next_multiple_of(STRETCH);
        if width <= ON_STACK {
            self.may_align_in(&mut [FAR; 4 * ON_STACK][..4 * width], phrase, limit, span)
        } else {
            self.may_align_in(&mut vec![FAR; 4 * width], phrase, limit, span)
        }
    }

    /// [`Self::may_align`] in four rows of cells that hold [`FAR`], the limit in units.
    fn may_align_in(&self, cells: &mut [u8], phrase: &Phrase, limit: u8, span: Range<usize>) -> bool {
        let width = cells.len() / 4;
        let mut rows = cells.chunks_exact_mut(width);
        let (Some(mut before), Some(mut last), Some(mut now), Some(mut spare)) =
            (rows.next(), rows.next(), rows.next(), rows.next())
        else {
            return true;
        };
        let places = &self.places[span.clone()];
        // Cells behind the span's last one stand for letters that do not belong to it: nothing leads back from them.
        let stretch = span.start..span.start + width - MARGIN - 1;
        let ranks = &self.ranks[stretch.clone()];
        for (cell, place) in last[MARGIN..].iter_mut().zip(places) {
            *cell = if place.begins { 0 } else { const { units(INSIDE_WORD) } };
        }
        let mut alive = true;
        for (row, &(rank, lost)) in phrase.ranks.iter().enumerate() {
            let (letter, lost) = (usize::from(rank), units(lost));
            now[MARGIN] = last[MARGIN].saturating_add(lost);
            let costs = &self.costs.of_letter(letter, &self.ranks)[stretch.clone()];
            let beside = last[MARGIN..].iter().zip(&last[MARGIN + 1..]).zip(costs);
            for (cell, ((&diagonal, &above), &cost)) in now[MARGIN + 1..].iter_mut().zip(beside) {
                *cell = diagonal.saturating_add(cost).min(above.saturating_add(lost));
            }
            if splits(phrase.letters[row]) {
                let costs = &self.costs.of_two(letter, &self.ranks)[stretch.clone()];
                for (cell, (&two, &cost)) in now[MARGIN + 1..].iter_mut().zip(last[MARGIN - 1..].iter().zip(costs)) {
                    *cell = two.saturating_add(cost).min(*cell);
                }
            }
            if let Some((first, _)) =
                row.checked_sub(1).map(|row| phrase.ranks[row]).filter(|first| JOINS[usize::from(first.0)][letter])
            {
                let costs = &SPLITTING[usize::from(first)][letter];
                for (one, &cost) in costs.iter().enumerate().filter(|(_, cost)| **cost > 0) {
                    let cost = units(u16::from(cost));
                    for (cell, (&two, &rank)) in now[MARGIN + 1..].iter_mut().zip(before[MARGIN..].iter().zip(ranks)) {
                        let joined = if rank == one as u8 { two.saturating_add(cost) } else { FAR };
                        *cell = joined.min(*cell);
                    }
                }
            }
            let was_alive = alive;
            let least = now[MARGIN..].iter().copied().fold(FAR, u8::min);
            alive = least <= limit;
            if !alive && !was_alive {
                return false;
            }
            // Letters of the line that are too many, in steps of one, two, four …: any number of them is made of these.
            let room = limit.saturating_sub(least);
            for (step, gaps) in self.costs.of_gaps(&self.ranks).iter().enumerate() {
                let step = 1 << step;
                if step * usize::from(LEAST_GAP) > usize::from(room) {
                    break;
                }
                spare[MARGIN] = now[MARGIN];
                let beside = now[MARGIN + 1..].iter().zip(&now[MARGIN + 1 - step..]).zip(&gaps[stretch.clone()]);
                for (cell, ((&own, &before), &gap)) in spare[MARGIN + 1..].iter_mut().zip(beside) {
                    *cell = before.saturating_add(gap).min(own);
                }
                std::mem::swap(&mut now, &mut spare);
            }
            std::mem::swap(&mut before, &mut last);
            std::mem::swap(&mut last, &mut now);
        }
        let mut ends = last[MARGIN + 1..].iter().take(span.len()).enumerate();
        ends.any(|(at, &cost)| {
            cost <= limit && cost.saturating_add(units(self.exit_cost(span.start + at + 1, span.end))) <= limit
        })
    }

    fn open_column(&self, column: &mut [(u16, u32)], at: usize, limit: u16, pattern: &[u8]) {
        column[0] = self.entry_cost(at, usize::MAX);
        for i in 1..column.len() {
            let cost = column[i - 1].0.saturating_add(gap_cost(pattern[i - 1]));
            column[i] = if cost > limit { (u16::MAX, 0) } else { (cost, column[i - 1].1) };
        }
    }

    fn entry_cost(&self, at: usize, end: usize) -> (u16, u32) {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        match self.places.get(at) {
            Some(place) if at < end => (if place.begins { 0 } else { INSIDE_WORD }, start),
            _ => (u16::MAX, start),
        }
    }

    fn exit_cost(&self, next: usize, end: usize) -> u16 {
        if next >= end || self.places.get(next).is_none_or(|p| p.begins) { 0 } else { INSIDE_WORD }
    }
}

/// The distance up to which a phrase of so many letters may be taken as found: the longer, the less it needs each letter.
pub fn tolerance(letters: usize) -> f32 {
    match letters {
        0..=3 => 0.0,
        4 => 0.05,
        5..=6 => 0.1,
        7..=9 => 0.16,
        10..=15 => 0.2,
        _ => 0.23,
    }
}

/// Where `phrase` stands among the words of a line, when at most `max` weighted edits a letter of the phrase away.
///
/// The range counts words; spaces, case and accents do not matter. To look for many phrases in one line, fold both once
/// ([`FoldedLine`], [`Phrase`]).
pub fn find_phrase(words: &[&str], phrase: &str, max: f32) -> Option<(Range<usize>, f32)> {
    FoldedLine::new(words).find(&Phrase::new(phrase), max).map(|found| (found.words, found.distance))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What [`is_near`] compares with its limit.
    fn ocr_distance(a: &str, b: &str) -> f32 {
        let (a, b) = (fold(a), fold(b));
        let longer = a.len().max(b.len());
        if longer == 0 {
            return 0.0;
        }
        (edit_cost(a.as_bytes(), b.as_bytes()) / longer as f32).min(1.0)
    }

    #[test]
    fn what_readers_confuse_is_near_and_other_letters_are_not() {
        assert_eq!(ocr_distance("Señor José", "senor jose"), 0.0);
        assert!(ocr_distance("Member ID", "Mernber lD") < 0.08);
        assert!(ocr_distance("0RT1Z", "ORTIZ") < 0.08);
        assert!(ocr_distance("Kao Vang", "Pao Vang") > 0.1);
        assert!(ocr_distance("Birth", "Phone") > 0.6);
    }

    #[test]
    fn a_label_is_found_among_split_joined_and_misread_words() {
        let line = ["_", "Mernber", "Na", "me:", "Susan", "Ortiz"];
        let (words, distance) = find_phrase(&line, "Member name", 0.2).unwrap();
        assert_eq!(words, 1..4);
        assert!(distance < 0.1, "{distance}");
        let (words, _) = find_phrase(&["MemberName", "Susan"], "Member name", 0.2).unwrap();
        assert_eq!(words, 0..1);
        assert!(find_phrase(&["Provider", "address"], "Member name", 0.25).is_none());
    }

    #[test]
    fn a_value_joined_to_its_label_is_told_apart() {
        let line = FoldedLine::new(&["(DOB:05/06/1980"]);
        let found = line.find(&Phrase::new("DOB"), 0.1).unwrap();
        assert_eq!((found.start, found.end), (1, 4));
        assert_eq!(found.distance, 0.0);
    }

    #[test]
    fn a_label_that_stands_twice_is_found_twice() {
        let line = FoldedLine::new(&["Date:", "11/02/26", "Dale", "of", "birth", "Date"]);
        let places: Vec<_> = line.find_all(&Phrase::new("Date"), 0.2).into_iter().map(|f| f.words).collect();
        assert_eq!(places, [0..1, 2..3, 5..6]);
    }

    #[test]
    fn short_phrases_do_not_match_inside_longer_words() {
        assert!(find_phrase(&["ridden"], "ID", 0.2).is_none());
        assert!(find_phrase(&["updated"], "date", 0.2).is_none());
    }

    #[test]
    fn a_limit_changes_no_distance_within_it() {
        let texts =
            ["membername", "mernbername", "narne", "name", "dob", "d0b", "dateofbirth", "clateofbirth", "", "wvvuuii"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let longer = a.len().max(b.len()).max(1) as f32;
            let whole = edit_cost(a.as_bytes(), b.as_bytes()) / longer;
            for limit in [0.0, 0.05, 0.2, 0.36, 2.0] {
                let within = folded_distance(a, b, limit);
                assert_eq!(within, (whole <= limit).then_some(whole), "{a} {b} {limit}");
            }
        }
    }

    /// All cells of the table, whatever they cost.
    fn plain_cost(a: &[u8], b: &[u8]) -> u32 {
        let mut costs = vec![vec![u32::MAX / 2; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                let mut best = if (i, j) == (0, 0) { 0 } else { u32::MAX / 2 };
                if i > 0 {
                    best = best.min(costs[i - 1][j] + u32::from(gap_cost(a[i - 1])));
                }
                if j > 0 {
                    best = best.min(costs[i][j - 1] + u32::from(gap_cost(b[j - 1])));
                }
                if i > 0 && j > 0 {
                    let cost = SUBSTITUTION[rank(a[i - 1])][rank(b[j - 1])];
                    best = best.min(costs[i - 1][j - 1] + u32::from(cost));
                }
                if i > 1
                    && j > 0
                    && let Some(cost) = splitting(a[i - 2], a[i - 1], b[j - 1])
                {
                    best = best.min(costs[i - 2][j - 1] + u32::from(cost));
                }
                if i > 0
                    && j > 1
                    && let Some(cost) = splitting(b[j - 2], b[j - 1], a[i - 1])
                {
                    best = best.min(costs[i - 1][j - 2] + u32::from(cost));
                }
                costs[i][j] = best;
            }
        }
        costs[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn what_lies_beyond_a_limit_leads_nowhere(a in "[a-dilmnprtuvxz4]{0,17}", b in "[a-dilmnprtuvxz4]{0,17}", most in 0u32..900) {
            let plain = plain_cost(a.as_bytes(), b.as_bytes());
            proptest::prop_assert_eq!(cost_within(a.as_bytes(), b.as_bytes(), MOST), Some(plain));
            proptest::prop_assert_eq!(cost_within(a.as_bytes(), b.as_bytes(), most), (plain <= most).then_some(plain));
        }

        /// The quick look must never miss a place, or what is found would depend on it.
        #[test]
        fn no_place_is_missed_by_the_quick_look(
            phrase in "[a-cilmnrtu]{1,14}",
            words in proptest::collection::vec("[a-cilmnrtu]{1,7}", 1..8),
            max in 0u8..40,
            cut in (0usize..6, 0usize..6),
        ) {
            let line = FoldedLine::new(&words);
            let phrase = Phrase::new(&phrase);
            let limit = phrase.limit(f32::from(max) / 100.0);
            let length = line.letters.len();
            let span = cut.0.min(length)..length.saturating_sub(cut.1).max(cut.0.min(length));
            let found = line.trace(&phrase, limit, span.clone());
            proptest::prop_assert!(found.is_none() || line.may_align(&phrase, limit, span.clone()), "{:?}", found);
            let begins = found.and_then(|spot| line.found(&phrase, spot, span.start)).is_some_and(|found| {
                line.places.get(span.start).is_some_and(|p| p.word as usize == found.words.start)
            });
            proptest::prop_assert!(!begins || line.may_begin(&phrase, f32::from(max) / 100.0, span));
        }
    }

    #[test]
    fn empty_lines_and_phrases_are_no_match() {
        assert!(find_phrase(&[], "Member", 0.3).is_none());
        assert!(find_phrase(&["---"], "Member", 0.3).is_none());
        assert!(find_phrase(&["Member"], "::", 0.3).is_none());
    }
}
