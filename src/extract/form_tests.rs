use chrono::NaiveDate;

use super::super::stated::outside_fields;
use super::*;
use crate::answer::{Confidence, Mark, Reading};
use crate::decode::{Container, Damage, FormFieldValue, Pixels, Resolution, SourcePage};
use crate::extract::sheet::Sheet;
use crate::ocr::Word;
use crate::page::{Bitmap, Rotation, prepare};
use crate::reading::FormReading;
use crate::rules::Pack;

/// A digital form of letter size at 200 dpi: words in ten pixels a letter, lines, fields of the file.
#[derive(Default)]
struct Drawn {
    words: Vec<Word>,
    lines: Vec<Rect>,
    values: Vec<FormValue>,
}

impl Drawn {
    fn text(mut self, left: i32, top: i32, text: &str) -> Drawn {
        let mut x = left;
        for word in text.split(' ') {
            let right = x + 10 * word.chars().count() as i32;
            let rect = Rect::new(x, top, right, top + 20);
            self.words.push(Word { text: word.into(), confidence: Confidence::CERTAIN, rect, line: top as u32 / 8 });
            x = right + 8;
        }
        self
    }

    fn line(mut self, left: i32, right: i32, y: i32) -> Drawn {
        self.lines.push(Rect::new(left, y, right, y + 3));
        self
    }

    fn upright(mut self, x: i32, top: i32, bottom: i32) -> Drawn {
        self.lines.push(Rect::new(x, top, x + 3, bottom));
        self
    }

    fn stated(mut self, rect: Rect, value: FormFieldValue) -> Drawn {
        self.values.push(FormValue { name: String::new(), label: None, rect, value });
        self
    }

    fn typed(self, left: i32, top: i32, text: &str) -> Drawn {
        self.stated(Rect::new(left, top, left + 300, top + 30), FormFieldValue::Text(text.into()))
    }

    fn read(&self) -> FormReading {
        let mut ink = Bitmap::new(1700, 2200);
        self.lines.iter().for_each(|line| ink.fill(line));
        for word in &self.words {
            for x in (word.rect.left..word.rect.right - 4).step_by(10) {
                ink.fill(&Rect::new(x, word.rect.top + 3, x + 3, word.rect.bottom - 3));
                ink.fill(&Rect::new(x, word.rect.center_y(), x + 7, word.rect.center_y() + 3));
            }
        }
        let source = SourcePage {
            container: Container::Pdf,
            pixels: Pixels::Bilevel(ink),
            resolution: Resolution { x: 200.0, y: 200.0, assumed: false },
            text: Vec::new(),
            form_values: Vec::new(),
            damage: Damage::default(),
            level: false,
            encoding: "rendered".into(),
        };
        let page = prepare(&source, Some(Rotation::None));
        let pack = Pack::builtin().unwrap();
        let form = pack.forms.iter().find(|form| form.id == "request-for-member-reassignment").unwrap();
        let sheet = Sheet::new(&outside_fields(&self.words, &self.values), &page.rulings);
        let meanings = Meanings {
            reference: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
            words: &pack.phrases.dates,
            day_first: false,
            plan_numbers: pack.plan.numbers(),
        };
        let page = FormPage {
            page: &page,
            number: 1,
            sheet: &sheet,
            form_values: &self.values,
            text_layer: true,
            band: MarkBand::default(),
            meanings: &meanings,
        };
        Fit::new(form, &sheet).read(&page, None, None)
    }
}

fn value(form: &FormReading, field: &str) -> String {
    let field = form.fields.iter().find(|f| f.field == field).unwrap_or_else(|| panic!("no {field}"));
    match &field.reading {
        Reading::Read(value) => value.to_column(),
        Reading::Blank => format!("blank {}", field.confidence.get()),
        Reading::Unreadable => "unreadable".into(),
    }
}

fn checked(form: &FormReading) -> Vec<(&str, Mark)> {
    let options = form.choices.iter().flat_map(|choice| &choice.options);
    options.filter(|o| o.mark != Mark::Unchecked).map(|o| (o.option.as_str(), o.mark)).collect()
}

/// The upper half of a form: labels over lines, every value a field of the file.
fn keyed() -> Drawn {
    Drawn::default()
        .text(100, 100, "Request for Member Reassignment")
        .text(100, 200, "Member name")
        .typed(100, 230, "Kalia Cha")
        .line(100, 700, 262)
        .text(900, 200, "Member ID")
        .typed(900, 230, "95487751T")
        .line(900, 1500, 262)
        .text(100, 300, "PCP name")
        .typed(100, 330, "Sarita Arreola M.D.")
        .line(100, 700, 362)
        .text(900, 300, "NPI")
        .typed(900, 330, "2136941301")
        .line(900, 1500, 362)
}

