//! Where untrusted bytes come in, one function for each fuzz target: any bytes must end as a value or as an error, and what comes out must
//! make sense. The normal tests call the same functions with all that was ever found.

#![allow(dead_code, reason = "each target calls one of them")]
#![allow(clippy::expect_used, reason = "a failure here is a find")]

use std::io::Write;
use std::path::Path;

use faxtriage::decode::{Document, Limits};
use faxtriage::extract::header::parse_header;
use faxtriage::extract::values::dates::find_dates;
use faxtriage::extract::values::{
    DateContext, parse_date, parse_date_list, read_member_id, read_name, read_npi, read_phone, same_person,
};
use faxtriage::geometry::Rect;
use faxtriage::inbox::Transmission;
use faxtriage::rules::{Pack, PackFile};
use faxtriage::run::journal::{self, FileJournal};
use faxtriage::run::protocol::{EngineFacts, Reply, Terms, Wanted};
use faxtriage::run::sandbox::InForce;
use faxtriage::run::worker::{PageOutput, Probe, ReadFailure, ReadPage, serve};

/// Small enough that the fuzzer looks for faults and not for slow files; the workers' own limits are tested elsewhere.
const LIMITS: Limits =
    Limits { file_bytes: 1 << 20, pages: 4, pixels: 1_000_000, stream_bytes: 4 << 20, objects: 10_000 };

fn decode(bytes: &[u8]) {
    let Ok(mut document) = Document::from_bytes(bytes.to_vec(), &LIMITS) else { return };
    assert!((1..=LIMITS.pages).contains(&document.pages()));
    for number in 1..=document.pages() {
        let Ok(page) = document.page(number) else { continue };
        let (width, height) = page.size();
        assert!(width > 0 && height > 0 && u64::from(width) * u64::from(height) <= 40_000_000);
        assert!(page.resolution.x.is_finite() && page.resolution.x > 0.0, "{:?}", page.resolution);
        assert!(page.resolution.y.is_finite() && page.resolution.y > 0.0, "{:?}", page.resolution);
        let (width, height) = (width as i32, height as i32);
        let on_page = |r: &Rect| r.left >= 0 && r.top >= 0 && r.right <= width && r.bottom <= height;
        assert!(page.text.iter().all(|word| on_page(&word.rect)), "a word off the page");
        assert!(page.form_values.iter().all(|value| on_page(&value.rect)), "a field off the page");
    }
}

/// A TIFF file, also one that only begins like another container.
pub fn tiff(bytes: &[u8]) {
    decode(&beginning_with(b"II", &[b"II*\0", b"II+\0", b"MM\0*"], bytes));
}

/// A PDF file.
pub fn pdf(bytes: &[u8]) {
    decode(&beginning_with(b"%PDF", &[b"%PDF-1.7\n"], bytes));
}

