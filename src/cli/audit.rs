//! `faxtriage audit`.

use std::num::NonZeroUsize;

use tracing::{info, warn};

use super::args::{AuditArguments, Messages};
use super::{Failure, exit, run};
use crate::run::audit::{AuditSettings, audit};
use crate::run::interrupt;

pub fn execute(typed: AuditArguments, messages: &Messages) -> Result<u8, Failure> {
    if !typed.inbox.is_dir() {
        return Err(Failure::cannot_run(format!("the archive is not a folder: {}", run::shown(&typed.inbox))));
    }
    interrupt::listen().map_err(|error| Failure::cannot_run(format!("cannot listen for signals: {error}")))?;
    let settings = AuditSettings {
        archive: typed.inbox,
        roster: typed.made_with.roster,
        ledger: typed.made_with.ledger,
        jobs: typed.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get),
        model: run::model(typed.model)?,
        #[cfg(debug_assertions)]
        made_up: typed.made_up,
        #[cfg(not(debug_assertions))]
        made_up: false,
        show: run::how_to_show(messages),
        run: typed.run,
    };
    let found = audit(&settings)?;
    if found.is_empty() {
        info!("no difference");
        return Ok(exit::SUCCESS);
    }
    warn!(cells = found.len(), "differences: {}", run::shown(&settings.run.join("audit.csv")));
    Ok(exit::DIFFERENCES)
}
