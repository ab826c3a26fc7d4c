//! run.json: what a run was made of and what came of it, so that years later an auditor can ask for the same answer.
//!
//! Hashes, counts, codes and times; never a value, a name or a file name. It is written last: a folder with a run.json is finished.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::RunError;
use super::folder::RunFolder;
use super::protocol::{EngineFacts, to_hex};
use super::sandbox::InForce;

/// Version of run.json.
pub const RECORD_FORMAT: u32 = 1;

/// File name in the run folder.
pub const FILE: &str = "run.json";

/// The whole record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// [`RECORD_FORMAT`].
    pub format: u32,
    /// The program's version.
    pub program: String,
    pub engine: EngineFacts,
    /// What held the workers.
    pub sandbox: InForce,
    /// The day that every rule about "now" used, ISO 8601.
    pub as_of: String,
    pub rules: RulesRecord,
    /// SHA-256 of the roster, when one was given.
    pub roster_sha256: Option<String>,
    /// Options that can change a row.
    pub options: BTreeMap<String, String>,
    /// The run's name in a ledger, kept so that a folder that was moved is still the same night.
    #[serde(default)]
    pub night: Option<String>,
    /// In the order of source_file, which itself stands in the readings.
    pub inputs: Vec<InputRecord>,
    /// SHA-256 over the inputs' names and hashes.
    pub inputs_sha256: String,
    pub counts: Counts,
    /// SHA-256 of each file of the run folder, by name.
    pub outputs: BTreeMap<String, String>,
    pub times: Times,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesRecord {
    /// Pack id and version.
    pub version: String,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    pub sha256: String,
    pub bytes: u64,
    pub pages: u32,
    /// Name of its readings, a hash of source_file.
    pub readings: String,
    /// Code of the reason, when the whole file gave nothing to read.
    pub rejected: Option<String>,
    /// Pages that gave nothing to read.
    pub pages_rejected: Vec<u32>,
}

/// Counts that reconcile: `files_found = files_with_rows + files_skipped`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub files_found: usize,
    pub files_with_rows: usize,
    pub files_skipped: usize,
    /// By reason; `other-shard` among them when a share was asked for.
    pub skipped: BTreeMap<String, usize>,
    pub pages: u64,
    pub pages_rejected: u64,
    pub requests: usize,
    pub by_status: BTreeMap<String, usize>,
    pub by_deficiency: BTreeMap<String, usize>,
    pub by_warning: BTreeMap<String, usize>,
}

impl Counts {
    pub fn reconcile(&self) -> Result<(), RunError> {
        if self.files_found == self.files_with_rows + self.files_skipped {
            Ok(())
        } else {
            Err(RunError::Unreconciled {
                found: self.files_found,
                with_rows: self.files_with_rows,
                skipped: self.files_skipped,
            })
        }
    }
}

/// The only place where times stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// ISO 8601, UTC.
    pub started: String,
    pub finished: String,
    pub seconds: f64,
    pub pages_per_second: f64,
    /// Pages that an earlier, interrupted run had read.
    pub pages_resumed: u64,
    /// Seconds of worker time by stage, summed over all pages.
    pub stages: BTreeMap<String, f64>,
}

impl RunRecord {
    pub fn load(run: &Path) -> Result<RunRecord, RunError> {
        let path = run.join(FILE);
        let bytes = fs::read(&path).map_err(RunError::io("read", &path))?;
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        if let Ok(Versioned { format: found }) = serde_json::from_slice(&bytes)
            && found > RECORD_FORMAT
        {
            return Err(RunError::Newer { what: FILE.to_owned(), found, known: RECORD_FORMAT });
        }
        serde_json::from_slice(&bytes).map_err(|error| RunError::Stored {
            what: FILE.to_owned(),
            line: error.line(),
            why: "not a run record that this version knows".to_owned(),
        })
    }

    pub fn write(&self, folder: &RunFolder) -> Result<(), RunError> {
        folder.write(FILE, |file| {
            serde_json::to_writer_pretty(&mut *file, self)?;
            file.write_all(b"\n")
        })
    }
}

/// SHA-256 of a trusted file (a roster, an output), in lower-case hexadecimal.
pub fn sha256_of_file(path: &Path) -> Result<String, RunError> {
    let mut file = fs::File::open(path).map_err(RunError::io("read", path))?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut HashWriter(&mut hasher)).map_err(RunError::io("read", path))?;
    Ok(to_hex(&hasher.finalize()))
}

struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// SHA-256 of parts, each told apart from the next by its length.
pub fn sha256_of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    to_hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_file_is_noticed() {
        let counts = Counts { files_found: 3, files_with_rows: 1, files_skipped: 1, ..Counts::default() };
        assert!(matches!(counts.reconcile(), Err(RunError::Unreconciled { found: 3, .. })));
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(sha256_of_parts([&b"ab"[..], b"c"]), sha256_of_parts([&b"a"[..], b"bc"]));
    }
}
