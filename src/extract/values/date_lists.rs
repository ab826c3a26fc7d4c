//! Lists of dates, as offices write missed appointments: `1/3, 2/14 & 3/9/25` carries the year from the last.

use chrono::{Datelike, NaiveDate};

use super::dates::{DateContext, Is, Token, Written, full_year, settle, tokens, written_date};
use super::numeric_dates::Repairs;
use crate::extract::fuzzy::fold;
use crate::reading::DateEntry;

/// A list of dates as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateList {
    /// In the order written; an entry that is no date stays in its place without one.
    pub entries: Vec<DateEntry>,
    /// Every entry was read, and each means its date and no other.
    pub certain: bool,
    /// Some entry needed a repair.
    pub repaired: bool,
}

/// One entry before its year is settled.
struct Entry {
    raw: String,
    written: Option<Written>,
    excused: bool,
}

/// Reads a list of dates. An empty text gives an empty list.
pub fn parse_date_list(text: &str, context: &DateContext) -> DateList {
    let mut entries: Vec<Entry> = Vec::new();
    let parted = dates_in_cells(text).or_else(|| in_numbered_rows(text, context));
    for piece in parted.unwrap_or_else(|| pieces(text, context)) {
        let excused = is_excused(&piece, context);
        let bare = without_remarks(&piece, context);
        let written = day_and_year(&bare, context)
            .or_else(|| written_date(&bare, context))
            .or_else(|| numbered(&bare, entries.len() + 1, context))
            // The first number may have come as an entry of its own.
            .or_else(|| numbered(&bare, entries.len(), context));
        match written {
            Some(written) => entries.push(Entry { raw: piece, written: Some(written), excused }),
            None if excused && !bare.chars().any(|c| c.is_ascii_digit()) => {
                if let Some(last) = entries.last_mut() {
                    last.excused = true;
                }
            }
            None if may_be_a_date(&bare) => entries.push(Entry { raw: piece, written: None, excused }),
            None => {}
        }
    }
    drop_row_numbers(&mut entries);
    // After a comma another date was to follow, and what stands there was not read.
    if !entries.is_empty() && text.trim_end().ends_with([',', '&']) {
        entries.push(Entry { raw: String::new(), written: None, excused: false });
    }
    settle_list(entries, context)
}

/// `1. Apr 4 2026 2 Jun 1 2026 3. 4.`: what stands behind the numbers of rows, which count from one, whatever happened to their periods.
fn in_numbered_rows(text: &str, context: &DateContext) -> Option<Vec<String>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| word.trim_end_matches(['.', ')', ',', ':']).parse::<usize>().ok();
    let has_figures = |word: &str| word.chars().filter(char::is_ascii_digit).count() >= 3 && !is_year(word);
    let is_month = |word: &str| {
        let tokens = tokens(word, context.words);
        tokens.first().is_some_and(|token| matches!(token.is, Is::Month(_)))
    };
    let mut starts: Vec<usize> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied();
        let marked = word.ends_with(['.', ')', ':', ',']);
        let opens =
            next.is_none_or(|next| has_figures(next) || is_month(next) || number(next) == Some(starts.len() + 2));
        if number(word) == Some(starts.len() + 1) && if starts.is_empty() { marked } else { opens } {
            starts.push(at);
        }
    }
    if starts.len() < 3 || starts.first() != Some(&0) {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([words.len()]);
    let rows = starts.iter().zip(ends).map(|(start, end)| words[start + 1..end].join(" "));
    Some(rows.flat_map(|row| pieces(&row, context)).collect())
}

