//! Stories told through the real command line; one module for each part of the program.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod audit;
mod disasters;
mod finds;
mod formats;
mod images;
mod place;
mod properties;
mod reader;
mod review;
mod rules;
mod run;
mod score;
mod secrecy;
mod worker;
