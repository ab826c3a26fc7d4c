//! Whether a page is about the member of a form, from names, ids and birth dates that may be misread.

use chrono::NaiveDate;

use super::names;
use super::several;
use super::sheet::decides;
use crate::answer::{Answer, Reading};
use crate::reading::{FieldReading, PersonMention, Value};

/// From this confidence on, a difference is a difference and not a misreading.
pub(super) const SURE: f32 = 0.75;
/// Below this confidence a name proves nothing by differing.
const HARDLY_READ: f32 = 0.4;

/// What a form says of its member: for each of name, id and birth date the reading and every other reading of the same ink.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    pub names: Vec<Candidate<String>>,
    pub ids: Vec<Candidate<String>>,
    pub births: Vec<Candidate<NaiveDate>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate<T> {
    pub value: T,
    pub confidence: f32,
    /// The reading that stands; others may confirm and never contradict.
    pub stands: bool,
}

/// Evidence of a member's name in the sentences of a letter, in hundredths.
const NAMED_IN_TEXT: i32 = 500;

/// An uncertain name of so many words is more likely a sentence that stood near the name's place.
const RAMBLING: usize = 5;

/// The outcome of comparing a page with a member.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Match {
    pub answer: Answer,
    /// Evidence in hundredths, for choosing between members; negative speaks against.
    pub weight: i32,
    pub reasons: Vec<String>,
}

