//! An ending that is not the expected one: what to tell, what to do about it, which exit code.

use super::exit;
use crate::run::RunError;
use crate::run::worker::WorkerError;

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    /// What the reader of the message can do.
    pub help: Option<String>,
    pub code: u8,
}

impl Failure {
    /// The command could not run.
    pub fn cannot_run(message: impl Into<String>) -> Self {
        Failure { message: message.into(), help: None, code: exit::CANNOT_RUN }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let code = if matches!(error, RunError::Interrupted) { exit::INTERRUPTED } else { exit::CANNOT_RUN };
        Failure { message: super::clean::message(&error.to_string()), help: error.help().map(str::to_owned), code }
    }
}

impl From<WorkerError> for Failure {
    fn from(error: WorkerError) -> Self {
        Failure::cannot_run(error.to_string())
    }
}

/// Writing data to stdout failed; a reader that went away (`| head`) is no failure.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let code = if error.kind() == std::io::ErrorKind::BrokenPipe { exit::SUCCESS } else { exit::CANNOT_RUN };
        Failure { message: format!("cannot write the output: {error}"), help: None, code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_run_has_its_own_code_and_says_how_to_go_on() {
        let failure = Failure::from(RunError::Interrupted);
        assert_eq!(failure.code, exit::INTERRUPTED);
        assert!(failure.help.is_some_and(|help| help.contains("resumes")));
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        assert_eq!(Failure::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).code, exit::SUCCESS);
    }
}
