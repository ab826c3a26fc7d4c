//! What a check may lean on: how a field stands, what texts say, which letters count.

use chrono::NaiveDate;

use super::context::Context;
use super::mention;
use crate::answer::{Answer, Confidence, Mark, Reading};
use crate::assemble::{LetterMatch, Request};
use crate::reading::{AttachmentKind, DateEntry, FieldReading, PageKind, PageReading, Value};

/// How a field stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing<'a> {
    Blank,
    /// A value that rules may be decided on.
    Sure(&'a Value),
    /// A value below the pack's threshold: it is there, but no rule about it can be decided.
    Doubtful(&'a Value),
    /// Ink without a value, a blank that may not be one, or a field whose place was not found.
    Unknown,
}

impl<'a> Standing<'a> {
    /// The field as the pack's thresholds see it.
    pub fn of(request: &'a Request, field: &str, facts: &Context<'_>) -> Standing<'a> {
        request.field(field).map_or(Standing::Unknown, |reading| Standing::of_reading(reading, facts))
    }

    fn of_reading(field: &'a FieldReading, facts: &Context<'_>) -> Standing<'a> {
        match &field.reading {
            // A blank that is not sure to be one is not missing: a person looks first.
            Reading::Blank if field.confidence < facts.pack.review.of(&field.field) => Standing::Unknown,
            Reading::Blank => Standing::Blank,
            Reading::Unreadable => Standing::Unknown,
            Reading::Read(Value::Text(text)) if text.trim().is_empty() => Standing::Blank,
            Reading::Read(Value::Dates(dates)) if dates.is_empty() => Standing::Blank,
            Reading::Read(Value::Lines(lines)) if lines.iter().all(|line| line.trim().is_empty()) => Standing::Blank,
            Reading::Read(value) if field.confidence < facts.pack.review.of(&field.field) => Standing::Doubtful(value),
            Reading::Read(value) => Standing::Sure(value),
        }
    }

    pub fn value(self) -> Option<&'a Value> {
        match self {
            Standing::Sure(value) | Standing::Doubtful(value) => Some(value),
            Standing::Blank | Standing::Unknown => None,
        }
    }

    /// The date, when the value is one and rules may be decided on it.
    pub fn sure_date(self) -> Option<NaiveDate> {
        match self {
            Standing::Sure(Value::Date(date)) => Some(*date),
            _ => None,
        }
    }
}

/// A piece of text with how well it was read.
pub(super) struct Passage {
    pub text: String,
    /// Whether its silence proves anything.
    pub trusted: bool,
    /// Hardly a word of it is right.
    pub illegible: bool,
}

impl Passage {
    fn new(text: String, confidence: Confidence, facts: &Context<'_>) -> Self {
        let settings = &facts.pack.review;
        let confidence = confidence.get();
        Passage {
            text,
            trusted: confidence >= settings.text_threshold,
            illegible: confidence < settings.page_threshold,
        }
    }
}

/// The text of a field: `None` when there is none; a field without a trustworthy reading is an empty passage that proves nothing.
pub(super) fn field_passage(request: &Request, field: &str, facts: &Context<'_>) -> Option<Passage> {
    let reading = request.field(field)?;
    match &reading.reading {
        Reading::Blank => None,
        Reading::Unreadable => Some(Passage { text: reading.raw.clone(), trusted: false, illegible: true }),
        Reading::Read(value) => {
            let text = match value {
                Value::Text(text) => text.clone(),
                Value::Lines(lines) => lines.join("\n"),
                _ => reading.raw.clone(),
            };
            Some(Passage::new(text, reading.confidence, facts))
        }
    }
}

/// The texts of the request's attachments of these kinds, those of another member left out.
pub(super) fn attachment_passages(request: &Request, kinds: &[AttachmentKind], facts: &Context<'_>) -> Vec<Passage> {
    let wanted = request.attachments.iter().filter(|a| kinds.contains(&a.kind) && a.same_member != Answer::NotMet);
    wanted
        .map(|attachment| match facts.page(attachment.page) {
            Some(page) => page_passage(page, facts),
            None => Passage { text: String::new(), trusted: false, illegible: true },
        })
        .collect()
}

pub(super) fn page_passage(page: &PageReading, facts: &Context<'_>) -> Passage {
    let text = page.lines().iter().map(|line| line.text()).collect::<Vec<_>>().join("\n");
    Passage::new(text, page.legibility.confidence, facts)
}

