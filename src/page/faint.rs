//! Rulings so pale that only single pixels of them came through.
//!
//! No piece of such a line can be told from a speck. But specks fall anywhere, and these all fall on one row.

use super::components::Labelled;
use super::prepare::Ruling;
use crate::geometry::Rect;

/// A row of dots that once was a ruling, with the components it is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DottedRow {
    pub ruling: Ruling,
    pub dots: Vec<u32>,
}

/// Finds rows of dots among the components of a page's writing.
pub(super) fn find(labelled: &Labelled, height: u32, dpi: u32) -> Vec<DottedRow> {
    let inches = |x: f32| (x * dpi as f32).round() as i32;
    let (widest, tallest, band) = (inches(0.06), inches(0.015).max(3), inches(0.02).max(3));
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); height as usize + band as usize + 1];
    let mut dots = 0usize;
    for (index, piece) in labelled.components.iter().enumerate() {
        if piece.rect.width() <= widest
            && piece.rect.height() <= tallest
            && let Some(row) = rows.get_mut(piece.rect.center_y().max(0) as usize)
        {
            row.push(index as u32);
            dots += 1;
        }
    }
    let in_band = |rows: &[Vec<u32>], y: usize| rows[y..y + band as usize].iter().map(Vec::len).sum::<usize>();
    let usual = dots * band as usize / height.max(1) as usize;
    let need = 16.max(8 + 5 * usual);
    let mut starts: Vec<usize> = (0..height as usize).filter(|&y| in_band(&rows, y) >= need).collect();
    starts.sort_by_key(|&y| (std::cmp::Reverse(in_band(&rows, y)), y));
    let mut found = Vec::new();
    for y in starts {
        if in_band(&rows, y) < need {
            continue;
        }
        let mut members: Vec<u32> = rows[y..y + band as usize].iter().flatten().copied().collect();
        members.sort_by_key(|&m| (labelled.components[m as usize].rect.left, m));
        for part in members.chunk_by(|&a, &b| {
            labelled.components[b as usize].rect.left - labelled.components[a as usize].rect.right <= inches(0.8)
        }) {
            let rects = part.iter().map(|&m| &labelled.components[m as usize].rect);
            let Some(rect) = Rect::bounding(rects) else { continue };
            // A line of text has an i-dot or a period now and then: two an inch.
            if rect.width() < inches(1.5) || (part.len() as i32) * dpi as i32 <= 5 * rect.width() || part.len() < need {
                continue;
            }
            let ink = part.iter().map(|&m| labelled.components[m as usize].ink).sum();
            found.push(DottedRow { ruling: Ruling { rect, ink }, dots: part.to_vec() });
            for row in &mut rows[y..y + band as usize] {
                row.retain(|m| !part.contains(m));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Bitmap;
    use super::super::components::label;
    use super::*;

    #[test]
    fn dots_on_one_row_are_a_line_and_scattered_ones_are_not() {
        let mut page = Bitmap::new(1700, 1000);
        let mut state = 11u32;
        let mut next = |below: i32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as i32 % below
        };
        for _ in 0..900 {
            page.set(next(1700), next(1000), true);
        }
        assert_eq!(find(&label(&page, &page.bounds()), 1000, 204), []);
        for _ in 0..80 {
            page.set(100 + next(1400), 500 + next(2), true);
        }
        let found = find(&label(&page, &page.bounds()), 1000, 204);
        assert_eq!(found.len(), 1);
        let rect = found[0].ruling.rect;
        assert!(rect.left < 200 && rect.right > 1400 && rect.top >= 496 && rect.bottom <= 506, "{rect:?}");
    }
}
