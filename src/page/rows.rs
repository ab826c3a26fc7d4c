//! Rows of writing, found from the page's own pieces of ink and measured as a reader of lines wants them.
//!
//! Letters of like height that follow each other on one level make a row, whatever the other rows of the page look like: small print, headings and
//! writing by hand stand beside each other on a form. [`super::lines`] finds the same writing for the second reader, which needs no measures.

use super::PreparedPage;
use super::components::{Component, components};
use super::lines::{is_frame, levels};
use super::row_heights::{self, Heights};
use crate::geometry::Rect;

/// A row of writing, or its part within a column.
#[derive(Clone, Debug, PartialEq)]
pub struct TextRow {
    /// Its pieces of ink, left to right.
    pub letters: Vec<Rect>,
    /// Around all of them.
    pub rect: Rect,
    pub baseline: Baseline,
    pub heights: Heights,
    /// Its line, counted from the top: rows beside each other are parts of one.
    pub line: u32,
}

/// A straight line under the letters of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    through: (f32, f32),
    slope: f32,
}

/// Height from which a piece of ink may be a letter, in inches: small letters of print of 4 points.
const LEAST_LETTER: f32 = 0.03;
/// Height of a letter that stands alone, in inches: a lower one is a speck or a bullet.
const LEAST_ALONE: f32 = 0.06;
/// Height of the tallest letter, in inches.
const TALLEST_LETTER: f32 = 1.0;
/// Height of the tallest upright stroke, in inches: what is left of a ruling between cells is higher.
const TALLEST_BAR: f32 = 0.5;
/// Least and greatest height of a letter, in those of the letters before it: commas and brackets.
const LIKE: (f32, f32) = (0.4, 2.5);
/// Share of the lower of two heights that neighbours in a row have in common.
const LEVEL: f32 = 0.45;
/// Letters of a row that has marks around it.
const WORD: usize = 3;
/// Widest gap within a row, in heights of its letters.
const WIDEST_GAP: f32 = 2.0;

/// The rows of `page` in reading order: from the top, and left to right where they stand beside each other.
pub fn text_rows(page: &PreparedPage) -> Vec<TextRow> {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let is_ink = |c: &Component| {
        let is_bar = c.rect.height() > inches(TALLEST_BAR) && c.rect.height() > 8 * c.rect.width();
        !is_bar && !is_frame(c, page.dpi) && c.rect.height() <= inches(TALLEST_LETTER)
    };
    let pieces = components(&page.writing, &page.writing.bounds()).into_iter().filter(is_ink).map(|c| c.rect);
    let (mut letters, mut marks): (Vec<Rect>, Vec<Rect>) =
        pieces.partition(|rect| rect.height() >= inches(LEAST_LETTER));
    letters.sort_by_key(|r| (r.left, r.top, r.right));
    let mut rows = joined(grown(&letters));
    marks.extend(crumbs(&mut rows));
    attach(&mut rows, marks);
    let is_read = |row: &Growing| row.letters.len() > 1 || row.rect.height() >= inches(LEAST_ALONE);
    let mut rows: Vec<TextRow> = rows.into_iter().filter(is_read).map(Growing::done).collect();
    row_heights::measure(&mut rows);
    let mut levels = levels(rows, |row| row.rect);
    for (number, level) in (0..).zip(&mut levels) {
        level.iter_mut().for_each(|row| row.line = number);
    }
    levels.concat()
}

/// A row while it grows.
struct Growing {
    letters: Vec<Rect>,
    rect: Rect,
    /// Top and bottom of the last letters, so that a row may slope.
    recent: (f32, f32),
    /// Height of the last letters.
    height: f32,
}

impl Growing {
    fn new(rect: Rect) -> Self {
        Growing {
            letters: vec![rect],
            rect,
            recent: (rect.top as f32, rect.bottom as f32),
            height: rect.height() as f32,
        }
    }

    fn add(&mut self, rect: Rect) {
        let blend = |old: f32, new: i32| old * 0.7 + new as f32 * 0.3;
        self.recent = (blend(self.recent.0, rect.top), blend(self.recent.1, rect.bottom));
        self.height = blend(self.height, rect.height());
        self.rect = self.rect.union(&rect);
        self.letters.push(rect);
    }

    /// How well a letter goes on with the row, if it does: the share of height that they have in common.
    fn takes(&self, letter: &Rect) -> Option<f32> {
        let height = letter.height() as f32;
        let tall = self.height.max(height);
        if (letter.left - self.rect.right) as f32 > WIDEST_GAP * tall
            || !(LIKE.0..=LIKE.1).contains(&(height / self.height))
        {
            return None;
        }
        let overlap = self.recent.1.min(letter.bottom as f32) - self.recent.0.max(letter.top as f32);
        let shared = overlap / (self.recent.1 - self.recent.0).min(height).max(1.0);
        (shared >= LEVEL).then_some(shared)
    }

    /// Whether the row ends too far to the left of a letter to take it or any behind it.
    fn is_passed(&self, letter: &Rect) -> bool {
        (letter.left - self.rect.right) as f32 > WIDEST_GAP * LIKE.1 * self.height
    }

