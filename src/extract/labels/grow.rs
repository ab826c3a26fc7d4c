//! The rest of a label around the words that were recognised: before them, behind them and in the next row.

use super::{Candidate, LabelIndex, Target, before_hint, is_glyph, label_rect, label_words};
use crate::extract::fuzzy::fold;
use crate::extract::sheet::Sheet;
use crate::geometry::Rect;
use crate::rules::{FieldKind, FormDefinition};

/// Most words that a label may have before the ones that were recognised.
const LEAD: usize = 4;

/// Takes the words before a label that begin its segment into it: "Patient's" before "full name" is print, not a value, and says whose
/// name is meant.
pub(super) fn grow_left(candidate: &mut Candidate, sheet: &Sheet, index: &LabelIndex, taken: &mut [bool]) {
    let Some(&first) = candidate.tokens.first() else { return };
    let is_option = candidate.targets.iter().all(|t| matches!(t, Target::Option(..)));
    if sheet.tokens[first].starts_segment
        || !(is_option || candidate.targets.iter().all(|t| matches!(t, Target::Field(_) | Target::Anchor)))
    {
        return;
    }
    let row = &sheet.rows[sheet.tokens[first].row];
    let Some(at) = row.iter().position(|&t| t == first) else { return };
    let mut heights: Vec<i32> = candidate.tokens.iter().map(|&t| sheet.tokens[t].rect.height()).collect();
    heights.sort_unstable();
    let usual_height = heights[heights.len() / 2];
    let mut start = at;
    while start > 0 && !sheet.tokens[row[start]].starts_segment {
        let before = &sheet.tokens[row[start - 1]];
        let is_small_word = |at: usize| {
            let word = fold(&sheet.tokens[row[at]].text);
            word.len() == 2 && index.composition.is_filler(&word)
        };
        // "No. de NPI": small words are no box that was read as letters.
        if is_glyph(sheet, row, start - 1) && !is_small_word(start - 1) {
            break;
        }
        let is_word = before.is_word() && !before.text.contains(|c: char| c.is_ascii_digit());
        // What is much taller was written by a pen: a signature that ends at the next label, or runs into its first word.
        let by_pen = before.rect.height() * 10 > usual_height * 16;
        if taken[row[start - 1]]
            || !is_word
            || by_pen
            || at - start >= LEAD
            || (before.text.ends_with(':') && !is_option)
            // A typewriter's full stop leaves a space that is wider than a letter is high.
            || sheet.tokens[row[start]].rect.left - before.rect.right > sheet.letter_height * 5 / 4
        {
            return;
        }
        start -= 1;
    }
    // What stands right behind another label is that one's value.
    let is_value = start.checked_sub(1).is_some_and(|before| {
        let gap = sheet.tokens[row[start]].rect.left - sheet.tokens[row[before]].rect.right;
        taken[row[before]] && gap <= 2 * sheet.letter_height
    });
    if is_value {
        return;
    }
    let lead: Vec<usize> = row[start..at].to_vec();
    lead.iter().for_each(|&t| taken[t] = true);
    candidate.tokens.splice(0..0, lead);
    candidate.rect = label_rect(sheet, &candidate.tokens);
    // "Dates of missed appointments (three in 12 months)" is the list's heading, though an option reads like its end.
    if let Some(wording) = index.listed(&label_words(sheet, before_hint(sheet, &candidate.tokens)).concat()) {
        candidate.targets = wording.targets.clone();
        return;
    }
    if let Some(composed) = index.composition.find(&label_words(sheet, &candidate.tokens))
        && candidate.targets.contains(&composed.target)
    {
        candidate.targets = vec![composed.target];
    }
}

/// Takes the rest of a heading over prose into its label: "Narrative: what happened, and what your office did". What follows is print
/// as long as it is made of the words that the field's wordings are made of.
pub(super) fn grow_right(
    candidate: &mut Candidate,
    sheet: &Sheet,
    index: &LabelIndex,
    form: &FormDefinition,
    taken: &mut [bool],
) {
    let &[Target::Field(field)] = candidate.targets.as_slice() else { return };
    let Some(&last) = candidate.tokens.last() else { return };
    if !form.fields[field].kind.is_prose() {
        return;
    }
    let row = &sheet.rows[sheet.tokens[last].row];
    let Some(at) = row.iter().position(|&t| t == last) else { return };
    let mut rest: Vec<usize> = Vec::new();
    for &t in &row[at + 1..] {
        let before = rest.last().copied().unwrap_or(last);
        let gap = sheet.tokens[t].rect.left - sheet.tokens[before].rect.right;
        if taken[t] || gap > sheet.letter_height * 3 / 2 {
            break;
        }
        rest.push(t);
    }
    let words = label_words(sheet, &rest);
    let of_labels = &index.words[field];
    let known = words.iter().filter(|word| of_labels.contains(*word)).count();
    if words.len() < 2 || known * 10 < words.len() * 8 {
        return;
    }
    rest.iter().for_each(|&t| taken[t] = true);
    candidate.tokens.extend(rest);
    candidate.rect = label_rect(sheet, &candidate.tokens);
}

/// Takes the second line of a heading over prose into its label, where the first one is full: "… efforts made to correct the problem with |
/// the member". It begins at the same place, right below, and is made of a few words of labels only.
pub(super) fn grow_down(chosen: &mut Vec<Candidate>, sheet: &Sheet, index: &LabelIndex, form: &FormDefinition) {
    /// Words of a second line.
    const MOST: usize = 8;
    let full = sheet.tokens.iter().map(|token| token.rect.right).max().unwrap_or(0);
    for at in 0..chosen.len() {
        let candidate = &chosen[at];
        let ([Target::Field(field)], Some(&last)) = (candidate.targets.as_slice(), candidate.tokens.last()) else {
            continue;
        };
        let (field, rect) = (*field, candidate.rect);
        let row = sheet.tokens[last].row;
        let is_full = rect.width() * 10 >= (full - rect.left) * 8 && sheet.rows[row].last() == Some(&last);
        let Some(below) = sheet.rows.get(row + 1).filter(|_| form.fields[field].kind == FieldKind::Block && is_full)
        else {
            continue;
        };
        let words = label_words(sheet, below);
        let Some(place) = Rect::bounding(below.iter().map(|&t| &sheet.tokens[t].rect)) else { continue };
        let near =
            (place.left - rect.left).abs() <= sheet.letter_height && place.top - rect.bottom <= sheet.letter_height;
        let of_labels = &index.words[field];
        if words.is_empty() || words.len() > MOST || !near || !words.iter().all(|word| of_labels.contains(word)) {
            continue;
        }
        chosen[at].tokens.extend(below);
        chosen[at].rect = rect.union(&place);
        let tokens = chosen[at].tokens.clone();
        // The words of the second line are no labels of their own.
        for other in (0..chosen.len()).filter(|&other| other != at) {
            if chosen[other].tokens.iter().any(|t| tokens.contains(t)) {
                chosen[other].targets.clear();
            }
        }
    }
    chosen.retain(|candidate| !candidate.targets.is_empty());
}
