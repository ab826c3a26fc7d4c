//! Decoding: what a lattice says, freely or against a field's format.
//!
//! A recogniser trained with CTC (Graves et al., 2006) gives for each step along the line the probabilities of the characters and of a
//! *blank*; a text is read by dropping blanks and repeats, and its probability is the sum over all ways to spell it out
//! along the steps. [`greedy`] takes the best symbol of every step. [`decode`] searches the strings of a [`Format`] with a prefix beam,
//! so that what is likely *and* possible wins. [`score`] asks for one given text: a roster's member, the other reader's reading.
//!
//! All log-probabilities are natural logarithms of one lattice's mass, so that they compare: the margin between the free
//! reading and the best string of the format says how much the format had to bend.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::format::{Format, case_variants};
use super::pattern::Walk;
use super::{Lattice, LatticeStep};

/// Log-probability of a character that a step did not keep: below the least that is kept.
pub const FLOOR: f32 = -16.0;

/// Share of a look-alike's probability that goes to the character it is taken for: the recogniser saw the other one.
const LOOKALIKE_SHARE: f64 = 0.25;

/// Characters that readers confuse, each with what it may stand for.
const LOOKALIKES: [(char, char); 30] = [
    ('O', '0'),
    ('o', '0'),
    ('Q', '0'),
    ('D', '0'),
    ('U', '0'),
    ('I', '1'),
    ('l', '1'),
    ('i', '1'),
    ('|', '1'),
    ('!', '1'),
    ('Z', '2'),
    ('z', '2'),
    ('E', '3'),
    ('A', '4'),
    ('S', '5'),
    ('s', '5'),
    ('G', '6'),
    ('b', '6'),
    ('T', '7'),
    ('?', '7'),
    ('B', '8'),
    ('g', '9'),
    ('q', '9'),
    ('0', 'D'),
    ('4', 'A'),
    ('6', 'G'),
    ('7', 'T'),
    ('l', '/'),
    ('|', '/'),
    ('I', '/'),
];

/// One string of a format and how likely the lattice makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    pub text: String,
    pub log_prob: f32,
    /// The format's check (a check digit, a day that exists) holds.
    pub passes: bool,
}

/// A free reading: the best symbol of every step, without blanks and repeats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Greedy {
    pub text: String,
    /// For each character its best probability.
    pub characters: Vec<f32>,
    /// For each character the middle of its steps, counted from 0.
    pub steps: Vec<f32>,
}

/// The free reading of a lattice, without blanks at the ends.
pub fn greedy(lattice: &Lattice) -> Greedy {
    let mut read: Vec<(char, f32, usize, usize)> = Vec::new();
    let mut before = None;
    for (index, step) in lattice.steps.iter().enumerate() {
        let best = step.symbols.first().filter(|(_, log_prob)| *log_prob > step.blank).copied();
        match (best, read.last_mut()) {
            (Some((symbol, log_prob)), Some((_, probability, _, end))) if before == Some(symbol) => {
                *probability = probability.max(log_prob.exp());
                *end = index;
            }
            (Some((symbol, log_prob)), _) => read.push((symbol, log_prob.exp(), index, index)),
            (None, _) => {}
        }
        before = best.map(|(symbol, _)| symbol);
    }
    let first = read.iter().position(|(symbol, ..)| *symbol != ' ').unwrap_or(read.len());
    let last = read.iter().rposition(|(symbol, ..)| *symbol != ' ').map_or(first, |last| last + 1);
    let read = &read[first..last];
    Greedy {
        text: read.iter().map(|(symbol, ..)| *symbol).collect(),
        characters: read.iter().map(|(_, probability, ..)| *probability).collect(),
        steps: read.iter().map(|(_, _, start, end)| (start + end) as f32 / 2.0).collect(),
    }
}

