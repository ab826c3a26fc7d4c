//! Whether two names, as they were read, mean one person: the one place where assembly asks.
//!
//! A family name alone never decides: clans share a dozen of them, and brothers and sisters share theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::answer::Answer;
use crate::extract::values::{self, Sameness};
use crate::rules::phrases::PhraseBook;

/// From here on a letter is that letter.
const WELL_READ: f32 = 0.8;

/// How two names compare.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NameMatch {
    pub answer: Answer,
    /// 0 (nothing alike) to 1 (the same letters), for ranking.
    pub score: f32,
    pub reason: &'static str,
    /// The given names agree, so that a birth date may settle the rest: twins share theirs.
    pub given_agrees: bool,
}

/// What people write before a member's name in a letter to a grown-up, folded.
static BEFORE_NAMES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| PhraseBook::builtin().people.guardian.iter().map(|phrase| fold(phrase)).collect());

/// What people are called for short, with the names that it stands for, folded.
static NICKNAMES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let rows = PhraseBook::builtin().people.nicknames.iter();
    rows.filter_map(|row| Some((fold(row.first()?), row.iter().skip(1).map(|name| fold(name)).collect()))).collect()
});

const TITLES: [&str; 12] = ["mr", "mrs", "ms", "miss", "dr", "sr", "sra", "srta", "don", "dona", "dear", "estimado"];
const ENDINGS: [&str; 7] = ["jr", "sr", "ii", "iii", "iv", "md", "esq"];

/// Lower case, accents off, everything but letters and digits a space.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '\'' | '’' | '`' => {}
            'ø' | 'Ø' => folded.push('o'),
            'ł' | 'Ł' => folded.push('l'),
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ if folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.trim().to_owned()
}

/// The name itself, in the order given names first: without `Parent or guardian of`, titles and endings. Case and accents stay.
pub(super) fn member_of(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    for skip in (0..words.len()).rev() {
        let head = fold(&words.get(..skip).unwrap_or_default().join(" "));
        if !head.is_empty()
            && (BEFORE_NAMES.contains(&head)
                || BEFORE_NAMES.contains(head.trim_start_matches("to ").trim_start_matches("the ")))
        {
            return words.get(skip..).unwrap_or_default().join(" ");
        }
    }
    text.trim().to_owned()
}

/// The folded words of a name, given name first.
pub(super) fn words(name: &str) -> Vec<String> {
    let name = member_of(name);
    let ordered = match name.split_once(',') {
        Some((family, given)) if given.chars().any(char::is_alphabetic) && !is_ending(given) => {
            format!("{given} {family}")
        }
        _ => name.clone(),
    };
    // Letters of a profession go before they are folded: `PA-C` would be two words of a name.
    let mut tokens: Vec<&str> = ordered.split_whitespace().collect();
    while tokens.len() > 2 && tokens.last().is_some_and(|word| is_ending(word)) {
        tokens.pop();
    }
    let folded = fold(&tokens.join(" "));
    let mut words: Vec<String> = folded.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
    while words.len() > 1 && words.first().is_some_and(|w| TITLES.contains(&w.as_str())) {
        words.remove(0);
    }
    words
}

/// Nothing but what follows a name: a suffix, letters of a profession.
fn is_ending(text: &str) -> bool {
    text.split_whitespace().all(|word| ENDINGS.contains(&fold(word).as_str()) || values::is_credential(word))
}

