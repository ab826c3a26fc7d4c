//! Which pages open a request.
//!
//! A form does, and each further page of the same form that asks for its own member again; a page that only holds the parts its form
//! has not shown yet continues it. Without any form, letters open requests, one for each member they name.

use std::collections::BTreeSet;

use super::names;
use super::person::Identity;
use super::sheet::{Class, Sheet};
use crate::answer::Answer;
use crate::reading::{FieldReading, FoundLabel, KindScore, LetterKind, PageReading, PersonMention};

/// Pages of one form may repeat a field or two, such as the member's name at the top of page two.
const SHARED_LABELS: f32 = 0.34;

/// Labels that running text may show by chance.
const CHANCE_LABELS: usize = 2;

/// What kind of page opened a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Form,
    OtherPlan,
    Letter,
}

/// A request that pages can be assigned to.
#[derive(Clone, Debug)]
pub(super) struct Opener<'a> {
    /// Index of the page that opened it.
    pub sheet: usize,
    pub opening: Opening,
    pub form: Option<&'a str>,
    pub identity: Identity,
    /// Labels that its form pages have shown.
    labels: BTreeSet<&'a str>,
    /// Its pages hold the text of an agreement and nothing to fill in.
    is_text: bool,
    pub mentions: Vec<&'a PersonMention>,
    /// Its words were read so well that its labels would have been found.
    legible: bool,
}

/// From this confidence on a page without labels has none.
const LEGIBLE: f32 = 0.6;

/// What each page is to the openers: it opens one, continues one of some, or is to be assigned by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Opens(usize),
    Continues(Vec<usize>),
    Assigned,
    /// Cover sheets and blanks.
    Nobody,
}

/// Openers in the order of `order`, and the role of each sheet.
pub(super) fn find<'a>(sheets: &[Sheet<'a>], order: &[usize]) -> (Vec<Opener<'a>>, Vec<Role>) {
    let mut openers: Vec<Opener<'a>> = Vec::new();
    let mut roles = vec![Role::Assigned; sheets.len()];
    let mut set = |index: usize, role: Role| {
        if let Some(slot) = roles.get_mut(index) {
            *slot = role;
        }
    };
    for (&index, sheet) in order.iter().filter_map(|index| sheets.get(*index).map(|sheet| (index, sheet))) {
        match sheet.class {
            Class::Form(id) => {
                let page = form_page(index, id, sheet);
                let opens_next = page.is_text && asks_later(sheets, order, index, id);
                let goes_on = |o: &Opener<'_>| continues(o, &page) && (o.is_text || !opens_next);
                let open: Vec<usize> = (0..openers.len()).filter(|&o| openers.get(o).is_some_and(goes_on)).collect();
                if let [only] = open.as_slice()
                    && let Some(opener) = openers.get_mut(*only)
                {
                    opener.labels.extend(&page.labels);
                    opener.is_text &= page.is_text;
                }
                if open.is_empty() {
                    set(index, Role::Opens(openers.len()));
                    openers.push(page);
                } else {
                    set(index, Role::Continues(open));
                }
            }
            Class::OtherPlan => {
                let mentions = sheet.mentions();
                let open: Vec<usize> = (0..openers.len())
                    .filter(|&o| {
                        openers.get(o).is_some_and(|o| o.opening == Opening::OtherPlan && same_other_plan(o, &mentions))
                    })
                    .collect();
                if open.is_empty() {
                    set(index, Role::Opens(openers.len()));
                    openers.push(Opener {
                        sheet: index,
                        opening: Opening::OtherPlan,
                        form: None,
                        identity: Identity::of_mentions(&mentions),
                        labels: BTreeSet::new(),
                        is_text: false,
                        mentions,
                        legible: true,
                    });
                } else {
                    set(index, Role::Continues(open));
                }
            }
            Class::Cover | Class::Blank => set(index, Role::Nobody),
            _ => {}
        }
    }
    if openers.is_empty() {
        open_for(order, sheets, &mut openers, &mut roles);
    }
    (openers, roles)
}

