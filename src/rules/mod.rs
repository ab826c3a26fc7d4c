//! The rule pack: everything that can differ between plans, as dated and cited data.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;

mod forms;
mod load;
mod pack;
pub mod phrases;
mod problem;
mod settings;
mod source;
mod words;

pub use forms::{ChoiceDefinition, FieldDefinition, FieldKind, FormDefinition, FormPurpose, OptionDefinition, SectionDefinition};
pub use pack::{Pack, PackError, PackFile};
pub use phrases::DateWords;
pub use problem::Problem;
pub use settings::{
    DateSettings, MarkSettings, PackSettings, Plan, ReceivedSettings, ReceivedSource, RequestScope, RequestSettings, RequiredWithReason, ReviewSettings,
    RosterSettings, RulesPickedBy,
};
pub use words::{CheckDigit, Format, Languages, Reason, Wording};

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
