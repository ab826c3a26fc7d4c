//! The letter's own date: near the top, on a line of its own, and not one of the days that the letter speaks of.

use std::ops::Range;
use std::rc::Rc;

use chrono::NaiveDate;

use crate::answer::{Confidence, Reading};
use crate::extract::fuzzy::{Phrase, fold};
use crate::extract::page_text::PageText;
use crate::extract::values::{DateContext, DateReading, dates};
use crate::rules::PhraseBook;

use super::combined::ends_sentence;
use super::facts::{Layout, RUNNING};

/// A letter's date as it was read.
pub(super) struct LetterDate {
    pub reading: Reading<NaiveDate>,
    pub confidence: Confidence,
    pub raw: String,
    /// The line that it stands on.
    pub line: Option<usize>,
}

struct Candidate {
    line: usize,
    raw: String,
    reading: DateReading,
    confidence: f32,
    rank: u32,
}

/// Looks for the date above the salutation, then right below it or behind the closing, then elsewhere on lines of their own.
pub(super) fn letter_date(text: &PageText, layout: &Layout, phrases: &PhraseBook, context: &DateContext) -> LetterDate {
    let births: Vec<Rc<Phrase>> = phrases.people.dob_labels.iter().map(|l| Phrase::of_pack(l)).collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut doubtful: Option<(u32, String)> = None;
    let dated_below = dated_below(text, layout, context);
    for (at, line) in text.lines().iter().enumerate() {
        let born = births.iter().any(|label| text.find_at(label, 0.1, at..at + 1).is_some());
        if born || layout.references.contains(&at) {
            continue;
        }
        let below = dated_below == Some(at) || tells_its_day(&line.text, phrases, context);
        if runs_on_from(text, at, context) {
            continue;
        }
        let known = rank_of(text, layout, at).or(below.then_some(1));
        let is_last = layout.closing.is_none() && at + LAST_LINES >= text.lines().len();
        if known.is_none() && !is_last {
            continue;
        }
        let own = own_date(&line.text, context);
        let is_bare = own.as_ref().is_some_and(|(raw, _)| line.text.len() - raw.len() <= LAST_WORDS);
        let Some(rank) = known.or((is_last && is_bare).then_some(3)) else { continue };
        match own {
            Some((raw, reading)) => {
                let confidence = text.confidence(line.words.clone());
                candidates.push(Candidate { line: at, raw, reading, confidence, rank });
            }
            None if rank <= 2
                && looks_like_a_date(&line.text, phrases)
                && doubtful.as_ref().is_none_or(|(known, _)| rank < *known) =>
            {
                doubtful = Some((rank, line.text.clone()));
            }
            None => {}
        }
    }
    candidates.sort_by_key(|c| (c.rank, c.line));
    let best = candidates.into_iter().next();
    match (best, doubtful) {
        (Some(best), doubtful) if doubtful.as_ref().is_none_or(|(rank, _)| best.rank <= *rank) => {
            let sure = if best.reading.certain { 1.0 } else { 0.6 } * if best.reading.repaired { 0.9 } else { 1.0 };
            let confidence = Confidence::new(best.confidence * sure);
            let reading = best.reading.best.map_or(Reading::Unreadable, Reading::Read);
            LetterDate { reading, confidence, raw: best.raw, line: Some(best.line) }
        }
        (_, Some((_, raw))) => {
            LetterDate { reading: Reading::Unreadable, confidence: Confidence::NONE, raw, line: None }
        }
        _ => told_date(text, layout, phrases, context).unwrap_or_else(|| LetterDate {
            reading: Reading::Blank,
            confidence: Confidence::new(0.9),
            raw: String::new(),
            line: None,
        }),
    }
}

