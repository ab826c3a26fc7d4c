//! Finding a form's printed labels among the words of a page.
//!
//! Labels are what a form has in all its versions. They are matched with an OCR-weighted distance on folded text (case, accents,
//! spaces and punctuation gone), so that a split, joined or misread word still counts; where a label stands (at the start of a
//! segment, before a colon or a gap) tells it from the same word inside a sentence.

mod echoes;
mod garbled;
mod grow;
mod lists;
mod print;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use echoes::{drop_doubtful, drop_echoes, drop_values, join_languages, turn_into_options};
use garbled::{add_garbled, add_overwritten};
use grow::{grow_down, grow_left, grow_right};
use lists::{drop_column_heads, give_to_lists};
pub use print::Print;
use print::SCRAWL;

use super::compose::{Composed, Composition};
use super::fuzzy::{fold, folded_distance};
use super::sheet::{Sheet, usual_space};
use crate::geometry::Rect;
use crate::rules::{FieldDefinition, FieldKind, FormDefinition};

/// What a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Title,
    Anchor,
    /// Index of a field of the definition.
    Field(usize),
    /// Index of a choice and of an option in it.
    Option(usize, usize),
    /// Heading of a choice.
    Heading(usize),
    /// Index of a section.
    Section(usize),
    /// Heading of a part that is not the office's.
    IgnoreBelow,
}

/// A label found on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub target: Target,
    pub rect: Rect,
    /// Tokens that the label takes up.
    pub tokens: Vec<usize>,
    /// OCR-weighted distance a letter.
    pub distance: f32,
    /// Letters of the wording: longer ones are better evidence.
    pub letters: usize,
    /// The same words may be a section's heading, or another field's label: what is not found beside them proves nothing.
    pub ambiguous: bool,
    /// It stands in brackets, as captions do.
    pub in_brackets: bool,
}

struct Wording {
    folded: String,
    /// Its words of three letters and more: each must be there for the wording to be.
    words: Vec<String>,
    /// How many words it has, short ones too.
    count: usize,
    /// Its last word, where that has two letters.
    last: Option<String>,
    targets: Vec<Target>,
    classes: Classes,
}

impl Wording {
    /// A wording of no target yet.
    fn new(text: &str) -> Wording {
        let folded = fold(text);
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        Wording {
            classes: Classes::of(&folded),
            folded,
            count: words.len(),
            last: words.last().filter(|last| last.len() == 2).cloned(),
            words: words.into_iter().filter(|word| word.len() >= 3).collect(),
            targets: Vec::new(),
        }
    }

    /// Leaves out the words that say nothing of what is labelled: "del" may be read as "det".
    fn without_fillers(mut self, composition: &Composition) -> Wording {
        self.words.retain(|word| word.len() > 3 || !composition.is_filler(word));
        self
    }

    /// As much of the wording as a text of so many letters is compared with: its beginning, or all of it.
    fn beginning(&self, letters: usize, begun: bool) -> &str {
        if begun { self.folded.get(..letters).unwrap_or(&self.folded) } else { &self.folded }
    }

    /// Whether a text of so many letters may be the wording, within a share of its tolerance.
    fn may_have(&self, letters: usize, share: f32) -> bool {
        let own = self.folded.len();
        letters.abs_diff(own) as f32 <= tolerance(own) * share * own as f32 + 0.5
    }

    /// Whether every long word of the wording stands somewhere in `folded`, spaces lost or not. A long wording is near to another that
    /// differs in one word ("Phone of member", "Name of member"), and that word is the one that counts.
    fn all_words_in(&self, folded: &str) -> bool {
        // "Form completed on" is no "Form completed by".
        let ends_alike = |last: &String| {
            let tail = folded.get(folded.len().saturating_sub(last.len())..).unwrap_or_default();
            folded_distance(tail, last, LAST_SLIP).is_some()
        };
        self.last.as_ref().is_none_or(ends_alike)
            && self.words.iter().all(|word| {
                // One letter of a short word is too much of it.
                let slip = if word.len() == 3 { WORD_SLIP / 2.0 } else { WORD_SLIP };
                // Dropouts take two letters of a long one.
                let lost = if word.len() >= 8 { 2 } else { 1 };
                (word.len() - lost..=word.len() + 1).any(|length| {
                    (0..(folded.len() + 1).saturating_sub(length)).any(|at| {
                        folded.get(at..at + length).is_some_and(|part| folded_distance(part, word, slip).is_some())
                    })
                })
            })
    }
}

/// Distance a letter up to which one word is a wording of several.
const JOINED: f32 = 0.06;

/// Distance a letter up to which a last word of two letters is still itself: one of them may be another.
const LAST_SLIP: f32 = 0.5;

/// Distance a letter up to which a word of a wording is still itself.
const WORD_SLIP: f32 = 0.28;

/// How many letters of each class of look-alikes a text has: a cheap bound on how far two texts can lie apart.
#[derive(Clone, Copy, Default)]
struct Classes([i16; 8]);

