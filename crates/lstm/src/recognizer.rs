//! The reader as its users see it.

use std::borrow::Borrow;

use image::GrayImage;

use crate::beam::{Beam, Language};
use crate::dawg::Dawg;
use crate::dict::Dict;
use crate::error::{Error, Result};
use crate::input::{Input, prepare};
use crate::kernel::Processor;
use crate::model::Stored;
use crate::network::{Network, Output};
use crate::recoder::Recoder;
use crate::scale::Grey;
use crate::traineddata::{Component, TrainedData};
use crate::unicharset::Unicharset;
use crate::words::{WordResult, words};

/// Which of a model's dictionaries are used, and which characters may be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Use the list of words.
    pub system_dawg: bool,
    /// Use the list of punctuation patterns.
    pub punctuation_dawg: bool,
    /// Use the list of number patterns.
    pub number_dawg: bool,
    /// Lines whose mean probability is below this are read again with the colours inverted, and the better reading
    /// counts, as in Tesseract (`invert_threshold`, which is 0.7 there). Zero never inverts.
    pub invert_threshold: f32,
    /// The only characters that may be read; all when empty. A space is read only when it is in the list.
    pub whitelist: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            system_dawg: true,
            punctuation_dawg: true,
            number_dawg: true,
            invert_threshold: 0.0,
            whitelist: String::new(),
        }
    }
}

/// Lines that go through the network together.
const BATCH: usize = 8;

/// Reads pictures of single lines of text with one model.
///
/// It is immutable after loading, so one can be shared by several threads.
pub struct Recognizer {
    network: Network,
    recoder: Recoder,
    unicharset: Unicharset,
    dict: Dict,
    null_code: u32,
    invert_threshold: f32,
}

impl std::fmt::Debug for Recognizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recognizer").field("characters", &self.unicharset.len()).finish_non_exhaustive()
    }
}

impl Recognizer {
    /// Loads the contents of a `.traineddata` file.
    ///
    /// # Errors
    ///
    /// Gives an [`Error`] when the file is damaged, has no LSTM model, or has one of a kind that is not supported:
    /// the integer models with the network shape of Debian's packages are.
    pub fn load(bytes: &[u8], options: &Options) -> Result<Self> {
        Self::load_for(bytes, options, Processor::detect())
    }

