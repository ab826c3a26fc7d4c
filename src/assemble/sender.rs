//! What the fax says of its sender, beside what the form says.
//!
//! Most offices write on the form the number that they send from. A number by hand that a digit or two keep from that is a misreading far
//! more often than another line of the office, and a person sees both.

use super::Request;
use super::sheet::Sheet;
use crate::answer::{Confidence, Reading};
use crate::extract::values::read_phone;
use crate::inbox::Transmission;
use crate::reading::{FieldReading, Hand, Reader, ReaderAnswer, Value};

/// The field that holds the office's own fax number.
const FAX: &str = "provider_fax";
/// Digits of a number that may be misread.
const MISREAD: usize = 2;
/// What a reading is worth that the sender's number speaks against: a person looks.
const DOUBTED: f32 = 0.7;

/// The numbers that a transmission came from, as values of a phone field.
pub(super) fn numbers(transmission: &Transmission, sheets: &[Sheet<'_>]) -> Vec<String> {
    let headers = sheets.iter().filter_map(|sheet| sheet.reading?.header.as_ref()?.sender_number.as_deref());
    let mut numbers: Vec<String> = transmission
        .sender
        .as_deref()
        .into_iter()
        .chain(headers)
        .filter_map(|text| {
            let phone = read_phone(text);
            phone.value.filter(|_| phone.certain && !phone.repaired)
        })
        .collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

/// Takes the sender's number for a fax number by hand that nearly says it.
pub(super) fn agree(request: &mut Request, numbers: &[String]) {
    let Some(field) = request.fields.iter_mut().find(|f| f.field == FAX && f.hand != Hand::Typed) else { return };
    let Reading::Read(Value::Text(read)) = &field.reading else { return };
    if numbers.contains(read) {
        return;
    }
    let mut near = numbers.iter().filter(|number| misread(read, number));
    if let (Some(number), None) = (near.next(), near.next()) {
        offer(field, number);
    }
}

fn misread(read: &str, number: &str) -> bool {
    read.len() == number.len() && read.bytes().zip(number.bytes()).filter(|(a, b)| a != b).count() <= MISREAD
}

fn offer(field: &mut FieldReading, text: &str) {
    let number = Value::Text(text.to_owned());
    field.alternatives.retain(|other| *other != number);
    if let Reading::Read(before) = std::mem::replace(&mut field.reading, Reading::Read(number))
        && !field.alternatives.contains(&before)
    {
        field.alternatives.insert(0, before);
    }
    field.confidence = Confidence::new(field.confidence.get().min(DOUBTED));
    field.answers.push(ReaderAnswer { reader: Reader::Sender, text: text.to_owned(), confidence: field.confidence });
}
