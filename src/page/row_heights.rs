//! How tall the letters of a row are: x-height, ascenders and descenders, as Tesseract measures them (`textord/makerow.cpp`,
//! `compute_xheight_from_modes` and its neighbours).
//!
//! Ported from Tesseract 5.3.0 (copyright Google Inc. and others; Apache License, version 2.0), with heights in one count instead of a histogram
//! with modes, and rows of like print instead of a block's. The recogniser was trained on lines cut at these heights. A row whose letters do not tell them takes them from rows of the same print.

use super::rows::TextRow;

/// Heights of a row's letters in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heights {
    pub x_height: f32,
    /// Of ascenders and capitals above the x-height.
    pub ascenders: f32,
    /// Of descenders below the baseline.
    pub descenders: f32,
}

impl Heights {
    /// From the lowest descender to the highest ascender.
    pub fn line(&self) -> f32 {
        self.x_height + self.ascenders + self.descenders
    }
}

/// What a row's letters show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Letters of two heights above the baseline.
    Ascenders,
    /// Of one height, and some hang below.
    Descenders,
    /// Of one height.
    Body,
    Nothing,
}

struct Own {
    heights: Heights,
    /// Letters that have the x-height.
    evidence: i32,
    seen: Seen,
}

/// Ascenders and capitals are so many times as high as small letters.
const ASCENDING: (f32, f32) = (1.25, 1.8);
/// Descenders, as a share of the x-height.
const DESCENDING: (f32, f32) = (0.25, 0.6);
/// Letters that have the x-height, and that rise above it or hang below it, as shares of the most letters of one height.
const LEAST_BODY: f32 = 0.4;
const LEAST_RISING: f32 = 0.08;
/// A letter that fills less of its height above the baseline is a mark that floats.
const FLOATING: f32 = 0.75;
/// By how much the heights of one print differ from row to row.
const LIKENESS: f32 = 0.1;
/// Ascenders and descenders of a print that shows none, as shares of the x-height.
const USUAL: Heights = Heights { x_height: 1.0, ascenders: 0.5, descenders: 0.5 };

/// Measures each row by its own letters and those of the other rows.
pub(super) fn measure(rows: &mut [TextRow]) {
    let own: Vec<Own> = rows.iter().map(own_heights).collect();
    let full: Vec<&Own> = own.iter().filter(|own| own.seen == Seen::Ascenders).collect();
    let shares = shares(&full);
    for (row, own) in rows.iter_mut().zip(&own) {
        row.heights = settled(own, &full, shares, row.rect.height() as f32);
    }
}

/// Counts of letters by height.
struct Counts(Vec<i32>);

impl Counts {
    fn at(&self, height: i32) -> i32 {
        usize::try_from(height).ok().and_then(|at| self.0.get(at)).copied().unwrap_or(0)
    }

    fn add(&mut self, height: f32) {
        if let Some(count) = self.0.get_mut((height + 0.5) as usize) {
            *count += 1;
        }
    }

    /// The height that most letters have, the lower of two, and how many.
    fn mode(&self) -> (i32, i32) {
        (0..).zip(&self.0).fold((0, 0), |best, (height, &count)| if count > best.1 { (height, count) } else { best })
    }
}

fn own_heights(row: &TextRow) -> Own {
    let above = |r: &crate::geometry::Rect| row.baseline.at((r.left + r.right) as f32 / 2.0) - r.top as f32;
    let tallest = row.letters.iter().map(|r| r.height()).max().unwrap_or(0);
    let least = (tallest as f32 / 4.0).max(3.0);
    let mut tops = Counts(vec![0; tallest as usize * 2 + 2]);
    let mut firm = Counts(vec![0; tallest as usize * 2 + 2]);
    for r in &row.letters {
        let top = above(r);
        if top >= least {
            tops.add(top);
            if r.height() as f32 >= FLOATING * top {
                firm.add(top);
            }
        }
    }
    let (x_height, ascenders, evidence) = two_heights(&tops, &firm).unwrap_or_else(|| {
        let (height, _) = firm.mode();
        (height, 0, tops.at(height))
    });
    let descenders = descenders(row, x_height, evidence, &tops);
    let seen = match (x_height, ascenders, descenders) {
        (0, ..) => Seen::Nothing,
        (_, 0, 0) => Seen::Body,
        (_, 0, _) => Seen::Descenders,
        _ => Seen::Ascenders,
    };
    let heights = Heights { x_height: x_height as f32, ascenders: ascenders as f32, descenders: descenders as f32 };
    Own { heights, evidence, seen }
}

/// The x-height, the height of ascenders above it and how many letters speak for it, where letters of two heights stand in the row.
fn two_heights(tops: &Counts, firm: &Counts) -> Option<(i32, i32, i32)> {
    let (_, most) = tops.mode();
    let heights: Vec<i32> = (1..tops.0.len() as i32).filter(|&height| tops.at(height) > 0).collect();
    let mut best: Option<(i32, i32, i32)> = None;
    // A pile of letters spreads over neighbouring heights; the last of a pile that rises is taken.
    let mut pile = i32::MIN;
    for (at, &height) in heights.iter().enumerate() {
        let count = firm.at(height);
        let goes_on = height == pile.saturating_add(1);
        let evidence = best.map_or(0, |best| best.2);
        if (count as f32) < most as f32 * LEAST_BODY || !(goes_on || count > evidence) {
            continue;
        }
        for &tall in &heights[at + 1..] {
            let ratio = tall as f32 / height as f32;
            let rises = ASCENDING.0 < ratio && ratio < ASCENDING.1;
            if rises && tops.at(tall) as f32 >= most as f32 * LEAST_RISING {
                best = Some((height, tall - height, evidence.max(count)));
                pile = height;
            }
        }
    }
    best
}

