//! What was read, page by page, on disk: the journal that a run resumes from and the readings that rules are applied to again.
//!
//! Each transmission has one file under `readings/`: a first line with the transmission and what it turned out to be, then a line a page.
//! While pages are being read the file is called `….partial`, lines are appended and synced as pages finish, in any order; when all
//! are there it is rewritten in page order under its own name. After a kill the last line may be torn: it is cut off, and that page is
//! read again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::RunError;
use super::folder::{RunFolder, private_file, sync_folder_of, write_whole};
use super::protocol::to_hex;
use super::worker::Probe;
use crate::assemble::PageOutcome;
use crate::decode::{Container, Rejection};
use crate::inbox::Transmission;
use crate::reading::READING_FORMAT;

/// Version of the files under `readings/`.
pub const READINGS_FORMAT: u32 = 1;

/// The folder of the readings.
pub const FOLDER: &str = "readings";

/// First line of a file of readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`READINGS_FORMAT`].
    pub format: u32,
    pub transmission: Transmission,
    /// None when the file was rejected.
    pub container: Option<Container>,
    /// 0 when the file was rejected.
    pub pages: u32,
    /// Why the whole file gives nothing to read.
    pub rejection: Option<Rejection>,
}

/// Every other line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PageLine {
    page: u32,
    outcome: PageOutcome,
}

/// The settings that a folder's readings were made under; a run with others is not the same run.
pub type Fingerprint = BTreeMap<String, String>;

