//! One page, from the decoder's pixels to a [`PageReading`]: what a worker does.

use chrono::NaiveDate;

use super::form::{Fit, FormPage};
use super::header::parse_header;
use super::letter::{letter_facts, people};
use super::meaning::Meanings;
use super::reread::{DOUBTFUL, reread};
use super::sheet::Sheet;
use super::text_layer::trusted_words;
use crate::answer::Confidence;
use crate::assemble::fingerprint;
use crate::classify::{PageEvidence, classify};
use crate::decode::SourcePage;
use crate::geometry::Rect;
use crate::ocr::{Layout, LineReader, OcrError, PageReader, Word};
use crate::page::{MarkBand, PreparedPage, Rotation, prepare};
use crate::reading::{HeaderLine, Legibility, PageKind, PageReading, READING_FORMAT, SourceFacts};
use crate::rules::Pack;

/// The readers and the pack that pages are read with.
pub struct PageEngine<'a> {
    pub reader: &'a mut dyn PageReader,
    pub second: Option<&'a mut dyn LineReader>,
    pub pack: &'a Pack,
    /// The day the fax was received: what two-digit years pivot on.
    pub reference: NaiveDate,
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
        if let Some(second) = self.second.as_deref_mut()
            && !text_layer
            && legibility(&words, &page).confidence.get() < DOUBTFUL
        {
            words = reread(&page, words, second);
        }
        let header = self.take_header(&page, &mut words)?;
        let sheet = Sheet::new(&words, &page.rulings);
        let fits: Vec<Fit<'_>> = self.pack.forms.iter().map(|form| Fit::new(form, &sheet)).collect();
        let legibility = legibility(&words, &page);
        let kinds = classify(
            &PageEvidence { words: &words, width: page.ink.width(), height: page.ink.height(), ink_share: legibility.ink_share, rulings: &page.rulings, dpi: page.dpi },
            &self.pack.phrases,
            &self.pack.forms,
        );
        let meanings = Meanings { reference: self.reference, words: &self.pack.phrases.dates, day_first: false };
        let best = kinds.first().map(|k| &k.kind);
        let form = match best {
            Some(PageKind::Form(id)) => fits.iter().find(|fit| fit.form.id == *id).map(|fit| {
                let page = FormPage {
                    page: &page,
                    number,
                    sheet: &sheet,
                    form_values: &source.form_values,
                    text_layer,
                    band: self.band(),
                    meanings: &meanings,
                };
                fit.read(&page, self.second.as_deref_mut())
            }),
            _ => None,
        };
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
            letter: None,
            people: Vec::new(),
            fingerprint: fingerprint(&words, &page.ink),
            words,
            kinds,
            form,
            notes,
        };
        Ok((self.with_letter(reading), page))
    }

    fn band(&self) -> MarkBand {
        MarkBand { unchecked_below: self.pack.marks.unchecked_below, checked_above: self.pack.marks.checked_above }
    }

    /// The page upright with its words: from the text layer where it can be trusted, else from the pixels.
    fn words(&mut self, source: &SourcePage) -> Result<Words, OcrError> {
        let page = prepare(source, None);
        if let Some(words) = trusted_words(source, &page) {
            return Ok(Words { page, words, text_layer: true });
        }
        let words = self.ocr(&page)?;
        let found = evidence(&words);
        if found.readable() || is_white(&page) {
            return Ok(Words { page, words, text_layer: false });
        }
        // Nothing sensible was read: perhaps the page lies on its head, or on its side.
        let mut best = (found, Words { page, words, text_layer: false });
        for turn in [Rotation::Half, Rotation::Quarter, Rotation::ThreeQuarters] {
            let page = prepare(source, Some(turn));
            let words = self.ocr(&page)?;
            let found = evidence(&words);
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

    fn ocr(&mut self, page: &PreparedPage) -> Result<Vec<Word>, OcrError> {
        if is_white(page) {
            return Ok(Vec::new());
        }
        let mut words = self.reader.read_page(&page.clean, page.dpi, Layout::Block)?;
        words.retain(|w| w.text.chars().any(|c| !c.is_whitespace()));
        Ok(words)
    }

    /// Takes the header band's words out and reads them as a header line.
    ///
    /// The machine prints its line upright even when the paper went in upside down: then the band is at the bottom, on its head.
    fn take_header(&mut self, page: &PreparedPage, words: &mut Vec<Word>) -> Result<Option<HeaderLine>, OcrError> {
        let Some(band) = page.header_band else { return Ok(None) };
        let (inside, outside): (Vec<Word>, Vec<Word>) = words.drain(..).partition(|w| band.holds(&w.rect));
        *words = outside;
        let upright = parse_header(&join(&inside), band);
        if upright.page.is_some() || upright.sent_at.is_some() {
            return Ok(Some(upright));
        }
        let margin = band.inflate(8, 8).intersect(&page.ink.bounds());
        let cut = image::imageops::crop_imm(
            &page.gray,
            margin.left as u32,
            margin.top as u32,
            margin.width() as u32,
            margin.height() as u32,
        )
        .to_image();
        for picture in [cut.clone(), image::imageops::rotate180(&cut)] {
            let words = self.reader.read_page(&picture, page.dpi, Layout::Line)?;
            let line = parse_header(&join(&words), band);
            if line.page.is_some() || line.sent_at.is_some() {
                return Ok(Some(line));
            }
        }
        Ok((!upright.text.is_empty()).then_some(upright))
    }

    /// Adds what depends on the words alone: the letter's facts and the people named.
    fn with_letter(&self, mut reading: PageReading) -> PageReading {
        let may_be_letter = matches!(reading.kind(), PageKind::Letter | PageKind::Unknown)
            || reading.kinds.iter().any(|k| k.kind == PageKind::Letter && k.score > 0.3);
        if may_be_letter {
            reading.letter = Some(letter_facts(&reading.lines(), &self.pack.phrases, self.reference));
        }
        reading.people = people(&reading.lines(), &self.pack.phrases, self.reference);
        reading
    }
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

fn evidence(words: &[Word]) -> Evidence {
    let count = |w: &Word| w.text.chars().filter(|c| c.is_alphanumeric()).count() as f32;
    let all: f32 = words.iter().map(count).sum();
    let letters: f32 = words.iter().filter(|w| w.confidence.get() >= 0.7 && count(w) >= 3.0).map(count).sum();
    Evidence { letters, share: if all > 0.0 { letters / all } else { 0.0 } }
}

/// A page with less writing than a few letters has nothing to read.
fn is_white(page: &PreparedPage) -> bool {
    let letter = u64::from(page.dpi / 10).pow(2);
    page.writing.count(&page.writing.bounds()) < letter
}

fn legibility(words: &[Word], page: &PreparedPage) -> Legibility {
    let mut letters = 0.0f32;
    let mut sum = 0.0f32;
    for word in words {
        let n = word.text.chars().filter(|c| c.is_alphanumeric()).count() as f32;
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

fn join(words: &[Word]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}
