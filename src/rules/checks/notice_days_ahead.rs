//! `notice-days-ahead`: the agreement ends on thirty days' written notice (section 8).

use chrono::Days;

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::mention::mentions;
use crate::rules::notice::NoticeFacts;

/// The date that the notice announces lies at least so many days after the notice's own (after the receipt, when it has none).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeDaysAhead {
    pub days: u32,
    /// Words that state the term where no date is given.
    #[serde(default)]
    pub or_wording: Option<String>,
}

impl Judge for NoticeDaysAhead {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let notice = NoticeFacts::of(request, facts);
        let said = || self.or_wording.as_ref().and_then(|id| facts.pack.wording(id)).is_some_and(|w| !mentions(&notice.text, w).is_empty());
        let given = notice.date.or(facts.received.map(|r| r.date()));
        let outcome = match (notice.event_date, given.and_then(|day| day.checked_add_days(Days::new(self.days.into())))) {
            (Some(end), Some(earliest)) => Outcome::new(end >= earliest).with("end", end).with("earliest", earliest),
            _ if notice.event_date.is_none() && !notice.unread_date && said() => Outcome::new(Answer::Met),
            _ => Outcome::new(Answer::CannotTell),
        };
        outcome.on("event_date").with("days", self.days)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("what the notice announces lies at least {} days after the notice", self.days)
    }

    fn values(&self) -> &'static [&'static str] {
        &["days", "end", "earliest"]
    }

    fn names(&self) -> Vec<Name> {
        self.or_wording.iter().map(|wording| name(NameSort::Wording, "or_wording", wording)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn thirty_days_are_enough_and_twenty_nine_are_not() {
        let ends = |when: &str| {
            let text = format!("November 20, 2026\nRe: Provider Portal - termination of agreement\nWe terminate the agreement effective {when}. Thank");
            answer(&NoticeDaysAhead { days: 30, or_wording: Some("days-notice".into()) }, &Example::notice(&text))
        };
        assert_eq!(ends("December 20, 2026"), Answer::Met);
        assert_eq!(ends("December 19, 2026"), Answer::NotMet);
        assert_eq!(ends("soon"), Answer::CannotTell);
        assert_eq!(ends("thirty days from now"), Answer::Met);
    }
}
