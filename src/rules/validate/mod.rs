//! What is wrong with a pack that could be read: names that nothing has, dates that do not adjoin, words that mean two things, rules
//! that can never say anything. Everything is reported at once.

mod dates;
mod names;
mod phrases;
mod reach;
mod sense;

use std::collections::BTreeSet;

use super::Pack;
use super::problem::Problem;
use super::source::{Place, SourceFile};

/// All mistakes of a pack; `form_files` are the files of its forms, in their order.
pub(super) fn validate(pack: &Pack, sources: &[SourceFile], form_files: &[usize], problems: &mut Vec<Problem>) {
    let broken = problems.iter().map(|problem| problem.file.clone()).collect();
    let mut report = Report {
        sources,
        problems,
        broken,
        settings: sources.iter().position(|s| s.path == "pack.toml").unwrap_or(0),
        form_files,
    };
    names::check(pack, &mut report);
    dates::check(pack, &mut report);
    phrases::check(pack, &mut report);
    reach::check(pack, &mut report);
    sense::check(pack, &mut report);
}

/// Where mistakes go, with their places.
struct Report<'a> {
    sources: &'a [SourceFile],
    problems: &'a mut Vec<Problem>,
    settings: usize,
    form_files: &'a [usize],
    /// Files of which something could not be read: what they give may only seem to be missing.
    broken: BTreeSet<String>,
}

impl Report<'_> {
    fn add(&mut self, place: &Place, message: impl Into<String>, hint: Option<String>) {
        if let Some(source) = self.sources.get(place.file) {
            let span = source.span(&place.steps);
            self.problems.push(Problem::at(&source.path, &source.text, span, message, hint));
        }
    }

    /// Whether all files with this beginning could be read.
    fn whole(&self, beginning: &str) -> bool {
        !self.broken.iter().any(|file| file.starts_with(beginning))
    }

    /// `pack.toml`.
    fn settings(&self) -> Place {
        Place::of_file(self.settings)
    }

    /// The file of a form, by its index in the pack.
    fn form(&self, index: usize) -> Place {
        Place::of_file(self.form_files.get(index).copied().unwrap_or(0))
    }

    /// Where a place lies, for a message about another: "checks/20-member.toml, line 12".
    fn describe(&self, place: &Place) -> String {
        match self.sources.get(place.file) {
            Some(source) => {
                let line = source
                    .text
                    .get(..source.span(&place.steps).start)
                    .map_or(1, |before| before.matches('\n').count() + 1);
                format!("{}, line {line}", source.path)
            }
            None => String::new(),
        }
    }
}