impl Classes {
    fn of(folded: &str) -> Classes {
        let mut counts = [0i16; 8];
        for letter in folded.bytes() {
            let class = match letter {
                b'o' | b'0' | b'q' | b'd' | b'c' | b'e' | b'a' => 0,
                b'l' | b'1' | b'i' | b't' | b'f' | b'j' | b'7' => 1,
                b's' | b'5' | b'6' | b'g' | b'9' => 2,
                b'b' | b'8' | b'h' | b'3' => 3,
                b'n' | b'm' | b'r' | b'u' | b'v' | b'w' | b'y' => 4,
                b'z' | b'2' | b'k' | b'x' => 5,
                b'p' => 6,
                _ => 7,
            };
            counts[class] = counts[class].saturating_add(1);
        }
        Classes(counts)
    }

    /// Letters that one text has too many of, or too few of, whichever is more.
    fn apart(&self, other: &Classes) -> i16 {
        let (mut more, mut fewer) = (0i16, 0i16);
        for (a, b) in self.0.iter().zip(&other.0) {
            more += (a - b).max(0);
            fewer += (b - a).max(0);
        }
        more.max(fewer)
    }
}

/// All wordings of a form definition, folded and ready to match.
pub struct LabelIndex {
    wordings: Vec<Wording>,
    composition: Composition,
    /// For each field the words that its labels are made of, folded.
    words: Vec<BTreeSet<String>>,
    longest: usize,
    all: Vec<usize>,
    /// The wordings that a text of so many letters may be.
    by_length: Vec<Vec<usize>>,
    /// Texts that were compared with the wordings before: a form has the same words on every page.
    compared: RefCell<HashMap<Compared, Rc<[Near]>>>,
}

/// A folded text, whether it stands inside a sentence, and whether it ends its row.
type Compared = (Box<str>, bool, bool);

/// A wording that a text comes near to.
#[derive(Clone, Copy)]
struct Near {
    /// Its place among the wordings.
    wording: usize,
    /// OCR-weighted distance a letter.
    distance: f32,
    /// Only its beginning was compared.
    begun: bool,
    /// Whether all its words are there.
    words: bool,
}

/// Texts that are remembered, at the most; then all are forgotten.
const MOST_COMPARED: usize = 20_000;

impl LabelIndex {
    pub fn new(form: &FormDefinition) -> LabelIndex {
        let mut wordings: BTreeMap<String, Wording> = BTreeMap::new();
        let mut add = |text: &String, target: Target| {
            let wording = wordings.entry(fold(text)).or_insert_with(|| Wording::new(text));
            if !wording.targets.contains(&target) {
                wording.targets.push(target);
            }
        };
        form.titles.iter().for_each(|t| add(t, Target::Title));
        form.anchors.iter().for_each(|t| add(t, Target::Anchor));
        form.ignore_below.iter().for_each(|t| add(t, Target::IgnoreBelow));
        for (i, section) in form.sections.iter().enumerate() {
            section.headings.iter().for_each(|t| add(t, Target::Section(i)));
        }
        for (i, field) in form.fields.iter().enumerate() {
            field.labels.iter().for_each(|t| add(t, Target::Field(i)));
        }
        for (i, choice) in form.choices.iter().enumerate() {
            choice.headings.iter().for_each(|t| add(t, Target::Heading(i)));
            for (j, option) in choice.options.iter().enumerate() {
                option.labels.iter().for_each(|t| add(t, Target::Option(i, j)));
            }
        }
        let composition = Composition::new(form);
        let wordings: Vec<Wording> = wordings
            .into_values()
            .filter(|wording| !wording.folded.is_empty())
            .map(|wording| wording.without_fillers(&composition))
            .collect();
        let longest = wordings.iter().map(|w| w.folded.len()).max().unwrap_or(0);
        let by_length = (0..=longest + longest / 3)
            .map(|length| (0..wordings.len()).filter(|at| wordings[*at].may_have(length, 1.0)).collect())
            .collect();
        let all = (0..wordings.len()).collect();
        let words = form.fields.iter().map(|field| words_of_labels(field, form)).collect();
        LabelIndex { wordings, composition, words, longest, all, by_length, compared: RefCell::default() }
    }

    /// The index of a form of the pack, made once in each thread that reads pages.
    pub fn of_pack(form: &FormDefinition) -> Rc<LabelIndex> {
        /// More forms than a pack has: tests make their own.
        const MOST: usize = 16;
        thread_local! {
            static MADE: RefCell<Vec<(FormDefinition, Rc<LabelIndex>)>> = const { RefCell::new(Vec::new()) };
        }
        MADE.with_borrow_mut(|made| {
            if let Some((_, index)) = made.iter().find(|(known, _)| known == form) {
                return Rc::clone(index);
            }
            if made.len() >= MOST {
                made.clear();
            }
            let index = Rc::new(LabelIndex::new(form));
            made.push((form.clone(), Rc::clone(&index)));
            index
        })
    }

    /// The wording that a folded text is to the letter.
    fn listed(&self, folded: &str) -> Option<&Wording> {
        self.by_length.get(folded.len())?.iter().map(|at| &self.wordings[*at]).find(|wording| wording.folded == folded)
    }

    /// The wordings that a folded text comes near to. It says nothing else of where the text stands.
    fn near(&self, folded: &str, inside: bool, ends_row: bool) -> Rc<[Near]> {
        let key = (folded.into(), inside, ends_row);
        if let Some(known) = self.compared.borrow().get(&key) {
            return Rc::clone(known);
        }
        let near: Rc<[Near]> = self.compare(folded, inside, ends_row).into();
        let mut compared = self.compared.borrow_mut();
        if compared.len() >= MOST_COMPARED {
            compared.clear();
        }
        compared.insert(key, Rc::clone(&near));
        near
    }

