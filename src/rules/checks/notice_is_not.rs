//! `notice-is-not`: the notice is of another kind; an incident goes to the top of the queue, whatever else is missing.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::notice::NoticeFacts;

/// The notice is not of this kind.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeIsNot {
    pub notice: String,
}

impl Judge for NoticeIsNot {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let notice = NoticeFacts::of(request, facts);
        let answer = match &notice.kind {
            Some(kind) => Answer::from(*kind != self.notice),
            None if notice.trusted => Answer::Met,
            None => Answer::CannotTell,
        };
        let quote = notice.quotes.first().map_or(String::new(), |q| format!("\"{q}\""));
        Outcome::new(answer).with("quote", quote).quoting(if answer == Answer::NotMet { notice.quotes } else { Vec::new() })
    }

    fn describe(&self, pack: &Pack) -> String {
        let title = pack.notices.iter().find(|n| n.id == self.notice).map_or("", |n| &n.title);
        format!("the notice is not about {title}")
    }

    fn values(&self) -> &'static [&'static str] {
        &["quote"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Notice, "notice", &self.notice)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn an_unauthorized_viewing_is_an_incident() {
        let check = NoticeIsNot { notice: "incident".into() };
        assert_eq!(answer(&check, &Example::notice("we became aware of an unauthorized viewing of\nmember PHI")), Answer::NotMet);
        assert_eq!(answer(&check, &Example::notice("She left our workforce.")), Answer::Met);
    }
}
