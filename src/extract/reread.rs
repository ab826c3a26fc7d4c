//! Reading a bad page a second time, line by line.
//!
//! The page reader gives up on pages of handwriting, coarse resolution or heavy noise long before a line reader does. Where a page reads
//! badly, every line that the page's own line finder cuts goes to the second reader too, and of two readings of a line the surer
//! one stands.

use image::GrayImage;

use crate::answer::Confidence;
use crate::geometry::Rect;
use crate::ocr::{LineReader, LineReading, Word, text_of, worth};
use crate::page::{PreparedPage, TextLine, text_lines};

use super::letters::DateLine;
use super::text_layer::number_lines;

/// Mean confidence below which a line is read again.
const DOUBTFUL: f32 = 0.80;
/// Same, where the rows of the fax are so coarse that small letters have nine of them: there the page reader is sure of wrong letters.
const DOUBTFUL_COARSE: f32 = 0.93;

/// Mean confidence below which the lines of a page are read again.
pub fn doubtful(coarse: bool) -> f32 {
    if coarse { DOUBTFUL_COARSE } else { DOUBTFUL }
}

/// The lines of the page that may be read again: what the fax machine printed (`header`) was taken out before and stays out.
pub fn body_lines(page: &PreparedPage, header: Option<&Rect>) -> Vec<TextLine> {
    text_lines(page).into_iter().filter(|line| header.is_none_or(|band| !band.holds(&line.rect))).collect()
}

