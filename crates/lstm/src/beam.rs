//! The beam search that turns probabilities into characters (Tesseract's `src/lstm/recodebeam.cpp`).
//!
//! Each path says for each step which output it takes. Neighbouring steps with the same output are one character, and
//! the null output separates characters. Paths that follow the dictionaries are kept beside those that do not; a path
//! outside the dictionaries pays for it with [`DICT_RATIO`].

use std::ops::Range;

use crate::dict::{Dict, Permuter, Position};
use crate::heap::{Heap, Keyed};
use crate::math::ln_f32;
use crate::network::Output;
use crate::recoder::{MAX_CODE_LENGTH, Recoder};
use crate::unicharset::{SPACE, UnicharId, Unicharset};

/// Paths kept for each kind of path and each length of an unfinished code.
const WIDTHS: [usize; MAX_CODE_LENGTH + 1] = [5, 10, 16, 16, 16, 16, 16, 16, 16, 16];
/// Factor on the certainty of characters outside the dictionaries (`kDictRatio`).
const DICT_RATIO: f32 = 2.25;
/// Added to every certainty (`kCertOffset`).
const CERTAINTY_OFFSET: f64 = -0.085;
/// Dictionary words must have characters of more than this certainty (`kWorstDictCertainty / kCertaintyScale`).
const WORST_DICT_CERTAINTY: f32 = -25.0 / 7.0;
/// The lowest certainty.
const LEAST_CERTAINTY: f32 = -20.0;
/// The exponential of [`LEAST_CERTAINTY`] in single precision.
const LEAST_PROBABILITY: f32 = 2.061_153_6e-9;

/// What may follow a node (`NodeContinuation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    /// The node used the probability of its own output only.
    Anything,
    /// The node added another output's probability and must be followed by itself.
    OnlyDuplicate,
    /// The node added another output's probability after itself and must be followed by something else.
    NoDuplicate,
}

const FOLLOWS: [Follow; 3] = [Follow::Anything, Follow::OnlyDuplicate, Follow::NoDuplicate];

/// How good an output is among those of its step (`TopNState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    TopTwo,
    TopFew,
    Rest,
}

/// One step of a path (`RecodeNode`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub code: u32,
    /// The character that is complete with this output.
    pub unichar: Option<UnicharId>,
    pub permuter: Permuter,
    start_of_dawg: bool,
    pub start_of_word: bool,
    end_of_word: bool,
    pub duplicate: bool,
    /// Logarithm of this step's probability, weighted.
    pub certainty: f32,
    /// Sum of the certainties up to here.
    score: f32,
    previous: Option<usize>,
    /// The last node before this one at which a character was completed.
    character_before: Option<usize>,
    /// The dictionary positions, as a range of [`Beam::positions`].
    dawgs: Option<(usize, usize)>,
    /// Hash of the characters up to here.
    hash: u64,
}

impl Keyed for Node {
    fn key(&self) -> f32 {
        self.score
    }
}

/// An output with its probability, in the search for the best few.
#[derive(Debug, Clone, Copy)]
struct Top {
    probability: f32,
    code: u32,
}

impl Keyed for Top {
    fn key(&self) -> f32 {
        self.probability
    }
}

/// What the search needs to know about the language.
pub(crate) struct Language<'a> {
    pub recoder: &'a Recoder,
    pub unicharset: &'a Unicharset,
    /// Nothing when no dictionary is in use.
    pub dict: Option<&'a Dict>,
    pub null_code: u32,
}

/// An output that can follow, the same for all paths that have no unfinished code.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    code: u32,
    unichar: Option<UnicharId>,
    certainty: f32,
}

/// Which of the sets of paths a node belongs to.
#[derive(Debug, Clone, Copy)]
struct Place {
    dict: bool,
    follow: Follow,
    /// Outputs of an unfinished code so far.
    length: usize,
}

