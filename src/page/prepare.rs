//! The way of a page from the decoder to the readers.

use image::GrayImage;
use serde::{Deserialize, Serialize};

use super::Bitmap;
use crate::decode::SourcePage;
use crate::geometry::Rect;

/// A quarter turn, clockwise, that was applied to make a page upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rotation {
    #[default]
    #[serde(rename = "0")]
    None,
    #[serde(rename = "90")]
    Quarter,
    #[serde(rename = "180")]
    Half,
    #[serde(rename = "270")]
    ThreeQuarters,
}

/// A ruling: a printed straight line of a form, in prepared-page pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The extent of the ruling; its thickness is the shorter side.
    pub rect: Rect,
    /// Pixels of ink along the ruling: gaps from dropouts or dashes make it shorter than its length.
    pub ink: u32,
}

/// The rulings of a page, each list sorted by position (top, then left; or left, then top).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rulings {
    pub horizontal: Vec<Ruling>,
    pub vertical: Vec<Ruling>,
}

/// What was done to the pixels, for the record and for `explain`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// Clockwise turn that made the page upright.
    pub rotation: Rotation,
    /// Skew that was taken out, in degrees, positive when the text ran downhill to the right.
    pub skew_degrees: f32,
    /// Scale from source to prepared pixels, across and down.
    pub scale: (f32, f32),
    /// Specks removed from the measured ink.
    pub specks_removed: u32,
    /// Full-height streaks that were taken out of the measured ink, as columns `left..right`.
    pub streaks: Vec<(i32, i32)>,
    /// Names of further steps, in order.
    pub steps: Vec<String>,
}

/// A page that can be read and measured: square pixels, upright, deskewed.
#[derive(Clone, Debug)]
pub struct PreparedPage {
    /// For the readers: 0 black to 255 white, the resampling's grey kept.
    pub gray: GrayImage,
    /// Every dark pixel, rulings and streaks included.
    pub ink: Bitmap,
    /// What people and printers wrote: ink without rulings, streaks and specks. Strokes that touch a ruling are kept whole.
    pub writing: Bitmap,
    /// Pixels per inch, the same both ways.
    pub dpi: u32,
    pub rulings: Rulings,
    /// The fax machine's header band, when there is one; it lies within the top tenth of the page (or the bottom tenth of
    /// a page that was fed upside down).
    pub header_band: Option<Rect>,
    pub preparation: Preparation,
}

/// Prepares a page under the assumption that `rotation` makes it upright.
///
/// `rotation: None` lets the pixels decide between 0 and 90 degrees (text lines run across) and leaves the choice between a page
/// and its upside-down twin to the caller, who can read.
pub fn prepare(source: &SourcePage, rotation: Option<Rotation>) -> PreparedPage {
    let _ = (source, rotation);
    unimplemented!("room: page")
}
