//! Files that are still being written: a size and a time that stand still for some seconds.
//!
//! Fax servers and copying programs write into the inbox while the night's run starts. A file whose time is old enough is taken at once;
//! for the others the run waits once and looks again. This is the only place where the clock decides anything, and only whether a file
//! is read tonight or tomorrow.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Time as the inbox sees it; tests bring their own.
pub trait Clock {
    fn now(&self) -> SystemTime;
    fn sleep(&self, time: Duration);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// What must stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub bytes: u64,
    pub modified: Option<SystemTime>,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Stamp {
        Stamp { bytes: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// For each file whether it stood still for `settle`. Waits at most once, and not at all when every file is old enough.
pub(super) fn settled(files: &[(&Path, Stamp)], settle: Duration, clock: &dyn Clock) -> Vec<bool> {
    if settle.is_zero() {
        return vec![true; files.len()];
    }
    let now = clock.now();
    // A time in the future is a mount with another clock: its age is not known.
    let old =
        |stamp: &Stamp| stamp.modified.and_then(|time| now.duration_since(time).ok()).is_some_and(|age| age >= settle);
    let waiting = files.iter().any(|(_, stamp)| !old(stamp));
    if waiting {
        clock.sleep(settle);
    }
    files
        .iter()
        .map(|(path, stamp)| old(stamp) || std::fs::symlink_metadata(path).is_ok_and(|now| Stamp::of(&now) == *stamp))
        .collect()
}
