//! PDF pages: the one picture that a page is, at its own pixels, or else the page rendered at fax resolution.
//!
//! Neighbours: [`super::pdf_limits`] measures before anything is unpacked, [`super::pdf_scan`] finds out what the page
//! draws, [`super::pdf_picture`] takes the picture, [`super::pdf_text`] and [`super::pdf_forms`] read what is not pixels.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning, RectExt, TransformExt};
use hayro::hayro_syntax::content::ops::TypedInstruction;
use hayro::hayro_syntax::object::dict::keys::{CONTENTS, USER_UNIT};
use hayro::hayro_syntax::object::{self, Array, MaybeRef, Object, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{self, Affine};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{PixmapMut, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use image::GrayImage;

use super::pdf_picture::{Grabbed, grab};
use super::pdf_scan::{Picture, Scan, scan};
use super::{
    Container, Damage, Limits, Pixels, Rejection, Resolution, SourcePage, pdf_forms, pdf_limits, pdf_pages, pdf_text,
    raster, resolution,
};
use crate::bitmap::all_white;
use crate::geometry::Rect;

const POINTS_PER_INCH: f64 = 72.0;
/// What fine fax machines scan across; enough for a reader, and square.
const RENDERED: f64 = 204.0;
/// Pixels. A rendered page takes four bytes a pixel several times over; an A2 poster at 204 dpi has 15 million.
const MOST_RENDERED: f64 = 40_000_000.0;
/// The encoding of a page that was drawn.
const RENDERED_AS: &str = "rendered";
/// The renderer counts pixels in 16 bits.
const LONGEST_RENDERED: f64 = 32_000.0;

/// An opened PDF.
pub(super) struct PdfFile {
    pdf: Pdf,
    /// For each page its place in the parser's list.
    order: Vec<usize>,
}

impl PdfFile {
    pub(super) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Rejection> {
        pdf_limits::check_object_streams(&bytes, limits)?;
        let pdf = Pdf::new(bytes).map_err(|error| match error {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm) => {
                Rejection::Encrypted
            }
            LoadPdfError::Decryption(_) => Rejection::Corrupt("the encryption dictionary".into()),
            LoadPdfError::Invalid => Rejection::Corrupt("no readable PDF structure".into()),
        })?;
        if pdf.len() > limits.objects {
            return Err(Rejection::TooLarge(format!("more than {} objects", limits.objects)));
        }
        limits.check_pages(pdf.pages().len())?;
        let order = pdf_pages::order(&pdf, limits.pages as usize);
        limits.check_pages(order.len())?;
        if order.is_empty() {
            return Err(Rejection::Corrupt("a PDF without pages".into()));
        }
        Ok(Self { pdf, order })
    }

    pub(super) fn pages(&self) -> u32 {
        self.order.len() as u32
    }

    /// Decodes the page at `index`, counted from 0.
    pub(super) fn page(&self, index: usize, limits: &Limits) -> Result<SourcePage, Rejection> {
        let place = self.order.get(index).copied().unwrap_or(usize::MAX);
        let page = self.pdf.pages().get(place).ok_or_else(|| Rejection::Corrupt("no such page".into()))?;
        pdf_limits::check_page(page, limits)?;
        let sheet = Sheet::of(page);
        let notes = scan(page, page.render_dimensions(), limits)?;
        let own_pixels = match notes.sole_picture() {
            Some(picture) => sheet.native(page, &notes, picture, limits)?,
            None => None,
        };
        let (decoded, to_pixels) = match own_pixels {
            Some(native) => native,
            None => sheet.rendered(page, &notes, limits)?,
        };
        Ok(SourcePage {
            container: Container::Pdf,
            pixels: decoded.pixels,
            resolution: decoded.resolution,
            text: pdf_text::words(&notes.glyphs, &to_pixels),
            form_values: pdf_forms::form_values(page, &to_pixels, limits),
            damage: decoded.damage,
            level: decoded.encoding == RENDERED_AS && notes.is_level(),
            encoding: decoded.encoding.into(),
        })
    }
}

/// From the page as the interpreter turns it (points, y downwards) to the pixels of the result.
pub(super) struct ToPixels {
    affine: Affine,
    /// From user space to the interpreter's points.
    user: Affine,
    size: (u32, u32),
}

impl ToPixels {
    /// A rectangle in pixels, grown to whole ones and clipped to the page; empty when it lies outside.
    pub(super) fn rect(&self, rect: kurbo::Rect) -> Rect {
        let rect = self.affine.transform_rect_bbox(rect);
        let (width, height) = (f64::from(self.size.0), f64::from(self.size.1));
        // A hundredth of a pixel over the edge is rounding.
        let low = |value: f64, most: f64| (value + 0.01).floor().clamp(0.0, most) as i32;
        let high = |value: f64, most: f64| (value - 0.01).ceil().clamp(0.0, most) as i32;
        Rect::new(low(rect.x0, width), low(rect.y0, height), high(rect.x1, width), high(rect.y1, height))
    }

    /// A rectangle of the page dictionary, such as a widget's.
    pub(super) fn user_rect(&self, rect: object::Rect) -> Rect {
        self.rect(self.user.transform_rect_bbox(rect.to_kurbo()))
    }
}

struct DecodedPage {
    pixels: Pixels,
    resolution: Resolution,
    damage: Damage,
    encoding: &'static str,
}

/// The paper of a page.
struct Sheet {
    /// Inches of a unit of the page's coordinates.
    inch: f64,
    /// Units, turned.
    width: f64,
    height: f64,
    user: Affine,
}

impl Sheet {
    fn of(page: &Page<'_>) -> Self {
        let unit = page.raw().get::<f32>(USER_UNIT).filter(|unit| (0.001..=75_000.0).contains(unit)).unwrap_or(1.0);
        let (width, height) = page.render_dimensions();
        Self {
            inch: f64::from(unit) / POINTS_PER_INCH,
            width: width.into(),
            height: height.into(),
            user: page.initial_transform(true).to_kurbo(),
        }
    }

    /// The page's one picture; `None` when it is better rendered.
    fn native(
        &self,
        page: &Page<'_>,
        notes: &Scan,
        index: usize,
        limits: &Limits,
    ) -> Result<Option<(DecodedPage, ToPixels)>, Rejection> {
        /// Pixels per inch below which a picture is a background, a drawing or a thumbnail.
        const COARSEST: f32 = 60.0;
        let Some((picture, orientation)) = notes.pictures.get(index).and_then(|p| Some((p, p.orientation()?))) else {
            return Ok(None);
        };
        let Some(resolution) = self.resolution(picture) else { return Ok(None) };
        if !resolution.assumed && resolution.x.min(resolution.y) < COARSEST {
            return Ok(None);
        }
        let Some(Grabbed { pixels, damage, encoding }) = grab(page, index, limits)? else { return Ok(None) };
        let pixels = orientation.turn(pixels);
        let size = match &pixels {
            Pixels::Bilevel(ink) => (ink.width(), ink.height()),
            Pixels::Gray(gray) => gray.dimensions(),
        };
        let bounds = picture.bounds;
        let affine = Affine::scale_non_uniform(f64::from(size.0) / bounds.width(), f64::from(size.1) / bounds.height())
            * Affine::translate((-bounds.x0, -bounds.y0));
        let decoded = DecodedPage { pixels, resolution, damage, encoding };
        Ok(Some((decoded, ToPixels { affine, user: self.user, size })))
    }

    /// Pixels per inch at which a picture stands on the paper; assumed when the paper is absurd.
    fn resolution(&self, picture: &Picture) -> Option<Resolution> {
        let (across, down) = picture.density()?;
        let orientation = picture.orientation()?;
        let (width, height) = orientation.turned_size(picture.size.0, picture.size.1);
        let (x, y) = ((across / self.inch) as f32, (down / self.inch) as f32);
        // Coarse pictures are for the caller to judge; only what no paper has is inferred.
        let coarse = x.min(y) < 50.0 && self.width * self.inch <= 18.0;
        if coarse {
            return Some(Resolution { x, y, assumed: false });
        }
        Some(resolution::settle(Some(x), Some(y), width, height))
    }

    /// The page as the renderer draws it, on white.
    fn rendered(&self, page: &Page<'_>, notes: &Scan, limits: &Limits) -> Result<(DecodedPage, ToPixels), Rejection> {
        let (across, down) = self.rendering_resolution(notes);
        let (width, height) = (self.width * self.inch * across, self.height * self.inch * down);
        let most = MOST_RENDERED.min(limits.pixels as f64);
        let shrink = (most / (width * height)).sqrt().min(LONGEST_RENDERED / width.max(height)).min(1.0);
        let (across, down) = (across * shrink, down * shrink);
        let side = |length: f64| (length * shrink).round().clamp(1.0, LONGEST_RENDERED) as u16;
        let (width, height) = (side(width), side(height));
        limits.check_pixels(width.into(), height.into())?;

        let affine = Affine::scale_non_uniform(self.inch * across, self.inch * down);
        let failures = Arc::new(AtomicUsize::new(0));
        let settings = {
            let failures = Arc::clone(&failures);
            let sink = move |warning| {
                if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                    failures.fetch_add(1, Ordering::Relaxed);
                }
            };
            InterpreterSettings { warning_sink: Arc::new(sink), ..InterpreterSettings::default() }
        };
        let to_pixels = ToPixels { affine, user: self.user, size: (width.into(), height.into()) };
        let gray = drawn_around(page, &settings, &to_pixels, notes.content());
        let is_white = gray.as_raw().iter().all(|value| *value == 255);
        // A picture may also come to nothing without a word.
        if failures.load(Ordering::Relaxed) > 0 || is_white {
            check_large_pictures(page, notes, is_white, limits)?;
        }
        if is_white && lost_content(page) {
            return Err(Rejection::Corrupt("the page's content cannot be decoded".into()));
        }
        let decoded = DecodedPage {
            pixels: Pixels::Gray(gray.into()),
            resolution: Resolution { x: across as f32, y: down as f32, assumed: false },
            damage: Damage::default(),
            encoding: RENDERED_AS,
        };
        Ok((decoded, to_pixels))
    }

    /// Fax resolution; where the page is mostly pictures, theirs, so that they are not resampled.
    fn rendering_resolution(&self, notes: &Scan) -> (f64, f64) {
        const FAITHFUL: std::ops::RangeInclusive<f64> = 190.0..=410.0;
        if let (0.6.., Some((across, down))) = notes.picture_density() {
            let (across, down) = (across / self.inch, down / self.inch);
            if FAITHFUL.contains(&across) && FAITHFUL.contains(&down) {
                return (across, down);
            }
        }
        (RENDERED, RENDERED)
    }
}

