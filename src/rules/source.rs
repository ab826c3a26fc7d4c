//! The files of a pack as they stand, and their tables with the place of every key.
//!
//! Every `[[rule]]`, every form and every reason is read on its own, and read again without the key that was wrong, so that one
//! mistake does not hide the next: `rules check` reports them all at once.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::problem::{Problem, name_hint};

/// One file of a pack.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// Below the pack's folder, `/` between.
    pub path: String,
    pub text: String,
    /// The text is no valid TOML: what could be read of it is used, and only the syntax is complained of.
    broken: bool,
}

/// One step into a TOML value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// A place in a pack: a file and the way to a value in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub file: usize,
    pub steps: Vec<Step>,
}

impl Place {
    pub fn of_file(file: usize) -> Self {
        Place { file, steps: Vec::new() }
    }

    /// The table `[[key]]` number `index` of a file.
    pub fn item(file: usize, key: &str, index: usize) -> Self {
        Place::of_file(file).key(key).index(index)
    }

    pub fn key(&self, key: &str) -> Place {
        let mut place = self.clone();
        place.steps.push(Step::Key(key.to_owned()));
        place
    }

    pub fn index(&self, index: usize) -> Place {
        let mut place = self.clone();
        place.steps.push(Step::Index(index));
        place
    }
}

/// What a table holds besides what was asked for is a mistake, but the messages of serde know only the first one.
const MOST_MISTAKES_OF_ONE_ITEM: usize = 20;

impl SourceFile {
    /// Takes in `text`; mistakes of TOML itself go to `problems`.
    pub fn new(path: &str, text: String, problems: &mut Vec<Problem>) -> SourceFile {
        let (_, errors) = DeTable::parse_recoverable(&text);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            problems.push(Problem::at(
                path,
                &text,
                span,
                error.message().trim(),
                Some("this is not valid TOML (toml.io)".into()),
            ));
        }
        SourceFile { path: path.to_owned(), broken: !errors.is_empty(), text }
    }

    fn tree(&self) -> Spanned<DeValue<'_>> {
        let (table, _) = DeTable::parse_recoverable(&self.text);
        Spanned::new(table.span(), DeValue::Table(table.into_inner()))
    }

    /// The bytes of a value, or, when it is absent, of the nearest thing above it that has a place.
    pub fn span(&self, steps: &[Step]) -> Range<usize> {
        let tree = self.tree();
        let mut value = &tree;
        let mut span = 0..0;
        for step in steps {
            let next = match (step, value.get_ref()) {
                (Step::Key(key), DeValue::Table(table)) => {
                    let Some((name, next)) = table.get_key_value(key.as_str()) else { return span };
                    // What stands on several lines is better shown by its key.
                    let one_line = !self.text.get(next.span()).unwrap_or_default().contains('\n');
                    span = if one_line && !next.get_ref().is_table() { next.span() } else { name.span() };
                    next
                }
                (Step::Index(index), DeValue::Array(array)) => {
                    let Some(next) = array.get(*index) else { return span };
                    span = first_line(&self.text, next.span());
                    next
                }
                _ => return span,
            };
            value = next;
        }
        span
    }

    /// The whole file as one `T`.
    pub fn read_whole<T: DeserializeOwned>(&self, problems: &mut Vec<Problem>) -> Option<T> {
        self.read(self.tree(), problems)
    }

    /// Every `[[key]]` table as a `T`, with its index in the file; one that is wrong is left out.
    pub fn read_items<T: DeserializeOwned>(&self, key: &str, problems: &mut Vec<Problem>) -> Vec<(usize, T)> {
        let mut items = Vec::new();
        let tree = self.tree();
        let Some(table) = tree.get_ref().as_table() else { return items };
        for (name, value) in table {
            if name.get_ref() != key {
                let message = format!("`{}` has no meaning here", name.get_ref());
                self.complain(
                    problems,
                    name.span(),
                    message,
                    Some(format!("this file holds [[{key}]] tables and nothing else")),
                );
                continue;
            }
            let Some(array) = value.get_ref().as_array() else {
                let message = format!("`{key}` is not a list of tables");
                self.complain(
                    problems,
                    name.span(),
                    message,
                    Some(format!("write [[{key}]], in double brackets, above each")),
                );
                continue;
            };
            for (index, item) in array.iter().enumerate() {
                items.extend(self.read(item.clone(), problems).map(|item| (index, item)));
            }
        }
        items
    }

    fn read<T: DeserializeOwned>(&self, mut item: Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Option<T> {
        let mut dropped: BTreeSet<String> = BTreeSet::new();
        for _ in 0..MOST_MISTAKES_OF_ONE_ITEM {
            let error = match T::deserialize(ValueDeserializer::from(item.clone())) {
                Ok(value) if dropped.is_empty() => return Some(value),
                Ok(_) => return None,
                Err(error) => error,
            };
            let (message, hint) = plain(error.message());
            let missing = message.strip_prefix("`").and_then(|m| m.strip_suffix("` is missing"));
            let span = error.span().unwrap_or_else(|| item.span());
            if !missing.is_some_and(|key| dropped.contains(key)) {
                self.complain(problems, first_line(&self.text, span.clone()), message.clone(), hint);
            }
            match drop_key_at(&mut item, &span) {
                Some(key) => dropped.insert(key),
                None => return None,
            };
        }
        None
    }

    fn complain(&self, problems: &mut Vec<Problem>, span: Range<usize>, message: String, hint: Option<String>) {
        if !self.broken {
            problems.push(Problem::at(&self.path, &self.text, span, message, hint));
        }
    }
}

/// Takes the deepest key whose place (name or value) is `span` out of the table, so that the rest can be read.
fn drop_key_at(item: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<String> {
    match item.get_mut() {
        DeValue::Table(table) => {
            let inside = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
            let (key, deeper) = table.iter().find_map(|(name, value)| {
                let here = name.span() == *span || value.span() == *span;
                (here || inside(value.span())).then(|| (name.get_ref().to_string(), !here))
            })?;
            if deeper {
                let below = table.get_mut(key.as_str()).and_then(|value| drop_key_at(value, span));
                if below.is_some() {
                    return below;
                }
            }
            table.remove(key.as_str());
            Some(key)
        }
        DeValue::Array(array) => array.iter_mut().find_map(|value| drop_key_at(value, span)),
        _ => None,
    }
}

/// serde's message in plain words, with a hint.
fn plain(message: &str) -> (String, Option<String>) {
    let message = message.trim();
    if let Some(key) = message.strip_prefix("missing field ") {
        return (format!("{key} is missing"), Some(format!("add {key} to this table")));
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    for (start, what) in [("unknown field", "no such key"), ("unknown variant", "no such name")] {
        if message.starts_with(start)
            && let Some((written, known)) = quoted.split_first()
        {
            return (format!("{what}: `{written}`"), name_hint(written, known.iter().copied()));
        }
    }
    (message.to_owned(), None)
}

fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    let end = text.as_bytes()[start..].iter().position(|&b| b == b'\n').map_or(text.len(), |i| start + i);
    start..span.end.min(end).max(start)
}
