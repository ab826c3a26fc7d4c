//! What the fax says of its sender, beside what the form says.
//!
//! Most offices write on the form the number that they send from. A number by hand that a digit or two keep from that is a misreading far
//! more often than another line of the office; a typed one that a single digit keeps from it stands. A person sees both.

use super::sheet::Sheet;
use super::{Request, offered};
use crate::answer::Reading;
use crate::extract::values::read_phone;
use crate::inbox::Transmission;
use crate::reading::{Hand, Reader, Value};

/// The field that holds the office's own fax number.
const FAX: &str = "provider_fax";
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

/// Takes the sender's number for a fax number by hand that nearly says it, and doubts a typed one.
pub(super) fn agree(request: &mut Request, numbers: &[String]) {
    let Some(field) = request.fields.iter_mut().find(|f| f.field == FAX) else { return };
    let Reading::Read(Value::Text(read)) = &field.reading else { return };
    if numbers.contains(read) {
        return;
    }
    let typed = field.hand == Hand::Typed;
    let near =
        |number: &&String| if typed { offered::is_one_off(read, number) } else { offered::is_slip(read, number) };
    let mut near = numbers.iter().filter(near);
    let (Some(number), None) = (near.next(), near.next()) else { return };
    let value = Value::Text(number.clone());
    if typed {
        offered::doubt(field, value);
    } else {
        let confidence = offered::doubted(field);
        offered::settle(field, Reader::Sender, value, number.clone(), confidence);
    }
}

#[cfg(test)]
mod tests {
    use super::super::story::{field, form, told};
    use super::*;
    use crate::reading::FieldReading;

    fn read(number: &str, hand: Hand) -> FieldReading {
        let mut page = form("Kao Vang", "90000007H", "1975-01-02");
        let mut fax = field(FAX, Some(Value::Text(number.to_owned())));
        fax.hand = hand;
        page.form.as_mut().unwrap().fields.push(fax);
        let mut request = told(vec![page]).remove(0);
        agree(&mut request, &["(831) 555-4018".to_owned()]);
        request.field(FAX).unwrap().clone()
    }

    #[test]
    fn a_number_by_hand_that_nearly_is_the_senders_is_for_a_person() {
        let fax = read("(831) 535-4018", Hand::Hand);
        assert_eq!(fax.reading, Reading::Read(Value::Text("(831) 555-4018".into())));
        assert_eq!(fax.alternatives, [Value::Text("(831) 535-4018".into())]);
        assert_eq!((fax.confidence.get(), fax.answers.last().unwrap().reader), (offered::DOUBTED, Reader::Sender));
    }

    #[test]
    fn a_typed_number_that_nearly_is_the_senders_stands_and_is_doubted() {
        let fax = read("(831) 535-4018", Hand::Typed);
        assert_eq!(fax.reading, Reading::Read(Value::Text("(831) 535-4018".into())));
        assert_eq!(fax.alternatives, [Value::Text("(831) 555-4018".into())]);
        assert_eq!(fax.confidence.get(), offered::DOUBTED);
    }

    #[test]
    fn other_numbers_stand() {
        for (number, hand) in
            [("(831) 555-9924", Hand::Hand), ("(831) 535-4081", Hand::Typed), ("(831) 555-4018", Hand::Hand)]
        {
            let fax = read(number, hand);
            assert_eq!(fax.reading, Reading::Read(Value::Text(number.into())));
            assert!(fax.confidence.get() > 0.8, "{number}");
        }
    }
}
