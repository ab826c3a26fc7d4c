//! `faxtriage worker`.

use std::io;
use std::path::PathBuf;

use super::args::WorkerArguments;
use super::{Failure, exit, run};
use crate::run::batch::ReadingSettings;
use crate::run::reader::Engine;
use crate::run::sandbox::{self, Confinement};
use crate::run::worker::{self, ReadPage};

pub fn execute(typed: WorkerArguments) -> Result<u8, Failure> {
    let today = chrono::Local::now().date_naive();
    let settings = run::reading(typed.reading, typed.as_of.unwrap_or(today))?;
    let mut output = worker::take_stdout()
        .map_err(|error| Failure::cannot_run(format!("cannot take stdout for the results: {error}")))?;
    // Without a folder to keep to, everything may be read, and still nothing written.
    let mut readable = vec![typed.inbox.unwrap_or_else(|| PathBuf::from("/"))];
    readable.extend(settings.rules.clone());
    readable.extend(settings.model.clone());
    readable.extend(std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from));
    let in_force = sandbox::confine(&Confinement {
        readable,
        memory_bytes: settings.memory_bytes,
        cpu_per_page: settings.page_timeout,
        end_with_parent: typed.end_with_parent,
    });
    worker::serve(io::stdin().lock(), &mut output, in_force, || reader(&settings))?;
    Ok(exit::SUCCESS)
}

fn reader(settings: &ReadingSettings) -> Result<Box<dyn ReadPage>, String> {
    #[cfg(debug_assertions)]
    if settings.made_up {
        return Ok(Box::<crate::run::made_up::MadeUpReader>::default());
    }
    Ok(Box::new(Engine::start(settings)?))
}