    fn compare(&self, folded: &str, inside: bool, ends_row: bool) -> Vec<Near> {
        let classes = Classes::of(folded);
        let share = if inside { 0.5 } else { 1.0 };
        // A long sentence may run on in the next row, and then says nothing of its length.
        let may_be_begun = ends_row && folded.len() >= 20;
        let candidates = if may_be_begun { Some(&self.all) } else { self.by_length.get(folded.len()) };
        let mut near = Vec::new();
        for &at in candidates.into_iter().flatten() {
            let wording = &self.wordings[at];
            let letters = wording.folded.len();
            let limit = tolerance(letters) * share;
            // A long sentence may run on in the next row: its beginning is label enough.
            let begun = may_be_begun && letters >= 30 && folded.len() < letters;
            let compared = wording.beginning(folded.len(), begun);
            if !begun && !wording.may_have(folded.len(), share) {
                continue;
            }
            if !begun && f32::from(classes.apart(&wording.classes)) > 1.6 * limit * compared.len() as f32 + 1.0 {
                continue;
            }
            if let Some(distance) = folded_distance(folded, compared, limit) {
                let words = begun || distance == 0.0 || wording.all_words_in(folded);
                near.push(Near { wording: at, distance, begun, words });
            }
        }
        // "Primary care physician" is a label, and no beginning of "Primary Care Physician Reassignment Request".
        if near.iter().any(|n| !n.begun && n.distance == 0.0) {
            near.retain(|n| !n.begun);
        }
        near
    }
}

/// A match before conflicts are settled.
struct Candidate {
    /// Recognised by its words, not by a listed wording.
    composed: bool,
    /// Every word of it is one that the definition lists.
    exact: bool,
    /// Fills its segment: nothing stands before it or goes on behind it.
    whole: bool,
    targets: Vec<Target>,
    letters: usize,
    tokens: Vec<usize>,
    rect: Rect,
    distance: f32,
    score: f32,
}

/// Distance a letter up to which a wording of `letters` letters is still recognised: short ones must be nearly exact.
fn tolerance(letters: usize) -> f32 {
    match letters {
        0..=3 => 0.12,
        4..=5 => 0.16,
        6..=9 => 0.20,
        10..=15 => 0.26,
        // So long a wording differs from its neighbour in one word: "Name of requesting provider" is not the signature's.
        _ => 0.21,
    }
}

/// The labels of `index` on `sheet`, non-overlapping, from the top.
pub fn find_labels(sheet: &Sheet, index: &LabelIndex, form: &FormDefinition) -> Vec<Label> {
    let mut candidates = Vec::new();
    for row in &sheet.rows {
        for start in 0..row.len() {
            candidates_from(sheet, index, form, row, start, &mut candidates);
        }
        candidates.extend((0..row.len()).filter_map(|end| lead_at(sheet, form, row, end)));
    }
    candidates
        .sort_by(|a, b| b.score.total_cmp(&a.score).then(a.tokens.cmp(&b.tokens)).then(a.targets.cmp(&b.targets)));
    let mut taken = vec![false; sheet.tokens.len()];
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if candidate.tokens.iter().any(|&t| taken[t]) {
            continue;
        }
        candidate.tokens.iter().for_each(|&t| taken[t] = true);
        chosen.push(candidate);
    }
    for candidate in &mut chosen {
        grow_left(candidate, sheet, index, &mut taken);
        grow_right(candidate, sheet, index, form, &mut taken);
    }
    grow_down(&mut chosen, sheet, index, form);
    // One word is a heading only where it stands alone in its row, or beside the heading of another panel: "Member" also begins the
    // sentences of the narrative.
    let of_headings: BTreeSet<usize> = chosen
        .iter()
        .filter(|c| c.targets.iter().any(|t| matches!(t, Target::Section(_))))
        .flat_map(|c| c.tokens.iter().copied())
        .collect();
    let beginnings: BTreeMap<usize, Vec<Target>> =
        chosen.iter().filter_map(|c| Some((*c.tokens.first()?, c.targets.clone()))).collect();
    for candidate in chosen.iter_mut().filter(|c| c.targets.len() > 1) {
        let is_section = |t: &Target| matches!(t, Target::Section(_));
        let is_heading = is_numbered(candidate, sheet) || leads_its_fields(candidate, sheet, &beginnings);
        if is_heading && candidate.targets.iter().any(is_section) {
            candidate.targets.retain(is_section);
            continue;
        }
        let row = candidate.tokens.first().map_or(0, |&t| sheet.tokens[t].row);
        // The frame or the tint of a heading leaves specks that are read as letters.
        let is_other = |t: &&usize| !of_headings.contains(t) && fold(&sheet.tokens[**t].text).len() >= 2;
        if sheet.rows.get(row).is_some_and(|row| row.iter().any(|t| is_other(&t))) {
            candidate.targets.retain(|t| !is_section(t));
        }
    }
    // The words around a title are the title's: "Provider" before "Request for Member Reassignment".
    let titles: Vec<(usize, Rect)> = chosen
        .iter()
        .filter(|c| c.targets.contains(&Target::Title))
        .filter_map(|c| Some((sheet.tokens[*c.tokens.first()?].row, c.rect)))
        .collect();
    chosen.retain(|c| {
        let row = c.tokens.first().map(|&t| sheet.tokens[t].row);
        let beside_title = |(title_row, title): &(usize, Rect)| {
            let apart = (title.left - c.rect.right).max(c.rect.left - title.right);
            (row == Some(*title_row) && !c.whole)
                // A large typeface has wide spaces, and its words were perhaps read as several lines.
                || (c.rect.overlap_y(title) * 2 > c.rect.height() && apart <= title.height() * 3 / 2)
        };
        // "Request by Primary Care Provider" in the middle below a title is its second line.
        let below_title = |(_, title): &(usize, Rect)| {
            let centred = (c.rect.center_x() - title.center_x()).abs() <= sheet.letter_height;
            c.composed
                && centred
                && c.rect.left > title.left
                && (0..2 * title.height()).contains(&(c.rect.top - title.bottom))
                && row.is_some_and(|row| sheet.rows[row].iter().all(|t| c.tokens.contains(t)))
                && !sheet.tokens[c.tokens[c.tokens.len() - 1]].text.ends_with(':')
        };
        !titles.iter().any(|title| beside_title(title) || below_title(title))
            || !c.targets.iter().all(|t| matches!(t, Target::Field(_)))
    });
    join_languages(&mut chosen, sheet, form);
    turn_into_options(&mut chosen, sheet, &index.composition);
    drop_doubtful(&mut chosen, form, sheet.letter_height);
    drop_echoes(&mut chosen, sheet, index, form);
    drop_values(&mut chosen, sheet, index);
    add_garbled(sheet, index, form, &taken, &mut chosen);
    add_overwritten(sheet, index, form, &taken, &mut chosen);
    chosen.sort_by_key(|c| (sheet.tokens[c.tokens[0]].row, c.rect.left));
    let mut labels = settle_shared(chosen, form, sheet);
    give_to_lists(&mut labels, form, sheet);
    drop_column_heads(&mut labels, form, sheet);
    labels
}

