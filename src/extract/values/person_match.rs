//! Whether two names, as they were read, mean one person.
//!
//! A family name alone never decides: the Hmong clans share a dozen of them, and brothers and sisters share theirs. Initials alone never
//! decide: twins share them. What lies within a misreading of sameness is answered with cannot-tell.

use super::names::parts;
use crate::extract::fuzzy::ocr_edits;

/// Whether two names mean one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sameness {
    Same,
    Different,
    CannotTell,
}

/// The answer with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonMatch {
    pub answer: Sameness,
    /// 0 (nothing alike) to 1 (the same letters), for ranking candidates.
    pub score: f32,
    /// Ids of what spoke for the answer: `given-name-equal`, `family-name-differs`, `initial-only` …
    pub reasons: Vec<&'static str>,
}

/// How two words of names compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Differs,
    /// One is the first letter of the other.
    Initial,
    /// Within what a misreading may do, and within what separates two names.
    Near,
    Equal,
}

/// Compares two names. `trust` is how well the worse of them was read, 0 to 1: what was read well leaves less room for doubt.
pub fn same_person(a: &str, b: &str, trust: f32) -> PersonMatch {
    let (a, b) = (parts(a), parts(b));
    if a.is_empty() || b.is_empty() {
        return PersonMatch { answer: Sameness::CannotTell, score: 0.0, reasons: vec!["no-name"] };
    }
    if a.len() == 1 || b.len() == 1 {
        return single_word(&a, &b, trust);
    }
    let straight = compare(&a, &b, trust);
    if straight.answer == Sameness::Same {
        return straight;
    }
    // `Vang Mai` for `Mai Vang`: the order is not always the one that the form asks for.
    let mut turned = b.clone();
    turned.rotate_right(1);
    let mut turned = compare(&a, &turned, trust);
    turned.reasons.push("order-turned");
    if turned.answer == Sameness::Same && turned.score > straight.score { turned } else { straight }
}

fn single_word(a: &[String], b: &[String], trust: f32) -> PersonMatch {
    let best = a.iter().flat_map(|x| b.iter().map(move |y| liken(x, y, trust))).max().unwrap_or(Likeness::Differs);
    match best {
        Likeness::Differs => PersonMatch { answer: Sameness::Different, score: 0.1, reasons: vec!["no-part-alike"] },
        _ => PersonMatch { answer: Sameness::CannotTell, score: 0.5, reasons: vec!["one-part-only"] },
    }
}

fn compare(a: &[String], b: &[String], trust: f32) -> PersonMatch {
    let mut reasons = Vec::new();
    let (Some(given_a), Some(given_b)) = (a.first(), b.first()) else {
        return PersonMatch { answer: Sameness::CannotTell, score: 0.0, reasons: vec!["no-name"] };
    };
    // The same letters cut differently: a reader lost or made a space.
    if a.len() != b.len() && ocr_edits(&a.concat(), &b.concat()) <= 0.6 {
        return PersonMatch { answer: Sameness::Same, score: 0.95, reasons: vec!["joined-letters-equal"] };
    }
    let mut given = liken(given_a, given_b, trust);
    let family = family_likeness(a, b, trust);
    if given == Likeness::Differs && short_form(given_a, given_b) {
        given = Likeness::Near;
        reasons.push("given-name-short-form");
    }
    let middle = middle_likeness(a, b, trust);
    reasons.push(match given {
        Likeness::Equal => "given-name-equal",
        Likeness::Near => "given-name-near",
        Likeness::Initial => "initial-only",
        Likeness::Differs => "given-name-differs",
    });
    reasons.push(match family {
        Likeness::Equal => "family-name-equal",
        Likeness::Near => "family-name-near",
        Likeness::Initial => "family-initial-only",
        Likeness::Differs => "family-name-differs",
    });
    let answer = match (given, family) {
        (Likeness::Equal, Likeness::Equal) if middle == Some(Likeness::Differs) => {
            reasons.push("middle-name-differs");
            Sameness::CannotTell
        }
        (Likeness::Equal, Likeness::Equal) => Sameness::Same,
        (Likeness::Differs, _) | (_, Likeness::Differs) => Sameness::Different,
        _ => Sameness::CannotTell,
    };
    let weight = |l: Likeness| match l {
        Likeness::Equal => 0.5,
        Likeness::Near => 0.35,
        Likeness::Initial => 0.2,
        Likeness::Differs => 0.0,
    };
    let score = weight(given) + weight(family) - if middle == Some(Likeness::Differs) { 0.1 } else { 0.0 };
    PersonMatch { answer, score, reasons }
}

/// Family names: the words behind the given name; of two surnames one may be left out on one side.
fn family_likeness(a: &[String], b: &[String], trust: f32) -> Likeness {
    let tail = |name: &[String]| name.iter().skip(1).filter(|w| !is_particle(w)).cloned().collect::<Vec<_>>();
    let (a, b) = (tail(a), tail(b));
    let (Some(last_a), Some(last_b)) = (a.last(), b.last()) else { return Likeness::Near };
    let mut best = liken(last_a, last_b, trust);
    // `Maria Garcia Lopez` is `Maria Garcia`: the first surname is the father's and is the one kept.
    for first in &a {
        best = best.max(liken(first, last_b, trust));
    }
    for first in &b {
        best = best.max(liken(last_a, first, trust));
    }
    best
}

