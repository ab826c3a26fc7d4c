//! Ink or paper: from grey to one bit a pixel.
//!
//! A page that was black and white before somebody packed it as JPEG takes one threshold; a photograph or a grey scan takes
//! a threshold for each neighbourhood.

use image::GrayImage;

use super::Bitmap;
use crate::decode::all_white;

/// A pixel of a resampled bilevel page is ink when at least about 41 % of it was covered: at 50 % a one-pixel line that falls
/// between two rows would vanish.
pub(super) const BILEVEL_THRESHOLD: u8 = 150;

/// Share of pixels that must be mid-grey before a page counts as grey rather than black and white.
const GRAY_SHARE: f64 = 0.03;

/// Above this share of ink, paper and ink are taken to be swapped. Even a page of solid text is below a third.
const INVERTED_SHARE: f64 = 0.6;

/// Above this share of ink there is no paper left to take the ink for: a sheet on which nothing can be read. Swapped, it would pass for a
/// blank one. A single line of white letters is a thousandth of a page.
const BLACK_SHARE: f64 = 0.9995;

/// How a page was binarised, for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threshold {
    Global(u8),
    Local,
}

/// Whether a bilevel page is mostly black.
pub(super) fn is_inverted(bitmap: &Bitmap) -> bool {
    let all = bitmap.bounds();
    bitmap.count(&all) as f64 > INVERTED_SHARE * all.area() as f64
}

/// Whether a bilevel page is nothing but black.
pub(super) fn is_black(bitmap: &Bitmap) -> bool {
    let all = bitmap.bounds();
    bitmap.count(&all) as f64 > BLACK_SHARE * all.area() as f64
}

/// How many pixels of a grey page have each level.
pub(super) struct Levels([u64; 256]);

impl Levels {
    pub fn of(gray: &GrayImage) -> Self {
        Self(histogram(gray))
    }

    /// Those of the page with dark and bright swapped.
    pub fn inverted(mut self) -> Self {
        self.0.reverse();
        self
    }

    fn all(&self) -> u64 {
        self.0.iter().sum::<u64>().max(1)
    }

    fn dark(&self) -> u64 {
        self.0[..100].iter().sum()
    }

    /// Whether the page is nothing but dark.
    pub fn is_black(&self) -> bool {
        self.dark() as f64 > BLACK_SHARE * self.all() as f64
    }

    /// Whether the page is mostly dark.
    pub fn is_dark(&self) -> bool {
        self.dark() as f64 > INVERTED_SHARE * self.all() as f64
    }

    /// Chooses how to binarise the page.
    pub fn threshold(&self) -> Threshold {
        let total = self.all();
        let middle: u64 = self.0[80..192].iter().sum();
        let bright: u64 = self.0[224..].iter().sum();
        // Anti-aliased letters are mid-grey too, but only as many pixels as outlines have.
        let paper_is_white = bright as f64 > 0.8 * total as f64;
        if paper_is_white && (middle as f64) < GRAY_SHARE * total as f64 {
            Threshold::Global(otsu(&self.0).clamp(110, 170))
        } else {
            Threshold::Local
        }
    }
}

/// Binarises `gray`, whose pixels are `dpi` to the inch.
pub(super) fn binarize(gray: &GrayImage, threshold: Threshold, dpi: f32) -> Bitmap {
    match threshold {
        Threshold::Global(level) => Bitmap::darker_than(gray, gray.width(), gray.height(), level),
        Threshold::Local => local(gray, dpi),
    }
}

fn histogram(gray: &GrayImage) -> [u64; 256] {
    // Neighbours mostly have one level: counted in four tables, none waits for the one before it.
    let mut counts = [[0u64; 256]; 4];
    for pixels in gray.as_raw().chunks(32) {
        // White paper, which is most of a page.
        if all_white(pixels) {
            counts[0][255] += pixels.len() as u64;
            continue;
        }
        for (at, &pixel) in pixels.iter().enumerate() {
            counts[at % 4][usize::from(pixel)] += 1;
        }
    }
    std::array::from_fn(|level| counts.iter().map(|counts| counts[level]).sum())
}

/// The level that parts dark from bright with the greatest variance between the two (Otsu 1979).
fn otsu(counts: &[u64; 256]) -> u8 {
    let total: f64 = counts.iter().sum::<u64>() as f64;
    let sum: f64 = counts.iter().enumerate().map(|(level, &n)| level as f64 * n as f64).sum();
    let (mut dark, mut dark_sum, mut best, mut best_level) = (0.0, 0.0, -1.0, 128u8);
    for level in 0..255u8 {
        dark += counts[level as usize] as f64;
        dark_sum += f64::from(level) * counts[level as usize] as f64;
        let bright = total - dark;
        if dark == 0.0 || bright == 0.0 {
            continue;
        }
        let difference = dark_sum / dark - (sum - dark_sum) / bright;
        let between = dark * bright * difference * difference;
        if between > best {
            (best, best_level) = (between, level + 1);
        }
    }
    best_level
}

