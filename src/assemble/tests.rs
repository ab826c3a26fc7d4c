//! Stories: what arrives, and what the queue should make of it.

use proptest::prelude::*;

use super::story::*;
use super::*;
use crate::answer::{Confidence, Reading};
use crate::geometry::Rect;
use crate::ocr::Word;
use crate::reading::*;
use crate::rules::ReceivedSource;

fn ana() -> PageReading {
    form("Ana Ramirez", "94448812D", "2001-03-17")
}

fn luis() -> PageReading {
    form("Luis Ramirez", "94448813E", "2001-03-17")
}

fn kao() -> PageReading {
    form("Kao Vang", "90000007H", "1975-01-02")
}

#[test]
fn the_name_beside_the_signature_on_page_two_is_no_other_member() {
    let first = form_page(
        FORM,
        vec![
            field("member_name", Some(Value::Text("Bao Paz".into()))),
            field("member_id", Some(Value::Text("90129138X".into()))),
            field("provider_name", Some(Value::Text("Octavio Estrada, PA-C".into()))),
            field("request_date", Some(Value::Date(day("2026-11-19")))),
        ],
    );
    let mut second = form_page(
        FORM,
        vec![
            field("signature", Some(Value::Present)),
            field("provider_name", Some(Value::Text("Octavio Estrada, PA-C".into()))),
            field("request_date", Some(Value::Date(day("2026-11-19")))),
        ],
    );
    second.people = vec![mention("Octavio Estrada, PA-C", "patient-line")];
    assert_eq!(pages(&told(vec![first, second])), [vec![1, 2]]);
}

#[test]
fn a_form_and_its_letter() {
    let requests = told(vec![ana(), letter("Ana Ramirez")]);
    assert_eq!(pages(&requests), [[1, 2]]);
    let request = &requests[0];
    assert_eq!((request.id.as_str(), request.kind.clone()), ("0123456789ab-1", RequestKind::Reassignment));
    assert_eq!(request.letter().unwrap().same_member, Answer::Met);
    assert_eq!(request.letter().unwrap().reasons, ["name", "only-request"]);
    assert!(request.stray_pages.is_empty() && request.pages_missing.is_none());
}

#[test]
fn cover_sheets_belong_to_nobody_and_blanks_to_the_page_they_follow() {
    let cover = cover(&["FAX COVER SHEET", "PAGES: 8 including cover"]);
    let requests =
        told(vec![cover, blank(), ana(), letter("Ana Ramirez"), blank(), luis(), letter("Luis Ramirez"), blank()]);
    assert_eq!(pages(&requests), [[3, 4, 5], [6, 7, 8]]);
    assert_eq!(requests[0].notes, ["blank-page"]);
    assert!(requests[0].stray_pages.is_empty());
}

#[test]
fn three_forms_then_three_letters() {
    let requests = told(vec![ana(), luis(), kao(), letter("Ana Ramirez"), letter("Luis Ramirez"), letter("Vang, Kao")]);
    assert_eq!(pages(&requests), [[1, 4], [2, 5], [3, 6]]);
    assert!(requests.iter().all(|r| r.letter().unwrap().same_member == Answer::Met));
}

#[test]
fn letters_in_another_order_than_the_forms() {
    let requests = told(vec![ana(), luis(), kao(), letter("Kao Vang"), letter("Ana Ramirez"), letter("Luis Ramirez")]);
    assert_eq!(pages(&requests), [[1, 5], [2, 6], [3, 4]]);
}

#[test]
fn two_letters_for_three_forms() {
    let requests = told(vec![ana(), luis(), kao(), letter("Ana Ramirez"), letter("Kao Vang")]);
    assert_eq!(pages(&requests), [vec![1, 4], vec![2], vec![3, 5]]);
    assert!(requests[1].letters.is_empty());
}

#[test]
fn letters_nobody_can_read_go_in_step_with_the_forms_and_prove_nothing() {
    let requests = told(vec![ana(), luis(), letter(""), letter("")]);
    assert_eq!(pages(&requests), [[1, 3], [2, 4]]);
    assert!(requests.iter().all(|r| r.letter().unwrap().same_member == Answer::CannotTell));
}

