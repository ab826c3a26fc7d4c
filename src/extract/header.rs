//! The line that fax machines print at the edge of a page (47 CFR 68.318(d)): page and total, time, sender.
//!
//! `Nov 20 2026 13:23 SOQUEL INTERNAL MEDICINE 8315559152 P.03/05` and a dozen other styles; where it stands on the page is the business of
//! [`crate::page`], what it says is read here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};
use regex::Regex;

use super::fuzzy::fold;
use super::values::dates::find_dates;
use super::values::{DateContext, dates};
use crate::geometry::Rect;
use crate::reading::HeaderLine;
use crate::rules::PhraseBook;
use crate::rules::phrases::HeaderWords;

/// More pages than a fax has: a number that was misread, or none of pages at all.
const MOST_PAGES: u32 = 999;

// Built from literals that the tests compile; a pattern that did not compile would find nothing.
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b([01]?\d|2[0-3])\s?[:.;]\s?([0-5]\d)(?:\s?[:.;]\s?([0-5]\d))?\s*([ap])?\.?m?\b").ok()
});
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+?\(?\d[\d ()./-]{5,18}\d").ok());
static PAIR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)([0-9OolI|]{1,3})\s*(?:/|\\|\bof\b|\bde\b)\s*([0-9OolI|]{1,3})$").ok());

/// Reads a header line; what it does not say stays empty. `reference` is the day that two-digit years turn on.
pub fn parse_header(text: &str, rect: Rect, phrases: &PhraseBook, reference: NaiveDate) -> HeaderLine {
    let words = &phrases.arrivals.header;
    let context = DateContext { reference, day_first: false, words: &phrases.dates };
    let mut rest = text.to_owned();
    let (page, total) = take_page(&mut rest, words);
    let date = take_date(&mut rest, &context);
    let time = take_time(&mut rest);
    let sent_at = date.map(|day| match time {
        Some(time) => day.and_time(time).format("%Y-%m-%dT%H:%M:%S").to_string(),
        None => day.to_string(),
    });
    let sender_number = take_number(&mut rest, words);
    let sender_name = name_in(&rest, words);
    HeaderLine { text: text.to_owned(), rect, page, total, sent_at, sender_number, sender_name }
}

/// `P.02/05`, `Page 2 of 5`, `Pag.2/3`, `p. 2`, and `02/05` at either end.
fn take_page(text: &mut String, words: &HeaderWords) -> (Option<u32>, Option<u32>) {
    let number = r"([0-9OoQDlIi|]{1,4})";
    let page_words = alternatives(&words.page_words);
    let of_words = alternatives(&words.of_words);
    let labelled = of_pack(format!(
        r"(?i)(?:^|[^a-z])(?:{page_words})\s*[.,:;#]{{0,2}}\s*{number}(?:\s*(?:{of_words}|[\\|])\s*{number})?(?:[^a-z0-9]|$)"
    ));
    if let Some(labelled) = labelled {
        // The last one: a sender's name may hold a lone P.
        let hits: Vec<_> = labelled.captures_iter(text).collect();
        for hit in hits.iter().rev() {
            let page = hit.get(1).and_then(|m| page_number(m.as_str()));
            let padded = hit.get(1).is_some_and(|m| m.as_str().starts_with(['0', 'O', 'o']));
            let total = hit.get(2).map(|m| m.as_str()).filter(|total| !(padded && is_like_padded(total)));
            let total = total.and_then(page_number);
            if let (Some(page), Some(whole)) = (page, hit.get(0)) {
                let range = whole.range();
                text.replace_range(range, " ");
                return sensible(page, total);
            }
        }
    }
    let trimmed = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let bare = PAIR.as_ref().and_then(|pair| {
        let hit = pair.captures(text.get(..trimmed)?)?;
        let start = hit.get(0)?.start();
        // `11/20` behind another slash or digit is the end of a date.
        let before = text.get(..start)?.chars().next_back();
        let dated = before.is_some_and(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '.'));
        let (page, total) = (page_number(hit.get(1)?.as_str())?, page_number(hit.get(2)?.as_str())?);
        (!dated && page <= total).then_some((start, page, total))
    });
    match bare {
        Some((start, page, total)) => {
            text.truncate(start);
            sensible(page, Some(total))
        }
        None => (None, None),
    }
}

