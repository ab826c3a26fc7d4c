//! Specks: stray dots that a bad line or a dirty roller scatters over a page.
//!
//! Periods, decimal points, colons and i-dots are as small, but stand beside letters and are about as wide as a stroke. A dot is taken
//! out when it is far from anything written, or much thinner than the strokes around it.

use super::Bitmap;
use super::components::{Component, Labelled};
use crate::geometry::Rect;

/// Grid on which "near a letter" is drawn, in pixels a cell.
const CELL: i32 = 4;

/// The indices of the components that are specks. `stroke` is the page's usual stroke width in pixels.
pub(super) fn find(labelled: &Labelled, bounds: &Rect, dpi: u32, stroke: f32) -> Vec<u32> {
    let inches = |x: f32| (x * dpi as f32).round() as i32;
    let small_side = ((dpi as f32 / 60.0).round() as i32).max(2);
    let is_small = |c: &Component| c.rect.width() <= small_side && c.rect.height() <= small_side;
    let letters = |c: &&Component| {
        let tallest = c.rect.height().max(c.rect.width());
        c.rect.height() >= inches(0.035) && tallest <= inches(1.5) && c.ink >= 12
    };
    // Dots beside a letter's foot or over its head, but not half a line away.
    let mut near = Bitmap::new((bounds.width() / CELL + 2) as u32, (bounds.height() / CELL + 2) as u32);
    for letter in labelled.components.iter().filter(letters) {
        let r = letter.rect;
        let (aside, over, under) = (inches(0.07), inches(0.05), inches(0.025));
        near.fill(&Rect::new(
            (r.left - aside).div_euclid(CELL),
            (r.top - over).div_euclid(CELL),
            (r.right + aside).div_euclid(CELL) + 1,
            (r.bottom + under).div_euclid(CELL) + 1,
        ));
    }
    // How crowded the page is with dots far from letters: what a fading stroke or a grey tint leaves is much denser.
    let small: Vec<(u32, Rect, u32)> = labelled
        .components
        .iter()
        .enumerate()
        .filter(|(_, c)| is_small(c))
        .map(|(index, c)| (index as u32, c.rect, c.ink))
        .collect();
    let is_near = |rect: &Rect| near.get(rect.center_x().div_euclid(CELL), rect.center_y().div_euclid(CELL));
    let far_dots = small.iter().filter(|(_, rect, _)| !is_near(rect)).count();
    let free = (near.width() as u64 * near.height() as u64).saturating_sub(near.count(&near.bounds())).max(1);
    let density = far_dots as f32 / (free as f32 * (CELL * CELL) as f32);
    let crowd = Crowd::new(&small, inches(0.06).max(4));
    let expected = density * crowd.area();
    let crowded = 3.0 + 5.0 * expected;
    let thinnest_dot = (0.4 * stroke * stroke).max(2.0);
    small
        .iter()
        .filter(|(_, rect, ink)| {
            if is_near(rect) {
                // Thinner than half a stroke each way: no printer's period.
                (*ink as f32) < thinnest_dot && crowd.around(rect) < crowded
            } else {
                crowd.around(rect) < crowded
            }
        })
        .map(|(index, _, _)| *index)
        .collect()
}

/// Dots counted on a grid, so that the crowd around each is three by three sums.
struct Crowd {
    cell: i32,
    columns: i32,
    counts: std::collections::BTreeMap<i32, u32>,
}

impl Crowd {
    fn new(dots: &[(u32, Rect, u32)], cell: i32) -> Self {
        let columns = dots.iter().map(|d| d.1.right / cell).max().unwrap_or(0) + 3;
        let mut counts = std::collections::BTreeMap::new();
        for (_, rect, _) in dots {
            *counts.entry(rect.center_y() / cell * columns + rect.center_x() / cell).or_insert(0) += 1;
        }
        Self { cell, columns, counts }
    }

    fn area(&self) -> f32 {
        (9 * self.cell * self.cell) as f32
    }

    /// Dots around `rect`, itself among them.
    fn around(&self, rect: &Rect) -> f32 {
        let (row, column) = (rect.center_y() / self.cell, rect.center_x() / self.cell);
        let mut sum = 0;
        for r in row - 1..=row + 1 {
            for (_, count) in self.counts.range(r * self.columns + column - 1..=r * self.columns + column + 1) {
                sum += count;
            }
        }
        sum as f32
    }
}

/// The usual stroke width in pixels: the median run across components that are as big as letters.
pub(super) fn stroke_width(labelled: &Labelled, dpi: u32) -> f32 {
    let low = (0.04 * dpi as f32) as i32;
    let high = (0.3 * dpi as f32) as i32;
    let mut runs = [0u32; 33];
    for run in &labelled.runs {
        let height = labelled.components[run.component as usize].rect.height();
        if (low..=high).contains(&height) {
            runs[(run.right - run.left).clamp(0, 32) as usize] += 1;
        }
    }
    // The median of horizontal runs: upright strokes outnumber bars in every script on these pages.
    let total: u32 = runs[..32].iter().sum();
    let mut seen = 0;
    for (width, &count) in runs[..32].iter().enumerate() {
        seen += count;
        if total > 0 && seen * 2 >= total {
            return (width as f32).max(1.0);
        }
    }
    (dpi as f32 / 80.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::components::label;
    use super::*;

    fn specks_of(page: &Bitmap) -> Vec<Rect> {
        let labelled = label(page, &page.bounds());
        let stroke = stroke_width(&labelled, 204);
        find(&labelled, &page.bounds(), 204, stroke).iter().map(|&i| labelled.components[i as usize].rect).collect()
    }

    fn word(page: &mut Bitmap, left: i32, top: i32) {
        for letter in 0..6 {
            let x = left + letter * 16;
            page.fill(&Rect::new(x, top, x + 3, top + 20));
            page.fill(&Rect::new(x, top + 8, x + 10, top + 11));
        }
    }

    #[test]
    fn lone_dots_go_and_periods_stay() {
        let mut page = Bitmap::new(600, 400);
        word(&mut page, 100, 100);
        let period = Rect::new(202, 117, 205, 120);
        let colon = [Rect::new(90, 104, 93, 107), Rect::new(90, 117, 93, 120)];
        let i_dot = Rect::new(116, 92, 119, 95);
        for dot in [period, colon[0], colon[1], i_dot] {
            page.fill(&dot);
        }
        let specks = [Rect::new(300, 60, 302, 62), Rect::new(20, 300, 23, 303), Rect::new(500, 110, 501, 111)];
        for speck in specks {
            page.fill(&speck);
        }
        assert_eq!(specks_of(&page), [specks[0], specks[2], specks[1]]);
    }

    #[test]
    fn a_single_pixel_inside_a_word_goes() {
        let mut page = Bitmap::new(600, 400);
        word(&mut page, 100, 100);
        page.set(130, 116, true);
        assert_eq!(specks_of(&page), [Rect::new(130, 116, 131, 117)]);
    }

    #[test]
    fn a_fading_stroke_is_no_crowd_of_specks() {
        let mut page = Bitmap::new(600, 400);
        word(&mut page, 100, 100);
        for i in 0..14 {
            page.fill(&Rect::new(300 + i * 3, 200 + i * 3, 302 + i * 3, 202 + i * 3));
            page.clear(&Rect::new(302 + i * 3, 200, 303 + i * 3, 260));
        }
        assert_eq!(specks_of(&page), []);
    }
}
