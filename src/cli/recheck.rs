//! `faxtriage recheck`.

use std::io;

use tracing::info;

use super::args::{MadeWithArguments, RecheckArguments};
use super::{Failure, exit};
use crate::run::differences;
use crate::run::recheck::{RecheckSettings, recheck};

pub fn execute(typed: RecheckArguments) -> Result<u8, Failure> {
    let RecheckArguments { run, rules, made_with: MadeWithArguments { roster, ledger }, as_of, out } = typed;
    let found = recheck(&RecheckSettings { run, rules, roster, ledger, as_of, out })?;
    differences::write(&found, &mut io::stdout().lock())?;
    info!(cells = found.len(), "changed");
    Ok(if found.is_empty() { exit::SUCCESS } else { exit::DIFFERENCES })
}
