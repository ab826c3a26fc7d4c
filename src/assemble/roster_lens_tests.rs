use super::super::Roster;
use super::super::story::*;
use super::*;
use crate::answer::Reading;

const TWINS: &str = "94448812D,Ana Ramirez,2001-03-17,1234567893,x\n94448813E,Luis Ramirez,2001-03-17,1558598797,x\n90000007H,Kao Vang,1975-01-02,1558598797,x\n";

fn asked(page: crate::reading::PageReading) -> Request {
    let mut request = told(vec![page]).remove(0);
    apply_roster(&Roster::of(TWINS), &mut request, true);
    request
}

fn answers(request: &Request) -> (Answer, Answer, Answer) {
    let roster = request.roster.as_ref().unwrap();
    (roster.known, roster.name_agrees, roster.linked)
}

fn set(page: &mut crate::reading::PageReading, field: &str, reading: Reading<Value>, raw: &str, confidence: f32) {
    let field = page.form.as_mut().unwrap().fields.iter_mut().find(|f| f.field == field).unwrap();
    (field.reading, field.raw, field.confidence) = (reading, raw.to_owned(), Confidence::new(confidence));
}

fn text(value: &str) -> Reading<Value> {
    Reading::Read(Value::Text(value.into()))
}

use super::super::Request;

#[test]
fn known_linked_and_of_that_name() {
    let request = asked(form("Ramirez, Ana", "9444-8812D", "2001-03-17"));
    assert_eq!(answers(&request), (Answer::Met, Answer::Met, Answer::Met));
    assert_eq!(
        answers(&asked(form("Kao Vang", "90000007H", "1975-01-02"))),
        (Answer::Met, Answer::Met, Answer::NotMet)
    );
    assert_eq!(
        answers(&asked(form("Tiffany Mendoza", "90000007H", "1975-01-02"))),
        (Answer::Met, Answer::NotMet, Answer::NotMet)
    );
}

#[test]
fn an_id_nobody_has_is_unknown_and_an_invalid_one_cannot_tell() {
    assert_eq!(
        answers(&asked(form("Ana Lor", "91111111A", ""))),
        (Answer::NotMet, Answer::CannotTell, Answer::CannotTell)
    );
    assert_eq!(answers(&asked(form("Ana Lor", "531208876", ""))).0, Answer::CannotTell);
    assert_eq!(answers(&asked(form("Ana Lor", "", ""))).0, Answer::CannotTell);
    let mut page = form("Ana Lor", "", "");
    set(&mut page, "member_id", text("91111111A"), "91111111A", 0.5);
    assert_eq!(answers(&asked(page)).0, Answer::CannotTell);
}

#[test]
fn linkage_needs_a_valid_npi() {
    let mut page = form("Kao Vang", "90000007H", "1975-01-02");
    set(&mut page, "provider_npi", text("1234567890"), "1234567890", 0.95);
    assert_eq!(answers(&asked(page)).2, Answer::CannotTell);
}

#[test]
fn two_that_fit_settle_the_third() {
    let mut page = form("Kao Vang", "", "1975-01-02");
    set(&mut page, "member_id", text("9000D007H"), "9000D007H", 0.4);
    let request = asked(page);
    let id = request.field("member_id").unwrap();
    assert_eq!((&id.reading, id.raw.as_str()), (&text("90000007H"), "9000D007H"));
    assert!(id.confidence.get() > 0.8);
    assert_eq!(id.answers.last().unwrap().reader, Reader::Roster);
    assert_eq!(id.alternatives, [Value::Text("9000D007H".into())]);
    assert_eq!(answers(&request).0, Answer::Met);

    let mut page = form("Kao Vang", "90000007H", "");
    set(&mut page, "member_dob", Reading::Unreadable, "", 0.0);
    assert_eq!(asked(page).field("member_dob").unwrap().reading, Reading::Read(Value::Date(day("1975-01-02"))));
}

#[test]
fn a_letter_is_asked_again_when_the_name_was_settled() {
    let told_for = |addressee: &str| {
        let mut page = form("Kqo Vmgg", "90000007H", "1975-01-02");
        set(&mut page, "member_name", text("Kqo Vmgg"), "Kqo Vmgg", 0.3);
        let mut request = told(vec![page, letter(addressee)]).remove(0);
        assert_eq!(request.letter().unwrap().same_member, Answer::CannotTell);
        apply_roster(&Roster::of(TWINS), &mut request, true);
        request.letter().unwrap().same_member
    };
    assert_eq!(told_for("Kao Vang"), Answer::Met);
    assert_eq!(told_for("Tiffany Mendoza"), Answer::NotMet);
}

