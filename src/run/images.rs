//! Pictures of pages in a run folder, `images/HASH-0001.png`: what the report shows beside a value.
//!
//! The name is that of the file's readings, since names of files may be names of people.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::error::RunError;
use super::folder::{RunFolder, write_whole};
use super::journal;
use crate::inbox::Transmission;

/// The folder of the pictures.
pub const FOLDER: &str = "images";

/// Beginning of the names of a file's pictures.
fn stem(source_file: &str) -> String {
    journal::file_name(source_file).trim_end_matches(".jsonl").to_owned()
}

/// Path of a page's picture below the run folder.
pub fn name(source_file: &str, page: u32) -> String {
    format!("{FOLDER}/{}-{page:04}.png", stem(source_file))
}

/// Writes a page's picture whole or not at all.
pub fn keep(folder: &RunFolder, source_file: &str, page: u32, png: &[u8]) -> Result<(), RunError> {
    folder.folder(FOLDER)?;
    folder.write(&name(source_file, page), |file| file.write_all(png))
}

/// Paths of all pictures below the run folder, sorted; none when there is no folder of them.
pub fn listed(folder: &RunFolder) -> Result<Vec<String>, RunError> {
    let mut names: Vec<String> = entries(folder.path())?.into_iter().map(|name| format!("{FOLDER}/{name}")).collect();
    names.sort_unstable();
    Ok(names)
}

/// Removes the pictures of one file.
pub fn forget(folder: &RunFolder, source_file: &str) -> Result<(), RunError> {
    let stem = stem(source_file);
    remove(folder, |name| name.split('-').next() == Some(stem.as_str()))
}

/// Removes what is no picture of these files: of a file that left the inbox, or half-written when a run was killed.
pub fn forget_others(folder: &RunFolder, faxes: &[Transmission]) -> Result<(), RunError> {
    let known: BTreeSet<String> = faxes.iter().map(|fax| stem(&fax.source_file)).collect();
    remove(folder, |name| {
        let known = name.split('-').next().is_some_and(|stem| known.contains(stem));
        !known || !name.ends_with(".png")
    })
}

/// Copies the pictures of one file from another run folder.
pub fn copy(from: &Path, to: &RunFolder, source_file: &str) -> Result<(), RunError> {
    let stem = stem(source_file);
    for name in entries(from)?.iter().filter(|name| name.split('-').next() == Some(stem.as_str())) {
        let into = to.folder(FOLDER)?.join(name);
        let path = from.join(FOLDER).join(name);
        let mut file = fs::File::open(&path).map_err(RunError::io("read", &path))?;
        write_whole(&into, |into| std::io::copy(&mut file, into).map(|_| ()))?;
    }
    Ok(())
}

fn entries(run: &Path) -> Result<Vec<String>, RunError> {
    let folder = run.join(FOLDER);
    let listing = match fs::read_dir(&folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::io("read", &folder)(error)),
    };
    listing
        .map(|entry| {
            let entry = entry.map_err(RunError::io("read", &folder))?;
            Ok(entry.file_name().to_string_lossy().into_owned())
        })
        .collect()
}

fn remove(folder: &RunFolder, which: impl Fn(&str) -> bool) -> Result<(), RunError> {
    for name in entries(folder.path())?.into_iter().filter(|name| which(name)) {
        let path = folder.path().join(FOLDER).join(name);
        fs::remove_file(&path).map_err(RunError::io("remove", &path))?;
    }
    Ok(())
}
