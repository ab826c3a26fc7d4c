//! PDF text strings (ISO 32000-2 section 7.9.2.2): UTF-16 or UTF-8 with a mark, else PDFDocEncoding.

/// The characters of a text string; line ends become `\n`.
pub(super) fn text(bytes: &[u8]) -> String {
    let decoded = match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Not in the standard, but in files.
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| document_character(*byte)).collect(),
    };
    without_language(&decoded).replace("\r\n", "\n").replace('\r', "\n")
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect()
}

/// A language code may stand inside, between two escapes.
fn without_language(text: &str) -> String {
    if !text.contains('\u{1B}') {
        return text.to_owned();
    }
    text.split('\u{1B}').step_by(2).collect()
}

/// PDFDocEncoding (annex D.2): Latin-1 but for these.
fn document_character(byte: u8) -> char {
    const ACCENTS: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ', 'Ł',
        'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{FFFD}', '€',
    ];
    match byte {
        0x18..=0x1F => ACCENTS[usize::from(byte - 0x18)],
        0x80..=0xA0 => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_gives_the_same_name() {
        assert_eq!(text(b"\xFE\xFF\0N\0u\0\xF1\0e\0z"), "Nuñez");
        assert_eq!(text(b"\xFF\xFEN\0u\0\xF1\0e\0z\0"), "Nuñez");
        assert_eq!(text("\u{FEFF}Nuñez".as_bytes()), "Nuñez");
        assert_eq!(text(b"Nu\xF1ez"), "Nuñez");
        assert_eq!(text(b"don\x90t"), "don’t");
        assert_eq!(text(b"one\rtwo\r\nthree"), "one\ntwo\nthree");
        assert_eq!(text(b"\xFE\xFF\0\x1B\0e\0n\0\x1B\0h\0i"), "hi");
        assert_eq!(text(b"\xFE\xFF\xD8"), "");
    }
}
