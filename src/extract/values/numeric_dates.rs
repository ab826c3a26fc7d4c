//! Dates in digits: groups with separators, comb cells, and what is left of them when a reader takes slashes for ones or drops them.
//!
//! Every way to cut the characters into month, day and year is tried, with a cost for each liberty taken; only the cheapest cuts count,
//! and the calendar throws out most of the rest.

use chrono::NaiveDate;

use super::dates::{DateContext, Written, full_year, settle};
use super::ids::digit_for;

/// What had to be repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Repairs {
    #[default]
    None,
    /// O for 0, l for 1, a slash read as 1 or lost: nothing else could stand there.
    Sure,
    /// S for 5, B for 8 and the like: likely, but not the only digit that looks so.
    Doubtful,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Month,
    Day,
    Year,
}

const MONTH_FIRST: [Part; 3] = [Part::Month, Part::Day, Part::Year];
const DAY_FIRST: [Part; 3] = [Part::Day, Part::Month, Part::Year];
const YEAR_FIRST: [Part; 3] = [Part::Year, Part::Month, Part::Day];

/// How the separators came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separators {
    /// All are there.
    Kept,
    /// One or both were read as a one, a bar or the like.
    Misread,
    /// One or both are lost; day and month have two digits each.
    Lost,
}

/// One way to cut the text.
#[derive(Clone, Copy, Debug)]
struct Cut {
    month: u32,
    day: u32,
    /// Year and whether it was written with two digits; none for a date without a year.
    year: Option<(i32, bool)>,
    cost: u32,
    repairs: Repairs,
}

/// Reads digits and separators with all repairs.
pub(super) fn read(text: &str, context: &DateContext) -> Option<Written> {
    let (letters, comb) = compact(text);
    let (digits, others) = letters.iter().fold((0, 0), |(digits, others), c| match c {
        '0'..='9' => (digits + 1, others),
        c if c.is_alphanumeric() => (digits, others + 1),
        _ => (digits, others),
    });
    if digits + others > 14 || others > digits || letters.len() > 30 {
        return None;
    }
    if letters.len() <= 2 && others == 0 {
        let number: String = letters.iter().collect();
        return number.parse().ok().filter(|n| (1..=31).contains(n)).map(Written::Day);
    }
    // Slashes lost and slashes misread are rivals: whichever fits is weighed against the other.
    let damaged: &[Separators] = if comb { &[Separators::Lost] } else { &[Separators::Lost, Separators::Misread] };
    [&[Separators::Kept][..], damaged]
        .into_iter()
        .find_map(|allowed| choose(cuts(&letters, allowed, comb, context), context))
}

/// Reads digits with whole separators and without any repair: for dates in running text.
pub(super) fn read_plain(text: &str, context: &DateContext) -> Option<Written> {
    let separators = text.chars().filter(|c| matches!(c, '/' | '-' | '.')).count();
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '.' | ' '));
    if separators != 2 || !plain || text.len() > 14 {
        return None;
    }
    match read(text, context)? {
        Written::Full(reading) if !reading.repaired => Some(Written::Full(reading)),
        _ => None,
    }
}

/// Runs of spaces become one, spaces beside separators go; in comb cells all spaces and cell borders go.
fn compact(text: &str) -> (Vec<char>, bool) {
    let cells: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == '|' || c == '_').filter(|c| !c.is_empty()).collect();
    let single = cells.iter().filter(|cell| cell.chars().count() == 1).count();
    if cells.len() >= 6 && single * 4 >= cells.len() * 3 {
        return (cells.concat().chars().collect(), true);
    }
    let mut letters: Vec<char> = Vec::new();
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        let beside = |c: &char| is_separator(*c) || *c == ' ';
        if c == ' ' && letters.last().is_none_or(beside) {
            continue;
        }
        if is_separator(c) && letters.last() == Some(&' ') {
            letters.pop();
        }
        letters.push(c);
    }
    (letters, false)
}

fn is_separator(c: char) -> bool {
    matches!(c, '/' | '-' | '.' | ',' | '\\' | '–' | '—' | '·' | '_' | ':' | '*' | '~')
}