/// Writes the settings into a fresh folder, or compares them with those of the run that began there.
pub fn claim(folder: &RunFolder, fingerprint: &Fingerprint) -> Result<(), RunError> {
    let path = folder.path().join("journal.json");
    match fs::read(&path) {
        Ok(bytes) => {
            let begun: Fingerprint = serde_json::from_slice(&bytes).map_err(|error| RunError::Stored {
                what: "journal.json".to_owned(),
                line: error.line(),
                why: error.to_string(),
            })?;
            let names: Vec<&String> = begun.keys().chain(fingerprint.keys()).collect();
            let mut differs: Vec<&str> = names
                .into_iter()
                .filter(|name| begun.get(*name) != fingerprint.get(*name))
                .map(String::as_str)
                .collect();
            differs.sort_unstable();
            differs.dedup();
            if differs.is_empty() {
                Ok(())
            } else {
                Err(RunError::OtherRun { path: folder.path().to_owned(), differs: differs.join(", ") })
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => folder.write("journal.json", |file| {
            serde_json::to_writer_pretty(&mut *file, fingerprint)?;
            file.write_all(b"\n")
        }),
        Err(error) => Err(RunError::io("read", &path)(error)),
    }
}

/// What the run that began in a folder was told, when one did.
pub fn begun(run: &Path) -> Option<Fingerprint> {
    serde_json::from_slice(&fs::read(run.join("journal.json")).ok()?).ok()
}

/// The journal of one transmission.
#[derive(Debug)]
pub struct FileJournal {
    partial: PathBuf,
    whole: PathBuf,
    header: Option<Header>,
    /// Where each finished page's line stands in the partial file: offset and length.
    lines: BTreeMap<u32, (u64, usize)>,
    end: u64,
    sealed: bool,
}

impl FileJournal {
    /// Takes up what an earlier run left of `transmission` in `readings`; a file whose bytes have changed since starts over.
    pub fn open(readings: &Path, transmission: &Transmission) -> Result<Self, RunError> {
        let name = file_name(&transmission.source_file);
        let mut journal = FileJournal {
            partial: readings.join(format!("{name}.partial")),
            whole: readings.join(name),
            header: None,
            lines: BTreeMap::new(),
            end: 0,
            sealed: false,
        };
        if let Some(header) = first_line(&journal.whole)?
            && header.transmission.sha256 == transmission.sha256
        {
            journal.header = Some(header);
            journal.sealed = true;
            journal.remove_partial()?;
            return Ok(journal);
        }
        journal.take_up_partial(transmission)?;
        Ok(journal)
    }

    fn take_up_partial(&mut self, transmission: &Transmission) -> Result<(), RunError> {
        let Ok(file) = File::open(&self.partial) else { return Ok(()) };
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(RunError::io("read", &self.partial))?;
            if read == 0 || !line.ends_with(b"\n") {
                break;
            }
            match &self.header {
                None => match serde_json::from_slice::<Header>(&line) {
                    Ok(header)
                        if header.transmission.sha256 == transmission.sha256 && header.format == READINGS_FORMAT =>
                    {
                        self.header = Some(header);
                    }
                    _ => break,
                },
                Some(header) => match serde_json::from_slice::<PageLine>(&line) {
                    Ok(told) if (1..=header.pages).contains(&told.page) => {
                        self.lines.insert(told.page, (self.end, read));
                    }
                    _ => break,
                },
            }
            self.end += read as u64;
        }
        // What stands after the last sound line is torn.
        let file = private_file(OpenOptions::new().write(true), &self.partial)?;
        file.set_len(self.end).and_then(|()| file.sync_all()).map_err(RunError::io("repair", &self.partial))
    }

    /// What the file turned out to be, when that is known.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Whether every page is in.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Pages that are still to be read.
    pub fn missing(&self) -> Vec<u32> {
        match &self.header {
            Some(header) if !self.sealed => (1..=header.pages).filter(|page| !self.lines.contains_key(page)).collect(),
            _ => Vec::new(),
        }
    }

    /// Keeps what the file turned out to be.
    pub fn keep_probe(&mut self, transmission: &Transmission, told: Result<Probe, Rejection>) -> Result<(), RunError> {
        let (container, pages, rejection) = match told {
            Ok(probe) => (Some(probe.container), probe.pages, None),
            Err(rejection) => (None, 0, Some(rejection)),
        };
        let header =
            Header { format: READINGS_FORMAT, transmission: transmission.clone(), container, pages, rejection };
        private_file(OpenOptions::new().create(true).write(true).truncate(true), &self.partial)?;
        self.lines.clear();
        self.end = 0;
        self.append(&header)?;
        sync_folder_of(&self.partial)?;
        self.header = Some(header);
        self.seal_when_complete()
    }

    /// Keeps a finished page; when it was the last one missing, the file is complete.
    pub fn keep_page(&mut self, page: u32, outcome: PageOutcome) -> Result<(), RunError> {
        let at = self.append(&PageLine { page, outcome })?;
        self.lines.insert(page, at);
        self.seal_when_complete()
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(u64, usize), RunError> {
        let failed = |error| RunError::io("write", &self.partial)(error);
        let mut bytes = serde_json::to_vec(line).map_err(|error| failed(error.into()))?;
        bytes.push(b'\n');
        let mut file = private_file(OpenOptions::new().write(true), &self.partial)?;
        // Always at the known end, so that what a failed write left is written over.
        file.seek(SeekFrom::Start(self.end))
            .and_then(|_| file.write_all(&bytes))
            .and_then(|()| file.sync_data())
            .map_err(failed)?;
        let at = (self.end, bytes.len());
        self.end += bytes.len() as u64;
        Ok(at)
    }

    /// Rewrites the lines in page order under the final name.
    pub fn seal_when_complete(&mut self) -> Result<(), RunError> {
        let Some(header) = &self.header else { return Ok(()) };
        if self.sealed || self.lines.len() as u64 != u64::from(header.pages) {
            return Ok(());
        }
        let mut partial = File::open(&self.partial).map_err(RunError::io("read", &self.partial))?;
        write_whole(&self.whole, |file| {
            serde_json::to_writer(&mut *file, header)?;
            file.write_all(b"\n")?;
            for &(offset, length) in self.lines.values() {
                partial.seek(SeekFrom::Start(offset))?;
                std::io::copy(&mut (&mut partial).take(length as u64), file)?;
            }
            Ok(())
        })?;
        self.sealed = true;
        self.remove_partial()
    }

    /// A kill between the whole file's arrival and this leaves both.
    fn remove_partial(&self) -> Result<(), RunError> {
        match fs::remove_file(&self.partial) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(RunError::io("remove", &self.partial)(error))
            }
            _ => Ok(()),
        }
    }
}

/// All readings of a run folder, in the order of source_file: each header with its pages, one transmission in memory at a time.
pub fn stored(run: &Path) -> Result<Vec<(Header, PathBuf)>, RunError> {
    let folder = run.join(FOLDER);
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).map_err(RunError::io("read", &folder))? {
        let path = entry.map_err(RunError::io("read", &folder))?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl")
            && let Some(header) = first_line(&path)?
        {
            all.push((header, path));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.transmission.source_file.cmp(&b.transmission.source_file));
    Ok(all)
}

