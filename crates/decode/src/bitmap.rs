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
        let middle = ones(&row[first + 1..last]);
        (row[first] & head).count_ones() as u64 + middle + (row[last] & tail).count_ones() as u64
    }

    /// Whether row `y` has any ink in columns `left..right`, clipped to the page.
    pub fn has_ink(&self, y: u32, left: i32, right: i32) -> bool {
        let (left, right) = (left.max(0) as usize, right.min(self.width as i32).max(0) as usize);
        if left >= right || y >= self.height {
            return false;
        }
        let row = self.row(y);
        let (first, last) = (left / 64, (right - 1) / 64);
        let (head, tail) = (u64::MAX << (left % 64), u64::MAX >> (63 - (right - 1) % 64));
        if first == last {
            return row[first] & head & tail != 0;
        }
        row[first] & head != 0 || row[last] & tail != 0 || row[first + 1..last].iter().any(|word| *word != 0)
    }

    /// The part of the page inside `rect`, which must lie on it.
    pub fn cut(&self, rect: &Rect) -> Bitmap {
        let rect = rect.intersect(&self.bounds());
        let mut part = Bitmap::new(rect.width().max(0) as u32, rect.height().max(0) as u32);
        let (first, bit) = (rect.left as usize / 64, rect.left as usize % 64);
        for y in 0..part.height {
            let row = &self.row(rect.top as u32 + y)[first..];
            for (index, word) in part.row_mut(y).iter_mut().enumerate() {
                let next = row.get(index + 1).copied().unwrap_or(0);
                *word = if bit == 0 { row[index] } else { row[index] >> bit | next << (64 - bit) };
            }
        }
        part.trim();
        part
    }

    /// The page a row higher: the first row goes, and the last one is white.
    pub fn raised(&self) -> Bitmap {
        let mut raised = self.clone();
        let kept = raised.words.len().saturating_sub(self.stride);
        raised.words.copy_within(self.words.len() - kept.., 0);
        raised.words[kept..].fill(0);
        raised
    }

    /// One value a pixel, row after row.
    pub fn to_bools(&self) -> Vec<bool> {
        let mut pixels = Vec::with_capacity(self.width as usize * self.height as usize);
        for y in 0..self.height {
            let mut left = self.width as usize;
            for &word in self.row(y) {
                let count = left.min(64);
                pixels.extend((0..count).map(|bit| word >> bit & 1 == 1));
                left -= count;
            }
        }
        pixels
    }

    /// Clears everything inside `rect`.
    pub fn clear(&mut self, rect: &Rect) {
        let rect = rect.intersect(&self.bounds());
        for y in rect.top..rect.bottom {
            self.write_run(y as u32, rect.left, rect.right, false);
        }
    }

    /// Sets everything inside `rect`.
    pub fn fill(&mut self, rect: &Rect) {
        let rect = rect.intersect(&self.bounds());
        for y in rect.top..rect.bottom {
            self.write_run(y as u32, rect.left, rect.right, true);
        }
    }

    /// Sets or clears columns `left..right` of row `y`, clipped to the page.
    pub fn write_run(&mut self, y: u32, left: i32, right: i32, ink: bool) {
        let (left, right) = (left.max(0) as usize, right.min(self.width as i32).max(0) as usize);
        if left >= right || y >= self.height {
            return;
        }
        let row = self.row_mut(y);
        let (first, last) = (left / 64, (right - 1) / 64);
        for (index, word) in row.iter_mut().enumerate().take(last + 1).skip(first) {
            let mut mask = u64::MAX;
            if index == first {
                mask &= u64::MAX << (left % 64);
            }
            if index == last {
                mask &= u64::MAX >> (63 - (right - 1) % 64);
            }
            if ink { *word |= mask } else { *word &= !mask }
        }
    }

    /// Calls `found(left, right)` for every run of ink of row `y` within columns `left..right`, from left to right.
    pub fn for_runs(&self, y: u32, left: i32, right: i32, mut found: impl FnMut(i32, i32)) {
        let (left, right) = (left.max(0), right.min(self.width as i32));
        if left >= right || y >= self.height {
            return;
        }
        let row = self.row(y);
        let last = (right - 1) as usize / 64;
        let mut index = left as usize / 64;
        // What of the word has not been looked at yet.
        let mut word = row[index] & u64::MAX << (left % 64);
        loop {
            while word == 0 {
                index += 1;
                if index > last {
                    return;
                }
                word = row[index];
            }
            let bit = word.trailing_zeros();
            let start = (index * 64) as i32 + bit as i32;
            if start >= right {
                return;
            }
            let mut gap = !row[index] & u64::MAX << bit;
            while gap == 0 {
                index += 1;
                if index > last {
                    found(start, right);
                    return;
                }
                gap = !row[index];
            }
            let bit = gap.trailing_zeros();
            let end = (index * 64) as i32 + bit as i32;
            found(start, end.min(right));
            word = row[index] & u64::MAX << bit;
        }
    }

    /// Ink becomes paper and paper ink.
    pub fn invert(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
    }

    /// Keeps only what is ink in both; the two must have the same size.
    pub fn and(&mut self, other: &Bitmap) {
        for (word, mask) in self.words.iter_mut().zip(&other.words) {
            *word &= mask;
        }
    }

    /// Adds the ink of `other`, which must have the same size.
    pub fn or(&mut self, other: &Bitmap) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Takes the ink of `other` away; the two must have the same size.
    pub fn and_not(&mut self, other: &Bitmap) {
        for (word, mask) in self.words.iter_mut().zip(&other.words) {
            *word &= !mask;
        }
    }

    /// Clears the bits past the width, which whole-word work may have set.
    fn trim(&mut self) {
        let used = self.width % 64;
        if used == 0 || self.stride == 0 {
            return;
        }
        let mask = u64::MAX >> (64 - used);
        for row in self.words.chunks_exact_mut(self.stride) {
            row[self.stride - 1] &= mask;
        }
    }

    /// Ink grown by `dx` pixels to either side and `dy` up and down.
    pub fn dilated(&self, dx: u32, dy: u32) -> Bitmap {
        let mut grown = self.clone();
        for _ in 0..dx {
            for row in grown.words.chunks_exact_mut(self.stride.max(1)) {
                let mut carry = 0;
                for index in 0..row.len() {
                    let word = row[index];
                    let next = row.get(index + 1).copied().unwrap_or(0);
                    row[index] = word | word << 1 | carry | word >> 1 | next << 63;
                    carry = word >> 63;
                }
            }
        }
        grown.trim();
        if dy == 0 {
            return grown;
        }
        let mut tall = grown.clone();
        for y in 0..self.height {
            let (from, to) = (y.saturating_sub(dy), (y + dy).min(self.height.saturating_sub(1)));
            for other in (from..=to).filter(|&other| other != y) {
                let source = &grown.words[other as usize * self.stride..][..self.stride];
                let target = &mut tall.words[y as usize * self.stride..][..self.stride];
                for (word, more) in target.iter_mut().zip(source) {
                    *word |= more;
                }
            }
        }
        tall
    }

    /// Ink whose vertical run is at least `length` pixels long: an opening with an upright bar.
    pub fn tall_ink(&self, length: u32) -> Bitmap {
        let (stride, height) = (self.stride, self.height as usize);
        let length = length.max(1) as usize;
        let mut opened = Bitmap::new(self.width, self.height);
        if height < length {
            return opened;
        }
        // Doubling: after the pass with step s, row y holds the AND of rows y..y+s.
        let mut eroded = self.words.clone();
        let mut have = 1;
        while have < length {
            let step = have.min(length - have);
            for y in 0..height - step {
                let (rows, below) = eroded.split_at_mut((y + step) * stride);
                for (word, below) in rows[y * stride..].iter_mut().zip(&below[..stride]) {
                    *word &= below;
                }
            }
            eroded[(height - step) * stride..].fill(0);
            have += step;
        }
        let mut grown = eroded;
        let mut have = 1;
        while have < length {
            let step = have.min(length - have);
            for y in (step..height).rev() {
                let (above, rows) = grown.split_at_mut(y * stride);
                for (word, above) in rows[..stride].iter_mut().zip(&above[(y - step) * stride..]) {
                    *word |= above;
                }
            }
            have += step;
        }
        opened.words = grown;
        opened
    }

    /// Rows become columns: pixel (x, y) goes to (y, x).
    pub fn transposed(&self) -> Bitmap {
        let mut turned = Bitmap::new(self.height, self.width);
        let mut block = [0u64; 64];
        for block_y in 0..(self.height as usize).div_ceil(64) {
            for block_x in 0..self.stride {
                for (i, word) in block.iter_mut().enumerate() {
                    let y = block_y * 64 + i;
                    *word = if y < self.height as usize { self.words[y * self.stride + block_x] } else { 0 };
                }
                if block.iter().all(|&word| word == 0) {
                    continue;
                }
                transpose_block(&mut block);
                for (i, &word) in block.iter().enumerate() {
                    let y = block_x * 64 + i;
                    if y < turned.height as usize {
                        turned.words[y * turned.stride + block_y] = word;
                    }
                }
            }
        }
        turned
    }

    /// The last row first.
    pub fn flipped(&self) -> Bitmap {
        let mut flipped = Bitmap::new(self.width, self.height);
        for y in 0..self.height {
            flipped.row_mut(y).copy_from_slice(self.row(self.height - 1 - y));
        }
        flipped
    }

    /// Ink where `value(x, y)` of a row-major plane of `width` × `height` bytes is darker than `threshold`.
    pub fn darker_than(plane: &[u8], width: u32, height: u32, threshold: u8) -> Bitmap {
        let mut page = Bitmap::new(width, height);
        for (y, line) in plane.chunks_exact(width.max(1) as usize).take(height as usize).enumerate() {
            for (word, pixels) in page.row_mut(y as u32).iter_mut().zip(line.chunks(64)) {
                // Most of a page is white.
                if !all_white(pixels) {
                    *word = darker_bits(pixels, threshold);
                }
            }
        }
        page
    }

    /// One byte a pixel: ink 0, paper 255.
    pub fn to_gray(&self) -> image::GrayImage {
        let mut gray = image::GrayImage::from_pixel(self.width, self.height, image::Luma([255]));
        if self.width == 0 {
            return gray;
        }
        for (y, line) in gray.chunks_exact_mut(self.width as usize).enumerate() {
            for (&word, pixels) in self.row(y as u32).iter().zip(line.chunks_mut(64)) {
                if word == 0 {
                    continue;
                }
                for (i, pixel) in pixels.iter_mut().enumerate() {
                    if word >> i & 1 == 1 {
                        *pixel = 0;
                    }
                }
            }
        }
        gray
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

/// Bits that are set; most words of a page are white, and a baseline processor has no instruction that counts.
fn ones(words: &[u64]) -> u64 {
    let (fours, rest) = words.as_chunks::<4>();
    let inked = fours.iter().filter(|[a, b, c, d]| a | b | c | d != 0).flatten();
    inked.chain(rest).map(|word| u64::from(word.count_ones())).sum()
}

/// Whether all bytes are 255.
pub fn all_white(pixels: &[u8]) -> bool {
    let (eights, rest) = pixels.as_chunks::<8>();
    eights.iter().fold(u64::MAX, |all, eight| all & u64::from_ne_bytes(*eight)) == u64::MAX
        && rest.iter().all(|pixel| *pixel == 255)
}

/// A bit for each of up to 64 pixels: whether it is darker than `threshold`.
///
/// Eight pixels at a time, each in a byte of a word: a byte's highest bit tells whether the subtraction borrows, and a multiplication
/// gathers the eight bits.
pub fn darker_bits(pixels: &[u8], threshold: u8) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let level = u64::from(threshold) * 0x0101_0101_0101_0101;
    let (whole, rest) = pixels.as_chunks::<8>();
    let mut bits = 0;
    for (at, eight) in whole.iter().enumerate() {
        let x = u64::from_le_bytes(*eight);
        // Borrow of x - level in each byte (Hacker's Delight, section 2-18).
        let difference = (x | HIGH).wrapping_sub(level & !HIGH) ^ ((x ^ !level) & HIGH);
        let borrow = ((!x & level) | (!(x ^ level) & difference)) & HIGH;
        bits |= ((borrow >> 7).wrapping_mul(GATHER) >> 56) << (at * 8);
    }
    let done = whole.len() * 8;
    rest.iter().enumerate().fold(bits, |bits, (i, &p)| bits | u64::from(p < threshold) << (done + i))
}

