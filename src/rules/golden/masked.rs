//! A number that looks like a Social Security number: named by the rule, and shown by nobody.

use crate::answer::Confidence;
use crate::queue::{Record, Row, write_records};
use crate::reading::{Reader, ReaderAnswer, Value};
use crate::rules::example::{BUILTIN, Example};

#[test]
fn a_social_security_number_stands_in_no_record() {
    let mut example = Example::complete().text("member_id", "531208876");
    for field in &mut example.request.fields {
        if field.field == "member_id" {
            field.raw = "531-20-8876".to_owned();
            field.alternatives = vec![Value::Text("531208875".to_owned())];
            field.answers = vec![ReaderAnswer {
                reader: Reader::Tesseract,
                text: "S31-20-8876".to_owned(),
                confidence: Confidence::new(0.5),
            }];
        }
        if field.field == "narrative" {
            field.raw = "Card 531 20 8876 was shown on 09/20/2026.".to_owned();
        }
    }
    let facts = example.context(&BUILTIN);
    let findings = example.findings(&BUILTIN);
    let row = Row::new(&example.request, &findings, &facts);
    assert!(row.is_masked() && row.member_id.is_empty());
    let mut written = Vec::new();
    write_records(&mut written, &[Record::new(row, example.request.clone(), findings)]).unwrap();
    let written = String::from_utf8(written).unwrap();
    for telling in ["8876", "531-20", "5312088", "531 20"] {
        assert!(!written.contains(telling), "{telling} in {written}");
    }
    assert!(written.contains("***-**-****") && written.contains("*** ** **** was shown on 09/20/2026"));

    let other = Example::complete();
    let row = Row::new(&other.request, &other.findings(&BUILTIN), &other.context(&BUILTIN));
    let record = Record::new(row, other.request.clone(), Vec::new());
    assert_eq!(record.request, other.request, "nothing else is touched");
}
