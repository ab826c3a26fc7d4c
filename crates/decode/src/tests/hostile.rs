//! Files made to do harm, or damaged as if they were: each ends in time as a page or as a rejection with the right code, and none as a blank
//! page that is not one.

use std::io::Write;
use std::time::{Duration, Instant};

use super::pdf::{document, pdf, stream};
use super::tiff::tiff;
use super::*;

/// A megabyte is enough to be a bomb.
const LIMITS: Limits =
    Limits { file_bytes: 8 << 20, pages: 50, pixels: 4_000_000, stream_bytes: 1_000_000, objects: 20_000 };

/// How the file ends: the rejection of the whole, or of its first page, or none.
fn ends(bytes: Vec<u8>) -> Option<Rejection> {
    let started = Instant::now();
    let end = Document::from_bytes(bytes, &LIMITS).and_then(|mut document| document.page(1)).err();
    assert!(started.elapsed() < Duration::from_secs(20), "it holds the night up");
    end
}

#[track_caller]
fn expect(code: &str, bytes: Vec<u8>) {
    let end = ends(bytes);
    assert_eq!(end.as_ref().map_or("page", Rejection::code), code, "{end:?}");
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

/// Deflates to 3 KB.
fn bomb() -> Vec<u8> {
    deflated(&vec![b' '; 3_000_000])
}

const SHEET: &str = "/MediaBox [0 0 612 792]";

/// A page whose content is the given stream object.
fn content(stream: Vec<u8>) -> Vec<u8> {
    let page = format!("<< /Type /Page /Parent 2 0 R {SHEET} /Contents 4 0 R >>").into_bytes();
    pdf(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        page,
        stream,
    ])
}

/// A page that is one picture.
fn picture(dict: &str, data: &[u8]) -> Vec<u8> {
    let image = stream(&format!("/Type /XObject /Subtype /Image {dict}"), data);
    document("", &format!("{SHEET} /Resources << /XObject << /I 5 0 R >> >>"), "q 612 0 0 792 0 0 cm /I Do Q", &[image])
}

const FAX_SIZE: &str = "/Width 1728 /Height 2200 /BitsPerComponent 1 /ColorSpace /DeviceGray";

/// Bytes without a pattern, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn bombs_are_measured_before_they_go_off() {
    let hex: String = bomb().iter().map(|byte| format!("{byte:02x}")).collect();
    let in_hex = stream("/Filter [/ASCIIHexDecode /FlateDecode]", hex.as_bytes());
    for bomb in [
        content(stream("/Filter /FlateDecode", &bomb())),
        content(stream("/Filter [/FlateDecode /FlateDecode]", &deflated(&bomb()))),
        content(in_hex),
        content(stream("/Filter [/RunLengthDecode /RunLengthDecode]", &[0x81; 2000])),
        picture("/Width 1000 /Height 1000 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode", &bomb()),
        pdf(&[b"<< /Type /Catalog >>".to_vec(), stream("/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode", &bomb())]),
    ] {
        expect("file-too-large", bomb);
    }
}

#[test]
fn a_picture_unpacks_to_its_own_size_and_content_to_less_than_a_picture() {
    let zeros = deflated(&vec![0; 70 << 20]);
    for liar in
        [picture(&format!("{FAX_SIZE} /Filter /FlateDecode"), &zeros), content(stream("/Filter /FlateDecode", &zeros))]
    {
        let end = Document::from_bytes(liar, &Limits::default()).and_then(|mut document| document.page(1)).err();
        assert!(matches!(end, Some(Rejection::TooLarge(_))), "{end:?}");
    }
}

#[test]
fn sizes_that_no_page_has_are_refused_from_the_header() {
    let jbig2 = [&[0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19][..], &[0x7F; 8], &[0; 11]].concat();
    let jpx = [&[0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0][..], &[0x7F; 8], &[0; 8], &[0x7F; 8], &[0; 12]].concat();
    for giant in [
        picture("/Width 2000000000 /Height 2000000000 /BitsPerComponent 8 /ColorSpace /DeviceRGB", b"x"),
        picture(&format!("{FAX_SIZE} /Filter /JBIG2Decode"), &jbig2),
        picture("/Width 9 /Height 9 /Filter /JPXDecode", &jpx),
        tiff(&[(&[(256, u32::MAX), (257, u32::MAX), (259, 4)], &[0; 10])]),
        tiff(&[(&[(256, 10), (257, 300_000), (259, 4), (278, 1)], &[0; 10])]),
    ] {
        expect("file-too-large", giant);
    }
}

