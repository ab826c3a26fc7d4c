//! TIFF pixels that are not fax-coded: packing undone, samples of any depth and colour to ink or grey.

use std::borrow::Cow;
use std::io::Read;

use image::{GrayImage, Luma};

use super::raster::{self, LUMA};
use super::rows::ink_packed;
use super::{Limits, Pixels, Rejection};
use crate::Bitmap;

/// How the bytes of a strip or tile are packed (TIFF tag 259).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Lzw,
    OldJpeg,
    Jpeg,
    Deflate,
    PackBits,
}

impl Packing {
    pub(super) fn from_tag(compression: u64) -> Option<Self> {
        Some(match compression {
            1 => Packing::None,
            5 => Packing::Lzw,
            6 => Packing::OldJpeg,
            7 => Packing::Jpeg,
            8 | 32946 => Packing::Deflate,
            32773 => Packing::PackBits,
            _ => return None,
        })
    }

    /// The name for the record.
    pub(super) fn name(self) -> &'static str {
        match self {
            Packing::None => "none",
            Packing::Lzw => "lzw",
            Packing::OldJpeg | Packing::Jpeg => "jpeg",
            Packing::Deflate => "deflate",
            Packing::PackBits => "packbits",
        }
    }

    /// The first `expected` bytes that `data` unpacks to; fewer when it is damaged.
    fn unpack(self, data: &[u8], expected: usize) -> Cow<'_, [u8]> {
        match self {
            Packing::None => Cow::Borrowed(&data[..data.len().min(expected)]),
            Packing::PackBits => Cow::Owned(unpack_bits(data, expected)),
            Packing::Lzw => Cow::Owned(unpack_lzw(data, expected)),
            Packing::Deflate => {
                let mut unpacked = Vec::new();
                // What came before the damage counts.
                let _ = flate2::read::ZlibDecoder::new(data).take(expected as u64).read_to_end(&mut unpacked);
                Cow::Owned(unpacked)
            }
            Packing::Jpeg | Packing::OldJpeg => Cow::Borrowed(&[]),
        }
    }
}

/// PackBits (TIFF 6.0 section 9): a count, then bytes to copy or one byte to repeat.
fn unpack_bits(data: &[u8], expected: usize) -> Vec<u8> {
    let mut unpacked = Vec::new();
    let mut rest = data;
    while let [count, tail @ ..] = rest
        && unpacked.len() < expected
    {
        let count = *count as i8;
        rest = tail;
        if count >= 0 {
            let (literal, tail) = rest.split_at(rest.len().min(count as usize + 1));
            unpacked.extend_from_slice(literal);
            rest = tail;
        } else if count != i8::MIN
            && let [value, tail @ ..] = rest
        {
            unpacked.extend(std::iter::repeat_n(*value, 1 + usize::from(count.unsigned_abs())));
            rest = tail;
        }
    }
    unpacked.truncate(expected);
    unpacked
}

fn unpack_lzw(data: &[u8], expected: usize) -> Vec<u8> {
    // The first code is Clear, 256 in nine bits: a first byte of 0 and an odd second one is the least-significant-first
    // order of writers before TIFF 6.0, as libtiff tells them.
    let old = matches!(data, [0, second, ..] if second & 1 == 1);
    let mut decoder = if old {
        weezl::decode::Decoder::new(weezl::BitOrder::Lsb, 8)
    } else {
        weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
    };
    let mut unpacked = vec![0; expected];
    let (mut used, mut filled) = (0, 0);
    while filled < expected {
        let step = decoder.decode_bytes(&data[used..], &mut unpacked[filled..]);
        used += step.consumed_in;
        filled += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            _ => break,
        }
    }
    unpacked.truncate(filled);
    unpacked
}

/// What the tags say about a page's samples.
pub(super) struct SampleLayout<'a> {
    pub width: u32,
    pub bits: u32,
    pub samples: u32,
    pub photometric: u64,
    /// Each colour in strips of its own.
    pub planar: bool,
    pub predictor: u64,
    pub color_map: Vec<u64>,
    /// YCbCr with fewer colour samples than pixels.
    pub subsampled: bool,
    pub little_endian: bool,
    pub jpeg_tables: Option<&'a [u8]>,
}

