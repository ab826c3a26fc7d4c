//! A second plan: two consecutive misses in three months, a certified letter, other labels, other ids. No code knows of it.

use std::path::Path;
use std::sync::LazyLock;

use crate::reading::AttachmentKind;
use crate::rules::Pack;
use crate::rules::example::{Example, day};

static VALLEY: LazyLock<Pack> =
    LazyLock::new(|| Pack::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/packs/valley")).unwrap());

fn request(dates: &[&str]) -> Example {
    let mut example = Example::missed(dates)
        .text("member_id", "V1234-5678")
        .attachment(AttachmentKind::ProofOfMailing, "Certified Mail Receipt");
    example.request.form = Some("valley-transfer-request".into());
    for option in example.request.choices.iter_mut().flat_map(|c| &mut c.options) {
        if option.option == "failure-to-keep-appointments" {
            option.option = "missed-visits".into();
        }
    }
    example.received = Some(day("2026-06-20").and_hms_opt(9, 0, 0).unwrap());
    example
}

#[track_caller]
fn expect(example: &Example, codes: &[&str]) {
    assert_eq!(example.codes_of(&VALLEY), codes);
}

#[test]
fn the_second_plans_pack_has_no_mistake() {
    let problems = Pack::check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/packs/valley")).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(VALLEY.rules_version(), "valley-transfer 3");
}

#[test]
fn two_misses_in_three_months_are_enough_here() {
    expect(&request(&["2026-03-20", "2026-06-10"]), &[]);
    expect(&request(&["2026-03-01", "2026-06-10"]), &["missed-visits-not-consecutive"]);
    expect(&request(&["2026-06-10"]), &["missed-visits-too-few"]);
}

#[test]
fn a_kept_visit_between_them_breaks_the_run() {
    let log = "03/20/2026 NO SHOW\n05/02/2026 office visit KEPT\n06/10/2026 NO SHOW";
    expect(
        &request(&["2026-03-20", "2026-06-10"]).attachment(AttachmentKind::AppointmentLog, log),
        &["missed-visits-not-consecutive"],
    );
}

#[test]
fn the_letter_goes_by_certified_mail_here() {
    let mut example = request(&["2026-03-20", "2026-06-10"]);
    example.request.attachments.clear();
    expect(&example, &["certified-mail-missing"]);
    example.request.letters.clear();
    expect(&example, &["letter-missing"]);
}

#[test]
fn another_plans_numbers_and_words() {
    expect(&request(&["2026-03-20", "2026-06-10"]).text("member_id", "94057527Z"), &["valley-number-invalid"]);
    expect(&request(&["2026-03-20", "2026-06-10"]).blank("member_name"), &["patient-name-missing"]);
    // The built-in pack would ask for a signature, a date and an NPI.
    expect(&request(&["2026-03-20", "2026-06-10"]).blank("signature").blank("request_date").blank("provider_npi"), &[]);
}

#[test]
fn the_day_of_receipt_picks_the_version_here() {
    let mut example = request(&["2026-04-01", "2026-06-20"]);
    expect(&example, &[]);
    example.received = Some(day("2026-07-01").and_hms_opt(0, 0, 0).unwrap());
    expect(&example, &["missed-visits-not-consecutive"]);
    example.received = None;
    example.as_of = day("2026-06-30");
    expect(&example, &[]);
}

#[test]
fn a_threshold_of_one_field_is_the_plans_own() {
    let example = request(&["2026-03-20", "2026-06-10"]).text("member_id", "nonsense").confidence("member_id", 0.85);
    expect(&example, &[]);
    expect(&example.confidence("member_id", 0.95), &["valley-number-invalid"]);
}