impl Identity {
    pub fn of_fields<'f>(field: impl Fn(&str) -> Option<&'f FieldReading>) -> Identity {
        let mut identity = Identity::default();
        if let Some(name) = field("member_name") {
            let (named, numbers): (Vec<_>, Vec<_>) = texts(name).into_iter().partition(|c| is_name(&c.value));
            identity.names = named;
            // Neighbouring fields are taken for each other: a number in the name's place may be the member's.
            let numbers = numbers.into_iter().map(|c| Candidate { value: plain_id(&c.value), stands: false, ..c });
            identity.ids.extend(numbers.filter(|c| may_be_id(&c.value)));
        }
        if let Some(id) = field("member_id") {
            let ids = texts(id).into_iter().map(|c| Candidate { value: plain_id(&c.value), ..c });
            identity.ids.extend(ids.filter(|c| may_be_id(&c.value)));
        }
        if let Some(birth) = field("member_dob") {
            let stands = birth.reading.value().into_iter().map(|value| (value, true));
            for (value, stands) in stands.chain(birth.alternatives.iter().map(|value| (value, false))) {
                if let Value::Date(value) = value {
                    identity.births.push(Candidate { value: *value, confidence: birth.confidence.get(), stands });
                }
            }
        }
        identity
    }

    pub fn of_mentions(mentions: &[&PersonMention]) -> Identity {
        let mut identity = Identity::default();
        for mention in mentions {
            let confidence = mention.confidence;
            if let Some(name) = &mention.name {
                identity.names.push(Candidate { value: names::member_of(name), confidence, stands: true });
            }
            if let Some(id) = &mention.member_id {
                identity.ids.push(Candidate { value: plain_id(id), confidence, stands: true });
            }
            if let Some(value) = mention.birth_date {
                identity.births.push(Candidate { value, confidence, stands: true });
            }
        }
        identity
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.ids.is_empty() && self.births.is_empty()
    }

    /// Compares everything a page says of its member. A `RE:` line outweighs the addressee, who may be the parent.
    pub fn compare(&self, mentions: &[&PersonMention]) -> Match {
        if mentions.is_empty() {
            return Match { answer: Answer::CannotTell, weight: 0, reasons: vec!["no-name".into()] };
        }
        let compared: Vec<(bool, Match)> =
            mentions.iter().map(|mention| (decides(mention), self.compare_one(mention))).collect();
        let any = |deciding: Option<bool>, answer: Answer| {
            compared
                .iter()
                .find(|(decides, m)| m.answer == answer && deciding.is_none_or(|d| d == *decides))
                .map(|(_, m)| m)
        };
        let weight = compared.iter().map(|(_, m)| m.weight).max().unwrap_or(0);
        let with = |m: &Match, answer| Match { answer, weight, reasons: m.reasons.clone() };
        // Two names, one of them the member's. Two others are the parents, and a `RE:` line may name the child.
        let joint = |m: &&Match| m.answer != Answer::NotMet && m.reasons.iter().any(|r| r == "joint-letter");
        if let Some(joint) = compared.iter().map(|(_, m)| m).find(joint) {
            return with(joint, joint.answer);
        }
        if let Some(met) = any(Some(true), Answer::Met) {
            return with(met, Answer::Met);
        }
        if let Some(met) = any(Some(false), Answer::Met) {
            let Some(other) = any(Some(true), Answer::NotMet) else { return with(met, Answer::Met) };
            let mut both = with(met, Answer::CannotTell);
            both.reasons.extend(other.reasons.iter().cloned());
            return both;
        }
        // One line of the page names the member and another somebody else's number: a slip of the office or another person.
        let named =
            |m: &&Match| m.answer != Answer::NotMet && m.reasons.iter().any(|r| r == "name" || r == "name-swapped");
        if let Some(named) = compared.iter().map(|(_, m)| m).find(named)
            && any(None, Answer::NotMet).is_some()
        {
            return with(named, Answer::CannotTell);
        }
        let first = any(None, Answer::NotMet).or_else(|| any(None, Answer::CannotTell));
        first.map_or(Match { answer: Answer::CannotTell, weight, reasons: Vec::new() }, |m| with(m, m.answer))
    }

    /// What the sentences of a letter add to whom it greets: a letter to a parent names the child somewhere.
    ///
    /// `said` are its words, folded; `to_guardian` says that it speaks of a child of whom it greets.
    pub fn compare_text(&self, said: &[&str], to_guardian: bool, found: Match) -> Match {
        let told = |what: &[&str]| found.reasons.iter().any(|reason| what.contains(&reason.as_str()));
        if found.answer == Answer::Met || told(&["joint-letter"]) || !self.is_named_in(said) {
            return found;
        }
        let contradicted = told(&["other-id", "other-birth-date"]);
        let answer = match found.answer {
            Answer::NotMet if !to_guardian => Answer::CannotTell,
            _ if contradicted => Answer::CannotTell,
            _ => Answer::Met,
        };
        let mut reasons = found.reasons;
        reasons.push("named-in-text".into());
        Match { answer, weight: found.weight + NAMED_IN_TEXT, reasons }
    }

    /// Whether given and family name stand together among words, in either order.
    fn is_named_in(&self, said: &[&str]) -> bool {
        self.names.iter().filter(|name| name.stands).any(|name| {
            let words = names::words(&name.value);
            let (Some(given), Some(family)) = (words.first(), words.last()) else { return false };
            let near =
                |start: usize, word: &String| said.iter().skip(start + 1).take(words.len()).any(|other| other == word);
            words.len() >= 2
                && said.iter().enumerate().any(|(at, word)| {
                    (word == given && near(at, family))
                        || (word == family && said.get(at + 1).is_some_and(|next| next == given))
                })
        })
    }

    fn compare_one(&self, mention: &PersonMention) -> Match {
        if let Some(name) = &mention.name {
            let (several, people) = several::people_in(name);
            if several == Answer::Met {
                let best = people
                    .iter()
                    .map(|person| self.compare_one(&PersonMention { name: Some(person.clone()), ..mention.clone() }))
                    .max_by_key(|m| (m.answer == Answer::Met, m.weight));
                if let Some(m) = best {
                    // The procedure wants one letter a member: a joint one is for a person to judge.
                    let answer = if m.answer == Answer::NotMet { Answer::NotMet } else { Answer::CannotTell };
                    return Match { answer, weight: m.weight, reasons: vec!["joint-letter".into()] };
                }
            }
        }
        let name = mention.name.as_ref().and_then(|name| self.compare_name(name, mention.confidence));
        let id = mention.member_id.as_ref().and_then(|id| self.compare_id(&plain_id(id), mention.confidence));
        let birth = mention.birth_date.and_then(|birth| self.compare_birth(birth, mention.confidence));
        combine(name, id, birth)
    }

    fn compare_name(&self, name: &str, confidence: f32) -> Option<names::NameMatch> {
        let mut best: Option<names::NameMatch> = None;
        for candidate in &self.names {
            let trust = candidate.confidence.min(confidence);
            let mut found = names::same_person(&candidate.value, name, trust);
            let rambles = trust < SURE && candidate.value.split_whitespace().count() >= RAMBLING;
            // Half of a doubtful name agrees: the other half is misread as likely as it is another's.
            let halves = trust < SURE && found.given_agrees;
            if found.answer == Answer::NotMet && (trust < HARDLY_READ || !candidate.stands || rambles || halves) {
                found.answer = Answer::CannotTell;
                found.reason = "name-unclear";
                found.given_agrees = false;
            }
            let rank = |m: &names::NameMatch| (m.answer == Answer::Met, m.answer == Answer::NotMet);
            let better = best
                .as_ref()
                .is_none_or(|b| rank(&found) > rank(b) || (rank(&found) == rank(b) && found.score > b.score));
            if better {
                best = Some(found);
            }
        }
        best
    }

    fn compare_id(&self, id: &str, confidence: f32) -> Option<(Answer, i32)> {
        if self.ids.iter().any(|candidate| candidate.value == id) {
            return Some((Answer::Met, 800));
        }
        let standing = self.ids.iter().find(|candidate| candidate.stands)?;
        let distance = strsim::levenshtein(&standing.value, id);
        Some(match distance {
            // A twin's id may be the next number: near is neither.
            1 | 2 => (Answer::CannotTell, 100),
            _ if standing.confidence.min(confidence) >= SURE => (Answer::NotMet, -400),
            _ => (Answer::CannotTell, -100),
        })
    }

    fn compare_birth(&self, birth: NaiveDate, confidence: f32) -> Option<(Answer, i32)> {
        if self.births.iter().any(|candidate| candidate.value == birth) {
            return Some((Answer::Met, 300));
        }
        let standing = self.births.iter().find(|candidate| candidate.stands)?;
        let sure = standing.confidence.min(confidence) >= SURE;
        Some(if sure { (Answer::NotMet, -200) } else { (Answer::CannotTell, 0) })
    }
}

