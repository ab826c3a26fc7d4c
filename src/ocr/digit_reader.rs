//! The digit reader: a small network of our own for numbers written by hand.
//!
//! General readers know thousands of characters and little of how people write digits: of ten-digit numbers and dates written by hand, at fax
//! resolution, PP-OCRv6 reads about half. This network knows digits, what stands between them (`/ - . ( ) ,` and a blank), the letters a
//! Medi-Cal CIN ends with, and one class for any other letter. `training/digits/` trains it from real digits and says what it is
//! worth. The file is part of the program, so the reader is there without set-up, also when the second reader is not.
//!
//! Lines are read one at a time on one thread, for the reasons that [`super::second_reader`] gives.

use std::sync::Arc;

use image::GrayImage;
use image::imageops::{self, FilterType};
use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::model::sha256;
use super::{Lattice, LatticeStep, LineReader, LineReading, OcrError, decode};

/// The trained network, with its record beside it.
const MODEL: &[u8] = include_bytes!("../../training/digits/digits.onnx");

/// Class 0 is CTC's blank, then these; `training/digits/compose.py` has the same list.
const ALPHABET: &str = "0123456789/-.(), ACDEFGHMNTUVWXYZ*";

/// What the network calls a letter that no number has.
pub const OTHER_LETTER: char = '*';

/// Height of the network's input, in pixels.
pub const INPUT_HEIGHT: u32 = 32;

/// Widest input: a list of ten dates; a line that is longer for its height is squeezed.
const MAX_WIDTH: u32 = 2400;

/// Columns of the input for one step of the output.
const STEP: u32 = 4;

/// Narrowest input; what the convolutions look at in one place is wider than one digit.
const LEAST_WIDTH: u32 = 64;

/// Log-probability below which a symbol is not kept for a step: less than one in ten million.
const LEAST: f32 = -16.0;

/// The network, loaded once and used for line after line.
pub struct DigitReader {
    model: Model,
    input: NodeId,
    output: NodeId,
    options: RunOptions,
    alphabet: Vec<char>,
}

impl DigitReader {
    /// Loads the network that the program carries.
    pub fn new() -> Result<Self, OcrError> {
        let model = Model::load(MODEL.to_vec()).map_err(|error| OcrError::Model(format!("digit reader: {error}")))?;
        let (&[input], &[output]) = (model.input_ids(), model.output_ids()) else {
            return Err(OcrError::Model("the digit reader does not have one input and one output".to_owned()));
        };
        let options = RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))));
        Ok(Self { model, input, output, options, alphabet: ALPHABET.chars().collect() })
    }

    /// SHA-256 of the network, for the run's record.
    pub fn sha256() -> String {
        sha256(MODEL)
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
        let (input, width) = input_of(crop);
        let mut outputs = self
            .model
            .run(vec![(self.input, input.view().into())], &[self.output], Some(self.options.clone()))
            .map_err(|error| OcrError::Read(format!("digit reader: {error}")))?;
        let output: Option<NdTensor<f32, 3>> = outputs.pop().and_then(|output| output.try_into().ok());
        let output = output
            .filter(|output| output.size(0) == 1 && output.size(2) == self.alphabet.len() + 1)
            .ok_or_else(|| OcrError::Read("the digit reader's output does not fit its characters".to_owned()))?;

        let steps = (0..output.size(1))
            .map(|step| {
                let at = |class: usize| output[[0, step, class]];
                let mut symbols: Vec<(char, f32)> = self
                    .alphabet
                    .iter()
                    .enumerate()
                    .map(|(index, &symbol)| (symbol, at(index + 1)))
                    .filter(|(_, log_prob)| *log_prob > LEAST)
                    .collect();
                symbols.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                LatticeStep { blank: at(0).max(2.0 * LEAST), symbols }
            })
            .collect();
        let lattice = Lattice { steps };
        let read = decode::greedy(&lattice);
        let crop_per_step = STEP as f32 * crop.width() as f32 / width as f32;
        let positions = read.steps.iter().map(|step| ((step + 0.5) * crop_per_step).min(crop.width() as f32)).collect();
        Ok(LineReading { text: read.text, characters: read.characters, positions, lattice })
    }
}

