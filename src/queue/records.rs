//! records.jsonl: the queue's rows in full, one JSON object a line.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::mask;
use super::row::Row;
use crate::assemble::Request;
use crate::correct::Correction;
use crate::rules::Finding;

/// Version of the stored form of [`Record`].
pub const RECORD_FORMAT: u32 = 1;

/// One request with everything that was read and found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub format: u32,
    /// The row as queue.csv has it.
    pub row: Row,
    /// Every field with value, raw reading, confidence, page, box and reader; letters, attachments, marks.
    pub request: Request,
    pub findings: Vec<Finding>,
    /// The request's pages that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageFacts>,
    /// What a person corrected, with what had stood there; applied already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
}

/// A page as boxes are measured on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// 1-based, within the file.
    pub page: u32,
    /// The kind's name for people.
    pub kind: String,
    /// In pixels of the prepared page.
    pub width: u32,
    pub height: u32,
    /// Path of its picture below the run folder, when the run keeps pictures.
    pub image: Option<String>,
}

impl Record {
    /// A number that the rules take for a Social Security number stands masked in it.
    pub fn new(row: Row, mut request: Request, mut findings: Vec<Finding>) -> Record {
        if row.is_masked() {
            mask::member_id(&mut request, &mut findings);
        }
        Record { format: RECORD_FORMAT, row, request, findings, pages: Vec::new(), corrections: Vec::new() }
    }
}

/// Writes one line a record.
pub fn write_records<W: Write>(mut out: W, records: &[Record]) -> io::Result<()> {
    for record in records {
        serde_json::to_writer(&mut out, record).map_err(io::Error::other)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Reads what [`write_records`] of this or an older version wrote. The error says which version is too new and quotes nothing.
pub fn read_records<R: BufRead>(input: R) -> io::Result<Vec<Record>> {
    let mut records = Vec::new();
    for line in input.lines() {
        let line = line?;
        if !line.trim().is_empty() {
            records.push(read_record(&line)?);
        }
    }
    Ok(records)
}

fn read_record(line: &str) -> io::Result<Record> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u32,
    }
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    match serde_json::from_str::<Versioned>(line).map(|line| line.format) {
        Ok(1..=RECORD_FORMAT) => {
            serde_json::from_str(line).map_err(|_| refused("a record that this version does not know".to_owned()))
        }
        Ok(newer) if newer > RECORD_FORMAT => Err(refused(format!(
            "records of format {newer}, and this version of the program reads up to {RECORD_FORMAT}: use a newer one"
        ))),
        _ => Err(refused("not a record".to_owned())),
    }
}

/// The confidence of each field of each record, by request id and column.
pub fn confidences(records: &[Record]) -> BTreeMap<String, BTreeMap<String, f32>> {
    records
        .iter()
        .map(|record| {
            let mut fields: BTreeMap<String, f32> =
                record.request.fields.iter().map(|f| (f.field.clone(), f.confidence.get())).collect();
            if let Some(letter) = record.request.letter() {
                fields.insert("letter_date".to_owned(), letter.facts.date_confidence.get());
            }
            for choice in record.request.choices.iter().filter(|c| c.choice == "reasons") {
                let weakest = choice.options.iter().map(|o| o.confidence.get()).fold(1.0, f32::min);
                fields.insert("reasons".to_owned(), weakest);
            }
            (record.row.request_id.clone(), fields)
        })
        .collect()
}
