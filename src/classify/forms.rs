//! How much of a form definition a page shows: title, labels, options, anchors.
//!
//! A title can be lost to a dropout and a label to noise; many labels together say as much as the title.

use std::collections::BTreeSet;

use crate::extract::fuzzy::{Found, Phrase, is_one_of, tolerance};
use crate::extract::page_text::PageText;
use crate::ocr::Word;
use crate::reading::TERMS;
use crate::rules::{FieldDefinition, FormDefinition, FormPurpose, OptionDefinition, PhraseBook};

use super::kinds::{PageEvidence, Points, TOP};

/// What of a form was found.
pub(super) struct FormPoints {
    pub points: Points,
    /// Its title, or an anchor that names the plan, was found.
    pub named: bool,
    /// Fields with a label on the page.
    pub fields: usize,
    /// Options with a label on the page.
    pub options: usize,
}

/// Fields and options that, found together, are the form and not a page that speaks of it.
const MOST_FIELDS: usize = 6;
const MOST_OPTIONS: usize = 4;
/// Options from which a page that begins no line with one only tells of them.
const TOLD_OPTIONS: usize = 3;

/// Points for one form.
///
/// `forms` are all of the pack; its phrases hold the words that begin lines of subjects and headings of letters.
pub(super) fn form_points(
    page: &PageEvidence,
    form: &FormDefinition,
    forms: &[FormDefinition],
    phrases: &PhraseBook,
) -> FormPoints {
    let text = page.text;
    let mut points = Points::default();
    let title = best(text, &form.titles);
    let is_titled = |t: &Found| {
        text.depth(t.words.start) <= TOP + 0.1
            && stands_alone(text, t, phrases)
            && !is_within_title_of_another(text, t, form, forms)
    };
    let titled = title.as_ref().is_some_and(is_titled);
    if let Some(title) = &title {
        // Far down the page or in a sentence it is a mention of the form (`RE: Request for member reassignment` on a cover).
        let worth = if titled { 4.5 } else { 1.0 };
        points.add(worth * (1.0 - title.distance), "title");
    }
    let anchors = form.anchors.iter().filter(|a| text.find(&Phrase::of_pack(a)).is_some()).count();
    if anchors > 0 {
        points.add((anchors as f32 * 0.8).min(2.4), format!("anchors-{anchors}"));
    }
    let terms = terms_on(text, form);
    let holds_terms = terms >= MANY_TERMS;
    if holds_terms {
        points.add(6.0, format!("{TERMS}{terms}"));
    }
    let labelled: Vec<&FieldDefinition> =
        form.fields.iter().filter(|f| f.labels.iter().any(|l| is_label(text, l))).collect();
    let fields = labelled.len();
    let found = form.choices.iter().flat_map(|c| &c.options).filter(|o| o.labels.iter().any(|l| is_option(text, l)));
    let named: Vec<&OptionDefinition> = found.collect();
    let options = named.len();
    // A procedure names all reasons in its sentences: in none of them a line, a column or a box begins with one.
    let told = options >= TOLD_OPTIONS && !named.iter().any(|o| o.labels.iter().any(|l| begins(text, l)));
    if fields > 0 {
        points.add((fields as f32 * 0.55).min(6.0), format!("labels-{fields}"));
    }
    if options > 1 {
        points.add((options as f32 * 0.8).min(5.0), format!("options-{options}"));
    }
    // Most of a form's fields and options together are on no other page, whatever its title is worded like.
    if fields >= MOST_FIELDS && options >= MOST_OPTIONS {
        points.add(2.5, "most-labels");
    }
    if page.boxes >= 4 && options > 0 {
        points.add(0.8, "boxes");
    }
    // Some labels are on every form and in every letter: without title, options or many labels the page is not this form. Names, numbers
    // and a signature are asked for by every authorization and referral: one of the form's own questions must be among many labels.
    let asks = |f: &FieldDefinition| f.kind.is_prose() || f.kind.is_paragraph();
    let own = labelled.iter().any(|field| asks(field));
    let enough = titled
        || holds_terms
        || options >= 2
        || (fields >= 5 && (own || options + anchors >= 1 && names_two_groups(text, &labelled, form)))
        || (anchors >= 1 && fields >= 3 && (own || options >= 1 || form.purpose == FormPurpose::Portal));
    if told {
        points.sum *= 0.1;
    } else if !enough {
        points.sum *= 0.3;
    }
    let titled = titled && !told;
    FormPoints { points, named: titled || holds_terms, fields, options }
}

/// Whether labels of two groups were found that are no other group's, where the form has as many: a notice gives the office's name, number
/// and date as a form does, and asks for no member's.
fn names_two_groups(text: &PageText, labelled: &[&FieldDefinition], form: &FormDefinition) -> bool {
    let groups: BTreeSet<&String> = form.fields.iter().filter_map(|field| field.group.as_ref()).collect();
    if groups.len() < 2 {
        return true;
    }
    let is_shared = |label: &String, group: &String| {
        let others = form.fields.iter().filter(|other| other.group.as_ref().is_some_and(|other| other != group));
        others.into_iter().any(|other| is_one_of(&other.labels, label))
    };
    let named: BTreeSet<&String> = labelled
        .iter()
        .filter_map(|field| Some((field.group.as_ref()?, &field.labels)))
        .filter(|(group, labels)| labels.iter().any(|label| is_label(text, label) && !is_shared(label, group)))
        .map(|(group, _)| group)
        .collect();
    named.len() >= 2
}