fn is_year(word: &str) -> bool {
    let digits = word.trim_matches(|c: char| !c.is_ascii_digit());
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

/// `0 4 1 0 2 0 2 6 0 6 0 3 2 0 2 6`: digits in cells of their own, eight for each date.
fn dates_in_cells(text: &str) -> Option<Vec<String>> {
    let is_frame = |c: char| c.is_whitespace() || matches!(c, '|' | '[' | ']');
    let cells: Vec<&str> = text.split(is_frame).filter(|cell| !cell.is_empty()).collect();
    let digits: Vec<char> = cells.concat().chars().collect();
    let lone = cells.iter().filter(|cell| cell.len() == 1).count();
    let in_cells = digits.iter().all(char::is_ascii_digit) && lone * 2 > cells.len() && digits.len().is_multiple_of(8);
    let date = |cells: &[char]| {
        let part = |from: usize, to: usize| cells[from..to].iter().collect::<String>();
        format!("{}/{}/{}", part(0, 2), part(2, 4), part(4, 8))
    };
    (in_cells && !digits.is_empty()).then(|| digits.chunks(8).map(date).collect())
}

/// `4. 5.`: the numbers of rows that nothing was written in, which follow each other as no day follows its month by chance.
fn is_empty_rows(raw: &str) -> bool {
    let plain = raw.contains(' ') && raw.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' ' | ','));
    let numbers: Vec<u32> = raw
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .filter_map(|p| p.parse().ok())
        .collect();
    plain
        && numbers.len() >= 2
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
        && numbers.iter().all(|n| *n <= ROWS)
}

/// Most rows that a form has for dates.
const ROWS: u32 = 12;

/// `106-13-2025`, `3.11-07-2026 4 5`: the printed number of the entry, or of empty ones after it, read with its date.
fn numbered(piece: &str, ordinal: usize, context: &DateContext) -> Option<Written> {
    let number = ordinal.to_string();
    let rest = piece.strip_prefix(number.as_str()).map(|rest| rest.trim_start_matches(['.', ')', ' ', ',']));
    let mut date = rest.unwrap_or(piece);
    while let Some((before, last)) = date.rsplit_once(' ')
        && last.trim_matches('.').len() <= 1
    {
        date = before.trim_end_matches([',', '.']);
    }
    match written_date(date, context)? {
        Written::Full(reading) if date != piece && !reading.repaired => Some(Written::Full(reading)),
        _ => None,
    }
}

/// A lone number before a whole date in figures is the number of its row: days that share a month stand with its name.
fn drop_row_numbers(entries: &mut Vec<Entry>) {
    entries.retain(|entry| !is_empty_rows(&entry.raw));
    let is_row_number = |pair: &[Entry]| {
        matches!(pair[0].written, Some(Written::Day(_)))
            && matches!(pair[1].written, Some(Written::Full(_)))
            && pair[1]
                .raw
                .split_whitespace()
                .next()
                .is_some_and(|word| !word.contains(char::is_alphabetic) && word.len() >= 6)
    };
    let drop: Vec<bool> = entries.windows(2).map(is_row_number).chain([false]).collect();
    let mut drop = drop.into_iter();
    entries.retain(|_| !drop.next().unwrap_or(false));
}

/// `17, 2025`, whose month stands before it.
fn day_and_year(piece: &str, context: &DateContext) -> Option<Written> {
    let (day, year) = piece.split_once(',')?;
    let day: u32 = day.trim().parse().ok().filter(|d| (1..=31).contains(d))?;
    let (year, short) = full_year(year.trim(), context.reference)?;
    (!short).then_some(Written::DayYear(day, year))
}

/// Cuts a list at its separators; a comma inside `May 6, 2025` does not count.
fn pieces(text: &str, context: &DateContext) -> Vec<String> {
    let mut pieces = Vec::new();
    for line in text.split(['\n', '\r', ';', '&', '+', '\t', '•', '·', '*']) {
        for part in split_wide_gaps(line) {
            let tokens = tokens(part, context.words);
            let mut piece: Vec<Token> = Vec::new();
            let mut enumerator = false;
            for (at, token) in tokens.iter().enumerate() {
                // `1) 4/30/26 2) 6/20/26`: the numbers of the entries.
                let closes =
                    tokens.get(at + 1).is_some_and(|t| matches!(t.is, Is::Mark(')' | '#')) && t.start == token.end);
                if enumerator
                    || (closes
                        && matches!(&token.is, Is::Number(digits, ..) if digits.len() == 1)
                        && !within_brackets(&piece))
                {
                    enumerator = !enumerator;
                    push_piece(&mut pieces, &piece, part);
                    piece.clear();
                    continue;
                }
                if ends_piece(&piece, token, tokens.get(at + 1), tokens.get(at + 2), part, context) {
                    push_piece(&mut pieces, &piece, part);
                    piece.clear();
                }
                if !is_joiner(token, context) {
                    piece.push(token.clone());
                }
            }
            push_piece(&mut pieces, &piece, part);
        }
    }
    pieces
}

