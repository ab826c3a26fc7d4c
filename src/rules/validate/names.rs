//! Names: every name that is used is given somewhere, and given once.

use super::Report;
use crate::rules::checks::NameSort;
use crate::rules::problem::name_hint;
use crate::rules::rule::Rule;
use crate::rules::settings::RequestScope;
use crate::rules::source::Place;
use crate::rules::status::READ_COLUMNS;
use crate::rules::{FormDefinition, FormPurpose, Pack};

const NO_FIELD_AT_ALL: &str = "no form has a field";
const NO_REASON: &str = "there is no reason";
const NO_FORMAT: &str = "there is no format";
const NO_NOTICE: &str = "there is no kind of notice";
const NO_WORDING: &str = "there is no wording";
const NO_CODE: &str = "no rule gives the code";
const NO_COLUMN: &str = "no column of the queue that is read is called";
const NO_FORM: &str = "there is no form";
const NO_FIELD: &str = "no form of these requests has a field";
const NO_CHOICE: &str = "no form of these requests has a group of boxes";

pub(super) fn check(pack: &Pack, report: &mut Report<'_>) {
    given_once(pack, report);
    settings(pack, report);
    for rule in &pack.rules {
        applies_to(pack, rule, report);
        parameters(pack, rule, report);
        codes(pack, rule, report);
    }
    for (index, form) in pack.forms.iter().enumerate() {
        reasons_of_form(pack, form, &report.form(index), report);
    }
}

fn given_once(pack: &Pack, report: &mut Report<'_>) {
    let mut seen: Vec<(&str, &str, Place)> = Vec::new();
    let words = pack
        .wordings
        .iter()
        .chain(&pack.inappropriate)
        .chain(&pack.notices)
        .map(|w| ("wording", w.id.as_str(), w.place.key("id")));
    let reasons = pack.reasons.iter().map(|r| ("reason", r.id.as_str(), r.place.key("id")));
    let formats = pack.formats.iter().map(|f| ("format", f.id.as_str(), f.place.key("id")));
    let forms: Vec<_> =
        pack.forms.iter().enumerate().map(|(i, f)| ("form", f.id.as_str(), report.form(i).key("id"))).collect();
    for (sort, id, place) in words.chain(reasons).chain(formats).chain(forms) {
        match seen.iter().find(|(s, i, _)| *s == sort && *i == id) {
            Some((_, _, first)) => {
                let hint = format!("the first is in {}", report.describe(first));
                report.add(&place, format!("a second {sort} with the id `{id}`"), Some(hint));
            }
            None => seen.push((sort, id, place)),
        }
    }
    for (index, form) in pack.forms.iter().enumerate() {
        let place = report.form(index);
        let fields =
            form.fields.iter().enumerate().map(|(i, f)| (f.id.as_str(), place.key("field").index(i).key("id")));
        let choices =
            form.choices.iter().enumerate().map(|(i, c)| (c.id.as_str(), place.key("choice").index(i).key("id")));
        twice(fields.chain(choices).collect(), "field", report);
        for (c, choice) in form.choices.iter().enumerate() {
            let options = place.key("choice").index(c).key("option");
            twice(
                choice.options.iter().enumerate().map(|(i, o)| (o.id.as_str(), options.index(i).key("id"))).collect(),
                "option",
                report,
            );
        }
    }
}

fn twice(ids: Vec<(&str, Place)>, sort: &str, report: &mut Report<'_>) {
    for (index, (id, place)) in ids.iter().enumerate() {
        if ids.iter().take(index).any(|(earlier, _)| earlier == id) {
            report.add(
                place,
                format!("a second {sort} with the id `{id}` on this form"),
                Some("each id stands once on a form".into()),
            );
        }
    }
}

fn settings(pack: &Pack, report: &mut Report<'_>) {
    for (index, request) in pack.requests.iter().enumerate() {
        let place = report.settings().key("request").index(index);
        for (i, column) in request.required.iter().enumerate() {
            known(column, READ_COLUMNS, NO_COLUMN, &place.key("required").index(i), report);
        }
        if let Some(form) = &request.form {
            known(form, pack.forms.iter().map(|f| f.id.as_str()), NO_FORM, &place.key("form"), report);
        }
        for (w, with) in request.with_reason.iter().enumerate() {
            let place = place.key("with_reason").index(w);
            known(&with.reason, pack.reasons.iter().map(|r| r.id.as_str()), NO_REASON, &place.key("reason"), report);
            for (i, column) in with.required.iter().enumerate() {
                known(column, READ_COLUMNS, NO_COLUMN, &place.key("required").index(i), report);
            }
        }
    }
    for field in pack.review.fields.keys() {
        let place = report.settings().key("review").key("fields").key(field);
        let fields: Vec<&str> =
            all_fields(&pack.forms.iter().collect::<Vec<_>>()).into_iter().chain(["letter_date"]).collect();
        known(field, fields, NO_FIELD_AT_ALL, &place, report);
    }
}

