//! Labels in wordings that nobody listed: recognised by the words they are made of.
//!
//! "Name of member to be reassigned" and "Member's full name" say the same with the same few words. A definition lists, for a field or
//! an option, groups of words of which a label has one each; what else stands in the label must be small words of no weight.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::fuzzy::{fold, folded_distance};
use super::labels::Target;
use crate::rules::{FieldKind, FormDefinition};

/// The word groups of a form definition, folded.
pub struct Composition {
    entries: Vec<Entry>,
    /// All words of the groups, and those of no weight.
    listed: Vec<String>,
    /// The same with all bars alike.
    shapes: Vec<String>,
    fillers: Listed,
    /// Words that were compared with the listed ones before: a form has the same on every page.
    known: RefCell<HashMap<String, Rc<Compared>>>,
}

/// Words that are remembered, at the most; then all are forgotten.
const MOST_KNOWN: usize = 20_000;

/// Some of the listed words, as bits by their place.
#[derive(Clone, Debug, Default)]
struct Listed(Vec<u64>);

impl Listed {
    fn add(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn meets(&self, other: &Listed) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
}

/// A word of a page beside the listed ones.
struct Compared {
    /// Those that it is, letters misread or not.
    is: Listed,
    /// The one that it is to the letter.
    exact: Listed,
}

struct Entry {
    target: Target,
    groups: Vec<Listed>,
    /// The words of all groups.
    all: Listed,
    /// Words with which it is another target's.
    without: Listed,
    /// Words besides the groups and the fillers do not speak against it (options and headings are sentences).
    loose: bool,
    /// The label is a sentence of any length that begins with what it asks for ("Describe …").
    sentence: bool,
}

/// How a phrase fits a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Composed {
    pub target: Target,
    /// Share of the phrase's words that the target accounts for.
    pub coverage: f32,
    /// Every word is one that the definition lists, to the letter.
    pub exact: bool,
}

/// A word with all bars alike: readers take them for each other ("NPl"), and no two listed words differ in nothing else.
fn bars(word: &str) -> String {
    word.chars().map(|c| if matches!(c, 'l' | '1' | '|') { 'i' } else { c }).collect()
}

/// Letters of the shortest of two words that may have been glued together.
const LEAST_PART: usize = 2;

/// Distance a letter up to which a word is still the listed one.
const SLIP: f32 = 0.18;

impl Composition {
    pub fn new(form: &FormDefinition) -> Composition {
        let mut listed: Vec<String> = Vec::new();
        let mut list = |words: &[String]| {
            let mut places = Listed::default();
            for word in words.iter().map(|word| fold(word)) {
                let at = listed.iter().position(|known| *known == word).unwrap_or(listed.len());
                if at == listed.len() {
                    listed.push(word);
                }
                places.add(at);
            }
            places
        };
        let mut entry =
            |target: Target, groups: &[Vec<String>], loose: bool, sentence: bool, without: &[String]| Entry {
                target,
                groups: groups.iter().map(|group| list(group)).collect(),
                all: list(&groups.concat()),
                without: list(without),
                loose,
                sentence,
            };
        let fields = form.fields.iter().enumerate();
        let mut entries: Vec<Entry> = fields
            .map(|(i, f)| entry(Target::Field(i), &f.words, f.kind.is_prose(), f.kind == FieldKind::Block, &f.without))
            .collect();
        for (i, choice) in form.choices.iter().enumerate() {
            let options = choice.options.iter().enumerate();
            entries.extend(options.map(|(j, option)| entry(Target::Option(i, j), &option.words, true, false, &[])));
        }
        entries.retain(|entry| !entry.groups.is_empty());
        let fillers = list(&form.fillers);
        let shapes = listed.iter().map(|word| bars(word)).collect();
        Composition { entries, listed, shapes, fillers, known: RefCell::default() }
    }

    /// Whether a folded word is one of no weight.
    pub fn is_filler(&self, word: &str) -> bool {
        self.compared(word).exact.meets(&self.fillers)
    }

