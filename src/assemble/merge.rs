//! One reading a field, out of the pages of one form.

use crate::answer::{Mark, Reading};
use crate::reading::{ChoiceReading, FieldReading, FormReading, Value};

/// Fields and groups of all `pages` of a form: what was read stands before what was not, and a place whose label was found
/// before one that was only expected. Two different values keep the surer one, and are less sure for it.
pub(super) fn merge(pages: &[&FormReading]) -> (Vec<FieldReading>, Vec<ChoiceReading>) {
    let mut fields: Vec<(FieldReading, bool)> = Vec::new();
    let mut choices: Vec<ChoiceReading> = Vec::new();
    for form in pages {
        for field in &form.fields {
            let located = located(form, &field.field);
            match fields.iter_mut().find(|(known, _)| known.field == field.field) {
                None => fields.push((field.clone(), located)),
                Some((known, known_located)) => {
                    *known = better(known, *known_located, field, located);
                    *known_located |= located;
                }
            }
        }
        for choice in &form.choices {
            match choices.iter_mut().find(|known| known.choice == choice.choice) {
                None => choices.push(choice.clone()),
                Some(known) => merge_options(known, choice),
            }
        }
    }
    (fields.into_iter().map(|(field, _)| field).collect(), choices)
}

fn located(form: &FormReading, id: &str) -> bool {
    let labels = &form.registration.labels;
    if labels.is_empty() {
        !form.registration.missing.iter().any(|missing| missing == id)
    } else {
        labels.iter().any(|label| label.id == id)
    }
}

fn better(a: &FieldReading, a_located: bool, b: &FieldReading, b_located: bool) -> FieldReading {
    let rank = |field: &FieldReading, located: bool| {
        let state = match field.reading {
            Reading::Read(_) => 2,
            Reading::Unreadable => 1,
            Reading::Blank => 0,
        };
        (located, state)
    };
    if let (Reading::Read(Value::Text(in_a)), Reading::Read(Value::Text(in_b))) = (&a.reading, &b.reading)
        && [in_a, in_b].iter().all(|text| text.split_whitespace().count() >= SENTENCE)
    {
        // A description goes on over the pages of its form.
        let both = Reading::Read(Value::Text(format!("{in_a} {in_b}")));
        return FieldReading { reading: both, confidence: a.confidence.min(b.confidence), ..a.clone() };
    }
    if let (Reading::Read(in_a), Reading::Read(in_b)) = (&a.reading, &b.reading) {
        let (first, second) = if b.confidence > a.confidence { (b, a) } else { (a, b) };
        let mut kept = first.clone();
        if in_a != in_b {
            kept.confidence = first.confidence.min(second.confidence);
            if let Reading::Read(other) = &second.reading
                && !kept.alternatives.contains(other)
            {
                kept.alternatives.push(other.clone());
            }
        }
        return kept;
    }
    // A value on a page without the label is still a value; an empty place without the label says nothing.
    let a_read = matches!(a.reading, Reading::Read(_));
    let b_read = matches!(b.reading, Reading::Read(_));
    let second = match (a_read, b_read) {
        (true, false) => false,
        (false, true) => true,
        _ => rank(b, b_located) > rank(a, a_located),
    };
    if second { b.clone() } else { a.clone() }
}

/// Words from which a text is a sentence.
const SENTENCE: usize = 6;

fn merge_options(known: &mut ChoiceReading, other: &ChoiceReading) {
    for option in &other.options {
        match known.options.iter_mut().find(|o| o.option == option.option) {
            None => known.options.push(option.clone()),
            Some(mine) if weight(option.mark) > weight(mine.mark) => *mine = option.clone(),
            Some(_) => {}
        }
    }
}

fn weight(mark: Mark) -> u8 {
    match mark {
        Mark::Checked => 2,
        Mark::Unsure => 1,
        Mark::Unchecked => 0,
    }
}
