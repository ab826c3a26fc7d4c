//! Status, review fields and versions: what findings come to in the queue.

use crate::answer::{Answer, Confidence, Reading};
use crate::assemble::RequestKind;
use crate::decode::Rejection;
use crate::rules::example::{BUILTIN, Example, day};
use crate::rules::pack::{Pack, PackFile};
use crate::rules::{Status, lowest_confidence, review_fields, status};

fn comes_to(example: &Example) -> (Status, Vec<String>) {
    let facts = example.context(&BUILTIN);
    let findings = example.findings(&BUILTIN);
    let fields = review_fields(&example.request, &findings, &facts);
    (status(&example.request, &findings, &fields, &facts), fields)
}

#[track_caller]
fn expect(example: &Example, expected: Status, fields: &[&str]) {
    let (status, review) = comes_to(example);
    assert_eq!((status, review.iter().map(String::as_str).collect::<Vec<_>>()), (expected, fields.to_vec()));
}

#[test]
fn statuses_in_their_order() {
    expect(&Example::complete(), Status::Complete, &[]);
    expect(&Example::complete().blank("signature"), Status::Deficient, &[]);
    expect(&Example::complete().text("member_id", "95333420"), Status::Review, &[]);
    let mut again = Example::complete().blank("signature");
    again.request.duplicate_of = Some("ffffffffffff-1".into());
    expect(&again, Status::Duplicate, &[]);
    expect(&Example::of_kind(RequestKind::Unreadable(Rejection::Encrypted)), Status::Unreadable, &[]);
    expect(&Example::of_kind(RequestKind::NoRequest), Status::Review, &[]);
    expect(&Example::of_kind(RequestKind::OtherPlan), Status::Deficient, &[]);
    let mut black = Example::of_kind(RequestKind::NoRequest);
    black.pages[0].legibility.characters = 0;
    expect(&black, Status::Unreadable, &[]);
}

#[test]
fn what_cannot_be_read_goes_to_review_and_a_blank_does_not() {
    expect(&Example::complete().unreadable("member_name"), Status::Review, &["member_name"]);
    expect(&Example::complete().doubtful("member_dob"), Status::Review, &["member_dob"]);
    expect(&Example::complete().unreadable("signature"), Status::Review, &["signature"]);
    expect(&Example::complete().unreadable("narrative"), Status::Review, &["narrative"]);
    expect(&Example::complete().blank("member_name").unreadable("member_dob"), Status::Deficient, &["member_dob"]);
    expect(&Example::complete().without("member_dob"), Status::Review, &["member_dob"]);
}

#[test]
fn a_field_that_nothing_hangs_on_is_named_and_does_not_hold_up_the_row() {
    expect(&Example::complete().doubtful("member_phone"), Status::Complete, &["member_phone"]);
}

#[test]
fn unsure_marks_letters_and_dates_are_looked_at() {
    expect(&Example::complete().unsure_reason("member-fraud"), Status::Review, &["reasons"]);
    expect(&Example::complete().letter(|l| l.same_member = Answer::CannotTell), Status::Review, &["letter"]);
    expect(&Example::complete().letter(|l| l.facts.date = Reading::Unreadable), Status::Review, &["letter_date"]);
    expect(
        &Example::missed(&["2026-03-06", "?", "2026-05-01", "2026-08-08"]),
        Status::Review,
        &["missed_appointments"],
    );
    expect(&Example::complete().letter(|l| l.facts.language = None), Status::Complete, &["letter_language"]);
}

#[test]
fn several_members_leave_the_member_columns_alone() {
    let mut example = Example::complete().unreadable("member_name").doubtful("provider_phone");
    example.request.several_members = Answer::Met;
    expect(&example, Status::Deficient, &["provider_phone"]);
}

#[test]
fn the_rows_confidence_is_the_lowest_of_what_it_needs() {
    let example = Example::complete().confidence("member_dob", 0.8).confidence("member_phone", 0.1);
    assert_eq!(lowest_confidence(&example.request, &example.context(&BUILTIN)), Some(Confidence::new(0.8)));
    let example = example.unreadable("member_name");
    assert_eq!(lowest_confidence(&example.request, &example.context(&BUILTIN)), Some(Confidence::NONE));
}

/// The built-in pack with one rule in two versions: three missed appointments, two from 2027 on.
fn with_two_versions() -> Pack {
    let change = |file: &PackFile| {
        let mut text = file.text.clone();
        if file.path == "checks/40-reason.toml" {
            let at = text.find("[[rule]]\nid = \"three-missed-appointments\"").unwrap();
            let end = at + text[at + 1..].find("[[rule]]").unwrap() + 1;
            let version = text[at..end].to_owned();
            let first = version.replace("from = 2025-05-01", "from = 2025-05-01, to = 2026-12-31");
            let second = version.replace("from = 2025-05-01", "from = 2027-01-01").replace("count = 3", "count = 2");
            text.replace_range(at..end, &format!("{first}{second}"));
        }
        PackFile { path: file.path.clone(), text }
    };
    Pack::from_files(BUILTIN.files().iter().map(change).collect()).unwrap()
}

#[test]
fn the_as_of_date_picks_the_version_of_a_rule() {
    let pack = with_two_versions();
    let mut example = Example::missed(&["2026-03-06", "2026-08-08"]);
    for (as_of, codes) in [
        ("2026-11-21", &["missed-appointments-too-few"][..]),
        ("2026-12-31", &["missed-appointments-too-few"]),
        ("2027-01-01", &["missed-appointments-span"]),
    ] {
        example.as_of = day(as_of);
        assert_eq!(example.codes_of(&pack), codes, "{as_of}");
    }
    let mut other = Example::complete();
    other.as_of = day("2027-01-01");
    assert!(other.codes_of(&pack).is_empty(), "a request with another reason does not change");
}
