//! Line crops: a piece of a page, cut and scaled as the second reader likes it.
//!
//! The reader takes a line 48 pixels high. How much of that height the letters fill decides how well it reads, so a crop follows
//! the ink of its line and not the zone that the line was looked for in. Measured on 297 fields of fax forms (fields exactly
//! right, printed and by hand): ink bounds with margins of 8 % above and below and one ink height at the sides 96 % and 60 %, with 25 % above and
//! below 92 % and 52 %, the zone as it was 88 % and 44 %. Rulings left in cost 5 % and 10 %; thickening strokes, thinning them, and
//! black and white instead of grey only made it worse.

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};

use crate::geometry::Rect;
use crate::page::Bitmap;

/// Grey below which a pixel counts as ink where no measured ink is at hand.
const INK_BELOW: u8 = 128;

/// White above and below the ink, as a share of the ink's height.
const MARGIN: f32 = 0.08;

/// White left and right of the ink, as a share of the ink's height: letters at the very end of the input get lost.
const SIDE_MARGIN: f32 = 1.0;

/// Ink lower than this is not scaled up to fill the line: a dash or a dot would become a block.
const LEAST_HEIGHT: i32 = 10;

/// A band of ink at the zone's upper or lower edge with less than this share of the zone's ink is a neighbour's: a descender of the line
/// above, the top of a label below.
const STRAY_SHARE: f32 = 0.12;

/// Height of a line crop for Tesseract, read as [`super::Layout::Line`]. Printed fields that were exactly right: 177 of 202 from such crops, 100 from
/// the zones as they were; heights of 24 to 48 differ by 2 %.
pub const TESSERACT_LINE_HEIGHT: u32 = 32;

/// Height of the capitals of ordinary print (10 point).
const CAPITALS_INCHES: f32 = 0.1;

/// One line, cut out of a page.
#[derive(Clone, Debug)]
pub struct LineCrop {
    /// The line, dark on white, at the height that was asked for.
    pub image: GrayImage,
    /// The ink of the line, in the page's pixels.
    pub ink: Rect,
    /// Column of the page at the crop's left edge; it may lie left of the page, where the margin is.
    left: f32,
    /// Page pixels for one pixel of the crop.
    scale: f32,
}

impl LineCrop {
    /// Column of the page for a column of the crop, such as a letter's position in a [`super::LineReading`].
    pub fn page_x(&self, x: f32) -> f32 {
        self.left + x * self.scale
    }
}

/// Cuts the line inside `zone` out of a grey page and scales it to `target_height` pixels; `None` when there is no ink.
///
/// The zone holds one line; it is clipped to the page. Give it the page with its rulings painted out: one that is left counts as ink.
pub fn line_crop(gray: &GrayImage, zone: &Rect, target_height: u32) -> Option<LineCrop> {
    let zone = zone.intersect(&Rect::new(0, 0, gray.width().try_into().ok()?, gray.height().try_into().ok()?));
    if zone.is_empty() {
        return None;
    }
    let cut = imageops::crop_imm(gray, zone.left as u32, zone.top as u32, zone.width() as u32, zone.height() as u32)
        .to_image();
    crop_of(&cut, &zone, target_height)
}

/// A page scaled so that capitals of ordinary print are about 30 pixels high, Tesseract's best; `None` when `dpi` is high enough.
///
/// The second value is the factor; boxes that Tesseract then reports are divided by it. Measured on 16 fax forms at 204 pixels per inch
/// (printed fields found in the page's text, of 86): read as one block, as they are 62 in 0.9 s a page, scaled 65 in 1.3 s, twice as large
/// 62 in 1.5 s; read as sparse text, as they are 83, scaled 78. So it is a second try for a page that read badly, and no
/// step for every page.
pub fn upscale_for_tesseract(gray: &GrayImage, dpi: u32) -> Option<(GrayImage, f32)> {
    let factor = 30.0 / (CAPITALS_INCHES * dpi.max(1) as f32);
    if !(1.2..=6.0).contains(&factor) {
        return None;
    }
    let scaled = |side: u32| (side as f32 * factor).round().max(1.0) as u32;
    Some((imageops::resize(gray, scaled(gray.width()), scaled(gray.height()), FilterType::CatmullRom), factor))
}

/// The line in `cut`, which is the page's part `zone`.
fn crop_of(cut: &GrayImage, zone: &Rect, target_height: u32) -> Option<LineCrop> {
    let ink = line_bounds(cut)?;
    let height = ink.height().max(LEAST_HEIGHT);
    let (above, side) = ((height as f32 * MARGIN).round() as i32, (height as f32 * SIDE_MARGIN).round() as i32);
    // Ink that is lower than the least height stands in the middle.
    let above = above + (height - ink.height()) / 2;
    let (width, full_height) = ((ink.width() + 2 * side) as u32, (ink.height() + 2 * above) as u32);
    let mut framed = GrayImage::from_pixel(width, full_height, Luma([255]));
    let line = imageops::crop_imm(cut, ink.left as u32, ink.top as u32, ink.width() as u32, ink.height() as u32);
    imageops::replace(&mut framed, &*line, side.into(), above.into());

    let target_height = target_height.max(1);
    let target_width =
        (u64::from(width) * u64::from(target_height)).div_ceil(u64::from(full_height)).clamp(1, 16_384) as u32;
    let image = imageops::resize(&framed, target_width, target_height, FilterType::CatmullRom);
    let ink = ink.translate(zone.left, zone.top);
    Some(LineCrop { image, ink, left: (ink.left - side) as f32, scale: width as f32 / target_width as f32 })
}

