//! A small builder of pages, to tell stories about transmissions.

use chrono::NaiveDate;

use super::{AssemblySettings, PageOutcome, Request, assemble_with};
use crate::answer::{Confidence, Mark, Reading};
use crate::decode::{Container, Damage, Rejection, Resolution};
use crate::geometry::Rect;
use crate::inbox::Transmission;
use crate::ocr::Word;
use crate::page::Preparation;
use crate::reading::*;

pub(super) const FORM: &str = "member-reassignment";
pub(super) const PORTAL: &str = "provider-portal-account-request";

pub(super) fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

pub(super) fn page(kind: PageKind) -> PageReading {
    PageReading {
        format: READING_FORMAT,
        page: 1,
        source: SourceFacts {
            container: Container::Tiff,
            encoding: "g4".into(),
            width: 1728,
            height: 2156,
            resolution: Resolution { x: 204.0, y: 196.0, assumed: false },
            damage: Damage::default(),
        },
        width: 1728,
        height: 2236,
        dpi: 204,
        preparation: Preparation::default(),
        header: None,
        words: Vec::new(),
        legibility: Legibility { confidence: Confidence::new(0.9), characters: 400, ink_share: 0.03 },
        kinds: vec![KindScore { kind, score: 0.9, reasons: Vec::new() }],
        form: None,
        letter: None,
        people: Vec::new(),
        fingerprint: Fingerprint::default(),
        notes: Vec::new(),
    }
}

pub(super) fn field(id: &str, value: Option<Value>) -> FieldReading {
    let raw = value.as_ref().map(Value::to_column).unwrap_or_default();
    let reading = value.map_or(Reading::Blank, Reading::Read);
    FieldReading { raw, hand: Hand::Typed, ..FieldReading::new(id, reading, Confidence::new(0.9), 1) }
}

fn text(value: &str) -> Option<Value> {
    (!value.is_empty()).then(|| Value::Text(value.into()))
}

/// A page of a form with these fields; every one has its label.
pub(super) fn form_page(form: &str, fields: Vec<FieldReading>) -> PageReading {
    let labels =
        fields.iter().map(|f| FoundLabel { id: f.field.clone(), rect: Rect::default(), distance: 0.0 }).collect();
    let mut page = page(PageKind::Form(form.into()));
    page.form = Some(FormReading {
        form: form.into(),
        registration: Registration { labels, ..Registration::default() },
        fields,
        choices: Vec::new(),
        struck: Vec::new(),
    });
    page
}

/// The plan's form, filled for one member; an empty text is a blank field.
pub(super) fn form(name: &str, id: &str, birth: &str) -> PageReading {
    let mut page = form_page(
        FORM,
        vec![
            field("request_date", Some(Value::Date(day("2026-11-14")))),
            field("member_name", text(name)),
            field("member_id", text(id)),
            field("member_dob", (!birth.is_empty()).then(|| Value::Date(day(birth)))),
            field("provider_name", text("Rosa Brandt, MD")),
            field("provider_npi", text("1234567893")),
            field("narrative", text("Shouted at the front desk.")),
            field("signature", Some(Value::Present)),
        ],
    );
    let option = |option: &str, mark| OptionReading {
        option: option.into(),
        mark,
        confidence: Confidence::CERTAIN,
        page: 1,
        rect: Rect::default(),
        fill: 0.3,
    };
    if let Some(form) = &mut page.form {
        form.choices = vec![ChoiceReading {
            choice: "reasons".into(),
            options: vec![
                option("abusive-or-disruptive-behavior", Mark::Checked),
                option("member-fraud", Mark::Unchecked),
            ],
        }];
    }
    page
}

pub(super) fn mention(name: &str, role: &str) -> PersonMention {
    PersonMention {
        name: (!name.is_empty()).then(|| name.into()),
        confidence: 0.95,
        role: role.into(),
        ..PersonMention::default()
    }
}

/// A notice to `name`; an empty name is a letter whose addressee could not be read.
pub(super) fn letter(name: &str) -> PageReading {
    let mut page = page(PageKind::Letter);
    page.letter = Some(LetterFacts {
        kind: LetterKind::ReassignmentNotice,
        language: Some("en".into()),
        date: Reading::Read(day("2026-11-10")),
        date_confidence: Confidence::new(0.95),
        date_raw: "November 10, 2026".into(),
        addressee: (!name.is_empty()).then(|| mention(name, "addressee")),
        to_guardian: false,
        unfilled: false,
        states_end_of_care: Vec::new(),
    });
    page
}

pub(super) fn attachment(kind: AttachmentKind, name: &str) -> PageReading {
    let mut page = page(PageKind::Attachment(kind));
    if !name.is_empty() {
        page.people = vec![mention(name, "patient-line")];
    }
    page
}

pub(super) fn cover(lines: &[&str]) -> PageReading {
    let mut page = page(PageKind::Cover);
    page.words = (0u32..)
        .zip(lines)
        .flat_map(|(line, text)| {
            text.split(' ').map(move |word| Word {
                text: word.into(),
                confidence: Confidence::CERTAIN,
                rect: Rect::default(),
                line,
            })
        })
        .collect();
    page
}

pub(super) fn blank() -> PageReading {
    let mut page = page(PageKind::Blank);
    page.notes = vec!["blank-page".into()];
    page
}

pub(super) fn numbered(mut page: PageReading, number: u32, total: u32) -> PageReading {
    page.header = Some(HeaderLine {
        text: String::new(),
        rect: Rect::default(),
        page: Some(number),
        total: Some(total),
        sent_at: Some("2026-11-20T10:59:00".into()),
        sender_number: None,
        sender_name: None,
    });
    page
}

pub(super) fn read(page: PageReading) -> PageOutcome {
    PageOutcome::Read(Box::new(page))
}

pub(super) fn rejected() -> PageOutcome {
    PageOutcome::Rejected(Rejection::Corrupt("strip 3".into()))
}

pub(super) fn transmission() -> Transmission {
    Transmission {
        source_file: "fax.tif".into(),
        bytes: 1000,
        sha256: "0123456789abcdef".repeat(4),
        received_at: Some("2026-11-20T10:59:43".into()),
        received_from_name: true,
        sender: None,
        promised_pages: None,
        path: std::path::PathBuf::new(),
    }
}

pub(super) fn settings() -> AssemblySettings {
    AssemblySettings { portal_forms: [PORTAL.to_owned()].into(), ..AssemblySettings::default() }
}

pub(super) fn told(pages: Vec<PageReading>) -> Vec<Request> {
    outcomes(pages.into_iter().map(read).collect())
}

pub(super) fn outcomes(pages: Vec<PageOutcome>) -> Vec<Request> {
    assemble_with(&transmission(), &pages, &settings())
}

/// Pages of each request, as the queue writes them apart from ranges.
pub(super) fn pages(requests: &[Request]) -> Vec<Vec<u32>> {
    requests.iter().map(|request| request.pages.clone()).collect()
}
