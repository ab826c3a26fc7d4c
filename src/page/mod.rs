//! Pixels at true scale: from a decoded page to one that can be read and measured.
//!
//! [`prepare`] makes pixels square, turns the page upright, takes out the skew, finds the fax header band and
//! the rulings, and records every step. Neighbours: [`crate::decode`] before, [`crate::ocr`] and
//! [`crate::extract`] after.

mod bands;
mod binarize;
mod boxes;
mod components;
mod emphasis;
mod erase;
mod faint;
mod header;
mod ink;
mod lines;
mod marks;
mod placement;
mod prepare;
mod row_heights;
mod rows;
mod rulings;
mod sideways;
mod skew;
mod specks;
mod streaks;
mod tint;

pub use crate::decode::Bitmap;
pub use boxes::{BoxShape, MarkBox, find_boxes, find_group};
pub use components::{Component, components};
pub use emphasis::{is_struck_through, label_emphasis};
pub use ink::{InkMeasure, Presence, has_writing, ink_in};
pub use lines::{TextLine, text_lines};
pub use marks::{MarkBand, MarkMeasure, measure_group, measure_mark};
pub use placement::Placement;
pub use prepare::{Preparation, PreparedPage, Rotation, Ruling, Rulings, prepare};
pub use row_heights::Heights;
pub use rows::{Baseline, TextRow, text_rows};
pub use sideways::sideways_lines;
