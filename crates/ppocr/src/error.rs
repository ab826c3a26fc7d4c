//! The one error type of this crate.

use thiserror::Error;

/// Why the network could not be loaded or run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is no ONNX model, or rten cannot run it.
    #[error("{0}")]
    Model(String),
    /// The model is another network than this crate knows.
    #[error("the network has another shape: {0}")]
    Shape(&'static str),
    /// A run failed.
    #[error("{0}")]
    Run(String),
}

/// Shorthand for results with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
