//! `date-order`: one date is not before another.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// `first` is not after `then`.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateOrder {
    pub first: String,
    pub then: String,
}

impl Judge for DateOrder {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let date = |field: &str| Standing::of(request, field, facts).sure_date();
        let outcome = match (date(&self.first), date(&self.then)) {
            (Some(first), Some(then)) => Outcome::new(first <= then).with("first", first).with("then", then),
            _ => Outcome::new(Answer::CannotTell),
        };
        outcome.on(&self.first).on(&self.then)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("`{}` is not before `{}`", self.then, self.first)
    }

    fn values(&self) -> &'static [&'static str] {
        &["first", "then"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Field, "first", &self.first), name(NameSort::Field, "then", &self.then)]
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match self.first == self.then {
            true => vec![("then", "a date is never before itself".to_owned())],
            false => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn nobody_asks_before_the_member_is_born() {
        let check = DateOrder { first: "member_dob".into(), then: "request_date".into() };
        assert_eq!(answer(&check, &Example::complete()), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().date("request_date", "1926-11-14")), Answer::NotMet);
        assert_eq!(answer(&check, &Example::complete().unreadable("member_dob")), Answer::CannotTell);
    }
}
