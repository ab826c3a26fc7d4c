//! `faxtriage merge`.

use super::args::{MergeArguments, Messages};
use super::{Failure, run, summary};
use crate::run::merge::{MergeSettings, merge};

pub fn execute(typed: MergeArguments, messages: &Messages) -> Result<u8, Failure> {
    let MergeArguments { runs, out, roster, ledger } = typed;
    let settings = MergeSettings { runs, out, roster, ledger };
    let ended = merge(&settings)?;
    summary::show(&ended, &settings.out, messages)?;
    Ok(run::code(&ended))
}
