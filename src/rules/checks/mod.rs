//! The closed vocabulary of checks: one file each. A new kind of check is a file here, a line in [`vocabulary!`] and an entry in the
//! docs, which are written from the doc comments and [`Judge::describe`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pack;
use super::context::Context;
use crate::answer::Answer;
use crate::assemble::Request;

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub answer: Answer,
    /// Fields that the answer rests on.
    pub fields: Vec<String>,
    /// Words of the fax that decided.
    pub quotes: Vec<String>,
    /// Values for the note's placeholders.
    pub values: BTreeMap<&'static str, String>,
}

impl Outcome {
    fn new(answer: impl Into<Answer>) -> Self {
        Outcome { answer: answer.into(), fields: Vec::new(), quotes: Vec::new(), values: BTreeMap::new() }
    }

    fn on(mut self, field: &str) -> Self {
        self.fields.push(field.to_owned());
        self
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.insert(name, value.to_string());
        self
    }

    fn quoting(mut self, quotes: Vec<String>) -> Self {
        self.quotes = quotes;
        self
    }
}

/// A name that a check's parameters use, to be looked up when the pack is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub sort: NameSort,
    pub name: String,
    /// The parameter, and the place in its list.
    pub key: &'static str,
    pub index: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameSort {
    Field,
    Choice,
    Format,
    Wording,
    Notice,
}

fn name(sort: NameSort, key: &'static str, name: &str) -> Name {
    Name { sort, name: name.to_owned(), key, index: None }
}

fn names<'a>(sort: NameSort, key: &'static str, list: impl IntoIterator<Item = &'a String>) -> Vec<Name> {
    let list = list.into_iter().enumerate();
    list.map(|(index, name)| Name { sort, name: name.clone(), key, index: Some(index) }).collect()
}

/// What every check can do.
pub(super) trait Judge {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome;

    /// What the rule demands, in words, for the compliance officer's page.
    fn describe(&self, pack: &Pack) -> String;

    /// Placeholders that the rule's note may use.
    fn values(&self) -> &'static [&'static str] {
        &[]
    }

    fn names(&self) -> Vec<Name> {
        Vec::new()
    }

    /// Parameters that make no sense, with what is wrong.
    fn mistakes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

