//! The command line: arguments as typed, then as meant; one file for each command.
