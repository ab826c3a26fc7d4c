//! `faxtriage rules`.

use std::io::{self, Write};

use tracing::info;

use super::args::{RulesArguments, RulesCommand};
use super::{Failure, exit};
use crate::rules::Pack;

pub fn execute(typed: RulesArguments) -> Result<u8, Failure> {
    match typed.command {
        RulesCommand::Check { dir } => {
            let problems = match dir {
                Some(dir) => Pack::check(&dir).map_err(|error| Failure::cannot_run(error.to_string()))?,
                None => Pack::check_builtin(),
            };
            let mut out = io::stdout().lock();
            for problem in &problems {
                writeln!(out, "{problem}")?;
            }
            if problems.is_empty() {
                info!("no problem");
                return Ok(exit::SUCCESS);
            }
            let count = problems.len();
            Err(Failure::cannot_run(format!("the rule pack has {count} problem{}", if count == 1 { "" } else { "s" })))
        }
    }
}
