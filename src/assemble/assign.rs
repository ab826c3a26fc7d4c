//! Which request each page belongs to: one optimisation over the whole transmission.
//!
//! Every page brings evidence for and against each request (the member it names), every pair of neighbours brings some (a letter
//! follows its form, an agreement its letter), and a second notice on one request costs. The best sum over all pages is found by
//! dynamic programming over (request of the page before, requests that have their letter): exact for the transmissions that
//! occur, a wide beam beyond. Evidence is counted in whole hundredths and ties go to the earlier request, so that
//! the answer never depends on anything but the pages.

use std::collections::BTreeMap;

use super::openers::{Opener, Opening, Role};
use super::person::Match;
use super::sheet::{Class, Sheet};
use crate::answer::Answer;
use crate::reading::LetterKind;

/// A page right behind its own.
const BEHIND: i32 = 100;
/// A page right before its form, where offices put the letter on top.
const BEFORE: i32 = 60;
/// Behind the last of several forms: it may be any one's.
const BEHIND_SEVERAL: i32 = 20;
/// A letter begins something: what stands before it, unless it is a form, is more likely the end of another request.
const NOT_ITS_FORM: i32 = 40;
/// The next letter for the next form.
const IN_STEP: i32 = 40;
/// A second notice for one member while another has none.
const SECOND_LETTER: i32 = -300;
/// Letters and attachments of members do not belong to portal forms.
const NOT_A_MEMBERS: i32 = -600;
/// States kept after each page: all of them for up to ten requests or so.
const BEAM: usize = 4_000;
/// Requests a page is tried on when there are many.
const TRIED: usize = 12;
/// Evidence that names a member, and a lead over other members that no neighbour makes up.
const NAMED: i32 = 500;
const LEAD: i32 = 550;

/// What the assignment works on.
pub(super) struct Problem<'p, 'a> {
    pub sheets: &'p [Sheet<'a>],
    pub order: &'p [usize],
    pub openers: &'p [Opener<'a>],
    pub roles: &'p [Role],
    /// For each opener whether it is a portal form.
    pub portal: &'p [bool],
    /// For each sheet its comparison with each opener; empty for sheets that are not assigned.
    pub matches: &'p [Vec<Match>],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    before: Option<usize>,
    /// Whether the page before was a letter.
    letter_before: bool,
    /// Requests that have their letter, by bit; requests past 128 are not counted.
    lettered: u128,
}

/// The owner of each sheet; none for covers, and for blanks that follow nobody's page.
pub(super) fn owners(problem: &Problem<'_, '_>) -> Vec<Option<usize>> {
    let mut owners = vec![None; problem.sheets.len()];
    if problem.openers.is_empty() {
        return owners;
    }
    let start = State { before: None, letter_before: false, lettered: 0 };
    let mut trail: Vec<(usize, Option<usize>, usize)> = Vec::new();
    // State → best score, and where its trail ends (0: nowhere, else index + 1).
    let mut states: BTreeMap<State, (i32, usize)> = BTreeMap::from([(start, (0, 0))]);
    for (place, &index) in problem.order.iter().enumerate() {
        let likely = likely(problem, place, index);
        let mut next: BTreeMap<State, (i32, usize)> = BTreeMap::new();
        let mut steps: Vec<(State, i32, usize, Option<usize>)> = Vec::new();
        for (&state, &(score, end)) in &states {
            for (owner, gain) in choices(problem, place, index, state, &likely) {
                steps.push((after(problem, index, state, owner), score.saturating_add(gain), end, owner));
            }
        }
        for (state, score, end, owner) in steps {
            let better = next.get(&state).is_none_or(|(best, _)| score > *best);
            if better {
                trail.push((end, owner, index));
                next.insert(state, (score, trail.len()));
            }
        }
        states = prune(next);
    }
    let best = states.into_iter().fold(None, |best: Option<(i32, usize)>, (_, (score, end))| match best {
        Some((most, _)) if most >= score => best,
        _ => Some((score, end)),
    });
    let mut end = best.map_or(0, |(_, end)| end);
    while let Some(&(earlier, owner, index)) = end.checked_sub(1).and_then(|at| trail.get(at)) {
        if let Some(slot) = owners.get_mut(index) {
            *slot = owner;
        }
        end = earlier;
    }
    owners
}

