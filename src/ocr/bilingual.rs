//! Tesseract with one language first, and with the others where a page asks for it.
//!
//! An engine with two languages reads every doubtful line with both: a quarter more time on English fax pages (12 printed pages: 5.2 s of
//! processor time with `eng+spa`, 3.9 s with `eng`, the same words). So a page is read in the office's language. When it turns out to be in
//! another one, or reads badly, its doubtful lines are read once more with the data of the other languages, and each line keeps the better
//! of its two readings: the lines that the first engine was sure of cost nothing more.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Instant;

use image::{GrayImage, Luma, imageops};

use super::tesseract::{LanguageData, TesseractReader};
use super::{Layout, OcrError, PageReader, Word, worth};
use crate::geometry::Rect;

/// Confidence below which one word makes its line doubtful. In a language of its own an engine is seldom less sure of print.
const SURE: f32 = 0.90;
/// Words with fewer letters than this say nothing of a language: initials, bullets, crumbs.
const LEAST_LETTERS: f32 = 3.0;
/// How much surer, for each letter, the other language has to be: the office's own language is the likelier one.
const MARGIN: f32 = 0.03;

/// Two engines, the second one started on demand.
pub struct BilingualReader {
    first: TesseractReader,
    languages: String,
    others: Option<TesseractReader>,
    deadline: Option<Instant>,
}

impl BilingualReader {
    /// Starts the engine for the first of `languages` (`eng+spa`); the data of the others must be there too.
    pub fn new(languages: &str) -> Result<Self, OcrError> {
        let first = TesseractReader::new(office(languages).0, None)?;
        first.require(languages)?;
        Ok(Self { first, languages: languages.to_owned(), others: None, deadline: None })
    }

    /// The data of all languages, whether their engine has been started or not.
    pub fn language_data(&self) -> Result<Vec<LanguageData>, OcrError> {
        self.first.data_of(&self.languages)
    }

    /// As [`TesseractReader::set_deadline`], for both engines.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
        self.first.set_deadline(deadline);
    }
}

impl PageReader for BilingualReader {
    fn read_page(&mut self, image: &GrayImage, dpi: u32, layout: Layout) -> Result<Vec<Word>, OcrError> {
        self.first.read_page(image, dpi, layout)
    }

    fn read_foreign(&mut self, image: &GrayImage, dpi: u32, words: Vec<Word>) -> Result<Vec<Word>, OcrError> {
        let doubtful = doubtful_lines(&words);
        let Some(others) = office(&self.languages).1.filter(|_| !doubtful.is_empty()) else { return Ok(words) };
        let engine = match &mut self.others {
            Some(engine) => engine,
            none => none.insert(TesseractReader::new(others, None)?),
        };
        engine.set_deadline(self.deadline);
        let read = engine.read_page(&only(image, doubtful.values()), dpi, Layout::Auto)?;
        Ok(better_of_both(words, &doubtful, read))
    }
}

/// The office's language and the others of a list.
fn office(languages: &str) -> (&str, Option<&str>) {
    match languages.split_once('+') {
        Some((office, others)) => (office, Some(others)),
        None => (languages, None),
    }
}

/// Lines with a word that the reader was not sure of, by number, with their places.
fn doubtful_lines(words: &[Word]) -> BTreeMap<u32, Rect> {
    let mut lines = BTreeMap::new();
    for word in words.iter().filter(|w| w.letters() >= LEAST_LETTERS && w.confidence.get() < SURE) {
        lines.entry(word.line).or_insert(word.rect);
    }
    for word in words {
        lines.entry(word.line).and_modify(|rect| *rect = rect.union(&word.rect));
    }
    lines
}

/// A picture that shows nothing else than some lines of another one.
fn only<'a>(image: &GrayImage, lines: impl Iterator<Item = &'a Rect>) -> GrayImage {
    let bounds = Rect::new(0, 0, image.width() as i32, image.height() as i32);
    let mut picture = GrayImage::from_pixel(image.width(), image.height(), Luma([255]));
    for line in lines {
        // A word's box may end short of its accents and tails.
        let around = line.inflate(line.height(), line.height() / 4).intersect(&bounds);
        let (left, top) = (around.left as u32, around.top as u32);
        let cut = imageops::crop_imm(image, left, top, around.width() as u32, around.height() as u32);
        imageops::replace(&mut picture, &*cut, left.into(), top.into());
    }
    picture
}

