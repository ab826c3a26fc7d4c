//! Other rules on the readings that a run stored: what would change, without reading a page.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::apply;
use super::batch::load_pack;
use super::decide::{self, Beside, Deciding, Memory, Words};
use super::differences::{Difference, Row, Table, cell};
use super::error::RunError;
use super::folder::RunFolder;
use super::journal;
use super::merge::{day, same_roster};
use super::record::{self, RunRecord};
use crate::rules::Pack;

/// What is checked again.
#[derive(Clone, Debug)]
pub struct RecheckSettings {
    pub run: PathBuf,
    pub rules: PathBuf,
    /// The roster of the run: a run folder keeps no copy of it.
    pub roster: Option<PathBuf>,
    pub ledger: Option<PathBuf>,
    /// Another day than the run's, to see what a rule's date changes.
    pub as_of: Option<NaiveDate>,
    /// Where the queue as it would be is written.
    pub out: Option<PathBuf>,
}

/// The cells of the run's queue that other rules would change. The run folder stays as it is.
pub fn recheck(settings: &RecheckSettings) -> Result<Vec<Difference>, RunError> {
    let record = RunRecord::load(&settings.run)?;
    same_roster(&record, settings.roster.as_deref())?;
    let pack = load_pack(Some(&settings.rules))?;
    let folder = RunFolder::open(&settings.run)?;
    let reference = day(&record)?;
    // The night in the ledger is the run's, whatever day is tried on it.
    let memory = Memory::of_finished(settings.ledger.as_deref(), &record, &folder, reference);
    let as_of = settings.as_of.unwrap_or(reference);
    let held = Pack::load(&settings.run.join("rules")).ok();
    // Where nothing that reads words has changed, what the worker made of them stands to the letter.
    let words = if held.is_some_and(|held| reading_part(&held) == reading_part(&pack)) {
        Words::AsRead
    } else {
        Words::Again { reference }
    };
    let corrections = apply::kept(&settings.run)?;
    let deciding =
        Deciding { pack: &pack, roster: settings.roster.as_deref(), as_of, memory, words, corrections: &corrections };
    let readings = journal::stored(&settings.run)?;
    let now = match &settings.out {
        None => decide::queue_bytes(&readings, &deciding)?,
        Some(out) => {
            let out = empty_folder(out)?;
            decide::decide(&readings, &deciding, &out, Beside::of(&record.options))?;
            let path = out.path().join("queue.csv");
            fs::read(&path).map_err(RunError::io("read", &path))?
        }
    };
    Ok(queue_of(&settings.run)?.differences(&Table::read(&now)?, |_, old, new| codes_that_changed(old, new)))
}

/// The files of a pack that decide what words mean: all but its checks and the wording of notices.
fn reading_part(pack: &Pack) -> BTreeMap<&str, &str> {
    let files = pack.files().iter().map(|file| (file.path.as_str(), file.text.as_str()));
    files.filter(|(name, _)| !name.starts_with("checks/") && !name.ends_with("notice.toml")).collect()
}

/// A folder of its own for the queue that would be: never that of a run.
fn empty_folder(path: &Path) -> Result<RunFolder, RunError> {
    if path.join(record::FILE).exists() || path.join(journal::FOLDER).exists() {
        return Err(RunError::NotARunFolder(path.to_owned()));
    }
    RunFolder::open(path)
}

/// The queue as the run left it.
pub(crate) fn queue_of(run: &Path) -> Result<Table, RunError> {
    let path = run.join("queue.csv");
    Table::read(&fs::read(&path).map_err(RunError::io("read", &path))?)
}

/// Codes that came and went, which is why a row is another; then the explanation in words stands beside it.
fn codes_that_changed(old: Option<&Row>, new: Option<&Row>) -> String {
    let codes = |row: Option<&Row>| -> Vec<String> {
        let all = row.map(|row| ["deficiencies", "warnings", "notes", "review_fields"].map(|column| cell(row, column)));
        all.iter()
            .flatten()
            .flat_map(|codes| codes.split(';'))
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (before, after) = (codes(old), codes(new));
    let came = after.iter().filter(|code| !before.contains(code)).map(|code| format!("+{code}"));
    let went = before.iter().filter(|code| !after.contains(code)).map(|code| format!("-{code}"));
    let changed: Vec<String> = came.chain(went).collect();
    if changed.is_empty() { "rules".to_owned() } else { format!("rules: {}", changed.join(" ")) }
}
