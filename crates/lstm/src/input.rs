//! From the line's picture to the network's input (Tesseract's `src/lstm/input.cpp` and `networkio.cpp`).

use crate::scale::{Grey, scale};

/// The scaled picture as 8-bit activations.
#[derive(Debug)]
pub(crate) struct Input {
    pub width: usize,
    pub height: usize,
    /// `height` rows of `width` activations in -127..=127.
    pub values: Vec<i16>,
    /// Scaled pixels per pixel of the picture.
    pub factor: f32,
}

/// Scales the line to `height` rows and stretches its contrast.
///
/// With `invert` the colours are inverted after scaling. Gives nothing for a picture that is narrower than `min_width` when scaled: Tesseract does not read those.
pub(crate) fn prepare(line: Grey, invert: bool, height: usize, min_width: usize) -> Option<Input> {
    // Beyond the width of any page; keeps the memory for one line bounded.
    const MOST_WIDTH: usize = 1 << 15;
    if line.height == 0 {
        return None;
    }
    let factor = height as f32 / line.height as f32;
    let mut scaled = scale(line, factor)?;
    // Scaling gives the wanted height for every height that a picture can have; Tesseract would scale again if not.
    if scaled.width < min_width || scaled.width > MOST_WIDTH || scaled.height != height {
        return None;
    }
    if invert {
        for pixel in &mut scaled.pixels {
            *pixel = !*pixel;
        }
    }
    let (black, white) = black_and_white(&scaled);
    let contrast = (white - black) / 2.0;
    let contrast = if contrast <= 0.0 { 1.0 } else { contrast };
    let mut levels = [0; 256];
    for (pixel, level) in levels.iter_mut().enumerate() {
        let value = 128.0 * ((pixel as f32 - black) / contrast - 1.0);
        let rounded = (value.abs() + 0.5) as i32;
        *level = (if value < 0.0 { -rounded } else { rounded }).clamp(-127, 127) as i16;
    }
    let values = scaled.pixels.iter().map(|&pixel| levels[usize::from(pixel)]).collect();
    Some(Input { width: scaled.width, height, values, factor })
}

/// Typical levels of ink and paper along the middle row (`ComputeBlackWhite`): local minima and maxima stand for them.
fn black_and_white(picture: &Grey) -> (f32, f32) {
    let mut minima = Histogram::default();
    let mut maxima = Histogram::default();
    let middle = &picture.pixels[picture.height / 2 * picture.width..][..picture.width];
    for window in middle.windows(3) {
        let (previous, current, next) = (window[0], window[1], window[2]);
        if (current < previous && current <= next) || (current <= previous && current < next) {
            minima.add(current);
        }
        if (current > previous && current >= next) || (current >= previous && current > next) {
            maxima.add(current);
        }
    }
    if minima.total == 0 {
        minima.add(0);
    }
    if maxima.total == 0 {
        maxima.add(255);
    }
    (minima.quantile(0.25) as f32, maxima.quantile(0.75) as f32)
}

/// Counts of pixel values (Tesseract's `STATS`, `src/ccstruct/statistc.cpp`).
struct Histogram {
    counts: [u32; 256],
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 256], total: 0 }
    }
}

impl Histogram {
    fn add(&mut self, value: u8) {
        self.counts[usize::from(value)] += 1;
        self.total += 1;
    }

    /// The value below which the given part of the counts lies, interpolated within its bucket (`STATS::ile`).
    fn quantile(&self, part: f64) -> f64 {
        let target = (part * f64::from(self.total)).clamp(1.0, f64::from(self.total));
        let mut sum = 0.0;
        for (index, &count) in self.counts.iter().enumerate() {
            sum += f64::from(count);
            if sum >= target {
                return index as f64 + 1.0 - (sum - target) / f64::from(count);
            }
        }
        256.0
    }
}
