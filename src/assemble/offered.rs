//! What something else than the form's own ink says of a field: the roster, the number of the sender. What was read stays beside it.

use crate::answer::{Confidence, Reading};
use crate::reading::{FieldReading, Reader, ReaderAnswer, Value};

/// What a reading is worth that something else speaks against: a person looks.
pub(super) const DOUBTED: f32 = 0.7;
/// Characters of figures that a reader may have wrong.
const SLIPS: usize = 2;

/// Puts `value`, which `reader` found as `text`, in the place of what was read.
pub(super) fn settle(field: &mut FieldReading, reader: Reader, value: Value, text: String, confidence: Confidence) {
    if let Reading::Read(before) = &field.reading
        && *before != value
        && !field.alternatives.contains(before)
    {
        field.alternatives.insert(0, before.clone());
    }
    field.alternatives.retain(|other| *other != value);
    field.reading = Reading::Read(value);
    field.confidence = confidence;
    field.answers.push(ReaderAnswer { reader, text, confidence });
}

/// Leaves a reading as it stands, for a person to look at beside `other`.
pub(super) fn doubt(field: &mut FieldReading, other: Value) {
    field.confidence = doubted(field);
    if !field.alternatives.contains(&other) {
        field.alternatives.insert(0, other);
    }
}

/// A field's confidence, as low as a person has to look.
pub(super) fn doubted(field: &FieldReading) -> Confidence {
    Confidence::new(field.confidence.get().min(DOUBTED))
}

/// Whether two texts of one length differ in a character or two.
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    different(a, b).is_some_and(|count| (1..=SLIPS).contains(&count))
}

/// Whether two texts of one length differ in one character.
pub(super) fn is_one_off(a: &str, b: &str) -> bool {
    different(a, b) == Some(1)
}

/// In how many characters two texts of one length differ.
fn different(a: &str, b: &str) -> Option<usize> {
    (a.len() == b.len()).then(|| a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count())
}
