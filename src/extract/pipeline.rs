//! One page, from the decoder's pixels to a [`PageReading`]: what a worker does.

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::NaiveDate;

use super::coarse::{is_coarse, with_sideways, without_dirt};
use super::form::{Fit, FormPage};
use super::header::parse_header;
use super::interpret::letter_and_people;
use super::letters::{date_line, is_foreign};
use super::lost::doubt_the_lost;
use super::meaning::Meanings;
use super::page_text::PageText;
use super::reread::{body_lines, date_read_again, doubtful, fill_holes, line_words, reread};
use super::sheet::Sheet;
use super::stated::outside_fields;
use super::text_layer::trusted_words;
use crate::answer::Confidence;
use crate::assemble::fingerprint;
use crate::classify::{PageEvidence, classify};
use crate::decode::{FormValue, Pixels, SourcePage};
use crate::geometry::Rect;
use crate::ocr::{Layout, LineReader, OcrError, PageReader, Word, text_of};
use crate::page::{MarkBand, PreparedPage, Rotation, TextLine, prepare, text_rows};
use crate::reading::{HeaderLine, KindScore, Legibility, PageKind, PageReading, READING_FORMAT, SourceFacts};
use crate::rules::Pack;

/// Mean confidence from which the office's language alone is enough: where letters are doubtful, another language's data reads some better.
const SURE: f32 = 0.90;
/// A fax machine prints its line within this part of the page's height, as a divisor.
const HEADER_SHARE: i32 = 20;
/// Rulings from which a page is taken for a form, whose boxes and cells the page reader may pass over.
const RULED: usize = 3;

/// Share of a page's pixels above which ink without words is no empty page, whatever shape it has: an empty ruled sheet has less.
const MOST_BLANK: f32 = 0.01;

/// The readers and the pack that pages are read with.
pub struct PageEngine<'a> {
    pub reader: &'a mut dyn PageReader,
    pub second: Option<&'a mut dyn LineReader>,
    /// Reads numbers that were written by hand.
    pub digits: Option<&'a mut dyn LineReader>,
    pub pack: &'a Pack,
    /// The day that two-digit years turn on.
    pub reference: NaiveDate,
    /// Milliseconds by stage of the last page; they never reach a reading.
    pub stages: BTreeMap<String, u32>,
}

/// A page's words in prepared pixels, with where they came from.
struct Words {
    page: PreparedPage,
    words: Vec<Word>,
    text_layer: bool,
}

