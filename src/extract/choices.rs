//! Boxes beside their labels: which options of a group are checked.

use std::collections::BTreeSet;

use super::answers::yes_places;
use super::labels::{Label, Target};
use super::sheet::{Sheet, Token};
use super::zones::Surroundings;
use crate::answer::{Confidence, Mark};
use crate::decode::{FormFieldValue, FormValue};
use crate::geometry::Rect;
use crate::page::{
    BoxShape, MarkBand, MarkBox, PreparedPage, components, find_boxes, find_group, is_struck_through, label_emphasis,
    measure_group,
};
use crate::reading::{ChoiceReading, OptionReading};
use crate::rules::{ChoiceDefinition, FormDefinition};

/// What the marks of a page are read from.
pub struct MarkSource<'a> {
    pub page: &'a PreparedPage,
    pub number: u32,
    pub labels: &'a [Label],
    pub form_values: &'a [FormValue],
    pub band: MarkBand,
    pub sheet: &'a Sheet,
}

/// Reads every choice of `form`.
///
/// An option whose label was not found is left out: what is not seen is not stated. Where nothing is checked it is unsure.
pub fn read_choices(form: &FormDefinition, source: &MarkSource<'_>, around: &Surroundings<'_>) -> Vec<ChoiceReading> {
    let choices = form.choices.iter().enumerate();
    choices
        .map(|(index, choice)| ChoiceReading {
            choice: choice.id.clone(),
            options: read_choice(index, choice, source, around),
        })
        .collect()
}

fn read_choice(
    index: usize,
    choice: &ChoiceDefinition,
    source: &MarkSource<'_>,
    around: &Surroundings<'_>,
) -> Vec<OptionReading> {
    if let Some(answers) = written_out(index, choice, source, around) {
        return answers;
    }
    let labels: Vec<(usize, Label)> = best_labels(index, choice, source, around);
    // One of a long list alone on a page is a mention: "Medication Management Agreement" among the attachments.
    if labels.len() == 1 && choice.options.len() >= 2 * LEAST_ROWS {
        return Vec::new();
    }
    let stated = stated(&labels, source);
    let drawn: Vec<&Label> = labels.iter().zip(&stated).filter(|(_, s)| s.is_none()).map(|((_, l), _)| l).collect();
    let boxes = yes_places(&drawn, choice, source.sheet)
        .and_then(|places| under_heading(&places, source, around))
        .or_else(|| mark_cells(&drawn, source, around))
        .unwrap_or_else(|| drawn_boxes(&drawn, source));
    if let Some(numbers) = numbers_to_circle(&drawn, &boxes, source).filter(|_| drawn.len() == labels.len()) {
        return circled_numbers(choice, &labels, &numbers, source);
    }
    let measured = measure_group(source.page, &boxes, &source.band);
    // Nobody ticks most of a long list: what looks like it is a misfit (a streak through the boxes), and a person looks.
    let checked = measured.iter().filter(|m| m.mark == Mark::Checked).count();
    let implausible = measured.len() >= 4 && checked * 2 > measured.len();
    let any_box = boxes.iter().any(|b| b.shape != BoxShape::None);
    let mut measures = measured.into_iter().zip(&boxes);
    let mut emphasised: Vec<usize> = Vec::new();
    let mut options: Vec<OptionReading> = labels
        .iter()
        .zip(stated)
        .enumerate()
        .map(|(at, ((option, label), stated))| {
            let reading = |mark, confidence, rect, fill| OptionReading {
                option: choice.options[*option].id.clone(),
                mark,
                confidence,
                page: source.number,
                rect,
                fill,
            };
            if let Some((rect, checked)) = stated {
                let mark = if checked { Mark::Checked } else { Mark::Unchecked };
                return reading(mark, Confidence::CERTAIN, rect, f32::from(u8::from(checked)));
            }
            let Some((measure, found)) = measures.next() else {
                return reading(Mark::Unsure, Confidence::NONE, label.rect, 0.0);
            };
            // What was taken for a box lies on the words of another label.
            let on_print =
                |l: &Label| l.rect != label.rect && l.rect.intersect(&found.rect).area() * 2 > found.rect.area();
            if source.labels.iter().any(|l| !label.tokens.contains(&l.tokens[0]) && on_print(l))
                || is_in_word(found, label, source)
            {
                return reading(Mark::Unsure, Confidence::NONE, found.rect, measure.fill);
            }
            // Where its neighbours have boxes and it has none, its own was not found: nothing is known of its mark.
            if any_box && found.shape == BoxShape::None && measure.mark == Mark::Unchecked {
                return reading(Mark::Unsure, Confidence::NONE, found.rect, measure.fill);
            }
            // A circled or underlined word is an answer too, but one for a person to confirm.
            let is_emphasised = measure.mark == Mark::Unchecked && label_emphasis(source.page, &label.rect) > EMPHASIS;
            emphasised.extend(is_emphasised.then_some(at));
            let is_taken_back = || is_struck_through(source.page, &label.rect);
            let doubtful = is_emphasised || measure.mark == Mark::Checked && (implausible || is_taken_back());
            let mark = if doubtful { Mark::Unsure } else { measure.mark };
            reading(mark, if doubtful { Confidence::new(0.5) } else { measure.confidence }, found.rect, measure.fill)
        })
        .collect();
    let circled = match (options.iter().filter(|o| o.mark != Mark::Unchecked).count(), emphasised.as_slice()) {
        // A circle that runs along the lines of a table is no piece of its own: then the label with far more ink around it than the others.
        (0, _) => most_surrounded(&labels, source),
        (1, [only]) => Some(*only),
        _ => None,
    };
    if let Some(option) = circled.and_then(|at| options.get_mut(at)) {
        option.mark = Mark::Checked;
        option.confidence = Confidence::new(CIRCLED);
    }
    // Nothing is checked, or a box without a label is, and some options were not found: the check mark may be theirs.
    let other_marked = || is_other_marked(&boxes, source) || is_other_cell_marked(&boxes, source, around);
    let may_be_lost = || options.iter().all(|o| o.mark != Mark::Checked) || other_marked();
    if options.len() >= 2 && options.len() < choice.options.len() && may_be_lost() {
        let area = Rect::bounding(options.iter().map(|o| &o.rect)).unwrap_or_default();
        let lost = (0..choice.options.len()).filter(|i| !labels.iter().any(|(option, _)| option == i));
        options.extend(lost.map(|option| OptionReading {
            option: choice.options[option].id.clone(),
            mark: Mark::Unsure,
            confidence: Confidence::NONE,
            page: source.number,
            rect: area,
            fill: 0.0,
        }));
    }
    options
}

