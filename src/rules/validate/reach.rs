//! Reach: rules that can never be about a request, never fail, or never be heard.

use super::Report;
use super::names::purpose;
use crate::rules::checks::Check;
use crate::rules::rule::Rule;
use crate::rules::settings::RequestScope;
use crate::rules::{FormPurpose, Pack};

pub(super) fn check(pack: &Pack, report: &mut Report<'_>) {
    if pack.rules.is_empty() {
        let hint = "copy checks/ from the built-in pack".to_owned();
        report.add(&report.settings(), "the pack has no rules", Some(hint));
    }
    for rule in &pack.rules {
        never_about(pack, rule, report);
        never_fails(rule, report);
        never_heard(rule, report);
        circle(pack, rule, report);
    }
}

fn never_about(pack: &Pack, rule: &Rule, report: &mut Report<'_>) {
    let to = &rule.applies_to;
    let place = rule.place.key("applies_to");
    let has = |scope: RequestScope| to.requests.is_empty() || to.requests.contains(&scope);
    let purposes: Vec<FormPurpose> = to.requests.iter().filter_map(|scope| purpose(*scope)).collect();
    for (i, form) in to.forms.iter().enumerate() {
        let found = pack.forms.iter().find(|f| f.id == *form);
        if found.is_some_and(|f| !to.requests.is_empty() && !purposes.contains(&f.purpose)) {
            let message = format!("`{}` is never about a request: form `{form}` makes none of these kinds", rule.id);
            report.add(&place.key("forms").index(i), message, Some("let `requests` and `forms` agree".into()));
        }
    }
    if !to.notices.is_empty() && !has(RequestScope::Portal) {
        let message = format!("`{}` is never about a request: only portal requests are notices", rule.id);
        report.add(&place.key("notices"), message, Some("add \"portal\" to `requests`".into()));
    }
    if !to.reasons.is_empty() && !has(RequestScope::Reassignment) {
        let message = format!("`{}` is never about a request: only reassignment requests have reasons", rule.id);
        report.add(&place.key("reasons"), message, Some("add \"reassignment\" to `requests`".into()));
    }
}

fn never_fails(rule: &Rule, report: &mut Report<'_>) {
    let scope = match &rule.check {
        Check::RequestKindIsNot(check) => check.kind,
        Check::FileOpens(_) => RequestScope::Unreadable,
        _ => return,
    };
    if !rule.applies_to.requests.is_empty() && !rule.applies_to.requests.contains(&scope) {
        let message = format!("`{}` can never fail: it is not about requests of the kind it looks for", rule.id);
        report.add(&rule.place.key("applies_to").key("requests"), message, Some("name that kind in `requests`".into()));
    }
}

fn never_heard(rule: &Rule, report: &mut Report<'_>) {
    for (key, list) in [("suppressed_by", &rule.suppressed_by), ("waits_for", &rule.waits_for)] {
        if let Some(index) = list.iter().position(|code| *code == rule.code) {
            let message = format!("`{}` would silence itself", rule.id);
            report.add(&rule.place.key(key).index(index), message, Some("a code cannot wait for itself".into()));
        }
    }
}

/// Codes that wait for each other in a circle: nobody would ever be first.
fn circle(pack: &Pack, rule: &Rule, report: &mut Report<'_>) {
    let next = |code: &str| -> Vec<&String> {
        let rules = pack.rules.iter().filter(|r| r.code == code);
        rules.flat_map(|r| r.suppressed_by.iter().chain(&r.waits_for)).filter(|c| *c != code).collect()
    };
    for (key, list) in [("suppressed_by", &rule.suppressed_by), ("waits_for", &rule.waits_for)] {
        for (index, code) in list.iter().enumerate().filter(|(_, code)| **code != rule.code) {
            let mut seen: Vec<&String> = vec![code];
            let mut at = 0;
            while let Some(&here) = seen.get(at) {
                seen.extend(next(here).into_iter().filter(|c| !seen.contains(c)).collect::<Vec<_>>());
                at += 1;
            }
            if seen.contains(&&rule.code) {
                let message = format!("`{}` and `{code}` wait for each other", rule.code);
                report.add(&rule.place.key(key).index(index), message, Some("take one of the two out".into()));
            }
        }
    }
}
