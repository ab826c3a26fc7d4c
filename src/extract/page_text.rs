//! The words of a page as one run of folded letters, so that phrases are found across line breaks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use super::fuzzy::{FoldedLine, Found, Phrase, Triples, tolerance};
use crate::geometry::Rect;
use crate::ocr::Word;

/// A page's words, in reading order, with their lines.
pub struct PageText<'a> {
    words: &'a [Word],
    lines: Vec<TextLine>,
    folded: FoldedLine,
    height: i32,
    /// What was looked for: kinds, letters and people ask for the same phrases.
    looked_for: RefCell<HashMap<Sought, Option<Found>>>,
}

/// A phrase's letters, the edits that are allowed (bits of the number), and the lines.
type Sought = (Box<[u8]>, u32, Range<usize>);

/// One line of a page.
pub struct TextLine {
    /// Its words, by their place on the page.
    pub words: Range<usize>,
    pub rect: Rect,
    /// The words with single spaces between.
    pub text: String,
    span: Range<usize>,
    triples: Triples,
}

impl<'a> PageText<'a> {
    /// `height` is the page's, in the words' pixels.
    pub fn new(words: &'a [Word], height: u32) -> Self {
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        let folded = FoldedLine::new(&texts);
        let mut lines = Vec::new();
        let mut start = 0;
        for chunk in words.chunk_by(|a, b| a.line == b.line) {
            let range = start..start + chunk.len();
            start = range.end;
            let span = folded.span_of(range.clone());
            lines.push(TextLine {
                rect: Rect::bounding(chunk.iter().map(|w| &w.rect)).unwrap_or_default(),
                text: chunk.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "),
                triples: folded.triples(span.clone()),
                words: range,
                span,
            });
        }
        Self {
            words,
            lines,
            folded,
            height: i32::try_from(height).unwrap_or(i32::MAX).max(1),
            looked_for: RefCell::default(),
        }
    }

    pub fn words(&self) -> &'a [Word] {
        self.words
    }

    pub fn lines(&self) -> &[TextLine] {
        &self.lines
    }

    /// All letters and digits, folded, without spaces.
    pub fn letters(&self) -> &str {
        self.folded.letters()
    }

    /// Where a word stands from top (0) to bottom (1) of the page.
    pub fn depth(&self, word: usize) -> f32 {
        self.words.get(word).map_or(1.0, |w| w.rect.center_y() as f32 / self.height as f32)
    }

    /// The line that holds a word.
    pub fn line_of(&self, word: usize) -> usize {
        self.lines.partition_point(|line| line.words.end <= word)
    }

    /// The text of a run of words.
    pub fn text(&self, words: Range<usize>) -> String {
        self.words.get(words).unwrap_or_default().iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The least confidence of a run of words, leaving out single marks.
    pub fn confidence(&self, words: Range<usize>) -> f32 {
        let words = self.words.get(words).unwrap_or_default();
        words
            .iter()
            .filter(|w| w.text.chars().any(char::is_alphanumeric))
            .map(|w| w.confidence.get())
            .fold(1.0, f32::min)
    }

    /// The best place of a phrase on the page, within the distance that its length allows; it may run over one line break.
    pub fn find(&self, phrase: &Phrase) -> Option<Found> {
        self.find_at(phrase, tolerance(phrase.len()), 0..self.lines.len())
    }

    /// The best place of a phrase in some lines, at most `max` edits a letter away.
    pub fn find_at(&self, phrase: &Phrase, max: f32, lines: Range<usize>) -> Option<Found> {
        // One line is looked through as fast as it is looked up.
        if lines.len() <= 1 {
            return self.look_for(phrase, max, lines);
        }
        let sought = (phrase.letters().into(), max.to_bits(), lines.clone());
        if let Some(known) = self.looked_for.borrow().get(&sought) {
            return known.clone();
        }
        let found = self.look_for(phrase, max, lines);
        self.looked_for.borrow_mut().insert(sought, found.clone());
        found
    }

    fn look_for(&self, phrase: &Phrase, max: f32, lines: Range<usize>) -> Option<Found> {
        let mut best: Option<Found> = None;
        for at in lines.clone() {
            let Some(line) = self.lines.get(at) else { break };
            let next = self.lines.get(at + 1).filter(|_| lines.contains(&(at + 1)));
            let needed = phrase.needed(max);
            let seen = line.triples.seen(phrase);
            // A phrase over the break has its beginning here and its triples in both lines together.
            let begins = seen * 6 >= needed;
            let joined = begins && next.is_some_and(|next| line.triples.or(&next.triples).seen(phrase) >= needed);
            if seen < needed && !joined {
                continue;
            }
            let end = next.filter(|_| joined).map_or(line.span.end, |next| next.span.end);
            if let Some(found) = self.folded.find_within(phrase, max, line.span.start..end)
                && best.as_ref().is_none_or(|b| found.distance < b.distance)
            {
                best = Some(found);
            }
        }
        best
    }

    /// All places of a phrase in one line, from left to right.
    pub fn find_all_in_line(&self, phrase: &Phrase, max: f32, line: usize) -> Vec<Found> {
        let Some(line) = self.lines.get(line) else { return Vec::new() };
        if !line.triples.may_hold(phrase, max) {
            return Vec::new();
        }
        self.folded.find_all_within(phrase, max, line.span.clone())
    }

    /// The phrase at the beginning of a line, when it stands there.
    pub fn starts_with(&self, line: usize, phrase: &Phrase, max: f32) -> Option<Found> {
        // Specks that were read as marks stand before nothing.
        let first = self
            .lines
            .get(line)?
            .words
            .clone()
            .find(|at| self.words.get(*at).is_some_and(|w| w.text.chars().any(char::is_alphanumeric)))?;
        // Most lines begin with something else: whether they do is seen in their first letters.
        let span = &self.lines.get(line)?.span;
        if !self.folded.may_begin(phrase, max, span.clone()) {
            return None;
        }
        self.find_at(phrase, max, line..line + 1).filter(|f| first == f.words.start)
    }
}
