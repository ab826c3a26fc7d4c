//! A PDF page that is one picture, taken at its own pixels.
//!
//! Fax codes go through [`super::ccitt`], so that their damage is counted; every other packing and colour space through
//! the interpreter's decoder, to grey.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, RasterImage, SoftMask, StencilImage, TransformExt, interpret_page,
};
use hayro::hayro_syntax::object::dict::keys::{
    BITS_PER_COMPONENT, BLACK_IS_1, BPC, COLORSPACE, COLUMNS, CS, D, DECODE, ENCODED_BYTE_ALIGN, END_OF_BLOCK, K, N, W,
    WIDTH,
};
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{BezPath, Rect};
use hayro_ccitt::EncodingMode;
use image::GrayImage;

use super::ccitt::{self, FaxCode};
use super::rows::{RowLedger, invert_row};
use super::tiff::is_white;
use super::{Damage, Limits, Pixels, Rejection, pdf_limits, raster};

/// A picture's own pixels, before it is turned.
pub(super) struct Grabbed {
    pub pixels: Pixels,
    pub damage: Damage,
    pub encoding: &'static str,
}

/// The pixels of picture `index` of the page, in drawing order. `Ok(None)` when it is painted with a light colour or a
/// pattern and has to be rendered.
pub(super) fn grab(page: &Page<'_>, index: usize, limits: &Limits) -> Result<Option<Grabbed>, Rejection> {
    let mut grab = Grab { wanted: index, seen: 0, limits: *limits, result: None };
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, width.into(), height.into());
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, bounds, &cache, page.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, &mut grab);
    grab.result.unwrap_or_else(|| Err(broken()))
}

fn broken() -> Rejection {
    Rejection::Corrupt("the page's picture cannot be decoded".into())
}

struct Grab {
    wanted: usize,
    seen: usize,
    limits: Limits,
    result: Option<Result<Option<Grabbed>, Rejection>>,
}

impl<'a> Device<'a> for Grab {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        if self.seen == self.wanted {
            self.result = Some(match &image {
                Image::Raster(raster) => grab_raster(raster, &self.limits).map(Some),
                Image::Stencil(stencil) => grab_stencil(stencil, &self.limits),
            });
        }
        self.seen += 1;
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn grab_raster(image: &RasterImage<'_>, limits: &Limits) -> Result<Grabbed, Rejection> {
    let stream = image.stream();
    if is_plain_gray(stream.dict())
        && let Some(fax) = grab_fax(stream, (image.width(), image.height()), limits)
    {
        return fax;
    }
    let mut gray = None;
    image.with_rgba(
        |data, _| {
            gray = match data {
                ImageData::Luma(luma) => GrayImage::from_raw(luma.width, luma.height, luma.data),
                ImageData::Rgb(rgb) => {
                    let luma =
                        rgb.data.chunks_exact(3).map(|pixel| raster::luma([pixel[0], pixel[1], pixel[2]])).collect();
                    GrayImage::from_raw(rgb.width, rgb.height, luma)
                }
            };
        },
        None,
    );
    finish(gray.ok_or_else(broken)?, stream, image.height())
}

/// A stencil is the ink itself; its colour has to be dark for that.
fn grab_stencil(image: &StencilImage<'_, '_>, limits: &Limits) -> Result<Option<Grabbed>, Rejection> {
    let (mut gray, mut dark) = (None, false);
    image.with_stencil(
        |mask, paint| {
            if let Paint::Color(color) = paint {
                let [red, green, blue, _] = color.to_rgba().to_rgba8();
                dark = raster::luma([red, green, blue]) < 128;
            }
            let paper = mask.data.into_iter().map(|painted| 255 - painted).collect();
            gray = GrayImage::from_raw(mask.width, mask.height, paper);
        },
        None,
    );
    let gray = gray.ok_or_else(broken)?;
    if !dark {
        return Ok(None);
    }
    if let Some(fax) = grab_fax(image.stream(), (image.width(), image.height()), limits) {
        return fax.map(Some);
    }
    finish(gray, image.stream(), image.height()).map(Some)
}

/// White rows for those that are missing, ink for what has two tones.
fn finish(gray: GrayImage, stream: &Stream<'_>, height: u32) -> Result<Grabbed, Rejection> {
    let dict = stream.dict();
    let last = pdf_limits::filters(dict).pop().map(|(name, _)| name).unwrap_or_default();
    // JPX and JBIG2 have a size of their own, which may differ from the dictionary's without any row missing.
    let has_own_size = matches!(&last[..], b"JPXDecode" | b"JBIG2Decode");
    let missing_rows =
        if has_own_size { 0 } else { height.saturating_sub(gray.height()).max(unfilled_rows(stream, &last, height)) };
    // As for a fax: a fiftieth of a page holds no line of text.
    if missing_rows > height - height.div_ceil(50) {
        return Err(broken());
    }
    let mut gray = gray;
    if missing_rows > 0 {
        let mut padded = GrayImage::from_pixel(gray.width(), height, image::Luma([255]));
        image::imageops::replace(&mut padded, &gray, 0, 0);
        gray = padded;
    }
    let bits = dict.get::<u8>(BITS_PER_COMPONENT).or_else(|| dict.get::<u8>(BPC));
    let is_stencil = bits.is_none() && !matches!(&last[..], b"DCTDecode" | b"DCT" | b"JPXDecode");
    let bilevel = bits == Some(1) || is_stencil || matches!(&last[..], b"JBIG2Decode" | b"CCITTFaxDecode" | b"CCF");
    let encoding = match &last[..] {
        b"CCITTFaxDecode" | b"CCF" => "ccitt",
        b"JBIG2Decode" => "jbig2",
        b"DCTDecode" | b"DCT" => "jpeg",
        b"JPXDecode" => "jpx",
        b"FlateDecode" | b"Fl" => "flate",
        b"LZWDecode" | b"LZW" => "lzw",
        b"RunLengthDecode" | b"RL" => "packbits",
        _ => "none",
    };
    let pixels = if bilevel { Pixels::Bilevel(raster::threshold(&gray)) } else { Pixels::Gray(gray.into()) };
    Ok(Grabbed { pixels, damage: Damage { missing_rows, ..Damage::default() }, encoding })
}

/// Rows at the end for which the unpacked samples do not suffice, at the least (one sample a pixel is assumed): the interpreter fills them up.
fn unfilled_rows(stream: &Stream<'_>, last_filter: &[u8], height: u32) -> u32 {
    // These say themselves how many rows they have. A filter that nobody knows leaves nothing, and its picture is not a black page.
    if matches!(last_filter, b"DCTDecode" | b"DCT" | b"JPXDecode" | b"JBIG2Decode" | b"CCITTFaxDecode" | b"CCF") {
        return 0;
    }
    let dict = stream.dict();
    let number = |long: &[u8], short: &[u8]| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).map(u64::from);
    let bits = number(BITS_PER_COMPONENT, BPC).unwrap_or(1).clamp(1, 16);
    let row = number(WIDTH, W).unwrap_or(0).saturating_mul(bits).div_ceil(8);
    let unpacked = stream.decoded_data().map_or(0, |data| data.len() as u64);
    match unpacked.checked_div(row) {
        Some(rows) => height.saturating_sub(u32::try_from(rows).unwrap_or(u32::MAX)),
        None => 0,
    }
}

