//! What a coarse page is cleaned of: readings of its dirt, and numbers that lie on their side.
//!
//! At a hundred rows an inch a letter has nine of them, and a speck, the end of a ruling or a dot of a leader is as big as a full stop. Readers give
//! words for them. On a page of more rows the same marks are told from print by their size, long before they are read.

use image::{GrayImage, imageops};

use crate::geometry::Rect;
use crate::ocr::{LineReader, OcrError, Word};
use crate::page::{PreparedPage, sideways_lines};

use super::reread::{crop, least_sure, line_words};

/// Rows an inch below which a page is coarse: between the standard (98) and the fine (196) resolution of fax machines (ITU-T T.4).
const COARSE: f32 = 150.0;

/// Letters and digits from which a word is more than a mark.
const LEAST_LETTERS: f32 = 2.0;
/// Confidence that a lone letter, digit or sign has to have. Of 111 that were read with less on 21 noisy forms with 91 rows an inch, none was
/// written; of 89 that were read with more, 26.
const MARK_SURE: f32 = 0.9;
/// Confidence below which a word is noise. Of 32 words that were read with less on 71 such forms, two were right; of 35 with up to a tenth more, eleven.
const WORD_SURE: f32 = 0.5;
/// Least confidence of a line that was turned to be read.
const TURNED_SURE: f32 = 0.8;

/// Whether a page with so many rows an inch is coarse.
pub fn is_coarse(rows_an_inch: f32) -> bool {
    rows_an_inch < COARSE
}

/// The words without those that dirt was read as, and without what dirt added at their ends.
pub fn without_dirt(words: Vec<Word>) -> Vec<Word> {
    words
        .into_iter()
        .filter(|word| word.confidence.get() >= if word.letters() < LEAST_LETTERS { MARK_SURE } else { WORD_SURE })
        .filter_map(|word| {
            let text = trimmed(&word.text);
            let says_something = text.chars().any(|c| !is_dirt(c));
            says_something.then(|| Word { text: text.to_owned(), ..word })
        })
        .collect()
}

/// A word without what leaders, rulings and specks are read as at its ends.
fn trimmed(text: &str) -> &str {
    let begun = text.trim_start_matches(|c: char| is_dirt(c) && c != '.' || is_quote(c));
    // A dot before a number may be its own; more of them are a leader's.
    let begun =
        if begun.starts_with("..") || !has_digit_behind_dot(begun) { begun.trim_start_matches('.') } else { begun };
    let ended = begun.trim_end_matches(|c: char| is_dirt(c) && c != '.');
    if ended.ends_with("..") { ended.trim_end_matches('.') } else { ended }
}

