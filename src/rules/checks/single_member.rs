//! `single-member`: one form for each member (procedure step 3: a family is not reassigned on one form).

use super::{Judge, Outcome, without_parameters};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

without_parameters!(
    /// The form names one member.
    SingleMember
);

impl Judge for SingleMember {
    fn evaluate(&self, request: &Request, _: &Context<'_>) -> Outcome {
        Outcome::new(request.several_members.negate()).on("member_name")
    }

    fn describe(&self, _: &Pack) -> String {
        "the form names one member, not several".to_owned()
    }
}
