//! Labels that belong to a list: the captions of its entries, and the headings of its columns.

use std::collections::BTreeSet;

use super::{Label, Target, label_words};
use crate::extract::fuzzy::fold;
use crate::extract::sheet::Sheet;
use crate::geometry::Rect;
use crate::rules::{FieldKind, FormDefinition};

/// "Date", "Date", "Date" in one row below the heading of a list of dates are the captions of its entries.
pub(super) fn give_to_lists(labels: &mut [Label], form: &FormDefinition, sheet: &Sheet) {
    let kind = |label: &Label| match label.target {
        Target::Field(field) => Some(form.fields[field].kind),
        _ => None,
    };
    let words = |label: &Label| label_words(sheet, &label.tokens);
    let heads: Vec<(Target, Rect)> =
        labels.iter().filter(|l| kind(l) == Some(FieldKind::DateList)).map(|l| (l.target, l.rect)).collect();
    for (target, head) in heads {
        let below = |l: &&Label| {
            kind(l) == Some(FieldKind::Date)
                && (0..CAPTIONS * sheet.letter_height).contains(&(l.rect.top - head.bottom))
        };
        let captions: Vec<Rect> = labels.iter().filter(below).map(|l| l.rect).collect();
        let of_row = |l: &Label| captions.iter().filter(|rect| rect.shares_row(&l.rect)).count();
        let first = labels.iter().filter(below).find(|l| of_row(l) >= 2).map(|l| (words(l), l.rect));
        let Some((caption, row)) = first else { continue };
        let alike = labels.iter().filter(below).filter(|l| l.rect.shares_row(&row) && words(l) == caption).count();
        if alike < 2 {
            continue;
        }
        for label in labels.iter_mut().filter(|l| captions.contains(&l.rect) && l.rect.shares_row(&row)) {
            if label_words(sheet, &label.tokens) == caption {
                label.target = target;
            }
        }
    }
}

/// "Name" right below "Portal users" heads the column of their names, and is no field.
pub(super) fn drop_column_heads(labels: &mut Vec<Label>, form: &FormDefinition, sheet: &Sheet) {
    let of = |label: &Label| match label.target {
        Target::Field(field) => Some(&form.fields[field]),
        _ => None,
    };
    let lists: Vec<(Rect, BTreeSet<String>)> = labels
        .iter()
        .filter_map(|l| Some((l.rect, of(l)?)))
        .filter(|(_, field)| field.kind == FieldKind::Lines)
        .map(|(rect, field)| (rect, field.headings.iter().map(|heading| fold(heading)).collect()))
        .collect();
    labels.retain(|label| {
        let text = label_words(sheet, &label.tokens).concat();
        let heads = |(list, headings): &(Rect, BTreeSet<String>)| {
            (0..3 * sheet.letter_height).contains(&(label.rect.top - list.bottom))
                && (label.rect.left - list.left).abs() <= 2 * sheet.letter_height
                && headings.contains(&text)
        };
        of(label).is_none() || !lists.iter().any(heads)
    });
}

/// Letter heights below a list's heading within which the captions of its entries stand.
const CAPTIONS: i32 = 6;
