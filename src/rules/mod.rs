//! The rule pack: everything that can differ between plans, as dated and cited data.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;

mod forms;
mod pack;
pub mod phrases;

pub use forms::{ChoiceDefinition, FieldDefinition, FieldKind, FormDefinition, OptionDefinition};
pub use pack::Pack;
pub use phrases::{DateWords, PhraseBook};

/// What an unmet rule does to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Sends the request back.
    Deficiency,
    /// A person judges.
    Warning,
    /// For information.
    Note,
}

/// What one rule found in one request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// Code of the contract.
    pub code: String,
    pub severity: Severity,
    pub answer: Answer,
    /// The pack's sentence with the values filled in.
    pub note: String,
    /// Step of the procedure or section of the agreement.
    pub cite: String,
    /// Fields that the answer rests on.
    pub fields: Vec<String>,
    /// Words of the fax that decided, quoted.
    pub quotes: Vec<String>,
}
