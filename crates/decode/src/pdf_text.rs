//! Words out of glyphs: a PDF has no words, only glyphs at places.

use hayro::kurbo::{Point, Rect, Vec2};

use super::PlacedText;
use super::pdf::ToPixels;
use super::pdf_scan::ScannedGlyph;

/// In ems. A word space is a quarter of an em, justified text may press it to a fifth; kerning stays below a tenth.
const WORD_GAP: f64 = 0.18;
/// In ems: kerned pairs and stacked accents go back this far.
const OVERLAP: f64 = 0.6;
/// In ems: how far a superscript leaves the baseline.
const BASELINE: f64 = 0.4;

/// The words of a page in content order, in its pixels.
pub(super) fn words(glyphs: &[ScannedGlyph], to_pixels: &ToPixels) -> Vec<PlacedText> {
    let mut words: Vec<PlacedText> = Vec::new();
    let mut open: Option<Word> = None;
    let mut close = |word: Option<Word>| {
        if let Some(word) = word.and_then(|word| word.place(to_pixels))
            && !is_double(&words, &word)
        {
            words.push(word);
        }
    };
    for glyph in glyphs {
        if glyph.text.chars().all(|c| c.is_whitespace() || c.is_control()) {
            close(open.take());
            continue;
        }
        match &mut open {
            Some(word) if word.takes(glyph) => word.push(glyph),
            _ => close(open.replace(Word::start(glyph))),
        }
    }
    close(open);
    words
}

/// A word that is being put together.
struct Word {
    text: String,
    bounds: Rect,
    end: Point,
    em: Vec2,
    invisible: bool,
}

impl Word {
    fn start(glyph: &ScannedGlyph) -> Self {
        let mut word = Self {
            text: String::new(),
            bounds: glyph.bounds(),
            end: glyph.origin,
            em: glyph.em,
            invisible: glyph.invisible,
        };
        word.push(glyph);
        word
    }

    /// Whether `glyph` goes on where the word ends, on the same baseline and in about the same size.
    fn takes(&self, glyph: &ScannedGlyph) -> bool {
        let (size, other) = (self.em.hypot(), glyph.em.hypot());
        if self.invisible != glyph.invisible || size <= 0.0 || !(0.4..=2.5).contains(&(other / size)) {
            return false;
        }
        let up = self.em / size;
        if up.dot(glyph.em / other) < 0.99 {
            return false;
        }
        let step = glyph.origin - self.end;
        // The baseline runs along the advance; a mirrored page has it on the other side of "up".
        let along =
            if glyph.advance.hypot() > 0.0 { glyph.advance / glyph.advance.hypot() } else { Vec2::new(-up.y, up.x) };
        let gap = step.dot(along) / size;
        (-OVERLAP..WORD_GAP).contains(&gap) && (step.dot(up) / size).abs() < BASELINE
    }

    fn push(&mut self, glyph: &ScannedGlyph) {
        self.text.extend(glyph.text.chars().flat_map(plain_letters).filter(|c| !c.is_control() && !c.is_whitespace()));
        self.bounds = self.bounds.union(glyph.bounds());
        self.end = glyph.origin + glyph.advance;
    }

    /// The word on the page; `None` when it lies outside or its font says nothing of what it means.
    fn place(self, to_pixels: &ToPixels) -> Option<PlacedText> {
        let rect = to_pixels.rect(self.bounds);
        let says_something = self.text.chars().any(|c| c != '\u{FFFD}');
        (says_something && !rect.is_empty()).then_some(PlacedText { text: self.text, rect, invisible: self.invisible })
    }
}

/// Ligatures and presentation forms as the letters that they stand for.
fn plain_letters(c: char) -> impl Iterator<Item = char> {
    let letters = match c {
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        '\u{FB05}' | '\u{FB06}' => "st",
        '\u{AD}' => "-",
        _ => "",
    };
    letters.chars().chain(letters.is_empty().then_some(c))
}

/// Bold text is sometimes the same text twice, a hair apart.
fn is_double(words: &[PlacedText], word: &PlacedText) -> bool {
    words.iter().rev().take(40).any(|before| {
        let shared = before.rect.intersect(&word.rect).area();
        before.text == word.text && before.invisible == word.invisible && shared * 10 > word.rect.area() * 7
    })
}
