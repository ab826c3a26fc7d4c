//! Lists of words: reasons, formats, and what a narrative or a notice may say.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::source::Place;

/// Wordings by language (`en`, `es`, `hmn`). A `*` at the end stands for any ending of the last word.
pub type Languages = BTreeMap<String, Vec<String>>;

/// A reason for which the procedure lets a PCP ask for a reassignment (`reasons.toml`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stands in the queue's `reasons` column.
    pub id: String,
    pub title: String,
    /// As printed on forms and in letters.
    pub labels: Languages,
    /// Words that name the reason in an office's own text.
    pub narrative: Languages,
    pub cite: String,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) place: Place,
}

/// Words that a check looks for: `[[wording]]` of `wordings.toml`, `[[inappropriate]]` of `inappropriate.toml`,
/// `[[notice]]` of `notices.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub id: String,
    pub title: String,
    pub phrases: Languages,
    /// Longer wordings that hold one of the phrases and mean something else: a phrase inside one does not count.
    #[serde(default)]
    pub in_passing: Languages,
    /// Where one of these stands in the same text, the phrases do not count at all.
    #[serde(default)]
    pub unless: Languages,
    #[serde(default)]
    pub cite: Option<String>,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) place: Place,
}

/// What a number must look like (`formats.toml`).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Format {
    pub id: String,
    /// For notes: "a National Provider Identifier".
    pub title: String,
    /// A regular expression for the whole value in capitals.
    pub pattern: String,
    /// Characters that are taken out first.
    #[serde(default)]
    pub ignore: String,
    #[serde(default)]
    pub check_digit: Option<CheckDigit>,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) compiled: Option<regex::Regex>,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckDigit {
    /// Luhn over 80840 and the number (the prefix of US health identifiers in ISO 7812).
    Npi,
}

impl Format {
    /// `value` without the characters that do not count, in capitals.
    pub fn normalize(&self, value: &str) -> String {
        value.chars().filter(|c| !self.ignore.contains(*c)).flat_map(char::to_uppercase).collect()
    }

    /// Whether `value` has the format, its check digit included.
    pub fn fits(&self, value: &str) -> bool {
        let value = self.normalize(value);
        let shaped = self.compiled.as_ref().is_some_and(|pattern| pattern.is_match(&value));
        shaped
            && match self.check_digit {
                None => true,
                Some(CheckDigit::Npi) => npi_check_digit(&value),
            }
    }

    pub(super) fn compile(&mut self) -> Result<(), regex::Error> {
        self.compiled = Some(regex::Regex::new(&format!("^(?:{})$", self.pattern))?);
        Ok(())
    }
}

/// Luhn over 80840 and the ten digits: the prefix adds 24.
fn npi_check_digit(digits: &str) -> bool {
    let Some(digits) = digits.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>() else { return false };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match place % 2 {
            0 => digit,
            _ => (digit * 2) / 10 + (digit * 2) % 10,
        })
        .sum();
    digits.len() == 10 && u32::is_multiple_of(sum + 24, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_npi_has_a_right_check_digit() {
        assert!(npi_check_digit("1234567893"));
        assert!(npi_check_digit("1558598797"));
        assert!(!npi_check_digit("1234567890"));
        assert!(!npi_check_digit("123456789"));
        assert!(!npi_check_digit("12345678x3"));
    }
}