/// The state of one search.
pub(crate) struct Beam<'a> {
    language: &'a Language<'a>,
    /// Nodes of all finished steps.
    nodes: Vec<Node>,
    /// For each set of paths, its nodes in the last finished step.
    last: Vec<Range<usize>>,
    /// The sets of paths of the step in work.
    heaps: Vec<Heap<Node>>,
    /// The best node at which a word can begin, for each [`Follow`]; these compete for one place only.
    initial: [Option<Node>; 3],
    /// Storage for dictionary positions; the initial ones come first.
    positions: Vec<Position>,
    initial_positions: (usize, usize),
    scratch: Vec<Position>,
    ranks: Vec<Rank>,
    best: u32,
    second: u32,
    lengths: usize,
}

/// Certainty of a probability (`NetworkIO::ProbToCertainty`), with the offset.
fn certainty_of(probability: f32) -> f32 {
    let certainty = if probability > LEAST_PROBABILITY { ln_f32(probability) } else { LEAST_CERTAINTY };
    (f64::from(certainty) + CERTAINTY_OFFSET) as f32
}

impl<'a> Beam<'a> {
    /// Searches through a line's output and gives the best path, one node for each step.
    pub fn search(language: &'a Language<'a>, output: &Output) -> Vec<Node> {
        let mut positions = Vec::new();
        if let Some(dict) = language.dict {
            dict.initial(&mut positions);
        }
        let lengths = language.recoder.max_length();
        let sets = 2 * FOLLOWS.len() * lengths;
        let mut beam = Self {
            language,
            nodes: Vec::new(),
            last: vec![0..0; sets],
            heaps: (0..sets).map(|_| Heap::new()).collect(),
            initial: [None; 3],
            initial_positions: (0, positions.len()),
            positions,
            scratch: Vec::new(),
            ranks: Vec::new(),
            best: 0,
            second: 0,
            lengths,
        };
        for (step, outputs) in output.steps().enumerate() {
            beam.rank(outputs);
            beam.step(outputs, step == 0);
            beam.finish_step();
        }
        beam.best_path()
    }

    fn index(&self, place: Place) -> usize {
        (usize::from(place.dict) * FOLLOWS.len() + place.follow as usize) * self.lengths + place.length
    }

    fn place(&self, index: usize) -> Place {
        Place {
            dict: index >= self.lengths * FOLLOWS.len(),
            follow: FOLLOWS[index / self.lengths % FOLLOWS.len()],
            length: index % self.lengths,
        }
    }

    /// Finds the best outputs of a step (`ComputeTopN`).
    fn rank(&mut self, outputs: &[f32]) {
        self.ranks.clear();
        self.ranks.resize(outputs.len(), Rank::Rest);
        let mut heap: Heap<Top> = Heap::new();
        for (code, &probability) in outputs.iter().enumerate() {
            if heap.len() < WIDTHS[0] || heap.worst().is_some_and(|worst| probability > worst) {
                heap.push(Top { probability, code: code as u32 });
                if heap.len() > WIDTHS[0] {
                    heap.pop();
                }
            }
        }
        while let Some(Top { code, .. }) = heap.pop() {
            self.ranks[code as usize] = if heap.len() > 1 { Rank::TopFew } else { Rank::TopTwo };
            match heap.len() {
                0 => self.best = code,
                1 => self.second = code,
                _ => {}
            }
        }
        self.ranks[self.language.null_code as usize] = Rank::TopTwo;
    }

    /// Continues all paths by one step (`DecodeStep`).
    fn step(&mut self, outputs: &[f32], first: bool) {
        if first {
            let candidates = self.candidates(outputs, Rank::TopTwo);
            for dict in [false, true] {
                if !dict || self.language.dict.is_some() {
                    let place = Place { dict, follow: Follow::Anything, length: 0 };
                    self.continue_from(None, place, outputs, Rank::TopTwo, &candidates);
                }
            }
            return;
        }
        // The worse outputs are tried only when no path could go on with the better ones.
        for rank in [Rank::TopTwo, Rank::TopFew, Rank::Rest] {
            let candidates = self.candidates(outputs, rank);
            for set in 0..self.last.len() {
                let place = self.place(set);
                for node in self.last[set].clone().rev() {
                    self.continue_from(Some(node), place, outputs, rank, &candidates);
                }
            }
            let open = (0..self.heaps.len()).filter(|&set| self.place(set).follow == Follow::Anything);
            if open.map(|set| self.heaps[set].len()).sum::<usize>() > 0 {
                break;
            }
        }
        for follow in FOLLOWS {
            if let Some(node) = self.initial[follow as usize] {
                let index = self.index(Place { dict: true, follow, length: 0 });
                self.push_node(index, WIDTHS[0], node);
            }
        }
    }

