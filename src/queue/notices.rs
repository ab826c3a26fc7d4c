//! Notices to offices: for each deficient request one page that says what is missing and where to send it.
//!
//! The words are the pack's. Of the member a notice names what the office needs to find the request and no more: initials and the end of
//! the ID.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use super::records::Record;
use super::row::Row;
use crate::rules::{OfficeNotice, Pack, Plan};

const STYLE: &str = include_str!("../../templates/notice.css");

/// Characters of the ID that are shown.
const ID_END: usize = 4;

/// Columns of a line of the plain text.
const LINE: usize = 76;

/// One notice, printable and as plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub request_id: String,
    pub html: String,
    pub text: String,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    words: &'a OfficeNotice,
    plan: &'a Plan,
    facts: Vec<(&'a str, String)>,
    opening: String,
    send: String,
    questions: String,
    items: Vec<Item<'a>>,
}

struct Item<'a> {
    note: &'a str,
    ask: Option<&'a str>,
    cite: &'a str,
}

/// The notices of all requests that go back, in the order of the queue.
///
/// # Errors
/// The template cannot be filled.
pub fn notices(records: &[Record], pack: &Pack) -> Result<Vec<Notice>, askama::Error> {
    let mut seen = BTreeSet::new();
    records
        .iter()
        .filter(|record| record.row.status == "deficient" && seen.insert(&record.row.request_id))
        .map(|record| notice(record, pack))
        .collect()
}

fn notice(record: &Record, pack: &Pack) -> Result<Notice, askama::Error> {
    let words = &pack.office_notice;
    let row = &record.row;
    let hash = BASE64.encode(Sha256::digest(STYLE.as_bytes()));
    let mut said = BTreeSet::new();
    let page = Page {
        policy: format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"),
        style: STYLE,
        words,
        plan: &pack.plan,
        facts: facts(row, words),
        opening: fill(&words.opening, record, pack),
        send: fill(&words.send, record, pack),
        questions: fill(&words.questions, record, pack),
        items: record
            .findings
            .iter()
            .filter(|finding| finding.is_deficiency() && said.insert(&finding.note))
            .map(|finding| Item { note: &finding.note, ask: words.ask(&finding.code), cite: &finding.cite })
            .collect(),
    };
    Ok(Notice { request_id: row.request_id.clone(), html: page.render()?, text: as_text(&page) })
}

fn facts<'a>(row: &Row, words: &'a OfficeNotice) -> Vec<(&'a str, String)> {
    let labels = &words.labels;
    let known = |text: &str| if text.is_empty() { labels.not_known.clone() } else { text.to_owned() };
    vec![
        (labels.to.as_str(), known(&row.provider_name)),
        (labels.fax.as_str(), known(&row.provider_fax)),
        (labels.received.as_str(), known(&received(row))),
        (labels.member.as_str(), known(&member(row, words))),
        (labels.reference.as_str(), row.request_id.clone()),
    ]
}

/// `M. R., ID ends in 567A`: enough for the office to find its own request, of no use to anybody else.
fn member(row: &Row, words: &OfficeNotice) -> String {
    let initials: Vec<String> = row
        .member_name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphabetic()))
        .map(|first| format!("{}.", first.to_uppercase()))
        .collect();
    let id: Vec<char> = row.member_id.chars().filter(|c| c.is_alphanumeric()).collect();
    // The end of a short id would be nearly all of it.
    let end: String = if id.len() > 2 * ID_END { id[id.len() - ID_END..].iter().collect() } else { String::new() };
    let mut parts = Vec::new();
    if !initials.is_empty() {
        parts.push(initials.join(" "));
    }
    if !end.is_empty() {
        parts.push(format!("{} {end}", words.labels.id_ends));
    }
    parts.join(", ")
}

fn received(row: &Row) -> String {
    let (day, time) = row.received_at.split_once('T').unwrap_or((&row.received_at, ""));
    format!("{day} {}", time.chars().take(5).collect::<String>()).trim().to_owned()
}

fn fill(sentence: &str, record: &Record, pack: &Pack) -> String {
    let labels = &pack.office_notice.labels;
    let pages = record.request.pages.len();
    let received = received(&record.row);
    sentence
        .replace("{received}", if received.is_empty() { &labels.not_known } else { &received })
        .replace("{pages}", &format!("{pages} {}", if pages == 1 { &labels.page } else { &labels.pages }))
        .replace("{plan}", &pack.plan.name)
        .replace("{department}", &pack.plan.department)
        .replace("{fax}", &pack.plan.fax)
        .replace("{phone}", &pack.plan.phone)
}

fn as_text(page: &Page<'_>) -> String {
    let mut text = String::new();
    let mut paragraph = |first: &str, words: &str| {
        text.push_str(&wrapped(first, words));
        text.push('\n');
    };
    paragraph("", &page.plan.name);
    paragraph("", &page.plan.department);
    page.plan.address.iter().for_each(|line| paragraph("", line));
    paragraph("", "");
    paragraph("", &page.words.title.to_uppercase());
    paragraph("", "");
    for (name, value) in &page.facts {
        paragraph(&format!("{name}: "), value);
    }
    paragraph("", "");
    paragraph("", &page.opening);
    paragraph("", "");
    paragraph("", &page.words.missing);
    for (number, item) in (1..).zip(&page.items) {
        paragraph("", "");
        let sentence = [item.note, item.ask.unwrap_or_default()].join(" ");
        paragraph(&format!("{number}. "), sentence.trim());
        paragraph("   ", &format!("({}: {})", page.words.labels.step, item.cite));
    }
    paragraph("", "");
    paragraph("", &format!("{} {}", page.send, page.questions));
    paragraph("", "");
    paragraph("", &page.words.closing);
    paragraph("", "");
    paragraph("", &page.words.confidential);
    text
}

/// Words in lines of [`LINE`] characters behind `first`, further lines as far in. Control characters of a reading become spaces.
fn wrapped(first: &str, words: &str) -> String {
    let indent = " ".repeat(first.chars().count());
    let mut lines = vec![first.to_owned()];
    let plain = words.replace(char::is_control, " ");
    for word in plain.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > indent.len() && line + 1 + word.chars().count() > LINE {
            lines.push(indent.clone());
        }
        if let Some(line) = lines.last_mut() {
            if line.chars().count() > indent.len() {
                line.push(' ');
            }
            let _ = write!(line, "{word}");
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, id: &str) -> Row {
        Row { member_name: name.to_owned(), member_id: id.to_owned(), ..Row::default() }
    }

    #[test]
    fn of_the_member_only_initials_and_the_end_of_the_id_are_named() {
        let words = Pack::builtin().unwrap().office_notice;
        assert_eq!(member(&row("María Peña-Ruiz", "91234567A"), &words), "M. P., ID ends in 567A");
        assert_eq!(member(&row("", "1234"), &words), "", "four characters of four would be the whole ID");
    }

    #[test]
    fn text_is_wrapped_behind_its_number() {
        let long = "word ".repeat(30);
        let text = wrapped("12. ", &long);
        assert!(text.lines().all(|line| line.chars().count() <= LINE));
        assert!(text.lines().skip(1).all(|line| line.starts_with("    word")), "{text}");
        assert_eq!(wrapped("", "a\u{1b}[2Jb"), "a [2Jb");
    }
}
