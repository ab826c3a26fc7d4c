//! One date, in every form that offices write: `5/6/25`, `05-06-2025`, `May 6, 2025`, `6 de mayo de 2025`, comb cells, lost slashes.
//!
//! A repair is offered only when one real date comes of it; a missing year and an undecided order of day and month are answered with
//! all readings and none of them called certain.

use chrono::{Datelike, NaiveDate};

use super::ids::digit_for;
use super::numeric_dates::{self, Repairs};
use crate::extract::fuzzy::{fold, folded_edits};
use crate::rules::DateWords;

/// What a date is read against.
#[derive(Clone, Copy, Debug)]
pub struct DateContext<'a> {
    /// The day the fax was received: the pivot of two-digit years.
    pub reference: NaiveDate,
    /// The writer may put the day first in numbers (Spanish letters from some offices).
    pub day_first: bool,
    pub words: &'a DateWords,
}

/// A date as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateReading {
    /// The likeliest date; none when there is no date, or none to prefer (no year written, a range).
    pub best: Option<NaiveDate>,
    /// Other dates that the writing may mean, likeliest first. A two-digit year that `best` puts after the reference day has its
    /// twin of the century before here: what a birth date means.
    pub others: Vec<NaiveDate>,
    /// The writing means `best` and nothing else, if its characters were read rightly.
    pub certain: bool,
    /// Letters were taken for digits, or marks for separators.
    pub repaired: bool,
}

impl DateReading {
    /// For a birth date: the reading that is not after `day`, when there is one.
    pub fn not_after(mut self, day: NaiveDate) -> Self {
        if self.best.is_some_and(|best| best > day)
            && let Some(at) = self.others.iter().position(|other| *other <= day)
        {
            let earlier = self.others.remove(at);
            if let Some(later) = self.best.replace(earlier) {
                self.others.push(later);
            }
        }
        self
    }
}

/// What one date expression says before its year is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Full(DateReading),
    /// Month and day, no year.
    MonthDay(u32, u32, Repairs),
    /// A lone number that may be a day of the month (in lists).
    Day(u32),
    /// A day with its year, whose month stands in an entry before it (in lists).
    DayYear(u32, i32),
}

/// The earliest year that a living member's papers can show.
const EARLIEST: i32 = 1900;

/// Years a date may lie ahead of the reference day.
const AHEAD: i32 = 5;

/// A plausible year, or none; two digits turn on the reference year.
pub(super) fn full_year(digits: &str, reference: NaiveDate) -> Option<(i32, bool)> {
    let year: i32 = digits.parse().ok()?;
    match digits.len() {
        4 => (EARLIEST..=reference.year() + AHEAD).contains(&year).then_some((year, false)),
        2 => {
            let century = reference.year() / 100 * 100;
            let year = century + year;
            Some((if year > reference.year() + 1 { year - 100 } else { year }, true))
        }
        _ => None,
    }
}

/// Reads the whole text as one date.
pub fn parse_date(text: &str, context: &DateContext) -> DateReading {
    match written_date(text, context) {
        Some(Written::Full(reading)) => reading,
        Some(Written::MonthDay(month, day, repairs)) => yearless(month, day, repairs, context.reference),
        Some(Written::Day(_) | Written::DayYear(..)) | None => longest_inside(text, context),
    }
}

/// The two readings of a date without a year: the last such day up to the reference, and the one a year before.
fn yearless(month: u32, day: u32, repairs: Repairs, reference: NaiveDate) -> DateReading {
    let others = (0..=8)
        .filter_map(|back| NaiveDate::from_ymd_opt(reference.year() - back, month, day))
        .filter(|date| *date <= reference)
        .take(2)
        .collect();
    DateReading { best: None, others, certain: false, repaired: repairs != Repairs::None }
}

/// Single characters from which a text was written in cells.
const CELLS: usize = 5;