#[test]
fn one_unreadable_letter_among_others_goes_where_a_letter_is_missing() {
    let requests = told(vec![ana(), luis(), kao(), letter("Kao Vang"), letter(""), letter("Ana Ramirez")]);
    assert_eq!(pages(&requests), [[1, 6], [2, 5], [3, 4]]);
}

#[test]
fn twins_share_a_birth_date_and_not_their_letters() {
    let requests = told(vec![ana(), letter("Luis Ramirez"), luis(), letter("Ana Ramirez")]);
    assert_eq!(pages(&requests), [[1, 4], [2, 3]]);
    let (maria, mario) =
        (form("Maria Lopez", "94448812D", "2001-03-17"), form("Mario Lopez", "94448813E", "2001-03-17"));
    let requests = told(vec![maria.clone(), mario, letter("Mario Lopez"), letter("Maria Lopez")]);
    assert_eq!(pages(&requests), [[1, 4], [2, 3]]);
    let alone = told(vec![maria, letter("Mario Lopez")]);
    assert_eq!(alone[0].letter().unwrap().same_member, Answer::CannotTell);
}

#[test]
fn a_letter_to_somebody_else_is_told_and_kept() {
    let requests = told(vec![ana(), letter("Tiffany Mendoza")]);
    assert_eq!(pages(&requests), [[1, 2]]);
    assert_eq!(requests[0].letter().unwrap().same_member, Answer::NotMet);
    assert!(requests[0].stray_pages.is_empty());
    let sibling = told(vec![ana(), letter("Luis Ramirez")]);
    assert_eq!(sibling[0].letter().unwrap().same_member, Answer::NotMet);
    assert_eq!(sibling[0].letter().unwrap().reasons[0], "surname-only");
}

#[test]
fn a_second_notice_to_somebody_else_is_a_request_without_its_form() {
    let requests = told(vec![ana(), letter("Ana Ramirez"), letter("Tiffany Mendoza")]);
    assert_eq!(pages(&requests), [vec![1, 2], vec![3]]);
    assert_eq!(requests[1].kind, RequestKind::LetterOnly);
    let family = told(vec![ana(), letter("Ana Ramirez"), kao(), letter("Kao Vang"), letter("Luis Ramirez")]);
    assert_eq!(pages(&family), [vec![1, 2], vec![3, 4], vec![5]]);
    assert!(family.iter().all(|request| request.stray_pages.is_empty()));
    assert_eq!(
        family[2].field("member_name").and_then(|f| f.reading.value()),
        Some(&Value::Text("Luis Ramirez".into()))
    );
}

#[test]
fn a_second_letter_to_somebody_else_that_is_no_notice_is_stray() {
    let mut warning = letter("Tiffany Mendoza");
    warning.letter.as_mut().unwrap().kind = LetterKind::Warning;
    let requests = told(vec![ana(), letter("Ana Ramirez"), warning]);
    assert_eq!(requests[0].letter().unwrap().page, 2);
    assert_eq!(requests[0].stray_pages, [3]);
}

#[test]
fn the_letter_of_a_third_person_goes_where_one_is_missing_and_proves_nothing() {
    let requests = told(vec![ana(), letter("Ana Ramirez"), kao(), letter("Tiffany Mendoza")]);
    assert_eq!(pages(&requests), [[1, 2], [3, 4]]);
    assert_eq!(requests[1].letter().unwrap().same_member, Answer::NotMet);
}

#[test]
fn a_letter_to_a_parent_that_names_the_child_in_its_sentences_is_the_childs() {
    let about = |to_guardian: bool| {
        let mut page = letter("Urbano Abernethy");
        page.letter.as_mut().unwrap().to_guardian = to_guardian;
        page.words = cover(&["We have requested a new doctor for Ana Ramirez"]).words;
        told(vec![ana(), page])[0].letter().unwrap().same_member
    };
    assert_eq!(about(true), Answer::Met);
    assert_eq!(about(false), Answer::CannotTell);
}

#[test]
fn one_name_with_another_id_and_another_birth_date_is_another_person() {
    let mut page = letter("Ana Ramirez");
    let addressee = page.letter.as_mut().unwrap().addressee.as_mut().unwrap();
    addressee.member_id = Some("91084551D".into());
    addressee.birth_date = Some(day("1969-09-30"));
    assert_eq!(told(vec![ana(), page])[0].letter().unwrap().same_member, Answer::NotMet);
}