fn combine(name: Option<names::NameMatch>, id: Option<(Answer, i32)>, birth: Option<(Answer, i32)>) -> Match {
    let mut reasons: Vec<String> = Vec::new();
    let mut weight = 0;
    if let Some(name) = &name {
        reasons.push(name.reason.into());
        weight += match (name.answer, name.reason) {
            (Answer::Met, _) => 550 + (name.score * 100.0) as i32,
            (Answer::CannotTell, _) => (name.score * 200.0) as i32,
            (Answer::NotMet, "surname-only") => -250,
            (Answer::NotMet, _) => -400,
        };
    }
    let mut add = |what: Option<(Answer, i32)>, same: &str, other: &str| {
        let Some((answer, evidence)) = what else { return };
        weight += evidence;
        match answer {
            Answer::Met => reasons.push(same.into()),
            Answer::NotMet => reasons.push(other.into()),
            Answer::CannotTell => {}
        }
    };
    add(id, "id", "other-id");
    add(birth, "birth-date", "other-birth-date");
    let (id, birth) = (id.map(|i| i.0), birth.map(|b| b.0));
    let given_agrees = name.as_ref().is_some_and(|n| n.given_agrees);
    let answer = match (name.map(|n| n.answer), id, birth) {
        (Some(Answer::NotMet), Some(Answer::Met), _) => Answer::CannotTell,
        (_, Some(Answer::Met), _) => Answer::Met,
        (Some(Answer::NotMet), _, _) => Answer::NotMet,
        (Some(Answer::Met), Some(Answer::NotMet), Some(Answer::Met)) => Answer::Met,
        // Father and son: one name, another number and another birth date.
        (Some(Answer::Met), Some(Answer::NotMet), Some(Answer::NotMet)) => Answer::NotMet,
        (Some(Answer::Met), Some(Answer::NotMet), _) => Answer::CannotTell,
        (Some(Answer::Met), _, Some(Answer::NotMet)) => Answer::CannotTell,
        (Some(Answer::Met), _, _) => Answer::Met,
        (_, Some(Answer::NotMet), birth) if birth != Some(Answer::Met) => Answer::NotMet,
        (Some(Answer::CannotTell), _, Some(Answer::Met)) if given_agrees => Answer::Met,
        _ => Answer::CannotTell,
    };
    if reasons.is_empty() {
        reasons.push("nothing-to-compare".into());
    }
    Match { answer, weight, reasons }
}

/// Letters outnumber figures in a name; in an id or a date they do not.
fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > text.chars().filter(char::is_ascii_digit).count()
}

/// Whether a text without its spaces may be an id, whatever the shape: not a sentence that stood near the id's place.
fn may_be_id(plain: &str) -> bool {
    let figures = plain.chars().filter(char::is_ascii_digit).count();
    figures >= LEAST_FIGURES && plain.len() <= MOST_ID
}

/// Figures that an id has even where some were read as letters, and characters of the longest: a card number with its label.
const LEAST_FIGURES: usize = 4;
const MOST_ID: usize = 24;

/// The reading that stands, then everything else that some reader saw there.
fn texts(field: &FieldReading) -> Vec<Candidate<String>> {
    let confidence = field.confidence.get();
    let mut found: Vec<Candidate<String>> = Vec::new();
    let mut add = |value: String, confidence: f32, stands: bool| {
        if !value.trim().is_empty() && !found.iter().any(|c| c.value == value) {
            found.push(Candidate { value, confidence, stands });
        }
    };
    match &field.reading {
        Reading::Read(value) => add(value.to_column(), confidence, true),
        Reading::Blank => return found,
        Reading::Unreadable => {}
    }
    for other in &field.alternatives {
        add(other.to_column(), confidence, false);
    }
    for answer in &field.answers {
        add(answer.text.clone(), answer.confidence.get(), false);
    }
    add(field.raw.clone(), confidence, false);
    found
}

/// An id without spaces and hyphens, in capitals; a card number is cut to the id that it begins with.
pub(super) fn plain_id(id: &str) -> String {
    let plain: String = id.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let card = matches!(plain.len(), 10 | 14)
        && plain.is_ascii()
        && plain.as_bytes().get(8).is_some_and(u8::is_ascii_alphabetic);
    if card { plain.chars().take(9).collect() } else { plain }
}
