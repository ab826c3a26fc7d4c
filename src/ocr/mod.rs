//! Readers: from pixels to words.
//!
//! Unrelated readers stand behind two traits, so that tests can put a dummy in their place: a [`PageReader`] finds and reads
//! the words of a whole page (Tesseract), a [`LineReader`] reads one cut-out line (the ONNX second reader, and
//! the digit reader for numbers written by hand). [`crops`] cuts the lines
//! out; [`decode`] weighs a line's [`Lattice`] against a field's [`mod@format`]; [`model`] finds the second reader's file.

pub mod bilingual;
pub mod crops;
pub mod decode;
pub mod deferred;
pub mod digit_reader;
pub mod format;
pub mod language;
pub mod layout;
pub mod model;
pub mod pattern;
pub mod pieces;
pub mod second_reader;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::answer::Confidence;
use crate::geometry::Rect;
use crate::page::TextRow;

/// One word as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub text: String,
    pub confidence: Confidence,
    pub rect: Rect,
    /// Words with the same number stand on one line; lines count from the top of the page in reading order.
    pub line: u32,
}

impl Word {
    /// How many letters and digits it has.
    pub fn letters(&self) -> f32 {
        self.text.chars().filter(|c| c.is_alphanumeric()).count() as f32
    }
}

/// The words with single spaces between.
pub fn text_of<'a>(words: impl IntoIterator<Item = &'a Word>) -> String {
    words.into_iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// What a reading is worth beside another one of the same place: its letters, each counted by how sure it is; doubtful ones speak against it.
pub fn worth<'a>(words: impl IntoIterator<Item = &'a Word>) -> f32 {
    words.into_iter().map(|w| w.letters() * (w.confidence.get() - EVEN)).sum()
}

/// Confidence that a letter has to have to speak for a reading.
const EVEN: f32 = 0.4;

/// How a page is laid out, which tells the page reader how to cut it.
///
/// Measured on 16 fax forms with tables (printed fields found in the page's text, of 86, and seconds a page): `Auto` 84 in 0.9 s, `Sparse` 83 in
/// 1.0 s, `Block` 62 in 0.9 s, since cells beside each other run into one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Find columns and blocks (Tesseract's mode 3).
    Auto,
    /// One block of lines (mode 6): plain letters, cut-out paragraphs.
    Block,
    /// Words anywhere (mode 11).
    Sparse,
    /// One line (mode 7).
    Line,
}

#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    #[error("the page reader could not start: {0}")]
    Start(String),
    #[error("the second reader's model could not be loaded: {0}")]
    Model(String),
    #[error("the reader failed: {0}")]
    Read(String),
    #[error("the reader took longer than allowed")]
    TimedOut,
}

/// Reads all words of a picture.
pub trait PageReader {
    /// Words with boxes in the picture's own pixels, in reading order.
    fn read_page(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Word>, OcrError>;

    /// Words of a picture whose rows were found before, in their order.
    fn read_rows(&mut self, image: &GrayImage, rows: &[TextRow]) -> Result<Vec<Word>, OcrError>;

    /// The words of the page that was read last, which is not in the office's own language or reads badly in it, given those read in it.
    fn read_foreign(&mut self, _image: &GrayImage, words: Vec<Word>) -> Result<Vec<Word>, OcrError> {
        Ok(words)
    }
}

/// One line as the second reader saw it.
#[derive(Clone, Debug)]
pub struct LineReading {
    /// The free reading, without regard to a format.
    pub text: String,
    /// The probability of each character of `text`.
    pub characters: Vec<f32>,
    /// Horizontal centre of each character of `text`, in the crop's own pixels.
    pub positions: Vec<f32>,
    pub lattice: Lattice,
}

impl LineReading {
    /// The weakest character decides; where nothing was read there is nothing to be sure of.
    pub fn confidence(&self) -> Confidence {
        self.characters.iter().copied().reduce(f32::min).map_or(Confidence::NONE, Confidence::new)
    }
}

/// Per time step the most likely symbols with their log-probabilities: what a decoder needs to weigh other readings.
#[derive(Clone, Debug, Default)]
pub struct Lattice {
    /// For each step: log-probability of the CTC blank, then the kept symbols, best first.
    pub steps: Vec<LatticeStep>,
}

#[derive(Clone, Debug, Default)]
pub struct LatticeStep {
    pub blank: f32,
    pub symbols: Vec<(char, f32)>,
}

/// Reads cut-out lines.
pub trait LineReader {
    /// One reading a crop, in the same order. Crops hold one line of writing, dark on white.
    fn read_lines(&mut self, crops: &[GrayImage]) -> Result<Vec<LineReading>, OcrError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads every crop as its width.
    struct WidthReader;

    impl LineReader for WidthReader {
        fn read_lines(&mut self, crops: &[GrayImage]) -> Result<Vec<LineReading>, OcrError> {
            let reading = |crop: &GrayImage| {
                let text = crop.width().to_string();
                let characters = (0..text.len()).map(|index| 0.9 - index as f32 / 10.0).collect();
                LineReading { characters, positions: vec![0.0; text.len()], text, lattice: Lattice::default() }
            };
            Ok(crops.iter().map(reading).collect())
        }
    }

    #[test]
    fn the_weakest_character_decides_and_an_empty_reading_is_not_certain() {
        let reader: &mut dyn LineReader = &mut WidthReader;
        let readings = reader.read_lines(&[GrayImage::new(123, 48)]).expect("read");
        assert_eq!(readings[0].text, "123");
        assert!((readings[0].confidence().get() - 0.7).abs() < 1e-6);
        let nothing = LineReading {
            text: String::new(),
            characters: Vec::new(),
            positions: Vec::new(),
            lattice: Lattice::default(),
        };
        assert_eq!(nothing.confidence(), Confidence::NONE);
    }
}
