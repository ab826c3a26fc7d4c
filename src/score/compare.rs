//! Row against row, field against field.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ScoreError;

/// Columns of truth that are not values read from the page.
const NOT_FIELDS: [&str; 12] = [
    "request_id",
    "status",
    "priority",
    "deficiencies",
    "warnings",
    "notes",
    "review_fields",
    "explanation",
    "source_file",
    "pages",
    "duplicate_of",
    "rules_version",
];

/// Columns that describe a row of truth and that the queue does not have: what `--by` can group.
type Cells = BTreeMap<String, String>;

/// A CSV as rows of named cells.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub columns: Vec<String>,
    pub rows: Vec<Cells>,
}

impl Sheet {
    /// Reads a CSV with a header line; a byte order mark and the apostrophe before formula-like cells are taken off.
    pub fn read(path: &Path) -> Result<Sheet, ScoreError> {
        let sheet = Self::read_any(path)?;
        for needed in ["source_file", "pages"] {
            if !sheet.columns.iter().any(|c| c == needed) {
                return Err(ScoreError::Column { path: path.display().to_string(), column: needed.to_owned() });
            }
        }
        Ok(sheet)
    }

    /// Reads truth, or takes a reviewer's corrections of the queue for it.
    pub fn read_truth(path: &Path, queue: &Sheet) -> Result<Sheet, ScoreError> {
        let sheet = Self::read_any(path)?;
        let is_corrections = crate::correct::HEADER.iter().take(3).all(|name| sheet.columns.iter().any(|c| c == name));
        if is_corrections { Ok(queue.as_corrected_by(&sheet)) } else { Self::read(path) }
    }

    /// What a reviewer says of the queue: the corrected cells, and every cell of a request that was looked at whole.
    fn as_corrected_by(&self, corrections: &Sheet) -> Sheet {
        let mut rows = Vec::new();
        for row in &self.rows {
            let own: Vec<&Cells> =
                corrections.rows.iter().filter(|c| cell(c, "request_id") == cell(row, "request_id")).collect();
            if own.is_empty() {
                continue;
            }
            let whole = own.iter().any(|c| cell(c, "column") == crate::correct::REVIEWED);
            let known = |column: &str| whole && !NOT_FIELDS.contains(&column) && column != "confidence";
            let mut truth: Cells = row
                .iter()
                .filter(|(column, _)| known(column) || ["source_file", "pages"].contains(&column.as_str()))
                .map(|(column, value)| (column.clone(), value.clone()))
                .collect();
            for correction in own {
                let (column, value) = (cell(correction, "column"), cell(correction, "value"));
                if let Some(reason) = column.strip_prefix("reasons.") {
                    let told = truth.get("reasons").map_or(cell(row, "reasons"), String::as_str);
                    let mut ids: Vec<&str> = told.split(';').filter(|id| !id.is_empty() && *id != reason).collect();
                    ids.extend((value == "checked").then_some(reason));
                    ids.sort_unstable();
                    let ids = ids.join(";");
                    truth.insert("reasons".to_owned(), ids);
                } else if self.columns.iter().any(|known| known == column) {
                    truth.insert(column.to_owned(), value.to_owned());
                }
            }
            rows.push(truth);
        }
        Sheet { columns: self.columns.iter().filter(|column| *column != "confidence").cloned().collect(), rows }
    }

    fn read_any(path: &Path) -> Result<Sheet, ScoreError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| ScoreError::Read { path: shown.clone(), source })?;
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let fail = |source| ScoreError::Csv { path: shown.clone(), source };
        let columns: Vec<String> = reader.headers().map_err(fail)?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(fail)?;
            let plain = |cell: &str| match cell.strip_prefix('\'') {
                Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest.to_owned(),
                _ => cell.to_owned(),
            };
            rows.push(columns.iter().cloned().zip(record.iter().map(plain)).collect());
        }
        Ok(Sheet { columns, rows })
    }
}

/// How one field came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Right,
    /// Wrong, and the row says that the field is uncertain.
    Flagged,
    /// Wrong, and nothing says so.
    Silent,
}

#[derive(Clone, Debug)]
pub struct FieldOutcome {
    pub column: String,
    pub outcome: Outcome,
    /// The row sent this field to review, right or wrong.
    pub reviewed: bool,
}

