//! report.html: the queue for people who would rather look than read, and correct what was misread.
//!
//! One file that loads nothing from outside; the pictures of pages lie beside it. The queue stands in the page as data, and the page's
//! own script builds rows from it as they are opened, always as text and never as markup.

mod data;
mod page;

pub use data::Since;
pub use page::{Report, write_report};
