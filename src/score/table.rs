//! The figures of a comparison, as a table and as numbers to compare with a minimum.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ScoreError;
use super::compare::{Comparison, Outcome, RowOutcome};

/// Columns whose values are numbers: what decides a request, and what is hardest to read where it was written by hand.
const NUMERIC: [&str; 8] = [
    "member_id",
    "member_dob",
    "member_phone",
    "provider_npi",
    "provider_phone",
    "provider_fax",
    "request_date",
    "missed_appointments",
];

/// `right` of `all`, with the interval that its count allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub right: usize,
    pub all: usize,
}

impl Tally {
    fn add(&mut self, right: bool) {
        self.all += 1;
        self.right += usize::from(right);
    }

    /// The share, or `None` of nothing.
    pub fn share(&self) -> Option<f64> {
        (self.all > 0).then(|| self.right as f64 / self.all as f64)
    }

    /// Wilson score interval at 95 % (E. B. Wilson, JASA 22, 1927).
    pub fn interval(&self) -> Option<(f64, f64)> {
        let p = self.share()?;
        let n = self.all as f64;
        let z = 1.959_964;
        let centre = p + z * z / (2.0 * n);
        let spread = z * ((p * (1.0 - p) + z * z / (4.0 * n)) / n).sqrt();
        let scale = 1.0 + z * z / n;
        Some((((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)))
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.share(), self.interval()) {
            (Some(share), Some((low, high))) => write!(
                f,
                "{:6.2} %  {:>5} of {:<5}  [{:5.1}, {:5.1}]",
                share * 100.0,
                self.right,
                self.all,
                low * 100.0,
                high * 100.0
            ),
            _ => write!(f, "     –"),
        }
    }
}

/// Everything that `score` reports.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub found: Tally,
    pub field: Tally,
    pub columns: BTreeMap<String, Tally>,
    /// Ids, dates and phone numbers: the columns of `NUMERIC`.
    pub numeric: Tally,
    pub numeric_not_silent: Tally,
    /// Fields that are right or say that they are uncertain: 1 − this is the share of silent errors.
    pub not_silent: Tally,
    pub silent_by_column: BTreeMap<String, usize>,
    /// Fields that were sent to a person.
    pub reviewed: Tally,
    pub deficiency_precision: Tally,
    pub deficiency_recall: Tally,
    pub warning_precision: Tally,
    pub warning_recall: Tally,
    pub status: Tally,
    /// Rows called complete of those that truth calls deficient, and of those that it sends to a person.
    pub false_complete: Tally,
    pub false_complete_of_review: Tally,
    /// Rows called deficient of those that truth does not call so.
    pub false_deficient: Tally,
    /// Rows that truth calls complete: decided without a person, all fields right.
    pub straight_through: Tally,
}

/// Adds up `rows`.
pub fn figures<'a>(rows: impl IntoIterator<Item = &'a RowOutcome>) -> Figures {
    let mut sum = Figures::default();
    for row in rows {
        sum.found.add(row.exact_pages);
        for field in &row.fields {
            let right = field.outcome == Outcome::Right;
            sum.field.add(right);
            sum.columns.entry(field.column.clone()).or_default().add(right);
            if NUMERIC.contains(&field.column.as_str()) {
                sum.numeric.add(right);
                sum.numeric_not_silent.add(field.outcome != Outcome::Silent);
            }
            sum.not_silent.add(field.outcome != Outcome::Silent);
            sum.reviewed.add(field.reviewed);
            if field.outcome == Outcome::Silent {
                *sum.silent_by_column.entry(field.column.clone()).or_default() += 1;
            }
        }
        let count = |tally: &mut Tally, right: usize, all: usize| {
            tally.right += right;
            tally.all += all;
        };
        count(&mut sum.deficiency_precision, row.shared_codes, row.shared_codes + row.extra_codes.len());
        count(&mut sum.deficiency_recall, row.shared_codes, row.shared_codes + row.missing_codes.len());
        count(&mut sum.warning_precision, row.shared_warnings, row.shared_warnings + row.extra_warnings.len());
        count(&mut sum.warning_recall, row.shared_warnings, row.shared_warnings + row.missing_warnings.len());
        let (truth, status) = (row.true_status(), row.status());
        if truth.is_empty() {
            continue;
        }
        sum.status.add(truth == status);
        match truth {
            "deficient" => sum.false_complete.add(status == "complete"),
            "review" => sum.false_complete_of_review.add(status == "complete"),
            _ => {}
        }
        if truth != "deficient" {
            sum.false_deficient.add(status == "deficient");
        }
        if truth == "complete" {
            let all_right = row.fields.iter().all(|f| f.outcome == Outcome::Right);
            sum.straight_through.add(status == "complete" && all_right);
        }
    }
    sum
}

