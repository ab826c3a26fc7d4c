//! Whether two names, as they were read, mean one person: the one place where assembly asks.
//!
//! A family name alone never decides: clans share a dozen of them, and brothers and sisters share theirs.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::answer::Answer;

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

/// What people write before a member's name, folded; the longest first.
const BEFORE_NAMES: [&str; 16] = [
    "to the parent or guardian of",
    "to the parent guardian of",
    "the parent or guardian of",
    "the parents or guardians of",
    "parent or guardian of",
    "parents or guardians of",
    "parent guardian of",
    "guardian of",
    "parents of",
    "parent of",
    "a los padres o tutores de",
    "al padre madre o tutor de",
    "padre madre o tutor de",
    "padres o tutores de",
    "padres de",
    "tutor de",
];

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
        if !head.is_empty() && BEFORE_NAMES.contains(&head.as_str()) {
            return words.get(skip..).unwrap_or_default().join(" ");
        }
    }
    text.trim().to_owned()
}

/// The folded words of a name, given name first.
pub(super) fn words(name: &str) -> Vec<String> {
    let name = member_of(name);
    let ordered = match name.split_once(',') {
        Some((family, given)) if given.chars().any(char::is_alphabetic) && !is_ending(given) => format!("{given} {family}"),
        _ => name.clone(),
    };
    let mut words: Vec<String> = fold(&ordered).split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
    while words.len() > 1 && words.first().is_some_and(|w| TITLES.contains(&w.as_str())) {
        words.remove(0);
    }
    while words.len() > 2 && words.last().is_some_and(|w| ENDINGS.contains(&w.as_str())) {
        words.pop();
    }
    words
}

fn is_ending(text: &str) -> bool {
    fold(text).split(' ').all(|w| ENDINGS.contains(&w))
}

/// Compares two names. `trust` is how well the worse of them was read, 0 to 1.
pub(super) fn same_person(a: &str, b: &str, trust: f32) -> NameMatch {
    let (a, b) = (words(a), words(b));
    let cannot = |reason, score| NameMatch { answer: Answer::CannotTell, score, reason, given_agrees: false };
    let (Some(given_a), Some(given_b)) = (a.first(), b.first()) else { return cannot("no-name", 0.0) };
    if a == b && a.len() > 1 {
        return NameMatch { answer: Answer::Met, score: 1.0, reason: "name", given_agrees: true };
    }
    let whole = alike(&a.concat(), &b.concat());
    if a.len() == 1 || b.len() == 1 {
        let best = a.iter().flat_map(|x| b.iter().map(|y| alike(x, y))).fold(whole, f32::max);
        if whole > 0.85 {
            return NameMatch { answer: Answer::Met, score: whole, reason: "name", given_agrees: true };
        }
        return if best > 0.6 { cannot("name-partial", best * 0.5) } else { different("other-name", 0.1) };
    }
    let family = |x: &[String], y: &[String]| {
        x.iter().skip(1).flat_map(|p| y.iter().skip(1).map(move |q| alike(p, q))).fold(0.0, f32::max)
    };
    let (given, surname) = (alike(given_a, given_b), family(&a, &b));
    let score = (given + surname) / 2.0;
    let initial = given_a.len() == 1 || given_b.len() == 1;
    if initial && given_a.chars().next() == given_b.chars().next() && surname > 0.7 {
        return cannot("name-partial", 0.5);
    }
    if (given > 0.72 && surname > 0.6) || whole > 0.85 {
        return if siblings_could_bear(given_a, given_b) && trust >= 0.8 {
            cannot("name-partial", score)
        } else {
            NameMatch { answer: Answer::Met, score, reason: "name", given_agrees: true }
        };
    }
    let mut turned = b.clone();
    turned.rotate_right(1);
    if turned.first().is_some_and(|first| alike(given_a, first) > 0.8) && family(&a, &turned) > 0.8 {
        return NameMatch { answer: Answer::Met, score: 0.9, reason: "name-swapped", given_agrees: true };
    }
    let shared = a.iter().filter(|x| b.iter().any(|y| alike(x, y) > 0.8)).count();
    if shared >= 2 {
        return cannot("name-partial", 0.5);
    }
    let doubt = if trust < 0.6 { 0.45 } else { 0.6 };
    match (given > doubt, surname > 0.6) {
        (true, true) => NameMatch { answer: Answer::CannotTell, score, reason: "name-partial", given_agrees: given > 0.72 },
        (false, true) => different("surname-only", score),
        _ => different("other-name", score),
    }
}

fn different(reason: &'static str, score: f32) -> NameMatch {
    NameMatch { answer: Answer::NotMet, score: score.min(0.5), reason, given_agrees: false }
}

/// Maria and Mario, Ana and Anna: one letter apart, and two children of one family.
fn siblings_could_bear(a: &str, b: &str) -> bool {
    let (shorter, longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o');
    a != b && (shorter.len() <= 4 || shorter.trim_end_matches(vowel) == longer.trim_end_matches(vowel))
}

/// 1 for the same letters, less by the share of letters that a reader would have had to mistake.
fn alike(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let plain = |text: &str| -> String {
        text.chars()
            .map(|c| match c {
                '0' => 'o',
                '1' | 'i' | 'j' | '|' => 'l',
                '5' => 's',
                '8' => 'b',
                c => c,
            })
            .collect::<String>()
            .replace("rn", "m")
    };
    strsim::normalized_levenshtein(&plain(a), &plain(b)) as f32
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
            ("Gurpreet Johnson", "Gurpreet Jolmson"),
            ("LuisSmith", "Luis Smith"),
        ] {
            assert_eq!(answer(a, b), Answer::Met, "{a} / {b}");
        }
    }

    #[test]
    fn a_shared_surname_is_not_a_person() {
        for (a, b) in [("Robert Ramirez", "Elena Ramirez"), ("Kao Xiong", "Mai Xiong"), ("Lourdes Flores", "Tiffany Mendoza")] {
            assert_eq!(answer(a, b), Answer::NotMet, "{a} / {b}");
        }
    }

    #[test]
    fn what_twins_may_share_cannot_tell() {
        for (a, b) in [("Maria Lopez", "Mario Lopez"), ("M. Lopez", "Maria Lopez"), ("Ana Yang", "Anna Yang"), ("Lopez", "Maria Lopez"), ("", "Ana Yang")] {
            assert_eq!(answer(a, b), Answer::CannotTell, "{a} / {b}");
        }
    }
}