/// A PNG or a JPEG file.
pub fn picture(bytes: &[u8]) {
    decode(&beginning_with(b"\x89PNG", &[b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF"], bytes));
}

/// The bytes as they are when they begin as they should; else with one of the beginnings put before them.
fn beginning_with(usual: &[u8], beginnings: &[&[u8]], bytes: &[u8]) -> Vec<u8> {
    let known = bytes.starts_with(usual) || beginnings.iter().any(|beginning| bytes.starts_with(beginning));
    let pick = bytes.first().map_or(0, |byte| usize::from(*byte)) % beginnings.len();
    if known { bytes.to_vec() } else { [beginnings[pick], bytes].concat() }
}

thread_local! {
    static PACK: Pack = Pack::builtin().expect("the built-in pack is valid");
}

/// A line that was read off a page: dates, ids, phones, names, fax headers.
pub fn values(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let reference = chrono_day();
    PACK.with(|pack| {
        for day_first in [false, true] {
            let context = DateContext { reference, day_first, words: &pack.phrases.dates };
            let date = parse_date(&text, &context);
            assert!(!date.certain || date.best.is_some(), "certain of nothing");
            for day in date.best.iter().chain(&date.others) {
                assert!((1800..=2200).contains(&year(day)), "{day}");
            }
            for (range, _) in find_dates(&text, &context) {
                assert!(text.get(range).is_some(), "a range inside a character");
            }
            parse_date_list(&text, &context);
        }
        parse_header(&text, Rect::new(0, 0, 100, 20), &pack.phrases, reference);
    });
    let npi = read_npi(&text);
    let ten_digits = |npi: &String| npi.len() == 10 && npi.bytes().all(|byte| byte.is_ascii_digit());
    assert!(!npi.valid || npi.value.as_ref().is_some_and(ten_digits));
    read_member_id(&text);
    read_phone(&text);
    let name = read_name(&text);
    drop(name);
    if let Some((a, b)) = text.split_once('\n') {
        same_person(a, b, 0.5);
    }
}

fn chrono_day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of the calendar")
}

fn year(day: &chrono::NaiveDate) -> i32 {
    chrono::Datelike::year(day)
}

/// A rule pack of which one file, chosen by the first byte, has become these bytes. Problems are told, and so is where.
pub fn pack(bytes: &[u8]) {
    let Some((&which, text)) = bytes.split_first() else { return };
    let mut files: Vec<PackFile> = PACK.with(|pack| pack.files().to_vec());
    let which = usize::from(which) % files.len();
    files[which].text = String::from_utf8_lossy(text).into_owned();
    if let Err(problems) = Pack::from_files(files) {
        assert!(!problems.to_string().is_empty());
    }
}

struct Echo;

impl ReadPage for Echo {
    fn probe(&mut self, path: &Path) -> Result<Probe, ReadFailure> {
        Err(ReadFailure::Broken(path.as_os_str().len().to_string()))
    }

    fn read(&mut self, _: &Path, page: u32, _: Option<Wanted>) -> Result<PageOutput, ReadFailure> {
        Err(ReadFailure::Broken(page.to_string()))
    }

    fn facts(&mut self) -> EngineFacts {
        EngineFacts::default()
    }

    fn agree(&mut self, _: Terms) {}
}

/// Lines to a worker, and lines from one: each request has one result, and what a worker says is taken or refused.
pub fn worker_lines(bytes: &[u8]) {
    let mut output = Vec::new();
    serve(bytes, &mut output, InForce::default(), || Ok(Box::new(Echo))).expect("memory does not fail");
    let requests = bytes.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace)).count();
    let results = output.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let results: Vec<Reply> = results.map(|line| serde_json::from_slice(line).expect("a result")).collect();
    assert_eq!(results.len(), requests, "one result for each request");
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(reply) = serde_json::from_slice::<Reply>(line) {
            serde_json::to_vec(&reply).expect("what was read can be written");
        }
    }
}

/// A journal that a kill, a bad disk or somebody else left: it is taken up as far as it is sound, and what is missing is known.
pub fn journal(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fax: Transmission = serde_json::from_str(
        r#"{"source_file":"a.tif","bytes":1,"sha256":"1","received_at":null,"received_from_name":false,"sender":null,"promised_pages":null}"#,
    )
    .expect("a transmission");
    let whole = folder.path().join(journal::file_name(&fax.source_file));
    let write = |path: &Path| {
        std::fs::File::create(path).and_then(|mut file| file.write_all(bytes)).expect("room for it");
    };
    write(&whole.with_extension("jsonl.partial"));
    if let Ok(taken_up) = FileJournal::open(folder.path(), &fax) {
        let pages = taken_up.header().map_or(0, |header| header.pages);
        // A journal may be told any number of pages; the list of missing ones is made for sound numbers only.
        if pages <= 10_000 {
            assert!(taken_up.missing().len() <= pages as usize);
        }
    }
    write(&whole);
    let _ = journal::pages(&whole);
    let _ = journal::rejected_pages(&whole);
    let _ = FileJournal::open(folder.path(), &fax);
}
