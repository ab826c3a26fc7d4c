//! The rule pack: everything that can differ between plans, as dated and cited data.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;

mod checks;
mod context;
mod effective;
mod evaluate;
mod evidence;
#[cfg(test)]
mod example;
mod forms;
#[cfg(test)]
mod golden;
mod listing;
mod load;
mod mention;
mod notice;
mod office_notice;
mod pack;
pub mod phrases;
mod problem;
mod rule;
mod schema;
mod settings;
mod source;
mod status;
mod text_dates;
mod validate;
mod words;

pub use checks::{Check, KINDS as CHECK_KINDS, Outcome};
pub use context::Context;
pub use effective::earliest_if_approved_on;
pub use evaluate::evaluate;
pub use evidence::{Reasons, reasons};
pub use forms::{
    ChoiceDefinition, FieldDefinition, FieldKind, FormDefinition, FormPurpose, OptionDefinition, SectionDefinition,
};
pub use listing::{docs, list};
pub use mention::{Mention, mentions};
pub use notice::NoticeFacts;
pub use office_notice::{Ask, NoticeLabels, OfficeNotice};
pub use pack::{Pack, PackError, PackFile};
pub use phrases::{DateWords, PhraseBook};
pub use problem::Problem;
pub use rule::{AppliesTo, Day, InForce, Rule};
pub use schema::schema;
pub use settings::{
    DateSettings, LetterSettings, MarkSettings, PackSettings, Plan, ReceivedSettings, ReceivedSource, RequestScope,
    RequestSettings, RequiredWithReason, ReviewSettings, RosterSettings, RulesPickedBy, WrittenBefore,
};
pub use status::{
    DATE_COLUMNS, NOT_OF_PORTAL, Priority, READ_COLUMNS, Status, lowest_confidence, priority, required_columns,
    review_fields, status,
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
    /// The code that keeps this one from being told: that one is reported, this is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Priority of a request that does not meet the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Status of a request that does not meet the rule, where the severity does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}
