//! The nightly job: [`run`] reads as its table of contents.
//!
//! Two halves that meet on disk. First every page becomes a stored reading, by workers, resumable. Then the stored readings are decided:
//! requests, rules, queue. The second half is the same for `run`, `merge` and `recheck`, so that they agree by construction.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, Utc};
use tracing::{info, warn};

use super::decide::{self, Beside, Decided, Deciding, Memory, Words};
use super::differences::no_formula;
use super::error::RunError;
use super::folder::RunFolder;
use super::images;
use super::journal::{self, FileJournal, Fingerprint, Header};
use super::pool::{Clocks, LostTime, PageResult, Pool, WorkerCommand};
use super::progress::{Progress, Show};
use super::protocol::{Hello, Wanted};
use super::record::{self, Counts, InputRecord, RulesRecord, RunRecord, Times, sha256_of_file, sha256_of_parts};
use super::shard::Shard;
use crate::assemble::PageOutcome;
use crate::correct::Corrections;
use crate::decode::Rejection;
use crate::inbox::{self, FileNames, Inbox, ScanOptions, Skipped, SystemClock, Transmission};
use crate::rules::Pack;

/// Free bytes without which no run starts: the queue, the report and the first readings.
const SPACE_TO_START: u64 = 64 << 20;

/// Free bytes for each page that is still to be read: a page of dense text has 100 to 200 KB of words and boxes, and stands twice on disk
/// for a moment; its picture has up to 100 KB.
const SPACE_PER_PAGE: u64 = 500 << 10;

/// What a run is told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub inbox: PathBuf,
    pub out: PathBuf,
    pub roster: Option<PathBuf>,
    /// What earlier nights saw; this run is added to it.
    pub ledger: Option<PathBuf>,
    pub as_of: AsOf,
    pub jobs: usize,
    pub shard: Option<Shard>,
    /// Keep a picture of each page for the report.
    pub images: bool,
    /// Write a notice to the office of each deficient request.
    pub notices: bool,
    /// Write the queue as a workbook too.
    pub xlsx: bool,
    /// How long a file must stand still before it is taken.
    pub settle: Duration,
    pub reading: ReadingSettings,
    pub show: Show,
}

/// The day of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    Given(NaiveDate),
    /// Nobody said: today, or the day on which the interrupted run in the same folder began.
    Today(NaiveDate),
}

/// What workers are told.
#[derive(Clone, Debug)]
pub struct ReadingSettings {
    /// The pack's folder; the built-in pack when none.
    pub rules: Option<PathBuf>,
    /// The second reader's model; none when it is off or not there.
    pub model: Option<PathBuf>,
    pub page_timeout: Duration,
    pub max_pages: u32,
    /// Most address space of a worker.
    pub memory_bytes: u64,
    /// The day that two-digit years turn on.
    pub as_of: NaiveDate,
    /// Read made-up documents, for tests.
    pub made_up: bool,
}

impl ReadingSettings {
    /// The arguments of `faxtriage worker` that say the same, for a worker that may read below `inbox`.
    pub fn worker_args(&self, inbox: &Path) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec!["worker".into(), "--end-with-parent".into(), "--inbox".into(), inbox.into()];
        let mut option = |name: &str, value: OsString| args.extend([name.into(), value]);
        option("--page-timeout", self.page_timeout.as_secs().to_string().into());
        option("--max-pages", self.max_pages.to_string().into());
        option("--memory", (self.memory_bytes >> 20).to_string().into());
        option("--as-of", self.as_of.to_string().into());
        if let Some(rules) = &self.rules {
            option("--rules", rules.into());
        }
        match &self.model {
            Some(model) => option("--model", model.into()),
            None => args.push("--no-second-reader".into()),
        }
        if self.made_up {
            args.push("--made-up".into());
        }
        args
    }
}

/// How a run ended, for the closing summary.
#[derive(Clone, Debug)]
pub struct Summary {
    pub record: RunRecord,
    /// Reasons and counts of what an operator must look at; none when every file was read.
    pub attention: BTreeMap<String, usize>,
}