/// Two or more spaces part entries, unless a single character stands between (comb cells).
fn split_wide_gaps(line: &str) -> Vec<&str> {
    let parts: Vec<&str> = line.split("  ").map(str::trim).filter(|p| !p.is_empty()).collect();
    let long = parts.iter().filter(|p| p.chars().filter(char::is_ascii_digit).count() >= 2).count();
    if long * 2 > parts.len() { parts } else { vec![line.trim()] }
}

fn is_range_word(token: &Token, context: &DateContext) -> bool {
    matches!(&token.is, Is::Word(word) if context.words.ranges.iter().any(|r| fold(r) == *word))
}

fn within_brackets(piece: &[Token]) -> bool {
    piece.iter().any(|t| t.is == Is::Mark('('))
}

fn is_joiner(token: &Token, context: &DateContext) -> bool {
    match &token.is {
        Is::Word(word) => context.words.joiners.iter().any(|j| fold(j) == *word),
        _ => false,
    }
}

/// Whether a new entry begins at `token`.
fn ends_piece(
    piece: &[Token],
    token: &Token,
    next: Option<&Token>,
    after: Option<&Token>,
    text: &str,
    context: &DateContext,
) -> bool {
    if piece.is_empty() {
        return false;
    }
    if is_joiner(token, context) {
        return true;
    }
    if piece.last().is_some_and(|last| is_range_word(last, context)) {
        return false;
    }
    let is_month = |t: &Token| matches!(t.is, Is::Month(_));
    let has_month = piece.iter().any(is_month);
    let is_year = |t: &Token| matches!(&t.is, Is::Number(digits, _, quoted) if digits.len() == 4 || *quoted);
    let numbers = piece.iter().filter(|t| matches!(t.is, Is::Number(..))).count();
    match &token.is {
        Is::Mark(',') => {
            // `May 6, 2025`: the year belongs to the day before it.
            !(numbers == 1 && next.is_some_and(is_year))
        }
        // `Jan 3 Feb 14`: the second month begins an entry; in `3 de enero 14 de febrero` its day does.
        Is::Month(_) => has_month,
        Is::Number(..) if has_month && numbers > 0 => {
            let day_of_next = piece.first().is_some_and(|t| matches!(t.is, Is::Number(..)))
                && (next.is_some_and(is_month)
                    || (next.is_some_and(|t| t.is == Is::Filler) && after.is_some_and(is_month)));
            day_of_next || numbers >= 2
        }
        // `1/3/25 2/14/25`: after a space, a number with its own separator begins an entry when the last one is whole.
        Is::Number(..) if !has_month => {
            let spaced = piece
                .last()
                .is_some_and(|last| last.end < token.start && !matches!(last.is, Is::Mark('/' | '-' | '.')));
            let own_mark = next.is_some_and(|t| matches!(t.is, Is::Mark('/' | '-' | '.')) && t.start == token.end);
            let marks = piece.iter().filter(|t| matches!(t.is, Is::Mark('/' | '-' | '.'))).count();
            spaced && own_mark && marks >= 1 && text.get(token.start..token.end).is_some()
        }
        // `1/3/25. 2/14/25`: a comma that lost its tail.
        Is::Mark('.' | ':' | '|') => {
            let apart = next.is_some_and(|n| matches!(n.is, Is::Number(..) | Is::Month(_)) && token.end < n.start);
            apart && (numbers >= 3 || (has_month && numbers >= 2))
        }
        // `1/3/25 - 2/14/25`: a dash with spaces after a whole date.
        Is::Mark('-' | '–' | '—') => {
            let spaced =
                piece.last().is_some_and(|last| last.end < token.start) && next.is_some_and(|n| token.end < n.start);
            spaced && numbers >= 3
        }
        _ => false,
    }
}

