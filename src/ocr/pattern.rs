//! Patterns: the language that formats are written in, and the automaton that walks them.
//!
//! The plain part of regular expressions: characters, `\d`, classes `[A-Z .]`, groups, `|`, and the repetitions `?`, `*`, `+`, `{n}`,
//! `{m,n}`. A `.` is a full stop, since dates have them. A decoder needs to go on from where each of its prefixes stands, which
//! the `regex` crate does not offer; `Walk` does.

use std::collections::BTreeMap;

/// Most nodes that a pattern may need; a field of 200 letters needs 400.
const MAX_NODES: usize = 8192;
/// Most copies that a repetition may ask for.
pub(super) const MAX_REPEATS: u32 = 400;
/// Deepest nesting of groups.
const MAX_DEPTH: u32 = 32;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern is wrong at character {position}: {problem}")]
pub struct PatternError {
    /// 1-based.
    pub position: usize,
    pub problem: &'static str,
}

/// A compiled pattern; the default one allows the empty text alone.
#[derive(Clone, Debug)]
pub struct Pattern {
    nodes: Vec<Node>,
    start: usize,
}

#[derive(Clone, Debug)]
enum Node {
    /// Goes on with one character of the ranges.
    Take {
        ranges: Vec<(char, char)>,
        next: usize,
    },
    /// Goes on without a character.
    Split(Vec<usize>),
    Accept,
}

impl Default for Pattern {
    fn default() -> Self {
        Self { nodes: vec![Node::Accept], start: 0 }
    }
}

impl Pattern {
    /// Compiles a pattern.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let tree = Parser { characters: pattern.chars().collect(), at: 0, depth: 0 }.parse()?;
        let mut compiled = Self::default();
        let too_long = PatternError { position: pattern.chars().count(), problem: "it stands for too many characters" };
        compiled.start = compiled.compile(&tree, 0).ok_or(too_long)?;
        Ok(compiled)
    }

    fn compile(&mut self, tree: &Tree, next: usize) -> Option<usize> {
        match tree {
            Tree::One(ranges) => self.add(Node::Take { ranges: ranges.clone(), next }),
            Tree::All(parts) => parts.iter().rev().try_fold(next, |next, part| self.compile(part, next)),
            Tree::Any(branches) => {
                let starts = branches.iter().map(|branch| self.compile(branch, next)).collect::<Option<Vec<_>>>()?;
                self.add(Node::Split(starts))
            }
            Tree::Repeat { part, least, most } => {
                let mut start = next;
                match most {
                    Some(most) => {
                        for _ in *least..*most {
                            let once = self.compile(part, start)?;
                            start = self.add(Node::Split(vec![once, next]))?;
                        }
                    }
                    None => {
                        let again = self.add(Node::Split(Vec::new()))?;
                        let once = self.compile(part, again)?;
                        self.nodes[again] = Node::Split(vec![once, next]);
                        start = again;
                    }
                }
                (0..*least).try_fold(start, |start, _| self.compile(part, start))
            }
        }
    }

    fn add(&mut self, node: Node) -> Option<usize> {
        self.nodes.push(node);
        (self.nodes.len() <= MAX_NODES).then_some(self.nodes.len() - 1)
    }
}

/// A parsed pattern.
enum Tree {
    One(Vec<(char, char)>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Repeat { part: Box<Tree>, least: u32, most: Option<u32> },
}

struct Parser {
    characters: Vec<char>,
    at: usize,
    depth: u32,
}

impl Parser {
    fn parse(mut self) -> Result<Tree, PatternError> {
        let tree = self.branches()?;
        if self.next().is_some() {
            return Err(self.error("a `)` without its `(`"));
        }
        Ok(tree)
    }

    fn branches(&mut self) -> Result<Tree, PatternError> {
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        Ok(Tree::Any(branches))
    }

    fn sequence(&mut self) -> Result<Tree, PatternError> {
        let mut parts = Vec::new();
        while let Some(character) = self.peek().filter(|&character| character != '|' && character != ')') {
            self.at += 1;
            let part = match character {
                '(' => self.group()?,
                '[' => self.class()?,
                '\\' => Tree::One(self.escaped()?),
                '?' | '*' | '+' | '{' => return Err(self.error("a repetition of nothing")),
                plain => Tree::One(vec![(plain, plain)]),
            };
            parts.push(self.repeated(part)?);
        }
        Ok(Tree::All(parts))
    }

