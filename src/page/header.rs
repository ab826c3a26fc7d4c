//! The line that a fax machine prints at the very edge of each page.
//!
//! It is looked for on the untouched source: the machine prints it straight across the scan, however the paper lay. A title or
//! a letterhead stands lower and is bigger; without doubt in its favour nothing is called a header.

use super::Bitmap;
use super::components::{Component, components};
use crate::geometry::Rect;

/// The first line of text must end this far from the edge, in inches.
const DEEPEST: f32 = 0.45;
/// Tallest letters of a header, in inches: 12-point capitals and figures.
const TALLEST_LETTER: f32 = 0.14;
/// Smallest white gap to the body, in inches.
const GAP: f32 = 0.07;

/// The band of the header on the source, full width, and whether it stands at the bottom.
pub(super) fn find(source: &Bitmap, dpi: (f32, f32)) -> Option<(Rect, bool)> {
    if let Some(band) = at_top(source, dpi) {
        return Some((band, false));
    }
    let height = source.height() as i32;
    let margin = ((DEEPEST + 0.6) * dpi.1) as i32;
    let mut edge = Bitmap::new(source.width(), margin.min(height).max(0) as u32);
    for y in 0..edge.height() {
        edge.row_mut(y).copy_from_slice(source.row(height as u32 - 1 - y));
    }
    let band = at_top(&edge, dpi)?;
    Some((Rect::new(band.left, height - band.bottom, band.right, height - band.top), true))
}

fn at_top(source: &Bitmap, dpi: (f32, f32)) -> Option<Rect> {
    let zone = Rect::new(0, 0, source.width() as i32, ((DEEPEST + 0.6) * dpi.1) as i32).intersect(&source.bounds());
    let (wide, high) = (|c: &Component| c.rect.width() as f32 / dpi.0, |c: &Component| c.rect.height() as f32 / dpi.1);
    let pieces: Vec<Component> = components(source, &zone)
        .into_iter()
        // Specks, and lines along the edge from a crooked scan.
        .filter(|c| c.ink >= 4 && (wide(c) > 0.02 || high(c) > 0.03))
        .collect();
    let letters: Vec<&Component> =
        pieces.iter().filter(|c| high(c) >= 0.03 && high(c) <= 0.3 && wide(c) <= 0.6).collect();
    let first = letters.iter().min_by_key(|c| c.rect.top)?.rect.top;
    // The line: everything that hangs on the first letter by overlapping rows.
    let (mut top, mut bottom) = (first, first + (0.05 * dpi.1) as i32);
    loop {
        let line = letters.iter().filter(|c| c.rect.top < bottom && c.rect.bottom > top);
        let (new_top, new_bottom) = line.fold((top, bottom), |(t, b), c| (t.min(c.rect.top), b.max(c.rect.bottom)));
        if (new_top, new_bottom) == (top, bottom) {
            break;
        }
        (top, bottom) = (new_top, new_bottom);
    }
    let line: Vec<&&Component> = letters.iter().filter(|c| c.rect.top < bottom && c.rect.bottom > top).collect();
    if bottom as f32 > DEEPEST * dpi.1 || line.len() < 8 {
        return None;
    }
    let mut heights: Vec<i32> = line.iter().map(|c| c.rect.height()).collect();
    heights.sort_unstable();
    let tall = heights[heights.len() * 9 / 10] as f32 / dpi.1;
    let extent = Rect::bounding(line.iter().map(|c| &c.rect))?;
    // Long for its height, and one line: skew of a copied header makes the band a little higher than its letters.
    let one_line = (bottom - top) as f32 / dpi.1 <= (tall * 2.0).max(0.16);
    let long = extent.width() as f32 / dpi.0 >= 1.5;
    if tall > TALLEST_LETTER || !one_line || !long {
        return None;
    }
    let next = pieces.iter().filter(|c| c.rect.top >= bottom || c.rect.bottom > bottom).map(|c| c.rect.top).min();
    let gap = GAP.max(0.6 * tall) * dpi.1;
    // The body's own lines follow each other as closely as the first line follows them: then it is body.
    if next.is_some_and(|next| (next - bottom) as f32 <= gap) {
        return None;
    }
    let pad = ((next.unwrap_or(zone.bottom) - bottom) / 2).min((0.03 * dpi.1) as i32);
    Some(Rect::new(0, (top - pad).max(0), source.width() as i32, bottom + pad))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DPI: (f32, f32) = (204.0, 196.0);

    fn line_of_letters(page: &mut Bitmap, top: i32, left: i32, count: i32, height: i32) {
        for letter in 0..count {
            let x = left + letter * height;
            page.fill(&Rect::new(x, top, x + 3, top + height));
            page.fill(&Rect::new(x, top + height / 2, x + height / 2, top + height / 2 + 3));
        }
    }

    #[test]
    fn small_print_at_the_edge_with_white_below_is_a_header() {
        let mut page = Bitmap::new(1728, 2156);
        line_of_letters(&mut page, 12, 60, 50, 18);
        line_of_letters(&mut page, 120, 200, 30, 30);
        let (band, bottom) = find(&page, DPI).unwrap();
        assert!(!bottom && band.top <= 12 && (30..60).contains(&band.bottom), "{band:?}");
    }

    #[test]
    fn at_the_bottom_of_a_page_turned_by_the_file() {
        let mut page = Bitmap::new(1728, 2156);
        line_of_letters(&mut page, 2156 - 40, 60, 50, 18);
        line_of_letters(&mut page, 1000, 200, 30, 30);
        let (band, bottom) = find(&page, DPI).unwrap();
        assert!(bottom && band.top > 2080 && band.bottom >= 2156 - 22, "{band:?}");
    }

    #[test]
    fn a_title_is_no_header() {
        let mut page = Bitmap::new(1728, 2156);
        line_of_letters(&mut page, 40, 200, 20, 40);
        line_of_letters(&mut page, 120, 200, 30, 20);
        assert_eq!(find(&page, DPI), None);
        let mut page = Bitmap::new(1728, 2156);
        line_of_letters(&mut page, 110, 200, 40, 20);
        assert_eq!(find(&page, DPI), None);
    }

    #[test]
    fn the_first_line_of_running_text_is_no_header() {
        let mut page = Bitmap::new(1728, 2156);
        for line in 0..20 {
            line_of_letters(&mut page, 40 + line * 28, 100, 60, 18);
        }
        assert_eq!(find(&page, DPI), None);
    }
}
