//! The limits that untrusted bytes meet before a decoder does.
//!
//! Every check works on numbers from a header. What a header cannot say (the memory of a decoder that lies about
//! its needs) is left to the limits of the worker process around it.

use serde::{Deserialize, Serialize};

use super::Rejection;

/// Limits that untrusted bytes meet before a decoder does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a file. Default: 256 MiB.
    pub file_bytes: u64,
    /// Pages of a file. Default: 1,000.
    pub pages: u32,
    /// Pixels of a page, as declared and as rendered. Default: 100 million (a 600 dpi tabloid page has 67 million).
    pub pixels: u64,
    /// Bytes that one stream or strip may decompress to. Default: 400 MB.
    pub stream_bytes: u64,
    /// Objects of a PDF. Default: 1 million.
    pub objects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 256 << 20, pages: 1_000, pixels: 100_000_000, stream_bytes: 400_000_000, objects: 1_000_000 }
    }
}

impl Limits {
    /// Accepts a picture of `width` × `height` pixels: not empty, and not over the pixel limit.
    pub(super) fn check_pixels(&self, width: u64, height: u64) -> Result<(), Rejection> {
        if width == 0 || height == 0 {
            return Err(Rejection::Corrupt("a picture without pixels".into()));
        }
        match width.checked_mul(height) {
            Some(pixels) if pixels <= self.pixels && width <= MAX_SIDE && height <= MAX_SIDE => Ok(()),
            _ => Err(Rejection::TooLarge(format!("{width}×{height} pixels, allowed are {}", self.pixels))),
        }
    }

    /// The same with a lower limit on what one stream may decompress to.
    pub(super) fn at_most(self, stream_bytes: u64) -> Self {
        Self { stream_bytes: self.stream_bytes.min(stream_bytes), ..self }
    }

    /// Accepts `bytes` as the decompressed size of one stream or strip.
    pub(super) fn check_stream(&self, bytes: u64) -> Result<(), Rejection> {
        if bytes > self.stream_bytes {
            return Err(Rejection::TooLarge(format!("a stream of more than {} bytes", self.stream_bytes)));
        }
        Ok(())
    }

    pub(super) fn check_pages(&self, pages: usize) -> Result<u32, Rejection> {
        match u32::try_from(pages) {
            Ok(pages) if pages <= self.pages => Ok(pages),
            _ => Err(Rejection::TooLarge(format!("more than {} pages", self.pages))),
        }
    }
}

/// Coordinates on a page are `i32` everywhere; a side past this is no page.
const MAX_SIDE: u64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_over_the_pixel_limit_is_too_large() {
        let limits = Limits { pixels: 1_000, ..Limits::default() };
        assert_eq!(limits.check_pixels(10, 100), Ok(()));
        assert!(matches!(limits.check_pixels(11, 100), Err(Rejection::TooLarge(_))));
        assert!(matches!(limits.check_pixels(u64::MAX, 2), Err(Rejection::TooLarge(_))));
        assert!(matches!(limits.check_pixels(0, 5), Err(Rejection::Corrupt(_))));
    }
}
