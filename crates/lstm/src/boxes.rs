//! Places of words and characters from the ink (Tesseract's `PAGE_RES_IT::ReplaceCurrentWord`, `ccstruct/pageres.cpp`).
//!
//! The network knows only roughly where a character is. After reading a piece of a line, Tesseract gives the ink that
//! its layout analysis found there to the characters, and reports the bounds of that ink as their places.

use std::ops::Range;

use crate::words::WordResult;

/// What the layout analysis found in one piece of a line; all columns are those of the piece's picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PieceLayout {
    /// Columns of each blob of ink: the symbols of `AnalyseLayout`'s iterator.
    pub blobs: Vec<Range<u32>>,
    /// The words from which the piece was joined; none when it is a single word.
    pub words: Vec<LayoutWord>,
}

/// A word of the layout analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutWord {
    /// Columns of the word.
    pub x: Range<u32>,
    /// Height in pixels.
    pub height: u32,
}

/// A range of columns with signed ends; it is empty when the right end is not above the left.
#[derive(Debug, Clone, Copy)]
struct Span {
    left: i32,
    right: i32,
}

impl Span {
    /// The span that adds nothing to a union.
    const NONE: Self = Self { left: i32::MAX, right: i32::MIN };

    fn new(range: &Range<u32>) -> Self {
        let end = |end: u32| i32::try_from(end).unwrap_or(i32::MAX);
        Self { left: end(range.start), right: end(range.end) }
    }

    fn is_empty(self) -> bool {
        self.left >= self.right
    }

    fn union(self, other: Self) -> Self {
        Self { left: self.left.min(other.left), right: self.right.max(other.right) }
    }

    fn overlap(self, other: Self) -> i32 {
        (self.right.min(other.right)).saturating_sub(self.left.max(other.left)).max(0)
    }

    fn middle(self) -> i32 {
        (self.left + self.right) / 2
    }

    /// The part inside `bounds`, at least one column of it (`MoveAndClipBlob`).
    fn clip(self, bounds: Self) -> Self {
        if self.left >= bounds.left && self.right <= bounds.right {
            return self;
        }
        Self {
            left: self.left.max(bounds.left).min(bounds.right - 1),
            right: self.right.min(bounds.right).max(bounds.left + 1),
        }
    }

    fn range(self) -> Range<u32> {
        let end = |end: i32| u32::try_from(end).unwrap_or(0);
        end(self.left)..end(self.right).max(end(self.left))
    }
}

/// Replaces the columns of words and characters by those of the ink that belongs to them.
///
/// `words` are all words that were read in the piece, with the places that [`crate::Recognizer::read_lines`] gave.
pub fn fit_to_ink(words: &mut [WordResult], layout: &PieceLayout) {
    let mut blobs: Vec<Span> = layout.blobs.iter().map(Span::new).collect();
    blobs.sort_by_key(|blob| blob.middle());
    let mut blobs = blobs.into_iter().peekable();
    let places: Vec<Span> = words.iter().map(|word| Span::new(&word.x)).collect();
    let mut bounds = Span::NONE;
    for (index, word) in words.iter_mut().enumerate() {
        bounds = word_bounds(places[index], bounds, places.get(index + 1).copied(), &layout.words);
        if bounds.is_empty() {
            continue;
        }
        let symbols: Vec<Span> = word.symbols.iter().map(|symbol| Span::new(&symbol.x)).collect();
        let mut ink = Span::NONE;
        for (at, symbol) in word.symbols.iter_mut().enumerate() {
            // Characters share the ink at the middle between their rough places.
            let end = symbols
                .get(at + 1)
                .map_or(bounds.right, |next| ((symbols[at].right + next.left) / 2).max(bounds.left).min(bounds.right));
            let mut place = Span::NONE;
            while let Some(blob) = blobs.next_if(|blob| blob.middle() < end) {
                place = place.union(blob.clip(bounds));
            }
            if place.is_empty() {
                place = symbols[at].clip(bounds);
            }
            symbol.x = place.range();
            ink = ink.union(place);
        }
        word.x = ink.range();
    }
}

/// The columns that a word may have, from the words of the layout that overlap it (`ComputeWordBounds`).
fn word_bounds(current: Span, previous: Span, next: Option<Span>, layout: &[LayoutWord]) -> Span {
    let mut bounds = Span::NONE;
    for word in layout {
        let place = Span::new(&word.x);
        let width = place.right - place.left;
        let height = i32::try_from(word.height).unwrap_or(i32::MAX);
        let significant = height.min(width / 2).max(width / 4);
        if place.overlap(current) <= significant {
            continue;
        }
        if place.overlap(previous) > significant {
            // The layout saw one word where two were read: only the rough place tells them apart.
            bounds.left = current.left;
        } else if next.is_some_and(|next| place.overlap(next) > significant) {
            bounds.right = current.right;
        } else {
            bounds = bounds.union(place);
        }
    }
    if bounds.is_empty() { current } else { bounds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::SymbolResult;

    fn word(symbols: &[Range<u32>]) -> WordResult {
        WordResult {
            text: "x".repeat(symbols.len()),
            confidence: 1.0,
            x: symbols[0].start..symbols[symbols.len() - 1].end,
            symbols: symbols
                .iter()
                .map(|x| SymbolResult { text: "x".to_owned(), confidence: 1.0, x: x.clone() })
                .collect(),
        }
    }

    #[test]
    fn characters_get_the_ink_near_them() {
        let mut words = [word(&[0..20, 20..44])];
        fit_to_ink(&mut words, &PieceLayout { blobs: vec![6..15, 18..29, 31..41], words: Vec::new() });
        assert_eq!(words[0].symbols[0].x, 6..15);
        assert_eq!(words[0].symbols[1].x, 18..41);
        assert_eq!(words[0].x, 6..41);
    }

    #[test]
    fn without_ink_the_rough_place_stays() {
        let mut words = [word(&[3..9, 9..15])];
        fit_to_ink(&mut words, &PieceLayout::default());
        assert_eq!(words[0].x, 3..15);
    }
}