    /// As [`Self::load`], for a given vector unit.
    pub(crate) fn load_for(bytes: &[u8], options: &Options, processor: Processor) -> Result<Self> {
        let data = TrainedData::parse(bytes)?;
        let stored = Stored::parse(data.required(Component::Lstm, "LSTM network")?)?;
        let network = Network::new(&stored, processor)?;
        let mut unicharset = Unicharset::parse(data.required(Component::Unicharset, "character set")?)?;
        let codes = data.required(Component::Recoder, "table of codes")?;
        let recoder = Recoder::parse(codes, unicharset.len(), network.classes())?;
        if stored.null_code as usize >= network.classes() {
            return Err(Error::Damaged { part: "network", reason: "the null code has no output" });
        }
        let list = |wanted: bool, component: Component, part: &'static str| -> Result<Option<Dawg>> {
            let bytes = if wanted { data.component(component)? } else { None };
            bytes.map(|bytes| Dawg::parse(bytes, part)).transpose()
        };
        let dict = Dict {
            punctuation: list(options.punctuation_dawg, Component::PuncDawg, "list of punctuation")?,
            words: list(options.system_dawg, Component::SystemDawg, "list of words")?,
            numbers: list(options.number_dawg, Component::NumberDawg, "list of numbers")?,
        };
        unicharset.set_whitelist(&options.whitelist);
        Ok(Self {
            network,
            recoder,
            unicharset,
            dict,
            null_code: stored.null_code,
            invert_threshold: options.invert_threshold,
        })
    }

    /// Reads several lines, each a grey picture of dark text on white paper.
    ///
    /// The result has the words of each line from left to right. A line that is too small to read has none. Reading
    /// many lines in one call is faster than reading each alone and gives the same result.
    pub fn read_lines<L: Borrow<GrayImage>>(&self, lines: &[L]) -> Vec<Vec<WordResult>> {
        let mut results = vec![Vec::new(); lines.len()];
        let prepared = |index: usize, invert: bool| Some((index, self.prepare(lines[index].borrow(), invert)?));
        let inputs: Vec<(usize, Input)> = (0..lines.len()).filter_map(|index| prepared(index, false)).collect();
        let mut poor = Vec::new();
        self.run(inputs, |index, input, output| {
            results[index] = self.decode(input, output, lines[index].borrow().width());
            if self.invert_threshold > 0.0 {
                let mean = mean_probability(output, self.null_code);
                if mean < self.invert_threshold {
                    poor.push((index, mean));
                }
            }
        });
        let inputs: Vec<(usize, Input)> = poor.iter().filter_map(|&(index, _)| prepared(index, true)).collect();
        self.run(inputs, |index, input, output| {
            let upright = poor.iter().find(|&&(other, _)| other == index).map_or(0.0, |&(_, mean)| mean);
            if mean_probability(output, self.null_code) > upright {
                results[index] = self.decode(input, output, lines[index].borrow().width());
            }
        });
        results
    }

    /// Runs the network on prepared lines and hands the output of each to `done`.
    fn run(&self, mut inputs: Vec<(usize, Input)>, mut done: impl FnMut(usize, &Input, &Output)) {
        // Lines of like width share a batch, so that few steps have lines that are already over.
        inputs.sort_by_key(|(_, input)| std::cmp::Reverse(input.width));
        for batch in inputs.chunks(BATCH) {
            let pictures: Vec<&Input> = batch.iter().map(|(_, input)| input).collect();
            for ((index, input), output) in batch.iter().zip(self.network.run(&pictures)) {
                done(*index, input, &output);
            }
        }
    }

    fn prepare(&self, line: &GrayImage, invert: bool) -> Option<Input> {
        let grey = Grey {
            width: line.width() as usize,
            height: line.height() as usize,
            pixels: line.as_raw().get(..line.width() as usize * line.height() as usize)?.to_vec(),
        };
        prepare(grey, invert, self.network.height(), self.network.step_width())
    }

    fn decode(&self, input: &Input, output: &Output, width: u32) -> Vec<WordResult> {
        let language = Language {
            recoder: &self.recoder,
            unicharset: &self.unicharset,
            dict: (!self.dict.is_empty()).then_some(&self.dict),
            null_code: self.null_code,
        };
        let path = Beam::search(&language, output);
        words(&path, &self.unicharset, self.network.step_width() as f32 / input.factor, width)
    }
}

/// Mean of the best probabilities over the steps at which the best output is not the null, in whole 127ths
/// (`LSTMRecognizer::OutputStats`).
fn mean_probability(output: &Output, null_code: u32) -> f32 {
    let (mut total, mut count) = (0u32, 0u32);
    for outputs in output.steps() {
        let mut best = 0;
        for (code, &probability) in outputs.iter().enumerate() {
            if probability > outputs[best] {
                best = code;
            }
        }
        if best != null_code as usize {
            total += (127.0 * outputs[best]) as u32;
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { (f64::from(total) / f64::from(count) / 127.0) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernels for each vector unit must give the same reading to the last bit.
    #[test]
    fn every_processor_reads_the_same() {
        let Ok(bytes) = std::fs::read("/usr/share/tesseract-ocr/5/tessdata/eng.traineddata") else { return };
        let line = GrayImage::from_fn(400, 33, |x, y| image::Luma([((x * 31 + y * y * 7 + x * y) % 251) as u8]));
        let read = |processor| {
            let recognizer = Recognizer::load_for(&bytes, &Options::default(), processor).unwrap();
            let input = recognizer.prepare(&line, false).unwrap();
            recognizer.network.run(&[&input, &input, &input]).pop().unwrap().probabilities
        };
        let expected = read(Processor::Plain);
        assert!(!expected.is_empty());
        for processor in Processor::all() {
            assert_eq!(read(processor), expected, "{processor:?}");
        }
    }
}
