//! What a page's words mean under a pack: its kind, the letter's facts, the people named.
//!
//! Words are stored with a reading, so another pack's phrases can be tried on them without the pixels
//! ([`interpret_again`]); only a page that turns out to be a form must be looked at again.

use chrono::NaiveDate;

use super::letters::{letter_facts, people};
use super::page_text::PageText;
use crate::classify::{PageEvidence, classify};
use crate::reading::{KindScore, LetterFacts, PageKind, PageReading, PersonMention, best_kind};
use crate::rules::Pack;

/// What depends on the words alone: the letter's facts, of a page of these kinds, and the people named.
pub(super) fn letter_and_people(
    text: &PageText,
    kinds: &[KindScore],
    pack: &Pack,
    reference: NaiveDate,
) -> (Option<LetterFacts>, Vec<PersonMention>) {
    // A notice about the portal is a letter to the plan: its date stands where letters have theirs.
    let may_be_letter = match best_kind(kinds) {
        PageKind::Letter | PageKind::Unknown => true,
        PageKind::Form(id) if *id == pack.phrases.pages.other_plan.notice_form => true,
        _ => kinds.iter().any(|k| k.kind == PageKind::Letter && k.score > 0.3),
    };
    let letter = may_be_letter.then(|| letter_facts(text, &pack.phrases, reference));
    (letter, people(text, &pack.phrases, reference))
}

/// A stored reading under another pack's phrases, and whether its form's fields must be read from the pixels for that.
///
/// Whether a page is blank was measured on its pixels and stays as it is. A page that becomes a form, or another form, keeps the kinds
/// that it had.
pub fn interpret_again(mut reading: PageReading, pack: &Pack, reference: NaiveDate) -> (PageReading, bool) {
    let blank: Option<KindScore> = reading.kinds.iter().find(|k| k.kind == PageKind::Blank).cloned();
    let text = PageText::new(&reading.words, reading.height);
    let evidence = PageEvidence { text: &text, ink_share: 1.0, boxes: 0, rulings: 0, reference };
    let mut kinds = classify(&evidence, &pack.phrases, &pack.forms);
    kinds.retain(|k| k.kind != PageKind::Blank);
    kinds.extend(blank);
    kinds.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.kind.cmp(&b.kind)));
    let form = match kinds.first().map(|best| &best.kind) {
        Some(PageKind::Form(id)) => Some(id.as_str()),
        _ => None,
    };
    let read_as = reading.form.as_ref().map(|form| form.form.as_str());
    let needs_pixels = form.is_some() && form != read_as;
    let kept = if needs_pixels { &reading.kinds } else { &kinds };
    let (letter, people) = letter_and_people(&text, kept, pack, reference);
    let is_form = form.is_some();
    if !needs_pixels {
        if !is_form {
            reading.form = None;
        }
        reading.kinds = kinds;
        // `blank-page` follows the kind.
        reading.notes.retain(|note| note != "blank-page");
        if reading.kind() == &PageKind::Blank {
            reading.notes.push("blank-page".to_owned());
        }
    }
    (reading.letter, reading.people) = (letter, people);
    (reading, needs_pixels)
}
