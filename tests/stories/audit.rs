//! Shares, audits and other rules: the same answer again, or the reason why not.

#![cfg(debug_assertions)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::place::{Place, faxtriage, said};

fn inbox_of_nine() -> Place {
    let place = Place::new();
    for n in 0..9 {
        place.fax(&format!("{n}.fax"), &format!("pages={}\n2 abort", n % 3 + 1));
    }
    place.fax("copy.fax", "pages=1\n2 abort");
    place
}

fn audit(place: &Place, archive: &Path) -> (Output, String) {
    let output =
        faxtriage().args(["audit", "--made-up"]).arg(place.out()).arg("--inbox").arg(archive).output().unwrap();
    let found = fs::read_to_string(place.out().join("audit.csv")).unwrap_or_default();
    (output, found)
}

#[test]
fn shares_merged_are_the_single_run_byte_for_byte() {
    let place = inbox_of_nine();
    place.run().assert().code(1);
    let shares: Vec<PathBuf> = (1..=3).map(|n| place.path().join(format!("share{n}"))).collect();
    for (n, share) in (1..).zip(&shares) {
        let mut run = faxtriage();
        run.arg("run").arg(place.inbox()).arg("--out").arg(share).args(["--shard", &format!("{n}/3")]);
        let output = run.args(["--made-up", "--no-second-reader", "--as-of", "2026-11-21"]).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
    }
    let merged = place.path().join("merged");
    let output = faxtriage().arg("merge").args(&shares[..2]).arg("--out").arg(&merged).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "a share is missing");
    assert!(said(&output).contains("share 3/3 is missing"), "{}", said(&output));

    let output = faxtriage().arg("merge").args(&shares).arg("--out").arg(&merged).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for file in ["queue.csv", "records.jsonl", "skipped.csv"] {
        assert_eq!(fs::read(merged.join(file)).unwrap(), fs::read(place.out().join(file)).unwrap(), "{file}");
    }
    for entry in fs::read_dir(place.out().join("images")).unwrap() {
        let name = entry.unwrap().file_name();
        let bytes = |run: &Path| fs::read(run.join("images").join(&name)).unwrap();
        assert_eq!(bytes(&merged), bytes(&place.out()), "{}", name.display());
    }
}

#[test]
fn an_audit_of_the_same_scans_finds_nothing() {
    let place = inbox_of_nine();
    place.run().assert().code(1);
    let (output, found) = audit(&place, &place.inbox());
    assert_eq!(output.status.code(), Some(0), "{}{found}", said(&output));
    assert_eq!(found.lines().count(), 1, "the header alone");
    assert!(!place.out().join("audit").exists());
}

#[test]
fn an_audit_of_a_tampered_archive_names_the_files() {
    let place = inbox_of_nine();
    place.run().assert().code(1);
    let archive = place.path().join("archive");
    fs::create_dir(&archive).unwrap();
    for entry in fs::read_dir(place.inbox()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), archive.join(entry.file_name())).unwrap();
    }
    fs::write(archive.join("3.fax"), "pages=2").unwrap();
    fs::remove_file(archive.join("4.fax")).unwrap();
    let (output, found) = audit(&place, &archive);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(found.lines().any(|line| line.starts_with("3.fax") && line.contains("changed in the archive")), "{found}");
    assert!(found.lines().any(|line| line.starts_with("4.fax") && line.contains("missing in the archive")), "{found}");
    assert!(!found.contains("unexplained"), "{found}");
}

#[test]
fn an_audit_notices_a_queue_that_was_edited() {
    let place = inbox_of_nine();
    place.run().assert().code(1);
    let edited = place.queue().replace("review", "complete");
    fs::write(place.out().join("queue.csv"), edited).unwrap();
    let (output, found) = audit(&place, &place.inbox());
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(found.contains("queue.csv") && found.contains("changed after the run"), "{found}");
}

#[test]
fn a_recheck_under_the_same_rules_changes_nothing_and_the_run_stays() {
    let place = inbox_of_nine();
    place.run().assert().code(1);
    let before = place.queue();
    let output =
        faxtriage().arg("recheck").arg(place.out()).arg("--rules").arg(place.out().join("rules")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert_eq!(place.queue(), before);
}

#[test]
fn a_recheck_of_a_folder_that_is_no_run_says_so() {
    let place = Place::new();
    let output = faxtriage().arg("recheck").arg(place.out()).arg("--rules").arg("rules").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!place.out().exists(), "nothing was made");
}

const ROSTER: &str =
    "member_id,member_name,member_dob,pcp_npi,pcp_name\n95333420A,Ana Roe,1980-01-02,1234567893,Ben Kim\n";

