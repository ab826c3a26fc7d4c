//! `letter-filled`: the letter is no template with "[Patient Name]" or lines left blank.

use super::{Judge, Outcome, without_parameters};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Letters;

without_parameters!(
    /// Some letter is filled in.
    LetterFilled
);

impl Judge for LetterFilled {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let letters = Letters::of(request, facts);
        let answer = match () {
            () if letters.unfilled.is_empty() || !letters.good.is_empty() => Answer::Met,
            () if !letters.perhaps.is_empty() => Answer::CannotTell,
            () => Answer::NotMet,
        };
        Outcome::new(answer).on("letter")
    }

    fn describe(&self, _: &Pack) -> String {
        "the letter is filled in, not a template with blanks".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_template_is_no_letter_even_when_it_names_nobody() {
        let template = Example::complete().letter(|l| {
            l.facts.unfilled = true;
            l.same_member = Answer::NotMet;
        });
        assert_eq!(answer(&LetterFilled {}, &template), Answer::NotMet);
        assert_eq!(answer(&LetterFilled {}, &template.another_letter(|_| {})), Answer::Met);
    }
}
