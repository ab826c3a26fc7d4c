//! Member ids (CIN, BIC) and provider ids (NPI).
//!
//! A CIN is a 9, seven digits and a letter of a set that leaves out every letter easily taken for a digit (LA County DMH bulletin on
//! the BIC). So digits may be repaired where only a digit can stand, and the letter never: a reading with 0, 1, 5 or 8 in its place is
//! no CIN, and not repairable. An NPI carries a Luhn check digit over `80840` and its own digits (45 CFR 162.406).

/// Letters that may end a CIN.
const CIN_LETTERS: &str = "ACDEFGHMNTUVWXYZ";

/// What an id looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdShape {
    /// `9dddddddL`, alone or as the head of a 14-character card number.
    Cin,
    /// A CIN but for its letter, which was read as a digit or as a letter that no CIN has: look at the image.
    NearCin,
    /// Nine digits: perhaps a social security number, to be masked.
    Ssn,
    /// Ten digits in a phone number's groups: what stands here belongs to another label.
    Phone,
    /// Any other id; other lines of business have other shapes.
    Other,
}

/// A member id as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberIdReading {
    /// Upper case without spaces and hyphens; a card number is cut to its CIN. `None` when no letter or digit was read.
    pub value: Option<String>,
    pub shape: IdShape,
    /// A letter stood where only a digit can stand.
    pub repaired: bool,
    /// The shape vouches for the reading: a CIN without repair, or with repairs of the kind O→0 and l→1 only.
    pub certain: bool,
}

/// The digit that a letter in a digit's place is a misreading of, and whether that is beyond doubt.
pub(super) fn digit_for(c: char) -> Option<(char, bool)> {
    Some(match c {
        '0'..='9' => (c, true),
        'O' | 'o' | 'D' | 'Q' => ('0', true),
        'I' | 'l' | '|' | 'i' | '!' | ']' | '[' | '¦' => ('1', true),
        'S' | 's' | '$' => ('5', false),
        'B' => ('8', false),
        'Z' | 'z' => ('2', false),
        'G' | 'b' => ('6', false),
        'g' | 'q' => ('9', false),
        'A' => ('4', false),
        'T' => ('7', false),
        _ => return None,
    })
}

/// Reads a member id: CIN, card number, or what else is written there.
pub fn read_member_id(text: &str) -> MemberIdReading {
    let ends = |c: char| !c.is_alphanumeric() && c != '|';
    let trimmed = text.trim_matches(ends);
    let letters: Vec<char> =
        trimmed.chars().filter(|c| c.is_alphanumeric() || matches!(c, '|' | '!' | ']' | '[' | '$')).collect();
    if letters.is_empty() {
        return MemberIdReading { value: None, shape: IdShape::Other, repaired: false, certain: false };
    }
    for candidate in [letters.as_slice(), strip_frame(&letters)] {
        if let Some(reading) = read_cin(candidate) {
            return reading;
        }
    }
    let value: String = letters.iter().filter(|c| c.is_alphanumeric()).flat_map(|c| c.to_uppercase()).collect();
    // A word of a label, or a piece of a number: nobody's id.
    if value.chars().filter(char::is_ascii_digit).count() < FEWEST_FIGURES {
        return MemberIdReading { value: None, shape: IdShape::Other, repaired: false, certain: false };
    }
    let groups: Vec<usize> =
        trimmed.split(|c: char| !c.is_alphanumeric()).map(|g| g.chars().count()).filter(|n| *n > 0).collect();
    let grouped = groups == [3, 2, 4];
    if near_cin(&letters) && !grouped {
        return MemberIdReading { value: Some(value), shape: IdShape::NearCin, repaired: false, certain: false };
    }
    let phone = matches!(groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4]) && letters.iter().all(char::is_ascii_digit);
    let shape = if phone { IdShape::Phone } else { IdShape::Other };
    read_ssn(&letters).unwrap_or(MemberIdReading { value: Some(value), shape, repaired: false, certain: false })
}

/// Figures of the shortest member id, of whichever plan.
const FEWEST_FIGURES: usize = 4;

/// A cell's frame is often read as a bar at either end.
fn strip_frame(letters: &[char]) -> &[char] {
    let is_frame = |c: &char| matches!(c, '|' | '!' | ']' | '[');
    let start = letters.iter().take_while(|c| is_frame(c)).count();
    let end = letters.iter().rev().take_while(|c| is_frame(c)).count();
    letters.get(start..letters.len().saturating_sub(end)).unwrap_or(letters)
}

