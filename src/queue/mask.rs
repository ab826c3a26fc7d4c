//! A number that looks like a Social Security number, taken out of everything that is made for people and programs.
//!
//! The contract's warning `member-id-looks-like-ssn` says: mask it. queue.csv leaves the cell empty; here the same number is hidden wherever a
//! record repeats it: the value, what each reader saw, other candidates, letters, quotes. Its shape stays, since that is the evidence
//! (`***-**-****`). The readings under `readings/` keep it: rules are applied to them again, and without it they would come to another answer.

use crate::assemble::Request;
use crate::reading::{DateEntry, FieldReading, Value};
use crate::rules::Finding;

/// Digits of a Social Security number.
const DIGITS: usize = 9;

/// Hides the number in the place of the member's id, and every repetition of it.
pub(super) fn member_id(request: &mut Request, findings: &mut [Finding]) {
    let mut secrets: Vec<String> = Vec::new();
    for field in request.fields.iter_mut().filter(|field| field.field == "member_id") {
        each_text(field, &mut |text| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            if digits.len() == DIGITS {
                secrets.push(digits);
            }
            // In its own place whatever looks like a part of it goes.
            *text = text.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect();
        });
    }
    let hide = |text: &mut String| secrets.iter().for_each(|secret| hide(text, secret));
    for field in &mut request.fields {
        each_text(field, &mut |text| hide(text));
    }
    for letter in &mut request.letters {
        hide(&mut letter.facts.date_raw);
        if let Some(person) = &mut letter.facts.addressee {
            [&mut person.name, &mut person.member_id].into_iter().flatten().for_each(hide);
        }
    }
    for finding in findings {
        hide(&mut finding.note);
        finding.quotes.iter_mut().for_each(hide);
    }
}

fn each_text(field: &mut FieldReading, change: &mut impl FnMut(&mut String)) {
    change(&mut field.raw);
    field.answers.iter_mut().for_each(|answer| change(&mut answer.text));
    let value = match &mut field.reading {
        crate::answer::Reading::Read(value) => Some(value),
        _ => None,
    };
    for value in field.alternatives.iter_mut().chain(value) {
        match value {
            Value::Text(text) => change(text),
            Value::Lines(lines) => lines.iter_mut().for_each(&mut *change),
            Value::Dates(dates) => dates.iter_mut().for_each(|DateEntry { raw, .. }| change(raw)),
            Value::Date(_) | Value::Present => {}
        }
    }
}

/// Replaces the digits of `secret` in `text` by stars, also where blanks, dots or dashes stand between them.
fn hide(text: &mut String, secret: &str) {
    let mut hidden: Vec<char> = text.chars().collect();
    let mut start = 0;
    while start < hidden.len() {
        let mut wanted = secret.chars().peekable();
        let mut at = start;
        while let (Some(next), Some(&digit)) = (hidden.get(at), wanted.peek()) {
            if *next == digit {
                wanted.next();
            } else if at == start || !matches!(next, '-' | ' ' | '.' | '–') {
                break;
            }
            at += 1;
        }
        if wanted.peek().is_none() && at > start {
            hidden[start..at].iter_mut().filter(|c| c.is_ascii_digit()).for_each(|c| *c = '*');
            start = at;
        } else {
            start += 1;
        }
    }
    *text = hidden.into_iter().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        let mut text = text.to_owned();
        hide(&mut text, "531208876");
        text
    }

    #[test]
    fn the_number_goes_however_it_is_written_and_others_stay() {
        assert_eq!(hidden("531208876"), "*********");
        assert_eq!(hidden("SSN 531-20-8876, seen 2026-11-02"), "SSN ***-**-****, seen 2026-11-02");
        assert_eq!(hidden("531 20 8876 and 531.20.8876"), "*** ** **** and ***.**.****");
        assert_eq!(hidden("(209) 555-3120 887"), "(209) 555-3120 887");
        assert_eq!(hidden("531-20-887"), "531-20-887");
        assert_eq!(hidden("5531208876"), "5*********");
        assert_eq!(hidden(""), "");
    }
}