/// The words of a sentence that lead to a blank behind the token at `end` of a row, those of most letters: see [`FieldDefinition::leads`].
fn lead_at(sheet: &Sheet, form: &FormDefinition, row: &[usize], end: usize) -> Option<Candidate> {
    // Dates fill the next line, where the sentence breaks before its blanks.
    let breaks_off = end + 1 == row.len();
    let is_led = |field: usize| {
        sheet.tokens[row[end]].leads_to_line || breaks_off && form.fields[field].kind == FieldKind::DateList
    };
    let wordings = form.fields.iter().enumerate().flat_map(|(i, field)| field.leads.iter().map(move |text| (i, text)));
    let found = wordings.filter_map(|(field, wording)| {
        if !is_led(field) {
            return None;
        }
        let words: Vec<String> = wording.split_whitespace().map(fold).collect();
        let start = (end + 1).checked_sub(words.len())?;
        let is_it = words.iter().zip(&row[start..=end]).all(|(word, &t)| *word == fold(&sheet.tokens[t].text));
        is_it.then_some((words.concat().len(), start, field))
    });
    let (letters, start, field) = found.max_by_key(|(letters, start, _)| (*letters, std::cmp::Reverse(*start)))?;
    let tokens = row[start..=end].to_vec();
    Some(Candidate {
        composed: false,
        exact: true,
        whole: true,
        targets: vec![Target::Field(field)],
        letters,
        rect: label_rect(sheet, &tokens),
        tokens,
        distance: 0.0,
        // Less than a label that ends with the same words: "ID of the member".
        score: letters as f32 + 1.0,
    })
}

/// Whether the word begins its row and another label of the same field follows: "PROVIDER | Name ___ NPI ___".
fn leads_its_fields(candidate: &Candidate, sheet: &Sheet, beginnings: &BTreeMap<usize, Vec<Target>>) -> bool {
    let (Some(&first), Some(&last)) = (candidate.tokens.first(), candidate.tokens.last()) else { return false };
    let row = &sheet.rows[sheet.tokens[first].row];
    let next = row.iter().skip_while(|t| **t != last).nth(1).filter(|t| sheet.tokens[**t].starts_segment);
    let names_same =
        |targets: &Vec<Target>| targets.iter().any(|t| matches!(t, Target::Field(_)) && candidate.targets.contains(t));
    row.first() == Some(&first) && next.and_then(|t| beginnings.get(t)).is_some_and(names_same)
}

/// Whether a candidate ends its row behind the number of a section: "Section 2. Requesting provider", "B. Member".
fn is_numbered(candidate: &Candidate, sheet: &Sheet) -> bool {
    let (Some(&first), Some(&last)) = (candidate.tokens.first(), candidate.tokens.last()) else { return false };
    let row = &sheet.rows[sheet.tokens[first].row];
    let Some(start) = row.iter().position(|&t| t == first) else { return false };
    // A tint behind the heading leaves specks that are read as letters.
    let is_word = |t: &&usize| fold(&sheet.tokens[**t].text).len() >= 3;
    let after = row.iter().skip_while(|t| **t != last).skip(1);
    is_after_number(sheet, row, start) && after.filter(is_word).count() == 0
}

