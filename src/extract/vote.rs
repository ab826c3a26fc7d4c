//! Two readers, one value: double keying by machine.
//!
//! Each reader's answer is interpreted for the field's kind; answers that mean the same value support each other, answers that
//! differ speak against each other, and the format (a check digit, a real date) weighs in. The sum is a log-odds, so that
//! independent evidence adds up; the constants below are measured on development packets (`faxtriage score --calibration`).

use crate::answer::Confidence;
use chrono::NaiveDate;

use super::values::is_evenly_cased;
use crate::reading::{DateEntry, Hand, Reader, Value};

/// What one reader's answer means for a kind of field.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    pub value: Value,
    /// The format vouches for the value: a check digit, an id pattern, a real date.
    pub format: FormatFit,
    /// Characters were repaired to make the format fit.
    pub repaired: bool,
}

/// How much a well-formed value says about having been read right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormatFit {
    /// The kind has a format, and the value does not fit it.
    Misfit,
    /// The kind has no format (names, free text).
    Free,
    /// The value has the right shape (a phone, a date that exists).
    Shape,
    /// A check digit or a closed pattern agrees.
    Checked,
}

/// One reader's answer with its meaning.
#[derive(Clone, Debug)]
pub struct Ballot {
    pub reader: Reader,
    pub confidence: Confidence,
    pub meaning: Option<Meaning>,
}

/// The outcome of a vote.
#[derive(Clone, Debug, PartialEq)]
pub struct Elected {
    pub value: Value,
    pub confidence: Confidence,
    pub others: Vec<Value>,
}

/// Confidence never reported above this unless the value was not read from pixels.
const CEILING: f32 = 0.995;

/// Settles `ballots`; `None` when no reader's answer means anything.
///
/// `hand` lowers what a single reader is worth: general readers are wrong on handwriting far more often than they say.
pub fn elect(ballots: &[Ballot], hand: Hand) -> Option<Elected> {
    if let Some(exact) = ballots.iter().find(|b| matches!(b.reader, Reader::TextLayer | Reader::FormValue)) {
        let meaning = exact.meaning.as_ref()?;
        return Some(Elected { value: meaning.value.clone(), confidence: Confidence::CERTAIN, others: Vec::new() });
    }
    let mut values: Vec<(&Value, f32)> = Vec::new();
    for ballot in ballots {
        if let Some(meaning) = &ballot.meaning
            && !values.iter().any(|(value, _)| same(value, &meaning.value))
        {
            values.push((&meaning.value, 0.0));
        }
    }
    let heard = ballots.iter().filter(|b| b.meaning.is_some()).count();
    for (value, odds) in &mut values {
        let mut best_format = FormatFit::Misfit;
        let mut supporters = 0;
        for ballot in ballots {
            let weight = log_odds(ballot, hand);
            match &ballot.meaning {
                Some(meaning) if same(&meaning.value, value) => {
                    supporters += 1;
                    *odds += if meaning.repaired { weight - 1.5 } else { weight };
                    best_format = best_format.max(meaning.format);
                }
                // A reader that saw something else speaks against it, as loudly as it is sure and well-formed.
                Some(meaning) if meaning.format != FormatFit::Misfit => *odds -= 0.8 * weight.max(0.5),
                // A reader that saw nothing sensible casts a little doubt.
                Some(_) | None => *odds -= 0.4,
            }
        }
        *odds += match best_format {
            FormatFit::Misfit => -1.5,
            FormatFit::Free => 0.0,
            FormatFit::Shape => 0.6,
            FormatFit::Checked => 1.8,
        };
        if supporters == 1 && heard == 1 {
            *odds -= 0.5;
        }
    }
    values.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (value, odds) = values.first()?;
    let ceiling = ceiling(value, ballots).min(ceiling_by_hand(value, ballots, hand));
    let confidence = Confidence::new((1.0 / (1.0 + (-odds).exp())).min(ceiling));
    Some(Elected {
        value: best_worded(value, ballots).clone(),
        confidence,
        others: values[1..].iter().map(|(value, _)| (*value).clone()).collect(),
    })
}

/// Of the ballots for one text, the best worded: in one case, then with most marks between words (a reader loses a small one far more often
/// than it makes one up), then with most words.
fn best_worded<'b>(value: &'b Value, ballots: &'b [Ballot]) -> &'b Value {
    let care = |value: &Value| match value {
        Value::Text(text) => {
            Some((is_evenly_cased(text), text.matches([',', '.', '-']).count(), text.split_whitespace().count()))
        }
        _ => None,
    };
    let alike = ballots.iter().filter_map(|b| Some(&b.meaning.as_ref()?.value)).filter(|other| same(other, value));
    // The first of equals stays.
    alike.fold(value, |best, other| if care(other) > care(best) { other } else { best })
}