/// What a slash and a slanting 1 are both read as.
fn is_stroke(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// What a slash is misread as.
fn is_slash_like(c: char) -> bool {
    matches!(c, '1' | 'l' | 'I' | '|' | '!' | '7' | 'i' | 'J' | 'j' | 't' | 'f' | '(' | ')' | '[' | ']' | '{' | '}')
}

fn cuts(letters: &[char], allowed: &[Separators], comb: bool, context: &DateContext) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for separators in allowed {
        for order in [MONTH_FIRST, DAY_FIRST, YEAR_FIRST] {
            let mut cutter = Cutter { letters, separators: *separators, comb, context, cuts: Vec::new() };
            let start = State { at: 0, month: 0, day: 0, year: None, cost: 0, repairs: Repairs::None, liberties: 0 };
            cutter.step(&order, start);
            // `/1/15/2026`: a speck, if the stroke is no 1.
            if letters.first().is_some_and(|c| is_stroke(*c)) {
                cutter.step(&order, start.speck());
            }
            // The day first is a second thought, taken only where the month first gives nothing or the writer may mean it.
            cuts.extend(cutter.cuts.into_iter().map(|cut| (order, cut)));
        }
    }
    let month_first = cuts.iter().any(|(order, _)| *order == MONTH_FIRST);
    cuts.retain(|(order, _)| match *order {
        DAY_FIRST => context.day_first || !month_first,
        YEAR_FIRST => !month_first,
        _ => true,
    });
    let outside = !context.day_first && !month_first;
    cuts.into_iter()
        .map(|(order, mut cut)| {
            // Day first where nobody writes so: the digits may be misread.
            if order == DAY_FIRST && outside {
                cut.repairs = Repairs::Doubtful;
                cut.cost += 1;
            }
            cut
        })
        .collect()
}

/// The cheapest cuts, as one reading.
fn choose(cuts: Vec<Cut>, context: &DateContext) -> Option<Written> {
    let cheapest = cuts.iter().map(|c| c.cost).min()?;
    let near: Vec<&Cut> = cuts.iter().filter(|c| c.cost <= cheapest + u32::from(cheapest > 0)).collect();
    let full: Vec<&&Cut> = near.iter().filter(|c| c.year.is_some()).collect();
    if full.is_empty() {
        let first = near.first()?;
        return Some(Written::MonthDay(first.month, first.day, first.repairs));
    }
    let mut dates: Vec<NaiveDate> = full
        .iter()
        .filter_map(|c| c.year.and_then(|(year, _)| NaiveDate::from_ymd_opt(year, c.month, c.day)))
        .collect();
    if context.day_first {
        // A day after the receipt is the less likely of two.
        dates.sort_by_key(|d| *d > context.reference);
    }
    let short = full.iter().any(|c| c.year.is_some_and(|(_, short)| short));
    let repairs = full.iter().map(|c| c.repairs).max().unwrap_or_default();
    let mut reading = settle(dates, short, repairs, context.reference);
    if !context.day_first && cheapest > 0 && full.iter().any(|c| c.day > 12) && repairs == Repairs::Doubtful {
        reading.certain = false;
    }
    Some(Written::Full(reading))
}

#[derive(Clone, Copy)]
struct State {
    at: usize,
    month: u32,
    day: u32,
    year: Option<(i32, bool)>,
    cost: u32,
    repairs: Repairs,
    /// Separators that were lost or misread.
    liberties: u32,
}

impl State {
    /// Passed over a stroke that is taken for dirt: less likely than that it is a 1.
    fn speck(self) -> State {
        State {
            at: self.at + 1,
            cost: self.cost + 2,
            repairs: self.repairs.max(Repairs::Sure),
            liberties: self.liberties + 1,
            ..self
        }
    }
}

struct Cutter<'a> {
    letters: &'a [char],
    separators: Separators,
    /// One character a cell: separators are not written.
    comb: bool,
    context: &'a DateContext<'a>,
    cuts: Vec<Cut>,
}

