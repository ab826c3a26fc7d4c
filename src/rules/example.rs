//! A small builder of requests, for the stories that tests tell: a complete request by default, with one thing changed.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};

use super::checks::{Judge, Outcome};
use super::context::Context;
use super::{Finding, Pack, evaluate};
use crate::answer::{Answer, Confidence, Mark, Reading};
use crate::assemble::{Attachment, LetterMatch, Request, RequestKind, RosterAnswer};
use crate::decode::{Container, Damage, Resolution};
use crate::geometry::Rect;
use crate::ocr::Word;
use crate::reading::{
    AttachmentKind, ChoiceReading, DateEntry, FieldReading, Fingerprint, Hand, KindScore, Legibility, LetterFacts,
    LetterKind, OptionReading, PageKind, PageReading, READING_FORMAT, SourceFacts, Value,
};

pub static BUILTIN: LazyLock<Pack> = LazyLock::new(|| Pack::builtin().unwrap());

/// A request with the circumstances in which it is judged.
#[derive(Clone, Debug)]
pub struct Example {
    pub request: Request,
    pub pages: Vec<PageReading>,
    pub as_of: NaiveDate,
    pub received: Option<NaiveDateTime>,
}

pub fn day(iso: &str) -> NaiveDate {
    iso.parse().unwrap()
}

/// The answer of a check alone, under the built-in pack.
pub fn answer(check: &dyn Judge, example: &Example) -> Answer {
    outcome(check, example).answer
}

pub fn outcome(check: &dyn Judge, example: &Example) -> Outcome {
    check.evaluate(&example.request, &example.context(&BUILTIN))
}

impl Example {
    /// Everything is there: form on page 1, letter on page 2.
    pub fn complete() -> Example {
        let text = |value: &str| Value::Text(value.to_owned());
        let fields = vec![
            field("request_date", Value::Date(day("2026-11-14"))),
            field("member_name", text("Maria Vang")),
            field("member_id", text("94057527Z")),
            field("member_dob", Value::Date(day("1990-11-22"))),
            field("member_phone", text("(831) 555-1655")),
            field("provider_name", text("Yesenia Kim, MD")),
            field("provider_npi", text("1234567893")),
            field("provider_phone", text("(831) 555-4985")),
            field(
                "narrative",
                text("On 09/20/2026 the member shouted threats at front desk staff and threw a clipboard."),
            ),
            field("signature", Value::Present),
        ];
        let request = Request {
            id: "0123456789ab-1".into(),
            source_file: "fax.tif".into(),
            ordinal: 1,
            kind: RequestKind::Reassignment,
            pages: vec![1, 2],
            form: Some("request-for-member-reassignment".into()),
            fields,
            choices: Vec::new(),
            several_members: Answer::NotMet,
            letters: vec![letter(2)],
            attachments: Vec::new(),
            stray_pages: Vec::new(),
            unread_pages: Vec::new(),
            pages_missing: None,
            received_at: None,
            notes: Vec::new(),
            duplicate_of: None,
            superseded_by: None,
            supersedes: Vec::new(),
            settled: Vec::new(),
            roster: None,
        };
        let form = PageKind::Form("request-for-member-reassignment".into());
        let example = Example {
            request,
            pages: vec![page(1, form, "Request for Member Reassignment"), page(2, PageKind::Letter, "Dear Maria Vang")],
            as_of: day("2026-11-21"),
            received: Some(day("2026-11-20").and_hms_opt(8, 37, 0).unwrap()),
        };
        example.blank("missed_appointments").reasons(&["abusive-or-disruptive-behavior"])
    }

    /// Reason missed appointments, with these dates: `?` for one that cannot be read, `x` before one that was cancelled.
    pub fn missed(dates: &[&str]) -> Example {
        let entry = |written: &&str| DateEntry {
            raw: (*written).to_owned(),
            date: written.trim_start_matches('x').parse().ok(),
            excused: written.starts_with('x'),
        };
        Example::complete()
            .reasons(&["failure-to-keep-appointments"])
            .set("missed_appointments", Reading::Read(Value::Dates(dates.iter().map(entry).collect())))
            .text(
                "narrative",
                "Member did not keep scheduled visits. Office called and mailed reminders before each visit.",
            )
    }

