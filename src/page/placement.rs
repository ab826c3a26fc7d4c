//! Where the pixels of a source page went: scale, quarter turn and deskew as one map, and the resampling along it.
//!
//! A page is resampled once. Every further interpolation would blur letters that are ten pixels high.

use std::borrow::Cow;

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
    let (source_width, source_height) = (turned.width() as i64, turned.height() as i64);
    if source_width == 0 || source_height == 0 {
        return page;
    }
    let source = turned.as_raw();
    const ONE: f64 = 65536.0;
    let (sin, cos) = (f64::from(placement.skew.0), f64::from(placement.skew.1));
    let step_x = (cos / f64::from(placement.scale.0) * ONE).round() as i64;
    let step_y = (sin / f64::from(placement.scale.1) * ONE).round() as i64;
    for (v, line) in page.chunks_exact_mut(width as usize).enumerate() {
        let (x, y) = placement.backward(0.5, v as f32 + 0.5);
        let mut x = ((f64::from(x) - 0.5) * ONE) as i64;
        let mut y = ((f64::from(y) - 0.5) * ONE) as i64;
        for pixel in line {
            let (column, row) = (x >> 16, y >> 16);
            if column >= 0 && row >= 0 && column + 1 < source_width && row + 1 < source_height {
                let at = (row * source_width + column) as usize;
                let (a, b) = (u32::from(source[at]), u32::from(source[at + 1]));
                let below = at + source_width as usize;
                let (c, d) = (u32::from(source[below]), u32::from(source[below + 1]));
                if a & b & c & d == 255 {
                    *pixel = 255;
                } else {
                    let (fx, fy) = ((x as u32 & 0xFFFF) >> 8, (y as u32 & 0xFFFF) >> 8);
                    let (top, bottom) = (a * (256 - fx) + b * fx, c * (256 - fx) + d * fx);
                    *pixel = ((top * (256 - fy) + bottom * fy + 32768) >> 16) as u8;
                }
            } else {
                *pixel = edge_pixel(source, source_width, source_height, column, row);
            }
            x += step_x;
            y += step_y;
        }
    }
    page
}

/// On the outermost pixels the nearest one counts; further out is paper.
fn edge_pixel(source: &[u8], width: i64, height: i64, column: i64, row: i64) -> u8 {
    if column < -1 || row < -1 || column >= width || row >= height {
        return 255;
    }
    source[(row.max(0) * width + column.max(0)) as usize]
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
