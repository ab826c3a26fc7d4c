//! Labels to fields: where a form's values stand, what they say, and which boxes are checked.
//!
//! A form is fitted by its labels (`labels`, `compose`), which fix where its values may stand (`zones`)
//! and do stand (`placing`); what is written there (`ink`) is
//! read by two readers and settled by vote (`fields`, `meaning`, `vote`); boxes are measured (`choices`). Letters and headers are
//! read from words alone. [`PageEngine`] does all of it for one page. Before it: [`crate::page`], [`crate::ocr`],
//! [`crate::classify`]; after it: [`crate::assemble`].

pub mod fuzzy;
pub mod header;
pub mod letters;
pub mod page_text;
pub mod values;

mod answers;
mod choices;
mod coarse;
mod combs;
mod compose;
mod digits;
mod fields;
mod form;
mod ink;
mod interpret;
mod labels;
mod lost;
mod meaning;
mod pipeline;
mod placing;
mod reread;
mod sheet;
mod small_marks;
mod stated;
mod suits;
mod text_layer;
mod twins;
mod vote;
mod zones;

pub use form::{Fit, FormPage};
pub use interpret::interpret_again;
pub use meaning::Meanings;
pub use pipeline::PageEngine;
pub use sheet::Sheet;
pub use text_layer::trusted_words;