/// Whether nothing but the number of a section stands in a row before the token at `start`.
fn is_after_number(sheet: &Sheet, row: &[usize], start: usize) -> bool {
    let has_letters = |t: &&usize| !fold(&sheet.tokens[**t].text).is_empty();
    let lead: Vec<&usize> = row.iter().take(start).filter(has_letters).collect();
    let is_number = |t: &&usize| {
        let text = &sheet.tokens[**t].text;
        // A fax's period is read as a comma.
        text.ends_with(['.', ':', ')', ',']) && fold(text).len() <= 2
    };
    lead.len() <= 2 && lead.last().is_some_and(is_number)
}

/// The words that the labels of a field are made of, folded.
fn words_of_labels(field: &FieldDefinition, form: &FormDefinition) -> BTreeSet<String> {
    let listed = field.labels.iter().flat_map(|label| label.split_whitespace());
    listed.chain(field.words.iter().flatten().chain(&form.fillers).map(String::as_str)).map(fold).collect()
}

/// The words of a label, folded.
fn label_words(sheet: &Sheet, tokens: &[usize]) -> Vec<String> {
    tokens
        .iter()
        .flat_map(|&t| sheet.tokens[t].text.split(['/', '-', '\'', '’', '(', ')']))
        .map(fold)
        .filter(|w| !w.is_empty())
        .collect()
}

/// What stands between the two languages of a label.
const BOTH: &str = "/";

/// Words of the longest question that asks for a field.
const LONGEST: usize = 20;

