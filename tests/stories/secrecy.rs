//! What is read stays in the run folder: no value, name or recognised word in messages, in run.json or in a report that leaves the house.
//!
//! These stories read two of the samples for real.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::place::{Place, faxtriage};

const SAMPLES: [&str; 2] = ["20261120061700_2095553848_0101.tif", "20261120180101_8315550199_0901.pdf"];

fn place_with_samples() -> Place {
    let place = Place::new();
    for sample in SAMPLES {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/inbox").join(sample);
        fs::copy(from, place.inbox().join(sample)).unwrap();
    }
    // Each way to end without a reading says something too.
    fs::write(place.inbox().join("Leticia_Huynh.pdf"), "%PDF-1.7 Leticia Huynh 91663804H").unwrap();
    place
}

fn read(place: &Place, format: &str) -> Output {
    let mut run = faxtriage();
    run.arg("run").arg(place.inbox()).arg("--out").arg(place.out());
    run.args(["--no-second-reader", "--as-of", "2026-11-21", "-vv", "--log-format", format]);
    run.output().unwrap()
}

/// Values of the samples: what is true, what was read, and what the files are called.
fn secrets(place: &Place) -> BTreeSet<String> {
    let mut secrets: BTreeSet<String> = SAMPLES.map(str::to_owned).into();
    secrets.extend(["Leticia".to_owned(), "Huynh".to_owned(), "91663804H".to_owned()]);
    let truth = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/truth.csv");
    let mut truth = csv::Reader::from_path(truth).unwrap();
    let columns = truth.headers().unwrap().clone();
    let telling = |column: &str| column.starts_with("member_") || column.starts_with("provider_");
    for row in truth.records().map(Result::unwrap).filter(|row| SAMPLES.contains(&&row[0])) {
        secrets.extend(columns.iter().zip(&row).filter(|(column, _)| telling(column)).map(|(_, cell)| cell.to_owned()));
    }
    for line in fs::read_to_string(place.out().join("records.jsonl")).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        for field in record["request"]["fields"].as_array().unwrap() {
            secrets.insert(field["raw"].as_str().unwrap().to_owned());
            secrets.extend(field["answers"].as_array().unwrap().iter().map(|a| a["text"].as_str().unwrap().to_owned()));
        }
    }
    // A name gives itself away by any of its parts; short pieces are in every word.
    let parts: Vec<String> =
        secrets.iter().flat_map(|secret| secret.split([' ', ',', '.', ';'])).map(str::to_owned).collect();
    secrets.extend(parts);
    secrets.retain(|secret| secret.chars().count() >= 5);
    // Words of forms and of the program are no secrets.
    for common in ["member", "Member", "clinic", "Clinic", "office", "Office", "Family", "present", "Medical", "other"]
    {
        secrets.remove(common);
    }
    secrets
}

#[track_caller]
fn holds_none_of(secrets: &BTreeSet<String>, text: &str, what: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{what} holds {secret:?}");
    }
}

/// Words that were recognised, of the kind that is never a code: with a capital and a digit or more than one capital.
fn words(place: &Place) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in fs::read_dir(place.out().join("readings")).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines().skip(1) {
            let page: Value = serde_json::from_str(line).unwrap();
            for word in page["outcome"]["what"]["words"].as_array().into_iter().flatten() {
                let text = word["text"].as_str().unwrap();
                if text.chars().filter(|c| c.is_ascii_uppercase()).count() >= 1 && text.chars().count() >= 6 {
                    words.insert(text.to_owned());
                }
            }
        }
    }
    words
}

fn strings(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(entries) => entries.values().for_each(|item| strings(item, all)),
        _ => {}
    }
}

#[test]
fn no_value_of_the_samples_leaves_the_run_folder() {
    let place = place_with_samples();
    let text = read(&place, "text");
    assert_eq!(text.status.code(), Some(1), "{}", String::from_utf8_lossy(&text.stderr));
    let secrets = secrets(&place);
    assert!(secrets.len() > 20, "{secrets:?}");
    let record = fs::read_to_string(place.out().join("run.json")).unwrap();
    holds_none_of(&secrets, &record, "run.json");
    holds_none_of(&secrets, &String::from_utf8_lossy(&text.stderr), "the log as text");
    assert!(text.stdout.is_empty());
    // The finished run again, which says and decides everything once more, for collectors.
    let json = read(&place, "json");
    let log = String::from_utf8(json.stderr).unwrap();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "one object a line: {log}");
    holds_none_of(&secrets, &log, "the log as JSON");

    let report = faxtriage().arg("redact").arg(place.out()).output().unwrap();
    assert_eq!(report.status.code(), Some(0));
    let report = String::from_utf8(report.stdout).unwrap();
    holds_none_of(&secrets, &report, "the report");
    let mut said = Vec::new();
    for line in report.lines() {
        strings(&serde_json::from_str(line).unwrap(), &mut said);
    }
    let words = words(&place);
    assert!(words.len() > 40, "{words:?}");
    let leaked: Vec<&String> = said.iter().filter(|text| words.contains(*text)).collect();
    assert!(leaked.is_empty(), "{leaked:?}");
    let about: BTreeSet<String> = report
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["about"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(about, ["file", "request", "run"].map(str::to_owned).into());
    assert!(report.contains("\"zone\"") && report.contains("\"words\":[[{"), "geometry is what it is for");
}

#[test]
fn a_report_about_a_folder_that_is_no_run_says_so() {
    let place = Place::new();
    let output = faxtriage().arg("redact").arg(place.inbox()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read_dir(place.inbox()).unwrap().count(), 0, "it is only read");
}
