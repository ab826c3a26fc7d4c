//! Wordings told by what stands together in a sentence, not by their order: who acts, what is done, for whom.
//!
//! Offices word letters as they like; what a notice must hold is an act of the office, the plan and another doctor. A pack lists the
//! words of each part as a row ([`PhraseGroup::rows`]), and a sentence that holds one of every row is a hit.

use std::ops::Range;

use crate::extract::fuzzy::{FoldedLine, Phrase, fold, folded_edits};
use crate::extract::page_text::PageText;
use crate::ocr::Word;

/// Weighted edits up to which a word of six letters and more is that word.
const WORD_EDITS: f32 = 0.9;
/// Weighted edits a letter up to which several words are taken as found.
const PHRASE_EDITS: f32 = 0.12;
/// Letters up to which a word at the head of a wording must be that word.
const SHORT: usize = 3;
/// Words before the first row's in which somebody else may be told to act.
const TOLD_REACH: usize = 4;

/// The words of a page, folded once, and where their sentences end.
pub(super) struct Sentences {
    words: Vec<String>,
    spans: Vec<Range<usize>>,
    folded: Vec<FoldedLine>,
    /// Words of the office as the one who acts.
    actors: Vec<String>,
}

impl Sentences {
    /// The sentences from a word on; lines of an address or a heading end where they end.
    pub fn new(text: &PageText, from: usize, actors: &[String]) -> Self {
        let words: Vec<String> = text.words().iter().map(|w| fold(&w.text)).collect();
        let raw = text.words();
        let mut spans = Vec::new();
        let mut start = from;
        for at in from..raw.len() {
            let ends = ends_at(raw, at);
            if ends || at + 1 - start >= LONGEST || at + 1 == raw.len() {
                spans.push(start..at + 1);
                start = at + 1;
            }
        }
        let folded = spans
            .iter()
            .map(|span| {
                let texts: Vec<&str> =
                    raw.get(span.clone()).unwrap_or_default().iter().map(|w| w.text.as_str()).collect();
                FoldedLine::new(&texts)
            })
            .collect();
        Self { words, spans, folded, actors: actors.to_vec() }
    }

    /// Where a sentence holds a wording of every row: the words of the first row's.
    pub fn find(&self, rows: &[Vec<String>], not_after: &[String]) -> Vec<Range<usize>> {
        let Some((first, rest)) = rows.split_first() else { return Vec::new() };
        let mut found = Vec::new();
        for (span, folded) in self.spans.iter().zip(&self.folded) {
            if !rest.iter().all(|row| row.iter().any(|wording| !self.places(wording, span, folded).is_empty())) {
                continue;
            }
            let hit = first
                .iter()
                .flat_map(|wording| self.places(wording, span, folded))
                .filter(|place| !self.told(place.start, span.start, not_after))
                .min_by_key(|place| (place.start, place.end));
            found.extend(hit);
        }
        found
    }

    /// Whether one of these stands in the sentence of a word.
    pub fn holds(&self, at: usize, wordings: &[String], side: Side) -> bool {
        let Some((span, folded)) = self.spans.iter().zip(&self.folded).find(|(span, _)| span.contains(&at)) else {
            return false;
        };
        wordings.iter().flat_map(|wording| self.places(wording, span, folded)).any(|place| match side {
            Side::Before => place.start < at,
            Side::Anywhere => true,
        })
    }

    /// `please ask`, `you may ask`: the reader is to act, not the office.
    fn told(&self, at: usize, start: usize, not_after: &[String]) -> bool {
        let before = self.words.get(start.max(at.saturating_sub(TOLD_REACH))..at).unwrap_or_default();
        let is = |list: &[String], word: &String| list.iter().any(|known| fold(known) == *word);
        // "… informs you that it has requested": of the two the nearer one acts.
        before
            .iter()
            .rev()
            .find(|word| is(not_after, word) || is(&self.actors, word))
            .is_some_and(|word| is(not_after, word))
    }

    fn places(&self, wording: &str, span: &Range<usize>, folded: &FoldedLine) -> Vec<Range<usize>> {
        if wording.trim().contains(' ') {
            let phrase = Phrase::of_pack(wording);
            let found = folded.find(&phrase, PHRASE_EDITS);
            let place = found.map(|f| f.words.start + span.start..f.words.end + span.start);
            // A letter turns a short word into another: "of another" is no "if another".
            let first = wording.split_whitespace().next().map(fold).unwrap_or_default();
            let begins = |place: &Range<usize>| {
                first.len() > SHORT
                    || self.words.get(place.start).is_some_and(|word| *word == first || first == "if" && word == "lf")
            };
            return place.filter(begins).into_iter().collect();
        }
        let (stem, open) = match wording.strip_suffix('*') {
            Some(stem) => (fold(stem), true),
            None => (fold(wording), false),
        };
        span.clone()
            .filter(|&at| self.words.get(at).is_some_and(|word| is_word(word, &stem, open)))
            .map(|at| at..at + 1)
            .collect()
    }
}

/// Which part of a sentence is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    Anywhere,
}

/// Words after which a sentence is cut, for pages whose periods were lost.
const LONGEST: usize = 48;

/// Whether a sentence ends with a word: the next one begins with no small letter. Specks behind a word are read as periods.
pub(super) fn ends_at(words: &[Word], at: usize) -> bool {
    let goes_on = |next: &Word| next.text.starts_with(char::is_lowercase);
    words.get(at).is_some_and(|word| ends_sentence(&word.text)) && !words.get(at + 1).is_some_and(goes_on)
}

/// A period ends a sentence, not behind an initial or a title of two letters.
pub(super) fn ends_sentence(word: &str) -> bool {
    word.ends_with(['.', '!', '?']) && word.chars().filter(|c| c.is_alphanumeric()).count() > 2
}

fn is_word(word: &str, stem: &str, open: bool) -> bool {
    if word == stem || (open && word.starts_with(stem)) {
        return true;
    }
    if stem.len() < 6 || word.len() + 1 < stem.len() || (!open && word.len() > stem.len() + 1) {
        return false;
    }
    let head = if open { word.get(..stem.len().min(word.len())).unwrap_or(word) } else { word };
    folded_edits(head, stem, WORD_EDITS).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::letters::facts::tests::page;

    fn found(lines: &[&str], rows: &[&[&str]], not_after: &[&str]) -> Vec<Range<usize>> {
        let words = page(lines);
        let text = PageText::new(&words, 2200);
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|w| (*w).to_owned()).collect()).collect();
        let not_after: Vec<String> = not_after.iter().map(|w| (*w).to_owned()).collect();
        Sentences::new(&text, 0, &[]).find(&rows, &not_after)
    }

    const ROWS: [&[&str]; 3] = [&["ask*", "request*"], &["alliance", "health plan"], &["reassign*", "new doctor"]];

    #[test]
    fn a_sentence_must_hold_a_word_of_every_row_in_any_order() {
        assert_eq!(found(&["The Alliance has been asked", "to reassign you today."], &ROWS, &[]), vec![4..5]);
        assert_eq!(found(&["A new doctor is what we", "reqvested from your healthplan."], &ROWS, &[]), vec![6..7]);
        assert!(found(&["We asked the Alliance. You will get", "a new doctor."], &ROWS, &[]).is_empty());
    }

    #[test]
    fn what_the_reader_may_do_is_no_act_of_the_office() {
        let told = ["you", "please"];
        assert!(found(&["You may ask the Alliance for a new doctor."], &ROWS, &told).is_empty());
        assert!(
            !found(&["For you we ask the Alliance for a new doctor, as you may ask."], &ROWS, &["please"]).is_empty()
        );
    }
}