/// A date with other writing around it: taken when it is the only one, and never certain.
fn longest_inside(text: &str, context: &DateContext) -> DateReading {
    let mut found = find_dates(text, context);
    match found.len() {
        1 => {
            let (range, mut reading) = found.remove(0);
            let has_digit = |part: Option<&str>| part.is_some_and(|part| part.contains(|c: char| c.is_ascii_digit()));
            let cells = text.split_whitespace().filter(|word| word.chars().count() == 1).count();
            // One digit a cell: a date that leaves some over was cut out of a longer one ("1 9 7" is not 2019).
            if cells >= CELLS && (has_digit(text.get(..range.start)) || has_digit(text.get(range.end..))) {
                return DateReading::default();
            }
            reading.certain = false;
            reading
        }
        0 => DateReading::default(),
        // Several dates, a range among them: no single one is meant.
        _ => DateReading { others: found.into_iter().filter_map(|(_, r)| r.best).collect(), ..DateReading::default() },
    }
}

/// Reads the whole text as one date expression; nothing else may stand in it but fillers and marks at the ends.
pub(super) fn written_date(text: &str, context: &DateContext) -> Option<Written> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '|' && c != '\'' && c != '/');
    let text = text.trim_end_matches('/');
    // A slash before the first digit is a 1, or dirt; alone it is a mark of the form.
    let text = if text.starts_with("/ ") { text.trim_start_matches(['/', ' ']) } else { text };
    if text.is_empty() || text.len() > 60 {
        return None;
    }
    named_month_date(&tokens(text, context.words), context).or_else(|| numeric_dates::read(text, context))
}

