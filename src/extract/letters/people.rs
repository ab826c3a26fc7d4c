//! The members that a page names: behind labels (`Patient:`), in reference lines (`RE:`), after salutations.

use std::rc::Rc;

use chrono::NaiveDate;

use crate::extract::fuzzy::{Found, Phrase, fold, tolerance};
use crate::extract::page_text::PageText;
use crate::extract::values::{DateContext, IdShape, dates, read_member_id, read_name};
use crate::reading::PersonMention;
use crate::rules::PhraseBook;
use crate::rules::phrases::PeopleWords;

/// Words that a name may have.
const LONGEST_NAME: usize = 6;

/// All members that an attachment or another page names behind labels, top to bottom; a name, id and birth date that stand together are
/// one mention.
pub fn people(text: &PageText, phrases: &PhraseBook, reference: NaiveDate) -> Vec<PersonMention> {
    let labels = Labels::new(&phrases.people);
    let mut mentions: Vec<(usize, PersonMention)> = Vec::new();
    for line in 0..text.lines().len() {
        let Some(mention) = labels.mention(text, line, phrases, reference) else { continue };
        // A name on one line, the birth date or id on the next.
        if let Some((last, open)) = mentions.last_mut()
            && line - *last <= 2
            && (open.name.is_none() || mention.name.is_none())
            && (open.member_id.is_none() || mention.member_id.is_none())
            && (open.birth_date.is_none() || mention.birth_date.is_none())
        {
            open.name = open.name.take().or(mention.name);
            open.member_id = open.member_id.take().or(mention.member_id);
            open.birth_date = open.birth_date.or(mention.birth_date);
            open.confidence = open.confidence.min(mention.confidence);
            *last = line;
            continue;
        }
        mentions.push((line, mention));
    }
    let mut mentions: Vec<PersonMention> = mentions.into_iter().map(|(_, mention)| mention).collect();
    // An id whose label was not read, or that has none: nothing else looks like one.
    for word in text.words().iter().filter(|word| looks_like_id(&word.text)) {
        let Some(id) = member_id_in(&word.text) else { continue };
        if mentions.iter().all(|mention| mention.member_id.as_ref() != Some(&id)) {
            mentions.push(PersonMention {
                member_id: Some(id),
                confidence: word.confidence.get(),
                role: "patient-line".to_owned(),
                ..PersonMention::default()
            });
        }
    }
    mentions
}

/// Figures and one letter behind them, as they were read.
fn looks_like_id(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let figures = word.chars().filter(char::is_ascii_digit).count();
    figures >= ID_FIGURES && word.chars().count() == figures + 1 && word.ends_with(char::is_alphabetic)
}

/// Figures of a Client Index Number.
const ID_FIGURES: usize = 8;

/// Compiled labels of people.
struct Labels {
    names: Vec<Rc<Phrase>>,
    ids: Vec<Rc<Phrase>>,
    births: Vec<Rc<Phrase>>,
    others: Vec<Rc<Phrase>>,
}

/// What a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Announces {
    Name,
    Id,
    Birth,
    Other,
}

impl Labels {
    fn new(words: &PeopleWords) -> Self {
        let compile = |texts: &[String]| texts.iter().map(|t| Phrase::of_pack(t)).collect();
        Self {
            names: compile(&words.name_labels),
            ids: compile(&words.id_labels),
            births: compile(&words.dob_labels),
            others: compile(&words.other_labels),
        }
    }

