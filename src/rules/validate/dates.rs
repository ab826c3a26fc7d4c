//! Dates: the versions of one rule adjoin, so that on every day one of them and only one is in force.

use std::collections::BTreeMap;

use super::Report;
use crate::rules::Pack;
use crate::rules::rule::Rule;

pub(super) fn check(pack: &Pack, report: &mut Report<'_>) {
    let mut versions: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in &pack.rules {
        versions.entry(&rule.id).or_default().push(rule);
        if let Some(to) = rule.in_force.to
            && to < rule.in_force.from
        {
            let message = format!("`{}` ends on {} before it begins on {}", rule.id, to.0, rule.in_force.from.0);
            report.add(&rule.place.key("in_force").key("to"), message, Some("`to` is the last day in force".into()));
        }
    }
    for (id, mut versions) in versions {
        versions.sort_by_key(|rule| rule.in_force.from);
        for (earlier, later) in versions.iter().zip(versions.iter().skip(1)) {
            adjoin(id, earlier, later, report);
            if earlier.code != later.code {
                let hint = format!(
                    "the other version is in {}; a rule of another code has another id",
                    report.describe(&earlier.place)
                );
                report.add(
                    &later.place.key("code"),
                    format!("two versions of `{id}` give different codes"),
                    Some(hint),
                );
            }
        }
    }
}

fn adjoin(id: &str, earlier: &Rule, later: &Rule, report: &mut Report<'_>) {
    let from = later.in_force.from.0;
    let next = earlier.in_force.to.map(|to| to.0.succ_opt().unwrap_or(to.0));
    let place = later.place.key("in_force").key("from");
    let other = report.describe(&earlier.place);
    match next {
        Some(next) if next == from => {}
        Some(next) if next < from => {
            let message = format!("no version of `{id}` is in force from {next} to the day before {from}");
            report.add(&place, message, Some(format!("let this one begin on {next}, or the one in {other} end later")));
        }
        _ => {
            let message = format!("two versions of `{id}` are in force on {from}");
            let end = from.pred_opt().unwrap_or(from);
            report.add(
                &place,
                message,
                Some(format!("let the one in {other} end with to = {end}, or give one of them another id")),
            );
        }
    }
}
