//! What the digit reader says of a numeric field: its free reading, and the best string of the field's format on the same ink.
//!
//! Where the free reading already is a value of the format, that is the answer. Else the format decides, and the answer is only as certain as
//! the margin that it wins by: over the free reading, which it bends, and over the format's other strings.

use super::meaning::{Meanings, read_value};
use super::vote::{FormatFit, Meaning};
use crate::answer::Confidence;
use crate::ocr::LineReading;
use crate::ocr::decode::{Decoded, decode, greedy, score, share};
use crate::ocr::format::Format;
use crate::reading::Value;
use crate::rules::FieldKind;

/// Strings that the decoder keeps at each step.
const BEAM: usize = 24;

/// Nats by which a string of the format may be less likely than the free reading and still count as what is written.
const CLEAR_MARGIN: f32 = 1.0;

/// Nats behind the best string within which another one is handed on as an alternative.
const NEAR: f32 = 5.0;

/// Most alternatives that are handed on.
const ALTERNATIVES: usize = 3;

/// Most that a string is worth which the format chose without a clear margin: a person looks.
const DOUBTFUL: f32 = 0.6;

/// The digit reader's answer in one field.
#[derive(Clone, Debug, PartialEq)]
pub struct DigitAnswer {
    pub text: String,
    pub confidence: Confidence,
    pub meaning: Option<Meaning>,
    /// Other values of the format that the ink allows, best first.
    pub others: Vec<Value>,
}

/// Whether the digit reader can read fields of `kind`.
pub fn is_numeric(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::MemberId | FieldKind::Npi | FieldKind::Phone | FieldKind::Date | FieldKind::DateList)
}

/// What `lines`, the reader's own readings of one field, say.
pub fn answer(kind: FieldKind, lines: &[LineReading], meanings: &Meanings<'_>) -> Option<DigitAnswer> {
    let lines: Vec<LineReading> = lines.iter().map(|line| without_slashes(kind, line)).collect();
    let lines = lines.as_slice();
    let text = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ").trim().to_owned();
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let weakest = lines.iter().map(|line| line.confidence().get()).fold(1.0f32, f32::min);
    let free = read_value(kind, &text, meanings).map(|meaning| plain(kind, meaning));
    let fits = free.as_ref().is_some_and(|m| m.format != FormatFit::Misfit && !m.repaired);
    let [line] = lines else {
        // Several lines have no one lattice: they are worth what is read freely.
        return Some(DigitAnswer { text, confidence: Confidence::new(weakest), meaning: free, others: Vec::new() });
    };
    let found = strings(kind, line);
    let free_value = free.as_ref().map(|m| &m.value);
    let value_of = |decoded: &Decoded| read_value(kind, &decoded.text, meanings).map(|meaning| plain(kind, meaning));
    let best = found.iter().find(|d| d.passes);
    let others = |chosen: Option<&Value>| {
        let nearest = best.map_or(0.0, |best| best.log_prob) - NEAR;
        let mut others: Vec<Value> = Vec::new();
        for decoded in found.iter().filter(|d| d.passes && d.log_prob > nearest) {
            if let Some(meaning) = value_of(decoded)
                && Some(&meaning.value) != chosen
                && !others.contains(&meaning.value)
                && others.len() < ALTERNATIVES
            {
                others.push(meaning.value);
            }
        }
        others
    };
    if fits || best.is_none() {
        // A reading whose ink some other string of the format explains as well is as doubtful as that.
        let confidence = if found.is_empty() { weakest } else { weakest.min(share(&found)) };
        let others = others(free_value);
        return Some(DigitAnswer { text, confidence: Confidence::new(confidence), meaning: free, others });
    }
    let best = best?;
    let margin = score(&line.lattice, &line.text) - best.log_prob;
    let clear = share(&found) > 0.95 && margin < CLEAR_MARGIN;
    let confidence =
        if clear { weakest.min(0.9) } else { (share(&found) * (-margin.max(0.0) / 4.0).exp()).min(DOUBTFUL) };
    let meaning = value_of(best);
    let others = others(meaning.as_ref().map(|m| &m.value));
    Some(DigitAnswer { text: best.text.clone(), confidence: Confidence::new(confidence), meaning, others })
}

/// Ids and NPIs have nothing between their digits: a slanting stroke there is a 1, so what the reader gave to a slash or a bracket is the 1's.
///
/// More than half of the numbers that the reader gets wrong when it reads freely have a slash for a 1.
fn without_slashes(kind: FieldKind, line: &LineReading) -> LineReading {
    if !matches!(kind, FieldKind::MemberId | FieldKind::Npi) {
        return line.clone();
    }
    let mut lattice = line.lattice.clone();
    for step in &mut lattice.steps {
        let is_stroke = |symbol: char| matches!(symbol, '1' | '/' | '(' | ')');
        let strokes: f32 = step.symbols.iter().filter(|(symbol, _)| is_stroke(*symbol)).map(|(_, p)| p.exp()).sum();
        step.symbols.retain(|(symbol, _)| !is_stroke(*symbol));
        if strokes > 0.0 {
            step.symbols.push(('1', strokes.ln()));
            step.symbols.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        }
    }
    let read = greedy(&lattice);
    LineReading { text: read.text, characters: read.characters, positions: read.steps, lattice }
}

