//! The queue: rows, CSV, full records, the report, and the explanation of one transmission.
//!
//! The last stage: it knows everything before it and decides nothing.

mod csv;
mod explain;
mod mask;
mod records;
mod report;
mod row;

pub use csv::{harmless, write_queue};
pub use explain::{Explained, explain, page_text};
pub use records::{RECORD_FORMAT, Record, confidences, read_records, write_records};
pub use report::write_report;
pub use row::{COLUMNS, Row, page_ranges};