impl LineReader for DigitReader {
    fn read_lines(&mut self, crops: &[GrayImage]) -> Result<Vec<LineReading>, OcrError> {
        crops.iter().map(|crop| self.read_line(crop)).collect()
    }
}

/// A crop as the network takes it (1×1×32×W, 0 paper to 1 ink), and how many of its columns are the crop; the rest is paper.
fn input_of(crop: &GrayImage) -> (NdTensor<f32, 4>, u32) {
    let ideal = (f64::from(crop.width()) * f64::from(INPUT_HEIGHT) / f64::from(crop.height())).round();
    // A float-to-int cast saturates.
    let width = (ideal as u32).clamp(STEP, MAX_WIDTH);
    let scaled = imageops::resize(crop, width, INPUT_HEIGHT, FilterType::CatmullRom);
    let padded = width.max(LEAST_WIDTH).next_multiple_of(STEP);
    let input = NdTensor::from_fn([1, 1, INPUT_HEIGHT as usize, padded as usize], |[_, _, y, x]| {
        if x < width as usize { 1.0 - f32::from(scaled.get_pixel(x as u32, y as u32)[0]) / 255.0 } else { 0.0 }
    });
    (input, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::format::Format;

    /// Digits 1, 4 and 7 as strokes four pixels wide, and bars as high as a cell's border.
    fn strokes(digits: &str) -> GrayImage {
        let lines = |digit| match digit {
            '4' => vec![((12, 0), (0, 20)), ((0, 20), (19, 20)), ((14, 6), (14, 32))],
            '7' => vec![((0, 0), (18, 0)), ((18, 0), (7, 32))],
            _ => vec![((9, 0), (7, 32))],
        };
        let mut crop = GrayImage::from_pixel(28 * digits.len() as u32 + 70, 38, image::Luma([255]));
        for (index, digit) in digits.chars().enumerate() {
            for ((x0, y0), (x1, y1)) in lines(digit) {
                for step in 0..=64 {
                    let along = |from: i32, to: i32| from as f32 + (to - from) as f32 * step as f32 / 64.0;
                    let (x, y) = (36.0 + 28.0 * index as f32 + along(x0, x1), 2.0 + along(y0, y1));
                    for (dx, dy) in (0..4).flat_map(|dx| (0..3).map(move |dy| (dx, dy))) {
                        crop.put_pixel(x as u32 + dx, y as u32 + dy, image::Luma([0]));
                    }
                }
            }
        }
        crop
    }

    #[test]
    fn reads_digits_drawn_as_strokes_and_the_same_whatever_stands_beside() {
        let mut reader = DigitReader::new().expect("the network of the program");
        let crop = strokes("4174711474");
        let read = reader.read_lines(&[crop.clone(), GrayImage::new(0, 32), crop]).expect("read");
        // A bare stroke is a 1 or a slash: what the field is decides, here below.
        assert_eq!(read[0].text.replace('/', "1"), "4174711474");
        assert!(read[0].positions.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((read[1].text.as_str(), read[1].lattice.steps.len()), ("", 0));
        assert_eq!(read[2].characters, read[0].characters);
        let found = decode::decode(&read[0].lattice, &Format::digits(10, 10), 16);
        assert_eq!(found[0].text, "4174711474");
    }

    #[test]
    fn the_input_is_ink_on_paper_in_whole_steps() {
        let (input, columns) = input_of(&GrayImage::from_pixel(403, 64, image::Luma([0])));
        assert_eq!((input.size(2), input.size(3), columns), (32, 204, 202));
        assert_eq!((input[[0, 0, 0, 201]], input[[0, 0, 0, 202]]), (1.0, 0.0));
        assert_eq!(input_of(&GrayImage::new(1, 4000)).0.size(3), 64);
        assert_eq!(input_of(&GrayImage::new(60_000, 1)).1, MAX_WIDTH);
    }

    #[test]
    fn the_network_is_small_enough_to_carry() {
        assert!(MODEL.len() <= 2 << 20, "{} bytes", MODEL.len());
        assert_eq!(DigitReader::sha256().len(), 64);
    }
}
