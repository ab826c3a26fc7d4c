//! Whether what stands in a place looks like a value of a kind, before anybody tries to read it.
//!
//! A form's style shows in what is written on it: dates stand where dates belong. Only the shape is judged (how many digits, how many
//! letters), so that a misread character does not matter.

use std::borrow::Cow;

use crate::rules::FieldKind;

/// How well `text` suits a field of `kind`: 1 a value of that shape, 0 it may be one, -1 something else. Empty text suits everything a little.
pub fn suits(kind: FieldKind, text: &str) -> f32 {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).count();
    if digits + letters == 0 {
        return 0.0;
    }
    let between = |low: usize, high: usize| (low..=high).contains(&digits);
    match kind {
        FieldKind::Date if letters > LONGEST_DATE => -1.0,
        FieldKind::Date if (parts >= 3 && between(3, 8)) || (letters >= 3 && parts >= 2 && between(3, 6)) => 1.0,
        FieldKind::Date if between(6, 8) && letters == 0 => 0.5,
        FieldKind::DateList if digits >= 3 && parts >= 2 => 1.0,
        FieldKind::Phone if (between(9, 11) || (digits == 7 && parts <= 2)) && letters <= 3 && parts <= 4 => 1.0,
        FieldKind::Npi if between(9, 11) && letters <= 1 && parts <= 2 => 1.0,
        FieldKind::MemberId if between(7, 9) && (1..=3).contains(&letters) && parts <= 2 => 1.0,
        FieldKind::MemberId if between(7, 11) && letters <= 4 && parts <= 3 => 0.4,
        FieldKind::Name if letters >= 4 && digits <= 1 => 0.6,
        FieldKind::Date | FieldKind::DateList | FieldKind::Phone | FieldKind::Npi | FieldKind::MemberId => {
            // Half of it letters: words, not a number that was misread.
            if letters > digits { -1.0 } else { -0.3 }
        }
        FieldKind::Name if digits > letters => -1.0,
        FieldKind::Name | FieldKind::Text | FieldKind::Block | FieldKind::Lines | FieldKind::Ink => 0.0,
    }
}

/// Letters of the longest date: "14 de septiembre del 2026".
const LONGEST_DATE: usize = 15;

/// A text without what comb cells leave in it: the spaces between single characters, and sides that were read as bars.
pub fn without_cells(text: &str) -> Cow<'_, str> {
    let words = || text.split(|c: char| c.is_whitespace() || c == '|').filter(|word| !word.is_empty());
    let single = words().filter(|word| word.chars().count() == 1).count();
    if single >= 3 && single * 2 > words().count() { Cow::Owned(words().collect()) } else { Cow::Borrowed(text) }
}

/// Whether values of a kind have a shape that tells them from all others.
pub fn is_telling(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Date | FieldKind::Phone | FieldKind::Npi | FieldKind::MemberId)
}

/// Letters of the longest end of a label: behind more, a bracket that was misread closes nothing.
const LABEL_TAIL: usize = 48;

/// A description without the end of its label's brackets: "(events leading to the request, | dates, corrective efforts)".
pub fn behind_label(text: &str) -> &str {
    match text.find(['(', ')']) {
        Some(at) if at <= LABEL_TAIL && text[at..].starts_with(')') => {
            text[at + 1..].trim_start_matches([':', '.', ' '])
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_labels_brackets_is_no_description() {
        assert_eq!(behind_label("dates, corrective efforts)"), "");
        assert_eq!(behind_label("what was done): No show twice."), "No show twice.");
        assert_eq!(behind_label("Called twice (no answer), then wrote."), "Called twice (no answer), then wrote.");
    }

    #[test]
    fn each_kind_knows_its_own() {
        let values = [
            (FieldKind::Date, "11/19/2026"),
            (FieldKind::Phone, "(408) 555-7282"),
            (FieldKind::Npi, "1273012561"),
            (FieldKind::MemberId, "96844473Z"),
            (FieldKind::Name, "Olga Ibarra, NP"),
        ];
        for (kind, own) in values {
            assert!(suits(kind, own) > 0.5, "{kind:?} {own}");
            for (other, text) in values {
                // Ten digits in a row may be a phone number too.
                let twins = (kind, other) == (FieldKind::Phone, FieldKind::Npi);
                assert!(other == kind || twins || suits(kind, text) <= 0.4, "{kind:?} {text}");
            }
        }
    }

    #[test]
    fn cells_leave_their_characters() {
        assert_eq!(without_cells("8 3 1 - 5|5|5 . 2 6 8 3"), "831-555.2683");
        assert_eq!(without_cells("1|2|3|7|2|9|3|3|9|0"), "1237293390");
        assert_eq!(without_cells("Ana B C de la Cruz"), "Ana B C de la Cruz");
        assert_eq!(without_cells("(831) 555-2683"), "(831) 555-2683");
    }

    #[test]
    fn written_months_and_combed_digits_are_dates() {
        assert_eq!(suits(FieldKind::Date, "March 4, 2026"), 1.0);
        assert_eq!(suits(FieldKind::Date, "14 de septiembre del 2026"), 1.0);
        assert_eq!(suits(FieldKind::Date, "0 3 0 4 2 0 2 6"), 1.0);
        assert_eq!(suits(FieldKind::Date, "Tipo de cita"), -1.0);
        assert_eq!(suits(FieldKind::Date, ""), 0.0);
    }
}
