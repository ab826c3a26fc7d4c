//! One transmission, read and decided alone, for the person who wants to know why.
//!
//! Read by workers like any other; nothing is stored. Copies are not looked for, since there is nothing to compare with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;

use super::batch::{ReadingSettings, file_names, load_pack};
use super::decide::{self, Deciding, Memory, Words};
use super::error::RunError;
use super::folder::{new_private_folder, write_whole};
use super::pool::{Clocks, LostTime, Pool, WorkerCommand};
use super::protocol::Wanted;
use super::record::sha256_of_file;
use crate::assemble::{PageOutcome, Roster, apply_roster, assemble};
use crate::correct::Corrections;
use crate::decode::Rejection;
use crate::inbox::{FileNames, Transmission};
use crate::queue::Record;
use crate::rules::Pack;

/// What is explained, under which rules and roster.
#[derive(Clone, Debug)]
pub struct ExplainSettings {
    pub file: PathBuf,
    pub roster: Option<PathBuf>,
    pub as_of: NaiveDate,
    pub jobs: usize,
    /// Folder for a picture of each page with what was found drawn on it.
    pub images: Option<PathBuf>,
    pub reading: ReadingSettings,
}

/// Everything that is known of one transmission.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub transmission: Transmission,
    /// By page number; one page 0 when the file could not be opened.
    pub pages: Vec<(u32, PageOutcome)>,
    pub records: Vec<Record>,
}

/// Reads and decides one file.
pub fn explain(settings: &ExplainSettings) -> Result<Explanation, RunError> {
    let pack = load_pack(settings.reading.rules.as_deref())?;
    let transmission = transmission(settings, &file_names(&pack)?)?;
    let pages = pages(settings, &transmission)?;
    let roster = settings.roster.as_deref().map(Roster::load).transpose();
    let roster = roster.map_err(|error| RunError::Input(error.to_string()))?;
    let memory = Memory { ledger: None, night: String::new(), add: false };
    let deciding = Deciding {
        pack: &pack,
        roster: settings.roster.as_deref(),
        as_of: settings.as_of,
        memory,
        words: Words::AsRead,
        corrections: &Corrections::default(),
    };

    let outcomes: Vec<PageOutcome> = pages.iter().map(|(_, outcome)| outcome.clone()).collect();
    let mut requests = assemble(&transmission, &outcomes, &pack);
    if let Some(roster) = &roster {
        requests.iter_mut().for_each(|request| apply_roster(roster, request, pack.roster.settle_uncertain));
    }
    let records =
        requests.into_iter().map(|request| decide::record(request, &outcomes, &deciding, roster.is_some())).collect();
    Ok(Explanation { transmission, pages, records })
}

/// The pages of `settings.file` and nothing more.
pub(crate) fn read_pages(settings: &ExplainSettings, pack: &Pack) -> Result<Vec<(u32, PageOutcome)>, RunError> {
    pages(settings, &transmission(settings, &file_names(pack)?)?)
}

fn transmission(settings: &ExplainSettings, names: &FileNames) -> Result<Transmission, RunError> {
    let path = std::fs::canonicalize(&settings.file).map_err(RunError::io("open", &settings.file))?;
    let bytes = std::fs::metadata(&path).map_err(RunError::io("open", &settings.file))?.len();
    let source_file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let facts = names.facts(&source_file);
    Ok(Transmission {
        sha256: sha256_of_file(&path)?,
        bytes,
        received_from_name: facts.received_at.is_some(),
        received_at: facts.received_at,
        sender: facts.sender,
        promised_pages: facts.pages,
        source_file,
        path,
    })
}

fn pages(settings: &ExplainSettings, transmission: &Transmission) -> Result<Vec<(u32, PageOutcome)>, RunError> {
    if let Some(folder) = &settings.images {
        new_private_folder(folder)?;
    }
    let command = WorkerCommand::own(settings.reading.worker_args(&transmission.path))?;
    let pool = Pool::new(command, Clocks::for_page_timeout(settings.reading.page_timeout), settings.jobs)?;
    let lost = LostTime::default();
    let count = Mutex::new(Err(Rejection::TimedOut));
    pool.for_each(&[()], |()| {
        let told = pool.probe(transmission.into(), &lost)?;
        *count.lock().unwrap_or_else(PoisonError::into_inner) = told;
        Ok(())
    })?;
    let probe = match count.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Ok(probe) => probe,
        Err(rejection) => return Ok(vec![(0, PageOutcome::Rejected(rejection))]),
    };
    let numbers: Vec<u32> = (1..=probe.pages.min(settings.reading.max_pages)).collect();
    let read = Mutex::new(BTreeMap::new());
    pool.for_each(&numbers, |&page| {
        let wanted = settings.images.as_ref().map(|_| Wanted::Drawn);
        let result = pool.read(transmission.into(), page, wanted, &lost)?;
        if let (Some(folder), Some(png)) = (&settings.images, &result.picture) {
            write_whole(&folder.join(format!("page-{page:03}.png")), |file| file.write_all(png))?;
        }
        read.lock().unwrap_or_else(PoisonError::into_inner).insert(page, result.outcome);
        Ok(())
    })?;
    Ok(read.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect())
}
