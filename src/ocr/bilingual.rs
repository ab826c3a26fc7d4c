//! Reads pages with Tesseract's language models, with one language first and with the others where a page asks for it.
//!
//! The page's own rows, or Tesseract's layout analysis where those are not asked for, say where the lines are, and [`faxtriage_lstm`] reads
//! them: the same readings as Tesseract's own in a sixth of the time. A page is read in the office's language. When it turns out to be in another one, or reads badly, its doubtful lines are read once
//! more with the data of the other languages, and each line keeps the better of its two readings.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use faxtriage_lstm::{LayoutWord, PieceLayout, Recognizer, fit_to_ink};
use image::{GrayImage, imageops};

use super::language::{LanguageData, LanguageFile};
use super::layout::LayoutFinder;
use super::pieces::{Piece, pieces_of_rows};
use super::{Layout, OcrError, PageReader, Word, worth};
use crate::answer::Confidence;
use crate::geometry::Rect;
use crate::page::TextRow;

/// Confidence below which one word makes its line doubtful. In a language of its own an engine is seldom less sure of print.
const SURE: f32 = 0.90;
/// Words with fewer letters than this say nothing of a language: initials, bullets, crumbs.
const LEAST_LETTERS: f32 = 3.0;
/// How much surer, for each letter, the other language has to be: the office's own language is the likelier one.
const MARGIN: f32 = 0.03;

/// Pieces that are read between two looks at the clock.
const AT_ONCE: usize = 16;

/// The layout analysis and the readers of several languages, those of the others started on demand.
pub struct BilingualReader {
    finder: LayoutFinder,
    office: Recognizer,
    /// The data of all languages, the office's first.
    files: Vec<LanguageFile>,
    others: Option<Vec<Recognizer>>,
    /// The pieces of the page that was read last.
    pieces: Vec<Piece>,
    deadline: Option<Instant>,
}

impl BilingualReader {
    /// Starts the reader for the first of `languages` (`eng+spa`); the data of the others must be there too.
    pub fn new(languages: &str) -> Result<Self, OcrError> {
        let files = languages.split('+').map(LanguageFile::find).collect::<Result<Vec<_>, _>>()?;
        let Some(office) = files.first() else { return Err(OcrError::Start("no language is named".to_owned())) };
        Ok(Self {
            finder: LayoutFinder::new()?,
            office: office.recognizer()?,
            files,
            others: None,
            pieces: Vec::new(),
            deadline: None,
        })
    }

    /// The data of all languages, whether their readers have been started or not. Reads and hashes the files.
    pub fn language_data(&self) -> Result<Vec<LanguageData>, OcrError> {
        self.files.iter().map(LanguageFile::identify).collect()
    }

    /// No reading goes on past `deadline`: later ones fail with [`OcrError::TimedOut`], a running one stops after some lines.
    ///
    /// Finding lines and columns is not interrupted; against a hang there the worker needs its own limit.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }
}

