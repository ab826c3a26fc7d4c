//! `legible`: at least one page of the request gave text. Blank pages are no failure to read: nothing is there.

use super::{Judge, Outcome};
use crate::assemble::Request;
use crate::reading::PageReading;
use crate::rules::Pack;
use crate::rules::context::Context;

/// Some page with ink gave so many letters at such a confidence.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Legible {
    /// Letters and digits that a page must give to count as read.
    pub characters: u32,
    /// Their mean confidence, 0 to 1.
    pub confidence: f32,
    /// Share of ink below which a page is blank.
    pub blank_below: f32,
}

impl Judge for Legible {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let pages: Vec<&PageReading> = request.pages.iter().filter_map(|&number| facts.page(number)).collect();
        let inked: Vec<_> = pages.iter().filter(|page| page.legibility.ink_share >= self.blank_below).collect();
        let read = inked.iter().any(|page| page.legibility.characters >= self.characters && page.legibility.confidence.get() >= self.confidence);
        let lost = pages.len() < request.pages.len();
        Outcome::new(read || (inked.is_empty() && !lost))
    }

    fn describe(&self, _: &Pack) -> String {
        format!("a page with ink gives at least {} letters or digits at a confidence of {:.0} %", self.characters, self.confidence * 100.0)
    }
}
