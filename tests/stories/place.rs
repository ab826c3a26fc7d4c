//! A temporary place with an inbox and a run folder, and the program itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use assert_cmd::Command;

/// A folder that goes away after the story.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.inbox()).unwrap();
        place
    }

    pub fn inbox(&self) -> PathBuf {
        self.path().join("inbox")
    }

    pub fn out(&self) -> PathBuf {
        self.path().join("run")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file into the inbox, received at a fixed time.
    pub fn fax(&self, name: &str, content: &str) -> PathBuf {
        let path = self.inbox().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let received = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000);
        fs::File::options().write(true).open(&path).unwrap().set_modified(received).unwrap();
        path
    }

    pub fn queue(&self) -> String {
        fs::read_to_string(self.out().join("queue.csv")).unwrap()
    }

    pub fn record(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.out().join("run.json")).unwrap()).unwrap()
    }

    /// `faxtriage run` on this place's inbox, with documents that are made up.
    pub fn run(&self) -> Command {
        let mut command = faxtriage();
        command.arg("run").arg(self.inbox()).arg("--out").arg(self.out());
        command.args(["--made-up", "--no-second-reader", "--as-of", "2026-11-21"]);
        command
    }
}

pub fn faxtriage() -> Command {
    Command::new(env!("CARGO_BIN_EXE_faxtriage"))
}

/// What a finished command said on stderr.
pub fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
