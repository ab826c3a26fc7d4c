//! Letters as offices may word them, in wordings that the pack does not hold letter by letter.

use chrono::NaiveDate;

use super::facts::tests::page;
use super::letter_facts;
use crate::extract::page_text::PageText;
use crate::reading::{LetterFacts, LetterKind};
use crate::rules::PhraseBook;

fn facts(lines: &[&str]) -> LetterFacts {
    let words = page(lines);
    let reference = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    letter_facts(&PageText::new(&words, 2200), PhraseBook::builtin(), reference)
}

fn letter(body: &[&str]) -> LetterFacts {
    let mut lines = vec!["November 6, 2026", "Ana Cruz", "455 Elm Ave", "Merced, CA 95340", "Dear Ana Cruz:"];
    lines.extend(body);
    lines.push("Sincerely,");
    facts(&lines)
}

#[test]
fn notices_in_other_words() {
    for body in [
        &[
            "We regret that we must ask the Central California Alliance for Health to move you to a",
            "different primary care office.",
        ][..],
        &[
            "Our practice is taking the steps necessary to begin the reassignment process with the",
            "Alliance. Until you hear from the Alliance, please continue to see us.",
        ],
        &[
            "This is to notify you that our office has initiated a request with your health plan, the",
            "Alliance, for a change of your primary care physician.",
        ],
        &[
            "You did not come to your visits on March 2, 2026 and May 5, 2026. For this reason I have",
            "asked CCAH to find you a new primary care doctor. We are here until CCAH tells you the date.",
        ],
        &[
            "We feel that you would be better served by another provider. We are submitting paperwork",
            "to CCAH for your reassignment.",
        ],
        &["We are no longer able to meet your medical needs. Your health plan has been asked to", "reassign you."],
        &["I have let the Alliance know that I would like them to match you with a different provider."],
        &[
            "Notice of request for PCP reassignment. By means of this notice Pajaro Lagoon Family Practice",
            "informs you that it has requested the Alliance to transfer you to the panel of another PCP. The",
            "transfer takes place only if the Alliance approves and on the day it determines.",
        ],
        &[
            "The Alliance has been requested to move your primary care from our office to that of another provider.",
            "Your appointments with us stand until the Alliance tells you otherwise.",
        ],
    ] {
        let facts = letter(body);
        assert_eq!((facts.kind, facts.states_end_of_care.len()), (LetterKind::ReassignmentNotice, 0), "{body:?}");
    }
}

#[test]
fn words_that_could_be_either_are_no_warning() {
    let body = [
        "Last week I told you in person that I would be turning to the Alliance about a new doctor for you. I've now",
        "done that. They might phone you. Until they've settled it, nothing about your care here is different.",
    ];
    assert_ne!(letter(&body).kind, LetterKind::Warning);
}

#[test]
fn a_letter_to_the_plan_is_no_letter_to_the_member() {
    let head = [
        "November 16, 2026",
        "Provider Services Department",
        "Central California Alliance for Health",
        "1600 Green Hills Road, Suite 101",
        "Scotts Valley, CA 95066",
        "RE: Ana Cruz, ID 94425352H",
    ];
    let body = ["We ask that the Alliance reassign this member to another PCP at the earliest date.", "Sincerely,"];
    let with = |greeting: &str| {
        let lines: Vec<&str> = head.iter().copied().chain([greeting]).chain(body).collect();
        facts(&lines).kind
    };
    assert_eq!(with("Dear Provider Services:"), LetterKind::ToPlan);
    assert_eq!(with("Dear Doctor:"), LetterKind::ToPlan);
    assert_ne!(with("Dear Ms. Cruz:"), LetterKind::ToPlan);
}

#[test]
fn dates_in_two_columns_and_in_counted_months() {
    let date = |line: &str| {
        let facts = facts(&[
            line,
            "Ana Cruz",
            "455 Elm Ave",
            "Merced, CA 95340",
            "Dear Ana Cruz:",
            "We have asked the Alliance to reassign you.",
        ]);
        facts.date.value().map(ToString::to_string).unwrap_or_default()
    };
    assert_eq!(date("Nov. 10, 2026 10 de noviembre de 2026"), "2026-11-10");
    assert_eq!(date("Hnub tim 15 lub 11 hlis xyoo 2026"), "2026-11-15");
    assert_eq!(date("Lub Kaum lb Hlis 11, 2026"), "2026-11-11");
    assert_eq!(date("Nov. 10, 2026 11 de noviembre de 2026"), "", "two days are none");
}

