//! `pages-promised`: the fax header ("P.02/05"), the cover sheet or the file name say how many pages were sent.

use super::{Judge, Outcome, without_parameters};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

without_parameters!(
    /// As many pages came as were promised.
    PagesPromised
);

impl Judge for PagesPromised {
    fn evaluate(&self, request: &Request, _: &Context<'_>) -> Outcome {
        match request.pages_missing {
            Some((promised, received)) => Outcome::new(received >= promised).with("promised", promised).with("received", received),
            None => Outcome::new(true),
        }
    }

    fn describe(&self, _: &Pack) -> String {
        "as many pages came as header, cover sheet or file name promise".to_owned()
    }

    fn values(&self) -> &'static [&'static str] {
        &["promised", "received"]
    }
}
