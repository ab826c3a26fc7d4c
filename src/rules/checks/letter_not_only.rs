//! `letter-not-only`: a warning of missed appointments supports the request, but tells nobody that reassignment is sought.

use super::{Judge, Outcome};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::LetterKind;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Letters;

/// The member's letters are not all of this kind.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterNotOnly {
    pub kind: LetterKind,
}

impl Judge for LetterNotOnly {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let letters = Letters::of(request, facts);
        let of_kind = letters.no_notice.iter().any(|letter| letter.facts.kind == self.kind);
        let answer = match () {
            () if !of_kind || !letters.good.is_empty() || !letters.unfilled.is_empty() => Answer::Met,
            () if !letters.perhaps.is_empty() => Answer::CannotTell,
            () => Answer::NotMet,
        };
        Outcome::new(answer).on("letter")
    }

    fn describe(&self, _: &Pack) -> String {
        let kind = match self.kind {
            LetterKind::ReassignmentNotice => "notices of reassignment",
            LetterKind::Dismissal => "dismissals",
            LetterKind::Warning => "warnings",
            LetterKind::Other => "letters of no known kind",
            LetterKind::ToPlan => "letters to the plan",
            LetterKind::ToOffice => "letters to other offices",
        };
        format!("the letters to the member are not all {kind}")
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_warning_alone_is_no_notice_and_beside_a_notice_it_does_no_harm() {
        let check = LetterNotOnly { kind: LetterKind::Warning };
        let warning = Example::complete().letter(|l| l.facts.kind = LetterKind::Warning);
        assert_eq!(answer(&check, &warning), Answer::NotMet);
        assert_eq!(answer(&check, &warning.clone().another_letter(|_| {})), Answer::Met);
        assert_eq!(answer(&check, &warning.another_letter(|l| l.facts.kind = LetterKind::Other)), Answer::CannotTell);
    }
}
