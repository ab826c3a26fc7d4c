//! Pages told apart by their words alone: one story a kind, in wordings that the pack does not hold letter by letter.

use chrono::NaiveDate;

use crate::answer::Confidence;
use crate::extract::page_text::PageText;
use crate::geometry::Rect;
use crate::ocr::Word;
use crate::reading::{AttachmentKind, PageKind};
use crate::rules::{FormDefinition, PhraseBook};

use super::{PageEvidence, classify};

fn page(lines: &[&str]) -> Vec<Word> {
    let mut words = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut left = 150;
        let top = 150 + at as i32 * 60;
        for word in line.split_whitespace() {
            let width = word.chars().count() as i32 * 12;
            words.push(Word {
                text: word.to_owned(),
                confidence: Confidence::new(0.9),
                rect: Rect::new(left, top, left + width, top + 28),
                line: at as u32,
            });
            left += width + 12;
        }
    }
    words
}

fn forms() -> Vec<FormDefinition> {
    let own = r#"
        id = "request-for-member-reassignment"
        purpose = "reassignment"
        titles = ["Request for Member Reassignment", "Member Reassignment Request"]
        anchors = ["Central California Alliance for Health", "One form for each member"]
        [[field]]
        id = "request_date"
        kind = "date"
        labels = ["Date of Request", "Request Date"]
        [[field]]
        id = "member_name"
        kind = "name"
        labels = ["Member Name", "Name of Member"]
        [[field]]
        id = "member_dob"
        kind = "date"
        labels = ["Date of Birth", "DOB"]
        [[field]]
        id = "provider_npi"
        kind = "npi"
        labels = ["NPI", "NPI Number"]
        [[field]]
        id = "narrative"
        kind = "block"
        labels = ["Describe the events leading to this request"]
        [[choice]]
        id = "reasons"
        [[choice.option]]
        id = "member-fraud"
        labels = ["Member fraud"]
        [[choice.option]]
        id = "abusive-or-disruptive-behavior"
        labels = ["Abusive or disruptive behaviors"]
        [[choice.option]]
        id = "ineffective-relationship"
        labels = ["Ineffective relationship"]
        [[choice.option]]
        id = "failure-to-keep-appointments"
        labels = ["Failure to keep scheduled appointments"]
    "#;
    let portal = r#"
        id = "provider-portal-account-request"
        purpose = "portal"
        titles = ["Provider Portal Account Request Form", "Health Information Sharing Agreement"]
        anchors = ["must have a unique identifier"]
        [[field]]
        id = "portal_users"
        kind = "lines"
        labels = ["Portal users"]
    "#;
    [own, portal].into_iter().map(|text| toml::from_str(text).unwrap()).collect()
}

fn kind_with(lines: &[&str], ink_share: f32) -> PageKind {
    let words = page(lines);
    let text = PageText::new(&words, 2200);
    let reference = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let kinds = classify(
        &PageEvidence { text: &text, ink_share, boxes: 0, rulings: 0, reference },
        PhraseBook::builtin(),
        &forms(),
    );
    kinds[0].kind.clone()
}

fn kind(lines: &[&str]) -> PageKind {
    kind_with(lines, 0.05)
}

const OWN: &str = "request-for-member-reassignment";

#[test]
fn our_form_is_known_by_its_title_and_without_it() {
    let body = [
        "Member Name: Susan Ortiz  Date of Birth: 6/14/1997",
        "NPI: 1234567893",
        "Mernber fraud",
        "Abusive or disruptlve behaviors",
        "lneffective relationship",
        "Failure to keep scheduled appointrnents",
        "Describe the events leading to this request",
    ];
    let titled: Vec<&str> = ["CENTRAL CALIFORNIA ALLIANCE FOR HEALTH", "Request for Mernber Reassignrnent"]
        .into_iter()
        .chain(body)
        .collect();
    assert_eq!(kind(&titled), PageKind::Form(OWN.into()));
    assert_eq!(kind(&body), PageKind::Form(OWN.into()));
}