    /// Moves the step's nodes to their final place.
    fn finish_step(&mut self) {
        for (last, heap) in self.last.iter_mut().zip(&mut self.heaps) {
            let start = self.nodes.len();
            self.nodes.extend_from_slice(heap.entries());
            *last = start..self.nodes.len();
            heap.clear();
        }
        self.initial = [None; 3];
    }

    /// Outputs of the given rank that complete a code of one output.
    fn candidates(&self, outputs: &[f32], rank: Rank) -> Vec<Candidate> {
        self.finals(&[], outputs, rank)
    }

    /// Outputs of the given rank that complete the code that begins with `prefix`.
    fn finals(&self, prefix: &[u32], outputs: &[f32], rank: Rank) -> Vec<Candidate> {
        let language = self.language;
        let mut full = prefix.to_vec();
        let mut finals = Vec::new();
        for &code in language.recoder.final_codes(prefix) {
            if self.ranks[code as usize] != rank {
                continue;
            }
            let certainty = certainty_of(outputs[code as usize]);
            if certainty < LEAST_CERTAINTY && code != language.null_code {
                continue;
            }
            full.truncate(prefix.len());
            full.push(code);
            let null = prefix.is_empty() && code == language.null_code;
            let unichar = language.recoder.decode(&full).filter(|_| !null);
            if unichar.is_none_or(|unichar| language.unicharset.is_enabled(unichar)) {
                finals.push(Candidate { code, unichar, certainty });
            }
        }
        finals
    }

    /// The outputs of the unfinished code with which a path ends.
    fn prefix(&self, node: Option<usize>, length: usize) -> Vec<u32> {
        let mut prefix = Vec::with_capacity(length);
        let mut at = node;
        while prefix.len() < length {
            let Some(index) = at else { break };
            let node = &self.nodes[index];
            if !node.duplicate && node.code != self.language.null_code {
                prefix.push(node.code);
            }
            at = node.previous;
        }
        prefix.reverse();
        prefix
    }

    /// Continues one path with all outputs of a rank (`ContinueContext`).
    fn continue_from(
        &mut self,
        previous: Option<usize>,
        place: Place,
        outputs: &[f32],
        rank: Rank,
        candidates: &[Candidate],
    ) {
        let null = self.language.null_code;
        let node = previous.map(|index| self.nodes[index]);
        if let Some(node) = &node {
            self.repeat(node, previous, place, outputs, rank);
            if place.follow == Follow::OnlyDuplicate {
                return;
            }
            if node.code != null && place.length > 0 && self.ranks[null as usize] == rank {
                // Nulls may stand between the outputs of one code.
                let certainty = certainty_of(outputs[null as usize]);
                let target = Place { follow: Follow::Anything, ..place };
                self.push_plain(target, false, null, None, certainty, previous);
            }
        }
        let last = node.map(|node| node.code);
        // A transition between the two best outputs can take the probability of both and of the null.
        let joint = |best: u32, second: u32, code: u32| {
            let mut probability = outputs[code as usize] + outputs[null as usize];
            if let Some(last) = last
                && place.follow == Follow::Anything
                && last != null
                && ((last == best && code == second) || (code == best && last == second))
            {
                probability += outputs[last as usize];
            }
            certainty_of(probability)
        };
        if place.length == 0 {
            for candidate in candidates {
                self.continue_with(candidate, last, place, rank, previous, &joint);
            }
        } else {
            let prefix = self.prefix(previous, place.length);
            for candidate in self.finals(&prefix, outputs, rank) {
                self.continue_with(&candidate, last, place, rank, previous, &joint);
            }
        }
        if self.lengths > 1 {
            self.continue_code(last, place, outputs, rank, previous, &joint);
        }
    }