#[test]
fn a_name_that_was_hardly_read_cannot_tell() {
    let mut page = ana();
    let name = page.form.as_mut().unwrap().fields.iter_mut().find(|f| f.field == "member_name").unwrap();
    name.reading = Reading::Read(Value::Text("Mnx Kuummiz".into()));
    name.raw = "Mnx Kuummiz".into();
    name.confidence = Confidence::new(0.3);
    let requests = told(vec![page, letter("Ana Ramirez")]);
    assert_eq!(requests[0].letter().unwrap().same_member, Answer::CannotTell);
}

#[test]
fn an_id_on_the_letter_speaks_where_the_name_cannot() {
    let mut page = ana();
    page.form.as_mut().unwrap().fields.retain(|f| f.field != "member_name");
    let mut to = letter("Ana Ramirez");
    to.people = vec![PersonMention { member_id: Some("9444-8812 d".into()), name: None, ..mention("", "reference") }];
    let requests = told(vec![page, to]);
    assert_eq!(requests[0].letter().unwrap().same_member, Answer::Met);
    assert!(requests[0].letter().unwrap().reasons.contains(&"id".to_owned()));
}

#[test]
fn what_is_no_name_and_no_id_contradicts_no_letter() {
    let mut letter = letter("Ana Ramirez");
    letter.people = vec![PersonMention { member_id: Some("94448812D".into()), ..mention("", "reference") }];
    // The id stands in the name's place, and a sentence in the id's.
    let strayed = form("94448812D", "did not come to the visits listed above and did not cancel", "2001-03-17");
    let request = &told(vec![strayed, letter.clone()])[0];
    assert_eq!(request.letter().unwrap().same_member, Answer::Met, "{:?}", request.letter());
    let prose = form("Ana Ramirez", "did not come to the visits listed above", "2001-03-17");
    assert_eq!(told(vec![prose, letter])[0].letter().unwrap().same_member, Answer::Met);
}

#[test]
fn a_letter_to_both_parents_is_about_the_child_that_it_refers_to() {
    let mut letter = letter("Mai Vang & Tou Vang");
    letter.people = vec![mention("Kao Vang", "reference")];
    assert_eq!(told(vec![kao(), letter])[0].letter().unwrap().same_member, Answer::Met);
}

#[test]
fn the_members_name_beside_another_number_is_for_a_person() {
    let mut letter = letter("Ana Ramirez");
    letter.people = vec![PersonMention { member_id: Some("95550001C".into()), ..mention("", "reference") }];
    assert_eq!(told(vec![ana(), letter])[0].letter().unwrap().same_member, Answer::CannotTell);
}

#[test]
fn the_forms_title_over_running_text_continues_it() {
    let mut more = page(PageKind::Form(FORM.into()));
    let words = field("office_contact", Some(Value::Text("asked the member to leave".into())));
    more.form = form_page(FORM, vec![words]).form;
    more.people = vec![mention("Ana Ramirez", "patient-line")];
    assert_eq!(pages(&told(vec![ana(), more.clone(), letter("Ana Ramirez")])), [[1, 2, 3]]);
    // Of another member, or hardly read, it is a form of its own.
    assert_eq!(pages(&told(vec![kao(), more.clone()])), [[1], [2]]);
    more.legibility.confidence = Confidence::new(0.4);
    assert_eq!(pages(&told(vec![ana(), more])), [[1], [2]]);
}

#[test]
fn a_letter_to_the_parent_is_about_the_child() {
    let mut to = letter("Rosa Ramirez");
    to.people = vec![mention("Ana Ramirez", "reference")];
    assert_eq!(told(vec![ana(), to])[0].letter().unwrap().same_member, Answer::Met);
    let parent_of = letter("To the Parent or Guardian of Ana Ramirez");
    assert_eq!(told(vec![ana(), parent_of])[0].letter().unwrap().same_member, Answer::Met);
}

