//! Labels that no listed wording fits, told by how they stand.

use super::{Candidate, LabelIndex, Target, Wording, is_figures, label_end, label_rect};
use crate::extract::fuzzy::{fold, folded_distance};
use crate::extract::sheet::{Sheet, is_cell};
use crate::extract::suits::{is_telling, suits};
use crate::extract::values::ids::npi_is_valid;
use crate::geometry::Rect;
use crate::rules::{FieldKind, FormDefinition};

/// A short label is lost to one misread letter ("NPk:"), a long one to small print and noise. Where a definition's wordings have found no
/// place at all, a segment that stands like a label, is nothing else, and comes nearer to one of them than to any other is taken for it: a
/// word with its colon, or up to four words under or beside which stands a value of the very kind.
pub(super) fn add_garbled(
    sheet: &Sheet,
    index: &LabelIndex,
    form: &FormDefinition,
    taken: &[bool],
    chosen: &mut Vec<Candidate>,
) {
    let found: Vec<Target> = chosen.iter().flat_map(|c| c.targets.iter().copied()).collect();
    let is_missing = |target: &Target| matches!(target, Target::Field(_)) && !found.contains(target);
    // Whether a wording is of the only field of its kind that has no label yet, and that field's kind has one shape.
    let is_only_one = |wording: &Wording| match wording.targets.as_slice() {
        [Target::Field(own)] => {
            let kind = form.fields[*own].kind;
            let same = |i: &usize| form.fields[*i].kind == kind && !found.contains(&Target::Field(*i));
            kind == FieldKind::Date && (0..form.fields.len()).filter(same).count() == 1
        }
        _ => false,
    };
    // "PCP" heads a section as well.
    let of_fields = |targets: &[Target]| -> Vec<Target> {
        targets.iter().copied().filter(|t| !matches!(t, Target::Section(_))).collect()
    };
    let is_wanted = |w: &&Wording| {
        let fields = of_fields(&w.targets);
        !fields.is_empty() && fields.iter().all(is_missing)
    };
    let missing: Vec<&Wording> = index.wordings.iter().filter(is_wanted).collect();
    for row in &sheet.rows {
        for (at, &t) in row.iter().enumerate().filter(|(_, t)| sheet.tokens[**t].starts_segment) {
            let mut folded = String::new();
            let mut best: Option<(f32, &Wording, Vec<usize>)> = None;
            for end in at..row.len().min(at + WORDS) {
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
                let near: Vec<(f32, &Wording)> = missing
                    .iter()
                    // Without its colon a heading's word is a heading.
                    .filter(|w| closed || w.targets.iter().all(is_missing))
                    .filter(|w| w.folded.len() >= 3 && w.folded.len().abs_diff(folded.len()) <= 1 + w.folded.len() / 8)
                    .filter_map(|w| {
                        let beyond = if folded.len() <= SHORT { SHAPELESS } else { BEYOND };
                        Some((folded_distance(&folded, &w.folded, beyond)?, *w))
                    })
                    .collect();
                let Some((distance, wording)) = near.iter().copied().min_by(|a, b| a.0.total_cmp(&b.0)) else {
                    continue;
                };
                // A phone's number looks like a fax's: where both labels are missing, a garbled one must tell them apart.
                let is_told = near.iter().all(|(other, w)| w.targets == wording.targets || *other >= distance + MARGIN);
                // Only a segment that is near to a wording is worth a look at what stands with it.
                let has_value = || {
                    let kinds = wording.targets.iter().filter_map(|target| match target {
                        Target::Field(i) => Some(form.fields[*i].kind),
                        _ => None,
                    });
                    let value = value_at(sheet, row, last, &label_rect(sheet, &tokens)).unwrap_or_default();
                    kinds.into_iter().all(|kind| is_telling(kind) && is_value(kind, &value, distance))
                };
                let fits = if closed && wording.folded.len() <= 6 {
                    distance <= GARBLED
                } else if folded.len() <= SHORT {
                    // "pop 11/11/1987": of a short label hardly a letter may be left, but a value of its kind, and no other field is without one.
                    (distance <= GARBLED && is_told || is_only_one(wording)) && has_value()
                } else {
                    is_told && distance <= if folded.len() > LONG { GARBLED / 2.0 } else { GARBLED } && has_value()
                };
                if fits && best.as_ref().is_none_or(|(least, ..)| distance < *least) {
                    best = Some((distance, wording, tokens));
                }
            }
            if let Some((distance, wording, tokens)) = best {
                chosen.push(Candidate {
                    composed: true,
                    exact: false,
                    whole: true,
                    targets: of_fields(&wording.targets),
                    letters: wording.folded.len(),
                    rect: label_rect(sheet, &tokens),
                    tokens,
                    distance,
                    score: 0.0,
                });
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
        if taken[*t] || !token.starts_segment || goes_on_in_print(sheet, *t) {
            None
        } else {
            wordings.iter().find(first).map(|w| (*t, *w))
        }
    };
    // The last one on the page: offices sign below what they state.
    if let Some((token, wording)) = sheet.rows.iter().flatten().rev().find_map(begins) {
        chosen.push(Candidate {
            composed: true,
            exact: false,
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

/// Whether print follows a word: what a reader is sure of is no pen's.
fn goes_on_in_print(sheet: &Sheet, token: usize) -> bool {
    let row = &sheet.rows[sheet.tokens[token].row];
    let next = row.iter().skip_while(|&&t| t != token).nth(1).map(|&t| &sheet.tokens[t]);
    next.is_some_and(|next| {
        next.confidence >= SURE && next.text.chars().filter(|c| c.is_alphabetic()).count() >= LETTERS
    })
}

/// Confidence and letters from which a word is surely print.
const SURE: f32 = 0.85;
const LETTERS: usize = 4;

/// Whether `text` has the shape of a kind's values and no other kind's: a phone has ten figures as well, and no check digit. Beside a label
/// with hardly a letter wrong the shape is enough.
fn is_value(kind: FieldKind, text: &str, distance: f32) -> bool {
    let is_checked = || npi_is_valid(&text.chars().filter(char::is_ascii_digit).collect::<String>());
    suits(kind, text) >= 1.0 && (kind != FieldKind::Npi || distance <= NEARLY || is_checked())
}

/// Distance a letter up to which a label has hardly a letter wrong.
const NEARLY: f32 = 0.1;

/// Words that a garbled label may have.
const WORDS: usize = 4;
/// Distance a letter up to which a segment may be a garbled wording.
const GARBLED: f32 = 0.36;
/// Letters of a label of which noise may leave nothing but their number, and the distance a letter up to which that may be so.
const SHORT: usize = 4;
const SHAPELESS: f32 = 0.8;
/// Distance a letter up to which other wordings are looked at.
const BEYOND: f32 = 0.5;
/// How much nearer the wording must be than those of other fields.
const MARGIN: f32 = 0.1;
/// Letters from which a wording has words of which one may be another field's: it must be read better.
const LONG: usize = 24;

/// What stands beside a segment that ends with token `last` of its row, or else under it.
fn value_at(sheet: &Sheet, row: &[usize], last: usize, label: &Rect) -> Option<String> {
    // The words from `from` up to the next segment, or the letters of its comb cells: their sides part segments, but no values.
    let segment = |row: &[usize], from: usize| {
        let mut words: Vec<usize> = row.get(from).copied().into_iter().collect();
        for &t in row.iter().skip(from + 1) {
            let before = words.last().copied().unwrap_or(t);
            if sheet.tokens[t].starts_segment && !sheet.in_cells(before, t) {
                break;
            }
            words.push(t);
        }
        let cells = words.iter().filter(|t| is_cell(&sheet.tokens[**t].text)).count() * 2 > words.len();
        let texts = words.iter().map(|&t| sheet.tokens[t].text.trim_matches('|')).collect::<Vec<_>>();
        texts.join(if cells { "" } else { " " })
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
