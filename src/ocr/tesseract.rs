//! The page reader: Tesseract's LSTM engine through its C interface.
//!
//! The only module with unsafe code. Everything unsafe is one of four things: creating and freeing the engine, handing it
//! a picture, running it under a monitor, and walking its results. Callers see a [`PageReader`] that owns one engine for the
//! worker's life; loading the language data costs more than reading a line.
//!
//! Tesseract ends the process (an assertion, SIGABRT) when it is given a zone outside the picture, so zones never reach it: a zone
//! is clipped, cut out and padded here, and handed over as a picture of its own.
//!
//! Set `OMP_THREAD_LIMIT=1` in the environment of the process *before* it starts: the OpenMP runtime reads it when it is loaded.
#![expect(unsafe_code, reason = "Tesseract has a C interface only; this module is the safe wrapper around it")]

use std::ffi::{CStr, CString, c_char, c_int};
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};
use std::time::{Duration, Instant};

use image::{GrayImage, imageops};
use serde::{Deserialize, Serialize};
use tesseract_sys as sys;

use super::model::sha256;
use super::{Layout, OcrError, PageReader, Word};
use crate::answer::Confidence;
use crate::geometry::Rect;

/// Longest side that Tesseract's 16-bit boxes can address.
const MAX_SIDE: u32 = 32_767;

/// Pictures with a side below this hold no letter, and Tesseract only complains about them.
const MIN_SIDE: u32 = 8;

/// White paper put around a cut-out zone: letters that touch the edge of the picture read worse.
const ZONE_MARGIN: u32 = 12;

/// How an engine is set up. Neither can be changed later, because Tesseract reads its word lists when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TesseractOptions {
    /// Use the language's word lists. Default: true. Turn off for text in a language without data of its own (Hmong):
    /// the word lists pull unknown words towards English or Spanish ones.
    pub dictionaries: bool,
}

impl Default for TesseractOptions {
    fn default() -> Self {
        Self { dictionaries: true }
    }
}

/// Language data that an engine was started with, for the run record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageData {
    /// Tesseract's code: `eng`, `spa`.
    pub language: String,
    pub path: PathBuf,
    /// Hex digits of the file's SHA-256.
    pub sha256: String,
}

/// One word with its letters.
#[derive(Clone, Debug, PartialEq)]
pub struct WordDetail {
    pub word: Word,
    pub symbols: Vec<Symbol>,
}

/// One letter as it was read; `text` can hold more than one character (a ligature).
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    pub text: String,
    pub confidence: Confidence,
    pub rect: Rect,
}

/// Tesseract, started once and used for page after page.
pub struct TesseractReader {
    engine: NonNull<sys::TessBaseAPI>,
    languages: String,
    deadline: Option<Instant>,
}

impl TesseractReader {
    /// Starts an engine with its word lists for `languages` (`eng`, `eng+spa`; the first is preferred).
    ///
    /// `data_path` is the folder that holds the `.traineddata` files; without one Tesseract looks in `TESSDATA_PREFIX` and then in
    /// the folder that it was built with.
    pub fn new(languages: &str, data_path: Option<&Path>) -> Result<Self, OcrError> {
        Self::with_options(languages, data_path, TesseractOptions::default())
    }

