//! From stored readings to the queue: requests, roster, copies, rules, rows.
//!
//! One transmission's pages are in memory at a time for each processor; of the requests only their fields stay. Copies are found over all requests, so
//! that a queue merged from shares is the queue of the whole. No page is read here and no clock is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveDateTime};
use rayon::prelude::*;
use tracing::warn;

use super::differences::no_formula;
use super::error::RunError;
use super::folder::{RunFolder, sync_folder_of, write_whole_unlisted};
use super::images;
use super::journal::{self, Fingerprint, Header};
use super::record::{RunRecord, sha256_of_parts};
use crate::assemble::{self, EarlierCopy, PageOutcome, Request, Roster, Trace, apply_roster, link_copies};
use crate::correct::{Correction, CorrectionError, Corrections};
use crate::decode::Rejection;
use crate::extract::interpret_again;
use crate::inbox::Ledger;
use crate::queue::{
    PageFacts, Record, Report, Row, Since, notices, write_queue, write_records, write_report, write_xlsx,
};
use crate::reading::PageReading;
use crate::rules::{Context, Pack, evaluate};

/// Folder of the notices to offices.
const NOTICES: &str = "notices";

/// What a decision needs besides the readings.
pub(crate) struct Deciding<'a> {
    pub pack: &'a Pack,
    pub roster: Option<&'a Path>,
    pub as_of: NaiveDate,
    pub memory: Memory<'a>,
    pub words: Words,
    /// What a person saw, in the place of what was read.
    pub corrections: &'a Corrections,
}

/// What is made of the words that the readings hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// What the worker made of them.
    AsRead,
    /// What this pack's phrases make of them, two-digit years turning on the given day.
    Again { reference: NaiveDate },
}

/// What is written beside the queue, as the run's options have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    notices: bool,
    xlsx: bool,
}

impl Beside {
    pub fn of(options: &Fingerprint) -> Beside {
        let is = |name: &str, value: &str| options.get(name).is_some_and(|option| option == value);
        Beside { notices: is("notices", "deficient"), xlsx: is("xlsx", "yes") }
    }
}

/// What earlier nights saw, and whether this one is added.
pub(crate) struct Memory<'a> {
    pub ledger: Option<&'a Path>,
    /// Name of this night in the ledger: its own requests are no earlier ones.
    pub night: String,
    pub add: bool,
}

impl<'a> Memory<'a> {
    /// The night of `folder`. The same run folder on the same day is the same night.
    pub fn of(ledger: Option<&'a Path>, folder: &RunFolder, as_of: NaiveDate) -> Self {
        let path = std::fs::canonicalize(folder.path()).unwrap_or_else(|_| folder.path().to_owned());
        let night = sha256_of_parts([path.as_os_str().as_encoded_bytes(), as_of.to_string().as_bytes()]);
        Memory { ledger, night, add: true }
    }

    /// The night of a run that is over, only to look, wherever its folder has gone since.
    pub fn of_finished(ledger: Option<&'a Path>, record: &RunRecord, folder: &RunFolder, as_of: NaiveDate) -> Self {
        let here = Memory { add: false, ..Memory::of(ledger, folder, as_of) };
        match &record.night {
            Some(night) => Memory { night: night.clone(), ..here },
            None => here,
        }
    }
}

/// What the queue came to, for counts and the summary.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// source_file of every row, in order.
    pub rows: Vec<String>,
    pub by_status: BTreeMap<String, usize>,
    pub by_deficiency: BTreeMap<String, usize>,
    pub by_warning: BTreeMap<String, usize>,
    /// Files of the run folder that were written.
    pub outputs: Vec<String>,
    /// Files that the program broke on after they were read: each has its row, and the program a fault.
    pub broken: usize,
}