#[test]
fn a_day_long_past_in_brackets_is_the_birth_date() {
    let born = |reference: &str| {
        let facts =
            facts(&["November 10, 2026", reference, "Dear Ana Cruz:", "We have asked the Alliance to reassign you."]);
        facts.addressee.and_then(|a| a.birth_date).map(|d| d.to_string()).unwrap_or_default()
    };
    assert_eq!(born("RE: Ana Cruz (05/25/1984)"), "1984-05-25");
    assert_eq!(born("RE: Ana Cruz (seen 10/25/2026)"), "");
}

#[test]
fn the_member_is_greeted_and_the_letterhead_is_not() {
    let to = |lines: &[&str]| facts(lines).addressee.and_then(|a| a.name).unwrap_or_default();
    let head = [
        "Tres Pinos Community Clinic",
        "Ignacio Belmonte, MD",
        "250 Iris Dr, Watsonville, CA 95076 Tel. (831) 555-9168",
    ];
    let body = ["I have requested that the Alliance reassign you to another doctor, and will treat you until then."];
    let with = |middle: &[&str]| to(&head.iter().chain(middle).chain(&body).copied().collect::<Vec<_>>());
    assert_eq!(with(&["11/10/2026", "Dear Marjorie Duarte:"]), "Marjorie Duarte");
    assert_eq!(with(&["11/10/2026", "Apreciable Frances Montoya:"]), "Frances Montoya");
    assert_eq!(with(&["Arturo Lemus", "612 Cedar Way", "Apreciable Sr. Lemus:"]), "Arturo Lemus");
    assert_eq!(with(&["11/10/2026", "Muy querida Frances Montoya:"]), "Frances Montoya");
    assert_eq!(with(&["11/10/2026", "RE: Douglas Hartwell DOB 02/22/1959", "Dear Mr. Hartwell:"]), "Douglas Hartwell");
    assert_eq!(
        with(&["11/18/2026", "To: Pamela Gallagher", "2783 Bridge St, Watsonville, CA 95076", "Dear Ms. Gallagher:"]),
        "Pamela Gallagher"
    );
}

#[test]
fn notices_in_spanish_and_hmong_without_accents_and_with_any_spacing() {
    for body in [
        &[
            "Le informamos que nuestra oficina ha pedido a la Alianza que le cambie a otro doctor de",
            "cabecera porque usted ha faltado a tres citas.",
        ][..],
        &[
            "El proposito de esta carta es para avisarle que estamos tomando los pasos necesarios para",
            "comenzar el proceso de reasignacion con la Alianza.",
        ],
        &[
            "Hemos enviado una solicitud a Central California Alliance for Health para que usted sea",
            "asignada a otro proveedor.",
        ],
        &["Tsab ntawv no qhia rau koj paub tias peb tab tom thov Alliance pauv koj mus rau lwm tus", "kws kho mob."],
        &[
            "Tsabntawv no yog qhia koj tias kuv tau thov kom Central California Alliance for Health",
            "nrhiav ib tug kwskhomob tshiab rau koj.",
        ],
    ] {
        assert_eq!(letter(body).kind, LetterKind::ReassignmentNotice, "{body:?}");
    }
}

