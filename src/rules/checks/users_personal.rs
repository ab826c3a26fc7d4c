//! `users-personal`: each portal user is a person with an identifier of their own (agreement, section 3): "Front Desk" is none.

use std::ops::Range;

use super::{Judge, Name, NameSort, Outcome, listed, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::Value;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;
use crate::rules::mention::Folded;
use crate::rules::words::Wording;

/// No entry of the list is only a desk or a role.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsersPersonal {
    pub field: String,
    /// Wording of the desks and roles.
    pub shared: String,
    /// Wording of words beside them that make no person ("department", "staff").
    pub beside: String,
}

/// Letters that are left of an entry when a person's name stands in it.
const LETTERS_OF_A_NAME: usize = 3;

impl Judge for UsersPersonal {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let standing = Standing::of(request, &self.field, facts);
        let entries = entries(standing.value());
        let (Some(shared), Some(beside)) = (facts.pack.wording(&self.shared), facts.pack.wording(&self.beside)) else {
            return Outcome::new(Answer::CannotTell);
        };
        let generic: Vec<String> = entries.into_iter().filter(|entry| is_shared(entry, shared, beside)).collect();
        let answer = match standing {
            _ if !generic.is_empty() => Answer::NotMet,
            Standing::Sure(_) => Answer::Met,
            _ => Answer::CannotTell,
        };
        Outcome::new(answer).on(&self.field).with("users", listed(generic.iter().map(String::as_str))).quoting(generic)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("every line of `{}` names a person", self.field)
    }

    fn values(&self) -> &'static [&'static str] {
        &["users"]
    }

    fn names(&self) -> Vec<Name> {
        vec![
            name(NameSort::Field, "field", &self.field),
            name(NameSort::Wording, "shared", &self.shared),
            name(NameSort::Wording, "beside", &self.beside),
        ]
    }
}

/// The entries of a list, whatever kind of value it came as.
pub(super) fn entries(value: Option<&Value>) -> Vec<String> {
    let lines: Vec<String> = match value {
        Some(Value::Lines(lines)) => lines.clone(),
        Some(Value::Text(text)) => text.split(['\n', ';']).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| line.chars().any(char::is_alphabetic)).collect()
}

fn is_shared(entry: &str, shared: &Wording, beside: &Wording) -> bool {
    let folded = Folded::new(entry);
    let places = |wording: &Wording| wording.phrases.values().flatten().flat_map(|p| folded.find(p, false)).collect::<Vec<_>>();
    let roles = places(shared);
    let covered: Vec<_> = roles.iter().cloned().chain(places(beside)).chain(addresses(entry)).collect();
    let left = entry.char_indices().filter(|(at, c)| c.is_alphabetic() && !covered.iter().any(|span| span.contains(at))).count();
    !roles.is_empty() && left < LETTERS_OF_A_NAME
}

/// Where e-mail addresses stand in an entry: a desk has one too. The sign in the middle may be misread, the end of the domain seldom is.
fn addresses(entry: &str) -> Vec<Range<usize>> {
    let is_address = |word: &str| {
        let domain = word.rsplit_once('.').map(|(before, end)| before.len() >= 4 && (2..=4).contains(&end.len()) && end.chars().all(|c| c.is_ascii_lowercase()));
        word.contains('@') || domain == Some(true)
    };
    let mut at = 0;
    let words = entry.split_inclusive(char::is_whitespace).map(|word| {
        at += word.len();
        (at - word.len(), word.trim_end())
    });
    words.filter(|(_, word)| is_address(word)).map(|(at, word)| at..at + word.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer, outcome};

    fn check() -> UsersPersonal {
        UsersPersonal { field: "portal_users".into(), shared: "shared-user".into(), beside: "role-words".into() }
    }

    #[test]
    fn desks_and_roles_are_no_persons() {
        for generic in ["Front Desk", "FRONT DESK 2", "Billing", "Billing Department", "Office Staff", "Medical Assistant", "Recepción", "Front-Desk User", "Front Desk office@example.org", "Billing billingQexample.org"] {
            assert_eq!(answer(&check(), &Example::portal(&["Alejandro Morales", generic])), Answer::NotMet, "{generic}");
        }
        for person in ["Alejandro Morales", "Maria Lopez (Billing)", "Nurse Xiong Vang", "David Office-Jones", "Bee Vang frontdesk@example.org", "Office Mgr. J.R.Reyes"] {
            assert_eq!(answer(&check(), &Example::portal(&[person])), Answer::Met, "{person}");
        }
    }

    #[test]
    fn the_entries_are_quoted() {
        assert_eq!(outcome(&check(), &Example::portal(&["Front Desk", "Bee Kim", "Billing"])).values["users"], "Front Desk and Billing");
        assert_eq!(answer(&check(), &Example::portal(&["Bee Kim"]).doubtful("portal_users")), Answer::CannotTell);
    }
}