impl SampleLayout<'_> {
    /// An empty page for these samples: white where no strip will come.
    pub(super) fn canvas(&self, height: u32, packing: Packing, limits: &Limits) -> Result<Canvas<'_>, Rejection> {
        let jpeg = matches!(packing, Packing::Jpeg | Packing::OldJpeg);
        if !jpeg {
            let unsupported = |what: &str| Err(Rejection::Corrupt(format!("TIFF {what} is not supported")));
            if !matches!(self.bits, 1 | 2 | 4 | 8 | 16) {
                return unsupported(&format!("depth {}", self.bits));
            }
            if self.samples == 0 || self.samples > 32 {
                return unsupported(&format!("pixel of {} samples", self.samples));
            }
            if self.photometric == 6 && self.subsampled && self.samples > 1 {
                return unsupported("subsampled YCbCr without JPEG");
            }
            if self.predictor > 2 || (self.predictor == 2 && self.bits < 8) {
                return unsupported(&format!("predictor {}", self.predictor));
            }
            limits.check_stream(self.row_bytes(self.width).saturating_mul(u64::from(height)))?;
        }
        let kind = if self.bits == 1 && self.samples == 1 && !jpeg {
            Kind::Ink(Bitmap::new(self.width, height))
        } else if self.planar && self.samples >= 3 && !jpeg {
            Kind::Planes(vec![0; self.width as usize * height as usize])
        } else {
            Kind::Gray(GrayImage::from_pixel(self.width, height, Luma([255])))
        };
        Ok(Canvas { layout: self, packing, height, kind, tones: self.tones() })
    }

    fn samples_in_row(&self) -> u64 {
        if self.planar { 1 } else { u64::from(self.samples) }
    }

    fn row_bytes(&self, width: u32) -> u64 {
        (u64::from(width) * self.samples_in_row() * u64::from(self.bits)).div_ceil(8)
    }

    /// The grey of each value of a single sample of up to eight bits.
    fn tones(&self) -> [u8; 256] {
        let top = (1u32 << self.bits.min(8)) - 1;
        let entries = 1usize << self.bits.min(8);
        // Some writers put eight bits where the standard has sixteen.
        let deep = self.color_map.iter().any(|value| *value > 255);
        let channel = |plane: usize, value: usize| {
            let value = self.color_map.get(plane * entries + value).copied().unwrap_or(0);
            (if deep { value >> 8 } else { value }).min(255) as u32
        };
        std::array::from_fn(|value| {
            let clipped = (value as u32).min(top);
            let gray = (clipped * 255 / top.max(1)) as u8;
            match self.photometric {
                0 => 255 - gray,
                3 if !self.color_map.is_empty() => {
                    let index = clipped as usize;
                    luma([channel(0, index), channel(1, index), channel(2, index)])
                }
                _ => gray,
            }
        })
    }

    /// Sample `index` of a row, scaled to eight bits unless it is an index into a palette.
    fn sample(&self, row: &[u8], index: usize) -> u8 {
        match self.bits {
            8 => row[index],
            16 => row[index * 2 + usize::from(self.little_endian)],
            bits => {
                let bits = bits as usize;
                let shift = 8 - bits - (index * bits) % 8;
                row[index * bits / 8] >> shift & ((1 << bits) - 1)
            }
        }
    }

    fn full(&self, value: u8) -> u32 {
        match self.bits {
            8 | 16 => u32::from(value),
            bits => u32::from(value) * 255 / ((1 << bits) - 1),
        }
    }

    /// The grey of pixel `x` of a row in which the samples of a pixel stand together.
    fn gray(&self, tones: &[u8; 256], row: &[u8], x: usize) -> u8 {
        let samples = self.samples as usize;
        let at = |n: usize| self.full(self.sample(row, x * samples + n));
        match self.photometric {
            2 if samples >= 3 => luma([at(0), at(1), at(2)]),
            5 if samples >= 4 => {
                let tint = u32::from(luma([at(0), at(1), at(2)]));
                ((255 - tint) * (255 - at(3)) / 255) as u8
            }
            _ => tones[usize::from(self.sample(row, x * samples))],
        }
    }
}

/// The grey of channels of eight bits.
fn luma(channels: [u32; 3]) -> u8 {
    raster::luma(channels.map(|channel| channel.min(255) as u8))
}

enum Kind {
    Ink(Bitmap),
    Gray(GrayImage),
    /// Weighted sums of the planes that have come, 256 times the grey.
    Planes(Vec<u16>),
}

/// A page that fills strip by strip.
pub(super) struct Canvas<'a> {
    layout: &'a SampleLayout<'a>,
    packing: Packing,
    height: u32,
    kind: Kind,
    tones: [u8; 256],
}

