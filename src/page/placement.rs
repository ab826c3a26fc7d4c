//! Where the pixels of a source page went: scale, quarter turn and deskew as one map, and the resampling along it.
//!
//! A page is resampled once. Every further interpolation would blur letters that are ten pixels high.

use std::borrow::Cow;
use std::num::Wrapping;

use image::GrayImage;

use super::Rotation;
use crate::geometry::Rect;

/// The map between source pixels and prepared-page pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    pub(super) rotation: Rotation,
    /// Size of the source.
    pub(super) source: (f32, f32),
    /// Prepared pixels a source pixel, across and down the turned source.
    pub(super) scale: (f32, f32),
    /// Sine and cosine of the skew.
    pub(super) skew: (f32, f32),
    /// Size of the prepared page.
    pub(super) page: (u32, u32),
}

impl Placement {
    /// `source` is the size of the untouched source, `scale` the prepared pixels a pixel of the turned source, `skew` in degrees.
    pub(super) fn new(source: (u32, u32), rotation: Rotation, scale: (f32, f32), skew: f32) -> Self {
        let source = (source.0 as f32, source.1 as f32);
        let turned = turned_size(source, rotation);
        let (sin, cos) = skew.to_radians().sin_cos();
        let (width, height) = (turned.0 * scale.0, turned.1 * scale.1);
        // Nothing that was on the paper may fall off its corners.
        let page = (
            (width * cos + height * sin.abs()).round().max(1.0) as u32,
            (height * cos + width * sin.abs()).round().max(1.0) as u32,
        );
        Self { rotation, source, scale, skew: (sin, cos), page }
    }

    /// Whether the page has the source's own pixels.
    pub(super) fn moves_nothing(&self) -> bool {
        let size = (self.page.0 as f32, self.page.1 as f32);
        self.rotation == Rotation::None && self.scale == (1.0, 1.0) && self.skew.0 == 0.0 && self.source == size
    }

    /// The same placement of a plane that was made from the turned source with `by` source pixels a pixel.
    pub(super) fn of_resized(&self, plane: &GrayImage, by: (f32, f32)) -> Placement {
        let size = (plane.width() as f32, plane.height() as f32);
        let source = turned_size(size, self.rotation);
        Placement { source, scale: (self.scale.0 * by.0, self.scale.1 * by.1), ..*self }
    }

    /// From a point of the turned source to the page.
    fn forward(&self, x: f32, y: f32) -> (f32, f32) {
        let turned = turned_size(self.source, self.rotation);
        let (x, y) = ((x - turned.0 / 2.0) * self.scale.0, (y - turned.1 / 2.0) * self.scale.1);
        let (sin, cos) = self.skew;
        (x * cos + y * sin + self.page.0 as f32 / 2.0, y * cos - x * sin + self.page.1 as f32 / 2.0)
    }

    /// From a point of the page to the turned source.
    fn backward(&self, x: f32, y: f32) -> (f32, f32) {
        let turned = turned_size(self.source, self.rotation);
        let (x, y) = (x - self.page.0 as f32 / 2.0, y - self.page.1 as f32 / 2.0);
        let (sin, cos) = self.skew;
        ((x * cos - y * sin) / self.scale.0 + turned.0 / 2.0, (x * sin + y * cos) / self.scale.1 + turned.1 / 2.0)
    }

    /// Where a point of the source lies on the page.
    pub fn point_to_page(&self, x: f32, y: f32) -> (f32, f32) {
        let (width, height) = self.source;
        let (x, y) = match self.rotation {
            Rotation::None => (x, y),
            Rotation::Quarter => (height - y, x),
            Rotation::Half => (width - x, height - y),
            Rotation::ThreeQuarters => (y, width - x),
        };
        self.forward(x, y)
    }

    /// Where a point of the page lay on the source.
    pub fn point_to_source(&self, x: f32, y: f32) -> (f32, f32) {
        let (width, height) = self.source;
        let (x, y) = self.backward(x, y);
        match self.rotation {
            Rotation::None => (x, y),
            Rotation::Quarter => (y, height - x),
            Rotation::Half => (width - x, height - y),
            Rotation::ThreeQuarters => (width - y, x),
        }
    }

