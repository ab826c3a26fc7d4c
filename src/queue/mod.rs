//! The queue: rows, CSV, full records, the report, and the explanation of one transmission.
//!
//! The last stage but the batch: it knows everything before it and decides nothing.

mod csv;
mod explain;
mod mask;
mod notices;
mod records;
mod report;
mod row;
mod xlsx;

pub use csv::{harmless, write_queue};
pub use explain::{Explained, explain, page_text};
pub use notices::{Notice, notices};
pub use records::{PageFacts, RECORD_FORMAT, Record, confidences, read_records, write_records};
pub use report::{Report, Since, write_report};
pub use row::{COLUMNS, Row, page_ranges};
pub use xlsx::write_xlsx;
