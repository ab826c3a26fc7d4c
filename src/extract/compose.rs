//! Labels in wordings that nobody listed: recognised by the words they are made of.
//!
//! "Name of member to be reassigned" and "Member's full name" say the same with the same few words. A definition lists, for a field or
//! an option, groups of words of which a label has one each; what else stands in the label must be small words of no weight.

use super::fuzzy::{fold, folded_distance};
use super::labels::Target;
use crate::rules::{FieldKind, FormDefinition};

/// The word groups of a form definition, folded.
pub struct Composition {
    entries: Vec<Entry>,
    fillers: Vec<String>,
}

struct Entry {
    target: Target,
    groups: Vec<Vec<String>>,
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

/// Distance a letter up to which a word is still the listed one.
const SLIP: f32 = 0.18;

impl Composition {
    pub fn new(form: &FormDefinition) -> Composition {
        let folded = |groups: &[Vec<String>]| -> Vec<Vec<String>> {
            groups.iter().map(|group| group.iter().map(|word| fold(word)).collect()).collect()
        };
        let fields = form.fields.iter().enumerate().map(|(i, field)| Entry {
            target: Target::Field(i),
            groups: folded(&field.words),
            loose: field.kind.is_prose(),
            sentence: field.kind == FieldKind::Block,
        });
        let options = form.choices.iter().enumerate().flat_map(|(i, choice)| {
            choice.options.iter().enumerate().map(move |(j, option)| (Target::Option(i, j), &option.words))
        });
        let options =
            options.map(|(target, words)| Entry { target, groups: folded(words), loose: true, sentence: false });
        Composition {
            entries: fields.chain(options).filter(|e| !e.groups.is_empty()).collect(),
            fillers: form.fillers.iter().map(|word| fold(word)).collect(),
        }
    }

    /// Whether a folded word is one of no weight.
    pub fn is_filler(&self, word: &str) -> bool {
        self.fillers.iter().any(|listed| listed == word)
    }

    /// The target that `words` (folded, none empty) spell out, if there is one that all its groups agree on.
    pub fn find(&self, words: &[String]) -> Option<Composed> {
        let is = |word: &String, listed: &String| {
            word == listed || (word.len() >= 5 && folded_distance(word, listed, SLIP).is_some())
        };
        let mut best: Option<Composed> = None;
        for entry in &self.entries {
            // A word that alone stands for a field must be that word: "medically" is no "Medi-Cal".
            if let ([word], [group]) = (words, entry.groups.as_slice())
                && !group.contains(word)
            {
                continue;
            }
            let in_group = |word: &String| entry.groups.iter().any(|group| group.iter().any(|listed| is(word, listed)));
            if !entry.groups.iter().all(|group| words.iter().any(|word| group.iter().any(|listed| is(word, listed)))) {
                continue;
            }
            let own = words.iter().filter(|word| in_group(word)).count();
            let small = words
                .iter()
                .filter(|word| !in_group(word) && self.fillers.iter().any(|listed| is(word, listed)))
                .count();
            if !entry.loose && own + small < words.len() {
                continue;
            }
            let coverage = (own as f32 + 0.6 * small as f32) / words.len() as f32;
            let better = best.is_none_or(|b| coverage > b.coverage + 0.01);
            let least = if entry.sentence && words.first().is_some_and(in_group) { 0.12 } else { 0.3 };
            if coverage >= least && better {
                let listed =
                    |word: &String| self.is_filler(word) || entry.groups.iter().any(|group| group.contains(word));
                best = Some(Composed { target: entry.target, coverage, exact: words.iter().all(listed) });
            }
        }
        best
    }
}
