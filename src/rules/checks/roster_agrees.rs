//! `roster-agrees`: the roster knows the member, the name, or the link. It decides only on values that were read with confidence.

use super::{Judge, Name, NameSort, Outcome, names};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// The roster agrees with the form on one question.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterAgrees {
    pub on: RosterQuestion,
    /// Fields that the answer rests on: a doubtful one leaves it open.
    pub fields: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RosterQuestion {
    /// The id stands in the roster.
    Known,
    /// The name fits the id.
    Name,
    /// The roster's PCP is the requesting one.
    Linked,
}

impl Judge for RosterAgrees {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let said = request.roster.as_ref().map_or(Answer::CannotTell, |roster| match self.on {
            RosterQuestion::Known => roster.known,
            RosterQuestion::Name => roster.name_agrees,
            RosterQuestion::Linked => roster.linked,
        });
        let sure = self.fields.iter().all(|field| matches!(Standing::of(request, field, facts), Standing::Sure(_)));
        let answer = if sure || said == Answer::Met { said } else { Answer::CannotTell };
        self.fields.iter().fold(Outcome::new(answer), |outcome, field| outcome.on(field))
    }

    fn describe(&self, _: &Pack) -> String {
        match self.on {
            RosterQuestion::Known => "the roster has the member's id",
            RosterQuestion::Name => "the roster has the same name for the member's id",
            RosterQuestion::Linked => "the roster links the member to the requesting provider",
        }
        .to_owned()
    }

    fn names(&self) -> Vec<Name> {
        names(NameSort::Field, "fields", &self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn the_roster_decides_only_on_what_was_read_with_confidence() {
        let check = RosterAgrees { on: RosterQuestion::Linked, fields: vec!["member_id".into(), "provider_npi".into()] };
        let elsewhere = Example::complete().roster(|r| r.linked = Answer::NotMet);
        assert_eq!(answer(&check, &Example::complete().roster(|_| {})), Answer::Met);
        assert_eq!(answer(&check, &elsewhere), Answer::NotMet);
        assert_eq!(answer(&check, &elsewhere.clone().doubtful("provider_npi")), Answer::CannotTell);
        assert_eq!(answer(&check, &elsewhere.blank("member_id")), Answer::CannotTell);
    }
}