fn candidates_from(
    sheet: &Sheet,
    index: &LabelIndex,
    form: &FormDefinition,
    row: &[usize],
    start: usize,
    out: &mut Vec<Candidate>,
) {
    let height = sheet.letter_height;
    let first = &sheet.tokens[row[start]];
    // A label begins with a letter: the brackets of an empty box before it are no part of it. And inside a hint in brackets there is none.
    let is_box = first.text.contains(['[', ']', '|']) && fold(&first.text).len() <= 2;
    if fold(&first.text).is_empty() || is_box || is_in_hint(sheet, row, start) {
        return;
    }
    let clean_start = first.starts_segment
        || start.checked_sub(1).is_some_and(|at| {
            let before = &sheet.tokens[row[at]];
            // A box glyph, a bullet, a closed label or a wide gap: what follows can begin a label.
            is_glyph(sheet, row, at)
                || before.text.ends_with(':')
                || before.text == BOTH
                || first.rect.left - before.rect.right > height
        });
    let mut folded = String::new();
    // A label that was read to its colon ends there: what follows is another's, or its first option.
    let mut is_closed = false;
    // What stands before the stroke between two languages names the field: "Missed appointments / Citas perdidas" is no option.
    let mut names_field = false;
    for end in start..row.len() {
        let token = &sheet.tokens[row[end]];
        if token.text == BOTH && end > start {
            let is_field = |n: &Near| {
                let targets = &index.wordings[n.wording].targets;
                n.distance == 0.0 && !n.begun && targets.iter().any(|t| matches!(t, Target::Field(_)))
            };
            names_field |= index.near(&folded, false, false).iter().any(is_field);
        }
        if end > start && token.starts_segment && token.rect.left - sheet.tokens[row[end - 1]].rect.right > height * 3 {
            break;
        }
        folded.push_str(&fold(&token.text));
        if folded.len() > index.longest + index.longest / 3 {
            break;
        }
        if folded.is_empty() {
            continue;
        }
        // The rest of a row in another column of a table is another's.
        let ends_row = row.get(end + 1).is_none_or(|&next| {
            let next = &sheet.tokens[next];
            next.starts_segment && next.rect.left - token.rect.right > height * 3
        });
        let (last, clean_end) = label_end(sheet, row, end);
        // "NPI 1897696047": between a short label and its figures often stands no more than a word space. Read to the letter, it is one.
        let heads_figures =
            folded.len() <= SHORT && row.get(last + 1).is_some_and(|&t| is_figures(&sheet.tokens[t].text));
        let before_figures = first.starts_segment && !clean_end && heads_figures;
        // "Provider: Dao Hang, MD NPI: 1897696047" on one typed line: the colon and the figures tell a label behind a value.
        let behind_value = !clean_start
            && heads_figures
            && token.text.ends_with(':')
            && row[..start.saturating_sub(1)].iter().any(|&t| sheet.tokens[t].text.ends_with(':'));
        let before_figures = before_figures || behind_value;
        let clean_start = clean_start || behind_value;
        let clean_end = clean_end || before_figures;
        // Inside a sentence only a long, well-read wording is taken for a label.
        let inside = !clean_start || !clean_end;
        if inside && folded.len() < if clean_start || clean_end { 8 } else { 12 } {
            continue;
        }
        let composed = if !inside && !before_figures && !is_closed && end - start < LONGEST {
            index.composition.find(&label_words(sheet, &row[start..=end]))
        } else {
            None
        };
        // "Narrative: what happened, …" is one label, and its rest is none.
        let goes_on = |c: &Composed| {
            let after_colon = start.checked_sub(1).is_some_and(|at| sheet.tokens[row[at]].text.ends_with(':'));
            after_colon && matches!(c.target, Target::Field(i) if form.fields[i].kind.is_paragraph())
        };
        let is_field = |c: &Composed| names_field && matches!(c.target, Target::Option(..));
        if let Some(composed) = composed.filter(|c| !goes_on(c) && !is_field(c)) {
            let tokens: Vec<usize> = row[start..=last].to_vec();
            let rect = label_rect(sheet, &tokens);
            // Always less than a listed wording of the same length; one whose words are all known means what it says as a whole: "Fax of practice" asks for no practice.
            let weight = if composed.exact { 0.9 } else { 0.7 * composed.coverage };
            let score = folded.len() as f32 * weight + 1.0;
            let letters = folded.len();
            out.push(Candidate {
                composed: true,
                exact: composed.exact,
                whole: true,
                targets: vec![composed.target],
                letters,
                tokens,
                rect,
                distance: 0.3,
                score,
            });
        }
        let near = index.near(&folded, inside, ends_row);
        is_closed |= token.text.ends_with(':') && near.iter().any(|n| n.distance == 0.0 && !n.begun);
        for &Near { wording, distance, begun, words } in near.iter() {
            let wording = &index.wordings[wording];
            let letters = wording.folded.len();
            let compared = wording.beginning(folded.len(), begun);
            if !words || (before_figures && !begun && distance > 0.0) {
                continue;
            }
            // "Phone of member" is no misread "Phone number": known words mean what they say.
            let is_other = |c: Composed| c.exact && wording.targets != [c.target];
            if distance > 0.0 && composed.is_some_and(is_other) {
                continue;
            }
            // "medically" is no "Medi-Cal ID": one word is several that lost their spaces only where hardly a letter is wrong.
            if end == start && wording.count > 1 && distance > JOINED {
                continue;
            }
            let mut targets = wording.targets.clone();
            // In the middle of a line only what was read to the letter is a label: "a clinical need" names no clinic.
            let in_sentence = !clean_start
                && distance > 0.0
                && start.checked_sub(1).is_some_and(|at| {
                    let before = &sheet.tokens[row[at]].text;
                    before.starts_with(char::is_lowercase) && !before.ends_with([':', '.'])
                });
            // The words of a label come again in the middle of sentences, and there they are none; nor is one word that a sentence begins
            // with ("Provider Services, …").
            let goes_on = inside
                && wording.words.len() <= 1
                && row.get(last + 1).is_some_and(|&t| sheet.tokens[t].text.starts_with(char::is_alphabetic));
            // "Dates" alone is a label only with its colon: it stands in many a sentence.
            let is_loose = |field: usize| {
                form.fields[field].kind == FieldKind::DateList && wording.count <= 1 && !token.text.ends_with(':')
            };
            targets.retain(|target| match target {
                Target::Field(field) if is_loose(*field) => false,
                Target::Field(_) => (clean_start || clean_end) && !goes_on && !in_sentence,
                Target::Section(_) => heads_its_row(sheet, row, start) && clean_end && !before_figures,
                Target::Heading(_) => clean_end && !before_figures,
                Target::Option(..) => !before_figures,
                _ => true,
            });
            if targets.is_empty() {
                continue;
            }
            let tokens: Vec<usize> = row[start..=last].to_vec();
            // "ID" in letters far higher than the form's, or that nobody is sure of, is a pen's: initials, a piece of a signature, a scrawl.
            let is_tall = |t: &usize| sheet.tokens[*t].rect.height() * 2 > height * 5;
            let is_scrawl = |t: &usize| sheet.tokens[*t].confidence < SCRAWL;
            if compared.len() <= 3 && (tokens.iter().all(is_tall) || tokens.iter().all(is_scrawl)) {
                continue;
            }
            let rect = label_rect(sheet, &tokens);
            let bonus = 2.0 * f32::from(u8::from(clean_start)) + 2.0 * f32::from(u8::from(clean_end));
            let score = compared.len() as f32 * (1.0 - 2.0 * distance) + bonus;
            let exact = distance == 0.0;
            out.push(Candidate {
                composed: false,
                exact,
                whole: !inside,
                targets,
                letters,
                tokens,
                rect,
                distance,
                score,
            });
        }
    }
}

/// Whether a bracket that opened behind another word of the same segment is still open at the token at `start` of a row.
fn is_in_hint(sheet: &Sheet, row: &[usize], start: usize) -> bool {
    let mut open = false;
    for at in (1..=start).rev() {
        if sheet.tokens[row[at]].starts_segment {
            break;
        }
        let before = &sheet.tokens[row[at - 1]];
        if before.text.contains(')') {
            return false;
        }
        open = before.text.starts_with('(') && before.is_word() && !before.starts_segment;
        if open {
            break;
        }
    }
    open
}

/// Whether nothing but a number, a glyph or a wide gap stands before the token at `start`: a heading begins its row or its column. Written
/// words stand wider apart than printed ones, and a sentence of theirs may hold the words of a heading.
fn heads_its_row(sheet: &Sheet, row: &[usize], start: usize) -> bool {
    start.checked_sub(1).is_none_or(|at| {
        let (before, here) = (&sheet.tokens[row[at]], &sheet.tokens[row[start]]);
        here.rect.left - before.rect.right > 3 * sheet.letter_height
            || is_glyph(sheet, row, at)
            || is_after_number(sheet, row, start)
    })
}