fn read_cin(letters: &[char]) -> Option<MemberIdReading> {
    if !matches!(letters.len(), 9 | 10 | 14) {
        return None;
    }
    let last = letters.get(8)?.to_ascii_uppercase();
    if !CIN_LETTERS.contains(last) {
        return None;
    }
    let mut value = String::with_capacity(9);
    let (mut repaired, mut certain) = (false, true);
    for c in letters.iter().take(8) {
        let (digit, sure) = digit_for(*c)?;
        repaired |= digit != *c;
        certain &= sure;
        value.push(digit);
    }
    // The tail of a card number: a check digit, then the last digit of the year and the day of the year.
    let tail: Option<String> = letters.iter().skip(9).map(|c| digit_for(*c).map(|d| d.0)).collect();
    let tail = tail?;
    if tail.len() == 5
        && !tail.get(2..).and_then(|day| day.parse::<u16>().ok()).is_some_and(|day| (1..=366).contains(&day))
    {
        certain = false;
    }
    if !value.starts_with('9') {
        return None;
    }
    value.push(last);
    Some(MemberIdReading { value: Some(value), shape: IdShape::Cin, repaired, certain })
}

/// Nine digits. None is ever given out with 000 or 666 in front; with a 9 it is more likely a CIN whose letter was misread, unless
/// it stands in groups of three, two and four.
fn read_ssn(letters: &[char]) -> Option<MemberIdReading> {
    let mut repaired = false;
    let digits: Option<String> = letters
        .iter()
        .map(|c| {
            let (digit, sure) = digit_for(*c)?;
            repaired |= digit != *c;
            sure.then_some(digit)
        })
        .collect();
    let digits = digits.filter(|d| d.len() == 9)?;
    let possible = !digits.starts_with("000") && !digits.starts_with("666");
    Some(MemberIdReading { value: Some(digits), shape: IdShape::Ssn, repaired, certain: possible && !repaired })
}

/// Nine characters, a 9 and seven digits in front: only the letter does not fit.
fn near_cin(letters: &[char]) -> bool {
    let frameless = strip_frame(letters);
    matches!(frameless.len(), 9 | 10 | 14)
        && frameless.first().is_some_and(|c| matches!(c, '9' | 'g' | 'q'))
        && frameless.iter().take(8).all(|c| digit_for(*c).is_some())
}

/// A National Provider Identifier as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpiReading {
    /// The digits, after repair; `None` when what stands there is no number of about ten digits.
    pub value: Option<String>,
    /// Ten digits, 1 or 2 in front, check digit right.
    pub valid: bool,
    pub repaired: bool,
    /// The check digit vouches for the reading, and no repair had a rival.
    pub certain: bool,
    /// When the check digit is wrong: the valid numbers one misread digit away, for the other reader or a person to choose from.
    pub candidates: Vec<String>,
}

/// Reads an NPI.
pub fn read_npi(text: &str) -> NpiReading {
    let none = NpiReading { value: None, valid: false, repaired: false, certain: false, candidates: Vec::new() };
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '|' | '!' | ']' | '[' | '$')).collect();
    let mut framed = letters.as_slice();
    if framed.len() > 10 {
        framed = strip_frame(&letters);
    }
    let options: Option<Vec<Vec<char>>> = framed.iter().map(|c| digit_options(*c)).collect();
    let Some(options) = options else { return none };
    let written = framed.iter().all(char::is_ascii_digit);
    let first: String = options.iter().filter_map(|o| o.first()).collect();
    if !(7..=12).contains(&first.len()) {
        return none;
    }
    if first.len() != 10 {
        return NpiReading { value: Some(first), repaired: !written, ..none };
    }
    if written {
        let valid = npi_is_valid(&first);
        let candidates = if valid { Vec::new() } else { misread_candidates(&first) };
        return NpiReading { value: Some(first), valid, repaired: false, certain: valid, candidates };
    }
    let mut passing = Vec::new();
    expand(&options, &mut String::new(), &mut passing);
    match passing.as_slice() {
        [only] => {
            NpiReading { value: Some(only.clone()), valid: true, repaired: true, certain: true, candidates: Vec::new() }
        }
        _ => NpiReading { value: Some(first), valid: false, repaired: true, certain: false, candidates: passing },
    }
}

/// Ten digits, the first 1 or 2, and the Luhn sum over `80840` and them a multiple of ten.
pub fn npi_is_valid(npi: &str) -> bool {
    if npi.len() != 10 || !npi.starts_with(['1', '2']) {
        return false;
    }
    // The prefix 80840 adds 24 to the sum.
    let mut sum = 24;
    for (place, c) in npi.chars().rev().enumerate() {
        let Some(digit) = c.to_digit(10) else { return false };
        let weighed = if place % 2 == 1 { digit * 2 } else { digit };
        sum += weighed / 10 + weighed % 10;
    }
    sum % 10 == 0
}

fn digit_options(c: char) -> Option<Vec<char>> {
    Some(match c {
        '0'..='9' => vec![c],
        'S' | 's' | '$' => vec!['5', '8'],
        'B' => vec!['8', '6', '3'],
        'Z' | 'z' => vec!['2', '7'],
        'G' => vec!['6'],
        'b' => vec!['6'],
        'g' | 'q' => vec!['9'],
        'T' => vec!['7'],
        'A' => vec!['4'],
        'I' | 'l' | '|' | 'i' | '!' | ']' | '[' => vec!['1'],
        'O' | 'o' | 'D' | 'Q' => vec!['0'],
        _ => return None,
    })
}

