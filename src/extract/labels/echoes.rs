//! Which labels are none: words of labels that come again in what is written.

use std::collections::BTreeSet;

use super::{BOTH, Candidate, LabelIndex, Target, before_hint, is_numbered, label_words};
use crate::extract::compose::Composition;
use crate::extract::fuzzy::fold;
use crate::extract::sheet::Sheet;
use crate::geometry::Rect;
use crate::rules::{FieldKind, FormDefinition};

/// A label recognised by its words alone gives way to a listed wording of the same thing, and an option among listed options must stand
/// among them: the same words also begin sentences of the narrative.
pub(super) fn drop_doubtful(chosen: &mut Vec<Candidate>, form: &FormDefinition, height: i32) {
    // A wording of several meanings ("Member") may be a heading: it does not speak against the label below it.
    let listed: Vec<(Target, Rect)> = chosen
        .iter()
        .filter(|c| !c.composed && c.targets.len() == 1)
        .flat_map(|c| c.targets.iter().map(|t| (*t, c.rect)))
        .collect();
    let options = |choice: usize| {
        let rects: Vec<Rect> = listed.iter().filter(|(t, _)| choice_of(t) == Some(choice)).map(|(_, r)| *r).collect();
        if rects.len() < 2 { None } else { Rect::bounding(&rects) }
    };
    // One under the other, beginning at the same place: the group goes on, from listed wordings over those that are known by their words.
    let mut in_column: Vec<(usize, Rect)> =
        listed.iter().filter_map(|(t, rect)| Some((choice_of(t)?, *rect))).collect();
    loop {
        let goes_on = |c: &&Candidate| {
            let Some(choice) = c.targets.first().and_then(choice_of).filter(|_| c.composed) else { return false };
            let stands_by = |(other, rect): &(usize, Rect)| {
                *other == choice && (rect.left - c.rect.left).abs() <= height && apart(rect, &c.rect) <= 4 * height
            };
            !in_column.contains(&(choice, c.rect)) && in_column.iter().any(stands_by)
        };
        let Some(next) = chosen.iter().find(goes_on) else { break };
        in_column.extend(next.targets.first().and_then(choice_of).map(|choice| (choice, next.rect)));
    }
    let named: Vec<usize> = chosen.iter().filter_map(|c| c.targets.first().and_then(choice_of)).collect();
    let headings: Vec<(Target, Rect)> = chosen.iter().flat_map(|c| c.targets.iter().map(|t| (*t, c.rect))).collect();
    // "Reason for request: Medication Management Agreement violated": the office's answer, in words.
    let is_answer = |choice: usize, rect: &Rect| {
        headings.iter().any(|(target, heading)| *target == Target::Heading(choice) && heading.leads_to(rect))
    };
    chosen.retain(|candidate| {
        let Some(target) = candidate.targets.first().filter(|_| candidate.composed) else { return true };
        match target {
            // Which of a field's labels has its value is seen when the form is read.
            Target::Field(_) => true,
            _ if listed.iter().any(|(other, _)| other == target) => false,
            Target::Option(choice, _) => match options(*choice) {
                Some(group) => {
                    group.inflate(0, 4 * height).overlap_y(&candidate.rect) > 0
                        || in_column.contains(&(*choice, candidate.rect))
                }
                // Alone on its page it is a sentence of the narrative that speaks of its reason.
                None => {
                    form.choices[*choice].options.len() == 1 && candidate.exact
                        || form.choices[*choice].options.len() > 1 && is_answer(*choice, &candidate.rect)
                        || named.iter().filter(|c| **c == *choice).count() > 1
                }
            },
            _ => true,
        }
    });
}