    /// The rectangle on the page around a rectangle of the source (a text layer's word, a form field).
    pub fn to_page(&self, source: &Rect) -> Rect {
        corners(source, |x, y| self.point_to_page(x, y))
    }

    /// The rectangle on the source around a rectangle of the page.
    pub fn to_source(&self, page: &Rect) -> Rect {
        corners(page, |x, y| self.point_to_source(x, y))
    }
}

fn turned_size(source: (f32, f32), rotation: Rotation) -> (f32, f32) {
    match rotation {
        Rotation::None | Rotation::Half => source,
        Rotation::Quarter | Rotation::ThreeQuarters => (source.1, source.0),
    }
}

fn corners(rect: &Rect, map: impl Fn(f32, f32) -> (f32, f32)) -> Rect {
    let (left, top, right, bottom) = (rect.left as f32, rect.top as f32, rect.right as f32, rect.bottom as f32);
    let points = [map(left, top), map(right, top), map(left, bottom), map(right, bottom)];
    let fold =
        |pick: fn(&(f32, f32)) -> f32, start: f32, keep: fn(f32, f32) -> f32| points.iter().map(pick).fold(start, keep);
    Rect::new(
        fold(|p| p.0, f32::MAX, f32::min).round() as i32,
        fold(|p| p.1, f32::MAX, f32::min).round() as i32,
        fold(|p| p.0, f32::MIN, f32::max).round() as i32,
        fold(|p| p.1, f32::MIN, f32::max).round() as i32,
    )
}

/// Resamples the turned source onto the page, bilinear, white outside.
pub(super) fn resample(turned: Cow<'_, GrayImage>, placement: &Placement) -> GrayImage {
    let (width, height) = placement.page;
    if turned.dimensions() == placement.page && placement.scale == (1.0, 1.0) && placement.skew.0 == 0.0 {
        return turned.into_owned();
    }
    let turned = turned.as_ref();
    if placement.skew.0 == 0.0 {
        return stretch(turned, width, height);
    }
    let mut page = GrayImage::from_pixel(width, height, image::Luma([255]));
    if turned.width() == 0 || turned.height() == 0 {
        return page;
    }
    let source = Source { pixels: turned.as_raw(), width: turned.width() as usize, height: turned.height() as usize };
    let (sin, cos) = (f64::from(placement.skew.0), f64::from(placement.skew.1));
    let step = (
        (cos / f64::from(placement.scale.0) * ONE as f64).round() as i64,
        (sin / f64::from(placement.scale.1) * ONE as f64).round() as i64,
    );
    for (v, line) in page.chunks_exact_mut(width as usize).enumerate() {
        let (x, y) = placement.backward(0.5, v as f32 + 0.5);
        let start = |along: f32| ((f64::from(along) - 0.5) * ONE as f64) as i64;
        source.sample_line(line, (start(x), start(y)), step);
    }
    page
}

/// A pixel in the fixed-point numbers that walk over the source.
const ONE: i64 = 1 << 16;

/// The part of a pixel.
const FRACTION: i64 = ONE - 1;

/// Stretches shorter than this are sampled pixel by pixel.
const SHORT: usize = 8;

/// What a slanted line is sampled from.
struct Source<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
}

