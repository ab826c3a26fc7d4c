//! What fuzzing found, and the seeds that it began with, read again: `fuzz/finds/TARGET/` and `fuzz/seeds/TARGET/`.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/entries.rs"]
mod entries;

type Entry = fn(&[u8]);

fn replay(target: &str, entry: Entry) {
    let mut replayed = 0;
    for kind in ["seeds", "finds"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(kind).join(target);
        let Ok(files) = fs::read_dir(&folder) else { continue };
        for file in files {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            assert!(std::panic::catch_unwind(|| entry(&bytes)).is_ok(), "{}", path.display());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "nothing to replay for {target}");
}

#[test]
fn tiff() {
    replay("tiff", entries::tiff);
}

#[test]
fn pdf() {
    replay("pdf", entries::pdf);
}

#[test]
fn picture() {
    replay("picture", entries::picture);
}

#[test]
fn values() {
    replay("values", entries::values);
}

#[test]
fn pack() {
    replay("pack", entries::pack);
}

#[test]
fn worker_lines() {
    replay("worker_lines", entries::worker_lines);
}

#[test]
fn journal() {
    replay("journal", entries::journal);
}

/// Seeds with bytes changed, cut, doubled and joined, without a fuzzer's eyes: a few of each here, and many with
/// `FAXTRIAGE_TEST_SHAKES=5000 cargo nextest run shaken`. A panic prints what to replay.
#[test]
fn shaken() {
    let shakes: u64 = std::env::var("FAXTRIAGE_TEST_SHAKES").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let seed: u64 = std::env::var("FAXTRIAGE_TEST_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let targets: [(&str, Entry); 6] = [
        ("tiff", entries::tiff),
        ("pdf", entries::pdf),
        ("picture", entries::picture),
        ("values", entries::values),
        ("worker_lines", entries::worker_lines),
        ("journal", entries::journal),
    ];
    for (target, entry) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        let mut state = seed;
        for path in paths {
            let whole = fs::read(&path).unwrap();
            for shake in 0..shakes {
                let bytes = shaken_once(&whole, &mut state);
                let told = std::panic::catch_unwind(|| entry(&bytes));
                if told.is_err() {
                    let kept = std::env::temp_dir().join(format!("{target}-{seed}-{shake}"));
                    fs::write(&kept, &bytes).unwrap();
                    panic!("{target}: {} shaken the {shake}th time, kept as {}", path.display(), kept.display());
                }
            }
        }
    }
}

fn shaken_once(whole: &[u8], state: &mut u64) -> Vec<u8> {
    let mut next = |below: usize| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % below.max(1)
    };
    let mut bytes = whole.to_vec();
    for _ in 0..=next(6) {
        let at = next(bytes.len() + 1);
        match next(6) {
            0 => bytes.truncate(at.max(4)),
            1 => {
                let from = next(bytes.len() + 1);
                let piece = bytes[from..(from + next(40)).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => {
                // Numbers at the edges of their types.
                let edge = [&[0xFF; 4][..], &[0; 4], &[0x7F, 0xFF, 0xFF, 0xFF], b"-1", b"4294967296", b"1e99"][next(6)];
                let end = (at + edge.len()).min(bytes.len());
                bytes.splice(at..end, edge.iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = next(256) as u8;
                }
            }
        }
    }
    bytes
}
