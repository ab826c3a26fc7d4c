//! What is kept of a request to recognise it when it comes again, in this run or on a later night.
//!
//! A trace is sealed before it goes into the ledger: names, ids and dates become keyed hashes, which can be compared for equality and
//! not read. Sealed and open traces are compared by [`super::copies`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::names;
use super::person::plain_id;
use super::{PageOutcome, Request, RequestKind};
use crate::answer::{Answer, Mark, Reading};
use crate::reading::{FieldReading, LetterKind, PageKind, Value};

/// Word hashes kept of each page: fewer than a reading has, since the ledger holds a million requests.
pub(super) const KEPT_WORDS: usize = 32;

/// Fields whose being filled makes a later copy fuller than an earlier one.
const FILLED: [&str; 9] = [
    "member_name",
    "member_id",
    "member_dob",
    "provider_name",
    "provider_npi",
    "request_date",
    "missed_appointments",
    "narrative",
    "signature",
];

/// A request as it is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub request_id: String,
    /// Request id of the first copy, when this is a later one.
    pub duplicate_of: Option<String>,
    pub source_file: String,
    pub received_at: Option<String>,
    pub ordinal: u32,
    pub sha256: String,
    /// Values are keyed hashes.
    pub(super) sealed: bool,
    pub(super) kind: Kind,
    pub(super) form: Option<String>,
    pub(super) names: Vec<Told>,
    pub(super) id: Option<Told>,
    pub(super) birth: Option<Told>,
    pub(super) npi: Option<Told>,
    pub(super) date: State,
    pub(super) reasons: BTreeMap<String, Mark>,
    /// Fields that are blank, and fields that were read with confidence.
    pub(super) blank: BTreeSet<String>,
    pub(super) filled: BTreeSet<String>,
    pub(super) appointments: BTreeSet<String>,
    /// Every field of a portal form, and of nothing else.
    pub(super) values: BTreeMap<String, String>,
    pub(super) letters: Vec<LetterTrace>,
    pub(super) attachments: BTreeSet<String>,
    pub(super) pages: Vec<PageTrace>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Reassignment,
    LetterOnly,
    OtherPlan,
    Portal,
    /// Nothing to compare but the file.
    File,
}

/// A value and how surely it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    pub value: String,
    pub confidence: f32,
}