#[test]
fn a_joint_letter_is_proof_for_neither_sibling() {
    let requests = told(vec![ana(), luis(), letter("Ana and Luis Ramirez")]);
    let letters: Vec<Answer> = requests.iter().flat_map(|r| &r.letters).map(|l| l.same_member).collect();
    assert_eq!(letters, [Answer::CannotTell, Answer::CannotTell], "and neither has its letter missing");
    let mut both = letter("Ana Ramirez");
    both.people = vec![mention("Luis Ramirez", "addressee")];
    let requests = told(vec![ana(), luis(), both]);
    let letter = requests.iter().find_map(|r| r.letter()).unwrap();
    assert_eq!(letter.same_member, Answer::CannotTell);
    assert!(letter.reasons.contains(&"joint-letter".to_owned()));
}

#[test]
fn agreements_and_logs_go_to_whom_they_name_else_to_their_neighbours() {
    use AttachmentKind::{AppointmentLog, MedicationAgreement};
    let requests = told(vec![
        ana(),
        luis(),
        letter("Ana Ramirez"),
        attachment(AppointmentLog, ""),
        letter("Luis Ramirez"),
        attachment(MedicationAgreement, "Ana Ramirez"),
    ]);
    assert_eq!(pages(&requests), [vec![1, 3, 4, 6], vec![2, 5]]);
    let kinds: Vec<_> = requests[0].attachments.iter().map(|a| (a.kind, a.same_member)).collect();
    assert_eq!(kinds, [(AppointmentLog, Answer::CannotTell), (MedicationAgreement, Answer::Met)]);
}

#[test]
fn an_agreement_of_somebody_else_is_stray() {
    let requests =
        told(vec![ana(), letter("Ana Ramirez"), attachment(AttachmentKind::MedicationAgreement, "Kao Vang")]);
    assert_eq!(requests[0].stray_pages, [3]);
    assert_eq!(requests[0].attachments[0].same_member, Answer::NotMet);
}

#[test]
fn headers_repair_a_shuffle() {
    let shuffled =
        vec![numbered(letter(""), 2, 4), numbered(kao(), 3, 4), numbered(letter(""), 4, 4), numbered(ana(), 1, 4)];
    let requests = told(shuffled);
    assert_eq!(pages(&requests), [[1, 4], [2, 3]]);
    assert_eq!(requests[0].field("member_name").unwrap().raw, "Ana Ramirez");
}

#[test]
fn a_misread_page_number_moves_nothing() {
    let requests = told(vec![
        numbered(ana(), 1, 4),
        numbered(letter(""), 4, 4),
        numbered(kao(), 3, 4),
        numbered(letter(""), 4, 4),
    ]);
    assert_eq!(pages(&requests), [[1, 2], [3, 4]]);
    let requests = told(vec![
        numbered(ana(), 1, 9),
        numbered(letter(""), 8, 9),
        numbered(kao(), 3, 9),
        numbered(letter(""), 4, 9),
    ]);
    assert_eq!(pages(&requests), [[1, 2], [3, 4]]);
}

#[test]
fn letters_on_top_of_their_forms() {
    let requests = told(vec![letter(""), ana(), letter(""), kao()]);
    assert_eq!(pages(&requests), [[1, 2], [3, 4]]);
}

#[test]
fn a_form_of_two_pages_is_one_request() {
    let first = form_page(
        FORM,
        vec![
            field("member_name", Some(Value::Text("Ana Ramirez".into()))),
            field("member_id", Some(Value::Text("94448812D".into()))),
            field("request_date", None),
            field("provider_name", Some(Value::Text("Rosa Brandt".into()))),
        ],
    );
    let second = form_page(
        FORM,
        vec![
            field("member_name", Some(Value::Text("Ana Ramirez".into()))),
            field("narrative", Some(Value::Text("Shouted.".into()))),
            field("signature", Some(Value::Present)),
            field("missed_appointments", None),
        ],
    );
    let requests = told(vec![first.clone(), second.clone(), letter("Ana Ramirez"), kao(), letter("Kao Vang")]);
    assert_eq!(pages(&requests), [vec![1, 2, 3], vec![4, 5]]);
    let fields: Vec<&str> = requests[0].fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(
        fields,
        ["member_name", "member_id", "request_date", "provider_name", "narrative", "signature", "missed_appointments"]
    );
    let mut other = second;
    other.form.as_mut().unwrap().fields[0] = field("member_name", Some(Value::Text("Luis Ramirez".into())));
    assert_eq!(told(vec![first, other]).len(), 2, "another member's page opens a request");
}

