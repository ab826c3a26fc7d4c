//! The second reader: PP-OCRv6's small recognition model, run by `faxtriage-ppocr` and rten.
//!
//! A network of another kind, trained on other material than Tesseract's, so that its mistakes are others: where the two agree, a
//! value is trusted. It reads one line at a time. Lines are not batched: the network looks at the whole width, padding included, and a reading
//! must not depend on which other lines happened to stand on the page. One thread: the worker's cores belong to other pages.
//!
//! The network knows 18,708 characters. What a form can hold is kept (`kept_as`), look-alikes of other scripts are counted with the
//! Latin character they look like, and the rest is left out without raising the probabilities of what is kept: ink
//! that the network takes for a Chinese character is ink that it could not read.

use std::path::Path;

use faxtriage_ppocr::{ModelFile, Network};
use image::GrayImage;
use image::imageops::{self, FilterType};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::model::{SECOND_READER_SHA256, sha256};
use super::{Lattice, LatticeStep, LineReader, LineReading, OcrError, decode};

/// Height of the network's input, in pixels.
pub const INPUT_HEIGHT: u32 = faxtriage_ppocr::INPUT_HEIGHT as u32;

/// Widest input; a line that is longer for its height is squeezed. A page-wide line of small print is about 2,700 wide.
const MAX_WIDTH: u32 = 3200;

/// Narrowest input, the width that the network was trained at: a short line reads better with zeros after it than alone (printed fields 96 %
/// right instead of 95 %).
const LEAST_WIDTH: u32 = 320;

/// Pixels of the input's width for one step of the output.
const STEP: u32 = 8;

/// Symbols kept for a step, and the least share of the step's best that one must have.
const KEPT_SYMBOLS: usize = 24;
const KEPT_SHARE: f32 = 1e-5;

/// The least probability that is told from none.
const LEAST: f32 = 1e-12;

/// PP-OCRv6 small recognition, loaded once and used for line after line.
pub struct SecondReader {
    network: Network,
    /// The characters that are kept, sorted.
    characters: Vec<char>,
    /// For each class that is kept, the blank left out, its place in `characters`.
    places: Vec<usize>,
}

impl SecondReader {
    /// Loads the model file after checking that it is the pinned one.
    pub fn load(path: &Path) -> Result<Self, OcrError> {
        Self::from_file(Self::checked_file(path)?)
    }

    /// The bytes of the model file, when it is the pinned one.
    pub fn checked_file(path: &Path) -> Result<Vec<u8>, OcrError> {
        let data = std::fs::read(path).map_err(|error| OcrError::Model(format!("{}: {error}", path.display())))?;
        if sha256(&data) != SECOND_READER_SHA256 {
            return Err(OcrError::Model(format!(
                "{} is not the pinned file (SHA-256 {SECOND_READER_SHA256}); fetch it again from the wheel rapidocr 3.10.0",
                path.display()
            )));
        }
        Ok(data)
    }

    /// Starts the reader with the bytes of [`SecondReader::checked_file`].
    pub fn from_file(data: Vec<u8>) -> Result<Self, OcrError> {
        let model_error = |error: faxtriage_ppocr::Error| OcrError::Model(error.to_string());
        let file = ModelFile::parse(&data).map_err(model_error)?;
        drop(data);

        // Class 0 is the blank, then the alphabet, one character a line, then the space.
        let entries = file.characters().split('\n').chain([" "]);
        if entries.clone().count() + 1 != file.class_count() {
            return Err(OcrError::Model("its list of characters does not fit its classes".to_owned()));
        }
        let kept: Vec<(usize, char)> =
            entries.enumerate().filter_map(|(index, entry)| Some((index + 1, kept_as(entry)?))).collect();
        let mut characters: Vec<char> = kept.iter().map(|(_, character)| *character).collect();
        characters.sort_unstable();
        characters.dedup();
        let places = kept.iter().filter_map(|(_, character)| characters.binary_search(character).ok()).collect();

        let classes: Vec<usize> = [0].into_iter().chain(kept.iter().map(|(class, _)| *class)).collect();
        let network = Network::new(file, &classes).map_err(model_error)?;
        Ok(Self { network, characters, places })
    }

    /// Reads one line, dark on white; an empty crop has an empty reading.
    pub fn read_line(&self, crop: &GrayImage) -> Result<LineReading, OcrError> {
        if crop.width() == 0 || crop.height() == 0 {
            return Ok(LineReading {
                text: String::new(),
                characters: Vec::new(),
                positions: Vec::new(),
                lattice: Lattice::default(),
            });
        }
        let input = Input::of(crop);
        let probabilities =
            self.network.run(&input.pixels).map_err(|error| OcrError::Read(format!("second reader: {error}")))?;
        let lattice = self.lattice_of(&probabilities);
        let read = decode::greedy(&lattice);
        let input_per_step = input.width as f32 / lattice.steps.len().max(1) as f32;
        let crop_per_step = input_per_step * crop.width() as f32 / input.columns as f32;
        let positions = read.steps.iter().map(|step| ((step + 0.5) * crop_per_step).min(crop.width() as f32)).collect();
        Ok(LineReading { text: read.text, characters: read.characters, positions, lattice })
    }

