//! Made-up pages with something on them: a filled form and a letter, line by line as the story wants them.

use chrono::NaiveDate;

use crate::answer::{Confidence, Mark, Reading};
use crate::geometry::Rect;
use crate::page::Bitmap;
use crate::reading::{
    ChoiceReading, DateEntry, FieldReading, FormReading, Hand, KindScore, LetterFacts, LetterKind, OptionReading,
    PageKind, PageReading, PersonMention, Reader, ReaderAnswer, Registration, Value,
};

const FORM: &str = "request-for-member-reassignment";

/// Columns and what stands there unless the story says otherwise. The NPI is the published example.
const FIELDS: [(&str, &str); 12] = [
    ("request_date", "2026-11-10"),
    ("member_name", "Jane Roe"),
    ("member_id", "91234567A"),
    ("member_dob", "1980-01-02"),
    ("member_phone", "8315550100"),
    ("provider_name", "Pat Lee MD"),
    ("provider_npi", "1234567893"),
    ("provider_phone", "8315550101"),
    ("provider_fax", "8315550102"),
    ("missed_appointments", ""),
    ("narrative", "The relationship of the member and the practice has broken down."),
    ("signature", "present"),
];

const REASONS: [&str; 7] = [
    "member-fraud",
    "non-medically-necessary-medications",
    "medication-agreement-violation",
    "abusive-or-disruptive-behavior",
    "ineffective-relationship",
    "non-compliance-with-case-management",
    "failure-to-keep-appointments",
];

/// Does what a line of the story says of a page; false when it says nothing of this kind.
///
/// `form`, `letter`, and on a form `blank FIELD`, `unreadable FIELD`, `unsure FIELD`, `value FIELD TEXT`, `tick REASON`, `smudge REASON`.
pub(super) fn tell(page: &mut PageReading, what: &str, rest: &str) -> bool {
    let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
    match what {
        "form" => {
            page.kinds = kind(PageKind::Form(FORM.to_owned()));
            page.form = Some(form(page.page));
        }
        "letter" => {
            page.kinds = kind(PageKind::Letter);
            let to = PersonMention {
                name: Some(if rest.is_empty() { "Jane Roe" } else { rest }.to_owned()),
                confidence: 0.95,
                role: "addressee".to_owned(),
                ..PersonMention::default()
            };
            page.people = vec![to.clone()];
            page.letter = Some(LetterFacts {
                kind: LetterKind::ReassignmentNotice,
                language: Some("en".to_owned()),
                date: NaiveDate::from_ymd_opt(2026, 11, 1).map_or(Reading::Blank, Reading::Read),
                date_confidence: Confidence::new(0.95),
                date_raw: "November 1, 2026".to_owned(),
                addressee: Some(to),
                to_guardian: false,
                unfilled: false,
                states_end_of_care: Vec::new(),
            });
        }
        "tick" | "smudge" => {
            let mark = if what == "tick" { Mark::Checked } else { Mark::Unsure };
            let options =
                page.form.iter_mut().flat_map(|form| &mut form.choices).flat_map(|choice| &mut choice.options);
            for option in options {
                option.mark = if option.option == name { mark } else { Mark::Unchecked };
            }
        }
        "blank" | "unreadable" | "unsure" | "value" => {
            let field = page.form.iter_mut().flat_map(|form| &mut form.fields).find(|field| field.field == name);
            let Some(field) = field else { return false };
            match what {
                "blank" => field.reading = Reading::Blank,
                "unreadable" => {
                    field.reading = Reading::Unreadable;
                    field.confidence = Confidence::NONE;
                }
                "unsure" => field.confidence = Confidence::new(0.4),
                _ => {
                    field.reading = value(name, text);
                    text.clone_into(&mut field.raw);
                }
            }
        }
        _ => return false,
    }
    true
}

/// Stripes in each zone, no two alike, so that a cut-out can be told from every other.
pub(super) fn draw(paper: &mut Bitmap, page: &PageReading) {
    let Some(form) = &page.form else { return };
    for (number, field) in (1..).zip(&form.fields) {
        let zone = field.zone;
        for x in (zone.left..zone.right).step_by(11) {
            paper.fill(&Rect::new(x, zone.top + (x * number) % 37, x + 3 + number % 5, zone.bottom - (x / 3) % 23));
        }
    }
    for option in form.choices.iter().flat_map(|choice| &choice.options) {
        let Rect { left, top, right, bottom } = option.rect;
        paper.fill(&option.rect);
        paper.clear(&Rect::new(left + 3, top + 3, right - 3, bottom - 3));
        if option.mark == Mark::Checked {
            paper.fill(&Rect::new(left + 8, top + 8, right - 8, bottom - 8));
        }
    }
}

fn kind(kind: PageKind) -> Vec<KindScore> {
    vec![KindScore { kind, score: 1.0, reasons: vec!["made-up".to_owned()] }]
}

fn form(page: u32) -> FormReading {
    let sure = Confidence::new(0.95);
    let fields = (0..).zip(FIELDS).map(|(row, (id, text))| FieldReading {
        raw: text.to_owned(),
        answers: vec![ReaderAnswer { reader: Reader::Tesseract, text: text.to_owned(), confidence: sure }],
        hand: Hand::Typed,
        zone: Rect::new(300, 400 + row * 85, 760, 460 + row * 85),
        ..FieldReading::new(id, value(id, text), sure, page)
    });
    let options = (0..).zip(REASONS).map(|(row, id)| OptionReading {
        option: id.to_owned(),
        mark: if id == "ineffective-relationship" { Mark::Checked } else { Mark::Unchecked },
        confidence: sure,
        page,
        rect: Rect::new(300, 1500 + row * 60, 332, 1532 + row * 60),
        fill: 0.2,
    });
    let choices = vec![ChoiceReading { choice: "reasons".to_owned(), options: options.collect() }];
    FormReading {
        form: FORM.to_owned(),
        registration: Registration::default(),
        fields: fields.collect(),
        choices,
        struck: Vec::new(),
    }
}

fn value(field: &str, text: &str) -> Reading<Value> {
    let date = |text: &str| text.parse::<NaiveDate>().ok();
    match (field, text) {
        (_, "") => Reading::Blank,
        ("signature", _) => Reading::Read(Value::Present),
        ("request_date" | "member_dob", text) => {
            date(text).map_or(Reading::Unreadable, |day| Reading::Read(Value::Date(day)))
        }
        ("missed_appointments", text) => {
            let entry = |day: &str| DateEntry { raw: day.to_owned(), date: date(day), excused: false };
            Reading::Read(Value::Dates(text.split(';').map(entry).collect()))
        }
        (_, text) => Reading::Read(Value::Text(text.to_owned())),
    }
}
