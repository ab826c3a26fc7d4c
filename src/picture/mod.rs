//! Pictures of pages for people: a prepared page as it is, or with what was found drawn on it.
//!
//! Drawing happens where the pixels are, in the worker; the parent only writes the finished PNG. Both pictures are indexed PNGs, so that
//! a page of a fax stays as small as a fax. Neighbours: [`crate::extract`] before, [`crate::run`] after.

mod canvas;
mod drawn;
mod glyphs;
mod page;

pub use drawn::with_findings;
pub use page::page;

/// The longest PNG that is made, in bytes: a letter page at 204 dots an inch takes 30 to 90 KB, one of pure noise 500 KB.
pub const MAX_BYTES: usize = 8 << 20;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("the picture cannot be encoded")]
    Encoding,
    #[error("the picture is too large")]
    TooLarge,
}

/// Packs rows of indexed pixels as a PNG. The same pixels give the same bytes.
fn encode(
    (width, height): (u32, u32),
    depth: png::BitDepth,
    palette: &[[u8; 3]],
    dpi: u32,
    rows: &[u8],
) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(depth);
    encoder.set_palette(palette.concat());
    // Indexed rows do not gain from filters, and zlib's fast setting is within a few percent of its best on bilevel pages.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(LEVEL));
    let dots_per_meter = (f64::from(dpi) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: dots_per_meter,
        yppu: dots_per_meter,
        unit: png::Unit::Meter,
    }));
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(rows));
    written.map_err(|_| PictureError::Encoding)?;
    if bytes.len() > MAX_BYTES { Err(PictureError::TooLarge) } else { Ok(bytes) }
}

/// Effort of the compression, 1 to 9.
const LEVEL: u8 = 2;
