//! Dates in running text: notices and appointment logs say them in sentences, without a label.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};
use regex::Regex;

use super::context::Context;
use crate::extract::values::dates::find_dates;
use crate::extract::values::{DateContext, DateReading};

/// A date that a text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextDate {
    pub date: NaiveDate,
    /// The time of day, when it follows.
    pub time: Option<NaiveTime>,
    /// Bytes of the text, the time left out.
    pub span: std::ops::Range<usize>,
    /// The line holds little else, as the date at the head of a letter.
    pub alone: bool,
}

/// Letters besides the date that a line at the head of a letter may hold ("Date:", "Fecha:").
const LETTERS_BESIDE_A_LONE_DATE: usize = 12;

type Pattern = LazyLock<Option<Regex>>;

static TIME: Pattern =
    LazyLock::new(|| Regex::new(r"(?i)^\W{0,3}(?:at|a las|@|,)?\s*(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?\s?m\b").ok());
static TIME_24: Pattern = LazyLock::new(|| Regex::new(r"(?i)^\W{0,3}(?:at|a las|@)?\s*(\d{1,2}):(\d{2})\b").ok());
/// A date whose digits came back as letters, or a month's name with digits in it.
static NEARLY: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:[\doilsb]{1,2}\s?[/\-]\s?[\doilsb]{1,2}\s?[/\-]\s?[\doilsb]{2,4}|([a-z0-9]{3,10})\.?\s+[\doilsb]{1,2},?\s+[12][\doilsb]{3})\b").ok()
});

/// All dates of `text` that are certain in what they mean, in its order.
pub(super) fn text_dates(text: &str, facts: &Context<'_>) -> Vec<TextDate> {
    let reference = facts.received.map_or(facts.as_of, |received| received.date());
    let context = DateContext { reference, day_first: false, words: &facts.pack.phrases.dates };
    // A sentence goes on in the next line, and so may a date.
    let running = text.replace('\n', " ");
    let found = find_dates(&running, &context).into_iter();
    found
        .filter_map(|(span, DateReading { best, .. })| {
            let time = time_after(running.get(span.end..).unwrap_or_default());
            best.map(|date| TextDate { date, time, alone: stands_alone(text, &span), span })
        })
        .collect()
}

/// Whether something stands in the text that looks like a date and is none that could be read.
pub(super) fn has_unread_date(text: &str, read: &[TextDate], facts: &Context<'_>) -> bool {
    let Some(pattern) = NEARLY.as_ref() else { return false };
    pattern.captures_iter(text).any(|captures| {
        let Some(near) = captures.get(0) else { return false };
        let is_read = read.iter().any(|f| f.span.start < near.end() && near.start() < f.span.end);
        let is_month = captures.get(1).is_none_or(|name| {
            let months = facts.pack.phrases.dates.months.iter().flatten();
            months
                .filter(|month| month.len() > 3)
                .any(|month| strsim::levenshtein(&name.as_str().to_lowercase(), month) <= 2)
        });
        !is_read && is_month && near.as_str().chars().filter(char::is_ascii_digit).count() >= 2
    })
}

fn stands_alone(text: &str, span: &std::ops::Range<usize>) -> bool {
    let before = text.get(..span.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default().split('\n').next().unwrap_or_default();
    before.chars().chain(after.chars()).filter(|c| c.is_alphanumeric()).count() <= LETTERS_BESIDE_A_LONE_DATE
}

fn time_after(rest: &str) -> Option<NaiveTime> {
    let part =
        |captures: &regex::Captures<'_>, group: usize| captures.get(group).and_then(|m| m.as_str().parse::<u32>().ok());
    if let Some(captures) = TIME.as_ref().and_then(|pattern| pattern.captures(rest)) {
        let hour = part(&captures, 1).filter(|hour| (1..=12).contains(hour))? % 12;
        let noon = if captures.get(3).is_some_and(|half| half.as_str().eq_ignore_ascii_case("p")) { 12 } else { 0 };
        return NaiveTime::from_hms_opt(hour + noon, part(&captures, 2).unwrap_or(0), 0);
    }
    let captures = TIME_24.as_ref().and_then(|pattern| pattern.captures(rest))?;
    NaiveTime::from_hms_opt(part(&captures, 1)?, part(&captures, 2)?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{BUILTIN, Example};

    fn told(text: &str) -> Vec<String> {
        let example = Example::complete();
        text_dates(text, &example.context(&BUILTIN))
            .iter()
            .map(|f| format!("{}{}", f.date, f.time.map_or(String::new(), |t| format!(" {t}"))))
            .collect()
    }

    #[test]
    fn dates_are_told_in_many_ways() {
        assert_eq!(told("left on November 18, 2026. Please"), ["2026-11-18"]);
        assert_eq!(told("el 5 de mayo de 2026 y 6/7/26"), ["2026-05-05", "2026-06-07"]);
        assert_eq!(told("on 11/18/2026 at 4:30 p.m., she"), ["2026-11-18 16:30:00"]);
        assert_eq!(told("on 2026-11-18 09:15"), ["2026-11-18 09:15:00"]);
        assert_eq!(told("left our workforce on November\n18, 2026. Please"), ["2026-11-18"]);
        assert_eq!(told("Novembar 3, 2026; 2/30/2026; IP 198.51.100.24"), ["2026-11-03"]);
    }

    #[test]
    fn a_date_on_its_own_line_is_the_head_of_the_letter() {
        let example = Example::complete();
        let found = text_dates(
            "Castroville Pediatrics\nDate: November 20, 2026\nShe left our workforce on November 18, 2026.",
            &example.context(&BUILTIN),
        );
        assert_eq!(found.iter().map(|f| f.alone).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_only_looks_like_a_date_is_noticed() {
        let example = Example::complete();
        let unread = |text: &str| has_unread_date(text, &[], &example.context(&BUILTIN));
        assert!(unread("on 1l/1O/2O26 she left"));
        assert!(unread("N0vember 2O, 2O26"));
        assert!(!unread("call (831) 555-7217, Suite 10, 1600 Green Hills"));
    }
}
