//! corrections.csv: line by line, each checked before anything is applied.

use std::collections::{BTreeMap, BTreeSet};

use super::value::{self, Target};
use super::{Correction, Corrections};
use crate::rules::Pack;

/// The columns of corrections.csv.
pub const HEADER: [&str; 4] = ["request_id", "column", "value", "remark"];

/// Why corrections cannot be applied. No message holds a value: it may be a person's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("corrections, line {line}: {message}")]
pub struct CorrectionError {
    /// 1-based; the header is line 1.
    pub line: usize,
    pub message: String,
    pub hint: String,
}

impl CorrectionError {
    pub(super) fn new(line: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        CorrectionError { line, message: message.into(), hint: hint.into() }
    }
}

impl Corrections {
    /// Reads the CSV that the report saves. `known` are the run's request ids, `by` is who made the corrections.
    ///
    /// # Errors
    /// The first line that cannot be applied, with a hint.
    pub fn read(bytes: &[u8], known: &BTreeSet<String>, pack: &Pack, by: &str) -> Result<Corrections, CorrectionError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let columns = reader.headers().cloned().unwrap_or_default();
        let at = |name: &str| columns.iter().position(|column| column == name);
        let (Some(id), Some(column), Some(value)) = (at("request_id"), at("column"), at("value")) else {
            let hint = format!("the columns are {}", HEADER.join(","));
            return Err(CorrectionError::new(1, "not a list of corrections", hint));
        };
        let remark = at("remark");
        let mut all: Vec<Correction> = Vec::new();
        let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
                CorrectionError::new(line, "not a line of a CSV", "save the corrections from the report again")
            })?;
            let line = line_at(bytes, record.position().map_or(0, csv::Position::byte));
            let cell = |index: Option<usize>| {
                index.and_then(|index| record.get(index)).map_or_else(String::new, |text| plain(text).trim().to_owned())
            };
            let correction = Correction {
                request_id: cell(Some(id)),
                column: cell(Some(column)),
                value: cell(Some(value)),
                remark: cell(remark),
                by: by.to_owned(),
                before: String::new(),
                line,
            };
            check(&correction, known, pack)?;
            let key = (correction.request_id.clone(), correction.column.clone());
            if let Some(first) = seen.insert(key, line) {
                let message = format!("it corrects again what line {first} corrects");
                return Err(CorrectionError::new(line, message, "keep one of the two lines"));
            }
            all.push(correction);
        }
        Ok(Corrections::kept(all))
    }
}

/// The 1-based line of a record. The reader's own count is one short behind a CRLF, of which it has not seen the second half yet.
fn line_at(bytes: &[u8], byte: u64) -> usize {
    let end = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
    let unread = usize::from(bytes.get(end) == Some(&b'\n'));
    1 + bytes[..end + unread].iter().filter(|byte| **byte == b'\n').count()
}

fn check(correction: &Correction, known: &BTreeSet<String>, pack: &Pack) -> Result<(), CorrectionError> {
    let line = correction.line;
    if !known.contains(&correction.request_id) {
        return Err(CorrectionError::new(
            line,
            "the run has no request with this id",
            "take the id from its queue.csv",
        ));
    }
    let target = value::target(&correction.column, pack)
        .map_err(|hint| CorrectionError::new(line, "there is no such column to correct", hint))?;
    if target == Target::Remark && correction.remark.is_empty() {
        return Err(CorrectionError::new(line, "it says nothing", "give a column with its value, or a remark"));
    }
    value::check(&target, &correction.value, pack).map_err(|hint| {
        CorrectionError::new(line, format!("the value does not fit the column {}", correction.column), hint)
    })
}

/// The cell as it was before a leading apostrophe kept a spreadsheet from running it.
fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Corrections, CorrectionError> {
        let known = BTreeSet::from(["a-1".to_owned()]);
        Corrections::read(text.as_bytes(), &known, &Pack::builtin().unwrap(), "K. Lee")
    }

    fn wrong(lines: &str) -> (usize, String, String) {
        let error = read(&format!("request_id,column,value,remark\r\n{lines}")).unwrap_err();
        (error.line, error.message, error.hint)
    }

    #[test]
    fn what_the_report_saves_is_read_with_its_formulas_as_text() {
        let text = "\u{feff}request_id,column,value,remark\r\na-1,member_name,'=Roe,\"said, on the phone\"\r\na-1,,,called\r\n";
        let all = read(text).unwrap();
        let told: Vec<_> = all.iter().map(|c| (c.column.as_str(), c.value.as_str(), c.remark.as_str())).collect();
        assert_eq!(told, [("", "", "called"), ("member_name", "=Roe", "said, on the phone")]);
        assert!(all.iter().all(|c| c.by == "K. Lee"));
    }

    #[test]
    fn each_mistake_names_its_line_and_a_way_out_and_no_value() {
        let (line, message, hint) = wrong("a-1,member_name,x,\r\nzz-9,member_name,Jane Roe,\r\n");
        assert_eq!((line, message.as_str()), (3, "the run has no request with this id"));
        assert!(hint.contains("queue.csv"));
        assert_eq!(wrong("a-1,member_nmae,x,\r\n").2, "did you mean member_name?");
        assert_eq!(wrong("a-1,member_dob,11/20/2026,\r\n").2, "a date is written 2026-11-20");
        assert_eq!(wrong("a-1,reasons.no-such,checked,\r\n").0, 2);
        assert_eq!(wrong("a-1,signature,maybe,\r\n").2, "it is present or blank");
        assert_eq!(wrong("a-1,page.x,letter,\r\n").2, "a page is written page.3");
        assert_eq!(wrong("a-1,member_id,1,\r\na-1,member_id,2,\r\n").1, "it corrects again what line 2 corrects");
        assert_eq!(wrong("a-1,,,\r\n").1, "it says nothing");
        assert!(!wrong("a-1,member_dob,Jane Roe,\r\n").1.contains("Jane"));
        assert_eq!(read("name,id\r\nx,y\r\n").unwrap_err().line, 1);
    }
}