fn has_digit_behind_dot(text: &str) -> bool {
    text.strip_prefix('.').is_none_or(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Signs that lines, dots and specks are read as, and that are seldom written at the end of a word.
fn is_dirt(c: char) -> bool {
    matches!(
        c,
        '.' | '_'
            | '|'
            | '~'
            | '`'
            | '^'
            | '•'
            | '·'
            | '°'
            | '='
            | '\\'
            | '—'
            | '–'
            | '‘'
            | '“'
            | '”'
            | '«'
            | '»'
            | '¬'
    )
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '’')
}

/// The words with those of lines that run up or down the page: each is turned both ways, and stands if one of the two reads as print.
///
/// What was read there before, letter by letter, goes.
pub fn with_sideways(
    page: &PreparedPage,
    words: Vec<Word>,
    reader: &mut (dyn LineReader + '_),
) -> Result<Vec<Word>, OcrError> {
    let lines = sideways_lines(page);
    let turned: Vec<GrayImage> = lines.iter().flat_map(|line| both_ways(page, line)).collect();
    let readings = reader.read_lines(&turned)?;
    let mut words = words;
    let mut number = words.iter().map(|word| word.line + 1).max().unwrap_or(0);
    for (line, ways) in lines.iter().zip(readings.chunks(2)) {
        let surest = ways
            .iter()
            .map(|way| line_words(way, line))
            .filter(|read| read.iter().map(Word::letters).sum::<f32>() > LEAST_LETTERS)
            .max_by(|a, b| least_sure(a).total_cmp(&least_sure(b)));
        let Some(read) = surest.filter(|read| least_sure(read) >= TURNED_SURE) else { continue };
        words.retain(|word| !line.holds(&word.rect));
        words.extend(read.into_iter().map(|word| Word { rect: *line, line: number, ..word }));
        number += 1;
    }
    Ok(words)
}

/// A lying line, turned a quarter to either side.
fn both_ways(page: &PreparedPage, line: &Rect) -> [GrayImage; 2] {
    let around = line.inflate((line.width() / 8).max(2), line.width() / 4).intersect(&page.ink.bounds());
    let cut = crop(page, &around);
    [imageops::rotate90(&cut), imageops::rotate270(&cut)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;
    use crate::ocr::{Lattice, LineReading};
    use crate::page::Bitmap;

    fn word(text: &str, confidence: f32) -> Word {
        Word {
            text: text.into(),
            confidence: Confidence::new(confidence),
            rect: Rect::new(100, 100, 180, 120),
            line: 0,
        }
    }

    #[test]
    fn marks_and_noise_go_and_sure_words_stay() {
        let read =
            [("Total", 0.7), ("|", 0.95), ("7", 0.8), ("X", 0.95), ("ccseesee", 0.2), ("&", 0.97), ("...", 0.99)];
        let words = without_dirt(read.iter().map(|(text, confidence)| word(text, *confidence)).collect());
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["Total", "X", "&"]);
    }

    #[test]
    fn leaders_and_rulings_are_cut_from_the_ends_of_words() {
        for (read, written) in [
            ("study.....", "study"),
            ("“LOT", "LOT"),
            ("_Reply", "Reply"),
            ("..March", "March"),
            (".in", "in"),
            (".19", ".19"),
            ("Inc.", "Inc."),
            ("(302)", "(302)"),
            ("$5.20", "$5.20"),
            ("12\"", "12\""),
            ("'Type", "Type"),
        ] {
            assert_eq!(trimmed(read), written, "{read}");
        }
    }

    /// Reads a picture that is black at its left as a number, and any other as nothing of the kind.
    struct UprightReader;

    impl LineReader for UprightReader {
        fn read_lines(&mut self, crops: &[GrayImage]) -> Result<Vec<LineReading>, OcrError> {
            let read = |crop: &GrayImage| {
                assert!(crop.width() > crop.height());
                let ink = |x: u32| (0..crop.height()).filter(|&y| crop.get_pixel(x, y)[0] < 128).count();
                let left: usize = (0..crop.width() / 2).map(ink).sum();
                let right: usize = (crop.width() / 2..crop.width()).map(ink).sum();
                let sure = if left > right { 0.99 } else { 0.5 };
                LineReading {
                    text: "62295837".into(),
                    characters: vec![sure; 8],
                    positions: (0..8).map(|at| at as f32 * 15.0).collect(),
                    lattice: Lattice::default(),
                }
            };
            Ok(crops.iter().map(read).collect())
        }
    }

    #[test]
    fn a_number_along_the_edge_is_read_whole() {
        let mut ink = Bitmap::new(400, 400);
        for letter in 0..8 {
            let y = 100 + letter * 15;
            ink.fill(&Rect::new(300, y, 320, y + if letter < 4 { 11 } else { 8 }));
        }
        let page = PreparedPage::from_ink(ink, 204);
        let on_edge = Word { rect: Rect::new(300, 130, 320, 141), ..word("9", 0.99) };
        let words = with_sideways(&page, vec![word("Total", 0.9), on_edge], &mut UprightReader).expect("read");
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["Total", "62295837"]);
        assert_eq!(words[1].line, 1);
    }
}
