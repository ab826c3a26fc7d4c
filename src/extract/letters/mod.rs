//! Letters and attachments: whom a page speaks of, and what a letter says of itself.

mod combined;
mod date;
mod facts;
mod language;
mod people;
mod template;
#[cfg(test)]
mod unseen;
mod wording;

#[cfg(test)]
mod offices;

pub use date::tells_its_day;
pub use facts::{DateLine, Layout, date_line, is_addressed, layout, letter_facts};
pub use language::{LanguageScore, detect_language, is_foreign};
pub use people::people;
pub use wording::{Wording, wording};