#[test]
fn threats_and_policies_are_warnings() {
    for body in [
        &["You were late to your last three visits. We will ask the Alliance to reassign you if this", "continues."][..],
        &[
            "Our policy is to request that the Alliance move patients who miss three visits to a new",
            "doctor. You have missed two.",
        ],
        &[
            "Yelling at staff is not acceptable. Any further incident will result in dismissal from our",
            "practice, and your care may be transferred.",
        ],
        &[
            "Under our office policy three no-shows can lead to discharge from the practice. Please call",
            "our office to reschedule.",
        ],
        &[
            "El 8 de agosto usted falto a su cita. Recuerde que despues de tres faltas podemos pedir que",
            "la Alianza le cambie de doctor.",
        ],
        // A speck behind a word is no period.
        &[
            "FINAL WARNING. Our records show no-shows on February 27, 2026 and April 13, 2026. One",
            "more and we will. begin the reassignment process with the Alliance.",
        ],
        &[
            "MISSED VISIT NOTICE 2 OF 3. VISIT DATE: April 27, 2026. STATUS: NO SHOW. PLEASE",
            "RESCHEDULE BY PHONE OR PORTAL. A THIRD NO SHOW MAY RESULT IN A",
            "REQUEST TO YOUR HEALTH PLAN FOR A CHANGE OF PROVIDER.",
        ],
        &["Si usted falta otra vez, es posible que pidamos a la Alianza que le asigne otro doctor."],
        &["Yog koj tsis tuaj dua, peb yuav thov kom Alliance pauv koj mus rau lwm tus kws kho mob."],
    ] {
        assert_eq!(letter(body).kind, LetterKind::Warning, "{body:?}");
    }
}

#[test]
fn what_the_member_may_do_is_no_notice() {
    for body in [
        &[
            "Your lab results are normal. If you would like a new doctor, you may request a change",
            "through the Alliance Member Services at any time.",
        ][..],
        &["This is a reminder that your appointment is on November 20, 2026. Please bring your card."],
        &["To choose a new doctor please contact the Alliance."],
    ] {
        assert_ne!(letter(body).kind, LetterKind::ReassignmentNotice, "{body:?}");
    }
}

#[test]
fn ends_of_care_in_other_words_and_dates_that_end_nothing() {
    for (body, ends) in [
        (
            &[
                "I am withdrawing from further professional attendance upon you. I will be available to",
                "attend you for a reasonable time, but in no event for more than 30 days.",
            ][..],
            true,
        ),
        (&["Effective December 5, 2026, our clinic will no longer see you."], true),
        (
            &[
                "We have requested that the Alliance assign you another doctor. We will see you for",
                "emergencies only until December 6, 2026.",
            ],
            true,
        ),
        (
            &[
                "We have requested that the Alliance assign you another doctor. You have 30 days to find",
                "a new physician.",
            ],
            true,
        ),
        (&["A partir del 30 de noviembre de 2026 nuestra clinica no le dara mas atencion medica."], true),
        (&["Solo la atenderemos en caso de emergencia durante los proximos 30 dias."], true),
        (
            &[
                "We have asked the Alliance to assign you another doctor. It may take up to 30 days to",
                "process the request, and we will provide care for you until then.",
            ],
            false,
        ),
        (
            &[
                "Due to missed appointments on March 2, 2026 and July 9, 2026, you are being discharged",
                "from our practice. We will care for you until your new doctor is in place.",
            ],
            false,
        ),
    ] {
        assert_eq!(!letter(body).states_end_of_care.is_empty(), ends, "{body:?}");
    }
}

#[test]
fn a_letter_may_greet_with_a_title_alone_or_not_at_all() {
    let body = "We have asked the Alliance to assign you to another doctor.";
    let titled =
        facts(&["October 30, 2026", "Tou Vue", "88 Canal St Apt 4", "Merced CA 95341", "Mr. Vue:", body, "Sincerely,"]);
    assert_eq!(titled.addressee.unwrap().name.as_deref(), Some("Tou Vue"));
    let silent = facts(&[
        "11.06.2026",
        "DAVID OKAFOR",
        "55 FIRST ST APT B",
        "SALINAS CA 93905-1234",
        "RE: CHANGE OF PROVIDER",
        body,
    ]);
    assert_eq!(silent.addressee.unwrap().name.as_deref(), Some("David Okafor"));
}

#[test]
fn a_letter_in_two_columns_has_the_language_of_its_reader() {
    let facts = facts(&[
        "November 6, 2026      6 de noviembre de 2026",
        "Dear Ana Cruz:        Estimada Ana Cruz:",
        "We have asked the Alliance to    Hemos pedido a la Alianza",
        "assign you to a new doctor.      que le asigne un nuevo medico.",
        "We will care for you until       Le atenderemos hasta que la",
        "the Alliance notifies you.       Alianza le notifique la fecha.",
    ]);
    assert_eq!(facts.language.as_deref(), Some("es"));
}