/// The entries of a list of dates: distinct days that count, sorted, and how many more there may be in entries that could not be read.
pub(super) fn dates(entries: &[DateEntry]) -> (Vec<NaiveDate>, usize) {
    let counting = entries.iter().filter(|entry| !entry.excused);
    let mut days: Vec<NaiveDate> = counting.clone().filter_map(|entry| entry.date).collect();
    days.sort_unstable();
    days.dedup();
    (days, counting.filter(|entry| entry.date.is_none()).map(|entry| may_hold(&entry.raw)).sum())
}

/// How many dates a text may be that is none: entries whose separator was lost run together, each with two numbers at least.
fn may_hold(raw: &str) -> usize {
    let numbers = raw.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    // Three numbers are one date with its year.
    ((numbers + 1) / 3).max(1)
}

/// The reasons of a request: ids that are certain, sorted, and ids whose box is unsure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    pub sure: Vec<String>,
    pub perhaps: Vec<String>,
}

/// Group of boxes that holds the reasons, and the field in which an office may name one instead.
const REASONS: &str = "reasons";
const NARRATIVE: &str = "narrative";

/// The reasons that are ticked; when no box is, those that the narrative names.
pub fn reasons(request: &Request, facts: &Context<'_>) -> Reasons {
    let mut reasons = Reasons::default();
    let group = request.choices.iter().filter(|choice| choice.choice == REASONS);
    for option in group.flat_map(|choice| &choice.options) {
        match option.mark {
            Mark::Checked if option.confidence.get() >= facts.pack.marks.threshold => {
                reasons.sure.push(option.option.clone())
            }
            Mark::Checked | Mark::Unsure => reasons.perhaps.push(option.option.clone()),
            Mark::Unchecked => {}
        }
    }
    if reasons.sure.is_empty()
        && reasons.perhaps.is_empty()
        && let Some(passage) = field_passage(request, NARRATIVE, facts)
    {
        let named = facts.pack.reasons.iter().filter(|reason| mention::names_any(&passage.text, &reason.narrative));
        reasons.sure.extend(named.map(|reason| reason.id.clone()));
    }
    for list in [&mut reasons.sure, &mut reasons.perhaps] {
        list.sort();
        list.dedup();
    }
    reasons
}

/// The letters of a request, sorted by what they are worth.
#[derive(Debug, Default)]
pub(super) struct Letters<'a> {
    /// Notices to this member, filled in.
    pub good: Vec<&'a LetterMatch>,
    /// Letters that may be such a notice.
    pub perhaps: Vec<&'a LetterMatch>,
    /// Templates with blanks.
    pub unfilled: Vec<&'a LetterMatch>,
    /// Letters that are no notice.
    pub no_notice: Vec<&'a LetterMatch>,
    /// Letters to somebody else.
    pub to_others: Vec<&'a LetterMatch>,
}

impl<'a> Letters<'a> {
    pub fn of(request: &'a Request, facts: &Context<'_>) -> Letters<'a> {
        let settings = &facts.pack.letters;
        let mut letters = Letters::default();
        for letter in &request.letters {
            let (counts, may_count) =
                (settings.notices.contains(&letter.facts.kind), settings.may_be_notices.contains(&letter.facts.kind));
            let list = match letter.same_member {
                _ if letter.facts.unfilled && (counts || may_count) => &mut letters.unfilled,
                Answer::NotMet => &mut letters.to_others,
                _ if !counts && !may_count => &mut letters.no_notice,
                Answer::Met if counts => &mut letters.good,
                _ => &mut letters.perhaps,
            };
            list.push(letter);
        }
        letters
    }

    /// The letter that rules about its date and words look at.
    pub fn best(&self) -> Option<&'a LetterMatch> {
        self.good.first().or(self.perhaps.first()).copied()
    }
}

/// Whether a page of the request could not be read, or may be of a kind that it was not taken for.
pub(super) fn may_hide(request: &Request, facts: &Context<'_>, wanted: impl Fn(&PageKind) -> bool) -> bool {
    !request.unread_pages.is_empty()
        || request.pages.iter().any(|&number| match facts.page(number) {
            None => true,
            Some(page) => {
                let open = matches!(page.kind(), PageKind::Unknown | PageKind::Junk);
                let settings = &facts.pack.review;
                let likely = page.kinds.iter().any(|k| wanted(&k.kind) && k.score >= settings.page_kind_threshold);
                let illegible =
                    page.legibility.characters > 0 && page.legibility.confidence.get() < settings.page_threshold;
                // What stood in rows that never came may have told what the page is.
                let torn = page.source.damage.missing_rows > page.source.height / 4;
                let torn = torn && (open || matches!(page.kind(), PageKind::Cover | PageKind::Blank));
                torn || open && (likely || illegible)
            }
        })
}
