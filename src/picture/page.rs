//! The prepared page as it is, one bit a pixel.

use super::{PictureError, encode};
use crate::page::Bitmap;

/// White first: a reader that ignores the palette shows the page as a negative and not as noise.
const PALETTE: [[u8; 3]; 2] = [[255, 255, 255], [0, 0, 0]];

/// The page's ink as a 1-bit PNG, so that its pixels are those that boxes are measured in.
///
/// # Errors
/// The PNG would be longer than [`super::MAX_BYTES`].
pub fn page(ink: &Bitmap, dpi: u32) -> Result<Vec<u8>, PictureError> {
    let row_bytes = (ink.width() as usize).div_ceil(8);
    let mut rows = Vec::with_capacity(row_bytes * ink.height() as usize);
    for y in 0..ink.height() {
        // A bitmap has its first pixel in the lowest bit, a PNG in the highest.
        let mut left = row_bytes;
        for word in ink.row(y) {
            let bytes = word.reverse_bits().to_be_bytes();
            rows.extend_from_slice(&bytes[..left.min(8)]);
            left = left.saturating_sub(8);
        }
    }
    encode((ink.width(), ink.height()), png::BitDepth::One, &PALETTE, dpi, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    #[test]
    fn every_pixel_comes_back() {
        let mut ink = Bitmap::new(77, 9);
        ink.fill(&Rect::new(3, 2, 70, 4));
        ink.set(76, 8, true);
        ink.set(0, 0, true);
        let png = page(&ink, 204).unwrap();
        let back = image::load_from_memory(&png).unwrap().to_luma8();
        assert_eq!(back.dimensions(), (77, 9));
        for (x, y, pixel) in back.enumerate_pixels() {
            assert_eq!(pixel.0[0] == 0, ink.get(x as i32, y as i32), "{x},{y}");
        }
    }

    #[test]
    fn the_same_page_gives_the_same_bytes() {
        let mut ink = Bitmap::new(1728, 400);
        ink.fill(&Rect::new(100, 100, 900, 140));
        assert_eq!(page(&ink, 204).unwrap(), page(&ink.clone(), 204).unwrap());
        assert!(page(&ink, 204).unwrap().len() < 2_000, "white paper takes no room");
    }
}