/// Whether sample 0 is black and 1 white, before `Decode`: a stencil, or a grey of one component.
fn is_plain_gray(dict: &Dict<'_>) -> bool {
    let is_gray = |name: &[u8]| matches!(name, b"DeviceGray" | b"G" | b"CalGray");
    match dict.get::<Object<'_>>(COLORSPACE).or_else(|| dict.get::<Object<'_>>(CS)) {
        None => true,
        Some(Object::Name(name)) => is_gray(name.as_ref()),
        Some(Object::Array(array)) => {
            let mut items = array.flex_iter();
            let kind = items.next::<Name<'_>>();
            match kind.as_ref().map(|name| name.as_ref()) {
                Some(b"ICCBased") => {
                    items.next::<Stream<'_>>().and_then(|profile| profile.dict().get::<u8>(N)) == Some(1)
                }
                Some(name) => is_gray(name),
                None => false,
            }
        }
        Some(_) => false,
    }
}

/// A fax-coded picture; `None` when it is none, or wrapped so that the interpreter has to unpack it.
fn grab_fax(stream: &Stream<'_>, (width, height): (u32, u32), limits: &Limits) -> Option<Result<Grabbed, Rejection>> {
    let dict = stream.dict();
    let filters = pdf_limits::filters(dict);
    let [(name, parameters)] = &filters[..] else { return None };
    if !matches!(&name[..], b"CCITTFaxDecode" | b"CCF") {
        return None;
    }
    let columns = parameters.get::<u32>(COLUMNS).unwrap_or(1728);
    if columns != width || limits.check_pixels(width.into(), height.into()).is_err() {
        return None;
    }
    let mode = match parameters.get::<i32>(K).unwrap_or(0) {
        ..0 => EncodingMode::Group4,
        0 => EncodingMode::Group3_1D,
        _ => EncodingMode::Group3_2D,
    };
    let code = FaxCode {
        mode,
        rows_are_byte_aligned: parameters.get::<bool>(ENCODED_BYTE_ALIGN).unwrap_or(false),
        end_of_block: parameters.get::<bool>(END_OF_BLOCK).unwrap_or(true),
    };
    let found = ccitt::decode(&stream.raw_data(), width, height, code);
    // A black run is sample 0, and sample 0 is black or painted, unless one of these says otherwise.
    let decode = dict.get::<Array<'_>>(DECODE).or_else(|| dict.get::<Array<'_>>(D));
    let inverted = decode.and_then(|decode| decode.iter::<f32>().next()).is_some_and(|first| first > 0.5);
    let black_is_1 = parameters.get::<bool>(BLACK_IS_1).unwrap_or(false);
    let mut rows = RowLedger::new(height);
    rows.note(0, &found.rows);
    if !rows.is_page() || rows.is_mostly_lost() && is_white(&found.ink) {
        return Some(Err(Rejection::Corrupt("hardly any row of the page's fax picture could be decoded".into())));
    }
    let mut ink = found.ink;
    if inverted != black_is_1 {
        for y in 0..found.rows.len() as u32 {
            invert_row(&mut ink, y);
        }
    }
    Some(Ok(Grabbed { pixels: Pixels::Bilevel(ink), damage: rows.damage(), encoding: code.name() }))
}