fn applies_to(pack: &Pack, rule: &Rule, report: &mut Report<'_>) {
    let place = rule.place.key("applies_to");
    for (i, form) in rule.applies_to.forms.iter().enumerate() {
        known(form, pack.forms.iter().map(|f| f.id.as_str()), NO_FORM, &place.key("forms").index(i), report);
    }
    for (i, reason) in rule.applies_to.reasons.iter().enumerate() {
        known(reason, pack.reasons.iter().map(|r| r.id.as_str()), NO_REASON, &place.key("reasons").index(i), report);
    }
    for (i, notice) in rule.applies_to.notices.iter().enumerate() {
        known(notice, pack.notices.iter().map(|n| n.id.as_str()), NO_NOTICE, &place.key("notices").index(i), report);
    }
}

fn parameters(pack: &Pack, rule: &Rule, report: &mut Report<'_>) {
    let place = rule.place.key("check").key(rule.check.kind());
    let forms = forms_of(pack, rule);
    for used in rule.check.names() {
        let here = place.key(used.key);
        let here = used.index.map_or(here.clone(), |index| here.index(index));
        let name = used.name.as_str();
        match used.sort {
            NameSort::Field => known(name, all_fields(&forms), NO_FIELD, &here, report),
            NameSort::Choice => {
                let choices = forms.iter().flat_map(|f| &f.choices).map(|c| c.id.as_str());
                known(name, choices, NO_CHOICE, &here, report);
            }
            NameSort::Format => known(name, pack.formats.iter().map(|f| f.id.as_str()), NO_FORMAT, &here, report),
            NameSort::Notice => known(name, pack.notices.iter().map(|n| n.id.as_str()), NO_NOTICE, &here, report),
            NameSort::Wording => {
                let wordings =
                    pack.wordings.iter().chain(&pack.inappropriate).chain(&pack.notices).map(|w| w.id.as_str());
                known(name, wordings, NO_WORDING, &here, report);
            }
        }
    }
}

fn codes(pack: &Pack, rule: &Rule, report: &mut Report<'_>) {
    for (key, list) in [("suppressed_by", &rule.suppressed_by), ("waits_for", &rule.waits_for)] {
        for (i, code) in list.iter().enumerate() {
            known(code, pack.rules.iter().map(|r| r.code.as_str()), NO_CODE, &rule.place.key(key).index(i), report);
        }
    }
}

/// Boxes of the reasons carry reason ids, on every form.
fn reasons_of_form(pack: &Pack, form: &FormDefinition, place: &Place, report: &mut Report<'_>) {
    for (c, choice) in form.choices.iter().enumerate().filter(|(_, choice)| choice.id == "reasons") {
        let options = place.key("choice").index(c).key("option");
        for (i, option) in choice.options.iter().enumerate() {
            known(
                &option.id,
                pack.reasons.iter().map(|r| r.id.as_str()),
                NO_REASON,
                &options.index(i).key("id"),
                report,
            );
        }
    }
}

/// The forms that a rule can meet.
fn forms_of<'a>(pack: &'a Pack, rule: &Rule) -> Vec<&'a FormDefinition> {
    let to = &rule.applies_to;
    let purposes: Vec<FormPurpose> = to.requests.iter().filter_map(|scope| purpose(*scope)).collect();
    let of_request = |form: &&FormDefinition| purposes.is_empty() || purposes.contains(&form.purpose);
    let named = |form: &&FormDefinition| to.forms.is_empty() || to.forms.contains(&form.id);
    pack.forms.iter().filter(of_request).filter(named).collect()
}

pub(super) fn purpose(scope: RequestScope) -> Option<FormPurpose> {
    match scope {
        RequestScope::Reassignment => Some(FormPurpose::Reassignment),
        RequestScope::Portal => Some(FormPurpose::Portal),
        RequestScope::LetterOnly | RequestScope::OtherPlan | RequestScope::NoRequest | RequestScope::Unreadable => None,
    }
}

fn all_fields<'a>(forms: &[&'a FormDefinition]) -> Vec<&'a str> {
    forms.iter().flat_map(|form| &form.fields).map(|field| field.id.as_str()).collect()
}

/// `message` begins with what is not there; where a file that may give it could not be read, nobody knows.
fn known<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    message: &str,
    place: &Place,
    report: &mut Report<'_>,
) {
    let names: Vec<&str> = names.into_iter().collect();
    let given_in: &[&str] = match message {
        NO_REASON => &["reasons.toml"],
        NO_FORMAT => &["formats.toml"],
        NO_NOTICE => &["notices.toml"],
        NO_WORDING => &["wordings.toml", "inappropriate.toml", "notices.toml"],
        NO_CODE => &["checks/"],
        NO_COLUMN => &[],
        _ => &["forms/"],
    };
    if !names.contains(&name) && given_in.iter().all(|file| report.whole(file)) {
        report.add(place, format!("{message} `{name}`"), name_hint(name, names));
    }
}
