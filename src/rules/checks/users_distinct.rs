//! `users-distinct`: one unique identifier for each person (agreement, section 3): nobody stands in the list twice.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::users_personal::entries;
use super::{Judge, Name, NameSort, Outcome, listed, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// No two entries of the list are the same person.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsersDistinct {
    pub field: String,
}

impl Judge for UsersDistinct {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let standing = Standing::of(request, &self.field, facts);
        let mut seen = BTreeSet::new();
        let mut twice: Vec<String> = Vec::new();
        for entry in entries(standing.value()) {
            if !seen.insert(words(&entry)) && !twice.contains(&entry) {
                twice.push(entry);
            }
        }
        let answer = match standing {
            _ if !twice.is_empty() => Answer::NotMet,
            Standing::Sure(_) => Answer::Met,
            _ => Answer::CannotTell,
        };
        Outcome::new(answer).on(&self.field).with("users", listed(twice.iter().map(String::as_str))).quoting(twice)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("no two lines of `{}` name the same person", self.field)
    }

    fn values(&self) -> &'static [&'static str] {
        &["users"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Field, "field", &self.field)]
    }
}

/// The words of a name in any order, without accents: "Lopez, María" is "Maria Lopez".
fn words(entry: &str) -> Vec<String> {
    let folded: String = entry.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let mut words: Vec<String> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().any(char::is_alphabetic)).map(str::to_owned).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn the_same_name_in_another_order_is_the_same_person() {
        let check = UsersDistinct { field: "portal_users".into() };
        assert_eq!(answer(&check, &Example::portal(&["Maria Lopez", "Lopez, María"])), Answer::NotMet);
        assert_eq!(answer(&check, &Example::portal(&["1. Maria Lopez", "2. Mario Lopez"])), Answer::Met);
    }
}
