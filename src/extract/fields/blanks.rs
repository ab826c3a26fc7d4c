//! What makes a blank doubtful: ink or words near its label that are nobody's.

use std::borrow::Cow;

use super::{FieldSource, Written, join};
use crate::extract::ink::{Presence, measure};
use crate::extract::labels::{Label, Target};
use crate::extract::placing::Placed;
use crate::extract::stated::texts_in;
use crate::extract::suits::{is_telling, suits, without_cells};
use crate::extract::zones::Placement;
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
fn has_prose_below(placed: &Placed<'_>, source: &FieldSource<'_>) -> bool {
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
fn is_among(kind: FieldKind, segments: &[(String, Rect)]) -> bool {
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

/// Whether another place that the label may mean, none of `taken`, holds what may be the value.
pub(super) fn has_rival(placed: &Placed<'_>, kind: FieldKind, taken: &[Rect], source: &FieldSource<'_>) -> bool {
    let letter = source.sheet.letter_height;
    let narrowest = if kind == FieldKind::Ink { letter } else { NARROWEST * letter };
    let holds_value = |rival: &Rect| {
        let text = source.text_in(rival);
        // What was hardly read may be a value of any shape.
        let is_scrawl = is_telling(kind) && source.surety_in(rival) < SCRAWLED;
        if !is_scrawl && !may_be_value(kind, &text, source) {
            return false;
        }
        let ink = measure(source.page, rival, &source.print.rects, letter);
        let is_free = |e: Rect| e.width() >= narrowest && !taken.iter().any(|zone| zone.holds(&e));
        ink.presence == Presence::Present && ink.extent.is_some_and(is_free)
    };
    !has_cell_of_its_own(placed, letter) && placed.rivals.iter().any(holds_value)
}

/// Whether something on the page speaks against a blank: `lost` is what no field has claimed, `zones` are the fields' places.
pub(super) fn is_no_sure_blank(
    field: &Written<'_>,
    lost: &[(String, Rect)],
    zones: &[Rect],
    source: &FieldSource<'_>,
) -> bool {
    let letter = source.sheet.letter_height;
    let (placed, kind) = (field.placed, field.kind);
    let zone = &placed.zone.rect;
    // Where no value has room nothing is blank: its place was not found.
    zone.width() < NARROWEST * letter
        || placed.label.ambiguous && !leads_to_line(placed, source)
        || !has_cell_of_its_own(placed, letter) && is_among(kind, lost)
        || is_label_cell(placed, letter) && is_beside(zone, lost)
        || kind == FieldKind::Block && has_prose_below(placed, source)
        || kind == FieldKind::DateList
            && (is_within_option(placed.label, source) || has_date_below(&placed.label.rect, zones, source))
}

/// Whether a field's place is what its label leaves of a cell of one line: the value may stand in the cell beside it, whose side was lost.
fn is_label_cell(placed: &Placed<'_>, letter: i32) -> bool {
    let (cell, label) = (placed.zone.rect, placed.label.rect);
    placed.zone.placement == Placement::InCell && cell.bottom - label.bottom < letter
}

/// Whether something that is nobody's stands at a place's height to its right.
fn is_beside(place: &Rect, lost: &[(String, Rect)]) -> bool {
    lost.iter().any(|(_, rect)| rect.left >= place.right - place.height() && place.overlap_y(rect) * 2 > rect.height())
}

/// Whether a field's place is the cell at whose top its label is printed, with no empty cell beside it: then nobody writes its value anywhere
/// else, whatever stands around. A label halfway up a cell may have a cell beside it whose rulings were lost.
fn has_cell_of_its_own(placed: &Placed<'_>, letter: i32) -> bool {
    let (cell, label) = (placed.zone.rect, placed.label.rect);
    let (above, below) = (label.top - cell.top, cell.bottom - label.bottom);
    placed.zone.placement == Placement::InCell && placed.zone.structure >= 1.0 && below >= letter.max(2 * above)
}

/// "No-show / missed appointments - list dates": the words of a list's label within an option ask for dates somewhere else. Its row begins
/// where those of other options begin.
fn is_within_option(label: &Label, source: &FieldSource<'_>) -> bool {
    let Some(&first) = label.tokens.first() else { return false };
    let Some(&begins) = source.sheet.rows.get(source.sheet.tokens[first].row).and_then(|row| row.first()) else {
        return false;
    };
    let left = source.sheet.tokens[begins].rect.left;
    let is_option = |l: &&Label| matches!(l.target, Target::Option(..));
    let aligned = |l: &&Label| (l.rect.left - left).abs() <= source.sheet.letter_height;
    begins != first && source.labels.iter().filter(is_option).filter(aligned).count() >= 2
}

/// Mean confidence below which words are a scrawl.
const SCRAWLED: f32 = 0.6;

/// Letters of the narrowest value of a field: what takes less room is a number of the form, a side of a box, a speck.
const NARROWEST: i32 = 3;

/// Whether a text in another place that a label may mean makes the label's blank doubtful: a neighbour's value has another shape.
fn may_be_value(kind: FieldKind, text: &str, source: &FieldSource<'_>) -> bool {
    let suited = suits(kind, text);
    match kind {
        FieldKind::DateList => suited >= 1.0,
        // No signature is read as a sentence.
        FieldKind::Ink => text.chars().filter(|c| c.is_alphanumeric()).count() <= 24,
        // Where to fax the form.
        FieldKind::Phone => suited > -1.0 && !source.meanings.is_plans(text),
        _ => suited > -1.0,
    }
}

/// Whether a line to write on begins behind the label, at its foot: a heading has none, and a rule beside it runs through its middle.
fn leads_to_line(placed: &Placed<'_>, source: &FieldSource<'_>) -> bool {
    let (label, letter) = (placed.label.rect, source.sheet.letter_height);
    let is_foot = |r: &Rect| {
        r.left > label.right && r.center_y() > label.bottom - letter / 4 && r.overlap_x(&placed.zone.rect) > 3 * letter
    };
    placed.zone.placement == Placement::RightLine
        && source
            .page
            .rulings
            .horizontal
            .iter()
            .any(|r| is_foot(&r.rect) && r.rect.center_y() < placed.zone.rect.bottom)
}
