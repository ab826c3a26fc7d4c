//! What was read on one page: the worker's result, stored under `readings/` and enough to apply rules again without OCR.
//!
//! A [`PageReading`] holds nothing that depends on the clock, the machine's load or the number of jobs.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::answer::{Confidence, Mark, Reading};
use crate::decode::{Container, Damage, Resolution};
use crate::geometry::Rect;
use crate::ocr::{Word, text_of};
use crate::page::Preparation;

/// Version of the stored form of [`PageReading`]; a reader for every older version is kept.
pub const READING_FORMAT: u32 = 1;

/// Everything known of one page of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    /// [`READING_FORMAT`] of the program that wrote it.
    pub format: u32,
    /// 1-based, within the file.
    pub page: u32,
    pub source: SourceFacts,
    /// Size of the prepared page in pixels, and its resolution: all boxes below are in these pixels.
    pub width: u32,
    pub height: u32,
    pub dpi: u32,
    pub preparation: Preparation,
    pub header: Option<HeaderLine>,
    /// Words in reading order, the header band's left out.
    pub words: Vec<Word>,
    /// How well the page could be read.
    pub legibility: Legibility,
    /// Kinds with their scores, best first; never empty.
    pub kinds: Vec<KindScore>,
    /// The fields and marks, when the page fits a form definition.
    pub form: Option<FormReading>,
    /// What a letter says of itself, when the page may be one.
    pub letter: Option<LetterFacts>,
    /// Members that the page names (attachments, letters, agreements): what assembly matches on.
    pub people: Vec<PersonMention>,
    /// What the page looks like, for telling a re-sent page: see [`crate::assemble`].
    pub fingerprint: Fingerprint,
    /// Codes for information: `text-layer-used`, `rotated-page`, `blank-page`, `assumed-resolution`.
    pub notes: Vec<String>,
}

/// The best of a page's kinds, which stand in this order.
pub fn best_kind(kinds: &[KindScore]) -> &PageKind {
    static UNKNOWN: PageKind = PageKind::Unknown;
    kinds.first().map_or(&UNKNOWN, |best| &best.kind)
}

impl PageReading {
    /// The best kind.
    pub fn kind(&self) -> &PageKind {
        best_kind(&self.kinds)
    }

    /// The text of the page, line by line.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for word in &self.words {
            match lines.last_mut() {
                Some(line) if line.words.last().is_some_and(|last| last.line == word.line) => line.words.push(word),
                _ => lines.push(Line { words: vec![word] }),
            }
        }
        lines
    }
}

/// The words of one line, left to right.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub words: Vec<&'a Word>,
}

impl Line<'_> {
    pub fn text(&self) -> String {
        text_of(self.words.iter().copied())
    }

    pub fn rect(&self) -> Rect {
        Rect::bounding(self.words.iter().map(|w| &w.rect)).unwrap_or_default()
    }
}

/// What the file itself said of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFacts {
    pub container: Container,
    pub encoding: String,
    pub width: u32,
    pub height: u32,
    pub resolution: Resolution,
    pub damage: Damage,
}

/// The line that fax machines print at the edge of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeaderLine {
    pub text: String,
    pub rect: Rect,
    /// `P.02/05`: page 2 …
    pub page: Option<u32>,
    /// … of 5.
    pub total: Option<u32>,
    /// The sender's clock, as ISO 8601 without a zone.
    pub sent_at: Option<String>,
    pub sender_number: Option<String>,
    pub sender_name: Option<String>,
}

/// How well a page could be read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Legibility {
    /// Mean confidence of the words, weighted by their letters.
    pub confidence: Confidence,
    /// Letters and digits read.
    pub characters: u32,
    /// Share of the page's pixels that are ink.
    pub ink_share: f32,
}

/// What a page is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "id")]
pub enum PageKind {
    /// A page of a form of the pack, by the definition's id; portal forms and notices too.
    Form(String),
    /// A form of another plan.
    OtherPlanForm,
    Letter,
    Attachment(AttachmentKind),
    Cover,
    Blank,
    Junk,
    Unknown,
}