/// A label that stands in two languages in one row, a stroke between them, is one; and so are "Narrative: what happened, with dates" and
/// "Other / comments", which is no place for the narrative.
pub(super) fn join_languages(chosen: &mut Vec<Candidate>, sheet: &Sheet, form: &FormDefinition) {
    let is_aside = |left: &[Target], right: &[Target]| match (left, right) {
        ([Target::Field(_)], [Target::Field(second)]) => form.fields[*second].kind.is_prose(),
        _ => false,
    };
    let mut joined: Vec<usize> = Vec::new();
    for left in 0..chosen.len() {
        let Some(&last) = chosen[left].tokens.last() else { continue };
        let row = &sheet.rows[sheet.tokens[last].row];
        let mut behind = row.iter().skip_while(|&&t| t != last).skip(1);
        let Some(&first) = behind.next() else { continue };
        let explained = sheet.tokens[last].text.ends_with(':') && !sheet.tokens[first].starts_segment;
        let stroke = sheet.tokens[first].text == BOTH;
        let Some(&next) = (if stroke { behind.next() } else { Some(&first).filter(|_| explained) }) else { continue };
        let is_same =
            |c: &Candidate| c.targets == chosen[left].targets || stroke && is_aside(&chosen[left].targets, &c.targets);
        let other = chosen.iter().position(|c| c.tokens.first() == Some(&next) && is_same(c));
        if let Some(other) = other.filter(|other| *other != left) {
            let tokens = chosen[other].tokens.clone();
            chosen[left].rect = chosen[left].rect.union(&chosen[other].rect);
            chosen[left].tokens.extend(tokens);
            joined.push(other);
        }
    }
    joined.sort_unstable();
    joined.into_iter().rev().for_each(|second| drop(chosen.remove(second)));
}

fn choice_of(target: &Target) -> Option<usize> {
    match target {
        Target::Option(choice, _) => Some(*choice),
        _ => None,
    }
}

/// Pixels between two places, one above the other.
fn apart(a: &Rect, b: &Rect) -> i32 {
    (a.top - b.bottom).max(b.top - a.bottom).max(0)
}

/// "Missed appointments: at least three in twelve months" in a column of options is one of them, though a field has the same name.
pub(super) fn turn_into_options(chosen: &mut [Candidate], sheet: &Sheet, composition: &Composition) {
    let height = sheet.letter_height;
    let options: Vec<(Target, Rect)> = chosen
        .iter()
        .filter_map(|c| match c.targets.as_slice() {
            [option @ Target::Option(..)] => Some((*option, c.rect)),
            _ => None,
        })
        .collect();
    for candidate in chosen.iter_mut() {
        let [Target::Field(_)] = candidate.targets.as_slice() else { continue };
        let Some(composed) = composition.find(&label_words(sheet, &candidate.tokens)) else { continue };
        let Some(choice) = choice_of(&composed.target) else { continue };
        let beside = |(other, rect): &(Target, Rect)| {
            choice_of(other) == Some(choice)
                && (rect.left - candidate.rect.left).abs() <= height
                && apart(rect, &candidate.rect) <= 4 * height
        };
        let is_new = !options.iter().any(|(other, _)| *other == composed.target);
        if is_new && options.iter().any(beside) && options.len() > 2 {
            candidate.targets = vec![composed.target];
        }
    }
}