#[test]
fn an_audit_goes_by_the_runs_own_rules_roster_and_limits() {
    let place = inbox_of_nine();
    let roster = place.path().join("members.csv");
    fs::write(&roster, ROSTER).unwrap();
    let mut run = place.run();
    run.args(["--rules", "tests/fixtures/packs/valley", "--max-pages", "2", "--page-timeout", "7", "--roster"]);
    run.arg(&roster).assert().code(1);
    assert!(place.queue().contains("unreadable") && place.queue().contains("valley"), "{}", place.queue());
    let audit = |roster: Option<&Path>| {
        let mut audit = faxtriage();
        audit.args(["audit", "--made-up"]).arg(place.out()).arg("--inbox").arg(place.inbox());
        if let Some(roster) = roster {
            audit.arg("--roster").arg(roster);
        }
        audit.output().unwrap()
    };
    let same = audit(Some(&roster));
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    let without = audit(None);
    assert_eq!(without.status.code(), Some(2));
    assert!(said(&without).contains("give the same one with --roster"), "{}", said(&without));
    fs::write(&roster, ROSTER.replace("Ana", "Eva")).unwrap();
    assert_eq!(audit(Some(&roster)).status.code(), Some(2), "another roster");
}

#[test]
fn an_audit_names_what_reads_otherwise_now_and_rules_that_were_changed() {
    let place = inbox_of_nine();
    place.run().assert().code(1);
    let path = place.out().join("run.json");
    let record = fs::read_to_string(&path).unwrap();
    fs::write(&path, record.replace("\"tesseract\": \"made up\"", "\"tesseract\": \"4.0\"")).unwrap();
    fs::write(place.out().join("queue.csv"), place.queue().replace(",normal,", ",urgent,")).unwrap();
    let pack = place.out().join("rules/pack.toml");
    fs::write(&pack, fs::read_to_string(&pack).unwrap() + "\n# a later thought\n").unwrap();
    let (output, found) = audit(&place, &place.inbox());
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(found.contains("another version of Tesseract"), "{found}");
    assert!(found.contains("the rules kept with the run were changed after it"), "{found}");
    assert!(!found.contains("unexplained"), "{found}");
}

#[test]
fn a_run_that_was_moved_away_is_still_its_own_night() {
    let place = inbox_of_nine();
    let ledger = place.path().join("nights.db");
    let mut run = place.run();
    run.arg("--ledger").arg(&ledger).assert().code(1);
    let archive = place.path().join("archive-of-runs");
    fs::rename(place.out(), &archive).unwrap();
    let mut audit = faxtriage();
    audit.args(["audit", "--made-up"]).arg(&archive).arg("--inbox").arg(place.inbox()).arg("--ledger").arg(&ledger);
    let output = audit.output().unwrap();
    let found = fs::read_to_string(archive.join("audit.csv")).unwrap_or_default();
    assert_eq!(output.status.code(), Some(0), "{}{found}", said(&output));
}

#[test]
fn another_day_changes_only_what_a_rules_dates_change() {
    let place = Place::new();
    place.fax("form.fax", "pages=1\n1 form");
    place.fax("letter.fax", "pages=1\n1 letter");
    place.fax("both.fax", "pages=2\n1 form\n2 letter");
    place.run().assert().code(0);
    let rules = place.out().join("rules");
    let text = fs::read_to_string(rules.join("checks/60-roster.toml")).unwrap();
    // From the first of December on, a person judges what no roster was at hand for.
    let rule = text.split("[[rule]]").find(|rule| rule.contains("id = \"linkage-is-checked\"")).unwrap();
    let until = rule.replace("from = 2025-05-01", "from = 2025-05-01, to = 2026-11-30");
    let from =
        rule.replace("from = 2025-05-01", "from = 2026-12-01").replace("severity = \"note\"", "severity = \"warning\"");
    let newer = place.path().join("newer");
    copy(&rules, &newer);
    fs::write(newer.join("checks/60-roster.toml"), text.replace(rule, &format!("{until}[[rule]]{from}"))).unwrap();
    let recheck = |day: Option<&str>| {
        let mut command = faxtriage();
        command.arg("recheck").arg(place.out()).arg("--rules").arg(&newer);
        command.args(day.iter().flat_map(|day| ["--as-of", day]));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
    };
    let (code, same, told) = recheck(Some("2026-11-30"));
    assert_eq!((code, same.lines().count()), (Some(0), 1), "{same}{told}");
    let (code, changed, told) = recheck(Some("2026-12-01"));
    assert_eq!(code, Some(3), "{told}");
    let queue = place.queue();
    let ids = |text: &str, holds: &str| -> std::collections::BTreeSet<String> {
        text.lines().skip(1).filter(|line| line.contains(holds)).map(|line| request_id(line).to_owned()).collect()
    };
    let unchecked = ids(&queue, "linkage-not-checked");
    assert_eq!(unchecked.len(), 2, "{queue}");
    assert_eq!(ids(&changed, ""), unchecked);
}

/// The cell that looks like a request's id.
fn request_id(line: &str) -> &str {
    line.split(',')
        .find(|cell| {
            cell.split_once('-').is_some_and(|(hash, n)| {
                hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && n.bytes().all(|b| b.is_ascii_digit())
            })
        })
        .unwrap_or_default()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            let _bytes = std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
