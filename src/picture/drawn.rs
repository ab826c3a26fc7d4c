//! A page with what was found drawn on it, for `explain --images`.

use super::PictureError;
use super::canvas::{Canvas, Colour};
use crate::answer::{Mark, Reading};
use crate::page::Bitmap;
use crate::reading::{FormReading, PageReading};

/// Draws the kind of the page, the header band, labels, zones with what became of them, and check marks with their state.
///
/// Names of fields and states are drawn, never values: the values stand on the page already.
///
/// # Errors
/// The PNG would be longer than [`super::MAX_BYTES`].
pub fn with_findings(ink: &Bitmap, reading: &PageReading) -> Result<Vec<u8>, PictureError> {
    let mut canvas = Canvas::new(ink, reading.dpi);
    if let Some(header) = &reading.header {
        canvas.frame(&header.rect, 2, Colour::Header);
        canvas.tag(header.rect.right, header.rect.bottom, "fax header", Colour::Header);
    }
    if let Some(form) = &reading.form {
        draw_form(&mut canvas, form);
    }
    let best = reading.kinds.first();
    let score = best.map_or(0, |kind| (kind.score * 100.0) as u32);
    canvas.tag(0, 0, &format!("page {}: {} {score} %", reading.page, reading.kind().in_words()), Colour::Zone);
    if let Some(letter) = &reading.letter {
        let language = letter.language.as_deref().unwrap_or("language unknown");
        canvas.tag(0, 60, &format!("letter {:?} {language} date {}", letter.kind, state(&letter.date)), Colour::Found);
    }
    canvas.to_png()
}

fn draw_form(canvas: &mut Canvas, form: &FormReading) {
    for label in &form.registration.labels {
        canvas.frame(&label.rect, 2, Colour::Label);
    }
    for field in &form.fields {
        if let Some(ink) = &field.ink {
            canvas.frame(ink, 1, Colour::Found);
        }
        canvas.frame(&field.zone, 3, Colour::Zone);
        let text = format!("{} {} {} %", field.field, state(&field.reading), field.confidence.percent());
        canvas.tag(field.zone.left, field.zone.top, &text, Colour::Zone);
    }
    for option in form.choices.iter().flat_map(|choice| &choice.options) {
        let (colour, state) = match option.mark {
            Mark::Checked => (Colour::Checked, "x"),
            Mark::Unchecked => (Colour::Unchecked, "-"),
            Mark::Unsure => (Colour::Unsure, "?"),
        };
        canvas.frame(&option.rect, 3, colour);
        canvas.tag(option.rect.left, option.rect.top, state, colour);
    }
}

fn state<T>(reading: &Reading<T>) -> &'static str {
    match reading {
        Reading::Blank => "blank",
        Reading::Read(_) => "read",
        Reading::Unreadable => "unreadable",
    }
}

// The page without marks is the made-up reader's, which only builds with debug assertions have.
#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;
    use crate::answer::Confidence;
    use crate::geometry::Rect;
    use crate::reading::{FieldReading, Hand, Registration, Value};

    fn form_page() -> PageReading {
        let mut page = crate::run::made_up::reading(1, Vec::new());
        let name = Reading::Read(Value::Text("Jane Roe".to_owned()));
        page.form = Some(FormReading {
            form: "f".to_owned(),
            registration: Registration::default(),
            fields: vec![FieldReading {
                hand: Hand::Typed,
                zone: Rect::new(100, 200, 300, 240),
                ..FieldReading::new("member_name", name, Confidence::new(0.5), 1)
            }],
            choices: Vec::new(),
            struck: Vec::new(),
        });
        page
    }

    #[test]
    fn the_zone_of_a_field_is_framed_on_the_page() {
        let mut ink = Bitmap::new(400, 400);
        ink.fill(&Rect::new(150, 210, 160, 220));
        let png = with_findings(&ink, &form_page()).unwrap();
        let back = image::load_from_memory(&png).unwrap().to_rgb8();
        let zone = [0, 90, 200];
        assert_eq!(back.get_pixel(100, 220).0, zone, "the left edge");
        assert_eq!(back.get_pixel(299, 239).0, zone, "the lower right corner");
        assert_eq!(back.get_pixel(200, 225).0, [255, 255, 255], "the inside is left alone");
        assert_eq!(back.get_pixel(155, 215).0, [70, 70, 70], "and so is the ink");
    }

    #[test]
    fn boxes_that_leave_the_page_are_clipped() {
        let mut page = form_page();
        if let Some(form) = &mut page.form {
            form.fields[0].zone = Rect::new(-50, -50, 9000, 9000);
        }
        with_findings(&Bitmap::new(40, 40), &page).unwrap();
        with_findings(&Bitmap::new(1, 1), &page).unwrap();
    }
}