#[test]
fn forms_of_other_plans_are_told_from_ours() {
    for lines in [
        &[
            "GOLDEN VALLEY HEALTH PLAN",
            "Provider Request for Member Discharge",
            "Member: Maria Johnson",
            "Plan ID: GV6266929",
            "Date of birth: 10/22/1986",
            "Provider: Alejandro Shapiro, MD",
            "TIN: 66-7848791",
            "Reason: Repeated no-shows",
        ][..],
        &[
            "PCP Initiated Member Transfer Request",
            "Member Name: Kao Vang",
            "Member ID: HN12345",
            "DOB: 1/2/1980",
            "PCP: Rosa Patel, MD",
            "Reason for transfer: Missed appointments",
            "Signature: ____",
        ],
        &[
            "Alabama Medicaid",
            "Patient 1st Recipient Dismissal Form",
            "Recipient Name: Ana Kaur",
            "Date of Birth: 3/4/1990",
            "Medicaid Number: 123456789012",
            "Reason for Dismissal: Recipient behavior",
            "Provider Name: R. Patel NPI: 1234567893",
        ],
        &[
            "SUNRISE COMMUNITY HEALTHCARE PLAN",
            "Request to Disenroll a Member from a Physician's Panel",
            "Enrollee Name: Tou Lee",
            "Subscriber ID: S998812",
            "DOB: 2/2/1972",
            "Physician: D. Kim",
            "Reason: Threatening conduct",
        ],
    ] {
        assert_eq!(kind(lines), PageKind::OtherPlanForm, "{lines:?}");
    }
}

#[test]
fn a_cover_that_names_the_form_is_a_cover() {
    for lines in [
        &[
            "FAX",
            "TO: Provider Services, Central California Alliance for Health",
            "FAX: (831) 430-5857",
            "FROM: Soquel Internal Medicine",
            "PAGES: 3 including cover",
            "RE: Request for Member reassignment",
            "CONFIDENTIALITY NOTICE: This facsimile contains protected health information",
        ][..],
        &[
            "Facsimile Transmittal",
            "To: Alliance Provider Services   From: Front office",
            "Number of pages: 4",
            "Urgent  For Review  Please Comment  Please Reply",
            "Comments: member reassignment request attached",
        ],
        &[
            "HARBOR MEDICAL GROUP",
            "FAX COVER SHEET",
            "Attn: Provider Services",
            "From: Rosa",
            "Date: 11/20/2026",
            "If you are not the intended recipient please destroy",
        ],
        &[
            "CONFIDENTIAL: this transmission may contain protected health information. If you are not the intended recipient,",
            "call the sender and destroy all copies.",
            "Provider Services, Central California Alliance for Health",
            "Member Name and DOB: see the form. NPI: on the form",
            "Member reassignment",
        ],
    ] {
        assert_eq!(kind(lines), PageKind::Cover, "{lines:?}");
    }
}

#[test]
fn another_plan_may_call_its_form_as_we_do() {
    let form = |plan: &str| {
        kind(&[
            plan,
            "Request for Member Reassignment",
            "Member Name: Leticia Pacheco",
            "Date of Birth: 03/22/1957",
            "NPI: 1392695775",
            "Reason for request",
            "Ineffective relationship",
            "Member Services 559-555-0142",
        ])
    };
    assert_eq!(form("Redwood Valley Health Initiative"), PageKind::OtherPlanForm);
    let ours = PageKind::Form("request-for-member-reassignment".into());
    assert_eq!(form("Central California Alliance for Health"), ours);
    assert_eq!(form("Redwood Valley Family Practice"), ours, "an office has its name over the form");
}

#[test]
fn the_plans_instructions_and_its_other_requests_are_no_forms() {
    let instructions = [
        "Request for Member Reassignment - Procedure",
        "Complete this form to request that an Alliance member be reassigned to a new provider.",
        "1. Make sure you have the appropriate reasons to request it: abuse, member fraud; request for",
        "medications; because of abusive or disruptive behaviors; or an ineffective relationship; or for the",
        "member's failure to keep scheduled appointments (three in twelve months).",
        "2. Send written notification to the member. A letter must be sent for each member you seek to move.",
        "The member will remain linked to your practice until the effective date.",
    ];
    assert_eq!(kind(&instructions), PageKind::Junk);
    let authorization = [
        "PRIOR AUTHORIZATION REQUEST",
        "Central California Alliance for Health - Utilization Management",
        "Member Name: Perla Montes",
        "Date of Request: 11/18/2026",
        "Date of Birth: 03/22/1957",
        "NPI: 1392695775",
        "Service requested: MRI lumbar spine",
    ];
    assert_eq!(kind(&authorization), PageKind::Junk);
}