#[test]
fn a_list_with_a_field_for_each_entry_is_whole() {
    let form = keyed()
        .text(100, 500, "Dates of missed appointments")
        .text(100, 560, "1.")
        .line(130, 400, 582)
        .stated(Rect::new(130, 550, 400, 580), FormFieldValue::Text("3/12/2026".into()))
        .text(420, 560, "2.")
        .line(450, 720, 582)
        .stated(Rect::new(450, 550, 720, 580), FormFieldValue::Text("7/22/26".into()))
        .text(740, 560, "3.")
        .line(770, 1040, 582)
        .stated(Rect::new(770, 550, 1040, 580), FormFieldValue::Text(String::new()))
        .read();
    assert_eq!(value(&form, "missed_appointments"), "2026-03-12;2026-07-22");
}

#[test]
fn what_a_field_states_counts_though_the_page_does_not_show_it() {
    let form = keyed()
        .text(100, 900, "Signature")
        .line(210, 700, 922)
        .text(900, 900, "Print name")
        .line(1020, 1500, 922)
        .stated(Rect::new(1020, 880, 1500, 920), FormFieldValue::Text(String::new()))
        .read();
    assert_eq!(value(&form, "provider_name"), "Sarita Arreola M.D.");
    assert_eq!(value(&form, "member_name"), "Kalia Cha");
}

#[test]
fn what_a_field_shows_is_no_second_value() {
    let shown = keyed()
        .text(100, 1000, "November 15, 2026")
        .stated(Rect::new(90, 990, 600, 1025), FormFieldValue::Text("November 15, 2026".into()))
        .line(90, 600, 1027)
        .text(100, 1036, "Date signed");
    assert_eq!(value(&shown.read(), "request_date"), "2026-11-15");
    let print = outside_fields(&shown.words, &shown.values);
    assert!(!print.iter().any(|word| word.text == "15,"), "shown by its field");
    assert!(print.iter().any(|word| word.text == "signed"), "print");
}

#[test]
fn the_name_beside_a_signature_is_the_signers() {
    let form = |name: &str| {
        let form = Drawn::default()
            .text(100, 100, "Request for Member Reassignment")
            .text(100, 200, "Member name:")
            .line(240, 800, 222)
            .text(260, 198, "Walter Huynh")
            .text(100, 260, "PCP name:")
            .line(200, 800, 282)
            .text(100, 320, "NPI:")
            .line(150, 800, 342)
            .text(170, 318, "1301213280")
            .text(100, 900, "Signature:")
            .line(210, 700, 922)
            .text(900, 900, "Print name:")
            .line(1020, 1500, 922)
            .text(1040, 898, "Dolores Fletcher MD");
        if name.is_empty() { form } else { form.text(220, 258, name) }
    };
    assert_eq!(value(&form("").read(), "provider_name"), "blank 1");
    assert_eq!(value(&form("Bao Paz").read(), "provider_name"), "Bao Paz");
}

#[test]
fn boxes_behind_the_labels_of_two_columns_are_their_own() {
    let check = |form: Drawn, left: i32, top: i32, checked: bool| {
        form.stated(Rect::new(left, top, left + 25, top + 25), FormFieldValue::Check(checked))
    };
    let mut form = keyed().text(100, 500, "Reason for request");
    let rows = [
        ("Member fraud", "Ineffective relationship", false, false),
        ("Abusive or disruptive behavior", "Non-compliance with case management", true, false),
    ];
    for (row, (left, right, first, second)) in (0..).zip(rows) {
        let top = 540 + 40 * row;
        form = form.text(100, top, left).text(878, top, right);
        form = check(check(form, 782, top - 2, first), 1560, top - 2, second);
    }
    assert_eq!(checked(&form.read()), [("abusive-or-disruptive-behavior", Mark::Checked)]);
}

#[test]
fn the_line_behind_a_label_is_its_own() {
    // The edge of the bar below is longer, and nearer to the foot of the label than its own line.
    let form = keyed()
        .text(100, 420, "Date of request:")
        .line(280, 700, 434)
        .stated(Rect::new(270, 380, 700, 432), FormFieldValue::Text("11/12/26".into()))
        .line(90, 1600, 446)
        .line(90, 1600, 490)
        .read();
    assert_eq!(value(&form, "request_date"), "2026-11-12");
}

#[test]
fn the_first_row_of_a_table_is_no_box() {
    let mut form = keyed().text(100, 500, "If appointments were missed, list the dates");
    for row in 0..5 {
        form = form.line(100, 1200, 530 + 48 * row);
    }
    for x in [100, 160, 500, 1198] {
        form = form.upright(x, 530, 530 + 48 * 4 + 3);
    }
    let form = form
        .text(110, 545, "No.")
        .text(170, 545, "Date of visit")
        .text(510, 545, "Type of visit")
        .text(110, 593, "1")
        .text(170, 593, "3/24/26")
        .text(510, 593, "physical")
        .text(110, 641, "2")
        .text(170, 641, "10/02/2026")
        .text(110, 689, "3")
        .read();
    assert_eq!(value(&form, "missed_appointments"), "2026-03-24;2026-10-02");
}