    /// Takes the same output once more.
    fn repeat(&mut self, node: &Node, previous: Option<usize>, place: Place, outputs: &[f32], rank: Rank) {
        if self.ranks[node.code as usize] != rank {
            return;
        }
        let null = self.language.null_code;
        let own = outputs[node.code as usize];
        if place.follow != Follow::NoDuplicate {
            let target = Place { follow: Follow::Anything, ..place };
            self.push_plain(target, true, node.code, node.unichar, certainty_of(own), previous);
        }
        if place.follow == Follow::Anything && rank == Rank::TopTwo && node.code != null {
            let certainty = certainty_of(own + outputs[null as usize]);
            let target = Place { follow: Follow::NoDuplicate, ..place };
            self.push_plain(target, true, node.code, node.unichar, certainty, previous);
        }
    }

    /// Completes a character with `candidate`.
    fn continue_with(
        &mut self,
        candidate: &Candidate,
        last: Option<u32>,
        place: Place,
        rank: Rank,
        previous: Option<usize>,
        joint: &impl Fn(u32, u32, u32) -> f32,
    ) {
        if last == Some(candidate.code) {
            return;
        }
        self.continue_unichar(place.dict, candidate, Follow::Anything, previous);
        if rank == Rank::TopTwo && candidate.code != self.language.null_code {
            let certainty = joint(self.best, self.second, candidate.code);
            self.continue_unichar(place.dict, &Candidate { certainty, ..*candidate }, Follow::OnlyDuplicate, previous);
        }
    }

    /// Continues with outputs that leave the code unfinished.
    fn continue_code(
        &mut self,
        last: Option<u32>,
        place: Place,
        outputs: &[f32],
        rank: Rank,
        previous: Option<usize>,
        joint: &impl Fn(u32, u32, u32) -> f32,
    ) {
        let language = self.language;
        let prefix = self.prefix(previous, place.length);
        for &code in language.recoder.next_codes(&prefix) {
            if self.ranks[code as usize] != rank || last == Some(code) {
                continue;
            }
            let target = Place { follow: Follow::Anything, length: place.length + 1, ..place };
            self.push_plain(target, false, code, None, certainty_of(outputs[code as usize]), previous);
            if rank == Rank::TopTwo && code != language.null_code {
                let certainty = joint(self.best, self.second, code);
                let target = Place { follow: Follow::OnlyDuplicate, ..target };
                self.push_plain(target, false, code, None, certainty, previous);
            }
        }
    }

    /// Adds a character to a path inside or outside the dictionaries (`ContinueUnichar`).
    fn continue_unichar(&mut self, in_dict: bool, candidate: &Candidate, follow: Follow, previous: Option<usize>) {
        let &Candidate { code, unichar, certainty } = candidate;
        if in_dict {
            if certainty > WORST_DICT_CERTAINTY {
                self.continue_dawg(candidate, follow, previous);
            }
            return;
        }
        let index = self.index(Place { dict: false, follow, length: 0 });
        let weighted = certainty * DICT_RATIO;
        if self.accepts(index, WIDTHS[0], weighted, previous) {
            let node = self.node(code, unichar, Permuter::TopChoice, weighted, previous);
            self.push_node(index, WIDTHS[0], node);
        }
        let Some(unichar) = unichar.filter(|_| self.language.dict.is_some()) else { return };
        // A space, or any character of a script without spaces, can be followed by a dictionary word. The permuter
        // `None` marks a space whose certainty stands alone, without that of the nulls before it.
        if unichar == SPACE && certainty > WORST_DICT_CERTAINTY {
            self.push_initial(code, unichar, Permuter::None, (false, false), certainty, follow, previous);
        } else if !self.language.unicharset.is_space_delimited(unichar) {
            let certainty = certainty * DICT_RATIO;
            self.push_initial(code, unichar, Permuter::TopChoice, (false, false), certainty, follow, previous);
        }
    }

