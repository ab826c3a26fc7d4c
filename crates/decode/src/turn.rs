//! The eight ways in which a picture can lie: TIFF and EXIF Orientation, and the flips that a PDF can place it with.

use image::GrayImage;

use super::{Pixels, Resolution};
use crate::Bitmap;

/// TIFF tag 274: what to do to the stored picture so that its first row is the top and its first column the left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// From the tag's value; anything that is not 2 to 8 leaves the picture as it is.
    pub(super) fn from_tag(value: u32) -> Self {
        match value {
            2..=8 => Self(value as u8),
            _ => Self(1),
        }
    }

    /// From the linear part of an image's placement, x' = `a`x + `c`y and y' = `b`x + `d`y with y downwards.
    /// `None` when the image is slanted: it has to be rendered.
    pub(super) fn from_placement([a, b, c, d]: [f64; 4]) -> Option<Self> {
        // Half a degree is a scanner's deskew; less is rounding.
        const SLANT: f64 = 0.002;
        let upright = b.abs() <= SLANT * a.abs() && c.abs() <= SLANT * d.abs();
        let sideways = a.abs() <= SLANT * b.abs() && d.abs() <= SLANT * c.abs();
        let value = match (upright, sideways) {
            (true, false) => match (a > 0.0, d > 0.0) {
                (true, true) => 1,
                (false, true) => 2,
                (false, false) => 3,
                (true, false) => 4,
            },
            (false, true) => match (c > 0.0, b > 0.0) {
                (true, true) => 5,
                (false, true) => 6,
                (false, false) => 7,
                (true, false) => 8,
            },
            _ => return None,
        };
        Some(Self(value))
    }

    fn is_upright(self) -> bool {
        self.0 <= 1
    }

    fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    fn place(self, x: u32, y: u32, width: u32, height: u32) -> (u32, u32) {
        let (left, up) = (width - 1 - x, height - 1 - y);
        match self.0 {
            2 => (left, y),
            3 => (left, up),
            4 => (x, up),
            5 => (y, x),
            6 => (up, x),
            7 => (up, left),
            8 => (y, left),
            _ => (x, y),
        }
    }

    /// The resolution after the turn: a quarter turn swaps its sides.
    pub(super) fn turn_resolution(self, resolution: Resolution) -> Resolution {
        if self.swaps_sides() {
            return Resolution { x: resolution.y, y: resolution.x, ..resolution };
        }
        resolution
    }

    /// The picture after the turn.
    pub(super) fn turn(self, pixels: Pixels) -> Pixels {
        if self.is_upright() {
            return pixels;
        }
        match pixels {
            Pixels::Bilevel(bitmap) => Pixels::Bilevel(self.turn_bitmap(&bitmap)),
            Pixels::Gray(gray) => Pixels::Gray(self.turn_gray(&gray).into()),
        }
    }

    pub(super) fn turned_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }

    fn turn_bitmap(self, bitmap: &Bitmap) -> Bitmap {
        let (width, height) = (bitmap.width(), bitmap.height());
        let (turned_width, turned_height) = self.turned_size(width, height);
        let mut turned = Bitmap::new(turned_width, turned_height);
        for y in 0..height {
            for (index, &word) in bitmap.row(y).iter().enumerate() {
                let mut rest = word;
                while rest != 0 {
                    let x = index as u32 * 64 + rest.trailing_zeros();
                    rest &= rest - 1;
                    let (to_x, to_y) = self.place(x, y, width, height);
                    turned.set(to_x as i32, to_y as i32, true);
                }
            }
        }
        turned
    }

    fn turn_gray(self, gray: &GrayImage) -> GrayImage {
        let (width, height) = gray.dimensions();
        let (turned_width, turned_height) = self.turned_size(width, height);
        let mut turned = GrayImage::new(turned_width, turned_height);
        for (x, y, pixel) in gray.enumerate_pixels() {
            let (to_x, to_y) = self.place(x, y, width, height);
            turned.put_pixel(to_x, to_y, *pixel);
        }
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mark at the last pixel of the first row of a 3×2 picture, and where each orientation shows it.
    #[test]
    fn the_mark_lands_where_the_tiff_standard_says() {
        let expected = [(2, 0), (0, 0), (0, 1), (2, 1), (0, 2), (1, 2), (1, 0), (0, 0)];
        for (tag, place) in (1..=8).zip(expected) {
            let mut page = Bitmap::new(3, 2);
            page.set(2, 0, true);
            let Pixels::Bilevel(turned) = Orientation::from_tag(tag).turn(Pixels::Bilevel(page)) else {
                panic!("a bitmap stays a bitmap");
            };
            let bounds = turned.ink_bounds(&turned.bounds()).expect("the mark is still there");
            assert_eq!((bounds.left, bounds.top), place, "orientation {tag}");
            assert_eq!(turned.width(), if tag >= 5 { 2 } else { 3 });
        }
    }

    #[test]
    fn a_placement_that_turns_is_told_from_one_that_slants() {
        assert_eq!(Orientation::from_placement([2.0, 0.0, 0.0, 3.0]), Some(Orientation(1)));
        assert_eq!(Orientation::from_placement([0.0, 2.0, -3.0, 0.0]), Some(Orientation(6)));
        assert_eq!(Orientation::from_placement([1.0, 0.1, -0.1, 1.0]), None);
        assert_eq!(Orientation::from_placement([0.0, 0.0, 0.0, 0.0]), None);
    }
}
