//! The directories of a TIFF file, and of the EXIF block that a JPEG or PNG carries.
//!
//! Our own walker, because library readers give up on what fax servers leave (Group 3, wrong counts, loops) and every
//! offset here is a stranger's: nothing is allocated by a count that the file does not back with bytes.

use std::collections::BTreeSet;

/// Tags of TIFF 6.0, and of its fax extension (RFC 2306).
pub(super) mod tag {
    pub const NEW_SUBFILE_TYPE: u16 = 254;
    pub const IMAGE_WIDTH: u16 = 256;
    pub const IMAGE_LENGTH: u16 = 257;
    pub const BITS_PER_SAMPLE: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES_PER_PIXEL: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_BYTE_COUNTS: u16 = 279;
    pub const X_RESOLUTION: u16 = 282;
    pub const Y_RESOLUTION: u16 = 283;
    pub const PLANAR_CONFIGURATION: u16 = 284;
    pub const T4_OPTIONS: u16 = 292;
    pub const RESOLUTION_UNIT: u16 = 296;
    pub const PAGE_NUMBER: u16 = 297;
    pub const PREDICTOR: u16 = 317;
    pub const COLOR_MAP: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_LENGTH: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_BYTE_COUNTS: u16 = 325;
    pub const BAD_FAX_LINES: u16 = 326;
    pub const CONSECUTIVE_BAD_FAX_LINES: u16 = 328;
    pub const JPEG_TABLES: u16 = 347;
    pub const JPEG_INTERCHANGE_FORMAT: u16 = 513;
    pub const JPEG_INTERCHANGE_FORMAT_LENGTH: u16 = 514;
    pub const YCBCR_SUBSAMPLING: u16 = 530;
}

/// The byte order and offset size of a file.
#[derive(Clone, Copy, Debug)]
struct Flavour {
    little_endian: bool,
    /// BigTIFF: offsets and counts of eight bytes.
    big: bool,
}

impl Flavour {
    /// Reads an unsigned number of `size` bytes at `at`; `None` outside the file.
    fn number(self, bytes: &[u8], at: u64, size: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let raw = bytes.get(at..at.checked_add(size)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.little_endian { raw.iter().rev().fold(0, fold) } else { raw.iter().fold(0, fold) })
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where the values lie in the file.
    at: u64,
}

impl Entry {
    /// Bytes of one value (TIFF 6.0 section 2, BigTIFF's three more); 0 for an unknown type.
    fn size(&self) -> usize {
        match self.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => 0,
        }
    }
}

/// One directory.
#[derive(Debug)]
pub(super) struct Ifd<'a> {
    bytes: &'a [u8],
    flavour: Flavour,
    entries: Vec<Entry>,
    next: u64,
}

impl<'a> Ifd<'a> {
    fn read(bytes: &'a [u8], flavour: Flavour, offset: u64) -> Option<Self> {
        let (count_size, entry_size, field) = if flavour.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = flavour.number(bytes, offset, count_size)?;
        let first = offset.checked_add(count_size as u64)?;
        // A directory that the end of the file cuts off keeps the entries it has.
        let there = (bytes.len() as u64).saturating_sub(first) / entry_size;
        let mut entries = Vec::new();
        for index in 0..count.min(there).min(4096) {
            let at = first + index * entry_size;
            let mut entry = Entry {
                tag: flavour.number(bytes, at, 2)? as u16,
                kind: flavour.number(bytes, at + 2, 2)? as u16,
                count: flavour.number(bytes, at + 4, field)?,
                at: at + 4 + field as u64,
            };
            if entry.count.saturating_mul(entry.size() as u64) > field as u64 {
                entry.at = flavour.number(bytes, entry.at, field)?;
            }
            entries.push(entry);
        }
        let next = first.checked_add(count.checked_mul(entry_size)?)?;
        let next = flavour.number(bytes, next, field).unwrap_or(0);
        Some(Self { bytes, flavour, entries, next })
    }

    fn entry(&self, tag: u16) -> Option<Entry> {
        self.entries.iter().find(|entry| entry.tag == tag && entry.count > 0 && entry.size() > 0).copied()
    }

