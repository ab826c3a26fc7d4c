//! `faxtriage status`.

use std::io::{self, Write};

use super::args::StatusArguments;
use super::run::shown;
use super::{Failure, exit};
use crate::run::status::{metrics, nights, table, write_metrics};

pub fn execute(typed: StatusArguments) -> Result<u8, Failure> {
    let nights = nights(&typed.runs)?;
    write!(io::stdout().lock(), "{}", table(&nights, shown))?;
    if let Some(path) = &typed.metrics {
        write_metrics(path, &metrics(&nights))?;
    }
    Ok(exit::SUCCESS)
}
