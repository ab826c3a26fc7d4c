//! Why a run could not be carried out. What is wrong with a document is never one of these: that is a row.

use std::io;
use std::path::{Path, PathBuf};

/// The run as a whole could not go on; the command line ends with exit code 2, or 130 for [`RunError::Interrupted`].
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("cannot {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("no space left for {}", .0.display())]
    DiskFull(PathBuf),
    #[error("{} has {free_mib} MiB free, and this run may need {needed_mib} MiB", path.display())]
    LittleSpace { path: PathBuf, free_mib: u64, needed_mib: u64 },
    #[error("another run holds {}", .0.display())]
    Held(PathBuf),
    #[error("{} is not empty and is not a run folder", .0.display())]
    NotARunFolder(PathBuf),
    #[error("{} holds a run with other {differs}", path.display())]
    OtherRun { path: PathBuf, differs: String },
    #[error("the run folder and the inbox lie within each other: {}", .0.display())]
    Nested(PathBuf),
    #[error("the page reader cannot work: {0}")]
    Engine(String),
    #[error("a rule pack cannot be used: {0}")]
    Rules(String),
    #[error("{what}, line {line}: {why}")]
    Stored { what: String, line: usize, why: String },
    #[error("{what} has format {found}, and this version of the program reads up to {known}")]
    Newer { what: String, found: u32, known: u32 },
    #[error("{0}")]
    Input(String),
    #[error("{0}")]
    Correction(crate::correct::CorrectionError),
    #[error("counts do not reconcile: {found} files found, {with_rows} with rows, {skipped} skipped")]
    Unreconciled { found: usize, with_rows: usize, skipped: usize },
    #[error("interrupted: what was finished is kept")]
    Interrupted,
}

impl RunError {
    /// For `map_err`: says what was being done to which path; a full disk has its own error.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RunError {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                RunError::DiskFull(path.to_owned())
            }
            _ => RunError::Io { doing, path: path.to_owned(), source },
        }
    }

    /// What the operator can do about it, for the `help:` line.
    pub fn help(&self) -> Option<&str> {
        match self {
            RunError::Correction(error) => Some(&error.hint),
            RunError::DiskFull(_) | RunError::LittleSpace { .. } => {
                Some("make room or give another --out; the same command resumes where it stopped")
            }
            RunError::Held(_) => Some("wait until it ends, or give another --out"),
            RunError::NotARunFolder(_) => Some("give a new or empty folder as --out"),
            RunError::OtherRun { .. } => Some("give a new --out, or the same inputs and options as before to resume"),
            RunError::Nested(_) => Some("give an --out outside the inbox"),
            RunError::Engine(_) => Some(
                "install Tesseract with its English data: apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd",
            ),
            RunError::Rules(_) => Some("`faxtriage rules check` shows every problem of a pack with file and line"),
            RunError::Stored { .. } => Some("the run folder was changed from outside; run again into a new --out"),
            RunError::Newer { .. } => Some("use the version that run.json or journal.json names, or a newer one"),
            RunError::Unreconciled { .. } => Some("this is a fault of the program: keep the run folder and report it"),
            RunError::Interrupted => Some("the same command resumes"),
            RunError::Io { .. } | RunError::Input(_) => None,
        }
    }
}
