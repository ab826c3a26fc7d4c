//! `letter-present`: written notice was sent to the member, and a copy came (procedure steps 2 and 4).

use super::{Judge, Outcome, without_parameters};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::PageKind;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::{Letters, may_hide};

without_parameters!(
    /// A letter of a kind that counts as notice, to this member, is among the pages.
    LetterPresent
);

impl Judge for LetterPresent {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let letters = Letters::of(request, facts);
        let answer = match () {
            () if !letters.good.is_empty() => Answer::Met,
            () if !letters.perhaps.is_empty() => Answer::CannotTell,
            () if request.settled.iter().any(|column| column == "letter") => Answer::NotMet,
            () if may_hide(request, facts, |kind| *kind == PageKind::Letter) => Answer::CannotTell,
            () => Answer::NotMet,
        };
        Outcome::new(answer).on("letter")
    }

    fn describe(&self, _: &Pack) -> String {
        "a letter that tells this member of the request is among the pages".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn no_letter_is_missing_and_an_illegible_page_may_be_one() {
        let check = LetterPresent {};
        assert_eq!(answer(&check, &Example::complete()), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().no_letter()), Answer::NotMet);
        assert_eq!(answer(&check, &Example::complete().no_letter().lost_page()), Answer::CannotTell);
        assert_eq!(answer(&check, &Example::complete().letter(|l| l.same_member = Answer::CannotTell)), Answer::CannotTell);
    }
}
