//! Whether figures were typed or written by hand, told from their ink alone.
//!
//! A machine prints the same figure the same way each time, a hand never does. So among some dozen figures every printed one has a twin
//! that differs by the noise of the fax, and a written one has none. Confidence does not tell this: general readers are sure of a neat hand,
//! and wrong. Measured as the share of ink in which a figure and its nearest twin differ, median over a form's figures: printed forms at
//! 204×196, 204×98 and on bad lines 0.05 to 0.16, forms filled with real handwritten digits 0.26 and more.

use crate::geometry::Rect;
use crate::page::{Bitmap, Component};

/// Median share of differing ink from which figures are written by hand.
const APART: f32 = 0.21;
/// Figures that must be there before their lack of twins says anything: with fewer a printed one may be the only one of its kind.
const ENOUGH: usize = 14;
/// Most figures that are compared with each other.
const MOST: usize = 120;
/// Figures of one field from which the field is judged by itself.
const ENOUGH_IN_FIELD: usize = 6;

/// The figures of a form, field by field.
#[derive(Default)]
pub struct Figures {
    glyphs: Vec<Glyph>,
}

/// One figure's pixels, a row in each number.
struct Glyph {
    field: usize,
    width: i32,
    rows: Vec<u64>,
    ink: u32,
}

impl Figures {
    /// Takes in what is written in the lines of field number `field`.
    pub fn add(&mut self, field: usize, lines: &[Vec<Component>], writing: &Bitmap) {
        for line in lines {
            let mut heights: Vec<i32> = line.iter().map(|c| c.rect.height()).collect();
            heights.sort_unstable();
            let Some(&tall) = heights.get(heights.len() * 3 / 4) else { continue };
            // Neither a dot, a dash or a bar, nor two figures that touch. A 1 looks like every other 1 in any hand.
            let is_figure = |r: &Rect| {
                let (width, height) = (r.width(), r.height());
                height * 10 >= tall * 6
                    && height * 10 <= tall * 12
                    && width * 4 <= height * 5
                    && width * 4 >= height
                    && width < 60
                    && height >= 8
            };
            let room = MOST.saturating_sub(self.glyphs.len());
            let figures = line.iter().map(|c| c.rect).filter(is_figure).take(room);
            self.glyphs.extend(figures.map(|rect| Glyph::cut(field, &rect, writing)));
        }
    }

    /// Whether the figures of the whole form, and of each field that has enough of its own, are by hand; `None` where that cannot be told.
    pub fn by_hand(&self) -> ByHand {
        let nearest: Vec<(usize, f32)> = self
            .glyphs
            .iter()
            .enumerate()
            .map(|(i, glyph)| {
                let others = self.glyphs.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, other)| other);
                (glyph.field, others.map(|other| glyph.apart(other)).fold(1.0, f32::min))
            })
            .collect();
        ByHand { nearest }
    }
}

/// How far each figure is from its nearest twin.
pub struct ByHand {
    nearest: Vec<(usize, f32)>,
}

impl ByHand {
    /// Of the whole form.
    pub fn form(&self) -> Option<bool> {
        if self.nearest.len() < ENOUGH {
            return None;
        }
        median(self.nearest.iter().map(|(_, apart)| *apart)).map(|apart| apart >= APART)
    }

    /// Of one field.
    pub fn field(&self, field: usize) -> Option<bool> {
        let own: Vec<f32> = self.nearest.iter().filter(|(of, _)| *of == field).map(|(_, apart)| *apart).collect();
        if self.nearest.len() < ENOUGH || own.len() < ENOUGH_IN_FIELD {
            return None;
        }
        median(own.into_iter()).map(|apart| apart >= APART)
    }
}

impl Glyph {
    fn cut(field: usize, rect: &Rect, writing: &Bitmap) -> Glyph {
        let row = |y: i32| {
            let mut bits = 0u64;
            writing.for_runs(y.max(0) as u32, rect.left, rect.right, |left, right| {
                for x in left.max(rect.left)..right.min(rect.right) {
                    bits |= 1 << (x - rect.left);
                }
            });
            bits
        };
        let rows: Vec<u64> = (rect.top..rect.bottom).map(row).collect();
        let ink = rows.iter().map(|bits| bits.count_ones()).sum();
        Glyph { field, width: rect.width(), rows, ink }
    }

    /// The share of the ink of both in which they differ where they lie best on each other; 1 where their sizes differ.
    fn apart(&self, other: &Glyph) -> f32 {
        let (tall, other_tall) = (self.rows.len() as i32, other.rows.len() as i32);
        if (self.width - other.width).abs() > 2 || (tall - other_tall).abs() > 2 {
            return 1.0;
        }
        let row = |rows: &[u64], y: i32| usize::try_from(y).ok().and_then(|y| rows.get(y)).copied().unwrap_or(0);
        let differ = |dx: u32, dy: i32| -> u32 {
            // One column of room on the left, so that a shift loses nothing.
            (-1..=tall.max(other_tall))
                .map(|y| ((row(&self.rows, y) << 1) ^ (row(&other.rows, y + dy) << dx)).count_ones())
                .sum()
        };
        let least = (0..=2).flat_map(|dx| (-1..=1).map(move |dy| differ(dx, dy))).min().unwrap_or(u32::MAX);
        least as f32 / (self.ink + other.ink).max(1) as f32
    }
}

fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Crosses with an upright and a bar of their own place (`along`, `down`), as figures of one field.
    fn form(shapes: impl Iterator<Item = (i32, i32)>) -> Figures {
        let mut page = Bitmap::new(2000, 60);
        let mut line = Vec::new();
        for (i, (along, down)) in shapes.enumerate() {
            let left = 10 + 40 * i as i32;
            let rect = Rect::new(left, 10, left + 20, 34);
            page.fill(&Rect::new(left + along, 10, left + along + 3, 34));
            page.fill(&Rect::new(left, 10 + down, left + 20, 13 + down));
            line.push(Component { rect, ink: 0 });
        }
        let mut figures = Figures::default();
        figures.add(0, &[line], &page);
        figures
    }

    #[test]
    fn print_has_twins_and_a_hand_has_none() {
        let printed = form((0..20).map(|i| (5 * (i % 3), 4))).by_hand();
        assert_eq!((printed.form(), printed.field(0)), (Some(false), Some(false)));
        let written = form((0..20).map(|i| (4 * (i % 5), 5 * (i / 5)))).by_hand();
        assert_eq!((written.form(), written.field(0)), (Some(true), Some(true)));
        assert_eq!(written.field(1), None, "no figure stands there");
    }

    #[test]
    fn a_few_figures_cannot_tell() {
        assert_eq!(form((0..8).map(|i| (2 * i, 4))).by_hand().form(), None);
    }
}
