//! What a request comes to: its status, its priority, and the columns at whose image a person must look.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::evidence::{Letters, reasons};
use super::settings::{RequestScope, RequestSettings};
use super::{FieldKind, Finding, Pack};
use crate::answer::{Answer, Confidence, Mark, Reading};
use crate::assemble::{LetterMatch, Request, RequestKind};
use crate::reading::{FieldReading, Value};

/// The queue's `status` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Complete,
    Deficient,
    Review,
    Unreadable,
    Duplicate,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Deficient => "deficient",
            Status::Review => "review",
            Status::Unreadable => "unreadable",
            Status::Duplicate => "duplicate",
        }
    }
}

/// The queue's `priority` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    Normal,
    Urgent,
}

impl Priority {
    pub fn name(self) -> &'static str {
        match self {
            Priority::Normal => "normal",
            Priority::Urgent => "urgent",
        }
    }
}

/// Columns of the queue that are read from the image, in the queue's order.
pub const READ_COLUMNS: [&str; 17] = [
    "member_name",
    "member_id",
    "member_dob",
    "member_phone",
    "provider_name",
    "provider_npi",
    "provider_phone",
    "provider_fax",
    "request_date",
    "reasons",
    "missed_appointments",
    "narrative",
    "signature",
    "letter",
    "letter_date",
    "letter_language",
    "attachments",
];

/// Columns that rows of the portal's forms and notices leave empty: records.jsonl holds what else these say.
pub const NOT_OF_PORTAL: [&str; 2] = ["provider_phone", "provider_fax"];

/// Columns that hold a date and nothing else.
pub const DATE_COLUMNS: [&str; 2] = ["member_dob", "request_date"];

/// Statuses in the contract's order of precedence.
pub fn status(request: &Request, findings: &[Finding], review_fields: &[String], facts: &Context<'_>) -> Status {
    let set = findings.iter().find(|f| f.answer == Answer::NotMet && f.status.is_some()).and_then(|f| f.status);
    let required = required_columns(request, facts);
    match () {
        () if matches!(request.kind, RequestKind::Unreadable(_)) => Status::Unreadable,
        () if set.is_some() => set.unwrap_or(Status::Review),
        () if request.duplicate_of.is_some() => Status::Duplicate,
        () if findings.iter().any(Finding::is_deficiency) => Status::Deficient,
        () if findings.iter().any(|f| f.is_warning() || f.is_open()) => Status::Review,
        () if review_fields.iter().any(|column| required.contains(column)) => Status::Review,
        () => Status::Complete,
    }
}

/// Urgent when a rule that was not met says so.
pub fn priority(findings: &[Finding]) -> Priority {
    let said = findings.iter().filter(|f| f.answer == Answer::NotMet).filter_map(|f| f.priority);
    said.max().unwrap_or(Priority::Normal)
}

/// Columns that a request of this kind, form and reason must have.
pub fn required_columns(request: &Request, facts: &Context<'_>) -> Vec<String> {
    let Some(settings) = settings(request, facts.pack) else { return Vec::new() };
    let ticked = reasons(request, facts);
    let more =
        settings.with_reason.iter().filter(|w| ticked.sure.contains(&w.reason) || ticked.perhaps.contains(&w.reason));
    let mut columns: Vec<String> = settings.required.iter().chain(more.flat_map(|w| &w.required)).cloned().collect();
    if request.several_members == Answer::Met {
        columns.retain(|column| !column.starts_with("member_"));
    }
    columns
}

fn settings<'a>(request: &Request, pack: &'a Pack) -> Option<&'a RequestSettings> {
    let scope = RequestScope::of(&request.kind);
    let of_kind = || pack.requests.iter().filter(|s| s.kind == scope);
    of_kind().find(|s| s.form.is_some() && s.form == request.form).or_else(|| of_kind().find(|s| s.form.is_none()))
}

