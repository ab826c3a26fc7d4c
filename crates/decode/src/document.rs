//! A fax file as a whole: told by its content, opened within limits, read page by page.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::pdf::PdfFile;
use super::sniff::sniff;
use super::tiff::TiffFile;
use super::{Container, Limits, Rejection, SourcePage, raster};

/// An opened file: its container and how many pages it has.
pub struct Document {
    limits: Limits,
    source: Source,
}

enum Source {
    Tiff(TiffFile),
    Pdf(Box<PdfFile>),
    /// A PNG or a JPEG: one page.
    Raster(Container, Vec<u8>),
}

impl Document {
    /// Opens `path` within `limits`; no page is decoded yet.
    pub fn open(path: &Path, limits: &Limits) -> Result<Document, Rejection> {
        Self::from_bytes(Self::bytes(path, limits)?, limits)
    }

    /// The bytes of the file at `path`, for [`Document::from_bytes`]; more than the limit is not read.
    pub fn bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Rejection> {
        // The name of the file is the caller's to report: it may hold a phone number or a person's name.
        let unreadable = |error: std::io::Error| Rejection::Corrupt(format!("it cannot be read ({})", error.kind()));
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        let most = limits.file_bytes.saturating_add(1);
        file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > limits.file_bytes {
            return Err(Rejection::TooLarge(format!("a file of more than {} bytes", limits.file_bytes)));
        }
        Ok(bytes)
    }

    /// Opens a file that is in memory.
    pub fn from_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Document, Rejection> {
        if bytes.is_empty() {
            return Err(Rejection::Empty);
        }
        let source = match sniff(&bytes).ok_or(Rejection::Unsupported)? {
            Container::Tiff => Source::Tiff(TiffFile::open(bytes, limits)?),
            Container::Pdf => Source::Pdf(Box::new(PdfFile::open(bytes, limits)?)),
            container @ (Container::Png | Container::Jpeg) => {
                raster::check(container, &bytes, limits)?;
                Source::Raster(container, bytes)
            }
        };
        Ok(Self { limits: *limits, source })
    }

    pub fn container(&self) -> Container {
        match &self.source {
            Source::Tiff(_) => Container::Tiff,
            Source::Pdf(_) => Container::Pdf,
            Source::Raster(container, _) => *container,
        }
    }

    /// How many pages there are; at least one. A page may still be a [`Rejection`] of its own.
    pub fn pages(&self) -> u32 {
        match &self.source {
            Source::Tiff(tiff) => tiff.pages(),
            Source::Pdf(pdf) => pdf.pages(),
            Source::Raster(..) => 1,
        }
    }

    /// Decodes page `number`, counted from 1.
    pub fn page(&mut self, number: u32) -> Result<SourcePage, Rejection> {
        if number == 0 || number > self.pages() {
            return Err(Rejection::Corrupt(format!("there is no page {number}")));
        }
        let index = number as usize - 1;
        match &self.source {
            Source::Tiff(tiff) => tiff.page(index, &self.limits),
            Source::Pdf(pdf) => pdf.page(index, &self.limits),
            Source::Raster(container, bytes) => raster::page(*container, bytes, &self.limits),
        }
    }
}
