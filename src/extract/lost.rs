//! What a form does not show because the rows of the page never came.
//!
//! Rows that could not be decoded are white. A field or box that lies there is not blank: nobody knows, and a person has to look.

use crate::answer::{Confidence, Mark, Reading};
use crate::decode::Damage;
use crate::geometry::Rect;
use crate::page::Placement;
use crate::reading::FormReading;

/// A hundredth of a page is less than a line of writing: fewer lost rows hide no value, and more of them in a row may.
const LINES: u32 = 100;

/// Takes back what was called blank or unchecked in lost rows.
pub(super) fn doubt_the_lost(form: &mut FormReading, damage: Damage, height: u32, placement: &Placement) {
    let least = height / LINES;
    // Where rows within the page were lost is not recorded: any of its blanks may be one of them.
    let torn = damage.longest_bad_run > least;
    let end = i64::from(height) - i64::from(damage.missing_rows) - i64::from(least);
    let lost = |zone: &Rect| {
        torn || damage.missing_rows > 0 && (zone.is_empty() || i64::from(placement.to_source(zone).bottom) > end)
    };
    for field in form.fields.iter_mut().filter(|field| field.reading.is_blank() && lost(&field.zone)) {
        field.reading = Reading::Unreadable;
        field.confidence = Confidence::NONE;
    }
    for option in form.choices.iter_mut().flat_map(|choice| &mut choice.options) {
        if option.mark == Mark::Unchecked && lost(&option.rect) {
            option.mark = Mark::Unsure;
            option.confidence = Confidence::NONE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Container, Pixels, Resolution, SourcePage};
    use crate::page::{Bitmap, Rotation, prepare};
    use crate::reading::{ChoiceReading, FieldReading, OptionReading, Registration};

    fn after(damage: Damage, rotation: Rotation) -> (bool, bool, Mark) {
        let blank = |top: i32| FieldReading {
            zone: Rect::new(100, top, 600, top + 40),
            ..FieldReading::new("member_id", Reading::Blank, Confidence::new(0.9), 1)
        };
        let option = OptionReading {
            option: "moved".into(),
            mark: Mark::Unchecked,
            confidence: Confidence::new(0.9),
            page: 1,
            rect: Rect::new(100, 2000, 130, 2030),
            fill: 0.0,
        };
        let mut form = FormReading {
            form: "request".into(),
            registration: Registration::default(),
            fields: vec![blank(200), blank(1900)],
            choices: vec![ChoiceReading { choice: "reasons".into(), options: vec![option] }],
            struck: Vec::new(),
        };
        let source = SourcePage {
            container: Container::Tiff,
            pixels: Pixels::Bilevel(Bitmap::new(1728, 2200)),
            resolution: Resolution { x: 200.0, y: 200.0, assumed: false },
            text: Vec::new(),
            form_values: Vec::new(),
            damage,
            level: false,
            encoding: "g4".into(),
        };
        let page = prepare(&source, Some(rotation));
        doubt_the_lost(&mut form, damage, 2200, &page.placement);
        (form.fields[0].reading.is_blank(), form.fields[1].reading.is_blank(), form.choices[0].options[0].mark)
    }

    #[test]
    fn what_lay_in_lost_rows_is_not_blank() {
        let whole = Damage::default();
        assert_eq!(after(whole, Rotation::None), (true, true, Mark::Unchecked));
        assert_eq!(after(Damage { missing_rows: 400, ..whole }, Rotation::None), (true, false, Mark::Unsure));
        assert_eq!(after(Damage { missing_rows: 400, ..whole }, Rotation::Half), (false, true, Mark::Unchecked));
        assert_eq!(after(Damage { missing_rows: 60, ..whole }, Rotation::None), (true, true, Mark::Unchecked));
        let few = Damage { bad_rows: 9, longest_bad_run: 3, ..whole };
        assert_eq!(after(few, Rotation::None), (true, true, Mark::Unchecked));
        let run = Damage { bad_rows: 40, longest_bad_run: 40, ..whole };
        assert_eq!(after(run, Rotation::None), (false, false, Mark::Unsure));
    }
}
