//! The batch: from an inbox to a finished run folder.
//!
//! [`batch`] drives: it scans the inbox, fans pages out over the [`pool`] of worker processes, keeps what they read in the
//! [`journal`] of the run [`folder`], and turns the stored readings into the queue. [`worker`] is the other end of the pipe: a child
//! process inside the [`sandbox`] that reads one page a request; [`protocol`] is what the two say to each other, and the same
//! lines serve a cluster. This process never parses a document.
//!
//! Before it come all stages ([`crate::decode`] to [`crate::queue`]); after it only [`crate::cli`].

pub mod apply;
pub mod audit;
pub mod batch;
mod believe;
pub mod crops;
mod decide;
pub mod differences;
pub mod explain;
pub mod folder;
pub mod form_try;
pub mod images;
pub mod interrupt;
pub mod journal;
pub mod merge;
pub mod pool;
pub mod progress;
pub mod protocol;
pub mod reader;
pub mod recheck;
pub mod record;
pub mod redact;
pub mod sandbox;
pub mod shard;
pub mod status;
pub mod worker;

#[cfg(debug_assertions)]
pub mod made_up;

mod error;

pub use error::RunError;
