//! From the rows of a page to the pieces that are read at once.
//!
//! As Tesseract does it (`ROW_RES` in `ccstruct/pageres.cpp`): the words of a row are read together, but for those of another size, which would be
//! squeezed or lost at the row's height, and wide gaps end a piece.

use faxtriage_lstm::{Row, line_box};

use crate::geometry::Rect;
use crate::page::TextRow;

/// A stretch of a line that is read at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// What of the picture shows it, with the room that the reader wants around it.
    pub shown: Rect,
    /// Its connected components of ink, left to right.
    pub blobs: Vec<Rect>,
    /// The words that were joined to it; none where it is one word.
    pub words: Vec<Rect>,
    /// Number of its line; lines count from the top of the page in reading order.
    pub line: u32,
}

/// Least and greatest gap between letters that parts words, as shares of the x-height.
const WORD_GAPS: (f32, f32) = (0.25, 0.8);
/// Same, where the gaps of a row do not tell.
const WORD_GAP: f32 = 0.5;
/// Greatest height of a word, and of words that are read together, in heights of the row.
const TALLEST: f32 = 1.25;
/// Widest gap within a piece, in heights of the row.
const WIDEST_GAP: f32 = 2.0;

/// A run of words while it grows.
struct Run {
    words: Vec<Rect>,
    letters: Vec<Rect>,
    rect: Rect,
}

/// The pieces of a page's rows, on a picture of the given size.
pub fn pieces_of_rows(rows: &[TextRow], size: (i32, i32)) -> Vec<Piece> {
    rows.iter().flat_map(|row| runs(row).into_iter().filter_map(move |run| piece(row, run, size))).collect()
}

fn runs(row: &TextRow) -> Vec<Run> {
    let tall = (TALLEST * row.heights.line()) as i32;
    let wide = (WIDEST_GAP * row.heights.line()) as i32;
    let mut runs: Vec<Run> = Vec::new();
    for letters in words(row) {
        let Some(word) = Rect::bounding(&letters) else { continue };
        let last = runs.last_mut().filter(|run| {
            let before = run.words.last().map_or(word.left, |before| before.right);
            word.left - before <= wide && run.rect.union(&word).height() <= tall
        });
        match last {
            Some(run) => {
                run.rect = run.rect.union(&word);
                run.words.push(word);
                run.letters.extend(letters);
            }
            None => runs.push(Run { words: vec![word], letters, rect: word }),
        }
    }
    runs
}

/// The letters of a row, word by word.
fn words(row: &TextRow) -> Vec<Vec<Rect>> {
    let least = word_gap(row);
    let mut words: Vec<Vec<Rect>> = Vec::new();
    let mut right = i32::MIN;
    for letter in &row.letters {
        match words.last_mut() {
            Some(word) if ((letter.left - right) as f32) < least => word.push(*letter),
            _ => words.push(vec![*letter]),
        }
        right = right.max(letter.right);
    }
    words
}

/// The gap between letters that parts words: where the row's own gaps fall apart best into narrow and wide ones.
fn word_gap(row: &TextRow) -> f32 {
    let x_height = row.heights.x_height;
    let mut gaps: Vec<f32> = Vec::new();
    let mut right = i32::MAX;
    for letter in &row.letters {
        if right < letter.left {
            gaps.push(((letter.left - right) as f32).min(x_height));
        }
        right = if right == i32::MAX { letter.right } else { right.max(letter.right) };
    }
    gaps.sort_by(f32::total_cmp);
    let all: f32 = gaps.iter().sum();
    let (mut narrow, mut best) = (0.0, (0.0, WORD_GAP * x_height));
    for (count, pair) in (1..).zip(gaps.windows(2)) {
        narrow += pair[0];
        let (below, above) = (count as f32, (gaps.len() - count) as f32);
        let apart = (all - narrow) / above - narrow / below;
        let between = apart * apart * below * above;
        if between > best.0 {
            best = (between, (pair[0] + pair[1]) / 2.0);
        }
    }
    best.1.clamp(WORD_GAPS.0 * x_height, WORD_GAPS.1 * x_height)
}

fn piece(row: &TextRow, run: Run, size: (i32, i32)) -> Option<Piece> {
    let Run { words, letters, rect } = run;
    let bounds = faxtriage_lstm::Rect { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
    let measures = Row {
        baseline: row.baseline.at((rect.left + rect.right) as f32 / 2.0),
        height: row.heights.line(),
        descenders: -row.heights.descenders,
        ascenders: row.heights.ascenders,
    };
    let shown = line_box(bounds, measures, size);
    let shown = Rect::new(shown.left, shown.top, shown.right, shown.bottom);
    let words = if words.len() < 2 { Vec::new() } else { words };
    (!shown.is_empty()).then_some(Piece { shown, blobs: letters, words, line: row.line })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Baseline, Heights};

    /// A row whose letters, capitals of 20 pixels, begin at these columns; a box of 40 pixels stands where one is negative.
    fn row(columns: &[i32]) -> TextRow {
        let letter = |x: &i32| {
            if *x < 0 { Rect::new(-x, 70, 30 - x, 110) } else { Rect::new(*x, 80, x + 12, 100) }
        };
        let letters: Vec<Rect> = columns.iter().map(letter).collect();
        let heights = Heights { x_height: 14.0, ascenders: 6.0, descenders: 6.0 };
        let rect = Rect::bounding(&letters).unwrap_or_default();
        TextRow { letters, rect, baseline: Baseline::level(100.0), heights, line: 7 }
    }

    fn words_of(columns: &[i32]) -> Vec<Vec<(i32, i32)>> {
        let sides = |piece: &Piece| piece.words.iter().map(|word| (word.left, word.right)).collect();
        pieces_of_rows(&[row(columns)], (1000, 200)).iter().map(sides).collect()
    }

    #[test]
    fn a_row_is_read_at_once_with_the_room_of_its_print() {
        let pieces = pieces_of_rows(&[row(&[100, 115, 130, 150, 165])], (1000, 200));
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].shown, Rect::new(96, 76, 181, 110));
        assert_eq!((pieces[0].words.len(), pieces[0].blobs.len(), pieces[0].line), (2, 5, 7));
    }

    #[test]
    fn words_part_where_the_gaps_of_their_row_are_wide() {
        assert_eq!(words_of(&[100, 115, 130, 148, 163]), [[(100, 142), (148, 175)]], "tight print");
        assert_eq!(words_of(&[100, 117, 134, 158, 175]), [[(100, 146), (158, 187)]], "wide print");
        assert_eq!(words_of(&[100, 115, 130, 145]), [[]], "one word");
    }

    #[test]
    fn a_box_and_a_wide_gap_end_a_piece() {
        let pieces = pieces_of_rows(&[row(&[-100, 150, 165, 400, 415])], (1000, 200));
        let shown: Vec<(i32, i32)> = pieces.iter().map(|piece| (piece.shown.left, piece.shown.right)).collect();
        assert_eq!(shown, [(96, 134), (146, 181), (396, 431)]);
    }

    #[test]
    fn a_piece_ends_with_the_picture() {
        let pieces = pieces_of_rows(&[row(&[2, 17])], (28, 103));
        assert_eq!(pieces[0].shown, Rect::new(0, 76, 28, 103));
    }
}