    /// What one line says of a member.
    fn mention(
        &self,
        text: &PageText,
        line: usize,
        phrases: &PhraseBook,
        reference: NaiveDate,
    ) -> Option<PersonMention> {
        let places = self.places(text, line);
        let whole = text.lines().get(line)?.words.clone();
        let mut mention =
            PersonMention { role: "patient-line".to_owned(), confidence: 1.0, ..PersonMention::default() };
        for (at, (announces, label)) in places.iter().enumerate() {
            let end = places.get(at + 1).map_or(whole.end, |(_, next)| next.words.start);
            let start = label.words.end;
            // What was joined to the label (`Patient:Mai`) begins inside its last word.
            let joined = text
                .words()
                .get(start - 1)
                .and_then(|w| w.text.get(label.end..))
                .unwrap_or_default()
                .trim_start_matches([':', '#', '.', ')', ',', ';']);
            let value = format!("{joined} {}", text.text(start.min(end)..end));
            let value = value.trim();
            // A name label wants a mark or a line's end behind it, or it is prose (`the patient was seen`).
            let marked = text
                .words()
                .get(start - 1)
                .is_some_and(|w| w.text.ends_with([':', '#', '-', '_', '=']) || !joined.is_empty());
            let trust = text.confidence(start.min(end)..end);
            match announces {
                Announces::Name
                    if mention.name.is_none() && (marked || at == 0 && label.words.start == whole.start) =>
                {
                    // `Patient Account Holder:` is a label with nothing behind it.
                    if let Some(name) = plausible_name(value, &phrases.people)
                        .filter(|_| !value.ends_with(':') && (marked || value.split_whitespace().count() <= 4))
                    {
                        mention.name = Some(name);
                        mention.confidence = mention.confidence.min(trust);
                    }
                }
                Announces::Id if mention.member_id.is_none() => {
                    if let Some(id) = member_id_in(value) {
                        mention.member_id = Some(id);
                        mention.confidence = mention.confidence.min(trust);
                    }
                }
                Announces::Birth if mention.birth_date.is_none() => {
                    if let Some(date) = date_in(value, phrases, reference) {
                        mention.birth_date = Some(date);
                        mention.confidence = mention.confidence.min(trust);
                    }
                }
                _ => {}
            }
        }
        (mention.name.is_some() || mention.member_id.is_some() || mention.birth_date.is_some()).then_some(mention)
    }

    /// The labels of a line, left to right; of labels that overlap the longest stays.
    fn places(&self, text: &PageText, line: usize) -> Vec<(Announces, Found)> {
        let mut places: Vec<(usize, Announces, Found)> = Vec::new();
        let groups = [
            (Announces::Name, &self.names),
            (Announces::Id, &self.ids),
            (Announces::Birth, &self.births),
            (Announces::Other, &self.others),
        ];
        for (announces, labels) in groups {
            for label in labels {
                for found in text.find_all_in_line(label, tolerance(label.len()), line) {
                    places.push((label.len(), announces, found));
                }
            }
        }
        // The wording that explains most letters, an edit taking back four.
        let worth = |(letters, _, found): &(usize, Announces, Found)| *letters as f32 * (1.0 - 4.0 * found.distance);
        places.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.2.words.start.cmp(&b.2.words.start)));
        let mut kept: Vec<(Announces, Found)> = Vec::new();
        for (_, announces, found) in places {
            let overlaps = kept.iter().any(|(_, k)| found.words.start < k.words.end && k.words.start < found.words.end);
            if !overlaps {
                kept.push((announces, found));
            }
        }
        kept.sort_by_key(|(_, found)| (found.words.start, found.start));
        kept
    }
}

/// A text that can be a person's name, cleaned; prose, headings and addresses are none.
pub(super) fn plausible_name(text: &str, words: &PeopleWords) -> Option<String> {
    // What follows a second comma, a bracket or a dash is no part of it.
    let head = text.split(['(', '[', ';', '|', '_']).find(|part| part.chars().any(char::is_alphabetic))?;
    let head = head.split(" - ").next().unwrap_or(head);
    let name = read_name(head).value?;
    let tokens: Vec<&str> = name.split_whitespace().collect();
    let digits = head.chars().filter(char::is_ascii_digit).count();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    if tokens.is_empty() || tokens.len() > LONGEST_NAME || digits > 1 || letters < 4 {
        return None;
    }
    let folded: Vec<String> = tokens.iter().map(|t| fold(t)).collect();
    let joined = folded.concat();
    let heading = words.not_names.iter().any(|word| {
        let word = fold(word);
        folded.contains(&word) || (word.len() >= 8 && joined.contains(&word))
    });
    // Names are written with capitals: a run of small words is prose.
    let written: Vec<&str> = head.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).collect();
    let small =
        written.iter().filter(|t| t.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase)).count();
    // A line of prose goes on in small letters: "of the Central California" is nobody.
    let goes_on = small > 0 && small < written.len() && written.first().is_some_and(|first| is_small(first));
    (!heading && !goes_on && small * 2 <= written.len()).then_some(name)
}

