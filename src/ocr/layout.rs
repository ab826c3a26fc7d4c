//! Where text stands on a page: Tesseract's layout analysis through its C interface, and two functions of its C++ interface (`layout.cc`).
//!
//! The only module with unsafe code. Everything unsafe is one of three things: creating and freeing the engine, handing it
//! a picture, and walking what it found. Callers see a [`LayoutFinder`] that owns one engine for the worker's life. It needs no language's
//! data: the lines are read by [`faxtriage_lstm`].
//!
//! Tesseract ends the process (an assertion, SIGABRT) when it is given a zone outside the picture, so zones never reach it: it sees whole
//! pictures.
//!
//! Set `OMP_THREAD_LIMIT=1` in the environment of the process *before* it starts: the OpenMP runtime reads it when it is loaded.
#![expect(unsafe_code, reason = "Tesseract has no Rust interface; this module is the safe wrapper around it")]

use std::ffi::{CStr, c_int};
use std::ptr::{self, NonNull};

use faxtriage_lstm::{Row, line_box};
use image::GrayImage;
use tesseract_sys as sys;

use super::pieces::Piece;
use super::{Layout, OcrError};
use crate::geometry::Rect;

/// Longest side that Tesseract's 16-bit boxes can address.
const MAX_SIDE: u32 = 32_767;

/// Pictures with a side below this hold no letter, and Tesseract only complains about them.
const MIN_SIDE: u32 = 8;

unsafe extern "C" {
    fn faxtriage_pieces(engine: *mut sys::TessBaseAPI) -> *mut sys::TessPageIterator;
    fn faxtriage_row(place: *const sys::TessPageIterator, height: *mut f32, descenders: *mut f32, ascenders: *mut f32);
}

/// Tesseract's layout analysis, started once and used for picture after picture.
pub struct LayoutFinder {
    engine: NonNull<sys::TessBaseAPI>,
}

impl LayoutFinder {
    pub fn new() -> Result<Self, OcrError> {
        // SAFETY: the strings are NUL-terminated and copied. The engine is freed by `Drop`.
        unsafe {
            let engine = NonNull::new(sys::TessBaseAPICreate())
                .ok_or_else(|| OcrError::Start("no memory for the layout analysis".to_owned()))?;
            sys::TessBaseAPIInitForAnalysePage(engine.as_ptr());
            // Messages such as "Detected 9 diacritics" would mix with the worker's own on stderr.
            sys::TessBaseAPISetVariable(engine.as_ptr(), c"debug_file".as_ptr(), c"/dev/null".as_ptr());
            Ok(Self { engine })
        }
    }

    /// The library's version, such as `5.3.0`.
    pub fn version() -> String {
        // SAFETY: the library returns a pointer to a string constant.
        unsafe { CStr::from_ptr(sys::TessVersion()) }.to_string_lossy().into_owned()
    }

