//! The page's own line finder: where lines of writing stand, without reading them.
//!
//! On pages that read badly as a whole, a second reader takes every line that is found here. So a line too many costs time, and a
//! line cut in two or lost costs words.

use super::PreparedPage;
use super::components::{Component, components};
use crate::geometry::Rect;

/// A line of writing, or its part within a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// Around all of its ink, ascenders and descenders included.
    pub rect: Rect,
    /// Height of its taller letters in pixels: capitals and ascenders of print.
    pub height: i32,
}

/// A line while it grows.
struct Growing {
    rect: Rect,
    /// Top and bottom of the last letters, so that a line may slope.
    recent: (f32, f32),
    heights: Vec<i32>,
}

impl Growing {
    fn add(&mut self, rect: &Rect) {
        self.rect = self.rect.union(rect);
        self.heights.push(rect.height());
        let blend = |old: f32, new: i32| old * 0.7 + new as f32 * 0.3;
        self.recent = (blend(self.recent.0, rect.top), blend(self.recent.1, rect.bottom));
    }

    /// Share of the lower of the two heights that the line's end and `rect` have in common.
    fn shared(&self, rect: &Rect) -> f32 {
        let overlap = self.recent.1.min(rect.bottom as f32) - self.recent.0.max(rect.top as f32);
        overlap / (self.recent.1 - self.recent.0).min(rect.height() as f32).max(1.0)
    }

    fn height(&self) -> i32 {
        let mut sorted = self.heights.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 4 / 5).copied().unwrap_or(0)
    }
}

/// Finds the lines of `page`, in reading order: row by row, left to right within a row. Wide gaps part columns.
pub fn text_lines(page: &PreparedPage) -> Vec<TextLine> {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let pieces: Vec<Component> = components(&page.writing, &page.writing.bounds())
        .into_iter()
        .filter(|c| !is_frame(c, page.dpi) && c.rect.height() <= inches(1.0))
        .collect();
    let usual = usual_height(&pieces, page.dpi);
    let (mut letters, mut small, mut tall) = (Vec::new(), Vec::new(), Vec::new());
    for piece in &pieces {
        let height = piece.rect.height();
        let wide_dash = piece.rect.width() > 2 * usual;
        if height as f32 > 2.6 * usual as f32 {
            tall.push(piece.rect);
        } else if height * 2 >= usual || (wide_dash && height * 4 >= usual) {
            letters.push(piece.rect);
        } else {
            small.push(piece.rect);
        }
    }
    letters.sort_by_key(|r| (r.left, r.top, r.right));
    let mut lines = join_overlapping(grow(&letters, usual), usual);
    attach(&mut lines, &small, usual);
    for rect in tall {
        let crossed: Vec<usize> = (0..lines.len())
            .filter(|&i| lines[i].rect.overlap_x(&rect) > 0 && lines[i].rect.overlap_y(&rect) > 0)
            .collect();
        // What crosses several lines belongs to each of them already; alone it is a line of big writing.
        if crossed.is_empty() {
            lines.push(Growing { rect, recent: (rect.top as f32, rect.bottom as f32), heights: vec![rect.height()] });
        } else if let [only] = crossed[..]
            && lines[only].rect.overlap_y(&rect) * 2 >= lines[only].rect.height()
        {
            lines[only].add(&rect);
        }
    }
    let found = lines
        .iter()
        .filter(|line| {
            line.heights.len() >= 2 || (line.rect.height() >= inches(0.06) && line.rect.width() >= inches(0.015))
        })
        .filter(|line| line.rect.height() >= inches(0.03))
        .map(|line| TextLine { rect: line.rect, height: line.height() })
        .collect();
    levels(found, |line| line.rect).concat()
}

/// Boxes and leftovers of tables: large, and nearly empty.
pub(super) fn is_frame(piece: &Component, dpi: u32) -> bool {
    let (width, height) = (piece.rect.width() as f32 / dpi as f32, piece.rect.height() as f32 / dpi as f32);
    width > 0.5 && height > 0.35 && (piece.ink as i64) * 12 < piece.rect.area()
}

/// The usual height of letters in pixels, by the ink they carry; a tenth of an inch on a page without any.
fn usual_height(pieces: &[Component], dpi: u32) -> i32 {
    let inches = |x: f32| (x * dpi as f32).round() as i32;
    let mut heights: Vec<(i32, u64)> = pieces
        .iter()
        .filter(|c| (inches(0.04)..=inches(0.3)).contains(&c.rect.height()) && c.rect.width() <= inches(2.5))
        .map(|c| (c.rect.height(), u64::from(c.ink)))
        .collect();
    heights.sort_unstable();
    let half = heights.iter().map(|h| h.1).sum::<u64>() / 2;
    let mut seen = 0;
    for (height, ink) in heights {
        seen += ink;
        if seen >= half {
            return height;
        }
    }
    inches(0.1)
}