#[test]
fn a_form_continued_on_a_plain_page() {
    let requests = told(vec![ana(), page(PageKind::Unknown), letter("Ana Ramirez"), kao(), page(PageKind::Unknown)]);
    assert_eq!(pages(&requests), [vec![1, 2, 3], vec![4, 5]]);
    assert!(requests.iter().all(|r| r.stray_pages.is_empty() && r.unread_pages.is_empty()));
}

#[test]
fn what_happened_is_told_on_by_a_page_that_says_that_it_goes_on() {
    let mut more = page(PageKind::Unknown);
    more.kinds[0].reasons = vec!["continuation-title-1".into()];
    let word =
        |text: &str| Word { text: text.into(), confidence: Confidence::new(0.9), rect: Rect::default(), line: 0 };
    more.words = ["We", "telephoned", "twice."].map(word).to_vec();
    let narrative = |pages| told(pages)[0].field("narrative").map(|field| field.reading.clone());
    let Some(Reading::Read(Value::Text(text))) = narrative(vec![ana(), more]) else { panic!("no narrative") };
    assert!(text.ends_with("We telephoned twice."), "{text}");
    let Some(Reading::Read(Value::Text(text))) = narrative(vec![ana(), page(PageKind::Unknown)]) else {
        panic!("the form has a narrative")
    };
    assert!(!text.contains("telephoned"));
}

#[test]
fn pages_that_could_not_be_read_stay_and_say_so() {
    let mut faint = page(PageKind::Unknown);
    faint.legibility = Legibility { confidence: Confidence::new(0.2), characters: 9, ink_share: 0.05 };
    let requests = outcomes(vec![read(ana()), rejected(), read(faint), read(page(PageKind::Junk))]);
    assert_eq!(pages(&requests), [[1, 2, 3, 4]]);
    assert_eq!(requests[0].stray_pages, [2, 3, 4]);
    assert_eq!(requests[0].unread_pages, [2, 3]);
}

#[test]
fn a_letter_alone_is_a_request_without_a_form() {
    let mut to = letter("Parent of Ana Ramirez");
    to.people = vec![PersonMention { member_id: Some("94448812D".into()), ..mention("", "reference") }];
    let requests = told(vec![to, attachment(AttachmentKind::MedicationAgreement, "Ana Ramirez")]);
    assert_eq!(pages(&requests), [[1, 2]]);
    let request = &requests[0];
    assert_eq!((request.kind.clone(), request.form.as_deref()), (RequestKind::LetterOnly, None));
    assert_eq!(request.field("member_name").unwrap().reading, Reading::Read(Value::Text("Ana Ramirez".into())));
    assert_eq!(request.field("member_id").unwrap().reading, Reading::Read(Value::Text("94448812D".into())));
    assert_eq!(request.letters.len(), 1);
}

#[test]
fn letters_to_two_members_are_two_requests() {
    let requests =
        told(vec![letter("Ana Ramirez"), letter("Kao Vang"), attachment(AttachmentKind::ChartNotes, "Kao Vang")]);
    assert_eq!(pages(&requests), [vec![1], vec![2, 3]]);
}

#[test]
fn another_plans_form_with_its_letter() {
    let mut other = page(PageKind::OtherPlanForm);
    other.people = vec![mention("Ana Ramirez", "patient-line")];
    let requests = told(vec![cover(&["FAX"]), other, letter("Ana Ramirez")]);
    assert_eq!(pages(&requests), [[2, 3]]);
    assert_eq!(requests[0].kind, RequestKind::OtherPlan);
}

#[test]
fn each_portal_form_is_a_request_and_takes_no_letters() {
    let portal = |name: &str| {
        form_page(PORTAL, vec![field("provider_name", Some(Value::Text(name.into()))), field("signature", None)])
    };
    let requests = told(vec![portal("Rosa Brandt"), portal("Luis Okafor"), ana(), letter("")]);
    assert_eq!(pages(&requests), [vec![1], vec![2], vec![3, 4]]);
    assert_eq!(
        requests.iter().map(|r| r.kind.clone()).collect::<Vec<_>>(),
        [RequestKind::Portal, RequestKind::Portal, RequestKind::Reassignment]
    );
}

