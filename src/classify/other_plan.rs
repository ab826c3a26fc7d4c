//! Forms of other plans: offices that serve several fax the wrong one.
//!
//! Such a page has the title of a request (request, discharge, member), labels that every plan's form has, another plan's name more
//! often than not, and neither our name nor our reasons.

use crate::extract::fuzzy::{Phrase, fold, folded_edits, tolerance};
use crate::extract::page_text::PageText;
use crate::rules::phrases::OtherPlanWords;
use crate::rules::{FormDefinition, PhraseBook};

use super::forms::is_label;
use super::kinds::{Points, top_lines};

/// Points for another plan's form.
pub(super) struct OtherPlan {
    pub points: Points,
    /// Enough speaks for it to be weighed at all: a title and labels.
    pub gate: bool,
    /// Our plan is named in the upper part of the page.
    pub own_name: bool,
    /// Another plan is, and ours nowhere on the page: then our title is that plan's as well.
    pub foreign: bool,
}

pub(super) fn other_plan_points(text: &PageText, phrases: &PhraseBook, forms: &[FormDefinition]) -> OtherPlan {
    let words = &phrases.pages.other_plan;
    let top = top_lines(text);
    let mut points = Points::default();
    let in_top = |wording: &String| {
        let phrase = Phrase::of_pack(wording);
        text.find_at(&phrase, tolerance(phrase.len()), 0..top)
    };
    let own_name = words.own_names.iter().filter(|n| fold(n).len() >= 6).any(|n| in_top(n).is_some());
    let own_title =
        forms.iter().flat_map(|f| &f.titles).filter_map(&in_top).map(|f| f.distance).fold(f32::MAX, f32::min);
    let title = words.titles.iter().filter_map(&in_top).map(|f| f.distance).fold(f32::MAX, f32::min);
    // Our own title is a request to reassign a member, too: the nearer wording counts.
    let titled = title < own_title && title < f32::MAX;
    let worded = own_title == f32::MAX && has_title_words(text, words, top);
    if titled {
        points.add(3.0, "other-title");
    } else if worded {
        points.add(2.2, "other-title-words");
    }
    let named = words.names.iter().any(|n| in_top(n).is_some());
    let named_like = !named
        && words
            .name_words
            .iter()
            .any(|n| in_top(n).is_some_and(|found| names_no_own_plan(text, text.line_of(found.words.start), words)));
    if named {
        points.add(2.5, "other-plan-name");
    } else if named_like {
        points.add(1.8, "other-plan-name-like");
    }
    let labels = words.labels.iter().filter(|l| is_label(text, l)).count();
    if labels > 0 {
        points.add((labels as f32 * 0.5).min(3.0), format!("other-labels-{labels}"));
    }
    if own_name {
        points.add(-3.0, "own-plan-name");
    }
    let gate = (titled || worded || ((named || named_like) && labels >= 5)) && labels >= 2 && (!own_name || titled);
    let named_as_plan = named
        || words
            .plan_words
            .iter()
            .any(|n| in_top(n).is_some_and(|found| names_no_own_plan(text, text.line_of(found.words.start), words)));
    let foreign = named_as_plan
        && own_title < f32::MAX
        && labels >= 2
        && words.own_names.iter().all(|n| text.find(&Phrase::of_pack(n)).is_none());
    OtherPlan { points, gate: gate || foreign, own_name, foreign }
}

/// A word of each row within two lines that follow each other, in large part capitals or title case: a heading and no sentence.
fn has_title_words(text: &PageText, words: &OtherPlanWords, top: usize) -> bool {
    let lines = text.lines();
    let folded: Vec<Vec<String>> = lines
        .iter()
        .take(top + 1)
        .map(|line| {
            let parts = line.text.split(|c: char| !c.is_alphanumeric()).filter(|_| line.words.len() <= 9);
            parts.map(fold).filter(|word| word.len() >= 3).collect()
        })
        .collect();
    (0..top).any(|at| {
        let joined: Vec<&String> = folded.iter().skip(at).take(2).flatten().collect();
        !words.title_words.is_empty()
            && words.title_words.iter().all(|row| {
                row.iter().any(|known| {
                    joined.iter().any(|word| {
                        *word == known || (known.len() >= 6 && folded_edits(word, &fold(known), 0.9).is_some())
                    })
                })
            })
    })
}

/// The line with `health plan` in it does not name us.
fn names_no_own_plan(text: &PageText, line: usize, words: &OtherPlanWords) -> bool {
    words.own_names.iter().all(|name| {
        let phrase = Phrase::of_pack(name);
        text.find_at(&phrase, tolerance(phrase.len()), line..line + 1).is_none()
    })
}