    /// As [`TesseractReader::new`], with options.
    pub fn with_options(
        languages: &str,
        data_path: Option<&Path>,
        options: TesseractOptions,
    ) -> Result<Self, OcrError> {
        let start_error = |what: &str| OcrError::Start(what.to_owned());
        let language = CString::new(languages).map_err(|_| start_error("the language list holds a NUL character"))?;
        let folder = data_path
            .map(|path| CString::new(path.as_os_str().as_encoded_bytes()))
            .transpose()
            .map_err(|_| start_error("the path of the language data holds a NUL character"))?;

        // Messages such as "Estimating resolution" would mix with the worker's own on stderr.
        let mut names = vec![c"debug_file"];
        let mut values = vec![c"/dev/null"];
        if !options.dictionaries {
            for list in [c"load_system_dawg", c"load_freq_dawg", c"load_bigram_dawg"] {
                names.push(list);
                values.push(c"0");
            }
        }
        let mut names: Vec<*mut c_char> = names.iter().map(|name| name.as_ptr().cast_mut()).collect();
        let mut values: Vec<*mut c_char> = values.iter().map(|value| value.as_ptr().cast_mut()).collect();

        // SAFETY: every pointer is to a NUL-terminated string that outlives the call; Tesseract copies what it keeps and
        // writes to none of them. The engine is freed on failure here and by `Drop` later.
        let engine = unsafe {
            let engine =
                NonNull::new(sys::TessBaseAPICreate()).ok_or_else(|| start_error("no memory for the engine"))?;
            let failed = sys::TessBaseAPIInit4(
                engine.as_ptr(),
                folder.as_ref().map_or(ptr::null(), |path| path.as_ptr()),
                language.as_ptr(),
                sys::TessOcrEngineMode_OEM_LSTM_ONLY,
                ptr::null_mut(),
                0,
                names.as_mut_ptr(),
                values.as_mut_ptr(),
                names.len(),
                0,
            );
            if failed != 0 {
                sys::TessBaseAPIDelete(engine.as_ptr());
                return Err(OcrError::Start(format!(
                    "no Tesseract language data for `{languages}`; install it (tesseract-ocr-eng, tesseract-ocr-spa) \
                     or point TESSDATA_PREFIX at the folder with the .traineddata files"
                )));
            }
            engine
        };
        Ok(Self { engine, languages: languages.to_owned(), deadline: None })
    }

    /// The library's version, such as `5.3.0`.
    pub fn version() -> String {
        // SAFETY: the library returns a pointer to a string constant.
        unsafe { CStr::from_ptr(sys::TessVersion()) }.to_string_lossy().into_owned()
    }

    /// The language list that the engine was started with.
    pub fn languages(&self) -> &str {
        &self.languages
    }

    /// The language data in use, in the order of the language list. Reads and hashes the files.
    pub fn language_data(&self) -> Result<Vec<LanguageData>, OcrError> {
        self.data_of(&self.languages)
    }

    /// Fails when the engine's folder lacks the data of one of `languages`.
    pub(super) fn require(&self, languages: &str) -> Result<(), OcrError> {
        let folder = self.folder();
        match languages.split('+').find(|name| !folder.join(format!("{name}.traineddata")).is_file()) {
            None => Ok(()),
            Some(missing) => Err(OcrError::Start(format!(
                "no Tesseract language data for `{missing}` in {}; install it (tesseract-ocr-{missing})",
                folder.display()
            ))),
        }
    }

    /// The data of `languages` in the engine's folder. Reads and hashes the files.
    pub(super) fn data_of(&self, languages: &str) -> Result<Vec<LanguageData>, OcrError> {
        let folder = self.folder();
        let identify = |language: &str| {
            let path = folder.join(format!("{language}.traineddata"));
            let data = std::fs::read(&path).map_err(|error| OcrError::Start(format!("{}: {error}", path.display())))?;
            Ok(LanguageData { language: language.to_owned(), path, sha256: sha256(&data) })
        };
        languages.split('+').map(|language| identify(language.trim_start_matches('~'))).collect()
    }

    /// Where the engine has its language data from.
    fn folder(&self) -> PathBuf {
        // SAFETY: the string belongs to the engine and lives as long as `self`; it is copied before anything else runs.
        unsafe {
            let folder = sys::TessBaseAPIGetDatapath(self.engine.as_ptr());
            if folder.is_null() {
                PathBuf::new()
            } else {
                PathBuf::from(CStr::from_ptr(folder).to_string_lossy().into_owned())
            }
        }
    }

    /// No reading goes on past `deadline`: later ones fail with [`OcrError::TimedOut`], a running one stops at the next word.
    ///
    /// Finding lines and columns is not interrupted; against a hang there the worker needs its own limit.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// The words inside `zone` of a picture, in the picture's own pixels.
    ///
    /// `zone` is clipped to the picture; an empty one has no words. `whitelist` restricts the letters, such as `0123456789/-`.
    pub fn read_zone(
        &mut self,
        image: &GrayImage,
        zone: &Rect,
        dpi: u32,
        layout: Layout,
        whitelist: Option<&str>,
    ) -> Result<Vec<Word>, OcrError> {
        let details = self.read_zone_details(image, zone, dpi, layout, whitelist)?;
        Ok(details.into_iter().map(|detail| detail.word).collect())
    }