#[test]
fn a_number_in_a_sentence_is_nobodys() {
    let form = keyed()
        .text(1300, 60, "Date")
        .text(1360, 60, "11/12/2026")
        .text(100, 150, "Please fax one form for each member to Provider Services at (831) 430-5857.")
        .read();
    assert!(!form.fields.iter().any(|field| field.field == "provider_fax"));
}

#[test]
fn dates_stand_in_a_row_of_cells_or_on_lines_under_their_label() {
    let dates = ["03/06/2026", "05/11/2026", "08/20/2026"];
    let mut cells = Drawn::default().text(100, 300, "Member name:").line(300, 900, 325).text(310, 300, "Ana Cruz");
    cells = cells.text(100, 960, "Dates of missed appointments:").line(100, 850, 1000).line(100, 850, 1050);
    for (at, date) in (0..).zip(dates) {
        cells = cells.upright(100 + 250 * at, 1000, 1053).text(150 + 250 * at, 1015, date);
    }
    let cells = cells.upright(850, 1000, 1053);
    assert_eq!(value(&cells.read(), "missed_appointments"), "2026-03-06;2026-05-11;2026-08-20");

    let mut lines = Drawn::default().text(100, 300, "Member name:").line(300, 900, 325).text(310, 300, "Ana Cruz");
    lines = lines.text(100, 960, "Dates of missed appointments:");
    for (at, date) in (0..).zip(dates) {
        lines = lines.text(150, 1000 + 45 * at, date).line(140, 800, 1025 + 45 * at);
    }
    assert_eq!(value(&lines.read(), "missed_appointments"), "2026-03-06;2026-05-11;2026-08-20");
}

#[test]
fn a_label_that_nobody_listed_ends_the_value_before_it() {
    let row = Drawn::default()
        .text(100, 300, "Member name: Ana Cruz")
        .text(700, 300, "Plan card digits: 94035586H")
        .text(100, 360, "Date of birth: 03/06/1970");
    assert_eq!(value(&row.read(), "member_name"), "Ana Cruz");
}

#[test]
fn words_of_a_story_are_no_labels() {
    let told = Drawn::default()
        .text(100, 300, "Member name: Ana Cruz")
        .text(100, 960, "Narrative (please be specific)")
        .line(100, 1500, 990)
        .line(100, 1500, 1290)
        .upright(100, 990, 1293)
        .upright(1500, 990, 1293)
        .text(120, 1010, "The member pushed an assistant when told of the delay. Behavior")
        .text(120, 1040, "contract had been signed on 4/14/26 and the letter was attached to it.");
    let story = value(&told.read(), "narrative");
    assert!(story.starts_with("The member pushed") && story.ends_with("attached to it."), "{story}");
}

#[test]
fn dates_stand_behind_their_label_and_under_each_other_in_two_columns() {
    let beside = Drawn::default()
        .text(100, 300, "Member name:")
        .line(300, 900, 325)
        .text(310, 300, "Ana Cruz")
        .text(100, 960, "Dates of missed visits (1)")
        .line(380, 600, 985)
        .text(390, 960, "1/26/2026")
        .text(700, 960, "(2)")
        .line(740, 960, 985)
        .text(750, 960, "2/23/2026")
        .line(380, 600, 1035)
        .text(390, 1010, "3/19/2026")
        .line(740, 960, 1035);
    assert_eq!(value(&beside.read(), "missed_appointments"), "2026-01-26;2026-02-23;2026-03-19");

    let columns = Drawn::default()
        .text(100, 960, "Dates of missed appointments:")
        .text(150, 1000, "03-06-26")
        .line(140, 500, 1025)
        .text(610, 1000, "03-24-26")
        .line(600, 960, 1025)
        .text(150, 1045, "04-13-26")
        .line(140, 500, 1070)
        .line(600, 960, 1070);
    assert_eq!(value(&columns.read(), "missed_appointments"), "2026-03-06;2026-03-24;2026-04-13");
}

#[test]
fn a_label_in_the_middle_under_its_line_has_all_of_the_line() {
    let form = Drawn::default().text(110, 300, "Deborah Delacourt, MD").line(100, 900, 328).text(
        380,
        336,
        "(name of primary care provider)",
    );
    assert_eq!(value(&form.read(), "provider_name"), "Deborah Delacourt, MD");
}

