//! What a PDF's streams would become, found out before the renderer opens them.
//!
//! The renderer inflates whatever it is given to the end. So each stream that a page can reach is measured first:
//! pictures by the sizes in their headers, packed data by unpacking it into nothing, up to the limit.
//! Object streams are read while the file is opened; [`check_object_streams`] measures them in the raw bytes.

use std::collections::BTreeSet;
use std::io::Read;

use hayro::hayro_syntax::object::dict::keys::{
    COLUMNS, DECODE_PARMS, DP, F, FILTER, H, HEIGHT, PARENT, ROWS, SUBTYPE, W, WIDTH,
};
use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Page;

use super::{Limits, Rejection};

/// The most that Deflate can grow a byte to.
const DEFLATE_GROWTH: u64 = 1032;
/// LZW: a code of twelve bits stands for at most 4,096 bytes or so.
const LZW_GROWTH: u64 = 2731;

/// What a content stream, font or colour profile unpacks to at the most: the renderer keeps it whole, with what it makes of it.
const CONTENT_BYTES: u64 = 64 << 20;
/// A picture's samples are at most four of 16 bits for each pixel; what a packer appends is never this long.
const PIXEL_BYTES: u64 = 8;
const PICTURE_SLACK: u64 = 16 << 20;

/// Measures every stream that the page's content, resources and annotations lead to.
/// Pictures are measured by their headers here, and by their data when they are drawn ([`check_picture`]).
pub(super) fn check_page(page: &Page<'_>, limits: &Limits) -> Result<(), Rejection> {
    let mut seen: BTreeSet<(u32, i32)> = BTreeSet::new();
    let mut open: Vec<Object<'_>> = vec![Object::Dict(page.raw().clone())];
    let inherited = page.resources();
    for dict in [
        &inherited.x_objects,
        &inherited.fonts,
        &inherited.patterns,
        &inherited.color_spaces,
        &inherited.ext_g_states,
        &inherited.shadings,
    ] {
        open.push(Object::Dict(dict.clone()));
    }
    while let Some(object) = open.pop() {
        let dict = match &object {
            Object::Dict(dict) => dict.clone(),
            Object::Stream(stream) => {
                if is_picture(stream.dict()) {
                    check_size(stream, limits)?;
                } else {
                    check_stream(stream, &limits.at_most(CONTENT_BYTES))?;
                }
                stream.dict().clone()
            }
            Object::Array(array) => {
                for item in array.raw_iter() {
                    follow(page, item, &mut seen, &mut open, limits)?;
                }
                continue;
            }
            _ => continue,
        };
        for (key, value) in dict.entries() {
            // These lead out of the page, to other pages and to what is never drawn.
            if [PARENT, b"P", b"Dest", b"A", b"AA", b"Popup", b"StructParent", b"Metadata", b"PieceInfo", b"B"]
                .contains(&key.as_ref())
            {
                continue;
            }
            follow(page, value, &mut seen, &mut open, limits)?;
        }
    }
    Ok(())
}

fn follow<'a>(
    page: &Page<'a>,
    value: MaybeRef<Object<'a>>,
    seen: &mut BTreeSet<(u32, i32)>,
    open: &mut Vec<Object<'a>>,
    limits: &Limits,
) -> Result<(), Rejection> {
    let object = match value {
        MaybeRef::NotRef(object) => object,
        MaybeRef::Ref(reference) => {
            if !seen.insert((reference.obj_number, reference.gen_number)) {
                return Ok(());
            }
            if seen.len() > limits.objects {
                return Err(Rejection::TooLarge(format!("a page of more than {} objects", limits.objects)));
            }
            match page.xref().get::<Object<'a>>(ObjectIdentifier::from(reference)) {
                Some(object) => object,
                None => return Ok(()),
            }
        }
    };
    if matches!(object, Object::Dict(_) | Object::Stream(_) | Object::Array(_)) {
        if open.len() > limits.objects {
            return Err(Rejection::TooLarge(format!("a page of more than {} objects", limits.objects)));
        }
        open.push(object);
    }
    Ok(())
}