    /// A signed portal agreement with these users.
    pub fn portal(users: &[&str]) -> Example {
        let mut example = Example::complete();
        let request = &mut example.request;
        request.kind = RequestKind::Portal;
        request.form = Some("provider-portal-account-request".into());
        request.pages = vec![1];
        request.letters.clear();
        request.choices = vec![choice("acceptance", &[("accepted", Mark::Checked)])];
        request.fields.retain(|f| {
            !f.field.starts_with("member") && !["narrative", "missed_appointments"].contains(&f.field.as_str())
        });
        request.fields.push(field("portal_users", Value::Lines(users.iter().map(|u| (*u).to_owned()).collect())));
        example.pages = vec![page(
            1,
            PageKind::Form("provider-portal-account-request".into()),
            "Health Information Sharing Agreement",
        )];
        example
    }

    /// A portal notice with this text.
    pub fn notice(text: &str) -> Example {
        let mut example = Example::portal(&[]);
        example.request.form = Some("provider-portal-notice".into());
        example.request.choices.clear();
        example.request.fields.retain(|f| ["provider_name", "provider_npi", "signature"].contains(&f.field.as_str()));
        example.pages = vec![page(1, PageKind::Form("provider-portal-notice".into()), text)];
        example
    }

    /// A request of another kind, with one page.
    pub fn of_kind(kind: RequestKind) -> Example {
        let mut example = Example::complete();
        example.request = Request {
            kind,
            pages: vec![1],
            form: None,
            fields: Vec::new(),
            choices: Vec::new(),
            letters: Vec::new(),
            ..example.request
        };
        example.pages =
            vec![page(1, PageKind::Unknown, "words that say nothing of a request, and enough of them to be read")];
        example
    }

    pub fn context<'a>(&'a self, pack: &'a Pack) -> Context<'a> {
        Context {
            as_of: self.as_of,
            received: self.received,
            pages: &self.pages,
            pack,
            roster: self.request.roster.is_some(),
        }
    }

    pub fn findings(&self, pack: &Pack) -> Vec<Finding> {
        evaluate(&self.request, &self.context(pack))
    }

    /// The codes of what is not met, notes left out.
    pub fn codes(&self) -> Vec<String> {
        self.codes_of(&BUILTIN)
    }

    pub fn codes_of(&self, pack: &Pack) -> Vec<String> {
        let counts = |f: &Finding| f.answer == Answer::NotMet && f.severity != super::Severity::Note;
        self.findings(pack).into_iter().filter(counts).map(|f| f.code).collect()
    }

    /// The codes of what cannot be told for itself, notes left out.
    pub fn open(&self) -> Vec<String> {
        let counts = |f: &Finding| {
            f.answer == Answer::CannotTell && f.waits_for.is_none() && f.severity != super::Severity::Note
        };
        self.findings(&BUILTIN).into_iter().filter(counts).map(|f| f.code).collect()
    }

    fn change(mut self, name: &str, change: impl FnOnce(&mut FieldReading)) -> Self {
        if self.request.field(name).is_none() {
            self.request.fields.push(field(name, Value::Present));
        }
        change(self.request.fields.iter_mut().find(|f| f.field == name).unwrap());
        self
    }

    pub fn set(self, name: &str, reading: Reading<Value>) -> Self {
        self.change(name, |f| f.reading = reading)
    }

    pub fn blank(self, name: &str) -> Self {
        self.set(name, Reading::Blank)
    }

    pub fn unreadable(self, name: &str) -> Self {
        self.change(name, |f| {
            f.reading = Reading::Unreadable;
            f.raw = String::new();
        })
    }

    pub fn text(self, name: &str, value: &str) -> Self {
        self.set(name, Reading::Read(Value::Text(value.to_owned())))
    }

    pub fn date(self, name: &str, iso: &str) -> Self {
        self.set(name, Reading::Read(Value::Date(day(iso))))
    }

    pub fn confidence(self, name: &str, confidence: f32) -> Self {
        self.change(name, |f| f.confidence = Confidence::new(confidence))
    }

    pub fn doubtful(self, name: &str) -> Self {
        self.confidence(name, 0.5)
    }

    pub fn without(mut self, name: &str) -> Self {
        self.request.fields.retain(|f| f.field != name);
        self
    }

    pub fn without_choices(mut self) -> Self {
        self.request.choices.clear();
        self
    }

    /// Exactly these reasons ticked.
    pub fn reasons(mut self, ticked: &[&str]) -> Self {
        let mark = |id: &str| if ticked.contains(&id) { Mark::Checked } else { Mark::Unchecked };
        let options: Vec<(&str, Mark)> = REASONS.iter().map(|id| (*id, mark(id))).collect();
        self.request.choices.retain(|c| c.choice != "reasons");
        self.request.choices.push(choice("reasons", &options));
        self
    }

