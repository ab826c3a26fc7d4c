//! From the best path to words with their places and confidences (the second half of Tesseract's `recodebeam.cpp`, and
//! `SearchWords` of `src/ccmain/linerec.cpp`).

use crate::beam::Node;
use crate::dict::Permuter;
use crate::unicharset::{SPACE, UnicharId, Unicharset};

/// One character of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolResult {
    /// The character; some are more than one code point.
    pub text: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// Columns of the line's picture, the end not included.
    pub x: std::ops::Range<u32>,
}

/// One word of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct WordResult {
    /// The word without spaces.
    pub text: String,
    /// From 0 to 1: Tesseract's word confidence divided by 100.
    pub confidence: f32,
    /// Columns of the line's picture, the end not included.
    pub x: std::ops::Range<u32>,
    /// The word's characters from left to right.
    pub symbols: Vec<SymbolResult>,
}

/// Factor from a network certainty to a word's certainty (`kCertaintyScale`).
const CERTAINTY_SCALE: f32 = 7.0;

/// A character of the path.
struct Character {
    unichar: UnicharId,
    certainty: f32,
    /// The step at which it was completed.
    step: usize,
}

/// Gathers the path's words.
///
/// `pixels_per_step` is the width of one step in the line's picture, and `width` the picture's width.
pub(crate) fn words(path: &[Node], set: &Unicharset, pixels_per_step: f32, width: u32) -> Vec<WordResult> {
    let (characters, bounds) = characters(path);
    let mut words = Vec::new();
    let mut previous_space = 0.0f32;
    let mut start = 0;
    while start < characters.len() {
        let end = (start + 1..characters.len())
            .find(|&at| begins_word(path, set, &characters, at))
            .unwrap_or(characters.len());
        let space = characters.get(end).filter(|next| next.unichar == SPACE);
        let space_certainty = space.map_or(0.0, |space| space.certainty);
        let around = space_certainty.min(previous_space);
        let place = |at: usize| {
            let left = (bounds[at] as f32 * pixels_per_step).floor() as u32;
            let right = (bounds[at + 1] as f32 * pixels_per_step).ceil() as u32;
            left.min(width)..right.min(width)
        };
        // Spaces at the beginning of a line and doubled spaces make words of their own, which Tesseract drops later.
        if characters[start..end].iter().any(|character| character.unichar != SPACE) {
            words.push(word(set, &characters[start..end], around, |at| place(start + at)));
        }
        previous_space = space_certainty;
        start = end + usize::from(space.is_some());
    }
    words
}

/// Whether the character at `at` ends the word before it (`ExtractBestPathAsWords`).
fn begins_word(path: &[Node], set: &Unicharset, characters: &[Character], at: usize) -> bool {
    let (character, before) = (&characters[at], &characters[at - 1]);
    let node = &path[character.step];
    character.unichar == SPACE
        || node.start_of_word
        || (node.permuter == Permuter::TopChoice
            && !(set.is_space_delimited(character.unichar) && set.is_space_delimited(before.unichar)))
}

fn word(
    set: &Unicharset,
    characters: &[Character],
    space_certainty: f32,
    place: impl Fn(usize) -> std::ops::Range<u32>,
) -> WordResult {
    let symbols: Vec<SymbolResult> = characters
        .iter()
        .enumerate()
        .map(|(at, character)| SymbolResult {
            text: set.text(character.unichar).to_owned(),
            confidence: confidence(character.certainty),
            x: place(at),
        })
        .collect();
    let certainty = characters.iter().map(|character| character.certainty).fold(space_certainty, f32::min);
    let left = symbols.iter().map(|symbol| symbol.x.start).min().unwrap_or(0);
    let right = symbols.iter().map(|symbol| symbol.x.end).max().unwrap_or(left);
    WordResult {
        text: symbols.iter().map(|symbol| symbol.text.as_str()).collect(),
        confidence: confidence(certainty * CERTAINTY_SCALE),
        x: left..right,
        symbols,
    }
}

/// Confidence of a certainty (`LTRResultIterator::Confidence`).
fn confidence(certainty: f32) -> f32 {
    (100.0 + 5.0 * certainty).clamp(0.0, 100.0) / 100.0
}

/// The path's characters, and the steps between them that bound their places (`ExtractPathAsUnicharIds`).
fn characters(path: &[Node]) -> (Vec<Character>, Vec<usize>) {
    let mut characters: Vec<Character> = Vec::new();
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    let mut step = 0;
    while step < path.len() {
        let mut certainty = 0.0f32;
        while let Some(node) = path.get(step).filter(|node| node.unichar.is_none()) {
            certainty = certainty.min(node.certainty);
            step += 1;
        }
        starts.push(step);
        let Some((node, unichar)) = path.get(step).and_then(|node| Some((node, node.unichar?))) else {
            // The nulls at the end belong to the last character.
            if let Some(last) = characters.last_mut() {
                last.certainty = last.certainty.min(certainty);
            }
            break;
        };
        if unichar == SPACE
            && node.permuter != Permuter::None
            && let Some(last) = characters.last_mut()
        {
            // The nulls before a space belong to the character before.
            last.certainty = last.certainty.min(certainty);
            certainty = 0.0;
        }
        let begin = step;
        loop {
            let node = &path[step];
            // A space without permuter forgets the nulls before it; see the beam's `continue_unichar`.
            if node.certainty < certainty || (unichar == SPACE && node.permuter == Permuter::None) {
                certainty = node.certainty;
            }
            step += 1;
            if !path.get(step).is_some_and(|node| node.duplicate) {
                break;
            }
        }
        ends.push(step);
        characters.push(Character { unichar, certainty, step: begin });
    }
    starts.push(path.len());
    // Between two characters the bound is halfway; the first begins and the last ends with the line.
    let mut bounds = vec![0];
    bounds.extend(ends.iter().enumerate().map(|(at, &end)| end + (starts[at + 1] - end) / 2));
    if let Some(last) = bounds.last_mut() {
        *last = path.len();
    }
    (characters, bounds)
}
