//! `faxtriage redact`.

use std::io::{self, BufWriter, Write};

use super::args::RedactArguments;
use super::{Failure, exit};
use crate::run::redact::redact;

pub fn execute(typed: &RedactArguments) -> Result<u8, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    redact(&typed.run, &mut out)?;
    out.flush()?;
    Ok(exit::SUCCESS)
}
