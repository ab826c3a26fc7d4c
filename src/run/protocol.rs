//! What the parent and a worker say to each other: one JSON object a line, each way.
//!
//! A request names a document and a page; the answer is exactly one line with the same id. Page 0, or no page, asks how many
//! pages the document has. `hello` asks the worker who it is and what holds it. Version 1 is the contract's; fields may be added, and
//! an unknown field of a request is ignored, so that an older worker serves a newer driver.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::sandbox::InForce;
use crate::decode::{Container, Rejection};
use crate::picture;
use crate::reading::PageReading;

/// The `v` of every line.
pub const VERSION: u32 = 1;

/// The longest result that is believed, in bytes: a page of 10,000 words with boxes has about 2 MB.
pub const MAX_RESULT_BYTES: usize = 32 << 20;

/// The longest request that is read, in bytes: a path has at most 4,096, which escapes can make six times as long.
pub const MAX_REQUEST_BYTES: usize = 64 << 10;

/// One line to a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub v: u32,
    /// Comes back with the result.
    pub id: String,
    /// The document, when its path is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The document's path as hexadecimal bytes, for a path that is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
    /// 1-based; 0 or missing asks for the number of pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<Greeting>,
    /// What the caller holds the answer to.
    #[serde(default, skip_serializing_if = "Terms::is_free")]
    pub terms: Terms,
    /// A picture of the page is wanted beside its reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Wanted>,
}

/// Which picture of a page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// The prepared page as it is, one bit a pixel.
    Page,
    /// The page with what was found drawn on it.
    Drawn,
}

/// What a caller holds an answer to; a worker without such a field works under its own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Milliseconds after which the caller kills the worker: its own deadline lies before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<u64>,
    /// Milliseconds of processor time, rounded up to seconds, after which the kernel ends the worker. It can only lower the worker's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<u64>,
    /// SHA-256 of the document when it was found, in lower-case hexadecimal: other bytes are not read under its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Terms {
    fn is_free(&self) -> bool {
        *self == Terms::default()
    }
}

/// How much a worker should say of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Greeting {
    /// That it is ready, and what holds it.
    Ready,
    /// The versions and hashes of its readers too (hashing the language data takes a moment).
    Facts,
}

impl Call {
    /// Asks for page `page` of the document at `path`; page 0 asks for the number of pages.
    pub fn page(id: String, path: &Path, page: u32) -> Self {
        let (text, hex) = match path.to_str() {
            Some(text) => (Some(text.to_owned()), None),
            None => (None, Some(to_hex(path.as_os_str().as_encoded_bytes()))),
        };
        Call { v: VERSION, id, path: text, path_hex: hex, page: Some(page), ..Call::default() }
    }

    /// The same, with a picture.
    pub fn with_picture(self, picture: Option<Wanted>) -> Self {
        Call { picture, ..self }
    }

    pub fn hello(id: String, greeting: Greeting) -> Self {
        Call { v: VERSION, id, hello: Some(greeting), ..Call::default() }
    }

    /// The document that the request names.
    pub fn document(&self) -> Option<PathBuf> {
        match (&self.path, &self.path_hex) {
            (Some(text), None) => Some(PathBuf::from(text)),
            (None, Some(hex)) => from_hex(hex).map(|bytes| PathBuf::from(os_string(bytes))),
            _ => None,
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Ok,
    /// The document or the page gives nothing to read, and trying again will not help.
    Rejected,
    /// The reader broke on it.
    Failed,
    /// The reader gave up at its own deadline.
    Timeout,
}

/// One line from a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub v: u32,
    pub id: String,
    pub status: Status,
    /// What was read, when a page was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Box<PageReading>>,
    /// A PNG in base64, when a picture was asked for; none when the page would make too large a one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Number of pages and the container, when the number of pages was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// Why a document or a page was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// What broke, as a place in the program; never a word of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<Box<Hello>>,
    /// Milliseconds by stage, for the run record only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, u32>,
    /// Milliseconds from request to result.
    pub ms: u64,
}

impl Reply {
    pub fn new(id: String, status: Status) -> Self {
        Reply {
            v: VERSION,
            id,
            status,
            reading: None,
            picture: None,
            pages: None,
            container: None,
            rejection: None,
            detail: None,
            hello: None,
            stages: BTreeMap::new(),
            ms: 0,
        }
    }
}

/// A worker's introduction of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The program's version.
    pub program: String,
    pub sandbox: InForce,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineFacts>,
}

