//! A whole pack in memory: read from a folder or from the binary, checked, and handed to every stage.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::forms::FormDefinition;
use super::load;
use super::office_notice::{self, OfficeNotice};
use super::phrases::PhraseBook;
use super::problem::Problem;
use super::rule::Rule;
use super::settings::{
    DateSettings, LetterSettings, MarkSettings, PackSettings, Plan, ReceivedSettings, RequestSettings, ReviewSettings,
    RosterSettings,
};
use super::words::{Format, Reason, Wording};

/// The pack that is part of the binary.
static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// Everything that a plan's rule pack says.
#[derive(Clone, Debug)]
pub struct Pack {
    pub id: String,
    pub version: String,
    pub title: String,
    pub plan: Plan,
    pub dates: DateSettings,
    pub received: ReceivedSettings,
    pub review: ReviewSettings,
    pub marks: MarkSettings,
    pub roster: RosterSettings,
    pub requests: Vec<RequestSettings>,
    pub reasons: Vec<Reason>,
    /// Reasons for which the procedure lets nobody ask.
    pub inappropriate: Vec<Wording>,
    pub wordings: Vec<Wording>,
    /// Kinds of written notice, the most pressing first.
    pub notices: Vec<Wording>,
    /// What an office is told when its request lacks something.
    pub office_notice: OfficeNotice,
    pub formats: Vec<Format>,
    pub forms: Vec<FormDefinition>,
    /// Words of letters, attachments, headers and dates.
    pub phrases: PhraseBook,
    /// All versions of all rules, in rule order.
    pub rules: Vec<Rule>,
    pub letters: LetterSettings,
    files: Vec<PackFile>,
}

/// One file of a pack, as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Below the pack's folder, `/` between.
    pub path: String,
    pub text: String,
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("cannot read the rule pack at {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the rule pack has {} mistake{}; `faxtriage rules check` shows the same list\n\n{}", .0.len(), if .0.len() == 1 { "" } else { "s" }, list(.0))]
    Invalid(Vec<Problem>),
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

impl Pack {
    /// The pack that is part of the binary.
    pub fn builtin() -> Result<Pack, PackError> {
        Self::taken(load::load_valid(builtin_files()))
    }

    /// The pack in a folder.
    pub fn load(dir: &Path) -> Result<Pack, PackError> {
        Self::from_files(folder_files(dir)?)
    }

    /// Every mistake of the pack in a folder; none means that [`Pack::load`] takes it.
    pub fn check(dir: &Path) -> Result<Vec<Problem>, PackError> {
        Ok(load::load(folder_files(dir)?).1)
    }

    /// Every mistake of the built-in pack: none, or the tests are red.
    pub fn check_builtin() -> Vec<Problem> {
        load::load(builtin_files()).1
    }

    /// The pack that these files make.
    pub fn from_files(files: Vec<PackFile>) -> Result<Pack, PackError> {
        Self::taken(load::load(files))
    }

    fn taken(loaded: (Option<Pack>, Vec<Problem>)) -> Result<Pack, PackError> {
        match loaded {
            (Some(pack), problems) if problems.is_empty() => Ok(pack),
            (_, problems) => Err(PackError::Invalid(problems)),
        }
    }

    pub(super) fn new(settings: PackSettings, files: Vec<PackFile>) -> Pack {
        Pack {
            id: settings.id,
            version: settings.version,
            title: settings.title,
            plan: settings.plan,
            dates: settings.dates,
            received: settings.received,
            review: settings.review,
            marks: settings.marks,
            roster: settings.roster,
            requests: settings.requests,
            reasons: Vec::new(),
            inappropriate: Vec::new(),
            wordings: Vec::new(),
            notices: Vec::new(),
            office_notice: OfficeNotice::default(),
            formats: Vec::new(),
            forms: Vec::new(),
            phrases: PhraseBook::default(),
            rules: Vec::new(),
            letters: settings.letters,
            files,
        }
    }

    /// The sentences of the built-in notice to offices, without what they are asked to do about each code.
    pub(super) fn builtin_office_notice() -> OfficeNotice {
        let text = BUILTIN.get_file(office_notice::FILE).and_then(include_dir::File::contents_utf8).unwrap_or_default();
        let notice: OfficeNotice = toml::from_str(text).unwrap_or_default();
        OfficeNotice { asks: Vec::new(), ..notice }
    }

    /// The files as they were, to be kept with a run; sorted by path.
    pub fn files(&self) -> &[PackFile] {
        &self.files
    }

    /// For the queue's `rules_version` column: id and version.
    pub fn rules_version(&self) -> String {
        format!("{} {}", self.id, self.version)
    }

    /// Lower-case hex SHA-256 over the paths and texts of all files.
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        for file in &self.files {
            for part in [&file.path, &file.text] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn form(&self, id: &str) -> Option<&FormDefinition> {
        self.forms.iter().find(|form| form.id == id)
    }

    pub fn reason(&self, id: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.id == id)
    }

    pub fn format(&self, id: &str) -> Option<&Format> {
        self.formats.iter().find(|format| format.id == id)
    }

    /// The rules in force on a day, in rule order.
    pub fn rules_on(&self, day: NaiveDate) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.in_force.on(day)).collect()
    }

    /// A wording, inappropriate reason or notice by its id.
    pub fn wording(&self, id: &str) -> Option<&Wording> {
        self.wordings.iter().chain(&self.inappropriate).chain(&self.notices).find(|wording| wording.id == id)
    }
}

fn builtin_files() -> Vec<PackFile> {
    fn gather(dir: &Dir<'static>, files: &mut Vec<PackFile>) {
        for file in dir.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            if let (true, Some(text)) = (path.ends_with(".toml"), file.contents_utf8()) {
                files.push(PackFile { path, text: text.to_owned() });
            }
        }
        dir.dirs().for_each(|dir| gather(dir, files));
    }
    let mut files = Vec::new();
    gather(&BUILTIN, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn folder_files(dir: &Path) -> Result<Vec<PackFile>, PackError> {
    let failed = |path: &Path, source: std::io::Error| PackError::Read { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
        let entry = entry.map_err(|error| failed(dir, error.into()))?;
        if !entry.file_type().is_file() || entry.path().extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).map_err(|error| failed(entry.path(), error))?;
        let below = entry.path().strip_prefix(dir).unwrap_or(entry.path());
        let path =
            below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/");
        files.push(PackFile { path, text });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_pack_has_no_mistake() {
        assert_eq!(list(&Pack::check_builtin()), "");
    }

    #[test]
    fn the_built_in_pack_is_the_folder_of_the_repository() {
        let folder = Pack::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
        let builtin = Pack::builtin().unwrap();
        assert_eq!(folder.files(), builtin.files());
        assert_eq!(folder.sha256(), builtin.sha256());
        assert_eq!(builtin.sha256().len(), 64);
    }

    #[test]
    fn seven_reasons_and_three_inappropriate_ones() {
        let pack = Pack::builtin().unwrap();
        assert_eq!((pack.reasons.len(), pack.inappropriate.len()), (7, 3));
        assert_eq!(pack.rules_version(), "alliance-reassignment 2026.11");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_with_its_path() {
        let error = Pack::load(Path::new("no/such/folder")).unwrap_err();
        assert!(error.to_string().starts_with("cannot read the rule pack at no/such/folder"), "{error}");
    }
}