#[test]
fn nothing_is_settled_between_twins_over_a_blank_or_against_a_confident_reading() {
    // The id is Ana's, the name is Luis's: two members fit two of the three.
    let mut page = form("Luis Ramirez", "94448812D", "2001-03-17");
    set(&mut page, "member_name", text("Luis Ramirez"), "Luis Ramirez", 0.5);
    assert_eq!(asked(page).field("member_name").unwrap().reading, text("Luis Ramirez"));
    let blank = asked(form("Kao Vang", "", "1975-01-02"));
    assert!(blank.field("member_id").unwrap().reading.is_blank());
    let confident = asked(form("Kao Vang", "91111111A", "1975-01-02"));
    assert_eq!(confident.field("member_id").unwrap().reading, text("91111111A"));
    assert_eq!(answers(&confident).0, Answer::NotMet);
}

#[test]
fn ink_that_says_something_else_is_not_that_id() {
    let mut page = form("Kao Vang", "", "1975-01-02");
    set(&mut page, "member_id", text("see chart"), "see chart", 0.5);
    assert_eq!(asked(page).field("member_id").unwrap().reading, text("see chart"));
}

const PCPS: &str = "90000007H,Kao Vang,1975-01-02,1234567893,\"Rosa Brandt, MD\"\n90000008K,Mai Lor,1980-05-06,1558598797,\"Dr. Tou Shapiro\"\n";

fn asked_of_pcps(page: crate::reading::PageReading) -> Request {
    let mut request = told(vec![page]).remove(0);
    apply_roster(&Roster::of(PCPS), &mut request, true);
    request
}

#[test]
fn an_uncertain_name_is_the_one_that_belongs_to_the_npi() {
    let mut page = form("Kao Vang", "90000007H", "1975-01-02");
    set(&mut page, "provider_name", text("Roso Brndt, MP"), "Roso Brndt, MP", 0.4);
    let request = asked_of_pcps(page);
    let name = request.field("provider_name").unwrap();
    assert_eq!((&name.reading, name.answers.last().unwrap().reader), (&text("Rosa Brandt, MD"), Reader::Roster));

    let mut page = form("Kao Vang", "90000007H", "1975-01-02");
    set(&mut page, "provider_name", text("Miguel Okafor, MD"), "Miguel Okafor, MD", 0.4);
    let request = asked_of_pcps(page);
    assert_eq!(request.field("provider_name").unwrap().reading, text("Miguel Okafor, MD"), "somebody else");
}

#[test]
fn a_certain_name_with_another_letter_is_for_a_person() {
    let mut page = form("Kao Vang", "90000007H", "1975-01-02");
    set(&mut page, "provider_name", text("Rosa Brandy, MD"), "Rosa Brandy, MD", 0.95);
    let request = asked_of_pcps(page.clone());
    let name = request.field("provider_name").unwrap();
    assert_eq!(
        (&name.reading, &name.alternatives),
        (&text("Rosa Brandy, MD"), &vec![Value::Text("Rosa Brandt, MD".into())])
    );
    assert!(name.confidence.get() < SURE);

    let mut settled = told(vec![page]).remove(0);
    settled.settled.push("provider_name".into());
    apply_roster(&Roster::of(PCPS), &mut settled, true);
    assert!(settled.field("provider_name").unwrap().confidence.get() > 0.9, "a person has looked");
}

#[test]
fn a_name_cut_in_two_is_whole_again_where_a_reader_saw_it_whole() {
    let mut page = form("Lu Is Ramirez", "94448813E", "2001-03-17");
    assert_eq!(
        asked(page.clone()).field("member_name").unwrap().reading,
        text("Lu Is Ramirez"),
        "the office's own way"
    );
    let answer =
        ReaderAnswer { reader: Reader::SecondReader, text: "LUIS RAMIREZ".into(), confidence: Confidence::new(0.9) };
    page.form.as_mut().unwrap().fields.iter_mut().find(|f| f.field == "member_name").unwrap().answers.push(answer);
    assert_eq!(asked(page).field("member_name").unwrap().reading, text("Luis Ramirez"));
}

#[test]
fn a_certain_name_a_letter_off_does_not_speak_against_the_roster() {
    let request = asked(form("Luis Ramirer", "94448813E", "2001-03-17"));
    let name = request.field("member_name").unwrap();
    assert_eq!(name.reading, text("Luis Ramirer"));
    assert!(name.confidence.get() < SURE, "a person looks");
}

