//! Two queues compared, row by row and column by column.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::error::RunError;
use crate::inbox::SkipReason;

/// One cell that is not the same, or a row that is only in one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub source_file: String,
    pub pages: String,
    pub request_id: String,
    /// A column, or `row` for a row that is only in one of the two, or `file` for the file itself.
    pub column: String,
    pub before: String,
    pub after: String,
    pub why: String,
}

/// A queue in memory: every row by source_file and request_id (the same bytes under two names have the same id).
pub struct Table {
    columns: Vec<String>,
    rows: BTreeMap<(String, String), Row>,
}

impl Table {
    /// Takes the bytes of a queue.csv apart.
    pub fn read(bytes: &[u8]) -> Result<Table, RunError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let broken = |error: csv::Error| RunError::Stored {
            what: "queue.csv".to_owned(),
            line: error.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0)),
            why: "not a queue that this version knows".to_owned(),
        };
        let mut reader = csv::Reader::from_reader(bytes);
        let columns: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let row: Row = columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
            rows.insert((cell(&row, "source_file"), cell(&row, "request_id")), row);
        }
        Ok(Table { columns, rows })
    }

    /// What differs from `self` to `after`, in the order of source_file, pages, column. `why` explains a difference of a source_file's
    /// row from both rows' cells.
    pub fn differences(
        &self,
        after: &Table,
        why: impl Fn(&str, Option<&Row>, Option<&Row>) -> String,
    ) -> Vec<Difference> {
        let ids: BTreeSet<&(String, String)> = self.rows.keys().chain(after.rows.keys()).collect();
        let mut all = Vec::new();
        for id in ids {
            let (old, new) = (self.rows.get(id), after.rows.get(id));
            let Some(some) = old.or(new) else { continue };
            let (source_file, request_id) = id;
            let difference = |column: &str, before: String, now: String| Difference {
                source_file: source_file.clone(),
                pages: cell(some, "pages"),
                request_id: request_id.clone(),
                column: column.to_owned(),
                before,
                after: now,
                why: why(source_file, old, new),
            };
            match (old, new) {
                (Some(old), Some(new)) => {
                    let columns: BTreeSet<&String> = self.columns.iter().chain(&after.columns).collect();
                    for column in columns {
                        let (before, now) = (cell(old, column), cell(new, column));
                        if before != now {
                            all.push(difference(column, before, now));
                        }
                    }
                }
                (Some(_), None) => all.push(difference("row", "there".to_owned(), "gone".to_owned())),
                _ => all.push(difference("row", "not there".to_owned(), "new".to_owned())),
            }
        }
        all.sort_by(|a, b| {
            (&a.source_file, &a.pages, &a.request_id, &a.column).cmp(&(
                &b.source_file,
                &b.pages,
                &b.request_id,
                &b.column,
            ))
        });
        all
    }
}

/// The cells of a row by column.
pub type Row = BTreeMap<String, String>;

/// A cell; empty when there is no such column.
pub fn cell(row: &Row, column: &str) -> String {
    row.get(column).cloned().unwrap_or_default()
}

/// Writes differences as CSV, safe to open in a spreadsheet.
pub fn write(differences: &[Difference], file: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    csv.write_record(["source_file", "pages", "request_id", "column", "before", "after", "why"])?;
    for d in differences {
        let cells = [&d.source_file, &d.pages, &d.request_id, &d.column, &d.before, &d.after, &d.why];
        csv.write_record(cells.map(|cell| no_formula(cell)))?;
    }
    csv.flush()
}

/// What a spreadsheet would take for a formula gets a leading apostrophe.
pub(crate) fn no_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// The cell as it was before [`no_formula`].
pub(crate) fn with_formula(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// The reason that a name of [`SkipReason::name`] stands for.
pub(crate) fn skip_reason(name: &str) -> Option<SkipReason> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "\u{feff}request_id,status,source_file,pages\r\na-1,complete,a.tif,1\r\nb-1,review,b.tif,1\r\n";
    const NEW: &str = "request_id,status,source_file,pages\r\na-1,deficient,a.tif,1\r\nc-1,review,c.tif,1\r\n";

    #[test]
    fn cells_and_rows_that_differ_are_named() {
        let (old, new) = (Table::read(OLD.as_bytes()).unwrap(), Table::read(NEW.as_bytes()).unwrap());
        let told: Vec<String> = old
            .differences(&new, |_, _, _| String::new())
            .iter()
            .map(|d| format!("{} {} {}>{}", d.source_file, d.column, d.before, d.after))
            .collect();
        assert_eq!(told, ["a.tif status complete>deficient", "b.tif row there>gone", "c.tif row not there>new"]);
        assert!(old.differences(&old, |_, _, _| String::new()).is_empty());
    }

    #[test]
    fn formulas_go_there_and_back() {
        for cell in ["=x", "-1", "plain", "'quoted", ""] {
            assert_eq!(with_formula(&no_formula(cell)), cell);
        }
    }
}
