//! The form's own words on a page, which are nobody's value.

use std::collections::BTreeSet;

use super::{Label, Target};
use crate::extract::sheet::Sheet;
use crate::geometry::Rect;

/// What the form itself says on a page: the words of its labels, which are nobody's value.
pub struct Print {
    tokens: BTreeSet<usize>,
    /// Boxes of the words, label by label.
    pub rects: Vec<Rect>,
}

impl Print {
    pub fn of(labels: &[Label], sheet: &Sheet) -> Print {
        // A scrawl that reaches into a label's line was read among its words, and is no print.
        let is_print = |t: &usize| {
            let token = &sheet.tokens[*t];
            token.confidence >= SCRAWL || token.rect.height() <= 2 * sheet.letter_height
        };
        let numbers = labels.iter().filter_map(|label| number_before(label, sheet));
        let printed: Vec<usize> =
            labels.iter().flat_map(|l| l.tokens.iter().copied()).filter(is_print).chain(numbers).collect();
        let rects = printed.iter().map(|&t| sheet.tokens[t].rect).collect();
        Print { rects, tokens: printed.into_iter().collect() }
    }

    /// Whether a word is not the form's.
    pub fn is_written(&self, token: usize) -> bool {
        !self.tokens.contains(&token)
    }

    /// The words in `zone` that are not the form's, in reading order.
    pub fn written_in(&self, sheet: &Sheet, zone: &Rect) -> Vec<usize> {
        sheet.tokens_in(zone).into_iter().filter(|&t| self.is_written(t)).collect()
    }
}

/// The number of a field right before its label: "2a", "10.", "B."; a point may be read as a comma.
fn number_before(label: &Label, sheet: &Sheet) -> Option<usize> {
    let &first = label.tokens.first()?;
    let row = sheet.rows.get(sheet.tokens[first].row)?;
    let at = row.iter().position(|&t| t == first)?.checked_sub(1)?;
    let token = &sheet.tokens[row[at]];
    let text = token.text.trim_end_matches(['.', ',', ')', ':']);
    let figures = text.chars().take_while(char::is_ascii_digit).count();
    let is_number = match text.chars().count() - figures {
        0 => (1..=2).contains(&figures),
        1 => figures <= 2 && (figures > 0 || text.len() < token.text.len()) && text.ends_with(char::is_alphabetic),
        _ => false,
    };
    let begins = token.starts_segment || at == 0;
    let near = sheet.tokens[first].rect.left - token.rect.right <= 2 * sheet.letter_height;
    (is_number && begins && near && matches!(label.target, Target::Field(_))).then_some(row[at])
}

/// Confidence below which a short word, or one twice as high as a letter, is a pen's.
pub(super) const SCRAWL: f32 = 0.6;
