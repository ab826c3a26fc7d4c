//! The part of a page that Tesseract hands to the recogniser for one piece of a text line
//! (`Tesseract::LSTMRecognizeWord` and `GetRectImage` in `src/ccmain/linerec.cpp`).
//!
//! The recogniser does not see text lines as the layout iterator gives them. Before recognition Tesseract joins the
//! words of a row to pieces, leaves words of odd size alone, and grows each piece to the height of the row:
//!
//! * down to the baseline's height at the middle of the piece plus the row's descenders (a negative number),
//! * up to that height plus the row's x-height and ascenders,
//! * and by 4 pixels on every side, as far as the page goes.
//!
//! `TessBaseAPI::AnalyseLayout(true)` gives an iterator whose words are those pieces, `PageIterator::RowAttributes`
//! gives the row's measures, and `PageIterator::Baseline` gives the baseline, rounded to whole pixels.

/// White space around a piece (`kImagePadding`).
const PADDING: i32 = 4;

/// A rectangle on the page, in pixels from the top left corner; right and bottom are not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// Column after the last.
    pub right: i32,
    /// Row after the last.
    pub bottom: i32,
}

/// What the layout analysis says about the row of a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Height of the baseline on the page, in rows from the top, at the middle of the piece.
    pub baseline: f32,
    /// From the lowest descender to the highest ascender: `RowAttributes`' first value.
    pub height: f32,
    /// Depth of descenders below the baseline as a negative number: `RowAttributes`' second value.
    pub descenders: f32,
    /// Height of ascenders above the x-height: `RowAttributes`' third value.
    pub ascenders: f32,
}

/// The rectangle that Tesseract would read for the piece with bounds `piece` on a page of the given size.
///
/// It has no area when the piece is outside the page.
#[must_use]
pub fn line_box(piece: Rect, row: Row, (page_width, page_height): (i32, i32)) -> Rect {
    // Tesseract counts rows from the bottom, and cuts off the fractions of heights there.
    let baseline = page_height as f32 - row.baseline;
    let low = baseline + row.descenders;
    // The x-height and the ascenders are the row's height without the descenders.
    let high = baseline + (row.height - row.ascenders + row.descenders) + row.ascenders;
    let (mut bottom, mut top) = (page_height - piece.bottom, page_height - piece.top);
    if low < bottom as f32 {
        bottom = low as i32;
    }
    if high > top as f32 {
        top = high as i32;
    }
    Rect {
        left: (piece.left - PADDING).clamp(0, page_width),
        top: (page_height - top - PADDING).clamp(0, page_height),
        right: (piece.right + PADDING).clamp(0, page_width),
        bottom: (page_height - bottom + PADDING).clamp(0, page_height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_row() {
        let piece = Rect { left: 10, top: 52, right: 90, bottom: 70 };
        let row = Row { baseline: 70.0, height: 30.0, descenders: -6.5, ascenders: 7.0 };
        let grown = line_box(piece, row, (200, 300));
        // The baseline is 230 from the bottom; the row goes from 223.5 to 253.5, cut to 223 and 253.
        assert_eq!(grown, Rect { left: 6, top: 300 - 253 - 4, right: 94, bottom: 300 - 223 + 4 });
        let edge = line_box(Rect { left: 0, top: 0, right: 200, bottom: 300 }, row, (200, 300));
        assert_eq!(edge, Rect { left: 0, top: 0, right: 200, bottom: 300 });
    }
}