/// Middle names on both sides, when both have one and the same number of words.
fn middle_likeness(a: &[String], b: &[String], trust: f32) -> Option<Likeness> {
    if a.len() != b.len() || a.len() < 3 {
        return None;
    }
    a.iter().zip(b).skip(1).take(a.len() - 2).map(|(x, y)| liken(x, y, trust)).min()
}

fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "de" | "la"
            | "las"
            | "los"
            | "del"
            | "da"
            | "dos"
            | "van"
            | "von"
            | "der"
            | "y"
            | "san"
            | "jr"
            | "sr"
            | "ii"
            | "iii"
            | "iv"
    )
}

/// `Rob` for `Robert`, `Alex` for `Alejandro`: perhaps the same, perhaps not.
fn short_form(a: &str, b: &str) -> bool {
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    shared >= 3 && shorter >= 3 && shared + 1 >= shorter && longer > shorter
}

fn liken(a: &str, b: &str, trust: f32) -> Likeness {
    if a == b {
        return if a.len() == 1 { Likeness::Initial } else { Likeness::Equal };
    }
    let (shorter, longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if shorter.len() == 1 {
        return if longer.starts_with(shorter) { Likeness::Initial } else { Likeness::Differs };
    }
    let edits = ocr_edits(a, b);
    let length = longer.len() as f32;
    // One confusable pair in a short name, about one letter in six in a long one.
    let equal = if length <= 4.0 { 0.46 } else { (0.17 * length).clamp(0.8, 1.7) };
    // Kao and Pao are two people when they are read well, and one name misread when they are not.
    let near =
        if length <= 4.0 { 1.05 - 0.6 * (trust - 0.8).clamp(0.0, 0.2) * 5.0 } else { (0.36 - 0.1 * trust) * length };
    if edits <= equal {
        Likeness::Equal
    } else if edits <= near {
        Likeness::Near
    } else {
        Likeness::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(a: &str, b: &str) -> Sameness {
        same_person(a, b, 0.95).answer
    }

    #[test]
    fn one_person_written_in_many_ways() {
        for (a, b) in [
            ("Susan Ortiz", "SUSAN ORTIZ"),
            ("Susan Ortiz", "Ortiz, Susan"),
            ("José Hernández", "Jose Hernandez"),
            ("Maria Garcia Lopez", "Maria Garcia"),
            ("Maria Garcia-Lopez", "Garcia Lopez, Maria"),
            ("Mai Castillo", "Mai Castilio"),
            ("Susan M. Ortiz", "Susan Ortiz"),
            ("Vang Mai", "Mai Vang"),
            ("Rosa de la Cruz", "Rosa De La Cruz"),
            ("Gurpreet Johnson", "Gurpreet Jobnson"),
            ("Barbara Ortiz", "Bar bara Ortiz"),
        ] {
            assert_eq!(answer(a, b), Sameness::Same, "{a} / {b}: {:?}", same_person(a, b, 0.95));
        }
    }

    #[test]
    fn a_shared_surname_is_not_a_person() {
        for (a, b) in [
            ("Mai Xiong", "Tou Xiong"),
            ("Kao Vang", "Yer Vang"),
            ("Ana Kaur", "Harpreet Kaur"),
            ("Maria Lopez", "Carlos Lopez"),
            ("Susan Ortiz", "Susan Pham"),
        ] {
            assert_eq!(answer(a, b), Sameness::Different, "{a} / {b}: {:?}", same_person(a, b, 0.95));
        }
    }

    #[test]
    fn twins_and_initials_cannot_be_told() {
        for (a, b) in [
            ("M. Vang", "Mai Vang"),
            ("Rob Smith", "Robert Smith"),
            ("Ortiz", "Susan Ortiz"),
            ("Maria Ana Lopez", "Maria Eva Lopez"),
        ] {
            assert_eq!(answer(a, b), Sameness::CannotTell, "{a} / {b}: {:?}", same_person(a, b, 0.95));
        }
        assert_eq!(same_person("Kao Vang", "Pao Vang", 1.0).answer, Sameness::Different);
        assert_eq!(same_person("Kao Vang", "Pao Vang", 0.6).answer, Sameness::CannotTell);
        assert_eq!(answer("", "Susan Ortiz"), Sameness::CannotTell);
    }

    #[test]
    fn a_wave_read_as_an_f_is_the_same_name() {
        assert_eq!(same_person("Yolanda Peña", "Yolanda Pefia", 0.9).answer, Sameness::Same);
        assert_ne!(same_person("Yolanda Peña", "Yolanda Pineda", 0.9).answer, Sameness::Same);
    }
}
