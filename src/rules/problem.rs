//! What is wrong with a pack: file, line, caret and a hint, like a compiler's message.

use std::fmt;
use std::ops::Range;

/// One mistake in a rule pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path below the pack's folder, `/` between.
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// The line as it stands, and how many of its characters the mistake covers.
    pub excerpt: String,
    pub width: usize,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem at bytes `span` of `text`; an empty text or a span past its end points at the last line.
    pub(super) fn at(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let excerpt = text[line_start..line_end].trim_end_matches('\r').to_owned();
        let width = text[start..end.min(line_end).max(start)].chars().count().max(1);
        Problem {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            excerpt,
            width,
            message: message.into(),
            hint,
        }
    }

    /// A problem of a whole file or folder.
    pub(super) fn of_file(file: &str, message: impl Into<String>, hint: Option<String>) -> Self {
        Problem {
            file: file.to_owned(),
            line: 1,
            column: 1,
            excerpt: String::new(),
            width: 0,
            message: message.into(),
            hint,
        }
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if self.width > 0 {
            let number = self.line.to_string();
            let gutter = " ".repeat(number.len());
            let indent: String =
                self.excerpt.chars().take(self.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            writeln!(f, "{gutter} |")?;
            writeln!(f, "{number} | {}", self.excerpt)?;
            writeln!(f, "{gutter} | {indent}{}", "^".repeat(self.width))?;
        }
        match &self.hint {
            Some(hint) => writeln!(f, "  help: {hint}"),
            None => Ok(()),
        }
    }
}

/// The nearest of `names` to what was written, when it is near enough to be meant.
pub(super) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, name)| *distance <= 2.max(name.chars().count() / 3))
        .min()
        .map(|(_, name)| name)
}

/// "did you mean …?", or the list of what could stand there.
pub(super) fn name_hint<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    match nearest(written, names.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if names.is_empty() => None,
        None => Some(format!("known: {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_words_also_after_accents() {
        let text = "a = 1\nnote = \"días\" # x\n";
        let at = text.find('#').unwrap();
        let problem = Problem::at("checks/a.toml", text, at..at + 1, "no", Some("yes".into()));
        assert_eq!((problem.line, problem.column), (2, 15));
        assert_eq!(
            problem.to_string(),
            "checks/a.toml:2:15: no\n  |\n2 | note = \"días\" # x\n  |               ^\n  help: yes\n"
        );
    }

    #[test]
    fn a_span_past_the_end_is_no_panic() {
        assert_eq!(Problem::at("a", "x", 7..9, "m", None).line, 1);
        assert_eq!(Problem::at("a", "", 0..1, "m", None).line, 1);
    }

    #[test]
    fn a_slip_of_the_pen_gets_the_right_name() {
        assert_eq!(name_hint("member_nmae", ["member_name", "member_id"]), Some("did you mean `member_name`?".into()));
    }
}
