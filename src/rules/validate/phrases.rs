//! Words: none is empty, and none means two things.

use super::Report;
use crate::rules::Pack;
use crate::rules::mention::Folded;
use crate::rules::source::Place;
use crate::rules::words::Languages;

pub(super) fn check(pack: &Pack, report: &mut Report<'_>) {
    empty(pack, report);
    reasons(pack, report);
    options(pack, report);
    titles(pack, report);
}

/// All phrases of a list with their places.
fn phrases<'a>(list: &'a Languages, place: &Place) -> Vec<(&'a str, Place)> {
    let languages = list.iter().map(|(language, phrases)| (place.key(language), phrases));
    languages
        .flat_map(|(place, phrases)| {
            phrases.iter().enumerate().map(move |(i, p)| (p.as_str(), place.index(i))).collect::<Vec<_>>()
        })
        .collect()
}

fn empty(pack: &Pack, report: &mut Report<'_>) {
    let mut all: Vec<(&str, Place)> = Vec::new();
    for reason in &pack.reasons {
        all.extend(phrases(&reason.labels, &reason.place.key("labels")));
        all.extend(phrases(&reason.narrative, &reason.place.key("narrative")));
        if reason.labels.values().all(Vec::is_empty) {
            report.add(
                &reason.place.key("labels"),
                format!("reason `{}` has no label", reason.id),
                Some("give the words printed on the form".into()),
            );
        }
    }
    for wording in pack.wordings.iter().chain(&pack.inappropriate).chain(&pack.notices) {
        for (key, list) in
            [("phrases", &wording.phrases), ("in_passing", &wording.in_passing), ("unless", &wording.unless)]
        {
            all.extend(phrases(list, &wording.place.key(key)));
        }
        if wording.phrases.values().all(Vec::is_empty) {
            report.add(
                &wording.place.key("phrases"),
                format!("`{}` has no phrase", wording.id),
                Some("a check on it could never find anything".into()),
            );
        }
    }
    for (index, form) in pack.forms.iter().enumerate() {
        let place = report.form(index);
        let list = |texts: &'_ [String], place: Place| {
            texts.iter().enumerate().map(|(i, t)| (t.clone(), place.index(i))).collect::<Vec<_>>()
        };
        let mut printed = list(&form.titles, place.key("titles"));
        if form.titles.is_empty() {
            report.add(
                &place.key("titles"),
                format!("form `{}` has no title", form.id),
                Some("without one its pages cannot be told from others".into()),
            );
        }
        for (i, field) in form.fields.iter().enumerate() {
            let labels = place.key("field").index(i).key("labels");
            printed.extend(list(&field.labels, labels.clone()));
            if field.labels.is_empty() {
                report.add(
                    &labels,
                    format!("field `{}` has no label", field.id),
                    Some("a field is found by its label".into()),
                );
            }
        }
        for (c, choice) in form.choices.iter().enumerate() {
            for (o, option) in choice.options.iter().enumerate() {
                let labels = place.key("choice").index(c).key("option").index(o).key("labels");
                printed.extend(list(&option.labels, labels.clone()));
                if option.labels.is_empty() {
                    report.add(
                        &labels,
                        format!("option `{}` has no label", option.id),
                        Some("a box is found by its label".into()),
                    );
                }
            }
        }
        for (text, place) in printed {
            no_letters(&text, &place, report);
        }
    }
    for (text, place) in all {
        no_letters(text, &place, report);
    }
}

fn no_letters(text: &str, place: &Place, report: &mut Report<'_>) {
    if !text.chars().any(char::is_alphanumeric) {
        report.add(place, "these words are empty", Some("take the entry out, or write what is printed".into()));
    }
}

/// Words of one reason that another reason, or an inappropriate one, would find.
fn reasons(pack: &Pack, report: &mut Report<'_>) {
    let words: Vec<Vec<(&str, Folded<'_>)>> = pack
        .reasons
        .iter()
        .map(|reason| {
            reason
                .labels
                .values()
                .chain(reason.narrative.values())
                .flatten()
                .map(|text| (text.as_str(), Folded::new(text)))
                .collect()
        })
        .collect();
    let fit = |index: usize, phrase: &str| {
        words[index].iter().find(|(_, text)| !text.find(phrase, true).is_empty()).map(|(text, _)| *text)
    };
    for index in 0..pack.reasons.len() {
        for other in (0..pack.reasons.len()).filter(|other| *other != index) {
            for (phrase, place) in phrases(&pack.reasons[index].narrative, &pack.reasons[index].place.key("narrative"))
            {
                if let Some(found) = fit(other, phrase) {
                    let message = format!(
                        "the words \"{phrase}\" of `{}` also fit \"{found}\" of `{}`",
                        pack.reasons[index].id, pack.reasons[other].id
                    );
                    report.add(&place, message, Some("make the words longer, so that they name one reason".into()));
                }
            }
            if other < index {
                let labels = phrases(&pack.reasons[other].labels, &pack.reasons[other].place.key("labels"));
                for (label, place) in phrases(&pack.reasons[index].labels, &pack.reasons[index].place.key("labels")) {
                    if labels.iter().any(|(l, _)| same(l, label)) {
                        let message = format!("the label \"{label}\" is also a label of `{}`", pack.reasons[other].id);
                        report.add(&place, message, Some("a label names one reason".into()));
                    }
                }
            }
        }
    }
    for wording in &pack.inappropriate {
        for (phrase, place) in phrases(&wording.phrases, &wording.place.key("phrases")) {
            for index in 0..pack.reasons.len() {
                if let Some(found) = fit(index, phrase) {
                    let message = format!(
                        "the words \"{phrase}\" of an inappropriate reason also fit \"{found}\" of `{}`",
                        pack.reasons[index].id
                    );
                    report.add(
                        &place,
                        message,
                        Some(
                            "an office that names an appropriate reason would be warned of: make the words longer"
                                .into(),
                        ),
                    );
                }
            }
        }
    }
}

/// Labels that two options of a group share.
fn options(pack: &Pack, report: &mut Report<'_>) {
    for (index, form) in pack.forms.iter().enumerate() {
        let place = report.form(index);
        for (c, choice) in form.choices.iter().enumerate() {
            let options = place.key("choice").index(c).key("option");
            let labels: Vec<(usize, &String, Place)> = choice
                .options
                .iter()
                .enumerate()
                .flat_map(|(o, option)| {
                    let place = options.index(o).key("labels");
                    option
                        .labels
                        .iter()
                        .enumerate()
                        .map(move |(i, label)| (o, label, place.index(i)))
                        .collect::<Vec<_>>()
                })
                .collect();
            for (at, (option, label, place)) in labels.iter().enumerate() {
                if let Some((other, _, _)) = labels.iter().take(at).find(|(o, l, _)| o != option && same(l, label)) {
                    let message = format!("the label \"{label}\" is also a label of `{}`", choice.options[*other].id);
                    report.add(place, message, Some("a label names one box of a group".into()));
                }
            }
        }
    }
}

/// Titles that two forms share.
fn titles(pack: &Pack, report: &mut Report<'_>) {
    for (index, form) in pack.forms.iter().enumerate() {
        let place = report.form(index).key("titles");
        for other in pack.forms.iter().take(index) {
            for (i, title) in
                form.titles.iter().enumerate().filter(|(_, title)| other.titles.iter().any(|t| same(t, title)))
            {
                let message = format!("the title \"{title}\" is also a title of form `{}`", other.id);
                report.add(&place.index(i), message, Some("a title tells one form from the others".into()));
            }
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    Folded::new(a).letters() == Folded::new(b).letters()
}
