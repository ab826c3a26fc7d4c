//! What fax servers put into file names: when it was received, from whom, and how many pages were sent.
//!
//! Every server has its own fashion, so the patterns are data of the rule pack: regular expressions with named groups.
//! `received` is parsed by `received_format`; or the groups `year`, `month`, `day`, `hour`, `minute`, `second` and `half` (AM or PM)
//! give the parts. `sender` is the caller's number, `pages` the page count.

use chrono::{NaiveDate, NaiveDateTime};
use regex::{Captures, Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One fashion of naming files, as the pack describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileNamePattern {
    /// A regular expression on the file's name without its folders; it must fit the whole name.
    pub pattern: String,
    /// How the group `received` is written, in strftime's letters: `%Y%m%d%H%M%S`.
    #[serde(default)]
    pub received_format: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    #[error("file name pattern {index} is no regular expression: {why}")]
    Pattern { index: usize, why: String },
    #[error("file name pattern {index} has a group `received` and no `received_format`: say how the time is written, such as %Y%m%d%H%M%S")]
    Format { index: usize },
}

/// What one file's name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileNameFacts {
    /// ISO 8601 without a zone: the fax server's own clock.
    pub received_at: Option<String>,
    pub sender: Option<String>,
    pub pages: Option<u32>,
}

/// Compiled patterns; the first that fits a name speaks.
#[derive(Clone, Debug, Default)]
pub struct FileNames {
    patterns: Vec<(Regex, Option<String>)>,
}

impl FileNames {
    pub fn new(patterns: &[FileNamePattern]) -> Result<FileNames, FileNameError> {
        let mut compiled = Vec::with_capacity(patterns.len());
        for (index, pattern) in patterns.iter().enumerate() {
            let regex = RegexBuilder::new(&format!("^(?:{})$", pattern.pattern))
                .case_insensitive(true)
                .dot_matches_new_line(true)
                .size_limit(1 << 20)
                .build()
                .map_err(|error| FileNameError::Pattern { index, why: error.to_string() })?;
            if regex.capture_names().flatten().any(|name| name == "received") && pattern.received_format.is_none() {
                return Err(FileNameError::Format { index });
            }
            compiled.push((regex, pattern.received_format.clone()));
        }
        Ok(FileNames { patterns: compiled })
    }

    pub fn facts(&self, file_name: &str) -> FileNameFacts {
        for (regex, format) in &self.patterns {
            let Some(found) = regex.captures(file_name) else { continue };
            let received = match format {
                Some(format) => found.name("received").and_then(|text| NaiveDateTime::parse_from_str(text.as_str(), format).ok()),
                None => parts(&found),
            };
            return FileNameFacts {
                received_at: received.map(iso),
                sender: found.name("sender").map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty()),
                pages: found.name("pages").and_then(|text| text.as_str().parse().ok()).filter(|&pages| pages > 0),
            };
        }
        FileNameFacts::default()
    }
}

fn parts(found: &Captures<'_>) -> Option<NaiveDateTime> {
    let number = |group: &str| found.name(group).and_then(|text| text.as_str().parse::<u32>().ok());
    let year = number("year").and_then(|year| i32::try_from(if year < 100 { year + 2000 } else { year }).ok())?;
    let date = NaiveDate::from_ymd_opt(year, number("month")?, number("day")?)?;
    let hour = number("hour").unwrap_or(0);
    let hour = match found.name("half").and_then(|half| half.as_str().chars().next()) {
        Some('p' | 'P') if hour < 12 => hour + 12,
        Some('a' | 'A') if hour == 12 => 0,
        _ => hour,
    };
    date.and_hms_opt(hour, number("minute").unwrap_or(0), number("second").unwrap_or(0))
}

pub(super) fn iso(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> FileNames {
        let pattern = |pattern: &str, format: Option<&str>| FileNamePattern { pattern: pattern.into(), received_format: format.map(Into::into) };
        FileNames::new(&[
            pattern(r"(?P<received>\d{14})_(?P<sender>\d{10})_\d+.*\.(?:pdf|tiff?)", Some("%Y%m%d%H%M%S")),
            pattern(
                r".+_(?P<month>\d\d)(?P<day>\d\d)(?P<year>\d{4}) (?P<hour>\d{1,2})(?P<minute>\d\d) (?P<half>[AP]M)_(?P<sender>\d+)_\d+_(?P<pages>\d+)\.tif",
                None,
            ),
            pattern(r"fax\d+\.tif", None),
        ])
        .unwrap()
    }

    #[test]
    fn a_time_and_a_number() {
        let facts = names().facts("20261120061104_8315554018_0050.pdf");
        assert_eq!(facts.received_at.as_deref(), Some("2026-11-20T06:11:04"));
        assert_eq!(facts.sender.as_deref(), Some("8315554018"));
        assert_eq!(facts.pages, None);
    }

    #[test]
    fn spaces_and_half_days() {
        let facts = names().facts("ct12065772972-20090226112513028-321-1_02262009 800 PM_12063745000_12065772972_3.tif");
        assert_eq!(facts.received_at.as_deref(), Some("2009-02-26T20:00:00"));
        assert_eq!(facts.sender.as_deref(), Some("12063745000"));
        assert_eq!(facts.pages, Some(3));
    }

    #[test]
    fn a_number_that_is_no_time_says_nothing() {
        assert_eq!(names().facts("fax000000123.tif"), FileNameFacts::default());
        assert_eq!(names().facts("20261399061104_8315554018_0050.pdf").received_at, None);
        assert_eq!(names().facts("scan\n1.tif"), FileNameFacts::default());
    }

    #[test]
    fn a_bad_pattern_is_told_by_its_place() {
        let bad = [FileNamePattern { pattern: "(".into(), received_format: None }];
        assert!(matches!(FileNames::new(&bad), Err(FileNameError::Pattern { index: 0, .. })));
        let mute = [FileNamePattern { pattern: r"(?P<received>\d+)".into(), received_format: None }];
        assert_eq!(FileNames::new(&mute).unwrap_err(), FileNameError::Format { index: 0 });
    }
}