/// The words of labels come again in the narrative ("Member …", "refused case management"). Of several places of one field the longest
/// wording is the label, and options stand together: one far from all others is no option. A label of a field that has another one is none
/// in the middle of a written line, and a heading is given once.
pub(super) fn drop_echoes(chosen: &mut Vec<Candidate>, sheet: &Sheet, index: &LabelIndex, form: &FormDefinition) {
    let height = sheet.letter_height;
    let single = |c: &Candidate| if c.targets.len() == 1 { c.targets.first().copied() } else { None };
    let fields: Vec<(Target, usize)> = chosen
        .iter()
        .filter_map(|c| single(c).filter(|t| matches!(t, Target::Field(_))).map(|t| (t, c.letters)))
        .collect();
    let options: Vec<(Target, Rect)> = chosen
        .iter()
        .filter_map(|c| single(c).filter(|t| matches!(t, Target::Option(..))).map(|t| (t, c.rect)))
        .collect();
    let fields_at: Vec<Rect> =
        chosen.iter().filter(|c| matches!(single(c), Some(Target::Field(_)))).map(|c| c.rect).collect();
    let exact: Vec<(Target, usize)> = chosen
        .iter()
        .filter(|c| c.composed || c.distance == 0.0)
        .filter_map(|c| single(c).map(|target| (target, c.letters)))
        .collect();
    let named: Vec<Target> = chosen.iter().flat_map(|c| c.targets.iter().copied()).collect();
    let labelled: BTreeSet<usize> = chosen.iter().flat_map(|c| c.tokens.iter().copied()).collect();
    // The words of a written line go on before and behind it; those of another field stand apart.
    let in_prose = |candidate: &Candidate| {
        let (Some(&first), Some(&last)) = (candidate.tokens.first(), candidate.tokens.last()) else { return false };
        let row = &sheet.rows[sheet.tokens[first].row];
        let at = |token: usize| row.iter().position(|&t| t == token);
        let (Some(start), Some(end)) = (at(first), at(last)) else { return false };
        // A sentence with blanks is the form's own.
        if sheet.tokens[last].leads_to_line {
            return false;
        }
        let is_word = |t: &usize| sheet.tokens[*t].is_word();
        let words = |run: &mut dyn Iterator<Item = usize>, mut edge: Rect| -> usize {
            let near = |t: &usize| {
                let rect = sheet.tokens[*t].rect;
                let apart = (rect.left - edge.right).max(edge.left - rect.right);
                edge = rect;
                apart < 3 * height && !labelled.contains(t)
            };
            run.take_while(near).filter(is_word).count()
        };
        let before = words(&mut row[..start].iter().rev().copied(), sheet.tokens[first].rect);
        before + words(&mut row[end + 1..].iter().copied(), sheet.tokens[last].rect) >= PROSE
    };
    // "Other: ineffective relationship, see narrative": words behind others in a written line.
    let stands_behind = |candidate: &Candidate| {
        let Some(&first) = candidate.tokens.first() else { return false };
        let row = &sheet.rows[sheet.tokens[first].row];
        let before = row.iter().position(|&t| t == first).and_then(|at| at.checked_sub(1));
        let is_written = before.map(|at| &sheet.tokens[row[at]]).is_some_and(|t| t.is_word() && !t.text.ends_with(':'));
        let asks = candidate.tokens.last().is_some_and(|&last| sheet.tokens[last].text.ends_with('?'));
        is_written
            && !sheet.tokens[first].starts_segment
            && !is_closed(candidate, sheet)
            && !asks
            && !is_numbered(candidate, sheet)
    };
    let is_block = |target: Target| matches!(target, Target::Field(i) if form.fields[i].kind == FieldKind::Block);
    // A sentence of the office's ends with a word that no label of the field has; a label's colon may be read as a period.
    let ends_written = |candidate: &Candidate| {
        let (Some(&last), [Target::Field(field)]) = (candidate.tokens.last(), candidate.targets.as_slice()) else {
            return false;
        };
        let word = fold(&sheet.tokens[last].text);
        ends_sentence(&sheet.tokens[last].text) && !index.words[*field].contains(&word)
    };
    let is_prose = |target: Target| match target {
        Target::Field(i) => form.fields[i].kind.is_paragraph() || form.fields[i].kind.is_prose(),
        _ => false,
    };
    let headings: Vec<(Target, i32)> =
        chosen.iter().filter_map(|c| single(c).filter(|t| is_prose(*t)).map(|t| (t, c.rect.top))).collect();
    chosen.retain(|candidate| match single(candidate) {
        Some(target) if is_prose(target) && candidate.composed => {
            // "Patient did not show on the dates given. Labs are overdue": the words of a list's label are a sentence's too.
            let is_list = matches!(target, Target::Field(i) if form.fields[i].kind == FieldKind::DateList);
            let is_story = is_list && ends_written(candidate)
                || holds_sentence_end(candidate, sheet)
                || in_prose(candidate) && !is_closed(candidate, sheet);
            // The numbered question below the heading of its part is print, and no story.
            let is_again = headings.iter().any(|(other, top)| *other == target && *top < candidate.rect.top)
                && !is_numbered(candidate, sheet);
            !(is_list && is_story || is_again || stands_behind(candidate))
        }
        Some(target @ Target::Field(_)) => {
            let longer = fields.iter().any(|(other, letters)| *other == target && *letters > candidate.letters);
            let elsewhere = named.iter().filter(|other| **other == target).count() > 1;
            // The same field under its own longer name, read to the letter.
            let better = exact.iter().any(|(other, letters)| *other == target && *letters >= candidate.letters);
            let may_be_prose = elsewhere || candidate.composed && !is_closed(candidate, sheet);
            (candidate.whole || !longer)
                && !(is_block(target) && elsewhere && stands_behind(candidate))
                && !(may_be_prose && in_prose(candidate))
                && !(better && !candidate.composed && candidate.distance > INEXACT)
        }
        Some(target @ Target::Option(choice, _)) => {
            let others: Vec<&Rect> = options
                .iter()
                .filter(|(other, _)| *other != target && choice_of(other) == Some(choice))
                .map(|(_, rect)| rect)
                .collect();
            // "Other: requests non-medically necessary medications": what the office wrote.
            let is_written = fields_at.iter().any(|rect| {
                rect.shares_row(&candidate.rect) && (0..4 * height).contains(&(candidate.rect.left - rect.right))
            });
            if is_written && options.iter().any(|(other, rect)| *other == target && *rect != candidate.rect) {
                return false;
            }
            let twin_above =
                options.iter().any(|(other, rect)| *other == target && rect.top < candidate.rect.top - height);
            others.len() < 2
                || (!twin_above && others.iter().any(|rect| (rect.top - candidate.rect.top).abs() < 6 * height))
        }
        _ => true,
    });
}