impl Canvas<'_> {
    /// Adds a strip or tile of `width` × `height` pixels; how many rows of it could be unpacked.
    pub(super) fn add(
        &mut self,
        data: &[u8],
        left: u32,
        top: u32,
        (width, height): (u32, u32),
        plane: usize,
        limits: &Limits,
    ) -> Result<u32, Rejection> {
        if matches!(self.packing, Packing::Jpeg | Packing::OldJpeg) {
            let stream = join_tables(self.layout, data);
            return self.add_jpeg(&stream, left, top, limits);
        }
        let row_bytes = self.layout.row_bytes(width);
        let expected = row_bytes.saturating_mul(u64::from(height));
        limits.check_stream(expected)?;
        let mut unpacked = self.packing.unpack(data, expected as usize);
        let rows = unpacked.len() / (row_bytes as usize).max(1);
        for (y, row) in unpacked.to_mut().chunks_exact_mut(row_bytes as usize).enumerate() {
            if self.layout.predictor == 2 {
                undo_difference(
                    row,
                    self.layout.samples_in_row() as usize,
                    self.layout.bits,
                    self.layout.little_endian,
                );
            }
            let y = top + y as u32;
            if y < self.height {
                self.put_row(row, left, y, width, plane);
            }
        }
        Ok((rows as u32).min(self.height.saturating_sub(top)))
    }

    fn put_row(&mut self, row: &mut [u8], left: u32, y: u32, width: u32, plane: usize) {
        let layout = self.layout;
        let width = width.min(layout.width.saturating_sub(left));
        match &mut self.kind {
            Kind::Ink(ink) => {
                if self.tones[0] < self.tones[1] {
                    row.iter_mut().for_each(|byte| *byte = !*byte);
                }
                ink_packed(ink, left, y, width, row);
            }
            Kind::Gray(gray) => {
                for x in 0..width {
                    let tone = if layout.planar {
                        if plane > 0 {
                            return;
                        }
                        self.tones[usize::from(layout.sample(row, x as usize))]
                    } else {
                        layout.gray(&self.tones, row, x as usize)
                    };
                    gray.put_pixel(left + x, y, Luma([tone]));
                }
            }
            Kind::Planes(sums) => {
                let Some(weight) = LUMA.get(plane) else { return };
                let start = y as usize * layout.width as usize + left as usize;
                for (x, sum) in sums[start..start + width as usize].iter_mut().enumerate() {
                    *sum += (layout.full(layout.sample(row, x)) * weight) as u16;
                }
            }
        }
    }

    /// Adds a whole JPEG stream at its place; its rows.
    pub(super) fn add_jpeg(&mut self, stream: &[u8], left: u32, top: u32, limits: &Limits) -> Result<u32, Rejection> {
        let Ok(part) = raster::jpeg_luma(stream, limits) else { return Ok(0) };
        let Kind::Gray(gray) = &mut self.kind else { return Ok(0) };
        for (x, y, pixel) in part.enumerate_pixels() {
            if let Some(to) = gray.get_pixel_mut_checked(left + x, top + y) {
                *to = if self.layout.photometric == 0 { Luma([255 - pixel.0[0]]) } else { *pixel };
            }
        }
        Ok(part.height().min(self.height.saturating_sub(top)))
    }

    pub(super) fn finish(self) -> Pixels {
        match self.kind {
            Kind::Ink(ink) => Pixels::Bilevel(ink),
            Kind::Gray(gray) => Pixels::Gray(gray.into()),
            Kind::Planes(sums) => {
                let subtractive = self.layout.photometric == 5;
                let tone = |sum: u16| if subtractive { 255 - (sum >> 8) as u8 } else { (sum >> 8) as u8 };
                let pixels: Vec<u8> = sums.into_iter().map(tone).collect();
                Pixels::Gray(GrayImage::from_raw(self.layout.width, self.height, pixels).unwrap_or_default().into())
            }
        }
    }
}

/// Predictor 2 (TIFF 6.0 section 14): each sample is the difference to the one before it.
fn undo_difference(row: &mut [u8], samples: usize, bits: u32, little_endian: bool) {
    if bits == 8 {
        for at in samples..row.len() {
            row[at] = row[at].wrapping_add(row[at - samples]);
        }
        return;
    }
    let read = |pair: [u8; 2]| if little_endian { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
    for at in (samples * 2..row.len().saturating_sub(1)).step_by(2) {
        let before = read([row[at - samples * 2], row[at - samples * 2 + 1]]);
        let value = read([row[at], row[at + 1]]).wrapping_add(before);
        let pair = if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
        row[at..at + 2].copy_from_slice(&pair);
    }
}

/// A strip's JPEG stream with the tables that the directory keeps for all strips.
fn join_tables<'a>(layout: &SampleLayout<'_>, data: &'a [u8]) -> Cow<'a, [u8]> {
    const START: [u8; 2] = [0xFF, 0xD8];
    // Without it a decoder takes three components for YCbCr: Adobe's marker with transform 0 says RGB.
    const RGB_MARKER: [u8; 16] = *b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";
    let tables = layout.jpeg_tables.and_then(|tables| tables.strip_prefix(&START)).unwrap_or(&[]);
    let tables = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables);
    let Some(body) = data.strip_prefix(&START) else { return Cow::Borrowed(data) };
    let marker: &[u8] = if layout.photometric == 2 { &RGB_MARKER } else { &[] };
    Cow::Owned([&START, marker, tables, body].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packbits_repeats_copies_and_stops_at_the_end() {
        assert_eq!(unpack_bits(&[0xFE, 7, 0x80, 1, 8, 9], 99), [7, 7, 7, 8, 9]);
        assert_eq!(unpack_bits(&[0x81, 5], 4), [5, 5, 5, 5]);
        assert_eq!(unpack_bits(&[9, 1, 2], 99), [1, 2]);
    }

    #[test]
    fn differences_are_summed_sample_by_sample() {
        let mut row = [10, 20, 30, 1, 2, 255];
        undo_difference(&mut row, 3, 8, true);
        assert_eq!(row, [10, 20, 30, 11, 22, 29]);
        let mut deep = [0x00, 0xFF, 0x00, 0x01];
        undo_difference(&mut deep, 1, 16, false);
        assert_eq!(deep, [0x00, 0xFF, 0x01, 0x00]);
    }
}