    /// Where most of its letters end.
    fn foot(&self) -> i32 {
        let mut feet: Vec<i32> = self.letters.iter().map(|letter| letter.bottom).collect();
        let middle = feet.len() / 2;
        *feet.select_nth_unstable(middle).1
    }

    fn done(mut self) -> TextRow {
        self.letters.sort_by_key(|r| (r.left, r.top, r.right));
        let baseline = Baseline::under(&self.letters);
        TextRow { letters: self.letters, rect: self.rect, baseline, heights: Heights::default(), line: 0 }
    }
}

/// Strings letters together from left to right.
fn grown(letters: &[Rect]) -> Vec<Growing> {
    let (mut open, mut closed): (Vec<Growing>, Vec<Growing>) = Default::default();
    for letter in letters {
        closed.extend(open.extract_if(.., |row| row.is_passed(letter)));
        let takers = open.iter().enumerate().filter_map(|(at, row)| Some((at, row.takes(letter)?)));
        match takers.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))) {
            Some((at, _)) => open[at].add(*letter),
            None => open.push(Growing::new(*letter)),
        }
    }
    closed.extend(open);
    closed
}

/// Joins rows that turned out to be one: on the same level, and beside or into each other.
fn joined(mut rows: Vec<Growing>) -> Vec<Growing> {
    rows.sort_by_key(|row| (row.rect.top, row.rect.left, row.rect.right));
    let (mut open, mut closed): (Vec<Growing>, Vec<Growing>) = Default::default();
    for mut row in rows {
        closed.extend(open.extract_if(.., |other| other.rect.bottom <= row.rect.top));
        while let Some(at) = open.iter().position(|other| are_one(other, &row)) {
            let other = open.remove(at);
            row.rect = row.rect.union(&other.rect);
            row.letters.extend(other.letters);
        }
        open.push(row);
    }
    closed.extend(open);
    closed
}

fn are_one(a: &Growing, b: &Growing) -> bool {
    let gap = a.rect.left.max(b.rect.left) - a.rect.right.min(b.rect.right);
    let (low, tall) = (a.rect.height().min(b.rect.height()), a.rect.height().max(b.rect.height()));
    a.rect.overlap_y(&b.rect) * 10 >= low * 6
        && gap <= low
        && tall <= 2 * low
        && (a.foot() - b.foot()).abs() * 10 <= low * 3
}

/// Takes out of the rows what belongs to a taller one around it: the dots of two letters, a comma.
fn crumbs(rows: &mut Vec<Growing>) -> Vec<Rect> {
    let bodies: Vec<Rect> = rows.iter().filter(|row| row.letters.len() >= WORD).map(|row| row.rect).collect();
    let is_crumb = |row: &Growing| {
        bodies.iter().any(|body| {
            (2 * row.rect.height()..=8 * row.rect.height()).contains(&body.height())
                && row.rect.width() <= body.height()
                && body.width() > 2 * row.rect.width()
                && around(body).holds(&row.rect)
        })
    };
    let (crumbs, whole) = std::mem::take(rows).into_iter().partition::<Vec<_>, _>(is_crumb);
    *rows = whole;
    crumbs.into_iter().flat_map(|row| row.letters).collect()
}

/// Where the marks of a row may stand.
fn around(row: &Rect) -> Rect {
    row.inflate(row.height() * 3 / 4, row.height() / 4)
}

/// Gives dots, commas, accents and hyphens to the row they stand in.
fn attach(rows: &mut [Growing], marks: Vec<Rect>) {
    let bodies: Vec<Rect> = rows.iter().map(|row| row.rect).collect();
    for mark in marks {
        let home = bodies
            .iter()
            .enumerate()
            .filter(|(_, body)| body.height() >= mark.height() && around(body).holds(&mark))
            .min_by_key(|(at, body)| ((body.center_y() - mark.center_y()).abs(), *at));
        if let Some((at, _)) = home {
            rows[at].rect = rows[at].rect.union(&mark);
            rows[at].letters.push(mark);
        }
    }
}

impl Baseline {
    #[cfg(test)]
    pub(crate) fn level(y: f32) -> Baseline {
        Baseline { through: (0.0, y), slope: 0.0 }
    }

    /// The row of pixels under the letters at a column.
    pub fn at(&self, x: f32) -> f32 {
        self.through.1 + self.slope * (x - self.through.0)
    }

    /// Through the feet of most letters: those that hang below or stand above do not count.
    fn under(letters: &[Rect]) -> Baseline {
        let tall = letters.iter().map(Rect::height).max().unwrap_or(1) as f32;
        let mut feet: Vec<(f32, f32)> =
            letters.iter().map(|r| ((r.left + r.right) as f32 / 2.0, r.bottom as f32)).collect();
        let mut ends: Vec<f32> = feet.iter().map(|foot| foot.1).collect();
        ends.sort_by(f32::total_cmp);
        let middle = ends.get(ends.len() / 2).copied().unwrap_or(0.0);
        let mut line = Baseline { through: (0.0, middle), slope: 0.0 };
        for slack in [0.35, 0.2, 0.12, 0.08] {
            feet.retain(|(x, y)| (y - line.at(*x)).abs() <= (slack * tall).max(1.5));
            if feet.is_empty() {
                break;
            }
            line = Baseline::fitted(&feet, tall);
        }
        line
    }

