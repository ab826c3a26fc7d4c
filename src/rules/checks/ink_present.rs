//! `ink-present`: a signature is ink where one belongs. Whose it is, nobody can read.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// There is ink in the field.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InkPresent {
    pub field: String,
}

impl Judge for InkPresent {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let answer = match Standing::of(request, &self.field, facts) {
            Standing::Blank => Answer::NotMet,
            Standing::Sure(_) => Answer::Met,
            // Too little ink for a signature, too much for a clean line.
            Standing::Doubtful(_) | Standing::Unknown => Answer::CannotTell,
        };
        Outcome::new(answer).on(&self.field)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("there is ink in `{}`", self.field)
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
    fn ink_is_a_signature_and_a_speck_is_a_question() {
        let check = InkPresent { field: "signature".into() };
        assert_eq!(answer(&check, &Example::complete()), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().blank("signature")), Answer::NotMet);
        assert_eq!(answer(&check, &Example::complete().doubtful("signature")), Answer::CannotTell);
        assert_eq!(answer(&check, &Example::complete().unreadable("signature")), Answer::CannotTell);
    }
}
