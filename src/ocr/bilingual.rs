//! Tesseract with one language first, and with all of them where a page asks for it.
//!
//! An engine with two languages reads every doubtful line with both: a quarter more time on English fax pages (12 printed pages: 5.2 s of
//! processor time with `eng+spa`, 3.9 s with `eng`, the same words). So a page is read in the office's language, and again with all data only
//! when it turns out to be in another one. The second engine is started when the first such page comes.

use std::time::Instant;

use image::GrayImage;

use super::tesseract::{LanguageData, TesseractReader};
use super::{Layout, OcrError, PageReader, Word};

/// Two engines, the second one started on demand.
pub struct BilingualReader {
    first: TesseractReader,
    languages: String,
    all: Option<TesseractReader>,
    deadline: Option<Instant>,
}

impl BilingualReader {
    /// Starts the engine for the first of `languages` (`eng+spa`); the data of the others must be there too.
    pub fn new(languages: &str) -> Result<Self, OcrError> {
        let office = languages.split('+').next().unwrap_or(languages);
        let first = TesseractReader::new(office, None)?;
        first.require(languages)?;
        Ok(Self { first, languages: languages.to_owned(), all: None, deadline: None })
    }

    /// The data of all languages, whether their engine has been started or not.
    pub fn language_data(&self) -> Result<Vec<LanguageData>, OcrError> {
        self.first.data_of(&self.languages)
    }

    /// As [`TesseractReader::set_deadline`], for both engines.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
        self.first.set_deadline(deadline);
    }
}

impl PageReader for BilingualReader {
    fn read_page(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Word>, OcrError> {
        self.first.read_page(image, dpi, layout)
    }

    fn read_foreign(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Word>, OcrError> {
        let all = match &mut self.all {
            Some(all) => all,
            none => none.insert(TesseractReader::new(&self.languages, None)?),
        };
        all.set_deadline(self.deadline);
        all.read_page(image, dpi, layout)
    }
}