    /// Adds a character to a path inside the dictionaries if a word allows it (`ContinueDawg`).
    fn continue_dawg(&mut self, candidate: &Candidate, follow: Follow, previous: Option<usize>) {
        let &Candidate { code, unichar, certainty } = candidate;
        let dict_index = self.index(Place { dict: true, follow, length: 0 });
        let plain_index = self.index(Place { dict: false, follow, length: 0 });
        let Some(unichar) = unichar else {
            if self.accepts(dict_index, WIDTHS[0], certainty, previous) {
                let node = self.node(code, None, Permuter::None, certainty, previous);
                self.push_node(dict_index, WIDTHS[0], node);
            }
            return;
        };
        let hopeless = |index| !self.accepts(index, WIDTHS[0], certainty, previous);
        if hopeless(dict_index) && hopeless(plain_index) {
            return;
        }
        let Some(dict) = self.language.dict else { return };
        let set = self.language.unicharset;
        let before = self.last_character(previous).map(|index| self.nodes[index]);
        if unichar == SPACE {
            if let Some(before) = before.filter(|before| before.end_of_word) {
                self.push_initial(code, unichar, before.permuter, (false, false), certainty, follow, previous);
                let node = self.node(code, Some(unichar), before.permuter, certainty, previous);
                self.push_node(plain_index, WIDTHS[0], node);
            }
            return;
        }
        if let Some(before) = &before
            && before.start_of_dawg
            && let Some(character) = before.unichar
            && character != SPACE
            && set.is_space_delimited(character)
            && set.is_space_delimited(unichar)
        {
            return;
        }
        let (active, word_start) = match &before {
            None => (self.initial_positions, true),
            Some(Node { dawgs: Some(dawgs), start_of_dawg, .. }) => (*dawgs, *start_of_dawg),
            Some(_) => return,
        };
        let mut updated = std::mem::take(&mut self.scratch);
        let step = dict.step(set, &self.positions[active.0..active.1], unichar, &mut updated);
        if step.permuter != Permuter::None {
            let start = self.positions.len();
            self.positions.extend_from_slice(&updated);
            let node = Node {
                start_of_word: word_start,
                end_of_word: step.valid_end,
                dawgs: Some((start, self.positions.len())),
                ..self.node(code, Some(unichar), step.permuter, certainty, previous)
            };
            self.push_node(dict_index, WIDTHS[0], node);
            if step.valid_end && !set.is_space_delimited_language() {
                let flags = (word_start, true);
                self.push_initial(code, unichar, step.permuter, flags, certainty, follow, previous);
                self.push_node(plain_index, WIDTHS[0], Node { dawgs: None, ..node });
            }
        }
        self.scratch = updated;
    }

    /// The last node of a path at which a character was completed.
    fn last_character(&self, at: Option<usize>) -> Option<usize> {
        let node = &self.nodes[at?];
        if node.unichar.is_some() && !node.duplicate { at } else { node.character_before }
    }

    /// Offers a node at which a dictionary word can begin (`PushInitialDawgIfBetter`).
    #[allow(clippy::too_many_arguments, reason = "these are the parts of the node to be made")]
    fn push_initial(
        &mut self,
        code: u32,
        unichar: UnicharId,
        permuter: Permuter,
        (start, end): (bool, bool),
        certainty: f32,
        follow: Follow,
        previous: Option<usize>,
    ) {
        let score = self.score(certainty, previous);
        if self.initial[follow as usize].is_none_or(|best| score > best.score) {
            self.initial[follow as usize] = Some(Node {
                start_of_dawg: true,
                start_of_word: start,
                end_of_word: end,
                dawgs: Some(self.initial_positions),
                ..self.node(code, Some(unichar), permuter, certainty, previous)
            });
        }
    }

