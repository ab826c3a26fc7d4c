//! A page in sixteen colours to draw on.

use super::glyphs::{self, HEIGHT, WIDTH};
use super::{PictureError, encode};
use crate::geometry::Rect;
use crate::page::Bitmap;

/// What is drawn, and the colour it has. The first two are the page itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Colour {
    Paper = 0,
    Ink = 1,
    /// Where a value was looked for.
    Zone = 2,
    /// Ink that was found there.
    Found = 3,
    Label = 4,
    Checked = 5,
    Unchecked = 6,
    Unsure = 7,
    Header = 8,
}

/// Colours that stay apart for people who see few of them; every drawn thing carries its name too.
const PALETTE: [[u8; 3]; 9] = [
    [255, 255, 255],
    [70, 70, 70],
    [0, 90, 200],
    [120, 180, 255],
    [150, 110, 0],
    [0, 120, 60],
    [130, 130, 130],
    [210, 60, 0],
    [140, 60, 160],
];

pub struct Canvas {
    width: i32,
    height: i32,
    dpi: u32,
    pixels: Vec<u8>,
    /// Side of a glyph's dot, in pixels: text is about a tenth of an inch high.
    dot: i32,
}

impl Canvas {
    pub fn new(page: &Bitmap, dpi: u32) -> Canvas {
        let (width, height) = (page.width() as i32, page.height() as i32);
        let mut pixels = vec![Colour::Paper as u8; page.width() as usize * page.height() as usize];
        for y in 0..page.height() {
            let start = y as usize * page.width() as usize;
            page.for_runs(y, 0, width, |left, right| {
                pixels[start + left as usize..start + right as usize].fill(Colour::Ink as u8);
            });
        }
        let dot = i32::try_from(dpi / 100).unwrap_or(2).clamp(1, 6);
        Canvas { width, height, dpi, pixels, dot }
    }

    fn fill(&mut self, rect: &Rect, colour: Colour) {
        let clipped = rect.intersect(&Rect::new(0, 0, self.width, self.height));
        if clipped.is_empty() {
            return;
        }
        for y in clipped.top..clipped.bottom {
            let start = y as usize * self.width as usize;
            self.pixels[start + clipped.left as usize..start + clipped.right as usize].fill(colour as u8);
        }
    }

    /// The rectangle's edges, `thick` pixels wide, drawn inside it.
    pub fn frame(&mut self, rect: &Rect, thick: i32, colour: Colour) {
        let Rect { left, top, right, bottom } = *rect;
        if rect.is_empty() {
            return;
        }
        self.fill(&Rect::new(left, top, right, (top + thick).min(bottom)), colour);
        self.fill(&Rect::new(left, (bottom - thick).max(top), right, bottom), colour);
        self.fill(&Rect::new(left, top, (left + thick).min(right), bottom), colour);
        self.fill(&Rect::new((right - thick).max(left), top, right, bottom), colour);
    }

    /// Writes white on a band of the colour, its lower left corner at (`left`, `bottom`), moved so that it lies on the page.
    pub fn tag(&mut self, left: i32, bottom: i32, text: &str, colour: Colour) {
        let dot = self.dot;
        let width = (text.chars().count() as i32 * (WIDTH + 1) + 1) * dot;
        let height = (HEIGHT + 2) * dot;
        let left = left.min(self.width - width).max(0);
        let top = (bottom - height).clamp(0, (self.height - height).max(0));
        self.fill(&Rect::new(left, top, left + width, top + height), colour);
        let mut x = left + dot;
        for character in text.chars() {
            let glyph = glyphs::of(character);
            for (row, bits) in glyph.iter().enumerate() {
                for column in 0..WIDTH {
                    if bits >> (WIDTH - 1 - column) & 1 == 1 {
                        let (at_x, at_y) = (x + column * dot, top + dot + row as i32 * dot);
                        self.fill(&Rect::new(at_x, at_y, at_x + dot, at_y + dot), Colour::Paper);
                    }
                }
            }
            x += (WIDTH + 1) * dot;
        }
    }

    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let width = self.width as usize;
        let rows: Vec<u8> = self
            .pixels
            .chunks(width.max(1))
            .flat_map(|row| row.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)))
            .collect();
        encode((self.width as u32, self.height as u32), png::BitDepth::Four, &PALETTE, self.dpi, &rows)
    }
}
