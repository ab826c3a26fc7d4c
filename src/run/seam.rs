//! Where the batch meets the other rooms: thin adapters, one for each thing that a neighbour does.
//!
//! STAND-INS, until the rooms land: scanning, deciding and the page reader. Each says what replaces it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::error::RunError;
use super::folder::RunFolder;
use super::journal::{self, Header};
use super::protocol::to_hex;
use super::record::RulesRecord;
use super::worker::ReadPage;
use crate::inbox::Transmission;

/// What lies in the inbox: found = faxes + skipped.
pub struct Scanned {
    /// In the order of source_file.
    pub faxes: Vec<(Transmission, PathBuf)>,
    pub skipped: Vec<Skipped>,
    pub found: usize,
}

/// A file that was not read, and has no row.
pub struct Skipped {
    pub source_file: String,
    pub reason: String,
    /// Whether an operator should look.
    pub needs_operator: bool,
}

/// Stand-in for `inbox::scan`.
pub fn scan(inbox: &Path, settle: Duration) -> Result<Scanned, RunError> {
    let _ = settle;
    let mut scanned = Scanned { faxes: Vec::new(), skipped: Vec::new(), found: 0 };
    for entry in WalkDir::new(inbox).sort_by_file_name() {
        let entry = entry.map_err(|error| RunError::io("read", inbox)(error.into()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        scanned.found += 1;
        let below = entry.path().strip_prefix(inbox).unwrap_or(entry.path()).to_string_lossy().into_owned();
        if !entry.file_type().is_file() {
            scanned.skipped.push(Skipped { source_file: below, reason: "special".to_owned(), needs_operator: true });
            continue;
        }
        let bytes = fs::read(entry.path()).map_err(RunError::io("read", entry.path()))?;
        let fields = serde_json::json!({
            "source_file": below, "bytes": bytes.len(), "sha256": to_hex(&Sha256::digest(&bytes)), "received_at": null,
            "received_from_name": false, "sender": null, "promised_pages": null,
        });
        let fax = serde_json::from_value(fields).map_err(|error| RunError::Input(error.to_string()))?;
        scanned.faxes.push((fax, entry.into_path()));
    }
    scanned.faxes.sort_by(|(a, _), (b, _)| a.source_file.cmp(&b.source_file));
    Ok(scanned)
}

/// The rule pack of a run.
pub struct Rules {
    pub record: RulesRecord,
    /// Every file of the pack: path below its folder, text.
    pub files: Vec<(String, String)>,
}

/// Stand-in for `Pack::load` and `Pack::builtin`.
pub fn load_rules(folder: Option<&Path>) -> Result<Rules, RunError> {
    let mut files = Vec::new();
    if let Some(folder) = folder {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(|error| RunError::io("read", folder)(error.into()))?;
            if entry.file_type().is_file() {
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_string_lossy().into_owned();
                files.push((below, fs::read_to_string(entry.path()).map_err(RunError::io("read", entry.path()))?));
            }
        }
    }
    let parts = files.iter().flat_map(|(path, text)| [path.as_bytes(), text.as_bytes()]);
    let sha256 = super::record::sha256_of_parts(parts);
    Ok(Rules { record: RulesRecord { version: "stand-in 0".to_owned(), sha256 }, files })
}

/// What the queue came to, for counts and the summary.
#[derive(Default)]
pub struct Decided {
    /// source_file of every row, in order.
    pub rows: Vec<String>,
    pub by_status: BTreeMap<String, usize>,
    pub by_deficiency: BTreeMap<String, usize>,
    pub by_warning: BTreeMap<String, usize>,
    /// Files of the run folder that were written.
    pub outputs: Vec<String>,
}

/// What a decision needs besides the readings.
pub struct Deciding<'a> {
    pub rules: &'a Rules,
    pub roster: Option<&'a Path>,
    pub as_of: NaiveDate,
}

/// Stand-in for assemble, roster, duplicates, rules and queue: one row a file. Reads the stored readings one file at a time and
/// writes queue.csv, records.jsonl, report.html and notices/ into `folder`.
pub fn decide(readings: &[(Header, PathBuf)], deciding: &Deciding<'_>, folder: &RunFolder) -> Result<Decided, RunError> {
    let _ = (deciding.rules, deciding.roster, deciding.as_of);
    let mut decided = Decided::default();
    let mut lines = Vec::new();
    for (header, path) in readings {
        let pages = journal::pages(path)?;
        let status = if header.rejection.is_some() { "unreadable" } else { "review" };
        let code = header.rejection.as_ref().map_or("", |rejection| rejection.code());
        lines.push([header.transmission.source_file.clone(), pages.len().to_string(), status.to_owned(), code.to_owned()]);
        decided.rows.push(header.transmission.source_file.clone());
        *decided.by_status.entry(status.to_owned()).or_default() += 1;
    }
    folder.write("queue.csv", |file| {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(["source_file", "pages", "status", "deficiencies"])?;
        for line in &lines {
            csv.write_record(line)?;
        }
        csv.flush()
    })?;
    decided.outputs.push("queue.csv".to_owned());
    Ok(decided)
}

/// What a worker's reader is made with.
pub struct ReaderSettings<'a> {
    /// The pack's folder; the built-in pack when none.
    pub rules: Option<&'a Path>,
    /// The second reader's model; none when it is off or not there.
    pub model: Option<&'a Path>,
    /// The reader's own deadline for a page.
    pub page_timeout: Duration,
    pub max_pages: u32,
}

/// Stand-in for the pipeline in `extract`: decode, prepare, read, classify, extract.
pub fn page_reader(settings: &ReaderSettings<'_>) -> Result<Box<dyn ReadPage>, String> {
    let _ = (settings.rules, settings.model, settings.page_timeout, settings.max_pages);
    Err("the page reader is not wired in yet".to_owned())
}