/// Options that the office wrote out behind the heading ("Reason for request: Ineffective relationship"), where the form has no boxes for
/// them: one or two of a long list, as sure as their words were read.
fn written_out(
    index: usize,
    choice: &ChoiceDefinition,
    source: &MarkSource<'_>,
    around: &Surroundings<'_>,
) -> Option<Vec<OptionReading>> {
    let heading = |l: &&Label| l.target == Target::Heading(index) && !around.is_ignored(&l.rect);
    let headings: Vec<&Label> = source.labels.iter().filter(heading).collect();
    let of_choice = |l| {
        if let &Label { target: Target::Option(of, option), .. } = l {
            (of == index).then_some((option, l))
        } else {
            None
        }
    };
    let named = source.labels.iter().filter_map(of_choice);
    let (answers, others): (Vec<_>, Vec<_>) =
        named.partition(|(_, l)| headings.iter().any(|heading| heading.rect.leads_to(&l.rect)));
    // Where more options are printed, the list begins beside its heading.
    let listed: BTreeSet<usize> =
        others.iter().map(|(option, _)| *option).filter(|other| answers.iter().all(|(own, _)| own != other)).collect();
    if listed.len() >= LEAST_LISTED {
        return None;
    }
    let long = choice.options.len() >= 2 * LEAST_ROWS;
    let h = source.sheet.letter_height;
    let has_box = |l: &Label| {
        let before = Rect { left: l.rect.left - 4 * h, right: l.rect.left - h / 4, ..l.rect.inflate(0, h / 2) };
        let behind = Rect { left: l.rect.right + h / 4, right: l.rect.right + 4 * h, ..before };
        let drawn = |b: &MarkBox| !matches!(b.shape, BoxShape::Line | BoxShape::None);
        [before, behind].iter().any(|side| find_boxes(source.page, side).iter().any(drawn))
    };
    if !long || answers.is_empty() || answers.len() > MOST_WRITTEN || answers.iter().any(|(_, l)| has_box(l)) {
        return None;
    }
    let surety = |l: &Label| l.tokens.iter().map(|&t| source.sheet.tokens[t].confidence).fold(WRITTEN, f32::min);
    let reading = |(option, label): &(usize, &Label)| OptionReading {
        option: choice.options[*option].id.clone(),
        mark: Mark::Checked,
        confidence: Confidence::new(surety(label)),
        page: source.number,
        rect: label.rect,
        fill: 0.0,
    };
    Some(answers.iter().map(reading).collect())
}

/// Reasons that an office writes out, at the most: a heading with more of them in its row is the form's list.
const MOST_WRITTEN: usize = 2;
/// Other options from which the form prints a list of them.
const LEAST_LISTED: usize = 2;
/// How sure a reason in words is, at the most.
const WRITTEN: f32 = 0.9;

