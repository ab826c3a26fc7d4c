//! A line reader that is made when the first line comes.

use image::GrayImage;

use super::{LineReader, LineReading, OcrError};

/// A reader, or how to make it.
pub struct Deferred<R> {
    make: Option<Box<dyn FnOnce() -> Result<R, OcrError>>>,
    reader: Option<R>,
}

impl<R> Deferred<R> {
    pub fn new(make: impl FnOnce() -> Result<R, OcrError> + 'static) -> Self {
        Self { make: Some(Box::new(make)), reader: None }
    }
}

impl<R: LineReader> LineReader for Deferred<R> {
    fn read_lines(&mut self, crops: &[GrayImage]) -> Result<Vec<LineReading>, OcrError> {
        if crops.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(make) = self.make.take() {
            self.reader = Some(make()?);
        }
        match &mut self.reader {
            Some(reader) => reader.read_lines(crops),
            None => Err(OcrError::Model("it could not be started before".to_owned())),
        }
    }
}
