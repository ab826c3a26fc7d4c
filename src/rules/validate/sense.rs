//! Sense: numbers in their ranges, sentences and sources present, placeholders that the check fills.

use super::Report;
use crate::rules::Pack;
use crate::rules::problem::name_hint;
use crate::rules::rule::Rule;

pub(super) fn check(pack: &Pack, report: &mut Report<'_>) {
    settings(pack, report);
    for rule in &pack.rules {
        sentences(rule, report);
        placeholders(rule, report);
        for (key, message) in rule.check.mistakes() {
            report.add(&rule.place.key("check").key(rule.check.kind()).key(key), message, None);
        }
    }
    for reason in pack.reasons.iter().filter(|reason| reason.cite.trim().is_empty()) {
        report.add(
            &reason.place.key("cite"),
            format!("reason `{}` cites nothing", reason.id),
            Some("name the step of the procedure".into()),
        );
    }
    for wording in pack.inappropriate.iter().chain(&pack.notices) {
        if wording.cite.as_ref().is_none_or(|cite| cite.trim().is_empty()) {
            let hint = "name the step of the procedure or the section of the agreement".to_owned();
            report.add(&wording.place.key("cite"), format!("`{}` cites nothing", wording.id), Some(hint));
        }
    }
}

fn settings(pack: &Pack, report: &mut Report<'_>) {
    let place = report.settings();
    let shares = [
        ("review", "threshold", pack.review.threshold),
        ("review", "text_threshold", pack.review.text_threshold),
        ("review", "page_threshold", pack.review.page_threshold),
        ("review", "page_kind_threshold", pack.review.page_kind_threshold),
        ("marks", "unchecked_below", pack.marks.unchecked_below),
        ("marks", "checked_above", pack.marks.checked_above),
        ("marks", "threshold", pack.marks.threshold),
        ("roster", "name_similarity", pack.roster.name_similarity),
    ];
    for (table, key, value) in shares {
        share(value, &place.key(table).key(key), key, report);
    }
    for (field, value) in &pack.review.fields {
        share(*value, &place.key("review").key("fields").key(field), field, report);
    }
    if pack.marks.unchecked_below >= pack.marks.checked_above {
        let message = "`unchecked_below` is not below `checked_above`: no mark would be unsure";
        report.add(
            &place.key("marks").key("unchecked_below"),
            message,
            Some("leave a band between a blank box and a mark".into()),
        );
    }
    for (key, text) in [("id", &pack.id), ("version", &pack.version), ("title", &pack.title)] {
        if text.trim().is_empty() {
            report.add(
                &place.key(key),
                format!("the pack has no {key}"),
                Some("it stands in every row of the queue".into()),
            );
        }
    }
    if pack.received.order.is_empty() {
        report.add(
            &place.key("received").key("order"),
            "no source of the time of receipt",
            Some("name at least \"file-time\"".into()),
        );
    }
    if pack.letters.notices.is_empty() {
        report.add(
            &place.key("letters").key("notices"),
            "no letter would count as notice",
            Some("name the kinds that do".into()),
        );
    }
}

fn share(value: f32, place: &crate::rules::source::Place, name: &str, report: &mut Report<'_>) {
    if !(0.0..=1.0).contains(&value) {
        report.add(
            place,
            format!("`{name}` is {value}, and shares run from 0 to 1"),
            Some("75 % is written 0.75".into()),
        );
    }
}

fn sentences(rule: &Rule, report: &mut Report<'_>) {
    for (key, text, hint) in [
        ("note", &rule.note, "say in one plain English sentence what is wrong: the office and the queue read it"),
        ("cite", &rule.cite, "name the step of the procedure or the section of the agreement: an auditor asks"),
        ("id", &rule.id, "give the rule a name of its own"),
        ("code", &rule.code, "the queue shows the code"),
    ] {
        if text.trim().is_empty() {
            report.add(&rule.place.key(key), format!("rule `{}` has no {key}", rule.id), Some(hint.to_owned()));
        }
    }
    for (key, text) in [("id", &rule.id), ("code", &rule.code)] {
        if text.chars().any(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')) {
            let hint = "small letters, digits and hyphens: the queue separates codes with semicolons".to_owned();
            report.add(&rule.place.key(key), format!("`{text}` is no {key}"), Some(hint));
        }
    }
}

fn placeholders(rule: &Rule, report: &mut Report<'_>) {
    let place = rule.place.key("note");
    let mut rest = rule.note.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            report.add(&place, "a `{` without its `}`", Some("a placeholder is written {name}".into()));
            return;
        };
        if !rule.check.values().contains(&name) {
            let message = format!("the check `{}` has no value `{{{name}}}`", rule.check.kind());
            let hint = match rule.check.values() {
                [] => Some("this check has no values".to_owned()),
                values => name_hint(name, values.iter().copied()),
            };
            report.add(&place, message, hint);
        }
        rest = after;
    }
}