/// Letters up to which a label is short: "NPI", "DOB", "Phone", "Member ID".
const SHORT: usize = 8;

/// Whether a word is a number, a date or a phone: four digits or more and hardly a letter.
fn is_figures(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '(')
        && text.chars().filter(char::is_ascii_digit).count() >= 4
        && text.chars().filter(|c| c.is_alphabetic()).count() <= 1
}

/// Whether the token at `at` of a row is what a reader makes of a box, a bullet or a number before an option: a letter or two, with
/// nothing but the like before it in its segment. ("by" in the middle of a sentence is none.)
fn is_glyph(sheet: &Sheet, row: &[usize], at: usize) -> bool {
    let token = &sheet.tokens[row[at]];
    fold(&token.text).len() <= 2
        && (token.starts_segment || at.checked_sub(1).is_none_or(|before| is_glyph(sheet, row, before)))
}

/// The box around a label. One token that swallowed a ruling or its neighbour must not stretch it: the median edges stand.
fn label_rect(sheet: &Sheet, tokens: &[usize]) -> Rect {
    let all = Rect::bounding(tokens.iter().map(|&t| &sheet.tokens[t].rect)).unwrap_or_default();
    if all.height() * 10 <= sheet.letter_height * 17 {
        return all;
    }
    let median = |edge: fn(&Rect) -> i32| {
        let mut edges: Vec<i32> = tokens.iter().map(|&t| edge(&sheet.tokens[t].rect)).collect();
        edges.sort_unstable();
        edges[edges.len() / 2]
    };
    let (top, bottom) = (median(|r| r.top), median(|r| r.bottom));
    if (bottom - top) * 10 <= sheet.letter_height * 17 && bottom > top {
        return Rect { top, bottom, ..all };
    }
    let half = sheet.letter_height * 6 / 10;
    Rect { top: all.center_y() - half, bottom: all.center_y() + half, ..all }
}

/// Words of a hint in brackets: "(events, dates, efforts by the office)".
const LONGEST_HINT: usize = 12;

/// The last token that belongs to a label ending at `end` (a hint in brackets, a number sign or a lone colon is part of it), and
/// whether the label ends there: at a colon, a gap, a bracket or the end of its segment.
fn label_end(sheet: &Sheet, row: &[usize], end: usize) -> (usize, bool) {
    let mut last = end;
    let mut open = false;
    let mut closed = sheet.tokens[row[end]].text.ends_with(':');
    while last + 1 < row.len() && !closed {
        let next = &sheet.tokens[row[last + 1]];
        if (next.starts_segment || next.text == BOTH) && !open {
            closed = true;
            break;
        }
        let punctuation = next.text.chars().all(|c| matches!(c, ':' | '#' | '*' | '.' | '-'));
        // "(first, last)" is a hint; "(831)" begins a value.
        let opens = next.text.starts_with('(') && !next.text.contains(|c: char| c.is_ascii_digit());
        if !(punctuation || open || opens) || last - end > LONGEST_HINT {
            break;
        }
        open = (open || opens) && !next.text.contains(')');
        last += 1;
        closed = next.text.ends_with(':');
    }
    if open {
        // An unclosed bracket is not a hint.
        return (end, false);
    }
    let gap = row.get(last + 1).is_none_or(|&next| {
        let next = &sheet.tokens[next];
        let room = next.rect.left - sheet.tokens[row[last]].rect.right;
        next.starts_segment || (room > sheet.letter_height * 3 / 4 && room * 2 > 3 * usual_space(row, &sheet.tokens))
    });
    (last, closed || gap || last > end)
}

/// The group of the section that a label at `rect` stands in: of the last heading above it, if no reasons and no room for prose lie between.
fn section_of<'f>(rect: &Rect, certain: &[(Rect, Target)], form: &'f FormDefinition) -> Option<&'f str> {
    let above = certain.iter().filter(|(other, _)| other.bottom <= rect.top);
    let ends_section = |target: Target| match target {
        Target::Section(_) | Target::Heading(_) | Target::Option(..) => true,
        Target::Field(i) => form.fields[i].kind.is_paragraph(),
        _ => false,
    };
    let group = |target: &Target| match target {
        Target::Section(i) => Some(form.sections[*i].group.as_str()),
        _ => None,
    };
    // A heading ends where the next begins: on a page of one heading nobody knows where that is.
    let groups: BTreeSet<&str> = certain.iter().filter_map(|(_, target)| group(target)).collect();
    if groups.len() < 2 {
        return None;
    }
    let last = above.filter(|(_, target)| ends_section(*target)).max_by_key(|(other, _)| (other.bottom, other.left))?;
    let beside = certain.iter().filter(|(other, _)| other.overlap_y(&last.0) * 2 > other.height());
    let headings: Vec<&str> = beside.filter_map(|(_, target)| group(target)).collect();
    // Two headings side by side head columns, which the neighbours tell apart.
    match (last.1, headings.as_slice()) {
        (Target::Section(_), [only]) => Some(only),
        _ => None,
    }
}

