//! `required`: something is written in a field. What it says, and how well it was read, is for other rules and for review.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// The field is not blank.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Required {
    pub field: String,
}

impl Judge for Required {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let answer = match Standing::of(request, &self.field, facts) {
            Standing::Blank => Answer::NotMet,
            Standing::Sure(_) | Standing::Doubtful(_) => Answer::Met,
            Standing::Unknown => Answer::CannotTell,
        };
        Outcome::new(answer).on(&self.field)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("`{}` is filled in", self.field)
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
    fn blank_is_missing_and_unreadable_is_not() {
        let check = Required { field: "member_name".into() };
        assert_eq!(answer(&check, &Example::complete()), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().blank("member_name")), Answer::NotMet);
        assert_eq!(answer(&check, &Example::complete().unreadable("member_name")), Answer::CannotTell);
        assert_eq!(answer(&check, &Example::complete().without("member_name")), Answer::CannotTell);
        assert_eq!(answer(&check, &Example::complete().doubtful("member_name")), Answer::Met);
    }
}
