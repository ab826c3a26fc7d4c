//! `office-notice.toml`: what an office is told when its request lacks something.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Problem, name_hint};
use super::rule::Rule;
use super::source::{SourceFile, Step};
use super::{Pack, Severity};

/// The name of the file in a pack.
pub(super) const FILE: &str = "office-notice.toml";

/// The sentences of a notice to an office. `{received}`, `{pages}`, `{plan}`, `{department}`, `{fax}` and `{phone}` are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeNotice {
    pub title: String,
    pub opening: String,
    /// Heading of the list.
    pub missing: String,
    pub send: String,
    pub questions: String,
    /// That this is no decision.
    pub closing: String,
    pub confidential: String,
    pub labels: NoticeLabels,
    /// What the office is asked to do, by code.
    #[serde(default, rename = "ask")]
    pub asks: Vec<Ask>,
}

/// The short words of a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeLabels {
    pub to: String,
    pub fax: String,
    pub received: String,
    pub member: String,
    pub reference: String,
    pub step: String,
    pub page: String,
    pub pages: String,
    pub id_ends: String,
    pub not_known: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub code: String,
    /// One plain sentence that says what to do.
    pub text: String,
}

/// What the sentences may hold in braces.
const FILLED: [&str; 6] = ["received", "pages", "plan", "department", "fax", "phone"];

impl OfficeNotice {
    /// What the office is asked to do about a code.
    pub fn ask(&self, code: &str) -> Option<&str> {
        self.asks.iter().find(|ask| ask.code == code).map(|ask| ask.text.as_str())
    }

    fn sentences(&self) -> [(&'static str, &str); 7] {
        [
            ("title", &self.title),
            ("opening", &self.opening),
            ("missing", &self.missing),
            ("send", &self.send),
            ("questions", &self.questions),
            ("closing", &self.closing),
            ("confidential", &self.confidential),
        ]
    }
}

/// Every code that sends a request back has its sentence, and every sentence can be filled in. A pack without the file takes the
/// built-in sentences and lets its rules' own notes say what is missing.
pub(super) fn check(pack: &Pack, sources: &[SourceFile], problems: &mut Vec<Problem>) {
    let Some(source) = sources.iter().find(|source| source.path == FILE) else { return };
    if problems.iter().any(|problem| problem.file == FILE) {
        return;
    }
    let mut add = |steps: Vec<Step>, message: String, hint: Option<String>| {
        problems.push(Problem::at(&source.path, &source.text, source.span(&steps), message, hint));
    };
    let notice = &pack.office_notice;
    for (key, text) in notice.sentences() {
        let steps = vec![Step::Key(key.to_owned())];
        if text.trim().is_empty() {
            add(steps.clone(), format!("`{key}` says nothing"), Some("write one plain sentence".to_owned()));
        }
        for name in placeholders(text).filter(|name| !FILLED.contains(name)) {
            add(steps.clone(), format!("`{{{name}}}` is not filled in here"), name_hint(name, FILLED));
        }
    }
    let sends_back = |rule: &&Rule| rule.severity == Severity::Deficiency;
    let codes: BTreeSet<&str> = pack.rules.iter().filter(sends_back).map(|rule| rule.code.as_str()).collect();
    let mut seen = BTreeSet::new();
    for (index, ask) in notice.asks.iter().enumerate() {
        let at = |key: &str| vec![Step::Key("ask".to_owned()), Step::Index(index), Step::Key(key.to_owned())];
        if !codes.contains(ask.code.as_str()) {
            let hint = name_hint(&ask.code, codes.iter().copied());
            add(at("code"), format!("no rule sends a request back with the code `{}`", ask.code), hint);
        }
        if !seen.insert(ask.code.as_str()) {
            add(at("code"), format!("a second sentence for the code `{}`", ask.code), Some("keep one".to_owned()));
        }
        if ask.text.trim().is_empty() {
            add(at("text"), format!("nothing is asked for `{}`", ask.code), Some("say what to do".to_owned()));
        }
    }
    for code in codes.difference(&seen) {
        let hint = format!("add [[ask]] with code = \"{code}\" and a sentence that says what to do");
        add(Vec::new(), format!("nothing tells the office what to do about `{code}`"), Some(hint));
    }
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::pack::PackFile;

    fn problems(edit: impl Fn(&str) -> String) -> Vec<String> {
        let mut files: Vec<PackFile> = Pack::builtin().unwrap().files().to_vec();
        for file in files.iter_mut().filter(|file| file.path == FILE) {
            file.text = edit(&file.text);
        }
        let (_, problems) = super::super::load::load(files);
        problems.iter().map(|problem| format!("{}:{} {}", problem.file, problem.line > 1, problem.message)).collect()
    }

    #[test]
    fn every_code_has_its_sentence_and_no_other_has_one() {
        assert_eq!(problems(str::to_owned), Vec::<String>::new());
        let found = problems(|text| text.replace("code = \"letter-missing\"", "code = \"letter-misplaced\""));
        assert!(found.iter().any(|p| p.contains("no rule sends a request back with the code `letter-misplaced`")));
        assert!(found.iter().any(|p| p.contains("what to do about `letter-missing`")), "{found:?}");
    }

    #[test]
    fn a_word_in_braces_that_nothing_fills_is_a_mistake_with_its_line() {
        let found = problems(|text| text.replace("{received}. We", "{recieved}. We"));
        assert_eq!(found, ["office-notice.toml:true `{recieved}` is not filled in here"]);
        let found = problems(|text| text.replace("closing = ", "closing_words = "));
        assert!(found[0].starts_with("office-notice.toml"), "{found:?}");
    }
}
