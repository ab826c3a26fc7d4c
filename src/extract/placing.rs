//! Which of its possible places each field has.
//!
//! The form as a whole votes, because a form rarely mixes styles and its blank fields can only be found by the style of the filled ones.
//! Before it: [`super::zones`], which says what places there are; after it: [`super::fields`].

use std::collections::BTreeMap;

use super::labels::{Label, Target};
use super::suits::{is_telling, suits};
use super::zones::{Placement, Surroundings, Zone};
use crate::geometry::Rect;
use crate::rules::{FieldKind, FormDefinition};

/// A label with the zone that the form as a whole settled on.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    pub field: usize,
    pub label: &'a Label,
    pub zone: Zone,
    /// Other places where the value may stand: ink in one of them makes a blank doubtful.
    pub rivals: Vec<Rect>,
}

/// A place with what was found in it.
struct Place {
    zone: Zone,
    /// Pixels of writing that are no label's.
    ink: u64,
    /// Letters and digits that were read there, no label's among them.
    characters: usize,
    /// How well they look like a value of the field: see [`suits`].
    suited: f32,
}

impl Place {
    /// Whether the ink in it may be a signature: enough of it and no sentence, or where its line or box was lost, hardly a letter.
    fn may_be_signed(&self, enough: u64) -> bool {
        if self.zone.structure >= 0.6 {
            self.ink >= 2 * enough && self.characters < NAME
        } else {
            self.ink >= 4 * enough && self.characters < INITIALS
        }
    }
}

/// A label with its places, of which one is chosen.
struct Claim<'a> {
    field: usize,
    kind: FieldKind,
    label: &'a Label,
    places: Vec<Place>,
    chosen: usize,
}

impl Claim<'_> {
    fn is_prose(&self) -> bool {
        self.kind.is_paragraph()
    }

    fn zone(&self) -> Option<&Rect> {
        self.places.get(self.chosen).map(|place| &place.zone.rect)
    }
}

/// Where the heading of a list's column ends, and where the next column begins.
pub type ColumnHead = (i32, Option<i32>);

/// What is seen in a rectangle of the page.
pub struct Views<'v> {
    /// How much is written there: pixels of writing that are no label's.
    pub ink: &'v dyn Fn(&Rect) -> u64,
    /// What was read there, without labels' words.
    pub text: &'v dyn Fn(&Rect) -> String,
    /// Where a line of print in its upper part ends.
    pub prose_above: &'v dyn Fn(&Rect) -> Option<i32>,
    /// Where the heading of a list's column, the field's, ends that stands first in it, and where the next column begins.
    pub heading: &'v dyn Fn(usize, &Rect) -> Option<ColumnHead>,
    /// Where the next caption begins in the row of a label.
    pub next_caption: &'v dyn Fn(&Rect) -> Option<i32>,
    /// Where a label begins that nobody listed.
    pub unknown_label: &'v dyn Fn(FieldKind, &Rect) -> Option<i32>,
}