fn is_picture(dict: &Dict<'_>) -> bool {
    dict.get::<Name<'_>>(SUBTYPE).is_some_and(|kind| kind.as_ref() == b"Image")
}

/// Measures a picture that is about to be drawn, its masks and its JBIG2 globals with it.
pub(super) fn check_picture(stream: &Stream<'_>, limits: &Limits) -> Result<(), Rejection> {
    check_samples(stream, limits)?;
    for key in [&b"SMask"[..], b"Mask"] {
        if let Some(mask) = stream.dict().get::<Stream<'_>>(key) {
            check_samples(&mask, limits)?;
        }
    }
    Ok(())
}

/// A picture may unpack to what its own size needs, and not to the most that any picture needs.
fn check_samples(stream: &Stream<'_>, limits: &Limits) -> Result<(), Rejection> {
    check_size(stream, limits)?;
    let dict = stream.dict();
    let number = |long: &[u8], short: &[u8]| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).map(u64::from);
    let needed = match (number(WIDTH, W), number(HEIGHT, H)) {
        (Some(width), Some(height)) => {
            width.saturating_mul(height).saturating_mul(PIXEL_BYTES).saturating_add(PICTURE_SLACK)
        }
        _ => u64::MAX,
    };
    check_stream(stream, &limits.at_most(needed))
}

/// The sizes in a picture's dictionary and in the parameters of its fax code.
fn check_size(stream: &Stream<'_>, limits: &Limits) -> Result<(), Rejection> {
    let dict = stream.dict();
    let number = |long: &[u8], short: &[u8]| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short));
    let (width, height) = (number(WIDTH, W).unwrap_or(0), number(HEIGHT, H).unwrap_or(0));
    if width > 0 && height > 0 {
        limits.check_pixels(width.into(), height.into())?;
    }
    for (filter, parameters) in filters(dict) {
        if matches!(&filter[..], b"CCITTFaxDecode" | b"CCF") {
            let columns = parameters.get::<usize>(COLUMNS).unwrap_or(1728) as u64;
            let rows = if height > 0 { height } else { parameters.get::<u32>(ROWS).unwrap_or(1) };
            limits.check_pixels(columns.max(1), u64::from(rows).max(1))?;
        }
    }
    Ok(())
}

/// Unpacks a stream into nothing, as far as its filters are general ones, and looks at the header of a picture filter.
pub(super) fn check_stream(stream: &Stream<'_>, limits: &Limits) -> Result<(), Rejection> {
    let raw = stream.raw_data();
    let filters = filters(stream.dict());
    // Most streams cannot reach the limit, whatever they hold.
    let growth = filters.iter().fold(1u64, |growth, (name, _)| {
        growth.saturating_mul(match &name[..] {
            b"FlateDecode" | b"Fl" => DEFLATE_GROWTH,
            b"LZWDecode" | b"LZW" => LZW_GROWTH,
            b"RunLengthDecode" | b"RL" => 128,
            _ => 1,
        })
    });
    let harmless = growth.saturating_mul(raw.len() as u64) <= limits.stream_bytes;
    let pictured = filters.last().is_some_and(|(name, _)| matches!(&name[..], b"JBIG2Decode" | b"JPXDecode"));
    if harmless && !pictured {
        return Ok(());
    }
    let mut data = raw.into_owned();
    for (index, (name, parameters)) in filters.iter().enumerate() {
        // What no other filter reads is only counted.
        let keep = index + 1 < filters.len();
        data = match &name[..] {
            b"FlateDecode" | b"Fl" => inflate(&data, keep, limits)?,
            b"LZWDecode" | b"LZW" => unpack_lzw(&data, keep, limits)?,
            b"RunLengthDecode" | b"RL" => unpack_runs(&data, keep, limits)?,
            // These shrink; what they hold may grow.
            b"ASCIIHexDecode" | b"AHx" if keep => from_hex(&data),
            b"ASCII85Decode" | b"A85" if keep => from_base_85(&data),
            b"JBIG2Decode" => {
                if let Some(globals) = parameters.get::<Stream<'_>>(&b"JBIG2Globals"[..]) {
                    check_stream(&globals, limits)?;
                    check_jbig2(&globals.decoded_data().unwrap_or_default(), limits)?;
                }
                return check_jbig2(&data, limits);
            }
            b"JPXDecode" => return check_jpx(&data, limits),
            // DCT is bound to the size in the dictionary; Crypt was undone.
            _ => return Ok(()),
        };
    }
    Ok(())
}

