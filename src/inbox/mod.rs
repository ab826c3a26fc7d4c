//! The fax inbox: which files are there, in which order, and what their names and hashes say.
//!
//! [`scan`] walks the folder, waits for files that are still being written, hashes what it takes and reports what it skips: found =
//! taken + skipped, always. Nothing is parsed here and nothing is written: the inbox is read-only. After it comes
//! [`crate::decode`], in a worker. The [`Ledger`] is what earlier nights saw.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

mod hash;
mod ledger;
mod names;
mod settle;
mod walk;

pub use ledger::{Ledger, LedgerError};
pub use names::{FileNameError, FileNameFacts, FileNames};
pub use settle::{Clock, SystemClock};
pub use walk::{InboxError, ScanOptions, scan};

/// One file of the inbox, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transmission {
    /// Path below the inbox, `/` between; bytes that are not UTF-8 are percent-encoded.
    pub source_file: String,
    pub bytes: u64,
    /// Lower-case hex. Of a file of more than 4 GiB, which is too large to be read, of its beginning and its size.
    pub sha256: String,
    /// When it was received, as ISO 8601, from the file name or the file time (the header's clock is in the pages).
    pub received_at: Option<String>,
    /// Whether `received_at` came from the file's name (else from the file time).
    pub received_from_name: bool,
    /// Sender's number in the file name.
    pub sender: Option<String>,
    /// Pages that the file name promises.
    pub promised_pages: Option<u32>,
    /// Where the file really is; never stored, since a run may be checked against an archive elsewhere.
    #[serde(skip)]
    pub path: PathBuf,
}

/// What lies in an inbox: every entry is either a transmission or skipped with a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// In the order of the bytes of `source_file`.
    pub transmissions: Vec<Transmission>,
    /// In the same order.
    pub skipped: Vec<Skipped>,
    /// Entries seen by the walk, counted there and not from the two lists.
    pub found: usize,
}

impl Inbox {
    /// Whether every entry found is accounted for.
    pub fn reconciles(&self) -> bool {
        self.found == self.transmissions.len() + self.skipped.len()
    }
}

/// An entry that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub source_file: String,
    pub reason: SkipReason,
}

/// Why an entry of the inbox was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// Still being written: it will be there next night.
    Unsettled,
    /// A name that programs give to files they have not finished (`.part`, `.tmp`, …).
    TemporaryName,
    /// Starts with a dot: a file of the operating system or of a copying program, never a fax server's.
    HiddenName,
    /// Points to a file of the inbox, which is taken under its own name.
    Symlink,
    SymlinkOutside,
    SymlinkDangling,
    Pipe,
    Device,
    Socket,
    PermissionDenied,
    /// There when the folder was listed, gone when it was read.
    Vanished,
    /// A folder that could not be listed.
    FolderUnreadable,
    ReadFailed,
}

impl SkipReason {
    /// The name in run.json and in messages.
    pub fn name(self) -> &'static str {
        match self {
            SkipReason::Unsettled => "unsettled",
            SkipReason::TemporaryName => "temporary-name",
            SkipReason::HiddenName => "hidden-name",
            SkipReason::Symlink => "symlink",
            SkipReason::SymlinkOutside => "symlink-outside",
            SkipReason::SymlinkDangling => "symlink-dangling",
            SkipReason::Pipe => "pipe",
            SkipReason::Device => "device",
            SkipReason::Socket => "socket",
            SkipReason::PermissionDenied => "permission-denied",
            SkipReason::Vanished => "vanished",
            SkipReason::FolderUnreadable => "folder-unreadable",
            SkipReason::ReadFailed => "read-failed",
        }
    }

    /// Whether an operator should look: a file that may be a fax was not read.
    pub fn needs_operator(self) -> bool {
        !matches!(self, SkipReason::HiddenName | SkipReason::Symlink)
    }
}
