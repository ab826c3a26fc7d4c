//! SHA-256 of a file, streamed, and only of a regular file: opening a pipe would wait for ever.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::SkipReason;
use super::settle::Stamp;

const BLOCK: usize = 128 * 1024;

/// Bytes that are hashed of a file: sixteen times what a worker reads. A sparse file of terabytes would take the night.
pub(super) const MOST: u64 = 4 << 30;

/// Bytes and lower-case hex digest of the file at `path`, which must still look like `expected` afterwards.
///
/// A file of more than `most` bytes ends as `file-too-large` and is never read: its digest is that of its first `most` bytes and its size.
pub(super) fn hash_file(path: &Path, expected: Stamp, most: u64) -> Result<(u64, String), SkipReason> {
    let file = open_regular(path)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0u8; BLOCK];
    let mut bytes = 0u64;
    let whole = expected.bytes <= most;
    // One byte more than expected is enough to see that the file has grown.
    let mut file = file.take(if whole { expected.bytes.saturating_add(1) } else { most });
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&block[..count]);
                bytes = bytes.saturating_add(count as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(reason_of(&error)),
        }
    }
    if !whole {
        hasher.update(expected.bytes.to_be_bytes());
        bytes = expected.bytes;
    }
    let after = file.get_ref().metadata().map_err(|error| reason_of(&error))?;
    if Stamp::of(&after) != expected || bytes != expected.bytes {
        return Err(SkipReason::Unsettled);
    }
    Ok((bytes, hex(&hasher.finalize())))
}

/// Opens without following a link and without waiting, in case the entry was swapped since it was listed.
fn open_regular(path: &Path) -> Result<File, SkipReason> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(|error| reason_of(&error.into()))?);
    let kind = file.metadata().map_err(|error| reason_of(&error))?.file_type();
    if kind.is_file() { Ok(file) } else { Err(SkipReason::ReadFailed) }
}

pub(super) fn reason_of(error: &std::io::Error) -> SkipReason {
    match error.kind() {
        ErrorKind::NotFound => SkipReason::Vanished,
        ErrorKind::PermissionDenied => SkipReason::PermissionDenied,
        _ => SkipReason::ReadFailed,
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
