//! `faxtriage explain`.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use chrono::Local;
use serde_json::json;

use super::args::ExplainArguments;
use super::{Failure, exit, run};
use crate::queue;
use crate::run::explain::{ExplainSettings, explain};

pub fn execute(typed: ExplainArguments) -> Result<u8, Failure> {
    if !typed.file.is_file() {
        return Err(Failure::cannot_run(format!("not a file: {}", run::shown(&typed.file))));
    }
    let as_of = typed.as_of.unwrap_or_else(|| Local::now().date_naive());
    let explanation = explain(&ExplainSettings {
        file: typed.file,
        roster: typed.roster,
        as_of,
        images: typed.images,
        jobs: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        reading: run::reading(typed.reading, as_of)?,
    })?;
    let mut out = io::stdout().lock();
    if typed.json {
        let pages: Vec<_> =
            explanation.pages.iter().map(|(page, outcome)| json!({ "page": page, "outcome": outcome })).collect();
        let all = json!({
            "transmission": explanation.transmission, "pages": pages, "requests": explanation.records,
        });
        serde_json::to_writer_pretty(&mut out, &all).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if typed.text {
        write!(out, "{}", queue::page_text(&explanation.pages))?;
    } else {
        let requests: Vec<queue::Explained<'_>> = explanation
            .records
            .iter()
            .map(|record| queue::Explained {
                request: &record.request,
                findings: &record.findings,
                status: &record.row.status,
                review_fields: &record.row.review_fields,
            })
            .collect();
        write!(out, "{}", queue::explain(&explanation.pages, &requests))?;
    }
    Ok(exit::SUCCESS)
}
