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
        let numbers =
            labels.iter().filter_map(|label| number_before(label, sheet).or_else(|| key_before(label, sheet)));
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

/// The letter or number in a small frame of its own at the corner of a field's cell, beside its caption, by which instructions name it. What
/// is left of the frame is read as a bar or a bracket.
fn key_before(label: &Label, sheet: &Sheet) -> Option<usize> {
    let reach = Rect { left: label.rect.left - 4 * sheet.letter_height, right: label.rect.left, ..label.rect };
    let reach = reach.inflate(0, sheet.letter_height / 3);
    let in_reach = |t: usize| reach.contains(sheet.tokens[t].rect.center_x(), sheet.tokens[t].rect.center_y());
    let mut before = (0..sheet.tokens.len()).filter(|&t| in_reach(t) && !label.tokens.contains(&t));
    let (only, None) = (before.next()?, before.next()) else { return None };
    let key = &sheet.tokens[only];
    // One letter, with what is left of its frame, or a number; alone, which the end of a value is not.
    let is_frame = |c: char| matches!(c, '|' | 'l' | 'I' | '1' | '[' | ']' | '(' | ')' | '‘' | '\'');
    let letters: Vec<char> = key.text.chars().filter(|c| !is_frame(*c)).collect();
    let is_letter = letters.len() <= 1 && letters.iter().all(|c| c.is_alphanumeric());
    let is_number = (1..=2).contains(&key.text.len()) && key.text.chars().all(|c| c.is_ascii_digit());
    let is_key = is_letter && key.text.chars().count() <= 3 || is_number;
    let room = Rect { left: key.rect.left - 3 * sheet.letter_height, right: key.rect.left, ..key.rect };
    let stands_alone = !sheet.tokens.iter().any(|t| t.rect.overlap_x(&room) > 0 && t.rect.shares_row(&room));
    (is_key && stands_alone && key.starts_segment && matches!(label.target, Target::Field(_))).then_some(only)
}

/// Confidence below which a short word, or one twice as high as a letter, is a pen's.
pub(super) const SCRAWL: f32 = 0.6;
