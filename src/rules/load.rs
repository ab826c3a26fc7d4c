//! From the files of a pack to a [`Pack`], or to the list of all that is wrong with it.

use super::forms::FormDefinition;
use super::office_notice::{self, OfficeNotice};
use super::pack::{Pack, PackFile};
use super::phrases::{PhraseBook, PhraseError};
use super::problem::Problem;
use super::rule::Rule;
use super::settings::PackSettings;
use super::source::{Place, SourceFile};
use super::validate::validate;
use super::words::{Format, Reason, Wording};

/// What a file of a pack holds, by its path.
enum Holds {
    Settings,
    Reasons,
    Inappropriate,
    Wordings,
    Notices,
    /// What an office is told.
    OfficeNotice,
    Formats,
    Form,
    Rules,
    /// Page kinds, letters, attachments: `phrases/`.
    Phrases,
    Nothing,
}

impl Holds {
    fn of(path: &str) -> Holds {
        match path {
            "pack.toml" => Holds::Settings,
            "reasons.toml" => Holds::Reasons,
            "inappropriate.toml" => Holds::Inappropriate,
            "wordings.toml" => Holds::Wordings,
            "notices.toml" => Holds::Notices,
            office_notice::FILE => Holds::OfficeNotice,
            "formats.toml" => Holds::Formats,
            _ if path.starts_with("forms/") => Holds::Form,
            _ if path.starts_with("checks/") => Holds::Rules,
            _ if path.starts_with("phrases/") => Holds::Phrases,
            _ => Holds::Nothing,
        }
    }
}

/// All files, parsed, and the pack as far as it could be read; problems are sorted by file and line.
pub(super) fn load(files: Vec<PackFile>) -> (Option<Pack>, Vec<Problem>) {
    load_with(files, true)
}

/// A pack that is known to be valid: the built-in one, of which the tests see to it.
pub(super) fn load_valid(files: Vec<PackFile>) -> (Option<Pack>, Vec<Problem>) {
    load_with(files, false)
}

fn load_with(files: Vec<PackFile>, validated: bool) -> (Option<Pack>, Vec<Problem>) {
    let mut problems = Vec::new();
    let sources: Vec<SourceFile> =
        files.iter().map(|f| SourceFile::new(&f.path, f.text.clone(), &mut problems)).collect();
    let settings = sources.iter().find(|s| s.path == "pack.toml");
    if settings.is_none() {
        let hint =
            "a pack is a folder with pack.toml, reasons.toml, forms/ and checks/: copy the built-in one".to_owned();
        problems.push(Problem::of_file("pack.toml", "there is no pack.toml in this folder", Some(hint)));
    }
    let settings: Option<PackSettings> = settings.and_then(|source| source.read_whole(&mut problems));
    let mut pack = settings.map(|settings| Pack::new(settings, files));
    let phrases = read_phrases(&sources, &mut problems);
    let mut parts = Parts::default();
    for (file, source) in sources.iter().enumerate() {
        parts.take(file, source, &mut problems);
    }
    if let Some(pack) = &mut pack {
        pack.phrases = phrases;
        pack.reasons = parts.reasons;
        pack.inappropriate = parts.inappropriate;
        pack.wordings = parts.wordings;
        pack.notices = parts.notices;
        pack.formats = parts.formats;
        let (form_files, forms): (Vec<usize>, Vec<FormDefinition>) = parts.forms.into_iter().unzip();
        pack.forms = forms;
        pack.rules = parts.rules;
        // Offices are told in the same words whatever the plan, but what they are asked to do is the plan's own.
        pack.office_notice = parts.office_notice.unwrap_or_else(Pack::builtin_office_notice);
        if validated {
            office_notice::check(pack, &sources, &mut problems);
            validate(pack, &sources, &form_files, &mut problems);
        }
    }
    problems.sort();
    problems.dedup();
    (pack, problems)
}

