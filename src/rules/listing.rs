//! The rules for people: a list for the terminal, and the page that a compliance officer reads.

use chrono::NaiveDate;

use super::rule::{AppliesTo, InForce, Rule};
use super::settings::RequestScope;
use super::{Pack, Severity};

/// The rules in force on a day, one a line: code, severity, dates, rule and source.
pub fn list(pack: &Pack, as_of: NaiveDate) -> String {
    let rules = pack.rules_on(as_of);
    let width = |cell: &dyn Fn(&Rule) -> String| rules.iter().map(|r| cell(r).chars().count()).max().unwrap_or(0);
    let (codes, ids) = (width(&|r| r.code.clone()), width(&|r| r.id.clone()));
    let mut text = format!("{}, {} rules in force on {as_of}\n\n", pack.rules_version(), rules.len());
    for rule in rules {
        let dates = dates(&rule.in_force);
        text.push_str(&format!(
            "{:<codes$}  {:<10}  {:<24}  {:<ids$}  {}\n",
            rule.code,
            severity(rule.severity),
            dates,
            rule.id,
            rule.cite
        ));
    }
    text
}

/// All rules as a Markdown page, grouped as the pack's files are.
pub fn docs(pack: &Pack) -> String {
    let mut text = format!(
        "# The rules of {}\n\n{}\n\nPack `{}`, version {}. This page is written from the pack: change the rules, not the page.\n\n\
         Every rule answers *met*, *not met* or *cannot tell*. A deficiency sends the request back, a warning is for a person to judge, a note \
         is for information. What cannot be told is looked at on the image and is neither a pass nor a failure.\n",
        pack.plan.name, pack.title, pack.id, pack.version
    );
    text.push_str("\n## Reasons\n\n| reason | | source |\n| --- | --- | --- |\n");
    for reason in &pack.reasons {
        text.push_str(&format!("| `{}` | {} | {} |\n", reason.id, cell(&reason.title), cell(&reason.cite)));
    }
    text.push_str("\nNobody may ask because:\n\n");
    for wording in &pack.inappropriate {
        text.push_str(&format!("- {} ({})\n", wording.title, wording.cite.as_deref().unwrap_or_default()));
    }
    let mut heading = None;
    for rule in &pack.rules {
        let file = pack.files().get(rule.place.file).map_or("", |file| file.path.as_str());
        if heading != Some(file) {
            text.push_str(&format!("\n## {}\n", title(file)));
            heading = Some(file);
        }
        text.push_str(&entry(pack, rule));
    }
    text
}

fn entry(pack: &Pack, rule: &Rule) -> String {
    let mut text = format!("\n### {}: {}\n\n", rule.code, rule.id);
    text.push_str(&format!("> {}\n\n", rule.note));
    text.push_str(&format!("- Demands: {}\n", rule.check.describe(pack)));
    text.push_str(&format!("- If not: {}\n", consequence(rule)));
    text.push_str(&format!("- About: {}\n", about(&rule.applies_to)));
    text.push_str(&format!("- In force: {}\n", dates(&rule.in_force)));
    for (words, codes) in
        [("Says nothing when given", &rule.suppressed_by), ("Cannot be failed while open", &rule.waits_for)]
    {
        if !codes.is_empty() {
            text.push_str(&format!("- {words}: {}\n", codes.join(", ")));
        }
    }
    text.push_str(&format!("- Source: {}\n", rule.cite));
    text
}

fn consequence(rule: &Rule) -> String {
    let mut words = severity(rule.severity).to_owned();
    if rule.stands_alone {
        words.push_str(", and no other rule says anything");
    }
    if let Some(status) = rule.status {
        words.push_str(&format!("; status {}", status.name()));
    }
    if let Some(priority) = rule.priority {
        words.push_str(&format!("; priority {}", priority.name()));
    }
    words
}

fn about(to: &AppliesTo) -> String {
    let mut parts: Vec<String> = Vec::new();
    let kinds: Vec<&str> = to.requests.iter().map(|scope| request(*scope)).collect();
    parts.push(if kinds.is_empty() { "everything that comes".to_owned() } else { kinds.join(", ") });
    for (words, list) in [("on the form", &to.forms), ("with reason", &to.reasons), ("of kind", &to.notices)] {
        if !list.is_empty() {
            parts.push(format!("{words} {}", list.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")));
        }
    }
    if !to.attachments.is_empty() {
        parts.push(format!(
            "with {} attached",
            to.attachments.iter().map(|a| a.name()).collect::<Vec<_>>().join(" or ")
        ));
    }
    match to.roster {
        Some(true) => parts.push("when a roster was given".to_owned()),
        Some(false) => parts.push("when no roster was given".to_owned()),
        None => {}
    }
    parts.join(", ")
}

fn request(scope: RequestScope) -> &'static str {
    match scope {
        RequestScope::Reassignment => "reassignment requests",
        RequestScope::LetterOnly => "letters without a form",
        RequestScope::OtherPlan => "other plans' forms",
        RequestScope::Portal => "portal forms and notices",
        RequestScope::NoRequest => "files without a request",
        RequestScope::Unreadable => "files that cannot be read",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Deficiency => "deficiency",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn dates(in_force: &InForce) -> String {
    match in_force.to {
        Some(to) => format!("{} to {}", in_force.from.0, to.0),
        None => format!("from {}", in_force.from.0),
    }
}

/// `checks/20-member.toml` is "Member".
fn title(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
    let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').replace('-', " ");
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{BUILTIN, day};

    #[test]
    fn the_committed_page_of_rules_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
        let page = docs(&BUILTIN);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "docs/rules.md is stale: run the tests once with UPDATE_EXPECTED=1 and commit it");
    }

    #[test]
    fn the_list_shows_what_is_in_force_and_nothing_before_the_first_day() {
        let listed = list(&BUILTIN, day("2026-11-21"));
        assert!(listed.starts_with("alliance-reassignment 2026.11, "), "{listed}");
        assert!(
            listed.lines().any(|line| line.starts_with("missed-appointments-span ") && line.contains("deficiency"))
        );
        assert!(list(&BUILTIN, day("2025-04-30")).contains(" 0 rules in force"));
    }
}
