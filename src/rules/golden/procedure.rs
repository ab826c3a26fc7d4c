//! The procedure for reassignment requests, step by step.

use crate::answer::{Answer, Reading};
use crate::assemble::RequestKind;
use crate::decode::Rejection;
use crate::reading::{AttachmentKind, LetterKind};
use crate::rules::example::{BUILTIN, Example};

/// The codes of a request, notes left out.
#[track_caller]
fn expect(example: &Example, codes: &[&str]) {
    assert_eq!(example.codes(), codes);
}

/// The codes that cannot be told for themselves.
#[track_caller]
fn expect_open(example: &Example, codes: &[&str]) {
    assert_eq!(example.open(), codes);
}

#[test]
fn nothing_is_wrong_with_a_complete_request() {
    expect(&Example::complete(), &[]);
    expect_open(&Example::complete(), &[]);
}

#[test]
fn step_1_each_of_the_seven_reasons_is_appropriate() {
    for reason in &BUILTIN.reasons {
        let mut example = Example::missed(&["2026-03-01", "2026-05-01", "2026-08-01"]).reasons(&[&reason.id]);
        example = example.attachment(AttachmentKind::MedicationAgreement, "Medication Management Agreement");
        expect(&example, &[]);
    }
}

#[test]
fn step_1_no_reason_and_a_reason_only_in_words() {
    expect(&Example::complete().reasons(&[]), &["reason-missing"]);
    for (words, reason) in [
        ("The reason is member fraud; she sold her card.", "member-fraud"),
        ("Please note the INEFFECTIVE PROVIDER/PATIENT RELATIONSHIP since May.", "ineffective-relationship"),
        ("Motivo: violación del acuerdo de gestión de medicamentos.", "medication-agreement-violation"),
    ] {
        let example = Example::complete().reasons(&[]).text("narrative", words);
        let found = crate::rules::reasons(&example.request, &example.context(&BUILTIN));
        assert_eq!(found.sure, [reason]);
        assert!(!example.codes().contains(&"reason-missing".to_owned()), "{words}");
    }
}

#[test]
fn step_1_an_unsure_box_is_no_missing_reason() {
    let example = Example::complete().reasons(&[]).unsure_reason("failure-to-keep-appointments");
    expect(&example, &[]);
    // The rules of that reason may be about the request or not: none of them can be failed.
    expect_open(&example, &["reason-missing", "missed-appointments-too-few", "contact-efforts-missing"]);
}

#[test]
fn step_1_inappropriate_reasons_are_quoted_for_a_person() {
    for (words, what) in [
        (
            "Member filed a complaint against our office on 09/09/2026 and we no longer wish to see this patient.",
            "the member filed a complaint",
        ),
        (
            "Member was rude to the receptionist on 09/22/2026, minor verbally inappropriate remark.",
            "minor disruptive or verbally inappropriate behavior",
        ),
        (
            "Member disagrees with the recommended course of treatment and wants a second opinion.",
            "the member disagrees with a recommended course of treatment",
        ),
        ("La paciente presentó una queja ante la Alianza.", "the member filed a complaint"),
    ] {
        let example = Example::complete().text("narrative", words);
        expect(&example, &["reason-inappropriate"]);
        let findings = example.findings(&BUILTIN);
        let finding = findings.iter().find(|f| f.code == "reason-inappropriate").unwrap();
        assert!(finding.note.contains(what), "{}", finding.note);
        assert!(finding.quotes.iter().all(|quote| words.contains(quote.as_str())), "{:?}", finding.quotes);
    }
}

#[test]
fn step_1_words_in_passing_are_no_inappropriate_reason() {
    for words in [
        "Urine screen on 10/17/2026 was positive for non-prescribed opioids and the member filled prescriptions at two pharmacies.",
        "Member presented another person's identification card to obtain a controlled prescription.",
        "Member has refused case management contacts on 09/14/2026 and does not take insulin as prescribed, endangering health, A1c was 13.2.",
        "We have not been able to maintain an effective relationship. The member has no complaint about us.",
        "Member was told of the right to file a grievance.",
    ] {
        expect(&Example::complete().text("narrative", words), &[]);
    }
}

