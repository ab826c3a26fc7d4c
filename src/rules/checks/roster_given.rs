//! `roster-given`: whether a member is linked cannot be read from a fax.

use super::{Judge, Outcome, without_parameters};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

without_parameters!(
    /// A roster was given to the run.
    RosterGiven
);

impl Judge for RosterGiven {
    fn evaluate(&self, _: &Request, facts: &Context<'_>) -> Outcome {
        Outcome::new(facts.roster)
    }

    fn describe(&self, _: &Pack) -> String {
        "a roster was given to the run".to_owned()
    }
}
