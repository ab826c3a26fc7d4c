//! One queue out of several shares.
//!
//! The shares' readings are brought together and decided again as a whole, so that copies are found across shares and the queue is byte
//! for byte that of a single run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{NaiveDate, Utc};

use super::apply;
use super::batch::{Facts, ReadingWork, Summary, finish, keep_rules, keep_skipped, load_pack, times};
use super::decide::{self, Beside, Deciding, Memory, Words};
use super::differences::{skip_reason, with_formula};
use super::error::RunError;
use super::folder::{RunFolder, write_whole};
use super::images;
use super::journal;
use super::protocol::Hello;
use super::record::{RunRecord, sha256_of_file};
use super::shard::Shard;
use crate::inbox::Skipped;

/// What is merged, and with what beside it.
#[derive(Clone, Debug)]
pub struct MergeSettings {
    pub runs: Vec<PathBuf>,
    pub out: PathBuf,
    /// The roster of the shares: a run folder keeps no copy of it.
    pub roster: Option<PathBuf>,
    pub ledger: Option<PathBuf>,
}

/// Merges finished runs into a new run folder.
pub fn merge(settings: &MergeSettings) -> Result<Summary, RunError> {
    let started = (Utc::now(), Instant::now());
    let records: Vec<RunRecord> = settings.runs.iter().map(|run| RunRecord::load(run)).collect::<Result<_, _>>()?;
    let first = same_but_for_their_share(&records)?.clone();
    same_roster(&first, settings.roster.as_deref())?;
    let as_of = day(&first)?;
    let pack = load_pack(settings.runs.first().map(|run| run.join("rules")).as_deref())?;
    if pack.sha256() != first.rules.sha256 {
        return Err(RunError::Input("the rules kept in the first run are not the ones it used".to_owned()));
    }

    let folder = RunFolder::open(&settings.out)?;
    let mut options = first.options.clone();
    options.remove("shard");
    journal::claim(&folder, &options)?;
    keep_rules(&folder, &pack)?;
    bring_together(&settings.runs, &folder)?;
    let mut skipped = Vec::new();
    for run in &settings.runs {
        skipped.extend(skipped_in(run)?);
    }
    skipped.sort_by(|a, b| a.source_file.as_bytes().cmp(b.source_file.as_bytes()));
    let found = records.iter().map(|record| record.counts.files_found).sum();

    let readings = journal::stored(folder.path())?;
    let memory = Memory::of(settings.ledger.as_deref(), &folder, as_of);
    let corrections = apply::kept_with_all(&settings.runs)?;
    let words = Words::AsRead;
    let deciding =
        Deciding { pack: &pack, roster: settings.roster.as_deref(), as_of, memory, words, corrections: &corrections };
    let decided = decide::decide(&readings, &deciding, &folder, Beside::of(&options))?;
    keep_skipped(&folder, &skipped)?;
    let hello = Hello { program: first.program, sandbox: first.sandbox, engine: Some(first.engine) };
    let night = settings.ledger.is_some().then_some(deciding.memory.night);
    let facts = Facts { hello, pack: &pack, roster_sha256: first.roster_sha256, as_of, options, night };
    finish(&folder, facts, &readings, &decided, &skipped, found, times(started, ReadingWork::default()))
}

/// The day of a recorded run.
pub(crate) fn day(record: &RunRecord) -> Result<NaiveDate, RunError> {
    record.as_of.parse().map_err(|_| RunError::Stored {
        what: "run.json".to_owned(),
        line: 0,
        why: "no as-of date".to_owned(),
    })
}

/// A roster that a run was decided with must be given again, and be the same.
pub(crate) fn same_roster(record: &RunRecord, given: Option<&Path>) -> Result<(), RunError> {
    let given = given.map(sha256_of_file).transpose()?;
    match (&record.roster_sha256, given) {
        (None, None) => Ok(()),
        (Some(recorded), Some(given)) if *recorded == given => Ok(()),
        (Some(_), Some(_)) => Err(RunError::Input("the roster is not the one that the run was made with".to_owned())),
        (Some(_), None) => {
            Err(RunError::Input("the run was made with a roster: give the same one with --roster".to_owned()))
        }
        (None, Some(_)) => Err(RunError::Input("the run was made without a roster".to_owned())),
    }
}

/// The first record, when all were made alike and no share is missing or there twice.
fn same_but_for_their_share(records: &[RunRecord]) -> Result<&RunRecord, RunError> {
    let Some(first) = records.first() else {
        return Err(RunError::Input("no runs to merge".to_owned()));
    };
    let mut shares = BTreeSet::new();
    let mut of = BTreeSet::new();
    for (number, record) in (1..).zip(records) {
        for name in first.options.keys().chain(record.options.keys()).filter(|name| *name != "shard") {
            if first.options.get(name) != record.options.get(name) {
                return Err(RunError::Input(format!("run {number} was made with another {name} than the first")));
            }
        }
        if let Some(shard) = record.options.get("shard").and_then(|text| text.parse::<Shard>().ok()) {
            of.insert(shard.of());
            if !shares.insert(shard.number()) {
                return Err(RunError::Input(format!("share {shard} is there twice")));
            }
        }
    }
    match of.first() {
        Some(&shards) if of.len() == 1 && shares.len() == records.len() => {
            match (1..=shards).find(|n| !shares.contains(n)) {
                Some(missing) => Err(RunError::Input(format!("share {missing}/{shards} is missing"))),
                None => Ok(first),
            }
        }
        Some(_) => Err(RunError::Input("the runs are shares of different cuts".to_owned())),
        None => Ok(first),
    }
}

pub(crate) fn bring_together(runs: &[PathBuf], folder: &RunFolder) -> Result<(), RunError> {
    let readings = folder.folder(journal::FOLDER)?;
    let mut seen = BTreeSet::new();
    for run in runs {
        for (header, path) in journal::stored(run)? {
            let name = journal::file_name(&header.transmission.source_file);
            if !seen.insert(name.clone()) {
                return Err(RunError::Input("two runs hold the same file of the inbox".to_owned()));
            }
            let mut from = fs::File::open(&path).map_err(RunError::io("read", &path))?;
            write_whole(&readings.join(name), |file| std::io::copy(&mut from, file).map(|_| ()))?;
            images::copy(run, folder, &header.transmission.source_file)?;
        }
    }
    Ok(())
}

/// The list of files without a row that a run left.
pub(crate) fn skipped_in(run: &Path) -> Result<Vec<Skipped>, RunError> {
    let path = run.join("skipped.csv");
    let broken = || RunError::Stored { what: "skipped.csv".to_owned(), line: 0, why: "not whole".to_owned() };
    let mut reader = csv::Reader::from_path(&path).map_err(|_| broken())?;
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|_| broken())?;
            let (Some(name), Some(reason)) = (record.get(0), record.get(1).and_then(skip_reason)) else {
                return Err(broken());
            };
            Ok(Skipped { source_file: with_formula(name).to_owned(), reason })
        })
        .collect()
}