/// Every full date expression in a line with its byte range, left to right; expressions that were repaired or lack a year are left
/// out unless they stand alone.
pub fn find_dates(text: &str, context: &DateContext) -> Vec<(std::ops::Range<usize>, DateReading)> {
    let mut found: Vec<(std::ops::Range<usize>, DateReading)> = Vec::new();
    // Every full date has a number, and every number a digit that was read as one.
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return found;
    }
    let tokens = tokens(text, context.words);
    let mut at = 0;
    while at < tokens.len() {
        // The longest window that reads as a date wins: a month name with its numbers, or one numeric chunk.
        let taken = (1..=7.min(tokens.len() - at)).rev().find_map(|length| {
            let window = tokens.get(at..at + length)?;
            if !window.first()?.may_bound() || !window.last()?.may_bound() {
                return None;
            }
            let range = window.first()?.start..window.last()?.end;
            let written = match window.iter().any(|t| matches!(t.is, Is::Month(_))) {
                true => named_month_date(window, context),
                false => numeric_dates::read_plain(text.get(range.clone())?, context),
            };
            match written? {
                Written::Full(reading) if reading.best.is_some() => Some((length, range, reading)),
                _ => None,
            }
        });
        match taken {
            Some((length, range, reading)) => {
                found.push((range, reading));
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// A piece of a date expression.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub is: Is,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// Digits after repair, how they were repaired, and whether an apostrophe stood before them.
    Number(String, Repairs, bool),
    Month(u32),
    Filler,
    Mark(char),
    Word(String),
}

impl Token {
    fn may_bound(&self) -> bool {
        matches!(self.is, Is::Number(..) | Is::Month(_))
    }
}

/// Cuts a text into numbers, month names, fillers, marks and words.
pub(super) fn tokens(text: &str, words: &DateWords) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    let mut chunk: Option<usize> = None;
    loop {
        let next = rest.next();
        // A bar before a number is a frame, behind a digit it may be a one.
        let joins = next.is_some_and(|(_, c)| c.is_alphanumeric() || (c == '|' && chunk.is_some()));
        if joins {
            if chunk.is_none() {
                chunk = next.map(|(at, _)| at);
            }
            continue;
        }
        let end = next.map_or(text.len(), |(at, _)| at);
        if let Some(start) = chunk.take()
            && let Some(chunk) = text.get(start..end)
        {
            cut_chunk(chunk, start, words, &mut tokens);
        }
        match next {
            None => break,
            Some((_, c)) if c.is_whitespace() => {}
            Some((at, c)) => tokens.push(Token { is: Is::Mark(c), start: at, end: at + c.len_utf8() }),
        }
    }
    join_words(tokens, text, words)
}

fn cut_chunk(chunk: &str, start: usize, words: &DateWords, tokens: &mut Vec<Token>) {
    let end = start + chunk.len();
    if let Some((digits, repairs)) = as_number(chunk) {
        let quoted =
            matches!(tokens.last(), Some(Token { is: Is::Mark('\'' | '’' | '‘' | '`'), end, .. }) if *end == start);
        if quoted {
            tokens.pop();
        }
        tokens.push(Token { is: Is::Number(digits, repairs, quoted), start, end });
        return;
    }
    // `N0v`: one misread letter is no place to split.
    let digits = chunk.chars().filter(char::is_ascii_digit).count();
    if digits == 1
        && chunk.len() >= 3
        && chunk.ends_with(char::is_alphabetic)
        && month_named(chunk, words, true).is_some()
    {
        tokens.push(Token { is: Is::Word(fold(chunk)), start, end });
        return;
    }
    // `15th`, `May6`, `6demayode2025`: split where digits meet letters.
    let split =
        chunk.char_indices().zip(chunk.chars().skip(1)).find(|((_, a), b)| a.is_ascii_digit() != b.is_ascii_digit());
    if chunk.chars().any(|c| c.is_ascii_digit())
        && let Some(((at, c), _)) = split
        && let (Some(head), Some(tail)) = (chunk.get(..at + c.len_utf8()), chunk.get(at + c.len_utf8()..))
        && (head.chars().all(|c| c.is_ascii_digit()) || head.chars().all(char::is_alphabetic))
    {
        cut_chunk(head, start, words, tokens);
        cut_chunk(tail, start + head.len(), words, tokens);
        return;
    }
    let folded = fold(chunk);
    // `Nov. Ist, 2026`: a one that was read as a letter, before its ending.
    if chunk.len() == 3 && chunk.starts_with(['I', 'l', '|']) && folded.ends_with("st") {
        tokens.push(Token { is: Is::Number("1".into(), Repairs::Sure, false), start, end: start + 1 });
        return;
    }
    let is = if words.folded().fillers.contains(&folded) { Is::Filler } else { Is::Word(folded) };
    tokens.push(Token { is, start, end });
}

/// A chunk that is a number: digits, or digits with letters that are misread digits among them.
fn as_number(chunk: &str) -> Option<(String, Repairs)> {
    let real = chunk.chars().filter(char::is_ascii_digit).count();
    let all = chunk.chars().count();
    if real == 0 || all > 12 || (real < all && real * 2 < all) {
        return None;
    }
    let mut repairs = Repairs::None;
    let mut digits = String::new();
    for c in chunk.chars() {
        let (digit, sure) = digit_for(c)?;
        if digit != c {
            repairs = repairs.max(if sure { Repairs::Sure } else { Repairs::Doubtful });
        }
        digits.push(digit);
    }
    Some((digits, repairs))
}

/// Runs of words become month names where they are one: split by the reader, or of two words (Hmong).
fn join_words(tokens: Vec<Token>, text: &str, words: &DateWords) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut taken = 0;
        for length in (1..=3.min(tokens.len() - at)).rev() {
            let Some(window) = tokens.get(at..at + length) else { continue };
            // Hmong counts its months: `15 lub 11 hlis xyoo 2026`.
            let counted = matches!(window, [Token { is: Is::Number(..), .. }, Token { is: Is::Word(_), .. }]);
            if !counted && !window.iter().all(|t| matches!(t.is, Is::Word(_))) {
                continue;
            }
            let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
            let Some(joined) = text.get(first.start..last.end) else { continue };
            if let Some(month) = month_named(joined, words, length == 1) {
                out.push(Token { is: Is::Month(month), start: first.start, end: last.end });
                taken = length;
                break;
            }
        }
        if taken == 0 {
            if let Some(token) = tokens.get(at) {
                out.push(token.clone());
            }
            taken = 1;
        }
        at += taken;
    }
    out
}