    fn compared(&self, word: &str) -> Rc<Compared> {
        if let Some(known) = self.known.borrow().get(word) {
            return Rc::clone(known);
        }
        let mut compared = Compared { is: Listed::default(), exact: Listed::default() };
        let shape = bars(word);
        for (at, (listed, listed_shape)) in self.listed.iter().zip(&self.shapes).enumerate() {
            if word == listed || (word.len() >= 3 && shape == *listed_shape) {
                compared.exact.add(at);
                compared.is.add(at);
            } else if word.len() >= 5 && folded_distance(word, listed, SLIP).is_some() {
                compared.is.add(at);
            }
        }
        if compared.is.is_empty() {
            self.add_glued(word, &mut compared);
        }
        let mut known = self.known.borrow_mut();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        let compared = Rc::new(compared);
        known.insert(word.to_owned(), Rc::clone(&compared));
        compared
    }

    /// Two listed words between which the reader lost the space ("Whois").
    fn add_glued(&self, word: &str, compared: &mut Compared) {
        let at = |part: &str| self.listed.iter().position(|listed| listed == part);
        let cuts = (LEAST_PART..word.len().saturating_sub(LEAST_PART - 1)).filter(|&cut| word.is_char_boundary(cut));
        let both = |cut| {
            let (first, second) = word.split_at(cut);
            Some([at(first)?, at(second)?])
        };
        for part in cuts.filter_map(both).next().into_iter().flatten() {
            compared.exact.add(part);
            compared.is.add(part);
        }
    }

    /// The target that `words` (folded, none empty) spell out, if there is one that all its groups agree on.
    pub fn find(&self, words: &[String]) -> Option<Composed> {
        let words: Vec<Rc<Compared>> = words.iter().map(|word| self.compared(word)).collect();
        let mut best: Option<Composed> = None;
        let mut best_asks = false;
        for entry in &self.entries {
            // A word that alone stands for a field must be that word: "medically" is no "Medi-Cal".
            if let ([word], [group]) = (words.as_slice(), entry.groups.as_slice())
                && !word.exact.meets(group)
            {
                continue;
            }
            let in_group = |word: &Rc<Compared>| word.is.meets(&entry.all);
            if words.iter().any(|word| word.is.meets(&entry.without)) {
                continue;
            }
            if !entry.groups.iter().all(|group| words.iter().any(|word| word.is.meets(group))) {
                continue;
            }
            let own = words.iter().filter(|word| in_group(word)).count();
            let small = words.iter().filter(|word| !in_group(word) && word.is.meets(&self.fillers)).count();
            if !entry.loose && own + small < words.len() {
                continue;
            }
            let coverage = (own as f32 + 0.6 * small as f32) / words.len() as f32;
            // "Narrative: give dates of missed visits, and what was said" asks for a description, whatever it tells of that.
            let asks = entry.sentence && !best_asks && words.first().is_some_and(|first| first.exact.meets(&entry.all));
            let better = best.is_none_or(|b| asks || coverage > b.coverage + 0.01);
            // A description is asked for in so many words, and its own come first, read to the letter ("Renato" is no "relato"): the same words
            // also end the sentences of instructions.
            let begins = words.first().is_some_and(|first| first.exact.meets(&entry.all));
            let least = match (entry.sentence, begins) {
                (true, true) => 0.12,
                (true, false) => 0.42,
                (false, _) => 0.3,
            };
            // A sentence of the office's holds two words of an option, and many small ones.
            let is_mention = entry.loose && !entry.sentence && own * 5 < words.len();
            if coverage >= least && better && !is_mention {
                let listed = |word: &Rc<Compared>| word.exact.meets(&self.fillers) || word.exact.meets(&entry.all);
                best = Some(Composed { target: entry.target, coverage, exact: words.iter().all(listed) });
                best_asks = entry.sentence;
            }
        }
        best
    }
}
