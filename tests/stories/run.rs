//! The nightly job on documents that are made up: what the machinery does when things go wrong.

#![cfg(debug_assertions)]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::place::{Place, said};

/// Source file and page count of each row of the queue.
fn rejected_pages(place: &Place) -> Vec<String> {
    let record = place.record();
    record["inputs"].as_array().unwrap().iter().map(|input| input["pages_rejected"].to_string()).collect()
}

#[test]
fn an_inbox_becomes_a_queue_and_the_counts_reconcile() {
    let place = Place::new();
    place.fax("a.fax", "pages=3");
    place.fax("below/b.fax", "pages=1");
    let output = place.run().output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stdout.is_empty(), "stdout carries data only");
    let counts = &place.record()["counts"];
    assert_eq!(
        (&counts["files_found"], &counts["files_with_rows"], &counts["pages"]),
        (&2.into(), &2.into(), &4.into())
    );
    assert!(place.queue().contains("below/b.fax"));
}

#[test]
fn each_disaster_costs_one_page_and_the_others_are_read() {
    let place = Place::new();
    for fault in ["abort", "exit", "panic", "broken", "hang", "spin", "memory", "lie"] {
        place.fax(&format!("{fault}.fax"), &format!("pages=3\n2 {fault}"));
    }
    let output = place.run().args(["--page-timeout", "1", "--memory", "256", "--jobs", "2"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(rejected_pages(&place), vec!["[2]"; 8]);
    assert_eq!(place.record()["counts"]["pages"], 24);
}

#[test]
fn a_file_that_breaks_when_it_is_opened_is_one_row() {
    let place = Place::new();
    place.fax("abort.fax", "pages=3\n0 abort");
    place.fax("empty.fax", "");
    place.fax("encrypted.fax", "pages=3\n0 encrypted");
    place.fax("other.fax", "MZ");
    place.fax("long.fax", "pages=2000");
    let output = place.run().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let record = place.record();
    let codes: Vec<&str> =
        record["inputs"].as_array().unwrap().iter().map(|input| input["rejected"].as_str().unwrap()).collect();
    assert_eq!(codes, ["file-corrupt", "file-empty", "file-encrypted", "file-too-large", "file-unsupported"]);
    assert_eq!(record["counts"]["files_with_rows"], 5);
}

#[test]
fn jobs_do_not_change_a_byte() {
    let one = Place::new();
    let four = Place::new();
    for place in [&one, &four] {
        for n in 0..6 {
            place.fax(&format!("{n}.fax"), &format!("pages={}\n2 abort", n + 1));
        }
    }
    one.run().args(["--jobs", "1"]).assert().code(1);
    four.run().args(["--jobs", "4"]).assert().code(1);
    assert_eq!(contents(&one), contents(&four));
}

/// Name, length and hash of every file of the run folder but the record with its times.
fn contents(place: &Place) -> Vec<(String, usize, u64)> {
    let mut all = Vec::new();
    let mut folders = vec![place.out()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "run.json" {
                let bytes = fs::read(&path).unwrap();
                let mut hasher = DefaultHasher::new();
                bytes.hash(&mut hasher);
                all.push((path.strip_prefix(place.out()).unwrap().display().to_string(), bytes.len(), hasher.finish()));
            }
        }
    }
    all.sort();
    all
}

fn start(place: &Place) -> Child {
    let command = place.run();
    let mut process = std::process::Command::new(command.get_program());
    process.args(command.get_args()).args(["--jobs", "2"]);
    process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn slow_inbox() -> Place {
    let place = Place::new();
    for n in 0..4 {
        let slow: String = (1..=6).map(|page| format!("\n{page} slow 15")).collect();
        place.fax(&format!("{n}.fax"), &format!("pages=6{slow}"));
    }
    place
}

/// Numbers that look random and are the same again for the same seed (SplitMix64).
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Whole lines of pages in the journal: what a resumed run must not read again.
fn journaled_pages(place: &Place) -> u64 {
    let Ok(readings) = fs::read_dir(place.out().join("readings")) else { return 0 };
    let lines = |bytes: Vec<u8>| bytes.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1) as u64;
    let journals = readings.map(|entry| entry.unwrap().path());
    // The sealed file of a journal is on its way to take the partial one's place.
    let partial_of_sealed =
        |path: &std::path::Path| path.extension().is_some_and(|e| e == "partial") && path.with_extension("").exists();
    journals
        .filter(|path| path.extension().is_some_and(|e| e != "tmp") && !partial_of_sealed(path))
        .map(|path| lines(fs::read(path).unwrap()))
        .sum()
}

/// Another seed tries other moments: `FAXTRIAGE_TEST_SEED=7 cargo nextest run killed`.
#[test]
fn a_run_that_is_killed_fifty_times_ends_with_the_same_bytes() {
    let mut seed: u64 = std::env::var("FAXTRIAGE_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let begun_with = seed;
    let undisturbed = slow_inbox();
    let started = std::time::Instant::now();
    undisturbed.run().args(["--jobs", "2"]).assert().code(0);
    let whole = started.elapsed().as_millis() as u64;
    let expected = contents(&undisturbed);
    for round in 0..10 {
        let place = slow_inbox();
        let mut moments = Vec::new();
        for _ in 0..5 {
            let mut run = start(&place);
            let moment = random(&mut seed) % whole;
            moments.push(moment);
            std::thread::sleep(Duration::from_millis(moment));
            run.kill().unwrap();
            run.wait().unwrap();
        }
        let told = format!("seed {begun_with}, round {round}, killed after {moments:?} of {whole} ms");
        let (kept, is_finished) = (journaled_pages(&place), place.out().join("run.json").exists());
        let output = place.run().args(["--jobs", "2"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{told}: {}", said(&output));
        assert_eq!(contents(&place), expected, "{told}");
        let resumed = place.record()["times"]["pages_resumed"].as_u64().unwrap();
        assert_eq!(resumed, kept, "{told}: every page that was finished is taken over, finished before: {is_finished}");
    }
}

#[test]
fn another_question_in_the_same_folder_is_refused_with_a_way_out() {
    let place = Place::new();
    place.fax("a.fax", "pages=1");
    place.run().assert().code(0);
    let output = place.run().args(["--max-pages", "7"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("max-pages") && said(&output).contains("help: give a new --out"),
        "{}",
        said(&output)
    );

    place.fax("b.fax", "pages=1");
    let output = place.run().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("inputs"), "{}", said(&output));
}

#[test]
fn an_interrupted_run_takes_in_what_came_since_and_forgets_what_left() {
    let place = slow_inbox();
    let mut run = start(&place);
    std::thread::sleep(Duration::from_millis(150));
    run.kill().unwrap();
    run.wait().unwrap();
    place.fax("late.fax", "pages=1");
    fs::remove_file(place.inbox().join("0.fax")).unwrap();
    place.run().assert().code(0);
    assert!(place.queue().contains("late.fax") && !place.queue().contains("0.fax"));
}

#[test]
fn a_run_folder_in_the_inbox_is_refused() {
    let place = Place::new();
    let output = crate::place::faxtriage()
        .args(["run", "--made-up", "--no-second-reader"])
        .arg(place.inbox())
        .arg("--out")
        .arg(place.inbox().join("run"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!place.inbox().join("run").exists());
}

#[cfg(unix)]
#[test]
fn the_run_folder_is_private_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.fax("a.fax", "pages=1");
    let command = place.run();
    let typed: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let status =
        std::process::Command::new("/bin/sh").args(["-c", &format!("umask 0; exec {}", typed.join(" "))]).status();
    assert!(status.unwrap().success());
    let mut folders = vec![place.out()];
    while let Some(folder) = folders.pop() {
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
            }
        }
    }
}

#[test]
fn the_record_and_the_messages_name_no_file() {
    let place = Place::new();
    place.fax("Jane_Roe_1980.fax", "pages=2\n2 panic");
    let output = place.run().arg("-vv").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).contains("Jane"), "{}", said(&output));
    assert!(!place.record().to_string().contains("Jane"));
}