/// The strings of `format` that a lattice makes likely, best first; none when the lattice has no way through the format.
///
/// `beam` prefixes are kept at each step (32 is ample for a field), and two more for each state of the format, so that an unlikely
/// prefix which alone can be finished is not lost. Characters that the format ignores count as blank.
pub fn decode(lattice: &Lattice, format: &Format, beam: usize) -> Vec<Decoded> {
    let mut walk = Walk::new(&format.pattern);
    let mut prefixes =
        Prefixes { nodes: vec![Prefix { before: 0, symbol: '\0', state: walk.start() }], next: BTreeMap::new() };
    let mut beams: Vec<(usize, Mass)> = vec![(0, Mass { blank: 0.0, symbol: f64::NEG_INFINITY })];

    for step in &lattice.steps {
        let (blank, symbols) = weigh(step, format);
        let mut grown: BTreeMap<usize, Mass> = BTreeMap::new();
        for (prefix, mass) in &beams {
            let (last, state) = (prefixes.nodes[*prefix].symbol, prefixes.nodes[*prefix].state);
            add(&mut grown.entry(*prefix).or_default().blank, mass.total() + blank);
            for (&symbol, &log_prob) in &symbols {
                if symbol == last {
                    add(&mut grown.entry(*prefix).or_default().symbol, mass.symbol + log_prob);
                }
                if let Some(state) = walk.step(state, symbol) {
                    // A character that repeats needs a blank between.
                    let from = if symbol == last { mass.blank } else { mass.total() };
                    if from > f64::NEG_INFINITY {
                        let longer = prefixes.longer(*prefix, symbol, state);
                        add(&mut grown.entry(longer).or_default().symbol, from + log_prob);
                    }
                }
            }
        }
        beams = grown.into_iter().filter(|(_, mass)| mass.total() > f64::NEG_INFINITY).collect();
        beams.sort_by(|(a, mass), (b, other)| other.total().total_cmp(&mass.total()).then(a.cmp(b)));
        let mut of_state: BTreeMap<usize, u32> = BTreeMap::new();
        let mut rank = 0;
        beams.retain(|(prefix, _)| {
            let count = of_state.entry(prefixes.nodes[*prefix].state).or_default();
            (*count, rank) = (*count + 1, rank + 1);
            rank <= beam.max(1) || *count <= 2
        });
    }

    let mut decoded: Vec<Decoded> = beams
        .into_iter()
        .filter(|(prefix, _)| walk.accepts(prefixes.nodes[*prefix].state))
        .map(|(prefix, mass)| {
            let text = prefixes.text(prefix);
            Decoded { passes: format.passes(&text), text, log_prob: mass.total() as f32 }
        })
        .collect();
    decoded.sort_by(|a, b| b.log_prob.total_cmp(&a.log_prob).then_with(|| a.text.cmp(&b.text)));
    decoded
}

/// Share of the first of `decoded` in the probability of them all: near 1 when nothing else of the format fits the ink. 0 for none.
pub fn share(decoded: &[Decoded]) -> f32 {
    let Some(best) = decoded.first() else { return 0.0 };
    let total: f32 = decoded.iter().map(|other| (other.log_prob - best.log_prob).exp()).sum();
    1.0 / total
}

/// Log-probability of exactly `text`; characters that a step did not keep count as [`FLOOR`].
pub fn score(lattice: &Lattice, text: &str) -> f32 {
    let text: Vec<char> = text.chars().collect();
    forward(lattice, &text, |step| {
        let known: BTreeMap<char, f64> =
            step.symbols.iter().map(|&(symbol, log_prob)| (symbol, log_prob.into())).collect();
        (step.blank.into(), known)
    })
}

/// Log-probability of `text` whatever its case, accents and blanks: how well a name from a list fits the ink.
pub fn score_loosely(lattice: &Lattice, text: &str) -> f32 {
    let text: Vec<char> = text.chars().flat_map(loose).collect();
    forward(lattice, &text, |step| {
        let mut blank = f64::from(step.blank);
        let mut known: BTreeMap<char, f64> = BTreeMap::new();
        for &(symbol, log_prob) in &step.symbols {
            match loose(symbol) {
                Some(symbol) => add(known.entry(symbol).or_insert(f64::NEG_INFINITY), log_prob.into()),
                None => add(&mut blank, log_prob.into()),
            }
        }
        (blank, known)
    })
}

