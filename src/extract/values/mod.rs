//! What the text of a value says: dates, ids, names and phone numbers, from text that may be misread.
//!
//! Pure functions from text to a value, with two more answers each: whether a repair was needed, and whether the format alone makes
//! the value certain. The caller keeps the raw text, and weighs these answers with the readers' confidences.

pub mod dates;
pub mod ids;
pub mod names;
pub mod phones;

mod date_lists;
mod numeric_dates;
mod person_match;

pub use date_lists::{DateList, parse_date_list};
pub use dates::{DateContext, DateReading, parse_date};
pub use ids::{IdShape, MemberIdReading, NpiReading, npi_is_valid, read_member_id, read_npi};
pub use names::{NameReading, is_credential, is_evenly_cased, is_title, read_name};
pub use person_match::{PersonMatch, Sameness, same_person};
pub use phones::{PhoneReading, read_phone};
