//! What makes a blank doubtful: ink or words near its label that are nobody's.

use std::borrow::Cow;

use super::{FieldSource, Written, join};
use crate::extract::placing::Placed;
use crate::extract::stated::texts_in;
use crate::extract::suits::{suits, without_cells};
use crate::geometry::Rect;
use crate::page::components;
use crate::rules::FieldKind;

/// What is written among the form's fields and lies in none of their `zones`: the text of each segment of a row, and of each field of
/// the file, with its place.
pub(super) fn unclaimed(written: &[Written<'_>], zones: &[Rect], source: &FieldSource<'_>) -> Vec<(String, Rect)> {
    let rows = |w: &&Written<'_>| {
        !matches!(w.kind, FieldKind::Block | FieldKind::Lines | FieldKind::DateList | FieldKind::Ink)
    };
    let labels = written.iter().filter(rows).map(|w| w.placed.label.rect.union(&w.placed.zone.rect));
    let Some(body) = Rect::bounding(&labels.collect::<Vec<_>>()) else { return Vec::new() };
    let free = source.print.written_in(source.sheet, &body);
    let mut segments: Vec<Vec<usize>> = Vec::new();
    for t in free {
        let token = &source.sheet.tokens[t];
        if zones.iter().any(|zone| zone.holds(&token.rect)) || token.confidence < 0.5 {
            continue;
        }
        let goes_on = |before: usize| {
            source.sheet.tokens[before].row == token.row && (!token.starts_segment || source.sheet.in_cells(before, t))
        };
        match segments.last_mut() {
            Some(last) if last.last().is_some_and(|&before| goes_on(before)) => last.push(t),
            _ => segments.push(vec![t]),
        }
    }
    let stated = texts_in(source.form_values, &body).into_iter().filter(|(value, _)| is_free(&value.rect, zones));
    let place =
        |segment: &[usize]| Rect::bounding(segment.iter().map(|&t| &source.sheet.tokens[t].rect)).unwrap_or_default();
    let read = segments.iter().map(|segment| (join(source.words(segment)), place(segment)));
    read.chain(stated.map(|(value, text)| (text.to_owned(), value.rect))).collect()
}

/// Whether a place lies in none of `zones`.
fn is_free(rect: &Rect, zones: &[Rect]) -> bool {
    !zones.iter().any(|zone| zone.holds(rect) || rect.intersect(zone).area() * 2 > rect.area().min(zone.area()))
}

/// Whether something that is no word stands around a signature's label, in no other field's place: then nobody may say that it is not signed.
pub(super) fn has_pen_stroke_near(label: &Rect, claimed: &[Rect], source: &FieldSource<'_>) -> bool {
    let h = source.sheet.letter_height;
    let around =
        Rect { right: label.left + 25 * h, ..label.inflate(2 * h, 4 * h) }.intersect(&source.page.writing.bounds());
    let is_print = |rect: &Rect| {
        source.print.rects.iter().any(|p| p.holds(rect))
            || source
                .sheet
                .tokens
                .iter()
                .any(|t| t.confidence >= 0.7 && t.rect.intersect(rect).area() * 2 > rect.area())
    };
    components(&source.page.writing, &around).iter().map(|c| c.rect).any(|stroke| {
        stroke.width() * 2 >= 5 * h
            && stroke.height() >= h
            && stroke.width() < 20 * h
            && !is_print(&stroke)
            && !claimed.iter().any(|zone| zone.holds(&stroke))
    })
}

/// Whether a date stands beside or under a label in none of the form's `zones`: then that label's list of dates is not known to be blank, nor
/// to be whole.
pub(super) fn has_date_below(label: &Rect, zones: &[Rect], source: &FieldSource<'_>) -> bool {
    let reach =
        Rect { top: label.top, bottom: label.bottom + 16 * source.sheet.letter_height, ..source.page.ink.bounds() };
    let is_date = |text: &str| suits(FieldKind::Date, text) >= 1.0;
    source
        .sheet
        .tokens_in(&reach)
        .into_iter()
        .map(|t| &source.sheet.tokens[t])
        .any(|token| !zones.iter().any(|zone| zone.holds(&token.rect)) && is_date(&token.text))
        || texts_in(source.form_values, &reach)
            .into_iter()
            .any(|(value, text)| is_free(&value.rect, zones) && is_date(text))
}

/// Whether words stand right below the label of a description whose place is blank: then the place is too small, or was cut short by a line
/// that was taken for another label.
pub(super) fn has_prose_below(placed: &Placed<'_>, source: &FieldSource<'_>) -> bool {
    let (label, h) = (&placed.label.rect, source.sheet.letter_height);
    let page = source.page.ink.bounds();
    let below = Rect { left: label.left - 4 * h, top: label.bottom, right: page.right, bottom: label.bottom + 5 * h };
    let written = source.print.written_in(source.sheet, &below);
    written.into_iter().filter(|&t| source.sheet.tokens[t].is_word()).count() >= PROSE
}

/// Words from which what is written is a sentence.
const PROSE: usize = 6;

/// Figures from which a row of cells is an id or a number of a telephone or a provider.
const FIGURES: usize = 7;
/// Characters that the shortest date has.
const LEAST: usize = 4;

/// Whether one of the unclaimed `segments` may be the value of a field of `kind` whose own place is blank. An office that leaves a field
/// empty writes its value nowhere else: then the place is wrong, and nobody may say that the value is missing.
pub(super) fn is_among(kind: FieldKind, segments: &[(String, Rect)]) -> bool {
    segments.iter().any(|(text, _)| {
        match kind {
            FieldKind::Name => {
                let words: Vec<&str> = text.split_whitespace().collect();
                (2..=6).contains(&words.len())
                    && !text.contains(|c: char| c.is_ascii_digit() || c == ':')
                    && words.iter().filter(|w| w.chars().next().is_some_and(char::is_uppercase)).count() * 3
                        >= words.len() * 2
            }
            FieldKind::Date | FieldKind::Npi | FieldKind::MemberId | FieldKind::Phone => {
                // Three figures of somebody's telephone number are no date.
                if text.chars().filter(|c| c.is_alphanumeric()).count() < LEAST {
                    return false;
                }
                let cells = without_cells(text);
                let is_comb = matches!(cells, Cow::Owned(_)) && kind != FieldKind::Date;
                // Cells are misread, lost and read twice; a row of them with that many figures is some number all the same.
                let is_number = is_comb && cells.chars().filter(char::is_ascii_digit).count() >= FIGURES;
                text.len() <= 32 && (is_number || suits(kind, if is_comb { &cells } else { text }) >= 1.0)
            }
            _ => false,
        }
    })
}