/// A CIN's pattern vouches for its letter and its length, and not for the seven digits between.
fn plain(kind: FieldKind, meaning: Meaning) -> Meaning {
    match (kind, meaning.format) {
        (FieldKind::MemberId, FormatFit::Checked) => Meaning { format: FormatFit::Shape, ..meaning },
        _ => meaning,
    }
}

/// The strings of the kind's formats on the line's ink, best first.
fn strings(kind: FieldKind, line: &LineReading) -> Vec<Decoded> {
    let formats = match kind {
        FieldKind::MemberId => vec![Format::cin().ignoring(".,")],
        FieldKind::Npi => vec![Format::npi().ignoring(",")],
        FieldKind::Phone => vec![Format::phone().ignoring(",")],
        FieldKind::Date => vec![Format::numeric_date().ignoring(","), Format::comb_date()],
        _ => return Vec::new(),
    };
    let mut found: Vec<Decoded> = formats.iter().flat_map(|format| decode(&line.lattice, format, BEAM)).collect();
    found.sort_by(|a, b| b.log_prob.total_cmp(&a.log_prob).then_with(|| a.text.cmp(&b.text)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::{Lattice, LatticeStep};
    use crate::rules::Pack;
    use chrono::NaiveDate;

    /// A line on which each character stands with its probability, the rest being what it may be instead.
    fn line(characters: &[(char, f32, char)]) -> LineReading {
        let blank = LatticeStep { blank: -0.01, symbols: vec![] };
        let mut steps = vec![blank.clone()];
        for &(symbol, probability, instead) in characters {
            let rest = (1.0 - probability).max(1e-6) * 0.99;
            let mut symbols = vec![(symbol, probability.ln()), (instead, rest.ln())];
            symbols.sort_by(|a, b| b.1.total_cmp(&a.1));
            steps.extend([LatticeStep { blank: -12.0, symbols }, blank.clone()]);
        }
        let lattice = Lattice { steps };
        let read = greedy(&lattice);
        LineReading { text: read.text, characters: read.characters, positions: read.steps, lattice }
    }

    fn sure(text: &str) -> Vec<(char, f32, char)> {
        text.chars().map(|c| (c, 0.999, if c == '7' { '1' } else { '7' })).collect()
    }

    fn answered(kind: FieldKind, characters: &[(char, f32, char)]) -> DigitAnswer {
        let pack = Pack::builtin().expect("the built-in pack");
        let reference = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
        let meanings =
            Meanings { reference, words: &pack.phrases.dates, day_first: false, plan_numbers: pack.plan.numbers() };
        answer(kind, &[line(characters)], &meanings).expect("an answer")
    }

    #[test]
    fn a_free_reading_of_the_format_is_the_answer() {
        let read = answered(FieldKind::Npi, &sure("1234567893"));
        assert_eq!(read.text, "1234567893");
        assert!(read.confidence.get() > 0.95 && read.meaning.is_some_and(|m| m.format == FormatFit::Checked));
    }

    #[test]
    fn a_check_digit_against_the_free_reading_is_offered_and_not_certain() {
        let mut digits = sure("1234567893");
        digits[4] = ('6', 0.9, '5');
        let read = answered(FieldKind::Npi, &digits);
        assert_eq!(read.text, "1234567893");
        assert!(read.confidence.get() <= DOUBTFUL, "{:?}", read.confidence);
    }

    #[test]
    fn a_slash_taken_for_a_one_is_put_right_by_the_date() {
        let mut date = sure("3/14/2026");
        date[4] = ('1', 0.55, '/');
        let read = answered(FieldKind::Date, &date);
        assert_eq!(read.meaning.map(|m| m.value), Some(Value::Date(NaiveDate::from_ymd_opt(2026, 3, 14).unwrap())));
    }

    #[test]
    fn a_doubtful_digit_names_its_rival() {
        let mut id = sure("91234567A");
        id[3] = ('3', 0.6, '8');
        let read = answered(FieldKind::MemberId, &id);
        assert_eq!(read.others, [Value::Text("91284567A".to_owned())]);
        assert!(read.confidence.get() < 0.7);
    }

    #[test]
    fn a_slash_in_a_number_is_a_one() {
        let read = answered(FieldKind::Npi, &sure("/234567893"));
        assert_eq!(read.text, "1234567893");
        assert!(read.confidence.get() > 0.95);
    }

    #[test]
    fn letters_alone_are_no_answer() {
        let pack = Pack::builtin().expect("the built-in pack");
        let reference = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
        let meanings =
            Meanings { reference, words: &pack.phrases.dates, day_first: false, plan_numbers: pack.plan.numbers() };
        assert_eq!(answer(FieldKind::Phone, &[line(&sure("AN"))], &meanings), None);
        assert!(is_numeric(FieldKind::DateList) && !is_numeric(FieldKind::Name));
    }
}