impl PageKind {
    /// The kind's name for people.
    pub fn in_words(&self) -> String {
        match self {
            PageKind::Form(id) => format!("form {id}"),
            PageKind::OtherPlanForm => "another plan's form".to_owned(),
            PageKind::Letter => "letter".to_owned(),
            PageKind::Attachment(kind) => kind.name().to_owned(),
            PageKind::Cover => "cover sheet".to_owned(),
            PageKind::Blank => "blank".to_owned(),
            PageKind::Junk => "junk".to_owned(),
            PageKind::Unknown => "unknown".to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttachmentKind {
    MedicationAgreement,
    AppointmentLog,
    ChartNotes,
    ProofOfMailing,
}

impl AttachmentKind {
    /// The name in the queue's `attachments` column.
    pub fn name(self) -> &'static str {
        match self {
            AttachmentKind::MedicationAgreement => "medication-agreement",
            AttachmentKind::AppointmentLog => "appointment-log",
            AttachmentKind::ChartNotes => "chart-notes",
            AttachmentKind::ProofOfMailing => "proof-of-mailing",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindScore {
    pub kind: PageKind,
    /// 0 to 1.
    pub score: f32,
    /// Ids of the phrases and measurements that spoke for it; never recognised text.
    pub reasons: Vec<String>,
}

/// How the reason begins that counts the sentences of a form's terms on a page.
pub const TERMS: &str = "terms-";

/// How the reason begins that a heading says that the page goes on from a form.
pub const CONTINUES: &str = "continuation-";

impl KindScore {
    /// Whether the page goes on from a form, as its heading says.
    pub fn continues_form(&self) -> bool {
        self.kind == PageKind::Unknown && self.reasons.iter().any(|reason| reason.starts_with(CONTINUES))
    }

    /// Whether the text of an agreement that is printed on the page told its kind.
    pub fn holds_terms(&self) -> bool {
        self.reasons.iter().any(|reason| reason.starts_with(TERMS))
    }
}

/// A form definition fitted to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormReading {
    /// Id of the form definition.
    pub form: String,
    pub registration: Registration,
    pub fields: Vec<FieldReading>,
    pub choices: Vec<ChoiceReading>,
    /// Lines of the form's printed terms that somebody struck out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub struck: Vec<Rect>,
}

impl FormReading {
    pub fn field(&self, id: &str) -> Option<&FieldReading> {
        self.fields.iter().find(|f| f.field == id)
    }
}

/// How a form definition was fitted: which labels were found, where, and how well they agree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    pub labels: Vec<FoundLabel>,
    /// Labels that the definition has and the page does not show.
    pub missing: Vec<String>,
    /// Where values stand on this form: `right`, `below`, `above`, `next-cell`.
    pub placement: String,
    /// Root mean square distance of the labels from the fitted rows and columns, in pixels.
    pub residual: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundLabel {
    /// Field, option or section that the label names.
    pub id: String,
    pub rect: Rect,
    /// OCR-weighted distance a letter, 0 for an exact match.
    pub distance: f32,
}

/// One field of a form as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldReading {
    /// Id in the form definition, which is the queue's column where there is one.
    pub field: String,
    pub reading: Reading<Value>,
    pub confidence: Confidence,
    /// What stood there before any repair or normalising.
    pub raw: String,
    /// Each reader's own answer.
    pub answers: Vec<ReaderAnswer>,
    /// Other values that fit the ink, best first.
    pub alternatives: Vec<Value>,
    pub hand: Hand,
    pub page: u32,
    /// Where a value was looked for.
    pub zone: Rect,
    /// Where ink was found.
    pub ink: Option<Rect>,
}

impl FieldReading {
    /// A reading that nothing more is known of than what it says and on which page.
    pub fn new(field: &str, reading: Reading<Value>, confidence: Confidence, page: u32) -> Self {
        Self {
            field: field.to_owned(),
            reading,
            confidence,
            raw: String::new(),
            answers: Vec::new(),
            alternatives: Vec::new(),
            hand: Hand::Unknown,
            page,
            zone: Rect::default(),
            ink: None,
        }
    }
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "is")]
pub enum Value {
    Text(String),
    Date(NaiveDate),
    /// A list of dates, in the order written; an entry that could not be read stays in its place.
    Dates(Vec<DateEntry>),
    /// Lines of a list, such as portal users.
    Lines(Vec<String>),
    /// Something is there, and what it says does not matter (a signature).
    Present,
}

impl Value {
    /// As it stands in the queue; lists are joined with `;`. Of a list of dates, those of visits that were called off stay out: they
    /// stand among the missed ones on the form and are none.
    pub fn to_column(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
            Value::Dates(dates) => {
                let mut days: Vec<NaiveDate> =
                    dates.iter().filter(|entry| !entry.excused).filter_map(|entry| entry.date).collect();
                days.sort();
                days.dedup();
                days.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(";")
            }
            Value::Lines(lines) => lines.join(";"),
            Value::Present => "present".to_owned(),
        }
    }
}

/// One entry of a list of dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateEntry {
    pub raw: String,
    /// `None` when the entry could not be read as a date.
    pub date: Option<NaiveDate>,
    /// The entry is marked as cancelled or rescheduled, which is no failure to keep an appointment.
    pub excused: bool,
}

