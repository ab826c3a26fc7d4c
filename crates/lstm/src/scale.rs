//! Scaling of a grey picture exactly as Leptonica 1.82's `pixScale` does it (`src/scale1.c`, `src/enhance.c`).
//!
//! A pixel that differs by one can change a reading, so these follow Leptonica's rounding step by step. Leptonica is
//! under the 2-clause BSD licence; the functions that are ported are named at each function.

/// A grey picture of 8 bits a pixel in rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grey {
    pub width: usize,
    pub height: usize,
    /// `width * height` pixels, 0 is black.
    pub pixels: Vec<u8>,
}

impl Grey {
    fn filled_by(width: usize, height: usize, mut pixel: impl FnMut(usize, usize) -> u8) -> Self {
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                pixels.push(pixel(x, y));
            }
        }
        Self { width, height, pixels }
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..][..self.width]
    }

    fn at(&self, x: usize, y: usize) -> i32 {
        i32::from(self.pixels[y * self.width + x])
    }
}

/// Scales by the same factor in both directions, or gives nothing when no pixel would be left.
///
/// Ports `pixScale` and `pixScaleGeneral` for 8-bit grey: area mapping with sharpening for strong reductions, linear
/// interpolation otherwise, with sharpening up to a factor of 1.4.
pub(crate) fn scale(source: Grey, factor: f32) -> Option<Grey> {
    if source.width == 0 || source.height == 0 || factor <= 0.0 {
        return None;
    }
    if factor == 1.0 {
        return Some(source);
    }
    let wide = f64::from(factor);
    if wide < 0.7 {
        let scaled = if wide < 0.02 { smooth(&source, factor) } else { area_map(source, factor)? };
        Some(if wide > 0.2 { sharpen(&scaled, 1, 0.2) } else { scaled })
    } else {
        let scaled = linear(&source, factor)?;
        Some(if wide < 1.4 { sharpen(&scaled, 2, 0.4) } else { scaled })
    }
}

/// A side after scaling, rounded as Leptonica does: product in single, rounding in double precision.
fn scaled_side(side: usize, factor: f32) -> usize {
    (f64::from(factor * side as f32) + 0.5) as usize
}

/// Source pixels per target pixel in sixteenths.
fn sixteenths(source: usize, target: usize) -> f32 {
    (16.0 * f64::from(source as f32) / f64::from(target as f32)) as f32
}

/// `pixScaleGrayLI` with `scaleGrayLILow`, and its two special cases.
fn linear(source: &Grey, factor: f32) -> Option<Grey> {
    if factor == 2.0 {
        return Some(enlarge::<2>(source));
    }
    if factor == 4.0 {
        return Some(enlarge::<4>(source));
    }
    let (width, height) = (scaled_side(source.width, factor), scaled_side(source.height, factor));
    if width == 0 || height == 0 {
        return None;
    }
    let (step_x, step_y) = (sixteenths(source.width, width), sixteenths(source.height, height));
    // The pixel and its right neighbour with the weight of the neighbour, once for all rows.
    let columns: Vec<(usize, usize, i32)> = (0..width)
        .map(|x| {
            let place = (step_x * x as f32) as usize;
            (place >> 4, ((place >> 4) + 1).min(source.width - 1), (place & 15) as i32)
        })
        .collect();
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let place = (step_y * y as f32) as usize;
        let (top, fraction_y) = (place >> 4, (place & 15) as i32);
        let upper = source.row(top);
        let lower = source.row((top + 1).min(source.height - 1));
        pixels.extend(columns.iter().map(|&(left, right, fraction_x)| {
            let above = (16 - fraction_x) * i32::from(upper[left]) + fraction_x * i32::from(upper[right]);
            let below = (16 - fraction_x) * i32::from(lower[left]) + fraction_x * i32::from(lower[right]);
            (((16 - fraction_y) * above + fraction_y * below + 128) / 256) as u8
        }));
    }
    Some(Grey { width, height, pixels })
}

/// `scaleGray2xLILow` and `scaleGray4xLILow`: interpolation with truncation instead of rounding.
fn enlarge<const N: usize>(source: &Grey) -> Grey {
    let n = N as i32;
    Grey::filled_by(source.width * N, source.height * N, |x, y| {
        let (left, top) = (x / N, y / N);
        let (right, bottom) = ((left + 1).min(source.width - 1), (top + 1).min(source.height - 1));
        let (dx, dy) = ((x % N) as i32, (y % N) as i32);
        let above = (n - dx) * source.at(left, top) + dx * source.at(right, top);
        let below = (n - dx) * source.at(left, bottom) + dx * source.at(right, bottom);
        (((n - dy) * above + dy * below) / (n * n)) as u8
    })
}

/// `pixScaleAreaMap` with `scaleGrayAreaMapLow`: each target pixel is the mean over its area of the source.
fn area_map(source: Grey, factor: f32) -> Option<Grey> {
    for (halvings, power) in [(1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0625)] {
        if factor == power {
            return (0..halvings).try_fold(source, |picture, _| halve(&picture));
        }
    }
    let (width, height) = (scaled_side(source.width, factor), scaled_side(source.height, factor));
    if width == 0 || height == 0 {
        return None;
    }
    let (step_x, step_y) = (sixteenths(source.width, width), sixteenths(source.height, height));
    let columns: Vec<Span> = (0..width).map(|x| Span::new(step_x, x)).collect();
    let mut sums = vec![0; source.width];
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let rows = Span::new(step_y, y);
        // The last row and column take the pixel itself instead of a mean.
        if rows.last + 2 > source.height {
            let row = source.row(rows.first);
            pixels.extend(columns.iter().map(|span| row[span.first]));
            continue;
        }
        rows.sum_rows(&source, &mut sums);
        pixels.extend(columns.iter().map(|span| {
            if span.last + 2 > source.width {
                return source.pixels[rows.first * source.width + span.first];
            }
            let inner: i32 = sums[span.first + 1..span.last.max(span.first + 1)].iter().sum();
            let ends = (16 - span.before) * sums[span.first] + span.after * sums[span.last];
            ((ends + 16 * inner + 128) / (span.length() * rows.length())) as u8
        }));
    }
    Some(Grey { width, height, pixels })
}

