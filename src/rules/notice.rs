//! What a written notice under the portal agreement says: its kind, its own date, when the thing happened, which addresses.
//!
//! A notice is a letter without a form's labels. Fields are taken where extraction gave them (`event_date`, `event_time`,
//! `ip_address`); the rest is read from the text by the words of `notices.toml`.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};
use regex::Regex;

use super::context::Context;
use super::evidence::{Standing, page_passage};
use super::mention::mentions;
use super::text_dates::{TextDate, has_unread_date, text_dates};
use crate::answer::Reading;
use crate::assemble::Request;
use crate::reading::{PageKind, Value};

/// A notice as its pages tell it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoticeFacts {
    /// Id of the kind.
    pub kind: Option<String>,
    /// Words by which the kind was told.
    pub quotes: Vec<String>,
    /// The notice's own date.
    pub date: Option<NaiveDate>,
    pub event_date: Option<NaiveDate>,
    pub event_time: Option<NaiveTime>,
    pub addresses: Vec<IpAddr>,
    /// A person is named besides the provider.
    pub names_person: bool,
    /// The text was read well enough for what it does not say to count.
    pub trusted: bool,
    /// Something looks like a date and could not be read as one.
    pub unread_date: bool,
    pub text: String,
}

const EVENT_DATE: &str = "event_date";
const EVENT_TIME: &str = "event_time";
const ADDRESS: &str = "ip_address";
const NOTICE_DATE: &str = "request_date";

impl NoticeFacts {
    pub fn of(request: &Request, facts: &Context<'_>) -> NoticeFacts {
        let pages: Vec<_> = request
            .pages
            .iter()
            .filter_map(|&number| facts.page(number))
            .filter(|page| *page.kind() != PageKind::Cover)
            .collect();
        let passages: Vec<_> = pages.iter().map(|page| page_passage(page, facts)).collect();
        let text = passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n");
        let (kind, hit, quotes) = kind_of(&text, facts);
        let found = text_dates(&text, facts);
        let letter_date = pages.iter().find_map(|page| page.letter.as_ref()?.date.value().copied());
        let date = Standing::of(request, NOTICE_DATE, facts)
            .sure_date()
            .or(letter_date)
            .or(found.iter().find(|f| f.alone).map(|f| f.date));
        let (event_date, event_time) = event(request, facts, &found, hit, date);
        let unread_field =
            [EVENT_DATE].iter().any(|f| request.field(f).is_some_and(|field| field.reading == Reading::Unreadable));
        NoticeFacts {
            kind,
            quotes,
            date,
            event_date,
            event_time,
            addresses: addresses(request, &text),
            names_person: names_person(request, &text, facts),
            trusted: !passages.is_empty() && passages.iter().all(|p| p.trusted),
            unread_date: unread_field || has_unread_date(&text, &found, facts),
            text,
        }
    }
}

/// The first kind of the pack whose words stand in the text, and where they stand.
fn kind_of(text: &str, facts: &Context<'_>) -> (Option<String>, usize, Vec<String>) {
    for notice in &facts.pack.notices {
        let found = mentions(text, notice);
        if let Some(first) = found.first() {
            return (Some(notice.id.clone()), first.span.start, found.into_iter().map(|m| m.quote).collect());
        }
    }
    (None, 0, Vec::new())
}

/// When it happened: the field, else the first date after the words that tell the kind, the notice's own date at its head left out.
fn event(
    request: &Request,
    facts: &Context<'_>,
    found: &[TextDate],
    hit: usize,
    own: Option<NaiveDate>,
) -> (Option<NaiveDate>, Option<NaiveTime>) {
    let told: Vec<&TextDate> = found.iter().filter(|f| !(f.alone && Some(f.date) == own)).collect();
    let first = told.iter().find(|f| f.span.start > hit).or(told.first());
    match Standing::of(request, EVENT_DATE, facts).sure_date() {
        Some(date) => (Some(date), field_time(request).or(first.filter(|f| f.date == date).and_then(|f| f.time))),
        None => (first.map(|f| f.date), first.and_then(|f| f.time).or(field_time(request))),
    }
}

