//! Requests that came before: the same file again, the same request scanned again, and the fuller copy that replaces an earlier one.
//!
//! Copies are linked and never dropped. What must agree is the member, the date, the reasons, the letters and the look of the pages;
//! one confident contradiction (another id, another given name: twins) and they are two requests. Not one of these is
//! enough alone: siblings on one day share everything but their names.

use std::collections::BTreeMap;

use super::fingerprint::shared;
use super::names;
use super::person::SURE;
use super::trace::{KEPT_WORDS, Kind, LetterTrace, PageTrace, State, Told, Trace};
use crate::answer::{Answer, Mark};

/// Pages of one kind whose words agree less than this and whose layout differs by more are not scans of one paper.
const SAME_WORDS: f32 = 0.3;
const SAME_LAYOUT: u32 = 14;
/// Of papers that name no member, all words must agree.
const VERY_SAME_WORDS: f32 = 0.7;
/// The confidence from which two unequal hashes are two values: equal values with one misread letter hash apart.
const SURE_HASH: f32 = 0.9;

/// What is known of earlier and later copies of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyLink {
    pub duplicate_of: Option<String>,
    pub superseded_by: Option<String>,
    /// Earlier copies of this run that it replaces.
    pub supersedes: Vec<String>,
    /// The same of earlier nights: their queues stay as they are, so that the link stands here.
    pub supersedes_earlier: Vec<EarlierCopy>,
}

/// A request of an earlier night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierCopy {
    pub request_id: String,
    pub source_file: String,
}

/// How a later request stands to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// The same, or less of the same.
    Copy,
    /// The same with something added that was missing.
    Fuller,
    Other,
}

/// Links for each trace, in the order given. What came first is decided by time of receipt, then by path and ordinal.
///
/// `earlier` gives what former nights remember under any of some keys, oldest first (see [`crate::inbox::Ledger`]), sealed with `salt`; without
/// a ledger it gives nothing.
pub fn link_copies(traces: &[Trace], salt: &[u8], mut earlier: impl FnMut(&[i64]) -> Vec<Trace>) -> Vec<CopyLink> {
    let mut links = vec![CopyLink::default(); traces.len()];
    let mut order: Vec<usize> = (0..traces.len()).collect();
    order.sort_by(|&a, &b| place(traces.get(a)).cmp(&place(traces.get(b))));
    let mut rank = vec![usize::MAX; traces.len()];
    for (at, &index) in order.iter().enumerate() {
        if let Some(slot) = rank.get_mut(index) {
            *slot = at;
        }
    }
    let mut known: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for &index in &order {
        let Some(trace) = traces.get(index) else { continue };
        let keys = trace.keys(salt);
        let before = earlier(&keys);
        let first = before
            .iter()
            .filter(|old| relation(old, trace, salt) == Relation::Copy)
            .min_by(|a, b| place(Some(a)).cmp(&place(Some(b))));
        let mut duplicate_of = first.map(|old| old.duplicate_of.clone().unwrap_or_else(|| old.request_id.clone()));

        let mut candidates: Vec<usize> = keys.iter().filter_map(|key| known.get(key)).flatten().copied().collect();
        candidates.sort_by_key(|&c| rank.get(c).copied());
        candidates.dedup();
        let mut superseded = Vec::new();
        for candidate in candidates {
            let Some(old) = traces.get(candidate) else { continue };
            match relation(old, trace, salt) {
                Relation::Copy if duplicate_of.is_none() => {
                    let root = links.get(candidate).and_then(|link| link.duplicate_of.clone());
                    duplicate_of = Some(root.unwrap_or_else(|| old.request_id.clone()));
                }
                Relation::Fuller => superseded.push(candidate),
                _ => {}
            }
        }
        let mut supersedes = Vec::new();
        let mut supersedes_earlier: Vec<EarlierCopy> = Vec::new();
        if duplicate_of.is_none() {
            for old in superseded {
                if let Some(link) = links.get_mut(old)
                    && link.duplicate_of.is_none()
                {
                    link.superseded_by = Some(trace.request_id.clone());
                    supersedes.extend(traces.get(old).map(|old| old.request_id.clone()));
                }
            }
            for old in &before {
                let copy = EarlierCopy { request_id: old.request_id.clone(), source_file: old.source_file.clone() };
                if old.duplicate_of.is_none()
                    && relation(old, trace, salt) == Relation::Fuller
                    && !supersedes_earlier.contains(&copy)
                {
                    supersedes_earlier.push(copy);
                }
            }
        }
        if let Some(link) = links.get_mut(index) {
            link.duplicate_of = duplicate_of;
            link.supersedes = supersedes;
            link.supersedes_earlier = supersedes_earlier;
        }
        for key in keys {
            known.entry(key).or_default().push(index);
        }
    }
    links
}

