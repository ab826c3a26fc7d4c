use super::*;
use crate::answer::Confidence;
use crate::ocr::Word;
use crate::page::Rulings;
use crate::rules::Pack;

/// Lines of words at a place each: `(left, top, text)`, ten pixels a letter.
fn labels(lines: &[(i32, i32, &str)]) -> Vec<(String, String)> {
    labels_over(lines, &Rulings::default())
}

fn labels_over(lines: &[(i32, i32, &str)], rulings: &Rulings) -> Vec<(String, String)> {
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
    let sheet = Sheet::new(&words, rulings);
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

#[test]
fn a_section_has_one_heading() {
    let found = labels(&[
        (100, 100, "MEMBER"),
        (100, 160, "Member name"),
        (100, 300, "PRIMARY CARE PROVIDER"),
        (100, 360, "Primary care physician:"),
        (100, 420, "NPI number"),
        (100, 900, "Print name"),
    ]);
    assert_eq!(of(&found, "section provider"), ["PRIMARY CARE PROVIDER"]);
    assert_eq!(of(&found, "provider_name"), ["Primary care physician:", "Print name"]);
    let found = labels(&[
        (100, 100, "PROVEEDOR"),
        (100, 160, "Nombre de la clínica"),
        (100, 220, "Proveedor de atención primaria (PCP)"),
    ]);
    assert_eq!(of(&found, "provider_name"), ["Proveedor de atención primaria (PCP)"]);
}

#[test]
fn a_word_in_the_margin_heads_the_fields_beside_it() {
    let page = [(100, 100, "PROVIDER"), (300, 100, "Name"), (700, 100, "NPI"), (300, 160, "Phone")];
    let found = labels(&page);
    assert_eq!(of(&found, "provider_name"), ["Name"]);
    let alone = labels(&[(100, 100, "Provider"), (700, 100, "NPI")]);
    assert_eq!(of(&alone, "provider_name"), ["Provider"]);
}

#[test]
fn small_words_before_a_label_are_no_box() {
    assert_eq!(of(&labels(&[(100, 100, "No. de NPI")]), "provider_npi"), ["No. de NPI"]);
}

#[test]
fn a_clinic_may_be_named_after_its_label() {
    let found = labels(&[(100, 100, "Site name:"), (240, 98, "Cannery Row Family Practice")]);
    assert_eq!(of(&found, "practice_name"), ["Site name:"]);
}

#[test]
fn what_reads_like_a_heading_below_one_is_prose() {
    let found = labels(&[
        (100, 100, "Explain the events and your efforts to correct the problem"),
        (100, 160, "A prescription written on 10/18/2026 was altered from 30 to 90 tablets."),
    ]);
    assert_eq!(of(&found, "narrative"), ["Explain the events and your efforts to correct the problem"]);
}

#[test]
fn known_words_are_no_misreading_of_others() {
    let found = labels(&[
        (100, 100, "Phone of member:"),
        (100, 160, "Form completed on (date):"),
        (100, 220, "Member to be reassigned:"),
        (100, 280, "Submitting PCP:"),
    ]);
    assert_eq!(of(&found, "member_phone"), ["Phone of member:"]);
    assert_eq!(of(&found, "request_date"), ["Form completed on (date):"]);
    assert_eq!(of(&found, "member_name"), ["Member to be reassigned:"]);
    assert_eq!(of(&found, "provider_name"), ["Submitting PCP:"]);
}

#[test]
fn what_is_attached_is_a_heading_and_no_account_of_events() {
    let found = labels(&[
        (100, 100, "Explain the events and your efforts to correct the problem"),
        (100, 700, "Attachments: © Copy of member letter © Medication agreement copy Q Chart notes / appointment log"),
        (100, 900, "Signed"),
    ]);
    assert_eq!(of(&found, "other"), ["Attachments:"]);
}

#[test]
fn the_words_of_a_heading_inside_a_written_sentence_are_none() {
    let found = labels(&[
        (100, 100, "About the member"),
        (100, 160, "Name"),
        (100, 220, "About your office"),
        (100, 280, "Name"),
        (100, 600, "Please call our office about this member. The"),
    ]);
    assert_eq!(of(&found, "section member"), ["About the member"]);
}

#[test]
fn a_heading_in_a_tint_has_specks_beside_it() {
    let found = labels(&[
        (100, 100, ". MIEMBRO '"),
        (100, 160, "Nombre"),
        (100, 220, "Teléfono"),
        (100, 400, "Información del proveedor"),
        (100, 460, "Nombre"),
        (100, 520, "NPI del proveedor"),
    ]);
    assert_eq!(of(&found, "section member"), ["MIEMBRO '"]);
    assert_eq!(of(&found, "member_name"), ["Nombre"]);
    assert_eq!(of(&found, "provider_name"), ["Nombre"]);
}

#[test]
fn a_garbled_label_is_known_by_the_value_of_its_kind() {
    let found = labels(&[
        (100, 100, "Request date:"),
        (400, 100, "11/16/2026"),
        (100, 160, "pop"),
        (160, 160, "11/11/1987"),
        (100, 220, "Nombre de"),
        (300, 220, "Ana Lopez"),
    ]);
    assert_eq!(of(&found, "member_dob"), ["pop"]);
    // Nothing tells a word beside a name from any other word.
    assert_eq!(of(&found, "member_name"), [""; 0]);
    // Two fields of that kind are without a label: it may be either's.
    assert_eq!(of(&labels(&[(100, 160, "pop"), (160, 160, "11/11/1987")]), "member_dob"), [""; 0]);
}

#[test]
fn the_small_words_of_a_wording_may_be_misread() {
    let found = labels(&[(100, 100, "Telétono det paciente"), (100, 160, "Teléfono del proveedor")]);
    assert_eq!(of(&found, "member_phone"), ["Telétono det paciente"]);
    assert_eq!(of(&found, "provider_phone"), ["Teléfono del proveedor"]);
}

#[test]
fn what_stands_between_two_labels_is_the_firsts_value() {
    let found = labels(&[(100, 100, "Primary Care Provider:"), (340, 100, "ANA ABERNATHY MD NPI Number:")]);
    assert_eq!(of(&found, "provider_npi"), ["NPI Number:"]);
    assert_eq!(of(&found, "provider_name"), ["Primary Care Provider:"]);
}

#[test]
fn the_words_of_the_next_column_make_no_sentence() {
    let found = labels(&[
        (100, 100, "Nombre del médico: Marcus Coleman"),
        (700, 100, "Consultorio: Loma Prieta Family Medicine Group"),
        (100, 900, "Nombre en letra de molde"),
    ]);
    assert_eq!(of(&found, "provider_name"), ["Nombre del médico:", "Nombre en letra de molde"]);
}

#[test]
fn a_heading_read_to_its_colon_ends_before_its_first_option() {
    let found = labels(&[(100, 100, "Documents attached: XLetter to member attached"), (600, 100, "Chart notes")]);
    assert!(of(&found, "other").contains(&"Documents attached:"), "{found:?}");
}

#[test]
fn questions_and_small_captions_are_labels() {
    let found = labels(&[
        (100, 100, "phone of member"),
        (700, 100, "fax of provider"),
        (100, 200, "Fax of practice"),
        (100, 300, "Who is the PCP making the request?"),
        (100, 400, "Provider signs here"),
        (100, 500, "Describe the events that led to this request and your efforts to correct the problem"),
        (100, 600, "On what date is the request made?"),
        (100, 700, "When was the member born?"),
    ]);
    assert_eq!(of(&found, "member_phone"), ["phone of member"]);
    assert_eq!(of(&found, "provider_fax"), ["fax of provider", "Fax of practice"]);
    assert_eq!(of(&found, "provider_name"), ["Who is the PCP making the request?"]);
    assert_eq!(of(&found, "signature"), ["Provider signs here"]);
    assert_eq!(of(&found, "narrative").len(), 1);
    let headed = labels(&[(100, 100, "Narrative: what happened, and what your office did to correct it")]);
    assert_eq!(of(&headed, "narrative"), ["Narrative: what happened, and what your office did to correct it"]);
    assert_eq!(of(&found, "request_date"), ["On what date is the request made?"]);
    assert_eq!(of(&found, "member_dob"), ["When was the member born?"]);
}

#[test]
fn a_column_of_options_goes_on_over_wordings_that_nobody_listed() {
    let found = labels(&[
        (100, 100, "C. Reason for request. Please check."),
        (120, 160, "Abuse of staff or disruption of the office"),
        (120, 220, "Ineffective provider/member relationship"),
        (120, 280, "Missed appointments: at least three in a 12-month period"),
        (120, 340, "Fraud by member"),
        (120, 400, "Non-compliance with case management or recommended treatment"),
        (100, 520, "Missed appointments (date of each)"),
    ]);
    assert_eq!(of(&found, "missed_appointments"), ["Missed appointments (date of each)"]);
    assert_eq!(of(&found, "other").len(), 6);
}

#[test]
fn two_panels_have_their_headings_in_one_row() {
    let found = labels(&[
        (100, 100, "MEMBER"),
        (900, 100, "PRIMARY CARE PROVIDER"),
        (110, 160, "Full name:"),
        (910, 160, "PCP name:"),
        (110, 220, "Medi-Cal ID:"),
        (910, 220, "NPI:"),
        (110, 280, "Phone:"),
        (910, 280, "Office phone:"),
    ]);
    assert_eq!(of(&found, "member_name"), ["Full name:"]);
    assert_eq!(of(&found, "provider_name"), ["PCP name:"]);
    assert_eq!(of(&found, "section member"), ["MEMBER"]);
}

#[test]
fn a_label_may_stand_in_two_languages() {
    let found =
        labels(&[(100, 100, "CIN / No. de Medi-Cal"), (900, 300, "Date / Fecha"), (100, 300, "PCP Signature / Firma")]);
    assert_eq!(of(&found, "request_date"), ["Date Fecha"]);
    assert_eq!(of(&found, "member_id").len(), 1);
}

#[test]
fn bars_are_alike_and_a_question_may_ask_for_dates() {
    let found = labels(&[
        (100, 50, "PCP (print name)"),
        (100, 100, "NPl of the PCP: 1275266942"),
        (120, 200, "Repeated failure to keep appointments (no-show)"),
        (120, 260, "Ineffective patient-provider relationship"),
        (100, 400, "4. Which appointments were missed? (dates)"),
    ]);
    assert_eq!(of(&found, "provider_npi"), ["NPl of the PCP:"]);
    assert_eq!(of(&found, "missed_appointments"), ["Which appointments were missed? (dates)"]);
}

#[test]
fn a_misread_label_may_be_a_headings_word_too() {
    let page =
        [(100, 100, "Member name: Ana Lor"), (100, 160, "PCE: Howard Saunders, DO"), (700, 160, "NPI: 1898862104")];
    assert_eq!(of(&labels(&page), "provider_name"), ["PCE:"]);
}

#[test]
fn a_sentence_leads_to_its_blanks() {
    let page = [
        (100, 100, "I, Peter Novak, MD, ask that you reassign my patient"),
        (640, 100, "Dwayne Whitfield"),
        (100, 200, "The member was told. I spoke with my patient twice and"),
    ];
    let line = |left: i32, right: i32| crate::page::Ruling { rect: Rect::new(left, 121, right, 123), ink: 0 };
    let rulings = Rulings { horizontal: vec![line(124, 288), line(632, 900)], vertical: Vec::new() };
    let found = labels_over(&page, &rulings);
    assert_eq!(of(&found, "provider_name"), ["I,"]);
    assert_eq!(of(&found, "member_name").len(), 1, "{found:?}");
    assert!(of(&found, "member_name")[0].ends_with("my patient"), "{found:?}");
    assert_eq!(of(&labels(&page), "provider_name"), [""; 0], "without its line a sentence is a sentence");
}

#[test]
fn a_typed_word_before_a_label_is_the_labels() {
    // 24 pixels stand behind the full stop, letters are 20 high.
    let found = labels(&[(100, 100, "Medi-Cal ID:"), (889, 100, "Dept."), (963, 100, "Phone:")]);
    assert!(found.iter().any(|(_, text)| text == "Dept. Phone:"), "{found:?}");
}

#[test]
fn a_colon_before_figures_tells_a_label_behind_a_value() {
    let found =
        labels(&[(100, 100, "Provider: Eugene Ulrich, DO NPI: 1767810157"), (100, 200, "Member name: Ana Lor")]);
    assert_eq!(of(&found, "provider_npi"), ["NPI:"]);
    let prose =
        labels(&[(100, 100, "Member name: Ana Lor"), (100, 200, "She wrote down her NPI 1767810157 and went home")]);
    assert_eq!(of(&prose, "provider_npi"), [""; 0]);
}

#[test]
fn a_label_of_two_words_for_one_thing_is_one() {
    let found = labels(&[
        (100, 100, "Failure to keep scheduled appointments"),
        (100, 200, "Missed appointments / Citas perdidas:"),
        (100, 300, "Other / comments:"),
        (100, 400, "Describe the events leading to this request and what your office did:"),
    ]);
    assert_eq!(of(&found, "missed_appointments"), ["Missed appointments Citas perdidas:"]);
    assert_eq!(of(&found, "other_reason"), ["Other / comments:"]);
    assert_eq!(of(&found, "narrative").len(), 1, "{found:?}");
}

#[test]
fn the_entries_of_a_list_may_have_a_caption_each() {
    let found = labels(&[
        (100, 100, "1st missed appointment"),
        (600, 100, "2nd missed appointment"),
        (1100, 100, "3rd missed appointment"),
    ]);
    assert_eq!(of(&found, "missed_appointments").len(), 3, "{found:?}");
    let below =
        labels(&[(100, 100, "Missed appointments"), (100, 160, "Date"), (500, 160, "Date"), (900, 160, "Date")]);
    assert_eq!(of(&below, "missed_appointments"), ["Missed appointments", "Date", "Date", "Date"]);
    assert!(of(&below, "request_date").is_empty());
}

#[test]
fn a_hint_in_brackets_is_of_its_label() {
    let found = labels(&[(100, 100, "Narrative (events, dates, efforts by the office):")]);
    assert_eq!(of(&found, "narrative"), ["Narrative (events, dates, efforts by the office):"]);
    assert!(of(&found, "efforts").is_empty(), "{found:?}");
}

#[test]
fn words_behind_others_in_a_written_line_are_no_heading() {
    let found = labels(&[(100, 100, "Other: ineffective relationship see narrative"), (100, 300, "Narrative:")]);
    assert_eq!(of(&found, "narrative"), ["Narrative:"]);
}

#[test]
fn the_heading_of_a_list_with_a_hint_is_its_label_and_a_sentence_is_none() {
    let found = labels(&[
        (100, 100, "Failure to keep scheduled appointments"),
        (100, 200, "Dates of missed appointments (three in 12 months):"),
        (110, 250, "03/16/2026; 04/15/2026; 05/11/2026"),
        (100, 320, "Describe the events leading to your request and your efforts to correct the problem:"),
        (110, 370, "Missed visits x3. LVM x3, postcards mailed x2, portal message x1. No reply from patient."),
    ]);
    assert_eq!(of(&found, "missed_appointments").first(), Some(&"Dates of missed appointments (three in 12 months):"));
}

#[test]
fn the_question_below_the_heading_of_its_part_is_a_label_too() {
    let found = labels(&[
        (100, 100, "4. Narrative"),
        (110, 150, "15. Describe the events and the steps taken to correct the problem"),
        (100, 500, "16. Signature of provider"),
    ]);
    let question = "Describe the events and the steps taken to correct the problem";
    assert!(of(&found, "narrative").contains(&question), "{found:?}");
}