/// Reads the inbox and writes the run folder.
pub fn run(settings: &Settings) -> Result<Summary, RunError> {
    let started = (Utc::now(), Instant::now());
    apart(&settings.inbox, &settings.out)?;
    let pack = load_pack(settings.reading.rules.as_deref())?;
    let roster_sha256 = settings.roster.as_deref().map(sha256_of_file).transpose()?;
    let folder = RunFolder::open(&settings.out)?;
    folder.require_space(SPACE_TO_START)?;
    let faxes = take_share(scan(settings, &pack)?, settings.shard);

    let as_of = agreed_day(settings.as_of, &folder);
    let mut settings = settings.clone();
    settings.reading.as_of = as_of;
    let settings = &settings;
    let pool = start_workers(settings)?;
    let hello = pool.introduce()?;
    let fingerprint = fingerprint(settings, &hello, &pack, roster_sha256.as_deref(), as_of);
    journal::claim(&folder, &fingerprint)?;
    same_inputs_as_finished(&folder, &faxes)?;
    keep_rules(&folder, &pack)?;

    let reading = read_all(&pool, &folder, &faxes, settings)?;
    drop(pool);

    let readings = journal::stored(folder.path())?;
    let deciding = Deciding {
        pack: &pack,
        roster: settings.roster.as_deref(),
        as_of,
        memory: Memory::of(settings.ledger.as_deref(), &folder, as_of),
        words: Words::AsRead,
        corrections: &Corrections::default(),
    };
    let decided = decide::decide(&readings, &deciding, &folder, Beside::of(&fingerprint))?;
    keep_skipped(&folder, &faxes.skipped)?;
    let night = settings.ledger.is_some().then_some(deciding.memory.night);
    let facts = Facts { hello, pack: &pack, roster_sha256, as_of, options: fingerprint, night };
    finish(&folder, facts, &readings, &decided, &faxes.skipped, faxes.found, times(started, reading))
}

pub(crate) fn load_pack(folder: Option<&Path>) -> Result<Pack, RunError> {
    folder.map_or_else(Pack::builtin, Pack::load).map_err(|error| RunError::Rules(error.to_string()))
}

pub(crate) fn scan(settings: &Settings, pack: &Pack) -> Result<Inbox, RunError> {
    let options =
        ScanOptions { settle: settings.settle, file_names: file_names(pack)?, exclude: vec![settings.out.clone()] };
    let inbox =
        inbox::scan(&settings.inbox, &options, &SystemClock).map_err(|error| RunError::Input(error.to_string()))?;
    if inbox.reconciles() {
        Ok(inbox)
    } else {
        let (with_rows, skipped) = (inbox.transmissions.len(), inbox.skipped.len());
        Err(RunError::Unreconciled { found: inbox.found, with_rows, skipped })
    }
}

/// How the fax server names its files, as the pack says.
pub(crate) fn file_names(pack: &Pack) -> Result<FileNames, RunError> {
    FileNames::new(&pack.phrases.arrivals.file_names).map_err(|error| RunError::Input(error.to_string()))
}

/// What the record repeats of how a run was made.
pub(crate) struct Facts<'a> {
    pub hello: Hello,
    pub pack: &'a Pack,
    pub roster_sha256: Option<String>,
    pub as_of: NaiveDate,
    pub options: Fingerprint,
    /// The run's name in a ledger, when one was given.
    pub night: Option<String>,
}

