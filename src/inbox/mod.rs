//! The fax inbox: which files are there, in which order, and what their names and hashes say.

use serde::{Deserialize, Serialize};

/// One file of the inbox, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transmission {
    /// Path below the inbox, `/` between; bytes that are not UTF-8 are percent-encoded.
    pub source_file: String,
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// When it was received, as ISO 8601, from the file name or the file time (the header's clock is in the pages).
    pub received_at: Option<String>,
    /// Whether `received_at` came from the file's name (else from the file time).
    pub received_from_name: bool,
    /// Sender's number in the file name.
    pub sender: Option<String>,
    /// Pages that the file name promises.
    pub promised_pages: Option<u32>,
}
