//! `letter-not-after`: the member is told (step 2) before the request is made (step 3).

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::{Answer, Reading};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::{Letters, Standing};

/// The letter's date is not after the field's.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterNotAfter {
    pub field: String,
}

impl Judge for LetterNotAfter {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let threshold = facts.pack.review.of("letter_date");
        let letter = Letters::of(request, facts).best().and_then(|letter| match letter.facts.date {
            Reading::Read(date) if letter.facts.date_confidence >= threshold => Some(date),
            _ => None,
        });
        let outcome = match (letter, Standing::of(request, &self.field, facts).sure_date()) {
            (Some(letter), Some(date)) => Outcome::new(letter <= date).with("letter", letter).with("date", date),
            _ => Outcome::new(Answer::CannotTell),
        };
        outcome.on("letter_date").on(&self.field)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("the letter is not dated after `{}`", self.field)
    }

    fn values(&self) -> &'static [&'static str] {
        &["letter", "date"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Field, "field", &self.field)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;
    use crate::rules::example::{Example, answer, day};

    #[test]
    fn the_letter_comes_first_or_on_the_same_day() {
        let check = LetterNotAfter { field: "request_date".into() };
        let dated = |date: &str| Example::complete().date("request_date", "2026-11-14").letter(|l| l.facts.date = Reading::Read(day(date)));
        assert_eq!(answer(&check, &dated("2026-11-14")), Answer::Met);
        assert_eq!(answer(&check, &dated("2026-11-15")), Answer::NotMet);
        assert_eq!(answer(&check, &dated("2026-11-15").letter(|l| l.facts.date_confidence = Confidence::new(0.2))), Answer::CannotTell);
        assert_eq!(answer(&check, &dated("2026-11-15").blank("request_date")), Answer::CannotTell);
    }
}
