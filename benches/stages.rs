//! One page through each stage, each stage alone: `OMP_THREAD_LIMIT=1 cargo bench --bench stages`, with a word of its name to choose.
//!
//! The page is a form of the samples. What needs a language's data or the second reader's model ends with a message where they are not there.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark without its inputs has nothing to measure")]

use chrono::NaiveDate;
use divan::{Bencher, black_box};
use faxtriage::classify::{PageEvidence, classify};
use faxtriage::decode::{Document, Limits, SourcePage};
use faxtriage::extract::fuzzy::folded_distance;
use faxtriage::extract::page_text::PageText;
use faxtriage::extract::{Fit, Sheet};
use faxtriage::ocr::bilingual::BilingualReader;
use faxtriage::ocr::digit_reader::DigitReader;
use faxtriage::ocr::layout::LayoutFinder;
use faxtriage::ocr::second_reader::SecondReader;
use faxtriage::ocr::{Layout, LineReader, PageReader, Word, model};
use faxtriage::page::{PreparedPage, prepare, text_lines, text_rows};
use faxtriage::rules::Pack;
use image::GrayImage;

fn main() {
    divan::main();
}

/// A printed form, one page of 1-bit TIFF in fine resolution.
const FILE: &[u8] = include_bytes!("../samples/inbox/20261120061700_2095553848_0101.tif");

fn source() -> SourcePage {
    Document::from_bytes(FILE.to_vec(), &Limits::default()).unwrap().page(1).unwrap()
}

fn words(page: &PreparedPage) -> Vec<Word> {
    BilingualReader::new("eng").unwrap().read_rows(page.clean(), &text_rows(page)).unwrap()
}

#[divan::bench]
fn decode(bencher: Bencher) {
    bencher.bench(source);
}

#[divan::bench]
fn prepare_page(bencher: Bencher) {
    let source = source();
    bencher.bench(|| prepare(black_box(&source), None));
}

#[divan::bench]
fn find_lines(bencher: Bencher) {
    let page = prepare(&source(), None);
    bencher.bench(|| text_lines(black_box(&page)));
}

#[divan::bench]
fn find_rows(bencher: Bencher) {
    let page = prepare(&source(), None);
    bencher.bench(|| text_rows(black_box(&page)));
}

#[divan::bench(sample_count = 10)]
fn page_layout(bencher: Bencher) {
    let page = prepare(&source(), None);
    let mut finder = LayoutFinder::new().unwrap();
    bencher.bench_local(|| finder.find(page.clean(), page.dpi, Layout::Auto).unwrap());
}

/// Rows and lines.
#[divan::bench(sample_count = 10)]
fn page_reader(bencher: Bencher) {
    let page = prepare(&source(), None);
    let mut reader = BilingualReader::new("eng").unwrap();
    bencher.bench_local(|| reader.read_rows(page.clean(), &text_rows(&page)).unwrap());
}

#[divan::bench(args = [160, 320, 640, 1600], sample_count = 20)]
fn second_reader(bencher: Bencher, width: u32) {
    let mut reader = SecondReader::load(&model::find().expect("scripts/set-up fetches the model")).unwrap();
    let crop = GrayImage::from_fn(width, 48, |x, y| image::Luma([if (x / 9 + y / 11) % 3 == 0 { 0 } else { 255 }]));
    bencher.bench_local(|| reader.read_lines(std::slice::from_ref(&crop)).unwrap());
}

/// A number of ten figures (280 columns at this height), and a date with the room around it.
#[divan::bench(args = [280, 400], sample_count = 50)]
fn digit_reader(bencher: Bencher, width: u32) {
    let mut reader = DigitReader::new().unwrap();
    let crop = GrayImage::from_fn(width, 48, |x, y| image::Luma([if (x / 9 + y / 11) % 3 == 0 { 0 } else { 255 }]));
    bencher.bench_local(|| reader.read_lines(std::slice::from_ref(&crop)).unwrap());
}

#[divan::bench(sample_count = 20)]
fn classify_page(bencher: Bencher) {
    let (page, pack) = (prepare(&source(), None), Pack::builtin().unwrap());
    let words = words(&page);
    bencher.bench_local(|| {
        let text = PageText::new(&words, page.ink.height());
        let reference = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let evidence = PageEvidence { text: &text, ink_share: 0.05, boxes: 0, rulings: 20, reference };
        classify(&evidence, &pack.phrases, &pack.forms)
    });
}

#[divan::bench(sample_count = 20)]
fn fit_form(bencher: Bencher) {
    let (page, pack) = (prepare(&source(), None), Pack::builtin().unwrap());
    let sheet = Sheet::new(&words(&page), &page.rulings);
    bencher.bench_local(|| drop(black_box(Fit::new(&pack.forms[0], &sheet))));
}

#[divan::bench(args = ["mernbername", "providerfaxnumber"])]
fn compare(bencher: Bencher, text: &str) {
    bencher.bench(|| folded_distance(black_box(text), black_box("membername"), 0.2));
}