#[test]
fn nothing_asks_for_anything() {
    let requests = told(vec![cover(&["FAX"]), page(PageKind::Junk), attachment(AttachmentKind::ChartNotes, "")]);
    assert_eq!((requests[0].kind.clone(), pages(&requests)), (RequestKind::NoRequest, vec![vec![1, 2, 3]]));
    assert_eq!(told(vec![blank()])[0].kind, RequestKind::NoRequest);
}

#[test]
fn a_file_that_gives_no_page_is_unreadable() {
    use crate::decode::Rejection;
    let requests = outcomes(vec![rejected(), PageOutcome::Rejected(Rejection::Encrypted)]);
    assert_eq!(requests[0].kind, RequestKind::Unreadable(Rejection::Encrypted));
    assert_eq!(pages(&requests), [[1, 2]]);
    assert_eq!(outcomes(Vec::new())[0].kind, RequestKind::Unreadable(Rejection::Empty));
}

#[test]
fn two_members_on_one_form() {
    let several = |name: &str| told(vec![form(name, "94448812D", "2001-03-17")])[0].several_members;
    assert_eq!(several("Robert and Elena Ramirez"), Answer::Met);
    assert_eq!(several("Robert Ramirez"), Answer::NotMet);
    assert_eq!(several(""), Answer::NotMet);
    let two_ids = told(vec![form("Robert Ramirez", "94448812D / 95551234A", "2001-03-17")]);
    assert_eq!(two_ids[0].several_members, Answer::Met);
}

#[test]
fn pages_are_missing_only_when_clearly_more_were_promised() {
    let missing = |pages: Vec<PageReading>| told(pages)[0].pages_missing;
    assert_eq!(missing(vec![numbered(ana(), 1, 4), numbered(letter("Ana Ramirez"), 2, 4)]), Some((4, 2)));
    assert_eq!(missing(vec![numbered(ana(), 1, 2), numbered(letter("Ana Ramirez"), 2, 2)]), None);
    // The header leaves the cover out.
    assert_eq!(missing(vec![cover(&["FAX"]), numbered(ana(), 1, 2), numbered(letter(""), 2, 2)]), None);
    // One misread digit among three headers.
    assert_eq!(missing(vec![numbered(ana(), 1, 8), numbered(letter(""), 2, 3), numbered(blank(), 3, 3)]), None);
    assert_eq!(missing(vec![cover(&["FAX", "PAGES: 3 including cover"]), ana(), letter("")]), None);
    assert_eq!(missing(vec![cover(&["FAX", "PAGES: 4 including cover"]), ana(), letter("")]), Some((4, 3)));
    assert_eq!(missing(vec![cover(&["No. of pages (excluding cover): 3"]), ana(), letter("")]), Some((4, 3)));
    assert_eq!(missing(vec![cover(&["Páginas: 2"]), ana(), letter("")]), None);
    let mut named = transmission();
    named.promised_pages = Some(5);
    assert_eq!(assemble_with(&named, &[read(ana())], &settings())[0].pages_missing, Some((5, 1)));
}

#[test]
fn the_time_of_receipt_comes_in_the_packs_order() {
    let mut by_header = settings();
    by_header.received = vec![ReceivedSource::Header, ReceivedSource::FileTime];
    let pages = [read(numbered(ana(), 1, 1))];
    assert_eq!(
        assemble_with(&transmission(), &pages, &by_header)[0].received_at.as_deref(),
        Some("2026-11-20T10:59:00")
    );
    assert_eq!(
        assemble_with(&transmission(), &pages, &settings())[0].received_at.as_deref(),
        Some("2026-11-20T10:59:43")
    );
}

#[test]
fn a_page_that_may_be_a_letter_is_a_letter_that_proves_nothing() {
    let mut perhaps = letter("Ana Ramirez");
    perhaps.kinds = [(PageKind::Unknown, 0.5), (PageKind::Letter, 0.4)]
        .map(|(kind, score)| KindScore { kind, score, reasons: Vec::new() })
        .into();
    let requests = told(vec![ana(), perhaps]);
    assert_eq!(requests[0].letter().unwrap().same_member, Answer::CannotTell);
}

