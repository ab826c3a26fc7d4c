//! `pack.toml`: what holds for the whole pack.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer::{Confidence, Mark};
use crate::reading::LetterKind;

/// `pack.toml` as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackSettings {
    pub id: String,
    pub version: String,
    pub title: String,
    pub plan: Plan,
    pub dates: DateSettings,
    pub received: ReceivedSettings,
    pub review: ReviewSettings,
    pub marks: MarkSettings,
    pub roster: RosterSettings,
    pub letters: LetterSettings,
    #[serde(default, rename = "request")]
    pub requests: Vec<RequestSettings>,
}

/// The plan and where it is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub name: String,
    /// Other names by which letters and forms call it.
    pub names: Vec<String>,
    pub department: String,
    pub address: Vec<String>,
    pub phone: String,
    pub fax: String,
}

impl Plan {
    /// Its telephone and fax numbers.
    pub fn numbers(&self) -> [&str; 2] {
        [&self.phone, &self.fax]
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateSettings {
    /// A year of two digits is at most this many years after the day of receipt.
    pub two_digit_years_ahead: u32,
    pub rules_picked_by: RulesPickedBy,
}

impl DateSettings {
    /// The full year that `two_digits` (0 to 99) stands for in a fax that was received in `received_year`.
    pub fn full_year(&self, two_digits: u32, received_year: i32) -> i32 {
        let latest = received_year.saturating_add(i32::try_from(self.two_digit_years_ahead).unwrap_or(0));
        let written = i32::try_from(two_digits % 100).unwrap_or(0);
        let year = latest - latest.rem_euclid(100) + written;
        if year > latest { year - 100 } else { year }
    }
}

/// Which day picks the version of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RulesPickedBy {
    AsOf,
    /// The day of receipt; the as-of date when that is unknown.
    Received,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivedSettings {
    /// Where the time of receipt is taken from, first that is known.
    pub order: Vec<ReceivedSource>,
    /// Fields that say when the office filled in its request.
    #[serde(default)]
    pub written: Vec<WrittenBefore>,
}

/// A field that is dated shortly before the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenBefore {
    pub field: String,
    /// A reading that is doubtful, or lies outside so many days before the receipt, gives way to the latest of its possible days that lies
    /// inside, for a person to confirm.
    pub within_days: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReceivedSource {
    FileName,
    Header,
    FileTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewSettings {
    /// Confidence, 0 to 1, below which a field goes to review.
    pub threshold: f32,
    /// Confidence below which free text proves nothing by what it does not say.
    pub text_threshold: f32,
    /// Confidence of a page's words below which nothing is sure of what the page is.
    pub page_threshold: f32,
    /// Score from which a page may be of a kind that is not its best.
    pub page_kind_threshold: f32,
    /// Thresholds of single fields, by field id.
    #[serde(default)]
    pub fields: BTreeMap<String, f32>,
}

impl ReviewSettings {
    /// The threshold of one field.
    pub fn of(&self, field: &str) -> Confidence {
        Confidence::new(self.fields.get(field).copied().unwrap_or(self.threshold))
    }
}

/// The band between a blank box and a mark.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkSettings {
    /// Share of a box's inside that is ink.
    pub unchecked_below: f32,
    pub checked_above: f32,
    /// Confidence below which a mark is unsure.
    pub threshold: f32,
}

impl MarkSettings {
    /// What a box with this share of ink is.
    pub fn of(&self, fill: f32) -> Mark {
        if fill < self.unchecked_below {
            Mark::Unchecked
        } else if fill > self.checked_above {
            Mark::Checked
        } else {
            Mark::Unsure
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterSettings {
    /// An uncertain id, name or birth date is settled by the one member that fits the other two.
    pub settle_uncertain: bool,
    /// Jaro-Winkler similarity from which two names are the same person's.
    pub name_similarity: f32,
}

/// Which letters are written notice to the member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterSettings {
    pub notices: Vec<LetterKind>,
    /// Kinds that a person must look at to know.
    #[serde(default)]
    pub may_be_notices: Vec<LetterKind>,
}

/// What a request of one kind must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestSettings {
    pub kind: RequestScope,
    /// Only for this form; without it, for every form of the kind that has no settings of its own.
    #[serde(default)]
    pub form: Option<String>,
    /// Columns.
    pub required: Vec<String>,
    #[serde(default)]
    pub with_reason: Vec<RequiredWithReason>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequiredWithReason {
    pub reason: String,
    pub required: Vec<String>,
}

/// [`crate::assemble::RequestKind`] as packs write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestScope {
    Reassignment,
    LetterOnly,
    OtherPlan,
    Portal,
    NoRequest,
    Unreadable,
}

impl RequestScope {
    pub fn of(kind: &crate::assemble::RequestKind) -> Self {
        use crate::assemble::RequestKind;
        match kind {
            RequestKind::Reassignment => RequestScope::Reassignment,
            RequestKind::LetterOnly => RequestScope::LetterOnly,
            RequestKind::OtherPlan => RequestScope::OtherPlan,
            RequestKind::Portal => RequestScope::Portal,
            RequestKind::NoRequest => RequestScope::NoRequest,
            RequestKind::Unreadable(_) => RequestScope::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digit_years_pivot_on_the_day_of_receipt() {
        let dates = DateSettings { two_digit_years_ahead: 1, rules_picked_by: RulesPickedBy::AsOf };
        assert_eq!(dates.full_year(26, 2026), 2026);
        assert_eq!(dates.full_year(27, 2026), 2027);
        assert_eq!(dates.full_year(28, 2026), 1928);
        assert_eq!(dates.full_year(0, 2099), 2100);
    }

    #[test]
    fn between_blank_and_mark_nobody_knows() {
        let marks = MarkSettings { unchecked_below: 0.055, checked_above: 0.18, threshold: 0.5 };
        assert_eq!((marks.of(0.05), marks.of(0.1), marks.of(0.2)), (Mark::Unchecked, Mark::Unsure, Mark::Checked));
    }
}