/// A pattern made of a pack's words, compiled once in each thread: every page may have a header.
fn of_pack(pattern: String) -> Option<Regex> {
    thread_local! {
        static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::new(HashMap::new());
    }
    COMPILED.with_borrow_mut(|compiled| match compiled.get(&pattern) {
        Some(regex) => regex.clone(),
        None => {
            let regex = Regex::new(&pattern).ok();
            compiled.insert(pattern, regex.clone());
            regex
        }
    })
}

/// Whether a total of two digits may be one digit behind a zero that was misread: `02/82` is page 2 of 2 far more often than of 82, and
/// nobody is told of eighty lost pages on the word of one digit.
fn is_like_padded(total: &str) -> bool {
    total.len() == 2 && total.starts_with(['6', '8', '9'])
}

/// A total below its page was misread.
fn sensible(page: u32, total: Option<u32>) -> (Option<u32>, Option<u32>) {
    (Some(page), total.filter(|total| *total >= page))
}

fn page_number(text: &str) -> Option<u32> {
    let digits: String = text
        .chars()
        .map(|c| match c {
            'O' | 'o' | 'Q' | 'D' => '0',
            'l' | 'I' | 'i' | '|' => '1',
            c => c,
        })
        .collect();
    digits.parse().ok().filter(|n| (1..=MOST_PAGES).contains(n))
}

fn alternatives(words: &[String]) -> String {
    let mut escaped: Vec<String> = words.iter().map(|w| regex::escape(w)).collect();
    // The longest first, so that `page` is not taken for `p`.
    escaped.sort_by_key(|w| std::cmp::Reverse(w.len()));
    escaped.join("|")
}

fn take_date(text: &mut String, context: &DateContext) -> Option<NaiveDate> {
    let (range, reading) = find_dates(text, context).into_iter().find(|(_, r)| r.best.is_some())?;
    text.replace_range(range, " ");
    reading.best.or_else(|| dates::parse_date(text, context).best)
}

fn take_time(text: &mut String) -> Option<NaiveTime> {
    let (range, time) = {
        let hit = TIME.as_ref()?.captures(text)?;
        let part = |at: usize| hit.get(at).and_then(|m| m.as_str().parse::<u32>().ok());
        let mut hour = part(1)?;
        match hit.get(4).map(|m| m.as_str().to_ascii_lowercase()).as_deref() {
            Some("p") if hour < 12 => hour += 12,
            Some("a") if hour == 12 => hour = 0,
            _ => {}
        }
        (hit.get(0)?.range(), NaiveTime::from_hms_opt(hour, part(2)?, part(3).unwrap_or(0))?)
    };
    text.replace_range(range, " ");
    Some(time)
}

/// The sender's number: behind FROM, else the first that is not behind TO.
fn take_number(text: &mut String, words: &HeaderWords) -> Option<String> {
    let mut best: Option<(u8, std::ops::Range<usize>, String)> = None;
    let mut others = Vec::new();
    for hit in NUMBER.as_ref()?.find_iter(text) {
        let digits: String = hit.as_str().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        if !(7..=15).contains(&digits.trim_start_matches('+').len()) {
            continue;
        }
        let before = fold(text.get(..hit.start()).unwrap_or_default());
        let behind = |list: &[String]| list.iter().map(|w| fold(w)).any(|w| before.ends_with(&w));
        let rank = if behind(&words.from_words) {
            0
        } else if behind(&words.to_words) {
            2
        } else {
            1
        };
        others.push(hit.range());
        if best.as_ref().is_none_or(|(known, ..)| rank < *known) {
            best = Some((rank, hit.range(), digits));
        }
    }
    for range in others.into_iter().rev() {
        text.replace_range(range, " ");
    }
    best.filter(|(rank, ..)| *rank < 2).map(|(.., digits)| digits)
}

