//! What of a worker's reading is believed: a worker that was taken over by a hostile file may say anything, and what it says is stored and
//! decided on by the parent.

use crate::reading::{PageReading, READING_FORMAT};

/// Sides of a prepared page, in pixels: more than any page that the limits let through.
const LONGEST_SIDE: u32 = 10_000_000;

/// Accepts a reading of page `page` that can be stored, read back the same, and reckoned with.
pub(super) fn reading(reading: &PageReading, page: u32) -> Result<(), &'static str> {
    if reading.page != page {
        return Err("another page");
    }
    if reading.format != READING_FORMAT {
        return Err("another format");
    }
    if reading.kinds.is_empty() {
        return Err("a page of no kind");
    }
    let sides = [reading.width, reading.height, reading.source.width, reading.source.height];
    if sides.iter().any(|side| *side == 0 || *side > LONGEST_SIDE) {
        return Err("a page of no size");
    }
    // A number that JSON cannot hold (1e300 is infinite as f32) is written as null: it would make the stored reading unreadable.
    let back = serde_json::to_vec(reading).ok().and_then(|stored| serde_json::from_slice::<PageReading>(&stored).ok());
    if back.as_ref() != Some(reading) {
        return Err("numbers that cannot be stored");
    }
    Ok(())
}

#[cfg(test)]
#[cfg(debug_assertions)]
mod tests {
    use super::*;
    use crate::run::made_up;

    fn said(change: impl FnOnce(&mut serde_json::Value)) -> Result<(), &'static str> {
        let mut told = serde_json::to_value(made_up::reading(2, Vec::new())).unwrap();
        change(&mut told);
        match serde_json::from_str::<PageReading>(&told.to_string()) {
            Ok(told) => reading(&told, 2),
            Err(_) => Err("no JSON result"),
        }
    }

    #[test]
    fn a_sound_reading_is_believed_and_absurd_ones_are_not() {
        assert_eq!(said(|_| {}), Ok(()));
        assert_eq!(said(|told| told["page"] = 3.into()), Err("another page"));
        assert_eq!(said(|told| told["format"] = 99.into()), Err("another format"));
        assert_eq!(said(|told| told["width"] = 0.into()), Err("a page of no size"));
        assert_eq!(said(|told| told["height"] = u32::MAX.into()), Err("a page of no size"));
        assert_eq!(said(|told| told["legibility"]["ink_share"] = 1e300.into()), Err("numbers that cannot be stored"));
        assert_eq!(
            said(|told| told["source"]["resolution"]["x"] = (-1e300).into()),
            Err("numbers that cannot be stored")
        );
    }

    #[test]
    fn a_box_that_lies_on_no_page_is_no_result() {
        let header = |left: i64| {
            serde_json::json!({ "text": "x", "rect": { "left": left, "top": 0, "right": 9, "bottom": 9 },
                "page": null, "total": null, "sent_at": null, "sender_number": null, "sender_name": null })
        };
        assert_eq!(said(|told| told["header"] = header(-5)), Ok(()));
        assert_eq!(said(|told| told["header"] = header(i64::from(i32::MIN))), Err("no JSON result"));
        assert_eq!(said(|told| told["header"] = header(1 << 40)), Err("no JSON result"));
    }

    #[test]
    fn a_confidence_over_one_is_taken_for_one() {
        let told = serde_json::from_str::<crate::answer::Confidence>("7.5").unwrap();
        assert_eq!(told, crate::answer::Confidence::CERTAIN);
    }
}
