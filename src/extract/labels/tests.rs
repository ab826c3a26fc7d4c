use super::*;
use crate::answer::Confidence;
use crate::ocr::Word;
use crate::page::Rulings;
use crate::rules::Pack;

/// Lines of words at a place each: `(left, top, text)`, ten pixels a letter.
fn labels(lines: &[(i32, i32, &str)]) -> Vec<(String, String)> {
    let pack = Pack::builtin().unwrap();
    let form = pack.forms.iter().find(|form| form.id == "request-for-member-reassignment").unwrap();
    let mut words = Vec::new();
    for (number, (left, top, text)) in (0u32..).zip(lines) {
        let mut x = *left;
        for word in text.split(' ') {
            let right = x + 10 * word.chars().count() as i32;
            let rect = Rect::new(x, *top, right, top + 20);
            words.push(Word { text: word.into(), confidence: Confidence::CERTAIN, rect, line: number });
            x = right + 8;
        }
    }
    let sheet = Sheet::new(&words, &Rulings::default());
    let name = |target: Target| match target {
        Target::Field(i) => form.fields[i].id.clone(),
        Target::Section(i) => format!("section {}", form.sections[i].group),
        Target::Title => "title".to_owned(),
        _ => "other".to_owned(),
    };
    let text =
        |label: &Label| label.tokens.iter().map(|&t| sheet.tokens[t].text.as_str()).collect::<Vec<_>>().join(" ");
    find_labels(&sheet, &LabelIndex::new(form), form).iter().map(|l| (name(l.target), text(l))).collect()
}

fn of<'a>(labels: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    labels.iter().filter(|(label, _)| label == name).map(|(_, text)| text.as_str()).collect()
}

#[test]
fn a_numbered_heading_is_no_field() {
    let found =
        labels(&[(100, 100, "Section 2. Requesting provider"), (100, 160, "Assigned PCP"), (100, 220, "NPI number")]);
    assert_eq!(of(&found, "section provider"), ["Requesting provider"]);
    assert_eq!(of(&found, "provider_name"), ["Assigned PCP"]);
}

#[test]
fn a_heading_decides_between_fields_of_one_name() {
    let found = labels(&[
        (100, 100, "About the member"),
        (100, 160, "Name"),
        (100, 220, "DOB"),
        (100, 280, "About your office"),
        (100, 340, "Full name"),
        (100, 400, "NPI"),
        (100, 900, "Print name"),
    ]);
    assert_eq!(of(&found, "member_name"), ["Name"]);
    assert_eq!(of(&found, "provider_name"), ["Full name", "Print name"]);
}

#[test]
fn the_title_lends_no_label() {
    let found =
        labels(&[(100, 100, "Provider"), (200, 100, "Request for Member Reassignment"), (100, 200, "Member name")]);
    assert_eq!(of(&found, "title").len(), 1);
    assert_eq!(of(&found, "provider_name"), [""; 0]);
}

#[test]
fn prose_lends_no_label() {
    let found = labels(&[
        (100, 100, "Describe the events leading to this request"),
        (100, 160, "The member asked for opioid refills without a clinical"),
        (100, 200, "need. Not"),
        (100, 240, "medically necessary"),
    ]);
    assert_eq!(of(&found, "practice_name"), [""; 0]);
    assert_eq!(of(&found, "member_id"), [""; 0]);
}

#[test]
fn a_signature_over_its_label_leaves_the_first_word() {
    let found = labels(&[(100, 100, "Member name"), (100, 900, "Signature of Cabsin")]);
    assert_eq!(of(&found, "signature"), ["Signature"]);
}
