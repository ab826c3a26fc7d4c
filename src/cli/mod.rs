//! The command line: arguments as typed, then as meant; one file for each command.
//!
//! [`args`] is what people type, checked word by word by clap. Each command's file turns it into validated settings, calls the library
//! and says how it ended; [`exit`] has the codes. stdout carries data only; everything else is `log`'s, on stderr, with names from
//! outside cleaned by [`clean`].

mod apply;
pub mod args;
mod audit;
pub mod clean;
mod execute;
pub mod exit;
mod explain;
mod failure;
mod form;
mod log;
mod merge;
mod recheck;
mod redact;
mod rules;
mod run;
mod score;
mod status;
mod summary;
mod worker;

pub use execute::{execute, leave, parse};
pub use failure::Failure;