/// The page's words with each doubtful one of `lines` replaced by the second reader's words where those are surer.
///
/// A second reader that fails leaves the first reading as it was.
pub fn reread(
    page: &PreparedPage,
    lines: &[TextLine],
    words: Vec<Word>,
    doubtful: f32,
    reader: &mut (dyn LineReader + '_),
) -> Vec<Word> {
    let lines: Vec<Rect> = lines
        .iter()
        .map(|line| whole_words(&words, &line.rect))
        .filter(|rect| mean_confidence(&inside(&words, rect)) < doubtful)
        .collect();
    let bounds = page.ink.bounds();
    let cuts: Vec<Rect> = lines.iter().map(|rect| with_margin(rect).intersect(&bounds)).collect();
    let crops: Vec<GrayImage> = cuts.iter().map(|r| crop(page, r)).collect();
    let Ok(readings) = reader.read_lines(&crops) else { return words };
    let mut words = words;
    for ((line, cut), reading) in lines.iter().zip(&cuts).zip(&readings) {
        let first = inside(&words, line);
        let second = words_between(reading, cut, &spaces(&first, cut));
        if worth(&second) > worth(first) {
            // A word whose middle lies off the line is the same ink all the same.
            let again = |w: &Word| {
                let shared = |s: &Word| s.rect.intersect(&w.rect).area() * 2 > w.rect.area().min(s.rect.area());
                second.iter().any(shared)
            };
            words.retain(|w| !line.holds(&w.rect) && !again(w));
            words.extend(second);
        }
    }
    number_lines(&mut words);
    words
}

/// The words with those of a letter's date as two readers have them: surer where both read the same day, and for a person where they do not.
///
/// A second reader that fails or sees no date there leaves the first reading as it was.
pub fn date_read_again(
    page: &PreparedPage,
    mut words: Vec<Word>,
    date: &DateLine<'_>,
    reader: &mut (dyn LineReader + '_),
) -> Vec<Word> {
    let cut = with_margin(&date.rect).intersect(&page.ink.bounds());
    let Ok(readings) = reader.read_lines(&[crop(page, &cut)]) else { return words };
    let again: Vec<Word> = readings.iter().flat_map(|reading| line_words(reading, &cut)).collect();
    let Some(same) = date.agrees_with(&text_of(&again)) else { return words };
    let second = least_sure(&again);
    for word in words.get_mut(date.words.clone()).unwrap_or_default() {
        let surety = word.confidence.get();
        word.confidence = Confidence::new(if same { surety.max(second) } else { surety.min(DISPUTED) });
    }
    words
}

/// Confidence of the word of some that was read worst.
pub(super) fn least_sure(words: &[Word]) -> f32 {
    words.iter().map(|word| word.confidence.get()).fold(1.0, f32::min)
}

/// Confidence of what two readers read differently.
const DISPUTED: f32 = 0.5;

/// Words for the writing that the page reader passed over: it leaves out what stands alone in a box, beside a big title or between rulings.
///
/// `read` gives the words of each cut-out line, in page pixels, from the cuts' places and pictures. New words get line numbers of their
/// own, after all others.
pub fn fill_holes<E>(
    page: &PreparedPage,
    lines: &[TextLine],
    words: Vec<Word>,
    read: impl FnOnce(&[Rect], &[GrayImage]) -> Result<Vec<Vec<Word>>, E>,
) -> Result<Vec<Word>, E> {
    let bounds = page.ink.bounds();
    let mut words = words;
    words.retain(|w| !spans_lines(w, lines));
    let (cuts, crops): (Vec<Rect>, Vec<GrayImage>) = holes(page, &words, lines)
        .iter()
        .take(MOST_HOLES)
        .map(|hole| hole.inflate(hole.height() / 3, (hole.height() / 6).max(2)).intersect(&bounds))
        .map(|r| (r, crop(page, &r)))
        .unzip();
    if cuts.is_empty() {
        return Ok(words);
    }
    let mut line = words.iter().map(|w| w.line + 1).max().unwrap_or(0);
    let known: Vec<Rect> = words.iter().map(|w| w.rect).collect();
    for found in read(&cuts, &crops)? {
        let sure = found.into_iter().filter(|w| w.confidence.get() >= HOLE_SURE && w.letters() >= 1.0);
        // The margin of a crop may show the edge of a word that was read already.
        let fresh = sure.filter(|w| !known.iter().any(|k| k.intersect(&w.rect).area() * 2 > w.rect.area()));
        let before = words.len();
        words.extend(fresh.map(|w| Word { line, ..w }));
        line += u32::from(words.len() > before);
    }
    Ok(words)
}

/// Most holes that are read on one page: a page of scribbles has no end of them.
const MOST_HOLES: usize = 40;
/// Confidence from which a word read in a hole counts: signatures and dirt read as words too, but badly.
const HOLE_SURE: f32 = 0.6;

/// Whether a word's box reaches over two lines, one above the other: a label and its value that the page reader took for one word.
fn spans_lines(word: &Word, lines: &[TextLine]) -> bool {
    let inside: Vec<&Rect> = lines
        .iter()
        .map(|line| &line.rect)
        .filter(|r| r.overlap_x(&word.rect) * 2 > r.width().min(word.rect.width()))
        .filter(|r| word.rect.top <= r.center_y() && r.center_y() < word.rect.bottom)
        .collect();
    inside.iter().any(|a| inside.iter().any(|b| a.bottom <= b.top))
}

/// The parts of written lines that no word covers and that are longer than a mark in its box.
fn holes(page: &PreparedPage, words: &[Word], lines: &[TextLine]) -> Vec<Rect> {
    let mut found = Vec::new();
    for line in lines {
        let rect = line.rect;
        let slack = line.height / 3;
        let mut covered: Vec<(i32, i32)> = words
            .iter()
            .filter(|w| w.rect.overlap_y(&rect) * 5 >= w.rect.height().min(rect.height()) * 2)
            .map(|w| (w.rect.left - slack, w.rect.right + slack))
            .filter(|(left, right)| *right > rect.left && *left < rect.right)
            .collect();
        covered.sort_unstable();
        covered.push((rect.right, rect.right));
        let mut from = rect.left;
        for (left, right) in covered {
            if left > from {
                let gap = Rect { left: from, right: left, ..rect };
                if let Some(ink) = page.writing.ink_bounds(&gap)
                    && ink.width() * 10 >= line.height.max(ink.height()) * 13
                    && ink.height() * 2 >= line.height
                    && page.writing.count(&ink) as i64 * 25 >= ink.area()
                {
                    found.push(ink);
                }
            }
            from = from.max(right);
        }
    }
    found
}

/// A line with a little room around its letters.
fn with_margin(line: &Rect) -> Rect {
    line.inflate(line.height() / 4, (line.height() / 8).max(2))
}

pub(super) fn crop(page: &PreparedPage, r: &Rect) -> GrayImage {
    image::imageops::crop_imm(page.clean(), r.left as u32, r.top as u32, r.width() as u32, r.height() as u32).to_image()
}

/// A line's place with the whole of the words that it cuts through: dropouts and wide gaps end a line in the middle of one.
fn whole_words(words: &[Word], line: &Rect) -> Rect {
    let cut = |w: &&Word| {
        let shared = w.rect.intersect(line).area() * 2 > w.rect.area().min(line.area());
        shared && w.rect.height() <= 2 * line.height()
    };
    words.iter().filter(cut).fold(*line, |line, word| Rect {
        left: line.left.min(word.rect.left),
        right: line.right.max(word.rect.right),
        ..line
    })
}

fn inside<'a>(words: &'a [Word], rect: &Rect) -> Vec<&'a Word> {
    words.iter().filter(|w| rect.holds(&w.rect)).collect()
}

fn mean_confidence(words: &[&Word]) -> f32 {
    let all: f32 = words.iter().map(|w| w.letters()).sum();
    if all == 0.0 { 0.0 } else { words.iter().map(|w| w.letters() * w.confidence.get()).sum::<f32>() / all }
}

