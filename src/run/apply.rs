//! Corrections on a finished run: the same readings with what a person saw, decided again into a new run folder.
//!
//! The new folder is a run like any other: it holds readings, pictures and rules, and its corrections, so that it can be rechecked, audited
//! and corrected again. The first run stays as it is.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Utc;

use super::batch::{Facts, ReadingWork, Summary, finish, keep_rules, keep_skipped, load_pack, times};
use super::decide::{self, Beside, Deciding, Memory, Words};
use super::error::RunError;
use super::folder::RunFolder;
use super::journal;
use super::merge::{bring_together, day, same_roster, skipped_in};
use super::protocol::Hello;
use super::record::{RunRecord, sha256_of_parts};
use crate::correct::{Correction, Corrections};
use crate::queue::{Record, read_records};

/// The corrections that a run folder was made with, one JSON object a line.
pub(crate) const FILE: &str = "corrections.jsonl";

/// What is corrected, by whom.
#[derive(Clone, Debug)]
pub struct ApplySettings {
    pub run: PathBuf,
    /// The CSV that the report saved.
    pub corrections: PathBuf,
    pub by: String,
    pub out: PathBuf,
    /// The roster of the run: a run folder keeps no copy of it.
    pub roster: Option<PathBuf>,
    /// The ledger of the run; it is only read.
    pub ledger: Option<PathBuf>,
}

/// Applies corrections to a finished run and writes the corrected one.
pub fn apply(settings: &ApplySettings) -> Result<Summary, RunError> {
    let started = (Utc::now(), Instant::now());
    let record = RunRecord::load(&settings.run)?;
    same_roster(&record, settings.roster.as_deref())?;
    let as_of = day(&record)?;
    let pack = load_pack(Some(&settings.run.join("rules")))?;
    if pack.sha256() != record.rules.sha256 {
        return Err(RunError::Input("the rules kept with the run are not the ones it used".to_owned()));
    }
    let corrections = corrected(settings, &pack)?;

    let night = {
        let before = RunFolder::open(&settings.run)?;
        Memory::of_finished(None, &record, &before, as_of).night
    };
    let mut options = record.options.clone();
    options.insert("corrections".to_owned(), hash(&corrections));
    let folder = RunFolder::open(&settings.out)?;
    journal::claim(&folder, &options)?;
    keep_rules(&folder, &pack)?;
    bring_together(std::slice::from_ref(&settings.run), &folder)?;
    let skipped = skipped_in(&settings.run)?;

    let readings = journal::stored(folder.path())?;
    let memory = Memory { ledger: settings.ledger.as_deref(), night: night.clone(), add: false };
    let roster = settings.roster.as_deref();
    let deciding = Deciding { pack: &pack, roster, as_of, memory, words: Words::AsRead, corrections: &corrections };
    let decided = decide::decide(&readings, &deciding, &folder, Beside::of(&options))?;
    keep_skipped(&folder, &skipped)?;
    let hello = Hello { program: record.program, sandbox: record.sandbox, engine: Some(record.engine) };
    let facts = Facts { hello, pack: &pack, roster_sha256: record.roster_sha256, as_of, options, night: Some(night) };
    let found = record.counts.files_found;
    finish(&folder, facts, &readings, &decided, &skipped, found, times(started, ReadingWork::default()))
}

/// The run's own corrections with the new ones in their place.
fn corrected(settings: &ApplySettings, pack: &crate::rules::Pack) -> Result<Corrections, RunError> {
    let path = settings.run.join("records.jsonl");
    let file = File::open(&path).map_err(RunError::io("read", &path))?;
    let records = read_records(BufReader::new(file)).map_err(RunError::io("read", &path))?;
    let known: BTreeSet<String> = records.into_iter().map(|record| record.row.request_id).collect();
    let bytes = std::fs::read(&settings.corrections).map_err(RunError::io("read", &settings.corrections))?;
    let new = Corrections::read(&bytes, &known, pack, &settings.by).map_err(RunError::Correction)?;
    if new.is_empty() {
        return Err(RunError::Input("the list of corrections is empty".to_owned()));
    }
    Ok(kept(&settings.run)?.followed_by(new))
}

fn hash(corrections: &Corrections) -> String {
    let parts: Vec<&[u8]> = corrections
        .iter()
        .flat_map(|c| [&c.request_id, &c.column, &c.value, &c.remark, &c.by].map(|part| part.as_bytes()))
        .collect();
    sha256_of_parts(parts)
}

/// Writes the corrections of all records, in the order of the queue.
pub(crate) fn keep(folder: &RunFolder, records: &[Record]) -> Result<(), RunError> {
    folder.write(FILE, |file| {
        let mut seen = BTreeSet::new();
        // Files of the same bytes have requests of the same ids: their corrections are the same too.
        for record in records.iter().filter(|record| seen.insert(record.row.request_id.clone())) {
            for correction in &record.corrections {
                serde_json::to_writer(&mut *file, correction)?;
                file.write_all(b"\n")?;
            }
        }
        Ok(())
    })
}

/// The corrections that a run was made with; none when it has none.
pub(crate) fn kept(run: &Path) -> Result<Corrections, RunError> {
    let path = run.join(FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Corrections::default()),
        Err(error) => return Err(RunError::io("read", &path)(error)),
    };
    let mut all: Vec<Correction> = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.map_err(RunError::io("read", &path))?;
        let broken = |_| RunError::Stored { what: FILE.to_owned(), line: number, why: "not a correction".to_owned() };
        all.push(serde_json::from_str(&line).map_err(broken)?);
    }
    Ok(Corrections::kept(all))
}

/// The corrections of several shares together.
pub(crate) fn kept_with_all(runs: &[PathBuf]) -> Result<Corrections, RunError> {
    runs.iter().try_fold(Corrections::default(), |all, run| Ok(all.followed_by(kept(run)?)))
}