fn push_piece(pieces: &mut Vec<String>, piece: &[Token], text: &str) {
    if let (Some(first), Some(last)) = (piece.first(), piece.last())
        && let Some(piece) = text.get(first.start..last.end)
    {
        // An apostrophe before a number is cut off with it.
        let piece = piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-' | '–' | ':'));
        if piece.chars().any(char::is_alphanumeric) {
            pieces.push(piece.to_owned());
        }
    }
}

fn words_of(piece: &str) -> Vec<&str> {
    piece
        .split(|c: char| !(c.is_alphanumeric() || c == '/' || c == '\''))
        .filter(|w| w.chars().any(char::is_alphabetic))
        .collect()
}

fn is_excused(piece: &str, context: &DateContext) -> bool {
    words_of(piece).iter().any(|word| {
        let folded = fold(word);
        context.words.excused.iter().any(|e| fold(e) == folded)
    })
}

/// The piece without words that belong to no date: `1/3/25 (no show)`, `on 2/14/25 at 9 am`.
fn without_remarks(piece: &str, context: &DateContext) -> String {
    let tokens = tokens(piece, context.words);
    if tokens.iter().any(|token| is_range_word(token, context)) {
        return piece.to_owned();
    }
    let digits_before = |at: usize| tokens.iter().take(at).any(|t| matches!(t.is, Is::Number(..)));
    let mut start = None;
    let mut end = 0;
    for (at, token) in tokens.iter().enumerate() {
        let remark = match &token.is {
            Is::Word(word) => word.len() >= 2 && !word.chars().any(|c| c.is_ascii_digit()),
            Is::Mark('(' | '[' | '{' | '@') => true,
            _ => false,
        };
        if remark && digits_before(at) {
            break;
        }
        if remark || (start.is_none() && matches!(token.is, Is::Filler | Is::Mark(_))) {
            continue;
        }
        start.get_or_insert(token.start);
        end = token.end;
    }
    // A quotation mark that was taken into its number.
    start
        .and_then(|start| piece.get(start..end))
        .unwrap_or_default()
        .trim_end_matches(" at")
        .trim_end_matches(" a")
        .to_owned()
}

/// Digits, or a scrawl that is no plain word: perhaps a date that could not be read.
fn may_be_a_date(piece: &str) -> bool {
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    let marks = piece.chars().filter(|c| matches!(c, '/' | '\\')).count();
    digits >= 2
        || (digits == 1 && (marks >= 1 || piece.chars().count() <= 8))
        || (marks >= 1 && piece.chars().any(char::is_alphanumeric))
}

/// Years and months that entries share are carried: back from the next entry that states one, else forward and not certain.
fn settle_list(mut entries: Vec<Entry>, context: &DateContext) -> DateList {
    carry_months(&mut entries);
    let mut list = DateList { certain: !entries.is_empty(), ..DateList::default() };
    let stated: Vec<Option<NaiveDate>> = entries
        .iter()
        .map(|entry| match &entry.written {
            Some(Written::Full(reading)) => reading.best,
            _ => None,
        })
        .collect();
    for (at, entry) in entries.iter().enumerate() {
        let date = match &entry.written {
            Some(Written::Full(reading)) => {
                list.certain &= reading.certain;
                list.repaired |= reading.repaired;
                reading.best
            }
            Some(Written::MonthDay(month, day, repairs)) => {
                list.repaired |= *repairs != Repairs::None;
                list.certain &= *repairs != Repairs::Doubtful;
                let later = stated.iter().skip(at + 1).flatten().next();
                let earlier = stated.iter().take(at).flatten().last();
                let (date, sure) = carry_year(*month, *day, later, earlier);
                list.certain &= sure;
                date
            }
            Some(Written::Day(_) | Written::DayYear(..)) | None => {
                list.certain = false;
                None
            }
        };
        list.certain &= date.is_some();
        list.entries.push(DateEntry { raw: entry.raw.clone(), date, excused: entry.excused });
    }
    list.certain &= list.entries.iter().all(|e| e.date.is_none_or(|d| d <= context.reference));
    list
}