    /// The pieces of a picture in reading order; `dpi` outside 70 to 2400 is taken as 200.
    ///
    /// It is not interrupted: against a hang the worker needs a limit from outside.
    pub fn find(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Piece>, OcrError> {
        let (width, height) = (to_int(image.width())?, to_int(image.height())?);
        if image.width().min(image.height()) < MIN_SIDE {
            return Ok(Vec::new());
        }
        let dpi = if (70..=2400).contains(&dpi) { dpi as c_int } else { 200 };
        let mode = match layout {
            Layout::Auto => sys::TessPageSegMode_PSM_AUTO,
            Layout::Block => sys::TessPageSegMode_PSM_SINGLE_BLOCK,
            Layout::Sparse => sys::TessPageSegMode_PSM_SPARSE_TEXT,
            Layout::Line => sys::TessPageSegMode_PSM_SINGLE_LINE,
        };
        let bits = one_bit(image);
        let stride = to_int(image.width().div_ceil(8))?;
        // SAFETY: `bits` has `stride` bytes for each of `height` rows, and Tesseract copies them. The iterators are walked and freed before
        // the engine is cleared, which frees what they point into.
        unsafe {
            sys::TessBaseAPISetPageSegMode(self.engine.as_ptr(), mode);
            sys::TessBaseAPISetImage(self.engine.as_ptr(), bits.as_ptr(), width, height, 0, stride);
            sys::TessBaseAPISetSourceResolution(self.engine.as_ptr(), dpi);
            // The layout is analysed once: the second iterator is another view of it.
            let rows = walk(sys::TessBaseAPIAnalyseLayout(self.engine.as_ptr()), |place| words_of_rows(place));
            let pieces = walk(faxtriage_pieces(self.engine.as_ptr()), |place| pieces(place, &rows, (width, height)));
            sys::TessBaseAPIClear(self.engine.as_ptr());
            Ok(pieces)
        }
    }
}

impl Drop for LayoutFinder {
    fn drop(&mut self) {
        // SAFETY: the engine was created by `new` and is freed once.
        unsafe { sys::TessBaseAPIDelete(self.engine.as_ptr()) }
    }
}

/// What `view` sees of a layout; the iterator is freed. There is none where nothing was found.
///
/// # Safety
/// `place` must be null, or a live iterator that nobody else frees.
unsafe fn walk<T: Default>(place: *mut sys::TessPageIterator, view: impl FnOnce(*mut sys::TessPageIterator) -> T) -> T {
    if place.is_null() {
        return T::default();
    }
    let seen = view(place);
    // SAFETY: as the caller promises.
    unsafe { sys::TessPageIteratorDelete(place) };
    seen
}

/// A row's words before they are joined, and the ends of their baselines, which Tesseract rounds to whole pixels.
#[derive(Default)]
struct RowWords {
    words: Vec<Rect>,
    baseline: Vec<(f32, f32)>,
}

impl RowWords {
    /// The height of the row's baseline at a column: of the straight line that lies nearest to all its rounded points.
    fn baseline_at(&self, x: f32) -> f32 {
        let count = self.baseline.len().max(1) as f32;
        let mean = |of: fn(&(f32, f32)) -> f32| self.baseline.iter().map(of).sum::<f32>() / count;
        let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
        let (mut along, mut square) = (0.0, 0.0);
        for (px, py) in &self.baseline {
            along += (px - mean_x) * (py - mean_y);
            square += (px - mean_x) * (px - mean_x);
        }
        let slope = if square > 0.0 { along / square } else { 0.0 };
        mean_y + slope * (x - mean_x)
    }
}

/// # Safety
/// `place` must be a live iterator.
unsafe fn words_of_rows(place: *mut sys::TessPageIterator) -> Vec<RowWords> {
    use sys::TessPageIteratorLevel_RIL_WORD as WORD;
    let mut rows: Vec<RowWords> = Vec::new();
    // SAFETY: as the caller promises; the out-pointers are to locals.
    unsafe {
        loop {
            if begins_line(place) || rows.is_empty() {
                rows.push(RowWords::default());
            }
            if let (Some(row), Some(word)) = (rows.last_mut(), bounds(place, WORD)) {
                row.words.push(word);
                let [mut x1, mut y1, mut x2, mut y2] = [0; 4];
                if sys::TessPageIteratorBaseline(place, WORD, &mut x1, &mut y1, &mut x2, &mut y2) != 0 {
                    row.baseline.extend([(x1 as f32, y1 as f32), (x2 as f32, y2 as f32)]);
                }
            }
            if sys::TessPageIteratorNext(place, WORD) == 0 {
                return rows;
            }
        }
    }
}

/// # Safety
/// `place` must be a live iterator.
unsafe fn pieces(place: *mut sys::TessPageIterator, rows: &[RowWords], size: (c_int, c_int)) -> Vec<Piece> {
    use sys::{TessPageIteratorLevel_RIL_SYMBOL as SYMBOL, TessPageIteratorLevel_RIL_WORD as WORD};
    let mut pieces: Vec<Piece> = Vec::new();
    let mut lines = 0u32;
    let mut in_piece = false;
    // SAFETY: as the caller promises; the out-pointers are to locals.
    unsafe {
        loop {
            if begins_line(place) {
                lines += 1;
            }
            if sys::TessPageIteratorIsAtBeginningOf(place, WORD) != 0 {
                let line = lines.saturating_sub(1);
                let found = is_text(place).then(|| bounds(place, WORD)).flatten();
                let piece = found.zip(rows.get(line as usize)).and_then(|(found, row)| {
                    let [mut height, mut descenders, mut ascenders] = [0.0f32; 3];
                    faxtriage_row(place, &mut height, &mut descenders, &mut ascenders);
                    let baseline = row.baseline_at(((found.left + found.right) / 2) as f32);
                    let measures = Row { baseline, height, descenders, ascenders };
                    piece(&found, row, measures, line, size)
                });
                in_piece = piece.is_some();
                pieces.extend(piece);
            }
            if let (true, Some(piece), Some(blob)) = (in_piece, pieces.last_mut(), bounds(place, SYMBOL)) {
                piece.blobs.push(blob);
            }
            if sys::TessPageIteratorNext(place, SYMBOL) == 0 {
                return pieces;
            }
        }
    }
}

fn piece(found: &Rect, row: &RowWords, measures: Row, line: u32, size: (c_int, c_int)) -> Option<Piece> {
    let bounds = faxtriage_lstm::Rect { left: found.left, top: found.top, right: found.right, bottom: found.bottom };
    let shown = line_box(bounds, measures, size);
    let shown = Rect::new(shown.left, shown.top, shown.right, shown.bottom);
    let inside = row.words.iter().filter(|word| word.left >= found.left && word.right <= found.right);
    let words: Vec<Rect> = inside.copied().collect();
    let words = if words.len() < 2 { Vec::new() } else { words };
    (!shown.is_empty()).then_some(Piece { shown, blobs: Vec::new(), words, line })
}

/// # Safety
/// `place` must be a live iterator.
unsafe fn begins_line(place: *const sys::TessPageIterator) -> bool {
    // SAFETY: as the caller promises.
    unsafe { sys::TessPageIteratorIsAtBeginningOf(place, sys::TessPageIteratorLevel_RIL_TEXTLINE) != 0 }
}

/// Whether the iterator stands in a block that Tesseract would read: no picture, ruling, equation or noise.
///
/// # Safety
/// `place` must be a live iterator.
unsafe fn is_text(place: *const sys::TessPageIterator) -> bool {
    // SAFETY: as the caller promises.
    let kind = unsafe { sys::TessPageIteratorBlockType(place) };
    [
        sys::TessPolyBlockType_PT_FLOWING_TEXT,
        sys::TessPolyBlockType_PT_HEADING_TEXT,
        sys::TessPolyBlockType_PT_PULLOUT_TEXT,
        sys::TessPolyBlockType_PT_INLINE_EQUATION,
        sys::TessPolyBlockType_PT_TABLE,
        sys::TessPolyBlockType_PT_VERTICAL_TEXT,
        sys::TessPolyBlockType_PT_CAPTION_TEXT,
    ]
    .contains(&kind)
}

/// The box of the element that the iterator stands on, or `None` where there is none.
///
/// # Safety
/// `place` must be a live iterator.
unsafe fn bounds(place: *const sys::TessPageIterator, level: sys::TessPageIteratorLevel) -> Option<Rect> {
    let mut rect = Rect::default();
    // SAFETY: as the caller promises; the out-pointers are to fields of a local.
    let found = unsafe {
        sys::TessPageIteratorBoundingBox(
            place,
            level,
            ptr::from_mut(&mut rect.left),
            ptr::from_mut(&mut rect.top),
            ptr::from_mut(&mut rect.right),
            ptr::from_mut(&mut rect.bottom),
        )
    };
    (found != 0 && !rect.is_empty()).then_some(rect)
}

/// A picture of one bit a pixel as Tesseract takes it, paper set, each row in whole bytes.
///
/// The threshold is the one that Tesseract would choose for the picture in grey (Otsu's, `ccstruct/otsuthr.cpp`), found in a tenth of its time.
/// A fixed one loses a line here and there.
fn one_bit(image: &GrayImage) -> Vec<u8> {
    let (threshold, dark_is_ink) = threshold(image.as_raw());
    let is_paper = |grey: u8| (grey > threshold) == dark_is_ink;
    let byte =
        |pixels: &[u8]| (0..).zip(pixels).fold(0u8, |byte, (at, &grey)| byte | u8::from(is_paper(grey)) << (7 - at));
    let rows = image.as_raw().chunks_exact(image.width().max(1) as usize);
    rows.flat_map(|row| row.chunks(8).map(byte)).collect()
}

/// The grey up to which a pixel is dark, so that dark and light pixels lie as far apart as may be, and whether the dark ones are the ink: they are
/// fewer.
fn threshold(pixels: &[u8]) -> (u8, bool) {
    let mut counts = [0u64; 256];
    pixels.iter().for_each(|&grey| counts[usize::from(grey)] += 1);
    let sum = |counts: &[u64]| (0u64..).zip(counts).map(|(grey, count)| grey * count).sum::<u64>() as f64;
    let (all, whole) = (pixels.len() as u64, sum(&counts));
    let (mut best, mut dark, mut weight) = ((0.0f64, 0u8, 0u64), 0u64, 0.0f64);
    for (grey, &count) in (0u8..255).zip(&counts) {
        dark += count;
        weight += f64::from(grey) * count as f64;
        if dark == 0 || dark == all {
            continue;
        }
        let light = all - dark;
        let apart = (whole - weight) / light as f64 - weight / dark as f64;
        let between = apart * apart * dark as f64 * light as f64;
        if between > best.0 {
            best = (between, grey, dark);
        }
    }
    let (_, grey, dark) = best;
    (grey, dark * 2 <= all)
}

/// A side of a picture as Tesseract takes it.
fn to_int(side: u32) -> Result<c_int, OcrError> {
    if side > MAX_SIDE {
        return Err(OcrError::Read(format!("a side of the picture is longer than {MAX_SIDE} pixels")));
    }
    Ok(side as c_int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_parts_ink_from_paper_whichever_is_dark() {
        let page = [[30u8; 20].as_slice(), &[60; 10], &[200; 100], &[240; 100]].concat();
        assert_eq!(threshold(&page), (60, true));
        let negative: Vec<u8> = page.iter().map(|grey| 255 - grey).collect();
        assert_eq!(threshold(&negative), (55, false));
        assert_eq!(threshold(&[255; 40]), (0, true));
    }

    #[test]
    fn a_picture_becomes_bits_row_by_row() {
        let picture = GrayImage::from_fn(10, 2, |x, y| image::Luma([if x == y || x == 9 { 10 } else { 250 }]));
        assert_eq!(one_bit(&picture), [0b0111_1111, 0b1000_0000, 0b1011_1111, 0b1000_0000]);
    }
}