impl PageEngine<'_> {
    /// Reads page `number` of a file. The prepared page comes back too, for those who draw on it.
    pub fn read(&mut self, source: &SourcePage, number: u32) -> Result<(PageReading, PreparedPage), OcrError> {
        let Words { page, mut words, text_layer } = self.words(source)?;
        let header = self.take_header(&page, &mut words, text_layer)?;
        let band = header.as_ref().map(|line| line.rect).or(page.header_band);
        let ruled = page.rulings.horizontal.len() + page.rulings.vertical.len() >= RULED;
        // On a form every label counts, so its doubtful lines are read again however well the rest reads.
        let coarse = is_coarse(source.resolution.x.min(source.resolution.y));
        let doubtful = doubtful(coarse);
        if !text_layer && (ruled || legibility(&words, &page).confidence.get() < doubtful) {
            let lines = body_lines(&page, band.as_ref());
            words = self.timed("reread", |engine| match engine.second.as_deref_mut() {
                Some(second) => reread(&page, &lines, words, doubtful, second),
                None => words,
            });
            if ruled {
                words = self.holes_filled(&page, &lines, words)?;
            }
        }
        if coarse && !text_layer {
            words = self.with_sideways(&page, words)?;
        }
        let legibility = legibility(&words, &page);
        let form_values = on_page(&source.form_values, &page);
        let sheet = Sheet::new(&outside_fields(&words, &form_values), &page.rulings);
        // One text for the kinds and the letter: both look for much of the same.
        let text = PageText::new(&words, page.ink.height());
        let kinds = self.timed("classify", |engine| {
            let evidence = PageEvidence {
                text: &text,
                ink_share: if is_no_blank_paper(&page, source) { 1.0 } else { ink_without_header(&page) },
                boxes: 0,
                rulings: (page.rulings.horizontal.len() + page.rulings.vertical.len()) as u32,
                reference: engine.reference,
            };
            classify(&evidence, &engine.pack.phrases, &engine.pack.forms)
        });
        let meanings = Meanings {
            reference: self.reference,
            words: &self.pack.phrases.dates,
            day_first: false,
            plan_numbers: self.pack.plan.numbers(),
        };
        let best = kinds.first().map(|k| &k.kind);
        let holds_terms = kinds.first().is_some_and(KindScore::holds_terms);
        let form = match best {
            Some(PageKind::Form(id)) => self.pack.forms.iter().find(|form| form.id == *id).map(|form| {
                let fit = self.timed("fit", |_| {
                    let fit = Fit::new(form, &sheet);
                    if holds_terms { fit.without_terms(&sheet) } else { fit }
                });
                let page = FormPage {
                    page: &page,
                    number,
                    sheet: &sheet,
                    form_values: &form_values,
                    text_layer,
                    band: self.band(),
                    meanings: &meanings,
                };
                let mut read = self.timed("fields", |engine| {
                    fit.read(&page, engine.second.as_deref_mut(), engine.digits.as_deref_mut())
                });
                doubt_the_lost(&mut read, source.damage, source.size().1, &page.page.placement);
                read
            }),
            _ => None,
        };
        let read_twice = best == Some(&PageKind::Letter) && !text_layer && self.second.is_some();
        let date = read_twice.then(|| date_line(&text, &self.pack.phrases, self.reference)).flatten();
        let text = match date {
            Some(date) => {
                drop(text);
                words = self.timed("reread", |engine| match engine.second.as_deref_mut() {
                    Some(second) => date_read_again(&page, words, &date, second),
                    None => words,
                });
                PageText::new(&words, page.ink.height())
            }
            None => text,
        };
        let (letter, people) =
            self.timed("letter", |engine| letter_and_people(&text, &kinds, engine.pack, engine.reference));
        drop(text);
        let mut notes = Vec::new();
        let mut note = |applies: bool, code: &str| {
            if applies {
                notes.push(code.to_owned());
            }
        };
        note(text_layer, "text-layer-used");
        note(page.preparation.rotation != Rotation::None, "rotated-page");
        note(best == Some(&PageKind::Blank), "blank-page");
        note(source.resolution.assumed, "assumed-resolution");
        let (width, height) = source.size();
        // Not before the fields are read: a word that is noise tells that something is written where a value belongs.
        let words = if coarse && !text_layer { without_dirt(words) } else { words };
        let reading = PageReading {
            format: READING_FORMAT,
            page: number,
            source: SourceFacts {
                container: source.container,
                encoding: source.encoding.clone(),
                width,
                height,
                resolution: source.resolution,
                damage: source.damage,
            },
            width: page.ink.width(),
            height: page.ink.height(),
            dpi: page.dpi,
            preparation: page.preparation.clone(),
            header,
            legibility,
            letter,
            people,
            fingerprint: fingerprint(&words, &page.writing),
            words,
            kinds,
            form,
            notes,
        };
        Ok((reading, page))
    }

    /// The words with those of the lines that the page reader passed over, read by the best line reader there is.
    fn holes_filled(
        &mut self,
        page: &PreparedPage,
        lines: &[TextLine],
        words: Vec<Word>,
    ) -> Result<Vec<Word>, OcrError> {
        self.timed("holes", |engine| match engine.second.as_deref_mut() {
            Some(second) => fill_holes(page, lines, words, |cuts, crops| {
                let readings = second.read_lines(crops)?;
                Ok(readings.iter().zip(cuts).map(|(reading, cut)| line_words(reading, cut)).collect())
            }),
            None => fill_holes(page, lines, words, |cuts, crops| {
                let read = |(cut, crop): (&Rect, &image::GrayImage)| {
                    let mut words = engine.reader.read_page(crop, page.dpi, Layout::Line)?;
                    words.iter_mut().for_each(|w| w.rect = w.rect.translate(cut.left, cut.top));
                    Ok(words)
                };
                cuts.iter().zip(crops).map(read).collect()
            }),
        })
    }

    /// The words with what stands sideways on the page; only the second reader reads it.
    fn with_sideways(&mut self, page: &PreparedPage, words: Vec<Word>) -> Result<Vec<Word>, OcrError> {
        self.timed("sideways", |engine| match engine.second.as_deref_mut() {
            Some(second) => with_sideways(page, words, second),
            None => Ok(words),
        })
    }

    /// Notes how long a stage took.
    fn timed<T>(&mut self, stage: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let started = Instant::now();
        let result = work(self);
        *self.stages.entry(stage.to_owned()).or_default() +=
            u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        result
    }

    fn band(&self) -> MarkBand {
        MarkBand { unchecked_below: self.pack.marks.unchecked_below, checked_above: self.pack.marks.checked_above }
    }

    /// The page upright with its words: from the text layer where it can be trusted, else from the pixels.
    fn words(&mut self, source: &SourcePage) -> Result<Words, OcrError> {
        let page = self.timed("prepare", |_| prepare(source, None));
        if let Some(words) = trusted_words(source, &page) {
            return Ok(Words { page, words, text_layer: true });
        }
        let rows = RowFinder::for_page(source);
        let words = self.ocr(&page, rows)?;
        let found = evidence(&words, &page);
        if found.readable() || is_white(&page) {
            return Ok(Words { page, words, text_layer: false });
        }
        // Nothing sensible was read: perhaps the page lies on its head, or on its side.
        let mut best = (found, Words { page, words, text_layer: false });
        for turn in [Rotation::Half, Rotation::Quarter, Rotation::ThreeQuarters] {
            let page = self.timed("prepare", |_| prepare(source, Some(turn)));
            let words = self.ocr(&page, rows)?;
            let found = evidence(&words, &page);
            if found.letters > best.0.letters * 1.3 {
                let done = found.readable();
                best = (found, Words { page, words, text_layer: false });
                if done {
                    break;
                }
            }
        }
        Ok(best.1)
    }

    /// The words of the page's pixels.
    fn ocr(&mut self, page: &PreparedPage, rows: RowFinder) -> Result<Vec<Word>, OcrError> {
        if is_white(page) {
            return Ok(Vec::new());
        }
        let mut words = self.timed("words", |engine| match rows {
            RowFinder::Analysis => engine.reader.read_page(page.clean(), page.dpi, Layout::Auto),
            RowFinder::Own => engine.reader.read_rows(page.clean(), &text_rows(page)),
        })?;
        let written = |w: &Word| w.text.chars().any(|c| !c.is_whitespace());
        words.retain(written);
        let doubtful = legibility(&words, page).confidence.get() < SURE;
        if doubtful || is_foreign(&PageText::new(&words, page.ink.height()), &self.pack.phrases.languages) {
            words = self.timed("foreign", |engine| engine.reader.read_foreign(page.clean(), words))?;
            words.retain(written);
        }
        Ok(words)
    }

    /// Takes the header band's words out and reads them as a header line.
    ///
    /// The machine prints its line upright even when the paper went in upside down: then the band is at the bottom, on its head.
    fn take_header(
        &mut self,
        page: &PreparedPage,
        words: &mut Vec<Word>,
        text_layer: bool,
    ) -> Result<Option<HeaderLine>, OcrError> {
        let Some(band) = page.header_band.or_else(|| self.printed_header(page, words)) else { return Ok(None) };
        let (inside, outside): (Vec<Word>, Vec<Word>) = words.drain(..).partition(|w| band.holds(&w.rect));
        *words = outside;
        let parse = |text: &str| parse_header(text, band, &self.pack.phrases, self.reference);
        let upright = parse(&text_of(&inside));
        if upright.page.is_some() || upright.sent_at.is_some() {
            return Ok(Some(upright));
        }
        // The strip is cut from the source before any turn: what the machine printed stands upright there. Where the text layer says all that
        // stands in the band, there is nothing else to read.
        let is_said = text_layer && says_all(page, &band, &inside);
        if let Some(strip) = page.header_strip.as_ref().filter(|_| !is_said) {
            let words = self.timed("header", |engine| engine.reader.read_page(strip, page.dpi, Layout::Block))?;
            let line = parse_header(&text_of(&words), band, &self.pack.phrases, self.reference);
            if line.page.is_some() || line.sent_at.is_some() {
                return Ok(Some(line));
            }
        }
        Ok((!upright.text.is_empty()).then_some(upright))
    }

    /// The band of a header that touches the page's own print, known by its words: a page number and a time in the topmost line.
    fn printed_header(&self, page: &PreparedPage, words: &[Word]) -> Option<Rect> {
        let top = page.ink.height() as i32 / HEADER_SHARE;
        let inside: Vec<&Word> = words.iter().filter(|w| w.rect.center_y() < top).collect();
        let line: Vec<Word> = topmost_line(inside).into_iter().cloned().collect();
        let rect = Rect::bounding(line.iter().map(|w| &w.rect))?;
        let parsed = parse_header(&text_of(&line), rect, &self.pack.phrases, self.reference);
        (parsed.page.is_some() && parsed.sent_at.is_some()).then(|| rect.inflate(0, 2))
    }
}

