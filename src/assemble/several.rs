//! Whether one field names one member or several.
//!
//! The procedure wants a form and a letter for each member. A field that names two shows it by what stands between them.

use chrono::NaiveDate;

use super::names::fold;
use crate::answer::{Answer, Reading};
use crate::reading::{FieldReading, Value};

/// Words that join two names, in the languages of the offices. `y` also joins the two surnames of one person.
const JOINING: [&str; 4] = ["and", "thiab", "y", "e"];
const SURNAMES_TOO: [&str; 2] = ["y", "e"];

/// The people that a text names, when it names more than one for certain or perhaps.
pub(super) fn people_in(text: &str) -> (Answer, Vec<String>) {
    let parts = split(text);
    let Some((left, joint, right)) = parts else { return (Answer::NotMet, Vec::new()) };
    let (before, after) = (count(&left), count(&right));
    if before == 0 || after == 0 {
        return (Answer::NotMet, Vec::new());
    }
    // `Robert and Elena Ramirez`: the first of them bears the surname that stands once.
    let family = right.split_whitespace().last().unwrap_or_default().to_owned();
    let first = if before == 1 && after > 1 { format!("{left} {family}") } else { left.clone() };
    let people = vec![first, right.clone()];
    let surnames = SURNAMES_TOO.contains(&joint.as_str()) || joint == "/";
    let answer = if surnames && before > 1 && after == 1 { Answer::CannotTell } else { Answer::Met };
    (answer, people)
}

fn count(text: &str) -> usize {
    fold(text).split(' ').filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count()
}

fn split(text: &str) -> Option<(String, String, String)> {
    for joint in ["&", "+", ";", "\n", "/"] {
        if let Some((left, right)) = text.split_once(joint)
            && count(left) > 0
            && count(right) > 0
            && right.trim_start().starts_with(char::is_alphabetic)
        {
            return Some((left.trim().to_owned(), joint.to_owned(), right.trim().to_owned()));
        }
    }
    if let Some((left, right)) = two_of_a_family(text) {
        return Some((left, ",".to_owned(), right));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| JOINING.contains(&fold(word).as_str()))?;
    let (left, right) = (words.get(..at)?.join(" "), words.get(at + 1..)?.join(" "));
    let joint = fold(words.get(at)?);
    // A lone `e` or `y` is more often a misread stroke than a word, and dots that were read as letters have many.
    let capital = |word: Option<&&str>| word.is_some_and(|word| word.starts_with(char::is_uppercase));
    let small = !capital(at.checked_sub(1).and_then(|before| words.get(before))) || !capital(words.get(at + 1));
    let few = count(&left) + count(&right) < 3;
    if joint == "e" && (few || small) || joint == "y" && few {
        return None;
    }
    Some((left, joint, right))
}

/// `Minh Singh, Pao Singh`: with a comma between them both must be whole names, and only the surname that both end with tells them from
/// `Garcia Lopez, Maria Elena`, who is one person.
fn two_of_a_family(text: &str) -> Option<(String, String)> {
    let (left, right) = text.split_once(',')?;
    let (before, after) = (fold(left), fold(right));
    let (before, after): (Vec<&str>, Vec<&str>) = (before.split(' ').collect(), after.split(' ').collect());
    let family = before.last().filter(|word| word.len() > 1 && after.last() == Some(word))?;
    let given = |words: &[&str]| words.iter().any(|word| word.len() > 1 && word != family);
    (given(&before) && given(&after)).then(|| (left.trim().to_owned(), right.trim().to_owned()))
}

/// More words than a name has: the place of the name holds something else, and what joins its words joins no names.
const MOST_WORDS: usize = 9;

/// How sure a reader has to be for its joints to count: specks are read as marks.
const HEARD: f32 = 0.2;

/// Figures from which a text is no name alone.
const FIGURES: usize = 4;

/// Whether a form names several members, by its fields of name, id and birth date.
pub(super) fn on_form<'f>(field: impl Fn(&str) -> Option<&'f FieldReading>) -> Answer {
    let by_name = field("member_name").map_or(Answer::NotMet, several_names);
    let by_id = field("member_id").map_or(Answer::NotMet, several_ids);
    let by_birth = field("member_dob").map_or(Answer::NotMet, several_dates);
    by_name.or(by_id).or(by_birth)
}