fn form_page<'a>(index: usize, id: &'a str, sheet: &Sheet<'a>) -> Opener<'a> {
    let form = sheet.reading.and_then(|reading| reading.form.as_ref());
    let fields: &[FieldReading] = form.map_or(&[], |form| &form.fields);
    let identity = Identity::of_fields(|name| fields.iter().find(|field| field.field == name));
    // A name that the form's own fields give to somebody else, such as the one that is printed beside the signature, is not the member's.
    let of_others: Vec<String> = fields
        .iter()
        .filter(|field| field.field != "member_name")
        .filter_map(|field| field.reading.value().map(|value| names::fold(&value.to_column())))
        .collect();
    let is_others = |m: &PersonMention| m.name.as_ref().is_some_and(|name| of_others.contains(&names::fold(name)));
    let mentions: Vec<&PersonMention> = sheet.mentions().into_iter().filter(|m| !is_others(m)).collect();
    let identity = if identity.is_empty() { Identity::of_mentions(&mentions) } else { identity };
    let labels = sheet.reading.map(shown_labels).unwrap_or_default();
    let legible = sheet.reading.is_some_and(|reading| reading.legibility.confidence.get() >= LEGIBLE);
    let is_text =
        sheet.reading.and_then(|reading| reading.kinds.first()).is_some_and(KindScore::holds_terms) && !asks(sheet);
    Opener { sheet: index, opening: Opening::Form, form: Some(id), identity, labels, is_text, mentions, legible }
}

/// Whether a page shows a field of its form.
fn asks(sheet: &Sheet<'_>) -> bool {
    let Some(reading) = sheet.reading else { return false };
    let Some(form) = &reading.form else { return false };
    shown_labels(reading).iter().any(|label| form.fields.iter().any(|field| field.field == *label))
}

