use super::*;
use crate::geometry::Rect;
use crate::{Damage, FormFieldValue, FormValue};

/// A PDF of the given objects, the first of which is the catalog; streams come with their dictionaries.
pub(super) fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", index + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    bytes.extend(trailer.bytes());
    bytes
}

pub(super) fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<< {dict} /Length {} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A document of one page: catalog entries, page entries, content, and objects from number 5 on.
pub(super) fn document(catalog: &str, page: &str, content: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /Contents 4 0 R {page} >>").into_bytes(),
        stream("", content.as_bytes()),
    ];
    objects.extend_from_slice(more);
    pdf(&objects)
}

/// The Group 4 strip of the fixture: a picture of 90×40 pixels in which a "black" run is paper (photometric 1).
fn strip() -> Vec<u8> {
    let bytes = fixture("g4.tif");
    let end = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    bytes[8..end].to_vec()
}

const FAX: &str =
    "/Subtype /Image /Width 90 /Height 40 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode";

fn fax_page(page: &str, image: &str, parameters: &str, content: &str) -> Vec<u8> {
    let dict = format!("/Type /XObject {image} /DecodeParms << /K -1 /Columns 90 /Rows 40 {parameters} >>");
    let resources = "/Resources << /XObject << /Im 5 0 R >> /Font << /F 6 0 R >> >>";
    let font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec();
    document("", &format!("{resources} {page}"), content, &[stream(&dict, &strip()), font])
}

/// 90×40 pixels on 31.76×29.39 points are 204×98 pixels an inch.
const BOX: &str = "/MediaBox [0 0 31.7647 29.3878]";
const DRAW: &str = "q 31.7647 0 0 29.3878 0 0 cm /Im Do Q";

#[test]
fn a_fax_page_is_taken_at_its_own_pixels() {
    let plain = first(fixture("plain.tif"));
    let page = first(fax_page(BOX, FAX, "/BlackIs1 true", DRAW));
    assert!(ink(&page) == ink(&plain));
    assert_eq!((page.encoding.as_str(), page.damage), ("g4", Damage::default()));
    assert_eq!((page.resolution.x, page.resolution.y, page.resolution.assumed), (204.0, 98.0, false));
    let decoded = first(fax_page(BOX, &format!("{FAX} /Decode [1 0]"), "", DRAW));
    assert!(ink(&decoded) == ink(&plain), "Decode [1 0] says the same as BlackIs1");
    let stencil = FAX.replace("/ColorSpace /DeviceGray", "/ImageMask true /Decode [1 0]");
    assert!(ink(&first(fax_page(BOX, &stencil, "", DRAW))) == ink(&plain), "a stencil in black is the same");
}

#[test]
fn a_turned_page_and_a_flipped_picture_come_out_upright() {
    let plain = first(fixture("plain.tif"));
    let turned = first(fax_page(&format!("{BOX} /Rotate 90"), FAX, "/BlackIs1 true", DRAW));
    assert_eq!(turned.size(), (40, 90));
    assert_eq!((turned.resolution.x, turned.resolution.y), (98.0, 204.0));
    assert_eq!(ink(&turned).get(39, 0), ink(&plain).get(0, 0));
    assert_eq!(ink(&turned).get(39 - 20, 10), ink(&plain).get(10, 20));
    let flipped = first(fax_page(BOX, FAX, "/BlackIs1 true", "q 31.7647 0 0 -29.3878 0 29.3878 cm /Im Do Q"));
    assert_eq!(flipped.size(), (90, 40));
    assert!((0..40).all(|y| ink(&flipped).row(39 - y) == ink(&plain).row(y)));
}

#[test]
fn the_invisible_text_of_somebody_elses_ocr_lies_on_the_picture() {
    let text = format!("{DRAW} BT 3 Tr /F 5 Tf 8 20 Td (Member) Tj ET");
    let page = first(fax_page(BOX, FAX, "/BlackIs1 true", &text));
    assert_eq!(page.encoding, "g4");
    let [word] = &page.text[..] else { panic!("one word, not {}", page.text.len()) };
    assert_eq!((word.text.as_str(), word.invisible), ("Member", true));
    // 8 points from the left are 22.7 pixels, 20 points up are 12.8 rows down.
    assert!((22..=23).contains(&word.rect.left) && (12..=15).contains(&word.rect.bottom), "{:?}", word.rect);
}