/// Compares two names. `trust` is how well the worse of them was read, 0 to 1.
pub(super) fn same_person(a: &str, b: &str, trust: f32) -> NameMatch {
    let (a, b) = (member_of(a), member_of(b));
    let found = values::same_person(&a, &b, trust);
    let told = |reason: &str| found.reasons.contains(&reason);
    let mut given_agrees = told("given-name-equal");
    let (words_a, words_b) = (words(&a), words(&b));
    // Equal letters, whether or not a reader lost the space.
    if !words_a.is_empty() && words_a.concat() == words_b.concat() {
        return NameMatch { answer: Answer::Met, score: 1.0, reason: "name", given_agrees: true };
    }
    let (answer, reason) = match found.answer {
        Sameness::Same if told("order-turned") => (Answer::Met, "name-swapped"),
        Sameness::Same => match (words_a.first(), words_b.first()) {
            (Some(a), Some(b)) if trust >= WELL_READ && siblings_could_bear(a, b) => {
                (Answer::CannotTell, "name-partial")
            }
            _ => (Answer::Met, "name"),
        },
        Sameness::Different if !told("family-name-differs") && misspelt(words_a.first(), words_b.first()) => {
            (Answer::CannotTell, "name-partial")
        }
        // One given name and a family name with one letter misread: another person is hardly called so nearly the same.
        Sameness::Different
            if words_a.len() == words_b.len()
                && words_a.first() == words_b.first()
                && one_letter_off(&words_a, &words_b) =>
        {
            (Answer::CannotTell, "name-partial")
        }
        // `Villasenor Carrasco` for `Amparo Villasenor Carrasco`: two family names, and the given name left out.
        Sameness::Different if is_end_of(&words_a, &words_b) || is_end_of(&words_b, &words_a) => {
            (Answer::CannotTell, "name-partial")
        }
        Sameness::Different
            if !told("family-name-differs") && one_is_short_for_the_other(words_a.first(), words_b.first()) =>
        {
            given_agrees = true;
            (Answer::CannotTell, "nickname")
        }
        Sameness::Different if words_a.len() < 2 || words_b.len() < 2 => (Answer::CannotTell, "name-partial"),
        Sameness::Different if told("family-name-equal") || told("family-name-near") => {
            (Answer::NotMet, "surname-only")
        }
        Sameness::Different => (Answer::NotMet, "other-name"),
        Sameness::CannotTell if told("no-name") => (Answer::CannotTell, "no-name"),
        Sameness::CannotTell => (Answer::CannotTell, "name-partial"),
    };
    // Equal letters outrank letters that were only read alike: Maria before Mario.
    let score = if words_a == words_b { 1.0 } else { found.score.min(0.95) };
    NameMatch { answer, score, reason, given_agrees }
}

/// How alike the letters of two names are, 0 to 1, titles, endings and spaces apart.
pub(super) fn alike(a: &str, b: &str) -> f32 {
    let (a, b) = (words(a).concat(), words(b).concat());
    if a.is_empty() || b.is_empty() { 0.0 } else { strsim::normalized_levenshtein(&a, &b) as f32 }
}

/// The name `known` with the title and the ending that `read` has: the way an office writes a name is its own.
pub(super) fn spelled(read: &str, known: &str) -> String {
    let title = |name: &'_ str| name.split_whitespace().next().map(fold).filter(|word| TITLES.contains(&word.as_str()));
    let titled = read.split_whitespace().next().filter(|_| title(read).is_some() && title(known).is_none());
    let (own, words_read) = (words(known).len(), words(read).len());
    let bare = known.split_once(',').filter(|(_, ending)| is_ending(ending)).map_or(known, |(name, _)| name);
    // What stands after the name is an ending, however it was read.
    let ends = read.contains(',') || words_read > own || read.split_whitespace().last().is_some_and(is_ending);
    let name = if ends || read.is_empty() { known } else { bare };
    titled.map_or_else(|| name.to_owned(), |title| format!("{title} {name}"))
}

