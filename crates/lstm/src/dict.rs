//! Following words through the dictionaries (Tesseract's `Dict::def_letter_is_okay`, `src/dict/dict.cpp`).
//!
//! The punctuation list has patterns of marks around a word, in which character 0 stands for the word; the word and
//! number lists are entered from it. In the number list character 0 stands for any digit.

use crate::dawg::{Dawg, Edge};
use crate::unicharset::{UnicharId, Unicharset};

/// Character that stands for "a word" in the punctuation list and "a digit" in the number list.
const PATTERN: UnicharId = 0;

/// Where a reading came from; greater values are better (Tesseract's `PermuterType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Permuter {
    None,
    Punctuation,
    TopChoice,
    Number,
    SystemWord,
}

/// One way in which the characters so far can be a dictionary word (Tesseract's `DawgPosition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// The word or number list in use, once one is entered.
    list: Option<List>,
    /// Last edge in that list; nothing at its beginning.
    edge: Option<Edge>,
    /// Whether the punctuation list is in use.
    punctuated: bool,
    /// Last edge in the punctuation list; nothing at its beginning.
    punctuation_edge: Option<Edge>,
    /// Whether the word is over and only closing marks can follow.
    back_to_punctuation: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Word,
    Number,
}

/// What following one more character gave.
pub(crate) struct Step {
    /// The kind of word, [`Permuter::None`] when the character does not fit.
    pub permuter: Permuter,
    /// Whether a word may end here.
    pub valid_end: bool,
}

/// The lists of one language; each can be absent.
#[derive(Debug, Default)]
pub(crate) struct Dict {
    pub punctuation: Option<Dawg>,
    pub words: Option<Dawg>,
    pub numbers: Option<Dawg>,
}

impl Dict {
    /// Whether there is no list at all; Tesseract then searches without a dictionary.
    pub fn is_empty(&self) -> bool {
        self.punctuation.is_none() && self.words.is_none() && self.numbers.is_none()
    }

    /// The positions at the beginning of a word (`Dict::default_dawgs`).
    pub fn initial(&self, positions: &mut Vec<Position>) {
        let start =
            Position { list: None, edge: None, punctuated: false, punctuation_edge: None, back_to_punctuation: false };
        if self.punctuation.is_some() {
            positions.push(Position { punctuated: true, ..start });
        }
        let through_punctuation = self.punctuation.as_ref().is_some_and(|list| list.edge(0, PATTERN, true).is_some());
        if !through_punctuation {
            for (list, dawg) in [(List::Word, &self.words), (List::Number, &self.numbers)] {
                if dawg.is_some() {
                    positions.push(Position { list: Some(list), ..start });
                }
            }
        }
    }

    fn dawg(&self, list: List) -> Option<&Dawg> {
        match list {
            List::Word => self.words.as_ref(),
            List::Number => self.numbers.as_ref(),
        }
    }

    /// Follows `unichar` from each of the `active` positions and puts the new ones into `updated`.
    pub fn step(&self, set: &Unicharset, active: &[Position], unichar: UnicharId, updated: &mut Vec<Position>) -> Step {
        updated.clear();
        let mut step = Step { permuter: Permuter::None, valid_end: false };
        if unichar == PATTERN {
            return step;
        }
        for position in active {
            let punctuation = self.punctuation.as_ref().filter(|_| position.punctuated);
            match position.list {
                None => {
                    if let Some(punctuation) = punctuation {
                        self.step_in_punctuation(set, punctuation, position, unichar, updated, &mut step);
                    }
                }
                Some(list) => {
                    if let Some(dawg) = self.dawg(list) {
                        step_in_list(set, (list, dawg), punctuation, position, unichar, updated, &mut step);
                    }
                }
            }
        }
        step
    }

    /// No word or number is entered yet: enter one, or go on in the punctuation list.
    fn step_in_punctuation(
        &self,
        set: &Unicharset,
        punctuation: &Dawg,
        position: &Position,
        unichar: UnicharId,
        updated: &mut Vec<Position>,
        step: &mut Step,
    ) {
        let Some(node) = next_node(punctuation, position.punctuation_edge) else { return };
        if let Some(pattern_edge) = punctuation.edge(node, PATTERN, false) {
            for list in [List::Word, List::Number] {
                let Some(dawg) = self.dawg(list) else { continue };
                let Some(edge) = dawg.edge(0, letter_in(set, list, unichar), false) else { continue };
                add(
                    updated,
                    Position {
                        list: Some(list),
                        edge: Some(edge),
                        punctuated: true,
                        punctuation_edge: Some(pattern_edge),
                        back_to_punctuation: false,
                    },
                );
                step.permuter = step.permuter.max(permuter_of(list));
                step.valid_end |= dawg.ends_word(edge) && punctuation.ends_word(pattern_edge);
            }
        }
        if let Some(edge) = punctuation.edge(node, unichar, false) {
            add(updated, Position { punctuation_edge: Some(edge), ..*position });
            step.permuter = step.permuter.max(Permuter::Punctuation);
            step.valid_end |= punctuation.ends_word(edge);
        }
    }
}

/// Inside a word or number: close it with punctuation, or follow one more letter.
fn step_in_list(
    set: &Unicharset,
    (list, dawg): (List, &Dawg),
    punctuation: Option<&Dawg>,
    position: &Position,
    unichar: UnicharId,
    updated: &mut Vec<Position>,
    step: &mut Step,
) {
    if let (Some(punctuation), Some(edge)) = (punctuation, position.edge)
        && dawg.ends_word(edge)
        && let Some(node) = next_node(punctuation, position.punctuation_edge)
        && let Some(mark) = punctuation.edge(node, unichar, false)
    {
        add(updated, Position { punctuation_edge: Some(mark), back_to_punctuation: true, ..*position });
        step.permuter = step.permuter.max(permuter_of(list));
        step.valid_end |= punctuation.ends_word(mark);
    }
    if position.back_to_punctuation {
        return;
    }
    let Some(node) = next_node(dawg, position.edge) else { return };
    let Some(edge) = dawg.edge(node, letter_in(set, list, unichar), false) else { return };
    step.permuter = step.permuter.max(permuter_of(list));
    let punctuation_ends =
        punctuation.is_none_or(|punctuation| position.punctuation_edge.is_some_and(|edge| punctuation.ends_word(edge)));
    step.valid_end |= dawg.ends_word(edge) && punctuation_ends;
    add(updated, Position { edge: Some(edge), back_to_punctuation: false, ..*position });
}

/// The node after an edge, the root before the first (`Dict::GetStartingNode`).
fn next_node(dawg: &Dawg, edge: Option<Edge>) -> Option<Edge> {
    edge.map_or(Some(0), |edge| dawg.next_node(edge))
}

/// The letter that stands for a character in a list (`Dict::char_for_dawg`).
fn letter_in(set: &Unicharset, list: List, unichar: UnicharId) -> UnicharId {
    if list == List::Number && set.is_digit(unichar) { PATTERN } else { unichar }
}

fn permuter_of(list: List) -> Permuter {
    match list {
        List::Word => Permuter::SystemWord,
        List::Number => Permuter::Number,
    }
}

/// Adds a position unless it is there (`DawgPositionVector::add_unique`).
fn add(positions: &mut Vec<Position>, position: Position) {
    if !positions.contains(&position) {
        positions.push(position);
    }
}