    /// The lattice of the kept classes' probabilities, the blank first, step by step.
    fn lattice_of(&self, probabilities: &[f32]) -> Lattice {
        let log = |probability: f32| probability.max(LEAST).ln();
        let mut sums = vec![0.0f32; self.characters.len()];
        let steps = probabilities
            .chunks_exact(1 + self.places.len())
            .map(|step| {
                let (blank, kept) = (step[0], &step[1..]);
                sums.fill(0.0);
                for (&place, probability) in self.places.iter().zip(kept) {
                    sums[place] += probability;
                }
                let least = sums.iter().copied().fold(blank, f32::max) * KEPT_SHARE;
                let mut symbols: Vec<(char, f32)> = self
                    .characters
                    .iter()
                    .zip(&sums)
                    .filter(|(_, sum)| **sum > least)
                    .map(|(&c, &sum)| (c, log(sum)))
                    .collect();
                symbols.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                symbols.truncate(KEPT_SYMBOLS);
                LatticeStep { blank: log(blank), symbols }
            })
            .collect();
        Lattice { steps }
    }
}

impl LineReader for SecondReader {
    fn read_lines(&mut self, crops: &[GrayImage]) -> Result<Vec<LineReading>, OcrError> {
        crops.iter().map(|crop| self.read_line(crop)).collect()
    }
}

/// A crop as the network takes it.
struct Input {
    /// Rows of `width` pixels, -1 black to 1 white.
    pixels: Vec<f32>,
    width: usize,
    /// How many of the columns are the crop.
    columns: usize,
}

impl Input {
    fn of(crop: &GrayImage) -> Self {
        let ideal = (f64::from(crop.width()) * f64::from(INPUT_HEIGHT) / f64::from(crop.height())).round();
        // A float-to-int cast saturates.
        let columns = (ideal as u32).clamp(STEP, MAX_WIDTH);
        let scaled;
        let picture = if (crop.width(), crop.height()) == (columns, INPUT_HEIGHT) {
            crop
        } else {
            scaled = imageops::resize(crop, columns, INPUT_HEIGHT, FilterType::CatmullRom);
            &scaled
        };
        // Whole steps, so that the last letter has one of its own; what is added are zeros (mid grey), as the network was trained.
        let width = columns.max(LEAST_WIDTH).next_multiple_of(STEP) as usize;
        let mut pixels = vec![0.0; width * INPUT_HEIGHT as usize];
        for (to, from) in pixels.chunks_exact_mut(width).zip(picture.chunks_exact(columns as usize)) {
            for (to, from) in to.iter_mut().zip(from) {
                *to = f32::from(*from) / 127.5 - 1.0;
            }
        }
        Self { pixels, width, columns: columns as usize }
    }
}

