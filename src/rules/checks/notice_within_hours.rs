//! `notice-within-hours`: written notice within 48 hours (agreement, section 3), in plain hours, from the end or change of the position
//! to the receipt by the server's clock. A date without a time is a whole day: late only if even its last moment was too long ago, in
//! time only if its first was not, and undecided between.

use chrono::{Duration, NaiveDateTime, NaiveTime};

use super::{Judge, Outcome};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::notice::NoticeFacts;

/// The notice came within so many hours.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeWithinHours {
    pub hours: u32,
    pub ask: LatenessQuestion,
}

/// The two rules that this question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LatenessQuestion {
    /// Not met when the notice is late.
    InTime,
    /// Not met when a date without a time cannot decide it.
    Decided,
}

/// Whether the notice was in time, for an event on a day (and perhaps at a time).
fn in_time(day: chrono::NaiveDate, time: Option<NaiveTime>, received: NaiveDateTime, hours: u32) -> Answer {
    let allowed = Duration::hours(i64::from(hours));
    let (first, last) = match time {
        Some(time) => (day.and_time(time), day.and_time(time)),
        None => {
            let start = day.and_time(NaiveTime::MIN);
            (start, start.checked_add_signed(Duration::days(1)).unwrap_or(start))
        }
    };
    let over = |event: NaiveDateTime| event.checked_add_signed(allowed).is_some_and(|end| received > end);
    match (over(first), over(last)) {
        (false, _) => Answer::Met,
        (true, true) => Answer::NotMet,
        (true, false) => Answer::CannotTell,
    }
}

impl Judge for NoticeWithinHours {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let notice = NoticeFacts::of(request, facts);
        let known = notice.event_date.filter(|_| notice.trusted).zip(facts.received);
        let timely = known.map(|(day, received)| in_time(day, notice.event_time, received, self.hours));
        let answer = match (self.ask, timely) {
            // Nothing was read that could be decided: that is a matter of reading, not of the missing time.
            (_, None) => Answer::CannotTell,
            (LatenessQuestion::InTime, Some(answer)) => answer,
            (LatenessQuestion::Decided, Some(answer)) => Answer::from(answer != Answer::CannotTell),
        };
        let mut outcome = Outcome::new(answer).on("event_date").with("hours", self.hours);
        if let Some((day, received)) = known {
            outcome = outcome.with("event", notice.event_time.map_or(day.to_string(), |t| format!("{day} {}", t.format("%H:%M")))).with("received", received.format("%Y-%m-%d %H:%M"));
        }
        outcome
    }

    fn describe(&self, _: &Pack) -> String {
        match self.ask {
            LatenessQuestion::InTime => format!("the notice came within {} hours of what it tells", self.hours),
            LatenessQuestion::Decided => format!("it can be decided whether the notice came within {} hours", self.hours),
        }
    }

    fn values(&self) -> &'static [&'static str] {
        &["hours", "event", "received"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    /// Example faxes are received on 2026-11-20 at 08:37.
    fn left(when: &str, ask: LatenessQuestion) -> Answer {
        let text = format!("November 20, 2026\nRe: Provider Portal\nTeresa O'Brien left our workforce on {when}. Please");
        answer(&NoticeWithinHours { hours: 48, ask }, &Example::notice(&text))
    }

    #[test]
    fn forty_seven_hours_are_in_time_and_forty_nine_are_late() {
        assert_eq!(left("11/18/2026 at 9:37 a.m.", LatenessQuestion::InTime), Answer::Met);
        assert_eq!(left("11/18/2026 at 7:37 a.m.", LatenessQuestion::InTime), Answer::NotMet);
        assert_eq!(left("11/18/2026 at 8:37 a.m.", LatenessQuestion::InTime), Answer::Met);
        assert_eq!(left("11/18/2026 at 7:37 a.m.", LatenessQuestion::Decided), Answer::Met);
    }

    #[test]
    fn a_date_alone_decides_only_at_a_distance() {
        assert_eq!(left("November 19, 2026", LatenessQuestion::InTime), Answer::Met);
        assert_eq!(left("November 17, 2026", LatenessQuestion::InTime), Answer::NotMet);
        assert_eq!(left("November 18, 2026", LatenessQuestion::InTime), Answer::CannotTell);
        assert_eq!(left("November 18, 2026", LatenessQuestion::Decided), Answer::NotMet);
        assert_eq!(left("December 1, 2026", LatenessQuestion::InTime), Answer::Met);
    }

    #[test]
    fn a_date_that_was_not_read_is_not_undecided_but_unread() {
        assert_eq!(left("1l/1O/2O26", LatenessQuestion::Decided), Answer::CannotTell);
    }
}
