//! What the report's script works on. Everything is text, numbers and boxes; nothing is markup.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::page::Report;
use crate::answer::{Answer, Mark, Reading};
use crate::correct::Correction;
use crate::geometry::Rect;
use crate::queue::{Record, Row};
use crate::reading::{FieldReading, Reader};
use crate::rules::{Finding, READ_COLUMNS, Severity};

/// What a night's queue came to, for the next night's comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The night's date, ISO 8601.
    pub as_of: String,
    pub by_status: BTreeMap<String, usize>,
    pub by_deficiency: BTreeMap<String, usize>,
}

#[derive(Serialize)]
pub(super) struct Data<'a> {
    as_of: String,
    rules: String,
    since: Option<&'a Since>,
    /// Sources that rules cite, each once.
    cites: Vec<&'a str>,
    reasons: Vec<Named<'a>>,
    requests: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    /// The row as queue.csv has it.
    row: &'a Row,
    pages: Vec<Sheet>,
    fields: Vec<Field<'a>>,
    marks: Vec<Tick<'a>>,
    letters: Vec<Letter<'a>>,
    attachments: Vec<Extra<'a>>,
    findings: Vec<Line<'a>>,
    /// Columns of the queue that a reviewer can correct here.
    columns: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<&'a Correction>,
    /// The first copy came on an earlier night.
    earlier: bool,
}

#[derive(Serialize)]
struct Sheet {
    page: u32,
    kind: String,
    width: u32,
    height: u32,
    image: Option<String>,
}

#[derive(Serialize)]
struct Field<'a> {
    id: &'a str,
    value: String,
    state: &'static str,
    raw: &'a str,
    sure: u8,
    page: u32,
    #[serde(rename = "box")]
    zone: Option<[i32; 4]>,
    unsure: bool,
    masked: bool,
    readers: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    by: &'static str,
    text: &'a str,
    sure: u8,
}

#[derive(Serialize)]
struct Tick<'a> {
    group: &'a str,
    id: &'a str,
    state: &'static str,
    sure: u8,
    page: u32,
    #[serde(rename = "box")]
    place: Option<[i32; 4]>,
}

#[derive(Serialize)]
struct Letter<'a> {
    page: u32,
    language: Option<&'a str>,
    date: String,
    sure: u8,
    same: &'static str,
}

#[derive(Serialize)]
struct Extra<'a> {
    page: u32,
    kind: &'a str,
    same: &'static str,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    severity: &'static str,
    answer: &'static str,
    note: &'a str,
    cite: usize,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    quotes: &'a [String],
}

impl<'a> Data<'a> {
    pub fn of(report: &'a Report<'a>) -> Data<'a> {
        let mut cites = Vec::new();
        let requests = report.records.iter().map(|record| entry(record, report, &mut cites)).collect();
        Data {
            as_of: report.as_of.to_string(),
            rules: report.pack.rules_version(),
            since: report.since,
            cites,
            reasons: report.pack.reasons.iter().map(|r| Named { id: &r.id, title: &r.title }).collect(),
            requests,
        }
    }
}

fn entry<'a>(record: &'a Record, report: &Report<'a>, cites: &mut Vec<&'a str>) -> Entry<'a> {
    let request = &record.request;
    let row = &record.row;
    let pages = record.pages.iter().map(|facts| Sheet {
        page: facts.page,
        kind: facts.kind.clone(),
        width: facts.width,
        height: facts.height,
        image: facts.image.clone().filter(|image| report.images.contains(image)),
    });
    let marks = request.choices.iter().flat_map(|choice| {
        choice.options.iter().map(|option| Tick {
            group: &choice.choice,
            id: &option.option,
            state: mark(option.mark),
            sure: option.confidence.percent(),
            page: option.page,
            place: place(&option.rect),
        })
    });
    let letters = request.letters.iter().map(|letter| Letter {
        page: letter.page,
        language: letter.facts.language.as_deref(),
        date: letter.facts.date.value().map_or_else(String::new, ToString::to_string),
        sure: letter.facts.date_confidence.percent(),
        same: answer(letter.same_member),
    });
    let attachments = request.attachments.iter().map(|attachment| Extra {
        page: attachment.page,
        kind: attachment.kind.name(),
        same: answer(attachment.same_member),
    });
    Entry {
        row,
        pages: pages.collect(),
        fields: fields(record),
        marks: marks.collect(),
        letters: letters.collect(),
        attachments: attachments.collect(),
        findings: record.findings.iter().map(|finding| line(finding, cites)).collect(),
        columns: columns(record),
        corrections: record.corrections.iter().collect(),
        // The same file on another night has the same id, so the first copy must be one of tonight's that is no copy itself.
        earlier: !row.duplicate_of.is_empty() && !report.originals.contains(row.duplicate_of.as_str()),
    }
}