impl Cutter<'_> {
    fn step(&mut self, parts: &[Part], state: State) {
        let Some((part, rest)) = parts.split_first() else {
            if state.at == self.letters.len() {
                self.finish(state);
            }
            return;
        };
        let lengths: &[usize] = match (part, self.separators) {
            (Part::Year, _) if rest.is_empty() => &[4, 2],
            (Part::Year, _) => &[4],
            (_, Separators::Lost) => &[2],
            _ => &[2, 1],
        };
        for length in lengths {
            let Some(after) = self.number(*part, *length, state) else { continue };
            // A date without a year ends after its second part.
            if rest == [Part::Year] && self.separators == Separators::Kept && after.at == self.letters.len() {
                self.finish(after);
                continue;
            }
            if rest.is_empty() {
                self.step(rest, after);
                continue;
            }
            for next in self.separator(after) {
                self.step(rest, next);
            }
        }
    }

    /// The next `length` characters as a number of its range.
    fn number(&self, part: Part, length: usize, mut state: State) -> Option<State> {
        let mut digits = String::with_capacity(length);
        for c in self.letters.get(state.at..state.at + length)? {
            // A hand's 1 is a slanting stroke, as its slash is: likely, and never certain.
            let (digit, sure) = if is_stroke(*c) { ('1', false) } else { digit_for(*c)? };
            if digit != *c {
                state.cost += 1;
                state.repairs = state.repairs.max(if sure { Repairs::Sure } else { Repairs::Doubtful });
            }
            digits.push(digit);
        }
        state.at += length;
        match part {
            Part::Month => state.month = digits.parse().ok().filter(|m| (1..=12).contains(m))?,
            Part::Day => state.day = digits.parse().ok().filter(|d| (1..=31).contains(d))?,
            Part::Year => state.year = Some(full_year(&digits, self.context.reference)?),
        }
        Some(state)
    }

    /// The ways to pass the separator that should stand here.
    fn separator(&self, state: State) -> Vec<State> {
        let mut ways = Vec::with_capacity(2);
        let here = self.letters.get(state.at).copied();
        if here.is_some_and(|c| is_separator(c) || c == ' ') {
            let beyond = |mut at: usize| {
                if self.letters.get(at) == Some(&' ') {
                    at += 1;
                }
                // An apostrophe before a short year.
                if self.letters.get(at).is_some_and(|c| matches!(c, '\'' | '’' | '‘' | '`')) {
                    at += 1;
                }
                at
            };
            let next = state.at + 1;
            match self.letters.get(next) {
                // `11//15`: a speck beside the stroke, or a 1 that the number before or after claims.
                Some(c) if is_stroke(*c) => {
                    ways.push(State { at: beyond(next), ..state });
                    ways.push(State { at: beyond(next + 1), ..state.speck() });
                }
                // `11.-15`.
                Some(c) if is_separator(*c) => ways.push(State { at: beyond(next + 1), ..state }),
                _ => ways.push(State { at: beyond(next), ..state }),
            }
            return ways;
        }
        let repaired = State {
            cost: state.cost + 1,
            repairs: state.repairs.max(Repairs::Sure),
            liberties: state.liberties + 1,
            ..state
        };
        match self.separators {
            Separators::Misread if here.is_some_and(is_slash_like) => ways.push(State { at: state.at + 1, ..repaired }),
            Separators::Lost if self.comb => ways.push(State { liberties: state.liberties + 1, ..state }),
            Separators::Lost => ways.push(repaired),
            _ => {}
        }
        ways
    }

    fn finish(&mut self, state: State) {
        if state.liberties == 0 && self.separators != Separators::Kept {
            return;
        }
        // 2024 was a leap year: 2/29 without a year is a day.
        let year = state.year.map_or(2024, |(year, _)| year);
        if NaiveDate::from_ymd_opt(year, state.month, state.day).is_some() {
            let State { month, day, year, cost, repairs, .. } = state;
            self.cuts.push(Cut { month, day, year, cost, repairs });
        }
    }
}