/// The filters of a stream with their parameters, in the order of application.
pub(super) fn filters<'a>(dict: &Dict<'a>) -> Vec<(Vec<u8>, Dict<'a>)> {
    let name = |name: Name<'_>| name.as_ref().to_vec();
    let single = dict.get::<Name<'_>>(FILTER).or_else(|| dict.get::<Name<'_>>(F));
    if let Some(filter) = single {
        let parameters = dict.get::<Dict<'a>>(DECODE_PARMS).or_else(|| dict.get::<Dict<'a>>(DP));
        return vec![(name(filter), parameters.unwrap_or_default())];
    }
    let names = dict.get::<Array<'_>>(FILTER).or_else(|| dict.get::<Array<'_>>(F));
    let Some(names) = names else { return Vec::new() };
    let parameters = dict.get::<Array<'a>>(DECODE_PARMS).or_else(|| dict.get::<Array<'a>>(DP));
    let mut parameters = parameters.map(|list| list.iter::<Object<'a>>());
    names
        .iter::<Name<'_>>()
        .take(16)
        .map(|filter| {
            let parameters = parameters.as_mut().and_then(|list| list.next()).and_then(Object::into_dict);
            (name(filter), parameters.unwrap_or_default())
        })
        .collect()
}

/// Whether the stream is packed by filters that make it shorter, and by no other.
pub(super) fn is_packed(dict: &Dict<'_>) -> bool {
    let filters = filters(dict);
    let packs = |name: &[u8]| matches!(name, b"FlateDecode" | b"Fl" | b"LZWDecode" | b"LZW");
    !filters.is_empty() && filters.iter().all(|(name, _)| packs(name))
}

fn inflate(data: &[u8], keep: bool, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    let unpack = |reader: &mut dyn Read| {
        let mut kept = Kept { bytes: Vec::new(), keep, count: 0 };
        // Damaged data ends early; that is for the renderer to deal with.
        let _ = std::io::copy(&mut reader.take(limits.stream_bytes.saturating_add(1)), &mut kept);
        kept
    };
    let mut kept = unpack(&mut flate2::read::ZlibDecoder::new(data));
    if kept.count == 0 {
        kept = unpack(&mut flate2::read::DeflateDecoder::new(data));
    }
    limits.check_stream(kept.count)?;
    Ok(kept.bytes)
}

fn unpack_lzw(data: &[u8], keep: bool, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let (mut kept, mut used, mut buffer) = (Kept { bytes: Vec::new(), keep, count: 0 }, 0, vec![0; 1 << 16]);
    loop {
        let step = decoder.decode_bytes(&data[used..], &mut buffer);
        used += step.consumed_in;
        kept.add(&buffer[..step.consumed_out]);
        limits.check_stream(kept.count)?;
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            _ => return Ok(kept.bytes),
        }
    }
}

/// PDF 32000 section 7.4.5: a length byte below 128 copies what follows, one above repeats a byte, 128 ends.
fn unpack_runs(data: &[u8], keep: bool, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    let mut kept = Kept { bytes: Vec::new(), keep, count: 0 };
    let mut rest = data;
    while let Some((&length, after)) = rest.split_first() {
        let (run, used) = match length {
            0..=127 => (after.get(..usize::from(length) + 1).unwrap_or(after).to_vec(), usize::from(length) + 1),
            128 => break,
            129..=255 => (vec![after.first().copied().unwrap_or(0); 257 - usize::from(length)], 1),
        };
        kept.add(&run);
        limits.check_stream(kept.count)?;
        rest = after.get(used..).unwrap_or(&[]);
    }
    Ok(kept.bytes)
}