/// `March 3, 10 and 17, 2025`: lone days take the month of the entry before them, or in `3, 10 y 17 de marzo` of the one after.
fn carry_months(entries: &mut [Entry]) {
    let months: Vec<Option<u32>> = entries
        .iter()
        .map(|entry| match &entry.written {
            Some(Written::MonthDay(month, ..)) => Some(*month),
            Some(Written::Full(reading)) if entry.raw.chars().any(char::is_alphabetic) => {
                reading.best.map(|d| d.month())
            }
            _ => None,
        })
        .collect();
    for (at, entry) in entries.iter_mut().enumerate() {
        if let Some(Written::DayYear(day, year)) = entry.written
            && let Some(month) = months.iter().take(at).flatten().last()
        {
            let date = NaiveDate::from_ymd_opt(year, *month, day);
            entry.written = date.map(|date| Written::Full(settle(vec![date], false, Repairs::None, date)));
        }
        if let Some(Written::Day(day)) = entry.written {
            let before = months.iter().take(at).flatten().last();
            let after = months.iter().skip(at + 1).flatten().next();
            if let Some(month) = before.or(after)
                && NaiveDate::from_ymd_opt(2024, *month, day).is_some()
            {
                entry.written = Some(Written::MonthDay(*month, day, Repairs::None));
            }
        }
    }
}