/// Letter heights below a heading within which its first field is named.
const NEAR: i32 = 8;

/// The tokens of a label before its hint in brackets.
fn before_hint<'t>(sheet: &Sheet, tokens: &'t [usize]) -> &'t [usize] {
    let hint = tokens.iter().skip(1).position(|&t| sheet.tokens[t].text.starts_with('('));
    hint.map_or(tokens, |at| &tokens[..at + 1])
}

/// Whether a label begins or ends with a bracket; one of the two is lost now and then.
fn is_in_brackets(sheet: &Sheet, tokens: &[usize]) -> bool {
    let text = |at: Option<&usize>| at.map_or("", |&t| sheet.tokens[t].text.as_str());
    let (first, last) = (text(tokens.first()), text(tokens.last()));
    // "Name (last, first)" ends with a hint.
    let hint = before_hint(sheet, tokens).len() < tokens.len();
    first.starts_with('(') || last.trim_end_matches(['.', ':']).ends_with(')') && !hint
}

/// A wording that stands in several fields goes to the field whose group its neighbours, or the heading above, belong to.
fn settle_shared(chosen: Vec<Candidate>, form: &FormDefinition, sheet: &Sheet) -> Vec<Label> {
    let height = sheet.letter_height;
    let group_of = |target: Target| match target {
        Target::Field(i) => form.fields[i].group.as_deref(),
        Target::Section(i) => Some(form.sections[i].group.as_str()),
        _ => None,
    };
    let may_head = |c: &Candidate| c.targets.iter().copied().find(|t| matches!(t, Target::Section(_)));
    // A section has one heading: "Primary care physician" under "Primary care provider" names a field that nothing else names.
    let is_headed = |candidate: &Candidate| {
        let above = |c: &&Candidate| c.rect.bottom <= candidate.rect.top && may_head(c) == may_head(candidate);
        let last =
            chosen.iter().filter(|c| c.rect.bottom <= candidate.rect.top).max_by_key(|c| (c.rect.bottom, c.rect.left));
        let field_of = |t: &Target| matches!(t, Target::Field(_)) && candidate.targets.contains(t);
        // A wording of several fields names this one where it stands right below: "Name" under "Member".
        let is_below =
            |c: &Candidate| may_head(c).is_none() && (0..NEAR * height).contains(&(c.rect.top - candidate.rect.bottom));
        let named = |c: &Candidate| c.targets.iter().any(field_of) && (c.targets.len() == 1 || is_below(c));
        last.is_some_and(|last| may_head(last) == may_head(candidate))
            || (chosen.iter().any(|c| above(&c)) && !chosen.iter().any(named))
    };
    // "Member" alone is a heading where another label names the same field.
    let heading_of = |candidate: &Candidate| {
        let section = may_head(candidate)?;
        if candidate.targets.len() > 1 && is_headed(candidate) {
            return None;
        }
        let named_elsewhere = chosen.iter().any(|other| {
            other.rect != candidate.rect && other.targets.iter().any(|t| candidate.targets.contains(t) && *t != section)
        });
        (candidate.targets.len() == 1 || named_elsewhere).then_some(section)
    };
    let certain: Vec<(Rect, Target)> = chosen
        .iter()
        .filter_map(|c| match c.targets.as_slice() {
            [only] => Some((c.rect, *only)),
            _ => heading_of(c).map(|section| (c.rect, section)),
        })
        .collect();
    let mut labels: Vec<Label> = Vec::with_capacity(chosen.len());
    for candidate in &chosen {
        let section = section_of(&candidate.rect, &certain, form);
        let nearness = |target: Target| -> (bool, i64) {
            let Some(group) = group_of(target) else { return (false, i64::MIN) };
            let same_elsewhere =
                certain.iter().any(|(_, other)| *other == target) || labels.iter().any(|label| label.target == target);
            let nearest = certain
                .iter()
                .filter(|(rect, other)| group_of(*other) == Some(group) && rect.top <= candidate.rect.bottom)
                .map(|(rect, _)| {
                    let down = i64::from((candidate.rect.center_y() - rect.center_y()).abs());
                    let across = i64::from((candidate.rect.left - rect.left).abs());
                    // Rows hold a form's groups together far better than columns do.
                    down * 4 + across / 4
                })
                .min()
                .unwrap_or(i64::from(i32::MAX));
            (section == Some(group), -nearest - if same_elsewhere { i64::from(i32::MAX) } else { 0 })
        };
        let target = match candidate.targets.as_slice() {
            [only] => *only,
            _ if let Some(section) = heading_of(candidate) => section,
            several => {
                let fields = several.iter().copied().filter(|t| matches!(t, Target::Field(_)));
                let heading = several.iter().copied().find(|t| matches!(t, Target::Heading(_)));
                fields.max_by_key(|&t| (nearness(t), std::cmp::Reverse(t))).or(heading).unwrap_or(several[0])
            }
        };
        labels.push(Label {
            target,
            rect: candidate.rect,
            tokens: candidate.tokens.clone(),
            distance: candidate.distance,
            letters: candidate.letters,
            ambiguous: candidate.targets.iter().any(|t| matches!(t, Target::Section(_))),
            in_brackets: is_in_brackets(sheet, &candidate.tokens),
        });
    }
    labels
}
