//! Words of a PDF's own text layer, where they can be trusted.
//!
//! A text layer spares the readers and is exact, when the page shows what the layer says. It is taken only when ink stands under its
//! words and little other writing stands beside them: an old OCR layer under a scan, or a caption on a picture of a form, is not.

use crate::answer::Confidence;
use crate::decode::SourcePage;
use crate::geometry::Rect;
use crate::ocr::Word;
use crate::page::{PreparedPage, Rotation};

/// The layer's words in prepared pixels, or `None` when the page must be read from its pixels.
pub fn trusted_words(source: &SourcePage, page: &PreparedPage) -> Option<Vec<Word>> {
    if source.encoding != "rendered" || page.preparation.rotation != Rotation::None {
        return None;
    }
    let visible: Vec<(&str, Rect)> = source
        .text
        .iter()
        .filter(|t| !t.invisible && !t.text.trim().is_empty())
        .map(|t| (t.text.as_str(), page.placement.to_page(&t.rect)))
        .collect();
    if visible.is_empty() {
        return None;
    }
    let inked = visible.iter().filter(|(_, rect)| page.ink.count(rect) * 100 > rect.area().unsigned_abs() * 2).count();
    let under: u64 = visible.iter().map(|(_, rect)| page.writing.count(&rect.inflate(2, 2))).sum();
    let all = page.writing.count(&page.writing.bounds());
    // Signatures and logos are beside the text; a page that is mostly something else is a picture.
    if inked * 10 < visible.len() * 8 || under * 2 < all {
        return None;
    }
    let mut words: Vec<Word> = visible
        .into_iter()
        .map(|(text, rect)| Word { text: text.to_owned(), confidence: Confidence::CERTAIN, rect, line: 0 })
        .collect();
    number_lines(&mut words);
    Some(words)
}

/// Gives words that stand side by side the same line number, from the top, and sorts them into reading order.
pub fn number_lines(words: &mut [Word]) {
    words.sort_by_key(|w| (w.rect.center_y(), w.rect.left));
    let mut lines: Vec<(i32, i32, u32)> = Vec::new();
    for word in words.iter_mut() {
        let (y, half) = (word.rect.center_y(), (word.rect.height() / 2).max(1));
        match lines.iter().rev().find(|(center, reach, _)| (y - center).abs() < *reach.max(&half)) {
            Some((_, _, number)) => word.line = *number,
            None => {
                word.line = lines.len() as u32;
                lines.push((y, half, word.line));
            }
        }
    }
    words.sort_by_key(|w| (w.line, w.rect.left));
}
