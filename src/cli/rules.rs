//! `faxtriage rules`.

use std::io::{self, Write};
use std::path::Path;

use chrono::Local;
use tracing::info;

use super::args::{RulesArguments, RulesCommand};
use super::{Failure, exit};
use crate::rules::{Pack, docs, list, schema};

pub fn execute(typed: RulesArguments) -> Result<u8, Failure> {
    let mut out = io::stdout().lock();
    match typed.command {
        RulesCommand::List { as_of, rules } => {
            let day = as_of.unwrap_or_else(|| Local::now().date_naive());
            write!(out, "{}", list(&pack(rules.as_deref())?, day))?;
        }
        RulesCommand::Schema => write!(out, "{}", schema())?,
        RulesCommand::Docs { rules } => write!(out, "{}", docs(&pack(rules.as_deref())?))?,
        RulesCommand::Check { dir } => {
            let problems = match dir {
                Some(dir) => Pack::check(&dir).map_err(|error| Failure::cannot_run(error.to_string()))?,
                None => Pack::check_builtin(),
            };
            for problem in &problems {
                writeln!(out, "{problem}")?;
            }
            if !problems.is_empty() {
                let count = problems.len();
                return Err(Failure::cannot_run(format!(
                    "the rule pack has {count} problem{}",
                    if count == 1 { "" } else { "s" }
                )));
            }
            info!("no problem");
        }
    }
    Ok(exit::SUCCESS)
}

fn pack(folder: Option<&Path>) -> Result<Pack, Failure> {
    folder.map_or_else(Pack::builtin, Pack::load).map_err(|error| Failure::cannot_run(error.to_string()))
}
