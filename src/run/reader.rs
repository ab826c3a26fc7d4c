//! What a worker reads pages with: the decoder, the readers and the pack, each made once for the worker's life.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::batch::{ReadingSettings, load_pack};
use super::protocol::{EngineFacts, Terms, Wanted};
use super::worker::{PageOutput, Probe, ReadFailure, ReadPage};
use crate::decode::{Document, Limits, Rejection, SourcePage};
use crate::extract::PageEngine;
use crate::ocr::bilingual::BilingualReader;
use crate::ocr::deferred::Deferred;
use crate::ocr::digit_reader::DigitReader;
use crate::ocr::layout::LayoutFinder;
use crate::ocr::model::{self, SECOND_READER_SHA256};
use crate::ocr::second_reader::SecondReader;
use crate::ocr::{LineReader, OcrError};
use crate::page::PreparedPage;
use crate::picture::{self, PictureError};
use crate::reading::PageReading;
use crate::rules::Pack;

/// Languages that the page reader knows, the office's own first; Hmong is written in Latin letters and read with all of them.
const LANGUAGES: &str = "eng+spa";

/// Reads pages for real.
pub struct Engine {
    settings: ReadingSettings,
    pack: Pack,
    tesseract: BilingualReader,
    /// Pages with a text layer need no line reader: each is made when the first line comes.
    second: Option<Deferred<SecondReader>>,
    digits: Deferred<DigitReader>,
    /// The document that was read last: calls for the pages of one document mostly follow each other.
    open: Option<(PathBuf, Document)>,
    terms: Terms,
}

/// Share of the time before the caller's kill after which a reader gives up by itself: a worker that answers in time is not lost.
const OWN_DEADLINE: f64 = 0.9;

/// Refuses bytes that are not those that the file had when it was found: they would be read under its name and hash.
pub(super) fn unchanged(bytes: &[u8], terms: &Terms) -> Result<(), Rejection> {
    match &terms.sha256 {
        Some(sha256) if *sha256 != model::sha256(bytes) => {
            Err(Rejection::Corrupt("the file changed after it was found".to_owned()))
        }
        _ => Ok(()),
    }
}

impl Engine {
    /// Starts the readers. The error says what is missing.
    pub fn start(settings: &ReadingSettings) -> Result<Engine, String> {
        let pack = load_pack(settings.rules.as_deref()).map_err(|error| error.to_string())?;
        let tesseract = BilingualReader::new(LANGUAGES).map_err(|error| error.to_string())?;
        // That the file is the pinned one is seen at once.
        let file = settings.model.as_deref().map(SecondReader::checked_file).transpose();
        let second =
            file.map_err(|error| error.to_string())?.map(|file| Deferred::new(move || SecondReader::from_file(file)));
        Ok(Engine {
            settings: settings.clone(),
            pack,
            tesseract,
            second,
            digits: Deferred::new(DigitReader::new),
            open: None,
            terms: Terms::default(),
        })
    }

    fn document(&mut self, path: &Path) -> Result<&mut Document, ReadFailure> {
        if self.open.as_ref().is_none_or(|(open, _)| open != path) {
            let limits = Limits { pages: self.settings.max_pages, ..Limits::default() };
            let bytes = Document::bytes(path, &limits)?;
            unchanged(&bytes, &self.terms)?;
            self.open = Some((path.to_owned(), Document::from_bytes(bytes, &limits)?));
        }
        match &mut self.open {
            Some((_, document)) => Ok(document),
            None => Err(ReadFailure::Broken("open".to_owned())),
        }
    }

    /// Reads one page, and gives the prepared pixels as well.
    pub fn read_prepared(
        &mut self,
        path: &Path,
        page: u32,
    ) -> Result<(PageReading, PreparedPage, BTreeMap<String, u32>), ReadFailure> {
        let started = Instant::now();
        let source: SourcePage = self.document(path)?.page(page)?;
        let decoded = started.elapsed();
        let within = self.terms.within_ms.map_or(self.settings.page_timeout, Duration::from_millis);
        self.tesseract.set_deadline(Some(started + within.mul_f64(OWN_DEADLINE)));
        let mut engine = PageEngine {
            reader: &mut self.tesseract,
            second: self.second.as_mut().map(|second| second as &mut dyn LineReader),
            digits: Some(&mut self.digits),
            pack: &self.pack,
            reference: self.settings.as_of,
            stages: BTreeMap::new(),
        };
        let (reading, prepared) = engine.read(&source, page).map_err(|error| match error {
            OcrError::TimedOut => ReadFailure::Rejected(Rejection::TimedOut),
            other => ReadFailure::Broken(other.to_string()),
        })?;
        let mut stages = engine.stages;
        stages.insert("decode".to_owned(), u32::try_from(decoded.as_millis()).unwrap_or(u32::MAX));
        Ok((reading, prepared, stages))
    }
}

impl ReadPage for Engine {
    fn probe(&mut self, path: &Path) -> Result<Probe, ReadFailure> {
        // A file may have changed since it was read last: a probe always opens it again.
        self.open = None;
        let document = self.document(path)?;
        Ok(Probe { container: document.container(), pages: document.pages() })
    }

    fn read(&mut self, path: &Path, page: u32, picture: Option<Wanted>) -> Result<PageOutput, ReadFailure> {
        let (reading, prepared, mut stages) = self.read_prepared(path, page)?;
        let started = Instant::now();
        // A page that makes too large a picture goes without one: the reading is what counts.
        let picture = picture.and_then(|wanted| draw(wanted, &prepared, &reading).ok());
        if picture.is_some() {
            stages.insert("picture".to_owned(), u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX));
        }
        Ok(PageOutput { reading, picture, stages })
    }

    fn agree(&mut self, terms: Terms) {
        self.terms = terms;
    }

    fn facts(&mut self) -> EngineFacts {
        let languages = self.tesseract.language_data().unwrap_or_default();
        EngineFacts {
            tesseract: LayoutFinder::version(),
            languages: languages.into_iter().map(|data| (data.language, data.sha256)).collect(),
            second_reader: self.second.as_ref().map(|_| SECOND_READER_SHA256.to_owned()),
            digit_reader: Some(DigitReader::sha256()),
            cpu_features: cpu_features(),
        }
    }
}

fn draw(wanted: Wanted, prepared: &PreparedPage, reading: &PageReading) -> Result<Vec<u8>, PictureError> {
    match wanted {
        Wanted::Page => picture::page(&prepared.ink, prepared.dpi),
        Wanted::Drawn => picture::with_findings(&prepared.ink, reading),
    }
}

/// Instruction sets that the line readers and Tesseract choose their arithmetic by: a sum taken in another order can round differently.
fn cpu_features() -> Vec<String> {
    #[cfg(target_arch = "x86_64")]
    let known = [
        ("sse4.1", std::arch::is_x86_feature_detected!("sse4.1")),
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let known: [(&str, bool); 0] = [];
    known.iter().filter(|(_, present)| *present).map(|(name, _)| (*name).to_owned()).collect()
}
