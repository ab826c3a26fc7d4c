//! `letter-keeps-care`: the member stays linked until the plan's effective date (step 6), so a letter must not fix an end of care.

use super::{Judge, Outcome, without_parameters};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Letters;

without_parameters!(
    /// The letter states no fixed end of care.
    LetterKeepsCare
);

impl Judge for LetterKeepsCare {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let letters = Letters::of(request, facts);
        let outcome = match letters.best() {
            None => Outcome::new(Answer::CannotTell),
            Some(letter) => Outcome::new(letter.facts.states_end_of_care.is_empty()).quoting(letter.facts.states_end_of_care.clone()),
        };
        outcome.on("letter")
    }

    fn describe(&self, _: &Pack) -> String {
        "the letter states no fixed end of care".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_letter_that_ends_care_in_thirty_days_is_for_a_person() {
        assert_eq!(answer(&LetterKeepsCare {}, &Example::complete()), Answer::Met);
        let ending = Example::complete().letter(|l| l.facts.states_end_of_care = vec!["effective-in-days".into()]);
        assert_eq!(answer(&LetterKeepsCare {}, &ending), Answer::NotMet);
    }
}
