//! The Health Information Sharing Agreement: its signed printout and the written notices under it.

use crate::answer::{Answer, Mark};
use crate::rules::example::{BUILTIN, Example};
use crate::rules::{Priority, priority};

const HEAD: &str =
    "Castroville Pediatrics\nNovember 20, 2026\nTo: Central California Alliance for Health, Provider Services\n";

fn notice(text: &str) -> Example {
    Example::notice(&format!("{HEAD}{text}\nProvider: Yesenia Kim, MD NPI: 1234567893"))
}

#[track_caller]
fn expect(example: &Example, codes: &[&str]) {
    assert_eq!(example.codes(), codes);
}

#[test]
fn a_signed_agreement_with_its_users_is_complete() {
    expect(&Example::portal(&["Alejandro Morales", "David Espinoza"]), &[]);
    assert!(Example::portal(&["Alejandro Morales"]).open().is_empty());
}

#[test]
fn opening_and_closing_date_signature_provider_acceptance() {
    let agreement = || Example::portal(&["Alejandro Morales"]);
    expect(&agreement().blank("request_date"), &["portal-date-missing"]);
    expect(&agreement().blank("signature"), &["portal-signature-missing"]);
    expect(&agreement().blank("provider_name"), &["portal-provider-missing"]);
    let mut unticked = agreement();
    unticked.request.choices[0].options[0].mark = Mark::Unchecked;
    expect(&unticked, &["portal-acceptance-missing"]);
    unticked.request.choices.clear();
    expect(&unticked, &[]);
    assert_eq!(unticked.open(), ["portal-acceptance-missing"]);
    let printed =
        unticked.page_text("By proceeding, I am indicating I have read, and agree to, the terms of this agreement.");
    assert!(printed.open().is_empty());
}

#[test]
fn section_3_a_unique_identifier_for_each_person() {
    expect(&Example::portal(&["Alejandro Morales"]).blank("portal_users"), &["portal-users-missing"]);
    expect(&Example::portal(&["Alejandro Morales", "Front Desk"]), &["portal-user-generic"]);
    expect(&Example::portal(&["Alejandro Morales", "MORALES, Alejandro"]), &["portal-user-duplicate"]);
    expect(&Example::portal(&["Billing", "Billing"]), &["portal-user-generic", "portal-user-duplicate"]);
}

#[test]
fn section_3_forty_eight_hours_with_three_answers() {
    let left = |when: &str| {
        notice(&format!(
            "Re: Provider Portal - termination of user access\nTeresa O'Brien left our workforce on {when}. Please deactivate her access."
        ))
    };
    expect(&left("November 19, 2026"), &[]);
    expect(&left("November 18, 2026"), &["workforce-notice-undecided"]);
    expect(&left("November 16, 2026"), &["workforce-notice-late"]);
    expect(&left("November 18, 2026 at 9:37 a.m."), &[]);
    expect(&left("November 18, 2026 at 7:37 a.m."), &["workforce-notice-late"]);
    for when in ["November 18, 2026", "November 16, 2026"] {
        assert!(left(when).open().is_empty(), "{when}");
    }
    expect(&left("vacation"), &["notice-details-missing"]);
}

#[test]
fn section_3_a_fact_without_its_receipt_cannot_be_decided() {
    let mut example = notice("Re: Provider Portal\nTeresa O'Brien left our workforce on November 18, 2026.");
    example.received = None;
    expect(&example, &[]);
    assert_eq!(example.open(), ["workforce-notice-undecided"]);
}

#[test]
fn section_4_a_new_internet_provider() {
    let changed = |what: &str| {
        notice(&format!(
            "Re: Provider Portal - change of Internet Services Provider\nOur Internet Services Provider changed on November 20, 2026. {what}"
        ))
    };
    expect(&changed("Old IP address: 198.51.100.24. New IP address: 203.0.113.20."), &[]);
    expect(&changed("Old IP address: 198.51.100.24. New IP address: 192.168.1.20."), &["ip-address-private"]);
    expect(&changed("Thank you."), &["notice-details-missing"]);
}

#[test]
fn section_6_an_incident_is_urgent_whatever_else_is_missing() {
    let incident = notice(
        "Re: Provider Portal - unauthorized viewing\nWe became aware of an unauthorized viewing of member PHI by a person in our office.",
    );
    expect(&incident, &["incident-reported"]);
    assert_eq!(priority(&incident.findings(&BUILTIN)), Priority::Urgent);
    let unnamed = incident.blank("provider_name");
    expect(&unnamed, &["incident-reported", "portal-provider-missing"]);
    assert_eq!(priority(&unnamed.findings(&BUILTIN)), Priority::Urgent);
    assert_eq!(priority(&Example::complete().findings(&BUILTIN)), Priority::Normal);
}

#[test]
fn section_8_thirty_days() {
    let ends = |when: &str| {
        notice(&format!(
            "Re: Provider Portal - termination of agreement\nWe terminate the Health Information Sharing Agreement effective {when}."
        ))
    };
    expect(&ends("December 20, 2026"), &[]);
    expect(&ends("December 1, 2026"), &["termination-under-30-days"]);
    expect(&ends("thirty days from today"), &[]);
    expect(&ends("soon"), &["notice-details-missing"]);
}

#[test]
fn section_1_the_loss_of_a_license_is_taken_as_it_comes() {
    expect(
        &notice("Re: Provider Portal - loss of license\nOur license has been suspended as of November 12, 2026."),
        &[],
    );
}

#[test]
fn section_9_notices_by_fax_dates_and_changes_of_the_text() {
    let any = notice("Re: Provider Portal - loss of license\nOur license has been suspended.");
    assert!(any.findings(&BUILTIN).iter().any(|f| f.code == "notice-by-fax-only" && f.answer == Answer::NotMet));
    expect(
        &Example::notice("Re: Provider Portal - loss of license\nOur license has been suspended."),
        &["portal-date-missing"],
    );
    let edited = Example::portal(&["Bee Kim"])
        .page_text("The Provider shall notify the Alliance in writing within 72 hours of the termination");
    expect(&edited, &["portal-agreement-edited"]);
}

#[test]
fn a_letter_that_says_nothing_of_the_agreement_lacks_its_details() {
    expect(
        &notice("Hello, we would like to say thank you for the good work of this year."),
        &["notice-details-missing"],
    );
}