/// Chooses one zone for each label by the vote of all labels of the form.
pub fn place<'a>(
    around: &Surroundings<'_>,
    form: &FormDefinition,
    labels: &'a [Label],
    views: &Views<'_>,
) -> (Vec<Placed<'a>>, Option<Placement>) {
    let look = |kind: FieldKind, mut zone: Zone| {
        // The pen has room up to the line of print above it; that print is nobody's signature.
        if kind == FieldKind::Ink
            && zone.placement == Placement::AboveLine
            && let Some(bottom) = (views.prose_above)(&zone.rect)
        {
            zone.rect.top = zone.rect.top.max(bottom);
        }
        // A label that nobody listed ends the value before it.
        if let Some(left) = (views.unknown_label)(kind, &zone.rect) {
            zone.rect.right = zone.rect.right.min(left);
        }
        let text = (views.text)(&zone.rect);
        Place {
            ink: (views.ink)(&zone.rect),
            characters: text.chars().filter(|c| c.is_alphanumeric()).count(),
            suited: suits(kind, &text),
            zone,
        }
    };
    let mut claims: Vec<Claim<'a>> = Vec::new();
    for label in labels {
        let Target::Field(field) = label.target else { continue };
        if around.is_ignored(&label.rect) {
            continue;
        }
        let kind = form.fields[field].kind;
        let zones = if kind.is_paragraph() {
            let list = (kind == FieldKind::Lines).then(|| around.first_column(label)).flatten();
            let mut rect = list.unwrap_or_else(|| around.block(label));
            let below = Rect { top: rect.top.max(label.rect.bottom.min(rect.bottom)), ..rect };
            if let Some((bottom, next)) = (views.heading)(field, &below) {
                rect.top = bottom;
                if let Some(next) = next {
                    rect = around.column_block(label, bottom, next - around.height);
                }
            }
            vec![Zone { placement: Placement::BelowFree, rect, structure: 1.0 }]
        } else {
            around.candidates(label, kind)
        };
        claims.push(Claim {
            field,
            kind,
            label,
            places: zones.into_iter().map(|zone| look(kind, end_at_caption(zone, label, views))).collect(),
            chosen: 0,
        });
    }
    let enough = (around.height * around.height / 8).max(12) as u64;
    let votes = Votes::of(&claims, enough);
    if votes.style() == Some(Placement::AboveLine) {
        for claim in claims.iter_mut().filter(|claim| claim.kind == FieldKind::Block) {
            let Some(rect) = around.block_above(claim.label) else { continue };
            let above = look(claim.kind, Zone { placement: Placement::AboveLine, rect, structure: 1.0 });
            // A heading over its prose may stand among labels under their values.
            if claim.places.iter().all(|below| below.characters < above.characters) {
                claim.places = vec![above];
            }
        }
    }
    give_places(&mut claims, &votes, enough);
    let strays: Vec<Option<usize>> = claims.iter().map(|claim| stray(claim, &claims, enough)).collect();
    let mut placed: Vec<Placed<'a>> = claims
        .into_iter()
        .zip(strays)
        .filter(|(claim, _)| !claim.places.is_empty())
        .map(|(mut claim, stray)| {
            let zone = claim.places.swap_remove(stray.unwrap_or(claim.chosen)).zone;
            let rivals = claim.places.iter().map(|p| p.zone.rect).filter(|rect| *rect != zone.rect).collect();
            Placed { field: claim.field, label: claim.label, rivals, zone }
        })
        .collect();
    end_prose(&mut placed, form, around.height);
    (placed, votes.style())
}

/// A place over or under a caption ends where the next caption of the row begins, whether or not anybody listed that one.
fn end_at_caption(mut zone: Zone, label: &Label, views: &Views<'_>) -> Zone {
    if matches!(zone.placement, Placement::AboveLine | Placement::BelowLine)
        && let Some(left) = (views.next_caption)(&label.rect)
    {
        zone.rect.right = zone.rect.right.min(left);
    }
    zone
}

/// What the form's labels, all together, say for each placement.
struct Votes {
    sums: BTreeMap<Placement, f32>,
    voters: f32,
}

impl Votes {
    /// What is written in a place is a vote, and more of one when it looks like the field's value: values, wherever they stand, are most
    /// of what is written on a form, and a date under the label of a phone belongs to a neighbour.
    fn of(claims: &[Claim<'_>], enough: u64) -> Votes {
        let mut sums: BTreeMap<Placement, f32> = BTreeMap::new();
        let mut voters = 0.0f32;
        for claim in claims.iter().filter(|c| !c.is_prose() && c.kind != FieldKind::Ink) {
            voters += 1.0;
            for place in &claim.places {
                let written = if place.ink >= enough { 1.0 } else { 0.0 };
                let suited = place.suited * if is_telling(claim.kind) { 0.6 } else { 0.3 };
                *sums.entry(place.zone.placement).or_default() += place.zone.structure * (0.4 + 0.6 * written) + suited;
            }
        }
        Votes { sums, voters }
    }

    fn style(&self) -> Option<Placement> {
        self.sums.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0))).map(|(placement, _)| *placement)
    }

    /// A line that dropouts took from a box leaves a line: places on the same side of the label speak for each other.
    fn support(&self, placement: Placement) -> f32 {
        let own = self.sums.get(&placement).copied().unwrap_or(0.0);
        let side = self.sums.iter().filter(|(p, _)| p.side() == placement.side()).map(|(_, vote)| vote * 0.7);
        side.fold(own, f32::max) / self.voters.max(1.0)
    }

    /// How much speaks for a place. A signature has a style of its own: a line, where the rest of the form has cells; there the ink counts
    /// that no reader took for words, and most where most of it is.
    fn weigh(&self, claim: &Claim<'_>, place: &Place, enough: u64) -> f32 {
        let zone = &place.zone;
        if claim.kind != FieldKind::Ink {
            return zone.structure + 1.2 * self.support(zone.placement);
        }
        let most = claim.places.iter().filter(|p| p.may_be_signed(enough)).map(|p| p.ink).max().unwrap_or(0).max(1);
        let share = if place.may_be_signed(enough) { place.ink as f32 / most as f32 } else { 0.0 };
        zone.structure + 0.3 * self.support(zone.placement) + 0.8 * share
    }
}