/// Counts, reconciles and writes the record, last of all files.
pub(crate) fn finish(
    folder: &RunFolder,
    facts: Facts<'_>,
    readings: &[(Header, PathBuf)],
    decided: &Decided,
    skipped: &[Skipped],
    found: usize,
    times: Times,
) -> Result<Summary, RunError> {
    let inputs = inputs(readings)?;
    let counts = count(&inputs, readings, decided, skipped, found);
    counts.reconcile()?;
    let mut outputs = BTreeMap::new();
    for name in decided.outputs.iter().chain(&images::listed(folder)?) {
        outputs.insert(name.clone(), sha256_of_file(&folder.path().join(name))?);
    }
    let mut attention = attention(&inputs, skipped);
    if decided.broken > 0 {
        attention.insert("could-not-be-decided".to_owned(), decided.broken);
    }
    let record = RunRecord {
        format: record::RECORD_FORMAT,
        program: facts.hello.program,
        engine: facts.hello.engine.unwrap_or_default(),
        sandbox: facts.hello.sandbox,
        as_of: facts.as_of.to_string(),
        rules: RulesRecord { version: facts.pack.rules_version(), sha256: facts.pack.sha256() },
        roster_sha256: facts.roster_sha256,
        options: facts.options,
        night: facts.night,
        inputs_sha256: inputs_hash(readings.iter().map(|(header, _)| &header.transmission)),
        inputs,
        counts,
        outputs,
        times,
    };
    record.write(folder)?;
    Ok(Summary { record, attention })
}

/// The outputs must not become inputs, and the inbox is read-only.
fn apart(inbox: &Path, out: &Path) -> Result<(), RunError> {
    let inbox = fs::canonicalize(inbox).map_err(RunError::io("open the inbox", inbox))?;
    // The run folder may not be there yet: the nearest parent that is decides.
    let nearest = out.ancestors().find_map(|path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).ok().map(|real| (path.to_owned(), real))
    });
    let inside = nearest.as_ref().is_some_and(|(_, real)| real.starts_with(&inbox));
    let around = fs::canonicalize(out).is_ok_and(|out| inbox.starts_with(out));
    if inside || around { Err(RunError::Nested(out.to_owned())) } else { Ok(()) }
}

fn take_share(mut inbox: Inbox, shard: Option<Shard>) -> Inbox {
    if let Some(shard) = shard {
        let all = inbox.transmissions.len();
        inbox.transmissions.retain(|fax| shard.has(&fax.source_file));
        inbox.skipped.retain(|skipped| shard.has(&skipped.source_file));
        // What another share takes is not this run's to find.
        inbox.found = inbox.transmissions.len() + inbox.skipped.len();
        info!(files = inbox.transmissions.len(), of = all, share = %shard, "share");
    }
    inbox
}

pub(crate) fn start_workers(settings: &Settings) -> Result<Pool, RunError> {
    let inbox = fs::canonicalize(&settings.inbox).map_err(RunError::io("open the inbox", &settings.inbox))?;
    let command = WorkerCommand::own(settings.reading.worker_args(&inbox))?;
    Pool::new(command, Clocks::for_page_timeout(settings.reading.page_timeout), settings.jobs)
}

/// A run that was begun before midnight and is resumed after it keeps its day.
fn agreed_day(as_of: AsOf, folder: &RunFolder) -> NaiveDate {
    match as_of {
        AsOf::Given(day) => day,
        AsOf::Today(today) => {
            let begun = journal::begun(folder.path()).and_then(|begun| begun.get("as-of")?.parse().ok());
            if let Some(day) = begun.filter(|day| *day != today) {
                info!(as_of = %day, "resuming the run of another day");
            }
            begun.unwrap_or(today)
        }
    }
}