/// The readers behind a worker: whatever can change a reading without the program changing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineFacts {
    /// Version of Tesseract and its libraries.
    pub tesseract: String,
    /// SHA-256 of each language's data, by language.
    pub languages: BTreeMap<String, String>,
    /// SHA-256 of the second reader's model; none when it is off or not there.
    pub second_reader: Option<String>,
    /// SHA-256 of the digit reader's network; none of a program before there was one.
    #[serde(default)]
    pub digit_reader: Option<String>,
    /// Instruction sets that the readers choose their arithmetic by.
    pub cpu_features: Vec<String>,
}

/// A picture as it travels.
pub fn picture_to_text(png: &[u8]) -> String {
    BASE64.encode(png)
}

/// The picture that `text` holds, when it is a PNG of `width` by `height` pixels and of a bounded size.
pub fn picture_from_text(text: &str, width: u32, height: u32) -> Option<Vec<u8>> {
    if text.len() > picture::MAX_BYTES.div_ceil(3) * 4 {
        return None;
    }
    let png = BASE64.decode(text).ok()?;
    let size: Vec<u8> = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // The signature, then the header chunk, which the standard puts first: 4 bytes of length, `IHDR`, width and height.
    let is_png = png.starts_with(b"\x89PNG\r\n\x1a\n") && png.get(12..16) == Some(b"IHDR");
    (is_png && png.get(16..24) == Some(size.as_slice())).then_some(png)
}

/// Lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        hex.push(char::from(DIGITS[usize::from(byte >> 4)]));
        hex.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    hex
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    OsString::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_the_contract_is_understood() {
        let call: Call = serde_json::from_str(r#"{"v":1,"id":"a","path":"in/x.tif","page":3}"#).unwrap();
        assert_eq!(call.document(), Some(PathBuf::from("in/x.tif")));
        assert_eq!(call.page, Some(3));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_survives_the_wire() {
        let path = PathBuf::from(os_string(b"in/fax\xff\n.tif".to_vec()));
        let line = serde_json::to_string(&Call::page("a".into(), &path, 1)).unwrap();
        assert!(!line.contains('\n'), "one line");
        let back: Call = serde_json::from_str(&line).unwrap();
        assert_eq!(back.document(), Some(path));
    }

    #[test]
    fn a_picture_is_believed_only_when_it_is_one_of_the_page() {
        let png = picture::page(&crate::page::Bitmap::new(40, 30), 204).unwrap();
        let text = picture_to_text(&png);
        assert_eq!(picture_from_text(&text, 40, 30), Some(png));
        assert_eq!(picture_from_text(&text, 40, 31), None, "of another size");
        assert_eq!(picture_from_text(&picture_to_text(b"<svg onload=alert(1)>"), 40, 30), None);
        assert_eq!(picture_from_text("not base64", 40, 30), None);
    }

    #[test]
    fn an_older_request_asks_for_no_picture() {
        let call: Call = serde_json::from_str(r#"{"v":1,"id":"a","path":"x","page":3}"#).unwrap();
        assert_eq!(call.picture, None);
        let line = serde_json::to_string(&Call::page("a".into(), Path::new("x"), 3)).unwrap();
        assert!(!line.contains("picture"), "an older worker sees the line it knows");
    }

    #[test]
    fn a_request_with_two_paths_or_odd_hex_names_no_document() {
        let both: Call = serde_json::from_str(r#"{"v":1,"id":"a","path":"x","path_hex":"78"}"#).unwrap();
        assert_eq!(both.document(), None);
        let odd: Call = serde_json::from_str(r#"{"v":1,"id":"a","path_hex":"7"}"#).unwrap();
        assert_eq!(odd.document(), None);
    }
}
