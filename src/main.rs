//! Arguments, work, exit code.

use std::process::ExitCode;

use faxtriage::cli;

fn main() -> ExitCode {
    let args = cli::parse();
    let outcome = cli::execute(args);
    cli::leave(outcome)
}