/// What is left of letters: the sender's name, without the line's own words.
fn name_in(text: &str, words: &HeaderWords) -> Option<String> {
    let noise: Vec<String> = words.noise.iter().map(|w| fold(w)).collect();
    let kept: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| {
            let folded = fold(word);
            let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
            letters >= 2 && letters * 2 > folded.len() && !noise.contains(&folded)
        })
        .collect();
    let name = kept.join(" ");
    (name.chars().filter(|c| c.is_alphabetic()).count() >= 3).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> HeaderLine {
        let reference = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        parse_header(text, Rect::default(), PhraseBook::builtin(), reference)
    }

    #[test]
    fn the_patterns_compile() {
        assert!(TIME.is_some() && NUMBER.is_some() && PAIR.is_some());
    }

    #[test]
    fn page_and_total_are_read_in_the_styles_of_many_machines() {
        for (text, page, total) in [
            ("Nov 20 2026 13:23 SOQUEL INTERNAL MEDICINE 8315559152 P.03/05", Some(3), Some(5)),
            ("Nov 20 2026 13:23 SOQUEL INTERNAL MEDICINE 8315559152 P,0l/04", Some(1), Some(4)),
            ("4/22/2020 3:42 PM FROM:+15558127619 Acme Inc. TO:15559876543 Pag.2/3", Some(2), Some(3)),
            ("From: Smith Clinic  Page: 2 of 5  Date: 11/20/2026 1:23:45 PM", Some(2), Some(5)),
            ("2026-11-20 13:23 (GMT) 8315551234 -> 8314305857 p. 2", Some(2), None),
            ("11/20/26 13:23 HARBOR MEDICAL 02/05", Some(2), Some(5)),
            ("11/20/2026 13:23 HARBOR MEDICAL (FAX)8315551234 P.002/003", Some(2), Some(3)),
            ("11/20/2026 HARBOR MEDICAL Página 2 de 3", Some(2), Some(3)),
            ("Nov 20 2026 13:23 SOQUEL INTERNAL MEDICINE 8315559152 P.02/82", Some(2), None),
            ("Nov 20 2026 13:23 SOQUEL INTERNAL MEDICINE 8315559152 P.12/82", Some(12), Some(82)),
            ("NOV-20-2026 FRI 01:23 PM HARBOR FAX NO. 8315551234 P. 07", Some(7), None),
            ("11/20/2026 13:23 HARBOR MEDICAL 8315551234", None, None),
            ("HARBOR MEDICAL 11/20", None, None),
        ] {
            let header = parse(text);
            if text.ends_with("11/20") {
                assert_ne!(header.total, Some(5));
                continue;
            }
            assert_eq!((header.page, header.total), (page, total), "{text}");
        }
    }

    #[test]
    fn time_and_sender_are_read() {
        let header = parse("Nov 20 2026 13:23 SOQUEL INTERNAL MEDICINE 8315559152 P.03/05");
        assert_eq!(header.sent_at.as_deref(), Some("2026-11-20T13:23:00"));
        assert_eq!(header.sender_number.as_deref(), Some("8315559152"));
        assert_eq!(header.sender_name.as_deref(), Some("SOQUEL INTERNAL MEDICINE"));
        let header = parse("4/22/2020 3:42 PM FROM:+15558127619 Acme Inc. TO:15559876543 Pag.2/3");
        assert_eq!(header.sent_at.as_deref(), Some("2020-04-22T15:42:00"));
        assert_eq!(header.sender_number.as_deref(), Some("+15558127619"));
        assert_eq!(header.sender_name.as_deref(), Some("Acme Inc"));
    }

    #[test]
    fn a_band_of_noise_says_nothing() {
        let header = parse("~ -- . '' |");
        assert_eq!(
            (header.page, header.total, header.sent_at, header.sender_number, header.sender_name),
            (None, None, None, None, None)
        );
    }
}
