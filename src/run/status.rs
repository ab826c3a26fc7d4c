//! Several nights at a glance, and the last one as metrics for a monitoring system.
//!
//! From run.json alone, so that nothing here can hold a value or a name.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::DateTime;

use super::differences::skip_reason;
use super::error::RunError;
use super::record::{self, RunRecord};

/// Statuses of the queue, in the order of the table.
const STATUSES: [&str; 5] = ["complete", "deficient", "review", "unreadable", "duplicate"];

/// One run folder.
#[derive(Clone, Debug)]
pub struct Night {
    pub folder: PathBuf,
    /// None when the run has not finished.
    pub record: Option<RunRecord>,
}

/// Looks at run folders, in the order of their days.
pub fn nights(runs: &[PathBuf]) -> Result<Vec<Night>, RunError> {
    let mut nights = Vec::with_capacity(runs.len());
    for run in runs {
        if !run.join("run.lock").exists() && !run.join(record::FILE).exists() {
            return Err(RunError::Input(format!("{} is not a run folder", run.display())));
        }
        let record = if run.join(record::FILE).exists() { Some(RunRecord::load(run)?) } else { None };
        nights.push(Night { folder: run.clone(), record });
    }
    nights.sort_by(|a, b| {
        let key = |night: &Night| night.record.as_ref().map(|r| (r.as_of.clone(), r.times.finished.clone()));
        (key(a).is_none(), key(a), &a.folder).cmp(&(key(b).is_none(), key(b), &b.folder))
    });
    Ok(nights)
}

fn requests(record: &RunRecord, status: &str) -> usize {
    record.counts.by_status.get(status).copied().unwrap_or(0)
}

/// Share of the requests that a person must look at; none of no request.
fn review_share(record: &RunRecord) -> Option<f64> {
    let all = record.counts.requests;
    (all > 0).then(|| (requests(record, "review") + requests(record, "unreadable")) as f64 / all as f64)
}

fn needing_operator(record: &RunRecord) -> usize {
    let unread = record.inputs.iter().filter(|input| input.rejected.is_some() || !input.pages_rejected.is_empty());
    let skipped = record.counts.skipped.iter();
    let skipped = skipped.filter(|(name, _)| skip_reason(name).is_some_and(|reason| reason.needs_operator()));
    unread.count() + skipped.map(|(_, count)| count).sum::<usize>()
}

/// A table for people: a line a night. `shown` makes a folder's name fit to be shown.
pub fn table(nights: &[Night], shown: impl Fn(&Path) -> String) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let head = ["as of", "files", "pages", "requests"].into_iter().chain(STATUSES);
    lines.push(head.chain(["to a person", "operator", "minutes", "run"]).map(str::to_owned).collect());
    for night in nights {
        let folder = shown(&night.folder);
        let Some(record) = &night.record else {
            let mut line = vec!["unfinished".to_owned()];
            line.resize(lines[0].len() - 1, "–".to_owned());
            line.push(folder);
            lines.push(line);
            continue;
        };
        let counts = &record.counts;
        let mut line = vec![record.as_of.clone(), counts.files_found.to_string()];
        line.extend([counts.pages.to_string(), counts.requests.to_string()]);
        line.extend(STATUSES.map(|status| requests(record, status).to_string()));
        line.push(review_share(record).map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0)));
        line.extend([needing_operator(record).to_string(), format!("{:.1}", record.times.seconds / 60.0), folder]);
        lines.push(line);
    }
    let mut out = String::new();
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    for line in &lines {
        let mut text = String::new();
        for (column, cell) in line.iter().enumerate() {
            let gap = " ".repeat(widths[column] - cell.chars().count());
            // Numbers stand to the right, the day and the folder to the left.
            if column == 0 || column + 1 == line.len() {
                let _ = write!(text, "{cell}{gap}  ");
            } else {
                let _ = write!(text, "{gap}{cell}  ");
            }
        }
        let _ = writeln!(out, "{}", text.trim_end());
    }
    out
}