#[test]
fn step_1_missed_appointments() {
    expect(&Example::missed(&["2026-03-06", "2026-08-08"]), &["missed-appointments-too-few"]);
    expect(&Example::missed(&["2025-12-03", "2026-02-14", "2026-11-02"]), &[]);
    expect(&Example::missed(&["2025-10-04", "2026-04-20", "2026-10-04"]), &["missed-appointments-boundary"]);
    expect(&Example::missed(&["2025-06-15", "2026-03-20", "2026-10-26"]), &["missed-appointments-span"]);
    expect(&Example::missed(&["2024-06-15", "2026-03-20", "2026-05-01", "2026-10-26"]), &[]);
    expect(&Example::missed(&["2026-03-06", "2026-03-06", "2026-08-08"]), &["missed-appointments-too-few"]);
    expect(&Example::missed(&["2026-03-06", "2026-05-01", "x2026-08-08"]), &["missed-appointments-too-few"]);
    expect(&Example::missed(&["2026-03-06", "2026-05-01", "x2026-06-08", "2026-08-08"]), &[]);
    expect(&Example::missed(&[]), &["missed-appointments-too-few"]);
}

#[test]
fn step_1_a_missed_appointment_that_cannot_be_read_is_not_missing() {
    let example = Example::missed(&["2026-03-06", "?", "2026-08-08"]);
    expect(&example, &[]);
    expect_open(&example, &["missed-appointments-too-few"]);
    // Four written, one unreadable, three too far apart: the unreadable one may still bring them together.
    expect_open(&Example::missed(&["2024-01-01", "2026-03-06", "?", "2026-08-08"]), &["missed-appointments-span"]);
}

#[test]
fn step_1_missed_appointments_count_only_for_that_reason() {
    expect(&Example::missed(&["2026-03-06"]).reasons(&["member-fraud"]), &[]);
    expect(
        &Example::missed(&["2026-03-06"]).reasons(&["member-fraud", "failure-to-keep-appointments"]),
        &["missed-appointments-too-few"],
    );
}

#[test]
fn step_1_efforts_to_contact_and_remind() {
    let silent = "Member did not keep three scheduled visits this year. This takes time away from other patients.";
    let three = || Example::missed(&["2026-04-30", "2026-06-20", "2026-07-17"]).text("narrative", silent);
    expect(&three(), &["contact-efforts-missing"]);
    // A log's routine reminders are no efforts in the narrative or the chart.
    let logged = three().attachment(AttachmentKind::AppointmentLog, "07/17/2026 NO SHOW reminder call 07/15/2026");
    expect(&logged, &["contact-efforts-missing"]);
    expect(&three().attachment(AttachmentKind::ChartNotes, "Left voicemail for patient"), &[]);
    expect(&three().text("narrative", "No show three times; staff left messages and sent letters."), &[]);
    let poor = three().confidence("narrative", 0.4);
    expect(&poor, &[]);
    assert!(poor.open().contains(&"contact-efforts-missing".to_owned()));
}

#[test]
fn step_2_the_letter_to_the_member() {
    expect(&Example::complete().no_letter(), &["letter-missing"]);
    expect(&Example::complete().letter(|l| l.same_member = Answer::NotMet), &["letter-wrong-member"]);
    expect(&Example::complete().letter(|l| l.facts.kind = LetterKind::Warning), &["letter-only-warning"]);
    expect(&Example::complete().letter(|l| l.facts.unfilled = true), &["letter-unfilled"]);
    expect(&Example::complete().letter(|l| l.facts.kind = LetterKind::Dismissal), &[]);
    expect(&Example::complete().letter(|l| l.facts.date = Reading::Blank), &["letter-undated"]);
    expect(&Example::complete().date("request_date", "2026-11-09"), &["letter-after-request"]);
    expect(
        &Example::complete().letter(|l| l.facts.states_end_of_care = vec!["in-thirty-days".into()]),
        &["letter-states-end-of-care"],
    );
}