#[test]
fn a_stamp_on_a_fax_page_is_rendered_with_it() {
    let page = first(fax_page(BOX, FAX, "/BlackIs1 true", &format!("{DRAW} BT /F 5 Tf 8 20 Td (Received) Tj ET")));
    assert_eq!((page.encoding.as_str(), page.text.len()), ("rendered", 1));
    assert!(!page.text[0].invisible);
}

#[test]
fn a_picture_over_the_pixel_limit_is_refused() {
    let huge = FAX.replace("/Width 90 /Height 40", "/Width 40000 /Height 40000");
    assert!(matches!(page(fax_page(BOX, &huge, "", DRAW), 1), Err(Rejection::TooLarge(_))));
    let wide = fax_page(BOX, FAX, "", DRAW);
    let wide = String::from_utf8_lossy(&wide).contains("/Columns 90").then_some(wide).expect("the parameter is there");
    let at = wide.windows(11).position(|w| w == b"/Columns 90").expect("the parameter is there");
    let wide = [&wide[..at], b"/Columns 4294967290", &wide[at + 11..]].concat();
    assert!(matches!(page(wide, 1), Err(Rejection::TooLarge(_))));
}

#[test]
fn a_picture_that_cannot_be_decoded_is_not_a_blank_page() {
    let broken =
        document("", &format!("{BOX} /Resources << /XObject << /Im 5 0 R >> >>"), DRAW, &[stream(FAX, &[0; 40])]);
    assert!(matches!(page(broken, 1), Err(Rejection::Corrupt(_))));
    let missing = document("", &format!("{BOX} /Resources << /XObject << /Im 9 0 R >> >>"), DRAW, &[]);
    assert!(matches!(page(missing, 1), Err(Rejection::Corrupt(_))));
    let blank = document("", BOX, "", &[]);
    assert!(page(blank, 1).is_ok(), "an empty page is blank");
    let content = |data: &[u8]| {
        let objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
            format!("<< /Type /Page /Parent 2 0 R /Contents 4 0 R {BOX} >>").into_bytes(),
            stream("/Filter /FlateDecode", data),
        ];
        page(pdf(&objects), 1)
    };
    assert!(content(b"\x78\x9C\x03\0\0\0\0\x01").is_ok(), "nothing, deflated, is blank");
    assert!(matches!(content(&[0xFF; 200]), Err(Rejection::Corrupt(_))), "content that cannot be unpacked is not");
}

const TEXT: &str = "BT /F 12 Tf 72 700 Td (Date of Birth:) Tj 0 -20 Td [(1/2)-1200(3)] TJ ET";
const FONT: &str = "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>";

#[test]
fn words_lie_where_their_ink_is() {
    for (boxes, rotated) in [
        ("/MediaBox [0 0 612 792]", false),
        ("/MediaBox [0 0 612 792] /Rotate 90", true),
        ("/MediaBox [-100 -100 712 892] /CropBox [0 0 612 792]", false),
    ] {
        let page = first(document("", &format!("{boxes} {FONT}"), TEXT, &[]));
        let size = (page.size(), page.resolution.x, page.encoding.as_str());
        assert_eq!(size, (if rotated { (2244, 1734) } else { (1734, 2244) }, 204.0, "rendered"));
        let words: Vec<&str> = page.text.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, ["Date", "of", "Birth:", "1/2", "3"]);
        let Pixels::Gray(gray) = &page.pixels else { panic!("rendered pages are grey") };
        let dark = |rect: &Rect| {
            let inside = |x: u32, y: u32| rect.contains(x as i32, y as i32);
            gray.enumerate_pixels().filter(|(x, y, pixel)| inside(*x, *y) && pixel.0[0] < 128).count()
        };
        let all = gray.pixels().filter(|pixel| pixel.0[0] < 128).count();
        let in_words: usize = page.text.iter().map(|word| dark(&word.rect)).sum();
        assert!(page.text.iter().all(|word| dark(&word.rect) > 20), "{boxes}");
        assert!(in_words * 100 >= all * 97, "{in_words} of {all} dark pixels lie in words");
    }
}

#[test]
fn a_user_unit_scales_the_page_and_a_poster_is_shrunk() {
    let double = first(document("", &format!("/MediaBox [0 0 306 396] /UserUnit 2 {FONT}"), "", &[]));
    assert_eq!(double.size(), (1734, 2244));
    let poster = first(document("", "/MediaBox [0 0 14400 14400]", "", &[]));
    assert!(u64::from(poster.size().0) * u64::from(poster.size().1) <= 40_010_000);
    assert!(poster.resolution.x < 32.0);
    let without_a_size = first(document("", "", "", &[]));
    assert!(without_a_size.size().0 > 1600);
}