/// What stands in the date's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "value")]
pub(super) enum State {
    Blank,
    Read(Told),
    Unreadable,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LetterTrace {
    pub kind: LetterKind,
    pub unfilled: bool,
    pub wrong_member: bool,
    pub date: Option<Told>,
    /// The addressee's name.
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PageTrace {
    /// First letter of the page's kind.
    pub class: char,
    pub layout: u64,
    pub words: Vec<u32>,
}

impl Trace {
    /// `pages` are all pages of the request's file; `sha256` is the file's.
    pub fn of(request: &Request, pages: &[PageOutcome], sha256: &str) -> Trace {
        let kind = match request.kind {
            RequestKind::Reassignment => Kind::Reassignment,
            RequestKind::LetterOnly => Kind::LetterOnly,
            RequestKind::OtherPlan => Kind::OtherPlan,
            RequestKind::Portal => Kind::Portal,
            RequestKind::NoRequest | RequestKind::Unreadable(_) => Kind::File,
        };
        let told = |field: &str| request.field(field).and_then(told);
        let mut names: Vec<Told> = told("member_name").into_iter().collect();
        let addressees = request.letters.iter().filter(|letter| letter.same_member != Answer::NotMet);
        for addressee in addressees.filter_map(|letter| letter.facts.addressee.as_ref()) {
            let Some(name) = &addressee.name else { continue };
            names.push(Told { value: names::member_of(name), confidence: addressee.confidence });
        }
        let id = told("member_id").map(|t| Told { value: plain_id(&t.value), ..t });
        let (mut blank, mut filled) = (BTreeSet::new(), BTreeSet::new());
        for field in request.fields.iter().filter(|f| FILLED.contains(&f.field.as_str())) {
            match &field.reading {
                Reading::Blank => blank.insert(field.field.clone()),
                Reading::Read(_) if field.confidence.get() >= super::person::SURE => filled.insert(field.field.clone()),
                _ => false,
            };
        }
        let date = match request.field("request_date") {
            None => State::Unreadable,
            Some(field) => match (&field.reading, told("request_date")) {
                (Reading::Blank, _) => State::Blank,
                (_, Some(told)) => State::Read(told),
                _ => State::Unreadable,
            },
        };
        let reasons =
            request.choices.iter().filter(|choice| choice.choice == "reasons").flat_map(|choice| &choice.options);
        let appointments = request
            .field("missed_appointments")
            .and_then(|f| f.reading.value())
            .map(Value::to_column)
            .unwrap_or_default();
        Trace {
            request_id: request.id.clone(),
            duplicate_of: request.duplicate_of.clone(),
            source_file: request.source_file.clone(),
            received_at: request.received_at.clone(),
            ordinal: request.ordinal,
            sha256: sha256.to_owned(),
            sealed: false,
            kind,
            form: request.form.clone(),
            names,
            id,
            birth: told("member_dob"),
            npi: told("provider_npi"),
            date,
            reasons: reasons.filter(|o| o.mark != Mark::Unchecked).map(|o| (o.option.clone(), o.mark)).collect(),
            blank,
            filled,
            appointments: appointments.split(';').filter(|day| !day.is_empty()).map(str::to_owned).collect(),
            values: if kind == Kind::Portal { portal_values(request) } else { BTreeMap::new() },
            letters: request.letters.iter().map(letter_trace).collect(),
            attachments: request.attachments.iter().map(|a| a.kind.name().to_owned()).collect(),
            pages: request.pages.iter().filter_map(|&number| page_trace(pages, number)).collect(),
        }
    }

    /// Keys that a copy of this request shares with it, at least one: numbers from keyed hashes, sorted.
    pub fn keys(&self, salt: &[u8]) -> Vec<i64> {
        let sealed;
        let trace = if self.sealed {
            self
        } else {
            sealed = self.clone().seal(salt);
            &sealed
        };
        let mut keys = BTreeSet::from([number(&["file", &trace.sha256])]);
        let date = match &trace.date {
            State::Read(told) => told.value.as_str(),
            _ => "",
        };
        if let Some(id) = &trace.id {
            keys.insert(number(&["id", &id.value]));
        }
        for name in &trace.names {
            if let Some(birth) = &trace.birth {
                keys.insert(number(&["birth", &name.value, &birth.value]));
            }
            if !date.is_empty() {
                keys.insert(number(&["date", &name.value, date]));
            }
        }
        for letter in &trace.letters {
            if let (Some(name), Some(date)) = (&letter.name, &letter.date) {
                keys.insert(number(&["letter", name, &date.value]));
            }
        }
        if let (Kind::Portal, Some(npi)) = (trace.kind, &trace.npi) {
            keys.insert(number(&["portal", &npi.value]));
        }
        keys.into_iter().collect()
    }

    /// Names, ids and dates become hashes under `salt`; what else the trace holds names nobody.
    pub fn seal(mut self, salt: &[u8]) -> Trace {
        if self.sealed {
            return self;
        }
        let hide = |told: &mut Told| told.value = hidden(salt, &told.value);
        for name in &mut self.names {
            name.value = hidden_name(salt, &name.value);
        }
        [&mut self.id, &mut self.birth, &mut self.npi].into_iter().flatten().for_each(hide);
        if let State::Read(told) = &mut self.date {
            hide(told);
        }
        for letter in &mut self.letters {
            if let Some(name) = &mut letter.name {
                *name = hidden_name(salt, name);
            }
            if let Some(date) = &mut letter.date {
                hide(date);
            }
        }
        self.appointments = self.appointments.iter().map(|day| hidden(salt, day)).collect();
        self.values.values_mut().for_each(|value| *value = hidden(salt, &names::fold(value)));
        self.sealed = true;
        self
    }
}

fn told(field: &FieldReading) -> Option<Told> {
    field.reading.value().map(|value| Told { value: value.to_column(), confidence: field.confidence.get() })
}

fn portal_values(request: &Request) -> BTreeMap<String, String> {
    request
        .fields
        .iter()
        .filter_map(|field| field.reading.value().map(|value| (field.field.clone(), value.to_column())))
        .collect()
}

fn letter_trace(letter: &super::LetterMatch) -> LetterTrace {
    let facts = &letter.facts;
    LetterTrace {
        kind: facts.kind,
        unfilled: facts.unfilled,
        wrong_member: letter.same_member == Answer::NotMet,
        date: facts.date.value().map(|date| Told { value: date.to_string(), confidence: facts.date_confidence.get() }),
        name: facts.addressee.as_ref().and_then(|a| a.name.as_deref()).map(names::member_of),
    }
}

fn page_trace(pages: &[PageOutcome], number: u32) -> Option<PageTrace> {
    let PageOutcome::Read(reading) = pages.get(usize::try_from(number.checked_sub(1)?).ok()?)? else { return None };
    let class = match reading.kind() {
        PageKind::Form(_) => 'f',
        PageKind::OtherPlanForm => 'o',
        PageKind::Letter => 'l',
        PageKind::Attachment(_) => 'a',
        // Separators and backs of sheets come and go between scans.
        PageKind::Blank | PageKind::Cover => return None,
        PageKind::Junk | PageKind::Unknown => 'u',
    };
    let words = reading.fingerprint.words.iter().copied().take(KEPT_WORDS).collect();
    Some(PageTrace { class, layout: reading.fingerprint.layout, words })
}

fn hidden_name(salt: &[u8], name: &str) -> String {
    let mut words = names::words(name);
    words.sort();
    hidden(salt, &words.join(" "))
}

fn hidden(salt: &[u8], value: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update((salt.len() as u64).to_le_bytes());
    hasher.update(salt);
    hasher.update(value);
    hasher.finalize().iter().take(9).map(|byte| format!("{byte:02x}")).collect()
}

fn number(parts: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    digest.iter().take(8).fold(0i64, |number, &byte| number << 8 | i64::from(byte))
}

#[cfg(test)]
pub(super) fn fake_hash(name: &str) -> String {
    Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect()
}
