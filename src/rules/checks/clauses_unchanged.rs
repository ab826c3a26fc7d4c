//! `clauses-unchanged`: changes of the agreement need both signatures (section 9.d), so its printed sentences must still say what they
//! said. Only words that were read well count as changed: a struck line that OCR cannot read is no evidence either way.

use super::{Judge, Outcome, listed};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::ocr::Word;
use crate::reading::PageReading;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::mention::Folded;

/// After each clause's words comes what it says.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClausesUnchanged {
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// The words before, as printed.
    pub after: String,
    /// The next word or number.
    pub says: Vec<String>,
}

impl Judge for ClausesUnchanged {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let mut quotes = Vec::new();
        for page in request.pages.iter().filter_map(|&number| facts.page(number)) {
            quotes.extend(self.clauses.iter().filter_map(|clause| changed(page, clause, facts)));
        }
        let quote = listed(quotes.iter().map(String::as_str));
        Outcome::new(Answer::from(quotes.is_empty())).with("quote", quote).quoting(quotes)
    }

    fn describe(&self, _: &Pack) -> String {
        let clauses = self.clauses.iter().map(|c| format!("\"{} {}\"", c.after, c.says.first().map_or("", String::as_str)));
        format!("the printed text still says {}", clauses.collect::<Vec<_>>().join(" and "))
    }

    fn values(&self) -> &'static [&'static str] {
        &["quote"]
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match self.clauses.iter().any(|c| c.after.trim().is_empty() || c.says.is_empty()) {
            true => vec![("clauses", "a clause needs words before and what follows".to_owned())],
            false => Vec::new(),
        }
    }
}

/// What stands in the place of the clause's word, when it was read well and is another.
fn changed(page: &PageReading, clause: &Clause, facts: &Context<'_>) -> Option<String> {
    let mut text = String::new();
    let mut starts: Vec<usize> = Vec::new();
    for word in &page.words {
        starts.push(text.len());
        text.push_str(&word.text);
        text.push(' ');
    }
    let place = Folded::new(&text).find(&clause.after, false).into_iter().next()?;
    let next = starts.iter().position(|&start| start >= place.end)?;
    let word: &Word = page.words.get(next)?;
    let plain = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let found = plain(&word.text);
    let same = clause.says.iter().any(|says| plain(says) == found);
    let sure = word.confidence.get() >= facts.pack.review.threshold;
    // Another word of the language in its place would be a misreading of the place, not an edit: numbers are what people edit.
    let is_number = !found.is_empty() && found.chars().all(|c| c.is_ascii_digit());
    (!same && sure && is_number).then(|| text[place.start..starts.get(next + 2).copied().unwrap_or(text.len())].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn forty_eight_hours_that_became_seventy_two_are_an_edit() {
        let check = ClausesUnchanged { clauses: vec![Clause { after: "notify the Alliance in writing within".into(), says: vec!["48".into(), "forty-eight".into()] }] };
        let with = |text: &str| Example::portal(&["Bee Kim"]).page_text(text);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within 48 hours of")), Answer::Met);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within 72 hours of")), Answer::NotMet);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within 4B hours of")), Answer::Met);
        assert_eq!(answer(&check, &with("nothing of the kind")), Answer::Met);
    }
}
