//! Labels to fields: where a form's values stand, what they say, and which boxes are checked.

pub mod fuzzy;
pub mod header;
pub mod letters;
pub mod page_text;
pub mod values;