#[test]
fn step_2_a_letter_that_may_be_the_one_is_looked_at() {
    for example in [
        Example::complete().letter(|l| l.same_member = Answer::CannotTell),
        Example::complete().letter(|l| l.facts.kind = LetterKind::Other),
        Example::complete().no_letter().lost_page(),
    ] {
        expect(&example, &[]);
        assert_eq!(example.open().first().map(String::as_str), Some("letter-missing"));
    }
}

#[test]
fn step_2_unfilled_and_only_warning_go_before_missing_and_wrong() {
    let template = Example::complete().letter(|l| {
        l.facts.unfilled = true;
        l.same_member = Answer::NotMet;
        l.facts.date = Reading::Blank;
    });
    expect(&template, &["letter-unfilled"]);
    let warning = Example::complete()
        .letter(|l| l.facts.kind = LetterKind::Warning)
        .another_letter(|l| l.same_member = Answer::NotMet);
    expect(&warning, &["letter-only-warning"]);
}

#[test]
fn step_3_what_the_form_needs() {
    for (field, code) in [
        ("member_name", "member-name-missing"),
        ("member_id", "member-id-missing"),
        ("member_dob", "member-dob-missing"),
        ("provider_name", "provider-name-missing"),
        ("provider_npi", "provider-npi-missing"),
        ("request_date", "request-date-missing"),
        ("narrative", "narrative-missing"),
        ("signature", "signature-missing"),
    ] {
        expect(&Example::complete().blank(field), &[code]);
        let unreadable = Example::complete().unreadable(field);
        expect(&unreadable, &[]);
        assert!(unreadable.open().contains(&code.to_owned()), "{field}");
    }
}

#[test]
fn step_3_several_members_leave_nothing_to_say_of_one() {
    let mut example = Example::complete().blank("member_id").no_letter().roster(|r| r.known = Answer::NotMet);
    example.request.several_members = Answer::Met;
    expect(&example, &["multiple-members"]);
    expect_open(&example, &[]);
    expect(&example.blank("signature"), &["multiple-members", "signature-missing"]);
}

#[test]
fn step_3_the_medication_agreement() {
    let violation = || Example::complete().reasons(&["medication-agreement-violation"]);
    expect(&violation(), &["medication-agreement-missing"]);
    expect(&violation().attachment(AttachmentKind::MedicationAgreement, "Agreement"), &[]);
}

#[test]
fn step_3_only_a_letter_or_another_plans_form() {
    let mut letter = Example::of_kind(RequestKind::LetterOnly);
    letter.request.letters = Example::complete().request.letters;
    letter.request.pages_missing = Some((5, 1));
    expect(&letter, &["form-missing"]);
    assert_eq!(letter.findings(&BUILTIN).len(), 1);
    expect(&Example::of_kind(RequestKind::OtherPlan), &["form-other-plan"]);
    expect(&Example::of_kind(RequestKind::NoRequest), &["no-request-found"]);
}

#[test]
fn step_4_pages_that_did_not_come() {
    let mut example = Example::complete();
    example.request.pages_missing = Some((5, 3));
    expect(&example, &["pages-missing"]);
    let findings = example.findings(&BUILTIN);
    assert!(findings.iter().any(|f| f.note == "The fax says that it has 5 pages, and 3 came."));
}

#[test]
fn step_5_accuracy_of_ids_and_dates() {
    expect(&Example::complete().text("member_id", "95333420"), &["member-id-invalid"]);
    expect(&Example::complete().text("member_id", "123-45-6789"), &["member-id-looks-like-ssn"]);
    expect(&Example::complete().text("provider_npi", "1478863563"), &["npi-invalid"]);
    expect(&Example::complete().date("request_date", "2026-12-22"), &["request-date-future"]);
    expect(&Example::complete().text("request_date", "2/30/2026"), &["request-date-invalid"]);
    expect(
        &Example::complete().date("request_date", "1986-11-22").letter(|l| l.facts.date = Reading::Unreadable),
        &["request-date-invalid"],
    );
    let doubtful = Example::complete().text("member_id", "95333420").doubtful("member_id");
    expect(&doubtful, &[]);
    assert!(doubtful.open().contains(&"member-id-invalid".to_owned()));
}