/// The words of the topmost line, left to right. It follows its own course: the machine prints it straight, so that it slopes on a page whose
/// paper went in crooked and was put straight.
fn topmost_line(mut words: Vec<&Word>) -> Vec<&Word> {
    words.sort_by_key(|w| (w.rect.left, w.rect.top));
    let Some(first) = words.iter().enumerate().min_by_key(|(_, w)| w.rect.center_y()).map(|(at, _)| at) else {
        return Vec::new();
    };
    let follows = |last: &&Word, word: &&Word| {
        (word.rect.center_y() - last.rect.center_y()).abs() * 10 <= last.rect.height().max(word.rect.height()) * 8
    };
    let mut line = vec![words[first]];
    for word in &words[first + 1..] {
        if line.last().is_some_and(|last| follows(last, word)) {
            line.push(word);
        }
    }
    for word in words[..first].iter().rev() {
        if line.first().is_some_and(|last| follows(last, word)) {
            line.insert(0, word);
        }
    }
    line
}

/// How much of a page made sense.
#[derive(Clone, Copy)]
struct Evidence {
    /// Letters of words that the reader was sure of.
    letters: f32,
    /// Share of all letters that stand in such words.
    share: f32,
}

impl Evidence {
    /// An upside-down page gives a few sure words by chance, never most of its letters.
    fn readable(self) -> bool {
        self.letters >= 40.0 && self.share >= 0.5
    }
}