/// Least width of a space between words, as a share of the line's height with its descenders: a third of a capital's height.
const LEAST_SPACE: f32 = 0.2;

/// The middles of the spaces between the words of a line, as the first reader saw them.
fn spaces(words: &[&Word], line: &Rect) -> Vec<i32> {
    let mut sides: Vec<(i32, i32)> = words.iter().map(|word| (word.rect.left, word.rect.right)).collect();
    sides.sort_unstable();
    let gaps = sides.windows(2).map(|pair| (pair[0].1, pair[1].0));
    let wide = gaps.filter(|(from, to)| (to - from) as f32 >= LEAST_SPACE * line.height() as f32);
    wide.map(|(from, to)| (from + to) / 2).collect()
}

/// The words of one line in page pixels: the reader tells where each character's centre lies in the crop.
pub fn line_words(reading: &LineReading, crop: &Rect) -> Vec<Word> {
    words_between(reading, crop, &[])
}

/// The words of one line, parted at `spaces` too (columns of the page): the second reader was trained on scripts that have none, and passes them over.
fn words_between(reading: &LineReading, crop: &Rect, spaces: &[i32]) -> Vec<Word> {
    let characters: Vec<(char, f32, f32)> =
        reading.text.chars().zip(&reading.characters).zip(&reading.positions).map(|((c, p), x)| (c, *p, *x)).collect();
    // Half a typical pitch lies on either side of a character's centre.
    let mut gaps: Vec<f32> = characters.windows(2).map(|pair| pair[1].2 - pair[0].2).collect();
    gaps.sort_by(f32::total_cmp);
    let half = (gaps.get(gaps.len() / 2).copied().unwrap_or(crop.height() as f32 * 0.5) / 2.0).max(1.0);
    let parted = |a: &(char, f32, f32), b: &(char, f32, f32)| {
        let between = |x: &i32| crop.left as f32 + a.2 < *x as f32 && (*x as f32) < crop.left as f32 + b.2;
        a.0.is_whitespace() || b.0.is_whitespace() || spaces.iter().any(between)
    };
    characters
        .chunk_by(|a, b| !parted(a, b))
        .filter(|word| word.iter().any(|c| !c.0.is_whitespace()))
        .map(|word| {
            let first = word.first().map_or(0.0, |c| c.2);
            let last = word.last().map_or(0.0, |c| c.2);
            let surety = word.iter().map(|c| c.1.max(1e-4).ln()).sum::<f32>() / word.len() as f32;
            Word {
                text: word.iter().map(|c| c.0).collect(),
                confidence: Confidence::new(surety.exp()),
                rect: Rect::new(
                    crop.left + (first - half) as i32,
                    crop.top,
                    (crop.left + (last + half).ceil() as i32).min(crop.right),
                    crop.bottom,
                ),
                line: 0,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::Lattice;

    fn word(left: i32, right: i32) -> Word {
        let rect = Rect::new(left, 100, right, 120);
        Word { text: "necessary".into(), confidence: Confidence::CERTAIN, rect, line: 0 }
    }

    #[test]
    fn a_line_that_ends_in_a_word_takes_the_whole_of_it() {
        let words = [word(0, 90), word(100, 200), word(210, 300)];
        assert_eq!(whole_words(&words, &Rect::new(160, 98, 205, 122)), Rect::new(100, 98, 205, 122));
        assert_eq!(
            whole_words(&words, &Rect::new(190, 98, 400, 122)),
            Rect::new(190, 98, 400, 122),
            "an edge is no cut"
        );
    }

    #[test]
    fn the_first_readers_spaces_are_those_between_its_words() {
        let words = [word(110, 200), word(0, 100), word(202, 300)];
        assert_eq!(spaces(&words.iter().collect::<Vec<_>>(), &Rect::new(0, 98, 300, 122)), [105]);
        assert!(spaces(&[], &Rect::new(0, 98, 300, 122)).is_empty());
    }

    #[test]
    fn words_stand_where_their_letters_do() {
        let reading = LineReading {
            text: "Ana K".into(),
            characters: vec![0.9, 0.9, 0.9, 1.0, 0.5],
            positions: vec![10.0, 20.0, 30.0, 40.0, 50.0],
            lattice: Lattice::default(),
        };
        let words = line_words(&reading, &Rect::new(100, 200, 160, 230));
        assert_eq!(words.len(), 2);
        let crop = Rect::new(100, 200, 160, 230);
        let parted: Vec<String> = words_between(&reading, &crop, &[124]).into_iter().map(|word| word.text).collect();
        assert_eq!(parted, ["An", "a", "K"]);
        assert_eq!((words[0].text.as_str(), words[0].rect), ("Ana", Rect::new(105, 200, 135, 230)));
        assert!((words[1].confidence.get() - 0.5).abs() < 1e-3);
    }
}