/// The character that an entry of the network's alphabet is kept as: itself where forms have it, else the one it looks like.
fn kept_as(entry: &str) -> Option<char> {
    let mut characters = entry.chars();
    let (character, None) = (characters.next()?, characters.next()) else { return None };
    match character {
        ' '..='~' | '¡' | '¿' | '°' | '§' | 'ª' | 'º' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' => {
            Some(character)
        }
        '‘' | '’' | '‛' | '′' | '´' => Some('\''),
        '“' | '”' | '″' => Some('"'),
        '–' | '—' | '―' | '‐' | '‑' | '−' | '─' | '一' | 'ー' => Some('-'),
        '│' | '丨' | '∣' | 'ǀ' | '‖' => Some('|'),
        '•' | '·' | '。' | '∙' => Some('.'),
        '、' => Some(','),
        '∕' | '⁄' => Some('/'),
        '〇' | '○' | 'О' | 'Ο' => Some('O'),
        'ı' => Some('i'),
        // Greek and Cyrillic capitals that are drawn as Latin ones.
        'А' | 'Α' => Some('A'),
        'В' | 'Β' => Some('B'),
        'С' => Some('C'),
        'Е' | 'Ε' => Some('E'),
        'Н' | 'Η' => Some('H'),
        'К' | 'Κ' => Some('K'),
        'М' | 'Μ' => Some('M'),
        'Ν' => Some('N'),
        'Р' | 'Ρ' => Some('P'),
        'Т' | 'Τ' => Some('T'),
        'Х' | 'Χ' => Some('X'),
        'Ζ' => Some('Z'),
        'а' => Some('a'),
        'е' => Some('e'),
        'о' | 'ο' => Some('o'),
        'с' => Some('c'),
        'р' => Some('p'),
        'х' => Some('x'),
        'у' => Some('y'),
        _ => {
            // Full-width forms, and letters with marks that neither English nor Spanish has.
            let mut parts = entry.nfkd();
            let base = parts.next()?;
            (base.is_ascii_graphic() && parts.all(is_combining_mark)).then_some(base)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::model;

    #[test]
    fn a_forms_characters_are_kept_and_look_alikes_folded() {
        for (entry, kept) in [
            ("7", '7'),
            ("ñ", 'ñ'),
            ("Ａ", 'A'),
            ("：", ':'),
            ("—", '-'),
            ("Ł", 'Ł'),
            ("ā", 'a'),
            ("О", 'O'),
            ("₂", '2'),
        ] {
            // Ł is a letter of its own, without a base to fold to.
            assert_eq!(kept_as(entry), if kept == 'Ł' { None } else { Some(kept) }, "{entry}");
        }
        for entry in ["中", "☑", "½", "", "ab"] {
            assert_eq!(kept_as(entry), None, "{entry}");
        }
    }

    #[test]
    fn the_input_has_the_networks_height_and_whole_steps() {
        let shape = |width, height| {
            let input = Input::of(&GrayImage::new(width, height));
            assert_eq!(input.pixels.len(), 48 * input.width);
            (input.width, input.columns)
        };
        assert_eq!(shape(200, 24), (400, 400));
        assert_eq!(shape(403, 48), (408, 403));
        assert_eq!(shape(96, 24), (320, 192));
        assert_eq!(shape(1, 4000), (320, 8));
        assert_eq!(shape(60_000, 1), (3200, 3200));
        let input = Input::of(&GrayImage::from_pixel(403, 48, image::Luma([255])));
        assert_eq!(input.pixels[47 * 408 + 402..], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn another_file_than_the_pinned_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(model::SECOND_READER_FILE);
        let absent = SecondReader::load(&path).err().expect("no file");
        assert!(absent.to_string().contains(model::SECOND_READER_FILE));
        std::fs::write(&path, b"something else").expect("write");
        let other = SecondReader::load(&path).err().expect("another file");
        assert!(other.to_string().contains("rapidocr"));
    }

    #[test]
    fn reads_digits_drawn_as_strokes() {
        let Some(path) = model::find() else {
            println!("skipped: no {} found; set {}", model::SECOND_READER_FILE, model::MODELS_VARIABLE);
            return;
        };
        let mut reader = SecondReader::load(&path).expect("load");
        let crop = strokes("4174711");
        let read = reader.read_lines(&[crop.clone(), GrayImage::new(0, 48), crop.clone()]).expect("read");
        assert_eq!(read[0].text, "4174711");
        assert!(read[0].characters.len() == 7 && read[0].confidence().get() > 0.5);
        assert!(read[0].positions.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            (read[0].positions[0] - 19.0).abs() < 12.0 && (read[0].positions[6] - 187.0).abs() < 12.0,
            "{:?}",
            read[0].positions
        );
        assert_eq!((read[1].text.as_str(), read[1].lattice.steps.len()), ("", 0));
        assert_eq!(read[2].text, read[0].text, "a reading does not depend on its neighbours");
        assert_eq!(read[2].characters, read[0].characters);
        let npi = decode::decode(&read[0].lattice, &crate::ocr::format::Format::digits(7, 7), 16);
        assert_eq!(npi[0].text, "4174711");
    }

    /// Digits 1, 4 and 7 as strokes three pixels wide, 28 pixels apart and 32 high.
    fn strokes(digits: &str) -> GrayImage {
        let lines = |digit| match digit {
            '4' => vec![((14, 0), (0, 22)), ((0, 22), (20, 22)), ((14, 0), (14, 32))],
            '7' => vec![((0, 0), (18, 0)), ((18, 0), (7, 32))],
            _ => vec![((3, 7), (10, 0)), ((10, 0), (10, 32))],
        };
        let mut crop = GrayImage::from_pixel(28 * digits.len() as u32 + 16, 48, image::Luma([255]));
        for (index, digit) in digits.chars().enumerate() {
            for ((x0, y0), (x1, y1)) in lines(digit) {
                for step in 0..=64 {
                    let along = |from: i32, to: i32| from as f32 + (to - from) as f32 * step as f32 / 64.0;
                    let (x, y) = (9.0 + 28.0 * index as f32 + along(x0, x1), 7.0 + along(y0, y1));
                    for (dx, dy) in [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2)] {
                        crop.put_pixel(x as u32 + dx, y as u32 + dy, image::Luma([0]));
                    }
                }
            }
        }
        crop
    }
}
