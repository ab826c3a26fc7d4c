//! What each column may be corrected to.

use chrono::NaiveDate;

use crate::answer::Mark;
use crate::reading::{AttachmentKind, PageKind};
use crate::rules::{Pack, READ_COLUMNS};

/// What a column of corrections.csv is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    Remark,
    Reviewed,
    Page(u32),
    /// Group and option.
    Mark(&'a str, &'a str),
    Column(&'a str),
}

/// The target of a column's name; the error is a hint.
pub(super) fn target<'a>(column: &'a str, pack: &Pack) -> Result<Target<'a>, String> {
    match column {
        "" => return Ok(Target::Remark),
        super::REVIEWED => return Ok(Target::Reviewed),
        "attachments" => return Err("settle the kind of the page instead, in the column page.N".to_owned()),
        _ if READ_COLUMNS.contains(&column) => return Ok(Target::Column(column)),
        _ => {}
    }
    if let Some(number) = column.strip_prefix("page.") {
        return number.parse().map(Target::Page).map_err(|_| "a page is written page.3".to_owned());
    }
    if let Some((group, option)) = column.split_once('.') {
        let mut choices = pack.forms.iter().flat_map(|form| &form.choices).filter(|choice| choice.id == group);
        return match choices.any(|choice| choice.options.iter().any(|known| known.id == option)) {
            true => Ok(Target::Mark(group, option)),
            false => Err("no form has this check box; a reason is written reasons.member-fraud".to_owned()),
        };
    }
    let near = READ_COLUMNS.iter().map(|known| (strsim::damerau_levenshtein(column, known), known)).min();
    Err(match near {
        Some((distance, known)) if distance <= 3 => format!("did you mean {known}?"),
        _ => format!("columns that can be corrected: {}, GROUP.OPTION, page.N", READ_COLUMNS.join(", ")),
    })
}

/// Whether `value` can stand in the target; the error says what can.
pub(super) fn check(target: &Target<'_>, value: &str, pack: &Pack) -> Result<(), String> {
    let says = |ok: bool, what: &str| if ok { Ok(()) } else { Err(what.to_owned()) };
    match target {
        Target::Remark => says(value.is_empty(), "a value needs a column"),
        Target::Reviewed => says(value == "yes", "the only value is yes"),
        Target::Page(_) => says(page_kind(value, pack).is_some(), KINDS),
        Target::Mark(..) => says(mark(value).is_some(), "a mark is checked or unchecked"),
        Target::Column("member_dob" | "request_date" | "letter_date") => {
            says(value.is_empty() || date(value).is_some(), "a date is written 2026-11-20")
        }
        Target::Column("missed_appointments") => {
            says(dates(value).is_some(), "dates are written 2026-01-31;2026-02-14")
        }
        Target::Column("reasons") => {
            let known = |id: &str| pack.reason(id).is_some();
            says(ids(value).all(known), "reasons are ids of the pack's reasons.toml with ; between")
        }
        Target::Column("narrative" | "signature") => {
            says(matches!(value, "present" | "blank"), "it is present or blank")
        }
        Target::Column("letter") => says(matches!(value, "attached" | "missing"), "a letter is attached or missing"),
        Target::Column("letter_language") => says(matches!(value, "en" | "es" | "hmn"), "a language is en, es or hmn"),
        Target::Column(_) => says(value.chars().count() <= 200 && !value.contains(['\n', '\r']), "one line of text"),
    }
}

const KINDS: &str = "a page is letter, cover, blank, junk, medication-agreement, appointment-log, chart-notes, proof-of-mailing, or a form's id";

pub(super) fn page_kind(value: &str, pack: &Pack) -> Option<PageKind> {
    let attachments = [
        AttachmentKind::MedicationAgreement,
        AttachmentKind::AppointmentLog,
        AttachmentKind::ChartNotes,
        AttachmentKind::ProofOfMailing,
    ];
    match value {
        "letter" => Some(PageKind::Letter),
        "cover" => Some(PageKind::Cover),
        "blank" => Some(PageKind::Blank),
        "junk" => Some(PageKind::Junk),
        form if pack.form(form).is_some() => Some(PageKind::Form(form.to_owned())),
        other => attachments.into_iter().find(|kind| kind.name() == other).map(PageKind::Attachment),
    }
}

pub(super) fn mark(value: &str) -> Option<Mark> {
    match value {
        "checked" => Some(Mark::Checked),
        "unchecked" => Some(Mark::Unchecked),
        _ => None,
    }
}

pub(super) fn date(value: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()
}

/// All dates of a list, or none when one of them is none.
pub(super) fn dates(value: &str) -> Option<Vec<NaiveDate>> {
    ids(value).map(date).collect()
}

/// The parts of a list, none of an empty one.
pub(super) fn ids(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').map(str::trim).filter(|part| !part.is_empty())
}