/// Where the numbers before labels stand, if these have numbers and no boxes: then a number is circled, and what looks like a mark is a figure.
fn numbers_to_circle(labels: &[&Label], boxes: &[MarkBox], source: &MarkSource<'_>) -> Option<Vec<Rect>> {
    let h = source.sheet.letter_height;
    let before = |label: &Label| {
        let token = *label.tokens.first()?;
        let row = &source.sheet.rows[source.sheet.tokens[token].row];
        let at = row.iter().position(|&t| t == token)?.checked_sub(1)?;
        let token = &source.sheet.tokens[row[at]];
        let number = token.text.trim_end_matches(['.', ')']).parse::<usize>().ok()?;
        (label.rect.left - token.rect.right < 4 * h).then_some((number, token.rect))
    };
    let found: Vec<Option<(usize, Rect)>> = labels.iter().map(|label| before(label)).collect();
    let mut known: Vec<(i32, usize, Rect)> = labels
        .iter()
        .zip(&found)
        .filter_map(|(label, found)| found.map(|(number, rect)| (label.rect.top, number, rect)))
        .collect();
    known.sort_by_key(|(top, ..)| *top);
    // One that was circled is hardly read: the others still count upwards.
    let counts = known.windows(2).all(|pair| pair[0].1 < pair[1].1) && known.len() >= LEAST_ROWS;
    let is_number = |found: &Option<(usize, Rect)>, mark: &MarkBox| {
        mark.shape == BoxShape::None || found.is_some_and(|(_, rect)| rect.intersect(&mark.rect).area() > 0)
    };
    let without_box = found.iter().zip(boxes).filter(|(found, mark)| is_number(found, mark)).count();
    if !counts || (known.len() + 2).min(without_box + 2) < labels.len() {
        return None;
    }
    let column = Rect::bounding(known.iter().map(|(.., rect)| rect))?;
    let place = |label: &&Label, found: &Option<(usize, Rect)>| {
        found.map_or(Rect { left: column.left, right: column.right, ..label.rect }, |(_, rect)| rect)
    };
    Some(labels.iter().zip(&found).map(|(label, found)| place(label, found)).collect())
}

/// What a circled number or label is worth: the answer that it most likely is, for a person to confirm.
const CIRCLED: f32 = 0.45;

/// A number with far more ink around it than the others is circled, or its neighbour is: a person looks. Where none has, nobody knows what was
/// meant.
fn circled_numbers(
    choice: &ChoiceDefinition,
    labels: &[(usize, Label)],
    numbers: &[Rect],
    source: &MarkSource<'_>,
) -> Vec<OptionReading> {
    let (h, writing) = (source.sheet.letter_height, &source.page.writing);
    let ring =
        |rect: &Rect| writing.count(&rect.inflate(h, h * 3 / 4)).saturating_sub(writing.count(&rect.inflate(2, 2)));
    let rings: Vec<u64> = numbers.iter().map(ring).collect();
    let mut sorted = rings.clone();
    sorted.sort_unstable();
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    let is_circled = |ring: u64| ring > 2 * (usual + h as u64);
    let any = rings.iter().any(|&ring| is_circled(ring));
    let most = rings.iter().copied().max().unwrap_or(0);
    let read = |((option, _), (rect, &ring)): (&(usize, Label), (&Rect, &u64))| {
        let (mark, confidence) = match (any, is_circled(ring)) {
            (true, true) if ring * 5 >= most * 3 => (Mark::Checked, Confidence::new(CIRCLED)),
            // A part of its neighbour's circle, or a small one of its own.
            (true, true) => (Mark::Unsure, Confidence::new(CIRCLED)),
            (true, false) => (Mark::Unchecked, Confidence::new(0.9)),
            (false, _) => (Mark::Unsure, Confidence::NONE),
        };
        let option = choice.options[*option].id.clone();
        OptionReading { option, mark, confidence, page: source.number, rect: *rect, fill: 0.0 }
    };
    labels.iter().zip(numbers.iter().zip(&rings)).map(read).collect()
}

/// The label with by far the most writing right above and below it, if there is one.
fn most_surrounded(labels: &[(usize, Label)], source: &MarkSource<'_>) -> Option<usize> {
    let (h, writing) = (source.sheet.letter_height, &source.page.writing);
    let around = |l: &Label| {
        let above = Rect { top: l.rect.top - h / 2, bottom: l.rect.top - 2, ..l.rect };
        let below = Rect { top: l.rect.bottom + 2, bottom: l.rect.bottom + h / 2, ..l.rect };
        (writing.count(&above) + writing.count(&below)) as f32 / l.rect.width().max(1) as f32
    };
    let shares: Vec<f32> = labels.iter().map(|(_, label)| around(label)).collect();
    let mut sorted = shares.clone();
    sorted.sort_by(f32::total_cmp);
    let usual = *sorted.get(sorted.len() / 2)?;
    let most = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b]))?;
    (shares.len() >= LEAST_ROWS && shares[most] > 3.0 * usual + SURROUNDED).then_some(most)
}

/// Ink around a label for each pixel of its width from which something was drawn around it.
const SURROUNDED: f32 = 0.4;