fn field_time(request: &Request) -> Option<NaiveTime> {
    let value = request.field(EVENT_TIME)?.reading.value()?.to_column();
    ["%H:%M", "%I:%M %p", "%I:%M%p", "%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(value.trim(), format).ok())
}

fn addresses(request: &Request, text: &str) -> Vec<IpAddr> {
    let field =
        request.field(ADDRESS).and_then(|field| field.reading.value()).map(Value::to_column).unwrap_or_default();
    let mut all: Vec<IpAddr> =
        field.split([' ', ';', ',', '\n']).chain(text.split(char::is_whitespace)).filter_map(address).collect();
    all.extend(misread_addresses(&field).chain(misread_addresses(text)));
    all.sort_unstable();
    all.dedup();
    all
}

/// Addresses whose points a reader took for commas or lost: four numbers up to 255 in a row.
///
/// One mark must be left between them, so that a row of plain numbers is none; no date and no telephone number has that shape.
fn misread_addresses(text: &str) -> impl Iterator<Item = IpAddr> {
    static FOUR: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let part = r"(\d{1,3})";
        let between = r"([.,:;·]\s?|\s)";
        Regex::new(&format!(r"(?:^|[^\d.,]){part}{between}{part}{between}{part}{between}{part}(?:[^\d]|$)")).ok()
    });
    let found = FOUR.iter().flat_map(|four| four.captures_iter(text)).filter_map(|found| {
        let get = |at: usize| found.get(at).map(|m| m.as_str());
        let marks = [2, 4, 6].iter().filter(|&&at| get(at).is_some_and(|between| !between.trim().is_empty())).count();
        let number = |at: usize| get(at)?.parse::<u8>().ok();
        let parts = [number(1)?, number(3)?, number(5)?, number(7)?];
        (marks >= 1).then(|| IpAddr::from(parts))
    });
    found.collect::<Vec<_>>().into_iter()
}

fn address(word: &str) -> Option<IpAddr> {
    let word =
        word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != ':').trim_end_matches(':').trim_end_matches('.');
    // "12:30" and "a::b" in running text are no addresses: an IPv6 address has at least two colons and a digit.
    let plausible =
        word.matches('.').count() == 3 || (word.matches(':').count() >= 2 && word.chars().any(|c| c.is_ascii_digit()));
    plausible.then(|| IpAddr::from_str(word).ok()).flatten()
}

/// Two capitalised words in a row that are neither the provider nor words of the agreement.
fn names_person(request: &Request, text: &str, facts: &Context<'_>) -> bool {
    let provider = request.field("provider_name").map(|field| field.raw.to_lowercase()).unwrap_or_default();
    let other = facts.pack.wording("no-persons");
    text.lines().any(|line| {
        let words: Vec<&str> =
            line.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())).collect();
        words.windows(2).any(|pair| {
            let named = pair.iter().all(|w| {
                w.chars().count() > 1 && w.starts_with(char::is_uppercase) && w.chars().any(char::is_lowercase)
            });
            let together = pair.join(" ").to_lowercase();
            named
                && !provider.contains(&together)
                && !pair
                    .iter()
                    .any(|w| other.is_some_and(|o| o.phrases.values().flatten().any(|p| p.eq_ignore_ascii_case(w))))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{BUILTIN, Example};

    fn facts(text: &str) -> NoticeFacts {
        let example = Example::notice(text);
        NoticeFacts::of(&example.request, &example.context(&BUILTIN))
    }

    #[test]
    fn a_workforce_notice_tells_who_left_and_when() {
        let text = "Castroville Pediatrics\nNovember 20, 2026\nTo: Central California Alliance for Health, Provider Services\nRe: Provider Portal - termination of user access\n\
                    Teresa O'Brien, a Provider Portal user in our office, left our workforce on November 18, 2026. Please\ndeactivate the user's access to the Online Services.";
        let notice = facts(text);
        assert_eq!(notice.kind.as_deref(), Some("workforce"));
        assert_eq!(notice.date.unwrap().to_string(), "2026-11-20");
        assert_eq!(notice.event_date.unwrap().to_string(), "2026-11-18");
        assert_eq!((notice.event_time, notice.names_person, notice.unread_date), (None, true, false));
    }

    #[test]
    fn an_incident_goes_before_everything_else() {
        let notice = facts(
            "November 16, 2026\nRe: Provider Portal\nA user who left our workforce was the cause of an unauthorized viewing of\nmember PHI.",
        );
        assert_eq!(notice.kind.as_deref(), Some("incident"));
        assert!(!notice.names_person);
    }

    #[test]
    fn addresses_are_found_with_their_full_stop() {
        let notice = facts(
            "Our Internet Services Provider changed. Old IP address: 198.51.100.24. New IP\naddress: 192.168.1.20. At 12:30 we called. fd00::1",
        );
        assert_eq!(notice.kind.as_deref(), Some("internet-provider"));
        assert_eq!(
            notice.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["192.168.1.20", "198.51.100.24", "fd00::1"]
        );
    }

    #[test]
    fn points_that_were_misread_leave_an_address() {
        let notice = facts(
            "Our Internet Services Provider changed on November 17, 2026 Old IP address: 198,51 100.24, New IP\naddress; 192 168.1.20, call (831) 555 0199 or 1 800 700 3874, 4 pages",
        );
        assert_eq!(
            notice.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["192.168.1.20", "198.51.100.24"]
        );
    }
}
