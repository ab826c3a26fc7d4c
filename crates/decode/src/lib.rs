//! From the bytes of a fax file to its pages: the only place where untrusted bytes are parsed.
//!
//! The container is told by content, never by extension. Every limit is checked from headers before a pixel is decoded.
//! Runs in a worker process only. [`Rect`] and [`Bitmap`] live here too, since every later stage speaks in them.

mod bitmap;
mod ccitt;
mod document;
pub mod geometry;
mod ifd;
mod limits;
mod pdf;
mod pdf_forms;
mod pdf_limits;
mod pdf_pages;
mod pdf_picture;
mod pdf_scan;
mod pdf_strings;
mod pdf_text;
mod raster;
mod resolution;
mod rows;
mod samples;
mod sniff;
#[cfg(test)]
mod tests;
mod tiff;
mod turn;

use std::sync::Arc;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use geometry::Rect;

pub use bitmap::{Bitmap, all_white};
pub use document::Document;
pub use limits::Limits;

/// A file format that a fax server leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    Tiff,
    Pdf,
    Png,
    Jpeg,
}

/// Why a file or a page gives nothing to read. The code is the contract's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why", content = "detail")]
pub enum Rejection {
    #[error("the file is empty")]
    Empty,
    #[error("the file needs a password")]
    Encrypted,
    #[error("not a PDF, TIFF, PNG or JPEG")]
    Unsupported,
    /// The detail names the structure that is broken, never the content.
    #[error("damaged: {0}")]
    Corrupt(String),
    /// The detail names the limit that was met.
    #[error("over a limit: {0}")]
    TooLarge(String),
    #[error("took longer than allowed")]
    TimedOut,
}

impl Rejection {
    /// The queue's code for a file that ends like this.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::Empty => "file-empty",
            Rejection::Encrypted => "file-encrypted",
            Rejection::Unsupported => "file-unsupported",
            Rejection::Corrupt(_) => "file-corrupt",
            Rejection::TooLarge(_) => "file-too-large",
            Rejection::TimedOut => "file-timed-out",
        }
    }
}

/// Pixels per inch of the source; the two differ on faxes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    pub x: f32,
    pub y: f32,
    /// The file said nothing or something absurd, and the size decided.
    pub assumed: bool,
}

/// The pixels of a page as the file holds them, already turned by the container's own orientation tag.
#[derive(Clone, Debug)]
pub enum Pixels {
    Bilevel(Bitmap),
    /// Shared: a page whose pixels stay where they are is not copied to be prepared.
    Gray(Arc<GrayImage>),
}

/// A word of a PDF's text layer, in source pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacedText {
    pub text: String,
    pub rect: Rect,
    /// Render mode 3 (invisible): somebody else's OCR, not the author's text.
    pub invisible: bool,
}

/// A filled form field of a PDF, in source pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormValue {
    /// The field's full name.
    pub name: String,
    /// The user-facing name (`TU`), when there is one.
    pub label: Option<String>,
    pub rect: Rect,
    pub value: FormFieldValue,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum FormFieldValue {
    /// A text or choice field; empty when nothing was typed.
    Text(String),
    /// A check box or a radio button.
    Check(bool),
    /// A signature field: signed or not.
    Signature(bool),
}

/// Damage that the decoder or the fax server reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// Rows that could not be decoded, or that the fax server counted as bad (TIFF tag 326).
    pub bad_rows: u32,
    /// The longest run of them (TIFF tag 328).
    pub longest_bad_run: u32,
    /// Rows that are missing at the end.
    pub missing_rows: u32,
}

/// One page as the file holds it.
#[derive(Clone, Debug)]
pub struct SourcePage {
    pub container: Container,
    pub pixels: Pixels,
    pub resolution: Resolution,
    /// Words of the text layer, in content order; empty for a picture.
    pub text: Vec<PlacedText>,
    pub form_values: Vec<FormValue>,
    pub damage: Damage,
    /// The page was drawn, not scanned, and all its print runs level: it lies neither crooked nor on its side, and no roller left a streak.
    pub level: bool,
    /// How the pixels were packed, for the record: `g3-1d`, `g3-2d`, `g4`, `lzw`, `jbig2`, `rendered` and so on.
    pub encoding: String,
}

impl SourcePage {
    pub fn size(&self) -> (u32, u32) {
        match &self.pixels {
            Pixels::Bilevel(bitmap) => (bitmap.width(), bitmap.height()),
            Pixels::Gray(gray) => gray.dimensions(),
        }
    }
}
