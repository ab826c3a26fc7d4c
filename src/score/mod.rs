//! Accuracy of a run against truth, in the queue's own columns.
//!
//! Counts stand beside every share, with a Wilson 95 % interval: a share without its count says nothing.

mod calibration;
mod compare;
mod table;

pub use calibration::{Calibration, Confidences, calibrate};
pub use compare::{Comparison, FieldOutcome, Outcome, RowOutcome, Sheet, compare};
pub use table::{Figures, Tally, by_group, figures};

/// What can go wrong before anything is compared.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    #[error("{path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("{path}: {source}")]
    Csv { path: String, source: csv::Error },
    #[error("{path}: no column `{column}`; truth needs source_file and pages, and any of the queue's columns")]
    Column { path: String, column: String },
    #[error(
        "{0}: not a known figure; try field, numeric, found, deficiency-precision, deficiency-recall, straight-through or a column's name"
    )]
    Figure(String),
}
