//! What a field may look like: formats for the decoder.
//!
//! A [`Format`] is a [`Pattern`] over characters and what may be read into it or passed over: other cases, look-alikes, the blanks
//! between comb cells. [`super::decode`] walks it while it searches a lattice; [`Format::matches`] asks the same of a
//! text that somebody else read.

use super::pattern::{MAX_REPEATS, Pattern, PatternError, Walk};

/// Month names as they are written on forms, with their abbreviations; decoding ignores case.
pub const ENGLISH_MONTHS: [&str; 12] = [
    "Jan(uary|.)?",
    "Feb(ruary|.)?",
    "Mar(ch|.)?",
    "Apr(il|.)?",
    "May",
    "June?.?",
    "July?.?",
    "Aug(ust|.)?",
    "Sept?(ember|.)?",
    "Oct(ober|.)?",
    "Nov(ember|.)?",
    "Dec(ember|.)?",
];
pub const SPANISH_MONTHS: [&str; 12] = [
    "ene(ro|.)?",
    "feb(rero|.)?",
    "mar(zo|.)?",
    "abr(il|.)?",
    "mayo",
    "jun(io|.)?",
    "jul(io|.)?",
    "ago(sto|.)?",
    "sep?t?(iembre|.)?",
    "oct(ubre|.)?",
    "nov(iembre|.)?",
    "dic(iembre|.)?",
];

/// The strings that a field may hold.
#[derive(Clone, Debug)]
pub struct Format {
    pub(super) pattern: Pattern,
    pub(super) ignored: String,
    pub(super) folds_case: bool,
    pub(super) lookalikes: bool,
    check: Option<fn(&str) -> bool>,
}

impl Format {
    /// A format from a pattern.
    pub fn pattern(pattern: &str) -> Result<Self, PatternError> {
        Ok(Self::of(Pattern::new(pattern)?))
    }

    fn of(pattern: Pattern) -> Self {
        Self { pattern, ignored: String::new(), folds_case: false, lookalikes: false, check: None }
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
        let mut walk = Walk::new(&self.pattern);
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
        built_in(r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d\d").ignoring(" |_/-.").with_lookalikes().checked_by(
            |text| match (text.get(..2), text.get(2..4), text.get(4..)) {
                (Some(month), Some(day), Some(year)) => day_exists(&format!("{month}/{day}/{year}")),
                _ => false,
            },
        )
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
        built_in(&format!(r"\d{{{},{}}}", least.min(MAX_REPEATS), most.clamp(least.min(MAX_REPEATS), MAX_REPEATS)))
            .ignoring(" -_")
            .with_lookalikes()
    }

    /// A name or other free text: Latin letters with their accents, words of them with single blanks between, and the punctuation of names.
    pub fn name() -> Self {
        built_in(r"[A-Za-zÀ-ÖØ-öø-ÿ'’.,-]+( [A-Za-zÀ-ÖØ-öø-ÿ'’.,-]+)*").ignoring("_|")
    }
}

/// A pattern of this module; a test compiles every one of them.
fn built_in(pattern: &str) -> Format {
    Format::of(Pattern::new(pattern).unwrap_or_default())
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
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| if place % 2 == 1 { doubled(digit) } else { digit })
        .sum();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_format_accepts_its_examples() {
        let dates = ["3/7/2024", "03-07-24", "12.31.1999", "2 / 9 / 24"];
        let written = [
            "May 6, 2025",
            "JAN. 12 2024",
            "6 de mayo de 2025",
            "1 DE SEPTIEMBRE DEL 2024",
            "5 Nov 2024",
            "March 3rd, 2024",
            "sept 4, 2024",
        ];
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
