//! The JSON Schema of the pack's files, for editors that complete and check while one writes.

use schemars::{JsonSchema, generate::SchemaSettings};

use super::forms::FormDefinition;
use super::office_notice::OfficeNotice;
use super::phrases::{Arrivals, DateWords, LanguageWords, LetterPhrases, PagePhrases, PeopleWords};
use super::rule::Rule;
use super::settings::PackSettings;
use super::words::{Format, Reason, Wording};

/// Any one file of a pack.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used: files are read by their path, not by trying")]
enum PackPart {
    Settings(Box<PackSettings>),
    Reasons(Reasons),
    Inappropriate(Inappropriate),
    Wordings(Wordings),
    Notices(Notices),
    OfficeNotice(Box<OfficeNotice>),
    Formats(Formats),
    Form(Box<FormDefinition>),
    Rules(Rules),
    Dates(DateWords),
    Letters(LetterPhrases),
    Pages(PagePhrases),
    People(PeopleWords),
    Languages(LanguageWords),
    Arrivals(Arrivals),
}

/// `reasons.toml`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Reasons {
    reason: Vec<Reason>,
}

/// `inappropriate.toml`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Inappropriate {
    inappropriate: Vec<Wording>,
}

/// `wordings.toml`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Wordings {
    wording: Vec<Wording>,
}

/// `notices.toml`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Notices {
    notice: Vec<Wording>,
}

/// `formats.toml`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Formats {
    format: Vec<Format>,
}

/// A file of `checks/`
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Rules {
    rule: Vec<Rule>,
}

/// The schema of every file of a pack, as pretty JSON with a final newline.
pub fn schema() -> String {
    let mut root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<PackPart>();
    root.insert("title".to_owned(), "A file of a faxtriage rule pack".into());
    let mut text = serde_json::to_string_pretty(root.as_value()).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::CHECK_KINDS;

    #[test]
    fn the_committed_schema_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/schema.json");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(path, schema()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == schema(),
            "rules/schema.json is stale: run the tests once with UPDATE_EXPECTED=1 and commit it"
        );
    }

    #[test]
    fn every_check_is_in_the_schema_with_its_words() {
        let schema = schema();
        for kind in CHECK_KINDS {
            assert!(schema.contains(&format!("\"{kind}\"")), "{kind}");
        }
        assert!(schema.contains("The form names one member."));
    }
}
