//! The pack's words: what letters, attachments, covers, junk, headers and dates say, in the languages of the offices
//! (`rules/phrases/*.toml`). [`crate::classify`] and [`crate::extract`] look for them; nothing here reads a page.

use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::extract::fuzzy::fold;

/// All phrases of a pack, one part a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PhraseBook {
    pub dates: DateWords,
    pub letters: LetterPhrases,
    pub pages: PagePhrases,
    pub people: PeopleWords,
    pub languages: LanguageWords,
    pub arrivals: Arrivals,
}

/// A file of phrases that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PhraseError {
    #[error("phrases/{0} is missing from the pack")]
    Missing(&'static str),
    #[error("phrases/{file}: {source}")]
    Syntax { file: &'static str, source: Box<toml::de::Error> },
    #[error("phrases/{file}: {what}")]
    Meaning { file: &'static str, what: String },
}

/// Words in and around dates (`dates.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateWords {
    /// The names of the twelve months, January first, in every language and abbreviation.
    pub months: Vec<Vec<String>>,
    /// Words between the parts of a date that say nothing (`de`, `of`, weekdays).
    #[serde(default)]
    pub fillers: Vec<String>,
    /// Words between the entries of a list of dates.
    #[serde(default)]
    pub joiners: Vec<String>,
    /// Words that make two dates a range.
    #[serde(default)]
    pub ranges: Vec<String>,
    /// Words that say that a visit was called off.
    #[serde(default)]
    pub excused: Vec<String>,
    #[serde(skip)]
    #[schemars(skip)]
    folded: Derived<FoldedDateWords>,
}

/// [`DateWords`] as they are compared with what was read, each folded once.
#[derive(Debug)]
pub struct FoldedDateWords {
    pub months: Vec<Vec<String>>,
    pub fillers: Vec<String>,
}

/// What follows from a pack's words, worked out when it is first asked for; it says nothing that they do not say, and a copy, which may
/// come to have other words, works it out anew.
#[derive(Debug)]
struct Derived<T>(OnceLock<T>);

impl<T> Default for Derived<T> {
    fn default() -> Self {
        Derived(OnceLock::new())
    }
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Derived<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl DateWords {
    /// The words folded. They must not change after this was asked for once.
    pub fn folded(&self) -> &FoldedDateWords {
        self.folded.0.get_or_init(|| {
            let all = |words: &Vec<String>| words.iter().map(|word| fold(word)).collect();
            FoldedDateWords { months: self.months.iter().map(all).collect(), fillers: all(&self.fillers) }
        })
    }

    /// The built-in pack's words.
    pub fn builtin() -> &'static DateWords {
        &PhraseBook::builtin().dates
    }
}

/// Wordings of one meaning.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhraseGroup {
    /// Named in the reasons of a decision.
    pub id: String,
    #[serde(default)]
    pub texts: Vec<String>,
    /// Words of which a sentence must hold one of every row, in any order; `*` behind a word leaves its ending open.
    #[serde(default)]
    pub rows: Vec<Vec<String>>,
    /// Words shortly before the first row's that make it an act of somebody else (`please ask`, `you may request`).
    #[serde(default)]
    pub not_after: Vec<String>,
}

/// Wordings of an end of care.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndPhrase {
    pub id: String,
    #[serde(default)]
    pub texts: Vec<String>,
    /// As in [`PhraseGroup::rows`]; what must follow may then stand anywhere in the sentence.
    #[serde(default)]
    pub rows: Vec<Vec<String>>,
    /// Words beside which the rows fix no end, since it is the plan that does (`until the Alliance notifies you`).
    #[serde(default)]
    pub unless: Vec<String>,
    /// What must follow for the phrase to fix an end.
    #[serde(default)]
    pub needs: Option<EndNeeds>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndNeeds {
    Date,
    Days,
}

/// What letters to members say (`letters.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterPhrases {
    #[serde(default)]
    pub notice: Vec<PhraseGroup>,
    #[serde(default)]
    pub dismissal: Vec<PhraseGroup>,
    #[serde(default)]
    pub warning: Vec<PhraseGroup>,
    /// Words by which the office is the one who acts, between `you` and the act.
    #[serde(default)]
    pub actors: Vec<String>,
    /// Words just before a phrase that make it a threat and no act.
    #[serde(default)]
    pub conditional: Vec<String>,
    /// Words anywhere before it in its sentence that do the same (`if`).
    #[serde(default)]
    pub conditional_before: Vec<String>,
    /// Words anywhere in its sentence that do the same (`if you miss`).
    #[serde(default)]
    pub conditional_beside: Vec<String>,
    #[serde(default)]
    pub end_of_care: Vec<EndPhrase>,
    /// Words beside which a date in a dismissal is no end of care (the appointments that were missed).
    #[serde(default)]
    pub no_end_beside: Vec<String>,
    /// What template fields say when nobody filled them.
    #[serde(default)]
    pub template_fields: Vec<String>,
    /// Words before a form's title that make it the heading of a letter (`Notice of`).
    #[serde(default)]
    pub headings: Vec<String>,
    /// What a letter calls itself (`this notice`), and what is done with it on its day (`mailed`), where no line of its own gives the day.
    #[serde(default)]
    pub own_names: Vec<String>,
    #[serde(default)]
    pub dating: Vec<String>,
}

