//! One rule: a check with its dates, its place among the other rules, its sentence and its source.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Severity;
use super::checks::Check;
use super::settings::RequestScope;
use super::source::Place;
use super::status::{Priority, Status};
use crate::reading::AttachmentKind;

/// A rule as it was in force for some time. Versions of one rule share the id, and their dates adjoin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    /// The code that the queue shows when the rule is not met. Several rules may share one.
    pub code: String,
    pub severity: Severity,
    pub in_force: InForce,
    #[serde(default)]
    pub applies_to: AppliesTo,
    pub check: Check,
    /// One plain English sentence for the queue and the office; `{name}` stands for a value of the check.
    pub note: String,
    /// Step of the procedure or section of the agreement.
    pub cite: String,
    /// When the rule is not met, no other rule says anything.
    #[serde(default)]
    pub stands_alone: bool,
    /// Codes that make this one superfluous: when one of them is given, this rule says nothing.
    #[serde(default)]
    pub suppressed_by: Vec<String>,
    /// Codes of what this rule rests on: while one of them is not met or cannot be told, this rule cannot be failed.
    #[serde(default)]
    pub waits_for: Vec<String>,
    /// Priority of a request that does not meet the rule.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Status of a request that does not meet the rule, where the severity does not say it.
    #[serde(default)]
    pub status: Option<Status>,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) place: Place,
}

/// The days on which a rule holds, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    pub from: Day,
    /// The last day; none while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}

impl InForce {
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from.0 <= day && self.to.is_none_or(|to| day <= to.0)
    }
}

/// A TOML date (`2025-05-01`, no quotes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(deserializer)?;
        match (written.date, written.time, written.offset) {
            (Some(date), None, None) => {
                NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).map(Day)
            }
            _ => None,
        }
        .ok_or_else(|| serde::de::Error::custom("not a day: write year-month-day, without quotes"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let date = toml::value::Date {
            year: self.0.year().try_into().unwrap_or(0),
            month: self.0.month() as u8,
            day: self.0.day() as u8,
        };
        toml::value::Datetime::from(date).serialize(serializer)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date", "description": "A day as TOML writes it: 2025-05-01, without quotes." })
    }
}

/// Which requests a rule is about. An empty list leaves that side open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppliesTo {
    #[serde(default)]
    pub requests: Vec<RequestScope>,
    /// Ids of form definitions.
    #[serde(default)]
    pub forms: Vec<String>,
    /// Ids of reasons: one of them is ticked, or named in the narrative when none is.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Kinds of notice.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Attachments: one of them is among the pages.
    #[serde(default)]
    pub attachments: Vec<AttachmentKind>,
    /// Only when a roster was given (true) or none was (false).
    #[serde(default)]
    pub roster: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Serialize)]
    struct Holder {
        day: Day,
    }

    #[test]
    fn a_day_is_a_toml_date_and_nothing_else() {
        let holder: Holder = toml::from_str("day = 2025-05-01").unwrap();
        assert_eq!(holder.day.0.to_string(), "2025-05-01");
        assert_eq!(toml::to_string(&holder).unwrap(), "day = 2025-05-01\n");
        for wrong in [
            "day = \"2025-05-01\"",
            "day = 2025-05-01T10:00:00",
            "day = 10:00:00",
            "day = 2025-02-30",
            "day = 20250501",
        ] {
            assert!(toml::from_str::<Holder>(wrong).is_err(), "{wrong}");
        }
    }
}