/// Whether a box that belongs to none of the labels, in a row and a column of those that do, has a mark.
fn is_other_marked(boxes: &[MarkBox], source: &MarkSource<'_>) -> bool {
    let h = source.sheet.letter_height;
    let Some(usual) = boxes.iter().find(|b| b.shape != BoxShape::None) else { return false };
    let distinct = |pick: fn(&Rect) -> i32| {
        let mut places: Vec<i32> = boxes.iter().filter(|b| b.shape == usual.shape).map(|b| pick(&b.rect)).collect();
        places.sort_unstable();
        places.dedup_by(|a, b| (*a - *b).abs() < h);
        places
    };
    let (columns, rows) = (distinct(Rect::center_x), distinct(Rect::center_y));
    let (width, height) = (usual.rect.width(), usual.rect.height());
    let places = columns.iter().flat_map(|&x| rows.iter().map(move |&y| (x, y)));
    let free = places.filter(|&(x, y)| !boxes.iter().any(|b| b.rect.inflate(h / 2, h / 2).contains(x, y)));
    let in_grid = free.flat_map(|(x, y)| {
        let around = Rect::new(x - width / 2, y - height / 2, x + width / 2, y + height / 2).inflate(h, h / 2);
        find_boxes(source.page, &around)
    });
    // Between the boxes of a column, in a row that no other column has.
    let in_columns = columns.iter().flat_map(|&x| {
        let own = boxes.iter().map(|b| b.rect).filter(|rect| (rect.center_x() - x).abs() < h);
        let Some(column) = Rect::bounding(&own.collect::<Vec<_>>()) else { return Vec::new() };
        let is_new = |b: &MarkBox| !boxes.iter().any(|known| known.rect.intersect(&b.rect).area() > 0);
        find_boxes(source.page, &column.inflate(h / 2, 3 * h)).into_iter().filter(is_new).collect()
    });
    let found: Vec<MarkBox> = in_grid
        .chain(in_columns)
        .filter(|b| b.shape == usual.shape && (b.rect.width() - width).abs() * 4 < width)
        .collect();
    measure_group(source.page, &found, &source.band).iter().any(|m| m.mark != Mark::Unchecked)
}

/// Whether a cell of the column to mark has a mark and belongs to none of the labels.
fn is_other_cell_marked(boxes: &[MarkBox], source: &MarkSource<'_>, around: &Surroundings<'_>) -> bool {
    let h = source.sheet.letter_height;
    let cells = boxes.iter().filter(|b| b.shape == BoxShape::Cell);
    let above_and_below = cells.flat_map(|b| [(b, b.rect.top - h), (b, b.rect.bottom + h)]);
    let others: Vec<MarkBox> = above_and_below
        .filter_map(|(b, y)| {
            let other = cell_to_mark(&around.cell_at(b.rect.center_x(), y)?, source);
            let cell = &other.rect;
            let alike = (cell.width() - b.rect.width()).abs() <= h && cell.height() < 2 * b.rect.height();
            let known = boxes.iter().any(|own| own.rect.overlap_y(cell) > 0);
            (alike && !known && !has_words(source, cell)).then_some(other)
        })
        .collect();
    measure_group(source.page, &others, &source.band).iter().any(|m| m.mark != Mark::Unchecked)
}

/// Whether what was taken for a box is a letter of a word that stands beside the label; a box itself is read into the label's first word.
fn is_in_word(found: &MarkBox, label: &Label, source: &MarkSource<'_>) -> bool {
    let (x, y) = (found.rect.center_x(), found.rect.center_y());
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let holds = |rect: &Rect| rect.contains(x, y) && rect.width() > 2 * found.rect.width();
    let is_word = |(at, t): (usize, &Token)| {
        !label.tokens.contains(&at) && letters(&t.text) > MARK_LETTERS && t.confidence >= WORD && holds(&t.rect)
    };
    found.shape != BoxShape::Cell && source.sheet.tokens.iter().enumerate().any(is_word)
}

/// Confidence from which a token is the word that it reads as.
const WORD: f32 = 0.6;

/// Whether more is written at `place` than a mark may be read as.
fn has_words(source: &MarkSource<'_>, place: &Rect) -> bool {
    let written = source.sheet.tokens_in(place).into_iter().map(|t| &source.sheet.tokens[t].text);
    written.map(|text| text.chars().filter(|c| c.is_alphanumeric()).count()).sum::<usize>() > MARK_LETTERS
}

/// How strongly a label must be circled or underlined to count.
const EMPHASIS: f32 = 0.6;

