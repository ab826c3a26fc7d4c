//! Commas and periods that a reader passed over in a name, told by their ink.
//!
//! A comma before credentials is a few pixels on a fax, and readers leave it out more often than they misread a letter. Where it stands is
//! known, though: right behind a word, and across the base line.

use super::sheet::Token;
use super::values::{is_credential, is_title};
use super::vote::squeeze;
use crate::geometry::Rect;
use crate::page::{PreparedPage, components};

/// `name` with the comma before its credentials and the period of its title, where the page has their ink between the `tokens` it was
/// read as.
pub fn restored(name: &str, tokens: &[&Token], page: &PreparedPage) -> String {
    let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
    if words.iter().any(|word| word.ends_with(',')) {
        return name.to_owned();
    }
    if let Some(at) = (1..words.len()).find(|&at| is_credential(&words[at]))
        && between(&words[at - 1], &words[at], tokens).is_some_and(|gap| gap.holds_comma(page))
    {
        words[at - 1].push(',');
    }
    if words.len() > 1
        && is_title(&words[0])
        && !words[0].ends_with('.')
        && between(&words[0], &words[1], tokens).is_some_and(|gap| gap.holds_period(page))
    {
        words[0].push('.');
    }
    words.join(" ")
}

/// The room behind a word.
struct Gap {
    zone: Rect,
    base: i32,
    /// Height of its capitals.
    height: i32,
}

/// The room between two words that were read one after the other.
fn between(first: &str, second: &str, tokens: &[&Token]) -> Option<Gap> {
    let pair = tokens
        .windows(2)
        .find(|pair| squeeze(&pair[0].text) == squeeze(first) && squeeze(&pair[1].text) == squeeze(second))?;
    let (a, b) = (pair[0].rect, pair[1].rect);
    let height = a.height().min(b.height());
    // Of two words one may have letters that reach below the base line.
    let base = a.bottom.min(b.bottom);
    let zone = Rect::new(a.right - height / 2, base - height * 2 / 5, b.left, base + height * 3 / 5);
    (height > 0 && zone.width() > 0).then_some(Gap { zone, base, height })
}

impl Gap {
    /// Pieces of ink that lie whole in the room: the end of a letter reaches in from outside. A mark may touch the line under it.
    fn pieces(&self, page: &PreparedPage) -> Vec<Rect> {
        let inner = Rect { right: self.zone.right + 1, ..self.zone.inflate(-1, -1) };
        let all = [&page.ink, &page.writing].into_iter().flat_map(|ink| components(ink, &self.zone));
        let whole = all.filter(|piece| piece.ink >= LEAST).map(|piece| piece.rect);
        whole.filter(|rect| inner.intersect(rect) == *rect).collect()
    }

    fn holds_comma(&self, page: &PreparedPage) -> bool {
        self.pieces(page).iter().any(|piece| {
            piece.height() * 5 >= self.height
                && piece.width() * 5 <= self.height * 2
                && piece.top < self.base
                && (piece.bottom - self.base) * 12 >= self.height
        })
    }

    fn holds_period(&self, page: &PreparedPage) -> bool {
        self.pieces(page).iter().any(|piece| {
            piece.height().max(piece.width()) * 3 <= self.height && (piece.bottom - self.base).abs() * 8 <= self.height
        })
    }
}

/// Pixels below which a piece of ink is a speck.
const LEAST: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Bitmap;

    fn token(text: &str, rect: Rect) -> Token {
        Token { text: text.into(), rect, confidence: 0.9, row: 0, starts_segment: false, leads_to_line: false }
    }

    /// `Fletcher FNP` with a mark of `size` behind the first word, its top `rise` over the base line.
    fn page(size: (i32, i32), rise: i32) -> (PreparedPage, [Token; 2]) {
        let mut ink = Bitmap::new(400, 100);
        let (first, second) = (Rect::new(40, 40, 140, 60), Rect::new(160, 40, 200, 60));
        for word in [first, second] {
            for x in (word.left..word.right - 4).step_by(10) {
                ink.fill(&Rect::new(x, word.top, x + 4, word.bottom));
            }
        }
        ink.fill(&Rect::new(142, 60 - rise, 142 + size.0, 60 - rise + size.1));
        (PreparedPage::from_ink(ink, 204), [token("Fletcher", first), token("FNP", second)])
    }

    fn told(name: &str, size: (i32, i32), rise: i32) -> String {
        let (page, tokens) = page(size, rise);
        restored(name, &tokens.each_ref(), &page)
    }

    #[test]
    fn a_mark_across_the_base_line_is_the_comma() {
        assert_eq!(told("Fletcher FNP", (4, 7), 4), "Fletcher, FNP");
        assert_eq!(told("Fletcher FNP", (0, 0), 0), "Fletcher FNP", "nothing is there");
        assert_eq!(told("Fletcher FNP", (2, 1), 0), "Fletcher FNP", "a speck");
        assert_eq!(told("Fletcher FNP", (4, 7), 15), "Fletcher FNP", "an apostrophe's place");
        assert_eq!(told("Fletcher FNP", (14, 7), 4), "Fletcher FNP", "a dash");
        assert_eq!(told("Fletcher Fnpp", (4, 7), 4), "Fletcher Fnpp", "no credentials, and no such words");
    }

    #[test]
    fn a_dot_on_the_base_line_is_the_period_of_a_title() {
        let (page, [first, second]) = page((3, 3), 3);
        let tokens = [token("Dr", first.rect), token("Lozano", second.rect)];
        assert_eq!(restored("Dr Lozano", &tokens.each_ref(), &page), "Dr. Lozano");
        assert_eq!(restored("De Lozano", &tokens.each_ref(), &page), "De Lozano");
    }
}