fn several_names(field: &FieldReading) -> Answer {
    match &field.reading {
        Reading::Blank => Answer::NotMet,
        Reading::Read(value) => {
            let value = value.to_column();
            if count(&value).max(count(&field.raw)) > MOST_WORDS {
                return Answer::CannotTell;
            }
            let answers: Vec<Answer> = field
                .answers
                .iter()
                .filter(|answer| answer.confidence.get() >= HEARD)
                .map(|answer| people_in(&answer.text).0)
                .collect();
            // What was read says more than what it was taken for: a joint that every reader saw is one.
            let raw =
                if answers.iter().all(|told| *told == Answer::Met) { people_in(&field.raw).0 } else { Answer::NotMet };
            let told = people_in(&value).0.or(raw);
            // A neighbour's number stands in the name's place as well: what joins the words may be its label's (`BIC / CIN number`).
            let figures = field.raw.chars().chain(value.chars()).filter(char::is_ascii_digit).count();
            let told = if told == Answer::Met && figures >= FIGURES { Answer::CannotTell } else { told };
            // One reader alone saw the joint: a stroke or a word, nobody knows.
            let seen = answers.contains(&Answer::Met);
            if told == Answer::NotMet && seen { Answer::CannotTell } else { told }
        }
        Reading::Unreadable => {
            if people_in(&field.raw).0 == Answer::NotMet {
                Answer::NotMet
            } else {
                Answer::CannotTell
            }
        }
    }
}

/// Two ids of one shape stand in one field.
fn several_ids(field: &FieldReading) -> Answer {
    if field.reading.is_blank() {
        return Answer::NotMet;
    }
    let cut = |c: char| !(c.is_alphanumeric() || c == '-');
    let ids: Vec<String> = field
        .raw
        .split(cut)
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase())
        .filter(|word| word.chars().filter(char::is_ascii_digit).count() >= 7)
        .collect();
    match ids.as_slice() {
        [first, second, ..] if first == second => Answer::NotMet,
        [first, second, ..] if first.len() == second.len() && strsim::levenshtein(first, second) > 2 => Answer::Met,
        [_, _, ..] => Answer::CannotTell,
        _ => Answer::NotMet,
    }
}

fn several_dates(field: &FieldReading) -> Answer {
    if let Reading::Read(Value::Dates(dates)) = &field.reading {
        let days: std::collections::BTreeSet<NaiveDate> = dates.iter().filter_map(|d| d.date).collect();
        return if days.len() > 1 { Answer::Met } else { Answer::NotMet };
    }
    let joined =
        field.raw.split(['&', ';', '\n']).filter(|part| part.chars().filter(char::is_ascii_digit).count() >= 5).count();
    if joined > 1 { Answer::CannotTell } else { Answer::NotMet }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Confidence;
    use crate::reading::{Reader, ReaderAnswer};

    #[test]
    fn two_names_in_one_field() {
        for (text, first) in [
            ("Robert and Elena Ramirez", "Robert Ramirez"),
            ("Ana Lopez & Luis Lopez", "Ana Lopez"),
            ("Robert / Elena Ramirez", "Robert Ramirez"),
            ("ANA Y LUIS LOPEZ", "ANA LOPEZ"),
            ("Mai thiab Kao Xiong", "Mai Xiong"),
            ("Minh Singh, Pao Singh", "Minh Singh"),
            ("MINH SINGH, PAO LEE SINGH", "MINH SINGH"),
        ] {
            let (answer, people) = people_in(text);
            assert_eq!((answer, people[0].as_str()), (Answer::Met, first), "{text}");
        }
    }

    #[test]
    fn a_speck_that_one_reader_took_for_a_joint_joins_nobody() {
        let answer = |reader, text: &str, confidence| ReaderAnswer {
            reader,
            text: text.into(),
            confidence: Confidence::new(confidence),
        };
        let read = |answers: Vec<ReaderAnswer>| {
            let raw = answers[0].text.clone();
            let name = Reading::Read(Value::Text("Irene Lawson".into()));
            let field =
                FieldReading { raw, answers, ..FieldReading::new("member_name", name, Confidence::new(0.5), 1) };
            on_form(|id| (id == "member_name").then_some(&field))
        };
        let second = || answer(Reader::SecondReader, "Irene Lawson", 0.92);
        assert_eq!(read(vec![answer(Reader::Tesseract, "Irene ; Lawson", 0.01), second()]), Answer::NotMet);
        assert_eq!(read(vec![answer(Reader::Tesseract, "Irene ; Lawson", 0.9), second()]), Answer::CannotTell);
        assert_eq!(read(vec![answer(Reader::Tesseract, "Irene ; Ana Lawson", 0.9)]), Answer::Met);
    }

    #[test]
    fn one_name_is_one_name() {
        for text in [
            "Robert Ramirez",
            "Thu Y Dominguez",
            "Andrea Sand",
            "Lopez, Ana",
            "Anderson Randy",
            "/ Robert Ramirez",
            "",
            "Garcia Lopez, Maria",
            "Garcia Lopez, Maria Elena",
            "Lopez, Lopez",
        ] {
            assert_eq!(people_in(text).0, Answer::NotMet, "{text}");
        }
    }

    #[test]
    fn the_surnames_of_one_person_may_be_joined() {
        assert_eq!(people_in("Jose Ortega y Gasset").0, Answer::CannotTell);
        assert_eq!(people_in("Maria Lopez/Garcia").0, Answer::CannotTell);
    }
}