    /// The line that lies nearest to the points; level where they do not stand wide enough apart to tell.
    fn fitted(points: &[(f32, f32)], tall: f32) -> Baseline {
        let count = points.len() as f32;
        let mean_x = points.iter().map(|p| p.0).sum::<f32>() / count;
        let mean_y = points.iter().map(|p| p.1).sum::<f32>() / count;
        let square: f32 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
        let along: f32 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
        let wide = square > count * (2.0 * tall).powi(2);
        let slope = if wide { (along / square).clamp(-STEEPEST, STEEPEST) } else { 0.0 };
        Baseline { through: (mean_x, mean_y), slope }
    }
}

/// Slope of a row on a page that was put straight.
const STEEPEST: f32 = 0.05;

#[cfg(test)]
mod tests {
    use super::super::Bitmap;
    use super::*;

    /// Letters of an H's shape: `(left, top)` of the first, and the size of each.
    fn letters(page: &mut Bitmap, (left, top): (i32, i32), count: i32, (width, height): (i32, i32)) {
        for letter in 0..count {
            let x = left + letter * (width + 4);
            page.fill(&Rect::new(x, top, x + 3, top + height));
            page.fill(&Rect::new(x, top + height / 2, x + width, top + height / 2 + 3));
            page.fill(&Rect::new(x + width - 3, top, x + width, top + height));
        }
    }

    fn rows_of(ink: Bitmap) -> Vec<TextRow> {
        text_rows(&PreparedPage::from_ink(ink, 204))
    }

    #[test]
    fn small_print_and_tall_writing_below_it_are_two_rows() {
        let mut ink = Bitmap::new(1200, 400);
        letters(&mut ink, (100, 100), 20, (8, 12));
        letters(&mut ink, (104, 114), 6, (24, 40));
        let rects: Vec<(i32, i32)> = rows_of(ink).iter().map(|row| (row.rect.top, row.rect.height())).collect();
        assert_eq!(rects, [(100, 12), (114, 40)]);
    }

    #[test]
    fn a_box_beside_two_rows_does_not_make_one_of_them() {
        let mut ink = Bitmap::new(1200, 400);
        letters(&mut ink, (100, 110), 1, (28, 32));
        letters(&mut ink, (150, 100), 12, (12, 18));
        letters(&mut ink, (150, 134), 12, (12, 18));
        let rows = rows_of(ink);
        let printed: Vec<i32> =
            rows.iter().filter(|row| row.letters.len() >= 12).map(|row| row.rect.height()).collect();
        assert_eq!(printed.len(), 2, "{rows:?}");
        assert!(printed.iter().all(|height| *height <= 42), "{printed:?}");
    }

    #[test]
    fn dots_go_to_their_row_and_a_speck_alone_is_none() {
        let mut ink = Bitmap::new(1200, 400);
        letters(&mut ink, (100, 100), 10, (12, 20));
        ink.fill(&Rect::new(260, 113, 267, 120));
        ink.fill(&Rect::new(260, 98, 267, 105));
        ink.fill(&Rect::new(800, 300, 807, 308));
        let rows = rows_of(ink);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((rows[0].rect.top, rows[0].letters.len()), (98, 12));
    }

    #[test]
    fn rows_beside_each_other_are_one_line() {
        let mut ink = Bitmap::new(1200, 400);
        letters(&mut ink, (100, 100), 10, (12, 20));
        letters(&mut ink, (600, 103), 10, (12, 20));
        letters(&mut ink, (100, 140), 10, (12, 20));
        let found: Vec<(i32, u32)> = rows_of(ink).iter().map(|row| (row.rect.left, row.line)).collect();
        assert_eq!(found, [(100, 0), (600, 0), (100, 1)]);
    }

    #[test]
    fn a_baseline_runs_under_a_sloping_row_and_not_under_its_descenders() {
        let feet: Vec<Rect> = (0..30)
            .map(|i| Rect::new(i * 16, 80 + i / 3, i * 16 + 12, 100 + i / 3 + if i % 5 == 0 { 7 } else { 0 }))
            .collect();
        let baseline = Baseline::under(&feet);
        assert!((baseline.at(6.0) - 100.0).abs() < 1.0 && (baseline.at(470.0) - 109.5).abs() < 1.0, "{baseline:?}");
    }

    #[test]
    fn what_is_left_of_a_ruling_is_no_letter() {
        let mut ink = Bitmap::new(1200, 400);
        letters(&mut ink, (100, 100), 10, (12, 20));
        let mut page = PreparedPage::from_ink(ink, 204);
        let alone = text_rows(&page);
        page.writing.fill(&Rect::new(400, 60, 405, 250));
        let ruled = text_rows(&page);
        assert_eq!(ruled, alone);
    }
}
