//! One page as assembly sees it: what it is, whom it names, and whether it could be read.

use super::PageOutcome;
use crate::reading::{AttachmentKind, LetterKind, PageKind, PageReading, PersonMention};

/// Below this confidence, or with fewer characters, a page of no known kind has not been read: it may be anything.
const READ_CONFIDENCE: f32 = 0.45;
const READ_CHARACTERS: u32 = 20;
/// A share of ink that is more than specks and a streak.
const SOME_INK: f32 = 0.002;

/// What a page is, as far as assembly cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class<'a> {
    Form(&'a str),
    OtherPlan,
    Letter,
    Attachment(AttachmentKind),
    Cover,
    Blank,
    Junk,
    Unknown,
    /// Rejected, or too faint to say what it is.
    Unread,
}

/// One page of the transmission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'a> {
    /// 1-based within the file.
    pub number: u32,
    pub reading: Option<&'a PageReading>,
    pub class: Class<'a>,
}

impl<'a> Sheet<'a> {
    pub fn all(pages: &'a [PageOutcome]) -> Vec<Sheet<'a>> {
        (1u32..).zip(pages).map(|(number, outcome)| Sheet::new(number, outcome)).collect()
    }

    fn new(number: u32, outcome: &'a PageOutcome) -> Sheet<'a> {
        let PageOutcome::Read(reading) = outcome else { return Sheet { number, reading: None, class: Class::Unread } };
        let class = match reading.kind() {
            PageKind::Form(id) => Class::Form(id),
            PageKind::OtherPlanForm => Class::OtherPlan,
            PageKind::Letter => Class::Letter,
            PageKind::Attachment(kind) => Class::Attachment(*kind),
            PageKind::Cover => Class::Cover,
            PageKind::Blank => Class::Blank,
            PageKind::Junk => Class::Junk,
            PageKind::Unknown if unread(reading) => Class::Unread,
            PageKind::Unknown => Class::Unknown,
        };
        Sheet { number, reading: Some(reading), class }
    }

    /// Everyone the page names as its member, those that a `RE:` or `Patient:` line names first.
    pub fn mentions(&self) -> Vec<&'a PersonMention> {
        let Some(reading) = self.reading else { return Vec::new() };
        let mut mentions: Vec<&PersonMention> = Vec::new();
        let addressee = reading.letter.as_ref().and_then(|letter| letter.addressee.as_ref());
        for mention in addressee.into_iter().chain(&reading.people) {
            let told = mention.name.is_some() || mention.member_id.is_some() || mention.birth_date.is_some();
            if told && !mentions.contains(&mention) {
                mentions.push(mention);
            }
        }
        mentions.sort_by_key(|mention| !decides(mention));
        mentions
    }

    /// A letter that begins here, not the second sheet of one.
    pub fn opens_letter(&self) -> bool {
        let Some(letter) = self.reading.and_then(|reading| reading.letter.as_ref()) else { return false };
        self.class == Class::Letter
            && (letter.addressee.is_some()
                || letter.unfilled
                || !letter.date.is_blank()
                || letter.kind != LetterKind::Other)
    }
}

/// `RE:` and `Patient:` lines say whom a page is about; an addressee may be the parent.
pub(super) fn decides(mention: &PersonMention) -> bool {
    matches!(mention.role.as_str(), "reference" | "patient-line")
}

fn unread(reading: &PageReading) -> bool {
    let legibility = &reading.legibility;
    legibility.ink_share > SOME_INK
        && (legibility.confidence.get() < READ_CONFIDENCE || legibility.characters < READ_CHARACTERS)
}
