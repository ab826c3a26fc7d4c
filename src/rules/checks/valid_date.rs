//! `valid-date`: what stands in a date field is a day of the calendar. Text that was read well and is no date ("2/30/2026") is a mistake
//! of the office; text that was read badly is not.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::Value;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// The field holds a day of the calendar.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidDate {
    pub field: String,
}

impl Judge for ValidDate {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let (answer, value) = match Standing::of(request, &self.field, facts) {
            Standing::Sure(Value::Date(date)) => (Answer::Met, date.to_string()),
            Standing::Sure(value) => (Answer::NotMet, value.to_column()),
            Standing::Doubtful(_) | Standing::Blank | Standing::Unknown => (Answer::CannotTell, String::new()),
        };
        Outcome::new(answer).on(&self.field).with("value", value)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("`{}` is a day of the calendar", self.field)
    }

    fn values(&self) -> &'static [&'static str] {
        &["value"]
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
    fn the_thirtieth_of_february_is_no_date() {
        let check = ValidDate { field: "request_date".into() };
        assert_eq!(answer(&check, &Example::complete()), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().text("request_date", "2/30/2026")), Answer::NotMet);
        assert_eq!(answer(&check, &Example::complete().text("request_date", "2/30/2026").doubtful("request_date")), Answer::CannotTell);
        assert_eq!(answer(&check, &Example::complete().blank("request_date")), Answer::CannotTell);
    }
}
