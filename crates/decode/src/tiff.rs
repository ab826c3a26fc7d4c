//! TIFF pages: from a directory's tags to pixels.
//!
//! Neighbours: [`super::ifd`] walks the container, [`super::ccitt`] reads fax codes, [`super::samples`] everything else.

use hayro_ccitt::EncodingMode;

use super::ccitt::{self, FaxCode, FaxRows};
use super::ifd::{Directory, Ifd, tag};
use super::rows::{Row, RowLedger, invert_row};
use super::samples::{Packing, SampleLayout};
use super::turn::Orientation;
use super::{Container, Damage, Limits, Pixels, Rejection, SourcePage, resolution};
use crate::Bitmap;

/// An opened TIFF file.
pub(super) struct TiffFile {
    bytes: Vec<u8>,
    directory: Directory,
}

impl TiffFile {
    pub(super) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Rejection> {
        let directory = Directory::walk(&bytes, limits.pages as usize)
            .filter(|directory| !directory.pages.is_empty())
            .ok_or_else(|| corrupt("no readable TIFF directory"))?;
        limits.check_pages(directory.pages.len())?;
        Ok(Self { bytes, directory })
    }

    pub(super) fn pages(&self) -> u32 {
        self.directory.pages.len() as u32
    }

    /// Decodes the page at `index`, counted from 0.
    pub(super) fn page(&self, index: usize, limits: &Limits) -> Result<SourcePage, Rejection> {
        let ifd = self
            .directory
            .page(&self.bytes, index)
            .ok_or_else(|| corrupt("the TIFF directory of this page is missing: the file was cut off"))?;
        let page = Page::read(&self.bytes, &ifd, limits)?;
        let Decoded { pixels, rows, encoding } = page.decode(limits)?;

        let reported = Damage {
            bad_rows: ifd.small(tag::BAD_FAX_LINES).unwrap_or(0).min(page.height),
            longest_bad_run: ifd.small(tag::CONSECUTIVE_BAD_FAX_LINES).unwrap_or(0).min(page.height),
            missing_rows: 0,
        };
        let found = rows.damage();
        let damage = Damage {
            bad_rows: found.bad_rows.max(reported.bad_rows),
            longest_bad_run: found.longest_bad_run.max(reported.longest_bad_run),
            missing_rows: found.missing_rows,
        };
        let orientation = Orientation::from_tag(ifd.small(tag::ORIENTATION).unwrap_or(1));
        let (x, y) = ifd.resolution();
        let resolution = resolution::settle(x, y, page.width, page.height);
        Ok(SourcePage {
            container: Container::Tiff,
            pixels: orientation.turn(pixels),
            resolution: orientation.turn_resolution(resolution),
            text: Vec::new(),
            form_values: Vec::new(),
            damage,
            level: false,
            encoding: encoding.into(),
        })
    }
}

fn corrupt(what: &str) -> Rejection {
    Rejection::Corrupt(what.into())
}

/// A 600 dpi page in strips of one row has 10,000.
const MOST_BLOCKS: usize = 200_000;

struct Decoded {
    pixels: Pixels,
    rows: RowLedger,
    encoding: &'static str,
}

/// A strip or a tile: the part of the page that it covers, and where its bytes are said to be.
struct Block {
    left: u32,
    top: u32,
    /// Of the block as coded: a tile keeps its size where it hangs over the page's edge.
    width: u32,
    height: u32,
    plane: usize,
    offset: u64,
    count: u64,
    /// Where the next block begins, or the file ends.
    limit: u64,
}