/// The words, with those of doubtful lines exchanged where the other reading of the same place is worth more.
fn better_of_both(words: Vec<Word>, doubtful: &BTreeMap<u32, Rect>, read: Vec<Word>) -> Vec<Word> {
    let mut lines = BTreeMap::<u32, [Vec<Word>; 2]>::new();
    for word in read {
        let Some(line) = home(&word, &words, doubtful) else { continue };
        let [_, theirs] = lines.entry(line).or_default();
        // Where lines were cut out close to each other the engine may see one word twice.
        match theirs.iter_mut().find(|w| shared(w, &word) * 2 > w.rect.area().min(word.rect.area())) {
            Some(twin) if twin.confidence.get() >= word.confidence.get() => {}
            Some(twin) => *twin = Word { line, ..word },
            None => theirs.push(Word { line, ..word }),
        }
    }
    for word in words {
        lines.entry(word.line).or_default()[0].push(word);
    }
    lines
        .into_values()
        .flat_map(|[ours, theirs]| if theirs.is_empty() { ours } else { better_places(ours, theirs) })
        .collect()
}

/// The doubtful line that a word of the other engine belongs to: where the same ink was read before, since boxes of lines overlap where a page
/// is crooked; else the line that it lies in.
fn home(word: &Word, words: &[Word], doubtful: &BTreeMap<u32, Rect>) -> Option<u32> {
    let same = words.iter().filter(|w| shared(w, word) * 2 > word.rect.area());
    if let Some(twin) = same.max_by_key(|w| (shared(w, word), Reverse(w.line))) {
        return doubtful.contains_key(&twin.line).then_some(twin.line);
    }
    let inside = |rect: &Rect| rect.intersect(&word.rect).area();
    let lines = doubtful.iter().filter(|(_, rect)| inside(rect) > 0);
    lines.max_by_key(|(line, rect)| (inside(rect), Reverse(**line))).map(|(line, _)| *line)
}

fn shared(a: &Word, b: &Word) -> i64 {
    a.rect.intersect(&b.rect).area()
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
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), [(1, Rect::new(70, 40, 150, 60))]);
    }

    #[test]
    fn each_place_of_a_doubtful_line_keeps_its_better_reading() {
        let ours = vec![
            word("Su", 0.95, 0, 30, 3),
            word("atencl6n", 0.50, 40, 120, 3),
            word("Fletcher", 0.35, 200, 280, 3),
            word("Sure", 0.97, 0, 60, 4),
        ];
        let doubtful = doubtful_lines(&ours);
        // The other engine counts its lines anew, sees one word as two, and passes one over.
        let theirs = vec![
            word("S", 0.60, 0, 10, 0),
            word("u", 0.60, 12, 30, 0),
            word("atencion", 0.80, 42, 118, 0),
            word("atención", 0.93, 42, 120, 0),
        ];
        let theirs = theirs.into_iter().map(|w| Word { rect: w.rect.translate(0, 118), ..w }).collect();
        let both = better_of_both(ours, &doubtful, theirs);
        assert_eq!(texts(&both), [("Su", 3), ("atención", 3), ("Fletcher", 3), ("Sure", 4)]);
    }

    #[test]
    fn what_the_other_engine_saw_outside_doubtful_lines_is_left_out() {
        let ours = vec![word("ni7o", 0.60, 0, 50, 0), word("Sure", 0.97, 0, 60, 1)];
        let doubtful = doubtful_lines(&ours);
        let both = better_of_both(ours, &doubtful, vec![word("niño", 0.95, 0, 50, 0), word("Sute", 0.99, 0, 60, 1)]);
        assert_eq!(texts(&both), [("niño", 0), ("Sure", 1)]);
    }

    #[test]
    fn a_picture_of_some_lines_is_white_elsewhere() {
        let page = GrayImage::from_pixel(100, 100, Luma([0]));
        let picture = only(&page, [Rect::new(-5, 40, 50, 48)].iter());
        let black = |x, y| picture.get_pixel(x, y).0[0] == 0;
        assert!(black(0, 38) && black(57, 49));
        assert!(!black(0, 37) && !black(0, 50) && !black(58, 44));
    }

    #[test]
    fn a_page_without_doubt_starts_no_second_engine() {
        let mut reader = BilingualReader::new("eng+spa").expect("tesseract-ocr-eng and -spa are build requirements");
        let words = vec![word("Sure", 0.97, 0, 60, 0)];
        let again = reader.read_foreign(&GrayImage::new(100, 100), 200, words.clone()).expect("read");
        assert_eq!(again, words);
        assert!(reader.others.is_none());
    }
}