/// A letter without accent, in lower case; blanks and the dots of abbreviations are nothing.
fn loose(symbol: char) -> Option<char> {
    let base = symbol.nfd().next().unwrap_or(symbol);
    if base.is_whitespace() || base == '.' || base == ',' {
        None
    } else {
        Some(base.to_lowercase().next().unwrap_or(base))
    }
}

/// CTC's forward sum over all ways to spell `text` along the steps.
fn forward(lattice: &Lattice, text: &[char], weigh: impl Fn(&LatticeStep) -> (f64, BTreeMap<char, f64>)) -> f32 {
    // Place 2k is the blank before character k, place 2k+1 the character itself.
    let places = 2 * text.len() + 1;
    let mut mass = vec![f64::NEG_INFINITY; places];
    mass[0] = 0.0;
    for step in &lattice.steps {
        let (blank, known) = weigh(step);
        let mut next = vec![f64::NEG_INFINITY; places];
        for place in 0..places {
            let mut sum = mass[place];
            if place % 2 == 0 {
                if place > 0 {
                    add(&mut sum, mass[place - 1]);
                }
                next[place] = sum + blank;
            } else {
                let symbol = text[place / 2];
                add(&mut sum, mass[place - 1]);
                if place >= 2 && text[place / 2 - 1] != symbol {
                    add(&mut sum, mass[place - 2]);
                }
                next[place] = sum + known.get(&symbol).copied().unwrap_or(FLOOR.into());
            }
        }
        mass = next;
    }
    let mut total = mass[places - 1];
    if places > 1 {
        add(&mut total, mass[places - 2]);
    }
    total as f32
}

/// A step as a format sees it: what it ignores is blank, and the probability of other cases and look-alikes is shared.
fn weigh(step: &LatticeStep, format: &Format) -> (f64, BTreeMap<char, f64>) {
    let mut blank = f64::from(step.blank);
    let mut symbols: BTreeMap<char, f64> = BTreeMap::new();
    let mut gain = |symbol: char, log_prob: f64| add(symbols.entry(symbol).or_insert(f64::NEG_INFINITY), log_prob);
    for &(symbol, log_prob) in &step.symbols {
        let log_prob = f64::from(log_prob);
        if format.ignored.contains(symbol) {
            add(&mut blank, log_prob);
            continue;
        }
        let variants = if format.folds_case { case_variants(symbol) } else { vec![symbol] };
        variants.into_iter().for_each(|variant| gain(variant, log_prob));
        if format.lookalikes {
            let taken_for = LOOKALIKES.iter().filter(|(looks, _)| *looks == symbol);
            taken_for.for_each(|(_, meant)| gain(*meant, log_prob + LOOKALIKE_SHARE.ln()));
        }
    }
    (blank, symbols)
}

/// Log-probability of a prefix, apart for the ways that end in a blank and those that end in its last character.
#[derive(Clone, Copy, Debug)]
struct Mass {
    blank: f64,
    symbol: f64,
}

impl Default for Mass {
    fn default() -> Self {
        Self { blank: f64::NEG_INFINITY, symbol: f64::NEG_INFINITY }
    }
}

impl Mass {
    fn total(&self) -> f64 {
        let mut total = self.blank;
        add(&mut total, self.symbol);
        total
    }
}

/// Prefixes share their beginnings; one is a node, and the way to the root spells it backwards.
struct Prefixes {
    nodes: Vec<Prefix>,
    next: BTreeMap<(usize, char), usize>,
}

struct Prefix {
    before: usize,
    symbol: char,
    /// State of the format after this prefix.
    state: usize,
}

impl Prefixes {
    fn longer(&mut self, before: usize, symbol: char, state: usize) -> usize {
        let nodes = &mut self.nodes;
        *self.next.entry((before, symbol)).or_insert_with(|| {
            nodes.push(Prefix { before, symbol, state });
            nodes.len() - 1
        })
    }