/// The night that finished last in the Prometheus text format, version 0.0.4. Only one night, so that every series has one sample.
pub fn metrics(nights: &[Night]) -> String {
    let finished = |record: &RunRecord| DateTime::parse_from_rfc3339(&record.times.finished).ok();
    let last = nights.iter().filter_map(|night| night.record.as_ref()).max_by_key(|record| finished(record));
    let mut out = Exposition::default();
    let unfinished = nights.iter().filter(|night| night.record.is_none()).count();
    out.gauge("faxtriage_runs_unfinished", "Run folders that were looked at and hold no finished run.");
    out.sample("", unfinished as f64);
    let Some(record) = last else { return out.text };
    let counts = &record.counts;
    out.gauge("faxtriage_last_run_info", "Program and rules of the last finished run; always 1.");
    out.sample(&labels(&[("program", &record.program), ("rules", &record.rules.version)]), 1.0);
    out.gauge("faxtriage_last_run_finished_timestamp_seconds", "When the last run finished.");
    out.sample("", finished(record).map_or(0.0, |at| at.timestamp() as f64));
    out.gauge("faxtriage_last_run_duration_seconds", "Wall clock time of the last run.");
    out.sample("", record.times.seconds);
    out.gauge("faxtriage_last_run_files", "Files of the inbox by what became of them.");
    out.sample(&labels(&[("outcome", "read")]), counts.files_with_rows as f64);
    out.sample(&labels(&[("outcome", "skipped")]), counts.files_skipped as f64);
    out.gauge("faxtriage_last_run_pages", "Pages by what became of them.");
    out.sample(&labels(&[("outcome", "read")]), counts.pages.saturating_sub(counts.pages_rejected) as f64);
    out.sample(&labels(&[("outcome", "rejected")]), counts.pages_rejected as f64);
    out.gauge("faxtriage_last_run_requests", "Rows of the queue by status.");
    for status in STATUSES {
        out.sample(&labels(&[("status", status)]), requests(record, status) as f64);
    }
    out.gauge("faxtriage_last_run_deficiencies", "Requests by what sends them back.");
    for (code, count) in &counts.by_deficiency {
        out.sample(&labels(&[("code", code)]), *count as f64);
    }
    if let Some(share) = review_share(record) {
        out.gauge("faxtriage_last_run_review_ratio", "Share of the requests that a person must look at.");
        out.sample("", share);
    }
    out.gauge("faxtriage_last_run_files_needing_operator", "Files that were not or not wholly read.");
    out.sample("", needing_operator(record) as f64);
    out.text
}

#[derive(Default)]
struct Exposition {
    text: String,
    name: &'static str,
}

impl Exposition {
    fn gauge(&mut self, name: &'static str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn sample(&mut self, labels: &str, value: f64) {
        let _ = writeln!(self.text, "{}{labels} {value}", self.name);
    }
}

/// `{a="b"}` with the three characters escaped that the format knows.
fn labels(all: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> = all.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// Writes metrics whole or not at all, readable by all: a collector runs as another user, and counts are no secret.
pub fn write_metrics(path: &Path, text: &str) -> Result<(), RunError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = RunError::io("write", path);
    let written = (|| {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        #[cfg(unix)]
        fs::set_permissions(file.path(), <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644))?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    })();
    written.map(|_| ()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_their_line() {
        assert_eq!(labels(&[("rules", "a\"b\\c\nd")]), "{rules=\"a\\\"b\\\\c\\nd\"}");
    }

    #[test]
    fn nights_that_did_not_finish_are_lines_too() {
        let night = Night { folder: PathBuf::from("runs/1"), record: None };
        let text = table(std::slice::from_ref(&night), |path| path.display().to_string());
        assert!(text.lines().nth(1).unwrap().starts_with("unfinished"), "{text}");
        assert!(metrics(&[night]).contains("faxtriage_runs_unfinished 1\n"));
    }
}