    fn group(&mut self) -> Result<Tree, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("groups are nested too deeply"));
        }
        let tree = self.branches()?;
        self.depth -= 1;
        if self.eat(')') { Ok(tree) } else { Err(self.error("a `(` without its `)`")) }
    }

    fn class(&mut self) -> Result<Tree, PatternError> {
        let mut ranges = Vec::new();
        loop {
            let Some(character) = self.next() else { return Err(self.error("a `[` without its `]`")) };
            match character {
                ']' => break,
                '\\' => ranges.extend(self.escaped()?),
                first => {
                    let is_range =
                        self.peek() == Some('-') && self.characters.get(self.at + 1).is_some_and(|&after| after != ']');
                    if !is_range {
                        ranges.push((first, first));
                        continue;
                    }
                    self.at += 1;
                    let Some(last) = self.next().filter(|&last| last >= first) else {
                        return Err(self.error("a range that runs backwards"));
                    };
                    ranges.push((first, last));
                }
            }
        }
        if ranges.is_empty() { Err(self.error("an empty class")) } else { Ok(Tree::One(ranges)) }
    }

    fn escaped(&mut self) -> Result<Vec<(char, char)>, PatternError> {
        match self.next() {
            Some('d') => Ok(vec![('0', '9')]),
            Some(letter) if letter.is_alphanumeric() => Err(self.error("an unknown escape; there is only `\\d`")),
            Some(other) => Ok(vec![(other, other)]),
            None => Err(self.error("a `\\` with nothing after it")),
        }
    }

    fn repeated(&mut self, part: Tree) -> Result<Tree, PatternError> {
        let (least, most) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => {
                self.at += 1;
                let least = self.number()?;
                let most = if self.eat(',') { self.number()? } else { least };
                if self.peek() != Some('}') || most < least {
                    return Err(self.error("a count must be `{n}` or `{m,n}` with m not above n"));
                }
                (least, Some(most))
            }
            _ => return Ok(part),
        };
        self.at += 1;
        if matches!(self.peek(), Some('?' | '*' | '+' | '{')) {
            return Err(self.error("a repetition of a repetition; put the first in a group"));
        }
        Ok(Tree::Repeat { part: Box::new(part), least, most })
    }

    fn number(&mut self) -> Result<u32, PatternError> {
        let start = self.at;
        while self.peek().is_some_and(|character| character.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.characters[start..self.at].iter().collect();
        digits
            .parse()
            .ok()
            .filter(|&count| count <= MAX_REPEATS)
            .ok_or_else(|| self.error("a count must be a number up to 400"))
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek();
        self.at += usize::from(character.is_some());
        character
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn error(&self, problem: &'static str) -> PatternError {
        PatternError { position: self.at.max(1), problem }
    }
}

/// A walk along a pattern: its automaton, made deterministic as far as the walk comes.
pub(super) struct Walk<'a> {
    pattern: &'a Pattern,
    /// For each state the nodes that take a character, sorted, and whether the pattern may end here.
    states: Vec<(Vec<usize>, bool)>,
    known: BTreeMap<(Vec<usize>, bool), usize>,
    moves: BTreeMap<(usize, char), Option<usize>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(pattern: &'a Pattern) -> Self {
        let mut walk = Self { pattern, states: Vec::new(), known: BTreeMap::new(), moves: BTreeMap::new() };
        walk.state_of(vec![pattern.start]);
        walk
    }

    pub(super) fn start(&self) -> usize {
        0
    }

    pub(super) fn accepts(&self, state: usize) -> bool {
        self.states.get(state).is_some_and(|(_, accepts)| *accepts)
    }

    /// The state after `character`, or `None` where the pattern does not allow it.
    pub(super) fn step(&mut self, state: usize, character: char) -> Option<usize> {
        if let Some(&known) = self.moves.get(&(state, character)) {
            return known;
        }
        let takers = &self.states.get(state)?.0;
        let nexts: Vec<usize> = takers
            .iter()
            .filter_map(|&node| match &self.pattern.nodes[node] {
                Node::Take { ranges, next }
                    if ranges.iter().any(|&(first, last)| (first..=last).contains(&character)) =>
                {
                    Some(*next)
                }
                _ => None,
            })
            .collect();
        let next = if nexts.is_empty() { None } else { Some(self.state_of(nexts)) };
        self.moves.insert((state, character), next);
        next
    }

    /// The state for a set of nodes, with all that is reached from them without a character.
    fn state_of(&mut self, nodes: Vec<usize>) -> usize {
        let mut seen = vec![false; self.pattern.nodes.len()];
        let mut pending = nodes;
        let mut takers = Vec::new();
        let mut accepts = false;
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match &self.pattern.nodes[node] {
                Node::Take { .. } => takers.push(node),
                Node::Split(nexts) => pending.extend(nexts),
                Node::Accept => accepts = true,
            }
        }
        takers.sort_unstable();
        let key = (takers, accepts);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        self.states.push(key.clone());
        self.known.insert(key, self.states.len() - 1);
        self.states.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let pattern = Pattern::new(pattern).expect("a pattern");
        let mut walk = Walk::new(&pattern);
        let end = text.chars().try_fold(walk.start(), |state, character| walk.step(state, character));
        end.is_some_and(|state| walk.accepts(state))
    }

    #[test]
    fn patterns_mean_what_regular_expressions_mean() {
        assert!(matches(r"9\d{7}[A-C]", "91234567B"));
        assert!(!matches(r"9\d{7}[A-C]", "91234567D") && !matches(r"9\d{7}[A-C]", "9123456B"));
        assert!(matches("a(b|cd)*e?", "abcdb") && matches("a(b|cd)*e?", "ae") && !matches("a(b|cd)*e?", "ac"));
        assert!(
            matches("x{2,3}", "xx")
                && matches("x{2,3}", "xxx")
                && !matches("x{2,3}", "x")
                && !matches("x{2,3}", "xxxx")
        );
        assert!(matches("x+", "xxxxx") && !matches("x+", ""));
        assert!(matches(r"\(\d\)", "(5)") && matches("[a-]b.", "-b.") && !matches("b.", "bx"));
        assert!(matches("()", "") && matches("(a*)*", "aaa"));
    }

    #[test]
    fn a_wrong_pattern_says_where() {
        for (pattern, position) in [
            ("a(b", 3),
            ("a)b", 2),
            ("[ab", 3),
            ("+a", 1),
            ("a{2", 3),
            ("a{3,2}", 5),
            (r"\w", 2),
            ("[z-a]", 4),
            ("a**", 2),
        ] {
            assert_eq!(Pattern::new(pattern).expect_err(pattern).position, position, "{pattern}");
        }
        assert!(Pattern::new("((a{400}){400}){400}").is_err(), "a small pattern may stand for a huge automaton");
        assert!(Pattern::new(&"(".repeat(10_000)).is_err());
    }
}
