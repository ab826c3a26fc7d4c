//! The words of a page as one run of folded letters, so that phrases are found across line breaks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::fuzzy::{FoldedLine, Found, Phrase, Triples, tolerance};
use crate::geometry::Rect;
use crate::ocr::{Word, text_of};

/// A page's words, in reading order, with their lines.
pub struct PageText<'a> {
    words: &'a [Word],
    lines: Vec<TextLine>,
    /// For each triple of letters the lines that hold it, of the first so many that a number has bits.
    lines_with: Vec<u64>,
    folded: FoldedLine,
    height: i32,
    /// What was looked for: kinds, letters and people ask for the same phrases.
    looked_for: RefCell<HashMap<Sought, Option<Found>>>,
}

/// A phrase's number or its letters, the edits that are allowed (bits of the number), and the lines.
type Sought = (Result<u32, Box<[u8]>>, u32, Range<usize>);

/// One line of a page.
pub struct TextLine {
    /// Its words, by their place on the page.
    pub words: Range<usize>,
    pub rect: Rect,
    /// The words with single spaces between.
    pub text: String,
    span: Range<usize>,
    triples: Triples,
    /// What is known not to stand in it, and not in it and the next line together.
    absent: Rc<Absent>,
    absent_over: Rc<Absent>,
}

/// Phrases of the pack that were looked for in a line and are not there, as bits by their number.
///
/// A form has the same lines on every page, and nearly all phrases are in none of them. It only remembers what would come out again, so
/// that nothing depends on which pages a thread has read before.
#[derive(Default)]
struct Absent(RefCell<Vec<u64>>);

impl Absent {
    /// What is known of a line with these letters and beginnings of words, see [`FoldedLine::print`].
    fn of(print: Box<[u8]>) -> Rc<Absent> {
        /// Lines of a few hundred bytes; when there are more, all are forgotten.
        const MOST: usize = 20_000;
        thread_local! {
            static SEEN: RefCell<HashMap<Box<[u8]>, Rc<Absent>>> = RefCell::default();
        }
        SEEN.with_borrow_mut(|seen| {
            if seen.len() >= MOST {
                seen.clear();
            }
            Rc::clone(seen.entry(print).or_default())
        })
    }

    fn has(&self, phrase: u32) -> bool {
        self.0.borrow().get(phrase as usize / 64).is_some_and(|bits| bits >> (phrase % 64) & 1 == 1)
    }

    fn add(&self, phrase: u32) {
        let (at, mut bits) = (phrase as usize / 64, self.0.borrow_mut());
        if bits.len() <= at {
            bits.resize(at + 1, 0);
        }
        bits[at] |= 1 << (phrase % 64);
    }
}

/// How much of a phrase's triples a line holds in which the phrase begins that goes on in the next one.
fn begun(needed: usize) -> usize {
    needed.div_ceil(6)
}

/// A count for each of 64 lines, all counted at once: the first number holds the counts' lowest bits, the next one the bits above.
#[derive(Default)]
struct Tally([u64; Tally::BITS]);

impl Tally {
    /// A phrase of the alphabet's every triple does not overflow.
    const BITS: usize = 11;

    fn add(&mut self, lines: u64) {
        let mut carried = lines;
        for bits in &mut self.0 {
            (*bits, carried) = (*bits ^ carried, *bits & carried);
            if carried == 0 {
                break;
            }
        }
    }

    /// The lines that have counted to `least`.
    fn at_least(&self, least: usize) -> u64 {
        let (mut more, mut equal) = (0, u64::MAX);
        for (bit, bits) in self.0.iter().enumerate().rev() {
            if least >> bit & 1 == 1 {
                equal &= bits;
            } else {
                more |= equal & bits;
                equal &= !bits;
            }
        }
        if least >> Self::BITS > 0 { 0 } else { more | equal }
    }
}

impl<'a> PageText<'a> {
    /// `height` is the page's, in the words' pixels.
    pub fn new(words: &'a [Word], height: u32) -> Self {
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        let folded = FoldedLine::new(&texts);
        let mut lines = Vec::new();
        let mut start = 0;
        for chunk in words.chunk_by(|a, b| a.line == b.line) {
            let range = start..start + chunk.len();
            start = range.end;
            let span = folded.span_of(range.clone());
            lines.push(TextLine {
                rect: Rect::bounding(chunk.iter().map(|w| &w.rect)).unwrap_or_default(),
                text: text_of(chunk),
                triples: folded.triples(span.clone()),
                absent: Absent::of(folded.print(span.clone())),
                absent_over: Rc::default(),
                words: range,
                span,
            });
        }
        for at in 1..lines.len() {
            // Letters are no zero: two lines are no other line.
            let both = folded.print(lines[at - 1].span.clone()).into_iter();
            let both = both.chain([0]).chain(folded.print(lines[at].span.clone()));
            lines[at - 1].absent_over = Absent::of(both.collect());
        }
        let mut lines_with = vec![0u64; Triples::COUNT];
        for (at, line) in lines.iter().enumerate().take(64) {
            line.triples.numbers().for_each(|triple| lines_with[triple] |= 1 << at);
        }
        Self {
            words,
            lines,
            lines_with,
            folded,
            height: i32::try_from(height).unwrap_or(i32::MAX).max(1),
            looked_for: RefCell::default(),
        }
    }

