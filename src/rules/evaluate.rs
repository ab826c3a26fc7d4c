//! From a request to its findings: which rules are in force and apply, what they answer, and which code makes which other superfluous.
//!
//! Which code stands alone, silences or holds up another is data of the rules (`stands_alone`, `suppressed_by`, `waits_for`); here is
//! only what those words mean.

use std::collections::BTreeMap;

use super::checks::Outcome;
use super::context::Context;
use super::evidence::{Reasons, reasons};
use super::notice::NoticeFacts;
use super::rule::{AppliesTo, Rule};
use super::settings::RequestScope;
use super::{Finding, Severity};
use crate::answer::Answer;
use crate::assemble::Request;

/// What the rules in force say of a request, in rule order; rules that are not about it, or that another code silences, are left out.
pub fn evaluate(request: &Request, facts: &Context<'_>) -> Vec<Finding> {
    let ticked = reasons(request, facts);
    let notice =
        (request.kind == crate::assemble::RequestKind::Portal).then(|| NoticeFacts::of(request, facts).kind).flatten();
    let rules = facts.pack.rules_on(facts.rules_day());
    let judged: Vec<Judged<'_>> = rules
        .into_iter()
        .filter_map(|rule| {
            let applies = applies(&rule.applies_to, request, facts, &ticked, notice.as_deref());
            (applies != Answer::NotMet).then(|| {
                let mut outcome = rule.check.evaluate(request, facts);
                // Whether the rule is about this request hangs on an unsure mark: it cannot be failed.
                if applies == Answer::CannotTell && outcome.answer == Answer::NotMet {
                    outcome.answer = Answer::CannotTell;
                }
                Judged { rule, outcome }
            })
        })
        .collect();
    let mut precedence = Precedence { judged: &judged, settled: BTreeMap::new() };
    let settled: Vec<Settled> = (0..judged.len()).map(|index| precedence.settle(index, 0)).collect();
    let alone = judged.iter().zip(&settled).find(|(j, s)| j.rule.stands_alone && s.answer == Some(Answer::NotMet));
    if let Some((judged, settled)) = alone {
        return judged.finding(settled).into_iter().collect();
    }
    judged.iter().zip(&settled).filter_map(|(judged, settled)| judged.finding(settled)).collect()
}

/// Whether a rule is about a request.
fn applies(to: &AppliesTo, request: &Request, facts: &Context<'_>, ticked: &Reasons, notice: Option<&str>) -> Answer {
    let scope = RequestScope::of(&request.kind);
    let open = |list_is_empty: bool, fits: bool| list_is_empty || fits;
    let certain = open(to.requests.is_empty(), to.requests.contains(&scope))
        && open(to.forms.is_empty(), request.form.as_ref().is_some_and(|form| to.forms.contains(form)))
        && open(to.notices.is_empty(), notice.is_some_and(|notice| to.notices.iter().any(|n| n == notice)))
        && open(
            to.attachments.is_empty(),
            request.attachments.iter().any(|a| to.attachments.contains(&a.kind) && a.same_member != Answer::NotMet),
        )
        && to.roster.is_none_or(|given| given == facts.roster);
    match certain {
        false => Answer::NotMet,
        true if to.reasons.is_empty() || to.reasons.iter().any(|r| ticked.sure.contains(r)) => Answer::Met,
        true if to.reasons.iter().any(|r| ticked.perhaps.contains(r)) => Answer::CannotTell,
        true => Answer::NotMet,
    }
}

struct Judged<'a> {
    rule: &'a Rule,
    outcome: Outcome,
}

/// What is left of an answer when the other codes have had their say.
#[derive(Clone, Debug, PartialEq)]
struct Settled {
    /// None for a rule that another code silences.
    answer: Option<Answer>,
    /// The code that a failed rule waits for.
    waits_for: Option<String>,
}

struct Precedence<'a> {
    judged: &'a [Judged<'a>],
    settled: BTreeMap<usize, Settled>,
}

impl Precedence<'_> {
    /// `depth` guards against a circle of codes, which the pack's validation has already refused.
    fn settle(&mut self, index: usize, depth: usize) -> Settled {
        if let Some(settled) = self.settled.get(&index) {
            return settled.clone();
        }
        let Some(Judged { rule, outcome }) = self.judged.get(index) else {
            return Settled { answer: None, waits_for: None };
        };
        let mut settled = Settled { answer: Some(outcome.answer), waits_for: None };
        if depth <= self.judged.len() {
            if rule.suppressed_by.iter().any(|code| self.state(code, depth + 1) == Some(Answer::NotMet)) {
                settled.answer = None;
            } else if outcome.answer != Answer::Met {
                let open = |answer: Option<Answer>| matches!(answer, Some(Answer::NotMet | Answer::CannotTell));
                if let Some(code) = rule.waits_for.iter().find(|code| open(self.state(code, depth + 1))) {
                    settled = Settled { answer: Some(Answer::CannotTell), waits_for: Some(code.clone()) };
                }
            }
        }
        self.settled.insert(index, settled.clone());
        settled
    }

    /// The worst answer of the rules with this code; none when no such rule is about the request.
    fn state(&mut self, code: &str, depth: usize) -> Option<Answer> {
        let indices: Vec<usize> =
            self.judged.iter().enumerate().filter(|(_, j)| j.rule.code == code).map(|(index, _)| index).collect();
        let answers = indices.into_iter().filter_map(|index| self.settle(index, depth).answer);
        answers.reduce(Answer::and)
    }
}

impl Judged<'_> {
    fn finding(&self, settled: &Settled) -> Option<Finding> {
        let rule = self.rule;
        Some(Finding {
            rule: rule.id.clone(),
            code: rule.code.clone(),
            severity: rule.severity,
            answer: settled.answer?,
            note: fill(&rule.note, &self.outcome),
            cite: rule.cite.clone(),
            fields: self.outcome.fields.clone(),
            quotes: self.outcome.quotes.clone(),
            waits_for: settled.waits_for.clone(),
            priority: rule.priority,
            status: rule.status,
        })
    }
}

/// The rule's sentence with its values; one that is not known is left out.
fn fill(note: &str, outcome: &Outcome) -> String {
    let mut filled = String::with_capacity(note.len());
    let mut rest = note;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(outcome.values.get(name).map_or("…", String::as_str));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

impl Finding {
    /// Whether this sends the request back.
    pub fn is_deficiency(&self) -> bool {
        self.answer == Answer::NotMet && self.severity == Severity::Deficiency
    }

    /// Whether a person must judge this.
    pub fn is_warning(&self) -> bool {
        self.answer == Answer::NotMet && self.severity == Severity::Warning
    }

    /// Whether this could not be told for itself, and not because of another finding.
    pub fn is_open(&self) -> bool {
        self.answer == Answer::CannotTell && self.waits_for.is_none() && self.severity != Severity::Note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_filled_with_what_is_known() {
        let values = BTreeMap::from([("count", "2".to_owned())]);
        let outcome = Outcome { answer: Answer::NotMet, fields: Vec::new(), quotes: Vec::new(), values };
        assert_eq!(fill("Only {count} of {required} dates.", &outcome), "Only 2 of … dates.");
        assert_eq!(fill("an open { brace", &outcome), "an open { brace");
    }
}