/// Bounds of the line's ink, without specks and without what a neighbouring line left at the zone's edge.
fn line_bounds(cut: &GrayImage) -> Option<Rect> {
    let (width, height) = (i32::try_from(cut.width()).ok()?, i32::try_from(cut.height()).ok()?);
    let mut ink = Bitmap::new(cut.width(), cut.height());
    for (x, y, pixel) in cut.enumerate_pixels() {
        if pixel[0] < INK_BELOW {
            ink.set(x as i32, y as i32, true);
        }
    }
    // A pixel of a stroke has others around it.
    let mut strokes = Bitmap::new(cut.width(), cut.height());
    for y in 0..height {
        for x in 0..width {
            if ink.get(x, y) && ink.count(&Rect::new(x - 1, y - 1, x + 2, y + 2)) >= 4 {
                strokes.set(x, y, true);
            }
        }
    }
    let row = |y: i32| strokes.count(&Rect::new(0, y, width, y + 1));
    let mut bands: Vec<(i32, i32, u64)> = Vec::new();
    for y in 0..height {
        match (row(y), bands.last_mut()) {
            (0 | 1, _) => {}
            (count, Some(band)) if band.1 == y => (band.1, band.2) = (y + 1, band.2 + count),
            (count, _) => bands.push((y, y + 1, count)),
        }
    }
    let total: u64 = bands.iter().map(|band| band.2).sum();
    let stray = |band: &(i32, i32, u64)| (band.2 as f32) < STRAY_SHARE * total as f32;
    if bands.len() > 1 && bands.first().is_some_and(|band| band.0 == 0 && stray(band)) {
        bands.remove(0);
    }
    if bands.len() > 1 && bands.last().is_some_and(|band| band.1 == height && stray(band)) {
        bands.pop();
    }
    let (top, bottom) = (bands.first()?.0, bands.last()?.1);
    strokes
        .ink_bounds(&Rect::new(0, top, width, bottom))
        .map(|bounds| Rect::new(bounds.left, top, bounds.right, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(width: u32, height: u32, blots: &[Rect]) -> GrayImage {
        let mut gray = GrayImage::from_pixel(width, height, Luma([255]));
        for blot in blots {
            for y in blot.top..blot.bottom {
                for x in blot.left..blot.right {
                    gray.put_pixel(x as u32, y as u32, Luma([0]));
                }
            }
        }
        gray
    }

    #[test]
    fn a_crop_follows_the_ink_and_maps_back_to_the_page() {
        let gray = paper(400, 200, &[Rect::new(100, 80, 110, 120), Rect::new(180, 80, 200, 120)]);
        let crop = line_crop(&gray, &Rect::new(20, 50, 380, 150), 48).expect("ink");
        assert_eq!(crop.ink, Rect::new(100, 80, 200, 120));
        // 40 high with 3 above and below, 100 wide with 40 at each side, scaled to 48 high.
        assert_eq!(crop.image.height(), 48);
        assert!((185..=190).contains(&crop.image.width()), "{}", crop.image.width());
        assert_eq!(crop.page_x(0.0), 60.0);
        assert!((crop.page_x(crop.image.width() as f32) - 240.0).abs() < 0.5);
        assert!(crop.image.get_pixel(0, 24)[0] == 255 && crop.image.get_pixel(crop.image.width() / 2, 24)[0] == 255);
    }

    #[test]
    fn a_zone_without_ink_gives_no_crop() {
        let specks = paper(300, 100, &[Rect::new(50, 50, 51, 51), Rect::new(200, 20, 202, 21)]);
        assert!(line_crop(&specks, &Rect::new(0, 0, 300, 100), 48).is_none(), "specks are no line");
        for zone in [Rect::new(400, 0, 500, 50), Rect::new(50, 50, 50, 60), Rect::new(-90, -90, -1, -1)] {
            assert!(line_crop(&specks, &zone, 48).is_none());
        }
    }

    #[test]
    fn what_a_neighbouring_line_left_at_the_edge_is_cut_off() {
        let line = Rect::new(40, 30, 260, 60);
        let gray = paper(300, 100, &[line, Rect::new(100, 0, 106, 8), Rect::new(90, 94, 120, 100)]);
        assert_eq!(line_crop(&gray, &Rect::new(0, 0, 300, 100), 48).expect("ink").ink, line);
        // A dot above the line is the line's own.
        let dotted = paper(300, 100, &[line, Rect::new(100, 20, 106, 24)]);
        assert_eq!(line_crop(&dotted, &Rect::new(0, 0, 300, 100), 48).expect("ink").ink, Rect::new(40, 20, 260, 60));
    }

    #[test]
    fn a_dash_is_not_blown_up() {
        let gray = paper(300, 100, &[Rect::new(100, 50, 130, 53)]);
        let crop = line_crop(&gray, &Rect::new(0, 0, 300, 100), 48).expect("ink");
        let dark = (0..48).filter(|&y| crop.image.get_pixel(crop.image.width() / 2, y)[0] < 128).count();
        assert!((8..=16).contains(&dark), "{dark} of 48 rows");
    }

    #[test]
    fn a_page_of_fax_resolution_is_scaled_up_and_a_fine_scan_is_not() {
        let gray = GrayImage::new(204, 100);
        let (scaled, factor) = upscale_for_tesseract(&gray, 204).expect("scaled");
        assert!((factor - 1.47).abs() < 0.01 && scaled.width() == 300);
        assert!(upscale_for_tesseract(&gray, 300).is_none() && upscale_for_tesseract(&gray, 0).is_none());
    }
}