/// The pages of one file of readings, in page order.
pub fn pages(path: &Path) -> Result<Vec<PageOutcome>, RunError> {
    let file = File::open(path).map_err(RunError::io("read", path))?;
    let mut outcomes = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate().skip(1) {
        let line = line.map_err(RunError::io("read", path))?;
        outcomes.push(page_line(path, index, &line)?.outcome);
    }
    Ok(outcomes)
}

/// Pages that gave nothing to read, without taking the others' words apart.
pub fn rejected_pages(path: &Path) -> Result<Vec<u32>, RunError> {
    #[derive(Deserialize)]
    struct Glance {
        page: u32,
        outcome: GlanceOutcome,
    }
    #[derive(Deserialize)]
    struct GlanceOutcome {
        is: String,
    }
    let file = File::open(path).map_err(RunError::io("read", path))?;
    let mut rejected = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate().skip(1) {
        let line = line.map_err(RunError::io("read", path))?;
        let glance: Glance = serde_json::from_str(&line).map_err(|error| broken(path, index + 1, &error))?;
        if glance.outcome.is == "rejected" {
            rejected.push(glance.page);
        }
    }
    Ok(rejected)
}

fn first_line(path: &Path) -> Result<Option<Header>, RunError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RunError::io("read", path)(error)),
    };
    let mut line = String::new();
    BufReader::new(file).read_line(&mut line).map_err(RunError::io("read", path))?;
    #[derive(Deserialize)]
    struct Versioned {
        format: u32,
    }
    // Asked first: a newer version's line need not fit this version's header.
    known(path, serde_json::from_str(&line).map_or(0, |line: Versioned| line.format), READINGS_FORMAT)?;
    serde_json::from_str(&line).map(Some).map_err(|error| broken(path, 1, &error))
}

/// Refuses what a newer version of the program wrote: guessing at it would change rows.
fn known(path: &Path, found: u32, known: u32) -> Result<(), RunError> {
    if found > known { Err(RunError::Newer { what: shown(path), found, known }) } else { Ok(()) }
}

fn page_line(path: &Path, index: usize, line: &str) -> Result<PageLine, RunError> {
    #[derive(Default, Deserialize)]
    struct Versioned {
        #[serde(default)]
        outcome: VersionedOutcome,
    }
    #[derive(Default, Deserialize)]
    struct VersionedOutcome {
        #[serde(default)]
        what: serde_json::Value,
    }
    let told: Result<PageLine, _> = serde_json::from_str(line);
    let format = match &told {
        Ok(PageLine { outcome: PageOutcome::Read(reading), .. }) => reading.format,
        Ok(_) => 0,
        Err(_) => {
            let seen: Versioned = serde_json::from_str(line).unwrap_or_default();
            seen.outcome.what.get("format").and_then(serde_json::Value::as_u64).map_or(0, |format| format as u32)
        }
    };
    known(path, format, READING_FORMAT)?;
    told.map_err(|error| broken(path, index + 1, &error))
}

/// The file as an error may name it: by its hash.
fn shown(path: &Path) -> String {
    format!("{FOLDER}/{}", path.file_name().unwrap_or_default().to_string_lossy())
}

/// The error names the file by its hash and never quotes it.
fn broken(path: &Path, line: usize, error: &serde_json::Error) -> RunError {
    let what = shown(path);
    let why = match error.classify() {
        serde_json::error::Category::Data => "not a reading that this version knows",
        _ => "not whole",
    };
    RunError::Stored { what, line, why: why.to_owned() }
}