/// What the tags say about a page's pixels.
struct Page<'a> {
    bytes: &'a [u8],
    width: u32,
    height: u32,
    compression: u64,
    photometric: u64,
    least_significant_first: bool,
    t4_options: u64,
    layout: SampleLayout<'a>,
    blocks: Vec<Block>,
    /// An old-style JPEG keeps its whole stream here.
    interchange: Option<&'a [u8]>,
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8], ifd: &Ifd<'a>, limits: &Limits) -> Result<Self, Rejection> {
        let width = ifd.small(tag::IMAGE_WIDTH).unwrap_or(u32::MAX);
        let height = ifd.small(tag::IMAGE_LENGTH).unwrap_or(u32::MAX);
        limits.check_pixels(width.into(), height.into())?;
        let compression = ifd.number(tag::COMPRESSION).unwrap_or(1);
        let is_fax = matches!(compression, 2..=4 | 32771);
        let photometric = ifd.number(tag::PHOTOMETRIC).unwrap_or(if is_fax { 0 } else { 1 });
        let layout = SampleLayout {
            width,
            bits: ifd.small(tag::BITS_PER_SAMPLE).unwrap_or(1),
            samples: ifd.small(tag::SAMPLES_PER_PIXEL).unwrap_or(1),
            photometric,
            planar: ifd.number(tag::PLANAR_CONFIGURATION) == Some(2),
            predictor: ifd.number(tag::PREDICTOR).unwrap_or(1),
            color_map: ifd.numbers(tag::COLOR_MAP, 3 * 256),
            subsampled: ifd.numbers(tag::YCBCR_SUBSAMPLING, 2).iter().any(|factor| *factor != 1)
                || (photometric == 6 && !ifd.has(tag::YCBCR_SUBSAMPLING)),
            little_endian: bytes.first() == Some(&b'I'),
            jpeg_tables: ifd.blob(tag::JPEG_TABLES),
        };
        let interchange = ifd.number(tag::JPEG_INTERCHANGE_FORMAT).and_then(|offset| {
            let rest = bytes.get(usize::try_from(offset).ok()?..)?;
            let length = ifd.small(tag::JPEG_INTERCHANGE_FORMAT_LENGTH).unwrap_or(0) as usize;
            rest.get(..length).filter(|stream| stream.len() > 4).or(Some(rest))
        });
        let planes = if layout.planar { layout.samples.min(8) as usize } else { 1 };
        let blocks = blocks(bytes.len() as u64, ifd, (width, height), planes, limits)?;
        Ok(Self {
            bytes,
            width,
            height,
            compression,
            photometric,
            least_significant_first: ifd.number(tag::FILL_ORDER) == Some(2),
            t4_options: ifd.number(tag::T4_OPTIONS).unwrap_or(0),
            layout,
            blocks,
            interchange,
        })
    }

    /// The bytes of a block as declared, or up to the next block where the count is a lie. Fill order is undone.
    fn data(&self, block: &Block, declared: bool) -> Option<Vec<u8>> {
        let start = usize::try_from(block.offset).ok()?;
        let end = if declared && block.count > 0 { block.offset.checked_add(block.count)? } else { block.limit };
        let end = usize::try_from(end.min(self.bytes.len() as u64)).ok()?;
        let mut data = self.bytes.get(start..end)?.to_vec();
        // JPEG is a stream of bytes, not of bits: FillOrder does not touch it (as in libtiff).
        if self.least_significant_first && !matches!(self.compression, 6 | 7) {
            for byte in &mut data {
                *byte = byte.reverse_bits();
            }
        }
        (!data.is_empty()).then_some(data)
    }

    fn decode(&self, limits: &Limits) -> Result<Decoded, Rejection> {
        let (one_dimensional, mixed) = (EncodingMode::Group3_1D, EncodingMode::Group3_2D);
        let code = match self.compression {
            2 | 32771 => FaxCode { mode: one_dimensional, rows_are_byte_aligned: true, end_of_block: false },
            3 if self.t4_options & 1 == 1 => FaxCode::new(mixed),
            3 => FaxCode::new(one_dimensional),
            4 => FaxCode::new(EncodingMode::Group4),
            _ => return self.decode_samples(limits),
        };
        if self.layout.bits != 1 || self.layout.samples != 1 {
            return Err(corrupt("a fax code with more than one bit a pixel"));
        }
        self.decode_fax(code)
    }

    fn decode_fax(&self, code: FaxCode) -> Result<Decoded, Rejection> {
        let mut ink = Bitmap::new(self.width, self.height);
        let mut rows = RowLedger::new(self.height);
        for block in &self.blocks {
            // One strip and a RowsPerStrip that is too small: the strip has the page.
            let height = if self.blocks.len() == 1 { block.height.max(self.height) } else { block.height };
            let Some(found) = self.fax_block(block, height, code) else { continue };
            place(&mut ink, &found, block, self.photometric == 1);
            rows.note(block.top, &found.rows);
        }
        if !rows.is_page() || rows.is_mostly_lost() && is_white(&ink) {
            return Err(corrupt("hardly any row of the page could be decoded"));
        }
        Ok(Decoded { pixels: Pixels::Bilevel(ink), rows, encoding: code.name() })
    }

    /// Decodes one block with the byte count that is declared; when rows are missing, with all bytes up to the next block.
    fn fax_block(&self, block: &Block, height: u32, code: FaxCode) -> Option<FaxRows> {
        let run = |data: Vec<u8>| match self.compression {
            32771 => word_aligned(&data, block.width, height),
            _ => ccitt::decode(&data, block.width, height, code),
        };
        let declared = self.data(block, true).map(run);
        let whole = declared.as_ref().is_some_and(|rows| rows.good() as u64 >= u64::from(height));
        let lies = block.count == 0 || block.offset.saturating_add(block.count) < block.limit;
        if whole || !lies {
            return declared;
        }
        let extended = self.data(block, false).map(run);
        match (declared, extended) {
            (Some(declared), Some(extended)) => {
                // What follows the strip is code only if it completes the page; anything decodes to a row or two.
                let completes = extended.clean || extended.good() as u64 * 10 >= u64::from(height) * 9;
                Some(if completes && extended.good() > declared.good() { extended } else { declared })
            }
            (declared, extended) => declared.or(extended),
        }
    }

    fn decode_samples(&self, limits: &Limits) -> Result<Decoded, Rejection> {
        let packing = Packing::from_tag(self.compression)
            .ok_or_else(|| corrupt(&format!("TIFF compression {} is not supported", self.compression)))?;
        let mut canvas = self.layout.canvas(self.height, packing, limits)?;
        let mut rows = RowLedger::new(self.height);
        if let (Packing::OldJpeg, Some(stream)) = (packing, self.interchange) {
            let got = canvas.add_jpeg(stream, 0, 0, limits)?;
            rows.note_good(0, got);
        } else {
            for block in &self.blocks {
                let Some(data) = self.data(block, true).or_else(|| self.data(block, false)) else { continue };
                let got = canvas.add(&data, block.left, block.top, (block.width, block.height), block.plane, limits)?;
                rows.note_good(block.top, got);
            }
        }
        if !rows.is_page() {
            return Err(corrupt("hardly any row of the page could be decoded"));
        }
        Ok(Decoded { pixels: canvas.finish(), rows, encoding: packing.name() })
    }
}

