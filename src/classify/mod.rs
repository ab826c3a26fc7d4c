//! What kind of page: form, letter, cover, attachment, blank, another plan's, junk.
//!
//! Words, layout and marks speak together; phrases and labels come from the pack. [`crate::extract`] then reads what the kind makes
//! worth reading, and [`crate::assemble`] weighs the kinds of all pages of a transmission against each other.

mod forms;
mod kinds;
mod other_plan;

#[cfg(test)]
mod tests;

pub use kinds::{PageEvidence, classify};
