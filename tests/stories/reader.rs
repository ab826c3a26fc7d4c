//! The page reader reads as Tesseract does: the layout is Tesseract's own, the lines are read by a port of its recogniser.

use std::collections::BTreeMap;
use std::process::Command;

use faxtriage::decode::{Document, Limits};
use faxtriage::ocr::bilingual::BilingualReader;
use faxtriage::ocr::{Layout, PageReader};
use faxtriage::page::prepare;

/// Least share of the command line's words that must come out to the letter (measured: 0.92). The rest are words whose line was cut a pixel
/// higher or lower, since Tesseract tells its baselines rounded, and stray marks.
const LEAST: f64 = 0.88;

#[test]
fn words_are_read_as_the_tesseract_command_line_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut reader = BilingualReader::new("eng").unwrap();
    let (mut all, mut same) = (0usize, 0usize);
    for file in ["20261120061700_2095553848_0101.tif", "20261120075900_4085556214_0107.tif"] {
        let path = format!("{}/samples/inbox/{file}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(&path).unwrap();
        let mut document = Document::from_bytes(bytes, &Limits::default()).unwrap();
        for number in 1..=document.pages().min(2) {
            let page = prepare(&document.page(number).unwrap(), None);
            let picture = folder.path().join("page.png");
            page.clean().save(&picture).unwrap();
            let output = Command::new("tesseract")
                .arg(&picture)
                .args(["stdout", "-l", "eng", "--psm", "3", "--dpi", &page.dpi.to_string()])
                .output()
                .unwrap();
            let theirs = counted(&String::from_utf8_lossy(&output.stdout));
            let ours = reader.read_page(page.clean(), page.dpi, Layout::Auto).unwrap();
            let ours = counted(&ours.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
            all += theirs.values().sum::<usize>();
            same += theirs.iter().map(|(word, count)| ours.get(word).copied().unwrap_or(0).min(*count)).sum::<usize>();
        }
    }
    assert!(all >= 100, "the pages have {all} words");
    assert!(same as f64 >= LEAST * all as f64, "{same} of {all} words");
}

fn counted(text: &str) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    for word in text.split_whitespace() {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}