/// Who read a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    Tesseract,
    SecondReader,
    DigitReader,
    TextLayer,
    FormValue,
    /// Ink was measured, nothing was read.
    Ink,
    Roster,
    /// The number that the fax came from.
    Sender,
    /// The day on which the fax was received.
    Receipt,
    /// A person who looked at the page.
    Person,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReaderAnswer {
    pub reader: Reader,
    pub text: String,
    pub confidence: Confidence,
}

/// Whether a value was typed or written by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hand {
    Typed,
    Hand,
    #[default]
    Unknown,
}

/// A group of boxes (the reasons, an acceptance box) as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceReading {
    /// Id of the group in the form definition.
    pub choice: String,
    pub options: Vec<OptionReading>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionReading {
    /// Id of the option (for the group `reasons` a reason id).
    pub option: String,
    pub mark: Mark,
    pub confidence: Confidence,
    pub page: u32,
    /// The box, when one was found; else the place where one was expected.
    pub rect: Rect,
    /// Share of the box's inside that is ink, the evidence for `mark`.
    pub fill: f32,
}

/// What a letter says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LetterFacts {
    pub kind: LetterKind,
    /// `en`, `es` or `hmn`; none when too little could be read to tell.
    pub language: Option<String>,
    pub date: Reading<NaiveDate>,
    pub date_confidence: Confidence,
    pub date_raw: String,
    pub addressee: Option<PersonMention>,
    /// Speaks of the addressee's child: whom it greets is not whom it is about.
    #[serde(default)]
    pub to_guardian: bool,
    /// A template with blanks or bracketed fields left unfilled.
    pub unfilled: bool,
    /// States a fixed end of care, against the procedure's step 6; the phrase ids.
    pub states_end_of_care: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// Tells the member that reassignment is being sought.
    ReassignmentNotice,
    /// Ends the relationship: counts as written notice.
    Dismissal,
    /// Warns of missed appointments: no notice.
    Warning,
    /// A letter, but of no kind the pack knows.
    Other,
    /// Written to the plan: it tells the member nothing.
    ToPlan,
    /// Written to a pharmacy or another office, by whomever: it tells the member nothing either.
    ToOffice,
}

impl LetterKind {
    /// Whether the letter tells the member that the care here ends or another doctor is sought: what the procedure wants.
    pub fn is_notice(self) -> bool {
        matches!(self, LetterKind::ReassignmentNotice | LetterKind::Dismissal)
    }

    /// Whether it is written to the member, or may be.
    pub fn is_to_member(self) -> bool {
        !matches!(self, LetterKind::ToPlan | LetterKind::ToOffice)
    }
}

/// A member as a page names them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonMention {
    pub name: Option<String>,
    pub member_id: Option<String>,
    pub birth_date: Option<NaiveDate>,
    pub confidence: f32,
    /// Where on the page: `addressee`, `salutation`, `reference`, `patient-line`.
    pub role: String,
}

/// What a page looks like and says, robust to scanning it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Difference hash of the page's ink in a coarse grid.
    pub layout: u64,
    /// Sorted hashes of the page's longer words (at most 64, the smallest): a MinHash sketch.
    pub words: Vec<u32>,
}