/// Decides all stored readings and writes the queue and what stands beside it into `folder`.
pub(crate) fn decide(
    readings: &[(Header, PathBuf)],
    deciding: &Deciding<'_>,
    folder: &RunFolder,
    beside: Beside,
) -> Result<Decided, RunError> {
    let Judged { records, broken, superseded } = judge(readings, deciding)?;
    let rows: Vec<Row> = records.iter().map(|record| record.row.clone()).collect();
    let mut outputs: Vec<String> = ["queue.csv", "records.jsonl", "report.html"].map(str::to_owned).to_vec();
    folder.write("queue.csv", |file| write_queue(file, &rows))?;
    folder.write("records.jsonl", |file| write_records(file, &records))?;
    let images: BTreeSet<String> = images::listed(folder)?.into_iter().collect();
    let since = compared_with_last_night(&rows, deciding)?;
    let report = Report {
        records: &records,
        pack: deciding.pack,
        as_of: deciding.as_of,
        images: &images,
        originals: rows.iter().filter(|r| r.duplicate_of.is_empty()).map(|r| r.request_id.as_str()).collect(),
        since: since.as_ref(),
    };
    folder.write("report.html", |file| write_report(file, &report))?;
    if beside.xlsx {
        let book = write_xlsx(&rows).map_err(RunError::Input)?;
        folder.write("queue.xlsx", |file| file.write_all(&book))?;
        outputs.push("queue.xlsx".to_owned());
    }
    outputs.extend(write_notices(&records, deciding.pack, folder, beside)?);
    if !deciding.corrections.is_empty() {
        super::apply::keep(folder, &records)?;
        outputs.push(super::apply::FILE.to_owned());
    }
    let mut decided = Decided { outputs, broken: broken.len(), ..Decided::default() };
    if deciding.memory.ledger.is_some() {
        folder.write(SUPERSEDED, |file| write_superseded(file, &superseded))?;
        decided.outputs.push(SUPERSEDED.to_owned());
    }
    for row in rows {
        *decided.by_status.entry(row.status).or_default() += 1;
        for (codes, counts) in [(row.deficiencies, &mut decided.by_deficiency), (row.warnings, &mut decided.by_warning)]
        {
            for code in codes {
                *counts.entry(code).or_default() += 1;
            }
        }
        decided.rows.push(row.source_file);
    }
    Ok(decided)
}

/// Writes a notice for each request that goes back, and gives the names of all files written. Notices of an earlier start of the run are
/// replaced.
fn write_notices(records: &[Record], pack: &Pack, folder: &RunFolder, beside: Beside) -> Result<Vec<String>, RunError> {
    let old = folder.path().join(NOTICES);
    if old.is_dir() {
        fs::remove_dir_all(&old).map_err(RunError::io("remove", &old))?;
    }
    let mut written = Vec::new();
    if !beside.notices {
        return Ok(written);
    }
    for notice in notices(records, pack).map_err(|error| RunError::Input(error.to_string()))? {
        folder.folder(NOTICES)?;
        for (extension, text) in [("html", &notice.html), ("txt", &notice.text)] {
            let name = format!("{NOTICES}/{}.{extension}", notice.request_id);
            write_whole_unlisted(&folder.path().join(&name), |file| file.write_all(text.as_bytes()))?;
            written.push(name);
        }
    }
    // Once for all of them: without the record, which comes last, the run is not finished, and they are written again.
    if let Some(name) = written.last() {
        sync_folder_of(&folder.path().join(name))?;
    }
    Ok(written)
}

/// What the night before came to, as the ledger remembers it; this night is kept for the next.
fn compared_with_last_night(rows: &[Row], deciding: &Deciding<'_>) -> Result<Option<Since>, RunError> {
    let failed = |error: crate::inbox::LedgerError| RunError::Input(error.to_string());
    let Some(mut ledger) = deciding.memory.ledger.map(Ledger::open).transpose().map_err(failed)? else {
        return Ok(None);
    };
    let night = &deciding.memory.night;
    let before = ledger.counts_before(night).map_err(failed)?;
    if deciding.memory.add {
        let mut now = Since { as_of: deciding.as_of.to_string(), ..Since::default() };
        for row in rows {
            *now.by_status.entry(row.status.clone()).or_default() += 1;
            for code in &row.deficiencies {
                *now.by_deficiency.entry(code.clone()).or_default() += 1;
            }
        }
        let body = serde_json::to_string(&now).map_err(|error| RunError::Input(error.to_string()))?;
        ledger.keep_counts(night, &body).map_err(failed)?;
    }
    Ok(before.and_then(|body| serde_json::from_str(&body).ok()))
}