fn png(width: u32, height: u32, depth: u8, colour: u8, more: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    let end = (b"IEND", Vec::new());
    for (name, data) in [(b"IHDR", header)].iter().chain(more).chain([&end]) {
        bytes.extend((data.len() as u32).to_be_bytes());
        let mut checksum = flate2::Crc::new();
        checksum.update(*name);
        checksum.update(data);
        bytes.extend(*name);
        bytes.extend(data);
        bytes.extend(checksum.sum().to_be_bytes());
    }
    bytes
}

#[test]
fn pictures_take_no_more_memory_than_a_page_needs() {
    expect("file-too-large", png(100_000, 100_000, 8, 0, &[(b"IDAT", bomb())]));
    // Four colours of 16 bits: eight bytes a pixel.
    expect("file-too-large", png(1000, 1000, 16, 6, &[(b"IDAT", bomb())]));
    let profile = [b"name\0\0".to_vec(), bomb()].concat();
    let rows = deflated(&vec![0; 101 * 100]);
    let end = ends(png(100, 100, 8, 0, &[(b"iCCP", profile), (b"IDAT", rows)]));
    assert!(end.is_none() || matches!(end, Some(Rejection::TooLarge(_))), "{end:?}");
    let loops = [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xFF\xFF\xFF\xFF\x08\0\0\0\x08\0\0\0".to_vec()].concat();
    let rows = deflated(&vec![0; 101 * 100]);
    expect("page", png(100, 100, 8, 0, &[(b"eXIf", loops), (b"IDAT", rows)]));
}

#[test]
fn loops_end() {
    let catalog = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
    let page = format!("<< /Type /Page /Parent 2 0 R {SHEET} >>").into_bytes();
    expect("file-corrupt", pdf(&[catalog.clone(), b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_vec()]));
    let twice = |next: usize| format!("<< /Type /Pages /Kids [{next} 0 R {next} 0 R] /Count 9 >>").into_bytes();
    let mut doubling: Vec<Vec<u8>> = (3..40).map(twice).collect();
    doubling.insert(0, catalog.clone());
    doubling.push(page.clone());
    expect("file-too-large", pdf(&doubling));
    let many = "3 0 R ".repeat(5000);
    let kids = format!("<< /Type /Pages /Kids [{many}] /Count 5000 >>").into_bytes();
    expect("file-too-large", pdf(&[catalog, kids, page]));

    let form = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /F 5 0 R >> >>",
        b"0 0 100 100 re f /F Do /F Do",
    );
    expect("page", document("", &format!("{SHEET} /Resources << /XObject << /F 5 0 R >> >>"), "/F Do", &[form]));

    let tags = [(256u16, 90u32), (257, 40), (259, 4), (262, 0)];
    let mut looped = tiff(&[(&tags, &noise(50))]);
    let (at, start) = (looped.len() - 4, looped[4..8].to_vec());
    looped[at..].copy_from_slice(&start);
    assert_eq!(Document::from_bytes(looped, &LIMITS).map(|document| document.pages()), Ok(1));
}

#[test]
fn deep_nesting_overflows_no_stack() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    ends(pdf(&[
        format!("<< /Type /Catalog /Pages 2 0 R /X {} >>", deep("<< /A ", " >>")).into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page {SHEET} >>").into_bytes(),
    ]));
    ends(document("", &format!("{SHEET} /Annots {}", deep("[", "]")), "", &[]));
    ends(document("", SHEET, &deep("[", "]"), &[]));
    ends(document("", SHEET, &deep("q ", "Q "), &[]));
}