    pub(super) fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// The first value of an integer tag.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        let entry = self.entry(tag)?;
        match entry.kind {
            1 | 3 | 4 | 6 | 7 | 8 | 9 | 13 | 16 | 17 | 18 => self.flavour.number(self.bytes, entry.at, entry.size()),
            _ => None,
        }
    }

    /// The first value of an integer tag that has to fit 32 bits.
    pub(super) fn small(&self, tag: u16) -> Option<u32> {
        self.number(tag).and_then(|value| u32::try_from(value).ok())
    }

    /// Up to `most` values of an integer tag; fewer when the file ends before.
    pub(super) fn numbers(&self, tag: u16, most: usize) -> Vec<u64> {
        let Some(entry) = self.entry(tag) else { return Vec::new() };
        let size = entry.size();
        (0..entry.count.min(most as u64))
            .map_while(|index| self.flavour.number(self.bytes, entry.at.checked_add(index * size as u64)?, size))
            .collect()
    }

    /// A rational tag as a number; `None` for a zero denominator.
    pub(super) fn rational(&self, tag: u16) -> Option<f32> {
        let entry = self.entry(tag)?;
        if !matches!(entry.kind, 5 | 10) {
            return self.number(tag).map(|value| value as f32);
        }
        let above = self.flavour.number(self.bytes, entry.at, 4)?;
        let below = self.flavour.number(self.bytes, entry.at.checked_add(4)?, 4)?;
        (below != 0).then(|| (above as f64 / below as f64) as f32)
    }

    /// The bytes of an opaque tag.
    pub(super) fn blob(&self, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(tag)?;
        let at = usize::try_from(entry.at).ok()?;
        self.bytes.get(at..at.checked_add(usize::try_from(entry.count).ok()?)?)
    }

    /// X and Y resolution in pixels per inch, as the file says; `None` where it says nothing or names no unit.
    pub(super) fn resolution(&self) -> (Option<f32>, Option<f32>) {
        let scale = match self.number(tag::RESOLUTION_UNIT) {
            None | Some(2) => 1.0,
            Some(3) => 2.54,
            _ => return (None, None),
        };
        (
            self.rational(tag::X_RESOLUTION).map(|value| value * scale),
            self.rational(tag::Y_RESOLUTION).map(|value| value * scale),
        )
    }

    fn is_picture(&self) -> bool {
        self.has(tag::IMAGE_WIDTH) && self.has(tag::IMAGE_LENGTH)
    }

    /// Bit 0 of NewSubfileType: a smaller copy of another page.
    fn is_thumbnail(&self) -> bool {
        self.number(tag::NEW_SUBFILE_TYPE).is_some_and(|kind| kind & 1 == 1)
    }
}

/// Where a page of a TIFF file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    At(u64),
    /// The chain of directories points to a page that is not there: the file was cut off.
    Lost,
}

/// The chain of directories of a file.
pub(super) struct Directory {
    flavour: Flavour,
    pub(super) pages: Vec<Place>,
}

impl Directory {
    /// Walks the chain, up to one page more than `most`; a loop or an unreadable directory ends it.
    /// `None` when the header is not a TIFF header.
    pub(super) fn walk(bytes: &[u8], most: usize) -> Option<Self> {
        let little_endian = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut flavour = Flavour { little_endian, big: false };
        flavour.big = flavour.number(bytes, 2, 2)? == 43;
        let mut offset = if flavour.big { flavour.number(bytes, 8, 8)? } else { flavour.number(bytes, 4, 4)? };

        let mut seen = BTreeSet::new();
        let (mut pages, mut thumbnails) = (Vec::new(), Vec::new());
        let mut announced = 0;
        while offset != 0 && pages.len() <= most && thumbnails.len() <= most && seen.insert(offset) {
            let Some(ifd) = Ifd::read(bytes, flavour, offset).filter(Ifd::is_picture) else {
                // A leftover number at the end of the chain is common; a page that was announced is not there.
                if offset >= bytes.len() as u64 || announced > pages.len() {
                    pages.push(Place::Lost);
                }
                break;
            };
            announced = announced.max(ifd.numbers(tag::PAGE_NUMBER, 2).get(1).map_or(0, |total| *total as usize));
            let list = if ifd.is_thumbnail() { &mut thumbnails } else { &mut pages };
            list.push(Place::At(offset));
            offset = ifd.next;
        }
        if !pages.iter().any(|page| *page != Place::Lost) {
            pages = thumbnails;
        }
        Some(Self { flavour, pages })
    }

    /// The directory of page `index`, counted from 0; `None` when it is not there.
    pub(super) fn page<'a>(&self, bytes: &'a [u8], index: usize) -> Option<Ifd<'a>> {
        match self.pages.get(index)? {
            Place::At(offset) => Ifd::read(bytes, self.flavour, *offset),
            Place::Lost => None,
        }
    }

    /// The first directory, whether or not it describes a picture: the one of an EXIF block.
    pub(super) fn exif(bytes: &[u8]) -> Option<Ifd<'_>> {
        let little_endian = bytes.get(..2)? == b"II";
        let flavour = Flavour { little_endian, big: false };
        Ifd::read(bytes, flavour, flavour.number(bytes, 4, 4)?)
    }
}