/// The queue's rows as the bytes of queue.csv, without writing anything anywhere.
pub(crate) fn queue_bytes(readings: &[(Header, PathBuf)], deciding: &Deciding<'_>) -> Result<Vec<u8>, RunError> {
    let rows: Vec<Row> = judge(readings, deciding)?.records.into_iter().map(|record| record.row).collect();
    let mut bytes = Vec::new();
    write_queue(&mut bytes, &rows).map_err(|error| RunError::Input(error.to_string()))?;
    Ok(bytes)
}

/// All rows, and the rows of earlier nights that some of them replace.
struct Judged {
    records: Vec<Record>,
    /// Files on which the program broke, each a row for a person.
    broken: BTreeSet<String>,
    superseded: Vec<(EarlierCopy, String)>,
}

/// Beside the queue: requests of earlier nights of which a fuller copy came. Those nights' queues stay as they were.
const SUPERSEDED: &str = "superseded.csv";

fn write_superseded(file: &mut dyn Write, superseded: &[(EarlierCopy, String)]) -> std::io::Result<()> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    csv.write_record(["request_id", "source_file", "superseded_by"])?;
    for (old, by) in superseded {
        csv.write_record([old.request_id.as_str(), no_formula(&old.source_file).as_str(), by.as_str()])?;
    }
    csv.flush()
}

fn judge(readings: &[(Header, PathBuf)], deciding: &Deciding<'_>) -> Result<Judged, RunError> {
    let roster = deciding.roster.map(load_roster).transpose()?;
    // Files are decided side by side, and what came of them is put together in their order.
    let made: Vec<Result<Made, RunError>> =
        readings.par_iter().map(|one| assembled(one, roster.as_ref(), deciding)).collect();
    let mut requests: Vec<Request> = Vec::new();
    let mut traces: Vec<Trace> = Vec::new();
    let mut broken = BTreeSet::new();
    let mut applied: BTreeMap<String, Vec<Correction>> = BTreeMap::new();
    for (made, (header, _)) in made.into_iter().zip(readings) {
        let made = made?;
        if made.broken {
            broken.insert(header.transmission.source_file.clone());
        }
        applied.extend(made.applied);
        let (made, of_them): (Vec<Request>, Vec<Trace>) = made.requests.into_iter().unzip();
        requests.extend(made);
        traces.extend(of_them);
    }
    if let Some(lost) = deciding.corrections.iter().find(|c| !applied.contains_key(&c.request_id)) {
        return Err(RunError::Correction(CorrectionError {
            line: lost.line,
            message: "there is no such request any more once the pages have their corrected kinds".to_owned(),
            hint: "apply the kinds of pages first, then correct the new requests".to_owned(),
        }));
    }
    let mut superseded = link(&mut requests, &mut traces, deciding)?;
    superseded
        .sort_by(|a, b| (&a.0.source_file, &a.0.request_id, &a.1).cmp(&(&b.0.source_file, &b.0.request_id, &b.1)));
    let mut requests = requests.into_iter().peekable();
    let of_files: Vec<(&(Header, PathBuf), Vec<Request>)> = readings
        .iter()
        .map(|one| {
            let of_file = |request: &Request| request.source_file == one.0.transmission.source_file;
            (one, std::iter::from_fn(|| requests.next_if(of_file)).collect())
        })
        .collect();
    let recorded: Vec<Result<(Vec<Record>, bool), RunError>> = of_files
        .into_par_iter()
        .map(|((header, path), requests)| {
            let mut is_broken = broken.contains(&header.transmission.source_file);
            let mut pages = pages_of(header, path, deciding)?;
            if is_broken {
                pages = given_up(pages.len());
            }
            let mut records = Vec::with_capacity(requests.len());
            for request in requests {
                let corrections = applied.get(&request.id).cloned().unwrap_or_default();
                let recorded = guarded(|| record(request.clone(), &pages, deciding, roster.is_some()));
                let mut recorded = recorded.unwrap_or_else(|| {
                    is_broken = true;
                    let given_up = given_up(pages.len());
                    record(unreadable(request, header, &given_up, deciding.pack), &given_up, deciding, roster.is_some())
                });
                recorded.corrections = corrections;
                records.push(recorded);
            }
            Ok((records, is_broken))
        })
        .collect();
    let mut records = Vec::new();
    for (recorded, (header, _)) in recorded.into_iter().zip(readings) {
        let (of_file, is_broken) = recorded?;
        records.extend(of_file);
        if is_broken {
            broken.insert(header.transmission.source_file.clone());
        }
    }
    records.sort_by(|a, b| place(&a.request).cmp(&place(&b.request)));
    Ok(Judged { records, broken, superseded })
}