    /// As [`TesseractReader::read_zone`], with the letters of each word.
    pub fn read_zone_details(
        &mut self,
        image: &GrayImage,
        zone: &Rect,
        dpi: u32,
        layout: Layout,
        whitelist: Option<&str>,
    ) -> Result<Vec<WordDetail>, OcrError> {
        let bounds = Rect::new(0, 0, to_int(image.width())?, to_int(image.height())?);
        let zone = zone.intersect(&bounds);
        if zone.is_empty() {
            return Ok(Vec::new());
        }
        // `zone` lies on the picture, so that no edge is negative.
        let (left, top) = (zone.left as u32, zone.top as u32);
        let (width, height) = (zone.width() as u32, zone.height() as u32);
        let mut cut = GrayImage::from_pixel(width + 2 * ZONE_MARGIN, height + 2 * ZONE_MARGIN, image::Luma([255]));
        imageops::replace(
            &mut cut,
            &*imageops::crop_imm(image, left, top, width, height),
            ZONE_MARGIN.into(),
            ZONE_MARGIN.into(),
        );

        self.restrict(whitelist)?;
        let read = self.read_details(&cut, dpi, layout);
        self.restrict(None)?;

        let (dx, dy) = (zone.left - ZONE_MARGIN as i32, zone.top - ZONE_MARGIN as i32);
        let mut details = read?;
        for detail in &mut details {
            detail.word.rect = detail.word.rect.translate(dx, dy).intersect(&bounds);
            for symbol in &mut detail.symbols {
                symbol.rect = symbol.rect.translate(dx, dy).intersect(&bounds);
            }
        }
        Ok(details)
    }

    /// Reads a whole picture, with the letters of each word; `dpi` outside 70 to 2400 is taken as 200.
    pub fn read_details(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<WordDetail>, OcrError> {
        let allowance = self.allowance()?;
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

        // SAFETY: a `GrayImage` is width × height bytes without gaps, and Tesseract copies it. The monitor lives until the
        // engine returns. The results are walked before the engine is cleared.
        unsafe {
            sys::TessBaseAPISetPageSegMode(self.engine.as_ptr(), mode);
            sys::TessBaseAPISetImage(self.engine.as_ptr(), image.as_raw().as_ptr(), width, height, 1, width);
            sys::TessBaseAPISetSourceResolution(self.engine.as_ptr(), dpi);
            let monitor = sys::TessMonitorCreate();
            if let Some(allowance) = allowance {
                let ms = c_int::try_from(allowance.as_millis()).unwrap_or(c_int::MAX).max(1);
                sys::TessMonitorSetDeadlineMSecs(monitor, ms);
            }
            let failed = sys::TessBaseAPIRecognize(self.engine.as_ptr(), monitor);
            sys::TessMonitorDelete(monitor);

            let outcome = if failed == 0 {
                Ok(collect(self.engine))
            } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                Err(OcrError::TimedOut)
            } else {
                Err(OcrError::Read("Tesseract could not read the picture".to_owned()))
            };
            sys::TessBaseAPIClear(self.engine.as_ptr());
            outcome
        }
    }

    /// Time left, when there is a deadline.
    fn allowance(&self) -> Result<Option<Duration>, OcrError> {
        let Some(deadline) = self.deadline else { return Ok(None) };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(OcrError::TimedOut) } else { Ok(Some(left)) }
    }

    fn restrict(&mut self, whitelist: Option<&str>) -> Result<(), OcrError> {
        let letters = CString::new(whitelist.unwrap_or_default())
            .map_err(|_| OcrError::Read("the list of allowed letters holds a NUL character".to_owned()))?;
        // SAFETY: both strings are NUL-terminated and copied by the engine.
        let known = unsafe {
            sys::TessBaseAPISetVariable(self.engine.as_ptr(), c"tessedit_char_whitelist".as_ptr(), letters.as_ptr())
        };
        if known == 0 {
            return Err(OcrError::Read("this Tesseract cannot restrict its letters".to_owned()));
        }
        Ok(())
    }
}

