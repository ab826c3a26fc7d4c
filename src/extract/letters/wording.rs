//! What a letter says: that a new doctor is asked for, that care ends, or only that appointments were missed.
//!
//! A threat is no act: `we may ask the Alliance` and `if you miss another` speak for a warning, however near the words lie to a notice.

use std::ops::Range;

use crate::extract::fuzzy::{Found, Phrase, fold, folded_edits, tolerance};
use crate::extract::page_text::PageText;
use crate::extract::values::{DateContext, DateReading, dates};
use crate::reading::LetterKind;
use crate::rules::PhraseBook;
use crate::rules::phrases::{EndNeeds, LetterPhrases, PhraseGroup};

use super::combined::{Sentences, Side, ends_at};
use super::date::{dated_above, dated_below};
use super::facts::Layout;

/// Weighted edits a letter up to which a phrase of a letter is taken as found.
const MOST_EDITS: f32 = 0.13;
/// Words before a phrase within which `may` and its kin make it a threat.
const CONDITIONAL_REACH: usize = 4;
/// Words of one sentence that are looked at around a phrase: lawyers' sentences are longer than doctors'.
const SENTENCE_REACH: usize = 32;

/// What the words of a letter amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Wording {
    pub kind: LetterKind,
    /// Ids of the phrases that decided, and of the threats among them with `-conditional`.
    pub reasons: Vec<String>,
    /// Ids of the phrases that fix an end of care.
    pub ends: Vec<String>,
    /// Words before phrases that were found: how sure the page is a letter at all.
    pub found: usize,
    /// A sentence says who asks whom for another doctor: more than the words that a form's title has too.
    pub tells: bool,
}

struct Hit {
    id: String,
    words: Range<usize>,
    conditional: bool,
}

/// Weighs a letter's phrases.
pub fn wording(text: &PageText, layout: &Layout, phrases: &PhraseBook, context: &DateContext) -> Wording {
    let letters = &phrases.letters;
    // Date, address and salutation have no periods: without a bound the letter's own date would stand in its first sentence.
    let head = dated_below(text, layout, context).or(layout.salutation).or_else(|| dated_above(text, context));
    let body = head.and_then(|at| text.lines().get(at)).map_or(0, |line| line.words.end);
    let sentences = Sentences::new(text, body, &letters.actors);
    let notice = hits(text, &sentences, &letters.notice, Some(letters));
    let dismissal = hits(text, &sentences, &letters.dismissal, Some(letters));
    let warning = hits(text, &sentences, &letters.warning, None);
    let firm = |hits: &[Hit]| hits.iter().any(|h| !h.conditional);
    let kind = if firm(&notice) {
        LetterKind::ReassignmentNotice
    } else if firm(&dismissal) {
        LetterKind::Dismissal
    } else if !notice.is_empty() || !dismissal.is_empty() || !warning.is_empty() {
        // A threat is one by what the member does again; `would` and `might` stand in the sentences of notices as well.
        let threat = |hit: &Hit| is_threat(&sentences, hit.words.start, letters);
        let warned = !warning.is_empty() || notice.iter().chain(&dismissal).any(threat);
        let told = !notice.is_empty() || !dismissal.is_empty();
        // Missed visits are told in notices too: one in words that nobody has seen is for a person, and no mere warning.
        if warned && (told || !speaks_of_another_doctor(text, &sentences, letters)) {
            LetterKind::Warning
        } else {
            LetterKind::Other
        }
    } else {
        LetterKind::Other
    };
    let ends = ends_of_care(text, &sentences, body, phrases, &dismissal, context);
    let mut reasons = Vec::new();
    for hit in notice.iter().chain(&dismissal).chain(&warning) {
        reasons.push(if hit.conditional { format!("{}-conditional", hit.id) } else { hit.id.clone() });
    }
    reasons.dedup();
    let found = notice.len() + dismissal.len() + warning.len();
    // An end of care with no other word is a dismissal in other words.
    let kind = if kind == LetterKind::Other && !ends.is_empty() { LetterKind::Dismissal } else { kind };
    let whole = |hit: &Hit| letters.notice.iter().any(|group| group.id == hit.id && group.rows.len() >= 3);
    let tells = notice.iter().any(|hit| !hit.conditional && whole(hit));
    Wording { kind, reasons, ends, found, tells }
}

/// Whether a sentence names the plan and another doctor, the second and third row of notices, whoever acts in it, and is no threat.
fn speaks_of_another_doctor(text: &PageText, sentences: &Sentences, letters: &LetterPhrases) -> bool {
    let groups = letters.notice.iter().filter(|group| group.rows.len() >= 3);
    groups.filter_map(|group| group.rows.get(1..3)).any(|rows| {
        sentences.find(rows, &[]).iter().any(|words| !is_conditional(text, sentences, words.start, letters))
    })
}

/// A phrase of a letter, whatever the lines. Closer than other phrases, since one word turns its sense (`no longer provide`,
/// `continue to provide`).
fn find(text: &PageText, phrase: &str) -> Option<Found> {
    let phrase = Phrase::of_pack(phrase);
    text.find_at(&phrase, tolerance(phrase.len()).min(MOST_EDITS), 0..text.lines().len())
}

