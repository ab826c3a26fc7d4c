//! `letter-dated`: the letter has a date. The procedure does not ask for one; without it nobody can see that notice came first.

use super::{Judge, Outcome, without_parameters};
use crate::answer::{Answer, Reading};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Letters;

without_parameters!(
    /// The letter has a date.
    LetterDated
);

impl Judge for LetterDated {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let answer = match Letters::of(request, facts).best().map(|letter| &letter.facts.date) {
            Some(Reading::Read(_)) => Answer::Met,
            Some(Reading::Blank) => Answer::NotMet,
            Some(Reading::Unreadable) | None => Answer::CannotTell,
        };
        Outcome::new(answer).on("letter_date")
    }

    fn describe(&self, _: &Pack) -> String {
        "the letter has a date".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_date_that_cannot_be_read_is_a_date() {
        assert_eq!(answer(&LetterDated {}, &Example::complete()), Answer::Met);
        assert_eq!(answer(&LetterDated {}, &Example::complete().letter(|l| l.facts.date = Reading::Blank)), Answer::NotMet);
        assert_eq!(answer(&LetterDated {}, &Example::complete().letter(|l| l.facts.date = Reading::Unreadable)), Answer::CannotTell);
    }
}
