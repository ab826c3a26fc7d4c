//! What a field may look like: formats for the decoder.
//!
//! A [`Format`] is a pattern over characters, as data: `9\d{7}[ACDEF]` is nine digits and a letter. [`crate::ocr::decode`] walks it
//! as an automaton while it searches a lattice; [`Format::matches`] asks the same of a text that somebody else read.
//!
//! The pattern language is the plain part of regular expressions: characters, `\d`, classes `[A-Z .]`, groups, `|`, and
//! the repetitions `?`, `*`, `+`, `{n}`, `{m,n}`. A `.` is a full stop, since dates have them.

use std::collections::BTreeMap;

/// Most nodes that a pattern may need; a field of 200 letters needs 400.
const MAX_NODES: usize = 8192;
/// Most copies that a repetition may ask for.
const MAX_REPEATS: u32 = 400;
/// Deepest nesting of groups.
const MAX_DEPTH: u32 = 32;

/// Month names as they are written on forms, with their abbreviations; decoding ignores case.
pub const ENGLISH_MONTHS: [&str; 12] = [
    "Jan(uary|.)?", "Feb(ruary|.)?", "Mar(ch|.)?", "Apr(il|.)?", "May", "June?.?", "July?.?", "Aug(ust|.)?", "Sept?(ember|.)?",
    "Oct(ober|.)?", "Nov(ember|.)?", "Dec(ember|.)?",
];
pub const SPANISH_MONTHS: [&str; 12] = [
    "ene(ro|.)?", "feb(rero|.)?", "mar(zo|.)?", "abr(il|.)?", "mayo", "jun(io|.)?", "jul(io|.)?", "ago(sto|.)?", "sep?t?(iembre|.)?",
    "oct(ubre|.)?", "nov(iembre|.)?", "dic(iembre|.)?",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern is wrong at character {position}: {problem}")]
pub struct PatternError {
    /// 1-based.
    pub position: usize,
    pub problem: &'static str,
}

/// The strings that a field may hold.
#[derive(Clone, Debug)]
pub struct Format {
    nodes: Vec<Node>,
    start: usize,
    pub(super) ignored: String,
    pub(super) folds_case: bool,
    pub(super) lookalikes: bool,
    check: Option<fn(&str) -> bool>,
}

#[derive(Clone, Debug)]
enum Node {
    /// Goes on with one character of the ranges.
    Take { ranges: Vec<(char, char)>, next: usize },
    /// Goes on without a character.
    Split(Vec<usize>),
    Accept,
}

impl Format {
    /// A format from a pattern.
    pub fn pattern(pattern: &str) -> Result<Self, PatternError> {
        let tree = Parser { characters: pattern.chars().collect(), at: 0, depth: 0 }.parse()?;
        let mut format =
            Format { nodes: vec![Node::Accept], start: 0, ignored: String::new(), folds_case: false, lookalikes: false, check: None };
        format.start = format
            .compile(&tree, 0)
            .ok_or(PatternError { position: pattern.chars().count(), problem: "it stands for too many characters" })?;
        Ok(format)
    }

    /// Characters that may stand anywhere and mean nothing: blanks between comb cells, a cell border read as `|`.
    pub fn ignoring(mut self, characters: &str) -> Self {
        self.ignored.push_str(characters);
        self
    }

    /// The value stands in comb cells: blanks between its characters and borders read as `|` mean nothing. Without this, a `|` may be
    /// a `1` ([`Format::with_lookalikes`]); with it, a border never is.
    pub fn in_cells(self) -> Self {
        self.ignoring(" |")
    }

    /// Accepts the other case of a letter as the letter of the pattern.
    pub fn any_case(mut self) -> Self {
        self.folds_case = true;
        self
    }

    /// Accepts, at a price, a character that looks like the one the pattern asks for: `O` for `0`, `l` for `1`.
    pub fn with_lookalikes(mut self) -> Self {
        self.lookalikes = true;
        self
    }

    /// A test of whole values, such as a check digit. Decoding reports its answer and keeps the values that fail it: a number that
    /// was written down wrong must be read as it was written.
    pub fn checked_by(mut self, check: fn(&str) -> bool) -> Self {
        self.check = Some(check);
        self
    }

    /// Whether a whole value passes the check; without a check every value does.
    pub fn passes(&self, text: &str) -> bool {
        self.check.is_none_or(|check| check(text))
    }

    /// Whether `text`, without the ignored characters, is a string of this format. The check is asked apart: [`Format::passes`].
    pub fn matches(&self, text: &str) -> bool {
        let mut walk = Walk::new(self);
        let mut states = vec![walk.start()];
        for character in text.chars().filter(|&c| !self.ignored.contains(c)) {
            let variants = if self.folds_case { case_variants(character) } else { vec![character] };
            let mut next: Vec<usize> = Vec::new();
            for state in states {
                next.extend(variants.iter().filter_map(|&variant| walk.step(state, variant)));
            }
            next.sort_unstable();
            next.dedup();
            states = next;
        }
        states.into_iter().any(|state| walk.accepts(state))
    }

    /// A Medi-Cal member's CIN: `9`, seven digits, a letter of the set that the cards use.
    pub fn cin() -> Self {
        built_in(r"9\d{7}[ACDEFGHMNTUVWXYZ]").ignoring(" -_").any_case().with_lookalikes()
    }

    /// The 14 characters of a Medi-Cal card: the CIN, a check digit, the last digit of the year and the day of the year of issue.
    pub fn benefits_card() -> Self {
        built_in(r"9\d{7}[ACDEFGHMNTUVWXYZ]\d{2}[0-3]\d{2}").ignoring(" -_").any_case().with_lookalikes()
    }

    /// A National Provider Identifier: ten digits, `1` or `2` first. The check is its check digit.
    pub fn npi() -> Self {
        built_in(r"[12]\d{9}").ignoring(" -_.").with_lookalikes().checked_by(npi_check_digit)
    }

    /// A North American telephone number, read as its digits: three of the area, seven of the number, neither part with `0` or `1` in front.
    pub fn phone() -> Self {
        built_in(r"1?[2-9]\d{2}[2-9]\d{6}").ignoring(" -()._/+").with_lookalikes()
    }

    /// A date in digits, month first, with `/`, `-` or `.` between: `3/7/2024`, `03-07-24`. The check is that the day exists.
    pub fn numeric_date() -> Self {
        const MONTH: &str = "(0?[1-9]|1[0-2])";
        const DAY: &str = r"(0?[1-9]|[12]\d|3[01])";
        const YEAR: &str = r"((19|20)\d\d|\d\d)";
        built_in(&format!("{MONTH}/{DAY}/{YEAR}|{MONTH}-{DAY}-{YEAR}|{MONTH}[.]{DAY}[.]{YEAR}"))
            .ignoring(" _")
            .with_lookalikes()
            .checked_by(day_exists)
    }

    /// A date in comb cells, two digits, two digits and four, without anything between.
    pub fn comb_date() -> Self {
        built_in(r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d\d")
            .ignoring(" |_/-.")
            .with_lookalikes()
            .checked_by(|text| match (text.get(..2), text.get(2..4), text.get(4..)) {
                (Some(month), Some(day), Some(year)) => day_exists(&format!("{month}/{day}/{year}")),
                _ => false,
            })
    }

    /// A date with the month's name, in English (`May 6, 2025`) or Spanish (`6 de mayo de 2025`).
    pub fn written_date() -> Self {
        const DAY: &str = r"(0?[1-9]|[12]\d|3[01])";
        const YEAR: &str = r"(19|20)\d\d";
        let (english, spanish) = (ENGLISH_MONTHS.join("|"), SPANISH_MONTHS.join("|"));
        built_in(&format!("({english}) ?{DAY}(st|nd|rd|th)?,? ?{YEAR}|{DAY} ({english}),? {YEAR}|{DAY} (de )?({spanish})( de| del|,)? {YEAR}"))
            .any_case()
            .ignoring("_")
    }

    /// Between `least` and `most` digits, as one number; at most 400.
    pub fn digits(least: u32, most: u32) -> Self {
        built_in(&format!(r"\d{{{},{}}}", least.min(MAX_REPEATS), most.clamp(least.min(MAX_REPEATS), MAX_REPEATS))).ignoring(" -_").with_lookalikes()
    }

    /// A name or other free text: Latin letters with their accents, words of them with single blanks between, and the punctuation of names.
    pub fn name() -> Self {
        built_in(r"[A-Za-zÀ-ÖØ-öø-ÿ'’.,-]+( [A-Za-zÀ-ÖØ-öø-ÿ'’.,-]+)*").ignoring("_|")
    }

    fn compile(&mut self, tree: &Tree, next: usize) -> Option<usize> {
        match tree {
            Tree::One(ranges) => self.add(Node::Take { ranges: ranges.clone(), next }),
            Tree::All(parts) => parts.iter().rev().try_fold(next, |next, part| self.compile(part, next)),
            Tree::Any(branches) => {
                let starts = branches.iter().map(|branch| self.compile(branch, next)).collect::<Option<Vec<_>>>()?;
                self.add(Node::Split(starts))
            }
            Tree::Repeat { part, least, most } => {
                let mut start = next;
                match most {
                    Some(most) => {
                        for _ in *least..*most {
                            let once = self.compile(part, start)?;
                            start = self.add(Node::Split(vec![once, next]))?;
                        }
                    }
                    None => {
                        let again = self.add(Node::Split(Vec::new()))?;
                        let once = self.compile(part, again)?;
                        self.nodes[again] = Node::Split(vec![once, next]);
                        start = again;
                    }
                }
                (0..*least).try_fold(start, |start, _| self.compile(part, start))
            }
        }
    }

    fn add(&mut self, node: Node) -> Option<usize> {
        self.nodes.push(node);
        (self.nodes.len() <= MAX_NODES).then_some(self.nodes.len() - 1)
    }
}

/// A pattern of this module; a test compiles every one of them.
fn built_in(pattern: &str) -> Format {
    Format::pattern(pattern).unwrap_or(Format {
        nodes: vec![Node::Accept],
        start: 0,
        ignored: String::new(),
        folds_case: false,
        lookalikes: false,
        check: None,
    })
}

/// A letter in both cases; other characters alone.
pub(super) fn case_variants(character: char) -> Vec<char> {
    let mut variants = vec![character];
    // Only one-to-one foldings: `ß` has none.
    let (mut upper, mut lower) = (character.to_uppercase(), character.to_lowercase());
    for other in [(upper.next(), upper.next()), (lower.next(), lower.next())] {
        if let (Some(other), None) = other
            && other != character
        {
            variants.push(other);
        }
    }
    variants
}

/// Whether ten digits end in the right check digit: Luhn's sum over `80840` and the number (CMS, "NPI check digit").
pub fn npi_check_digit(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|character| character.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() == 10) else { return false };
    let doubled = |digit: u32| digit * 2 / 10 + digit * 2 % 10;
    // 24 is the sum that the prefix 80840 gives.
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, &digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum();
    (sum + 24).is_multiple_of(10)
}

/// Whether a date in digits, month first, names a day of the calendar. Of a year with two digits, `00` to `99`, the leap day is taken to exist in every
/// fourth one, which holds from 1901 to 2099.
fn day_exists(text: &str) -> bool {
    let parts: Option<Vec<u32>> = text.split(['/', '-', '.']).map(|part| part.parse().ok()).collect();
    let Some([month, day, year]) = parts.as_deref() else { return false };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && *year != 1900 => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(day)
}

/// A parsed pattern.
enum Tree {
    One(Vec<(char, char)>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Repeat { part: Box<Tree>, least: u32, most: Option<u32> },
}

struct Parser {
    characters: Vec<char>,
    at: usize,
    depth: u32,
}

impl Parser {
    fn parse(mut self) -> Result<Tree, PatternError> {
        let tree = self.branches()?;
        if self.next().is_some() {
            return Err(self.error("a `)` without its `(`"));
        }
        Ok(tree)
    }

    fn branches(&mut self) -> Result<Tree, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        Ok(Tree::Any(branches))
    }

    fn sequence(&mut self) -> Result<Tree, PatternError> {
        let mut parts = Vec::new();
        while let Some(character) = self.peek().filter(|&character| character != '|' && character != ')') {
            self.at += 1;
            let part = match character {
                '(' => self.group()?,
                '[' => self.class()?,
                '\\' => Tree::One(self.escaped()?),
                '?' | '*' | '+' | '{' => return Err(self.error("a repetition of nothing")),
                plain => Tree::One(vec![(plain, plain)]),
            };
            parts.push(self.repeated(part)?);
        }
        Ok(Tree::All(parts))
    }

    fn group(&mut self) -> Result<Tree, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("groups are nested too deeply"));
        }
        let tree = self.branches()?;
        self.depth -= 1;
        if self.eat(')') { Ok(tree) } else { Err(self.error("a `(` without its `)`")) }
    }

    fn class(&mut self) -> Result<Tree, PatternError> {
        let mut ranges = Vec::new();
        loop {
            let Some(character) = self.next() else { return Err(self.error("a `[` without its `]`")) };
            match character {
                ']' => break,
                '\\' => ranges.extend(self.escaped()?),
                first => {
                    let is_range = self.peek() == Some('-') && self.characters.get(self.at + 1).is_some_and(|&after| after != ']');
                    if !is_range {
                        ranges.push((first, first));
                        continue;
                    }
                    self.at += 1;
                    let Some(last) = self.next().filter(|&last| last >= first) else {
                        return Err(self.error("a range that runs backwards"));
                    };
                    ranges.push((first, last));
                }
            }
        }
        if ranges.is_empty() { Err(self.error("an empty class")) } else { Ok(Tree::One(ranges)) }
    }

    fn escaped(&mut self) -> Result<Vec<(char, char)>, PatternError> {
        match self.next() {
            Some('d') => Ok(vec![('0', '9')]),
            Some(letter) if letter.is_alphanumeric() => Err(self.error("an unknown escape; there is only `\\d`")),
            Some(other) => Ok(vec![(other, other)]),
            None => Err(self.error("a `\\` with nothing after it")),
        }
    }

    fn repeated(&mut self, part: Tree) -> Result<Tree, PatternError> {
        let (least, most) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => {
                self.at += 1;
                let least = self.number()?;
                let most = if self.eat(',') { self.number()? } else { least };
                if self.peek() != Some('}') || most < least {
                    return Err(self.error("a count must be `{n}` or `{m,n}` with m not above n"));
                }
                (least, Some(most))
            }
            _ => return Ok(part),
        };
        self.at += 1;
        if matches!(self.peek(), Some('?' | '*' | '+' | '{')) {
            return Err(self.error("a repetition of a repetition; put the first in a group"));
        }
        Ok(Tree::Repeat { part: Box::new(part), least, most })
    }

    fn number(&mut self) -> Result<u32, PatternError> {
        let start = self.at;
        while self.peek().is_some_and(|character| character.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.characters[start..self.at].iter().collect();
        digits.parse().ok().filter(|&count| count <= MAX_REPEATS).ok_or_else(|| self.error("a count must be a number up to 400"))
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek();
        self.at += usize::from(character.is_some());
        character
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn error(&self, problem: &'static str) -> PatternError {
        PatternError { position: self.at.max(1), problem }
    }
}

/// A walk along a format: its automaton, made deterministic as far as the walk comes.
pub(super) struct Walk<'a> {
    format: &'a Format,
    /// For each state the nodes that take a character, sorted, and whether the format may end here.
    states: Vec<(Vec<usize>, bool)>,
    known: BTreeMap<(Vec<usize>, bool), usize>,
    moves: BTreeMap<(usize, char), Option<usize>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(format: &'a Format) -> Self {
        let mut walk = Self { format, states: Vec::new(), known: BTreeMap::new(), moves: BTreeMap::new() };
        walk.state_of(vec![format.start]);
        walk
    }

    pub(super) fn start(&self) -> usize {
        0
    }

    pub(super) fn accepts(&self, state: usize) -> bool {
        self.states.get(state).is_some_and(|(_, accepts)| *accepts)
    }

    /// The state after `character`, or `None` where the format does not allow it.
    pub(super) fn step(&mut self, state: usize, character: char) -> Option<usize> {
        if let Some(&known) = self.moves.get(&(state, character)) {
            return known;
        }
        let takers = &self.states.get(state)?.0;
        let nexts: Vec<usize> = takers
            .iter()
            .filter_map(|&node| match &self.format.nodes[node] {
                Node::Take { ranges, next } if ranges.iter().any(|&(first, last)| (first..=last).contains(&character)) => Some(*next),
                _ => None,
            })
            .collect();
        let next = if nexts.is_empty() { None } else { Some(self.state_of(nexts)) };
        self.moves.insert((state, character), next);
        next
    }

    /// The state for a set of nodes, with all that is reached from them without a character.
    fn state_of(&mut self, nodes: Vec<usize>) -> usize {
        let mut seen = vec![false; self.format.nodes.len()];
        let mut pending = nodes;
        let mut takers = Vec::new();
        let mut accepts = false;
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match &self.format.nodes[node] {
                Node::Take { .. } => takers.push(node),
                Node::Split(nexts) => pending.extend(nexts),
                Node::Accept => accepts = true,
            }
        }
        takers.sort_unstable();
        let key = (takers, accepts);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        self.states.push(key.clone());
        self.known.insert(key, self.states.len() - 1);
        self.states.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Format::pattern(pattern).expect("a pattern").matches(text)
    }

    #[test]
    fn patterns_mean_what_regular_expressions_mean() {
        assert!(matches(r"9\d{7}[A-C]", "91234567B"));
        assert!(!matches(r"9\d{7}[A-C]", "91234567D") && !matches(r"9\d{7}[A-C]", "9123456B"));
        assert!(matches("a(b|cd)*e?", "abcdb") && matches("a(b|cd)*e?", "ae") && !matches("a(b|cd)*e?", "ac"));
        assert!(matches("x{2,3}", "xx") && matches("x{2,3}", "xxx") && !matches("x{2,3}", "x") && !matches("x{2,3}", "xxxx"));
        assert!(matches("x+", "xxxxx") && !matches("x+", ""));
        assert!(matches(r"\(\d\)", "(5)") && matches("[a-]b.", "-b.") && !matches("b.", "bx"));
        assert!(matches("()", "") && matches("(a*)*", "aaa"));
    }

    #[test]
    fn a_wrong_pattern_says_where() {
        for (pattern, position) in [("a(b", 3), ("a)b", 2), ("[ab", 3), ("+a", 1), ("a{2", 3), ("a{3,2}", 5), (r"\w", 2), ("[z-a]", 4), ("a**", 2)] {
            assert_eq!(Format::pattern(pattern).expect_err(pattern).position, position, "{pattern}");
        }
        assert!(Format::pattern("((a{400}){400}){400}").is_err(), "a small pattern may stand for a huge automaton");
        assert!(Format::pattern(&"(".repeat(10_000)).is_err());
    }

    #[test]
    fn every_built_in_format_accepts_its_examples() {
        let dates = ["3/7/2024", "03-07-24", "12.31.1999", "2 / 9 / 24"];
        let written = ["May 6, 2025", "JAN. 12 2024", "6 de mayo de 2025", "1 DE SEPTIEMBRE DEL 2024", "5 Nov 2024", "March 3rd, 2024", "sept 4, 2024"];
        for (format, texts) in [
            (Format::cin(), &["91234567A", "9 1 2 3 4 5 6 7 a", "9-1234567-Z"][..]),
            (Format::cin().in_cells(), &["9|1|2|3|4|5|6|7|C|"]),
            (Format::benefits_card(), &["91234567A29180"]),
            (Format::npi(), &["1234567893", "1234567890"]),
            (Format::phone(), &["(831) 555-0143", "831.555.0143", "1-831-555-0143"]),
            (Format::numeric_date(), &dates),
            (Format::comb_date(), &["03072024", "0 3 0 7 2 0 2 4"]),
            (Format::written_date(), &written),
            (Format::digits(4, 6), &["1234", "123456"]),
            (Format::name(), &["María Núñez-O'Brien", "Lee, Jose"]),
        ] {
            for text in texts {
                assert!(format.matches(text), "{text}");
            }
        }
        assert!(!Format::cin().matches("91234567S") && !Format::cin().matches("912345678"));
        assert!(!Format::phone().matches("(131) 555-0143"));
        assert!(!Format::numeric_date().matches("13/7/2024") && !Format::numeric_date().matches("3/7-2024"));
        assert!(!Format::name().matches("R2 D2"));
    }

    #[test]
    fn the_check_digit_of_an_npi() {
        assert!(npi_check_digit("1234567893"), "the published example");
        assert!(!npi_check_digit("1234567890") && !npi_check_digit("123456789") && !npi_check_digit("12345678x3"));
    }

    #[test]
    fn a_day_must_exist() {
        let date = Format::numeric_date();
        assert!(date.passes("2/29/2024") && date.passes("2/29/24") && date.passes("12/31/1999"));
        assert!(!date.passes("2/29/2023") && !date.passes("2/30/2024") && !date.passes("4/31/2024"));
        assert!(date.matches("2/30/2024"), "it is written like a date, and the check says that it is none");
        assert!(Format::comb_date().passes("02292024") && !Format::comb_date().passes("02302024"));
    }
}