fn expand(options: &[Vec<char>], so_far: &mut String, passing: &mut Vec<String>) {
    // Each letter has three options at most; with more than five such letters the text is no number.
    if options.iter().filter(|o| o.len() > 1).count() > 5 {
        return;
    }
    match options.split_first() {
        None => {
            if npi_is_valid(so_far) {
                passing.push(so_far.clone());
            }
        }
        Some((here, rest)) => {
            for c in here {
                so_far.push(*c);
                expand(rest, so_far, passing);
                so_far.pop();
            }
        }
    }
}

/// Digits that look alike on a coarse fax.
const ALIKE: &[(char, char)] = &[
    ('3', '8'),
    ('5', '6'),
    ('1', '7'),
    ('0', '8'),
    ('6', '8'),
    ('4', '9'),
    ('5', '8'),
    ('0', '6'),
    ('3', '5'),
    ('8', '9'),
    ('2', '7'),
];

fn misread_candidates(npi: &str) -> Vec<String> {
    let digits: Vec<char> = npi.chars().collect();
    let mut candidates = Vec::new();
    for (at, digit) in digits.iter().enumerate() {
        for (a, b) in ALIKE {
            let other = match digit {
                d if d == a => b,
                d if d == b => a,
                _ => continue,
            };
            let changed: String = digits.iter().enumerate().map(|(i, d)| if i == at { other } else { d }).collect();
            if npi_is_valid(&changed) && !candidates.contains(&changed) {
                candidates.push(changed);
            }
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cin(text: &str) -> (Option<String>, IdShape, bool, bool) {
        let reading = read_member_id(text);
        (reading.value, reading.shape, reading.repaired, reading.certain)
    }

    #[test]
    fn a_cin_is_read_with_spaces_hyphens_and_frames() {
        for text in ["94448812D", " 9444 8812 D.", "9-4448812-d", "|94448812D|", "9 4 4 4 8 8 1 2 D"] {
            assert_eq!(cin(text), (Some("94448812D".into()), IdShape::Cin, false, true), "{text}");
        }
    }

    #[test]
    fn a_card_number_is_cut_to_its_cin() {
        assert_eq!(cin("91234567A2 9180").0.as_deref(), Some("91234567A"));
        assert_eq!(cin("91234567A2").0.as_deref(), Some("91234567A"));
        assert!(!read_member_id("91234567A2 9999").certain, "there is no day 999");
    }

    #[test]
    fn letters_are_repaired_only_where_a_digit_must_stand() {
        assert_eq!(cin("944488l2D"), (Some("94448812D".into()), IdShape::Cin, true, true));
        assert_eq!(cin("9O448812D"), (Some("90448812D".into()), IdShape::Cin, true, true));
        assert_eq!(cin("94S48812D"), (Some("94548812D".into()), IdShape::Cin, true, false));
        for text in ["944488120", "944488125", "94448812S", "94448812O", "94448812B"] {
            let (_, shape, repaired, certain) = cin(text);
            assert_eq!((shape, repaired, certain), (IdShape::NearCin, false, false), "{text}");
        }
    }

    #[test]
    fn nine_digits_look_like_a_social_security_number() {
        assert_eq!(cin("531-20-8876"), (Some("531208876".into()), IdShape::Ssn, false, true));
        assert_eq!(cin("531208876").1, IdShape::Ssn);
        assert_eq!(cin("95333420").1, IdShape::Other);
        assert_eq!(cin("95333420").0.as_deref(), Some("95333420"));
        assert_eq!(cin(" -- ").0, None);
        assert_eq!(cin("408 555-3823").1, IdShape::Phone);
        assert_eq!(cin("(408) 555-3823").1, IdShape::Phone);
        assert_eq!(cin("4085553823").1, IdShape::Other);
    }

    #[test]
    fn an_npi_is_checked_by_its_last_digit() {
        assert!(npi_is_valid("1234567893"));
        assert!(npi_is_valid("1558598797"));
        assert!(!npi_is_valid("1234567890"));
        assert!(!npi_is_valid("3234567893"));
        let reading = read_npi("1234-567-893");
        assert_eq!((reading.value.as_deref(), reading.valid, reading.repaired), (Some("1234567893"), true, false));
    }

    #[test]
    fn an_npi_is_repaired_only_when_one_candidate_passes() {
        let reading = read_npi("l23456789З".replace('З', "3").as_str());
        assert_eq!((reading.value.as_deref(), reading.repaired, reading.certain), (Some("1234567893"), true, true));
        let reading = read_npi("1234S67893");
        assert_eq!((reading.value.as_deref(), reading.valid), (Some("1234567893"), true));
        let wrong = read_npi("1234567898");
        assert!(!wrong.valid && !wrong.repaired && wrong.value.as_deref() == Some("1234567898"));
        assert!(wrong.candidates.contains(&"1234567893".to_owned()));
        assert_eq!(read_npi("see chart").value, None);
        assert!(!read_npi("123456789").valid);
    }
}