/// Whether a page behind this one shows fields of the same form: the text of an agreement comes before its own signature page.
fn asks_later(sheets: &[Sheet<'_>], order: &[usize], index: usize, id: &str) -> bool {
    let behind = order.iter().skip_while(|&&at| at != index).skip(1).filter_map(|&at| sheets.get(at));
    behind.into_iter().any(|sheet| matches!(sheet.class, Class::Form(form) if form == id) && asks(sheet))
}

/// Heights of a label from which a place is room for prose.
const ROOM: i32 = 6;

/// Fields and groups whose labels stand on the page; without labels, those that have something written in them.
fn shown_labels(reading: &PageReading) -> BTreeSet<&str> {
    let Some(form) = &reading.form else { return BTreeSet::new() };
    let fields: BTreeSet<&str> =
        form.fields.iter().map(|f| f.field.as_str()).chain(form.choices.iter().map(|c| c.choice.as_str())).collect();
    // Words in the room for the narrative are what somebody wrote there.
    let is_written = |label: &FoundLabel| {
        form.fields
            .iter()
            .any(|f| f.field != label.id && f.zone.holds(&label.rect) && f.zone.height() > ROOM * label.rect.height())
    };
    let labels = form.registration.labels.iter().filter(|label| !is_written(label));
    let found: BTreeSet<&str> = labels.map(|l| l.id.as_str()).filter(|id| fields.contains(id)).collect();
    if found.is_empty() {
        form.fields.iter().filter(|f| !f.reading.is_blank()).map(|f| f.field.as_str()).collect()
    } else {
        found
    }
}

/// Whether a page shows the parts that an open form has not shown, and no other member.
fn continues(open: &Opener<'_>, page: &Opener<'_>) -> bool {
    if open.opening != Opening::Form || open.form != page.form {
        return false;
    }
    // The text of an agreement, and the page on which it is signed.
    if open.is_text || page.is_text {
        return true;
    }
    if open.labels.is_empty() {
        return false;
    }
    // The form's title over running text, in which a word or two pass for labels: a page on which the narrative goes on.
    let asks_for_a_member = |opener: &Opener<'_>| opener.labels.iter().any(|label| label.starts_with("member_"));
    if page.labels.len() <= CHANCE_LABELS && asks_for_a_member(open) && !asks_for_a_member(page) {
        return page.legible && open.identity.compare(&page.mentions).answer != Answer::NotMet;
    }
    // The end of a form that is not signed yet: it may repeat the provider's name and the date beside the signature, and at its top whose
    // form it is.
    let is_signed = |opener: &Opener<'_>| opener.labels.contains("signature");
    if asks_for_a_member(open) && !is_signed(open) && is_signed(page) {
        let same = open.identity.compare(&page.mentions).answer;
        if !asks_for_a_member(page) {
            return same != Answer::NotMet;
        }
        let repeated = |label: &&str| label.starts_with("member_") || *label == "request_date";
        let names_its_member = open.labels.intersection(&page.labels).all(repeated);
        if names_its_member
            && open.identity.compare(&identity_mentions(page).iter().collect::<Vec<_>>()).answer == Answer::Met
        {
            return true;
        }
    }
    let shared = open.labels.intersection(&page.labels).count() as f32;
    if shared > SHARED_LABELS * open.labels.len().min(page.labels.len()) as f32 {
        return false;
    }
    open.identity.compare(&identity_mentions(page).iter().collect::<Vec<_>>()).answer != Answer::NotMet
}

fn same_other_plan(open: &Opener<'_>, mentions: &[&PersonMention]) -> bool {
    open.identity.compare(mentions).answer != Answer::NotMet
}

/// A form page's own fields in the shape of a mention, to compare two pages of a form.
fn identity_mentions(page: &Opener<'_>) -> Vec<PersonMention> {
    let name = page.identity.names.iter().find(|c| c.stands);
    let id = page.identity.ids.iter().find(|c| c.stands);
    let birth = page.identity.births.iter().find(|c| c.stands);
    if name.is_none() && id.is_none() && birth.is_none() {
        return Vec::new();
    }
    let confidence = [name.map(|c| c.confidence), id.map(|c| c.confidence), birth.map(|c| c.confidence)]
        .into_iter()
        .flatten()
        .fold(1.0, f32::min);
    vec![PersonMention {
        name: name.map(|c| c.value.clone()),
        member_id: id.map(|c| c.value.clone()),
        birth_date: birth.map(|c| c.value),
        confidence,
        role: "patient-line".into(),
    }]
}

/// Opens a request for each member whom `letters` name and none is open for.
pub(super) fn open_for<'a>(letters: &[usize], sheets: &[Sheet<'a>], openers: &mut Vec<Opener<'a>>, roles: &mut [Role]) {
    for (&index, sheet) in letters.iter().filter_map(|index| sheets.get(*index).map(|sheet| (index, sheet))) {
        let Some(letter) = sheet.reading.and_then(|reading| reading.letter.as_ref()) else { continue };
        if sheet.class != Class::Letter {
            continue;
        }
        let mentions = sheet.mentions();
        // A letter of no known kind to nobody in particular asks for nothing, nor does one to a pharmacy or another doctor.
        let is_to_nobody = letter.kind == LetterKind::Other && mentions.is_empty() && !letter.unfilled;
        if is_to_nobody || letter.kind == LetterKind::ToOffice {
            continue;
        }
        let known = (0..openers.len()).find(|&o| {
            openers
                .get(o)
                .is_some_and(|o| o.identity.is_empty() || o.identity.compare(&mentions).answer != Answer::NotMet)
        });
        let Some(slot) = roles.get_mut(index) else { continue };
        match known {
            Some(opener) => *slot = Role::Continues(vec![opener]),
            None => {
                *slot = Role::Opens(openers.len());
                openers.push(Opener {
                    sheet: index,
                    opening: Opening::Letter,
                    form: None,
                    identity: Identity::of_mentions(&mentions),
                    labels: BTreeSet::new(),
                    is_text: false,
                    mentions,
                    legible: true,
                });
            }
        }
    }
}
