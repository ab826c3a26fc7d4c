//! The pack's words: what letters, attachments, headers and dates say, in the languages of the offices (`rules/phrases/*.toml`).

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Words in and around dates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateWords {
    /// The names of the twelve months, January first, in every language and abbreviation.
    pub months: Vec<Vec<String>>,
    /// Words between the parts of a date that say nothing (`de`, `of`, weekdays).
    #[serde(default)]
    pub fillers: Vec<String>,
    /// Words between the entries of a list of dates.
    #[serde(default)]
    pub joiners: Vec<String>,
    /// Words that make two dates a range.
    #[serde(default)]
    pub ranges: Vec<String>,
    /// Words that say that a visit was called off.
    #[serde(default)]
    pub excused: Vec<String>,
}

static BUILTIN_DATES: LazyLock<DateWords> =
    LazyLock::new(|| toml::from_str(include_str!("../../rules/phrases/dates.toml")).unwrap_or_default());

impl DateWords {
    /// The built-in pack's words.
    pub fn builtin() -> &'static DateWords {
        &BUILTIN_DATES
    }
}
