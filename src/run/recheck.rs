//! Other rules on the readings that a run stored: what would change, without reading a page.

use std::fs;
use std::path::{Path, PathBuf};

use super::apply;
use super::batch::load_pack;
use super::decide::{self, Deciding, Memory};
use super::differences::{Difference, Row, Table, cell};
use super::error::RunError;
use super::folder::RunFolder;
use super::journal;
use super::merge::{day, same_roster};
use super::record::RunRecord;

/// What is checked again.
#[derive(Clone, Debug)]
pub struct RecheckSettings {
    pub run: PathBuf,
    pub rules: PathBuf,
    /// The roster of the run: a run folder keeps no copy of it.
    pub roster: Option<PathBuf>,
    pub ledger: Option<PathBuf>,
}

/// The cells of the run's queue that other rules would change. The run folder stays as it is.
pub fn recheck(settings: &RecheckSettings) -> Result<Vec<Difference>, RunError> {
    let record = RunRecord::load(&settings.run)?;
    same_roster(&record, settings.roster.as_deref())?;
    let pack = load_pack(Some(&settings.rules))?;
    let folder = RunFolder::open(&settings.run)?;
    let as_of = day(&record)?;
    let memory = Memory::of_finished(settings.ledger.as_deref(), &record, &folder, as_of);
    let corrections = apply::kept(&settings.run)?;
    let deciding =
        Deciding { pack: &pack, roster: settings.roster.as_deref(), as_of, memory, corrections: &corrections };
    let now = decide::queue_bytes(&journal::stored(&settings.run)?, &deciding)?;
    Ok(queue_of(&settings.run)?.differences(&Table::read(&now)?, |_, old, new| codes_that_changed(old, new)))
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