#[test]
fn sixty_members_in_one_fax() {
    let name = |n: u32| {
        format!(
            "{} {}",
            ["Ana", "Luis", "Kao", "Mai", "Rosa", "Robert"][n as usize % 6],
            ["Vang", "Lopez", "Kim", "Ortiz", "Smith", "Flores", "Yang", "Cruz", "Okafor", "Singh"][n as usize / 6]
        )
    };
    let forms = (0..60).map(|n| form(&name(n), &format!("9{:07}A", n * 1_234_567 % 9_999_999), "1990-01-01"));
    let letters = (0..60).rev().map(|n| letter(if n % 7 == 3 { String::new() } else { name(n) }.as_str()));
    let requests = told(forms.chain(letters).collect());
    assert_eq!(requests.len(), 60);
    for (n, request) in (0u32..).zip(&requests).filter(|(n, _)| n % 7 != 3) {
        assert_eq!(request.letter().map(|l| l.page), Some(120 - n), "{n}");
    }
}

fn any_page() -> impl Strategy<Value = PageOutcome> {
    let names = prop::sample::select(vec![
        "Ana Ramirez",
        "Luis Ramirez",
        "Kao Vang",
        "Ana and Luis Ramirez",
        "Tiffany Mendoza",
        "",
    ]);
    (0u8..12, names, 1u32..9).prop_map(|(what, name, number)| {
        let page = match what {
            0 | 1 => form(name, if number % 2 == 0 { "94448812D" } else { "" }, ""),
            2..=4 => letter(name),
            5 => attachment(AttachmentKind::AppointmentLog, name),
            6 => cover(&["FAX"]),
            7 => blank(),
            8 => page(PageKind::Unknown),
            9 => page(PageKind::Junk),
            10 => page(PageKind::OtherPlanForm),
            _ => return rejected(),
        };
        read(if number % 3 == 0 { page } else { numbered(page, number, 8) })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Nothing is lost and nothing belongs to two: only covers and blanks that follow nobody's page are left out.
    #[test]
    fn every_page_is_accounted_for_exactly_once(pages in prop::collection::vec(any_page(), 0..14)) {
        let requests = assemble_with(&transmission(), &pages, &settings());
        prop_assert!(!requests.is_empty());
        let mut owned: Vec<u32> = requests.iter().flat_map(|r| r.pages.clone()).collect();
        owned.sort_unstable();
        let all = owned.len();
        owned.dedup();
        prop_assert_eq!(all, owned.len(), "a page in two requests");
        for (number, page) in (1u32..).zip(&pages) {
            let may_be_left = matches!(page, PageOutcome::Read(p) if matches!(p.kind(), PageKind::Cover | PageKind::Blank));
            prop_assert!(may_be_left || owned.contains(&number), "page {} is lost", number);
        }
        for (ordinal, request) in (1u32..).zip(&requests) {
            prop_assert_eq!(request.ordinal, ordinal);
            prop_assert!(request.pages.is_sorted());
            // A joint letter is told of in each request whose member it names, and its page is one request's.
            let joint = |l: &&LetterMatch| l.reasons.iter().any(|reason| reason == "joint-letter");
            let parts = request.letters.iter().filter(|l| !joint(l)).map(|l| l.page).chain(request.attachments.iter().map(|a| a.page)).chain(request.stray_pages.clone());
            for part in parts.chain(request.unread_pages.clone()) {
                prop_assert!(request.pages.contains(&part));
            }
        }
        let forms = pages.iter().filter(|p| matches!(p, PageOutcome::Read(p) if matches!(p.kind(), PageKind::Form(_)))).count();
        prop_assert!(requests.iter().filter(|r| r.form.is_some()).count() <= forms);
        prop_assert_eq!(&requests, &assemble_with(&transmission(), &pages, &settings()), "the same pages, the same answer");
    }

    /// No letter is proof for a member whose name it does not bear.
    #[test]
    fn no_letter_is_proof_for_two(pages in prop::collection::vec(any_page(), 0..12)) {
        let requests = assemble_with(&transmission(), &pages, &settings());
        for request in requests.iter().filter(|r| r.kind == RequestKind::Reassignment && r.several_members != Answer::Met) {
            let Some(Value::Text(name)) = request.field("member_name").and_then(|f| f.reading.value()) else { continue };
            for letter in request.letters.iter().filter(|l| l.same_member == Answer::Met) {
                let to = letter.facts.addressee.as_ref().and_then(|a| a.name.as_ref());
                prop_assert_eq!(to, Some(name));
            }
        }
    }
}