/// For each option the label that was read best; the same words in a sentence lie elsewhere and lose. Where the option stands in two
/// languages in one row, both are its label.
fn best_labels(
    index: usize,
    choice: &ChoiceDefinition,
    source: &MarkSource<'_>,
    around: &Surroundings<'_>,
) -> Vec<(usize, Label)> {
    let h = source.sheet.letter_height;
    let of_choice =
        |l: &&Label| matches!(l.target, Target::Option(of, _) if of == index) && !around.is_ignored(&l.rect);
    // Options stand in a column; the same words in an instruction beside them do not.
    let in_column = |label: &Label| {
        let aligned = |l: &&Label| l.target != label.target && (l.rect.left - label.rect.left).abs() <= h;
        let mut others: Vec<Target> =
            source.labels.iter().filter(of_choice).filter(aligned).map(|l| l.target).collect();
        others.sort_unstable();
        others.dedup();
        others.len()
    };
    let most = source.labels.iter().filter(of_choice).map(in_column).max().unwrap_or(0);
    (0..choice.options.len())
        .filter_map(|option| {
            let of_option = |l: &&Label| l.target == Target::Option(index, option) && !around.is_ignored(&l.rect);
            let cost = |l: &Label| {
                let stray = if in_column(l) * 2 < most { STRAY } else { 0.0 };
                l.distance - l.letters as f32 / 1000.0 + stray
            };
            let costs = source.labels.iter().filter(of_option).map(|l| (l, cost(l)));
            let (best, _) = costs.min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.rect.top.cmp(&b.0.rect.top)))?;
            let beside = |l: &&Label| l.rect.shares_row(&best.rect);
            let mut row: Vec<&Label> = source.labels.iter().filter(of_option).filter(beside).collect();
            row.sort_by_key(|l| l.rect.left);
            let mut whole = row.first().copied().unwrap_or(best).clone();
            for other in row.iter().skip(1) {
                whole.rect = whole.rect.union(&other.rect);
                whole.tokens.extend(&other.tokens);
            }
            Some((option, whole))
        })
        .collect()
}

/// What a label loses against another one of its option that stands in the column of most.
const STRAY: f32 = 1.0;

/// The states that the file itself gives for the boxes of labels: all before their labels, or all behind them. In two columns the box behind
/// one label stands before its neighbour, so the side with a box for more labels is the form's.
fn stated(labels: &[(usize, Label)], source: &MarkSource<'_>) -> Vec<Option<(Rect, bool)>> {
    let checks: Vec<(Rect, bool)> = source
        .form_values
        .iter()
        .filter_map(|field| match field.value {
            FormFieldValue::Check(checked) => Some((field.rect, checked)),
            FormFieldValue::Text(_) | FormFieldValue::Signature(_) => None,
        })
        .collect();
    let before = |l: &Rect| {
        let begins = sentence_left(l, source.sheet, source.labels);
        let near = |rect: &Rect| rect.center_x() < l.left && begins - rect.right < 6 * source.sheet.letter_height;
        checks.iter().copied().filter(|(rect, _)| rect.shares_row(l) && near(rect)).max_by_key(|(rect, _)| rect.right)
    };
    let behind = |l: &Rect| {
        let next =
            labels.iter().map(|(_, o)| o.rect).filter(|o| o.left > l.right && o.shares_row(l)).map(|o| o.left).min();
        let lies = |rect: &Rect| rect.center_x() > l.right && next.is_none_or(|next| rect.center_x() < next);
        checks.iter().copied().filter(|(rect, _)| rect.shares_row(l) && lies(rect)).min_by_key(|(rect, _)| rect.left)
    };
    let before: Vec<Option<(Rect, bool)>> = labels.iter().map(|(_, label)| before(&label.rect)).collect();
    let behind: Vec<Option<(Rect, bool)>> = labels.iter().map(|(_, label)| behind(&label.rect)).collect();
    let served = |side: &[Option<(Rect, bool)>]| side.iter().flatten().count();
    if served(&behind) > served(&before) { behind } else { before }
}

/// The boxes at the places under a heading, or the cells there, where most places have one.
fn under_heading(places: &[Rect], source: &MarkSource<'_>, around: &Surroundings<'_>) -> Option<Vec<MarkBox>> {
    let found = find_group(source.page, places);
    if found.iter().filter(|b| b.shape != BoxShape::None).count() * 2 > places.len() {
        return Some(found);
    }
    let cell = |place: &Rect| {
        let cell = around.cell_at(place.center_x(), place.center_y())?;
        (cell.width() <= 2 * place.width()).then(|| cell_to_mark(&cell, source))
    };
    let cells: Vec<MarkBox> = places.iter().map(cell).collect::<Option<_>>()?;
    let apart = cells.windows(2).all(|pair| pair[0].rect.overlap_y(&pair[1].rect) <= 0);
    (apart && !cells.iter().any(|cell| has_words(source, &cell.rect))).then_some(cells)
}

/// The inside of a table's cell, in which a mark may stand.
fn cell_to_mark(cell: &Rect, source: &MarkSource<'_>) -> MarkBox {
    let margin = source.sheet.letter_height / 5;
    MarkBox { rect: cell.inflate(-margin, -margin), shape: BoxShape::Cell, quality: 1.0 }
}

