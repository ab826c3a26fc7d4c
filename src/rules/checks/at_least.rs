//! `at-least`: a list of dates has so many different ones. Cancelled and rescheduled visits are no failures, one day counts once, and
//! an entry that could not be read may be one more.

use super::{Judge, Name, NameSort, Outcome, days_listed, name, names};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::Value;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::{Standing, dates, field_passage};
use crate::rules::text_dates::text_dates;

/// The field lists at least `count` different dates.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtLeast {
    pub field: String,
    pub count: usize,
    /// Fields whose text may hold the dates instead: with enough of them there, a person looks.
    #[serde(default)]
    pub or_dates_in: Vec<String>,
}

impl Judge for AtLeast {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let standing = Standing::of(request, &self.field, facts);
        let (days, unread) = match standing.value() {
            Some(Value::Dates(entries)) => dates(entries),
            Some(Value::Date(day)) => (vec![*day], 0),
            _ => (Vec::new(), 0),
        };
        let decided = match standing {
            Standing::Unknown | Standing::Doubtful(_) => Answer::CannotTell,
            _ if days.len() >= self.count => Answer::Met,
            _ if days.len() + unread >= self.count => Answer::CannotTell,
            _ => Answer::NotMet,
        };
        let elsewhere = decided == Answer::NotMet
            && self.or_dates_in.iter().filter_map(|field| field_passage(request, field, facts)).any(|passage| {
                let mut told: Vec<_> = text_dates(&passage.text, facts).iter().map(|found| found.date).collect();
                told.extend(&days);
                told.sort_unstable();
                told.dedup();
                told.len() >= self.count
            });
        Outcome::new(if elsewhere { Answer::CannotTell } else { decided })
            .on(&self.field)
            .with("count", days.len())
            .with("required", self.count)
            .with("dates", days_listed(&days))
    }

    fn describe(&self, _: &Pack) -> String {
        format!("`{}` lists at least {} different dates", self.field, self.count)
    }

    fn values(&self) -> &'static [&'static str] {
        &["count", "required", "dates"]
    }

    fn names(&self) -> Vec<Name> {
        let mut all = vec![name(NameSort::Field, "field", &self.field)];
        all.extend(names(NameSort::Field, "or_dates_in", &self.or_dates_in));
        all
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match self.count {
            0 => vec![("count", "a count of 0 is always met".to_owned())],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    fn three() -> AtLeast {
        AtLeast { field: "missed_appointments".into(), count: 3, or_dates_in: vec!["narrative".into()] }
    }

    #[test]
    fn a_day_counts_once_and_a_cancelled_visit_not_at_all() {
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "2026-02-14", "2026-03-09"])), Answer::Met);
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "2026-02-14", "2026-02-14"])), Answer::NotMet);
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "2026-02-14", "x2026-03-09"])), Answer::NotMet);
    }

    #[test]
    fn an_entry_that_cannot_be_read_may_be_the_third() {
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "2026-02-14", "?"])), Answer::CannotTell);
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "?"])), Answer::NotMet);
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03"]).doubtful("missed_appointments")), Answer::CannotTell);
    }

    #[test]
    fn an_entry_that_runs_several_dates_together_may_hold_them() {
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "2/14/2026. 3/9/2026"])), Answer::CannotTell);
        assert_eq!(answer(&three(), &Example::missed(&["2026-01-03", "2/34/2026"])), Answer::NotMet);
    }

    #[test]
    fn dates_told_in_the_narrative_are_for_a_person() {
        let told = Example::missed(&[]).text("narrative", "No show on 1/3/2026, 2/14/2026 and 3/9/2026; we called each time.");
        assert_eq!(answer(&three(), &told), Answer::CannotTell);
    }
}