fn from_hex(data: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let digits: Vec<u8> = data.iter().take_while(|byte| **byte != b'>').filter_map(digit).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
}

/// Groups of five digits `!` to `u` are four bytes, `z` is four zeros; a shorter last group has a byte less than digits.
fn from_base_85(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut group: Vec<u8> = Vec::with_capacity(5);
    let value = |group: &[u8]| {
        let digits = group.iter().copied().chain(std::iter::repeat(84)).take(5);
        digits.fold(0u32, |value, digit| value.wrapping_mul(85).wrapping_add(digit.into())).to_be_bytes()
    };
    for &byte in data.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if group.is_empty() => bytes.extend([0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => {}
        }
        if group.len() == 5 {
            bytes.extend(value(&group));
            group.clear();
        }
    }
    if group.len() > 1 {
        bytes.extend(&value(&group)[..group.len() - 1]);
    }
    bytes
}

/// Unpacked bytes, counted, and kept only when another filter needs them.
struct Kept {
    bytes: Vec<u8>,
    keep: bool,
    count: u64,
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        self.count += bytes.len() as u64;
        if self.keep {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Sizes of the page and of every region in a JBIG2 stream (ITU-T T.88 sections 7.2 and 7.4).
fn check_jbig2(data: &[u8], limits: &Limits) -> Result<(), Rejection> {
    let word = |at: usize| Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let mut at = 0usize;
    while let Some(number) = word(at) {
        let Some((kind, length, body)) = jbig2_segment(data, at, number) else { return Ok(()) };
        // Regions begin with their width and height, and so does the page information.
        if matches!(kind, 4 | 6 | 7 | 20 | 22 | 23 | 36 | 38 | 39 | 40 | 42 | 43 | 48)
            && let (Some(width), Some(height)) = (word(body), word(body.saturating_add(4)))
            // A height of all ones is unknown until the stripes end.
            && height != u32::MAX
        {
            limits.check_pixels(u64::from(width).max(1), u64::from(height).max(1))?;
        }
        let Some(length) = length else { return Ok(()) };
        at = body.saturating_add(length as usize);
    }
    Ok(())
}

/// The type, data length (`None` when unknown) and data offset of the segment at `at`.
fn jbig2_segment(data: &[u8], at: usize, number: u32) -> Option<(u8, Option<u32>, usize)> {
    let flags = *data.get(at.checked_add(4)?)?;
    let count = *data.get(at.checked_add(5)?)? >> 5;
    let (referred, retention) = if count < 7 {
        (u32::from(count), 1)
    } else {
        let raw = data.get(at + 5..at + 9)?;
        let count = u32::from_be_bytes([raw[0] & 0x1F, raw[1], raw[2], raw[3]]);
        (count, 4 + (count as usize + 1).div_ceil(8))
    };
    let size = match number {
        0..=256 => 1,
        257..=65536 => 2,
        _ => 4,
    };
    let page = if flags & 0x40 != 0 { 4 } else { 1 };
    let length_at = (at + 5).checked_add(retention)?.checked_add((referred as usize).checked_mul(size)?)? + page;
    let raw = data.get(length_at..length_at.checked_add(4)?)?;
    let length = u32::from_be_bytes([raw[0], raw[1], raw[2], raw[3]]);
    Some((flags & 0x3F, (length != u32::MAX).then_some(length), length_at + 4))
}

/// The size in a JPEG 2000 codestream's SIZ marker (ITU-T T.800 A.5.1).
fn check_jpx(data: &[u8], limits: &Limits) -> Result<(), Rejection> {
    let Some(start) = data.windows(4).position(|window| window == [0xFF, 0x4F, 0xFF, 0x51]) else { return Ok(()) };
    let word = |at: usize| {
        let raw = data.get(start + at..start + at + 4)?;
        Some(u64::from(u32::from_be_bytes([raw[0], raw[1], raw[2], raw[3]])))
    };
    if let (Some(right), Some(bottom), Some(left), Some(top)) = (word(8), word(12), word(16), word(20)) {
        limits.check_pixels(right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1))?;
    }
    Ok(())
}

/// Measures the object and cross-reference streams, which the parser unpacks when the file is opened.
/// Those of an encrypted file cannot be measured from outside.
pub(super) fn check_object_streams(bytes: &[u8], limits: &Limits) -> Result<(), Rejection> {
    const KEYWORD: &[u8] = b"stream";
    let mut total = 0u64;
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b's') {
        let start = at + found;
        at = start + 1;
        if !bytes[start..].starts_with(KEYWORD) || bytes[..start].ends_with(b"end") {
            continue;
        }
        at = start + KEYWORD.len();
        let head = &bytes[start.saturating_sub(1024)..start];
        let dict = head.windows(4).rposition(|window| window == b" obj").map_or(head, |from| &head[from..]);
        let names = |name: &[u8]| dict.windows(name.len()).any(|window| window == name);
        if !(names(b"ObjStm") || names(b"XRef")) || !names(b"Flate") {
            continue;
        }
        let body = &bytes[at..];
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        let unpacked = std::io::copy(
            &mut flate2::read::ZlibDecoder::new(body).take(limits.stream_bytes.saturating_add(1)),
            &mut std::io::sink(),
        );
        total = total.saturating_add(unpacked.unwrap_or(0));
        limits.check_stream(total)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).expect("memory does not fail");
        encoder.finish().expect("memory does not fail")
    }

    #[test]
    fn an_object_stream_that_grows_past_the_limit_is_not_opened() {
        let limits = Limits { stream_bytes: 10_000, ..Limits::default() };
        let file = |size: usize| {
            let head = b"1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n";
            [&head[..], &deflated(&vec![b' '; size]), b"\nendstream\nendobj"].concat()
        };
        assert_eq!(check_object_streams(&file(9_000), &limits), Ok(()));
        assert!(matches!(check_object_streams(&file(11_000), &limits), Err(Rejection::TooLarge(_))));
    }

    #[test]
    fn what_is_wrapped_in_text_is_unwrapped_to_be_measured() {
        assert_eq!(from_hex(b"48 65\n6C6c 6F7>ff"), b"Hellop");
        assert_eq!(from_base_85(b"87cUR\nD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(from_base_85(b"z87cURDZ~>"), b"\0\0\0\0Hello");
    }

    #[test]
    fn runs_are_counted_as_they_unpack() {
        let limits = Limits { stream_bytes: 300, ..Limits::default() };
        assert_eq!(unpack_runs(&[2, 1, 2, 3, 254, 9, 128, 5], true, &limits), Ok(vec![1, 2, 3, 9, 9, 9]));
        assert_eq!(unpack_runs(&[129, 7, 129, 7, 0], true, &limits).map(|bytes| bytes.len()), Ok(256));
        assert!(matches!(unpack_runs(&[129, 7].repeat(3), false, &limits), Err(Rejection::TooLarge(_))));
    }

    #[test]
    fn a_jbig2_page_declares_its_size_before_it_is_decoded() {
        let mut page = vec![0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19];
        page.extend(100_000u32.to_be_bytes());
        page.extend(100_000u32.to_be_bytes());
        page.extend([0; 11]);
        assert!(matches!(check_jbig2(&page, &Limits::default()), Err(Rejection::TooLarge(_))));
        page[11..19].copy_from_slice(&[0, 0, 6, 192, 0, 0, 8, 152]);
        assert_eq!(check_jbig2(&page, &Limits::default()), Ok(()));
    }
}
