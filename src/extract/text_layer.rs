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
        // What a field's edge cuts off, and what is white on white, the page does not say.
        .filter(|(_, rect)| page.ink.count(rect) > 0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Container, Damage, Pixels, PlacedText, Resolution};
    use crate::page::{Bitmap, prepare};

    #[test]
    fn what_the_page_does_not_show_is_not_said() {
        let word = |text: &str, left: i32| PlacedText {
            text: text.into(),
            rect: Rect::new(left, 100, left + 80, 120),
            invisible: false,
        };
        let text =
            vec![word("called", 100), word("the", 200), word("office", 300), word("twice", 400), word("cut", 900)];
        let mut ink = Bitmap::new(1700, 2200);
        for placed in text.iter().take(4) {
            for x in (placed.rect.left..placed.rect.right - 6).step_by(12) {
                ink.fill(&Rect::new(x, 102, x + 4, 118));
            }
        }
        let source = SourcePage {
            container: Container::Pdf,
            pixels: Pixels::Bilevel(ink),
            resolution: Resolution { x: 200.0, y: 200.0, assumed: false },
            text,
            form_values: Vec::new(),
            damage: Damage::default(),
            level: false,
            encoding: "rendered".into(),
        };
        let page = prepare(&source, Some(Rotation::None));
        let words: Vec<String> = trusted_words(&source, &page).unwrap().into_iter().map(|word| word.text).collect();
        assert_eq!(words, ["called", "the", "office", "twice"]);
    }
}