/// The source pixels under one target pixel in one direction, in sixteenths.
struct Span {
    first: usize,
    /// Part of the first pixel that lies before the span.
    before: i32,
    last: usize,
    /// Part of the last pixel that is in the span.
    after: i32,
}

impl Span {
    fn new(step: f32, index: usize) -> Self {
        let start = (step * index as f32) as usize;
        let end = (f64::from(step) * (index as f64 + 1.0)) as usize;
        Self { first: start >> 4, before: (start & 15) as i32, last: end >> 4, after: (end & 15) as i32 }
    }

    fn length(&self) -> i32 {
        16 * (self.last as i32 - self.first as i32) - self.before + self.after
    }

    /// Weighted sums of each column over the rows of this span.
    fn sum_rows(&self, source: &Grey, sums: &mut [i32]) {
        let first = source.row(self.first);
        let last = source.row(self.last);
        for (sum, (&a, &b)) in sums.iter_mut().zip(first.iter().zip(last)) {
            *sum = (16 - self.before) * i32::from(a) + self.after * i32::from(b);
        }
        for y in self.first + 1..self.last {
            for (sum, &pixel) in sums.iter_mut().zip(source.row(y)) {
                *sum += 16 * i32::from(pixel);
            }
        }
    }
}

/// `scaleAreaMapLow2`: the truncated mean of four pixels.
fn halve(source: &Grey) -> Option<Grey> {
    let (width, height) = (source.width / 2, source.height / 2);
    (width > 0 && height > 0).then(|| {
        Grey::filled_by(width, height, |x, y| {
            let (x, y) = (2 * x, 2 * y);
            ((source.at(x, y) + source.at(x + 1, y) + source.at(x, y + 1) + source.at(x + 1, y + 1)) >> 2) as u8
        })
    })
}

/// `pixScaleSmooth` with `scaleSmoothLow`, for reductions to less than a fiftieth.
fn smooth(source: &Grey, factor: f32) -> Grey {
    let size = ((f64::from((1.0 / f64::from(factor)) as f32) + 0.5) as usize).clamp(2, 10_000);
    if source.width < size || source.height < size {
        let pixel = source.pixels[source.height / 2 * source.width + source.width / 2];
        return Grey { width: 1, height: 1, pixels: vec![pixel] };
    }
    let (width, height) = (scaled_side(source.width, factor).max(1), scaled_side(source.height, factor).max(1));
    let norm = (1.0 / f64::from((size * size) as f32)) as f32;
    let (step_x, step_y) = (source.width as f32 / width as f32, source.height as f32 / height as f32);
    Grey::filled_by(width, height, |x, y| {
        let left = ((step_x * x as f32) as usize).min(source.width - size);
        let top = ((step_y * y as f32) as usize).min(source.height - size);
        let sum: i32 = (top..top + size).flat_map(|y| &source.row(y)[left..left + size]).map(|&p| i32::from(p)).sum();
        (sum as f32 * norm) as u8
    })
}

/// `pixUnsharpMaskingGray2D`: adds `fraction` of the difference from the mean over `2 * half + 1` squared pixels.
fn sharpen(source: &Grey, half: usize, fraction: f32) -> Grey {
    let mut target = source.clone();
    let (width, height, side) = (source.width, source.height, 2 * half + 1);
    if width < side || height < side {
        return target;
    }
    let norm = (1.0 / (side * side) as f64) as f32;
    let mut sums = vec![0u16; width];
    for y in half..height - half {
        sums.fill(0);
        for row in y - half..=y + half {
            for (sum, &pixel) in sums.iter_mut().zip(source.row(row)) {
                *sum += u16::from(pixel);
            }
        }
        let line = &mut target.pixels[y * width..][half..width - half];
        for (pixel, window) in line.iter_mut().zip(sums.windows(side)) {
            // The sums are whole numbers far below 2^24, so the order in which they are added does not matter.
            let mean = norm * f32::from(window.iter().sum::<u16>());
            let value = f32::from(*pixel);
            let sharp = f64::from(value + fraction * (value - mean)) + 0.5;
            *pixel = (sharp as i32).clamp(0, 255) as u8;
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> Grey {
        Grey::filled_by(width, height, |x, y| (x * 7 + y * 13) as u8)
    }

    #[test]
    fn sides_and_special_cases() {
        for height in [5, 9, 18, 25, 36, 40, 72, 100, 144, 2000] {
            let scaled = scale(ramp(height * 3, height), 36.0 / height as f32).unwrap();
            assert_eq!(scaled.height, 36, "from {height}");
        }
    }

    #[test]
    fn a_flat_picture_stays_flat() {
        for height in [20, 18, 30, 60, 72, 500] {
            let flat = Grey { width: 80, height, pixels: vec![200; 80 * height] };
            assert!(scale(flat, 36.0 / height as f32).unwrap().pixels.iter().all(|&p| p == 200));
        }
    }

    #[test]
    fn nothing_is_left_of_a_sliver() {
        assert!(scale(ramp(1, 300), 0.12).is_none());
    }
}
