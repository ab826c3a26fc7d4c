//! The run folder: private, held by one run at a time, and never half-written.
//!
//! Folders have mode 0700 and files 0600 whatever the umask. A file appears under its name only when it is whole: it is written beside
//! its place, synced and renamed. Nothing is ever written outside the folder.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::RunError;

const LOCK: &str = "run.lock";

/// A folder that this process holds.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// Held as long as the folder is; the kernel lets go of it when the process ends, however it ends.
    _lock: File,
}

impl RunFolder {
    /// Creates the folder, or takes an empty one or one of an earlier run, and locks it.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let lock_path = path.join(LOCK);
        // Looked at before anything is changed: somebody else's folder keeps its mode too.
        if !lock_path.exists() {
            match fs::read_dir(path) {
                Ok(entries) => {
                    if entries.into_iter().next().is_some() {
                        return Err(RunError::NotARunFolder(path.to_owned()));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(RunError::io("read", path)(error)),
            }
        }
        private_folder(path)?;
        let lock = private_file(OpenOptions::new().create(true).append(true), &lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(RunError::Held(path.to_owned())),
            Err(fs::TryLockError::Error(error)) => return Err(RunError::io("lock", &lock_path)(error)),
        }
        Ok(RunFolder { path: path.to_owned(), _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A private folder below this one.
    pub fn folder(&self, name: &str) -> Result<PathBuf, RunError> {
        let path = self.path.join(name);
        private_folder(&path)?;
        Ok(path)
    }

    /// Writes `name` (a path below this folder) whole or not at all.
    pub fn write(&self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), RunError> {
        write_whole(&self.path.join(name), fill)
    }

    /// Refuses to start when fewer than `needed` bytes are free. A file system that does not say is taken at its word later.
    pub fn require_space(&self, needed: u64) -> Result<(), RunError> {
        #[cfg(unix)]
        if let Ok(stat) = rustix::fs::statvfs(&self.path) {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            if free < needed {
                return Err(RunError::LittleSpace {
                    path: self.path.clone(),
                    free_mib: free >> 20,
                    needed_mib: needed.div_ceil(1 << 20),
                });
            }
        }
        Ok(())
    }
}

/// Writes a private file whole or not at all: beside its place, synced, renamed, and the folder synced too.
pub(crate) fn write_whole(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), RunError> {
    write_whole_unlisted(path, fill)?;
    sync_folder_of(path)
}

/// As [`write_whole`], but the folder is the caller's to sync: after a power cut the file may not be there, and is never half-written.
pub(crate) fn write_whole_unlisted(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), RunError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let beside = path.with_file_name(name);
    let file = private_file(OpenOptions::new().create(true).write(true).truncate(true), &beside)?;
    let filled = (|| {
        let mut writer = BufWriter::new(file);
        fill(&mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()
    })();
    if let Err(error) = filled {
        // A half-written file is of no use and takes room; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        return Err(RunError::io("write", path)(error));
    }
    fs::rename(&beside, path).map_err(RunError::io("rename", &beside))
}

/// Opens a file with mode 0600, also when it was there with another.
pub(crate) fn private_file(options: &mut OpenOptions, path: &Path) -> Result<File, RunError> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path).map_err(RunError::io("open", path))?;
    #[cfg(unix)]
    file.set_permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600))
        .map_err(RunError::io("make private", path))?;
    Ok(file)
}

/// Creates a private folder, or takes one that is there as it is: it may be anybody's.
pub(crate) fn new_private_folder(path: &Path) -> Result<(), RunError> {
    if path.is_dir() { Ok(()) } else { private_folder(path) }
}

fn private_folder(path: &Path) -> Result<(), RunError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(RunError::io("create", path))?;
    #[cfg(unix)]
    fs::set_permissions(path, <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700))
        .map_err(RunError::io("make private", path))?;
    Ok(())
}

pub(crate) fn sync_folder_of(path: &Path) -> Result<(), RunError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(RunError::io("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn one_run_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let first = RunFolder::open(&place.path().join("run")).unwrap();
        assert!(matches!(RunFolder::open(first.path()), Err(RunError::Held(_))));
        let path = first.path().to_owned();
        drop(first);
        RunFolder::open(&path).unwrap();
    }

    #[test]
    fn somebody_elses_folder_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("letter.doc"), "x").unwrap();
        #[cfg(unix)]
        fs::set_permissions(place.path(), <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755))
            .unwrap();
        assert!(matches!(RunFolder::open(place.path()), Err(RunError::NotARunFolder(_))));
        assert!(!place.path().join(LOCK).exists());
        #[cfg(unix)]
        assert_eq!(mode(place.path()), 0o755, "its mode too");
    }

    #[test]
    fn a_run_that_cannot_fit_does_not_start() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::open(place.path()).unwrap();
        folder.require_space(1).unwrap();
        assert!(matches!(folder.require_space(u64::MAX), Err(RunError::LittleSpace { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn everything_is_private_also_what_was_open_before() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
        let folder = RunFolder::open(place.path()).unwrap();
        fs::write(folder.path().join("queue.csv.tmp"), "old").unwrap();
        fs::set_permissions(folder.path().join("queue.csv.tmp"), Permissions::from_mode(0o666)).unwrap();
        folder.write("queue.csv", |file| file.write_all(b"x")).unwrap();
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join("queue.csv")), 0o600);
        assert_eq!(mode(&folder.folder("readings").unwrap()), 0o700);
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_the_old_one() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::open(place.path()).unwrap();
        folder.write("queue.csv", |file| file.write_all(b"old")).unwrap();
        let failed = folder.write("queue.csv", |file| {
            file.write_all(b"new")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert!(matches!(failed, Err(RunError::DiskFull(_))));
        assert_eq!(fs::read(folder.path().join("queue.csv")).unwrap(), b"old");
        assert!(!folder.path().join("queue.csv.tmp").exists());
    }
}
