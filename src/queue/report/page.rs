//! The HTML around the data, and the policy that lets nothing else in.

use std::collections::BTreeSet;
use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::data::{Data, Since};
use crate::queue::Record;
use crate::rules::Pack;

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// What a report shows besides the records.
pub struct Report<'a> {
    pub records: &'a [Record],
    pub pack: &'a Pack,
    pub as_of: NaiveDate,
    /// Paths of the pictures that are there, below the report's folder.
    pub images: &'a BTreeSet<String>,
    /// Ids of the requests that are no copies.
    pub originals: BTreeSet<&'a str>,
    /// The night before, when a ledger remembers one.
    pub since: Option<&'a Since>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    as_of: NaiveDate,
    policy: String,
    style: &'a str,
    script: &'a str,
    data: String,
}

/// Writes the report.
///
/// # Errors
/// The writer fails.
pub fn write_report<W: Write>(mut out: W, report: &Report<'_>) -> io::Result<()> {
    let data = serde_json::to_string(&Data::of(report)).map_err(io::Error::other)?;
    let page =
        Page { as_of: report.as_of, policy: policy(), style: STYLE, script: SCRIPT, data: harmless_in_script(&data) };
    out.write_all(page.render().map_err(io::Error::other)?.as_bytes())
}

/// Nothing is loaded but pictures beside the report; only this script and this style may run, told by their hashes.
fn policy() -> String {
    let hash = |text: &str| BASE64.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; img-src 'self' file:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// JSON that cannot end the element it stands in: in JSON these characters only stand inside strings, where an escape means the same.
fn harmless_in_script(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let json = serde_json::to_string("</script><script>alert(1)</script><!-- & \u{2028}").unwrap();
        let text = harmless_in_script(&json);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), serde_json::from_str::<String>(&json).unwrap());
    }

    #[test]
    fn the_policy_allows_this_script_and_no_other() {
        let pack = Pack::builtin().unwrap();
        let images = BTreeSet::new();
        let report = Report {
            records: &[],
            pack: &pack,
            as_of: NaiveDate::default(),
            images: &images,
            originals: BTreeSet::new(),
            since: None,
        };
        let mut html = Vec::new();
        write_report(&mut html, &report).unwrap();
        let html = String::from_utf8(html).unwrap();
        assert!(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"), "{html}");
        assert!(!html.contains("unsafe-inline"));
        // What is hashed must stand there as it is, or the browser runs nothing.
        assert!(html.contains(&format!("<script>{SCRIPT}</script>")));
        assert!(html.contains(&format!("<style>{STYLE}</style>")));
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("innerHTML"), "values become text, never markup");
    }
}
