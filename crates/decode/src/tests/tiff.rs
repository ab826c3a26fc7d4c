use super::*;
use crate::Damage;

/// Where the value of `tag` is stored in a little-endian file of one directory.
fn value_at(bytes: &[u8], tag: u16) -> usize {
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let start = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    let entry = (0..usize::from(word(start))).map(|index| start + 2 + index * 12);
    entry.into_iter().find(|at| word(*at) == tag).expect("the tag is there") + 8
}

fn with(name: &str, tag: u16, value: u32) -> Vec<u8> {
    let mut bytes = fixture(name);
    let at = value_at(&bytes, tag);
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    bytes
}

/// The tags of a page and its strip.
pub(super) type Page<'a> = (&'a [(u16, u32)], &'a [u8]);

/// A little-endian TIFF of pages with the given tags (all LONG) and one strip each.
pub(super) fn tiff(pages: &[Page<'_>]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (tags, strip) in pages {
        let strip_at = bytes.len() as u32;
        bytes.extend_from_slice(strip);
        let start = bytes.len() as u32;
        bytes[link..link + 4].copy_from_slice(&start.to_le_bytes());
        let mut all = tags.to_vec();
        all.extend([(273, strip_at), (279, strip.len() as u32)]);
        bytes.extend((all.len() as u16).to_le_bytes());
        for (tag, value) in all {
            bytes.extend(tag.to_le_bytes());
            bytes.extend([4, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
        }
        link = bytes.len();
        bytes.extend([0; 4]);
    }
    bytes
}

#[test]
fn every_packing_gives_the_same_page() {
    let plain = first(fixture("plain.tif"));
    assert_eq!(plain.size(), (90, 40));
    assert!(ink(&plain).count(&ink(&plain).bounds()) > 300);
    for (name, encoding) in [
        ("rle.tif", "rle"),
        ("g3-1d.tif", "g3-1d"),
        ("g3-1d-fill-lsb.tif", "g3-1d"),
        ("g3-2d.tif", "g3-2d"),
        ("g4.tif", "g4"),
        ("g4-lsb-strips.tif", "g4"),
        ("lzw.tif", "lzw"),
        ("lzw-tiles.tif", "lzw"),
        ("deflate.tif", "deflate"),
        ("packbits.tif", "packbits"),
    ] {
        let page = first(fixture(name));
        assert!(ink(&page) == ink(&plain), "{name} differs");
        assert_eq!((page.encoding.as_str(), page.damage), (encoding, Damage::default()), "{name}");
        assert_eq!((page.resolution.x, page.resolution.y, page.resolution.assumed), (204.0, 98.0, false));
    }
}

#[test]
fn a_byte_count_that_lies_is_not_believed() {
    let plain = first(fixture("plain.tif"));
    for name in ["g4.tif", "g3-1d.tif", "plain.tif", "lzw.tif"] {
        for lie in [0, u32::MAX] {
            assert!(ink(&first(with(name, 279, lie))) == ink(&plain), "{name} with a count of {lie}");
        }
    }
    assert!(ink(&first(with("g4.tif", 279, 20))) == ink(&plain), "a count that is too small");
}

#[test]
fn options_that_name_the_wrong_code_are_tried_otherwise() {
    let plain = first(fixture("plain.tif"));
    let page = first(with("g3-2d.tif", 292, 0));
    assert!(ink(&page) == ink(&plain));
}

#[test]
fn missing_rows_are_white_and_counted() {
    let page = first(with("g4.tif", 257, 56));
    assert_eq!(page.size(), (90, 56));
    assert_eq!(page.damage, Damage { missing_rows: 16, ..Damage::default() });
    assert_eq!(ink(&page).count(&crate::geometry::Rect::new(0, 40, 90, 56)), 0);
    assert!(ink(&page).count(&ink(&page).bounds()) > 300);
}

#[test]
fn a_broken_row_of_group_3_costs_only_itself() {
    let plain = first(fixture("plain.tif"));
    let mut bytes = fixture("g3-1d.tif");
    let strip = u32::from_le_bytes(bytes[value_at(&bytes, 273)..][..4].try_into().expect("four bytes")) as usize;
    // In the middle of the strip, away from end-of-line codes: runs of the ellipse's rows.
    bytes[strip + 200] ^= 0x5A;
    let page = first(bytes);
    assert_eq!(page.size(), (90, 40));
    assert!((1..=2).contains(&page.damage.bad_rows), "{:?}", page.damage);
    let same = (0..40).filter(|y| ink(&page).row(*y) == ink(&plain).row(*y)).count();
    assert!(same >= 36, "{same} rows are as they were");
}

#[test]
fn noise_is_an_error_and_not_a_blank_page() {
    let mut bytes = fixture("g4.tif");
    let (strip, directory) = (8, u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize);
    bytes[strip..directory].fill(0);
    assert!(matches!(page(bytes, 1), Err(Rejection::Corrupt(_))));
}

#[test]
fn a_huge_page_is_refused_before_it_is_decoded() {
    let tags = [(256, 100_000), (257, 100_000), (259, 4)];
    assert!(matches!(page(tiff(&[(&tags, b"\0")]), 1), Err(Rejection::TooLarge(_))));
}

#[test]
fn a_loop_of_directories_ends() {
    let tags: &[(u16, u32)] = &[(256, 8), (257, 1), (258, 1), (262, 0)];
    let mut bytes = tiff(&[(tags, &[0b1010_0000]), (tags, &[0b0100_0000])]);
    let first_directory: [u8; 4] = bytes[4..8].try_into().expect("four bytes");
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&first_directory);
    let mut document = Document::from_bytes(bytes, &Limits::default()).expect("the file opens");
    assert_eq!(document.pages(), 2);
    let second = document.page(2).expect("the page is read");
    assert!(ink(&second).get(1, 0) && !ink(&second).get(0, 0));
}

#[test]
fn a_page_that_was_cut_off_is_not_forgotten() {
    let tags: &[(u16, u32)] = &[(256, 8), (257, 1), (258, 1), (262, 0)];
    let whole = tiff(&[(tags, &[1]), (tags, &[1])]);
    let mut document = Document::from_bytes(whole[..whole.len() - 78].to_vec(), &Limits::default()).expect("opens");
    assert_eq!(document.pages(), 2);
    assert!(document.page(1).is_ok());
    assert!(matches!(document.page(2), Err(Rejection::Corrupt(_))));
}

#[test]
fn thumbnails_are_not_pages_and_too_many_pages_are_refused() {
    let tags: &[(u16, u32)] = &[(256, 8), (257, 1), (258, 1)];
    let small: &[(u16, u32)] = &[(254, 1), (256, 8), (257, 1), (258, 1)];
    let bytes = tiff(&[(tags, &[0]), (small, &[0]), (tags, &[0])]);
    assert_eq!(Document::from_bytes(bytes.clone(), &Limits::default()).expect("opens").pages(), 2);
    let limits = Limits { pages: 1, ..Limits::default() };
    assert!(matches!(Document::from_bytes(bytes, &limits).err(), Some(Rejection::TooLarge(_))));
}

#[test]
fn what_the_fax_server_counted_is_kept() {
    let tags: &[(u16, u32)] = &[(256, 8), (257, 9), (258, 1), (262, 0), (326, 5), (328, 3)];
    let page = first(tiff(&[(tags, &[0xFF; 9])]));
    assert_eq!(page.damage, Damage { bad_rows: 5, longest_bad_run: 3, missing_rows: 0 });
    assert!(page.resolution.assumed);
}

#[test]
fn orientation_turns_the_page_and_its_resolution() {
    let tags: &[(u16, u32)] = &[(256, 8), (257, 2), (258, 1), (262, 0), (274, 6), (282, 204), (283, 98)];
    let page = first(tiff(&[(tags, &[0b1000_0000, 0])]));
    assert_eq!(page.size(), (2, 8));
    assert!(ink(&page).get(1, 0));
    assert_eq!((page.resolution.x, page.resolution.y), (98.0, 204.0));
}

#[test]
fn gray_depths_are_scaled_to_eight_bits() {
    let of = |bits: u32, photometric: u32, row: &[u8]| {
        let tags = [(256, 2), (257, 1), (258, bits), (262, photometric)];
        match first(tiff(&[(&tags, row)])).pixels {
            Pixels::Gray(gray) => gray.as_raw().clone(),
            Pixels::Bilevel(_) => panic!("more than two tones"),
        }
    };
    assert_eq!(of(4, 1, &[0xF3]), [255, 51]);
    assert_eq!(of(8, 0, &[0, 200]), [255, 55]);
    assert_eq!(of(16, 1, &[0xFF, 0x7F, 0, 0]), [127, 0]);
}

#[test]
fn rows_that_start_at_words_are_found() {
    // Two white and six black pixels (0111 0010), then a byte of padding.
    let tags = [(256, 8), (257, 2), (258, 1), (259, 32771), (262, 0)];
    let page = first(tiff(&[(&tags, &[0x72, 0, 0x72, 0])]));
    assert_eq!(ink(&page).count(&ink(&page).bounds()), 12);
    assert!(!ink(&page).get(1, 1) && ink(&page).get(2, 1));
}
