//! A report for whoever mends the program: what was measured and decided, without a pixel, a word or a name of what was read.
//!
//! Nothing is taken out of the readings; what may leave is named here, field by field, and put together anew: geometry, scores, versions,
//! counts and codes. A word is a box with a confidence, a value is a state with the number of its characters. Names of files do not
//! leave, nor hashes of names or of words, which could be guessed back. Requests keep their id, a hash of the whole file, so that the
//! operator and the reader of the report can speak of the same one.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::RunError;
use super::journal::{self, Fingerprint, Header};
use super::protocol::EngineFacts;
use super::record::{Counts, RulesRecord, RunRecord, Times};
use super::sandbox::InForce;
use crate::answer::{Answer, Confidence, Reading};
use crate::assemble::PageOutcome;
use crate::decode::{Container, Rejection};
use crate::geometry::Rect;
use crate::page::Preparation;
use crate::queue::{Record, read_records};
use crate::reading::{
    ChoiceReading, FieldReading, FormReading, Hand, HeaderLine, KindScore, Legibility, LetterFacts, LetterKind,
    PageReading, PersonMention, Reader, Registration, SourceFacts,
};
use crate::rules::Severity;

/// Version of the report.
pub const REDACTED_FORMAT: u32 = 1;

/// Writes one JSON object a line: the run, then each file with its pages, then each request.
pub fn redact(run: &Path, out: &mut dyn Write) -> Result<(), RunError> {
    let record = if run.join(super::record::FILE).exists() { Some(RunRecord::load(run)?) } else { None };
    let begun = journal::begun(run);
    if record.is_none() && begun.is_none() {
        return Err(RunError::Input(format!("{} is not a run folder", run.display())));
    }
    line(out, &Line::Run(Box::new(RunFacts::of(record.as_ref(), begun.unwrap_or_default()))))?;
    let readings = if run.join(journal::FOLDER).is_dir() { journal::stored(run)? } else { Vec::new() };
    for (number, (header, path)) in (1..).zip(readings) {
        line(out, &Line::File(FileFacts::of(number, &header, &path)?))?;
    }
    for record in records(run)? {
        line(out, &Line::Request(Box::new(RequestFacts::of(&record))))?;
    }
    Ok(())
}

fn records(run: &Path) -> Result<Vec<Record>, RunError> {
    let path = run.join("records.jsonl");
    match std::fs::File::open(&path) {
        Ok(file) => read_records(BufReader::new(file)).map_err(RunError::io("read", &path)),
        // A run that did not come so far.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(RunError::io("read", &path)(error)),
    }
}

fn line(out: &mut dyn Write, line: &Line) -> Result<(), RunError> {
    let failed = |error: io::Error| RunError::io("write", &PathBuf::from("the report"))(error);
    serde_json::to_writer(&mut *out, line).map_err(|error| failed(error.into()))?;
    out.write_all(b"\n").map_err(failed)
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "about")]
enum Line {
    Run(Box<RunFacts>),
    File(FileFacts),
    Request(Box<RequestFacts>),
}

#[derive(Serialize)]
struct RunFacts {
    format: u32,
    /// The version that wrote the report; the run's own stands below.
    redacted_by: &'static str,
    finished: bool,
    program: Option<String>,
    engine: Option<EngineFacts>,
    sandbox: Option<InForce>,
    rules: Option<RulesRecord>,
    /// What the run was told, of options that can change a row.
    options: Fingerprint,
    counts: Option<Counts>,
    times: Option<Times>,
}

impl RunFacts {
    fn of(record: Option<&RunRecord>, begun: Fingerprint) -> Self {
        RunFacts {
            format: REDACTED_FORMAT,
            redacted_by: env!("CARGO_PKG_VERSION"),
            finished: record.is_some(),
            program: record.map(|record| record.program.clone()),
            engine: record.map(|record| record.engine.clone()),
            sandbox: record.map(|record| record.sandbox.clone()),
            rules: record.map(|record| record.rules.clone()),
            options: begun,
            counts: record.map(|record| record.counts.clone()),
            times: record.map(|record| record.times.clone()),
        }
    }
}

#[derive(Serialize)]
struct FileFacts {
    /// In the order of the run's files.
    number: usize,
    /// As the ids of its requests begin.
    id: String,
    bytes: u64,
    container: Option<Container>,
    pages: u32,
    rejection: Option<Rejection>,
    read: Vec<PageFacts>,
}

