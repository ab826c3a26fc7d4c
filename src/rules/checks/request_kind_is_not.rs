//! `request-kind-is-not`: the pages hold another kind of request than this one (a letter without a form, another plan's form).

use super::{Judge, Outcome};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::PageKind;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::may_hide;
use crate::rules::settings::RequestScope;

/// The request is not of this kind.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestKindIsNot {
    pub kind: RequestScope,
}

impl Judge for RequestKindIsNot {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let is_form = |kind: &PageKind| matches!(kind, PageKind::Form(_));
        let answer = match RequestScope::of(&request.kind) {
            kind if kind != self.kind => Answer::Met,
            // The form may be the page that could not be read.
            RequestScope::LetterOnly if may_hide(request, facts, is_form) => Answer::CannotTell,
            _ => Answer::NotMet,
        };
        Outcome::new(answer).on("form")
    }

    fn describe(&self, _: &Pack) -> String {
        match self.kind {
            RequestScope::Reassignment => "the pages hold no reassignment form",
            RequestScope::LetterOnly => "a form came with the letter",
            RequestScope::OtherPlan => "the form is this plan's",
            RequestScope::Portal => "the pages hold no portal form or notice",
            RequestScope::NoRequest => "some page asks for something",
            RequestScope::Unreadable => "the file could be read",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::RequestKind;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_letter_alone_has_no_form_unless_a_page_could_not_be_read() {
        let check = RequestKindIsNot { kind: RequestScope::LetterOnly };
        let alone = || Example::of_kind(RequestKind::LetterOnly);
        assert_eq!(answer(&check, &Example::complete()), Answer::Met);
        assert_eq!(answer(&check, &alone()), Answer::NotMet);
        assert_eq!(answer(&check, &alone().lost_page()), Answer::CannotTell);
    }
}