    fn text(&self, mut prefix: usize) -> String {
        let mut symbols = Vec::new();
        while prefix != 0 {
            symbols.push(self.nodes[prefix].symbol);
            prefix = self.nodes[prefix].before;
        }
        symbols.into_iter().rev().collect()
    }
}

/// Adds a probability to another, both as logarithms.
fn add(sum: &mut f64, other: f64) {
    let (high, low) = if *sum >= other { (*sum, other) } else { (other, *sum) };
    *sum = if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps as `a.7 b.2`: characters with their probabilities, the rest is blank. `_` stands for a blank space.
    fn lattice(steps: &[&str]) -> Lattice {
        let step = |text: &&str| {
            let mut rest = 1.0f32;
            let mut symbols: Vec<(char, f32)> = text
                .split_whitespace()
                .map(|entry| {
                    let (symbol, probability) = entry.split_at(entry.chars().next().map_or(0, char::len_utf8));
                    let probability: f32 = probability.parse().expect("a probability");
                    rest -= probability;
                    (if symbol == "_" { ' ' } else { symbol.chars().next().expect("a symbol") }, probability.ln())
                })
                .collect();
            symbols.sort_by(|a, b| b.1.total_cmp(&a.1));
            LatticeStep { blank: rest.max(1e-6).ln(), symbols }
        };
        Lattice { steps: steps.iter().map(step).collect() }
    }

    /// A lattice that says `text` with 98 % at every second step.
    fn clear(text: &str) -> Lattice {
        let steps: Vec<String> =
            text.chars().flat_map(|c| [format!("{}.98", if c == ' ' { '_' } else { c }), String::new()]).collect();
        lattice(&steps.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn pattern(pattern: &str) -> Format {
        Format::pattern(pattern).expect("a pattern")
    }

    #[test]
    fn greedy_drops_blanks_and_repeats() {
        let read = greedy(&lattice(&["_.9", "a.9", "a.8", "", "a.7", "b.6", "", "_.9", ""]));
        assert_eq!(read.text, "aab");
        assert_eq!(read.steps, [1.5, 4.0, 5.0]);
        assert!((read.characters[0] - 0.9).abs() < 1e-4 && (read.characters[2] - 0.6).abs() < 1e-4);
        assert_eq!(greedy(&Lattice::default()), Greedy::default());
        assert_eq!(greedy(&lattice(&["_.9", "", "_.8"])).text, "");
    }

    #[test]
    fn a_repeat_needs_a_blank_between() {
        let (twice, once) = (lattice(&["1.9", "", "1.9"]), lattice(&["1.9", "1.9", "1.9"]));
        assert_eq!(decode(&twice, &pattern(r"\d+"), 8)[0].text, "11");
        assert_eq!(decode(&once, &pattern(r"\d+"), 8)[0].text, "1");
        assert_eq!(decode(&once, &pattern(r"\d\d"), 8)[0].text, "11", "the format may ask for it all the same");
    }

    #[test]
    fn many_weak_ways_beat_one_strong_path() {
        // The classic: the best path is all blank, the best text is `a` (0.4·0.4 + 2·0.4·0.6 = 0.64 against 0.36).
        let read = decode(&lattice(&["a.4", "a.4"]), &pattern("a?"), 8);
        assert_eq!(read[0].text, "a");
        assert!((read[0].log_prob.exp() - 0.64).abs() < 1e-3 && (read[1].log_prob.exp() - 0.36).abs() < 1e-3);
        assert!((share(&read) - 0.64).abs() < 1e-3);
    }

    #[test]
    fn beam_and_score_agree() {
        let lattice = lattice(&["1.5 7.4", "", "2.6 Z.3", "2.3", "0.5 O.4", "5.2 S.7"]);
        for read in decode(&lattice, &pattern("[0-9A-Z]+"), 1000).iter().take(20) {
            assert!((score(&lattice, &read.text) - read.log_prob).abs() < 1e-3, "{}", read.text);
        }
        assert!(score(&lattice, "#") <= FLOOR && score(&lattice, "") > f32::NEG_INFINITY);
        assert_eq!(score(&Lattice::default(), ""), 0.0);
        assert_eq!(score(&Lattice::default(), "a"), f32::NEG_INFINITY);
    }

    #[test]
    fn a_format_settles_what_the_free_reading_leaves_open() {
        let lattice = lattice(&[
            "g.6 9.4", "", "1.9", "", "O.7 0.2", "", "2.9", "", "2.9", "", "3.9", "", "S.5 5.4", "", "6.9", "",
            "8.5 B.4",
        ]);
        assert_eq!(greedy(&lattice).text, "g1O223S68");
        let read = decode(&lattice, &Format::cin(), 32);
        assert_eq!(read, [], "nothing here is a letter that a CIN may end in");
        let read = decode(&lattice, &pattern(r"9\d{7}[B-D]"), 32);
        assert_eq!(read[0].text, "91022356B");
        assert!(score(&lattice, "g1O223S68") > read[0].log_prob, "the format had to bend the reading");
    }

    #[test]
    fn a_lookalike_is_taken_at_a_price() {
        let certain = lattice(&["9.99", "", "O.99", "", "l.99", "", "A.99"]);
        let plain = pattern(r"9\d\d[A-C]");
        assert_eq!(decode(&certain, &plain, 16), []);
        let read = decode(&certain, &plain.with_lookalikes(), 16);
        assert_eq!(read[0].text, "901A");
        assert!(read[0].log_prob < 2.0 * (0.25f32).ln() && read[0].log_prob > 2.0 * (0.25f32).ln() - 0.2);
    }

    #[test]
    fn ignored_characters_separate_repeats() {
        let comb = clear("9|1|1 1|2|2|2|3|A");
        assert_eq!(decode(&comb, &Format::cin().in_cells(), 32)[0].text, "91112223A");
        assert_eq!(decode(&clear("91112223a"), &Format::cin(), 32)[0].text, "91112223A");
    }

    #[test]
    fn a_wrong_check_digit_is_reported_and_not_repaired() {
        let read = decode(&clear("1234567890"), &Format::npi(), 32);
        assert_eq!((read[0].text.as_str(), read[0].passes), ("1234567890", false));
        let mut steps = clear("1234567890");
        steps.steps[18].symbols = vec![('0', 0.5f32.ln()), ('3', 0.48f32.ln())];
        let read = decode(&steps, &Format::npi(), 32);
        assert_eq!((read[0].text.as_str(), read[0].passes), ("1234567890", false));
        assert_eq!((read[1].text.as_str(), read[1].passes), ("1234567893", true));
        assert!(read[0].log_prob - read[1].log_prob < 0.1);
    }

    #[test]
    fn dates_keep_their_separators_and_lose_their_blanks() {
        let read = decode(&clear("3 / 17 /2001"), &Format::numeric_date(), 32);
        assert_eq!((read[0].text.as_str(), read[0].passes), ("3/17/2001", true));
        assert_eq!(decode(&clear("may 6, 2025"), &Format::written_date(), 32)[0].text, "May 6, 2025");
        assert_eq!(decode(&clear("6 de mayo de 2025"), &Format::written_date(), 32)[0].text, "6 de mayo de 2025");
    }

    #[test]
    fn an_unlikely_prefix_that_alone_can_be_finished_survives_the_beam() {
        // Forty strings that begin with a digit are likelier at first, but only `x` goes on to the end.
        let steps = ["0.1 1.1 2.1 3.1 4.1 5.1 6.1 7.1 8.1 x.01", "", "y.9", "", "z.9"];
        assert_eq!(decode(&lattice(&steps), &pattern(r"\d\d\d|xyz"), 2)[0].text, "xyz");
    }

    #[test]
    fn a_name_fits_whatever_its_case_and_accents() {
        let ink = clear("MARIA NUNEZ");
        assert!(score_loosely(&ink, "María Núñez") > -1.0);
        assert!(score(&ink, "María Núñez") < -50.0);
        assert!(score_loosely(&ink, "Maria Nuno") < score_loosely(&ink, "Maria Nunez") - 10.0);
    }
}
