//! Corrections put in the place of what was read.

use super::sheet::CorrectionError;
use super::value::{self, Target};
use super::{Correction, Corrections};
use crate::answer::{Answer, Confidence, Mark, Reading};
use crate::assemble::{LetterMatch, PageOutcome, Request};
use crate::geometry::Rect;
use crate::reading::{
    ChoiceReading, DateEntry, FieldReading, KindScore, LetterFacts, LetterKind, OptionReading, PageKind, Reader,
    ReaderAnswer, Value,
};
use crate::rules::{Pack, READ_COLUMNS};

/// Stands among the reasons of what a person settled.
const BY_A_PERSON: &str = "corrected";

const REASONS: &str = "reasons";

impl Corrections {
    /// Gives pages the kinds that a person saw, before they are assembled to requests. `sha256` is the file's.
    ///
    /// # Errors
    /// A page that the file does not have, or that could not be read.
    pub fn settle_pages(&self, sha256: &str, pages: &mut [PageOutcome], pack: &Pack) -> Result<(), CorrectionError> {
        let file = sha256.get(..12).unwrap_or(sha256);
        let of_file = self.all.iter().filter(|c| c.request_id.split('-').next() == Some(file));
        for correction in of_file {
            let Ok(Target::Page(number)) = value::target(&correction.column, pack) else { continue };
            let page = pages.iter_mut().find_map(|page| match page {
                PageOutcome::Read(reading) if reading.page == number => Some(reading),
                _ => None,
            });
            let (Some(page), Some(kind)) = (page, value::page_kind(&correction.value, pack)) else {
                let hint = "a page that could not be read cannot be settled: ask for it again";
                return Err(CorrectionError::new(correction.line, "the file has no such page that was read", hint));
            };
            if kind == PageKind::Letter && page.letter.is_none() {
                page.letter = Some(a_letter(LetterKind::Other));
            }
            page.kinds = vec![KindScore { kind, score: 1.0, reasons: vec![BY_A_PERSON.to_owned()] }];
        }
        Ok(())
    }

    /// Puts what a person saw in the place of what was read, and gives the request's corrections with what had stood there.
    ///
    /// # Errors
    /// A correction that the request has no place for.
    pub fn settle(&self, request: &mut Request, pack: &Pack) -> Result<Vec<Correction>, CorrectionError> {
        let id = request.id.clone();
        let mut own: Vec<Correction> = self.of(&id).cloned().collect();
        // A letter before its date and language.
        own.sort_by_key(|c| READ_COLUMNS.iter().position(|column| *column == c.column));
        for correction in &mut own {
            let before = match value::target(&correction.column, pack) {
                Ok(Target::Mark(group, option)) => {
                    let mark = value::mark(&correction.value).unwrap_or(Mark::Unsure);
                    set_mark(request, group, option, mark).to_owned()
                }
                Ok(Target::Column(column)) => set_column(request, column, &correction.value).map_err(|hint| {
                    CorrectionError::new(correction.line, "the request has no letter that this could be about", hint)
                })?,
                _ => continue,
            };
            // A correction that is applied again keeps what the readers had said.
            if correction.before.is_empty() {
                correction.before = before;
            }
        }
        own.sort_by(|a, b| a.column.cmp(&b.column));
        Ok(own)
    }
}

fn a_letter(kind: LetterKind) -> LetterFacts {
    LetterFacts {
        kind,
        language: None,
        date: Reading::Blank,
        date_confidence: Confidence::CERTAIN,
        date_raw: String::new(),
        addressee: None,
        to_guardian: false,
        unfilled: false,
        states_end_of_care: Vec::new(),
    }
}

/// What had stood in the column.
fn set_column(request: &mut Request, column: &str, typed: &str) -> Result<String, &'static str> {
    const HINT: &str = "say letter,attached first, or settle the kind of the page";
    match column {
        REASONS => {
            let ticked: Vec<&str> = value::ids(typed).collect();
            let before = ticked_reasons(request);
            let there: Vec<String> = request
                .choices
                .iter()
                .filter(|choice| choice.choice == REASONS)
                .flat_map(|choice| choice.options.iter().map(|option| option.option.clone()))
                .collect();
            for option in there.iter().map(String::as_str).chain(ticked.iter().copied()) {
                let mark = if ticked.contains(&option) { Mark::Checked } else { Mark::Unchecked };
                set_mark(request, REASONS, option, mark);
            }
            Ok(before)
        }
        "letter" => Ok(set_letter(request, typed == "attached").to_owned()),
        "letter_date" => {
            let letter = request.letters.first_mut().ok_or(HINT)?;
            let before = letter.facts.date.value().map_or_else(String::new, ToString::to_string);
            letter.facts.date = value::date(typed).map_or(Reading::Blank, Reading::Read);
            letter.facts.date_confidence = Confidence::CERTAIN;
            Ok(before)
        }
        "letter_language" => {
            let letter = request.letters.first_mut().ok_or(HINT)?;
            Ok(letter.facts.language.replace(typed.to_owned()).unwrap_or_default())
        }
        field => Ok(set_field(request, field, typed)),
    }
}

