//! What an earlier version stored is understood, and what a newer one stored is refused with a way out.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use faxtriage::answer::Reading;
use faxtriage::assemble::PageOutcome;
use faxtriage::queue::read_records;
use faxtriage::reading::{LetterKind, PageKind, Value};
use faxtriage::run::journal;
use faxtriage::run::record::RunRecord;

use crate::place::{Place, faxtriage, said};

fn stored(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/formats/{format}"))
}

/// The stored run as a folder of its own, since locking one writes into it.
fn copy(format: u32) -> Place {
    let place = Place::new();
    fs::create_dir_all(place.out().join("readings")).unwrap();
    fs::write(place.out().join("run.lock"), "").unwrap();
    for folder in ["", "readings"] {
        for entry in fs::read_dir(stored(format).join(folder)).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                fs::copy(entry.path(), place.out().join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    place
}

#[test]
fn readings_and_records_of_format_1_are_understood() {
    let readings = journal::stored(&stored(1)).unwrap();
    let (header, path) = &readings[0];
    assert_eq!((header.pages, header.transmission.sender.as_deref()), (2, Some("2095553848")));
    let pages = journal::pages(path).unwrap();
    let [PageOutcome::Read(form), PageOutcome::Read(letter)] = &pages[..] else { panic!("two pages were read") };
    assert_eq!(form.kind(), &PageKind::Form("request-for-member-reassignment".to_owned()));
    let id = form.form.as_ref().unwrap().field("member_id").unwrap();
    assert_eq!(id.reading, Reading::Read(Value::Text("97783533Y".to_owned())));
    assert!(form.words.len() > 50 && id.confidence.get() > 0.5);
    assert_eq!(letter.letter.as_ref().unwrap().kind, LetterKind::ReassignmentNotice);

    let records = fs::File::open(stored(1).join("records.jsonl")).unwrap();
    let records = read_records(BufReader::new(records)).unwrap();
    assert_eq!(records[0].row.member_id, "97783533Y");
    assert_eq!(records[0].request.letters.len(), 1);

    let run = RunRecord::load(&stored(1)).unwrap();
    assert_eq!((run.as_of.as_str(), run.counts.pages), ("2026-11-21", 2));
}

#[test]
fn a_run_of_format_1_can_be_checked_again_under_todays_rules() {
    let place = copy(1);
    let output = faxtriage().arg("recheck").arg(place.out()).args(["--rules", "rules"]).output().unwrap();
    // Other rules may change the row; what matters is that it could be told.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", said(&output));
    let report = faxtriage().arg("redact").arg(place.out()).output().unwrap();
    assert_eq!(report.status.code(), Some(0), "{}", said(&report));
}

#[test]
fn what_a_newer_version_stored_is_refused_with_a_way_out() {
    let newer = |name: &str| {
        let place = copy(1);
        let path = match name {
            "readings" => fs::read_dir(place.out().join(name)).unwrap().next().unwrap().unwrap().path(),
            name => place.out().join(name),
        };
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            &path,
            text.replacen("\"format\": 1", "\"format\": 7", 1).replacen("\"format\":1", "\"format\":7", 1),
        )
        .unwrap();
        let output = faxtriage().arg("redact").arg(place.out()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
        said(&output)
    };
    for name in ["run.json", "readings", "records.jsonl"] {
        let said = newer(name);
        assert!(
            said.contains("format 7") && said.contains("reads up to 1") && said.contains("newer one"),
            "{name}: {said}"
        );
        assert!(!said.contains("Mahoney") && !said.contains("20261120061700"), "{said}");
    }
}