impl PageReader for TesseractReader {
    fn read_page(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Word>, OcrError> {
        let details = self.read_details(image, dpi, layout)?;
        Ok(details.into_iter().map(|detail| detail.word).collect())
    }
}

impl Drop for TesseractReader {
    fn drop(&mut self) {
        // SAFETY: the engine was created by `with_options` and is freed once.
        unsafe { sys::TessBaseAPIDelete(self.engine.as_ptr()) }
    }
}

/// The engine's results, word by word.
///
/// # Safety
/// `engine` must be alive, and its last recognition must have succeeded.
unsafe fn collect(engine: NonNull<sys::TessBaseAPI>) -> Vec<WordDetail> {
    use sys::{
        TessPageIteratorLevel_RIL_SYMBOL as SYMBOL, TessPageIteratorLevel_RIL_TEXTLINE as LINE,
        TessPageIteratorLevel_RIL_WORD as WORD,
    };
    let mut details: Vec<WordDetail> = Vec::new();
    // SAFETY: the iterator is freed below; the page iterator is a view of it, not a second object.
    unsafe {
        let results = sys::TessBaseAPIGetIterator(engine.as_ptr());
        if results.is_null() {
            return details;
        }
        let page = sys::TessResultIteratorGetPageIterator(results);
        let mut lines = 0u32;
        let mut in_word = false;
        loop {
            if sys::TessPageIteratorIsAtBeginningOf(page, LINE) != 0 {
                lines += 1;
            }
            if sys::TessPageIteratorIsAtBeginningOf(page, WORD) != 0 {
                let line = lines.saturating_sub(1);
                let word =
                    element(results, page, WORD).map(|(text, confidence, rect)| Word { text, confidence, rect, line });
                in_word = word.is_some();
                details.extend(word.map(|word| WordDetail { word, symbols: Vec::new() }));
            }
            if let (true, Some(detail)) = (in_word, details.last_mut()) {
                let symbol = element(results, page, SYMBOL);
                detail.symbols.extend(symbol.map(|(text, confidence, rect)| Symbol { text, confidence, rect }));
            }
            if sys::TessResultIteratorNext(results, SYMBOL) == 0 {
                break;
            }
        }
        sys::TessResultIteratorDelete(results);
    }
    // Pictures and rulings come as words of white space.
    details.retain(|detail| !detail.word.text.trim().is_empty());
    details
}

/// Text, confidence and box of the element that the iterators stand on, or `None` where there is none.
///
/// # Safety
/// `results` must be a live iterator, and `page` its page iterator.
unsafe fn element(
    results: *mut sys::TessResultIterator,
    page: *mut sys::TessPageIterator,
    level: sys::TessPageIteratorLevel,
) -> Option<(String, Confidence, Rect)> {
    let mut rect = Rect::default();
    // SAFETY: the out-pointers are to fields of a local; the text is copied and then freed by the library that made it.
    unsafe {
        let boxed = sys::TessPageIteratorBoundingBox(
            page,
            level,
            &mut rect.left,
            &mut rect.top,
            &mut rect.right,
            &mut rect.bottom,
        );
        if boxed == 0 {
            return None;
        }
        let text = sys::TessResultIteratorGetUTF8Text(results, level);
        if text.is_null() {
            return None;
        }
        let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
        sys::TessDeleteText(text);
        let percent = sys::TessResultIteratorConfidence(results, level);
        Some((owned, Confidence::new(percent / 100.0), rect))
    }
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

    /// Letters of a seven-by-five grid, drawn at a size that Tesseract reads.
    fn picture_of(digits: &str) -> GrayImage {
        const ROWS: [(char, [&str; 7]); 4] = [
            ('1', ["..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."]),
            ('4', ["...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."]),
            ('7', ["#####", "....#", "...#.", "..#..", "..#..", "..#..", "..#.."]),
            ('L', ["#....", "#....", "#....", "#....", "#....", "#....", "#####"]),
        ];
        let scale = 5;
        let mut picture =
            GrayImage::from_pixel(60 + digits.len() as u32 * 7 * scale, 30 + 7 * scale + 30, image::Luma([255]));
        for (index, digit) in digits.chars().enumerate() {
            let rows = ROWS.iter().find(|(known, _)| *known == digit).expect("a drawn letter").1;
            for (y, row) in rows.iter().enumerate() {
                for (x, cell) in row.chars().enumerate() {
                    if cell == '#' {
                        let left = 30 + (index as u32 * 7 + x as u32) * scale;
                        let top = 30 + y as u32 * scale;
                        for (dx, dy) in (0..scale * scale).map(|cell| (cell % scale, cell / scale)) {
                            picture.put_pixel(left + dx, top + dy, image::Luma([0]));
                        }
                    }
                }
            }
        }
        imageops::blur(&picture, 1.2)
    }

    fn reader() -> TesseractReader {
        TesseractReader::new("eng", None).expect("tesseract-ocr-eng is a build requirement")
    }

    #[test]
    fn reads_a_line_with_boxes_inside_the_picture() {
        let picture = picture_of("4714771");
        let words = reader().read_page(&picture, 200, Layout::Line).expect("read");
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<String>(), "4714771");
        let rect = Rect::bounding(words.iter().map(|word| &word.rect)).expect("a box");
        assert!((25..=40).contains(&rect.left) && (60..=70).contains(&rect.bottom), "{rect:?}");
        assert!(words.iter().all(|word| word.confidence.get() > 0.1 && word.line == 0), "{words:?}");
    }