fn value<'a>(page: &'a SourcePage, name: &str) -> &'a FormValue {
    page.form_values.iter().find(|field| field.name == name).expect("the field is there")
}

#[test]
fn form_values_are_read_where_nothing_shows_them() {
    let widget = |rest: &str| format!("<< /Type /Annot /Subtype /Widget /Rect [72 700 272 720] {rest} >>").into_bytes();
    let objects = [
        widget("/FT /Tx /T (name) /TU (Member name) /V <FEFF004E007500F10065007A>"),
        b"<< /FT /Btn /Ff 32768 /T (reason) /V /two /Kids [7 0 R 8 0 R] >>".to_vec(),
        widget("/Parent 6 0 R /AS /Off /AP << /N << /one 4 0 R /Off 4 0 R >> >>"),
        widget("/Parent 6 0 R /AP << /N << /two 4 0 R /Off 4 0 R >> >>"),
        widget("/FT /Btn /T (agreed) /V /Yes"),
        widget("/FT /Btn /T (refused) /V /Off"),
        b"<< /T (office) /FT /Tx /Kids [12 0 R] >>".to_vec(),
        widget("/Parent 11 0 R /T (phone) /V (line one\\rline two)"),
        widget("/FT /Ch /T (plan) /Opt [[(a) (Alliance)] [(b) (Beta)]] /V (a)"),
        widget("/FT /Sig /T (signed) /V << /Type /Sig /Contents <00> >>"),
        widget("/FT /Sig /T (unsigned)"),
        widget("/FT /Btn /Ff 65536 /T (print)"),
        widget("/FT /Tx /T (hidden) /F 2 /V (nobody sees this)"),
        widget("/FT /Tx /T (empty)"),
    ];
    let annotations = "/Annots [5 0 R 7 0 R 8 0 R 9 0 R 10 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R 17 0 R 18 0 R]";
    let form = "/AcroForm << /NeedAppearances true /Fields [5 0 R 6 0 R 9 0 R 10 0 R 11 0 R] >>";
    let page = first(document(form, &format!("/MediaBox [0 0 612 792] {annotations}"), "", &objects));

    let name = value(&page, "name");
    assert_eq!(name.value, FormFieldValue::Text("Nuñez".into()));
    assert_eq!(name.label.as_deref(), Some("Member name"));
    assert_eq!(name.rect, Rect::new(204, 204, 771, 261));
    let reasons: Vec<_> = page.form_values.iter().filter(|field| field.name == "reason").map(|f| &f.value).collect();
    assert_eq!(reasons, [&FormFieldValue::Check(false), &FormFieldValue::Check(true)]);
    assert_eq!(value(&page, "agreed").value, FormFieldValue::Check(true));
    assert_eq!(value(&page, "refused").value, FormFieldValue::Check(false));
    assert_eq!(value(&page, "office.phone").value, FormFieldValue::Text("line one\nline two".into()));
    assert_eq!(value(&page, "plan").value, FormFieldValue::Text("Alliance".into()));
    assert_eq!(value(&page, "signed").value, FormFieldValue::Signature(true));
    assert_eq!(value(&page, "unsigned").value, FormFieldValue::Signature(false));
    assert_eq!(value(&page, "empty").value, FormFieldValue::Text(String::new()));
    assert!(page.form_values.iter().all(|field| field.name != "print" && field.name != "hidden"));
}

#[test]
fn a_password_is_asked_for_only_when_there_is_one() {
    let open = |name: &str| Document::from_bytes(fixture(name), &Limits::default());
    assert_eq!(open("password.pdf").err(), Some(Rejection::Encrypted));
    assert_eq!(first(fixture("empty-password.pdf")).size(), (567, 283));
}

#[test]
fn a_page_named_twice_is_two_pages_and_a_font_is_none() {
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R 4 0 R 3 0 R 2 0 R] /Count 4 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>".to_vec(),
        b"<< /BaseFont /Helvetica >>".to_vec(),
    ];
    assert_eq!(Document::from_bytes(pdf(&objects), &Limits::default()).expect("opens").pages(), 2);
    let none = [b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), b"<< /Type /Pages /Kids [] /Count 0 >>".to_vec()];
    assert!(matches!(Document::from_bytes(pdf(&none), &Limits::default()).err(), Some(Rejection::Corrupt(_))));
}
