//! `faxtriage run`.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{Local, NaiveDate};
use tracing::warn;

use super::args::{Messages, Notices, ReadingArguments, RunArguments};
use super::{Failure, clean, exit, summary};
use crate::run::batch::{self, AsOf, ReadingSettings, Settings, Summary};
use crate::run::interrupt;
use crate::run::progress::Show;

pub fn execute(typed: RunArguments, messages: &Messages) -> Result<u8, Failure> {
    let settings = meant(typed, messages)?;
    interrupt::listen().map_err(|error| Failure::cannot_run(format!("cannot listen for signals: {error}")))?;
    let ended = batch::run(&settings)?;
    summary::show(&ended, &settings.out, messages)?;
    Ok(code(&ended))
}

/// The exit code of a run that finished.
pub(super) fn code(ended: &Summary) -> u8 {
    if ended.attention.is_empty() { exit::SUCCESS } else { exit::NEEDS_OPERATOR }
}

fn meant(typed: RunArguments, messages: &Messages) -> Result<Settings, Failure> {
    if !typed.inbox.is_dir() {
        return Err(Failure::cannot_run(format!("the inbox is not a folder: {}", shown(&typed.inbox))));
    }
    let day = typed.as_of.unwrap_or_else(|| Local::now().date_naive());
    Ok(Settings {
        inbox: typed.inbox,
        out: typed.out,
        roster: typed.roster,
        ledger: typed.ledger,
        as_of: typed.as_of.map_or_else(|| AsOf::Today(Local::now().date_naive()), AsOf::Given),
        jobs: typed.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get),
        shard: typed.shard,
        images: !typed.no_images,
        notices: typed.notices == Notices::Deficient,
        xlsx: typed.xlsx,
        settle: Duration::from_secs(typed.settle),
        reading: reading(typed.reading, day)?,
        show: how_to_show(messages),
    })
}

/// How progress is shown under these wishes.
pub(super) fn how_to_show(messages: &Messages) -> Show {
    use super::args::LogFormat;
    match (messages.quiet, messages.log_format) {
        (true, _) => Show::Nothing,
        (false, LogFormat::Text) if std::io::stderr().is_terminal() => Show::Bar,
        (false, _) => Show::Lines,
    }
}

/// The options of every command that reads pages, checked.
pub(super) fn reading(typed: ReadingArguments, as_of: NaiveDate) -> Result<ReadingSettings, Failure> {
    let model = if typed.no_second_reader { None } else { model(typed.model)? };
    Ok(ReadingSettings {
        rules: typed.rules.map(absolute).transpose()?,
        model,
        page_timeout: Duration::from_secs(typed.page_timeout),
        max_pages: typed.max_pages,
        memory_bytes: typed.memory << 20,
        as_of,
        #[cfg(debug_assertions)]
        made_up: typed.made_up,
        #[cfg(not(debug_assertions))]
        made_up: false,
    })
}

/// The given model of the second reader, or the one that set-up fetched; none, with a warning, when it is not there.
pub(super) fn model(given: Option<PathBuf>) -> Result<Option<PathBuf>, Failure> {
    if let Some(given) = given {
        return absolute(given).map(Some);
    }
    let found = crate::ocr::model::find();
    if found.is_none() {
        warn!(
            help = "scripts/set-up fetches it; --no-second-reader says that this is meant",
            "the second reader's model is not there: more fields go to review"
        );
    }
    Ok(found)
}

fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(&path).map_err(|error| Failure::cannot_run(format!("cannot open {}: {error}", shown(&path))))
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    clean::name(&path.to_string_lossy())
}
