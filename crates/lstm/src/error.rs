//! The one error type of this crate.

use thiserror::Error;

/// Why a model could not be loaded or a line could not be read.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The data ended before the named part was complete.
    #[error("the model ends inside its {part}")]
    Truncated {
        /// The part that was being read.
        part: &'static str,
    },
    /// A part that the recogniser needs is not in the container.
    #[error("the model has no {part}")]
    Missing {
        /// The name of the missing part.
        part: &'static str,
    },
    /// A value is outside the range that it can have in an undamaged model.
    #[error("the model's {part} is damaged: {reason}")]
    Damaged {
        /// The part that was being read.
        part: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The model is sound, and has something that this reader does not support.
    #[error("the model needs {what}, which this reader does not support")]
    Unsupported {
        /// The thing that is not supported.
        what: String,
    },
}

/// Shorthand for results with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