fn place(trace: Option<&Trace>) -> Option<(bool, Option<&str>, &[u8], u32)> {
    trace.map(|t| {
        (t.received_at.is_none(), t.received_at.as_deref().map(to_the_minute), t.source_file.as_bytes(), t.ordinal)
    })
}

/// Fax headers tell the minute and file names the second: of two copies that differ only in that, neither came first.
fn to_the_minute(received_at: &str) -> &str {
    received_at.get(..16).unwrap_or(received_at)
}

/// How `new` stands to `old`, which came before it.
pub(super) fn relation(old: &Trace, new: &Trace, salt: &[u8]) -> Relation {
    // The same pages may be fed twice in one call: then two requests of one file are compared like any others.
    let in_one_file = old.source_file == new.source_file && old.ordinal != new.ordinal;
    if old.sha256 == new.sha256 && !in_one_file {
        return if old.ordinal == new.ordinal { Relation::Copy } else { Relation::Other };
    }
    if old.sealed && !new.sealed {
        return relation(old, &new.clone().seal(salt), salt);
    }
    match (old.kind, new.kind) {
        (Kind::File, _) | (_, Kind::File) => Relation::Other,
        (Kind::Portal, Kind::Portal) => portal_relation(old, new),
        (Kind::LetterOnly, Kind::Reassignment) => {
            // The form that was missing came with the same letter.
            let same = member(old, new) == Answer::Met && letters_agree(old, new) == Answer::Met;
            if same { Relation::Fuller } else { Relation::Other }
        }
        (a, b) if a != b => Relation::Other,
        _ => member_relation(old, new),
    }
}

fn member_relation(old: &Trace, new: &Trace) -> Relation {
    let (date, reasons, letters) = (dates(old, new), reasons(old, new), letters_agree(old, new));
    let member = member(old, new);
    if member != Answer::Met || [date, reasons, letters].contains(&Answer::NotMet) || !pages_agree(old, new, SAME_WORDS)
    {
        return Relation::Other;
    }
    if old.kind == Kind::OtherPlan {
        return if pages_agree(old, new, VERY_SAME_WORDS) { Relation::Copy } else { Relation::Other };
    }
    // One of date and letter must say that it is the same occasion.
    if date != Answer::Met && letters != Answer::Met {
        return Relation::Other;
    }
    if adds(old, new) { Relation::Fuller } else { Relation::Copy }
}

/// Whether two values of one place agree.
fn told(a: Option<&Told>, b: Option<&Told>, sealed: bool) -> Answer {
    let (Some(a), Some(b)) = (a, b) else { return Answer::CannotTell };
    if a.value == b.value {
        return Answer::Met;
    }
    let sure = a.confidence.min(b.confidence) >= if sealed { SURE_HASH } else { SURE };
    if sure { Answer::NotMet } else { Answer::CannotTell }
}

fn member(old: &Trace, new: &Trace) -> Answer {
    let sealed = old.sealed || new.sealed;
    let id = told(old.id.as_ref(), new.id.as_ref(), sealed);
    let birth = told(old.birth.as_ref(), new.birth.as_ref(), sealed);
    let name = names_agree(old, new);
    match (id, name, birth) {
        (Answer::NotMet, ..) => Answer::NotMet,
        (Answer::Met, Answer::NotMet, _) => Answer::CannotTell,
        (Answer::Met, ..) => Answer::Met,
        (_, Answer::NotMet, _) | (_, _, Answer::NotMet) => Answer::NotMet,
        (_, Answer::Met, Answer::Met) => Answer::Met,
        // Neither id nor birth date was read twice: the name and the letter's own date.
        (_, Answer::Met, _) if letters_agree(old, new) == Answer::Met && dates(old, new) != Answer::NotMet => {
            Answer::Met
        }
        _ => Answer::CannotTell,
    }
}

fn names_agree(old: &Trace, new: &Trace) -> Answer {
    let mut best = Answer::CannotTell;
    for a in &old.names {
        for b in &new.names {
            let answer = if old.sealed || new.sealed {
                if a.value == b.value { Answer::Met } else { Answer::CannotTell }
            } else {
                names::same_person(&a.value, &b.value, a.confidence.min(b.confidence)).answer
            };
            match answer {
                Answer::Met => return Answer::Met,
                Answer::NotMet => best = Answer::NotMet,
                Answer::CannotTell => {}
            }
        }
    }
    best
}