/// The name of a clinic holds the word that names its field ("Seaside Family Practice" beside "Site name"): of two labels of one field that
/// stand by each other, one with words that no label has is the value.
pub(super) fn drop_values(chosen: &mut Vec<Candidate>, sheet: &Sheet, index: &LabelIndex) {
    let field_of = |c: &Candidate| match c.targets.as_slice() {
        [Target::Field(i)] => Some(*i),
        _ => None,
    };
    // A hint in brackets asks for the value in any words: "(three in 12 months)".
    let is_foreign = |c: &Candidate, field: usize| {
        label_words(sheet, before_hint(sheet, &c.tokens))
            .iter()
            .any(|word| word.len() >= 3 && !index.words[field].contains(word))
    };
    let labels: Vec<(usize, Rect, bool)> =
        chosen.iter().filter_map(|c| field_of(c).map(|i| (i, c.rect, is_foreign(c, i)))).collect();
    let proper = |field: usize| labels.iter().filter(move |(other, _, foreign)| *other == field && !foreign);
    let height = sheet.letter_height;
    let is_near = |a: &Rect, b: &Rect| {
        let apart = (b.top - a.bottom).max(a.top - b.bottom);
        a.leads_to(b) || apart < 2 * height && a.overlap_x(b) > 0
    };
    chosen.retain(|c| {
        let Some(field) = field_of(c) else { return true };
        !(proper(field).any(|(_, rect, _)| is_near(rect, &c.rect)) && is_foreign(c, field))
    });
}

/// Whether a sentence ends within what was taken for a label: behind the number of its question there is no period in one.
fn holds_sentence_end(candidate: &Candidate, sheet: &Sheet) -> bool {
    let words = candidate.tokens.iter().rev().skip(1).map(|&token| &sheet.tokens[token]);
    words.into_iter().any(|token| token.is_word() && ends_sentence(&token.text))
}

fn ends_sentence(word: &str) -> bool {
    word.ends_with('.') && word.len() > ABBREVIATED
}

/// Letters of the longest abbreviation with its period: `appt.`.
const ABBREVIATED: usize = 5;

/// Whether a label has a colon behind its last word: then what follows is its value, however long.
fn is_closed(candidate: &Candidate, sheet: &Sheet) -> bool {
    candidate.tokens.last().is_some_and(|&last| sheet.tokens[last].text.ends_with(':'))
}

/// Distance from which a wording is only like what was read.
const INEXACT: f32 = 0.1;

/// Words beside a label from which its line is a written one.
const PROSE: usize = 5;