/// What the page itself says: the machine prints its header upright over paper that went in upside down.
fn evidence(words: &[Word], page: &PreparedPage) -> Evidence {
    let words = words.iter().filter(|w| page.header_band.is_none_or(|band| !band.holds(&w.rect)));
    let all: f32 = words.clone().map(Word::letters).sum();
    let sure = |w: &&Word| w.confidence.get() >= 0.7 && w.letters() >= 3.0;
    let letters: f32 = words.filter(sure).map(Word::letters).sum();
    Evidence { letters, share: if all > 0.0 { letters / all } else { 0.0 } }
}

/// A page with less writing than a few letters has nothing to read.
fn is_white(page: &PreparedPage) -> bool {
    let letter = u64::from(page.dpi / 10).pow(2);
    page.writing.count(&page.writing.bounds()) < letter
}

/// Who finds the rows of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowFinder {
    /// Our own, in a hundredth of the time of Tesseract's layout analysis; what it finds on a fax is read as well.
    Own,
    /// Tesseract's layout analysis, made for letters that hang together and fall apart as those of a coarse fax do, and for rows that bend
    /// and fan out in a photograph.
    Analysis,
}

impl RowFinder {
    fn for_page(source: &SourcePage) -> RowFinder {
        let coarse = is_coarse(source.resolution.x.min(source.resolution.y));
        let photographed = matches!(source.pixels, Pixels::Gray(_)) && !source.level;
        if coarse || photographed { RowFinder::Analysis } else { RowFinder::Own }
    }
}

fn legibility(words: &[Word], page: &PreparedPage) -> Legibility {
    let mut letters = 0.0f32;
    let mut sum = 0.0f32;
    for word in words {
        let n = word.letters();
        letters += n;
        sum += n * word.confidence.get();
    }
    let area = (u64::from(page.ink.width()) * u64::from(page.ink.height())).max(1);
    Legibility {
        confidence: Confidence::new(if letters > 0.0 { sum / letters } else { 0.0 }),
        characters: letters as u32,
        ink_share: page.ink.count(&page.ink.bounds()) as f32 / area as f32,
    }
}

/// The file's form fields where they lie on the prepared page.
fn on_page(values: &[FormValue], page: &PreparedPage) -> Vec<FormValue> {
    values.iter().map(|field| FormValue { rect: page.placement.to_page(&field.rect), ..field.clone() }).collect()
}

