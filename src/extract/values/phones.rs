//! Telephone and fax numbers of the North American plan.

use super::ids::digit_for;

/// A phone number as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneReading {
    /// `(831) 555-1234`, with ` ext 12` where one is written; `None` when there are not ten digits.
    pub value: Option<String>,
    /// A letter stood in a digit's place.
    pub repaired: bool,
    /// Ten digits, area and exchange beginning with 2 to 9, and no doubtful repair.
    pub certain: bool,
}

/// Reads a phone number; the country code is dropped, an extension is kept.
pub fn read_phone(text: &str) -> PhoneReading {
    let none = PhoneReading { value: None, repaired: false, certain: false };
    let (number, extension) = split_extension(text);
    let Some((mut digits, repaired, sure)) = digits_of(number) else { return none };
    if digits.len() == 11 && digits.starts_with('1') {
        digits.remove(0);
    }
    let (Some(area), Some(exchange), Some(line)) = (digits.get(0..3), digits.get(3..6), digits.get(6..)) else {
        return none;
    };
    if digits.len() != 10 {
        return none;
    }
    let possible = |part: &str| part.starts_with(|c: char| ('2'..='9').contains(&c));
    let mut value = format!("({area}) {exchange}-{line}");
    let extension = extension.and_then(digits_of).filter(|(d, ..)| (1..=6).contains(&d.len()));
    if let Some((extension, ..)) = &extension {
        value.push_str(" ext ");
        value.push_str(extension);
    }
    let certain = sure && possible(area) && possible(exchange);
    PhoneReading { value: Some(value), repaired, certain }
}

fn split_extension(text: &str) -> (&str, Option<&str>) {
    let lower = text.to_ascii_lowercase();
    for mark in ["extension", "ext", "x", "#"] {
        if let Some(at) = lower.rfind(mark)
            && lower.get(..at).is_some_and(|before| before.chars().filter(char::is_ascii_digit).count() >= 7)
        {
            return (text.get(..at).unwrap_or(text), text.get(at + mark.len()..));
        }
    }
    (text, None)
}

/// The digits, whether one was repaired, and whether all repairs are beyond doubt; nothing when other letters stand among them.
fn digits_of(text: &str) -> Option<(String, bool, bool)> {
    let (mut repaired, mut sure) = (false, true);
    let mut digits = String::new();
    for c in text.chars() {
        // Brackets and bars are parentheses and frames here, never a one.
        if c.is_alphanumeric() {
            let (digit, beyond_doubt) = digit_for(c)?;
            repaired |= digit != c;
            sure &= beyond_doubt;
            digits.push(digit);
        }
    }
    (!digits.is_empty()).then_some((digits, repaired, sure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_of_writing_give_one_form() {
        for text in [
            "(831) 555-1234",
            "831-555-1234",
            "831.555.1234",
            "8315551234",
            "+1 831 555 1234",
            "1 (831)555-1234",
            "[831] 555-1234.",
        ] {
            let reading = read_phone(text);
            assert_eq!(reading.value.as_deref(), Some("(831) 555-1234"), "{text}");
            assert!(reading.certain && !reading.repaired, "{text}");
        }
    }

    #[test]
    fn an_extension_is_kept() {
        assert_eq!(read_phone("(800) 700-3874 ext. 5504").value.as_deref(), Some("(800) 700-3874 ext 5504"));
        assert_eq!(read_phone("800-700-3874 x5504").value.as_deref(), Some("(800) 700-3874 ext 5504"));
    }

    #[test]
    fn too_few_digits_are_no_number_and_repairs_are_told() {
        assert_eq!(read_phone("555-1234").value, None);
        assert_eq!(read_phone("none").value, None);
        let repaired = read_phone("83l-555-I234");
        assert_eq!(
            (repaired.value.as_deref(), repaired.repaired, repaired.certain),
            (Some("(831) 555-1234"), true, true)
        );
        assert!(!read_phone("831-SSS-1234").certain);
        assert!(!read_phone("031-555-1234").certain, "no area code begins with 0");
    }
}
