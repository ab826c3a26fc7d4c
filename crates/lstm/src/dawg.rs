//! A word list as a compact graph (Tesseract's `SquishedDawg`, `src/dict/dawg.cpp`).

use crate::bytes::Reader;
use crate::error::Result;
use crate::unicharset::UnicharId;

/// Index of an edge in the graph. A node is known by its first edge; node 0 is the root.
pub(crate) type Edge = u32;

/// The first bytes of every graph.
const MAGIC: i16 = 42;
/// Bits between the letter and the next node in an edge.
const FLAG_BITS: u32 = 3;
/// Set on the last edge of a node.
const LAST_FLAG: u64 = 1;
/// Set on edges that lead back; the compact graph has none.
const BACKWARD_FLAG: u64 = 2;
/// Set on an edge that ends a word.
const WORD_END_FLAG: u64 = 4;

/// The graph: each edge has its letter in the low bits, three flags, and the next node above them.
#[derive(Debug)]
pub(crate) struct Dawg {
    edges: Vec<u64>,
    flag_start: u32,
    /// Edges of the root, which are sorted by letter.
    root_edges: usize,
}

impl Dawg {
    /// Reads a graph; every next node is checked to be inside it.
    pub fn parse(bytes: &[u8], part: &'static str) -> Result<Self> {
        let mut reader = Reader::new(bytes, part);
        if reader.i16()? != MAGIC {
            return Err(reader.damaged("the magic number is wrong"));
        }
        let unichars = reader.size(1 << 24)?;
        let count = reader.size(1 << 28)?;
        if unichars == 0 || count == 0 {
            return Err(reader.damaged("it is empty"));
        }
        let bytes = reader.take(count * 8)?;
        let edges: Vec<u64> = bytes
            .chunks_exact(8)
            .map(|edge| edge.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)))
            .collect();
        // The letter field has room for one value more than there are characters, as in `Dawg::init`.
        let flag_start = (usize::BITS - unichars.leading_zeros()).max(1);
        let mut dawg = Self { edges, flag_start, root_edges: 0 };
        if dawg.edges.iter().any(|&edge| edge != dawg.unused() && edge >> (flag_start + FLAG_BITS) >= count as u64) {
            return Err(reader.damaged("an edge leads outside the graph"));
        }
        if dawg.is_forward(0) {
            dawg.root_edges =
                (0..count).find(|&edge| dawg.has_flag(edge as Edge, LAST_FLAG)).map_or(count, |last| last + 1);
        }
        Ok(dawg)
    }

    /// The value of an edge that is not in use.
    fn unused(&self) -> u64 {
        u64::MAX << (self.flag_start + FLAG_BITS)
    }

    fn has_flag(&self, edge: Edge, flag: u64) -> bool {
        self.edges.get(edge as usize).is_none_or(|record| record & (flag << self.flag_start) != 0)
    }

    fn is_forward(&self, edge: Edge) -> bool {
        self.edges.get(edge as usize).is_some_and(|&record| record != self.unused())
            && !self.has_flag(edge, BACKWARD_FLAG)
    }

    fn letter(&self, record: u64) -> UnicharId {
        (record & !(u64::MAX << self.flag_start)) as UnicharId
    }

    /// The edge with `letter` out of `node`; with `word_end`, only one that ends a word.
    pub fn edge(&self, node: Edge, letter: UnicharId, word_end: bool) -> Option<Edge> {
        if node == 0 { self.root_edge(letter, word_end) } else { self.inner_edge(node, letter, word_end) }
    }

    /// Binary search as in `SquishedDawg::edge_char_of`, which finds the same one of several edges of a letter.
    fn root_edge(&self, letter: UnicharId, word_end: bool) -> Option<Edge> {
        let (mut start, mut end) = (0, self.root_edges);
        while start < end {
            let middle = (start + end - 1) / 2;
            let here = self.letter(self.edges[middle]);
            let ends = self.has_flag(middle as Edge, WORD_END_FLAG);
            if here == letter && (!word_end || ends) {
                return Some(middle as Edge);
            }
            // An edge of the right letter that does not end a word compares below only when the search is for the
            // end of a word; its next node is always above the wildcard -1 that Tesseract compares with.
            if letter > here {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        None
    }

    fn inner_edge(&self, node: Edge, letter: UnicharId, word_end: bool) -> Option<Edge> {
        if *self.edges.get(node as usize)? == self.unused() {
            return None;
        }
        for (edge, &record) in self.edges.iter().enumerate().skip(node as usize) {
            let edge = edge as Edge;
            if self.letter(record) == letter && (!word_end || self.has_flag(edge, WORD_END_FLAG)) {
                return Some(edge);
            }
            if self.has_flag(edge, LAST_FLAG) {
                break;
            }
        }
        None
    }

    /// The node that an edge leads to, or nothing when no longer word follows.
    pub fn next_node(&self, edge: Edge) -> Option<Edge> {
        let next = self.edges.get(edge as usize)? >> (self.flag_start + FLAG_BITS);
        (next != 0).then_some(next as Edge)
    }

    /// Whether a word ends with this edge.
    pub fn ends_word(&self, edge: Edge) -> bool {
        self.has_flag(edge, WORD_END_FLAG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words "ab" and "b" over four characters: a is 1 and b is 2.
    fn graph() -> Vec<u8> {
        let edge = |letter: u64, flags: u64, next: u64| letter | flags << 3 | next << 6;
        let edges = [edge(1, 0, 2), edge(2, LAST_FLAG | WORD_END_FLAG, 0), edge(2, LAST_FLAG | WORD_END_FLAG, 0)];
        let mut bytes = 42i16.to_le_bytes().to_vec();
        bytes.extend(4i32.to_le_bytes());
        bytes.extend(3i32.to_le_bytes());
        bytes.extend(edges.iter().flat_map(|edge| edge.to_le_bytes()));
        bytes
    }

    #[test]
    fn follows_words() {
        let dawg = Dawg::parse(&graph(), "word list").unwrap();
        let a = dawg.edge(0, 1, false).unwrap();
        assert!(!dawg.ends_word(a) && dawg.edge(0, 1, true).is_none());
        let b = dawg.edge(dawg.next_node(a).unwrap(), 2, true).unwrap();
        assert!(dawg.ends_word(b) && dawg.next_node(b).is_none());
        assert!(dawg.edge(0, 3, false).is_none());
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = graph();
        for length in 0..bytes.len() {
            assert!(Dawg::parse(&bytes[..length], "word list").is_err());
        }
    }
}