#[test]
fn a_million_objects_are_no_way_in() {
    let mut many = b"%PDF-1.7\n".to_vec();
    for number in 1..100_000 {
        many.extend(format!("{number} 0 obj\nnull\nendobj\n").bytes());
    }
    many.extend(b"trailer << /Root 1 0 R >>\n%%EOF");
    assert!(ends(many).is_some());
    let pages: Vec<super::tiff::Page<'_>> =
        (0..60).map(|_| (&[(256u16, 8u32), (257, 8)][..], &b"12345678"[..])).collect();
    expect("file-too-large", tiff(&pages));
}

#[test]
fn damaged_content_is_no_blank_page() {
    let unpackable = noise(5000);
    for damaged in [
        content(stream("/Filter /FlateDecode", &unpackable)),
        // The file was cut off before the page's content.
        String::from_utf8_lossy(&document("", SHEET, "0 0 9 9 re f", &[]))
            .replace("/Contents 4 0 R", "/Contents 77 0 R")
            .into_bytes(),
        String::from_utf8_lossy(&document("", SHEET, "0 0 9 9 re f", &[]))
            .replace("/Contents 4 0 R", "/Contents [77 0 R]")
            .into_bytes(),
        document(
            "",
            &format!("{SHEET} /Resources << /XObject << /I 88 0 R >> >>"),
            "q 612 0 0 792 0 0 cm /I Do Q",
            &[],
        ),
        picture(&format!("{FAX_SIZE} /Filter /FlateDecode"), &noise(5000)),
        picture(&format!("{FAX_SIZE} /Filter /JBIG2Decode"), &noise(5000)),
        picture(&format!("{FAX_SIZE} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 1728 >>"), b""),
        picture("/Width 1728 /Height 2200 /Filter /JPXDecode", &noise(5000)),
        picture(&format!("{FAX_SIZE} /Filter /NobodyKnows"), &noise(5000)),
        picture(
            "/Width 1728 /Height 2200 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /DCTDecode",
            &noise(5000),
        ),
        tiff(&[(&[(256, 1728), (257, 2200), (259, 4), (262, 0)], b"")]),
        tiff(&[(&[(256, 1728), (257, 2200), (259, 4), (262, 0)], &[0; 5000])]),
        tiff(&[(&[(256, 1728), (257, 2200), (259, 3), (262, 0)], &noise(5000))]),
        png(600, 800, 8, 0, &[(b"IDAT", noise(5000))]),
    ] {
        let end = ends(damaged.clone());
        assert!(
            matches!(end, Some(Rejection::Corrupt(_))),
            "{end:?} from {:?}",
            String::from_utf8_lossy(&damaged[..damaged.len().min(600)])
        );
    }
}

#[test]
fn an_empty_page_is_still_a_page() {
    expect("page", document("", SHEET, "", &[]));
    expect("page", document("", SHEET, "BT ET", &[]));
    let white = deflated(&vec![0xFF; 216 * 2200]);
    expect("page", picture(&format!("{FAX_SIZE} /Filter /FlateDecode"), &white));
}

#[test]
fn a_file_cut_off_anywhere_is_no_blank_page_and_breaks_nothing() {
    let whole = picture(&format!("{FAX_SIZE} /Filter /FlateDecode"), &deflated(&noise(216 * 2200)[..]));
    let limits = Limits::default();
    for share in 1..12 {
        let cut = whole[..whole.len() * share / 12].to_vec();
        let Ok(mut document) = Document::from_bytes(cut, &limits) else { continue };
        if let Ok(page) = document.page(1) {
            let inked = match &page.pixels {
                Pixels::Bilevel(ink) => ink.count(&ink.bounds()),
                Pixels::Gray(gray) => gray.as_raw().iter().filter(|value| **value < 128).count() as u64,
            };
            assert!(inked > 0, "white from {share} twelfths");
        }
    }
}

#[test]
fn what_is_two_things_at_once_is_the_first() {
    let polyglot = [document("", SHEET, "0 0 100 100 re f", &[]), b"PK\x03\x04".to_vec()].concat();
    expect("page", polyglot);
    expect("file-corrupt", b"<html>%PDF</html>".to_vec());
    expect("file-unsupported", [b"MZ".to_vec(), noise(3000)].concat());
    expect("file-unsupported", vec![0; 5000]);
}
