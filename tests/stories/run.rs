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

#[test]
fn a_run_that_is_killed_at_any_moment_ends_with_the_same_bytes() {
    let undisturbed = slow_inbox();
    undisturbed.run().args(["--jobs", "2"]).assert().code(0);
    let expected = contents(&undisturbed);
    for round in 0..8u64 {
        let place = slow_inbox();
        for kill in 0..3 {
            let mut run = start(&place);
            std::thread::sleep(Duration::from_millis(20 + (round * 97 + kill * 61) % 220));
            run.kill().unwrap();
            run.wait().unwrap();
        }
        let output = place.run().args(["--jobs", "2"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(contents(&place), expected, "round {round}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_with_130_and_the_same_command_resumes() {
    let place = slow_inbox();
    let mut run = start(&place);
    while !place.out().join("readings").is_dir() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = std::process::Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert!(!place.out().join("run.json").exists());
    place.run().assert().code(0);
}

#[test]
fn one_run_at_a_time() {
    let place = slow_inbox();
    let mut first = start(&place);
    while !place.out().join("run.lock").exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(20));
    let output = place.run().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("another run holds"), "{}", said(&output));
    assert!(first.wait().unwrap().success());
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