/// Transposes a 64 × 64 block of bits in place (Warren, Hacker's Delight, section 7-3, for least-significant bit first).
fn transpose_block(block: &mut [u64; 64]) {
    let mut step = 32;
    let mut mask = 0x0000_0000_FFFF_FFFFu64;
    while step != 0 {
        let mut k = 0;
        while k < 64 {
            let swap = (block[k] >> step ^ block[k + step]) & mask;
            block[k] ^= swap << step;
            block[k + step] ^= swap;
            k = (k + step + 1) & !step;
        }
        step >>= 1;
        mask ^= mask << step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn runs_and_counts_are_those_of_the_pixels(
            words in proptest::collection::vec(proptest::sample::select(vec![0, u64::MAX, 1, 1 << 63, 0xFF00_0F00_1234_8001]), 6),
            left in -5i32..400, right in -5i32..400,
        ) {
            let mut page = Bitmap::new(380, 1);
            page.row_mut(0).copy_from_slice(&words);
            page.trim();
            let inside = |x: &i32| (left..right).contains(x) && page.get(*x, 0);
            let mut runs = Vec::new();
            page.for_runs(0, left, right, |from, to| runs.extend(from..to));
            let pixels: Vec<i32> = (0..380).filter(inside).collect();
            proptest::prop_assert_eq!(&runs, &pixels);
            proptest::prop_assert_eq!(page.has_ink(0, left, right), !pixels.is_empty());
            proptest::prop_assert_eq!(page.count(&Rect::new(left, 0, right, 1)), pixels.len() as u64);
        }

        #[test]
        fn tall_ink_is_what_stands_in_upright_runs(rows in proptest::collection::vec(0u64..8, 1..12), length in 1u32..5) {
            let mut page = Bitmap::new(3, rows.len() as u32);
            rows.iter().enumerate().for_each(|(y, row)| page.row_mut(y as u32)[0] = *row);
            let tall = page.tall_ink(length);
            for (x, y) in (0..3).flat_map(|x| (0..rows.len() as i32).map(move |y| (x, y))) {
                let above = (0..=y).rev().take_while(|y| page.get(x, *y)).count();
                let below = (y..rows.len() as i32).take_while(|y| page.get(x, *y)).count();
                let is_tall = page.get(x, y) && (above + below - 1) as u32 >= length;
                proptest::prop_assert_eq!(tall.get(x, y), is_tall, "{} {}", x, y);
            }
        }
    }

    #[test]
    fn white_is_every_pixel() {
        let mut pixels = [255; 21];
        assert!(all_white(&pixels) && all_white(&[]));
        for at in 0..pixels.len() {
            pixels[at] = 254;
            assert!(!all_white(&pixels), "{at}");
            pixels[at] = 255;
        }
    }

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

    fn scattered(width: u32, height: u32) -> Bitmap {
        let mut page = Bitmap::new(width, height);
        let mut state = 7u32;
        for y in 0..height as i32 {
            for x in 0..width as i32 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                page.set(x, y, state >> 30 == 0);
            }
        }
        page
    }

    #[test]
    fn transposing_swaps_coordinates() {
        let page = scattered(150, 70);
        let turned = page.transposed();
        assert_eq!((turned.width(), turned.height()), (70, 150));
        for y in 0..70 {
            for x in 0..150 {
                assert_eq!(page.get(x, y), turned.get(y, x));
            }
        }
        assert_eq!(turned.transposed(), page);
    }

    #[test]
    fn runs_are_found_across_word_borders() {
        let mut page = Bitmap::new(200, 1);
        for (left, right) in [(0, 3), (60, 130), (192, 200)] {
            page.write_run(0, left, right, true);
        }
        let mut runs = Vec::new();
        page.for_runs(0, 0, 200, |l, r| runs.push((l, r)));
        assert_eq!(runs, [(0, 3), (60, 130), (192, 200)]);
        runs.clear();
        page.for_runs(0, 64, 128, |l, r| runs.push((l, r)));
        assert_eq!(runs, [(64, 128)]);
    }

    #[test]
    fn tall_ink_is_what_stands_high() {
        let mut page = Bitmap::new(70, 20);
        page.fill(&Rect::new(0, 5, 70, 8));
        page.fill(&Rect::new(30, 2, 32, 15));
        let tall = page.tall_ink(6);
        assert_eq!(tall.ink_bounds(&tall.bounds()), Some(Rect::new(30, 2, 32, 15)));
        assert_eq!(page.tall_ink(3), page);
    }

    #[test]
    fn eight_pixels_at_a_time_are_compared_as_one_is() {
        for threshold in 0..=255u8 {
            for first in 0..=255u8 {
                let pixels: Vec<u8> = (0..13).map(|i: u8| first.wrapping_add(i.wrapping_mul(37))).collect();
                let one = pixels.iter().enumerate().fold(0, |bits, (i, &p)| bits | u64::from(p < threshold) << i);
                assert_eq!(darker_bits(&pixels, threshold), one, "{pixels:?} {threshold}");
            }
        }
    }

    #[test]
    fn a_part_is_cut_pixel_by_pixel() {
        let page = scattered(200, 9);
        for rect in [Rect::new(0, 0, 200, 9), Rect::new(64, 2, 128, 3), Rect::new(63, 1, 199, 8), Rect::new(7, 3, 8, 9)]
        {
            let part = page.cut(&rect);
            let pixels = part.to_bools();
            assert_eq!(pixels.len(), (rect.width() * rect.height()) as usize);
            for y in 0..rect.height() {
                for x in 0..rect.width() {
                    assert_eq!(part.get(x, y), page.get(x + rect.left, y + rect.top));
                    assert_eq!(part.get(x, y), pixels[(y * rect.width() + x) as usize]);
                    assert_eq!(part.raised().get(x, y), part.get(x, y + 1));
                }
            }
        }
    }

    #[test]
    fn dilation_and_grey_round_trip() {
        let mut page = Bitmap::new(130, 9);
        page.set(64, 4, true);
        let grown = page.dilated(2, 1);
        assert_eq!(grown.ink_bounds(&grown.bounds()), Some(Rect::new(62, 3, 67, 6)));
        assert_eq!(grown.count(&grown.bounds()), 15);
        let scattered = scattered(130, 9);
        assert_eq!(Bitmap::darker_than(&scattered.to_gray(), 130, 9, 128), scattered);
    }
}
