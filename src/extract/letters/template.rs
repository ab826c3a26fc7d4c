//! Templates that nobody filled: bracketed fields, empty salutations, lines left to write on.

use crate::extract::fuzzy::{fold, folded_distance};
use crate::extract::page_text::PageText;
use crate::rules::PhraseBook;

use super::facts::Layout;

/// Whether fields of a template were left unfilled. A letter that names its member (`named`) in an address or behind `RE:` may greet nobody.
pub(super) fn is_unfilled(text: &PageText, layout: &Layout, named: bool, phrases: &PhraseBook) -> bool {
    let fields: Vec<String> = phrases.letters.template_fields.iter().map(|f| fold(f)).collect();
    let head = layout.salutation.map_or(0, |at| at + 1);
    let mut blanks = 0;
    for (at, line) in text.lines().iter().enumerate() {
        if bracketed(&line.text).iter().any(|inside| is_field(inside, &fields, true)) {
            return true;
        }
        // In the address block a field may stand without its brackets, which a reader easily loses.
        if at < head && !line.text.contains(':') && is_field(&line.text, &fields, false) {
            return true;
        }
        blanks += blank_runs(&line.text);
    }
    if let Some(name) = &layout.salutation_text {
        let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
        let greeting = layout.salutation.and_then(|at| text.lines().get(at)).map(|line| fold(&line.text));
        let stands_alone = phrases.people.lone_salutations.iter().any(|lone| greeting.as_ref() == Some(&fold(lone)));
        if (letters == 0 && !named && !stands_alone) || blank_runs(name) > 0 || is_field(name, &fields, false) {
            return true;
        }
    }
    // One line to write on may be a signature; two in a letter are blanks.
    let after_closing =
        layout.closing.map_or(0, |closing| text.lines().iter().skip(closing).map(|l| blank_runs(&l.text)).sum());
    blanks - after_closing.min(blanks) >= 2
}

/// Texts in brackets; an opening or a closing one is enough, since readers lose the other or take it for a letter.
fn bracketed(line: &str) -> Vec<&str> {
    let open = |c: char| matches!(c, '[' | '{' | '<' | '«' | '(');
    let close = |c: char| matches!(c, ']' | '}' | '>' | '»' | ')');
    let mut inside = Vec::new();
    let mut start = 0;
    let mut opened = false;
    for (at, c) in line.char_indices() {
        if open(c) {
            if opened && let Some(part) = line.get(start..at) {
                inside.push(part);
            }
            start = at + c.len_utf8();
            opened = true;
        } else if close(c) {
            if let Some(part) = line.get(start..at) {
                // `Dear IPatient Name]`: the opening bracket was read as a letter; the last words count.
                inside.push(if opened { part } else { last_words(part, 3) });
            }
            start = at + c.len_utf8();
            opened = false;
        }
    }
    if opened && let Some(part) = line.get(start..) {
        inside.push(part);
    }
    inside
}

fn last_words(text: &str, count: usize) -> &str {
    let starts: Vec<usize> = text.split_whitespace().map(|w| w.as_ptr() as usize - text.as_ptr() as usize).collect();
    let from = starts.len().saturating_sub(count);
    starts.get(from).and_then(|at| text.get(*at..)).unwrap_or(text)
}

/// Whether a text is the name of a field. Words such as `date` and `name` count only in brackets.
fn is_field(text: &str, fields: &[String], in_brackets: bool) -> bool {
    let folded = fold(text);
    if folded.is_empty() || folded.len() > 40 {
        return false;
    }
    fields.iter().any(|field| {
        let long = field.len() >= 9;
        match in_brackets {
            true if long => folded_distance(&folded, field, 0.22).is_some() || folded.ends_with(field.as_str()),
            true => folded == *field,
            false => long && folded_distance(&folded, field, 0.16).is_some(),
        }
    })
}

/// Runs of underscores or dots that somebody should have written on.
fn blank_runs(line: &str) -> usize {
    let mut runs = 0;
    let mut length = 0;
    for c in line.chars().chain(std::iter::once(' ')) {
        if matches!(c, '_' | '…') {
            length += 1;
        } else {
            runs += usize::from(length >= 4);
            length = 0;
        }
    }
    runs
}