fn set_field(request: &mut Request, column: &str, typed: &str) -> String {
    let first_page = request.pages.first().copied().unwrap_or(1);
    let index = request.fields.iter().position(|field| field.field == column).unwrap_or_else(|| {
        request.fields.push(FieldReading::new(column, Reading::Unreadable, Confidence::NONE, first_page));
        request.fields.len() - 1
    });
    let field = &mut request.fields[index];
    let before = match &field.reading {
        Reading::Blank => String::new(),
        Reading::Read(Value::Text(_)) if column == "narrative" => "present".to_owned(),
        Reading::Read(value) => value.to_column(),
        Reading::Unreadable => "unreadable".to_owned(),
    };
    match (column, typed) {
        (_, "") | ("narrative" | "signature", "blank") => field.reading = Reading::Blank,
        // That a text is there proves nothing about its words: they keep the confidence that they were read with.
        ("narrative", _) => {
            if field.reading.value().is_none() {
                let text = field.raw.trim().to_owned();
                field.reading = Reading::Read(if text.is_empty() { Value::Present } else { Value::Text(text) });
            }
            field.answers.push(told(typed));
            return before;
        }
        ("signature", _) => field.reading = Reading::Read(Value::Present),
        ("member_dob" | "request_date", date) => {
            field.reading = value::date(date).map_or(Reading::Unreadable, |day| Reading::Read(Value::Date(day)));
        }
        ("missed_appointments", list) => {
            let days = value::dates(list).unwrap_or_default();
            let entry = |day: chrono::NaiveDate| DateEntry { raw: day.to_string(), date: Some(day), excused: false };
            field.reading = Reading::Read(Value::Dates(days.into_iter().map(entry).collect()));
        }
        (_, text) => field.reading = Reading::Read(Value::Text(text.to_owned())),
    }
    field.confidence = Confidence::CERTAIN;
    field.answers.push(told(typed));
    before
}

fn told(typed: &str) -> ReaderAnswer {
    ReaderAnswer { reader: Reader::Person, text: typed.to_owned(), confidence: Confidence::CERTAIN }
}

fn ticked_reasons(request: &Request) -> String {
    let groups = request.choices.iter().filter(|choice| choice.choice == REASONS);
    let ticked = groups.flat_map(|choice| &choice.options).filter(|option| option.mark == Mark::Checked);
    ticked.map(|option| option.option.as_str()).collect::<Vec<_>>().join(";")
}

fn set_mark(request: &mut Request, group: &str, option: &str, mark: Mark) -> &'static str {
    let page = request.pages.first().copied().unwrap_or(1);
    let choice = match request.choices.iter().position(|choice| choice.choice == group) {
        Some(index) => index,
        None => {
            request.choices.push(ChoiceReading { choice: group.to_owned(), options: Vec::new() });
            request.choices.len() - 1
        }
    };
    let options = &mut request.choices[choice].options;
    match options.iter_mut().find(|known| known.option == option) {
        Some(known) => {
            let before = match known.mark {
                Mark::Checked => "checked",
                Mark::Unchecked => "unchecked",
                Mark::Unsure => "unsure",
            };
            known.mark = mark;
            known.confidence = Confidence::CERTAIN;
            before
        }
        None => {
            options.push(OptionReading {
                option: option.to_owned(),
                mark,
                confidence: Confidence::CERTAIN,
                page,
                rect: Rect::default(),
                fill: 0.0,
            });
            ""
        }
    }
}

/// A person says that a letter to this member is among the pages, or that none is.
fn set_letter(request: &mut Request, attached: bool) -> &'static str {
    let before = match request.letters.first() {
        None => "missing",
        Some(letter) if letter.same_member == Answer::CannotTell => "unclear",
        Some(_) => "attached",
    };
    if !attached {
        request.letters.clear();
    } else if let Some(letter) = request.letters.first_mut() {
        if letter.facts.kind != LetterKind::Dismissal {
            letter.facts.kind = LetterKind::ReassignmentNotice;
        }
        letter.facts.unfilled = false;
        letter.same_member = Answer::Met;
        letter.reasons.push(BY_A_PERSON.to_owned());
    } else {
        request.letters.push(LetterMatch {
            page: request.pages.last().copied().unwrap_or(1),
            facts: a_letter(LetterKind::ReassignmentNotice),
            same_member: Answer::Met,
            reasons: vec![BY_A_PERSON.to_owned()],
        });
    }
    if !request.settled.iter().any(|column| column == "letter") {
        request.settled.push("letter".to_owned());
    }
    before
}