/// What a phrase of a page speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhraseKind {
    Letter,
    Cover,
    Junk,
    MedicationAgreement,
    AppointmentLog,
    ChartNotes,
    ProofOfMailing,
    PortalNotice,
    /// A plain page on which a form's narrative goes on: no kind of its own.
    Continuation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The upper third of the page.
    Top,
    /// Alone on its line.
    Line,
}

/// A phrase that speaks for a kind of page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PagePhrase {
    pub id: String,
    pub kind: PhraseKind,
    /// What the first wording found adds to its kind; each further one adds a third of that.
    #[serde(default = "one")]
    pub weight: f32,
    #[serde(default)]
    pub place: Option<Place>,
    #[serde(default)]
    pub texts: Vec<String>,
    /// Words that must begin two parts of the page (`TO:` and `FROM:`).
    #[serde(default)]
    pub pairs: Vec<[String; 2]>,
}

fn one() -> f32 {
    1.0
}

/// How a form of another plan is told (`pages.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherPlanWords {
    /// The form id that notices about the portal get.
    pub notice_form: String,
    /// Names that our own plan goes by.
    pub own_names: Vec<String>,
    /// A title has a word of each row.
    pub title_words: Vec<Vec<String>>,
    pub titles: Vec<String>,
    /// Names of other plans.
    pub names: Vec<String>,
    /// Words of names that nobody but a plan has: a practice is no health plan.
    #[serde(default)]
    pub plan_words: Vec<String>,
    /// Words that plans' names are made of.
    pub name_words: Vec<String>,
    /// Labels that forms of any plan carry.
    pub labels: Vec<String>,
}

/// How a cover sheet says its number of pages: a regular expression on a line, with a group `pages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountPattern {
    pub pattern: String,
    /// The cover itself is not counted.
    #[serde(default)]
    pub without_cover: bool,
}

/// What pages other than our forms say (`pages.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PagePhrases {
    #[serde(default, rename = "phrase")]
    pub phrases: Vec<PagePhrase>,
    /// How cover sheets count the pages; the first that fits a line speaks.
    #[serde(default, rename = "cover_count")]
    pub cover_counts: Vec<CountPattern>,
    pub other_plan: OtherPlanWords,
}

/// Where pages name the member (`people.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleWords {
    pub salutations: Vec<String>,
    pub closings: Vec<String>,
    pub references: Vec<String>,
    pub guardian: Vec<String>,
    /// Greetings that stand without a name.
    #[serde(default)]
    pub lone_salutations: Vec<String>,
    /// How a letter speaks of the child of whom it is written to.
    #[serde(default)]
    pub wards: Vec<String>,
    pub titles: Vec<String>,
    /// What people are called for short, each with the names that it stands for; the short one first.
    #[serde(default)]
    pub nicknames: Vec<Vec<String>>,
    pub joiners: Vec<String>,
    /// Headings of a letter that is written as a memorandum, and the words before whom it is to.
    #[serde(default)]
    pub memo_headings: Vec<String>,
    #[serde(default)]
    pub memo_to: Vec<String>,
    pub name_labels: Vec<String>,
    pub id_labels: Vec<String>,
    pub dob_labels: Vec<String>,
    /// Labels after which no member stands.
    pub other_labels: Vec<String>,
    /// Departments of the plan, as letters to the plan address and greet them.
    pub plan_addressees: Vec<String>,
    /// What letters greet that name nobody.
    pub offices_greeted: Vec<String>,
    /// Words of offices that letters are written to and that are neither the plan nor a member: a letter to one tells the member nothing.
    #[serde(default)]
    pub other_offices: Vec<String>,
    /// Words of subjects and headings: a line that holds one is no person's name.
    pub not_names: Vec<String>,
}

/// One language's tell-tale words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Stands in the queue's `letter_language` column.
    pub id: String,
    pub words: Vec<String>,
    /// Letter runs looked for with spaces removed.
    #[serde(default)]
    pub joined: Vec<String>,
    /// Letters that end a syllable to mark its tone.
    #[serde(default)]
    pub tones: Option<String>,
}

/// How the language of a letter is told (`languages.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LanguageWords {
    #[serde(rename = "language")]
    pub languages: Vec<Language>,
}

/// A source of the received time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReceivedFrom {
    FileName,
    Header,
    FileTime,
}

/// A fax server's way of naming files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileNamePattern {
    pub id: String,
    /// A regular expression over the file's name with the groups `year`, `month`, `day`, `hour`, `minute`, `second`, `half`, `sender`,
    /// `called`, `pages`.
    pub pattern: String,
}