    pub fn unsure_reason(mut self, id: &str) -> Self {
        let options = self.request.choices.iter_mut().flat_map(|c| &mut c.options);
        options.filter(|o| o.option == id).for_each(|o| o.mark = Mark::Unsure);
        self
    }

    pub fn letter(mut self, change: impl FnOnce(&mut LetterMatch)) -> Self {
        change(&mut self.request.letters[0]);
        self
    }

    pub fn another_letter(mut self, change: impl FnOnce(&mut LetterMatch)) -> Self {
        let mut another = letter(3);
        change(&mut another);
        self.request.letters.push(another);
        self
    }

    pub fn no_letter(mut self) -> Self {
        self.request.letters.clear();
        self.request.pages = vec![1];
        self.pages.truncate(1);
        self
    }

    pub fn attachment(mut self, kind: AttachmentKind, text: &str) -> Self {
        let number = self.pages.iter().map(|p| p.page).max().unwrap_or(0) + 1;
        self.pages.push(page(number, PageKind::Attachment(kind), text));
        self.request.pages.push(number);
        self.request.attachments.push(Attachment { page: number, kind, same_member: Answer::Met });
        self
    }

    /// A page of the request that could not be read at all.
    pub fn lost_page(mut self) -> Self {
        self.request.pages.push(9);
        self.request.unread_pages.push(9);
        self
    }

    /// The text of the first page.
    pub fn page_text(mut self, text: &str) -> Self {
        self.pages[0].words = words(text);
        self
    }

    pub fn roster(mut self, change: impl FnOnce(&mut RosterAnswer)) -> Self {
        let mut roster = RosterAnswer { known: Answer::Met, name_agrees: Answer::Met, linked: Answer::Met };
        change(&mut roster);
        self.request.roster = Some(roster);
        self
    }
}

const REASONS: [&str; 7] = [
    "member-fraud",
    "non-medically-necessary-medications",
    "medication-agreement-violation",
    "abusive-or-disruptive-behavior",
    "ineffective-relationship",
    "non-compliance-with-case-management",
    "failure-to-keep-appointments",
];

fn field(name: &str, value: Value) -> FieldReading {
    let raw = value.to_column();
    FieldReading { raw, hand: Hand::Typed, ..FieldReading::new(name, Reading::Read(value), Confidence::new(0.95), 1) }
}

fn choice(id: &str, options: &[(&str, Mark)]) -> ChoiceReading {
    let option = |(id, mark): &(&str, Mark)| OptionReading {
        option: (*id).to_owned(),
        mark: *mark,
        confidence: Confidence::new(0.95),
        page: 1,
        rect: Rect::default(),
        fill: 0.0,
    };
    ChoiceReading { choice: id.to_owned(), options: options.iter().map(option).collect() }
}

fn letter(page: u32) -> LetterMatch {
    let facts = LetterFacts {
        kind: LetterKind::ReassignmentNotice,
        language: Some("en".into()),
        date: Reading::Read(day("2026-11-10")),
        date_confidence: Confidence::new(0.95),
        date_raw: "November 10, 2026".into(),
        addressee: None,
        to_guardian: false,
        unfilled: false,
        states_end_of_care: Vec::new(),
    };
    LetterMatch { page, facts, same_member: Answer::Met, reasons: vec!["name".into()] }
}

fn words(text: &str) -> Vec<Word> {
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(line, text)| {
            text.split_whitespace().map(move |word| Word {
                text: word.to_owned(),
                confidence: Confidence::new(0.95),
                rect: Rect::default(),
                line: u32::try_from(line).unwrap(),
            })
        })
        .collect()
}

fn page(number: u32, kind: PageKind, text: &str) -> PageReading {
    PageReading {
        format: READING_FORMAT,
        page: number,
        source: SourceFacts {
            container: Container::Tiff,
            encoding: "g4".into(),
            width: 1728,
            height: 2200,
            resolution: Resolution { x: 204.0, y: 196.0, assumed: false },
            damage: Damage::default(),
        },
        width: 1728,
        height: 2200,
        dpi: 204,
        preparation: Default::default(),
        header: None,
        words: words(text),
        legibility: Legibility { confidence: Confidence::new(0.9), characters: 400, ink_share: 0.03 },
        kinds: vec![KindScore { kind, score: 0.9, reasons: Vec::new() }],
        form: None,
        letter: None,
        people: Vec::new(),
        fingerprint: Fingerprint::default(),
        notes: Vec::new(),
    }
}
