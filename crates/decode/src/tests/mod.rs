//! What a fax server leaves, and what becomes of it: stories told through [`Document`](super::Document).

mod files;
mod hostile;
mod pdf;
mod tiff;

use super::{Document, Limits, Pixels, Rejection, SourcePage};
use crate::Bitmap;

/// A fixture by its name.
fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/decode").join(name);
    std::fs::read(path).expect("the fixture is in the repository")
}

/// Page `number` of a file that opens.
fn page(bytes: Vec<u8>, number: u32) -> Result<SourcePage, Rejection> {
    Document::from_bytes(bytes, &Limits::default()).expect("the file opens").page(number)
}

/// The first page of a file that is read well.
fn first(bytes: Vec<u8>) -> SourcePage {
    page(bytes, 1).expect("the page is read")
}

fn ink(page: &SourcePage) -> &Bitmap {
    match &page.pixels {
        Pixels::Bilevel(bitmap) => bitmap,
        Pixels::Gray(_) => panic!("the page has two tones"),
    }
}