/// One row of truth with the row of the queue that answers it.
#[derive(Clone, Debug)]
pub struct RowOutcome {
    pub truth: Cells,
    pub row: Option<Cells>,
    /// The queue has the request with exactly these pages.
    pub exact_pages: bool,
    pub fields: Vec<FieldOutcome>,
    /// Deficiency codes that both have, that only the queue has, and that only truth has.
    pub shared_codes: usize,
    pub extra_codes: Vec<String>,
    pub missing_codes: Vec<String>,
    pub shared_warnings: usize,
    pub extra_warnings: Vec<String>,
    pub missing_warnings: Vec<String>,
}

impl RowOutcome {
    pub fn true_status(&self) -> &str {
        self.truth.get("status").map_or("", String::as_str)
    }

    pub fn status(&self) -> &str {
        self.row.as_ref().and_then(|r| r.get("status")).map_or("", String::as_str)
    }
}

/// A whole run against truth.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    pub rows: Vec<RowOutcome>,
    /// Rows of the queue, for files that truth speaks of, that answer no row of truth.
    pub unasked: usize,
}

/// Compares a queue with truth.
pub fn compare(queue: &Sheet, truth: &Sheet) -> Comparison {
    let columns: Vec<&String> =
        truth.columns.iter().filter(|c| queue.columns.contains(c) && !NOT_FIELDS.contains(&c.as_str())).collect();
    let mut taken = vec![false; queue.rows.len()];
    let mut answers: Vec<Option<usize>> = vec![None; truth.rows.len()];
    // Exact pages first; then what is left, by the pages shared.
    for exact in [true, false] {
        for (index, wanted) in truth.rows.iter().enumerate() {
            if answers[index].is_some() {
                continue;
            }
            let best = queue
                .rows
                .iter()
                .enumerate()
                .filter(|(at, row)| !taken[*at] && cell(row, "source_file") == cell(wanted, "source_file"))
                .map(|(at, row)| (shared_pages(cell(row, "pages"), cell(wanted, "pages")), at, row))
                .filter(|(_, _, row)| !exact || cell(row, "pages") == cell(wanted, "pages"))
                .max_by_key(|(shared, at, _)| (*shared, std::cmp::Reverse(*at)));
            if let Some((_, at, _)) = best {
                taken[at] = true;
                answers[index] = Some(at);
            }
        }
    }
    let rows = truth
        .rows
        .iter()
        .zip(&answers)
        .map(|(wanted, answer)| outcome(wanted, answer.map(|at| &queue.rows[at]), &columns))
        .collect();
    let asked = |row: &Cells| truth.rows.iter().any(|t| cell(t, "source_file") == cell(row, "source_file"));
    let unasked = queue.rows.iter().zip(&taken).filter(|(row, taken)| !**taken && asked(row)).count();
    Comparison { rows, unasked }
}

fn cell<'a>(row: &'a Cells, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn codes(row: &Cells, column: &str) -> Vec<String> {
    cell(row, column).split(';').filter(|c| !c.is_empty()).map(str::to_owned).collect()
}

/// Columns whose codes have no order.
const SETS: [&str; 2] = ["reasons", "attachments"];

fn outcome(wanted: &Cells, row: Option<&Cells>, columns: &[&String]) -> RowOutcome {
    let deficiencies = codes(wanted, "deficiencies");
    let warnings = codes(wanted, "warnings");
    // Of a file without a request of ours only its status is judged: an empty cell says nothing there.
    let unjudged = deficiencies.iter().chain(&warnings).any(|c| c == "form-other-plan" || c == "no-request-found")
        || cell(wanted, "status") == "unreadable";
    let empty = Cells::new();
    let found = row.unwrap_or(&empty);
    let reviewed = codes(found, "review_fields");
    let fields = columns
        .iter()
        .filter(|column| wanted.contains_key(**column))
        .filter(|column| !(unjudged && cell(wanted, column).is_empty()))
        .map(|column| {
            let same = if SETS.contains(&column.as_str()) {
                let set = |row: &Cells| codes(row, column).into_iter().collect::<BTreeSet<_>>();
                set(found) == set(wanted)
            } else {
                cell(found, column) == cell(wanted, column)
            };
            let right = row.is_some() && same;
            let reviewed = reviewed.iter().any(|r| r == *column);
            let outcome = match (right, reviewed) {
                (true, _) => Outcome::Right,
                (false, true) => Outcome::Flagged,
                (false, false) => Outcome::Silent,
            };
            FieldOutcome { column: (*column).clone(), outcome, reviewed }
        })
        .collect();
    // Truth that says nothing of codes does not say that there are none.
    let judged = |column: &str| if wanted.contains_key(column) { codes(found, column) } else { Vec::new() };
    let (shared_codes, extra_codes, missing_codes) = difference(&judged("deficiencies"), &deficiencies);
    let (shared_warnings, extra_warnings, missing_warnings) = difference(&judged("warnings"), &warnings);
    RowOutcome {
        truth: wanted.clone(),
        exact_pages: row.is_some_and(|r| cell(r, "pages") == cell(wanted, "pages")),
        row: row.cloned(),
        fields,
        shared_codes,
        extra_codes,
        missing_codes,
        shared_warnings,
        extra_warnings,
        missing_warnings,
    }
}