#[test]
fn one_line_may_part_a_column_of_labels_from_their_values() {
    let mut form = Drawn::default().upright(520, 280, 620);
    for (y, label, text) in [
        (300, "Member name:", "Ana Lor"),
        (360, "Date of birth:", "4/13/2012"),
        (420, "Medi-Cal ID:", "93707131W"),
        (480, "Provider name:", "Vang Eastman, MD"),
        (540, "NPI:", "1245319599"),
    ] {
        form = form.text(500 - 11 * label.len() as i32, y, label).text(700, y, text);
    }
    let read = form.read();
    assert_eq!(value(&read, "member_name"), "Ana Lor");
    assert_eq!(value(&read, "member_dob"), "2012-04-13");
    assert_eq!(value(&read, "provider_npi"), "1245319599");
}

#[test]
fn a_label_over_the_room_for_a_story_is_none() {
    let form =
        Drawn::default().text(100, 300, "Narrative").text(100, 350, "Comments and history:").line(100, 1500, 420);
    assert!(value(&form.read(), "narrative").starts_with("unreadable"), "{}", value(&form.read(), "narrative"));
}

#[test]
fn a_table_may_have_its_story_beside_the_label() {
    let mut form = Drawn::default().text(110, 310, "Narrative of events").text(110, 340, "and efforts made:");
    for y in [300, 600] {
        form = form.line(100, 1500, y);
    }
    for x in [100, 500, 1500] {
        form = form.upright(x, 300, 600);
    }
    let form = form.text(520, 310, "The member came late three times and was told so each time.");
    assert_eq!(value(&form.read(), "narrative"), "The member came late three times and was told so each time.");
}

#[test]
fn a_caption_in_brackets_may_stand_behind_its_line() {
    let form = Drawn::default()
        .text(100, 300, "Javier Khang")
        .line(95, 900, 328)
        .text(910, 304, "(Client name)")
        .text(100, 360, "11/18/1941")
        .line(95, 500, 388)
        .text(510, 364, "(Patient DOB)")
        .text(760, 360, "92339969D")
        .line(750, 1100, 388)
        .text(1110, 364, "(Client Index No.)")
        .text(100, 420, "Oscar Haddad, MD")
        .line(95, 500, 448)
        .text(510, 424, "(Provider name)")
        .line(750, 1100, 448)
        .text(1110, 424, "(NPI)")
        .read();
    assert_eq!(value(&form, "member_name"), "Javier Khang");
    assert_eq!(value(&form, "member_dob"), "1941-11-18");
    assert_eq!(value(&form, "member_id"), "92339969D");
    assert_eq!(value(&form, "provider_name"), "Oscar Haddad, MD");
    assert!(value(&form, "provider_npi").starts_with("blank"), "{}", value(&form, "provider_npi"));
}

#[test]
fn a_description_whose_place_was_cut_short_is_not_surely_blank() {
    let form = Drawn::default()
        .text(100, 900, "Member name: Ana Cruz")
        .text(100, 960, "Explain in detail what happened")
        .text(100, 990, "Date of birth of the two people who came along is known to us")
        .text(100, 1020, "and the front desk has told them both that they may not");
    let told = value(&form.read(), "narrative");
    assert_ne!(told, "blank 1", "{told}");
}

#[test]
fn a_reason_may_be_written_out_behind_its_heading() {
    let page = || {
        Drawn::default()
            .text(100, 100, "Request for Member Reassignment")
            .text(100, 200, "Member name")
            .text(500, 200, "Ana Lor")
            .line(490, 1100, 226)
            .text(100, 300, "Reason for request")
            .line(490, 1100, 326)
            .text(100, 400, "NPI")
            .text(500, 400, "1245319599")
            .line(490, 1100, 426)
    };
    let marks = |form: &FormReading| -> Vec<(String, Mark)> {
        let of_reasons = form.choices.iter().filter(|choice| choice.choice == "reasons");
        of_reasons.flat_map(|choice| &choice.options).map(|o| (o.option.clone(), o.mark)).collect()
    };
    let written = page().text(500, 300, "Medication Management Agreement violated").read();
    assert_eq!(marks(&written), [("medication-agreement-violation".to_owned(), Mark::Checked)]);
    assert_eq!(marks(&page().read()), []);
    let mentioned = page().text(100, 700, "Medication Management Agreement violated").read();
    assert_eq!(marks(&mentioned), [], "far from the heading it is a mention");
    let listed = Drawn::default()
        .text(100, 300, "Reason for request")
        .text(500, 300, "Member fraud")
        .text(500, 350, "Ineffective relationship")
        .text(500, 400, "Medication Management Agreement violated");
    assert!(marks(&listed.read()).iter().all(|(_, mark)| *mark != Mark::Checked), "a list begins beside its heading");
}
