//! Dates in running text: notices and appointment logs say them in sentences, without a label.

use chrono::{Datelike, NaiveDate, NaiveTime};
use regex::Regex;
use std::sync::LazyLock;

use super::context::Context;

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

/// Month names are the language's, not the plan's.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "enero"],
    &["february", "feb", "febrero"],
    &["march", "mar", "marzo"],
    &["april", "apr", "abril"],
    &["may", "mayo"],
    &["june", "jun", "junio"],
    &["july", "jul", "julio"],
    &["august", "aug", "agosto"],
    &["september", "sept", "sep", "septiembre", "setiembre"],
    &["october", "oct", "octubre"],
    &["november", "nov", "noviembre"],
    &["december", "dec", "diciembre"],
];

/// Letters besides the date that a line at the head of a letter may hold ("Date:", "Fecha:").
const LETTERS_BESIDE_A_LONE_DATE: usize = 12;

type Pattern = LazyLock<Option<Regex>>;

static NUMERIC: Pattern =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})\b").ok());
static ISO: Pattern = LazyLock::new(|| Regex::new(r"\b(\d{4})-(\d{2})-(\d{2})\b").ok());
static MONTH_FIRST: Pattern =
    LazyLock::new(|| Regex::new(r"(?i)\b([a-z]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\s*[,.]?\s+(\d{4})\b").ok());
static DAY_FIRST: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:de\s+|of\s+)?([a-z]{3,10})\.?,?\s+(?:del?\s+)?(\d{4})\b").ok()
});
static TIME: Pattern =
    LazyLock::new(|| Regex::new(r"(?i)^\W{0,3}(?:at|a las|@|,)?\s*(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?\s?m\b").ok());
static TIME_24: Pattern = LazyLock::new(|| Regex::new(r"(?i)^\W{0,3}(?:at|a las|@)?\s*(\d{1,2}):(\d{2})\b").ok());
/// A date whose digits came back as letters, or a month's name with digits in it.
static NEARLY: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:[\doilsb]{1,2}\s?[/\-]\s?[\doilsb]{1,2}\s?[/\-]\s?[\doilsb]{2,4}|([a-z0-9]{3,10})\.?\s+[\doilsb]{1,2},?\s+[12][\doilsb]{3})\b").ok()
});

/// All dates of `text`, in its order; days that do not exist are left out.
pub(super) fn text_dates(text: &str, facts: &Context<'_>) -> Vec<TextDate> {
    let received_year = facts.received.map_or(facts.as_of, |r| r.date()).year();
    let number = |s: &str| s.parse::<u32>().ok();
    let year = |s: &str| {
        let value = number(s)?;
        if s.len() == 2 { Some(facts.pack.dates.full_year(value, received_year)) } else { i32::try_from(value).ok() }
    };
    let mut found: Vec<TextDate> = Vec::new();
    let mut add = |pattern: &Pattern, read: &dyn Fn(&str, &str, &str) -> Option<NaiveDate>| {
        let Some(pattern) = pattern.as_ref() else { return };
        for captures in pattern.captures_iter(text) {
            let (Some(whole), Some(a), Some(b), Some(c)) =
                (captures.get(0), captures.get(1), captures.get(2), captures.get(3))
            else {
                continue;
            };
            let span = whole.range();
            let taken = found.iter().any(|f| f.span.start < span.end && span.start < f.span.end);
            if let (false, Some(date)) = (taken, read(a.as_str(), b.as_str(), c.as_str())) {
                found.push(TextDate {
                    date,
                    time: time_after(&text[span.end..]),
                    alone: stands_alone(text, &span),
                    span,
                });
            }
        }
    };
    add(&ISO, &|y, m, d| NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?));
    add(&NUMERIC, &|m, d, y| NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?));
    add(&MONTH_FIRST, &|m, d, y| NaiveDate::from_ymd_opt(year(y)?, month(m)?, number(d)?));
    add(&DAY_FIRST, &|d, m, y| NaiveDate::from_ymd_opt(year(y)?, month(m)?, number(d)?));
    found.sort_by_key(|f| f.span.start);
    found
}

/// Whether something stands in the text that looks like a date and is none that could be read.
pub(super) fn has_unread_date(text: &str, read: &[TextDate]) -> bool {
    let Some(pattern) = NEARLY.as_ref() else { return false };
    pattern.captures_iter(text).any(|captures| {
        let Some(near) = captures.get(0) else { return false };
        let is_read = read.iter().any(|f| f.span.start < near.end() && near.start() < f.span.end);
        let is_month = captures.get(1).is_none_or(|name| {
            MONTHS
                .iter()
                .flat_map(|m| m.iter())
                .any(|m| m.len() > 3 && strsim::levenshtein(&name.as_str().to_lowercase(), m) <= 2)
        });
        !is_read && is_month && near.as_str().chars().filter(char::is_ascii_digit).count() >= 2
    })
}

/// The month of a name, a letter off at most for the long ones.
fn month(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let near = |known: &&str| name == **known || (known.len() > 4 && strsim::levenshtein(&name, known) <= 1);
    MONTHS
        .iter()
        .position(|names| names.iter().any(|known| near(&known)))
        .and_then(|index| u32::try_from(index + 1).ok())
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

fn stands_alone(text: &str, span: &std::ops::Range<usize>) -> bool {
    let before = &text[text[..span.start].rfind('\n').map_or(0, |i| i + 1)..span.start];
    let after = text[span.end..].split('\n').next().unwrap_or_default();
    before.chars().chain(after.chars()).filter(|c| c.is_alphanumeric()).count() <= LETTERS_BESIDE_A_LONE_DATE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::Example;

    fn told(text: &str) -> Vec<String> {
        let example = Example::complete();
        let pack = crate::rules::Pack::builtin().unwrap();
        text_dates(text, &example.context(&pack))
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
        assert_eq!(told("Novembar 3, 2026; 2/30/2026; IP 198.51.100.24"), ["2026-11-03"]);
    }

    #[test]
    fn a_date_on_its_own_line_is_the_head_of_the_letter() {
        let example = Example::complete();
        let pack = crate::rules::Pack::builtin().unwrap();
        let found = text_dates(
            "Castroville Pediatrics\nDate: November 20, 2026\nShe left our workforce on November 18, 2026.",
            &example.context(&pack),
        );
        assert_eq!(found.iter().map(|f| f.alone).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_only_looks_like_a_date_is_noticed() {
        assert!(has_unread_date("on 1l/1O/2O26 she left", &[]));
        assert!(has_unread_date("N0vember 2O, 2O26", &[]));
        assert!(!has_unread_date("call (831) 555-7217, Suite 10, 1600 Green Hills", &[]));
    }
}