/// The words of letters, headers and dates; what cannot be read is a problem of its file. Offices write letters and dates the same
/// way whatever the plan: a pack without `phrases/` takes the built-in words.
fn read_phrases(sources: &[SourceFile], problems: &mut Vec<Problem>) -> PhraseBook {
    let text = |name: &str| {
        let path = format!("phrases/{name}");
        sources.iter().find(|source| source.path == path).map(|source| source.text.clone())
    };
    if !sources.iter().any(|source| source.path.starts_with("phrases/")) {
        return PhraseBook::builtin().clone();
    }
    PhraseBook::parse(text).unwrap_or_else(|error| {
        let (file, message, span) = match &error {
            PhraseError::Missing(file) => (*file, "the file is missing".to_owned(), None),
            PhraseError::Syntax { file, source } => (*file, source.message().to_owned(), source.span()),
            PhraseError::Meaning { file, what } => (*file, what.clone(), None),
        };
        let path = format!("phrases/{file}");
        let hint = Some("phrases/ of the built-in pack shows what the file may hold".to_owned());
        problems.push(match (span, text(file)) {
            (Some(span), Some(text)) => Problem::at(&path, &text, span, message, hint),
            _ => Problem::of_file(&path, message, hint),
        });
        PhraseBook::default()
    })
}

#[derive(Default)]
struct Parts {
    reasons: Vec<Reason>,
    inappropriate: Vec<Wording>,
    wordings: Vec<Wording>,
    notices: Vec<Wording>,
    office_notice: Option<OfficeNotice>,
    formats: Vec<Format>,
    forms: Vec<(usize, FormDefinition)>,
    rules: Vec<Rule>,
}

impl Parts {
    fn take(&mut self, file: usize, source: &SourceFile, problems: &mut Vec<Problem>) {
        match Holds::of(&source.path) {
            Holds::Settings | Holds::Phrases => {}
            Holds::Reasons => {
                let reasons = source.read_items("reason", problems).into_iter();
                self.reasons.extend(
                    reasons.map(|(i, reason): (_, Reason)| Reason { place: Place::item(file, "reason", i), ..reason }),
                );
            }
            Holds::Inappropriate => self.inappropriate.extend(wordings(file, source, "inappropriate", problems)),
            Holds::Wordings => self.wordings.extend(wordings(file, source, "wording", problems)),
            Holds::Notices => self.notices.extend(wordings(file, source, "notice", problems)),
            Holds::Formats => {
                for (index, mut format) in source.read_items::<Format>("format", problems) {
                    format.place = Place::item(file, "format", index);
                    if let Err(error) = format.compile() {
                        let message = format!(
                            "the pattern of `{}` is no regular expression: {}",
                            format.id,
                            last_line(&error.to_string())
                        );
                        let span = source.span(&format.place.key("pattern").steps);
                        problems.push(Problem::at(
                            &source.path,
                            &source.text,
                            span,
                            message,
                            Some("see docs.rs/regex for the syntax".into()),
                        ));
                    }
                    self.formats.push(format);
                }
            }
            Holds::OfficeNotice => self.office_notice = source.read_whole(problems),
            Holds::Form => self.forms.extend(source.read_whole::<FormDefinition>(problems).map(|form| (file, form))),
            Holds::Rules => {
                let rules = source.read_items("rule", problems).into_iter();
                self.rules
                    .extend(rules.map(|(i, rule): (_, Rule)| Rule { place: Place::item(file, "rule", i), ..rule }));
            }
            Holds::Nothing => {
                let message = "no part of a pack has this name".to_owned();
                let hint = "a pack holds pack.toml, reasons.toml, inappropriate.toml, wordings.toml, notices.toml, formats.toml, forms/, phrases/ and checks/";
                problems.push(Problem::of_file(&source.path, message, Some(hint.to_owned())));
            }
        }
    }
}

fn wordings(file: usize, source: &SourceFile, key: &str, problems: &mut Vec<Problem>) -> Vec<Wording> {
    let items = source.read_items::<Wording>(key, problems).into_iter();
    items.map(|(index, wording)| Wording { place: Place::item(file, key, index), ..wording }).collect()
}

fn last_line(message: &str) -> &str {
    message.lines().last().unwrap_or_default()
}