/// A word in small letters that begins no name.
fn is_small(word: &str) -> bool {
    const BEGIN: [&str; 10] = ["de", "del", "la", "las", "los", "da", "di", "van", "von", "st"];
    word.len() >= 2 && word.chars().all(char::is_lowercase) && !BEGIN.contains(&word)
}

/// A member id of the plan's shape among the words of a text.
pub(super) fn member_id_in(text: &str) -> Option<String> {
    let whole = read_member_id(text);
    if whole.shape == IdShape::Cin {
        return whole.value;
    }
    let tokens: Vec<&str> = text.split_whitespace().collect();
    // An id may be written in groups: `9444 8812 D`.
    for length in [1, 2, 3] {
        for window in tokens.windows(length) {
            let reading = read_member_id(&window.concat());
            if reading.shape == IdShape::Cin {
                return reading.value;
            }
        }
    }
    None
}

/// A birth date in a text: the first date, the earlier one of two centuries.
pub(super) fn date_in(text: &str, phrases: &PhraseBook, reference: NaiveDate) -> Option<NaiveDate> {
    let context = DateContext { reference, day_first: false, words: &phrases.dates };
    let found = dates::find_dates(text, &context).into_iter().next().map(|(_, reading)| reading);
    let reading =
        found.unwrap_or_else(|| dates::parse_date(text.split_whitespace().next().unwrap_or_default(), &context));
    reading.not_after(reference).best.filter(|date| *date <= reference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::letters::facts::tests::page;

    fn found(lines: &[&str]) -> Vec<PersonMention> {
        let words = page(lines);
        people(&PageText::new(&words, 2200), PhraseBook::builtin(), NaiveDate::from_ymd_opt(2026, 11, 20).unwrap())
    }

    #[test]
    fn a_patient_line_gives_name_id_and_birth_date() {
        let mentions = found(&[
            "MEDICATION MANAGEMENT AGREEMENT",
            "Patient: Chue Singh DOB: 07/11/2008 Alliance ID: 99064103V",
            "I understand that my physician is prescribing",
        ]);
        assert_eq!(mentions.len(), 1, "{mentions:?}");
        let singh = &mentions[0];
        assert_eq!((singh.name.as_deref(), singh.member_id.as_deref()), (Some("Chue Singh"), Some("99064103V")));
        assert_eq!(singh.birth_date.map(|d| d.to_string()).as_deref(), Some("2008-07-11"));
    }

    #[test]
    fn lines_that_follow_each_other_are_one_mention() {
        let mentions =
            found(&["Patient Name: ORTIZ, SUSAN", "Date of Birth: 6/14/97", "Progress note", "Patient was seen today"]);
        assert_eq!(mentions.len(), 1, "{mentions:?}");
        assert_eq!(mentions[0].name.as_deref(), Some("Susan Ortiz"));
        assert_eq!(mentions[0].birth_date.map(|d| d.to_string()).as_deref(), Some("1997-06-14"));
    }

    #[test]
    fn headings_and_prose_are_nobody() {
        assert!(
            found(&[
                "Patient signature: ______ Date:",
                "The patient was seen by the doctor",
                "you remain our patient, Call us",
                "Soquel Internal Medicine - Appointment History"
            ])
            .is_empty()
        );
    }
}
