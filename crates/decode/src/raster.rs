//! PNG and JPEG files, and the JPEG streams inside TIFF.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::ifd::{Directory, tag};
use super::turn::Orientation;
use super::{Container, Damage, Limits, Pixels, Rejection, SourcePage, resolution};
use crate::Bitmap;

/// Whether the picture can be read at all, told from its header.
pub(super) fn check(container: Container, bytes: &[u8], limits: &Limits) -> Result<(), Rejection> {
    header(container, bytes, limits).map(|_| ())
}

/// Decodes a file that is one picture.
pub(super) fn page(container: Container, bytes: &[u8], limits: &Limits) -> Result<SourcePage, Rejection> {
    let header = header(container, bytes, limits)?;
    let (mut orientation, mut x, mut y) = (Orientation::from_tag(1), header.resolution.0, header.resolution.1);
    if let Some(ifd) = header.exif.as_deref().and_then(Directory::exif) {
        orientation = Orientation::from_tag(ifd.small(tag::ORIENTATION).unwrap_or(1));
        // JFIF and pHYs describe the file as it is; EXIF may be the camera's, from before it was edited.
        if x.is_none() && ifd.has(tag::X_RESOLUTION) {
            (x, y) = ifd.resolution();
        }
    }
    let format = if container == Container::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
    let gray = decode(bytes, format, limits)?;
    let (width, height) = gray.dimensions();
    let missing_rows = if container == Container::Jpeg { gray_tail(bytes, &gray) } else { 0 };
    if missing_rows == height {
        return Err(Rejection::Corrupt("no row of the JPEG could be decoded".into()));
    }
    let pixels = if header.bilevel { Pixels::Bilevel(threshold(&gray)) } else { Pixels::Gray(gray.into()) };
    Ok(SourcePage {
        container,
        pixels: orientation.turn(pixels),
        resolution: orientation.turn_resolution(resolution::settle(x, y, width, height)),
        text: Vec::new(),
        form_values: Vec::new(),
        damage: Damage { missing_rows, ..Damage::default() },
        level: false,
        encoding: if container == Container::Png { "png".into() } else { "jpeg".into() },
    })
}

/// A JPEG stream as grey, its size checked before it is decoded.
pub(super) fn jpeg_luma(bytes: &[u8], limits: &Limits) -> Result<GrayImage, Rejection> {
    header(Container::Jpeg, bytes, limits)?;
    decode(bytes, ImageFormat::Jpeg, limits)
}

struct Header {
    /// Pixels per inch.
    resolution: (Option<f32>, Option<f32>),
    exif: Option<Vec<u8>>,
    bilevel: bool,
}

fn header(container: Container, bytes: &[u8], limits: &Limits) -> Result<Header, Rejection> {
    let cursor = Cursor::new(bytes);
    let corrupt = |error| rejected(&error, "a picture header that cannot be read", limits);
    let (size, exif) = if container == Container::Png {
        // A header may be followed by text and colour profiles that unpack to any size.
        let mut decoder = PngDecoder::with_limits(cursor, memory(limits)).map_err(corrupt)?;
        (decoder.dimensions(), decoder.exif_metadata().ok().flatten())
    } else {
        let mut decoder = JpegDecoder::new(cursor).map_err(corrupt)?;
        (decoder.dimensions(), decoder.exif_metadata().ok().flatten())
    };
    limits.check_pixels(size.0.into(), size.1.into())?;
    if container == Container::Png {
        // IHDR is the first chunk; its depth is the ninth byte of its data.
        let bilevel = bytes.get(24) == Some(&1);
        return Ok(Header { resolution: physical(bytes), exif, bilevel });
    }
    Ok(Header { resolution: density(bytes), exif, bilevel: false })
}

/// Pixels per inch from a PNG's pHYs chunk, when its unit is the metre.
fn physical(bytes: &[u8]) -> (Option<f32>, Option<f32>) {
    const METRE: f32 = 0.0254;
    let mut at = 8usize;
    while let Some(head) = bytes.get(at..at.saturating_add(8)) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        match &head[4..8] {
            b"pHYs" => {
                let Some(&[a, b, c, d, e, f, g, h, 1]) = bytes.get(at + 8..at + 17) else { break };
                let x = u32::from_be_bytes([a, b, c, d]) as f32 * METRE;
                let y = u32::from_be_bytes([e, f, g, h]) as f32 * METRE;
                return (Some(x), Some(y));
            }
            b"IDAT" => break,
            _ => {}
        }
        at = at.saturating_add(12).saturating_add(length);
    }
    (None, None)
}

