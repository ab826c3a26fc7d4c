//! Walking the inbox: every entry is taken or skipped with a reason, and nothing is opened that is not a plain file.

use std::ffi::OsStr;
use std::fs::FileType;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use walkdir::WalkDir;

use super::hash::{MOST, hash_file, reason_of};
use super::names::FileNames;
use super::settle::{Clock, Stamp, settled};
use super::{Inbox, SkipReason, Skipped, Transmission};

/// Endings that programs give to files they have not finished writing.
const UNFINISHED: [&str; 8] = [".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp"];

#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    #[error("the inbox cannot be read: {0}; check that the folder exists and that it may be listed")]
    Unreadable(#[source] std::io::Error),
    #[error("the inbox is not a folder")]
    NotAFolder,
}

/// How to look at an inbox.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// How long a file must stand still. Default: zero, which takes every file as it is.
    pub settle: Duration,
    pub file_names: FileNames,
    /// Folders that are not part of the inbox, such as a run folder below it.
    pub exclude: Vec<PathBuf>,
}

struct Entry {
    source_file: String,
    path: PathBuf,
    state: Result<Stamp, SkipReason>,
}

/// Everything under `inbox`, in the order of `source_file`'s bytes.
///
/// Links are never followed below the inbox itself. Files are hashed on all cores; the result does not depend on how many there are.
pub fn scan(inbox: &Path, options: &ScanOptions, clock: &dyn Clock) -> Result<Inbox, InboxError> {
    let root = std::fs::canonicalize(inbox).map_err(InboxError::Unreadable)?;
    if !root.is_dir() {
        return Err(InboxError::NotAFolder);
    }
    std::fs::read_dir(&root).map_err(InboxError::Unreadable)?;
    let mut entries = list(&root, options);
    let found = entries.len();
    entries.sort_by(|a, b| a.source_file.as_bytes().cmp(b.source_file.as_bytes()).then_with(|| a.path.cmp(&b.path)));
    wait_for_writers(&mut entries, options.settle, clock);

    let taken: Vec<Result<Transmission, Skipped>> =
        entries.par_iter().map(|entry| take(entry, &options.file_names)).collect();
    let mut result = Inbox { found, ..Inbox::default() };
    for outcome in taken {
        match outcome {
            Ok(transmission) => result.transmissions.push(transmission),
            Err(skipped) => result.skipped.push(skipped),
        }
    }
    Ok(result)
}

fn list(root: &Path, options: &ScanOptions) -> Vec<Entry> {
    let excluded: Vec<PathBuf> = options.exclude.iter().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
    let walk = WalkDir::new(root)
        .follow_links(false)
        .into_iter()
        .filter_entry(|entry| !excluded.iter().any(|path| path == entry.path()));
    let mut entries = Vec::new();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => {
                let path = entry.into_path();
                entries.push(Entry { source_file: source_file(root, &path), state: inspect(root, &path), path });
            }
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                let vanished = error.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound);
                let reason = if vanished { SkipReason::Vanished } else { SkipReason::FolderUnreadable };
                entries.push(Entry { source_file: source_file(root, &path), state: Err(reason), path });
            }
        }
    }
    entries
}

fn inspect(root: &Path, path: &Path) -> Result<Stamp, SkipReason> {
    let metadata = std::fs::symlink_metadata(path).map_err(|error| reason_of(&error))?;
    let kind = metadata.file_type();
    if kind.is_symlink() {
        return Err(match std::fs::canonicalize(path) {
            Ok(target) if target.starts_with(root) => SkipReason::Symlink,
            Ok(_) => SkipReason::SymlinkOutside,
            Err(_) => SkipReason::SymlinkDangling,
        });
    }
    if let Some(reason) = special(&kind) {
        return Err(reason);
    }
    let name = path.file_name().unwrap_or_default();
    if name.as_bytes().starts_with(b".") {
        return Err(SkipReason::HiddenName);
    }
    if unfinished(name) { Err(SkipReason::TemporaryName) } else { Ok(Stamp::of(&metadata)) }
}

fn special(kind: &FileType) -> Option<SkipReason> {
    if kind.is_file() {
        None
    } else if kind.is_fifo() {
        Some(SkipReason::Pipe)
    } else if kind.is_socket() {
        Some(SkipReason::Socket)
    } else {
        Some(SkipReason::Device)
    }
}

fn unfinished(name: &OsStr) -> bool {
    let name = name.as_bytes().to_ascii_lowercase();
    name.starts_with(b"~$") || name.ends_with(b"~") || UNFINISHED.iter().any(|ending| name.ends_with(ending.as_bytes()))
}

fn wait_for_writers(entries: &mut [Entry], settle: Duration, clock: &dyn Clock) {
    let files: Vec<(&Path, Stamp)> =
        entries.iter().filter_map(|e| e.state.ok().map(|stamp| (e.path.as_path(), stamp))).collect();
    let mut still = settled(&files, settle, clock).into_iter();
    for entry in entries.iter_mut().filter(|e| e.state.is_ok()) {
        if !still.next().unwrap_or(true) {
            entry.state = Err(SkipReason::Unsettled);
        }
    }
}

fn take(entry: &Entry, file_names: &FileNames) -> Result<Transmission, Skipped> {
    let skipped = |reason| Skipped { source_file: entry.source_file.clone(), reason };
    let stamp = entry.state.map_err(skipped)?;
    let (bytes, sha256) = hash_file(&entry.path, stamp, MOST).map_err(skipped)?;
    let name = entry.source_file.rsplit('/').next().unwrap_or(&entry.source_file);
    let facts = file_names.facts(name);
    let received_from_name = facts.received_at.is_some();
    Ok(Transmission {
        source_file: entry.source_file.clone(),
        bytes,
        sha256,
        received_at: facts.received_at.or_else(|| stamp.modified.and_then(file_time)),
        received_from_name,
        sender: facts.sender,
        promised_pages: facts.pages,
        path: entry.path.clone(),
    })
}

/// In UTC, so that the same archive gives the same queue on a machine in another zone.
fn file_time(time: SystemTime) -> Option<String> {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    DateTime::<Utc>::from_timestamp(i64::try_from(seconds).ok()?, 0)
        .map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The path below the inbox. A part that is not UTF-8 has its odd bytes, and its percent signs, percent-encoded; in a part that is UTF-8 only a
/// percent sign that would be taken for such an encoding is. So two files never share a name, whatever a stranger calls them: one would
/// stand in the other's place.
fn source_file(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = below.iter().map(readable).collect();
    parts.join("/")
}

fn readable(part: &OsStr) -> String {
    let mut text = String::new();
    if let Some(whole) = part.to_str() {
        for (at, character) in whole.char_indices() {
            match character {
                '%' if looks_encoded(&whole.as_bytes()[at + 1..]) => text.push_str("%25"),
                other => text.push(other),
            }
        }
        return text;
    }
    for chunk in part.as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// Whether what follows a percent sign makes it read as [`readable`]'s own encoding: of a byte that is no ASCII, or of a percent sign.
fn looks_encoded(rest: &[u8]) -> bool {
    matches!(rest, [b'8'..=b'9' | b'A'..=b'F', b'0'..=b'9' | b'A'..=b'F', ..] | [b'2', b'5', ..])
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
