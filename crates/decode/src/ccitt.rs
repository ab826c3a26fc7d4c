//! Group 3 and Group 4 fax codes (ITU-T T.4 and T.6), for TIFF strips and PDF streams alike.
//!
//! The codes themselves are `hayro-ccitt`'s; here is what a fax server needs around them: which rows are bad, going on
//! at the next end-of-line code, and a second try when the container names the wrong code.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::rows::{Row, ink_run};
use super::tiff::is_white;
use crate::Bitmap;

/// How the container says that the rows are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FaxCode {
    pub mode: EncodingMode,
    /// Every row starts at a byte (TIFF compression 2, PDF `EncodedByteAlign`).
    pub rows_are_byte_aligned: bool,
    /// The data may end with an end-of-block code.
    pub end_of_block: bool,
}

impl FaxCode {
    pub(super) fn new(mode: EncodingMode) -> Self {
        Self { mode, rows_are_byte_aligned: false, end_of_block: true }
    }

    /// The name for the record.
    pub(super) fn name(&self) -> &'static str {
        match self.mode {
            EncodingMode::Group4 => "g4",
            EncodingMode::Group3_1D if self.rows_are_byte_aligned && !self.end_of_block => "rle",
            EncodingMode::Group3_1D => "g3-1d",
            EncodingMode::Group3_2D => "g3-2d",
        }
    }
}

/// What a strip gave: ink for a "black" run, and one entry for each row that it brought.
pub(super) struct FaxRows {
    pub ink: Bitmap,
    pub rows: Vec<Row>,
    /// Whether the code was unbroken from the first row to the last one or to an end-of-block code.
    pub clean: bool,
}

impl FaxRows {
    pub(super) fn good(&self) -> usize {
        self.rows.iter().filter(|row| **row == Row::Good).count()
    }
}

/// Decodes up to `height` rows of `width` pixels; rows that are not there are not in the result.
pub(super) fn decode(data: &[u8], width: u32, height: u32, code: FaxCode) -> FaxRows {
    let declared = decode_as(data, width, height, code);
    if declared.clean || declared.good() * 4 > height as usize * 3 {
        return declared;
    }
    // T4Options and K are wrong often enough that libtiff and Ghostscript have switches for it. Another code is
    // believed only when it fits almost wholly: random bits do not survive a hundred rows of Huffman codes.
    let others = [EncodingMode::Group3_1D, EncodingMode::Group3_2D, EncodingMode::Group4];
    others
        .into_iter()
        .filter(|mode| *mode != code.mode)
        .map(|mode| decode_as(data, width, height, FaxCode::new(mode)))
        .find(|other| {
            // Nor is a page of nothing but white: runs of one bit read as rows that repeat the white one above the page.
            other.good() * 10 > height as usize * 9 && other.good() > declared.good() && !is_white(&other.ink)
        })
        .unwrap_or(declared)
}

fn decode_as(data: &[u8], width: u32, height: u32, code: FaxCode) -> FaxRows {
    let mut strict = Painter::new(width, height);
    let clean = run(data, &mut strict, code, height, Care { strict: true, end_of_line: false });
    if clean || strict.next == height {
        return strict.finish(clean);
    }
    match code.mode {
        EncodingMode::Group4 => {
            let mut lenient = Painter::new(width, height);
            run(data, &mut lenient, code, height, Care { strict: false, end_of_line: false });
            // The row where the strict decoder stopped is broken. What follows it leans on it, but mostly it is a run
            // that overshoots the margin, and the lenient decoder is right.
            let broken = strict.next as usize;
            let mut rows = lenient.finish(false);
            if let Some(row) = rows.rows.get_mut(broken) {
                *row = Row::Bad;
            }
            rows
        }
        EncodingMode::Group3_1D | EncodingMode::Group3_2D => {
            let marks = end_of_lines(data, height);
            if marks.len() >= 2 {
                return decode_between(data, &marks, width, height, code);
            }
            let mut lenient = Painter::new(width, height);
            run(data, &mut lenient, code, height, Care { strict: false, end_of_line: false });
            lenient.finish(false)
        }
    }
}

/// Decodes a single row and says how many bytes it took; `None` when it is broken.
pub(super) fn decode_row(data: &[u8], width: u32, code: FaxCode) -> Option<(Bitmap, usize)> {
    let mut painter = Painter::new(width, 1);
    let settings = settings(width, 1, code, Care { strict: true, end_of_line: false });
    let used = hayro_ccitt::decode(data, &mut painter, &mut DecoderContext::new(settings)).ok()?;
    (painter.next == 1).then_some((painter.ink, used))
}

struct Care {
    strict: bool,
    end_of_line: bool,
}

fn settings(columns: u32, rows: u32, code: FaxCode, care: Care) -> DecodeSettings {
    DecodeSettings {
        columns,
        rows,
        end_of_block: code.end_of_block,
        end_of_line: care.end_of_line,
        rows_are_byte_aligned: code.rows_are_byte_aligned,
        encoding: code.mode,
        strict: care.strict,
    }
}

/// Runs the decoder; whether it came through without an error.
fn run(data: &[u8], painter: &mut Painter, code: FaxCode, rows: u32, care: Care) -> bool {
    let settings = settings(painter.ink.width(), rows, code, care);
    hayro_ccitt::decode(data, painter, &mut DecoderContext::new(settings)).is_ok()
}