/// Words of the line that fax machines print at the edge of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderWords {
    pub page_words: Vec<String>,
    pub of_words: Vec<String>,
    pub from_words: Vec<String>,
    pub to_words: Vec<String>,
    pub noise: Vec<String>,
}

/// When and from where a transmission came (`arrivals.toml`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// Where the received time is taken from, first to last.
    pub received_from: Vec<ReceivedFrom>,
    #[serde(default, rename = "file_name")]
    pub file_names: Vec<FileNamePattern>,
    pub header: HeaderWords,
}

/// The built-in files, by name.
const BUILTIN: [(&str, &str); 6] = [
    ("arrivals.toml", include_str!("../../rules/phrases/arrivals.toml")),
    ("dates.toml", include_str!("../../rules/phrases/dates.toml")),
    ("languages.toml", include_str!("../../rules/phrases/languages.toml")),
    ("letters.toml", include_str!("../../rules/phrases/letters.toml")),
    ("pages.toml", include_str!("../../rules/phrases/pages.toml")),
    ("people.toml", include_str!("../../rules/phrases/people.toml")),
];

static BOOK: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::parse(|name| BUILTIN.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned()))
        .unwrap_or_default()
});

impl PhraseBook {
    /// Files of the folder `phrases/` of a pack.
    pub const FILES: [&'static str; 6] =
        ["arrivals.toml", "dates.toml", "languages.toml", "letters.toml", "pages.toml", "people.toml"];

    /// The built-in pack's phrases.
    pub fn builtin() -> &'static PhraseBook {
        &BOOK
    }

    /// Reads all parts; `read` gives the text of a file of [`Self::FILES`].
    ///
    /// # Errors
    /// A file is missing, is not the TOML that its part wants, or says what cannot be (a month too few, a bad pattern).
    pub fn parse(read: impl Fn(&str) -> Option<String>) -> Result<PhraseBook, PhraseError> {
        let book = PhraseBook {
            arrivals: part("arrivals.toml", &read)?,
            dates: part("dates.toml", &read)?,
            languages: part("languages.toml", &read)?,
            letters: part("letters.toml", &read)?,
            pages: part("pages.toml", &read)?,
            people: part("people.toml", &read)?,
        };
        book.check()?;
        Ok(book)
    }

    fn check(&self) -> Result<(), PhraseError> {
        let months = self.dates.months.len();
        if months != 12 {
            return Err(PhraseError::Meaning {
                file: "dates.toml",
                what: format!("months has {months} entries, and a year twelve"),
            });
        }
        for file_name in &self.arrivals.file_names {
            if let Err(error) = Regex::new(&file_name.pattern) {
                let what = format!("the pattern of file_name {}: {error}", file_name.id);
                return Err(PhraseError::Meaning { file: "arrivals.toml", what });
            }
        }
        for (at, count) in (1..).zip(&self.pages.cover_counts) {
            let what = match Regex::new(&count.pattern) {
                Err(error) => format!("the pattern of cover_count {at}: {error}"),
                Ok(regex) if !regex.capture_names().flatten().any(|name| name == "pages") => {
                    format!("the pattern of cover_count {at} has no group `pages`: write (?<pages>\\d+)")
                }
                Ok(_) => continue,
            };
            return Err(PhraseError::Meaning { file: "pages.toml", what });
        }
        Ok(())
    }
}

fn part<T: DeserializeOwned>(file: &'static str, read: &impl Fn(&str) -> Option<String>) -> Result<T, PhraseError> {
    let text = read(file).ok_or(PhraseError::Missing(file))?;
    toml::from_str(&text).map_err(|source| PhraseError::Syntax { file, source: Box::new(source) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(name: &str) -> Option<String> {
        BUILTIN.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned())
    }

    #[test]
    fn the_built_in_phrases_can_be_read() {
        let book = PhraseBook::parse(text_of).unwrap();
        assert_eq!(book.dates.months.len(), 12);
        assert_eq!(book.languages.languages.len(), 3);
        assert!(book.pages.phrases.iter().all(|p| !p.texts.is_empty() || !p.pairs.is_empty()));
    }

    #[test]
    fn a_misspelt_key_a_missing_month_and_a_bad_pattern_are_told_with_their_file() {
        let with = |name: &'static str, change: fn(String) -> String| {
            PhraseBook::parse(move |file| text_of(file).map(|text| if file == name { change(text) } else { text }))
                .unwrap_err()
                .to_string()
        };
        assert!(with("people.toml", |t| t.replace("closings", "closing")).contains("people.toml"));
        assert!(
            with("dates.toml", |t| t.replacen("[\"january\"", "# [\"january\"", 1)).contains("months has 11 entries")
        );
        assert!(with("arrivals.toml", |t| t.replacen("^fax(", "^fax((", 1)).contains("file_name hylafax"));
    }
}
