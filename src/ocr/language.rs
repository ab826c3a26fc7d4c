//! The data of Tesseract's languages: where it lies, which it is, and the reader that it makes.

use std::path::{Path, PathBuf};

use faxtriage_lstm::{Options, Recognizer};
use serde::{Deserialize, Serialize};

use super::OcrError;
use super::model::sha256;

/// Where distributions put the data, after the folder that `TESSDATA_PREFIX` names.
const FOLDERS: [&str; 6] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
];

/// Language data that lines are read with, for the run record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageData {
    /// Tesseract's code: `eng`, `spa`.
    pub language: String,
    pub path: PathBuf,
    /// Hex digits of the file's SHA-256.
    pub sha256: String,
}

impl LanguageData {
    /// Finds and hashes the data of a language.
    pub fn find(language: &str) -> Result<LanguageData, OcrError> {
        Ok(read(language)?.0)
    }
}

/// The reader of a language. A line that reads badly is read once more with its colours inverted, as Tesseract does: headings stand in
/// white on black.
pub(super) fn recognizer(language: &str) -> Result<Recognizer, OcrError> {
    let (data, bytes) = read(language)?;
    let options = Options { invert_threshold: INVERTED_BELOW, ..Options::default() };
    Recognizer::load(&bytes, &options).map_err(|error| {
        OcrError::Start(format!(
            "{}: {error}; the data must be of the fast models that Debian and Ubuntu have (tesseract-ocr-{language})",
            data.path.display()
        ))
    })
}

/// Tesseract's own value.
const INVERTED_BELOW: f32 = 0.7;

fn read(language: &str) -> Result<(LanguageData, Vec<u8>), OcrError> {
    let file = format!("{language}.traineddata");
    let prefix = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    // The prefix is the folder itself, or as Tesseract 4 had it the one above.
    let named = prefix.iter().flat_map(|folder| [folder.clone(), folder.join("tessdata")]);
    let known = FOLDERS.iter().map(|folder| Path::new(folder).to_owned()).filter(|_| prefix.is_none());
    let path = named.chain(known).map(|folder| folder.join(&file)).find(|path| path.is_file()).ok_or_else(|| {
        OcrError::Start(format!(
            "no Tesseract language data for `{language}`; install it (tesseract-ocr-{language}) or point TESSDATA_PREFIX at the \
             folder with the .traineddata files"
        ))
    })?;
    let bytes = std::fs::read(&path).map_err(|error| OcrError::Start(format!("{}: {error}", path.display())))?;
    Ok((LanguageData { language: language.to_owned(), sha256: sha256(&bytes), path }, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_a_language_is_named() {
        let data = LanguageData::find("eng").expect("tesseract-ocr-eng is a build requirement");
        assert!(data.language == "eng" && data.path.ends_with("eng.traineddata") && data.sha256.len() == 64);
    }

    #[test]
    fn an_unknown_language_is_an_error_with_help() {
        let error = recognizer("xxx-none").expect_err("no such language");
        assert!(error.to_string().contains("TESSDATA_PREFIX"));
    }
}