macro_rules! vocabulary {
    ($($(#[$doc:meta])* $variant:ident $name:literal in $module:ident;)+) => {
        $(mod $module;)+
        $(pub use $module::$variant;)+

        /// What a rule demands. Every check answers met, not met, or cannot tell.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub enum Check {
            $($(#[$doc])* #[serde(rename = $name)] $variant($variant),)+
        }

        impl Check {
            /// The name in the rule file.
            pub fn kind(&self) -> &'static str {
                match self { $(Check::$variant(_) => $name,)+ }
            }

            fn judge(&self) -> &dyn Judge {
                match self { $(Check::$variant(check) => check,)+ }
            }
        }

        /// The names of all checks.
        pub const KINDS: &[&str] = &[$($name),+];
    };
}

vocabulary! {
    /// The request is of another kind.
    RequestKindIsNot "request-kind-is-not" in request_kind_is_not;
    /// The file could be opened: one way of failing for each rule.
    FileOpens "file-opens" in file_opens;
    /// Some page could be read.
    Legible "legible" in legible;
    /// All pages came that header, cover or file name promise.
    PagesPromised "pages-promised" in pages_promised;
    /// The form names one member.
    SingleMember "single-member" in single_member;
    /// Something is written in a field.
    Required "required" in required;
    /// A box of a group is ticked.
    OneChecked "one-checked" in one_checked;
    /// A signature: ink where it belongs.
    InkPresent "ink-present" in ink_present;
    /// A list of dates has so many different ones.
    AtLeast "at-least" in at_least;
    /// So many of the dates lie within so many months.
    WithinMonths "within-months" in within_months;
    /// A value has a format.
    Matches "matches" in matches;
    /// A value does not have a format.
    NeverMatches "never-matches" in never_matches;
    /// What is written in a date field is a date that exists.
    ValidDate "valid-date" in valid_date;
    /// One date is not before another.
    DateOrder "date-order" in date_order;
    /// A date is not after a day.
    DateNotAfter "date-not-after" in date_not_after;
    /// The text says something.
    Mentions "mentions" in mentions;
    /// The text does not say something.
    MentionsNone "mentions-none" in mentions_none;
    /// An attachment is among the pages.
    PagePresent "page-present" in page_present;
    /// A letter of notice to the member is among the pages.
    LetterPresent "letter-present" in letter_present;
    /// The letter is for this request's member.
    SameMember "same-member" in same_member;
    /// The letters are not all of a kind that is no notice.
    LetterNotOnly "letter-not-only" in letter_not_only;
    /// The letter is no template with blanks.
    LetterFilled "letter-filled" in letter_filled;
    /// The letter has a date.
    LetterDated "letter-dated" in letter_dated;
    /// The letter is not dated after a field.
    LetterNotAfter "letter-not-after" in letter_not_after;
    /// The letter states no fixed end of care.
    LetterKeepsCare "letter-keeps-care" in letter_keeps_care;
    /// A roster was given.
    RosterGiven "roster-given" in roster_given;
    /// The roster agrees with the form.
    RosterAgrees "roster-agrees" in roster_agrees;
    /// Every entry of a list of users is a person.
    UsersPersonal "users-personal" in users_personal;
    /// No user is listed twice.
    UsersDistinct "users-distinct" in users_distinct;
    /// Printed sentences of an agreement still say what they said.
    ClausesUnchanged "clauses-unchanged" in clauses_unchanged;
    /// A notice has its date.
    NoticeDated "notice-dated" in notice_dated;
    /// A notice says what its kind needs.
    NoticeHas "notice-has" in notice_has;
    /// A notice came within so many hours of what it tells.
    NoticeWithinHours "notice-within-hours" in notice_within_hours;
    /// What a notice announces lies so many days ahead.
    NoticeDaysAhead "notice-days-ahead" in notice_days_ahead;
    /// The notice is not of a kind.
    NoticeIsNot "notice-is-not" in notice_is_not;
    /// Addresses in a notice are public.
    AddressesPublic "addresses-public" in addresses_public;
    /// The notice came in a way that counts as delivered.
    DeliveredAs "delivered-as" in delivered_as;
    /// The pages carry no such note.
    NoPageNote "no-page-note" in no_page_note;
    /// No later, fuller copy came.
    NotSuperseded "not-superseded" in not_superseded;
}

impl Check {
    pub fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        self.judge().evaluate(request, facts)
    }

    /// What the check demands, in words.
    pub fn describe(&self, pack: &Pack) -> String {
        self.judge().describe(pack)
    }

    /// Placeholders that the rule's note may use.
    pub fn values(&self) -> &'static [&'static str] {
        self.judge().values()
    }

    pub(super) fn names(&self) -> Vec<Name> {
        self.judge().names()
    }

    pub(super) fn mistakes(&self) -> Vec<(&'static str, String)> {
        self.judge().mistakes()
    }
}

/// "a, b and c".
fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Days as people write them in a sentence.
fn days_listed(days: &[chrono::NaiveDate]) -> String {
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    listed(days.iter().map(String::as_str))
}

/// The parameters of a check that has none.
macro_rules! without_parameters {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {}
    };
}
use without_parameters;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_can_be_written_by_its_name_and_no_other() {
        let error = toml::from_str::<Check>("[nonsense]").unwrap_err().to_string();
        for kind in KINDS {
            assert!(error.contains(kind), "{kind} is not among the known names");
        }
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(
            (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])),
            ("a".into(), "a and b".into(), "a, b and c".into())
        );
    }
}
