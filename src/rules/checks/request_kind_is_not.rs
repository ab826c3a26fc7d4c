//! `request-kind-is-not`: the pages hold another kind of request than this one (a letter without a form, another plan's form).

use super::{Judge, Outcome};
use crate::assemble::Request;
use crate::rules::context::Context;
use crate::rules::settings::RequestScope;
use crate::rules::Pack;

/// The request is not of this kind.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestKindIsNot {
    pub kind: RequestScope,
}

impl Judge for RequestKindIsNot {
    fn evaluate(&self, request: &Request, _: &Context<'_>) -> Outcome {
        Outcome::new(RequestScope::of(&request.kind) != self.kind)
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