#[test]
fn figures_by_hand_that_nearly_fit_are_rewritten_for_review_and_typed_ones_stand() {
    let mut page = form("Kao Vang", "90000001H", "1975-01-02");
    set(&mut page, "member_id", text("90000001H"), "90000001H", 0.95);
    let typed = asked_of_pcps(page.clone());
    assert_eq!(typed.field("member_id").unwrap().reading, text("90000001H"));
    let field = page.form.as_mut().unwrap().fields.iter_mut().find(|f| f.field == "member_id").unwrap();
    field.hand = Hand::Hand;
    let request = asked_of_pcps(page);
    let id = request.field("member_id").unwrap();
    assert_eq!((&id.reading, &id.alternatives), (&text("90000007H"), &vec![Value::Text("90000001H".into())]));
    assert!(id.confidence.get() < SURE);
}

#[test]
fn an_npi_of_ten_digits_that_fails_its_check_is_what_the_form_says() {
    let npi = |read: &str| {
        let mut page = form("Kao Vang", "90000007H", "1975-01-02");
        set(&mut page, "provider_npi", text(read), read, 0.4);
        asked_of_pcps(page).field("provider_npi").unwrap().reading.clone()
    };
    assert_eq!(npi("1234567890"), text("1234567890"));
    assert_eq!(npi("123456789"), text("1234567893"), "a digit is lost");
}

#[test]
fn a_dash_in_an_empty_place_is_not_settled() {
    let mut page = form("Kao Vang", "90000007H", "");
    set(&mut page, "member_dob", Reading::Unreadable, "-", 0.0);
    assert_eq!(asked(page).field("member_dob").unwrap().reading, Reading::Unreadable);
}

#[test]
fn an_id_without_its_letter_is_what_the_form_says() {
    let read = |raw: &str| {
        let mut page = form("Kao Vang", "", "1975-01-02");
        set(&mut page, "member_id", text(raw), raw, 0.5);
        asked(page).field("member_id").unwrap().reading.clone()
    };
    assert_eq!(read("90000007"), text("90000007"));
    assert_eq!(read("9000000H"), text("90000007H"), "a figure is lost");
}

#[test]
fn a_typed_id_one_character_off_stands_and_is_doubted() {
    let request = asked(form("Kao Vang", "90000001H", "1975-01-02"));
    let id = request.field("member_id").unwrap();
    assert_eq!(id.reading, text("90000001H"));
    assert_eq!(id.alternatives, [Value::Text("90000007H".into())]);
    assert_eq!((id.confidence.get(), answers(&request).0), (DOUBTED, Answer::CannotTell), "nobody may say unknown");
}

#[test]
fn the_roster_names_the_member_whom_the_form_does_not() {
    let with = |addressee: &str| {
        let mut form = form("", "90000007H", "1975-01-02");
        set(&mut form, "member_name", Reading::Blank, "", 1.0);
        let mut request = told(vec![form, letter(addressee)]).remove(0);
        apply_roster(&Roster::of(TWINS), &mut request, true);
        request.letters[0].same_member
    };
    assert_eq!(with("Kao Vang"), Answer::Met);
    assert_eq!(with("Tiffany Mendoza"), Answer::NotMet);
}

#[test]
fn an_initial_that_the_roster_lacks_stays() {
    let mut page = form("Kao Vang", "90000007H", "1975-01-02");
    let field = page.form.as_mut().unwrap().fields.iter_mut().find(|f| f.field == "member_name").unwrap();
    (field.reading, field.confidence) = (text("Kao S Vanq"), Confidence::new(0.5));
    field.answers = ["Kao S Vang", "Kao S VangID"]
        .map(|text| ReaderAnswer { reader: Reader::Tesseract, text: text.into(), confidence: Confidence::new(0.5) })
        .into();
    let request = asked(page);
    let field = request.field("member_name").unwrap();
    assert_eq!(field.reading, text("Kao S Vang"));
    assert!(field.confidence.get() < SURE, "only one reader saw all of it");
}

#[test]
fn an_id_that_two_readers_saw_alike_is_as_the_office_wrote_it() {
    let answer = |reader, text: &str, confidence| crate::reading::ReaderAnswer {
        reader,
        text: text.into(),
        confidence: Confidence::new(confidence),
    };
    let field = |second: &str, sure: f32| FieldReading {
        hand: Hand::Typed,
        answers: vec![answer(Reader::Tesseract, "9037656M", 0.86), answer(Reader::SecondReader, second, sure)],
        ..FieldReading::new("member_id", Reading::Unreadable, Confidence::new(0.7), 1)
    };
    assert!(is_as_written(&field("9037656M", 0.99), "90376568M"));
    assert!(!is_as_written(&field("90376568M", 0.99), "90376568M"), "they differ");
    assert!(!is_as_written(&field("9037656M", 0.5), "90376568M"), "one doubts");
    assert!(!is_as_written(&field("9037656M", 0.99), "9037656M"), "the roster has the same");
}