/// The cells of a table's column to mark, where each label begins a cell of its own and an empty column of cells stands beside them all.
fn mark_cells(labels: &[&Label], source: &MarkSource<'_>, around: &Surroundings<'_>) -> Option<Vec<MarkBox>> {
    let h = source.sheet.letter_height;
    let cells: Vec<Rect> = labels
        .iter()
        .map(|l| around.cell_at(l.rect.left + h / 2, l.rect.center_y()).filter(|c| l.rect.left - c.left < INDENT * h))
        .collect::<Option<_>>()?;
    // Where a piece of the line between two columns is lost, its neighbours tell where it was.
    let edge = cells.iter().map(|cell| cell.left).max()?;
    let is_joined = |cell: &Rect| edge - cell.left > h;
    if cells.iter().filter(|cell| is_joined(cell)).count() * 2 > cells.len() {
        return None;
    }
    let in_rows =
        (cells.iter().enumerate()).all(|(at, cell)| !cells[..at].iter().any(|other| other.overlap_y(cell) > h / 2));
    if labels.len() < LEAST_ROWS || !in_rows || labels.iter().any(|l| l.rect.left - edge > 3 * h) {
        return None;
    }
    [-1, 1].into_iter().find_map(|side| {
        let beside = |cell: &Rect| {
            if side < 0 && is_joined(cell) {
                return Some(Rect { right: edge - 2, ..*cell });
            }
            let x = if side < 0 { cell.left - h } else { cell.right + h };
            around.cell_at(x, cell.center_y()).filter(|mark| mark.overlap_y(cell) * 4 > 3 * cell.height())
        };
        let marks: Vec<Rect> = cells.iter().map(beside).collect::<Option<_>>()?;
        let widest = marks.iter().map(Rect::width).max()?;
        let alike = marks.iter().all(|mark| (mark.width() - widest).abs() <= h);
        let insides: Vec<MarkBox> = marks.iter().map(|mark| cell_to_mark(mark, source)).collect();
        // A number stands in each row, a mark in a few.
        let inked = insides.iter().filter(|inside| source.page.writing.count(&inside.rect) > h as u64).count();
        let may_be_marked = alike
            && widest <= WIDEST * h
            && !marks.iter().any(|mark| has_words(source, mark))
            && inked * 2 <= marks.len();
        may_be_marked.then_some(insides)
    })
}

/// Rows from which cells are a list, letters that a mark or somebody's initials may be read as, and letter heights of the widest cell to mark
/// (under "Initial here" it is wider than its heading) and of the widest that stands before a label in its own cell.
const LEAST_ROWS: usize = 3;
const MARK_LETTERS: usize = 3;
const WIDEST: i32 = 14;
const INDENT: i32 = 9;

/// The boxes of labels, one each: left of them, or right of them where the left side has none.
fn drawn_boxes(labels: &[&Label], source: &MarkSource<'_>) -> Vec<MarkBox> {
    let h = source.sheet.letter_height;
    let reach = 5 * h;
    let search =
        |left: i32, label: &Label| Rect::new(left, label.rect.center_y() - h, left + reach, label.rect.center_y() + h);
    let lefts: Vec<i32> = labels.iter().map(|l| first_letter(l, source)).collect();
    let before: Vec<Rect> =
        labels.iter().zip(&lefts).map(|(l, left)| search(column_left(*left, &lefts, h) + h / 4 - reach, l)).collect();
    let behind: Vec<Rect> = labels.iter().map(|l| search(l.rect.right, l)).collect();
    // At the end of the row, where leaders lead to them: between the longest label of a column and the next column.
    let right = source.page.ink.bounds().right;
    let far: Vec<Rect> = labels
        .iter()
        .zip(&lefts)
        .map(|(l, left)| {
            let column = labels.iter().zip(&lefts).filter(|(_, other)| (*other - left).abs() < 4 * h);
            // The reader may have taken the box for the last letter of its label.
            let from = column.map(|(o, _)| o.rect.right).max().unwrap_or(l.rect.right) - 3 * h / 2;
            let to = lefts.iter().copied().filter(|other| *other > left + 4 * h).min().unwrap_or(right);
            Rect::new(from.min(to - h), l.rect.center_y() - h, to, l.rect.center_y() + h)
        })
        .collect();
    // A form has its boxes on one side: the one where most of them are. In two columns the box behind one label stands before its
    // neighbour, so a box that two labels could claim says nothing of the side.
    let mut best = find_group(source.page, &before);
    // The side of a circle and the first stroke of a letter make no pair of brackets.
    let takes_letter = |b: &MarkBox, left: &i32| b.shape == BoxShape::Bracket && b.rect.right > left + 1;
    let takes: Vec<bool> = best.iter().zip(&lefts).map(|(found, left)| takes_letter(found, left)).collect();
    if takes.contains(&true) {
        let cut = |search: &Rect| Rect { right: search.right - h / 4 - 2, ..*search };
        let apart: Vec<Rect> = before.iter().zip(&takes).map(|(s, takes)| if *takes { cut(s) } else { *s }).collect();
        best = find_group(source.page, &apart);
    }
    let between = between_languages(labels, source);
    // One alone stands in no column.
    let most_evidence = if labels.len() == 1 { 1 } else { 2 * labels.len() };
    for (searches, by_column) in [(Some(behind), false), (Some(far), true), (between, false)] {
        let Some(searches) = searches else { continue };
        let (most, plain) = (evidence(&best, h) == most_evidence, clearness(&best));
        if most && plain >= PLAIN {
            break;
        }
        let others = if by_column { in_columns(source.page, &searches) } else { find_group(source.page, &searches) };
        // "a)", "b)" before the reasons look a little like boxes, all of them; those at the end of the rows are plain ones.
        let plainer = plain < PLAIN && clearness(&others) >= PLAIN && evidence(&others, h) == evidence(&best, h);
        if evidence(&others, h) > evidence(&best, h) || plainer {
            best = others;
        }
    }
    // One box in a long list is a letter that looks like one.
    if labels.len() >= 2 * LEAST_ROWS && best.iter().filter(|b| b.shape != BoxShape::None).count() < 2 {
        best.iter_mut().for_each(|b| b.shape = BoxShape::None);
    }
    best
}