/// Notices to somebody whom no form of the transmission is about, on requests that have their own: the form that they belong to is missing.
/// A request without a notice of its own keeps such a letter, since it may be the one that was meant for its member.
pub(super) fn surplus_letters(problem: &Problem<'_, '_>, owners: &[Option<usize>]) -> Vec<usize> {
    let notice = |index: usize| {
        let letter = problem.sheets.get(index).filter(|s| s.class == Class::Letter)?.reading?.letter.as_ref()?;
        letter.kind.is_notice().then_some(letter)
    };
    let answer = |index: usize, owner: usize| problem.matches.get(index)?.get(owner).map(|m| m.answer);
    let has_its_own = |owner: usize| {
        (0..owners.len()).any(|index| {
            owners.get(index) == Some(&Some(owner))
                && notice(index).is_some()
                && answer(index, owner) == Some(Answer::Met)
        })
    };
    let to_a_stranger = |index: usize| {
        let named = notice(index).is_some_and(|letter| letter.addressee.as_ref().is_some_and(|to| to.name.is_some()));
        named && (0..problem.openers.len()).all(|owner| answer(index, owner) == Some(Answer::NotMet))
    };
    (0..owners.len())
        .filter(|&index| problem.roles.get(index) == Some(&Role::Assigned) && to_a_stranger(index))
        .filter(|&index| owners.get(index).copied().flatten().is_some_and(has_its_own))
        .collect()
}

fn prune(states: BTreeMap<State, (i32, usize)>) -> BTreeMap<State, (i32, usize)> {
    if states.len() <= BEAM {
        return states;
    }
    let mut ranked: Vec<(State, (i32, usize))> = states.into_iter().collect();
    ranked.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
    ranked.truncate(BEAM);
    ranked.into_iter().collect()
}

/// The owners that a page may have after `state`, with what each brings.
fn choices(
    problem: &Problem<'_, '_>,
    place: usize,
    index: usize,
    state: State,
    likely: &Likely,
) -> Vec<(Option<usize>, i32)> {
    let (Some(sheet), Some(role)) = (problem.sheets.get(index), problem.roles.get(index)) else {
        return vec![(None, 0)];
    };
    match role {
        Role::Opens(opener) => vec![(Some(*opener), 0)],
        // A blank belongs to the page it follows: the back of a sheet, or a separator.
        Role::Nobody if sheet.class == Class::Blank => vec![(state.before, 0)],
        Role::Nobody => vec![(None, 0)],
        Role::Continues(open) => {
            open.iter().map(|&o| (Some(o), gain(problem, place, index, sheet, state, o))).collect()
        }
        Role::Assigned => likely
            .with_neighbours(problem, state)
            .into_iter()
            .map(|o| (Some(o), gain(problem, place, index, sheet, state, o)))
            .collect(),
    }
}

/// The requests a page is tried on.
struct Likely {
    owners: Vec<usize>,
    /// The page names its member, so that what stands beside it does not matter.
    named: bool,
}

fn likely(problem: &Problem<'_, '_>, place: usize, index: usize) -> Likely {
    let evidence = |o: usize| problem.matches.get(index).and_then(|m| m.get(o)).map_or(0, |m| m.weight);
    let mut owners: Vec<usize> = (0..problem.openers.len()).collect();
    let best = owners.iter().map(|&o| evidence(o)).max().unwrap_or(0);
    let named = best >= NAMED;
    if named {
        owners.retain(|&o| evidence(o) > best - LEAD);
    }
    if owners.len() > TRIED {
        owners.sort_by_key(|&o| (std::cmp::Reverse(evidence(o)), distance(problem, place, o)));
        owners.truncate(TRIED);
        owners.sort_unstable();
    }
    Likely { owners, named }
}

impl Likely {
    fn with_neighbours(&self, problem: &Problem<'_, '_>, state: State) -> Vec<usize> {
        let mut owners = self.owners.clone();
        if let (false, Some(before)) = (self.named, state.before) {
            owners.extend([before, before + 1].into_iter().filter(|&o| o < problem.openers.len()));
            owners.sort_unstable();
            owners.dedup();
        }
        owners
    }
}