    #[test]
    fn a_zone_is_read_in_the_pictures_own_pixels_with_its_letters() {
        let picture = picture_of("4714771");
        let half = Rect::new(25, 0, 30 + 4 * 35, 95);
        let details = reader().read_zone_details(&picture, &half, 200, Layout::Line, Some("0123456789")).expect("read");
        let symbols: Vec<&Symbol> = details.iter().flat_map(|detail| &detail.symbols).collect();
        assert_eq!(symbols.iter().map(|symbol| symbol.text.as_str()).collect::<String>(), "4714");
        assert!((165 - 20..=170).contains(&symbols[3].rect.right), "{:?}", symbols[3].rect);
    }

    #[test]
    fn a_zone_outside_the_picture_has_no_words_and_does_not_end_the_process() {
        let picture = picture_of("47");
        let mut reader = reader();
        for zone in
            [Rect::new(5000, 5000, 6000, 6000), Rect::new(-50, -50, 0, 0), Rect::new(i32::MIN, 0, i32::MIN + 1, 10)]
        {
            assert_eq!(reader.read_zone(&picture, &zone, 200, Layout::Line, None).expect("read"), []);
        }
        let beyond = Rect::new(-100, -100, 9000, 9000);
        let words = reader.read_zone(&picture, &beyond, 200, Layout::Line, None).expect("read");
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<String>(), "47");
    }

    #[test]
    fn pictures_without_room_for_a_letter_have_no_words() {
        let mut reader = reader();
        for (width, height) in [(0, 0), (1, 1), (3, 500), (500, 3)] {
            let picture = GrayImage::from_pixel(width, height, image::Luma([0]));
            assert_eq!(reader.read_page(&picture, 200, Layout::Auto).expect("read"), []);
        }
        assert!(reader.read_page(&GrayImage::new(40_000, 10), 200, Layout::Auto).is_err());
    }

    #[test]
    fn a_deadline_in_the_past_stops_before_reading() {
        let mut reader = reader();
        reader.set_deadline(Some(Instant::now()));
        let picture = picture_of("47");
        assert!(matches!(reader.read_page(&picture, 200, Layout::Line), Err(OcrError::TimedOut)));
        reader.set_deadline(None);
        assert!(reader.read_page(&picture, 200, Layout::Line).is_ok());
    }

    #[test]
    fn the_same_picture_reads_the_same_whatever_came_before() {
        let (one, other) = (picture_of("4714771"), picture_of("L1417"));
        let mut reader = reader();
        let first = reader.read_details(&one, 200, Layout::Line).expect("read");
        reader.read_details(&other, 200, Layout::Sparse).expect("read");
        reader.read_zone(&other, &Rect::new(0, 0, 90, 90), 200, Layout::Line, Some("L")).expect("read");
        assert_eq!(reader.read_details(&one, 200, Layout::Line).expect("read"), first);
    }

    #[test]
    fn names_its_language_data() {
        let options = TesseractOptions { dictionaries: false };
        let reader = TesseractReader::with_options("eng", None, options).expect("start");
        let data = reader.language_data().expect("language data");
        assert_eq!(data.len(), 1);
        assert!(data[0].language == "eng" && data[0].path.ends_with("eng.traineddata") && data[0].sha256.len() == 64);
        assert!(TesseractReader::version().starts_with(|first: char| first.is_ascii_digit()));
    }

    #[test]
    fn an_unknown_language_is_an_error_with_help() {
        let error = TesseractReader::new("xxx-none", None).err().expect("no such language");
        assert!(error.to_string().contains("TESSDATA_PREFIX"));
    }
}
