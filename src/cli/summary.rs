//! What an operator sees at the end of a run.

use std::io::{self, Write};
use std::path::Path;

use tracing::info;

use super::args::{LogFormat, Messages};
use super::run::shown;
use crate::run::batch::Summary;

/// Deficiencies that are listed; the queue has all.
const TOP: usize = 5;

/// Writes the summary to stderr: a table for people, one event for collectors.
pub fn show(summary: &Summary, out: &Path, messages: &Messages) -> io::Result<()> {
    match (messages.quiet, messages.log_format) {
        (true, _) => Ok(()),
        (false, LogFormat::Text) => write_table(summary, out, &mut io::stderr().lock()),
        (false, LogFormat::Json) => {
            let counts = &summary.record.counts;
            info!(
                files = counts.files_found,
                skipped = counts.files_skipped,
                pages = counts.pages,
                pages_rejected = counts.pages_rejected,
                requests = counts.requests,
                pages_per_second = summary.record.times.pages_per_second,
                sandbox = summary.record.sandbox.in_words(),
                attention = summary.attention.values().sum::<usize>(),
                "finished"
            );
            Ok(())
        }
    }
}

fn write_table(summary: &Summary, out: &Path, to: &mut impl Write) -> io::Result<()> {
    let record = &summary.record;
    let counts = &record.counts;
    let times = &record.times;
    writeln!(to)?;
    row(to, "files", &format!("{} read, {} skipped", counts.files_with_rows, counts.files_skipped))?;
    let resumed = if times.pages_resumed > 0 {
        format!(", {} of them in an earlier start", times.pages_resumed)
    } else {
        String::new()
    };
    row(to, "pages", &format!("{}{resumed}", counts.pages))?;
    row(to, "requests", &counts.requests.to_string())?;
    for (status, count) in &counts.by_status {
        row(to, &format!("  {status}"), &count.to_string())?;
    }
    let mut deficiencies: Vec<(&String, &usize)> = counts.by_deficiency.iter().collect();
    deficiencies.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    if !deficiencies.is_empty() {
        row(to, "most often missing or wrong", "")?;
    }
    for (code, count) in deficiencies.into_iter().take(TOP) {
        row(to, &format!("  {code}"), &count.to_string())?;
    }
    row(to, "speed", &format!("{:.2} pages per second, {:.1} s in all", times.pages_per_second, times.seconds))?;
    row(to, "sandbox", &record.sandbox.in_words())?;
    for (stage, seconds) in &times.stages {
        tracing::debug!(stage = stage.as_str(), seconds, "worker time");
    }
    if !summary.attention.is_empty() {
        row(to, "needs the operator", "")?;
        for (reason, count) in &summary.attention {
            row(to, &format!("  {reason}"), &format!("{count} {}", if *count == 1 { "file" } else { "files" }))?;
        }
    }
    row(to, "queue", &shown(&out.join("queue.csv")))?;
    if record.outputs.contains_key("report.html") {
        row(to, "report", &shown(&out.join("report.html")))?;
    }
    if !record.counts.skipped.is_empty() {
        row(to, "skipped files", &shown(&out.join("skipped.csv")))?;
    }
    Ok(())
}

fn row(to: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(to, "{}", format!("{name:<36} {value}").trim_end())
}
