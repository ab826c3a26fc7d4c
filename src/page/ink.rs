//! Whether anything is written in a zone: the measure behind "blank".
//!
//! A blank is reported to the office as missing, so crumbs of a ruling, specks and the foot of a letter from the line above must not
//! count as writing, and a thin signature must.

use super::PreparedPage;
use super::components::components;
use crate::geometry::Rect;

/// Ink of the writing inside a zone, crumbs left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InkMeasure {
    /// Pixels.
    pub ink: u32,
    /// Share of the zone's pixels, 0 to 1.
    pub share: f32,
    /// Pieces of connected ink that count as strokes.
    pub strokes: usize,
    /// Length of all strokes in inches: ink over the page's stroke width.
    pub length: f32,
    /// Around the strokes, clipped to the zone.
    pub extent: Option<Rect>,
    /// Length, in inches, of strokes that reach into the zone but have most of their ink outside.
    pub intruding: f32,
}

/// Whether there is writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Blank,
    Present,
    /// More than nothing, less than a letter, or strokes whose greater part stands outside.
    Unclear,
}

/// Measures the writing in `zone`.
///
/// A piece counts when at least half of its ink lies in the zone and it is larger than a speck: both ways more than 1/50 inch, or one
/// way more than 1/20. Thin flat pieces on a ruling and thin upright ones on a streak are crumbs.
pub fn ink_in(page: &PreparedPage, zone: &Rect) -> InkMeasure {
    let zone = zone.intersect(&page.writing.bounds());
    if zone.is_empty() {
        return InkMeasure::default();
    }
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    // Far enough around to tell whose the strokes at the edge are.
    let around = zone.inflate(inches(0.3), inches(0.2));
    let mut measure = InkMeasure::default();
    for piece in components(&page.writing, &around) {
        let inside = piece.rect.intersect(&zone);
        if inside.is_empty() || is_crumb(page, &piece.rect) {
            continue;
        }
        let ink = if inside == piece.rect { piece.ink } else { count_of(page, &inside) };
        if ink * 2 >= piece.ink {
            measure.ink += ink;
            measure.strokes += 1;
            measure.extent = Some(measure.extent.map_or(inside, |e| e.union(&inside)));
        } else if inside.height() >= inches(0.05) && inside.width() >= inches(0.02) {
            measure.intruding += ink as f32 / page.stroke_width.max(1.0) / page.dpi as f32;
        }
    }
    measure.share = measure.ink as f32 / zone.area().max(1) as f32;
    measure.length = measure.ink as f32 / page.stroke_width.max(1.0) / page.dpi as f32;
    measure
}

fn count_of(page: &PreparedPage, rect: &Rect) -> u32 {
    u32::try_from(page.writing.count(rect)).unwrap_or(u32::MAX)
}

/// Specks, and what rulings and streaks leave behind.
fn is_crumb(page: &PreparedPage, rect: &Rect) -> bool {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let (width, height) = (rect.width(), rect.height());
    if (width <= inches(0.02) && height <= inches(0.02)) || width * height <= 4 {
        return true;
    }
    let flat = height <= inches(0.022).max(3);
    let thin = width <= inches(0.022).max(3);
    let on = |ruling: &Rect| ruling.inflate(inches(0.02), inches(0.025)).intersect(rect) == *rect;
    if flat && page.rulings.horizontal.iter().any(|r| on(&r.rect)) {
        return true;
    }
    if thin && page.rulings.vertical.iter().any(|r| on(&r.rect)) {
        return true;
    }
    let near_streak = |&(left, right): &(i32, i32)| rect.left >= left - 3 && rect.right <= right + 3;
    thin && height < inches(0.3) && page.preparation.streaks.iter().any(near_streak)
}

/// Length of strokes, in inches, below which a zone is blank: a period and a half.
const BLANK_LENGTH: f32 = 0.05;
/// Length of strokes from which a zone is written in: a small letter `c` has 0.15 inch.
const PRESENT_LENGTH: f32 = 0.14;
/// What is written is at least this high somewhere, in inches; a dash is not.
const PRESENT_HEIGHT: f32 = 0.045;

/// Decides whether something is written in `zone`.
///
/// The thresholds are stroke lengths, ink over the page's own stroke width, so that bold and thin pens, 150 and 300 dpi count
/// alike. A streak through the zone or a stroke that mostly stands outside makes the answer [`Presence::Unclear`], never present.
pub fn has_writing(page: &PreparedPage, zone: &Rect) -> Presence {
    let measure = ink_in(page, zone);
    let height = measure.extent.map_or(0, |e| e.height()) as f32 / page.dpi as f32;
    let width = measure.extent.map_or(0, |e| e.width()) as f32 / page.dpi as f32;
    if measure.length >= PRESENT_LENGTH && height >= PRESENT_HEIGHT {
        // An upright stroke on a streak's columns may be the streak itself, where it was too thick to be taken out.
        let streak = measure.extent.is_some_and(|e| {
            page.preparation.streaks.iter().any(|&(left, right)| e.left >= left - 4 && e.right <= right + 4)
        });
        return if streak || width < 0.012 { Presence::Unclear } else { Presence::Present };
    }
    if measure.length < BLANK_LENGTH && measure.intruding < 2.0 * PRESENT_LENGTH {
        Presence::Blank
    } else {
        Presence::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bitmap;
    use super::*;

    fn zone() -> Rect {
        Rect::new(200, 100, 800, 160)
    }

    fn form() -> Bitmap {
        let mut ink = Bitmap::new(1000, 400);
        ink.fill(&Rect::new(180, 155, 820, 158));
        ink
    }

    #[test]
    fn a_line_with_specks_and_crumbs_is_blank() {
        let mut ink = form();
        for i in 0..12 {
            ink.fill(&Rect::new(220 + i * 40, 110 + i, 222 + i * 40, 112 + i));
            ink.fill(&Rect::new(230 + i * 45, 152, 233 + i * 45, 155));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert_eq!(has_writing(&page, &zone()), Presence::Blank, "{:?}", ink_in(&page, &zone()));
    }

    #[test]
    fn a_thin_signature_is_present() {
        let mut ink = form();
        for x in 250..500 {
            let y = 130 + ((x as f32 / 9.0).sin() * 18.0) as i32;
            ink.fill(&Rect::new(x, y, x + 2, y + 2));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert_eq!(has_writing(&page, &zone()), Presence::Present);
        let extent = ink_in(&page, &zone()).extent.unwrap();
        assert!(extent.left < 255 && extent.right > 495);
    }

    #[test]
    fn a_single_letter_is_present_and_a_dash_is_unclear() {
        let mut ink = form();
        ink.fill(&Rect::new(300, 120, 303, 142));
        ink.fill(&Rect::new(300, 120, 314, 123));
        ink.fill(&Rect::new(300, 130, 312, 133));
        let page = PreparedPage::from_ink(ink, 204);
        assert_eq!(has_writing(&page, &zone()), Presence::Present);
        let mut ink = form();
        ink.fill(&Rect::new(300, 130, 316, 133));
        let page = PreparedPage::from_ink(ink, 204);
        assert_eq!(has_writing(&page, &zone()), Presence::Unclear);
    }

    #[test]
    fn the_feet_of_the_label_above_do_not_count() {
        let mut ink = form();
        for i in 0..10 {
            ink.fill(&Rect::new(210 + i * 20, 80, 213 + i * 20, 104));
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert_eq!(has_writing(&page, &zone()), Presence::Blank);
    }
}