/// The year for a day without one, and whether the list leaves no doubt.
fn carry_year(
    month: u32,
    day: u32,
    later: Option<&NaiveDate>,
    earlier: Option<&NaiveDate>,
) -> (Option<NaiveDate>, bool) {
    if let Some(later) = later {
        return match NaiveDate::from_ymd_opt(later.year(), month, day) {
            Some(date) if date <= *later => (Some(date), true),
            // `11/3, 12/14 & 1/9/26` runs over the turn of the year.
            _ => (NaiveDate::from_ymd_opt(later.year() - 1, month, day), false),
        };
    }
    match earlier {
        Some(earlier) => (NaiveDate::from_ymd_opt(earlier.year(), month, day), false),
        None => (None, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::DateWords;

    fn list(text: &str) -> DateList {
        let reference = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        parse_date_list(text, &DateContext { reference, day_first: false, words: DateWords::builtin() })
    }

    fn days(list: &DateList) -> Vec<String> {
        list.entries.iter().map(|e| e.date.map_or("?".to_owned(), |d| d.to_string())).collect()
    }

    #[test]
    fn the_year_is_carried_from_the_last() {
        for text in [
            "1/3, 2/14 & 3/9/25",
            "1/3; 2/14 and 3/9/2025",
            "1/3\n2/14\n3/9/25",
            "1/3  2/14   3/9/25",
            "Jan 3, Feb 14 and March 9, 2025",
            "3 de enero, 14 de febrero y 9 de marzo de 2025",
            "1/3 2/14 3/9/25",
            "1/3/25. 2/14/25. 3/9/2025",
            "1/3/25: 2/14/25, 3/9/2025.",
        ] {
            let list = list(text);
            assert_eq!(days(&list), ["2025-01-03", "2025-02-14", "2025-03-09"], "{text}: {list:?}");
            assert!(list.certain, "{text}");
        }
    }

    #[test]
    fn whole_dates_in_any_form_are_parted() {
        for text in [
            "04/30/2026, 06/20/2026, 07/17/2026",
            "4/30/26 6/20/26 7/17/26",
            "April 30, 2026, June 20, 2026, July 17, 2026",
            "4-30-26; 6-20-26; 7-17-26",
            "1) 04/30/2026 2) 06/20/2026 3) 07/17/2026",
            "4/30/2026 - 6/20/2026 - 7/17/2026",
            "Apr 30 2026 Jun 20 2026 Jul 17 2026",
            "4/30/26 (no show), 6/20/26 no show; 7/17/26 did not call",
            "1. Apr 30 2026 2 Jun 20 2026 3. Jul 17 2026 4. 5, 6.",
            "1. 04-30-26 2. 06-20-26 3 07-17-26 4. 5. 6.",
            "0 4 3 0 2 0 2 6 | 0 6 2 0 2 0 2 6 | 0 7 17 2 0 2 6",
        ] {
            assert_eq!(days(&list(text)), ["2026-04-30", "2026-06-20", "2026-07-17"], "{text}: {:?}", list(text));
        }
    }

    #[test]
    fn an_entry_that_is_no_date_stays_in_its_place() {
        let list = list("4/30/2026, 6/3?/2O2, 7/17/2026");
        assert_eq!(days(&list), ["2026-04-30", "?", "2026-07-17"], "{list:?}");
        assert!(!list.certain);
    }

    #[test]
    fn a_list_that_breaks_off_has_an_entry_that_was_not_read() {
        assert_eq!(days(&list("2/10/2026, 5/17/2026")), ["2026-02-10", "2026-05-17"]);
        assert_eq!(days(&list("2/10/2026, 5/17/2026,")), ["2026-02-10", "2026-05-17", "?"]);
    }

    #[test]
    fn visits_called_off_are_told() {
        let list = list("1/3/25 cx, 2/14/25 (rescheduled), 3/9/25; 4/1/25, canceled");
        let excused: Vec<bool> = list.entries.iter().map(|e| e.excused).collect();
        assert_eq!(days(&list), ["2025-01-03", "2025-02-14", "2025-03-09", "2025-04-01"]);
        assert_eq!(excused, [true, true, false, true]);
    }

    #[test]
    fn a_month_is_shared_by_its_days() {
        assert_eq!(days(&list("March 3, 10, and 17, 2025")), ["2025-03-03", "2025-03-10", "2025-03-17"]);
    }

    #[test]
    fn no_year_at_all_is_never_guessed_and_the_turn_of_a_year_is_not_certain() {
        let none = list("1/3, 2/14, 3/9");
        assert_eq!((days(&none), none.certain), (vec!["?".to_owned(); 3], false));
        let turn = list("11/3, 12/14 & 1/9/26");
        assert_eq!(
            (days(&turn), turn.certain),
            (vec!["2025-11-03".into(), "2025-12-14".into(), "2026-01-09".into()], false)
        );
    }

    #[test]
    fn numbers_of_empty_rows_are_no_date() {
        let read = list("1. 01/13/2026 2. 06/01/2026 3. 10/07/2026 4. 5.");
        assert_eq!(days(&read), ["2026-01-13", "2026-06-01", "2026-10-07"]);
        assert_eq!(days(&list("4.5, 6/20, 9/14/26")).len(), 3, "a date with full stops stays");
    }

    #[test]
    fn printed_row_numbers_are_no_days() {
        for text in
            ["106-13-2025 204-25-2026 3.11-07-2026 4 5", "No. | Date of visit 1 06-13-2025; 2 04-25-2026; 3 11-07-2026"]
        {
            assert_eq!(days(&list(text)), ["2025-06-13", "2026-04-25", "2026-11-07"], "{text}");
        }
    }

    #[test]
    fn remarks_and_ranges_are_no_days() {
        assert!(list("see attached log").entries.is_empty());
        assert!(list("").entries.is_empty());
        let range = list("3/1/2026 through 3/5/2026");
        assert_eq!(days(&range), ["?"]);
    }
}
