//! What a page looks like and says, in a form that a second scan of the same paper shares.
//!
//! Layout: a difference hash over the ink of a 9 × 8 grid. A cell must hold clearly more ink than its right neighbour to set a bit, so
//! that specks on white paper set none; a shift of some millimetres or a degree of skew moves little ink between cells of an inch.
//! Words: the smallest hashes of the folded longer words (a bottom-k sketch, Broder 1997), with letters that readers confuse made
//! equal, so that two pages' sketches estimate how many words they share.

use std::collections::BTreeSet;

use super::names::fold;
use crate::geometry::Rect;
use crate::ocr::Word;
use crate::page::Bitmap;
use crate::reading::Fingerprint;

const COLUMNS: i32 = 9;
const ROWS: i32 = 8;
/// Hashes kept of a page.
const SKETCH: usize = 64;
/// Shorter words are on every page, and what is hardly read is read otherwise next time.
const LETTERS: usize = 4;
const READ: f32 = 0.4;

/// The fingerprint of a page from its words and its writing (ink without rulings and streaks where there is such a bitmap).
pub fn fingerprint(words: &[Word], ink: &Bitmap) -> Fingerprint {
    Fingerprint { layout: layout(ink), words: sketch(words) }
}

fn layout(ink: &Bitmap) -> u64 {
    let (width, height) = (ink.width() as i32, ink.height() as i32);
    if width < COLUMNS || height < ROWS {
        return 0;
    }
    let cell = |row: i32, column: i32| {
        let rect = Rect::new(
            width * column / COLUMNS,
            height * row / ROWS,
            width * (column + 1) / COLUMNS,
            height * (row + 1) / ROWS,
        );
        ink.count(&rect) as f64 / rect.area().max(1) as f64
    };
    let share = ink.count(&ink.bounds()) as f64 / (f64::from(width) * f64::from(height));
    let clearly = (share * 0.25).max(0.004);
    let mut bits = 0u64;
    for row in 0..ROWS {
        let mut left = cell(row, 0);
        for column in 1..COLUMNS {
            let right = cell(row, column);
            bits = bits << 1 | u64::from(left > right + clearly);
            left = right;
        }
    }
    bits
}

fn sketch(words: &[Word]) -> Vec<u32> {
    let mut hashes = BTreeSet::new();
    for word in words.iter().filter(|word| word.confidence.get() >= READ) {
        for part in fold(&word.text).split(' ') {
            let plain = readers_alike(part);
            if plain.chars().count() >= LETTERS {
                hashes.insert(hash(&plain));
            }
        }
    }
    hashes.into_iter().take(SKETCH).collect()
}

/// Letters and digits that readers take for each other become one.
fn readers_alike(word: &str) -> String {
    let plain: String = word
        .chars()
        .map(|c| match c {
            '0' | 'q' => 'o',
            '1' | 'i' | 'j' | 't' | 'f' => 'l',
            '5' => 's',
            '8' => 'b',
            '2' => 'z',
            'c' => 'e',
            'u' => 'v',
            c => c,
        })
        .collect();
    plain.replace("rn", "m").replace("vv", "w").replace("ll", "l")
}

/// FNV-1a with a final mix: stable across versions, since the ledger keeps it.
fn hash(text: &str) -> u32 {
    let mut hash = 0x811c_9dc5u32;
    for byte in text.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash ^ hash >> 13
}

/// How alike two pages are: (share of words in common, 0 to 1; bits of layout that differ, 0 to 64).
pub fn page_similarity(a: &Fingerprint, b: &Fingerprint) -> (f32, u32) {
    (shared(&a.words, &b.words, SKETCH), (a.layout ^ b.layout).count_ones())
}

/// The Jaccard index, estimated from the smallest hashes of the union; `limit` is how many hashes either side may have kept.
pub(super) fn shared(a: &[u32], b: &[u32], limit: usize) -> f32 {
    let (a, b) = (a.get(..limit).unwrap_or(a), b.get(..limit).unwrap_or(b));
    let union: BTreeSet<u32> = a.iter().chain(b).copied().collect();
    // A list that is not full holds every word of its page, so that the whole union is known.
    let known = if a.len() < limit && b.len() < limit { union.len() } else { limit };
    let smallest: Vec<u32> = union.into_iter().take(known).collect();
    if smallest.is_empty() {
        return 1.0;
    }
    let both = smallest.iter().filter(|hash| a.binary_search(hash).is_ok() && b.binary_search(hash).is_ok()).count();
    both as f32 / smallest.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;

    fn words(text: &str) -> Vec<Word> {
        let word =
            |text: &str| Word { text: text.into(), confidence: Confidence::CERTAIN, rect: Rect::default(), line: 0 };
        text.split(' ').map(word).collect()
    }

    fn page(scale: i32, shift: i32, specks: bool) -> Bitmap {
        let mut page = Bitmap::new((850 * scale) as u32, (1100 * scale) as u32);
        for line in 0..24 {
            let right = if line % 5 == 4 { 300 } else { 700 };
            for y in 0..8 * scale {
                for x in (100 * scale)..(right * scale) {
                    if x / (3 * scale) % 2 == 0 {
                        page.set(x + shift, (150 + line * 20) * scale + y + shift, true);
                    }
                }
            }
        }
        if specks {
            for n in 0..800 {
                page.set(n * 7919 % (850 * scale), n * 104_729 % (1100 * scale), true);
            }
        }
        page
    }

    #[test]
    fn a_second_scan_looks_the_same() {
        let first = fingerprint(&[], &page(1, 0, false)).layout;
        for other in [page(2, 0, false), page(1, 4, true), page(2, 9, true)] {
            let differs = (first ^ fingerprint(&[], &other).layout).count_ones();
            assert!(differs <= 6, "{differs} bits differ");
        }
        assert_ne!(first, 0);
    }

    #[test]
    fn specks_on_white_paper_look_like_white_paper() {
        let mut page = Bitmap::new(850, 1100);
        (0..400).for_each(|n| page.set(n * 7919 % 850, n * 104_729 % 1100, true));
        assert_eq!(fingerprint(&[], &page), Fingerprint::default());
    }

    #[test]
    fn misread_letters_share_the_sketch_and_other_words_do_not() {
        let blank = Bitmap::new(9, 9);
        let of = |text: &str| fingerprint(&words(text), &blank);
        let letter =
            of("Dear Lourdes Flores this letter informs that we asked Central Alliance for another primary doctor");
        let again =
            of("Dear L0urdes F1ores this lelter informs that we asked Central Aliiance for anolher primary doctor");
        let other =
            of("Estimado paciente Kao Vang por medio de la presente le informamos que hemos pedido reasignarlo");
        assert!(page_similarity(&letter, &again).0 > 0.9);
        assert!(page_similarity(&letter, &other).0 < 0.1);
    }
}
