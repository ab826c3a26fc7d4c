//! The machine around the nightly job lets it down: disks, folders, signals and files that change while they are read.

#![cfg(all(debug_assertions, unix))]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::place::{Place, said};

/// The nightly job as typed, behind `shell`, which says `"$@"` where it stands.
fn behind(place: &Place, shell: &str) -> Command {
    let typed = place.run();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", shell, "sh"]).arg(typed.get_program()).args(typed.get_args());
    command
}

fn start(place: &Place) -> Child {
    let mut command = behind(place, "exec \"$@\"");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn until(what: impl Fn() -> bool) {
    let started = Instant::now();
    while !what() {
        assert!(started.elapsed() < Duration::from_secs(20), "it never came so far");
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn slow_fax(place: &Place, name: &str, pages: u32) {
    let slow: String = (1..=pages).map(|page| format!("\n{page} slow 60")).collect();
    place.fax(name, &format!("pages={pages}{slow}"));
}

/// Queue and records, which must be the same however a run came to them.
fn outcome(place: &Place) -> [Vec<u8>; 2] {
    ["queue.csv", "records.jsonl"].map(|name| fs::read(place.out().join(name)).unwrap())
}

#[test]
fn a_disk_that_fills_up_ends_the_run_clearly_and_room_lets_it_resume() {
    let undisturbed = Place::new();
    let place = Place::new();
    for place in [&undisturbed, &place] {
        for n in 0..3 {
            place.fax(&format!("{n}.fax"), "pages=40");
        }
    }
    undisturbed.run().assert().code(0);
    // A file that may not grow fails as a full disk does, without one. The limit is in blocks of 512 bytes.
    for blocks in [1, 8, 30] {
        let full = behind(&place, &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).output().unwrap();
        assert_eq!(full.status.code(), Some(2), "{}", said(&full));
        assert!(said(&full).contains("no space left") && said(&full).contains("help: make room"), "{}", said(&full));
        assert!(!place.out().join("run.json").exists() && !place.out().join("queue.csv").exists());
    }
    place.run().assert().code(0);
    assert_eq!(outcome(&place), outcome(&undisturbed));
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_anything_is_read() {
    let place = Place::new();
    place.fax("a.fax", "pages=1");
    fs::write(place.path().join("run"), "a file in the folder's place").unwrap();
    let output = place.run().output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).starts_with("error: cannot "), "{}", said(&output));
    assert!(said(&output).lines().count() <= 2, "{}", said(&output));
}

#[test]
fn a_run_folder_of_somebody_else_is_left_as_it_is() {
    let place = Place::new();
    place.fax("a.fax", "pages=1");
    fs::create_dir(place.out()).unwrap();
    fs::write(place.out().join("letter.doc"), "x").unwrap();
    let output = place.run().output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("not a run folder"), "{}", said(&output));
    assert_eq!(fs::read_dir(place.out()).unwrap().count(), 1);
}

#[test]
fn an_inbox_that_vanishes_ends_the_run_and_its_return_lets_it_resume() {
    let undisturbed = Place::new();
    let place = Place::new();
    for place in [&undisturbed, &place] {
        slow_fax(place, "a.fax", 6);
        slow_fax(place, "b.fax", 6);
    }
    undisturbed.run().assert().code(0);
    let run = start(&place);
    until(|| place.out().join("readings").is_dir());
    let away = place.path().join("unmounted");
    fs::rename(place.inbox(), &away).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("cannot read the inbox"), "{}", said(&output));
    assert!(!place.out().join("queue.csv").exists());

    fs::rename(&away, place.inbox()).unwrap();
    place.run().assert().code(0);
    assert_eq!(outcome(&place), outcome(&undisturbed));
}

