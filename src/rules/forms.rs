//! Form definitions: a form is described by its labels, never by coordinates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A form as the pack describes it (`rules/forms/*.toml`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormDefinition {
    /// Stands in the queue's `form` column.
    pub id: String,
    /// What the form is used for, which decides how its pages become a request.
    pub purpose: FormPurpose,
    /// Titles printed on the form, each as one line or two.
    pub titles: Vec<String>,
    /// Words that speak for this form besides its title and labels.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// Headings of parts that hold the fields of one group ("Member information"): they tell whose a bare "Name" or "Phone" is.
    #[serde(default, rename = "section")]
    pub sections: Vec<SectionDefinition>,
    /// Sentences of a text that is printed to be read and signed, such as an agreement's. A page with several of them holds it, and its
    /// paragraphs are no place for labels.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Headings of parts that the office does not fill (plan use only): nothing below one, down to its frame's end, is read.
    #[serde(default)]
    pub ignore_below: Vec<String>,
    /// Words of no weight in labels: articles, "please", "number".
    #[serde(default)]
    pub fillers: Vec<String>,
    #[serde(default, rename = "field")]
    pub fields: Vec<FieldDefinition>,
    #[serde(default, rename = "choice")]
    pub choices: Vec<ChoiceDefinition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormPurpose {
    Reassignment,
    Portal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    /// The queue's column where there is one.
    pub id: String,
    pub kind: FieldKind,
    /// The label's wordings, in any language. A wording may stand in several fields; its neighbours' group then decides.
    pub labels: Vec<String>,
    /// Words of a sentence that lead to the field's blank ("I, ________, ask that you reassign my patient ________"): a label only right before
    /// a line to write on.
    #[serde(default)]
    pub leads: Vec<String>,
    /// For wordings that nobody listed: groups of words of which a label has one each.
    #[serde(default)]
    pub words: Vec<Vec<String>>,
    /// Headings of the columns, where the entries of a list stand in a table: they are no entries and no labels.
    #[serde(default)]
    pub headings: Vec<String>,
    /// Whose field it is: a wording shared by two fields goes to the one whose group its neighbours belong to.
    #[serde(default)]
    pub group: Option<String>,
    /// Read by both readers.
    #[serde(default)]
    pub deciding: bool,
    /// The field that this one is a part of, where a form asks for it in pieces: parts are joined in the order in which they are defined.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Words with which a wording that nobody listed is not this field's: a first name is no last name.
    #[serde(default)]
    pub without: Vec<String>,
}

impl FieldDefinition {
    /// The id of the field that it is a part of, or its own.
    pub fn whole(&self) -> &str {
        self.part_of.as_deref().unwrap_or(&self.id)
    }
}

/// A part of a form under a heading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDefinition {
    /// The group of the fields below the heading.
    pub group: String,
    pub headings: Vec<String>,
}

/// What is written in a field, which decides how it is read and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// A person's name.
    Name,
    /// The plan's member id.
    MemberId,
    /// A National Provider Identifier.
    Npi,
    Date,
    DateList,
    Phone,
    /// Free text on one line.
    Text,
    /// Free text on several lines: present or blank decides, the text is kept.
    Block,
    /// A list, one entry a line.
    Lines,
    /// A signature: ink or none.
    Ink,
}

impl FieldKind {
    /// Whether the label is a sentence rather than a name: its words vary freely.
    pub fn is_prose(self) -> bool {
        matches!(self, FieldKind::Block | FieldKind::DateList)
    }

    /// Whether the value is written on several lines, in room of its own.
    pub fn is_paragraph(self) -> bool {
        matches!(self, FieldKind::Block | FieldKind::Lines)
    }
}

/// A group of boxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceDefinition {
    pub id: String,
    /// Wordings of the heading above the group.
    #[serde(default)]
    pub headings: Vec<String>,
    /// Headings of a column of boxes that say that the option applies, beside one of boxes that say that it does not.
    #[serde(default)]
    pub yes: Vec<String>,
    #[serde(default)]
    pub no: Vec<String>,
    #[serde(rename = "option")]
    pub options: Vec<OptionDefinition>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionDefinition {
    pub id: String,
    /// The label's wordings, in any language.
    pub labels: Vec<String>,
    /// For wordings that nobody listed: groups of words of which a label has one each.
    #[serde(default)]
    pub words: Vec<Vec<String>>,
}