/// What one file's pages came to.
struct Made {
    requests: Vec<(Request, Trace)>,
    /// Corrections by the request that they are of.
    applied: BTreeMap<String, Vec<Correction>>,
    /// The program broke on the file.
    broken: bool,
}

fn assembled(
    (header, path): &(Header, PathBuf),
    roster: Option<&Roster>,
    deciding: &Deciding<'_>,
) -> Result<Made, RunError> {
    let pages = pages_of(header, path, deciding)?;
    let mut applied = BTreeMap::new();
    let mut of_pages = |pages: &[PageOutcome]| -> Result<Vec<(Request, Trace)>, CorrectionError> {
        let mut made: Vec<(Request, Trace)> = Vec::new();
        for mut request in assemble::assemble(&header.transmission, pages, deciding.pack) {
            let own = deciding.corrections.settle(&mut request, deciding.pack)?;
            if !own.is_empty() {
                applied.insert(request.id.clone(), own);
            }
            if let Some(roster) = roster {
                apply_roster(roster, &mut request, deciding.pack.roster.settle_uncertain);
            }
            let trace = Trace::of(&request, pages, &header.transmission.sha256);
            made.push((request, trace));
        }
        Ok(made)
    };
    let made = guarded(|| of_pages(&pages));
    let broken = made.is_none();
    let requests = made.unwrap_or_else(|| of_pages(&given_up(pages.len()))).map_err(RunError::Correction)?;
    Ok(Made { requests, applied, broken })
}

/// One file's words must not cost the night: where the program itself breaks on what was read, that file becomes a row for a person.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Pages that were read and could not be decided.
fn given_up(pages: usize) -> Vec<PageOutcome> {
    vec![PageOutcome::Rejected(Rejection::Corrupt("the program broke on what was read".to_owned())); pages.max(1)]
}

/// `request` as one that could not be read, under its own id and pages.
fn unreadable(request: Request, header: &Header, given_up: &[PageOutcome], pack: &Pack) -> Request {
    let blank = assemble::assemble(&header.transmission, given_up, pack).into_iter().next();
    match blank {
        Some(blank) => Request { id: request.id, ordinal: request.ordinal, pages: request.pages, ..blank },
        None => request,
    }
}

/// Applies the rules to one request: its findings and its row.
pub(crate) fn record(request: Request, pages: &[PageOutcome], deciding: &Deciding<'_>, roster: bool) -> Record {
    let read: Vec<PageReading> = pages
        .iter()
        .filter_map(|page| match page {
            PageOutcome::Read(reading) => Some((**reading).clone()),
            PageOutcome::Rejected(_) => None,
        })
        .collect();
    let received = request.received_at.as_deref().and_then(|at| at.trim_end_matches('Z').parse::<NaiveDateTime>().ok());
    let context = Context { as_of: deciding.as_of, received, pages: &read, pack: deciding.pack, roster };
    let findings = evaluate(&request, &context);
    let pages = read.iter().filter(|page| request.pages.contains(&page.page)).map(|page| PageFacts {
        page: page.page,
        kind: page.kind().in_words(),
        width: page.width,
        height: page.height,
        image: Some(images::name(&request.source_file, page.page)),
    });
    let pages = pages.collect();
    Record { pages, ..Record::new(Row::new(&request, &findings, &context), request, findings) }
}

