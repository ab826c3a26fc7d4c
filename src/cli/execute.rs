//! From the words typed to an exit code.

use std::process::ExitCode;

use clap::Parser;
use tracing::error;

use super::args::{Arguments, Command};
use super::{
    Failure, apply, audit, exit, explain, form, log, merge, recheck, redact, rules, run, score, status, worker,
};

/// The arguments as typed; help, version and mistakes in them end the program here.
pub fn parse() -> Arguments {
    Arguments::parse()
}

/// Does what the arguments ask for.
pub fn execute(arguments: Arguments) -> Result<u8, Failure> {
    log::start(&arguments.messages);
    match arguments.command {
        Command::Run(typed) => run::execute(typed, &arguments.messages),
        Command::Explain(typed) => explain::execute(typed),
        Command::Rules(typed) => rules::execute(typed),
        Command::Form(typed) => form::execute(typed),
        Command::Audit(typed) => audit::execute(typed, &arguments.messages),
        Command::Recheck(typed) => recheck::execute(typed),
        Command::Score(typed) => score::execute(typed),
        Command::Apply(typed) => apply::execute(typed, &arguments.messages),
        Command::Status(typed) => status::execute(typed),
        Command::Merge(typed) => merge::execute(typed, &arguments.messages),
        Command::Redact(typed) => redact::execute(&typed),
        Command::Worker(typed) => worker::execute(typed),
    }
}

/// Says what went wrong, if anything, and gives the exit code.
pub fn leave(outcome: Result<u8, Failure>) -> ExitCode {
    let code = outcome.unwrap_or_else(|failure| {
        if failure.code != exit::SUCCESS {
            match failure.help {
                Some(help) => error!(help = help.as_str(), "{}", failure.message),
                None => error!("{}", failure.message),
            }
        }
        failure.code
    });
    ExitCode::from(code)
}
