//! Pixels at true scale: from a decoded page to one that can be read and measured.
//!
//! [`prepare`] makes pixels square, turns the page upright, takes out the skew, finds the fax header band and
//! the rulings, and records every step. Neighbours: [`crate::decode`] before, [`crate::ocr`] and
//! [`crate::extract`] after.

mod bitmap;
mod prepare;

pub use bitmap::Bitmap;
pub use prepare::{Preparation, PreparedPage, Rotation, Ruling, Rulings, prepare};