impl Source<'_> {
    /// Samples a line that starts at (`x`, `y`) and goes on by `step`.
    ///
    /// A page is skewed by a degree or two, so that the line stays between the same two rows for many pixels and moves by one column at each:
    /// such a stretch is blended in one go, seven times as fast as pixel by pixel.
    fn sample_line(&self, mut line: &mut [u8], (mut x, mut y): (i64, i64), step: (i64, i64)) {
        let drift = step.0 - ONE;
        // Where columns are skipped or repeated all the time there are no stretches to look for.
        let has_stretches = drift.abs() < ONE / 32;
        while !line.is_empty() {
            let (column, row) = (x >> 16, y >> 16);
            let count = match self.offset(column, row) {
                None => {
                    line[0] = self.edge_pixel(column, row);
                    1
                }
                Some((at, room)) => {
                    let in_one_go = || {
                        let in_pixel = steps_within(x & FRACTION, drift).min(steps_within(y & FRACTION, step.1));
                        Some(in_pixel.min(room).min(line.len())).filter(|&count| count >= SHORT)
                    };
                    let count = has_stretches.then(in_one_go).flatten().unwrap_or(1);
                    let below = at + self.width;
                    let rows = (&self.pixels[at..=at + count], &self.pixels[below..=below + count]);
                    blend(&mut line[..count], rows, (x & FRACTION, drift), (y & FRACTION, step.1));
                    count
                }
            };
            line = &mut line[count..];
            x += step.0 * count as i64;
            y += step.1 * count as i64;
        }
    }

    /// Where the pixel is, and how many follow in its row, if it has neighbours to the right and below.
    fn offset(&self, column: i64, row: i64) -> Option<(usize, usize)> {
        let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
        (column + 1 < self.width && row + 1 < self.height).then(|| (row * self.width + column, self.width - 1 - column))
    }

    /// On the outermost pixels the nearest one counts; further out is paper.
    fn edge_pixel(&self, column: i64, row: i64) -> u8 {
        if column < -1 || row < -1 || column >= self.width as i64 || row >= self.height as i64 {
            return 255;
        }
        self.pixels[row.max(0) as usize * self.width + column.max(0) as usize]
    }
}

/// How many steps it takes from a fraction of a pixel to leave the pixel.
fn steps_within(fraction: i64, step: i64) -> usize {
    match step {
        0 => usize::MAX,
        1.. => ((ONE - fraction + step - 1) / step) as usize,
        _ => (fraction / -step) as usize + 1,
    }
}

/// Blends a stretch of pixels from two rows that are one pixel longer; `x` and `y` are fractions of a pixel with their steps.
fn blend(pixels: &mut [u8], (above, below): (&[u8], &[u8]), x: (i64, i64), y: (i64, i64)) {
    if above.iter().chain(below).fold(255, |all, &pixel| all & pixel) == 255 {
        pixels.fill(255);
        return;
    }
    // Without checks for an overflow, which cannot be, the loop takes several pixels at once.
    let wrapping = |number: i64| Wrapping(number as u32);
    let (mut x, mut y, step_x, step_y) = (wrapping(x.0), wrapping(y.0), wrapping(x.1), wrapping(y.1));
    let (above_right, below_right) = (&above[1..], &below[1..]);
    for ((((pixel, a), b), c), d) in pixels.iter_mut().zip(above).zip(above_right).zip(below).zip(below_right) {
        let [a, b, c, d] = [a, b, c, d].map(|&value| Wrapping(u32::from(value)));
        let whole = Wrapping(256);
        let (right, down) = (x >> 8, y >> 8);
        let (top, bottom) = (a * (whole - right) + b * right, c * (whole - right) + d * right);
        *pixel = ((top * (whole - down) + bottom * down + Wrapping(1 << 15)) >> 16).0 as u8;
        x += step_x;
        y += step_y;
    }
}

/// Upright scaling, rows first: most pages have no skew worth taking out, and two passes over rows are quicker.
fn stretch(turned: &GrayImage, width: u32, height: u32) -> GrayImage {
    let columns = taps(turned.width(), width);
    let rows = taps(turned.height(), height);
    let mut page = GrayImage::from_pixel(width, height, image::Luma([255]));
    let source_width = turned.width() as usize;
    if source_width == 0 || turned.height() == 0 {
        return page;
    }
    let source = turned.as_raw();
    let mut blended = vec![0u16; source_width];
    for (line, &(row, next, weight)) in page.chunks_exact_mut(width as usize).zip(&rows) {
        let above = &source[row * source_width..][..source_width];
        let below = &source[next * source_width..][..source_width];
        for ((mixed, &a), &b) in blended.iter_mut().zip(above).zip(below) {
            *mixed = u16::from(a) * (256 - weight) / 2 + u16::from(b) * weight / 2;
        }
        if width as usize == source_width {
            for (pixel, &mixed) in line.iter_mut().zip(&blended) {
                *pixel = ((mixed + 64) >> 7).min(255) as u8;
            }
        } else {
            for (pixel, &(column, next, weight)) in line.iter_mut().zip(&columns) {
                let mixed =
                    u32::from(blended[column]) * u32::from(256 - weight) + u32::from(blended[next]) * u32::from(weight);
                *pixel = ((mixed + 16384) >> 15).min(255) as u8;
            }
        }
    }
    page
}

