//! `no-page-note`: what was noted of a page while it was read (turned, blank, read from a text layer), as a note of the request.

use super::{Judge, Outcome};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

/// No page of the request carries this note.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoPageNote {
    pub code: String,
}

impl Judge for NoPageNote {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let noted = |page: &u32| facts.page(*page).is_some_and(|page| page.notes.contains(&self.code));
        let pages: Vec<String> = request.pages.iter().filter(|page| noted(page)).map(ToString::to_string).collect();
        let any = !pages.is_empty() || request.notes.contains(&self.code);
        Outcome::new(!any).with("pages", super::listed(pages.iter().map(String::as_str)))
    }

    fn describe(&self, _: &Pack) -> String {
        format!("no page carries the note {}", self.code)
    }

    fn values(&self) -> &'static [&'static str] {
        &["pages"]
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match NOTES.contains(&self.code.as_str()) {
            true => Vec::new(),
            false => vec![("code", format!("no page is ever noted `{}`; known: {}", self.code, NOTES.join(", ")))],
        }
    }
}

/// The codes of [`crate::reading::PageReading::notes`].
const NOTES: &[&str] = &["assumed-resolution", "blank-page", "rotated-page", "text-layer-used"];
