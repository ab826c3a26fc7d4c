//! A reader for tests of the machinery: it reads no pixels, and breaks on request.
//!
//! Only in builds with debug assertions, and only behind the hidden `--made-up` option. A document is a text file: `pages=N`, then
//! lines `PAGE FAULT`, where page 0 is the count of pages:
//!
//! ```text
//! pages=3
//! 2 abort
//! ```
//!
//! A fault may also be something that the page shows: see `form`.

mod form;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::protocol::{EngineFacts, Terms, Wanted};
use super::reader::unchanged;
use super::worker::{PageOutput, Probe, ReadFailure, ReadPage};
use crate::answer::Confidence;
use crate::decode::{Container, Damage, Rejection, Resolution};
use crate::geometry::Rect;
use crate::page::{Bitmap, Preparation};
use crate::picture;
use crate::reading::{Fingerprint, KindScore, Legibility, PageKind, PageReading, READING_FORMAT, SourceFacts};

/// Reads documents that are made up.
#[derive(Default)]
pub struct MadeUpReader {
    terms: Terms,
}

impl ReadPage for MadeUpReader {
    fn probe(&mut self, path: &Path) -> Result<Probe, ReadFailure> {
        let document = Document::open(path, &self.terms)?;
        document.suffer(0)?;
        Ok(Probe { container: Container::Tiff, pages: document.pages })
    }

    fn read(&mut self, path: &Path, page: u32, picture: Option<Wanted>) -> Result<PageOutput, ReadFailure> {
        let document = Document::open(path, &self.terms)?;
        let fate = document.suffer(page)?;
        let told = if fate.lies { page + 1 } else { page };
        let mut reading = reading(told, fate.notes);
        for (what, rest) in &fate.told {
            if !form::tell(&mut reading, what, rest) {
                return Err(ReadFailure::Broken("no such fault".to_owned()));
            }
        }
        // White paper with as many bars as the page's number, so that pages can be told apart.
        let mut paper = Bitmap::new(reading.width, reading.height);
        for bar in 0..i32::try_from(page).unwrap_or(0) {
            paper.fill(&Rect::new(100 + bar * 40, 100, 120 + bar * 40, 300));
        }
        form::draw(&mut paper, &reading);
        let picture = picture.and_then(|wanted| match wanted {
            Wanted::Page => picture::page(&paper, reading.dpi).ok(),
            Wanted::Drawn => picture::with_findings(&paper, &reading).ok(),
        });
        Ok(PageOutput { reading, picture, stages: BTreeMap::from([("made-up".to_owned(), 1)]) })
    }

    fn agree(&mut self, terms: Terms) {
        self.terms = terms;
    }

    fn facts(&mut self) -> EngineFacts {
        EngineFacts { tesseract: "made up".to_owned(), ..EngineFacts::default() }
    }
}

struct Document {
    pages: u32,
    faults: Vec<(u32, String)>,
}

#[derive(Default)]
struct Fate {
    notes: Vec<String>,
    lies: bool,
    /// What the page shows, in the order of the story.
    told: Vec<(String, String)>,
}

impl Document {
    fn open(path: &Path, terms: &Terms) -> Result<Self, Rejection> {
        let text = fs::read_to_string(path).map_err(|_| Rejection::Corrupt("cannot be read".to_owned()))?;
        unchanged(text.as_bytes(), terms)?;
        if text.is_empty() {
            return Err(Rejection::Empty);
        }
        let mut lines = text.lines();
        let pages = lines.next().and_then(|line| line.strip_prefix("pages=")).and_then(|n| n.parse().ok());
        let pages = pages.ok_or(Rejection::Unsupported)?;
        let faults = lines
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(page, fault)| page.parse().ok().map(|page| (page, fault.to_owned())));
        Ok(Document { pages, faults: faults.collect() })
    }

    fn suffer(&self, page: u32) -> Result<Fate, ReadFailure> {
        let mut fate = Fate::default();
        for (_, fault) in self.faults.iter().filter(|(at, _)| *at == page) {
            match fault.split_once(' ').unwrap_or((fault, "")) {
                ("abort", _) => std::process::abort(),
                ("exit", _) => std::process::exit(0),
                ("panic", _) => panic!("made up"),
                ("broken", _) => return Err(ReadFailure::Broken("made up".to_owned())),
                ("encrypted", _) => return Err(Rejection::Encrypted.into()),
                ("timeout", _) => return Err(Rejection::TimedOut.into()),
                ("hang", _) => loop {
                    std::thread::sleep(Duration::from_secs(1));
                },
                ("spin", _) => loop {
                    std::hint::spin_loop();
                },
                ("memory", _) => devour_memory(),
                ("noise", _) => {
                    // To whatever file descriptor 1 is by now, which must not be the protocol.
                    let _ = std::io::stdout().write_all(b"{\"v\":1}\nnoise \xff\n");
                    let _ = std::io::stdout().flush();
                }
                ("slow", milliseconds) => {
                    std::thread::sleep(Duration::from_millis(milliseconds.parse().unwrap_or(50)));
                }
                ("lie", _) => fate.lies = true,
                ("socket", _) => fate.notes.push(told("socket", UdpSocket::bind("127.0.0.1:0").is_ok())),
                ("program", _) => fate.notes.push(told("program", Command::new("/bin/true").status().is_ok())),
                ("file", path) => fate.notes.push(told("file", fs::read(path).is_ok())),
                ("write", path) => fate.notes.push(told("write", fs::write(path, b"x").is_ok())),
                (what, rest) => fate.told.push((what.to_owned(), rest.to_owned())),
            }
        }
        Ok(fate)
    }
}

fn told(what: &str, went_through: bool) -> String {
    format!("{what}-{}", if went_through { "allowed" } else { "denied" })
}

fn devour_memory() -> ! {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(vec![1; 16 << 20]);
        std::hint::black_box(&hoard);
    }
}

/// A page on which nothing is to be seen.
pub fn reading(page: u32, notes: Vec<String>) -> PageReading {
    PageReading {
        format: READING_FORMAT,
        page,
        source: SourceFacts {
            container: Container::Tiff,
            encoding: "made-up".to_owned(),
            width: 1728,
            height: 2200,
            resolution: Resolution { x: 204.0, y: 196.0, assumed: false },
            damage: Damage::default(),
        },
        width: 1728,
        height: 2200,
        dpi: 204,
        preparation: Preparation::default(),
        header: None,
        words: Vec::new(),
        legibility: Legibility { confidence: Confidence::new(0.9), characters: 0, ink_share: 0.01 },
        kinds: vec![KindScore { kind: PageKind::Junk, score: 1.0, reasons: vec!["made-up".to_owned()] }],
        form: None,
        letter: None,
        people: Vec::new(),
        fingerprint: Fingerprint::default(),
        notes,
    }
}