/// Everything besides the inputs that can change a row.
pub(crate) fn fingerprint(
    settings: &Settings,
    hello: &Hello,
    pack: &Pack,
    roster: Option<&str>,
    as_of: NaiveDate,
) -> Fingerprint {
    let engine = hello.engine.clone().unwrap_or_default();
    let languages: Vec<String> = engine.languages.iter().map(|(name, hash)| format!("{name} {hash}")).collect();
    let none = || "none".to_owned();
    let mut entries = vec![
        ("program", hello.program.clone()),
        ("engine", engine.tesseract),
        ("languages", languages.join(", ")),
        ("second-reader", engine.second_reader.unwrap_or_else(none)),
        ("digit-reader", engine.digit_reader.unwrap_or_else(none)),
        ("cpu-features", engine.cpu_features.join(" ")),
        ("rules", pack.sha256()),
        ("roster", roster.map_or_else(none, str::to_owned)),
        ("ledger", if settings.ledger.is_some() { "yes".to_owned() } else { none() }),
        ("images", if settings.images { "yes".to_owned() } else { none() }),
        ("notices", if settings.notices { "deficient".to_owned() } else { none() }),
        ("xlsx", if settings.xlsx { "yes".to_owned() } else { none() }),
        ("as-of", as_of.to_string()),
        ("page-timeout", settings.reading.page_timeout.as_secs().to_string()),
        ("max-pages", settings.reading.max_pages.to_string()),
        ("memory", (settings.reading.memory_bytes >> 20).to_string()),
    ];
    if let Some(shard) = settings.shard {
        entries.push(("shard", shard.to_string()));
    }
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A finished run stays the record of what it read: other faxes are another run. An interrupted one takes in what has come since.
fn same_inputs_as_finished(folder: &RunFolder, faxes: &Inbox) -> Result<(), RunError> {
    if !folder.path().join(record::FILE).exists() {
        return Ok(());
    }
    let finished = RunRecord::load(folder.path())?;
    if finished.inputs_sha256 == inputs_hash(faxes.transmissions.iter()) {
        Ok(())
    } else {
        Err(RunError::OtherRun { path: folder.path().to_owned(), differs: "inputs".to_owned() })
    }
}

fn inputs_hash<'a>(faxes: impl Iterator<Item = &'a Transmission>) -> String {
    sha256_of_parts(faxes.flat_map(|fax| [fax.source_file.as_bytes(), fax.sha256.as_bytes()]))
}

/// The rule pack that was used, as it was.
pub(crate) fn keep_rules(folder: &RunFolder, pack: &Pack) -> Result<(), RunError> {
    folder.folder("rules")?;
    for rules in pack.files() {
        if let Some((below, _)) = rules.path.rsplit_once('/') {
            folder.folder(&format!("rules/{below}"))?;
        }
        folder.write(&format!("rules/{}", rules.path), |file| file.write_all(rules.text.as_bytes()))?;
    }
    Ok(())
}

/// Files without rows, for the operator; their names may be names of people, so they stand here and not in a log.
pub(crate) fn keep_skipped(folder: &RunFolder, skipped: &[Skipped]) -> Result<(), RunError> {
    folder.write("skipped.csv", |file| {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        csv.write_record(["source_file", "reason"])?;
        for file in skipped {
            csv.write_record([no_formula(&file.source_file).as_str(), file.reason.name()])?;
        }
        csv.flush()
    })
}

/// One fax while it is being read.
struct Fax<'a> {
    transmission: &'a Transmission,
    path: &'a Path,
    journal: Mutex<FileJournal>,
    lost: LostTime,
}

impl Fax<'_> {
    fn journal(&self) -> MutexGuard<'_, FileJournal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pages read in this run, pages taken over from an interrupted one, and milliseconds by stage.
#[derive(Default)]
pub(crate) struct ReadingWork {
    read: u64,
    resumed: u64,
    stages: BTreeMap<String, u64>,
}