/// Columns whose reading is uncertain or could not be read, in the queue's order, then other fields that a rule could not decide.
pub fn review_fields(request: &Request, findings: &[Finding], facts: &Context<'_>) -> Vec<String> {
    let mut columns: BTreeSet<String> = BTreeSet::new();
    if matches!(request.kind, RequestKind::Reassignment | RequestKind::Portal) {
        let required = required_columns(request, facts);
        columns.extend(request.fields.iter().filter(|f| is_uncertain(f, request, facts)).map(|f| f.field.clone()));
        let not_found =
            |column: &&String| is_form_field(column, request, facts.pack) && request.field(column).is_none();
        columns.extend(required.iter().filter(not_found).cloned());
        if marks_are_unsure(request, facts) {
            columns.insert("reasons".to_owned());
        }
    }
    if matches!(request.kind, RequestKind::Reassignment | RequestKind::LetterOnly) {
        columns.extend(uncertain_letter(request, facts));
    }
    // A rule that cannot tell says so because of a field that is already named, or of all that it rests on.
    let uncertain = columns.clone();
    for finding in findings.iter().filter(|f| f.is_open() && !f.fields.iter().any(|field| uncertain.contains(field))) {
        let blank = |field: &str| request.field(field).is_some_and(|f| f.reading.is_blank());
        columns.extend(finding.fields.iter().filter(|field| !blank(field)).cloned());
    }
    if request.several_members == Answer::Met {
        columns.retain(|column| !column.starts_with("member_"));
    }
    let read: Vec<String> = READ_COLUMNS.iter().filter(|c| columns.contains(**c)).map(|c| (*c).to_owned()).collect();
    // What the queue has no column for (portal users, the date of an event) is named all the same where a rule hangs on it.
    let open = |field: &String| findings.iter().any(|f| f.is_open() && f.fields.contains(field));
    let others = columns.iter().filter(|c| !READ_COLUMNS.contains(&c.as_str()) && open(c)).cloned();
    read.iter().cloned().chain(others).collect()
}

/// Lowest confidence among the required fields that were read; none when there is none.
pub fn lowest_confidence(request: &Request, facts: &Context<'_>) -> Option<Confidence> {
    let required = required_columns(request, facts);
    let fields = request.fields.iter().filter(|f| required.contains(&f.field) && !f.reading.is_blank());
    fields.map(|f| if f.reading.is_unreadable() { Confidence::NONE } else { f.confidence }).reduce(Confidence::min)
}

fn is_uncertain(field: &FieldReading, request: &Request, facts: &Context<'_>) -> bool {
    if !READ_COLUMNS.contains(&field.field.as_str()) {
        return false;
    }
    if request.kind == RequestKind::Portal && NOT_OF_PORTAL.contains(&field.field.as_str()) {
        return false;
    }
    // Figures that are no day of the calendar stand in no column: a person reads them.
    if DATE_COLUMNS.contains(&field.field.as_str()) && matches!(field.reading, Reading::Read(Value::Text(_))) {
        return true;
    }
    let kind = request
        .form
        .as_ref()
        .and_then(|form| facts.pack.form(form)?.fields.iter().find(|f| f.id == field.field))
        .map(|f| f.kind);
    let doubtful = field.confidence < facts.pack.review.of(&field.field);
    match &field.reading {
        Reading::Blank => doubtful,
        Reading::Unreadable => true,
        // The queue says only whether there is a narrative: how well it was read is for the rules about its words.
        Reading::Read(_) if kind == Some(FieldKind::Block) => false,
        Reading::Read(Value::Dates(entries)) => doubtful || entries.iter().any(|entry| entry.date.is_none()),
        Reading::Read(_) => doubtful,
    }
}

fn is_form_field(column: &str, request: &Request, pack: &Pack) -> bool {
    request
        .form
        .as_ref()
        .and_then(|form| pack.form(form))
        .is_some_and(|form| form.fields.iter().any(|field| field.id == column))
}

fn marks_are_unsure(request: &Request, facts: &Context<'_>) -> bool {
    let has_group = request
        .form
        .as_ref()
        .and_then(|form| facts.pack.form(form))
        .is_some_and(|form| form.choices.iter().any(|c| c.id == "reasons"));
    let mut options = request.choices.iter().filter(|c| c.choice == "reasons").flat_map(|c| &c.options).peekable();
    let none = options.peek().is_none();
    has_group && (none || options.any(|o| o.mark == Mark::Unsure || o.confidence.get() < facts.pack.marks.threshold))
}

fn uncertain_letter(request: &Request, facts: &Context<'_>) -> Vec<String> {
    let Some(letter) = Letters::of(request, facts).best().or(request.letter()) else { return Vec::new() };
    let date = match letter.facts.date {
        Reading::Unreadable => true,
        Reading::Read(_) => letter.facts.date_confidence < facts.pack.review.of("letter_date"),
        Reading::Blank => false,
    };
    let language = letter.facts.language.is_none();
    // Beside its own letter one to somebody else: that member's form did not come, or it is in another fax.
    let is_others = |letter: &LetterMatch| letter.facts.kind.is_notice() && letter.same_member == Answer::NotMet;
    let others = letter.same_member == Answer::Met && request.letters.iter().any(is_others);
    let columns = [("letter", others), ("letter_date", date), ("letter_language", language)];
    columns.into_iter().filter(|(_, uncertain)| *uncertain).map(|(column, _)| column.to_owned()).collect()
}
