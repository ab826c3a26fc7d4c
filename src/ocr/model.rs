//! Where the second reader's model file is, and which file it is.
//!
//! The program runs without the model and says so; it never fetches one itself. A file with other contents than the pinned ones
//! is refused: readings must be repeatable, and `audit` compares runs by the models' hashes.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// File name of the second reader's model, as the PyPI wheel `rapidocr` 3.10.0 carries it (Apache-2.0).
pub const SECOND_READER_FILE: &str = "PP-OCRv6_rec_small.onnx";

/// SHA-256 of that file.
pub const SECOND_READER_SHA256: &str = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884";

/// Environment variable that names a folder of models; it goes before every other place.
pub const MODELS_VARIABLE: &str = "FAXTRIAGE_MODELS";

/// The second reader's model file in the first place that has one.
///
/// Places, in order: the folder named by [`MODELS_VARIABLE`]; `models/` beside the program and in each folder above it (which finds
/// a source tree from `target/release`); `faxtriage/models` in the user's data folder; the same below `/usr/local/share` and
/// `/usr/share`.
pub fn find() -> Option<PathBuf> {
    find_file(SECOND_READER_FILE)
}

/// As [`find`], for another model file of the program.
pub fn find_file(name: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    places(program.as_deref(), |variable| std::env::var_os(variable))
        .into_iter()
        .map(|place| place.join(name))
        .find(|path| path.is_file())
}

fn places(program: Option<&Path>, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut places: Vec<PathBuf> = folder(MODELS_VARIABLE).into_iter().collect();
    if let Some(program) = program {
        places.extend(program.ancestors().skip(1).map(|above| above.join("models")));
    }
    let data = folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    places.extend(data.map(|data| data.join("faxtriage/models")));
    places.extend(["/usr/local/share/faxtriage/models", "/usr/share/faxtriage/models"].map(PathBuf::from));
    places
}

/// Hex digits of the SHA-256 of `data`.
pub fn sha256(data: &[u8]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(data) {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_where_it_is_told_first_and_in_the_system_last() {
        let places = places(Some(Path::new("/opt/fax/bin/faxtriage")), |name| match name {
            MODELS_VARIABLE => Some("/data/models".into()),
            "HOME" => Some("/home/nurse".into()),
            _ => None,
        });
        let expected = [
            "/data/models",
            "/opt/fax/bin/models",
            "/opt/fax/models",
            "/opt/models",
            "/models",
            "/home/nurse/.local/share/faxtriage/models",
            "/usr/local/share/faxtriage/models",
            "/usr/share/faxtriage/models",
        ];
        assert_eq!(places, expected.map(PathBuf::from));
    }

    #[test]
    fn an_empty_variable_names_no_folder() {
        let places = places(None, |_| Some("".into()));
        assert_eq!(places.len(), 2);
    }

    #[test]
    fn hashes_as_the_standard_says() {
        // FIPS 180-4, the one-block example.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