#[test]
fn files_that_leave_or_grow_while_they_are_read_are_rows_of_their_own() {
    let place = Place::new();
    // The first file keeps the workers busy while the others change.
    slow_fax(&place, "0.fax", 8);
    place.fax("leaves.fax", "pages=2");
    place.fax("grows.fax", "pages=2");
    let mut run = behind(&place, "exec \"$@\" --jobs 1");
    let run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Found and hashed, and its pages counted.
    until(|| fs::read_dir(place.out().join("readings")).is_ok_and(|entries| entries.count() == 3));
    fs::remove_file(place.inbox().join("leaves.fax")).unwrap();
    place.fax("grows.fax", "pages=3");
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let record = place.record();
    assert_eq!(record["counts"]["files_with_rows"], 3);
    let rejected: Vec<String> =
        record["inputs"].as_array().unwrap().iter().map(|input| input["pages_rejected"].to_string()).collect();
    assert_eq!(rejected, ["[]", "[1,2]", "[1,2]"], "what was not the file that was found is not read under its name");
    let readings: String = fs::read_dir(place.out().join("readings"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(readings.contains("the file left the inbox") && readings.contains("the file changed after it was found"));
}

#[test]
fn files_that_are_still_being_written_wait_for_the_next_night() {
    let place = Place::new();
    place.fax("old.fax", "pages=1");
    let new = place.fax("new.fax", "pages=1");
    // A time in the future is a mount with another clock: its age is not known, and it must stand still.
    let tomorrow = std::time::SystemTime::now() + Duration::from_secs(86_400);
    fs::File::options().write(true).open(&new).unwrap().set_modified(tomorrow).unwrap();
    let mut run = behind(&place, "exec \"$@\" --settle 1").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for length in 1..20 {
        std::thread::sleep(Duration::from_millis(100));
        fs::write(&new, "pages=1\n".repeat(length)).unwrap();
    }
    assert_eq!(run.wait().unwrap().code(), Some(1));
    let record = place.record();
    assert_eq!(record["counts"]["skipped"]["unsettled"], 1);
    assert_eq!((&record["counts"]["files_found"], &record["counts"]["files_with_rows"]), (&2.into(), &1.into()));
    assert!(fs::read_to_string(place.out().join("skipped.csv")).unwrap().contains("new.fax,unsettled"));
}

#[test]
fn odd_entries_and_names_are_rows_or_reasons_and_hold_nothing_up() {
    let place = Place::new();
    let long = format!("{}.fax", "n".repeat(251));
    let names: [&[u8]; 8] = [
        b"two\nlines.fax",
        b"=cmd|'calc'!A0.fax",
        b"caf\xe9.fax",
        b"caf%E9.fax",
        "\u{202e}xaf.txt".as_bytes(),
        b" leading and trailing ",
        b"quote\"comma,.fax",
        long.as_bytes(),
    ];
    for name in names {
        fs::write(place.inbox().join(OsStr::from_bytes(name)), "pages=1").unwrap();
    }
    let at = |name: &str| place.inbox().join(name);
    std::os::unix::fs::symlink(place.inbox(), at("loop")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("zero.tif")).unwrap();
    std::os::unix::fs::symlink("nowhere", at("dangling.tif")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.tif")).status().unwrap().success());
    let root = rustix::process::geteuid().is_root();
    let device = root && Command::new("mknod").arg(at("device.tif")).args(["c", "1", "5"]).status().unwrap().success();
    place.fax("closed.fax", "pages=1");
    fs::create_dir(at("closed")).unwrap();
    for closed in ["closed.fax", "closed"] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o0);
        fs::set_permissions(at(closed), mode).unwrap();
    }

    let started = Instant::now();
    let output = place.run().output().unwrap();
    fs::set_permissions(at("closed"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(started.elapsed() < Duration::from_secs(20));

    let counts = &place.record()["counts"];
    let found = counts["files_found"].as_u64().unwrap();
    assert_eq!(found, counts["files_with_rows"].as_u64().unwrap() + counts["files_skipped"].as_u64().unwrap());
    let read = if root { 9 } else { 8 };
    assert_eq!(counts["files_with_rows"], read, "{counts}");
    for (reason, count) in [("symlink", 1), ("symlink-outside", 1), ("symlink-dangling", 1), ("pipe", 1)] {
        assert_eq!(counts["skipped"][reason], count, "{reason} in {counts}");
    }
    assert_eq!(counts["skipped"]["device"].as_u64(), device.then_some(1));
    assert_eq!(counts["skipped"]["permission-denied"].as_u64(), (!root).then_some(1));

    let mut queue = csv::Reader::from_path(place.out().join("queue.csv")).unwrap();
    let files: Vec<String> = queue.records().map(|row| row.unwrap()[9].to_owned()).collect();
    assert_eq!(files.len(), read);
    for file in ["two\nlines.fax", "'=cmd|'calc'!A0.fax", "caf%E9.fax", "caf%25E9.fax", long.as_str()] {
        assert!(files.iter().any(|name| name == file), "{file} in {files:?}");
    }
}

fn signalled(signal: &str) -> (Output, Place) {
    let place = Place::new();
    slow_fax(&place, "a.fax", 20);
    let run = start(&place);
    until(|| place.out().join("readings").is_dir());
    let sent = Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
    assert!(sent.success());
    (run.wait_with_output().unwrap(), place)
}

#[test]
fn every_polite_signal_finishes_the_pages_in_hand_and_ends_with_130() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let (output, place) = signalled(signal);
        assert_eq!(output.status.code(), Some(130), "{signal}: {}", said(&output));
        assert!(said(&output).contains("what was finished is kept"), "{}", said(&output));
        assert!(!place.out().join("queue.csv").exists() && !place.out().join("run.json").exists());
        place.run().assert().code(0);
        assert_eq!(place.record()["counts"]["pages"], 20);
    }
}

#[test]
fn a_second_run_in_the_same_folder_is_refused_and_the_first_is_not_disturbed() {
    let place = Place::new();
    slow_fax(&place, "a.fax", 10);
    let mut first = start(&place);
    until(|| place.out().join("readings").is_dir());
    let second = place.run().output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(said(&second).contains("another run holds") && said(&second).contains("help: wait"), "{}", said(&second));
    assert!(first.wait().unwrap().success());
}