    /// Adds a duplicate or part of a code (`PushDupOrNoDawgIfBetter`).
    fn push_plain(
        &mut self,
        target: Place,
        duplicate: bool,
        code: u32,
        unichar: Option<UnicharId>,
        certainty: f32,
        previous: Option<usize>,
    ) {
        let permuter = previous.map(|index| self.nodes[index].permuter);
        let (permuter, certainty) = if target.dict {
            if certainty <= WORST_DICT_CERTAINTY {
                return;
            }
            (permuter.unwrap_or(Permuter::None), certainty)
        } else {
            let certainty = certainty * DICT_RATIO;
            if certainty < LEAST_CERTAINTY && code != self.language.null_code {
                return;
            }
            (permuter.unwrap_or(Permuter::TopChoice), certainty)
        };
        let (index, width) = (self.index(target), WIDTHS[target.length]);
        if self.accepts(index, width, certainty, previous) {
            let mut node = self.node(code, unichar, permuter, certainty, previous);
            if duplicate {
                node.duplicate = true;
                node.hash = self.hash(code, true, previous);
            }
            self.push_node(index, width, node);
        }
    }

    /// Sum of the certainties of a path that goes on with the given certainty.
    fn score(&self, certainty: f32, previous: Option<usize>) -> f32 {
        certainty + previous.map_or(0.0, |index| self.nodes[index].score)
    }

    /// Whether a node would be good enough for a set of paths.
    fn accepts(&self, index: usize, width: usize, certainty: f32, previous: Option<usize>) -> bool {
        let heap = &self.heaps[index];
        heap.len() < width || heap.worst().is_some_and(|worst| self.score(certainty, previous) > worst)
    }

    /// A node without flags.
    fn node(
        &self,
        code: u32,
        unichar: Option<UnicharId>,
        permuter: Permuter,
        certainty: f32,
        previous: Option<usize>,
    ) -> Node {
        Node {
            code,
            unichar,
            permuter,
            start_of_dawg: false,
            start_of_word: false,
            end_of_word: false,
            duplicate: false,
            certainty,
            score: self.score(certainty, previous),
            previous,
            character_before: self.last_character(previous),
            dawgs: None,
            hash: self.hash(code, false, previous),
        }
    }

    /// Hash of a path's characters (`ComputeCodeHash`).
    fn hash(&self, code: u32, duplicate: bool, previous: Option<usize>) -> u64 {
        let hash = previous.map_or(0, |index| self.nodes[index].hash);
        if duplicate || code == self.language.null_code {
            return hash;
        }
        let classes = u64::from(self.language.recoder.code_range());
        let carry = ((hash >> 32) * classes) >> 32;
        hash.wrapping_mul(classes).wrapping_add(carry).wrapping_add(u64::from(code))
    }

    /// Adds a node to a set of paths if it is good enough (`PushHeapIfBetter`).
    ///
    /// Of two nodes with the same characters before them only the better one stays.
    fn push_node(&mut self, index: usize, width: usize, node: Node) {
        let heap = &mut self.heaps[index];
        if heap.len() >= width && heap.worst().is_some_and(|worst| node.score <= worst) {
            return;
        }
        let same = |other: &Node| {
            other.code == node.code
                && other.hash == node.hash
                && other.permuter == node.permuter
                && other.start_of_dawg == node.start_of_dawg
        };
        if let Some(place) = heap.entries().iter().position(same) {
            if node.score > heap.entries()[place].score {
                heap.replace(place, node);
            }
            return;
        }
        heap.push(node);
        if heap.len() > width {
            heap.pop();
        }
    }

    /// The best of the paths that may end here (`ExtractBestPaths`).
    fn best_path(&self) -> Vec<Node> {
        let mut best: Option<usize> = None;
        for follow in [Follow::Anything, Follow::NoDuplicate] {
            for dict in [false, true] {
                for node in self.last[self.index(Place { dict, follow, length: 0 })].clone() {
                    if dict {
                        // A path in the dictionaries must be at the end of a word.
                        let character = self.last_character(Some(node)).map(|index| &self.nodes[index]);
                        if !character.is_some_and(|node| node.end_of_word || node.unichar == Some(SPACE)) {
                            continue;
                        }
                    }
                    if best.is_none_or(|best| self.nodes[node].score > self.nodes[best].score) {
                        best = Some(node);
                    }
                }
            }
        }
        let mut path: Vec<Node> =
            std::iter::successors(best, |&index| self.nodes[index].previous).map(|index| self.nodes[index]).collect();
        path.reverse();
        path
    }
}