impl FileFacts {
    fn of(number: usize, header: &Header, path: &Path) -> Result<Self, RunError> {
        let outcomes = if header.rejection.is_some() { Vec::new() } else { journal::pages(path)? };
        Ok(FileFacts {
            number,
            id: header.transmission.sha256.chars().take(12).collect(),
            bytes: header.transmission.bytes,
            container: header.container,
            pages: header.pages,
            rejection: header.rejection.clone(),
            read: (1..).zip(&outcomes).map(|(page, outcome)| PageFacts::of(page, outcome)).collect(),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum PageFacts {
    Rejected { page: u32, rejection: Rejection },
    Read(Box<ReadFacts>),
}

impl PageFacts {
    fn of(page: u32, outcome: &PageOutcome) -> Self {
        match outcome {
            PageOutcome::Rejected(rejection) => PageFacts::Rejected { page, rejection: rejection.clone() },
            PageOutcome::Read(reading) => PageFacts::Read(Box::new(ReadFacts::of(reading))),
        }
    }
}

#[derive(Serialize)]
struct ReadFacts {
    page: u32,
    source: SourceFacts,
    width: u32,
    height: u32,
    dpi: u32,
    preparation: Preparation,
    header: Option<HeaderFacts>,
    /// Box and confidence in percent of each word, in reading order.
    words: Vec<(Rect, u8)>,
    legibility: Legibility,
    kinds: Vec<KindScore>,
    form: Option<FormFacts>,
    letter: Option<LetterSummary>,
    people: Vec<PersonFacts>,
    notes: Vec<String>,
}

impl ReadFacts {
    fn of(reading: &PageReading) -> Self {
        ReadFacts {
            page: reading.page,
            source: reading.source.clone(),
            width: reading.width,
            height: reading.height,
            dpi: reading.dpi,
            preparation: reading.preparation.clone(),
            header: reading.header.as_ref().map(HeaderFacts::of),
            words: reading.words.iter().map(|word| (word.rect, word.confidence.percent())).collect(),
            legibility: reading.legibility,
            kinds: reading.kinds.clone(),
            form: reading.form.as_ref().map(FormFacts::of),
            letter: reading.letter.as_ref().map(LetterSummary::of),
            people: reading.people.iter().map(PersonFacts::of).collect(),
            notes: reading.notes.clone(),
        }
    }
}

#[derive(Serialize)]
struct HeaderFacts {
    rect: Rect,
    page: bool,
    total: bool,
    sent_at: bool,
    sender_number: bool,
    sender_name: bool,
}

impl HeaderFacts {
    fn of(header: &HeaderLine) -> Self {
        HeaderFacts {
            rect: header.rect,
            page: header.page.is_some(),
            total: header.total.is_some(),
            sent_at: header.sent_at.is_some(),
            sender_number: header.sender_number.is_some(),
            sender_name: header.sender_name.is_some(),
        }
    }
}

#[derive(Serialize)]
struct FormFacts {
    form: String,
    registration: Registration,
    fields: Vec<FieldFacts>,
    choices: Vec<ChoiceReading>,
}

impl FormFacts {
    fn of(form: &FormReading) -> Self {
        FormFacts {
            form: form.form.clone(),
            registration: form.registration.clone(),
            fields: form.fields.iter().map(FieldFacts::of).collect(),
            choices: form.choices.clone(),
        }
    }
}

#[derive(Serialize)]
struct FieldFacts {
    field: String,
    state: State,
    confidence: Confidence,
    hand: Hand,
    page: u32,
    zone: Rect,
    ink: Option<Rect>,
    characters: usize,
    alternatives: usize,
    answers: Vec<AnswerFacts>,
}

impl FieldFacts {
    fn of(field: &FieldReading) -> Self {
        FieldFacts {
            field: field.field.clone(),
            state: State::of(&field.reading),
            confidence: field.confidence,
            hand: field.hand,
            page: field.page,
            zone: field.zone,
            ink: field.ink,
            characters: field.raw.chars().count(),
            alternatives: field.alternatives.len(),
            answers: field
                .answers
                .iter()
                .map(|answer| AnswerFacts {
                    reader: answer.reader,
                    confidence: answer.confidence,
                    characters: answer.text.chars().count(),
                    says_the_raw_text: answer.text == field.raw,
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct AnswerFacts {
    reader: Reader,
    confidence: Confidence,
    characters: usize,
    says_the_raw_text: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Blank,
    Read,
    Unreadable,
}

impl State {
    fn of<T>(reading: &Reading<T>) -> Self {
        match reading {
            Reading::Blank => State::Blank,
            Reading::Read(_) => State::Read,
            Reading::Unreadable => State::Unreadable,
        }
    }
}

#[derive(Serialize)]
struct LetterSummary {
    kind: LetterKind,
    language: Option<String>,
    date: State,
    date_confidence: Confidence,
    addressee: Option<PersonFacts>,
    unfilled: bool,
    states_end_of_care: Vec<String>,
}

impl LetterSummary {
    fn of(letter: &LetterFacts) -> Self {
        LetterSummary {
            kind: letter.kind,
            language: letter.language.clone(),
            date: State::of(&letter.date),
            date_confidence: letter.date_confidence,
            addressee: letter.addressee.as_ref().map(PersonFacts::of),
            unfilled: letter.unfilled,
            states_end_of_care: letter.states_end_of_care.clone(),
        }
    }
}

#[derive(Serialize)]
struct PersonFacts {
    role: String,
    confidence: f32,
    name: bool,
    member_id: bool,
    birth_date: bool,
}

impl PersonFacts {
    fn of(person: &PersonMention) -> Self {
        PersonFacts {
            role: person.role.clone(),
            confidence: person.confidence,
            name: person.name.is_some(),
            member_id: person.member_id.is_some(),
            birth_date: person.birth_date.is_some(),
        }
    }
}

#[derive(Serialize)]
struct RequestFacts {
    id: String,
    kind: &'static str,
    pages: Vec<u32>,
    form: Option<String>,
    status: String,
    priority: String,
    deficiencies: Vec<String>,
    warnings: Vec<String>,
    notes: Vec<String>,
    review_fields: Vec<String>,
    fields: Vec<FieldFacts>,
    letters: Vec<(u32, Answer, Vec<String>)>,
    attachments: BTreeMap<u32, &'static str>,
    stray_pages: Vec<u32>,
    unread_pages: Vec<u32>,
    pages_missing: Option<(u32, u32)>,
    is_duplicate: bool,
    is_superseded: bool,
    findings: Vec<FindingFacts>,
}

#[derive(Serialize)]
struct FindingFacts {
    rule: String,
    code: String,
    severity: Severity,
    answer: Answer,
    fields: Vec<String>,
    waits_for: Option<String>,
}

impl RequestFacts {
    fn of(record: &Record) -> Self {
        use crate::assemble::RequestKind;
        let (row, request) = (&record.row, &record.request);
        RequestFacts {
            id: request.id.clone(),
            kind: match request.kind {
                RequestKind::Reassignment => "reassignment",
                RequestKind::LetterOnly => "letter-only",
                RequestKind::OtherPlan => "other-plan",
                RequestKind::Portal => "portal",
                RequestKind::NoRequest => "no-request",
                RequestKind::Unreadable(_) => "unreadable",
            },
            pages: request.pages.clone(),
            form: request.form.clone(),
            status: row.status.clone(),
            priority: row.priority.clone(),
            deficiencies: row.deficiencies.clone(),
            warnings: row.warnings.clone(),
            notes: row.notes.clone(),
            review_fields: row.review_fields.clone(),
            fields: request.fields.iter().map(FieldFacts::of).collect(),
            letters: request.letters.iter().map(|l| (l.page, l.same_member, l.reasons.clone())).collect(),
            attachments: request.attachments.iter().map(|a| (a.page, a.kind.name())).collect(),
            stray_pages: request.stray_pages.clone(),
            unread_pages: request.unread_pages.clone(),
            pages_missing: request.pages_missing,
            is_duplicate: request.duplicate_of.is_some(),
            is_superseded: request.superseded_by.is_some(),
            findings: record
                .findings
                .iter()
                .map(|finding| FindingFacts {
                    rule: finding.rule.clone(),
                    code: finding.code.clone(),
                    severity: finding.severity,
                    answer: finding.answer,
                    fields: finding.fields.clone(),
                    waits_for: finding.waits_for.clone(),
                })
                .collect(),
        }
    }
}
