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

/// The file that holds a language's data.
pub(super) struct LanguageFile {
    language: String,
    path: PathBuf,
}

impl LanguageFile {
    pub fn find(language: &str) -> Result<LanguageFile, OcrError> {
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
        Ok(LanguageFile { language: language.to_owned(), path })
    }

    /// Which data it is. Reads and hashes the file.
    pub fn identify(&self) -> Result<LanguageData, OcrError> {
        let sha256 = sha256(&self.read()?);
        Ok(LanguageData { language: self.language.clone(), path: self.path.clone(), sha256 })
    }

    /// The reader of the language. A line that reads badly is read once more with its colours inverted, as Tesseract does: headings stand in
    /// white on black.
    pub fn recognizer(&self) -> Result<Recognizer, OcrError> {
        let options = Options { invert_threshold: INVERTED_BELOW, ..Options::default() };
        Recognizer::load(&self.read()?, &options).map_err(|error| {
            OcrError::Start(format!(
                "{}: {error}; the data must be of the fast models that Debian and Ubuntu have (tesseract-ocr-{})",
                self.path.display(),
                self.language
            ))
        })
    }

    fn read(&self) -> Result<Vec<u8>, OcrError> {
        std::fs::read(&self.path).map_err(|error| OcrError::Start(format!("{}: {error}", self.path.display())))
    }
}

/// Tesseract's own value.
const INVERTED_BELOW: f32 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_a_language_is_named() {
        let data = LanguageFile::find("eng")
            .and_then(|file| file.identify())
            .expect("tesseract-ocr-eng is a build requirement");
        assert!(data.language == "eng" && data.path.ends_with("eng.traineddata") && data.sha256.len() == 64);
    }

    #[test]
    fn an_unknown_language_is_an_error_with_help() {
        let error = LanguageFile::find("xxx-none").err().map(|error| error.to_string());
        assert!(error.expect("no such language").contains("TESSDATA_PREFIX"));
    }
}
