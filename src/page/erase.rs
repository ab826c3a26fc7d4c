//! Taking printed lines out of the writing, and sparing the strokes that cross them.
//!
//! A column of a ruling is erased where its ink is about as thick as the ruling; where it is thicker, a stroke touches or crosses,
//! and the column stays whole.

use super::Bitmap;
use super::components::components;
use super::rulings::Traced;
use crate::geometry::Rect;

/// Takes `lines`, which run across `ink`, out of it.
pub(super) fn lines(ink: &mut Bitmap, lines: &[Traced], thickest: i32) {
    for line in lines {
        let columns: Vec<(i32, i32, i32)> = (line.rect.left - 1..line.rect.right + 1)
            .filter_map(|x| run_at(ink, x, line.row(x), thickest + 4).map(|(top, bottom)| (x, top, bottom)))
            .collect();
        let limit = line.thickness + roughness(&columns, line.thickness);
        let mut kept: Vec<(i32, i32, i32)> = Vec::new();
        for &(x, top, bottom) in &columns {
            if bottom - top <= limit {
                clear_column(ink, x, top, bottom);
            } else {
                kept.push((x, top, bottom));
            }
        }
        // Roughness: a column or two that swell by a pixel more are no stroke.
        let mut from = 0;
        while from < kept.len() {
            let mut to = from + 1;
            while to < kept.len() && kept[to].0 == kept[to - 1].0 + 1 {
                to += 1;
            }
            let span = &kept[from..to];
            if span.len() <= 2 && span.iter().all(|s| s.2 - s.1 <= limit + 2) {
                for &(x, top, bottom) in span {
                    clear_column(ink, x, top, bottom);
                }
            }
            from = to;
        }
    }
    for line in lines {
        crumbs(ink, line);
    }
}

/// By how many pixels a line's thickness varies of itself, 1 to 3: what nearly all of its columns without strokes stay within.
fn roughness(columns: &[(i32, i32, i32)], thickness: i32) -> i32 {
    let mut swells = [0usize; 4];
    for &(_, top, bottom) in columns {
        if let Ok(swell) = usize::try_from((bottom - top - thickness).max(0))
            && swell < 4
        {
            swells[swell] += 1;
        }
    }
    let all: usize = swells.iter().sum();
    let mut within = 0;
    for (swell, count) in swells.iter().enumerate() {
        within += count;
        if within * 100 >= all * 96 {
            return (swell as i32).clamp(1, 3);
        }
    }
    1
}

/// What is left of a ruling once it is gone: pieces no higher than its band.
fn crumbs(ink: &mut Bitmap, line: &Traced) {
    let band = line.rect.inflate(2, 2);
    for piece in components(ink, &band.inflate(0, 2)) {
        let row = line.row(piece.rect.center_x());
        let reach = line.thickness / 2 + 3;
        let inside = piece.rect.top >= row - reach && piece.rect.bottom <= row + reach + 1;
        // Touching the edge of the looked-at band means that it goes on outside.
        let whole = piece.rect.top > band.top - 2 && piece.rect.bottom < band.bottom + 2;
        if inside && whole && piece.rect.height() <= line.thickness + 2 {
            ink.clear(&piece.rect);
        }
    }
}

/// Takes what is left of a frame's round corner out of the ink: pieces that lie wholly in its square and begin at its side, the first
/// rows of a transposed page or the last ones.
pub(super) fn corner(ink: &mut Bitmap, square: &Rect, at_first: bool) {
    const BESIDE: i32 = 7;
    for piece in components(ink, &square.inflate(1, 1)) {
        let rect = piece.rect;
        let beside = if at_first { rect.top - square.top } else { square.bottom - rect.bottom };
        if square.holds(&rect) && beside < BESIDE {
            ink.clear(&rect);
        }
    }
}

fn clear_column(ink: &mut Bitmap, x: i32, top: i32, bottom: i32) {
    for y in top..bottom {
        ink.set(x, y, false);
    }
}

/// The upright run of ink in column `x` at row `y`, give or take two pixels, followed no further than `far`.
fn run_at(ink: &Bitmap, x: i32, y: i32, far: i32) -> Option<(i32, i32)> {
    let start = [0, -1, 1, -2, 2].into_iter().map(|d| y + d).find(|&y| ink.get(x, y))?;
    let (mut top, mut bottom) = (start, start + 1);
    while start - top <= far && ink.get(x, top - 1) {
        top -= 1;
    }
    while bottom - start <= far && ink.get(x, bottom) {
        bottom += 1;
    }
    Some((top, bottom))
}

#[cfg(test)]
mod tests {
    use super::super::rulings::{Scale, find};
    use super::*;

    #[test]
    fn strokes_that_touch_or_cross_are_kept_whole() {
        let mut page = Bitmap::new(800, 200);
        let crossing: Vec<Rect> = (80..500).step_by(40).map(|x| Rect::new(x, 70, x + 4, 115)).collect();
        let standing: Vec<Rect> = (95..500).step_by(40).map(|x| Rect::new(x, 70, x + 4, 100)).collect();
        for stroke in crossing.iter().chain(&standing) {
            page.fill(stroke);
        }
        let strokes = page.clone();
        page.fill(&Rect::new(50, 100, 700, 103));
        let found = find(&page, &Scale::across(204));
        lines(&mut page, &found, 9);
        let mut lost = strokes.clone();
        lost.and_not(&page);
        assert_eq!(lost.count(&lost.bounds()), 0);
        page.and_not(&strokes);
        assert!(page.count(&page.bounds()) <= 3 * 4 * standing.len() as u64);
    }

    #[test]
    fn a_rough_line_leaves_no_crumbs() {
        let mut page = Bitmap::new(1200, 100);
        for x in 20..1150 {
            let y = 50 + x / 500;
            let swell = i32::from(x % 17 == 0) * 2 + i32::from(x % 23 == 0);
            if x % 61 != 0 {
                page.fill(&Rect::new(x, y - swell, x + 1, y + 3));
            }
        }
        let found = find(&page, &Scale::across(204));
        lines(&mut page, &found, 9);
        assert_eq!(page.count(&page.bounds()), 0);
    }
}
