//! `date-not-after`: a date does not lie in the future.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// The field is not after a day.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateNotAfter {
    pub field: String,
    pub day: ReferenceDay,
}

/// A day that every request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceDay {
    /// The run's as-of date.
    AsOf,
    /// The day of receipt; the as-of date when that is unknown.
    Received,
}

impl Judge for DateNotAfter {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let day = match (self.day, facts.received) {
            (ReferenceDay::Received, Some(received)) => received.date(),
            _ => facts.as_of,
        };
        let outcome = match Standing::of(request, &self.field, facts).sure_date() {
            Some(date) => Outcome::new(date <= day).with("date", date),
            None => Outcome::new(Answer::CannotTell),
        };
        outcome.on(&self.field).with("day", day)
    }

    fn describe(&self, _: &Pack) -> String {
        let day = match self.day {
            ReferenceDay::AsOf => "the as-of date",
            ReferenceDay::Received => "the day of receipt",
        };
        format!("`{}` is not after {day}", self.field)
    }

    fn values(&self) -> &'static [&'static str] {
        &["date", "day"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Field, "field", &self.field)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn tomorrow_is_the_future_and_today_is_not() {
        let check = DateNotAfter { field: "request_date".into(), day: ReferenceDay::AsOf };
        assert_eq!(answer(&check, &Example::complete().date("request_date", "2026-11-21")), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().date("request_date", "2026-11-22")), Answer::NotMet);
        let received = DateNotAfter { day: ReferenceDay::Received, ..check };
        assert_eq!(answer(&received, &Example::complete().date("request_date", "2026-11-21")), Answer::NotMet);
    }
}
