//! `mentions-none`: the office's text does not speak of something. When it does, the words are quoted, and a person decides.

use super::{Judge, Name, NameSort, Outcome, listed, names};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::field_passage;
use crate::rules::mention::mentions;

/// None of the texts holds a phrase of one of the wordings.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionsNone {
    /// Ids of wordings or inappropriate reasons.
    pub wordings: Vec<String>,
    pub fields: Vec<String>,
}

impl Judge for MentionsNone {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let passages: Vec<_> = self.fields.iter().map(|field| field_passage(request, field, facts)).collect();
        let mut outcome = Outcome::new(Answer::Met);
        let mut titles: Vec<&str> = Vec::new();
        for wording in self.wordings.iter().filter_map(|id| facts.pack.wording(id)) {
            let found: Vec<String> = passages.iter().flatten().flat_map(|p| mentions(&p.text, wording)).map(|m| m.quote).collect();
            if !found.is_empty() {
                titles.push(&wording.title);
            }
            outcome.quotes.extend(found);
        }
        outcome.quotes.dedup();
        let unsure = passages.iter().flatten().any(|p| !p.trusted) || self.fields.iter().any(|f| request.field(f).is_none());
        outcome.answer = match () {
            () if !outcome.quotes.is_empty() => Answer::NotMet,
            () if unsure => Answer::CannotTell,
            () => Answer::Met,
        };
        let quote = outcome.quotes.iter().map(|q| format!("\"{q}\"")).collect::<Vec<_>>().join(", ");
        outcome.fields.extend(self.fields.iter().cloned());
        outcome.with("what", listed(titles)).with("quote", quote)
    }

    fn describe(&self, pack: &Pack) -> String {
        let titles = self.wordings.iter().filter_map(|id| pack.wording(id)).map(|w| w.title.as_str());
        let fields = self.fields.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(" or ");
        format!("{fields} does not say that {}", titles.collect::<Vec<_>>().join(", or that "))
    }

    fn values(&self) -> &'static [&'static str] {
        &["what", "quote"]
    }

    fn names(&self) -> Vec<Name> {
        let mut all = names(NameSort::Wording, "wordings", &self.wordings);
        all.extend(names(NameSort::Field, "fields", &self.fields));
        all
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match self.wordings.is_empty() {
            true => vec![("wordings", "without wordings the check is always met".to_owned())],
            false => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer, outcome};

    fn inappropriate() -> MentionsNone {
        let wordings = ["member-complaint", "disagreement-with-treatment", "minor-rudeness"];
        MentionsNone { wordings: wordings.map(str::to_owned).to_vec(), fields: vec!["narrative".into()] }
    }

    #[test]
    fn the_words_are_quoted() {
        let example = Example::complete().text("narrative", "We tried. Member filed a complaint against our office on 09/09/2026 and we no longer wish to see her.");
        let found = outcome(&inappropriate(), &example);
        assert_eq!(found.answer, Answer::NotMet);
        assert_eq!(found.quotes, ["Member filed a complaint against our office on 09/09/2026 and we no longer wish to see her"]);
        assert_eq!(found.values["what"], "the member filed a complaint");
    }

    #[test]
    fn words_in_passing_are_not_meant() {
        for text in [
            "Chief complaint was back pain. She shouted threats at the front desk.",
            "The member was rude, then threatened the nurse with a knife.",
            "Member disagrees with the recommended insulin, endangering his health.",
            "Other patients filed complaints about his shouting.",
        ] {
            assert_eq!(answer(&inappropriate(), &Example::complete().text("narrative", text)), Answer::Met, "{text}");
        }
    }
}