/// Pixels per inch from a JPEG's JFIF header, when its unit is the inch or the centimetre.
fn density(bytes: &[u8]) -> (Option<f32>, Option<f32>) {
    let Some(start) = bytes.windows(5).take(64).position(|window| window == b"JFIF\0") else { return (None, None) };
    let Some(&[unit, a, b, c, d]) = bytes.get(start + 7..start + 12) else { return (None, None) };
    let scale = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return (None, None),
    };
    let (x, y) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    (Some(f32::from(x) * scale), Some(f32::from(y) * scale))
}

/// What a decoder may allocate: 16 bits of four colours for each pixel are eight times what a page of grey needs.
fn memory(limits: &Limits) -> image::Limits {
    let mut memory = image::Limits::no_limits();
    memory.max_alloc = Some(limits.stream_bytes);
    memory
}

fn rejected(error: &ImageError, what: &str, limits: &Limits) -> Rejection {
    match error {
        ImageError::Limits(_) => Rejection::TooLarge(format!("a picture of more than {} bytes", limits.stream_bytes)),
        _ => Rejection::Corrupt(what.into()),
    }
}

fn decode(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<GrayImage, Rejection> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(memory(limits));
    let image = reader.decode().map_err(|error| rejected(&error, "the picture cannot be decoded", limits))?;
    Ok(on_white(image))
}

/// The grey of a colour (Rec. 601).
pub(super) fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let [r, g, b] = LUMA;
    ((u32::from(red) * r + u32::from(green) * g + u32::from(blue) * b) >> 8) as u8
}

/// Rec. 601 weights of red, green and blue in 256ths.
pub(super) const LUMA: [u32; 3] = [77, 150, 29];

/// Grey on white paper: what is transparent is paper.
fn on_white(image: DynamicImage) -> GrayImage {
    let (width, height) = (image.width(), image.height());
    let gray: Vec<u8> = match image {
        DynamicImage::ImageLuma8(gray) => return gray,
        image if image.color().has_alpha() => {
            let over = |[red, green, blue, alpha]: [u8; 4]| {
                let (value, alpha) = (u32::from(luma([red, green, blue])), u32::from(alpha));
                ((value * alpha + 255 * (255 - alpha)) / 255) as u8
            };
            image.into_rgba8().pixels().map(|pixel| over(pixel.0)).collect()
        }
        image if image.color().has_color() => image.into_rgb8().pixels().map(|pixel| luma(pixel.0)).collect(),
        image => return image.into_luma8(),
    };
    GrayImage::from_raw(width, height, gray).unwrap_or_default()
}

/// Ink where grey is dark; for pictures that have two tones to begin with.
pub(super) fn threshold(gray: &GrayImage) -> Bitmap {
    let mut ink = Bitmap::new(gray.width(), gray.height());
    for (y, row) in gray.rows().enumerate() {
        let words = ink.row_mut(y as u32);
        for (x, pixel) in row.enumerate() {
            words[x / 64] |= u64::from(pixel.0[0] < 128) << (x % 64);
        }
    }
    ink
}

/// Rows at the end that a cut-off JPEG lacks: decoders leave them one flat tone. 0 when the stream has its end.
fn gray_tail(bytes: &[u8], gray: &GrayImage) -> u32 {
    let tail = &bytes[bytes.len().saturating_sub(4096)..];
    if tail.windows(2).any(|pair| pair == [0xFF, 0xD9]) {
        return 0;
    }
    let width = gray.width() as usize;
    let Some(last) = gray.as_raw().last() else { return 0 };
    // A paper-white end may be the page's own.
    if *last > 200 {
        return 0;
    }
    gray.as_raw().rchunks(width.max(1)).take_while(|row| row.iter().all(|value| value == last)).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_is_paper() {
        let mut picture = image::GrayAlphaImage::new(2, 1);
        picture.put_pixel(1, 0, image::LumaA([0, 255]));
        assert_eq!(on_white(DynamicImage::ImageLumaA8(picture)).as_raw(), &[255, 0]);
    }

    #[test]
    fn a_jfif_density_without_unit_says_nothing() {
        let with_unit = |unit: u8| [&b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x02"[..], &[unit, 0, 204, 0, 98]].concat();
        assert_eq!(density(&with_unit(1)), (Some(204.0), Some(98.0)));
        assert_eq!(density(&with_unit(0)), (None, None));
        assert_eq!(density(b"\xFF\xD8"), (None, None));
    }
}
