//! `clauses-unchanged`: changes of the agreement need both signatures (section 9.d), so its printed sentences must still say what they
//! said. Only words that were read well count as changed: a struck line that OCR cannot read is no evidence either way.

use super::{Judge, Outcome, listed};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::geometry::Rect;
use crate::ocr::Word;
use crate::reading::PageReading;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::mention::Folded;

/// After each clause's words comes what it says, or the part under a heading still says it.
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
    /// The next word or number; or words of the sentence, if `within` is given.
    pub says: Vec<String>,
    /// How many words behind a part's heading the sentence ends: what it says may stand anywhere among them.
    #[serde(default)]
    pub within: Option<usize>,
}

impl Judge for ClausesUnchanged {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let mut quotes = Vec::new();
        for page in request.pages.iter().filter_map(|&number| facts.page(number)) {
            quotes.extend(self.clauses.iter().filter_map(|clause| changed(page, clause, facts)));
            let struck = page.form.iter().flat_map(|form| &form.struck);
            quotes.extend(struck.map(|line| format!("a line of page {} is struck out: {}", page.page, words_in(page, line))));
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

/// The words of a line, as far as they could be read through what struck them.
fn words_in(page: &PageReading, line: &Rect) -> String {
    let words = page.words.iter().filter(|word| word.rect.overlap_y(line) > 0 && word.rect.overlap_x(line) > 0);
    let words = words.map(|word| word.text.as_str());
    words.take(QUOTED).collect::<Vec<_>>().join(" ")
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
    let sure = |words: &[Word]| words.iter().all(|word| word.confidence.get() >= facts.pack.review.threshold);
    let from = place.start;
    let quote = |words: usize| text[from..starts.get(next + words).copied().unwrap_or(text.len())].trim().to_owned();
    if let Some(within) = clause.within {
        let end = starts.get(next + within).copied()?;
        let sentence = Folded::new(&text[place.end..end]);
        let said = clause.says.iter().any(|says| !sentence.find(says, false).is_empty());
        let doubtful = page.words[next..next + within].iter().filter(|word| !sure(std::slice::from_ref(*word))).count();
        return (!said && doubtful * SOME_DOUBT <= within).then(|| quote(QUOTED));
    }
    let word: &Word = page.words.get(next)?;
    let plain = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let found = plain(&word.text);
    let same = clause.says.iter().any(|says| plain(says) == found);
    // A misreading has most of the letters; a number, or quite another word, is an edit.
    let is_number = !found.is_empty() && found.chars().all(|c| c.is_ascii_digit());
    let is_other = found.chars().count() >= 3 && clause.says.iter().all(|says| strsim::normalized_levenshtein(&plain(says), &found) < ANOTHER);
    (!same && sure(std::slice::from_ref(word)) && (is_number || is_other)).then(|| quote(2))
}

/// Words of a sentence for one that may be doubtful.
const SOME_DOUBT: usize = 8;
/// Words of a changed sentence that are quoted.
const QUOTED: usize = 12;
/// Likeness of two words below which one is no misreading of the other.
const ANOTHER: f64 = 0.3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn forty_eight_hours_that_became_seventy_two_are_an_edit() {
        let check = ClausesUnchanged { clauses: vec![Clause { after: "notify the Alliance in writing within".into(), says: vec!["48".into(), "forty-eight".into()], within: None }] };
        let with = |text: &str| Example::portal(&["Bee Kim"]).page_text(text);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within 48 hours of")), Answer::Met);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within 72 hours of")), Answer::NotMet);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within 4B hours of")), Answer::Met);
        assert_eq!(answer(&check, &with("Provider shall notify the Alliance in writing within ten days of")), Answer::NotMet);
        assert_eq!(answer(&check, &with("nothing of the kind")), Answer::Met);
    }

    #[test]
    fn a_part_that_says_something_else_is_an_edit() {
        let liability = Clause { after: "Limitation of Liability".into(), says: vec!["be liable to provider for monetary damages".into()], within: Some(14) };
        let check = ClausesUnchanged { clauses: vec![liability] };
        let with = |text: &str| Example::portal(&["Bee Kim"]).page_text(text);
        let rest = "of any kind or for any obligation of indemnification or contribution whatsoever and so on";
        let printed = format!("Limitation of Liability. In no event shall it be liable to Provider for monetary damages {rest}");
        assert_eq!(answer(&check, &with(&printed)), Answer::Met);
        let changed = format!("Limitation of Liability. The Alliance shall pay up to $50,000 for each event {rest}");
        assert_eq!(answer(&check, &with(&changed)), Answer::NotMet);
    }
}
