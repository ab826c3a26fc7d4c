//! Years later: read the archived scans again under the recorded rules, models and day, and compare with what the run said then.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tracing::{info, warn};

use super::apply;
use super::batch::{self, AsOf, ReadingSettings, Settings, load_pack, read_all, start_workers};
use super::decide::{self, Deciding, Memory, Words};
use super::differences::{self, Difference, Table};
use super::error::RunError;
use super::folder::RunFolder;
use super::journal;
use super::merge::{day, same_roster};
use super::progress::Show;
use super::protocol::{EngineFacts, Hello};
use super::recheck::queue_of;
use super::record::{RunRecord, sha256_of_file};
use crate::inbox::Inbox;

/// Folder for the second reading, below the run folder; it is removed at the end.
const WORK: &str = "audit";

/// What is checked, against what.
#[derive(Clone, Debug)]
pub struct AuditSettings {
    pub run: PathBuf,
    /// The scans, under the names that they had in the inbox.
    pub archive: PathBuf,
    pub roster: Option<PathBuf>,
    pub ledger: Option<PathBuf>,
    pub jobs: usize,
    pub model: Option<PathBuf>,
    pub made_up: bool,
    pub show: Show,
}

/// Reads again, compares, and writes audit.csv into the run folder.
pub fn audit(settings: &AuditSettings) -> Result<Vec<Difference>, RunError> {
    let record = RunRecord::load(&settings.run)?;
    same_roster(&record, settings.roster.as_deref())?;
    let held = RunFolder::open(&settings.run)?;
    let pack = load_pack(Some(&settings.run.join("rules")))?;
    let mut found = Vec::new();
    if pack.sha256() != record.rules.sha256 {
        found.push(of_the_run(
            "rules",
            &record.rules.sha256,
            &pack.sha256(),
            "the rules kept with the run were changed after it",
        ));
    }
    for (name, hash) in &record.outputs {
        let now = sha256_of_file(&settings.run.join(name)).unwrap_or_else(|_| "not there".to_owned());
        if now != *hash {
            found.push(of_the_run(name, hash, &now, "changed after the run"));
        }
    }

    let (inbox, changed) = archived(settings, &mut found)?;
    let second = second_run(settings, &record)?;
    let pool = start_workers(&second)?;
    let hello = pool.introduce()?;
    let reasons = reasons_for_other_readings(&record, &hello);
    for reason in &reasons {
        warn!("not as it was then: {reason}");
    }
    let work = fresh_work_folder(settings, &record, &hello)?;
    read_all(&pool, &work, &inbox, &second)?;
    drop(pool);

    let as_of = day(&record)?;
    let memory = Memory::of_finished(settings.ledger.as_deref(), &record, &held, as_of);
    let corrections = apply::kept(&settings.run)?;
    let words = Words::AsRead;
    let deciding =
        Deciding { pack: &pack, roster: settings.roster.as_deref(), as_of, memory, words, corrections: &corrections };
    let now = decide::queue_bytes(&journal::stored(work.path())?, &deciding)?;
    let explained = |source_file: &str, _: Option<&_>, _: Option<&_>| match changed.get(source_file) {
        Some(why) => (*why).to_owned(),
        None if reasons.is_empty() => "unexplained".to_owned(),
        None => reasons.join("; "),
    };
    found.extend(queue_of(&settings.run)?.differences(&Table::read(&now)?, explained));
    held.write("audit.csv", |file| differences::write(&found, file))?;
    let path = work.path().to_owned();
    drop(work);
    fs::remove_dir_all(&path).map_err(RunError::io("remove", &path))?;
    info!(files = inbox.transmissions.len(), differences = found.len(), "audited");
    Ok(found)
}

/// A difference of the run folder itself.
fn of_the_run(column: &str, before: &str, after: &str, why: &str) -> Difference {
    let empty = String::new;
    Difference {
        source_file: empty(),
        pages: empty(),
        request_id: empty(),
        column: column.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        why: why.to_owned(),
    }
}