/// Bytes of a canvas that is kept for the next page: a letter page at fax resolution has fifteen million.
const MOST_KEPT: usize = 20 << 20;

/// The page, drawn where its content stands (points), or whole where nobody knows; nearly half of many a page is margin.
fn drawn_around(
    page: &Page<'_>,
    settings: &InterpreterSettings,
    to_pixels: &ToPixels,
    content: Option<kurbo::Rect>,
) -> GrayImage {
    /// The renderer works on squares of so many pixels.
    const SQUARE: i32 = 4;
    let (width, height) = (to_pixels.size.0 as i32, to_pixels.size.1 as i32);
    let low = |edge: i32| edge / SQUARE * SQUARE;
    let high = |edge: i32, most: i32| most.min((edge + SQUARE - 1) / SQUARE * SQUARE);
    let squares =
        |rect: Rect| Rect::new(low(rect.left), low(rect.top), high(rect.right, width), high(rect.bottom, height));
    let whole = Rect::new(0, 0, width, height);
    let window = content.map(|content| squares(to_pixels.rect(content))).filter(|window| !window.is_empty());
    let window = window.unwrap_or(whole);
    let gray = draw(page, settings, to_pixels, &window);
    // What is drawn where nothing was noted, such as the point of a mitred corner, reaches over the window's edge.
    if is_cut(&gray, &window) { draw(page, settings, to_pixels, &whole) } else { gray }
}