/// Whether what was decoded shows nothing but specks: noise decodes to white rows.
pub(super) fn is_white(ink: &Bitmap) -> bool {
    ink.count(&ink.bounds()) * 2000 < u64::from(ink.width()) * u64::from(ink.height())
}

/// The strips or tiles of a page, with offsets and counts as declared.
fn blocks(
    file_length: u64,
    ifd: &Ifd<'_>,
    (width, height): (u32, u32),
    planes: usize,
    limits: &Limits,
) -> Result<Vec<Block>, Rejection> {
    let tile = ifd.small(tag::TILE_WIDTH).zip(ifd.small(tag::TILE_LENGTH)).filter(|(w, h)| *w > 0 && *h > 0);
    let (offsets_tag, counts_tag) = match tile {
        Some(_) if ifd.has(tag::TILE_OFFSETS) => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
        _ => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
    };
    let (block_width, block_height) = match tile {
        Some(size) => size,
        None => (width, ifd.small(tag::ROWS_PER_STRIP).filter(|rows| *rows > 0).unwrap_or(height).min(height)),
    };
    limits.check_pixels(block_width.into(), block_height.into())?;
    let across = width.div_ceil(block_width) as usize;
    let down = height.div_ceil(block_height) as usize;
    let most = across.saturating_mul(down);
    if most.saturating_mul(planes) > MOST_BLOCKS {
        return Err(Rejection::TooLarge(format!("a page of more than {MOST_BLOCKS} strips or tiles")));
    }
    let offsets = ifd.numbers(offsets_tag, most.saturating_mul(planes));
    let counts = ifd.numbers(counts_tag, offsets.len());
    let mut starts: Vec<u64> = offsets.clone();
    starts.sort_unstable();
    let blocks = offsets
        .iter()
        .enumerate()
        .map(|(index, &offset)| {
            let within = index % most.max(1);
            let limit = starts[starts.partition_point(|start| *start <= offset)..].first();
            Block {
                left: (within % across) as u32 * block_width,
                top: (within / across) as u32 * block_height,
                width: block_width,
                height: if tile.is_some() {
                    block_height
                } else {
                    block_height.min(height - (within as u32) * block_height)
                },
                plane: index / most.max(1),
                offset,
                count: counts.get(index).copied().unwrap_or(0),
                limit: limit.copied().unwrap_or(file_length).min(file_length),
            }
        })
        .collect();
    Ok(blocks)
}

/// Copies a block's ink to its place on the page; `invert` where a "black" run means paper (photometric 1).
fn place(page: &mut Bitmap, found: &FaxRows, block: &Block, invert: bool) {
    let mut ink = found.ink.clone();
    let rows = (found.rows.len() as u32).min(page.height().saturating_sub(block.top));
    for y in 0..rows {
        if invert {
            invert_row(&mut ink, y);
        }
        if block.left == 0 && ink.width() == page.width() {
            page.row_mut(block.top + y).copy_from_slice(ink.row(y));
            continue;
        }
        for x in 0..ink.width().min(page.width().saturating_sub(block.left)) {
            if ink.get(x as i32, y as i32) {
                page.set((block.left + x) as i32, (block.top + y) as i32, true);
            }
        }
    }
}

/// TIFF compression 32771: modified Huffman whose rows start at a multiple of two bytes.
fn word_aligned(data: &[u8], width: u32, height: u32) -> FaxRows {
    let code = FaxCode { mode: EncodingMode::Group3_1D, rows_are_byte_aligned: true, end_of_block: false };
    let mut whole = FaxRows { ink: Bitmap::new(width, height), rows: Vec::new(), clean: true };
    let mut rest = data;
    for y in 0..height {
        let Some((row, used)) = ccitt::decode_row(rest, width, code) else {
            whole.clean = false;
            break;
        };
        whole.ink.row_mut(y).copy_from_slice(row.row(0));
        whole.rows.push(Row::Good);
        rest = rest.get(used.next_multiple_of(2)..).unwrap_or(&[]);
    }
    whole
}
