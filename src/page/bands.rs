//! Dark bands: the headings that a form prints white on black, and the bars beside its parts.
//!
//! No line is drawn around them, but the cells next to them end where they begin. Nobody writes on their edges as on a line.

use super::Bitmap;
use super::prepare::{Ruling, Rulings};
use crate::geometry::Rect;

/// Of the pixels of a word, from which it counts as dark: white letters leave most of a band, black ones fill less of their line.
const DARK: u32 = 38;
/// Shortest and lowest band, and the highest one, in inches: a value that a pen blackened is shorter, and pictures are higher.
const SHORTEST: f32 = 1.5;
const HEIGHTS: (f32, f32) = (0.09, 0.8);
/// Rows that specks and dropouts may take from a band, one after another.
const LOST_ROWS: i32 = 3;

/// The dark bands of a page that run across it.
pub(super) fn find(ink: &Bitmap, dpi: u32) -> Vec<Rect> {
    let inches = |x: f32| (x * dpi as f32).round() as i32;
    let least = ((SHORTEST * dpi as f32 / 64.0).ceil() as usize).max(1);
    let mut open: Vec<Band> = Vec::new();
    let mut bands = Vec::new();
    for y in 0..ink.height() as i32 {
        for (left, right) in dark_runs(ink, y, least, inches(0.02)) {
            let joins = |band: &&mut Band| {
                let shared = right.min(band.right) - left.max(band.left);
                shared * 2 > (right - left).min(band.right - band.left)
            };
            match open.iter_mut().find(joins) {
                Some(band) => band.take(y, left, right),
                None => open.push(Band { left, right, rows: vec![(y, left, right)] }),
            }
        }
        let (done, still) = open.into_iter().partition(|band| y - band.last() > LOST_ROWS);
        open = still;
        bands.extend::<Vec<Band>>(done);
    }
    bands.extend(open);
    let heights = inches(HEIGHTS.0)..=inches(HEIGHTS.1);
    let mut found: Vec<Rect> = bands
        .iter()
        .filter(|band| band.rows.len() as i32 * 10 >= band.height() * 7)
        .filter(|band| heights.contains(&band.height()))
        .map(Band::rect)
        .filter(|rect| is_straight(ink, rect))
        .collect();
    found.sort_by_key(|rect| (rect.top, rect.left));
    found
}

/// Adds the edges of bands that no ruling runs along.
pub(super) fn add_edges(edges: &mut Rulings, bands: &[Rect], rulings: &Rulings, dpi: u32) {
    const EDGE: i32 = 2;
    let near = dpi as i32 / 40;
    let level = |line: &Rect, edge: &Rect| {
        (line.center_y() - edge.center_y()).abs() <= near && line.overlap_x(edge) * 10 >= edge.width() * 9
    };
    let upright = |line: &Rect, edge: &Rect| {
        (line.center_x() - edge.center_x()).abs() <= near && line.overlap_y(edge) * 10 >= edge.height() * 9
    };
    for band in bands {
        for top in [band.top, band.bottom - EDGE] {
            add_edge(&mut edges.horizontal, Rect { top, bottom: top + EDGE, ..*band }, &rulings.horizontal, level);
        }
        for left in [band.left, band.right - EDGE] {
            add_edge(&mut edges.vertical, Rect { left, right: left + EDGE, ..*band }, &rulings.vertical, upright);
        }
    }
}

/// Adds an edge unless one of the rulings runs along it.
fn add_edge(edges: &mut Vec<Ruling>, edge: Rect, rulings: &[Ruling], runs_along: impl Fn(&Rect, &Rect) -> bool) {
    if !rulings.iter().any(|ruling| runs_along(&ruling.rect, &edge)) {
        edges.push(Ruling { rect: edge, ink: edge.area() as u32 });
    }
}

/// Makes what is white on a band the ink there, and the band white.
pub(super) fn turn_dark(writing: &mut Bitmap, band: &Rect) {
    /// The band's edge is frayed, the skew leaves steps in it, and no letter stands on it.
    const EDGE: i32 = 4;
    /// Longer runs of ink right beside the band are steps and not the feet of letters.
    const FOOT: i32 = 10;
    let inside = band.inflate(-EDGE, -EDGE);
    for y in (band.top - EDGE..band.top).chain(band.bottom..band.bottom + EDGE).filter(|y| *y >= 0) {
        let mut steps = Vec::new();
        writing.for_runs(y as u32, band.left, band.right, |left, right| {
            steps.extend((right - left >= FOOT).then_some((left, right)));
        });
        steps.iter().for_each(|&(left, right)| writing.write_run(y as u32, left, right, false));
    }
    for y in band.top..band.bottom {
        let mut white = Vec::new();
        let mut from = inside.left;
        writing.for_runs(y as u32, inside.left, inside.right, |left, right| {
            white.push((from, left));
            from = right;
        });
        white.push((from, inside.right));
        writing.write_run(y as u32, band.left, band.right, false);
        let letters: i32 = white.iter().map(|(left, right)| right - left).sum();
        // A row that the fax lost is no line of ink.
        if (inside.top..inside.bottom).contains(&y) && letters * 2 < inside.width() {
            white.iter().for_each(|&(left, right)| writing.write_run(y as u32, left, right, true));
        }
    }
}

/// Dark rows under each other.
struct Band {
    left: i32,
    right: i32,
    /// For each row where it is dark from and to.
    rows: Vec<(i32, i32, i32)>,
}

impl Band {
    fn last(&self) -> i32 {
        self.rows.last().map_or(0, |row| row.0)
    }

