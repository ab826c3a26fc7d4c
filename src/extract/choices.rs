//! Boxes beside their labels: which options of a group are checked.

use super::labels::{Label, Target};
use super::zones::Surroundings;
use crate::answer::{Confidence, Mark};
use crate::decode::{FormFieldValue, FormValue};
use crate::geometry::Rect;
use crate::page::{MarkBand, MarkBox, PreparedPage, find_boxes, label_emphasis, measure_group};
use crate::reading::{ChoiceReading, OptionReading};
use crate::rules::{ChoiceDefinition, FormDefinition};

/// What the marks of a page are read from.
pub struct MarkSource<'a> {
    pub page: &'a PreparedPage,
    pub number: u32,
    pub labels: &'a [Label],
    pub form_values: &'a [FormValue],
    pub band: MarkBand,
    /// Typical letter height, in pixels.
    pub height: i32,
}

/// Reads every choice of `form`.
///
/// An option whose label was not found is left out: what is not seen is not stated.
pub fn read_choices(form: &FormDefinition, source: &MarkSource<'_>, around: &Surroundings<'_>) -> Vec<ChoiceReading> {
    let choices = form.choices.iter().enumerate();
    choices
        .map(|(index, choice)| ChoiceReading { choice: choice.id.clone(), options: read_choice(index, choice, source, around) })
        .collect()
}

/// Where an option's box was found, or where it should be.
enum Place {
    /// A form field of the file itself.
    Stated { rect: Rect, checked: bool },
    Found(MarkBox),
    Expected(Rect),
}

fn read_choice(
    index: usize,
    choice: &ChoiceDefinition,
    source: &MarkSource<'_>,
    around: &Surroundings<'_>,
) -> Vec<OptionReading> {
    let labels: Vec<(usize, &Label)> = best_labels(index, choice, source, around);
    let mut places: Vec<Place> = labels.iter().map(|(_, label)| find_place(label, source)).collect();
    expect_missing(&labels, &mut places);

    let boxes: Vec<MarkBox> = places
        .iter()
        .filter_map(|place| match place {
            Place::Found(found) => Some(found.clone()),
            Place::Stated { .. } | Place::Expected(_) => None,
        })
        .collect();
    let mut measures = measure_group(source.page, &boxes, &source.band).into_iter();
    labels
        .iter()
        .zip(&places)
        .map(|((option, label), place)| {
            let (mark, confidence, rect, fill) = match place {
                Place::Stated { rect, checked } => {
                    let mark = if *checked { Mark::Checked } else { Mark::Unchecked };
                    (mark, Confidence::CERTAIN, *rect, f32::from(u8::from(*checked)))
                }
                Place::Found(found) => match measures.next() {
                    Some(measure) => (measure.mark, measure.confidence, found.rect, measure.fill),
                    None => (Mark::Unsure, Confidence::NONE, found.rect, 0.0),
                },
                Place::Expected(rect) => {
                    // No box was seen: ink where it should be is a doubt, not a mark.
                    let area = rect.area().max(1) as f32;
                    let fill = source.page.writing.count(rect) as f32 / area;
                    let mark = if fill > source.band.unchecked_below { Mark::Unsure } else { Mark::Unchecked };
                    (mark, Confidence::new(0.6), *rect, fill)
                }
            };
            // A circled or underlined word is an answer too, but one for a person to confirm.
            let mark = match mark {
                Mark::Unchecked if label_emphasis(source.page, &label.rect) > 0.5 => Mark::Unsure,
                mark => mark,
            };
            OptionReading { option: choice.options[*option].id.clone(), mark, confidence, page: source.number, rect, fill }
        })
        .collect()
}

/// For each option the label that was read best; the same words in a sentence lie elsewhere and lose.
fn best_labels<'a>(
    index: usize,
    choice: &ChoiceDefinition,
    source: &MarkSource<'a>,
    around: &Surroundings<'_>,
) -> Vec<(usize, &'a Label)> {
    (0..choice.options.len())
        .filter_map(|option| {
            source
                .labels
                .iter()
                .filter(|l| l.target == Target::Option(index, option) && !around.is_ignored(&l.rect))
                .min_by(|a, b| {
                    let cost = |l: &Label| l.distance - l.letters as f32 / 1000.0;
                    cost(a).total_cmp(&cost(b)).then(a.rect.top.cmp(&b.rect.top))
                })
                .map(|label| (option, label))
        })
        .collect()
}

fn find_place(label: &Label, source: &MarkSource<'_>) -> Place {
    let h = source.height;
    let l = &label.rect;
    // A box stands in the label's row; the row's own neighbour to the left ends the search.
    let left_edge = source
        .labels
        .iter()
        .filter(|other| other.rect.right <= l.left && other.rect.overlap_y(l) > 0)
        .map(|other| other.rect.right)
        .max()
        .unwrap_or(0)
        .max(l.left - 8 * h);
    let left = Rect::new(left_edge, l.top - h * 2 / 3, l.left + h / 4, l.bottom + h * 2 / 3);
    let stated = source.form_values.iter().filter_map(|field| match field.value {
        FormFieldValue::Check(checked) => Some((field.rect, checked)),
        FormFieldValue::Text(_) | FormFieldValue::Signature(_) => None,
    });
    if let Some((rect, checked)) = stated
        .filter(|(rect, _)| rect.overlap_y(l) * 2 > rect.height().min(l.height()) && rect.center_x() < l.left && rect.left >= left_edge - h)
        .min_by_key(|(rect, _)| l.left - rect.center_x())
    {
        return Place::Stated { rect, checked };
    }
    let nearest = |boxes: Vec<MarkBox>| {
        boxes.into_iter().min_by_key(|b| {
            let across = if b.rect.center_x() < l.left { l.left - b.rect.right } else { b.rect.left - l.right };
            across.abs() + 2 * (b.rect.center_y() - l.center_y()).abs()
        })
    };
    if let Some(found) = nearest(find_boxes(source.page, &left)) {
        return Place::Found(found);
    }
    let right = Rect::new(l.right, left.top, l.right + 6 * h, left.bottom);
    if !source.labels.iter().any(|other| right.holds(&other.rect))
        && let Some(found) = nearest(find_boxes(source.page, &right))
    {
        return Place::Found(found);
    }
    Place::Expected(Rect::new(l.left - 2 * h, l.top, l.left - h / 2, l.bottom))
}

/// Boxes of a group stand at one distance from their labels: the ones that were found tell where the others are.
fn expect_missing(labels: &[(usize, &Label)], places: &mut [Place]) {
    let mut offsets: Vec<(i32, i32, i32)> = labels
        .iter()
        .zip(places.iter())
        .filter_map(|((_, label), place)| match place {
            Place::Found(found) => Some((label.rect.left - found.rect.left, found.rect.width(), found.rect.height())),
            Place::Stated { .. } | Place::Expected(_) => None,
        })
        .collect();
    if offsets.is_empty() {
        return;
    }
    offsets.sort_unstable();
    let (offset, width, height) = offsets[offsets.len() / 2];
    for ((_, label), place) in labels.iter().zip(places.iter_mut()) {
        if let Place::Expected(rect) = place {
            let top = label.rect.center_y() - height / 2;
            *rect = Rect::new(label.rect.left - offset, top, label.rect.left - offset + width, top + height);
        }
    }
}