/// The day that a letter without a date line tells of itself: "on November 2, 2026 we mailed you this notice", "this letter, given under my
/// hand on …". The other days of its sentences are what it speaks of.
fn told_date(text: &PageText, layout: &Layout, phrases: &PhraseBook, context: &DateContext) -> Option<LetterDate> {
    let from = layout.salutation.and_then(|at| text.lines().get(at + 1)).map_or(0, |line| line.words.start);
    let words: Vec<String> = text.words().iter().map(|word| fold(&word.text)).collect();
    let places = |wordings: &[String]| -> Vec<Range<usize>> {
        let wordings = wordings.iter().map(|wording| wording.split_whitespace().map(fold).collect::<Vec<_>>());
        let places = wordings.flat_map(|sought| {
            let starts = from..(words.len() + 1).saturating_sub(sought.len());
            starts.filter(|&at| words[at..].starts_with(&sought)).map(|at| at..at + sought.len()).collect::<Vec<_>>()
        });
        places.collect()
    };
    let own = places(&phrases.letters.own_names);
    let dating = places(&phrases.letters.dating);
    if own.is_empty() || dating.is_empty() {
        return None;
    }
    let near = |before: &Range<usize>, behind: &Range<usize>, reach: usize| {
        (before.end..=before.end + reach).contains(&behind.start)
    };
    let tells = |day: &Range<usize>| {
        dating.iter().any(|act| {
            own.iter().any(|own| {
                let named_first = near(own, act, TO_OWN) && near(act, day, TO_DAY);
                let acted_first = near(act, day, TO_DAY) && near(day, own, TO_OWN);
                named_first || acted_first || near(day, act, TO_ACT) && near(act, own, TO_OWN)
            })
        })
    };
    let (place, raw, reading) =
        (from..words.len()).filter_map(|at| day_at(text, at, context)).find(|(day, ..)| tells(day))?;
    let confidence = Confidence::new(text.confidence(place) * if reading.certain { TOLD } else { TOLD / 2.0 });
    let reading = reading.best.map_or(Reading::Unreadable, Reading::Read);
    Some(LetterDate { reading, confidence, raw, line: None })
}

/// The day whose first word stands at `at`, and its words; it may run over the end of a line.
fn day_at(text: &PageText, at: usize, context: &DateContext) -> Option<(Range<usize>, String, DateReading)> {
    let words = at..(at + LONGEST_DAY).min(text.words().len());
    let told = text.text(words);
    let (span, reading) = dates::find_dates(&told, context).into_iter().next()?;
    let first = told.split_whitespace().next()?.len();
    let raw = told.get(span.clone())?.to_owned();
    let count = raw.split_whitespace().count();
    (span.start < first).then_some((at..at + count, raw, reading))
}

/// Words of a day, at the most: `Tuesday, the 3rd day of November, 2026`.
const LONGEST_DAY: usize = 8;
/// Words from an act of dating to its day ("mailed to you on"), and from a day to the act ("we mailed").
const TO_DAY: usize = 3;
const TO_ACT: usize = 2;
/// Words between the letter's name for itself and the act or the day.
const TO_OWN: usize = 2;
/// How sure such a day is, at the most.
const TOLD: f32 = 0.9;

/// `Given this 3rd day of November, 2026`: a line of its own that says what is done with the letter, and when.
pub fn tells_its_day(line: &str, phrases: &PhraseBook, context: &DateContext) -> bool {
    let words: Vec<String> = line.split_whitespace().map(fold).collect();
    let acts = |act: &String| words.starts_with(&act.split_whitespace().map(fold).collect::<Vec<_>>());
    phrases.letters.dating.iter().any(acts) && own_date(line, context).is_some()
}

/// Whether a line goes on where a sentence of the line above broke off ("agreed upon on"): its day is one that the letter speaks of.
fn runs_on_from(text: &PageText, at: usize, context: &DateContext) -> bool {
    let Some(above) = at.checked_sub(1).and_then(|above| text.lines().get(above)) else { return false };
    let last = above.text.split_whitespace().last().unwrap_or_default();
    let goes_on = text.lines().get(at).is_some_and(|line| {
        let date = dates::find_dates(&line.text, context).first().map(|(span, _)| span.start);
        let before = date.and_then(|start| line.text.get(..start)).unwrap_or_default();
        line.text.starts_with(char::is_lowercase) && before.split_whitespace().count() >= 2
    });
    let is_small = |word: &String| fold(word) == fold(last);
    let breaks_off = goes_on && !ends_sentence(last) || context.words.fillers.iter().any(is_small);
    above.words.len() >= RUNNING && breaks_off
}

/// The line right below the salutation, when it holds a date and nothing else: some offices date their letters there.
pub(super) fn dated_below(text: &PageText, layout: &Layout, context: &DateContext) -> Option<usize> {
    let below = layout.salutation? + 1;
    let line = text.lines().get(below)?;
    let found = dates::find_dates(&line.text, context);
    let [(range, _)] = found.as_slice() else { return None };
    let rest = line.text.len() - range.len();
    // Room for `Date:`, and none for the words of a sentence.
    (rest <= LABEL).then_some(below)
}