/// Whether a page is something else than an empty sheet, though hardly anything on it looks like writing.
///
/// What was taken for paper was black, or grey; rulings and tints are left out of the writing, but somebody printed them; and of a page
/// of which a quarter could not be decoded nobody knows whether that part was empty.
fn is_no_blank_paper(page: &PreparedPage, source: &SourcePage) -> bool {
    let swapped = |step: &String| step == "inverted" || step == "local-threshold";
    if page.preparation.steps.iter().any(swapped) {
        return true;
    }
    let lost = source.damage.missing_rows.saturating_add(source.damage.bad_rows);
    if lost > source.size().1 / 4 {
        return true;
    }
    let bounds = page.ink.bounds();
    let streaks = page.preparation.streaks.iter().map(|&(left, right)| Rect { left, right, ..bounds });
    let foreign: u64 = streaks.chain(page.header_band).map(|rect| page.ink.count(&rect)).sum();
    let ink = page.ink.count(&bounds);
    // A streak as wide as the page is a black page.
    let most = if foreign as f32 > 0.5 * bounds.area() as f32 { ink } else { ink.saturating_sub(foreign) };
    most as f32 > MOST_BLANK * bounds.area().max(1) as f32
}

/// Whether words of a text layer account for all writing in a band of the page.
fn says_all(page: &PreparedPage, band: &Rect, words: &[Word]) -> bool {
    let band = band.intersect(&page.writing.bounds());
    let mut rest = page.writing.cut(&band);
    let all = rest.count(&rest.bounds());
    for word in words {
        rest.clear(&word.rect.translate(-band.left, -band.top).inflate(3, 3));
    }
    // The tip of a letter may stand out of its word's box.
    rest.count(&rest.bounds()) * 50 <= all
}

/// Share of the page's pixels that are ink, the header band left out.
fn ink_without_header(page: &PreparedPage) -> f32 {
    let all = page.writing.count(&page.writing.bounds());
    let band = page.header_band.map_or(0, |band| page.writing.count(&band));
    all.saturating_sub(band) as f32 / page.writing.bounds().area().max(1) as f32
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::decode::{Container, Damage, Pixels, Resolution};
    use crate::page::Bitmap;

    fn sheet(pixels: Pixels, damage: Damage) -> bool {
        let resolution = Resolution { x: 200.0, y: 200.0, assumed: false };
        let (text, form_values) = (Vec::new(), Vec::new());
        let source = SourcePage {
            container: Container::Tiff,
            pixels,
            resolution,
            text,
            form_values,
            damage,
            level: false,
            encoding: "g4".into(),
        };
        !is_no_blank_paper(&prepare(&source, None), &source)
    }

    #[test]
    fn the_topmost_line_is_followed_along_its_slope() {
        let word = |text: &str, left: i32, top: i32| Word {
            text: text.into(),
            confidence: Confidence::CERTAIN,
            rect: Rect::new(left, top, left + 60, top + 20),
            line: 0,
        };
        let words = [
            word("Page", 1000, 50),
            word("20", 100, 20),
            word("Nov", 400, 30),
            word("Dear", 120, 70),
            word("of", 700, 40),
        ];
        let line: Vec<&str> = topmost_line(words.iter().collect()).iter().map(|w| w.text.as_str()).collect();
        assert_eq!(line, ["20", "Nov", "of", "Page"]);
    }

    #[test]
    fn only_white_paper_without_print_is_blank() {
        let whole = Damage::default();
        let white = Bitmap::new(1700, 2200);
        assert!(sheet(Pixels::Bilevel(white.clone()), whole));
        assert!(!sheet(Pixels::Bilevel(white.clone()), Damage { missing_rows: 900, ..whole }), "most of it is unknown");
        let mut streaked = white.clone();
        streaked.fill(&Rect::new(800, 0, 803, 2200));
        assert!(sheet(Pixels::Bilevel(streaked), whole), "a streak is dirt in the machine");

        let mut black = white.clone();
        black.invert();
        assert!(!sheet(Pixels::Bilevel(black.clone()), whole));
        for x in 0..80 {
            black.clear(&Rect::new(x * 20, x * 25, x * 20 + 6, x * 25 + 6));
        }
        assert!(!sheet(Pixels::Bilevel(black), whole), "black with a few holes");
        let mut half = white.clone();
        half.fill(&Rect::new(0, 1100, 1700, 2200));
        assert!(!sheet(Pixels::Bilevel(half), whole));
        let mut ruled = white;
        for line in 0..30 {
            ruled.fill(&Rect::new(100, 100 + line * 60, 1600, 104 + line * 60));
        }
        assert!(!sheet(Pixels::Bilevel(ruled), whole), "rulings were printed by somebody");
        assert!(
            !sheet(Pixels::Gray(GrayImage::from_pixel(1700, 2200, Luma([128])).into()), whole),
            "what a broken decoder leaves"
        );
        assert!(sheet(Pixels::Gray(GrayImage::from_pixel(1700, 2200, Luma([250])).into()), whole));
    }
}
