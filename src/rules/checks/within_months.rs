//! `within-months`: so many of the dates lie within so many months. The procedure says "in a 12-month period", which leaves open whether
//! a visit on the same day twelve months later still lies in it: `inclusive` says how the rule takes it, and two rules side by side
//! tell the boundary apart from the rest.

use chrono::{Months, NaiveDate};

use super::{Judge, Name, NameSort, Outcome, days_listed, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::{AttachmentKind, Value};
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::{Standing, attachment_passages, dates};
use crate::rules::text_dates::text_dates;

/// Some `count` of the dates lie within `months` calendar months of the first of them.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithinMonths {
    pub field: String,
    pub count: usize,
    pub months: u32,
    /// Whether exactly `months` months are within them.
    pub inclusive: bool,
    /// The dates must follow each other without a kept visit between them: words that mark one in an attached appointment log.
    #[serde(default)]
    pub broken_by: Vec<String>,
}

impl Judge for WithinMonths {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let standing = Standing::of(request, &self.field, facts);
        let (days, unread) = match standing.value() {
            Some(Value::Dates(entries)) => dates(entries),
            _ => (Vec::new(), 0),
        };
        let kept = self.kept_visits(request, facts);
        let fits = |count: usize| self.fits(&days, &kept, count);
        let answer = match standing {
            Standing::Unknown | Standing::Doubtful(_) => Answer::CannotTell,
            _ if fits(self.count) => Answer::Met,
            // An entry that could not be read may lie wherever it helps.
            _ if unread > 0 && fits(self.count.saturating_sub(unread).max(1)) => Answer::CannotTell,
            _ if unread >= self.count => Answer::CannotTell,
            _ => Answer::NotMet,
        };
        let span = days.first().zip(days.last()).map_or(0, |(first, last)| (*last - *first).num_days());
        Outcome::new(answer)
            .on(&self.field)
            .with("required", self.count)
            .with("months", self.months)
            .with("dates", days_listed(&days))
            .with("days", span)
    }

    fn describe(&self, _: &Pack) -> String {
        let edge = if self.inclusive { "counting exactly" } else { "fewer than" };
        let run = if self.broken_by.is_empty() { "" } else { ", with no kept visit between them in an attached appointment log" };
        format!("some {} dates of `{}` lie within {} months ({edge} {} months from the first to the last){run}", self.count, self.field, self.months, self.months)
    }

    fn values(&self) -> &'static [&'static str] {
        &["required", "months", "dates", "days"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Field, "field", &self.field)]
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        let count = (self.count < 2).then(|| ("count", "fewer than 2 dates always lie within any time".to_owned()));
        let months = (self.months == 0).then(|| ("months", "0 months hold nothing".to_owned()));
        count.into_iter().chain(months).collect()
    }
}

impl WithinMonths {
    /// `days` are sorted and distinct. The day after the last month may not exist (31 January and one month): the last day of that
    /// month stands for it.
    fn fits(&self, days: &[NaiveDate], kept: &[NaiveDate], count: usize) -> bool {
        days.windows(count.max(1)).any(|run| {
            let (Some(&first), Some(&last)) = (run.first(), run.last()) else { return false };
            let Some(end) = first.checked_add_months(Months::new(self.months)) else { return false };
            let in_time = if self.inclusive { last <= end } else { last < end };
            in_time && !kept.iter().any(|visit| first < *visit && *visit < last)
        })
    }

    fn kept_visits(&self, request: &Request, facts: &Context<'_>) -> Vec<NaiveDate> {
        if self.broken_by.is_empty() {
            return Vec::new();
        }
        let logs = attachment_passages(request, &[AttachmentKind::AppointmentLog], facts);
        let lines = logs.iter().flat_map(|log| log.text.lines());
        lines
            .filter(|line| {
                let line = line.to_lowercase();
                self.broken_by.iter().any(|word| line.contains(&word.to_lowercase()))
            })
            .filter_map(|line| text_dates(line, facts).first().map(|found| found.date))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    fn check(inclusive: bool) -> WithinMonths {
        WithinMonths { field: "missed_appointments".into(), count: 3, months: 12, inclusive, broken_by: Vec::new() }
    }

    #[test]
    fn eleven_months_fit_thirteen_do_not_and_twelve_is_the_edge() {
        let eleven = Example::missed(&["2025-12-03", "2026-02-14", "2026-11-02"]);
        let twelve = Example::missed(&["2025-10-04", "2026-04-20", "2026-10-04"]);
        let thirteen = Example::missed(&["2025-09-04", "2026-04-20", "2026-10-04"]);
        assert_eq!((answer(&check(true), &eleven), answer(&check(false), &eleven)), (Answer::Met, Answer::Met));
        assert_eq!((answer(&check(true), &twelve), answer(&check(false), &twelve)), (Answer::Met, Answer::NotMet));
        assert_eq!((answer(&check(true), &thirteen), answer(&check(false), &thirteen)), (Answer::NotMet, Answer::NotMet));
    }

    #[test]
    fn of_four_dates_three_are_enough() {
        assert_eq!(answer(&check(false), &Example::missed(&["2024-01-01", "2026-02-14", "2026-03-09", "2026-04-01"])), Answer::Met);
    }

    #[test]
    fn an_unreadable_date_may_help_where_two_are_near_and_not_where_none_are() {
        assert_eq!(answer(&check(false), &Example::missed(&["2026-02-14", "?", "2026-03-09"])), Answer::CannotTell);
        assert_eq!(answer(&check(false), &Example::missed(&["2021-02-14", "?", "2023-03-09", "2026-01-01"])), Answer::NotMet);
    }

    #[test]
    fn leap_days_and_month_ends_are_calendar_months() {
        assert_eq!(answer(&check(false), &Example::missed(&["2024-02-29", "2024-06-01", "2025-02-28"])), Answer::NotMet);
        assert_eq!(answer(&check(true), &Example::missed(&["2024-02-29", "2024-06-01", "2025-02-28"])), Answer::Met);
        assert_eq!(answer(&check(false), &Example::missed(&["2024-02-29", "2024-06-01", "2025-02-27"])), Answer::Met);
    }

    #[test]
    fn a_kept_visit_in_the_log_breaks_a_run_of_misses() {
        let run = WithinMonths { count: 2, months: 3, broken_by: vec!["kept".into()], ..check(true) };
        let two = Example::missed(&["2026-09-01", "2026-10-01"]);
        assert_eq!(answer(&run, &two.clone()), Answer::Met);
        let log = "09/01/2026 NO SHOW\n09/15/2026 KEPT\n10/01/2026 NO SHOW";
        assert_eq!(answer(&run, &two.attachment(AttachmentKind::AppointmentLog, log)), Answer::NotMet);
    }
}
