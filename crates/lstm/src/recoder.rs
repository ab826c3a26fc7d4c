//! The codes with which the network writes each character (Tesseract's `src/ccutil/unicharcompress.cpp`).
//!
//! In the models of European languages every character has one code of its own, apart from a few that share the null
//! code. Longer codes, as those of Chinese, are supported too.

use std::collections::HashMap;

use crate::bytes::Reader;
use crate::error::Result;
use crate::unicharset::UnicharId;

/// The longest code that the format allows.
pub(crate) const MAX_CODE_LENGTH: usize = 9;

/// Up to [`MAX_CODE_LENGTH`] network outputs that together mean one character.
pub(crate) type Code = Vec<u32>;

/// Codes of all characters and the tables for decoding them.
#[derive(Debug)]
pub(crate) struct Recoder {
    decoder: HashMap<Code, UnicharId>,
    /// For each output, the character whose whole code it is.
    singles: Vec<Option<UnicharId>>,
    /// For the beginning of a code, the outputs that complete it.
    final_codes: HashMap<Code, Vec<u32>>,
    /// For the beginning of a code, the outputs after which more must follow.
    next_codes: HashMap<Code, Vec<u32>>,
    code_range: u32,
    max_length: usize,
}

impl Recoder {
    /// Reads the codes of `unichars` characters for a network of `outputs` outputs.
    pub fn parse(bytes: &[u8], unichars: usize, outputs: usize) -> Result<Self> {
        let mut reader = Reader::new(bytes, "table of codes");
        let count = reader.size(1 << 20)?;
        if count > unichars {
            return Err(reader.damaged("it has more codes than there are characters"));
        }
        let mut codes = Vec::new();
        for _ in 0..count {
            reader.u8()?; // Whether this character is the first of those with the same code; not needed.
            let length = reader.size(MAX_CODE_LENGTH)?;
            if length == 0 {
                return Err(reader.damaged("a code is empty"));
            }
            let code = (0..length).map(|_| reader.u32()).collect::<Result<Code>>()?;
            if code.iter().any(|&part| part as usize >= outputs) {
                return Err(reader.damaged("a code has no output in the network"));
            }
            codes.push(code);
        }
        Ok(Self::new(&codes))
    }

    /// Builds the tables in Tesseract's order (`UnicharCompress::SetupDecoder`): the order of the lists decides ties
    /// in the beam search.
    fn new(codes: &[Code]) -> Self {
        let mut recoder = Self {
            decoder: HashMap::new(),
            singles: Vec::new(),
            final_codes: HashMap::new(),
            next_codes: HashMap::new(),
            code_range: codes.iter().flatten().max().map_or(0, |most| most + 1),
            max_length: codes.iter().map(Vec::len).max().unwrap_or(1),
        };
        recoder.singles.resize(recoder.code_range as usize, None);
        for (id, code) in codes.iter().enumerate() {
            if let [single] = code.as_slice() {
                recoder.singles[*single as usize] = Some(id as UnicharId);
            }
            recoder.decoder.insert(code.clone(), id as UnicharId);
            let Some((&last, prefix)) = code.split_last() else { continue };
            let finals = recoder.final_codes.entry(prefix.to_vec()).or_default();
            let known_prefix = !finals.is_empty();
            if !finals.contains(&last) {
                finals.push(last);
            }
            if known_prefix {
                continue;
            }
            for length in (0..prefix.len()).rev() {
                let nexts = recoder.next_codes.entry(code[..length].to_vec()).or_default();
                let known = !nexts.is_empty();
                if !nexts.contains(&code[length]) {
                    nexts.push(code[length]);
                }
                if known {
                    break;
                }
            }
        }
        recoder
    }

    /// The character that a whole code stands for.
    pub fn decode(&self, code: &[u32]) -> Option<UnicharId> {
        match code {
            [single] => self.singles.get(*single as usize).copied().flatten(),
            longer => self.decoder.get(longer).copied(),
        }
    }

    /// Outputs that complete the code that begins with `prefix`.
    pub fn final_codes(&self, prefix: &[u32]) -> &[u32] {
        self.final_codes.get(prefix).map_or(&[], Vec::as_slice)
    }

    /// Outputs that continue the code that begins with `prefix` without completing it.
    pub fn next_codes(&self, prefix: &[u32]) -> &[u32] {
        self.next_codes.get(prefix).map_or(&[], Vec::as_slice)
    }

    /// One more than the largest part of any code.
    pub fn code_range(&self) -> u32 {
        self.code_range
    }

    /// Length of the longest code.
    pub fn max_length(&self) -> usize {
        self.max_length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_finals_and_nexts() {
        let recoder = Recoder::new(&[vec![0], vec![3], vec![1, 2, 3], vec![1, 2, 4]]);
        assert_eq!(recoder.final_codes(&[]), [0, 3]);
        assert_eq!(recoder.next_codes(&[]), [1]);
        assert_eq!(recoder.next_codes(&[1]), [2]);
        assert_eq!(recoder.final_codes(&[1, 2]), [3, 4]);
        assert_eq!(recoder.decode(&[1, 2, 4]), Some(3));
        assert_eq!(recoder.decode(&[1, 2]), None);
        assert_eq!((recoder.code_range(), recoder.max_length()), (5, 3));
    }
}
