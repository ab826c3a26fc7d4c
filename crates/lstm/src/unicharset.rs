//! The characters that a model can read (Tesseract's `src/ccutil/unicharset.cpp`).

use crate::error::{Error, Result};

/// Index of a character in the model's set.
pub(crate) type UnicharId = u32;

/// The space is always the first character.
pub(crate) const SPACE: UnicharId = 0;

const PART: &str = "character set";
/// Tesseract's bit for digits in the properties column.
const DIGIT_BIT: u32 = 8;
/// Scripts that are written without spaces between words.
const UNSPACED_SCRIPTS: [&str; 5] = ["Han", "Thai", "Hangul", "Hiragana", "Katakana"];
/// Scripts whose presence makes a language count as written without spaces (`Dict::IsSpaceDelimitedLang`).
const UNSPACED_LANGUAGE_SCRIPTS: [&str; 3] = ["Han", "Katakana", "Thai"];

#[derive(Debug, Clone)]
struct Unichar {
    text: String,
    digit: bool,
    space_delimited: bool,
    enabled: bool,
}

/// The set of characters, in the order of their ids.
#[derive(Debug, Clone)]
pub(crate) struct Unicharset {
    chars: Vec<Unichar>,
    space_delimited: bool,
}

impl Unicharset {
    /// Reads the text form: a count, then one line with the properties of each character.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let damaged = |reason| Error::Damaged { part: PART, reason };
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8"))?;
        let mut lines = text.lines();
        let first = lines.next().ok_or(Error::Truncated { part: PART })?;
        let count: usize = first.trim().parse().map_err(|_| damaged("the count is not a number"))?;
        let mut chars = Vec::new();
        let mut space_delimited = true;
        for _ in 0..count {
            let line = lines.next().ok_or(Error::Truncated { part: PART })?;
            let mut fields = line.split_ascii_whitespace();
            let name = fields.next().ok_or_else(|| damaged("a line is empty"))?;
            let properties = fields
                .next()
                .and_then(|bits| u32::from_str_radix(bits, 16).ok())
                .ok_or_else(|| damaged("a character has no properties"))?;
            // The script follows the columns of measures, which are absent for the space; measures have commas.
            let script = fields.find(|field| !field.contains(',')).unwrap_or("NULL");
            space_delimited &= !UNSPACED_LANGUAGE_SCRIPTS.contains(&script);
            chars.push(Unichar {
                text: if name == "NULL" { " ".to_owned() } else { name.to_owned() },
                digit: properties & DIGIT_BIT != 0,
                space_delimited: !UNSPACED_SCRIPTS.contains(&script),
                enabled: true,
            });
        }
        if chars.first().is_none_or(|first| first.text != " ") {
            return Err(damaged("the first character is not the space"));
        }
        Ok(Self { chars, space_delimited })
    }

    /// How many characters there are.
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character's text; it can be more than one code point.
    pub fn text(&self, id: UnicharId) -> &str {
        self.chars.get(id as usize).map_or("", |unichar| &unichar.text)
    }

    /// Whether the number dictionary sees this character as "any digit".
    pub fn is_digit(&self, id: UnicharId) -> bool {
        self.chars.get(id as usize).is_some_and(|unichar| unichar.digit)
    }

    /// Whether the character's script has spaces between words.
    pub fn is_space_delimited(&self, id: UnicharId) -> bool {
        self.chars.get(id as usize).is_none_or(|unichar| unichar.space_delimited)
    }

    /// Whether the language as a whole has spaces between words.
    pub fn is_space_delimited_language(&self) -> bool {
        self.space_delimited
    }

    /// Whether the character may be read under the whitelist.
    pub fn is_enabled(&self, id: UnicharId) -> bool {
        self.chars.get(id as usize).is_some_and(|unichar| unichar.enabled)
    }

    /// Lets only the characters of `whitelist` be read, or all of them when it is empty.
    ///
    /// As in Tesseract a space is read only when the list has one, and a list names single code points only.
    pub fn set_whitelist(&mut self, whitelist: &str) {
        for unichar in &mut self.chars {
            let mut points = unichar.text.chars();
            let listed = points.next().is_some_and(|point| whitelist.contains(point)) && points.next().is_none();
            unichar.enabled = whitelist.is_empty() || listed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = "4\nNULL 0 Common 0\na 3 0,255,0,255,0,0,0,0,0,0 Latin 1 0 1 a\n7 8 0,255,0,255,0,0,0,0,0,0 Common 2 2 2 7\n漢 1 0,255,0,255,0,0,0,0,0,0 Han 3 0 3 漢\n";

    #[test]
    fn reads_properties() {
        let mut set = Unicharset::parse(SET.as_bytes()).unwrap();
        assert_eq!(set.len(), 4);
        assert_eq!(set.text(SPACE), " ");
        assert!(set.is_digit(2) && !set.is_digit(1));
        assert!(set.is_space_delimited(1) && !set.is_space_delimited(3));
        assert!(!set.is_space_delimited_language());
        set.set_whitelist("0123456789");
        assert!(set.is_enabled(2) && !set.is_enabled(SPACE));
    }

    #[test]
    fn a_short_file_is_an_error() {
        assert_eq!(Unicharset::parse(b"3\nNULL 0\n").unwrap_err(), Error::Truncated { part: PART });
    }
}
