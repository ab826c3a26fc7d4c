//! `not-superseded`: no later copy with more pages came for the same request.

use super::{Judge, Outcome, without_parameters};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

without_parameters!(
    /// No later, fuller copy came.
    NotSuperseded
);

impl Judge for NotSuperseded {
    fn evaluate(&self, request: &Request, _: &Context<'_>) -> Outcome {
        Outcome::new(request.superseded_by.is_none()).with("request", request.superseded_by.as_deref().unwrap_or_default())
    }

    fn describe(&self, _: &Pack) -> String {
        "no later, fuller copy of the request came".to_owned()
    }

    fn values(&self) -> &'static [&'static str] {
        &["request"]
    }
}