/// Paints rows as they come.
struct Painter {
    ink: Bitmap,
    next: u32,
    states: Vec<Row>,
}

impl Painter {
    fn new(width: u32, height: u32) -> Self {
        Self { ink: Bitmap::new(width, height), next: 0, states: Vec::new() }
    }

    fn finish(self, clean: bool) -> FaxRows {
        FaxRows { ink: self.ink, rows: self.states, clean }
    }

    /// A row whose code is broken: the row before stands in, as fax machines print it.
    fn push_bad(&mut self) {
        if self.next >= self.ink.height() {
            return;
        }
        if self.next > 0 {
            let before = self.ink.row(self.next - 1).to_vec();
            self.ink.row_mut(self.next).copy_from_slice(&before);
        }
        self.states.push(Row::Bad);
        self.next += 1;
    }
}

impl Decoder for Painter {
    fn push_row(&mut self, changes: &[u32]) {
        if self.next >= self.ink.height() {
            return;
        }
        let width = self.ink.width();
        let row = self.ink.row_mut(self.next);
        for run in changes.chunks(2) {
            let end = run.get(1).copied().unwrap_or(width).min(width);
            ink_run(row, run[0], end);
        }
        self.states.push(Row::Good);
        self.next += 1;
    }
}

/// An end-of-line code: where its zeros start and where the bit after its one is.
struct EndOfLine {
    start: usize,
    after: usize,
}

/// Bit positions of the end-of-line codes (T.4 section 4.1.2: eleven or more zeros and a one).
fn end_of_lines(data: &[u8], height: u32) -> Vec<EndOfLine> {
    let enough = height as usize * 2 + 64;
    let mut marks = Vec::new();
    let mut zeros = 0usize;
    for (index, &byte) in data.iter().enumerate() {
        if byte == 0 {
            zeros += 8;
            continue;
        }
        for bit in 0..8 {
            if byte & (0x80 >> bit) == 0 {
                zeros += 1;
                continue;
            }
            if zeros >= 11 {
                // More zeros than eleven are fill, or the tail of the row's last code.
                let at = index * 8 + bit;
                marks.push(EndOfLine { start: at - 11, after: at + 1 });
                if marks.len() >= enough {
                    return marks;
                }
            }
            zeros = 0;
        }
    }
    marks
}

/// Decodes damaged Group 3 data row by row between its end-of-line codes. A broken two-dimensional row spoils those
/// that lean on it, up to the next one-dimensional row (T.4 section 4.2.3).
fn decode_between(data: &[u8], marks: &[EndOfLine], width: u32, height: u32, code: FaxCode) -> FaxRows {
    let two_dimensional = code.mode == EncodingMode::Group3_2D;
    let code = FaxCode { end_of_block: false, rows_are_byte_aligned: false, ..code };
    let rows = rows_between(data, marks, two_dimensional);
    let mut painter = Painter::new(width, height);
    let mut next = 0;
    while next < rows.len() && painter.next < height {
        let mut last = next;
        if two_dimensional {
            while rows.get(last + 1).is_some_and(|row| !bit(data, row.start)) {
                last += 1;
            }
        }
        let group = (last - next + 1).min((height - painter.next) as usize) as u32;
        let bits = shifted(data, rows[next].start, rows[last].end);
        let before = painter.next;
        if !run(&bits, &mut painter, code, group, Care { strict: true, end_of_line: two_dimensional }) {
            while painter.next < before + group {
                painter.push_bad();
            }
        }
        next = last + 1;
    }
    painter.finish(false)
}

/// The rows between end-of-line codes as bit ranges, up to the end-of-block code (six of them in a row).
fn rows_between(data: &[u8], marks: &[EndOfLine], two_dimensional: bool) -> Vec<std::ops::Range<usize>> {
    let first = marks.first().map(|mark| 0..mark.start);
    let ends = marks.iter().skip(1).map(|mark| mark.start).chain([data.len() * 8]);
    let between = marks.iter().zip(ends).map(|(mark, end)| mark.after..end);
    let mut rows = Vec::new();
    let mut empty = 0;
    for row in first.into_iter().chain(between) {
        let code = row.start + usize::from(two_dimensional)..row.end;
        if code.into_iter().any(|at| bit(data, at)) {
            rows.push(row);
            empty = 0;
        } else {
            empty += 1;
            if empty >= 5 && !rows.is_empty() {
                break;
            }
        }
    }
    rows
}

fn bit(data: &[u8], at: usize) -> bool {
    data.get(at / 8).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0)
}

/// The bits `start..end`, moved to a byte border and padded with zeros.
fn shifted(data: &[u8], start: usize, end: usize) -> Vec<u8> {
    let mut bits = vec![0u8; (end - start).div_ceil(8)];
    let shift = start % 8;
    for (index, out) in bits.iter_mut().enumerate() {
        let at = start / 8 + index;
        let high = u16::from(data.get(at).copied().unwrap_or(0)) << 8;
        let low = u16::from(data.get(at + 1).copied().unwrap_or(0));
        *out = ((high | low) << shift >> 8) as u8;
    }
    if let Some(last) = bits.last_mut() {
        *last &= 0xFFu8 << ((8 - (end - start) % 8) % 8);
    }
    bits
}