/// The uncertain fields first, then those of least confidence.
fn fields(record: &Record) -> Vec<Field<'_>> {
    let row = &record.row;
    let mut fields: Vec<Field<'_>> = record.request.fields.iter().map(|reading| field(reading, row)).collect();
    fields.sort_by_key(|field| (!field.unsure, field.state == "blank", field.sure));
    fields
}

fn field<'a>(reading: &'a FieldReading, row: &Row) -> Field<'a> {
    // What the queue masks stays masked here.
    let masked = reading.field == "member_id" && row.is_masked();
    let (state, value) = match &reading.reading {
        Reading::Blank => ("blank", String::new()),
        Reading::Read(value) => ("read", value.to_column()),
        Reading::Unreadable => ("unreadable", String::new()),
    };
    let readers = reading.answers.iter().filter(|told| told.reader != Reader::Ink && !masked);
    Field {
        id: &reading.field,
        value: if masked { String::new() } else { value },
        state,
        raw: if masked { "" } else { &reading.raw },
        sure: reading.confidence.percent(),
        page: reading.page,
        zone: place(&reading.zone).filter(|_| !masked),
        unsure: row.review_fields.contains(&reading.field),
        masked,
        readers: readers
            .map(|told| Told { by: reader(told.reader), text: &told.text, sure: told.confidence.percent() })
            .collect(),
    }
}

fn line<'a>(finding: &'a Finding, cites: &mut Vec<&'a str>) -> Line<'a> {
    let cite = cites.iter().position(|cite| *cite == finding.cite).unwrap_or_else(|| {
        cites.push(&finding.cite);
        cites.len() - 1
    });
    Line {
        code: &finding.code,
        severity: match finding.severity {
            Severity::Deficiency => "deficiency",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        answer: answer(finding.answer),
        note: &finding.note,
        cite,
        quotes: &finding.quotes,
    }
}

/// Columns that are read from the image, as far as the request can have them.
fn columns(record: &Record) -> Vec<&'static str> {
    use crate::assemble::RequestKind;
    let fits = |column: &str| match record.request.kind {
        RequestKind::Reassignment | RequestKind::LetterOnly => column != "attachments",
        RequestKind::Portal => matches!(column, "provider_name" | "provider_npi" | "request_date" | "signature"),
        _ => false,
    };
    READ_COLUMNS.into_iter().filter(|column| fits(column)).collect()
}

/// Left, top, width and height in pixels of the page; none for a place that is not known.
fn place(rect: &Rect) -> Option<[i32; 4]> {
    (!rect.is_empty()).then(|| [rect.left, rect.top, rect.width(), rect.height()])
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Checked => "checked",
        Mark::Unchecked => "unchecked",
        Mark::Unsure => "unsure",
    }
}

fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Met => "met",
        Answer::NotMet => "not met",
        Answer::CannotTell => "cannot tell",
    }
}

fn reader(reader: Reader) -> &'static str {
    match reader {
        Reader::Tesseract => "first reader",
        Reader::SecondReader => "second reader",
        Reader::DigitReader => "digit reader",
        Reader::TextLayer => "text in the file",
        Reader::FormValue => "form value in the file",
        Reader::Ink => "ink",
        Reader::Roster => "roster",
        Reader::Sender => "number of the sender",
        Reader::Receipt => "day of receipt",
        Reader::Person => "corrected by a person",
    }
}
