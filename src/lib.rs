//! faxtriage turns a fax inbox of member reassignment requests into a checked work queue.
//!
//! The way of the data, a module for each stage; a module knows the stages before it and never one after it:
//!
//! ```text
//! inbox ─▶ decode ─▶ page ─▶ ocr ─▶ classify, extract ─▶ assemble ─▶ rules ─▶ queue
//! files    source    square  words  kinds, fields,       requests    findings  CSV, JSONL,
//! hashed   pages     pixels         marks, letters                             report, record
//! ```
//!
//! [`reading`] is what the middle stages leave of a page, [`run`] drives all of it with one worker process a thread, and [`cli`]
//! is the command line. What differs between plans is data: see [`rules`].

pub mod answer;
pub mod assemble;
pub mod classify;
pub mod cli;
pub mod correct;
pub mod extract;
pub mod inbox;
pub mod ocr;
pub mod page;
pub mod picture;
pub mod queue;
pub mod reading;
pub mod rules;
pub mod run;
pub mod score;

pub use faxtriage_decode as decode;
pub use faxtriage_decode::geometry;