fn difference(found: &[String], wanted: &[String]) -> (usize, Vec<String>, Vec<String>) {
    let shared = wanted.iter().filter(|c| found.contains(c)).count();
    let extra = found.iter().filter(|c| !wanted.contains(c)).cloned().collect();
    let missing = wanted.iter().filter(|c| !found.contains(c)).cloned().collect();
    (shared, extra, missing)
}

/// Pages that two rows share, in thousandths of all pages of both: a row of few pages that all fit beats a long one that shares as many.
fn shared_pages(a: &str, b: &str) -> usize {
    let (a, b) = (expand(a), expand(b));
    let shared = a.iter().filter(|page| b.contains(page)).count();
    shared * 1000 / (a.len() + b.len() - shared).max(1)
}

fn expand(pages: &str) -> Vec<u32> {
    let mut all = Vec::new();
    for part in pages.split(',') {
        let mut ends = part.splitn(2, '-').filter_map(|end| end.trim().parse::<u32>().ok());
        let Some(first) = ends.next() else { continue };
        let last = ends.next().unwrap_or(first).min(first.saturating_add(10_000));
        all.extend(first..=last);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|r| columns.iter().cloned().zip(r.unwrap().iter().map(str::to_owned)).collect())
            .collect();
        Sheet { columns, rows }
    }

    #[test]
    fn a_wrong_value_is_silent_unless_the_row_says_so() {
        let truth = sheet("source_file,pages,member_name,member_id\na.tif,1-2,Ana Kaur,94448812D\n");
        let queue =
            sheet("source_file,pages,review_fields,member_name,member_id\na.tif,1-2,member_id,Ann Kaur,94448812O\n");
        let comparison = compare(&queue, &truth);
        let outcomes: Vec<Outcome> = comparison.rows[0].fields.iter().map(|f| f.outcome).collect();
        assert_eq!(outcomes, [Outcome::Silent, Outcome::Flagged]);
        assert!(comparison.rows[0].exact_pages);
    }

    #[test]
    fn codes_have_no_order_and_dates_do() {
        let truth = sheet("source_file,pages,attachments,missed_appointments\na.tif,1,b;a,2026-01-02;2026-01-01\n");
        let queue = sheet("source_file,pages,attachments,missed_appointments\na.tif,1,a;b,2026-01-01;2026-01-02\n");
        let outcomes: Vec<Outcome> = compare(&queue, &truth).rows[0].fields.iter().map(|f| f.outcome).collect();
        assert_eq!(outcomes, [Outcome::Right, Outcome::Silent]);
    }

    #[test]
    fn a_lost_request_has_no_right_field() {
        let truth = sheet("source_file,pages,member_name\na.tif,1,Ana Kaur\na.tif,2,\n");
        let queue = sheet("source_file,pages,member_name\na.tif,2,\n");
        let comparison = compare(&queue, &truth);
        assert!(comparison.rows[0].row.is_none());
        assert_eq!(comparison.rows[0].fields[0].outcome, Outcome::Silent);
        assert_eq!(comparison.rows[1].fields[0].outcome, Outcome::Right);
    }

    #[test]
    fn rows_of_one_file_are_told_apart_by_pages() {
        let truth = sheet("source_file,pages,member_name\nf.pdf,\"1,3\",Rosa\nf.pdf,\"2,4\",Ana\n");
        let queue = sheet("source_file,pages,member_name\nf.pdf,2-4,Ana\nf.pdf,1,Rosa\n");
        let comparison = compare(&queue, &truth);
        assert!(comparison.rows.iter().all(|r| r.fields[0].outcome == Outcome::Right && !r.exact_pages));
    }
}