/// Sauvola's threshold (Sauvola and Pietikäinen 2000), with mean and deviation taken over blocks rather than pixels: the
/// same answer to a grey level or two, at a twentieth of the time.
fn local(gray: &GrayImage, dpi: f32) -> Bitmap {
    const SENSITIVITY: f32 = 0.18;
    const DEVIATION_RANGE: f32 = 128.0;
    let (width, height) = gray.dimensions();
    let mut page = Bitmap::new(width, height);
    if width == 0 || height == 0 {
        return page;
    }
    let block = ((dpi / 25.0).round() as usize).max(4);
    let columns = (width as usize).div_ceil(block);
    let rows = (height as usize).div_ceil(block);
    let mut sums = vec![(0u64, 0u64, 0u64); columns * rows];
    for (y, line) in gray.chunks_exact(width as usize).enumerate() {
        let blocks = &mut sums[(y / block) * columns..][..columns];
        for (sum, pixels) in blocks.iter_mut().zip(line.chunks(block)) {
            let (mut s, mut q) = (0u32, 0u32);
            for &pixel in pixels {
                s += u32::from(pixel);
                q += u32::from(pixel) * u32::from(pixel);
            }
            *sum = (sum.0 + u64::from(s), sum.1 + u64::from(q), sum.2 + pixels.len() as u64);
        }
    }
    let floor = f32::from(otsu(&histogram(gray))) * 0.45;
    let reach = 2usize;
    let mut thresholds = vec![0u8; columns];
    for row in 0..rows {
        for (column, threshold) in thresholds.iter_mut().enumerate() {
            let (mut s, mut q, mut n) = (0u64, 0u64, 0u64);
            for r in row.saturating_sub(reach)..(row + reach + 1).min(rows) {
                for c in column.saturating_sub(reach)..(column + reach + 1).min(columns) {
                    let sum = sums[r * columns + c];
                    (s, q, n) = (s + sum.0, q + sum.1, n + sum.2);
                }
            }
            let mean = s as f32 / n.max(1) as f32;
            let deviation = (q as f32 / n.max(1) as f32 - mean * mean).max(0.0).sqrt();
            let level = mean * (1.0 + SENSITIVITY * (deviation / DEVIATION_RANGE - 1.0));
            *threshold = level.max(floor).clamp(1.0, 225.0) as u8;
        }
        for y in row * block..((row + 1) * block).min(height as usize) {
            let line = &gray.as_raw()[y * width as usize..][..width as usize];
            for (word, (first, pixels)) in page.row_mut(y as u32).iter_mut().zip(line.chunks(64).enumerate()) {
                *word = pixels
                    .iter()
                    .enumerate()
                    .fold(0, |bits, (i, &pixel)| bits | u64::from(pixel < thresholds[(first * 64 + i) / block]) << i);
            }
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use image::Luma;

    #[test]
    fn a_shadow_over_half_the_page_is_no_ink() {
        // Paper falls from 230 to 120, strokes are 70 darker than the paper around them.
        let gray = GrayImage::from_fn(400, 200, |x, y| {
            let paper = 230 - x * 110 / 400;
            let stroke = x % 40 < 4 && (40..160).contains(&y);
            Luma([(paper - if stroke { 70 } else { 0 }) as u8])
        });
        assert_eq!(Levels::of(&gray).threshold(), Threshold::Local);
        let page = binarize(&gray, Threshold::Local, 200.0);
        let ink = page.count(&Rect::new(0, 40, 400, 160));
        assert!((4000..5600).contains(&ink), "{ink}");
        assert_eq!(page.count(&Rect::new(0, 0, 400, 25)), 0);
    }

    #[test]
    fn black_and_white_packed_as_jpeg_takes_one_threshold() {
        let gray = GrayImage::from_fn(300, 300, |x, y| {
            let stroke = x % 30 < 3 && y % 30 > 10;
            Luma([if stroke { 12 } else { 250 - ((x * 7 + y * 3) % 9) as u8 }])
        });
        let threshold = Levels::of(&gray).threshold();
        assert!(matches!(threshold, Threshold::Global(_)));
        assert_eq!(binarize(&gray, threshold, 200.0).count(&Rect::new(0, 0, 30, 30)), 3 * 19);
    }

    #[test]
    fn white_on_black_is_told() {
        let mut page = Bitmap::new(100, 100);
        page.fill(&Rect::new(10, 10, 40, 40));
        assert!(!is_inverted(&page));
        page.invert();
        let levels = Levels::of(&page.to_gray());
        assert!(is_inverted(&page) && levels.is_dark());
        assert!(!is_black(&page) && !levels.is_black());
        assert!(!levels.inverted().is_dark());
    }

    #[test]
    fn a_black_page_is_not_white_on_black() {
        let mut page = Bitmap::new(1000, 1000);
        page.invert();
        assert!(is_black(&page) && Levels::of(&page.to_gray()).is_black());
        // One line of letters is enough to be read.
        page.clear(&Rect::new(100, 500, 400, 520));
        assert!(!is_black(&page) && !Levels::of(&page.to_gray()).is_black());
    }
}
