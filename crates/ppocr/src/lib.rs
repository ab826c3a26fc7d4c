//! Runs the recognition network of PP-OCRv6 (small) on pictures of text lines, in two thirds of the time that rten takes for it.
//!
//! rten runs most of the network. Two of its layers are computed here: the 3 by 3 depthwise convolutions (`depthwise`), which rten computes
//! number by number, and the last layer (`head`), of which most readers want few of its 18,710 classes. So the model file is cut at these
//! layers (`split`) when it is loaded; its graph tells where they are.

mod depthwise;
mod error;
mod head;
mod network;
mod split;
#[cfg(test)]
mod tiny;
mod vector;

pub use error::{Error, Result};
pub use network::{INPUT_HEIGHT, Network};
pub use split::ModelFile;