impl PageReader for BilingualReader {
    fn read_page(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Word>, OcrError> {
        in_time(self.deadline)?;
        self.pieces = self.finder.find(image, dpi, layout)?;
        words_of(&self.office, image, &self.pieces, self.deadline)
    }

    fn read_rows(&mut self, image: &GrayImage, rows: &[TextRow]) -> Result<Vec<Word>, OcrError> {
        in_time(self.deadline)?;
        self.pieces = pieces_of_rows(rows, (image.width() as i32, image.height() as i32));
        words_of(&self.office, image, &self.pieces, self.deadline)
    }

    fn read_foreign(&mut self, image: &GrayImage, words: Vec<Word>) -> Result<Vec<Word>, OcrError> {
        let doubtful = doubtful_lines(&words);
        if doubtful.is_empty() {
            return Ok(words);
        }
        let pieces: Vec<Piece> = self.pieces.iter().filter(|piece| doubtful.contains(&piece.line)).cloned().collect();
        let others = match &mut self.others {
            Some(others) => others,
            none => none.insert(self.files.iter().skip(1).map(LanguageFile::recognizer).collect::<Result<_, _>>()?),
        };
        let deadline = self.deadline;
        others
            .iter()
            .try_fold(words, |words, other| Ok(better_of_both(words, words_of(other, image, &pieces, deadline)?)))
    }
}

fn in_time(deadline: Option<Instant>) -> Result<(), OcrError> {
    if deadline.is_some_and(|deadline| Instant::now() >= deadline) { Err(OcrError::TimedOut) } else { Ok(()) }
}

/// The words of pieces of a picture, in the picture's own pixels.
fn words_of(
    reader: &Recognizer,
    image: &GrayImage,
    pieces: &[Piece],
    deadline: Option<Instant>,
) -> Result<Vec<Word>, OcrError> {
    let mut words = Vec::new();
    for some in pieces.chunks(AT_ONCE) {
        in_time(deadline)?;
        let crops: Vec<GrayImage> = some.iter().map(|piece| cut(image, &piece.shown)).collect();
        for (piece, mut read) in some.iter().zip(reader.read_lines(&crops)) {
            fit_to_ink(&mut read, &in_columns(piece));
            words.extend(read.into_iter().filter(|word| !word.text.trim().is_empty()).map(|word| Word {
                confidence: Confidence::new(word.confidence),
                rect: place_of(&word.x, piece),
                line: piece.line,
                text: word.text,
            }));
        }
    }
    Ok(words)
}

/// A part of a picture; what lies outside it is left out.
fn cut(image: &GrayImage, rect: &Rect) -> GrayImage {
    let rect = rect.intersect(&Rect::new(0, 0, image.width() as i32, image.height() as i32));
    imageops::crop_imm(image, rect.left as u32, rect.top as u32, rect.width() as u32, rect.height() as u32).to_image()
}

/// What the layout analysis found in a piece, in the columns of its picture.
fn in_columns(piece: &Piece) -> PieceLayout {
    let column = |x: i32| (x - piece.shown.left).max(0) as u32;
    let columns = |rect: &Rect| column(rect.left)..column(rect.right);
    let word = |rect: &Rect| LayoutWord { x: columns(rect), height: rect.height().max(0) as u32 };
    PieceLayout { blobs: piece.blobs.iter().map(columns).collect(), words: piece.words.iter().map(word).collect() }
}

/// Where a word stands on the page: as high as the ink in its columns.
fn place_of(columns: &std::ops::Range<u32>, piece: &Piece) -> Rect {
    let (left, right) = (piece.shown.left + columns.start as i32, piece.shown.left + columns.end as i32);
    let whole = Rect { left, right, ..piece.shown };
    let own = piece.blobs.iter().filter(|blob| blob.overlap_x(&whole) * 2 > blob.width());
    let ink = Rect::bounding(own.clone()).or_else(|| Rect::bounding(piece.blobs.iter())).unwrap_or(whole);
    Rect { left, right: right.max(left + 1), ..ink }
}

/// Numbers of the lines with a word that the reader was not sure of.
fn doubtful_lines(words: &[Word]) -> BTreeSet<u32> {
    let doubtful = words.iter().filter(|w| w.letters() >= LEAST_LETTERS && w.confidence.get() < SURE);
    doubtful.map(|word| word.line).collect()
}

/// The words, with those of lines that were read again exchanged where the other reading of the same place is worth more.
fn better_of_both(words: Vec<Word>, again: Vec<Word>) -> Vec<Word> {
    let mut lines = BTreeMap::<u32, [Vec<Word>; 2]>::new();
    for (side, word) in words.into_iter().map(|w| (0, w)).chain(again.into_iter().map(|w| (1, w))) {
        lines.entry(word.line).or_default()[side].push(word);
    }
    lines
        .into_values()
        .flat_map(|[ours, theirs]| if theirs.is_empty() { ours } else { better_places(ours, theirs) })
        .collect()
}

/// Two readings of one line, put together place by place: a place is as wide as the words of both that overlap.
fn better_places(ours: Vec<Word>, theirs: Vec<Word>) -> Vec<Word> {
    let mut both: Vec<(usize, Word)> =
        ours.into_iter().map(|w| (0, w)).chain(theirs.into_iter().map(|w| (1, w))).collect();
    both.sort_by_key(|(side, word)| (word.rect.left, *side));
    let mut line = Vec::new();
    let mut place: [Vec<Word>; 2] = Default::default();
    let mut right = i32::MIN;
    for (side, word) in both {
        if word.rect.left >= right && right != i32::MIN {
            line.extend(better(std::mem::take(&mut place)));
            right = i32::MIN;
        }
        right = right.max(word.rect.right);
        place[side].push(word);
    }
    line.extend(better(place));
    line
}

/// A doubtful reading is more than none: it tells that something is written there.
fn better([ours, theirs]: [Vec<Word>; 2]) -> Vec<Word> {
    let margin = MARGIN * ours.iter().map(Word::letters).sum::<f32>();
    if !theirs.is_empty() && worth(&theirs) > worth(&ours) + margin { theirs } else { ours }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;

    fn word(text: &str, confidence: f32, left: i32, right: i32, line: u32) -> Word {
        let top = line as i32 * 40;
        Word {
            text: text.into(),
            confidence: Confidence::new(confidence),
            rect: Rect::new(left, top, right, top + 20),
            line,
        }
    }

    fn texts(words: &[Word]) -> Vec<(&str, u32)> {
        words.iter().map(|w| (w.text.as_str(), w.line)).collect()
    }

    #[test]
    fn a_line_is_doubtful_by_one_word_of_some_letters() {
        let words = [
            word("Sure", 0.97, 0, 60, 0),
            word("ni7o", 0.60, 70, 120, 1),
            word("of", 0.96, 130, 150, 1),
            word("a.", 0.20, 0, 20, 2),
        ];
        let lines = doubtful_lines(&words);
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn each_place_of_a_doubtful_line_keeps_its_better_reading() {
        let ours = vec![
            word("Su", 0.95, 0, 30, 3),
            word("atencl6n", 0.50, 40, 120, 3),
            word("Fletcher", 0.35, 200, 280, 3),
            word("Sure", 0.97, 0, 60, 4),
        ];
        // The other reader sees one word as two, and passes one over.
        let theirs = vec![word("S", 0.60, 0, 10, 3), word("u", 0.60, 12, 30, 3), word("atención", 0.93, 42, 120, 3)];
        let both = better_of_both(ours, theirs);
        assert_eq!(texts(&both), [("Su", 3), ("atención", 3), ("Fletcher", 3), ("Sure", 4)]);
    }

    #[test]
    fn a_word_stands_where_its_ink_does() {
        let blob = |left, right, top, bottom| Rect::new(left, top, right, bottom);
        let blobs = vec![blob(104, 110, 20, 40), blob(112, 118, 28, 46), blob(130, 140, 22, 40)];
        let piece = Piece { shown: Rect::new(100, 10, 150, 50), blobs, words: Vec::new(), line: 0 };
        assert_eq!(place_of(&(4..18), &piece), Rect::new(104, 20, 118, 46));
        assert_eq!(place_of(&(30..40), &piece), Rect::new(130, 22, 140, 40));
        // A word of a gap is as high as its piece.
        assert_eq!(place_of(&(20..28), &piece), Rect::new(120, 20, 128, 46));
    }

    #[test]
    fn a_page_without_doubt_starts_no_second_reader() {
        let mut reader = reader();
        let words = vec![word("Sure", 0.97, 0, 60, 0)];
        let again = reader.read_foreign(&GrayImage::new(100, 100), words.clone()).expect("read");
        assert_eq!(again, words);
        assert!(reader.others.is_none());
    }

    /// Letters of a seven-by-five grid, drawn at a size that Tesseract reads.
    fn picture_of(digits: &str) -> GrayImage {
        const ROWS: [(char, [&str; 7]); 4] = [
            ('1', ["..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."]),
            ('4', ["...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."]),
            ('7', ["#####", "....#", "...#.", "..#..", "..#..", "..#..", "..#.."]),
            ('L', ["#....", "#....", "#....", "#....", "#....", "#....", "#####"]),
        ];
        let scale = 5;
        let mut picture =
            GrayImage::from_pixel(60 + digits.len() as u32 * 7 * scale, 30 + 7 * scale + 30, image::Luma([255]));
        for (index, digit) in digits.chars().enumerate() {
            let rows = ROWS.iter().find(|(known, _)| *known == digit).expect("a drawn letter").1;
            for (y, row) in rows.iter().enumerate() {
                for (x, cell) in row.chars().enumerate() {
                    if cell == '#' {
                        let left = 30 + (index as u32 * 7 + x as u32) * scale;
                        let top = 30 + y as u32 * scale;
                        for (dx, dy) in (0..scale * scale).map(|cell| (cell % scale, cell / scale)) {
                            picture.put_pixel(left + dx, top + dy, image::Luma([0]));
                        }
                    }
                }
            }
        }
        imageops::blur(&picture, 1.2)
    }

    fn reader() -> BilingualReader {
        BilingualReader::new("eng+spa").expect("tesseract-ocr-eng and -spa are build requirements")
    }

    #[test]
    fn reads_a_line_with_boxes_inside_the_picture() {
        let picture = picture_of("4714771");
        let words = reader().read_page(&picture, 200, Layout::Line).expect("read");
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<String>(), "4714771");
        let rect = Rect::bounding(words.iter().map(|word| &word.rect)).expect("a box");
        assert!((25..=40).contains(&rect.left) && (60..=70).contains(&rect.bottom), "{rect:?}");
        assert!(words.iter().all(|word| word.confidence.get() > 0.1 && word.line == 0), "{words:?}");
    }

    #[test]
    fn pictures_without_room_for_a_letter_have_no_words() {
        let mut reader = reader();
        for (width, height) in [(0, 0), (1, 1), (3, 500), (500, 3)] {
            let picture = GrayImage::from_pixel(width, height, image::Luma([0]));
            assert_eq!(reader.read_page(&picture, 200, Layout::Auto).expect("read"), []);
        }
        assert!(reader.read_page(&GrayImage::new(40_000, 10), 200, Layout::Auto).is_err());
    }

    #[test]
    fn a_deadline_in_the_past_stops_before_reading() {
        let mut reader = reader();
        reader.set_deadline(Some(Instant::now()));
        let picture = picture_of("47");
        assert!(matches!(reader.read_page(&picture, 200, Layout::Line), Err(OcrError::TimedOut)));
        reader.set_deadline(None);
        assert!(reader.read_page(&picture, 200, Layout::Line).is_ok());
    }

    #[test]
    fn the_same_picture_reads_the_same_whatever_came_before() {
        let (one, other) = (picture_of("4714771"), picture_of("L1417"));
        let mut reader = reader();
        let first = reader.read_page(&one, 200, Layout::Line).expect("read");
        reader.read_page(&other, 200, Layout::Sparse).expect("read");
        assert_eq!(reader.read_page(&one, 200, Layout::Line).expect("read"), first);
    }
}