/// The name `known` with the initial that stands within it in one of `texts`, and whether no other text has another or none.
pub(super) fn with_initial<'t>(known: &str, texts: impl Iterator<Item = &'t str>) -> Option<(String, bool)> {
    let own = words(known);
    let tokens: Vec<&str> = known.split_whitespace().collect();
    // A double name is one token and two words.
    let counts: Vec<usize> =
        tokens.iter().map(|token| fold(token).split(' ').filter(|w| !w.is_empty()).count()).collect();
    let token_at = |word: usize| (1..tokens.len()).find(|&at| counts[..at].iter().sum::<usize>() == word);
    let initial_in = |text: &str| {
        let mut read = words(text);
        let at = read.iter().position(|word| word.chars().count() == 1 && !own.contains(word))?;
        let initial = read.remove(at).to_uppercase();
        if read == own { Some((token_at(at)?, initial)) } else { None }
    };
    let found: Vec<Option<(usize, String)>> = texts.map(initial_in).collect();
    let (at, initial) = found.iter().flatten().next()?;
    let agreed = found.len() > 1 && found.windows(2).all(|pair| pair[0] == pair[1]);
    let name = [&tokens[..*at], &[initial.as_str()], &tokens[*at..]].concat().join(" ");
    Some((name, agreed))
}

/// Ana and Anna: one letter more is how offices misspell, and how two names differ.
fn misspelt(a: Option<&String>, b: Option<&String>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    a.len() != b.len() && strsim::levenshtein(a, b) == 1
}

/// Beto and Alberto.
fn one_is_short_for_the_other(a: Option<&String>, b: Option<&String>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let stands_for = |short: &str, long: &String| NICKNAMES.get(short).is_some_and(|names| names.contains(long));
    stands_for(a, b) || stands_for(b, a)
}

/// Whether a name of several words is the end of a longer one.
fn is_end_of(end: &[String], whole: &[String]) -> bool {
    end.len() >= 2 && whole.len() > end.len() && whole.ends_with(end)
}

/// Whether two names differ in one letter of one word.
fn one_letter_off(a: &[String], b: &[String]) -> bool {
    strsim::levenshtein(&a.concat(), &b.concat()) == 1
}

/// Maria and Mario, Ana and Anna: one letter apart, and two children of one family.
fn siblings_could_bear(a: &str, b: &str) -> bool {
    let (shorter, longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o');
    a != b && (shorter.len() <= 4 || shorter.trim_end_matches(vowel) == longer.trim_end_matches(vowel))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(a: &str, b: &str) -> Answer {
        same_person(a, b, 0.95).answer
    }

    #[test]
    fn one_person_written_in_many_ways() {
        for (a, b) in [
            ("José Hernández", "JOSE HERNANDEZ"),
            ("Maria Garcia Lopez", "Maria Garcia"),
            ("Garcia-Lopez, Maria", "Maria Garcia Lopez"),
            ("Vang Mai", "Mai Vang"),
            ("To the Parent/Guardian of Elena Yang", "Elena Yang"),
            ("Parent or guardian of: Elena Yang", "YANG, ELENA"),
            ("Mr. Robert Smith Jr.", "Robert Smith"),
            ("LuisSmith", "Luis Smith"),
        ] {
            assert_eq!(answer(a, b), Answer::Met, "{a} / {b}");
        }
    }

    #[test]
    fn a_shared_surname_is_not_a_person() {
        for (a, b) in
            [("Robert Ramirez", "Elena Ramirez"), ("Kao Xiong", "Mai Xiong"), ("Lourdes Flores", "Tiffany Mendoza")]
        {
            assert_eq!(answer(a, b), Answer::NotMet, "{a} / {b}");
        }
    }

    #[test]
    fn what_twins_may_share_cannot_tell() {
        for (a, b) in [
            ("Maria Lopez", "Mario Lopez"),
            ("M. Lopez", "Maria Lopez"),
            ("Ana Yang", "Anna Yang"),
            ("Lopez", "Maria Lopez"),
            ("", "Ana Yang"),
            ("Pheng Garcia-Lona", "Pheng Garcia-Luna"),
            ("Rprimaryc", "Divina McNulty"),
            ("Villasenor Carrasco", "Amparo Villasenor Carrasco"),
            ("Beto Quezada", "Alberto Quezada"),
        ] {
            assert_eq!(answer(a, b), Answer::CannotTell, "{a} / {b}");
        }
    }
}