fn gain(problem: &Problem<'_, '_>, place: usize, index: usize, sheet: &Sheet<'_>, state: State, owner: usize) -> i32 {
    let mut gain = problem.matches.get(index).and_then(|m| m.get(owner)).map_or(0, |m| m.weight);
    let letter = sheet.class == Class::Letter;
    gain -= distance(problem, place, owner).min(20);
    if (letter || matches!(sheet.class, Class::Attachment(_))) && problem.portal.get(owner) == Some(&true) {
        gain += NOT_A_MEMBERS;
    }
    if counted_letter(sheet) && lettered(state.lettered, owner) {
        gain += SECOND_LETTER;
    }
    let on_top = letters_on_top(problem);
    let (behind, before) = if on_top && letter { (BEFORE, BEHIND) } else { (BEHIND, BEFORE) };
    if state.before == Some(owner) {
        gain += match forms_in_a_row(problem, place) {
            0 if letter => behind - NOT_ITS_FORM,
            0 | 1 => behind,
            _ => BEHIND_SEVERAL,
        };
    }
    if opens_next(problem, place) == Some(owner) {
        gain += before;
    }
    if letter && state.letter_before && state.before.and_then(|b| b.checked_add(1)) == Some(owner) {
        gain += IN_STEP;
    }
    gain
}

fn after(problem: &Problem<'_, '_>, index: usize, state: State, owner: Option<usize>) -> State {
    let Some(sheet) = problem.sheets.get(index) else { return state };
    if sheet.class == Class::Blank {
        return State { before: owner, ..state };
    }
    let mut lettered = state.lettered;
    if counted_letter(sheet)
        && let Some(bit) = owner.and_then(bit)
    {
        lettered |= bit;
    }
    State { before: owner, letter_before: sheet.class == Class::Letter, lettered }
}

/// A letter of which a request has one; warnings come in any number, and what the plan is told is no letter to the member.
fn counted_letter(sheet: &Sheet<'_>) -> bool {
    let kind = sheet.reading.and_then(|reading| reading.letter.as_ref()).map(|letter| letter.kind);
    sheet.opens_letter() && kind.is_none_or(|kind| kind != LetterKind::Warning && kind.is_to_member())
}

fn bit(owner: usize) -> Option<u128> {
    u32::try_from(owner).ok().and_then(|o| 1u128.checked_shl(o))
}

fn lettered(mask: u128, owner: usize) -> bool {
    bit(owner).is_some_and(|bit| mask & bit != 0)
}

/// Pages between this one and the one that opened the request.
fn distance(problem: &Problem<'_, '_>, place: usize, owner: usize) -> i32 {
    let opened =
        problem.openers.get(owner).and_then(|o| problem.order.iter().position(|&i| i == o.sheet)).unwrap_or(place);
    i32::try_from(place.abs_diff(opened)).unwrap_or(i32::MAX)
}

/// How many forms stand directly before this page, without anything between.
fn forms_in_a_row(problem: &Problem<'_, '_>, place: usize) -> usize {
    let before = problem.order.get(..place).unwrap_or_default();
    let solid = before
        .iter()
        .rev()
        .filter(|&&index| problem.sheets.get(index).is_some_and(|sheet| sheet.class != Class::Blank));
    solid
        .take_while(|&&index| matches!(problem.roles.get(index), Some(Role::Opens(o)) if opened_by_form(problem, *o)))
        .count()
}

fn opened_by_form(problem: &Problem<'_, '_>, opener: usize) -> bool {
    problem.openers.get(opener).is_some_and(|o| o.opening != Opening::Letter)
}

/// The request that the next page opens.
fn opens_next(problem: &Problem<'_, '_>, place: usize) -> Option<usize> {
    let mut later = problem.order.get(place + 1..).unwrap_or_default().iter();
    let next = later.find(|&&index| problem.sheets.get(index).is_some_and(|sheet| sheet.class != Class::Blank))?;
    match problem.roles.get(*next) {
        Some(Role::Opens(opener)) => Some(*opener),
        _ => None,
    }
}

/// Whether this office puts each letter on top of its form: the first page is a letter and the last one opens a request.
fn letters_on_top(problem: &Problem<'_, '_>) -> bool {
    let told = |index: &&usize| problem.roles.get(**index).is_some_and(|role| *role != Role::Nobody);
    let first = problem.order.iter().find(told).and_then(|&index| problem.sheets.get(index));
    let last = problem.order.iter().rev().find(told).and_then(|&index| problem.roles.get(index));
    first.is_some_and(|sheet| sheet.class == Class::Letter) && matches!(last, Some(Role::Opens(_)))
}