/// Brings every page of every fax into `readings/`.
pub(crate) fn read_all(
    pool: &Pool,
    folder: &RunFolder,
    inbox: &Inbox,
    settings: &Settings,
) -> Result<ReadingWork, RunError> {
    let readings = folder.folder(journal::FOLDER)?;
    let mut faxes = Vec::with_capacity(inbox.transmissions.len());
    for transmission in &inbox.transmissions {
        let journal = Mutex::new(FileJournal::open(&readings, transmission)?);
        faxes.push(Fax { transmission, path: &transmission.path, journal, lost: LostTime::default() });
    }
    forget_files_that_left(&readings, inbox)?;
    count_pages(pool, &faxes, folder, settings)?;
    images::forget_others(folder, &inbox.transmissions)?;

    let mut work = ReadingWork::default();
    let mut pages: Vec<(&Fax<'_>, u32)> = Vec::new();
    for fax in &faxes {
        let mut journal = fax.journal();
        journal.seal_when_complete()?;
        let missing = journal.missing();
        work.read += missing.len() as u64;
        work.resumed += journal.header().map_or(0, |header| u64::from(header.pages)) - missing.len() as u64;
        pages.extend(missing.into_iter().map(|page| (fax, page)));
    }
    folder.require_space(SPACE_TO_START / 4 + SPACE_PER_PAGE * pages.len() as u64)?;
    let progress = Progress::new(settings.show, "pages", pages.len());
    let stages = Mutex::new(BTreeMap::<String, u64>::new());
    let keep = |Finished { fax, page, result }: Finished<'_>| {
        // Before the journal says that the page is finished, so that a resumed run lacks no picture.
        if let Some(png) = &result.picture {
            images::keep(folder, &fax.transmission.source_file, page, png)?;
        }
        fax.journal().keep_page(page, result.outcome)?;
        let mut sums = stages.lock().unwrap_or_else(PoisonError::into_inner);
        for (stage, milliseconds) in result.stages {
            *sums.entry(stage).or_default() += u64::from(milliseconds);
        }
        drop(sums);
        progress.tick();
        Ok(())
    };
    beside(pool.jobs(), keep, |hand_over| {
        pool.for_each(&pages, |&(fax, page)| {
            let mut result =
                pool.read(fax.transmission.into(), page, settings.images.then_some(Wanted::Page), &fax.lost)?;
            if let PageOutcome::Rejected(rejection) = result.outcome {
                result.outcome = PageOutcome::Rejected(explained(fax, rejection, settings)?);
            }
            hand_over(Finished { fax, page, result })
        })
    })?;
    work.stages = stages.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(work)
}

/// A page that was read and is not on disk yet.
struct Finished<'a> {
    fax: &'a Fax<'a>,
    page: u32,
    result: PageResult,
}

/// Does `keep` on threads beside `work` for everything that `work` hands over: a worker need not wait for the disk before its next page.
///
/// It returns when all of it is kept, also when `work` was interrupted; what cannot be kept ends `work` with its next handing over.
fn beside<T: Send>(
    threads: usize,
    keep: impl Fn(T) -> Result<(), RunError> + Sync,
    work: impl FnOnce(&(dyn Fn(T) -> Result<(), RunError> + Sync)) -> Result<(), RunError>,
) -> Result<(), RunError> {
    // Few: what waits here is lost when the power fails.
    let (sender, receiver) = sync_channel::<T>(threads);
    let receiver = Mutex::new(receiver);
    let failed = Mutex::new(None);
    let done = thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(item) = next else { return };
                    if let Err(error) = keep(item) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            });
        }
        let hand_over = |item: T| {
            if let Some(error) = failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(error);
            }
            sender.send(item).map_err(|_| RunError::Interrupted)
        };
        let done = work(&hand_over);
        drop(sender);
        done
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => done,
    }
}

/// Opens every fax whose number of pages is not known yet.
fn count_pages(pool: &Pool, faxes: &[Fax<'_>], folder: &RunFolder, settings: &Settings) -> Result<(), RunError> {
    let unknown: Vec<&Fax<'_>> = faxes.iter().filter(|fax| fax.journal().header().is_none()).collect();
    let progress = Progress::new(settings.show, "files", unknown.len());
    pool.for_each(&unknown, |fax| {
        let told = match pool.probe(fax.transmission.into(), &fax.lost)? {
            Ok(probe) if probe.pages == 0 => Err(Rejection::Corrupt("no pages".to_owned())),
            Ok(probe) if probe.pages > settings.reading.max_pages => Err(Rejection::TooLarge("pages".to_owned())),
            Ok(probe) => Ok(probe),
            Err(rejection) => Err(explained(fax, rejection, settings)?),
        };
        // A file that came again under the same name may have fewer pages.
        images::forget(folder, &fax.transmission.source_file)?;
        fax.journal().keep_probe(fax.transmission, told)?;
        progress.tick();
        Ok(())
    })
}

/// A fax that is no longer there was not read, whatever the worker thought; an inbox that is no longer there ends the run.
fn explained(fax: &Fax<'_>, rejection: Rejection, settings: &Settings) -> Result<Rejection, RunError> {
    if fs::symlink_metadata(fax.path).is_ok() {
        return Ok(rejection);
    }
    fs::read_dir(&settings.inbox).map_err(RunError::io("read the inbox", &settings.inbox))?;
    warn!("a file left the inbox while it was being read");
    Ok(Rejection::Corrupt("the file left the inbox while it was being read".to_owned()))
}

/// Readings of files that an interrupted run saw and that are gone now would become rows without a file.
fn forget_files_that_left(readings: &Path, inbox: &Inbox) -> Result<(), RunError> {
    let mut known: Vec<String> = inbox.transmissions.iter().map(|fax| journal::file_name(&fax.source_file)).collect();
    known.sort_unstable();
    for entry in fs::read_dir(readings).map_err(RunError::io("read", readings))? {
        let path = entry.map_err(RunError::io("read", readings))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".partial").unwrap_or(&name);
        if known.binary_search_by(|known| known.as_str().cmp(stem)).is_err() {
            fs::remove_file(&path).map_err(RunError::io("remove", &path))?;
        }
    }
    Ok(())
}