/// The recorded faxes as they lie in the archive now, and what became of those that are not the same.
///
/// When they were received is taken from the run: an archive's copies have other file times. Files that the run never saw are left alone.
fn archived(
    settings: &AuditSettings,
    found: &mut Vec<Difference>,
) -> Result<(Inbox, BTreeMap<String, &'static str>), RunError> {
    let place = Settings { inbox: settings.archive.clone(), ..second_run_skeleton(settings) };
    let there: BTreeMap<String, _> = batch::scan(&place, &batch::load_pack(place.reading.rules.as_deref())?)?
        .transmissions
        .into_iter()
        .map(|fax| (fax.source_file.clone(), fax))
        .collect();
    let mut inbox = Inbox::default();
    let mut changed = BTreeMap::new();
    for (header, _) in journal::stored(&settings.run)? {
        let mut fax = header.transmission;
        let now = there.get(&fax.source_file);
        let what = match now {
            None => Some("missing in the archive"),
            Some(now) if now.sha256 != fax.sha256 => Some("changed in the archive"),
            Some(_) => None,
        };
        if let Some(what) = what {
            let hash = now.map_or_else(String::new, |now| now.sha256.clone());
            let mut difference = of_the_run("file", &fax.sha256, &hash, what);
            difference.source_file.clone_from(&fax.source_file);
            found.push(difference);
            changed.insert(fax.source_file.clone(), what);
        }
        if let Some(now) = now {
            fax.path.clone_from(&now.path);
            fax.sha256.clone_from(&now.sha256);
            fax.bytes = now.bytes;
            inbox.transmissions.push(fax);
        }
    }
    inbox.found = inbox.transmissions.len();
    Ok((inbox, changed))
}

fn second_run_skeleton(settings: &AuditSettings) -> Settings {
    Settings {
        inbox: settings.archive.clone(),
        out: settings.run.join(WORK),
        roster: settings.roster.clone(),
        ledger: None,
        as_of: AsOf::Today(chrono::NaiveDate::MIN),
        jobs: settings.jobs,
        shard: None,
        // The pictures of the run are compared by their hashes.
        images: false,
        notices: false,
        xlsx: false,
        settle: Duration::ZERO,
        reading: ReadingSettings {
            rules: Some(settings.run.join("rules")),
            model: settings.model.clone(),
            page_timeout: Duration::from_secs(60),
            max_pages: 1_000,
            memory_bytes: 1 << 30,
            as_of: chrono::NaiveDate::MIN,
            made_up: settings.made_up,
        },
        show: settings.show,
    }
}

/// The settings of the run, as its record has them.
fn second_run(settings: &AuditSettings, record: &RunRecord) -> Result<Settings, RunError> {
    let number = |name: &str| -> Result<u64, RunError> {
        let value = record.options.get(name).and_then(|value| value.parse().ok());
        value.ok_or_else(|| RunError::Stored { what: "run.json".to_owned(), line: 0, why: format!("no option {name}") })
    };
    let mut second = second_run_skeleton(settings);
    second.as_of = AsOf::Given(day(record)?);
    second.reading.as_of = day(record)?;
    second.reading.rules =
        Some(fs::canonicalize(settings.run.join("rules")).map_err(RunError::io("read", &settings.run))?);
    second.reading.page_timeout = Duration::from_secs(number("page-timeout")?);
    second.reading.max_pages = u32::try_from(number("max-pages")?).unwrap_or(u32::MAX);
    second.reading.memory_bytes = number("memory")? << 20;
    if record.engine.second_reader.is_none() {
        second.reading.model = None;
    }
    Ok(second)
}

/// What reads is not what read then: each such thing may explain a difference.
fn reasons_for_other_readings(record: &RunRecord, now: &Hello) -> Vec<String> {
    let then = &record.engine;
    let engine = now.engine.clone().unwrap_or_default();
    let EngineFacts { tesseract, languages, second_reader, digit_reader, cpu_features } = &engine;
    let mut reasons = Vec::new();
    let mut differs = |is: bool, what: &str| {
        if is {
            reasons.push(what.to_owned());
        }
    };
    differs(record.program != now.program, "another version of the program");
    differs(then.tesseract != *tesseract, "another version of Tesseract");
    differs(then.languages != *languages, "other language data");
    differs(then.second_reader != *second_reader, "another second reader");
    differs(then.digit_reader != *digit_reader, "another digit reader");
    differs(then.cpu_features != *cpu_features, "other CPU features");
    reasons
}

/// An audit that was interrupted under the same circumstances goes on; else it starts over.
fn fresh_work_folder(settings: &AuditSettings, record: &RunRecord, hello: &Hello) -> Result<RunFolder, RunError> {
    let mut circumstances = record.options.clone();
    circumstances.insert("audited-with".to_owned(), format!("{} {:?}", hello.program, hello.engine));
    let path = settings.run.join(WORK);
    let folder = RunFolder::open(&path)?;
    if journal::claim(&folder, &circumstances).is_ok() {
        return Ok(folder);
    }
    drop(folder);
    fs::remove_dir_all(&path).map_err(RunError::io("remove", &path))?;
    let folder = RunFolder::open(&path)?;
    journal::claim(&folder, &circumstances)?;
    Ok(folder)
}