/// Where two readers looked and only one saw the value, a person looks as well, unless a check digit or a closed pattern vouches for it. The
/// digit reader alone is in the same case even where it is the only one to answer: it finds digits in a scrawl.
fn ceiling(value: &Value, ballots: &[Ballot]) -> f32 {
    let supports =
        |b: &&Ballot| b.confidence.get() >= HEARD && b.meaning.as_ref().is_some_and(|m| same(&m.value, value));
    let supporters: Vec<&Ballot> = ballots.iter().filter(supports).collect();
    let vouched = supporters.iter().any(|b| {
        b.confidence.get() >= 0.97 && b.meaning.as_ref().is_some_and(|m| m.format == FormatFit::Checked && !m.repaired)
    });
    let digits_alone = matches!(supporters.as_slice(), [only] if only.reader == Reader::DigitReader);
    match (ballots.len(), supporters.len(), vouched) {
        (0 | 1, _, _) if !digits_alone => CEILING,
        (_, 2.., _) => CEILING,
        (_, _, true) => 0.93,
        (_, _, false) => 0.74,
    }
}

/// Confidence below which a reader only repeats what a format made of its ink.
const HEARD: f32 = 0.2;

/// Figures by hand that the digit reader doubts or reads otherwise are for a person, however sure the general readers are: they agree on the
/// same wrong digit (all of the silent errors in 320 numeric fields filled with real digits, before this rule).
fn ceiling_by_hand(value: &Value, ballots: &[Ballot], hand: Hand) -> f32 {
    let digits = ballots.iter().find(|b| b.reader == Reader::DigitReader);
    let sure = digits.is_none_or(|b| {
        b.confidence.get() >= SURE_DIGITS && b.meaning.as_ref().is_some_and(|m| same(&m.value, value) && !m.repaired)
    });
    if hand != Hand::Hand || sure { CEILING } else { 0.74 }
}

/// What the digit reader must say of itself for its figures to stand without a person.
const SURE_DIGITS: f32 = 0.8;

/// What one answer is worth, as log-odds of being right.
fn log_odds(ballot: &Ballot, hand: Hand) -> f32 {
    // Readers report probabilities that rank well and lie a little: pull them away from 0 and 1.
    let p = ballot.confidence.get().clamp(0.05, 0.985);
    let raw = (p / (1.0 - p)).ln();
    match (ballot.reader, hand) {
        (Reader::Tesseract, Hand::Hand) => (raw * 0.25).clamp(-0.5, 0.8),
        (Reader::Tesseract, _) => (raw * 0.8).clamp(-1.0, 2.6),
        (Reader::SecondReader, Hand::Hand) => (raw * 0.6).clamp(-0.5, 2.2),
        (Reader::SecondReader, _) => raw.clamp(-0.5, 3.2),
        (Reader::DigitReader, Hand::Hand) => raw.clamp(-0.5, 3.0),
        (Reader::DigitReader, _) => (raw * 0.5).clamp(-0.5, 1.5),
        _ => raw,
    }
}

/// Whether two values say the same in the queue.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => squeeze(a) == squeeze(b),
        // How a date was written, with the number of its row or without, is not what it says.
        (Value::Dates(a), Value::Dates(b)) => {
            let plain = |list: &[DateEntry]| -> Option<Vec<(NaiveDate, bool)>> {
                list.iter().map(|d| Some((d.date?, d.excused))).collect()
            };
            a == b || plain(a).zip(plain(b)).is_some_and(|(a, b)| a == b)
        }
        _ => a == b,
    }
}

