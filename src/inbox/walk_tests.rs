use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::super::settle::SystemClock;
use super::*;

fn scan_now(inbox: &Path) -> Inbox {
    let result = scan(inbox, &ScanOptions::default(), &SystemClock).unwrap();
    assert!(result.reconciles());
    result
}

fn reasons(inbox: &Inbox) -> Vec<(&str, &str)> {
    inbox.skipped.iter().map(|s| (s.source_file.as_str(), s.reason.name())).collect()
}

#[test]
fn files_come_in_the_order_of_their_path_with_their_hash() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    for name in ["b/1.tif", "b.tif", "a.tif"] {
        fs::write(dir.path().join(name), "abc").unwrap();
    }
    let inbox = scan_now(dir.path());
    let names: Vec<&str> = inbox.transmissions.iter().map(|t| t.source_file.as_str()).collect();
    assert_eq!(names, ["a.tif", "b.tif", "b/1.tif"]);
    let first = &inbox.transmissions[0];
    assert_eq!(first.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!((first.bytes, first.received_from_name), (3, false));
    assert!(first.received_at.as_deref().unwrap().ends_with('Z'));
    assert_eq!(fs::read(&first.path).unwrap(), b"abc");
}

#[test]
fn an_empty_file_is_a_transmission() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("empty.tif"), "").unwrap();
    assert_eq!(scan_now(dir.path()).transmissions[0].bytes, 0);
}

#[test]
fn links_pipes_sockets_and_unfinished_files_are_told_and_not_opened() {
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| dir.path().join(name);
    fs::write(at("fax.tif"), "x").unwrap();
    fs::write(outside.path().join("secret"), "x").unwrap();
    symlink(at("fax.tif"), at("inside")).unwrap();
    symlink(outside.path().join("secret"), at("outside")).unwrap();
    symlink(outside.path(), at("outside-folder")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    fs::write(at("fax2.tif.part"), "x").unwrap();
    fs::write(at(".fax3.tif.XyZ"), "x").unwrap();
    let inbox = scan_now(dir.path());
    assert_eq!(inbox.transmissions.len(), 1);
    assert_eq!(
        reasons(&inbox),
        [
            (".fax3.tif.XyZ", "hidden-name"),
            ("dangling", "symlink-dangling"),
            ("fax2.tif.part", "temporary-name"),
            ("inside", "symlink"),
            ("outside", "symlink-outside"),
            ("outside-folder", "symlink-outside"),
            ("pipe", "pipe"),
            ("socket", "socket"),
        ]
    );
}

#[test]
fn odd_names_keep_their_file() {
    let dir = tempfile::tempdir().unwrap();
    let odd = [
        OsString::from("two\nlines.tif"),
        OsString::from_vec(b"caf\xe9 100%.tif".to_vec()),
        OsString::from("x".repeat(255)),
    ];
    for name in &odd {
        fs::write(dir.path().join(name), "x").unwrap();
    }
    let inbox = scan_now(dir.path());
    let names: Vec<&str> = inbox.transmissions.iter().map(|t| t.source_file.as_str()).collect();
    assert_eq!(names[0], "caf%E9 100%25.tif");
    assert_eq!(names[1], "two\nlines.tif");
    assert_eq!(names[2].len(), 255);
    assert!(inbox.transmissions.iter().all(|t| fs::read(&t.path).is_ok()));
}

#[test]
fn what_may_not_be_read_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let (file, folder) = (dir.path().join("locked.tif"), dir.path().join("locked"));
    fs::write(&file, "x").unwrap();
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    let readable_anyway = fs::read(&file).is_ok();
    let inbox = scan_now(dir.path());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    if !readable_anyway {
        assert_eq!(reasons(&inbox), [("locked", "folder-unreadable"), ("locked.tif", "permission-denied")]);
    }
}

#[test]
fn a_missing_inbox_is_an_error_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let error = scan(&dir.path().join("none"), &ScanOptions::default(), &SystemClock).unwrap_err();
    assert!(error.to_string().contains("check that the folder exists"));
    fs::write(dir.path().join("file"), "").unwrap();
    assert!(matches!(
        scan(&dir.path().join("file"), &ScanOptions::default(), &SystemClock),
        Err(InboxError::NotAFolder)
    ));
}

