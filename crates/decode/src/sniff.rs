//! Which container a file is, told by its first bytes and never by its name.

use super::Container;

/// How far into a file readers look for `%PDF`: mail gateways put their own lines before it.
const PDF_HEADER_WINDOW: usize = 1024;

/// The container of `bytes`, or `None` when it is not one that a fax server leaves.
pub(super) fn sniff(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => return Some(Container::Tiff),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => return Some(Container::Png),
        [0xFF, 0xD8, 0xFF, ..] => return Some(Container::Jpeg),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(PDF_HEADER_WINDOW)];
    // Without its header a PDF is still known by its first object and what stands at its end.
    let tail = bytes.rchunks(1024).next().unwrap_or(&[]);
    let is_pdf = holds(head, b"%PDF") || holds(head, b" obj") && (holds(tail, b"startxref") || holds(tail, b"trailer"));
    is_pdf.then_some(Container::Pdf)
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides() {
        assert_eq!(sniff(b"II*\0\x08\0\0\0"), Some(Container::Tiff));
        assert_eq!(sniff(b"MM\0*\0\0\0\x08"), Some(Container::Tiff));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n rest"), Some(Container::Png));
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0"), Some(Container::Jpeg));
        assert_eq!(sniff(b"From: the gateway\r\n%PDF-1.4\n"), Some(Container::Pdf));
        assert_eq!(sniff(b"1 0 obj << >> endobj\nstartxref\n0\n%%EOF"), Some(Container::Pdf));
        assert_eq!(sniff(b"PK\x03\x04 a spreadsheet"), None);
        assert_eq!(sniff(b"I"), None);
        assert_eq!(sniff(b""), None);
    }
}