#[test]
fn a_notice_in_labelled_lines_that_greets_nobody_is_a_letter() {
    let notice = [
        "Notice of Request for Member Reassignment",
        "Member Name: Denise Avila",
        "Date of Request: November 10, 2026",
        "What we did: we asked the Alliance to reassign you to another doctor.",
        "What comes next: the Alliance will call you, and its Medical Director decides.",
    ];
    assert_eq!(kind(&notice), PageKind::Letter);
    let second_page =
        ["Request for Member Reassignment - page 2", "Signature of provider: Date of Request", "11-15-2026"];
    assert_ne!(kind(&second_page), PageKind::Letter, "the form's title says as much as a letter's sentence");
}

#[test]
fn a_cover_without_colons_may_name_the_form_as_its_subject() {
    let cover = [
        "FAX",
        "To Provider Services, CCAH",
        "Fax number 831-430-5857",
        "From Nadine Okonjo, MD, Yosemite Gateway Health",
        "Date November 20, 2026",
        "Pages cover + 2",
        "Subject Member Reassignment Request",
        "CONFIDENTIAL: This fax holds protected health information. If it reached you by mistake, destroy it.",
    ];
    assert_eq!(kind(&cover), PageKind::Cover);
}

#[test]
fn advertisements_are_junk() {
    for lines in [
        &[
            "NEW TONER - 60% OFF",
            "Call now (800) 555-0199. This week only. To be removed from",
            "our list, call (800) 555-0198.",
        ][..],
        &[
            "NEED WORKING CAPITAL?",
            "Business loans up to $250,000 - no obligation",
            "Call today 1-888-555-0100",
            "To opt out call 1-888-555-0101",
        ],
        &[
            "CARIBBEAN CRUISE for two",
            "You have been selected! Limited time offer",
            "To stop receiving faxes call 800 555 0123",
        ],
    ] {
        assert_eq!(kind(lines), PageKind::Junk, "{lines:?}");
    }
}

#[test]
fn attachments_are_told_apart() {
    use AttachmentKind::{AppointmentLog, ChartNotes, MedicationAgreement, ProofOfMailing};
    for (lines, attachment) in [
        (
            &[
                "Opioid Treatment Agreement",
                "Patient: Chue Singh",
                "I will use only one pharmacy.",
                "Lost or stolen medication will not be replaced.",
                "I agree to random urine testing.",
            ][..],
            MedicationAgreement,
        ),
        (
            &[
                "Soquel Internal Medicine - Appointment History",
                "Patient: Gurpreet Johnson",
                "04/03/2026 09:30 OFFICE VISIT NO SHOW reminder call",
                "06/04/2026 09:30 OFFICE VISIT NO SHOW",
            ],
            AppointmentLog,
        ),
        (
            &[
                "No-Show Report",
                "Date Time Provider Status",
                "01/02/2026 10:00 PATEL No show",
                "02/03/2026 11:00 PATEL No show",
                "03/04/2026 08:30 PATEL Cancelled by patient",
            ],
            AppointmentLog,
        ),
        (
            &[
                "Progress Note",
                "Patient: Ana Kaur DOB: 03/17/2001",
                "Chief complaint: back pain",
                "Assessment and plan: patient raised her voice at staff",
                "Electronically signed by R. Patel MD",
            ],
            ChartNotes,
        ),
        (
            &[
                "U.S. Postal Service",
                "CERTIFIED MAIL RECEIPT",
                "Domestic Mail Only",
                "Postage 1.45 Certified Fee 3.75",
                "Sent to Ana Kaur",
                "PS Form 3800",
            ],
            ProofOfMailing,
        ),
        (
            &[
                "SENDER: COMPLETE THIS SECTION   COMPLETE THIS SECTION ON DELIVERY",
                "Article Addressed to: Ana Kaur",
                "Received by",
                "PS Form 3811 Domestic Return Receipt",
            ],
            ProofOfMailing,
        ),
    ] {
        assert_eq!(kind(lines), PageKind::Attachment(attachment), "{lines:?}");
    }
}