/// Whether there is ink along an edge of the window that is no edge of the page.
fn is_cut(gray: &GrayImage, window: &Rect) -> bool {
    let (width, height) = (gray.width() as i32, gray.height() as i32);
    let is_inked = |x: i32, y: i32| gray.get_pixel(x as u32, y as u32).0[0] < 255;
    let upright = |x: i32| (window.top..window.bottom).any(|y| is_inked(x, y));
    let level = |y: i32| (window.left..window.right).any(|x| is_inked(x, y));
    window.left > 0 && upright(window.left)
        || window.right < width && upright(window.right - 1)
        || window.top > 0 && level(window.top)
        || window.bottom < height && level(window.bottom - 1)
}

/// The page as far as it lies in the window (pixels); around it it is white.
fn draw(page: &Page<'_>, settings: &InterpreterSettings, to_pixels: &ToPixels, window: &Rect) -> GrayImage {
    thread_local! {
        /// The whole of it is drawn over: its memory is not asked for, and cleared, for each page.
        static CANVAS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    // No side of a page is longer than the renderer counts.
    let side = |length: i32| u16::try_from(length).unwrap_or(u16::MAX);
    let (width, height) = (side(window.width()), side(window.height()));
    let cache = RenderCache::new();
    let mut context = RenderContext::new(width, height);
    // Fax pixels are fine enough for letters as their font draws them.
    let unhinted = RenderSettings { hinting: false, ..RenderSettings::default() };
    let to_window = Affine::translate((-f64::from(window.left), -f64::from(window.top)));
    render_into(page, &cache, settings, &unhinted, &mut context, to_window * to_pixels.affine * to_pixels.user);
    context.flush();
    let (row, rows) = (usize::from(width), usize::from(height));
    let mut canvas = CANVAS.take();
    canvas.resize(row * rows * 4, 0);
    if let Some(pixmap) = PixmapMut::new(width, height, &mut canvas) {
        let rasterizer = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
        context.render_with(pixmap, &mut Resources::default(), rasterizer);
    }
    let mut gray = GrayImage::from_pixel(to_pixels.size.0, to_pixels.size.1, image::Luma([255]));
    let page_row = to_pixels.size.0 as usize;
    let inside = gray.chunks_exact_mut(page_row.max(1)).skip(window.top.max(0) as usize);
    for (gray, drawn) in inside.zip(canvas.chunks_exact((row * 4).max(1))) {
        // Nearly all of a page is white: sixteen pixels at a time.
        const AT_ONCE: usize = 16;
        let gray = gray.get_mut(window.left.max(0) as usize..).unwrap_or_default();
        for (gray, drawn) in gray.chunks_mut(AT_ONCE).zip(drawn.chunks(4 * AT_ONCE)) {
            if !all_white(drawn) {
                for (gray, pixel) in gray.iter_mut().zip(drawn.as_chunks::<4>().0) {
                    *gray = raster::luma([pixel[0], pixel[1], pixel[2]]);
                }
            }
        }
    }
    // A large drawing's stays with nobody.
    if canvas.len() <= MOST_KEPT {
        CANVAS.set(canvas);
    }
    gray
}

/// Refuses a page on which a picture that matters cannot be decoded; a logo may be missing.
fn check_large_pictures(page: &Page<'_>, notes: &Scan, is_white: bool, limits: &Limits) -> Result<(), Rejection> {
    const MATTERS: f64 = 0.25;
    for index in 0..notes.pictures.len() {
        if is_white || notes.cover(index) >= MATTERS {
            grab(page, index, limits)?;
        }
    }
    Ok(())
}

/// Whether a white page has content that nothing came of: a stream that cannot be unpacked, or a picture that is not there.
fn lost_content(page: &Page<'_>) -> bool {
    let dict = page.raw();
    let single = dict.get::<Stream<'_>>(CONTENTS);
    let many = dict.get::<Array<'_>>(CONTENTS);
    let streams = single.into_iter().chain(many.iter().flat_map(|array| array.iter::<Stream<'_>>()));
    for stream in streams {
        // Nothing at all, deflated or encrypted, still takes a few bytes.
        const PACKED_NOTHING: usize = 48;
        let raw = stream.raw_data();
        let is_something = raw.len() > PACKED_NOTHING && !raw.iter().all(u8::is_ascii_whitespace);
        let unpacked = stream.decoded_data().map_or(0, |data| data.len());
        // What cannot be unpacked still gives some bytes by chance; packing never makes content longer than a header.
        let shrank = pdf_limits::is_packed(stream.dict()) && unpacked + PACKED_NOTHING < raw.len();
        if is_something && (unpacked == 0 || shrank) {
            return true;
        }
    }
    if points_nowhere(page) {
        return true;
    }
    let mut operations = page.typed_operations();
    while let Some(operation) = operations.next() {
        if let TypedInstruction::XObject(drawn) = operation
            && page.resources().get_x_object(drawn.0).is_none()
        {
            return true;
        }
    }
    false
}

/// Whether the page's content, or a part of it, is an object that the file does not have: it was cut off.
fn points_nowhere(page: &Page<'_>) -> bool {
    let is_gone = |value: &MaybeRef<Object<'_>>| match value {
        MaybeRef::Ref(reference) => page.xref().get::<Object<'_>>(ObjectIdentifier::from(*reference)).is_none(),
        MaybeRef::NotRef(_) => false,
    };
    let content = page.raw().entries().find(|(key, _)| key.as_ref() == CONTENTS).map(|(_, value)| value);
    let parts = page.raw().get::<Array<'_>>(CONTENTS);
    content.as_ref().is_some_and(is_gone) || parts.is_some_and(|parts| parts.raw_iter().any(|part| is_gone(&part)))
}