#[test]
fn step_5_a_social_security_number_is_never_repeated() {
    let example = Example::complete().text("member_id", "123-45-6789");
    let told = serde_json::to_string(&example.findings(&BUILTIN)).unwrap();
    assert!(!told.contains("6789"), "{told}");
}

#[test]
fn introduction_only_linked_members() {
    let linked = Example::complete().roster(|_| {});
    expect(&linked, &[]);
    expect(&linked.clone().roster(|r| r.linked = Answer::NotMet), &["member-not-linked"]);
    expect(&linked.clone().roster(|r| r.name_agrees = Answer::NotMet), &["member-name-mismatch"]);
    let unknown = || {
        linked
            .clone()
            .roster(|r| (r.known, r.name_agrees, r.linked) = (Answer::NotMet, Answer::CannotTell, Answer::CannotTell))
    };
    expect(&unknown(), &["member-unknown"]);
    expect_open(&unknown(), &[]);
    let note = |e: &Example| {
        e.findings(&BUILTIN).iter().any(|f| f.code == "linkage-not-checked" && f.answer == Answer::NotMet)
    };
    assert!(note(&Example::complete()) && !note(&linked));
}

#[test]
fn introduction_an_invalid_id_or_npi_is_reported_once() {
    let elsewhere = || Example::complete().roster(|r| (r.known, r.linked) = (Answer::NotMet, Answer::NotMet));
    expect(&elsewhere().text("member_id", "95333420"), &["member-id-invalid"]);
    expect(&elsewhere().blank("member_id"), &["member-id-missing"]);
    let not_linked = || Example::complete().roster(|r| r.linked = Answer::NotMet);
    expect(&not_linked().text("provider_npi", "1478863563"), &["npi-invalid"]);
    expect(&not_linked().blank("provider_npi"), &["provider-npi-missing"]);
}

#[test]
fn files_that_cannot_be_read_have_one_code_each() {
    for rejection in [
        Rejection::Empty,
        Rejection::Encrypted,
        Rejection::Unsupported,
        Rejection::Corrupt("xref".into()),
        Rejection::TooLarge("pixels".into()),
        Rejection::TimedOut,
    ] {
        expect(&Example::of_kind(RequestKind::Unreadable(rejection.clone())), &[rejection.code()]);
    }
}

#[test]
fn a_page_of_which_nothing_can_be_read_is_illegible_and_a_blank_one_is_not() {
    let mut black = Example::of_kind(RequestKind::NoRequest);
    black.pages[0].legibility =
        crate::reading::Legibility { confidence: crate::answer::Confidence::NONE, characters: 0, ink_share: 0.9 };
    expect(&black, &["page-illegible"]);
    let mut white = black.clone();
    white.pages[0].legibility.ink_share = 0.0;
    expect(&white, &["no-request-found"]);
}

#[test]
fn notes_of_the_pages_are_passed_on() {
    let mut example = Example::complete();
    example.pages[0].notes = vec!["rotated-page".into()];
    example.request.superseded_by = Some("0123456789ab-2".into());
    let noted = example
        .findings(&BUILTIN)
        .into_iter()
        .filter(|f| f.answer == Answer::NotMet)
        .map(|f| f.code)
        .collect::<Vec<_>>();
    assert_eq!(noted, ["linkage-not-checked", "rotated-page", "superseded-by"]);
}

#[test]
fn step_2_a_letter_to_somebody_else_beside_the_members_own_is_for_a_person() {
    let both = Example::complete().another_letter(|l| l.same_member = Answer::NotMet);
    expect(&both, &[]);
    let pack = &*BUILTIN;
    let facts = both.context(pack);
    let findings = both.findings(pack);
    assert!(crate::rules::review_fields(&both.request, &findings, &facts).contains(&"letter".to_owned()));
    let own = Example::complete();
    assert!(crate::rules::review_fields(&own.request, &own.findings(pack), &own.context(pack)).is_empty());
}