/// For each of `to` pixels: the two source pixels to blend, and the weight of the second in 1/256.
fn taps(from: u32, to: u32) -> Vec<(usize, usize, u16)> {
    let ratio = f64::from(from) / f64::from(to.max(1));
    let last = from.saturating_sub(1) as usize;
    (0..to)
        .map(|index| {
            let position = ((f64::from(index) + 0.5) * ratio - 0.5).max(0.0);
            let first = (position as usize).min(last);
            (first, (first + 1).min(last), ((position - first as f64) * 256.0) as u16)
        })
        .collect()
}

/// Halves, thirds … a plane by averaging, before a bilinear step that would skip pixels.
pub(super) fn reduced(gray: &GrayImage, by_x: u32, by_y: u32) -> GrayImage {
    let (width, height) = (gray.width().div_ceil(by_x).max(1), gray.height().div_ceil(by_y).max(1));
    let mut small = GrayImage::from_pixel(width, height, image::Luma([255]));
    let source_width = gray.width() as usize;
    if source_width == 0 {
        return small;
    }
    let mut sums = vec![0u32; width as usize];
    for (line, band) in small.chunks_exact_mut(width as usize).zip(gray.chunks(source_width * by_y as usize)) {
        sums.fill(0);
        for row in band.chunks_exact(source_width) {
            for (sum, pixels) in sums.iter_mut().zip(row.chunks(by_x as usize)) {
                *sum += pixels.iter().map(|&p| u32::from(p)).sum::<u32>();
            }
        }
        let rows = band.len() / source_width;
        for (column, (pixel, &sum)) in line.iter_mut().zip(&sums).enumerate() {
            let across = (source_width - column * by_x as usize).min(by_x as usize);
            *pixel = (sum / (across * rows).max(1) as u32) as u8;
        }
    }
    small
}

/// A coarse plane at its full size, with edges as steep as its pixels allow.
pub(super) fn enlarged(gray: &GrayImage, scale: (f32, f32)) -> GrayImage {
    let long = |side: u32, scale: f32| (side as f32 * scale).round().max(1.0) as u32;
    let (width, height) = (long(gray.width(), scale.0), long(gray.height(), scale.1));
    image::imageops::resize(gray, width, height, image::imageops::FilterType::CatmullRom)
}

/// Doubles the rows of a coarse page so that slanted strokes stay slanted.
///
/// At 98 lines an inch a slanted edge jumps two pixels from row to row. Interpolating between rows alone gives stairs; a
/// little blur along the row first lets the edge of a new row fall between those of its neighbours.
pub(super) fn rows_doubled(gray: &GrayImage) -> GrayImage {
    let (width, height) = gray.dimensions();
    let mut tall = GrayImage::from_pixel(width, height * 2, image::Luma([255]));
    if width == 0 || height == 0 {
        return tall;
    }
    let blurred: Vec<Vec<u16>> = gray.chunks_exact(width as usize).map(blurred_row).collect();
    for (y, line) in tall.chunks_exact_mut(width as usize).enumerate() {
        let row = y / 2;
        // A new row's centre lies a quarter of a source row above or below its nearest source row's centre.
        let other = if y % 2 == 0 { row.saturating_sub(1) } else { (row + 1).min(height as usize - 1) };
        for ((pixel, &near), &far) in line.iter_mut().zip(&blurred[row]).zip(&blurred[other]) {
            *pixel = ((u32::from(near) * 3 + u32::from(far) + 32) >> 6).min(255) as u8;
        }
    }
    tall
}