/// How far letters hang below the baseline; nothing where few do.
fn descenders(row: &TextRow, x_height: i32, evidence: i32, tops: &Counts) -> i32 {
    let x = x_height as f32;
    let rising: i32 = ((x * ASCENDING.0 + 0.5) as i32..=(x * ASCENDING.1) as i32).map(|height| tops.at(height)).sum();
    let (least, most) = ((x * DESCENDING.0 + 0.5).floor(), (x * DESCENDING.1).floor());
    let mut drops = Counts(vec![0; most as usize + 2]);
    for r in &row.letters {
        let drop = r.bottom as f32 - row.baseline.at((r.left + r.right) as f32 / 2.0);
        if drop >= least && drop <= most {
            drops.add(drop);
        }
    }
    let (drop, count) = drops.mode();
    if ((count + rising) as f32) < evidence as f32 * 2.0 * LEAST_RISING { 0 } else { drop }
}

/// Ascenders and descenders of the page's print, as shares of the x-height.
fn shares(full: &[&Own]) -> Heights {
    let Some(page) = typical(full).filter(|page| page.x_height > 0.0) else { return USUAL };
    let descenders = if page.descenders > 0.0 { page.descenders / page.x_height } else { USUAL.descenders };
    Heights { x_height: 1.0, ascenders: page.ascenders / page.x_height, descenders }
}

/// The heights of a row, with what its own letters do not show taken from rows of like print, or from the page's `shares`.
fn settled(own: &Own, full: &[&Own], shares: Heights, height: f32) -> Heights {
    let x = own.heights.x_height;
    let scaled = |x_height: f32| Heights {
        x_height,
        ascenders: x_height * shares.ascenders,
        descenders: x_height * shares.descenders,
    };
    let with_descenders = |heights: Heights| {
        let own = heights.descenders;
        Heights { descenders: if own > 0.0 { own } else { heights.x_height * shares.descenders }, ..heights }
    };
    let of_like = |height: fn(&Heights) -> f32| {
        let near = |other: f32| x > other * (1.0 - LIKENESS) && x < other * (1.0 + LIKENESS);
        let like: Vec<&Own> = full.iter().copied().filter(|other| near(height(&other.heights))).collect();
        typical(&like).map(with_descenders)
    };
    let as_small = || of_like(|like| like.x_height);
    let as_capitals = || of_like(|like| like.x_height + like.ascenders);
    match own.seen {
        Seen::Ascenders => with_descenders(own.heights),
        Seen::Descenders => as_small().or_else(as_capitals).unwrap_or_else(|| scaled(x)),
        // Hardly a row of small letters has none that rises or hangs below: these are capitals and figures.
        Seen::Body => as_capitals().or_else(as_small).unwrap_or_else(|| scaled(x / (1.0 + shares.ascenders))),
        Seen::Nothing => scaled(height / (1.0 + shares.ascenders)),
    }
}

/// The middle heights of some rows, each counted by its letters.
fn typical(rows: &[&Own]) -> Option<Heights> {
    let middle = |of: fn(&Heights) -> f32| {
        let mut values: Vec<(f32, i32)> = rows.iter().map(|o| (of(&o.heights), o.evidence)).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = values.iter().map(|v| v.1).sum::<i32>() / 2;
        let mut seen = 0;
        values.into_iter().find(|(_, count)| {
            seen += count;
            seen > half
        })
    };
    let x_height = middle(|h| h.x_height)?.0;
    Some(Heights { x_height, ascenders: middle(|h| h.ascenders)?.0, descenders: middle(|h| h.descenders)?.0 })
}

#[cfg(test)]
mod tests {
    use super::super::rows::Baseline;
    use super::*;
    use crate::geometry::Rect;

    /// Letters on a level baseline, by how high they rise above it and how low they hang below.
    fn row(letters: &[(i32, i32)]) -> TextRow {
        let letters: Vec<Rect> = (0..)
            .zip(letters)
            .map(|(at, (above, below))| Rect::new(at * 16, 100 - above, at * 16 + 12, 100 + below))
            .collect();
        let rect = Rect::bounding(&letters).unwrap_or_default();
        TextRow { letters, rect, baseline: Baseline::level(100.0), heights: Heights::default(), line: 0 }
    }

    fn measured(rows: &[&[(i32, i32)]]) -> Vec<Heights> {
        let mut rows: Vec<TextRow> = rows.iter().map(|letters| row(letters)).collect();
        measure(&mut rows);
        rows.iter().map(|row| row.heights).collect()
    }

    const TEXT: [(i32, i32); 10] =
        [(20, 0), (14, 0), (14, 0), (20, 0), (14, 6), (14, 0), (14, 0), (14, 6), (14, 0), (20, 0)];

    #[test]
    fn a_row_of_text_tells_its_heights() {
        assert_eq!(measured(&[&TEXT]), [Heights { x_height: 14.0, ascenders: 6.0, descenders: 6.0 }]);
    }

    #[test]
    fn capitals_take_their_measures_from_text_of_the_same_print() {
        let all = measured(&[&TEXT, &[(20, 0); 8], &[(14, 0); 3]]);
        assert_eq!(all[1], all[0]);
        assert_eq!(all[2], all[0]);
    }

    #[test]
    fn letters_of_one_height_alone_are_capitals() {
        let all = measured(&[&[(30, 0); 8]]);
        assert_eq!(all, [Heights { x_height: 20.0, ascenders: 10.0, descenders: 10.0 }]);
    }

    #[test]
    fn a_dash_has_no_x_height() {
        let all = measured(&[&[(9, -6)]]);
        assert!(all[0].line() > 0.0 && all[0].line() <= 9.0, "{all:?}");
    }
}
