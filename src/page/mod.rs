//! Pixels at true scale: from a decoded page to one that can be read and measured.
//!
//! [`prepare`] makes pixels square, turns the page upright, takes out the skew, finds the fax header band and
//! the rulings, and records every step. Neighbours: [`crate::decode`] before, [`crate::ocr`] and
//! [`crate::extract`] after.

mod binarize;
mod bitmap;
mod components;
mod erase;
mod faint;
mod header;
mod ink;
mod lines;
mod placement;
mod prepare;
mod rulings;
mod skew;
mod specks;
mod streaks;

pub use bitmap::Bitmap;
pub use components::{Component, components};
pub use ink::{InkMeasure, Presence, has_writing, ink_in};
pub use lines::{TextLine, text_lines};
pub use placement::Placement;
pub use prepare::{Preparation, PreparedPage, Rotation, Ruling, Rulings, prepare};
