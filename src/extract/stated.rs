//! What the file's own form fields say: a digital form states its values, whether or not the page shows them.

use super::fuzzy::fold;
use crate::decode::{FormFieldValue, FormValue};
use crate::geometry::Rect;
use crate::ocr::Word;

/// The words that no text field of the file shows. What a field shows is its value once more, and no print of the form.
pub fn outside_fields(words: &[Word], values: &[FormValue]) -> Vec<Word> {
    let fields: Vec<(Rect, String)> =
        values.iter().filter_map(|v| text_of(v).map(|text| (v.rect, fold(text)))).filter(|f| !f.1.is_empty()).collect();
    let shown = |word: &&Word| {
        let folded = fold(&word.text);
        fields.iter().any(|(rect, text)| rect.holds(&word.rect) && text.contains(&folded))
    };
    words.iter().filter(|word| !shown(word)).cloned().collect()
}

/// The text fields in a zone, in reading order: each with its text, which may be empty.
pub fn texts_in<'v>(values: &'v [FormValue], zone: &Rect) -> Vec<(&'v FormValue, &'v str)> {
    let inside = |rect: &Rect| zone.holds(rect) || rect.intersect(zone).area() * 2 > rect.area().min(zone.area());
    let texts = values.iter().filter(|value| inside(&value.rect));
    let mut texts: Vec<(&FormValue, &str)> = texts.filter_map(|v| text_of(v).map(|text| (v, text.trim()))).collect();
    texts.sort_by_key(|(value, _)| (value.rect.top, value.rect.left));
    texts
}

/// Whether the file has a signature field in a zone that was signed.
pub fn is_signed(values: &[FormValue], zone: &Rect) -> bool {
    values.iter().any(|value| zone.holds(&value.rect) && value.value == FormFieldValue::Signature(true))
}

fn text_of(value: &FormValue) -> Option<&str> {
    match &value.value {
        FormFieldValue::Text(text) => Some(text),
        FormFieldValue::Check(_) | FormFieldValue::Signature(_) => None,
    }
}