/// The month (1 to 12) that a text names, when one name is near and no other nearly as near.
pub(super) fn month_named(text: &str, words: &DateWords, may_differ: bool) -> Option<u32> {
    let folded = fold(text);
    if folded.len() < 3 || folded.len() > 14 {
        return None;
    }
    // `demayode`: fillers joined to the name.
    let stripped =
        folded.strip_prefix("de").filter(|rest| rest.len() > 4).map(|rest| rest.strip_suffix("de").unwrap_or(rest));
    let mut best: Option<(f32, u32)> = None;
    let mut second = f32::MAX;
    for (number, names) in (1u32..).zip(&words.folded().months) {
        let mut nearest = f32::MAX;
        for name in names {
            for candidate in [Some(folded.as_str()), stripped].into_iter().flatten() {
                if candidate.len().abs_diff(name.len()) > 2 {
                    continue;
                }
                let allowed = match name.len() {
                    0..=3 => 0.46,
                    4..=5 => 0.65,
                    _ => 0.22 * name.len() as f32,
                };
                if candidate == name {
                    nearest = 0.0;
                } else if may_differ && let Some(edits) = folded_edits(candidate, name, allowed) {
                    nearest = nearest.min(edits.max(0.05));
                }
            }
        }
        if best.is_none_or(|(cost, _)| nearest < cost) {
            second = best.map_or(f32::MAX, |(cost, _)| cost);
            best = Some((nearest, number));
        } else {
            second = second.min(nearest);
        }
    }
    best.filter(|(cost, _)| *cost < f32::MAX && (*cost == 0.0 || second - cost >= 0.25)).map(|(_, number)| number)
}

/// `May 6, 2025`, `6 de mayo de 2025`, `20-Nov-26`, `2026 May 6`.
fn named_month_date(tokens: &[Token], context: &DateContext) -> Option<Written> {
    let mut month = None;
    let mut before: Vec<(&str, Repairs, bool)> = Vec::new();
    let mut after: Vec<(&str, Repairs, bool)> = Vec::new();
    for token in tokens {
        match &token.is {
            Is::Month(number) if month.is_none() => month = Some(*number),
            Is::Number(digits, repairs, quoted) => {
                let side = if month.is_none() { &mut before } else { &mut after };
                side.push((digits.as_str(), *repairs, *quoted));
            }
            Is::Filler => {}
            Is::Mark(',' | '.' | '-' | '/' | '–' | '—' | '\'' | ':' | ';' | '_' | '·' | '|') => {}
            _ => return None,
        }
    }
    let month = month?;
    let (day, year) = match (before.as_slice(), after.as_slice()) {
        ([], [day, year]) | ([day], [year]) => (*day, Some(*year)),
        ([year], [day, ..]) if year.0.len() == 4 && after.len() == 1 => (*day, Some(*year)),
        // The comma was lost: `November 112026`.
        ([], [joined]) if matches!(joined.0.len(), 5 | 6) => {
            let (day, year) = joined.0.split_at(joined.0.len() - 4);
            ((day, Repairs::Sure, false), Some((year, joined.1, false)))
        }
        ([], [day]) | ([day], []) => (*day, None),
        _ => return None,
    };
    let number: u32 = day.0.parse().ok().filter(|n| (1..=31).contains(n) && day.0.len() <= 2)?;
    let Some(year) = year else {
        // Any leap year will do to see whether the day exists.
        NaiveDate::from_ymd_opt(2024, month, number)?;
        return Some(Written::MonthDay(month, number, day.1));
    };
    if day.0.len() > 2 {
        return None;
    }
    let repairs = day.1.max(year.1);
    let (full, short) = full_year(year.0, context.reference)?;
    let date = NaiveDate::from_ymd_opt(full, month, number)?;
    Some(Written::Full(settle(vec![date], short, repairs, context.reference)))
}

