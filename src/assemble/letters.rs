//! The letters and attachments of one request, and how well each fits its member.

use super::person::Match;
use super::sheet::{Class, Sheet};
use super::{Attachment, LetterMatch};
use crate::answer::Answer;
use crate::reading::PageKind;

/// The score from which a page may be a letter though another kind fits better.
const PERHAPS: f32 = 0.3;

/// One page of a request with its comparison to the member.
pub(super) struct Page<'p, 'a> {
    pub sheet: &'p Sheet<'a>,
    pub compared: &'p Match,
    /// The same letter names another request's member just as well.
    pub joint: bool,
    /// The only request of the transmission.
    pub alone: bool,
}

/// The letters among `pages`, the one that the queue should describe first.
pub(super) fn letters(pages: &[Page<'_, '_>]) -> Vec<LetterMatch> {
    let mut letters: Vec<LetterMatch> = Vec::new();
    for page in pages.iter().filter(|page| page.sheet.class == Class::Letter || perhaps_letter(page.sheet)) {
        let Some(facts) = page.sheet.reading.and_then(|reading| reading.letter.clone()) else { continue };
        if !facts.kind.is_to_member() {
            continue;
        }
        let mut reasons = page.compared.reasons.clone();
        let mut same_member = page.compared.answer;
        if page.joint && same_member == Answer::Met {
            same_member = Answer::CannotTell;
            reasons.push("joint-letter".into());
        }
        if page.sheet.class != Class::Letter {
            same_member = Answer::CannotTell;
            reasons.push("perhaps-a-letter".into());
        }
        if page.alone {
            reasons.push("only-request".into());
        }
        letters.push(LetterMatch { page: page.sheet.number, facts, same_member, reasons });
    }
    best_first(&mut letters);
    letters
}

/// The letter that the queue should describe comes first: not to somebody else, a notice, surely to the member.
pub(super) fn best_first(letters: &mut [LetterMatch]) {
    letters.sort_by_key(|letter| {
        let facts = &letter.facts;
        (
            letter.same_member == Answer::NotMet,
            !facts.kind.is_notice(),
            letter.same_member != Answer::Met,
            facts.unfilled,
            facts.kind,
            facts.date.value().is_none(),
            letter.page,
        )
    });
}

/// A page of no clear kind that has what letters have: nobody should be told that the letter is missing.
fn perhaps_letter(sheet: &Sheet<'_>) -> bool {
    let unclear = matches!(sheet.class, Class::Unknown | Class::Unread);
    unclear
        && sheet
            .reading
            .is_some_and(|reading| reading.kinds.iter().any(|k| k.kind == PageKind::Letter && k.score >= PERHAPS))
}

pub(super) fn attachments(pages: &[Page<'_, '_>]) -> Vec<Attachment> {
    let mut attachments: Vec<Attachment> = Vec::new();
    for page in pages {
        if let Class::Attachment(kind) = page.sheet.class {
            attachments.push(Attachment { page: page.sheet.number, kind, same_member: page.compared.answer });
        }
    }
    attachments.sort_by_key(|attachment| attachment.page);
    attachments
}
