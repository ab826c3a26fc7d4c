//! `notice-has`: a notice says what its kind needs: who, when, which address.

use super::{Judge, Name, NameSort, Outcome, listed, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::mention::mentions;
use crate::rules::notice::NoticeFacts;

/// The notice has all these details.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeHas {
    pub details: Vec<Detail>,
    /// Words that serve instead of the address or the date.
    #[serde(default)]
    pub or_wording: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// The notice is of a known kind.
    Kind,
    /// When it happened or will.
    EventDate,
    /// An IP address.
    Address,
    /// Whom it is about.
    Person,
}

impl Detail {
    fn title(self) -> &'static str {
        match self {
            Detail::Kind => "what it is about",
            Detail::EventDate => "the date of the event",
            Detail::Address => "the new address or provider",
            Detail::Person => "the person's name",
        }
    }
}

impl Judge for NoticeHas {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let notice = NoticeFacts::of(request, facts);
        let said = self.or_wording.as_ref().and_then(|id| facts.pack.wording(id)).is_some_and(|w| !mentions(&notice.text, w).is_empty());
        let silent = if notice.trusted { Answer::NotMet } else { Answer::CannotTell };
        let mut missing = Vec::new();
        let mut answer = Answer::Met;
        for &detail in &self.details {
            let here = match detail {
                Detail::Kind if notice.kind.is_some() => Answer::Met,
                // It tells of something that happened on a day, in words that the pack does not know.
                Detail::Kind if notice.event_date.is_some() => Answer::CannotTell,
                Detail::EventDate if notice.event_date.is_some() => Answer::Met,
                Detail::EventDate if notice.unread_date => Answer::CannotTell,
                Detail::Address if !notice.addresses.is_empty() => Answer::Met,
                Detail::EventDate | Detail::Address if said => Answer::Met,
                Detail::Person if notice.names_person => Answer::Met,
                // Names are told by their capitals alone: that none was seen proves little.
                Detail::Person => Answer::CannotTell,
                _ => silent,
            };
            if here != Answer::Met {
                missing.push(detail.title());
            }
            answer = answer.and(here);
        }
        let outcome = Outcome::new(answer).with("missing", listed(missing));
        if self.details.contains(&Detail::EventDate) { outcome.on("event_date") } else { outcome }
    }

    fn describe(&self, _: &Pack) -> String {
        format!("the notice says {}", listed(self.details.iter().map(|d| d.title())))
    }

    fn values(&self) -> &'static [&'static str] {
        &["missing"]
    }

    fn names(&self) -> Vec<Name> {
        self.or_wording.iter().map(|wording| name(NameSort::Wording, "or_wording", wording)).collect()
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match self.details.is_empty() {
            true => vec![("details", "without details the check is always met".to_owned())],
            false => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer, outcome};

    #[test]
    fn a_notice_without_a_date_of_leaving_lacks_it() {
        let check = NoticeHas { details: vec![Detail::Person, Detail::EventDate], or_wording: None };
        let full = "November 20, 2026\nRe: Provider Portal\nTeresa O'Brien left our workforce on November 18, 2026.";
        assert_eq!(answer(&check, &Example::notice(full)), Answer::Met);
        let undated = outcome(&check, &Example::notice("November 20, 2026\nTeresa O'Brien left our workforce."));
        assert_eq!((undated.answer, undated.values["missing"].as_str()), (Answer::NotMet, "the date of the event"));
        assert_eq!(answer(&check, &Example::notice("Teresa O'Brien left our workforce on 1l/1O/2O26.")), Answer::CannotTell);
    }

    #[test]
    fn a_changed_internet_provider_needs_an_address_or_a_name() {
        let check = NoticeHas { details: vec![Detail::Address], or_wording: Some("internet-provider-named".into()) };
        assert_eq!(answer(&check, &Example::notice("Our ISP changed. New IP address: 203.0.113.7.")), Answer::Met);
        assert_eq!(answer(&check, &Example::notice("Our ISP changed from Comcast to Cruzio.")), Answer::Met);
        assert_eq!(answer(&check, &Example::notice("Our ISP changed on November 20, 2026.")), Answer::NotMet);
    }
}