/// Strings letters together from left to right.
fn grow(letters: &[Rect], usual: i32) -> Vec<Growing> {
    let mut lines: Vec<Growing> = Vec::new();
    for rect in letters {
        let best = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| {
                let reach = 2 * usual.max(line.height().min(2 * usual));
                rect.left - line.rect.right <= reach
            })
            .map(|(index, line)| (index, line.shared(rect)))
            .filter(|(_, shared)| *shared >= 0.45)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        match best {
            Some((index, _)) => lines[index].add(rect),
            None => lines.push(Growing {
                rect: *rect,
                recent: (rect.top as f32, rect.bottom as f32),
                heights: vec![rect.height()],
            }),
        }
    }
    lines
}

/// Joins lines that turned out to be one: on the same rows, and beside or into each other.
fn join_overlapping(mut lines: Vec<Growing>, usual: i32) -> Vec<Growing> {
    lines.sort_by_key(|l| (l.rect.top, l.rect.left));
    let mut index = 0;
    while index < lines.len() {
        let partner = (index + 1..lines.len()).find(|&other| {
            let (a, b) = (&lines[index].rect, &lines[other].rect);
            let gap = a.left.max(b.left) - a.right.min(b.right);
            a.overlap_y(b) * 10 >= a.height().min(b.height()) * 6
                && gap <= usual
                && a.height().max(b.height()) <= 3 * a.height().min(b.height())
        });
        match partner {
            Some(other) => {
                let joined = lines.remove(other);
                let line = &mut lines[index];
                line.rect = line.rect.union(&joined.rect);
                line.heights.extend(joined.heights);
                index = 0;
            }
            None => index += 1,
        }
    }
    lines
}

/// Gives dots, commas, accents and hyphens to the line they stand in.
fn attach(lines: &mut [Growing], small: &[Rect], usual: i32) {
    let bodies: Vec<Rect> = lines.iter().map(|l| l.rect).collect();
    for rect in small {
        let home = bodies
            .iter()
            .enumerate()
            .filter(|(_, body)| body.inflate(usual * 3 / 4, usual * 2 / 5).holds(rect))
            .min_by_key(|(index, body)| ((body.center_y() - rect.center_y()).abs(), *index));
        if let Some((index, _)) = home {
            lines[index].rect = lines[index].rect.union(rect);
        }
    }
}

/// Puts what stands on one level side by side, level by level from the top.
pub(super) fn levels<T>(mut items: Vec<T>, rect: impl Fn(&T) -> Rect) -> Vec<Vec<T>> {
    items.sort_by_key(|item| (rect(item).center_y(), rect(item).left));
    let mut levels: Vec<Vec<T>> = Vec::new();
    for item in items {
        let own = rect(&item);
        let is_beside = |other: &T| rect(other).overlap_x(&own) * 4 < rect(other).width().min(own.width()).max(1);
        let level = levels.iter_mut().rev().take(3).find(|level| {
            level.first().map(&rect).is_some_and(|first| {
                first.overlap_y(&own) * 2 >= first.height().min(own.height()) && level.iter().all(is_beside)
            })
        });
        match level {
            Some(level) => level.push(item),
            None => levels.push(vec![item]),
        }
    }
    for level in &mut levels {
        level.sort_by_key(|item| (rect(item).left, rect(item).top));
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::super::Bitmap;
    use super::*;

    /// Letters of an H's shape, every third with a dot above.
    fn words(page: &mut Bitmap, left: i32, top: i32, letters: i32) {
        for letter in 0..letters {
            let x = left + letter * 16;
            page.fill(&Rect::new(x, top, x + 3, top + 20));
            page.fill(&Rect::new(x, top + 8, x + 11, top + 11));
            page.fill(&Rect::new(x + 8, top, x + 11, top + 20));
            if letter % 3 == 0 {
                page.fill(&Rect::new(x + 4, top - 6, x + 7, top - 3));
            }
        }
    }

    #[test]
    fn columns_part_and_rows_stay_in_order() {
        let mut ink = Bitmap::new(1200, 400);
        words(&mut ink, 100, 100, 20);
        words(&mut ink, 700, 102, 15);
        words(&mut ink, 100, 140, 12);
        let lines = text_lines(&PreparedPage::from_ink(ink, 204));
        let lefts: Vec<(i32, i32)> = lines.iter().map(|l| (l.rect.left, l.rect.top)).collect();
        assert_eq!(lefts, [(100, 94), (700, 96), (100, 134)]);
        assert!(lines.iter().all(|l| l.height == 20 && l.rect.height() == 26));
    }

    #[test]
    fn a_sloping_line_stays_one() {
        let mut ink = Bitmap::new(1200, 400);
        for word in 0..10 {
            words(&mut ink, 80 + word * 100, 100 + word * 4, 5);
            words(&mut ink, 80 + word * 100, 145 + word * 4, 5);
        }
        let lines = text_lines(&PreparedPage::from_ink(ink, 204));
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn rulings_and_specks_are_no_lines() {
        let mut ink = Bitmap::new(1200, 400);
        ink.fill(&Rect::new(100, 100, 900, 103));
        for i in 0..40 {
            ink.fill(&Rect::new(30 * i, (37 * i) % 390, 30 * i + 2, (37 * i) % 390 + 2));
        }
        assert_eq!(text_lines(&PreparedPage::from_ink(ink, 204)), []);
    }
}