/// The figures of each value of a column that truth or the queue has (`form`, `container`, `resolution`, …).
pub fn by_group(comparison: &Comparison, column: &str) -> BTreeMap<String, Figures> {
    let mut groups: BTreeMap<String, Vec<&RowOutcome>> = BTreeMap::new();
    for row in &comparison.rows {
        let value = match (row.truth.get(column), row.row.as_ref().and_then(|r| r.get(column))) {
            (Some(value), _) | (None, Some(value)) if !value.is_empty() => value.clone(),
            _ if column == "container" => extension(row),
            _ => "(none)".to_owned(),
        };
        groups.entry(value).or_default().push(row);
    }
    groups.into_iter().map(|(value, rows)| (value, figures(rows))).collect()
}

fn extension(row: &RowOutcome) -> String {
    let name = row.truth.get("source_file").map_or("", String::as_str);
    name.rsplit_once('.').map_or("(none)", |(_, extension)| extension).to_ascii_lowercase()
}

impl Figures {
    /// A figure by the name that `--min` takes, as a share.
    pub fn named(&self, name: &str) -> Result<Option<f64>, ScoreError> {
        let tally = match name {
            "found" => self.found,
            "field" => self.field,
            "numeric" => self.numeric,
            "numeric-not-silent" => self.numeric_not_silent,
            "not-silent" => self.not_silent,
            "status" => self.status,
            "deficiency-precision" => self.deficiency_precision,
            "deficiency-recall" => self.deficiency_recall,
            "warning-precision" => self.warning_precision,
            "warning-recall" => self.warning_recall,
            "straight-through" => self.straight_through,
            column => *self.columns.get(column).ok_or_else(|| ScoreError::Figure(name.to_owned()))?,
        };
        Ok(tally.share())
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, tally: &Tally| {
            let _ = writeln!(text, "  {name:<28}{tally}");
        };
        line("requests found", &self.found);
        line("fields exactly right", &self.field);
        for (column, tally) in &self.columns {
            line(&format!("  {column}"), tally);
        }
        line("numeric fields exactly right", &self.numeric);
        line("fields sent to review", &self.reviewed);
        line("status right", &self.status);
        line("deficiency precision", &self.deficiency_precision);
        line("deficiency recall", &self.deficiency_recall);
        line("warning precision", &self.warning_precision);
        line("warning recall", &self.warning_recall);
        line("straight through", &self.straight_through);
        line("false complete (deficient)", &self.false_complete);
        line("false complete (review)", &self.false_complete_of_review);
        line("false deficient", &self.false_deficient);
        let silent = |of: &Tally| Tally { right: of.all - of.right, all: of.all };
        line("silent errors, numeric", &silent(&self.numeric_not_silent));
        line("silent errors", &silent(&self.not_silent));
        for (column, count) in &self.silent_by_column {
            let _ = writeln!(text, "    {column:<26}{count:>6}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_interval_of_a_known_case() {
        // 81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I: 0.2553 to 0.3662.
        let (low, high) = Tally { right: 81, all: 263 }.interval().unwrap();
        assert!((low - 0.2553).abs() < 5e-4 && (high - 0.3662).abs() < 5e-4, "{low} {high}");
    }

    #[test]
    fn nothing_has_no_share() {
        assert_eq!(Tally::default().share(), None);
        assert!(Figures::default().named("no-such").is_err());
    }
}
