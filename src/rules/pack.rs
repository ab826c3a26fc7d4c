//! A whole pack in memory.

use super::forms::FormDefinition;

/// Everything that a plan's rule pack says.
#[derive(Clone, Debug)]
pub struct Pack {
    pub id: String,
    pub version: String,
    pub forms: Vec<FormDefinition>,
}