fn dates(old: &Trace, new: &Trace) -> Answer {
    let sealed = old.sealed || new.sealed;
    match (&old.date, &new.date) {
        (State::Blank, State::Blank) => Answer::Met,
        (State::Read(a), State::Read(b)) => told(Some(a), Some(b), sealed),
        // Filled in since then.
        (State::Blank, State::Read(_)) => Answer::CannotTell,
        (State::Read(told), State::Blank) if told.confidence >= SURE => Answer::NotMet,
        _ => Answer::CannotTell,
    }
}

fn reasons(old: &Trace, new: &Trace) -> Answer {
    if old.kind != Kind::Reassignment || old.reasons.is_empty() {
        return if old.reasons == new.reasons { Answer::Met } else { Answer::CannotTell };
    }
    let mut answer = Answer::Met;
    for option in old.reasons.keys().chain(new.reasons.keys()) {
        let (a, b) = (old.reasons.get(option), new.reasons.get(option));
        if a == b {
            continue;
        }
        let unsure = a == Some(&Mark::Unsure) || b == Some(&Mark::Unsure);
        answer = answer.and(if unsure { Answer::CannotTell } else { Answer::NotMet });
    }
    answer
}

/// A letter that tells the member, whatever else came with it.
fn notice(trace: &Trace) -> Option<&LetterTrace> {
    trace.letters.iter().find(|l| !l.unfilled && !l.wrong_member && l.kind.is_notice())
}

fn letters_agree(old: &Trace, new: &Trace) -> Answer {
    match (notice(old), notice(new)) {
        (Some(a), Some(b)) => told(a.date.as_ref(), b.date.as_ref(), old.sealed || new.sealed),
        _ => Answer::CannotTell,
    }
}

/// Whether the later copy holds something that the earlier one lacked.
fn adds(old: &Trace, new: &Trace) -> bool {
    let letter = notice(new).is_some_and(|new_notice| match notice(old) {
        None => true,
        Some(old_notice) => {
            old_notice.date.is_none() && new_notice.date.as_ref().is_some_and(|date| date.confidence >= SURE)
        }
    });
    let field = old.blank.intersection(&new.filled).next().is_some();
    let attachment = new.attachments.difference(&old.attachments).next().is_some();
    let reason = old.reasons.is_empty() && new.reasons.values().any(|&mark| mark == Mark::Checked);
    let appointments = new.filled.contains("missed_appointments")
        && new.appointments.len() > old.appointments.len()
        && new.appointments.is_superset(&old.appointments);
    letter || field || attachment || reason || appointments
}

/// Each page of the smaller copy looks or reads like some page of the same kind in the other.
fn pages_agree(old: &Trace, new: &Trace, words: f32) -> bool {
    let (fewer, more) =
        if old.pages.len() <= new.pages.len() { (&old.pages, &new.pages) } else { (&new.pages, &old.pages) };
    let alike = |a: &PageTrace, b: &PageTrace| {
        a.class == b.class
            && (shared(&a.words, &b.words, KEPT_WORDS) >= words
                || (words <= SAME_WORDS && (a.layout ^ b.layout).count_ones() <= SAME_LAYOUT))
    };
    // A page that was read as something else in one of the scans may be left out, if most agree.
    let agree = fewer.iter().filter(|page| more.iter().any(|other| alike(page, other))).count();
    agree * 3 >= fewer.len() * 2
}

fn portal_relation(old: &Trace, new: &Trace) -> Relation {
    let same_form = old.form == new.form;
    let npi = told(old.npi.as_ref(), new.npi.as_ref(), old.sealed || new.sealed) == Answer::Met;
    let common = old.values.keys().filter(|key| new.values.contains_key(*key)).count();
    let equal = old.values.iter().filter(|(key, value)| new.values.get(*key) == Some(value)).count();
    let same = same_form
        && npi
        && common >= 3
        && equal == common
        && dates(old, new) != Answer::NotMet
        && pages_agree(old, new, VERY_SAME_WORDS);
    if !same {
        Relation::Other
    } else if new.values.len() > old.values.len() {
        Relation::Fuller
    } else {
        Relation::Copy
    }
}

#[cfg(test)]
#[path = "copies_tests.rs"]
mod tests;
