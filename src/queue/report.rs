//! report.html: the queue for people who would rather look than read.
//!
//! One file that loads nothing from outside. Every value is escaped by the template; the page's own policy forbids the rest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use askama::Template;
use chrono::NaiveDate;

use super::records::Record;
use super::row::Row;
use crate::answer::{Answer, Reading};

#[derive(Template)]
#[template(path = "report.html")]
struct Report<'a> {
    as_of: NaiveDate,
    rules_version: &'a str,
    statuses: Vec<Count<'a>>,
    deficiencies: Vec<Count<'a>>,
    entries: Vec<Entry<'a>>,
}

struct Count<'a> {
    name: &'a str,
    number: usize,
    /// Percent of the largest count.
    share: usize,
}

struct Entry<'a> {
    row: &'a Row,
    codes: String,
    fields: Vec<Field<'a>>,
    rules: Vec<RuleLine<'a>>,
}

struct Field<'a> {
    name: &'a str,
    value: String,
    raw: &'a str,
    sure: u8,
    page: u32,
    unsure: bool,
}

struct RuleLine<'a> {
    code: &'a str,
    answer: &'static str,
    note: &'a str,
    cite: &'a str,
}

/// Writes the report of `records`, urgent requests first.
///
/// # Errors
/// The writer fails.
pub fn write_report<W: Write>(mut out: W, records: &[Record], as_of: NaiveDate) -> io::Result<()> {
    let mut ordered: Vec<&Record> = records.iter().collect();
    ordered.sort_by_key(|record| record.row.priority != "urgent");
    let report = Report {
        as_of,
        rules_version: records.first().map_or("", |record| record.row.rules_version.as_str()),
        statuses: counts(records.iter().map(|record| record.row.status.as_str())),
        deficiencies: counts(records.iter().flat_map(|record| record.row.deficiencies.iter().map(String::as_str))),
        entries: ordered.into_iter().map(entry).collect(),
    };
    out.write_all(report.render().map_err(io::Error::other)?.as_bytes())
}

fn counts<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Count<'a>> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *numbers.entry(name).or_default() += 1;
    }
    let most = numbers.values().copied().max().unwrap_or(1);
    let mut counts: Vec<Count<'_>> =
        numbers.into_iter().map(|(name, number)| Count { name, number, share: number * 100 / most }).collect();
    counts.sort_by(|a, b| b.number.cmp(&a.number).then(a.name.cmp(b.name)));
    counts
}

fn entry(record: &Record) -> Entry<'_> {
    let row = &record.row;
    // What the queue masks stays masked here.
    let masked = |field: &str| field == "member_id" && row.is_masked();
    let mut fields: Vec<Field<'_>> = record
        .request
        .fields
        .iter()
        .map(|field| Field {
            name: &field.field,
            value: match &field.reading {
                _ if masked(&field.field) => "(masked)".to_owned(),
                Reading::Blank => "(blank)".to_owned(),
                Reading::Read(value) => value.to_column(),
                Reading::Unreadable => "(unreadable)".to_owned(),
            },
            raw: if masked(&field.field) { "" } else { &field.raw },
            sure: field.confidence.percent(),
            page: field.page,
            unsure: row.review_fields.contains(&field.field),
        })
        .collect();
    fields.sort_by_key(|field| (!field.unsure, field.sure));
    let rules = record.findings.iter().filter_map(|finding| {
        let answer = match finding.answer {
            Answer::Met => return None,
            Answer::NotMet => "not met",
            Answer::CannotTell => "cannot tell",
        };
        Some(RuleLine { code: &finding.code, answer, note: &finding.note, cite: &finding.cite })
    });
    let codes = [row.deficiencies.join(", "), row.warnings.join(", ")];
    Entry {
        row,
        codes: codes.iter().filter(|c| !c.is_empty()).cloned().collect::<Vec<_>>().join(", "),
        fields,
        rules: rules.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_a_script_stays_text() {
        let report = Report {
            as_of: NaiveDate::default(),
            rules_version: "<script>alert(1)</script>",
            statuses: counts(["complete", "review", "complete"].into_iter()),
            deficiencies: Vec::new(),
            entries: Vec::new(),
        };
        let html = report.render().unwrap();
        assert!(!html.contains("<script>alert(1)"));
        assert!(html.contains("default-src 'none'"));
    }

    #[test]
    fn the_most_frequent_comes_first() {
        let counts = counts(["b", "a", "b"].into_iter());
        assert_eq!((counts[0].name, counts[0].number, counts[0].share), ("b", 2, 100));
        assert_eq!((counts[1].name, counts[1].number, counts[1].share), ("a", 1, 50));
    }
}
