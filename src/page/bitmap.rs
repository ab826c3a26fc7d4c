//! A bit-packed page: one bit a pixel, 1 is ink.
//!
//! A fax page has four million pixels, nearly all of them white. Packed into 64-bit words they fit the cache,
//! and counting ink in a zone is a handful of `popcnt`s.

use crate::geometry::Rect;

/// A bilevel raster. Bit `x % 64` of word `x / 64` of a row is pixel `x`; 1 is ink, 0 is paper.
/// Bits past the width are always 0.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    stride: usize,
    words: Vec<u64>,
}

impl std::fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bitmap({}×{})", self.width, self.height)
    }
}

impl Bitmap {
    /// White paper of `width` × `height` pixels.
    pub fn new(width: u32, height: u32) -> Self {
        let stride = (width as usize).div_ceil(64);
        Self { width, height, stride, words: vec![0; stride * height as usize] }
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    /// The whole page as a rectangle.
    pub fn bounds(&self) -> Rect {
        Rect::new(0, 0, self.width as i32, self.height as i32)
    }

    /// The packed words of row `y`.
    pub fn row(&self, y: u32) -> &[u64] {
        let start = y as usize * self.stride;
        &self.words[start..start + self.stride]
    }

    /// The packed words of row `y`, to write. The caller keeps bits past the width at 0.
    pub fn row_mut(&mut self, y: u32) -> &mut [u64] {
        let start = y as usize * self.stride;
        &mut self.words[start..start + self.stride]
    }

    /// Whether there is ink at (`x`, `y`); outside the page there is none.
    pub fn get(&self, x: i32, y: i32) -> bool {
        if x < 0 || y < 0 || x >= self.width as i32 || y >= self.height as i32 {
            return false;
        }
        self.words[y as usize * self.stride + x as usize / 64] >> (x as usize % 64) & 1 == 1
    }

    /// Sets or clears a pixel; outside the page nothing happens.
    pub fn set(&mut self, x: i32, y: i32, ink: bool) {
        if x < 0 || y < 0 || x >= self.width as i32 || y >= self.height as i32 {
            return;
        }
        let word = &mut self.words[y as usize * self.stride + x as usize / 64];
        let bit = 1u64 << (x as usize % 64);
        if ink { *word |= bit } else { *word &= !bit }
    }

    /// Pixels of ink inside `rect`, clipped to the page.
    pub fn count(&self, rect: &Rect) -> u64 {
        let rect = rect.intersect(&self.bounds());
        if rect.is_empty() {
            return 0;
        }
        let mut total = 0u64;
        for y in rect.top..rect.bottom {
            total += self.count_row(y as u32, rect.left as u32, rect.right as u32);
        }
        total
    }

    /// Pixels of ink of row `y` in columns `left..right`, which must lie on the page.
    pub fn count_row(&self, y: u32, left: u32, right: u32) -> u64 {
        let row = self.row(y);
        let (first, last) = (left as usize / 64, (right as usize - 1) / 64);
        let head = u64::MAX << (left % 64);
        let tail = u64::MAX >> (63 - (right - 1) % 64);
        if first == last {
            return (row[first] & head & tail).count_ones() as u64;
        }
        let middle: u64 = row[first + 1..last].iter().map(|w| w.count_ones() as u64).sum();
        (row[first] & head).count_ones() as u64 + middle + (row[last] & tail).count_ones() as u64
    }

    /// Clears everything inside `rect`.
    pub fn clear(&mut self, rect: &Rect) {
        let rect = rect.intersect(&self.bounds());
        for y in rect.top..rect.bottom {
            for x in rect.left..rect.right {
                self.set(x, y, false);
            }
        }
    }

    /// The smallest rectangle that holds all ink inside `rect`, or `None` when it is white.
    pub fn ink_bounds(&self, rect: &Rect) -> Option<Rect> {
        let rect = rect.intersect(&self.bounds());
        let mut found: Option<Rect> = None;
        for y in rect.top..rect.bottom {
            let row = self.row(y as u32);
            let mut left = None;
            let mut right = 0;
            let mut x = rect.left;
            while x < rect.right {
                let word = row[x as usize / 64] >> (x % 64);
                if word == 0 {
                    x = (x / 64 + 1) * 64;
                    continue;
                }
                x += word.trailing_zeros() as i32;
                if x >= rect.right {
                    break;
                }
                left.get_or_insert(x);
                right = x + 1;
                x += 1;
            }
            if let Some(left) = left {
                let line = Rect::new(left, y, right, y + 1);
                found = Some(found.map_or(line, |f| f.union(&line)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_across_word_borders() {
        let mut page = Bitmap::new(200, 3);
        for x in [0, 63, 64, 127, 128, 199] {
            page.set(x, 1, true);
        }
        assert_eq!(page.count(&page.bounds()), 6);
        assert_eq!(page.count(&Rect::new(63, 0, 65, 3)), 2);
        assert_eq!(page.count(&Rect::new(64, 1, 128, 2)), 2);
        assert_eq!(page.count(&Rect::new(-50, -50, 500, 500)), 6);
        assert_eq!(page.ink_bounds(&Rect::new(1, 0, 199, 3)), Some(Rect::new(63, 1, 129, 2)));
    }

    #[test]
    fn outside_the_page_is_paper() {
        let mut page = Bitmap::new(10, 10);
        page.set(10, 0, true);
        page.set(-1, 0, true);
        assert!(!page.get(10, 0) && !page.get(-1, 0));
        assert_eq!(page.ink_bounds(&page.bounds()), None);
    }
}
