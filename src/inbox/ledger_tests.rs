use std::os::unix::fs::PermissionsExt;

use super::*;

fn record(ledger: &mut Ledger, run: &str, requests: &[(&[i64], &str)]) {
    ledger.record(run, "2026-11-21", requests.iter().copied()).unwrap();
}

#[test]
fn a_later_night_finds_what_an_earlier_one_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let mut ledger = Ledger::open(&path).unwrap();
    record(&mut ledger, "monday", &[(&[1, 2], "a"), (&[3], "b")]);
    drop(ledger);
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.earlier("tuesday", &[2, 1, 9]).unwrap(), ["a"]);
    assert_eq!(ledger.earlier("tuesday", &[3, 2]).unwrap(), ["a", "b"]);
    assert_eq!(ledger.len().unwrap(), 2);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_same_run_again_sees_and_leaves_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    record(&mut ledger, "monday", &[(&[1], "a")]);
    record(&mut ledger, "tuesday", &[(&[1], "b"), (&[7], "c")]);
    assert_eq!(ledger.earlier("tuesday", &[1, 7]).unwrap(), ["a"], "not its own");
    assert_eq!(ledger.earlier("monday", &[1, 7]).unwrap(), Vec::<String>::new(), "not what came later");
    record(&mut ledger, "tuesday", &[(&[1], "b")]);
    assert_eq!(ledger.len().unwrap(), 2);
    assert_eq!(ledger.earlier("wednesday", &[1, 7]).unwrap(), ["a", "b"]);
    record(&mut ledger, "monday", &[(&[1], "a")]);
    assert_eq!(ledger.earlier("tuesday", &[1]).unwrap(), ["a"], "the order of nights stays");
}

#[test]
fn the_salt_stays_and_a_strange_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let salt = Ledger::open(&path).unwrap().salt().to_vec();
    assert_eq!(salt.len(), 16);
    assert_eq!(Ledger::open(&path).unwrap().salt(), salt);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Ledger::open(&path), Err(LedgerError::Schema { found: 99 })));
    let elsewhere = dir.path().join("none/ledger.db");
    assert!(Ledger::open(&elsewhere).unwrap_err().to_string().contains("check that its folder exists"));
}

/// Run with `--ignored --nocapture` to measure; prints how long a night of 1,000 takes over a million.
#[test]
#[ignore = "takes a minute"]
fn a_million_requests_are_no_burden() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let mut ledger = Ledger::open(&path).unwrap();
    let body = "x".repeat(1_500);
    let key = |n: i64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64);
    let started = std::time::Instant::now();
    for night in 0..10i64 {
        let keys: Vec<[i64; 5]> =
            (0..100_000).map(|n| [0, 1, 2, 3, 4].map(|k| key((night * 100_000 + n) * 5 + k))).collect();
        ledger
            .record(&format!("night {night}"), "2026-11-21", keys.iter().map(|k| (k.as_slice(), body.as_str())))
            .unwrap();
    }
    println!("written in {:?}, {} MB", started.elapsed(), std::fs::metadata(&path).unwrap().len() >> 20);
    drop(ledger);
    let started = std::time::Instant::now();
    let mut ledger = Ledger::open(&path).unwrap();
    let mut found = 0;
    for n in 0..1_000i64 {
        found += ledger.earlier("tonight", &[0, 1, 2, 3, 4].map(|k| key(n * 997 * 5 + k))).unwrap().len();
    }
    println!("a thousand lookups in {:?}", started.elapsed());
    assert_eq!(found, 1_000);
    let started = std::time::Instant::now();
    let keys: Vec<[i64; 5]> = (0..1_000).map(|n| [0, 1, 2, 3, 4].map(|k| key(10_000_000 + n * 5 + k))).collect();
    ledger.record("tonight", "2026-11-21", keys.iter().map(|k| (k.as_slice(), body.as_str()))).unwrap();
    println!("a night of a thousand written in {:?}", started.elapsed());
}