/// Rows stand in the order of source_file, then pages.
fn place(request: &Request) -> (&str, u32, u32) {
    (&request.source_file, request.pages.first().copied().unwrap_or(0), request.ordinal)
}

/// A file that could not be opened stands as one page that was rejected.
fn pages_of(header: &Header, path: &Path, deciding: &Deciding<'_>) -> Result<Vec<PageOutcome>, RunError> {
    let mut pages = match &header.rejection {
        Some(rejection) => vec![PageOutcome::Rejected(rejection.clone())],
        None => journal::pages(path)?,
    };
    if let Words::Again { reference } = deciding.words {
        let again = |page: PageOutcome| match page {
            PageOutcome::Read(reading) => {
                let number = reading.page;
                let (reading, needs_pixels) = interpret_again(*reading, deciding.pack, reference);
                if needs_pixels {
                    warn!(file = %header.transmission.sha256, page = number, "these rules take the page for a form whose fields were not read: only a new run reads them");
                }
                PageOutcome::Read(Box::new(reading))
            }
            rejected => rejected,
        };
        pages = pages.into_par_iter().map(again).collect();
    }
    // A person's word comes last: no rule takes it back.
    let sha256 = &header.transmission.sha256;
    deciding.corrections.settle_pages(sha256, &mut pages, deciding.pack).map_err(RunError::Correction)?;
    Ok(pages)
}

fn load_roster(path: &Path) -> Result<Roster, RunError> {
    let roster = Roster::load(path).map_err(|error| RunError::Input(error.to_string()))?;
    if roster.problem_count() > 0 {
        warn!(lines = roster.problem_count(), "lines of the roster could not be used");
    }
    Ok(roster)
}

/// Finds copies among all requests and what earlier nights saw, and adds this night to the ledger. Gives the requests of earlier nights
/// that are replaced, each with the id of the one that replaces it.
fn link(
    requests: &mut [Request],
    traces: &mut [Trace],
    deciding: &Deciding<'_>,
) -> Result<Vec<(EarlierCopy, String)>, RunError> {
    let failed = |error: crate::inbox::LedgerError| RunError::Input(error.to_string());
    let mut ledger = deciding.memory.ledger.map(Ledger::open).transpose().map_err(failed)?;
    let night = &deciding.memory.night;
    let salt = ledger.as_ref().map(|ledger| ledger.salt().to_vec()).unwrap_or_default();
    let mut trouble = None;
    let links = link_copies(traces, &salt, |keys| match ledger.as_ref().map(|ledger| ledger.earlier(night, keys)) {
        None => Vec::new(),
        Some(Ok(bodies)) => bodies.iter().filter_map(|body| serde_json::from_str(body).ok()).collect(),
        Some(Err(error)) => {
            trouble.get_or_insert(error);
            Vec::new()
        }
    });
    if let Some(error) = trouble {
        return Err(failed(error));
    }
    let mut superseded = Vec::new();
    for ((request, trace), link) in requests.iter_mut().zip(traces.iter_mut()).zip(links) {
        trace.duplicate_of.clone_from(&link.duplicate_of);
        request.duplicate_of = link.duplicate_of;
        request.superseded_by = link.superseded_by;
        request.supersedes = link.supersedes;
        for old in link.supersedes_earlier {
            request.supersedes.push(old.request_id.clone());
            superseded.push((old, request.id.clone()));
        }
    }
    if let Some(ledger) = ledger.as_mut().filter(|_| deciding.memory.add) {
        let mut kept = Vec::with_capacity(traces.len());
        for trace in traces.iter() {
            let keys = trace.keys(&salt);
            let body = serde_json::to_string(&trace.clone().seal(&salt))
                .map_err(|error| RunError::Input(error.to_string()))?;
            kept.push((keys, body));
        }
        let entries = kept.iter().map(|(keys, body)| (keys.as_slice(), body.as_str()));
        ledger.record(night, &deciding.as_of.to_string(), entries).map_err(failed)?;
    }
    Ok(superseded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_program_is_caught_and_work_goes_on() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| -> i32 { panic!("made up") }), None);
        assert_eq!(given_up(0).len(), 1, "a file that could not be opened has one row as well");
    }
}