fn inputs(readings: &[(Header, PathBuf)]) -> Result<Vec<InputRecord>, RunError> {
    readings
        .iter()
        .map(|(header, path)| {
            Ok(InputRecord {
                sha256: header.transmission.sha256.clone(),
                bytes: header.transmission.bytes,
                pages: header.pages,
                readings: journal::file_name(&header.transmission.source_file),
                rejected: header.rejection.as_ref().map(|rejection| rejection.code().to_owned()),
                pages_rejected: journal::rejected_pages(path)?,
            })
        })
        .collect()
}

fn count(
    inputs: &[InputRecord],
    readings: &[(Header, PathBuf)],
    decided: &Decided,
    skipped: &[Skipped],
    found: usize,
) -> Counts {
    let mut with_rows: Vec<&str> = decided.rows.iter().map(String::as_str).collect();
    with_rows.sort_unstable();
    with_rows.dedup();
    // A row of a file that nobody found would hide a lost one.
    with_rows.retain(|name| {
        readings.binary_search_by(|(header, _)| header.transmission.source_file.as_str().cmp(name)).is_ok()
    });
    let mut by_reason = BTreeMap::new();
    for file in skipped {
        *by_reason.entry(file.reason.name().to_owned()).or_default() += 1;
    }
    Counts {
        files_found: found,
        files_with_rows: with_rows.len(),
        files_skipped: skipped.len(),
        skipped: by_reason,
        pages: inputs.iter().map(|input| u64::from(input.pages)).sum(),
        pages_rejected: inputs.iter().map(|input| input.pages_rejected.len() as u64).sum(),
        requests: decided.rows.len(),
        by_status: decided.by_status.clone(),
        by_deficiency: decided.by_deficiency.clone(),
        by_warning: decided.by_warning.clone(),
    }
}

fn attention(inputs: &[InputRecord], skipped: &[Skipped]) -> BTreeMap<String, usize> {
    let mut attention: BTreeMap<String, usize> = BTreeMap::new();
    for input in inputs {
        if let Some(code) = &input.rejected {
            *attention.entry(code.clone()).or_default() += 1;
        } else if !input.pages_rejected.is_empty() {
            *attention.entry("pages-unreadable".to_owned()).or_default() += 1;
        }
    }
    for file in skipped.iter().filter(|file| file.reason.needs_operator()) {
        *attention.entry(format!("skipped: {}", file.reason.name())).or_default() += 1;
    }
    attention
}

pub(crate) fn times((at, clock): (chrono::DateTime<Utc>, Instant), work: ReadingWork) -> Times {
    let seconds = clock.elapsed().as_secs_f64();
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    Times {
        started: at.to_rfc3339(),
        finished: Utc::now().to_rfc3339(),
        seconds: rounded(seconds),
        pages_per_second: rounded(work.read as f64 / seconds.max(0.001)),
        pages_resumed: work.resumed,
        stages: work.stages.into_iter().map(|(stage, milliseconds)| (stage, milliseconds as f64 / 1000.0)).collect(),
    }
}