#[test]
fn a_titled_agreement_of_few_terms_is_no_letter() {
    let agreement = [
        "Foothill Health Partners",
        "2783 Pajaro St, Watsonville, CA 95076",
        "Tel (209) 555-1087 Fax (209) 555-8190",
        "Medication Management Agreement",
        "Patient: Youa Her DOB: 03/05/1981",
        "1. I will take the medicine as directed and will not share, sell or trade it.",
        "2. I understand that breaking this agreement may lead to a taper and to a request that I be",
        "assigned to another doctor.",
        "3. I will tell my providers about all other medicines that I take.",
        "4. I will get controlled medicines from this office only and use one pharmacy.",
        "Date: 1/2/2026",
        "Youa Her",
        "Date: 1/2/2026",
        "Dr. Simran Ibarra",
    ];
    assert_eq!(kind(&agreement), PageKind::Attachment(AttachmentKind::MedicationAgreement));
}

#[test]
fn letters_are_letters_whatever_they_speak_of() {
    for lines in [
        &[
            "Harbor Medical Group",
            "November 11, 2026",
            "VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED",
            "Mai Vang",
            "3616 Mission Dr",
            "Santa Cruz, CA 95060",
            "Dear Ms. Vang:",
            "We have submitted a request to the Alliance to have you reassigned because of",
            "three missed appointments and violation of your medication agreement.",
            "Sincerely,",
        ][..],
        &[
            "8 de noviembre de 2026",
            "Jose Lee",
            "Estimado Sr. Lee:",
            "Por medio de la presente le informamos que hemos pedido a la Alianza que lo",
            "reasigne a otro médico de cabecera.",
            "Atentamente,",
        ],
        &[
            "10/28/2026",
            "Nyob zoo Mai Lee:",
            "Tsab ntawv no yog sau tuaj qhia rau koj paub tias kuv tau thov kom Alliance",
            "nrhiav ib tug kws kho mob tshiab rau koj.",
            "Ua tsaug,",
        ],
    ] {
        assert_eq!(kind(lines), PageKind::Letter, "{lines:?}");
    }
}

#[test]
fn a_notice_about_the_portal_is_no_letter_to_a_member_and_no_account_form() {
    for lines in [
        &[
            "Castroville Pediatrics",
            "November 20, 2026",
            "To: Central California Alliance for Health, Provider Services",
            "Re: Provider Portal - termination of user access",
            "Teresa O'Brien, a Provider Portal user in our office, left our workforce on November 18, 2026.",
            "Please deactivate the user's access to the Online Services.",
        ][..],
        &[
            "November 19, 2026",
            "Alliance Provider Services",
            "Subject: new IP address for portal",
            "Please note that our Internet Services Provider has changed. Old IP address: 198.51.100.24. New IP address: 192.0.2.4.",
        ],
    ] {
        assert_eq!(kind(lines), PageKind::Form("provider-portal-notice".into()), "{lines:?}");
    }
    let form = [
        "Provider Portal Account Request Form",
        "Health Information Sharing Agreement",
        "Each user must have a unique identifier.",
        "Portal users (one person on each line)",
        "Mai O'Brien",
    ];
    assert_eq!(kind(&form), PageKind::Form("provider-portal-account-request".into()));
}

#[test]
fn blank_is_not_illegible() {
    assert_eq!(kind_with(&[], 0.001), PageKind::Blank);
    assert_eq!(kind_with(&[". ~"], 0.004), PageKind::Blank);
    assert_eq!(kind_with(&["~ |"], 0.06), PageKind::Unknown);
    assert_eq!(kind(&["she came late again and we told her", "that this would be the last time"]), PageKind::Unknown);
}