/// `[1 2 1]` along a row, sums in sixteenths with a factor of four to spare.
fn blurred_row(row: &[u8]) -> Vec<u16> {
    let last = row.len() - 1;
    (0..row.len())
        .map(|x| {
            let (before, after) = (u16::from(row[x.saturating_sub(1)]), u16::from(row[(x + 1).min(last)]));
            (before + 2 * u16::from(row[x]) + after) * 4
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn there_and_back() {
        for rotation in [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters] {
            let placement = Placement::new((1728, 1078), rotation, (1.0, 2.08), 1.7);
            let (x, y) = placement.point_to_page(300.0, 80.0);
            let (x, y) = placement.point_to_source(x, y);
            assert!((x - 300.0).abs() < 0.1 && (y - 80.0).abs() < 0.1, "{rotation:?}: {x}, {y}");
        }
    }

    #[test]
    fn a_quarter_turn_is_clockwise() {
        let placement = Placement::new((100, 200), Rotation::Quarter, (1.0, 1.0), 0.0);
        assert_eq!(placement.to_page(&Rect::new(0, 0, 10, 20)), Rect::new(180, 0, 200, 10));
        assert_eq!(placement.to_source(&Rect::new(180, 0, 200, 10)), Rect::new(0, 0, 10, 20));
    }

    #[test]
    fn a_sloping_line_comes_out_level() {
        let slope = 2f32.to_radians().tan();
        let source = GrayImage::from_fn(600, 400, |x, y| {
            let centre = 200.0 + (x as f32 - 300.0) * slope;
            Luma([if (y as f32 - centre).abs() < 2.0 { 0 } else { 255 }])
        });
        let placement = Placement::new((600, 400), Rotation::None, (1.0, 1.0), 2.0);
        let page = resample(Cow::Borrowed(&source), &placement);
        let dark_rows = (0..page.height()).filter(|&y| (60..540).any(|x| page.get_pixel(x, y)[0] < 128)).count();
        assert!(dark_rows <= 5, "{dark_rows}");
        assert!(page.width() > 600 && page.height() > 400);
    }

    #[test]
    fn a_stretch_is_sampled_as_its_pixels_are() {
        let pixels: Vec<u8> = (0..90u32 * 40).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let source = Source { pixels: &pixels, width: 90, height: 40 };
        for step in [(ONE - 9, 700), (ONE + 40, -700), (ONE, 0), (ONE - 2000, 3000), (ONE / 2, 10)] {
            let start = (-3 * ONE + 77, 20 * ONE + 5);
            let mut line = [0; 100];
            source.sample_line(&mut line, start, step);
            for (n, &pixel) in line.iter().enumerate() {
                let mut alone = [0];
                source.sample_line(&mut alone, (start.0 + n as i64 * step.0, start.1 + n as i64 * step.1), step);
                assert_eq!(pixel, alone[0], "pixel {n} with the step {step:?}");
            }
            assert_eq!(line[1], 255, "two columns off the source");
        }
    }

    #[test]
    fn a_blend_is_weighed_by_the_distance() {
        let mut pixels = [0; 2];
        blend(&mut pixels, (&[0, 200, 40], &[0, 200, 40]), (ONE / 4, ONE / 4), (ONE / 2, 0));
        assert_eq!(pixels, [50, 120], "a quarter of the way, then half of it");
        blend(&mut pixels, (&[0, 0, 0], &[100, 100, 100]), (0, 0), (ONE / 4, ONE / 4));
        assert_eq!(pixels, [25, 50]);
    }

    #[test]
    fn doubling_rows_keeps_size_and_level() {
        let source = GrayImage::from_fn(60, 30, |x, _| Luma([if (20..40).contains(&x) { 0 } else { 255 }]));
        let tall = rows_doubled(&source);
        assert_eq!(tall.dimensions(), (60, 60));
        assert_eq!((tall.get_pixel(5, 30)[0], tall.get_pixel(30, 30)[0]), (255, 0));
    }

    #[test]
    fn reducing_averages() {
        let source = GrayImage::from_fn(5, 4, |x, _| Luma([if x % 2 == 0 { 0 } else { 200 }]));
        let small = reduced(&source, 2, 2);
        assert_eq!(small.dimensions(), (3, 2));
        assert_eq!((small.get_pixel(0, 0)[0], small.get_pixel(2, 1)[0]), (100, 0));
    }
}
