//! A share of an inbox: which files one of several runs takes.
//!
//! The share is decided by the file's own name and nothing else, so that machines that see the same inbox agree without talking.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Share `number` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

/// Not of the form `I/N` with 1 ≤ I ≤ N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a share is written I/N, from 1/N to N/N")]
pub struct ShardError;

impl Shard {
    /// Whether this share has the file. The first eight bytes of the name's SHA-256 decide, as a big-endian number, modulo N.
    pub fn has(&self, source_file: &str) -> bool {
        let hash = Sha256::digest(source_file.as_bytes());
        let number = hash.iter().take(8).fold(0u64, |number, &byte| number << 8 | u64::from(byte));
        number % self.of == self.number - 1
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    /// Into how many shares the inbox is cut.
    pub fn of(&self) -> u64 {
        self.of
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError)?;
        let shard = Shard { number: number.parse().map_err(|_| ShardError)?, of: of.parse().map_err(|_| ShardError)? };
        if shard.number >= 1 && shard.number <= shard.of { Ok(shard) } else { Err(ShardError) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_exactly_one_share() {
        let shards: Vec<Shard> = (1..=3).map(|n| format!("{n}/3").parse().unwrap()).collect();
        for file in 0..100 {
            let name = format!("{file}.tif");
            assert_eq!(shards.iter().filter(|shard| shard.has(&name)).count(), 1, "{name}");
        }
    }

    #[test]
    fn shares_that_do_not_exist_are_refused() {
        for text in ["", "1", "0/2", "3/2", "1/0", "-1/2", "a/b"] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError), "{text}");
        }
    }
}