/// A clock that does something while the scan sleeps.
struct Meanwhile<F: Fn()> {
    now: SystemTime,
    act: F,
    slept: RefCell<Vec<Duration>>,
}

impl<F: Fn()> Clock for Meanwhile<F> {
    fn now(&self) -> SystemTime {
        self.now
    }

    fn sleep(&self, time: Duration) {
        self.slept.borrow_mut().push(time);
        (self.act)();
    }
}

#[test]
fn a_file_that_grows_while_we_wait_is_left_for_tomorrow() {
    let dir = tempfile::tempdir().unwrap();
    let (still, grows) = (dir.path().join("still.tif"), dir.path().join("grows.tif"));
    fs::write(&still, "x").unwrap();
    fs::write(&grows, "x").unwrap();
    let clock =
        Meanwhile { now: SystemTime::now(), act: || fs::write(&grows, "xx").unwrap(), slept: RefCell::default() };
    let options = ScanOptions { settle: Duration::from_secs(5), ..ScanOptions::default() };
    let inbox = scan(dir.path(), &options, &clock).unwrap();
    assert_eq!(reasons(&inbox), [("grows.tif", "unsettled")]);
    assert_eq!(inbox.transmissions[0].source_file, "still.tif");
    assert_eq!(*clock.slept.borrow(), [Duration::from_secs(5)]);
}

#[test]
fn old_files_need_no_waiting() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("old.tif"), "x").unwrap();
    let clock = Meanwhile { now: SystemTime::now() + Duration::from_secs(60), act: || (), slept: RefCell::default() };
    let options = ScanOptions { settle: Duration::from_secs(5), ..ScanOptions::default() };
    assert_eq!(scan(dir.path(), &options, &clock).unwrap().transmissions.len(), 1);
    assert!(clock.slept.borrow().is_empty());
}

#[test]
fn a_run_folder_below_the_inbox_is_left_out_and_names_speak() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("run")).unwrap();
    fs::write(dir.path().join("run/queue.csv"), "x").unwrap();
    fs::write(dir.path().join("20261120061104_8315554018.tif"), "x").unwrap();
    let options = ScanOptions {
        file_names: FileNames::new(&crate::rules::phrases::PhraseBook::builtin().arrivals.file_names).unwrap(),
        exclude: vec![dir.path().join("run")],
        ..ScanOptions::default()
    };
    let inbox = scan(dir.path(), &options, &SystemClock).unwrap();
    assert_eq!(inbox.found, 1);
    assert_eq!(inbox.transmissions[0].received_at.as_deref(), Some("2026-11-20T06:11:04"));
    assert!(inbox.transmissions[0].received_from_name);
}

#[test]
fn no_two_files_share_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let odd: [&[u8]; 6] = [b"a\xff", b"a%FF", b"a%25FF", b"a%2525FF", b"100% of %41", b"%\xff"];
    for name in odd {
        fs::write(dir.path().join(OsString::from_vec(name.to_vec())), name).unwrap();
    }
    let mut names: Vec<String> = scan_now(dir.path()).transmissions.into_iter().map(|t| t.source_file).collect();
    names.sort();
    assert_eq!(names, ["%25%FF", "100% of %41", "a%252525FF", "a%2525FF", "a%25FF", "a%FF"]);
}

/// What [`readable`] made, undone.
fn decoded(name: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), name.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' && looks_encoded(after) {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    bytes
}

proptest::proptest! {
    #[test]
    fn every_name_can_be_told_back(bytes in proptest::collection::vec(proptest::sample::select(b"%25FaC\xff\xc3\xa9".to_vec()), 0..12)) {
        let name = readable(std::ffi::OsStr::from_bytes(&bytes));
        proptest::prop_assert_eq!(decoded(&name), bytes);
    }
}

#[test]
fn a_monster_is_told_apart_by_its_beginning_and_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("monster.pdf");
    fs::write(&path, "%PDF").unwrap();
    let whole = Stamp::of(&fs::metadata(&path).unwrap());
    assert_eq!(hash_file(&path, whole, 4).unwrap(), hash_file(&path, whole, u64::MAX).unwrap(), "not over the limit");
    let (bytes, cut) = hash_file(&path, whole, 3).unwrap();
    assert_eq!(bytes, 4);
    assert_ne!(cut, hash_file(&path, whole, 4).unwrap().1);
}