/// The name of a transmission's readings: names of files may be names of people, and may be too long or odd.
pub fn file_name(source_file: &str) -> String {
    let hash = Sha256::digest(source_file.as_bytes());
    format!("{}.jsonl", to_hex(&hash[..10]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transmission(sha256: &str) -> Transmission {
        let fields = serde_json::json!({
            "source_file": "a.tif", "bytes": 1, "sha256": sha256, "received_at": null, "received_from_name": false,
            "sender": null, "promised_pages": null,
        });
        serde_json::from_value(fields).unwrap()
    }

    fn rejected(what: &str) -> PageOutcome {
        PageOutcome::Rejected(Rejection::Corrupt(what.to_owned()))
    }

    const THREE: Result<Probe, Rejection> = Ok(Probe { container: Container::Tiff, pages: 3 });

    #[test]
    fn pages_come_in_any_order_and_stand_in_theirs() {
        let place = tempfile::tempdir().unwrap();
        let fax = transmission("1");
        let mut journal = FileJournal::open(place.path(), &fax).unwrap();
        journal.keep_probe(&fax, THREE).unwrap();
        for page in [3, 1, 2] {
            assert!(!journal.is_sealed());
            journal.keep_page(page, rejected(&page.to_string())).unwrap();
        }
        assert!(journal.is_sealed());
        let kept = pages(&place.path().join(file_name("a.tif"))).unwrap();
        assert_eq!(kept, [rejected("1"), rejected("2"), rejected("3")]);
        assert_eq!(rejected_pages(&place.path().join(file_name("a.tif"))).unwrap(), [1, 2, 3]);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "the partial file is gone");
    }

    #[test]
    fn a_kill_at_any_byte_loses_at_most_the_torn_page() {
        let place = tempfile::tempdir().unwrap();
        let fax = transmission("1");
        let mut journal = FileJournal::open(place.path(), &fax).unwrap();
        journal.keep_probe(&fax, THREE).unwrap();
        journal.keep_page(2, rejected("2")).unwrap();
        let bytes = fs::read(&journal.partial).unwrap();
        for cut in 0..=bytes.len() {
            fs::write(&journal.partial, &bytes[..cut]).unwrap();
            let mut resumed = FileJournal::open(place.path(), &fax).unwrap();
            if resumed.header().is_none() {
                resumed.keep_probe(&fax, THREE).unwrap();
            }
            let missing = resumed.missing();
            assert!(missing == [1, 2, 3] || (missing == [1, 3] && cut == bytes.len()), "cut at {cut}: {missing:?}");
            for page in missing {
                resumed.keep_page(page, rejected(&page.to_string())).unwrap();
            }
            let whole = place.path().join(file_name("a.tif"));
            assert_eq!(pages(&whole).unwrap(), [rejected("1"), rejected("2"), rejected("3")]);
            fs::remove_file(whole).unwrap();
        }
    }

    #[test]
    fn a_kill_between_sealing_and_tidying_up_leaves_nothing_behind() {
        let place = tempfile::tempdir().unwrap();
        let fax = transmission("1");
        let mut journal = FileJournal::open(place.path(), &fax).unwrap();
        journal.keep_probe(&fax, Err(Rejection::Empty)).unwrap();
        fs::write(&journal.partial, "left over").unwrap();
        assert!(FileJournal::open(place.path(), &fax).unwrap().is_sealed());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused_by_name() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("0123.jsonl");
        fs::write(&path, "{\"format\":7,\"fax\":{}}\n").unwrap();
        let refused = first_line(&path).unwrap_err();
        assert!(matches!(refused, RunError::Newer { found: 7, known: READINGS_FORMAT, .. }), "{refused}");

        let page = "{\"page\":1,\"outcome\":{\"is\":\"read\",\"what\":{\"format\":9,\"pixels\":[]}}}\n";
        fs::write(&path, format!("{{}}\n{page}")).unwrap();
        let refused = pages(&path).unwrap_err();
        assert!(matches!(refused, RunError::Newer { found: 9, known: READING_FORMAT, .. }), "{refused}");
        assert!(refused.to_string().contains("readings/0123.jsonl"), "{refused}");
    }

    #[test]
    fn a_file_that_changed_in_the_meantime_is_read_again() {
        let place = tempfile::tempdir().unwrap();
        let fax = transmission("1");
        FileJournal::open(place.path(), &fax).unwrap().keep_probe(&fax, Err(Rejection::Empty)).unwrap();
        assert!(FileJournal::open(place.path(), &fax).unwrap().is_sealed());
        assert!(FileJournal::open(place.path(), &transmission("2")).unwrap().header().is_none());
    }

    #[test]
    fn another_configuration_in_the_same_folder_is_refused_by_name() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::open(place.path()).unwrap();
        let settings = |rules: &str| {
            Fingerprint::from([("rules".to_owned(), rules.to_owned()), ("shard".to_owned(), "1/2".to_owned())])
        };
        claim(&folder, &settings("a")).unwrap();
        claim(&folder, &settings("a")).unwrap();
        let refused = claim(&folder, &settings("b")).unwrap_err();
        assert!(matches!(&refused, RunError::OtherRun { differs, .. } if differs == "rules"), "{refused}");
    }
}
