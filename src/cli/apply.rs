//! `faxtriage apply`.

use super::args::{ApplyArguments, MadeWithArguments, Messages};
use super::{Failure, run, summary};
use crate::run::apply::{ApplySettings, apply};

pub fn execute(typed: ApplyArguments, messages: &Messages) -> Result<u8, Failure> {
    let ApplyArguments { run, corrections, by, out, made_with: MadeWithArguments { roster, ledger } } = typed;
    let settings = ApplySettings { run, corrections, by: by.unwrap_or_default(), out, roster, ledger };
    let ended = apply(&settings)?;
    summary::show(&ended, &settings.out, messages)?;
    Ok(run::code(&ended))
}