/// The letters and figures of a text, in small letters.
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ballot(reader: Reader, confidence: f32, text: &str, format: FormatFit) -> Ballot {
        let meaning = Some(Meaning { value: Value::Text(text.into()), format, repaired: false });
        Ballot { reader, confidence: Confidence::new(confidence), meaning }
    }

    #[test]
    fn agreement_is_surer_than_either_reader() {
        let both = [
            ballot(Reader::Tesseract, 0.9, "Ana Kaur", FormatFit::Free),
            ballot(Reader::SecondReader, 0.9, "ANA KAUR", FormatFit::Free),
        ];
        let two = elect(&both, Hand::Typed).unwrap();
        let one = elect(&both[..1], Hand::Typed).unwrap();
        assert!(two.confidence > one.confidence);
        assert!(two.confidence.get() > 0.95, "{:?}", two.confidence);
    }

    #[test]
    fn a_comma_that_one_reader_lost_is_kept() {
        let both = [
            ballot(Reader::Tesseract, 0.97, "Ana Kaur DO", FormatFit::Free),
            ballot(Reader::SecondReader, 0.9, "Ana Kaur, DO", FormatFit::Free),
        ];
        assert_eq!(elect(&both, Hand::Typed).unwrap().value, Value::Text("Ana Kaur, DO".into()));
    }

    #[test]
    fn the_better_cased_of_two_readings_of_a_name_stands() {
        for (first, second, best) in
            [("Tua BUI, FNP", "Tua Bui, FNP", "Tua Bui, FNP"), ("Sofia L Rocha", "Sofia L. Rocha", "Sofia L. Rocha")]
        {
            let both = [
                ballot(Reader::Tesseract, 0.97, first, FormatFit::Free),
                ballot(Reader::SecondReader, 0.9, second, FormatFit::Free),
            ];
            assert_eq!(elect(&both, Hand::Typed).unwrap().value, Value::Text(best.into()));
        }
    }

    #[test]
    fn disagreement_goes_to_review() {
        let split = [
            ballot(Reader::Tesseract, 0.93, "Ana Kaur", FormatFit::Free),
            ballot(Reader::SecondReader, 0.95, "Ann Kaur", FormatFit::Free),
        ];
        let elected = elect(&split, Hand::Typed).unwrap();
        assert!(elected.confidence.get() < 0.8, "{:?}", elected.confidence);
        assert_eq!(elected.others.len(), 1);
    }

    #[test]
    fn figures_by_hand_that_the_digit_reader_doubts_go_to_review() {
        let three = |digits: &str, confidence| {
            [
                ballot(Reader::Tesseract, 0.99, "91266659A", FormatFit::Shape),
                ballot(Reader::SecondReader, 0.98, "91266659A", FormatFit::Shape),
                ballot(Reader::DigitReader, confidence, digits, FormatFit::Shape),
            ]
        };
        let surety = |ballots: &[Ballot], hand| elect(ballots, hand).unwrap().confidence.get();
        assert!(surety(&three("91266659A", 0.6), Hand::Hand) < 0.75, "it doubts what it reads");
        assert!(surety(&three("98266659A", 0.9), Hand::Hand) < 0.75, "it reads something else");
        assert!(surety(&three("91266659A", 0.95), Hand::Hand) > 0.9);
        assert!(surety(&three("91266659A", 0.6), Hand::Typed) > 0.9, "of type it knows little");
    }

    #[test]
    fn lists_agree_by_their_dates() {
        let list = |raw: &str| {
            let date = NaiveDate::from_ymd_opt(2026, 3, 4);
            Value::Dates(vec![DateEntry { raw: raw.into(), date, excused: false }])
        };
        assert!(same(&list("3/4/26"), &list("1. 3/4/26")));
        let unread = Value::Dates(vec![DateEntry { raw: "3/?".into(), date: None, excused: false }]);
        let other = Value::Dates(vec![DateEntry { raw: "4/?".into(), date: None, excused: false }]);
        assert!(!same(&unread, &other), "what could not be read agrees with nothing else");
    }

    #[test]
    fn a_check_digit_settles_a_disagreement() {
        let split = [
            ballot(Reader::Tesseract, 0.9, "1234567893", FormatFit::Checked),
            ballot(Reader::SecondReader, 0.9, "1284567893", FormatFit::Misfit),
        ];
        let elected = elect(&split, Hand::Typed).unwrap();
        assert_eq!(elected.value, Value::Text("1234567893".into()));
    }

    #[test]
    fn what_a_format_made_of_the_ink_is_no_second_reader() {
        let bent = [
            ballot(Reader::Tesseract, 0.97, "90084968V", FormatFit::Shape),
            ballot(Reader::SecondReader, 0.7, "9010341963V", FormatFit::Misfit),
            ballot(Reader::DigitReader, 0.01, "90084968V", FormatFit::Shape),
        ];
        assert!(elect(&bent, Hand::Typed).unwrap().confidence.get() < 0.75);
    }

    #[test]
    fn the_digit_reader_alone_is_certain_only_of_a_check_digit() {
        let alone = |format| [ballot(Reader::DigitReader, 0.99, "1234567893", format)];
        assert!(elect(&alone(FormatFit::Shape), Hand::Hand).unwrap().confidence.get() < 0.75);
        assert!(elect(&alone(FormatFit::Checked), Hand::Hand).unwrap().confidence.get() > 0.9);
    }

    #[test]
    fn one_reader_on_handwriting_is_never_certain() {
        let alone = [ballot(Reader::Tesseract, 0.99, "Ana Kaur", FormatFit::Free)];
        assert!(elect(&alone, Hand::Hand).unwrap().confidence.get() < 0.7);
    }
}
