//! Reads pictures of single text lines with the LSTM models of Tesseract, with the same results as Tesseract 5.3.0 and
//! in a fraction of its time.
//!
//! This crate is a port of parts of Tesseract 5.3.0 to Rust: of the recogniser in `src/lstm`, the readers of its model
//! files in `src/ccutil` and the dictionaries in `src/dict`. Tesseract is copyright Google Inc. and others, and is
//! licensed under the Apache License, version 2.0, as is this port. The scaling of pictures is a port of functions of
//! Leptonica 1.82, copyright Leptonica, under its 2-clause BSD licence. Each module names the files that it ports, and
//! differs from them in how the work is arranged:
//!
//! * The layers work on plain contiguous arrays instead of Tesseract's `StrideMap`, and lines go through the LSTM
//!   layers several at a time.
//! * Only the 8-bit models in the network shape of Tesseract's "fast" models are supported.
//! * Tesseract reads a line a second time with the colours inverted when the first reading is poor; this port does where it is told to
//!   ([`Options::invert_threshold`]).
//!
//! # Example
//!
//! ```no_run
//! use faxtriage_lstm::{Options, Recognizer};
//!
//! let model = std::fs::read("/usr/share/tesseract-ocr/5/tessdata/eng.traineddata")?;
//! let recognizer = Recognizer::load(&model, &Options::default())?;
//! let line = image::GrayImage::from_pixel(300, 40, image::Luma([255]));
//! for word in &recognizer.read_lines(&[line])[0] {
//!     println!("{} {:.2}", word.text, word.confidence);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activation;
mod beam;
mod boxes;
mod bytes;
mod convolution;
mod dawg;
mod dict;
mod error;
mod heap;
mod input;
mod kernel;
mod line_box;
mod lstm;
mod math;
mod model;
mod network;
mod recoder;
mod recognizer;
mod rng;
mod scale;
mod softmax;
mod traineddata;
mod unicharset;
mod words;

pub use boxes::{LayoutWord, PieceLayout, fit_to_ink};
pub use error::{Error, Result};
pub use line_box::{Rect, Row, line_box};
pub use recognizer::{Options, Recognizer};
pub use words::{SymbolResult, WordResult};