/// The last line of the upper part that holds a date and little else: where nobody is greeted, the letter begins under it.
pub(super) fn dated_above(text: &PageText, context: &DateContext) -> Option<usize> {
    let lines = text.lines().iter();
    let upper = lines.take_while(|line| text.depth(line.words.start) < UPPER).count();
    (0..upper).rfind(|&at| day_on(&text.lines()[at].text, context).is_some())
}

/// The part of a page in which a letter that greets nobody has its date.
const UPPER: f32 = 0.45;

/// Lines at the end of a letter among which its date may stand, where no closing was known, and room beside it for "Dated this".
const LAST_LINES: usize = 4;
const LAST_WORDS: usize = 13;

/// Letters beside a date that are its label.
const LABEL: usize = 9;

/// How likely a line of the letter is to hold its date: 0 above the salutation, 1 right below it or behind the closing, 2 at the top of a letter
/// without a salutation. The body is left out: its dates are what the letter speaks of.
fn rank_of(text: &PageText, layout: &Layout, line: usize) -> Option<u32> {
    match layout.salutation {
        Some(salutation) if line < salutation => Some(0),
        _ if layout.closing.is_some_and(|closing| line > closing) => Some(1),
        None if text.lines().get(line).is_some_and(|l| text.depth(l.words.start) < UPPER) => Some(2),
        _ => None,
    }
}

/// The date of a line that says little else: `Date: November 8, 2026`, `Salinas, CA, 8 de noviembre de 2026`.
fn own_date(line: &str, context: &DateContext) -> Option<(String, DateReading)> {
    let found = dates::find_dates(line, context);
    if let [(range, reading)] = found.as_slice() {
        if line.get(range.end..).is_some_and(is_time) {
            return None;
        }
        let rest = line.len() - range.len();
        let raw = line.get(range.clone())?.to_owned();
        return (rest <= 34).then(|| (raw, reading.clone()));
    }
    // A letter in two columns gives its date in both.
    if let [(range, reading), others @ ..] = found.as_slice()
        && reading.best.is_some()
        && others.iter().all(|(_, other)| other.best == reading.best)
    {
        let told: usize = found.iter().map(|(range, _)| range.len()).sum();
        return (line.len() - told <= LABEL).then(|| (line[range.clone()].to_owned(), reading.clone()));
    }
    if !found.is_empty() {
        return None;
    }
    // Repairs, and dates without a year, only where nothing else stands on the line.
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
    let value = strip_label(bare, context);
    let reading = dates::parse_date(value, context);
    (reading.best.is_some() || !reading.others.is_empty()).then(|| (value.to_owned(), reading))
}

/// The day that a line of a letter names when it is read as its date.
pub(super) fn day_on(line: &str, context: &DateContext) -> Option<NaiveDate> {
    own_date(line, context)?.1.best
}

/// Whether a time of day to the second follows: then a machine printed it when the fax was sent.
fn is_time(after: &str) -> bool {
    let figures: Vec<&str> = after.trim_start().split(|c: char| !c.is_ascii_digit()).take(3).collect();
    let separators = after.trim_start().chars().filter(|c| !c.is_ascii_digit()).take(2);
    figures.len() == 3 && figures.iter().all(|part| (1..=2).contains(&part.len())) && separators.eq([':', ':'])
}

fn strip_label<'a>(line: &'a str, context: &DateContext) -> &'a str {
    match line.split_once(':') {
        Some((label, value)) if context.words.fillers.contains(&fold(label)) => value,
        _ => line,
    }
}

/// A short line with a month's name or the digits of a date, from which no date could be read.
fn looks_like_a_date(line: &str, phrases: &PhraseBook) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let marks = line.chars().filter(|c| matches!(c, '/' | '-')).count();
    let words = line.split_whitespace().count();
    if words > 6 || line.len() > 34 {
        return false;
    }
    let month = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() >= 3)
        .any(|word| {
            let folded = fold(word);
            phrases
                .dates
                .months
                .iter()
                .flatten()
                .any(|name| folded.len() >= 3 && fold(name) == folded && folded != "mar" && folded != "may")
        });
    let numeric = digits >= 5 && marks >= 2 && line.chars().filter(|c| c.is_alphabetic()).count() <= 3;
    (month && digits >= 1) || numeric
}
