use super::*;
use crate::{Container, Damage};

fn open(bytes: &[u8]) -> Option<Rejection> {
    Document::from_bytes(bytes.to_vec(), &Limits::default()).err()
}

#[test]
fn what_is_no_fax_file_says_so() {
    assert_eq!(open(b""), Some(Rejection::Empty));
    assert_eq!(open(b"PK\x03\x04 a spreadsheet"), Some(Rejection::Unsupported));
    assert!(matches!(open(b"%PDF-1.7 and nothing more"), Some(Rejection::Corrupt(_))));
    assert!(matches!(open(b"II*\0\xFF\xFF\xFF\x7F"), Some(Rejection::Corrupt(_))));
    assert!(matches!(open(b"\x89PNG\r\n\x1a\n\0\0"), Some(Rejection::Corrupt(_))));
    assert!(matches!(open(b"\xFF\xD8\xFF\xE0"), Some(Rejection::Corrupt(_))));
}

#[test]
fn a_file_over_the_size_limit_is_not_read() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), fixture("plain.tif")).expect("room for it");
    let limits = Limits { file_bytes: 600, ..Limits::default() };
    assert!(matches!(Document::open(file.path(), &limits).err(), Some(Rejection::TooLarge(_))));
    let mut document = Document::open(file.path(), &Limits::default()).expect("the file opens");
    assert_eq!((document.container(), document.pages()), (Container::Tiff, 1));
    assert!(document.page(0).is_err() && document.page(2).is_err() && document.page(1).is_ok());
}

fn encoded(gray: &image::GrayImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    gray.write_to(&mut bytes, format).expect("memory does not fail");
    bytes.into_inner()
}

fn page_with_a_corner() -> image::GrayImage {
    image::GrayImage::from_fn(60, 40, |x, y| image::Luma([if x < 20 && y < 10 { 0 } else { 255 }]))
}

/// An EXIF block of one directory: Orientation, and 204 by 98 pixels an inch.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x04".to_vec();
    block.extend([1, 18, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    block.extend([1, 26, 0, 5, 0, 0, 0, 1, 0, 0, 0, 62]);
    block.extend([1, 27, 0, 5, 0, 0, 0, 1, 0, 0, 0, 70]);
    block.extend([1, 40, 0, 3, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0]);
    block.extend([0, 0, 0, 204, 0, 0, 0, 1, 0, 0, 0, 98, 0, 0, 0, 1]);
    block
}

#[test]
fn a_photographed_page_is_turned_as_its_exif_says() {
    let jpeg = encoded(&page_with_a_corner(), image::ImageFormat::Jpeg);
    let block = exif(6);
    let mut turned = vec![0xFF, 0xD8, 0xFF, 0xE1, 0, block.len() as u8 + 8];
    turned.extend(b"Exif\0\0");
    turned.extend(&block);
    turned.extend(&jpeg[2..]);
    let page = first(turned);
    assert_eq!(page.size(), (40, 60));
    let Pixels::Gray(gray) = &page.pixels else { panic!("a photograph is grey") };
    assert!(gray.get_pixel(38, 2).0[0] < 64 && gray.get_pixel(2, 2).0[0] > 192);
}

#[test]
fn a_png_says_its_resolution_and_a_jpeg_cut_off_counts_what_is_missing() {
    let png = encoded(&page_with_a_corner(), image::ImageFormat::Png);
    let mut with_resolution = png[..33].to_vec();
    with_resolution.extend([0, 0, 0, 9]);
    let chunk = [&b"pHYs"[..], &8031u32.to_be_bytes(), &3858u32.to_be_bytes(), &[1]].concat();
    let mut checksum = flate2::Crc::new();
    checksum.update(&chunk);
    with_resolution.extend(&chunk);
    with_resolution.extend(checksum.sum().to_be_bytes());
    with_resolution.extend(&png[33..]);
    let page = first(with_resolution);
    assert_eq!((page.resolution.x.round(), page.resolution.y.round(), page.resolution.assumed), (204.0, 98.0, false));
    assert!(first(png).resolution.assumed);

    let busy = image::GrayImage::from_fn(64, 256, |x, y| image::Luma([((x * 37 + y * 101) % 199) as u8]));
    let whole = encoded(&busy, image::ImageFormat::Jpeg);
    assert_eq!(first(whole.clone()).damage, Damage::default());
    let cut = first(whole[..whole.len() / 2].to_vec()).damage;
    assert!((64..200).contains(&cut.missing_rows), "{cut:?}");
}

/// Every page of whatever opens, within limits that a test can afford.
fn read_all(bytes: Vec<u8>) {
    let limits = Limits { pixels: 4_000_000, stream_bytes: 4_000_000, pages: 10, ..Limits::default() };
    if let Ok(mut document) = Document::from_bytes(bytes, &limits) {
        for number in 1..=document.pages() {
            let _ = document.page(number);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]

    #[test]
    fn damaged_files_end_as_pages_or_rejections(
        name in proptest::sample::select(vec![
            "rle.tif", "g3-1d.tif", "g3-2d.tif", "g4-lsb-strips.tif", "lzw-tiles.tif", "deflate.tif", "empty-password.pdf",
        ]),
        damage in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..20),
        keep in proptest::prelude::any::<proptest::sample::Index>(),
        cut: bool,
    ) {
        let mut bytes = fixture(name);
        for (place, value) in damage {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        if cut {
            bytes.truncate(keep.index(bytes.len()) + 1);
        }
        read_all(bytes);
    }
}