/// The places between the two languages of labels that stand in one row, far apart: one column of boxes serves both.
fn between_languages(labels: &[&Label], source: &MarkSource<'_>) -> Option<Vec<Rect>> {
    let h = source.sheet.letter_height;
    let gap = |label: &&Label| {
        let mut words: Vec<Rect> = label.tokens.iter().map(|&t| source.sheet.tokens[t].rect).collect();
        words.sort_by_key(|word| word.left);
        let gaps = words.windows(2).map(|pair| (pair[0].right, pair[1].left));
        gaps.max_by_key(|(from, to)| to - from).filter(|(from, to)| to - from > 2 * h)
    };
    let gaps: Vec<(i32, i32)> = labels.iter().filter_map(gap).collect();
    let (from, to) = (gaps.iter().map(|gap| gap.0).max()?, gaps.iter().map(|gap| gap.1).min()?);
    let place = |label: &&Label| Rect::new(from, label.rect.center_y() - h, to, label.rect.center_y() + h);
    (gaps.len() >= 2 && to - from > h).then(|| labels.iter().map(place).collect())
}

/// The boxes of searches in columns of their own: what stands at the end of one column's rows says nothing of another's.
fn in_columns(page: &PreparedPage, searches: &[Rect]) -> Vec<MarkBox> {
    let mut columns: Vec<(i32, i32)> = searches.iter().map(|s| (s.left, s.right)).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut found: Vec<Option<MarkBox>> = vec![None; searches.len()];
    for column in columns {
        let members: Vec<usize> =
            (0..searches.len()).filter(|&i| (searches[i].left, searches[i].right) == column).collect();
        let own: Vec<Rect> = members.iter().map(|&i| searches[i]).collect();
        for (index, mark_box) in members.into_iter().zip(find_group(page, &own)) {
            found[index] = Some(mark_box);
        }
    }
    found.into_iter().flatten().collect()
}

/// How many boxes were found, those that stand in a column with another counted twice: round letters at the ends of labels look like boxes
/// too, and stand anywhere.
fn evidence(found: &[MarkBox], h: i32) -> usize {
    let boxes: Vec<&Rect> = found.iter().filter(|b| b.shape != BoxShape::None).map(|b| &b.rect).collect();
    let in_column =
        |rect: &&&Rect| boxes.iter().any(|other| other != *rect && (other.center_x() - rect.center_x()).abs() * 3 <= h);
    boxes.len() + boxes.iter().filter(in_column).count()
}

/// How well the outlines of boxes show, those of the middle one.
fn clearness(found: &[MarkBox]) -> f32 {
    let mut qualities: Vec<f32> =
        found.iter().filter(|b| b.shape != BoxShape::None).map(|mark_box| mark_box.quality).collect();
    qualities.sort_by(f32::total_cmp);
    qualities.get(qualities.len() / 2).copied().unwrap_or(0.0)
}

/// Quality of an outline that is surely one.
const PLAIN: f32 = 0.85;

/// The left edge of a label's column: a box glyph that was read into one label must not move that label's search.
fn column_left(own: i32, all: &[i32], h: i32) -> i32 {
    let mut lefts: Vec<i32> = all.iter().copied().filter(|left| (left - own).abs() < 4 * h).collect();
    lefts.sort_unstable();
    lefts.get(lefts.len() / 2).copied().unwrap_or(own)
}