    fn take(&mut self, y: i32, left: i32, right: i32) {
        (self.left, self.right) = (self.left.min(left), self.right.max(right));
        match self.rows.last_mut() {
            // Letters part a row.
            Some(row) if row.0 == y => *row = (y, row.1.min(left), row.2.max(right)),
            _ => self.rows.push((y, left, right)),
        }
    }

    fn height(&self) -> i32 {
        self.last() + 1 - self.rows.first().map_or(0, |row| row.0)
    }

    /// Its box, with the sides that a few of its rows have: letters hide where the others begin.
    fn rect(&self) -> Rect {
        const FEW: usize = 4;
        let mut lefts: Vec<i32> = self.rows.iter().map(|row| row.1).collect();
        let mut rights: Vec<i32> = self.rows.iter().map(|row| row.2).collect();
        lefts.sort_unstable();
        rights.sort_unstable_by_key(|right| std::cmp::Reverse(*right));
        let few = FEW.min(self.rows.len()) - 1;
        let top = self.rows.first().map_or(0, |row| row.0);
        Rect::new(lefts[few], top, rights[few], self.last() + 1)
    }
}

/// Where a row is dark for `least` words and more; it goes on over gaps of `gap` pixels.
fn dark_runs(ink: &Bitmap, y: i32, least: usize, gap: i32) -> Vec<(i32, i32)> {
    let words = ink.row(y as u32);
    let mut runs = Vec::new();
    // Nearly no row has one: a run of so many words holds one of every so many.
    if !words.iter().skip(least - 1).step_by(least).any(|word| is_dark(*word)) {
        return runs;
    }
    let mut at = 0;
    for run in words.chunk_by(|a, b| is_dark(*a) == is_dark(*b)) {
        if run.len() >= least && is_dark(run[0]) {
            let (mut left, mut right) = (at as i32 * 64, (at + run.len()) as i32 * 64);
            while let Some(x) = (left - gap..left).find(|x| ink.get(*x, y)) {
                left = x;
            }
            while let Some(x) = (right..right + gap).rev().find(|x| ink.get(*x, y)) {
                right = x + 1;
            }
            // The outermost words need not be dark to their ends.
            while right > left && !ink.get(right - 1, y) {
                right -= 1;
            }
            while left < right && !ink.get(left, y) {
                left += 1;
            }
            runs.push((left, right));
        }
        at += run.len();
    }
    runs
}

/// Whether a dark area has four straight sides, but for the steps that the skew leaves. What a pen blackened has ragged ones.
fn is_straight(ink: &Bitmap, rect: &Rect) -> bool {
    const STEP: i32 = 3;
    const SIDE: i32 = 3;
    let inner = rect.inflate(-STEP, -STEP);
    let filled = |side: Rect| ink.count(&side) as i64 * 100 >= side.area() * 80;
    filled(Rect { right: inner.left + SIDE, ..inner })
        && filled(Rect { left: inner.right - SIDE, ..inner })
        && filled(Rect { bottom: inner.top + 1, ..inner })
        && filled(Rect { top: inner.bottom - 1, ..inner })
}

fn is_dark(word: u64) -> bool {
    word.count_ones() >= DARK
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A band with white letters in it over a line of black ones.
    fn page() -> Bitmap {
        let mut page = Bitmap::new(1700, 600);
        page.fill(&Rect::new(150, 100, 1530, 136));
        for letter in 0..20 {
            let left = 170 + letter * 22;
            page.clear(&Rect::new(left, 108, left + 5, 128));
            page.clear(&Rect::new(left, 108, left + 14, 112));
            page.fill(&Rect::new(left, 208, left + 5, 228));
            page.fill(&Rect::new(left, 208, left + 14, 212));
        }
        page
    }

    #[test]
    fn a_heading_white_on_black_is_a_band_and_a_line_of_print_is_none() {
        assert_eq!(find(&page(), 204), [Rect::new(150, 100, 1530, 136)]);
        assert_eq!(find(&page().transposed(), 204), []);
    }

    #[test]
    fn what_a_pen_blackened_is_no_band() {
        let mut page = Bitmap::new(1700, 600);
        for row in 0..40 {
            let ragged = (row * 7) % 13;
            page.fill(&Rect::new(300 + ragged, 100 + row, 860 - ragged, 101 + row));
        }
        assert_eq!(find(&page, 204), []);
    }

    #[test]
    fn its_letters_are_ink_and_it_is_none() {
        let (band, mut page) = (Rect::new(150, 100, 1530, 136), page());
        let letters = band.area() as u64 - page.count(&band);
        page.clear(&Rect::new(150, 120, 1530, 121));
        turn_dark(&mut page, &band);
        assert_eq!(page.count(&band), letters - 20 * 5);
        assert_eq!(page.ink_bounds(&band).map(|ink| (ink.top, ink.bottom)), Some((108, 128)));
    }

    #[test]
    fn its_edges_bound_unless_a_line_does() {
        let drawn = Ruling { rect: Rect::new(140, 97, 1540, 100), ink: 4000 };
        let (rulings, mut edges) = (Rulings { horizontal: vec![drawn], vertical: Vec::new() }, Rulings::default());
        add_edges(&mut edges, &find(&page(), 204), &rulings, 204);
        assert_eq!(edges.horizontal.iter().map(|r| r.rect.top).collect::<Vec<_>>(), [134]);
        assert_eq!(edges.vertical.iter().map(|r| r.rect.left).collect::<Vec<_>>(), [150, 1528]);
    }
}
