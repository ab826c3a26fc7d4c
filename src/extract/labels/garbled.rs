//! Labels that no listed wording fits, told by how they stand.

use super::{Candidate, LabelIndex, Target, Wording, is_figures, label_end, label_rect};
use crate::extract::fuzzy::{fold, folded_distance};
use crate::extract::sheet::Sheet;
use crate::extract::suits::{is_telling, suits};
use crate::extract::values::ids::npi_is_valid;
use crate::geometry::Rect;
use crate::rules::{FieldKind, FormDefinition};

/// A short label is lost to one misread letter ("NPk:"). Where a definition's short wordings have found no place at all, a segment
/// that stands like a label, is nothing else, and comes nearer to one of them than to any other is taken for it: a word with its colon, or
/// up to three words under or beside which stands a value of the very kind.
pub(super) fn add_garbled(
    sheet: &Sheet,
    index: &LabelIndex,
    form: &FormDefinition,
    taken: &[bool],
    chosen: &mut Vec<Candidate>,
) {
    let found: Vec<Target> = chosen.iter().flat_map(|c| c.targets.iter().copied()).collect();
    for row in &sheet.rows {
        for (at, &t) in row.iter().enumerate().filter(|(_, t)| sheet.tokens[**t].starts_segment) {
            let mut folded = String::new();
            for end in at..row.len().min(at + 3) {
                if taken[row[end]] || (end > at && sheet.tokens[row[end]].starts_segment) {
                    break;
                }
                folded.push_str(&fold(&sheet.tokens[row[end]].text));
                let (last, clean_end) = label_end(sheet, row, end);
                // Between a label and its figures often stands no more than a word space.
                let before_figures = row.get(last + 1).is_some_and(|&t| is_figures(&sheet.tokens[t].text));
                if !clean_end && !before_figures {
                    continue;
                }
                let closed = end == at && sheet.tokens[t].text.ends_with(':') && folded.len() <= 6;
                let tokens: Vec<usize> = row[at..=last].to_vec();
                let rect = label_rect(sheet, &tokens);
                let value = if closed { None } else { value_at(sheet, row, last, &rect) };
                // A phone's number looks like a fax's: where both labels are missing, a garbled one may be either.
                let one_of_several = |kind: FieldKind| {
                    let missing = |i: &usize| form.fields[*i].kind == kind && !found.contains(&Target::Field(*i));
                    kind == FieldKind::Phone && (0..form.fields.len()).filter(missing).count() > 1
                };
                let may_be = |target: &Target, distance: f32| match target {
                    Target::Field(i) if !found.contains(target) => {
                        let kind = form.fields[*i].kind;
                        let is_its_value = || value.as_ref().is_some_and(|value| is_value(kind, value, distance));
                        closed || (is_telling(kind) && !one_of_several(kind) && is_its_value())
                    }
                    _ => false,
                };
                let longest = if closed { 6 } else { GARBLED };
                let best = index
                    .wordings
                    .iter()
                    .filter(|w| w.folded.len().abs_diff(folded.len()) <= 1 && (3..=longest).contains(&w.folded.len()))
                    .filter_map(|w| folded_distance(&folded, &w.folded, 0.36).map(|distance| (distance, w)))
                    .filter(|(distance, w)| w.targets.iter().all(|target| may_be(target, *distance)))
                    .min_by(|a, b| a.0.total_cmp(&b.0));
                if let Some((distance, wording)) = best {
                    let (targets, letters) = (wording.targets.clone(), wording.folded.len());
                    chosen.push(Candidate {
                        composed: true,
                        whole: true,
                        targets,
                        letters,
                        tokens,
                        rect,
                        distance,
                        score: 0.0,
                    });
                    break;
                }
            }
        }
    }
}

/// A signature that runs over its own label leaves the first word of it: "Signature of" and what was read of the pen.
pub(super) fn add_overwritten(
    sheet: &Sheet,
    index: &LabelIndex,
    form: &FormDefinition,
    taken: &[bool],
    chosen: &mut Vec<Candidate>,
) {
    let missing = |target: &Target| match target {
        Target::Field(i) => {
            form.fields[*i].kind == FieldKind::Ink && !chosen.iter().any(|c| c.targets.contains(target))
        }
        _ => false,
    };
    let wordings: Vec<&Wording> = index
        .wordings
        .iter()
        .filter(|w| {
            matches!(w.targets.as_slice(), [only] if missing(only)) && w.words.first().is_some_and(|f| f.len() >= 5)
        })
        .collect();
    let begins = |t: &usize| {
        let token = &sheet.tokens[*t];
        let word = fold(&token.text);
        let first = |w: &&&Wording| w.folded.starts_with(&word) && w.words.first() == Some(&word);
        if taken[*t] || !token.starts_segment { None } else { wordings.iter().find(first).map(|w| (*t, *w)) }
    };
    // The last one on the page: offices sign below what they state.
    if let Some((token, wording)) = sheet.rows.iter().flatten().rev().find_map(begins) {
        chosen.push(Candidate {
            composed: true,
            whole: true,
            targets: wording.targets.clone(),
            letters: wording.words.first().map_or(0, String::len),
            tokens: vec![token],
            rect: label_rect(sheet, &[token]),
            distance: 0.3,
            score: 0.0,
        });
    }
}

/// Whether `text` has the shape of a kind's values and no other kind's: a phone has ten figures as well, and no check digit. Beside a label
/// with hardly a letter wrong the shape is enough.
fn is_value(kind: FieldKind, text: &str, distance: f32) -> bool {
    let is_checked = || npi_is_valid(&text.chars().filter(char::is_ascii_digit).collect::<String>());
    suits(kind, text) >= 1.0 && (kind != FieldKind::Npi || distance <= NEARLY || is_checked())
}

/// Distance a letter up to which a label has hardly a letter wrong.
const NEARLY: f32 = 0.1;

/// Letters up to which a wording may be recognised by the value that stands with it.
const GARBLED: usize = 14;

/// What stands beside a segment that ends with token `last` of its row, or else under it.
fn value_at(sheet: &Sheet, row: &[usize], last: usize, label: &Rect) -> Option<String> {
    // The words from `from` up to the next segment.
    let segment = |row: &[usize], from: usize| {
        let rest = row.iter().skip(from + 1).take_while(|t| !sheet.tokens[**t].starts_segment);
        row.iter().skip(from).take(1).chain(rest).map(|&t| sheet.tokens[t].text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let near = |&t: &usize| sheet.tokens[t].rect.left - label.right < 6 * sheet.letter_height;
    if row.get(last + 1).is_some_and(near) {
        return Some(segment(row, last + 1));
    }
    let reach = Rect {
        top: label.bottom,
        bottom: label.bottom + 3 * sheet.letter_height,
        left: label.left - sheet.letter_height,
        right: label.left + 20 * sheet.letter_height,
    };
    let first = sheet.tokens_in(&reach).into_iter().find(|&t| sheet.tokens[t].starts_segment)?;
    let row = &sheet.rows[sheet.tokens[first].row];
    let from = row.iter().position(|&t| t == first)?;
    Some(segment(row, from))
}