/// Gives each claim its best place. Two fields never share one: the field that fits better has it, the other takes its next best.
fn give_places(claims: &mut [Claim<'_>], votes: &Votes, enough: u64) {
    let ranked: Vec<Vec<(usize, f32)>> = claims
        .iter()
        .map(|claim| {
            let weigh = |place| votes.weigh(claim, place, enough);
            let mut order: Vec<(usize, f32)> = claim.places.iter().map(weigh).enumerate().collect();
            let placement = |i: usize| claim.places[i].zone.placement;
            order.sort_by(|a, b| b.1.total_cmp(&a.1).then(placement(a.0).cmp(&placement(b.0))));
            order
        })
        .collect();
    for (claim, order) in claims.iter_mut().zip(&ranked) {
        claim.chosen = order.first().map_or(0, |best| best.0);
    }
    let best = |i: usize| ranked[i].first().map_or(f32::MIN, |best| best.1);
    let mut turn: Vec<usize> = (0..claims.len()).filter(|&i| !claims[i].is_prose()).collect();
    turn.sort_by(|a, b| best(*b).total_cmp(&best(*a)).then(a.cmp(b)));
    let mut given: Vec<(usize, Rect)> = Vec::new();
    for i in turn {
        let claim = &mut claims[i];
        let is_free = |(place, _): &&(usize, f32)| {
            let rect = &claim.places[*place].zone.rect;
            !given.iter().any(|(owner, other)| *owner != claim.field && shared(other, rect) > 0.5)
        };
        if let Some(&(place, _)) = ranked[i].iter().find(is_free).or(ranked[i].first()) {
            claim.chosen = place;
            given.push((claim.field, claim.places[place].zone.rect));
        }
    }
}

/// Letters that may be read in a signature: a full name in a clear hand. A line of prose has more.
const NAME: usize = 24;
/// Letters from which ink on nothing may as well be a date or somebody's typed name.
const INITIALS: usize = 6;

/// Another place of a claim, where the form's style finds nothing of the field's shape and that place does: there the office wrote.
fn stray(claim: &Claim<'_>, claims: &[Claim<'_>], enough: u64) -> Option<usize> {
    let own = claim.places.get(claim.chosen)?;
    let settled = match claim.kind {
        FieldKind::Ink => own.ink >= enough,
        kind => !(is_telling(kind) || kind == FieldKind::DateList) || own.suited > 0.0,
    };
    if settled {
        return None;
    }
    let looks_right = |place: &Place| match claim.kind {
        // A signature has no shape of a word: ink on a line where nothing was read as print.
        FieldKind::Ink => place.may_be_signed(enough),
        // Figures on a line of the label's own are its value, however badly they were read, where the form's style finds nothing at all.
        _ => {
            let misread = own.ink < enough && place.ink >= enough && place.zone.structure >= 0.6 && place.suited > -1.0;
            place.suited >= 1.0 || (misread && place.characters > 0)
        }
    };
    let is_taken = |rect: &Rect| {
        let others = claims.iter().filter(|c| !c.is_prose()).filter_map(Claim::zone);
        others.filter(|other| **other != own.zone.rect).any(|other| shared(other, rect) > 0.25)
    };
    let structure = |i: usize| claim.places[i].zone.structure;
    (0..claim.places.len())
        .filter(|&i| i != claim.chosen && looks_right(&claim.places[i]) && !is_taken(&claim.places[i].zone.rect))
        .max_by(|a, b| structure(*a).total_cmp(&structure(*b)).then(b.cmp(a)))
}

/// Share of the smaller of two places that they have in common.
pub(super) fn shared(a: &Rect, b: &Rect) -> f64 {
    let smaller = a.area().min(b.area());
    if smaller > 0 { a.intersect(b).area() as f64 / smaller as f64 } else { 0.0 }
}

/// The room for prose ends where the next field begins: a signature over its own label is no narrative.
fn end_prose(placed: &mut [Placed<'_>], form: &FormDefinition, height: i32) {
    let of_prose = |p: &Placed<'_>| form.fields[p.field].kind.is_paragraph();
    let others: Vec<(Rect, Rect)> =
        placed.iter().filter(|p| !of_prose(p)).map(|p| (p.label.rect, p.zone.rect)).collect();
    for block in placed.iter_mut().filter(|p| of_prose(p)) {
        let (label, rect) = (block.label.rect, &mut block.zone.rect);
        // The words of labels come again in the prose itself.
        let begins =
            |(own, other): &&(Rect, Rect)| !rect.holds(own) && other.top > label.bottom && other.overlap_x(rect) > 0;
        if let Some(top) = others.iter().filter(begins).map(|(_, other)| other.top).min() {
            rect.bottom = rect.bottom.min(top.max(label.bottom + height));
        }
    }
}