/// Where the sentence begins that a label is the end of ("By proceeding I confirm that | I have read the terms"): its box stands before that.
///
/// A box that was read as letters is no word, and wider apart from its label than words of a sentence are.
fn sentence_left(label: &Rect, sheet: &Sheet, labels: &[Label]) -> i32 {
    let h = sheet.letter_height;
    let (mut left, mut begins) = (label.left, label.left);
    let before = |left: i32| {
        sheet.tokens.iter().find(|t| {
            t.rect.shares_row(label)
                && t.rect.left < left
                && (-h / 2..h).contains(&(left - t.rect.right))
                && !labels.iter().any(|other| other.rect != *label && other.rect.holds(&t.rect))
        })
    };
    while let Some(token) = before(left) {
        left = token.rect.left;
        let letters = token.text.chars().filter(|c| c.is_alphabetic()).count();
        if letters >= LEAST_LETTERS && letters == token.text.chars().count() {
            begins = left;
        }
    }
    begins
}

/// Letters from which a token is a word, and no box that was read as one.
const LEAST_LETTERS: usize = 3;

/// Where a label's letters begin. The reader takes a circle for the first letter of the word behind it ("ODoes"); the gap between them is
/// wider than between letters.
fn first_letter(label: &Label, source: &MarkSource<'_>) -> i32 {
    let (l, h) = (&label.rect, source.sheet.letter_height);
    let begins = sentence_left(l, source.sheet, source.labels);
    if begins < l.left {
        return begins;
    }
    let head = Rect { right: l.right.min(l.left + 3 * h), ..*l };
    let mut pieces: Vec<Rect> =
        components(&source.page.writing, &head).into_iter().map(|c| c.rect).filter(|r| r.height() * 2 > h).collect();
    pieces.sort_by_key(|r| (r.left, r.top));
    let Some(first) = pieces.first().copied() else { return l.left };
    let is_box = first.height() * 10 >= h * 8 && first.width() * 10 >= h * 8;
    let next = pieces.iter().skip(1).map(|r| r.left).find(|left| *left > first.right - 2);
    match next {
        Some(next) if is_box && (next - first.right) * 5 > h * 2 => next,
        _ => l.left,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::Word;
    use crate::page::{Bitmap, Rulings};

    fn sheet(words: &[(&str, i32, i32)]) -> Sheet {
        let word = |&(text, left, right): &(&str, i32, i32)| Word {
            text: text.into(),
            confidence: Confidence::CERTAIN,
            rect: Rect::new(left, 100, right, 120),
            line: 0,
        };
        Sheet::new(&words.iter().map(word).collect::<Vec<_>>(), &Rulings::default())
    }

    /// Two columns of three boxes; the last one's label was not found, and it may be crossed.
    fn is_lost_mark_seen(crossed: bool) -> bool {
        let mut ink = Bitmap::new(900, 400);
        let places = [(100, 60), (100, 120), (100, 180), (500, 60), (500, 120), (500, 180)];
        for (x, y) in places {
            for side in [(0, 0, 28, 2), (0, 26, 28, 28), (0, 0, 2, 28), (26, 0, 28, 28)] {
                ink.fill(&Rect::new(x + side.0, y + side.1, x + side.2, y + side.3));
            }
        }
        for step in (0..20).filter(|_| crossed) {
            ink.fill(&Rect::new(504 + step, 184 + step, 507 + step, 187 + step));
            ink.fill(&Rect::new(521 - step, 184 + step, 524 - step, 187 + step));
        }
        let page = PreparedPage::from_ink(ink, 204);
        let known = |&(x, y): &(i32, i32)| MarkBox {
            rect: Rect::new(x, y, x + 28, y + 28),
            shape: BoxShape::Square,
            quality: 1.0,
        };
        let boxes: Vec<MarkBox> = places[..5].iter().map(known).collect();
        let (sheet, labels, form_values) = (sheet(&[]), Vec::new(), Vec::new());
        let band = MarkBand::default();
        let source =
            MarkSource { page: &page, number: 1, labels: &labels, form_values: &form_values, band, sheet: &sheet };
        is_other_marked(&boxes, &source)
    }

    #[test]
    fn a_mark_in_a_box_whose_label_was_not_found_is_seen() {
        assert!(is_lost_mark_seen(true));
        assert!(!is_lost_mark_seen(false));
    }

    #[test]
    fn a_label_at_the_end_of_a_sentence_begins_with_it() {
        let sheet = sheet(&[
            ("O", 40, 60),
            ("By", 90, 110),
            ("proceeding", 118, 240),
            ("I", 248, 252),
            ("confirm", 260, 340),
            ("accept", 348, 420),
        ]);
        assert_eq!(sentence_left(&Rect::new(348, 100, 420, 120), &sheet, &[]), 118);
    }

    #[test]
    fn a_box_read_as_letters_and_another_column_are_no_part_of_a_sentence() {
        let glyph = sheet(&[("OI", 40, 60), ("Fraud", 66, 130)]);
        assert_eq!(sentence_left(&Rect::new(66, 100, 130, 120), &glyph, &[]), 66);
        let columns = sheet(&[("Fraud", 40, 100), ("Abuse", 160, 220)]);
        assert_eq!(sentence_left(&Rect::new(160, 100, 220, 120), &columns, &[]), 160);
    }
}