/// "Written notice under the Health Information Sharing Agreement" holds the title of the agreement, and is the notice's.
fn is_within_title_of_another(text: &PageText, title: &Found, form: &FormDefinition, forms: &[FormDefinition]) -> bool {
    let holds = |other: &Found| {
        other.words.start <= title.words.start
            && title.words.end <= other.words.end
            && other.words.len() > title.words.len()
    };
    forms.iter().filter(|other| other.id != form.id).any(|other| best(text, &other.titles).is_some_and(|t| holds(&t)))
}

/// Sentences of a form's terms from which a page holds them: a letter may quote one or two.
const MANY_TERMS: usize = 3;

fn terms_on(text: &PageText, form: &FormDefinition) -> usize {
    form.terms.iter().filter(|sentence| text.find(&Phrase::of_pack(sentence)).is_some()).count()
}

/// Weighted edits a letter up to which a title is taken as found; a worse one is made up for by the labels.
pub(super) const TITLE_EDITS: f32 = 0.15;
/// Words that may stand beside a title on its line: a plan's name, a form number.
const TITLE_COMPANY: usize = 6;

fn best(text: &PageText, wordings: &[String]) -> Option<Found> {
    let found = wordings.iter().filter_map(|w| {
        let phrase = Phrase::of_pack(w);
        text.find_at(&phrase, TITLE_EDITS.min(tolerance(phrase.len())), 0..text.lines().len())
    });
    found.min_by(|a, b| a.distance.total_cmp(&b.distance))
}

/// A title is not behind a colon or a word like `Subject`, and its line holds little else.
///
/// "Notice of request for reassignment" heads a letter.
fn stands_alone(text: &PageText, title: &Found, phrases: &PhraseBook) -> bool {
    let first = text.line_of(title.words.start);
    let last = text.line_of(title.words.end - 1);
    let Some(before) = text.lines().get(first).map(|line| line.words.start..title.words.start) else { return false };
    let lead = text.text(before.clone());
    let tail = text.lines().get(last).map_or(0, |line| line.words.end.saturating_sub(title.words.end));
    !lead.contains(':')
        && !is_one_of(&phrases.people.references, &lead)
        && !is_one_of(&phrases.letters.headings, &lead)
        && before.len() + tail <= TITLE_COMPANY
}

/// A label stands at the head of a line or of a cell, or has a colon behind it; the same word in prose is none.
pub(super) fn is_label(text: &PageText, wording: &str) -> bool {
    let phrase = Phrase::of_pack(wording);
    // Labels of three letters and less (ID) are on every page.
    if phrase.len() < 3 {
        return false;
    }
    text.places(&phrase, tolerance(phrase.len())).any(|(line, found)| {
        let words = text.words();
        let marked = words
            .get(found.words.end - 1)
            .is_some_and(|w| w.text.get(found.end..).is_some_and(|rest| rest.starts_with([':', '#', '_', '.'])));
        let marked = marked || words.get(found.words.end).is_some_and(|w| w.text.starts_with([':', '#', '_']));
        let heads = found.words.start == line.words.start && line.words.len() <= 9;
        let gap = found
            .words
            .start
            .checked_sub(1)
            .and_then(|before| Some(stands_apart(words.get(before)?, words.get(found.words.start)?)));
        marked || heads || gap == Some(true)
    })
}

/// Whether a word begins a cell or a column: a wide gap parts it from the one before.
fn stands_apart(before: &Word, here: &Word) -> bool {
    here.rect.left - before.rect.right > 2 * here.rect.height().max(8)
}

/// Whether a wording begins a line or a column, nothing but a box or a number before it.
fn begins(text: &PageText, wording: &str) -> bool {
    let phrase = Phrase::of_pack(wording);
    let words = text.words();
    text.places(&phrase, tolerance(phrase.len())).any(|(line, found)| {
        let before = words.get(line.words.start..=found.words.start).unwrap_or_default();
        let column = before.windows(2).rposition(|pair| stands_apart(&pair[0], &pair[1])).map_or(0, |gap| gap + 1);
        let lead = before.get(column..before.len().saturating_sub(1)).unwrap_or_default();
        lead.iter().all(|word| word.text.chars().filter(|c| c.is_alphabetic()).count() <= BOX_LETTERS)
    })
}

/// Letters that a box is read as.
const BOX_LETTERS: usize = 3;

/// Options are whole phrases, found wherever they stand; the short ones only as labels.
fn is_option(text: &PageText, wording: &str) -> bool {
    let phrase = Phrase::of_pack(wording);
    if phrase.len() >= 12 { text.find(&phrase).is_some() } else { is_label(text, wording) }
}
