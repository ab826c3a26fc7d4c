//! Where the batch meets rooms that are still being built. STAND-INS: each says what replaces it.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;

use super::error::RunError;
use super::folder::RunFolder;
use super::worker::ReadPage;
use crate::assemble::{Request, RequestKind};
use crate::rules::Pack;

/// A request with what the rules found, as far as counts and the queue need it.
pub struct Judged {
    pub request: Request,
    pub status: String,
    pub deficiencies: Vec<String>,
    pub warnings: Vec<String>,
}

/// Stand-in for `rules::evaluate`, `rules::status` and `queue::Row`.
pub fn judge(request: Request, pack: &Pack, as_of: NaiveDate) -> Judged {
    let _ = (pack, as_of);
    let (status, deficiencies) = match &request.kind {
        _ if request.duplicate_of.is_some() => ("duplicate", vec![]),
        RequestKind::Unreadable(rejection) => ("unreadable", vec![rejection.code().to_owned()]),
        _ => ("review", vec![]),
    };
    Judged { request, status: status.to_owned(), deficiencies, warnings: Vec::new() }
}

/// Stand-in for `queue::write_queue`.
pub fn write_queue(judged: &[Judged], pack: &Pack, file: &mut dyn Write) -> std::io::Result<()> {
    let version = pack.rules_version();
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    csv.write_record(["request_id", "status", "deficiencies", "source_file", "pages", "explanation", "duplicate_of", "rules_version"])?;
    for row in judged {
        let request = &row.request;
        let duplicate_of = request.duplicate_of.as_deref().unwrap_or_default();
        let pages = request.pages.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        csv.write_record([&request.id, &row.status, &row.deficiencies.join(";"), &request.source_file, &pages, "", duplicate_of, &version])?;
    }
    csv.flush()
}

/// Stand-in for the queue, `write_records`, the report and the notices. Names of the files written.
pub fn write_outputs(judged: &[Judged], pack: &Pack, folder: &RunFolder) -> Result<Vec<String>, RunError> {
    folder.write("queue.csv", |file| write_queue(judged, pack, file))?;
    folder.write("records.jsonl", |file| {
        for row in judged {
            serde_json::to_writer(&mut *file, &row.request)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })?;
    Ok(vec!["queue.csv".to_owned(), "records.jsonl".to_owned()])
}

/// What a worker's reader is made with.
pub struct ReaderSettings<'a> {
    /// The pack's folder; the built-in pack when none.
    pub rules: Option<&'a Path>,
    /// The second reader's model; none when it is off or not there.
    pub model: Option<&'a Path>,
    /// The reader's own deadline for a page.
    pub page_timeout: Duration,
    pub max_pages: u32,
}

/// Stand-in for the pipeline in `extract`: decode, prepare, read, classify, extract.
pub fn page_reader(settings: &ReaderSettings<'_>) -> Result<Box<dyn ReadPage>, String> {
    let _ = (settings.rules, settings.model, settings.page_timeout, settings.max_pages);
    Err("the page reader is not wired in yet".to_owned())
}
