//! `same-member`: the letter is for the member of the form. Never decided by a surname alone: assembly says how it matched them.

use super::{Judge, Outcome, without_parameters};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Letters;

without_parameters!(
    /// The letters do not all name somebody else.
    SameMember
);

impl Judge for SameMember {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let letters = Letters::of(request, facts);
        let answer = match () {
            () if !letters.good.is_empty() || letters.to_others.is_empty() => Answer::Met,
            () if !letters.perhaps.is_empty() => Answer::CannotTell,
            () => Answer::NotMet,
        };
        Outcome::new(answer).on("letter")
    }

    fn describe(&self, _: &Pack) -> String {
        "a letter names this request's member, not somebody else".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_letter_to_somebody_else_is_the_wrong_one_only_when_there_is_no_other() {
        let check = SameMember {};
        let wrong = Example::complete().letter(|l| l.same_member = Answer::NotMet);
        assert_eq!(answer(&check, &wrong), Answer::NotMet);
        assert_eq!(answer(&check, &wrong.clone().another_letter(|_| {})), Answer::Met);
        assert_eq!(answer(&check, &wrong.another_letter(|l| l.same_member = Answer::CannotTell)), Answer::CannotTell);
        assert_eq!(answer(&check, &Example::complete().no_letter()), Answer::Met);
    }
}
