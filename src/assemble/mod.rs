//! Pages to requests: who each page belongs to.
//!
//! [`assemble`] takes all pages of one transmission and gives requests, each with its own pages and only those. Forms open requests;
//! every other page is assigned by one small optimisation over the whole transmission (`assign`), from the members that pages name
//! (`person`), the order of the sender's pages (`order`) and the kinds of the pages. [`Roster`] and [`link_copies`] then say what
//! is known of the member and which requests came before. Neighbours: [`crate::reading`] before, [`crate::rules`] after.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::decode::Rejection;
use crate::reading::{AttachmentKind, ChoiceReading, FieldReading, LetterFacts, PageReading};

mod assign;
mod build;
mod copies;
mod fingerprint;
mod letters;
mod merge;
mod names;
mod offered;
mod openers;
mod order;
mod person;
mod promised;
mod receipt;
mod roster;
mod roster_lens;
mod sender;
mod settings;
mod several;
mod sheet;
mod trace;

#[cfg(test)]
mod story;
#[cfg(test)]
mod tests;

pub use build::{assemble, assemble_with};
pub use copies::{CopyLink, EarlierCopy, link_copies};
pub use fingerprint::{fingerprint, page_similarity};
pub use roster::{Roster, RosterError, RosterMember, RosterProblem};
pub use roster_lens::apply_roster;
pub use settings::AssemblySettings;
pub use trace::Trace;

/// What one page of a transmission came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "what")]
pub enum PageOutcome {
    Read(Box<PageReading>),
    /// The page could not be read; the others still can.
    Rejected(Rejection),
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// The plan's reassignment form, with or without a letter.
    Reassignment,
    /// A letter to a member, and no form.
    LetterOnly,
    /// Another plan's form.
    OtherPlan,
    /// A portal form or notice.
    Portal,
    /// Nothing here asks for anything.
    NoRequest,
    /// The file could not be read at all.
    Unreadable(Rejection),
}

/// One request: one member's form with the pages that belong to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `first 12 hex digits of the file's SHA-256`-`ordinal`.
    pub id: String,
    pub source_file: String,
    /// 1-based within the file.
    pub ordinal: u32,
    pub kind: RequestKind,
    /// Pages that belong to the request, sorted; all pages of a file that holds no request.
    pub pages: Vec<u32>,
    /// Id of the form definition.
    pub form: Option<String>,
    /// Fields of all pages of the form; of two readings of one field the one that was read stands.
    pub fields: Vec<FieldReading>,
    pub choices: Vec<ChoiceReading>,
    /// More than one member is named on the form.
    pub several_members: Answer,
    /// Letters among the pages, best first.
    pub letters: Vec<LetterMatch>,
    pub attachments: Vec<Attachment>,
    /// Pages that fit nowhere else and were left here for a person to judge.
    pub stray_pages: Vec<u32>,
    /// Pages of this request that could not be read at all: any of them may be what seems to be missing.
    #[serde(default)]
    pub unread_pages: Vec<u32>,
    /// Pages promised by header, cover sheet or file name that did not come: (promised, received).
    pub pages_missing: Option<(u32, u32)>,
    pub received_at: Option<String>,
    /// Codes for information, gathered from the pages.
    pub notes: Vec<String>,
    /// Request id of the first copy.
    pub duplicate_of: Option<String>,
    /// Request id of a later, fuller copy.
    pub superseded_by: Option<String>,
    /// Request ids of earlier copies that lacked something and that this one replaces, in this run and on earlier nights.
    #[serde(default)]
    pub supersedes: Vec<String>,
    /// What the roster says, when one was given.
    pub roster: Option<RosterAnswer>,
    /// Columns that a person settled: nothing on another page may still change them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<String>,
}

impl Request {
    pub fn field(&self, id: &str) -> Option<&FieldReading> {
        self.fields.iter().find(|f| f.field == id)
    }

    /// The letter that the queue's columns describe.
    pub fn letter(&self) -> Option<&LetterMatch> {
        self.letters.first()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LetterMatch {
    pub page: u32,
    pub facts: LetterFacts,
    /// Whether the letter is for this request's member.
    pub same_member: Answer,
    /// Why: `name`, `name-swapped`, `id`, `birth-date`, `surname-only`, `other-name` …
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    pub page: u32,
    pub kind: AttachmentKind,
    pub same_member: Answer,
}

/// What the roster says of a request's member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterAnswer {
    /// The id stands in the roster.
    pub known: Answer,
    /// The name fits the id.
    pub name_agrees: Answer,
    /// The roster's PCP is the requesting one.
    pub linked: Answer,
}