/// One reading out of the dates that a writing may mean, likeliest first.
pub(super) fn settle(
    mut dates: Vec<NaiveDate>,
    short_year: bool,
    repairs: Repairs,
    reference: NaiveDate,
) -> DateReading {
    let mut seen = Vec::new();
    dates.retain(|d| {
        let new = !seen.contains(d);
        seen.push(*d);
        new
    });
    let several = dates.len() > 1;
    let repaired = repairs != Repairs::None;
    // A repair with a rival is no repair.
    if repaired && several {
        return DateReading { best: None, others: dates, certain: false, repaired };
    }
    let mut others: Vec<NaiveDate> = dates.iter().skip(1).copied().collect();
    let best = dates.first().copied();
    if let Some(date) = best
        && short_year
        && date > reference
        && let Some(earlier) = date.with_year(date.year() - 100)
    {
        others.push(earlier);
    }
    DateReading { best, others, certain: best.is_some() && !several && repairs != Repairs::Doubtful, repaired }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(day_first: bool) -> DateContext<'static> {
        DateContext { reference: day(2026, 11, 20), day_first, words: DateWords::builtin() }
    }

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn read(text: &str) -> DateReading {
        parse_date(text, &context(false))
    }

    #[test]
    fn a_date_in_cells_that_lost_its_last_digit_is_none() {
        assert_eq!(read("0 2 / 1 5 / 1 9 7").best, None);
        assert_eq!(read("2 / 1 5 / 1 9 7 4").best, Some(day(1974, 2, 15)));
    }

    #[test]
    fn every_written_form_gives_the_same_day() {
        for text in [
            "5/6/25",
            "05/06/2025",
            "5-6-25",
            "5.6.2025",
            "05 06 2025",
            "May 6, 2025",
            "MAY 6 2025",
            "6 May 2025",
            "6 de mayo de 2025",
            "mayo 6, 2025",
            "6demayode2025",
            "May6,2025",
            "2025-05-06",
            "6-May-25",
            "May 6th, '25",
            "Tuesday, May 6, 2025",
            "05/06/2025.",
            "_05/06/2025_",
            "0 5 0 6 2 0 2 5",
            "0|5|0|6|2|0|2|5",
            "0 5 / 0 6 / 2 0 2 5",
            "hnub tim 6 lub Tsib Hlis 2025",
            "el 6 de Mayo del 2025",
            "5 / 6 / 2025",
        ] {
            let reading = read(text);
            assert_eq!(reading.best, Some(day(2025, 5, 6)), "{text}");
            assert!(reading.certain && !reading.repaired && reading.others.is_empty(), "{text}: {reading:?}");
        }
    }

    #[test]
    fn month_names_may_be_misread() {
        for text in [
            "Novernber 11, 2026",
            "November 1l, 2O26",
            "Noviembre 11 de 2026",
            "11 de noviernbre de 2026",
            "Nov. 11, 2026",
            "N0v 11 2026",
            "November 112026",
        ] {
            assert_eq!(read(text).best, Some(day(2026, 11, 11)), "{text}");
        }
        assert_eq!(read("Mav 11, 2026").best.map(|d| d.month()), Some(5));
        assert_eq!(read("Jux 11, 2026").best, None, "June or July");
    }

    #[test]
    fn two_digit_years_turn_on_the_day_of_receipt() {
        assert_eq!(read("3/9/26").best, Some(day(2026, 3, 9)));
        assert_eq!(read("3/9/45").best, Some(day(1945, 3, 9)));
        let next_year = read("1/19/27");
        assert_eq!((next_year.best, next_year.others.as_slice()), (Some(day(2027, 1, 19)), &[day(1927, 1, 19)][..]));
        assert_eq!(next_year.not_after(day(2026, 11, 20)).best, Some(day(1927, 1, 19)));
    }

    #[test]
    fn a_missing_year_is_never_guessed() {
        let reading = read("12/3");
        assert_eq!((reading.best, reading.certain), (None, false));
        assert_eq!(reading.others, [day(2025, 12, 3), day(2024, 12, 3)]);
        assert_eq!(read("March 4").others, [day(2026, 3, 4), day(2025, 3, 4)]);
    }

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        for text in [
            "2/30/2026",
            "13/45/2026",
            "February 30, 2026",
            "0/5/2026",
            "",
            "see chart",
            "11/15/2826",
            "11/15/202",
            "///",
        ] {
            let reading = read(text);
            assert_eq!((reading.best, reading.certain), (None, false), "{text}: {reading:?}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_asked_only_where_it_may_differ() {
        let both = parse_date("5/6/2026", &context(true));
        assert_eq!(
            (both.best, both.others.as_slice(), both.certain),
            (Some(day(2026, 5, 6)), &[day(2026, 6, 5)][..], false)
        );
        assert!(parse_date("25/6/2026", &context(true)).certain);
        assert!(parse_date("5/5/2026", &context(true)).certain);
        let past = parse_date("10/12/2026", &context(true));
        assert_eq!(past.best, Some(day(2026, 10, 12)));
        let past = parse_date("12/10/2026", &context(true));
        assert_eq!(past.best, Some(day(2026, 10, 12)), "12 December had not come");
        let odd = read("25/6/2026");
        assert_eq!((odd.best, odd.certain), (Some(day(2026, 6, 25)), false));
    }

    #[test]
    fn repairs_are_offered_only_when_one_real_date_comes_of_them() {
        for (text, certain) in [
            ("1111512026", true),
            ("11/1512026", true),
            ("11l15l2026", true),
            ("11152026", true),
            ("lI/I5/2O26", true),
            ("11/1S/2026", false),
        ] {
            let reading = read(text);
            assert_eq!(reading.best, Some(day(2026, 11, 15)), "{text}: {reading:?}");
            assert!(reading.repaired, "{text}");
            assert_eq!(reading.certain, certain, "{text}");
        }
        let two = read("111512026");
        assert_eq!((two.best, two.others.len()), (None, 2), "1/15 or 11/5: {two:?}");
        // By hand a 1 is a slanting stroke: a slash too many is a 1 or dirt, and only where one of them gives a date is it settled.
        for text in ["1//15/2026", "/1/15/2026"] {
            let two = read(text);
            assert_eq!(two.best, None, "{text}: {two:?}");
            assert!(
                two.others.contains(&day(2026, 11, 15)) && two.others.contains(&day(2026, 1, 15)),
                "{text}: {two:?}"
            );
        }
        let dirt = read("11//15/2026");
        assert_eq!((dirt.best, dirt.repaired), (Some(day(2026, 11, 15)), true));
    }

    #[test]
    fn a_range_is_no_date() {
        let range = read("3/1/2026 to 3/5/2026");
        assert_eq!((range.best, range.others.as_slice()), (None, &[day(2026, 3, 1), day(2026, 3, 5)][..]));
    }

    #[test]
    fn dates_are_found_in_running_text() {
        let line = "you did not come on October 19, 2026 and 4/2/26 at 9:30; call (800) 700-3874 or 555-12-3456";
        let found: Vec<_> =
            find_dates(line, &context(false)).into_iter().map(|(range, r)| (&line[range], r.best.unwrap())).collect();
        assert_eq!(found, [("October 19, 2026", day(2026, 10, 19)), ("4/2/26", day(2026, 4, 2))]);
    }
}
