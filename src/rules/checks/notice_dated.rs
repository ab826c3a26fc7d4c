//! `notice-dated`: a notice has its date, in a field or at the head of the letter.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;
use crate::rules::notice::NoticeFacts;

/// The field has a date, or the letter does.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeDated {
    pub field: String,
}

impl Judge for NoticeDated {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let answer = match Standing::of(request, &self.field, facts) {
            Standing::Sure(_) | Standing::Doubtful(_) => Answer::Met,
            // Letters carry no label "Date": a blank field is no blank letter.
            Standing::Blank | Standing::Unknown => {
                let notice = NoticeFacts::of(request, facts);
                match (notice.date, notice.trusted && !notice.unread_date) {
                    (Some(_), _) => Answer::Met,
                    (None, true) => Answer::NotMet,
                    (None, false) => Answer::CannotTell,
                }
            }
        };
        Outcome::new(answer).on(&self.field)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("the notice has a date (`{}`, or the date at the head of the letter)", self.field)
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
    fn the_date_at_the_head_of_the_letter_serves() {
        let check = NoticeDated { field: "request_date".into() };
        assert_eq!(answer(&check, &Example::notice("November 20, 2026\nRe: Provider Portal\nA user left our workforce.")), Answer::Met);
        assert_eq!(answer(&check, &Example::notice("Re: Provider Portal\nA user left our workforce.")), Answer::NotMet);
        assert_eq!(answer(&check, &Example::notice("1l/2O/2O26\nRe: Provider Portal")), Answer::CannotTell);
    }
}
