//! `faxtriage score`.

use std::fs::File;
use std::io::{self, BufReader, Write};

use tracing::error;

use super::args::ScoreArguments;
use super::{Failure, exit};
use crate::queue::{confidences, read_records};
use crate::run::crops::write_worst;
use crate::score::{ScoreError, Sheet, by_group, calibrate, compare, figures};

pub fn execute(typed: ScoreArguments) -> Result<u8, Failure> {
    let queue = Sheet::read(&typed.run.join("queue.csv")).map_err(cannot)?;
    let truth = Sheet::read_truth(&typed.truth, &queue).map_err(cannot)?;
    let comparison = compare(&queue, &truth);
    let all = figures(&comparison.rows);
    let mut out = io::stdout().lock();
    writeln!(out, "{} requests in truth\n\n{}", comparison.rows.len(), all.table())?;
    if comparison.unasked > 0 {
        writeln!(out, "rows of the queue that truth does not have: {}\n", comparison.unasked)?;
    }
    for column in &typed.by {
        for (value, group) in by_group(&comparison, column) {
            writeln!(out, "{column} {value}\n\n{}", group.table())?;
        }
    }
    if typed.calibration {
        let path = typed.run.join("records.jsonl");
        let records = File::open(&path).and_then(|file| read_records(BufReader::new(file)));
        let records = records.map_err(|error| Failure::cannot_run(format!("cannot read records.jsonl: {error}")))?;
        let calibration = calibrate(&comparison, &confidences(&records));
        writeln!(out, "{}", calibration.table())?;
        if let Some(folder) = &typed.crops {
            let written = write_worst(&typed.run, &records, &calibration.worst, folder)?;
            writeln!(out, "pictures of the surest errors: {written}\n")?;
        }
    }
    let mut below = false;
    for (figure, least) in &typed.min {
        match all.named(figure).map_err(cannot)? {
            Some(share) if share >= *least => {}
            Some(share) => {
                below = true;
                error!("{figure} is {share:.4}, below {least}");
            }
            None => {
                below = true;
                error!("{figure} cannot be told: truth says nothing about it");
            }
        }
    }
    Ok(if below { exit::DIFFERENCES } else { exit::SUCCESS })
}

fn cannot(error: ScoreError) -> Failure {
    Failure::cannot_run(super::clean::message(&error.to_string()))
}