fn hits(
    text: &PageText,
    sentences: &Sentences,
    groups: &[PhraseGroup],
    conditional: Option<&LetterPhrases>,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for group in groups {
        let worded = group.texts.iter().filter_map(|phrase| find(text, phrase)).map(|found| found.words);
        for words in worded.chain(sentences.find(&group.rows, &group.not_after)) {
            let conditional = conditional.is_some_and(|letters| is_conditional(text, sentences, words.start, letters));
            hits.push(Hit { id: group.id.clone(), words, conditional });
        }
    }
    hits
}

/// Whether the words make a threat of the phrase: `may` just before it, an `if` before it, or what the member is warned of.
fn is_conditional(text: &PageText, sentences: &Sentences, at: usize, letters: &LetterPhrases) -> bool {
    let start = sentence(text, at).start;
    let words: Vec<String> = text.words().get(start..at).unwrap_or_default().iter().map(|w| fold(&w.text)).collect();
    let near = |word: &String, known: &String| {
        known == word || (known.len() >= 3 && word.len() >= 3 && folded_edits(word, known, 0.5).is_some())
    };
    let just_before: Vec<String> = letters.conditional.iter().map(|w| fold(w)).collect();
    words.iter().rev().take(CONDITIONAL_REACH).any(|w| just_before.iter().any(|c| near(w, c)))
        || is_threat(sentences, at, letters)
}

/// Whether the sentence says on what condition it happens: an `if` before the phrase, or what the member is warned of.
fn is_threat(sentences: &Sentences, at: usize, letters: &LetterPhrases) -> bool {
    sentences.holds(at, &letters.conditional_before, Side::Before)
        || sentences.holds(at, &letters.conditional_beside, Side::Anywhere)
}

/// The words of the sentence around a word, at most [`SENTENCE_REACH`] either way.
fn sentence(text: &PageText, at: usize) -> Range<usize> {
    let words = text.words();
    let mut start = at;
    while start > 0 && at - start < SENTENCE_REACH && !ends_at(words, start - 1) {
        start -= 1;
    }
    let mut end = at;
    while end < words.len() && end - at < SENTENCE_REACH {
        end += 1;
        if ends_at(words, end - 1) {
            break;
        }
    }
    start..end
}

fn ends_of_care(
    text: &PageText,
    sentences: &Sentences,
    body: usize,
    phrases: &PhraseBook,
    dismissal: &[Hit],
    context: &DateContext,
) -> Vec<String> {
    let mut ends: Vec<String> = Vec::new();
    for phrase in &phrases.letters.end_of_care {
        let states = phrase.texts.iter().any(|wording| {
            let Some(found) = find(text, wording) else { return false };
            let following =
                found.words.end..sentence(text, found.words.end.saturating_sub(1)).end.max(found.words.end + 6);
            match phrase.needs {
                None => true,
                Some(EndNeeds::Date) => holds_date(text, following, context),
                Some(EndNeeds::Days) => holds_days(text, following.start.saturating_sub(2)..following.end),
            }
        });
        let told = || {
            sentences.find(&phrase.rows, &[]).into_iter().any(|words| {
                if sentences.holds(words.start, &phrase.unless, Side::Anywhere) {
                    return false;
                }
                let range = sentence(text, words.start);
                let range = range.start.max(body)..range.end;
                match phrase.needs {
                    None => true,
                    Some(EndNeeds::Date) => holds_date(text, range, context),
                    Some(EndNeeds::Days) => holds_days(text, range),
                }
            })
        };
        if states || told() {
            ends.push(phrase.id.clone());
        }
    }
    // `Effective December 10 I will no longer be your doctor`: the end may stand anywhere in the sentence.
    let in_sentence = dismissal.iter().filter(|h| !h.conditional).any(|hit| {
        let range = sentence(text, hit.words.start);
        let end = sentence(text, hit.words.end.saturating_sub(1)).end;
        let range = range.start.max(body)..end.max(range.end);
        let past = sentences.holds(hit.words.start, &phrases.letters.no_end_beside, Side::Anywhere);
        let dates = dates_in(text, range.clone(), context);
        // What went before the fax came lies behind; a day to come is no missed visit's.
        let is_to_come = |date: &DateReading| date.best.is_some_and(|day| day > context.reference);
        !past && !dates.is_empty() || dates.iter().any(is_to_come) || holds_days(text, range)
    });
    if in_sentence {
        ends.push("end-with-dismissal".to_owned());
    }
    ends
}

fn holds_date(text: &PageText, words: Range<usize>, context: &DateContext) -> bool {
    !dates_in(text, words, context).is_empty()
}

fn dates_in(text: &PageText, words: Range<usize>, context: &DateContext) -> Vec<DateReading> {
    let end = words.end.min(text.words().len());
    let found = dates::find_dates(&text.text(words.start.min(end)..end), context);
    found.into_iter().map(|(_, reading)| reading).collect()
}

/// `30 days`, `thirty (30) days`, `30 días`, `30 hnub`.
fn holds_days(text: &PageText, words: Range<usize>) -> bool {
    let end = words.end.min(text.words().len());
    let folded: Vec<String> =
        text.words().get(words.start.min(end)..end).unwrap_or_default().iter().map(|w| fold(&w.text)).collect();
    folded.iter().enumerate().any(|(at, word)| {
        let unit = ["days", "day", "dias", "hnub", "calendardays"].contains(&word.as_str());
        unit && folded.iter().take(at).rev().take(3).any(|before| {
            before.chars().all(|c| c.is_ascii_digit())
                || matches!(
                    before.as_str(),
                    "thirty" | "fifteen" | "fourteen" | "ten" | "sixty" | "treinta" | "quince" | "sesenta"
                )
        })
    })
}
