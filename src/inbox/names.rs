//! What fax servers put into file names: when it was received, from whom, and how many pages were sent.
//!
//! Every server has its own fashion, so the patterns are data of the rule pack: regular expressions with the groups `year`, `month`,
//! `day`, `hour`, `minute`, `second`, `half` (AM or PM), `sender` (the caller's number) and `pages`.

use chrono::{NaiveDate, NaiveDateTime};
use regex::{Captures, Regex, RegexBuilder};

use crate::rules::phrases::FileNamePattern;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    #[error("the file name pattern `{id}` is no regular expression: {why}")]
    Pattern { id: String, why: String },
}

/// What one file's name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileNameFacts {
    /// ISO 8601 without a zone: the fax server's own clock.
    pub received_at: Option<String>,
    pub sender: Option<String>,
    pub pages: Option<u32>,
}

/// Compiled patterns; the first that fits a name, with a time that there is, speaks.
#[derive(Clone, Debug, Default)]
pub struct FileNames(Vec<Regex>);

impl FileNames {
    pub fn new(patterns: &[FileNamePattern]) -> Result<FileNames, FileNameError> {
        let compile = |pattern: &FileNamePattern| {
            let regex = RegexBuilder::new(&pattern.pattern).case_insensitive(true).size_limit(1 << 20).build();
            regex.map_err(|error| FileNameError::Pattern { id: pattern.id.clone(), why: error.to_string() })
        };
        patterns.iter().map(compile).collect::<Result<_, _>>().map(FileNames)
    }

    /// What `file_name`, without its folders, says.
    pub fn facts(&self, file_name: &str) -> FileNameFacts {
        for regex in &self.0 {
            let Some(found) = regex.captures(file_name) else { continue };
            let received = parts(&found);
            // Digits that make no date are a number.
            if received.is_none() && found.name("month").is_some() {
                continue;
            }
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
        FileNames::new(&crate::rules::phrases::PhraseBook::builtin().arrivals.file_names).unwrap()
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
        let facts =
            names().facts("ct12065772972-20090226112513028-321-1_02262009 800 PM_12063745000_12065772972_3.tif");
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
    fn a_bad_pattern_is_told_by_its_id() {
        let bad = [FileNamePattern { id: "ours".into(), pattern: "(".into() }];
        let FileNameError::Pattern { id, .. } = FileNames::new(&bad).unwrap_err();
        assert_eq!(id, "ours");
    }
}
