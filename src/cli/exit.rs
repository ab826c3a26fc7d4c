//! Exit codes: part of the contract, since schedulers branch on them.

/// The run finished and every file was read.
pub const SUCCESS: u8 = 0;
/// The run finished, and some input needs the operator: unreadable, encrypted, skipped as unsettled.
pub const NEEDS_OPERATOR: u8 = 1;
/// It could not run: bad arguments, bad rules, no engine, another run holds the folder, a full disk.
pub const CANNOT_RUN: u8 = 2;
/// `audit`, `recheck` or `score --min` found differences.
pub const DIFFERENCES: u8 = 3;
/// Interrupted: what was finished is kept, and the same command resumes. 128 and the number of SIGINT, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// The table in `--help`.
pub const HELP: &str = "\
Exit codes:
  0    the run finished and every file was read
  1    it finished, and some input needs the operator (unreadable, encrypted, skipped as unsettled)
  2    it could not run (bad arguments, bad rules, no engine, another run holds the folder)
  3    audit, recheck or score --min found differences
  130  interrupted: what was finished is kept, and the same command resumes";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_the_contracts() {
        assert_eq!([SUCCESS, NEEDS_OPERATOR, CANNOT_RUN, DIFFERENCES, INTERRUPTED], [0, 1, 2, 3, 130]);
    }

    #[test]
    fn help_names_every_code() {
        for code in [SUCCESS, NEEDS_OPERATOR, CANNOT_RUN, DIFFERENCES, INTERRUPTED] {
            assert!(HELP.lines().any(|line| line.trim_start().starts_with(&format!("{code} "))), "{code}");
        }
    }
}