    pub fn words(&self) -> &'a [Word] {
        self.words
    }

    pub fn lines(&self) -> &[TextLine] {
        &self.lines
    }

    /// All letters and digits, folded, without spaces.
    pub fn letters(&self) -> &str {
        self.folded.letters()
    }

    /// Where a word stands from top (0) to bottom (1) of the page.
    pub fn depth(&self, word: usize) -> f32 {
        self.words.get(word).map_or(1.0, |w| w.rect.center_y() as f32 / self.height as f32)
    }

    /// The line that holds a word.
    pub fn line_of(&self, word: usize) -> usize {
        self.lines.partition_point(|line| line.words.end <= word)
    }

    /// The text of a run of words.
    pub fn text(&self, words: Range<usize>) -> String {
        text_of(self.words.get(words).unwrap_or_default())
    }

    /// The least confidence of a run of words, leaving out single marks.
    pub fn confidence(&self, words: Range<usize>) -> f32 {
        let words = self.words.get(words).unwrap_or_default();
        words
            .iter()
            .filter(|w| w.text.chars().any(char::is_alphanumeric))
            .map(|w| w.confidence.get())
            .fold(1.0, f32::min)
    }

    /// The best place of a phrase on the page, within the distance that its length allows; it may run over one line break.
    pub fn find(&self, phrase: &Phrase) -> Option<Found> {
        self.find_at(phrase, tolerance(phrase.len()), 0..self.lines.len())
    }

    /// The best place of a phrase in some lines, at most `max` edits a letter away.
    pub fn find_at(&self, phrase: &Phrase, max: f32, lines: Range<usize>) -> Option<Found> {
        // One line is looked through as fast as it is looked up.
        if lines.len() <= 1 {
            return self.look_for(phrase, max, lines);
        }
        let who = phrase.number().ok_or_else(|| phrase.letters().into());
        let sought = (who, max.to_bits(), lines.clone());
        if let Some(known) = self.looked_for.borrow().get(&sought) {
            return known.clone();
        }
        let found = self.look_for(phrase, max, lines);
        self.looked_for.borrow_mut().insert(sought, found.clone());
        found
    }

    fn look_for(&self, phrase: &Phrase, max: f32, lines: Range<usize>) -> Option<Found> {
        let needed = phrase.needed(max);
        let (near, near_over) = self.near(phrase, needed);
        let mut best: Option<Found> = None;
        for at in lines.clone() {
            let Some(line) = self.lines.get(at) else { break };
            let next = self.lines.get(at + 1).filter(|_| lines.contains(&(at + 1)));
            let (seen, joined) = if at < 64 {
                (near >> at & 1 == 1, next.is_some() && near_over >> at & 1 == 1)
            } else {
                let seen = line.triples.seen(phrase);
                let over = |next: &TextLine| line.triples.or(&next.triples).seen(phrase) >= needed;
                (seen >= needed, seen >= begun(needed) && next.is_some_and(over))
            };
            if !seen && !joined {
                continue;
            }
            if let Some(found) = self.place(phrase, max, line, next.filter(|_| joined))
                && best.as_ref().is_none_or(|b| found.distance < b.distance)
            {
                best = Some(found);
            }
        }
        best
    }

    /// The lines, of the first 64, with enough of the phrase's triples, and those with enough together with the line after them.
    fn near(&self, phrase: &Phrase, needed: usize) -> (u64, u64) {
        let (mut alone, mut over) = (Tally::default(), Tally::default());
        for lines in phrase.triples().map(|triple| self.lines_with[triple]) {
            alone.add(lines);
            over.add(lines | lines >> 1);
        }
        let mut over_break = alone.at_least(begun(needed)) & over.at_least(needed);
        if let (Some(line), Some(next)) = (self.lines.get(63), self.lines.get(64)) {
            // The line after the last of them is not among them.
            let is_over = line.triples.or(&next.triples).seen(phrase) >= needed;
            let begins = line.triples.seen(phrase) >= begun(needed);
            over_break = over_break & !(1 << 63) | u64::from(begins && is_over) << 63;
        }
        (alone.at_least(needed), over_break)
    }

    /// The best place of a phrase in a line, or in a line and the next one.
    fn place(&self, phrase: &Phrase, max: f32, line: &TextLine, next: Option<&TextLine>) -> Option<Found> {
        let span = line.span.start..next.map_or(line.span.end, |next| next.span.end);
        let known =
            phrase.number().map(|number| (number, if next.is_some() { &line.absent_over } else { &line.absent }));
        let usual = phrase.limit(tolerance(phrase.len()));
        // What is not there at the usual limit is not there at a lower one.
        if phrase.limit(max) <= usual && known.is_some_and(|(number, absent)| absent.has(number)) {
            return None;
        }
        let limit = self.folded.worth_aligning(phrase, max, span.clone())?;
        let spot = self.folded.place(phrase, limit, span.clone());
        if let (None, Some((number, absent))) = (spot, known)
            && limit >= usual
        {
            absent.add(number);
        }
        self.folded.found(phrase, spot?, span.start)
    }

    /// All places of a phrase, line by line; only lines with enough of its letters are looked through.
    pub fn places(&self, phrase: &Phrase, max: f32) -> impl Iterator<Item = (&TextLine, Found)> {
        let needed = phrase.needed(max);
        let (near, _) = self.near(phrase, needed);
        let may_hold = move |at: usize, line: &TextLine| match at {
            0..64 => near >> at & 1 == 1,
            _ => line.triples.seen(phrase) >= needed,
        };
        let near = self.lines.iter().enumerate().filter(move |(at, line)| may_hold(*at, line));
        near.flat_map(move |(at, line)| {
            self.find_all_in_line(phrase, max, at).into_iter().map(move |found| (line, found))
        })
    }

    /// Whether a line is the phrase to the letter, and nothing else.
    pub fn is_line(&self, line: usize, phrase: &Phrase) -> bool {
        let letters = self.lines.get(line).and_then(|line| self.folded.letters().get(line.span.clone()));
        letters.is_some_and(|letters| letters.as_bytes() == phrase.letters())
    }

    /// All places of a phrase in one line, from left to right.
    pub fn find_all_in_line(&self, phrase: &Phrase, max: f32, line: usize) -> Vec<Found> {
        let Some(line) = self.lines.get(line) else { return Vec::new() };
        if !line.triples.may_hold(phrase, max) || self.place(phrase, max, line, None).is_none() {
            return Vec::new();
        }
        self.folded.find_all_within(phrase, max, line.span.clone())
    }

    /// The phrase at the beginning of a line, when it stands there.
    pub fn starts_with(&self, line: usize, phrase: &Phrase, max: f32) -> Option<Found> {
        // Specks that were read as marks stand before nothing.
        let first = self
            .lines
            .get(line)?
            .words
            .clone()
            .find(|at| self.words.get(*at).is_some_and(|w| w.text.chars().any(char::is_alphanumeric)))?;
        // Most lines begin with something else: whether they do is seen in their first letters.
        let span = &self.lines.get(line)?.span;
        if !self.folded.may_begin(phrase, max, span.clone()) {
            return None;
        }
        self.find_at(phrase, max, line..line + 1).filter(|f| first == f.words.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;

    fn words(lines: &[&str]) -> Vec<Word> {
        let of_line = |(at, line): (usize, &&str)| {
            let (line, top) = (line.split(' ').map(str::to_owned).collect::<Vec<_>>(), at as i32 * 40);
            let word = move |(place, text): (usize, String)| {
                let left = place as i32 * 100;
                let rect = Rect::new(left, top, left + 90, top + 30);
                Word { text, confidence: Confidence::CERTAIN, rect, line: at as u32 }
            };
            line.into_iter().enumerate().map(word)
        };
        lines.iter().enumerate().flat_map(of_line).collect()
    }

    #[test]
    fn a_tally_counts_each_line_for_itself() {
        let mut tally = Tally::default();
        for round in 0..70u64 {
            tally.add(u64::MAX << round.min(63));
        }
        for least in 0..80 {
            let expected: u64 = (0..64)
                .filter(|line| (0..70).filter(|r: &u64| r.min(&63) <= line).count() >= least)
                .map(|l| 1u64 << l)
                .sum();
            assert_eq!(tally.at_least(least), expected, "{least}");
        }
        assert_eq!(tally.at_least(1 << Tally::BITS), 0);
    }

    #[test]
    fn a_phrase_is_found_in_any_line_and_over_any_break() {
        let filler = "nothing of interest stands here";
        for at in [0, 5, 62, 63, 64, 65, 70] {
            let mut lines = vec![filler; 72];
            lines[at] = "the request for member reassignment";
            let whole = words(&lines);
            lines[at] = "the request for";
            lines[at + 1] = "member reassignment form";
            let broken = words(&lines);
            let phrase = Phrase::of_pack("request for member reassignment");
            // Asked twice: what is not there is remembered, and what is there is not forgotten.
            for _ in 0..2 {
                for words in [&whole, &broken] {
                    let found = PageText::new(words, 3000).find(&phrase).map(|found| found.words.start);
                    assert_eq!(found, Some(at * 5 + 1), "{at}");
                }
                assert_eq!(PageText::new(&words(&[filler; 72]), 3000).find(&phrase), None);
            }
        }
    }
}
