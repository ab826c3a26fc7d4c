//! Values that a form asks for in pieces, each in a place of its own: last name and first name.

use crate::answer::{Confidence, Reading};
use crate::geometry::Rect;
use crate::reading::{DateEntry, FieldReading, Hand, ReaderAnswer, Value};
use crate::rules::{FieldKind, FormDefinition};

/// Joins the parts of a field to it, in the order in which the form defines them. What is left has no parts.
///
/// Where one part alone was found, a label of the whole beside it names the other: "Apellidos" and "Nombre".
pub(super) fn joined(form: &FormDefinition, readings: Vec<FieldReading>) -> Vec<FieldReading> {
    let readings = lists_joined(readings);
    let whole_of = |id: &str| form.fields.iter().find(|field| field.id == id)?.part_of.as_deref();
    let (parts, mut whole): (Vec<FieldReading>, Vec<FieldReading>) =
        readings.into_iter().partition(|reading| whole_of(&reading.field).is_some());
    let order = |id: &str| form.fields.iter().position(|field| field.id == id);
    for field in &form.fields {
        let mut own: Vec<&FieldReading> =
            parts.iter().filter(|part| whole_of(&part.field) == Some(field.id.as_str())).collect();
        if own.is_empty() {
            continue;
        }
        own.sort_by_key(|part| order(&part.field));
        let known = whole.iter().position(|reading| reading.field == field.id);
        if field.kind == FieldKind::Block {
            if let Some(at) = known {
                own.iter().for_each(|part| goes_on(&mut whole[at], part));
            }
            continue;
        }
        let beside = known.map(|at| whole[at].clone()).filter(|other| own.len() == 1 && in_row(other, own[0]));
        let pieces: Vec<&FieldReading> = beside.iter().chain(own).collect();
        let value = match pieces.as_slice() {
            // Nobody knows what the other half says.
            [part] => FieldReading {
                field: field.id.clone(),
                reading: Reading::Unreadable,
                confidence: Confidence::NONE,
                ..(*part).clone()
            },
            pieces => of_pieces(&field.id, pieces),
        };
        match known {
            Some(at) => whole[at] = value,
            None => whole.push(value),
        }
    }
    whole.sort_by_key(|reading| order(&reading.field));
    whole
}

/// Joins the entries of a list that have a place each. What cannot be read is an entry without a date.
fn lists_joined(readings: Vec<FieldReading>) -> Vec<FieldReading> {
    let mut joined: Vec<FieldReading> = Vec::with_capacity(readings.len());
    for group in readings.chunk_by(|a, b| a.field == b.field) {
        let written: Vec<&FieldReading> = group.iter().filter(|entry| !entry.reading.is_blank()).collect();
        joined.push(match (group, written.as_slice()) {
            ([only], _) => only.clone(),
            (_, []) => group[0].clone(),
            (_, written) => {
                let entries = written.iter().flat_map(|entry| match &entry.reading {
                    Reading::Read(Value::Dates(dates)) => dates.clone(),
                    _ => vec![DateEntry { raw: entry.raw.clone(), date: None, excused: false }],
                });
                let is_read = |entry: &&FieldReading| entry.reading.value().is_some();
                let reading = match written.iter().any(is_read) {
                    true => Reading::Read(Value::Dates(entries.collect())),
                    false => Reading::Unreadable,
                };
                FieldReading { reading, ..of_pieces(&group[0].field, written) }
            }
        });
    }
    joined
}

/// A description of which a form asks a part apart ("What has your office done about it?") is one text. What cannot be read of it may say
/// anything.
fn goes_on(whole: &mut FieldReading, part: &FieldReading) {
    match (&mut whole.reading, &part.reading) {
        (Reading::Read(Value::Text(text)), Reading::Read(Value::Text(more))) => {
            text.push(' ');
            text.push_str(more);
            whole.raw = format!("{} {}", whole.raw, part.raw);
            whole.confidence = whole.confidence.min(part.confidence);
        }
        (Reading::Read(_), Reading::Unreadable) => whole.confidence = Confidence::NONE,
        _ => {}
    }
}

/// Whether two places stand beside each other.
fn in_row(a: &FieldReading, b: &FieldReading) -> bool {
    a.zone.shares_row(&b.zone) && a.zone.overlap_x(&b.zone) <= 0
}

fn of_pieces(id: &str, pieces: &[&FieldReading]) -> FieldReading {
    let words = |of: fn(&FieldReading) -> Option<String>| {
        pieces.iter().filter_map(|piece| of(piece)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let all_blank = pieces.iter().all(|piece| piece.reading.is_blank());
    let reading = match pieces.iter().all(|piece| piece.reading.value().is_some()) {
        true => Reading::Read(Value::Text(words(|piece| piece.reading.value().map(Value::to_column)))),
        false if all_blank => Reading::Blank,
        false => Reading::Unreadable,
    };
    let least = pieces.iter().map(|piece| piece.confidence).min_by(|a, b| a.get().total_cmp(&b.get()));
    let confidence = match reading {
        Reading::Unreadable => Confidence::NONE,
        _ => least.unwrap_or(Confidence::NONE),
    };
    let hands = |hand: Hand| pieces.iter().any(|piece| piece.hand == hand);
    let hand = [Hand::Hand, Hand::Unknown].into_iter().find(|&hand| hands(hand)).unwrap_or(Hand::Typed);
    let zone = Rect::bounding(pieces.iter().map(|piece| &piece.zone)).unwrap_or_default();
    let first = pieces.first().map_or(1, |piece| piece.page);
    FieldReading {
        raw: words(|piece| Some(piece.raw.clone())),
        answers: answers(pieces),
        hand,
        zone,
        ink: Rect::bounding(pieces.iter().filter_map(|piece| piece.ink.as_ref())),
        ..FieldReading::new(id, reading, confidence, first)
    }
}

/// What each reader says that read all pieces.
fn answers(pieces: &[&FieldReading]) -> Vec<ReaderAnswer> {
    let Some((first, rest)) = pieces.split_first() else { return Vec::new() };
    let of_all = |answer: &ReaderAnswer| {
        let same = |piece: &&FieldReading| piece.answers.iter().find(|other| other.reader == answer.reader).cloned();
        let others = rest.iter().map(same).collect::<Option<Vec<ReaderAnswer>>>()?;
        let mut joined = answer.clone();
        for other in others {
            joined.text = format!("{} {}", joined.text, other.text);
            joined.confidence = Confidence::new(joined.confidence.get().min(other.confidence.get()));
        }
        Some(joined)
    };
    first.answers.iter().filter_map(of_all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Pack;

    fn part(id: &str, reading: Reading<Value>, left: i32) -> FieldReading {
        let zone = Rect::new(left, 100, left + 200, 140);
        FieldReading { zone, ..FieldReading::new(id, reading, Confidence::new(0.9), 1) }
    }

    fn text(value: &str) -> Reading<Value> {
        Reading::Read(Value::Text(value.into()))
    }

    /// The member's name out of its parts.
    fn name_of(readings: Vec<FieldReading>) -> Reading<Value> {
        let pack = Pack::builtin().expect("the built-in pack");
        let form = pack.forms.iter().find(|form| form.id == "request-for-member-reassignment").expect("the form");
        let joined = joined(form, readings);
        assert_eq!(joined.len(), 1, "{joined:?}");
        joined[0].reading.clone()
    }

    #[test]
    fn a_name_in_two_places_is_one_name_given_name_first() {
        let (last, first) = ("member_last_name", "member_first_name");
        let both = |family, given| name_of(vec![part(last, family, 100), part(first, given, 400)]);
        assert_eq!(both(text("Sandoval"), text("Marisol")), text("Marisol Sandoval"));
        assert_eq!(both(Reading::Blank, Reading::Blank), Reading::Blank);
        assert_eq!(both(text("Sandoval"), Reading::Blank), Reading::Unreadable);
        assert_eq!(both(text("Sandoval"), Reading::Unreadable), Reading::Unreadable);
    }

    #[test]
    fn efforts_that_a_form_asks_for_apart_belong_to_the_narrative() {
        let narrative = || part("narrative", text("No show three times."), 100);
        let with = |efforts| name_of(vec![narrative(), part("efforts", efforts, 100)]);
        assert_eq!(with(text("We called each time.")), text("No show three times. We called each time."));
        assert_eq!(with(Reading::Blank), text("No show three times."));
        let pack = Pack::builtin().expect("the built-in pack");
        let form = pack.forms.iter().find(|form| form.id == "request-for-member-reassignment").expect("the form");
        let unread = joined(form, vec![narrative(), part("efforts", Reading::Unreadable, 100)]);
        assert_eq!(unread[0].confidence, Confidence::NONE, "what cannot be read may tell of efforts");
    }

    #[test]
    fn the_label_of_the_whole_beside_one_part_names_the_other() {
        let last = part("member_last_name", text("Khang"), 100);
        assert_eq!(name_of(vec![last.clone(), part("member_name", text("Ramón"), 400)]), text("Ramón Khang"));
        assert_eq!(name_of(vec![last]), Reading::Unreadable);
    }

    #[test]
    fn the_entries_of_a_list_are_one_list_and_an_unread_one_has_no_date() {
        let day = |day: u32| chrono::NaiveDate::from_ymd_opt(2026, 3, day);
        let entry = |date| DateEntry { raw: String::new(), date, excused: false };
        let read = |date| part("missed_appointments", Reading::Read(Value::Dates(vec![entry(date)])), 100);
        let list = |readings| match name_of(readings) {
            Reading::Read(Value::Dates(dates)) => dates.iter().map(|entry| entry.date).collect(),
            _ => Vec::new(),
        };
        let blank = || part("missed_appointments", Reading::Blank, 100);
        assert_eq!(list(vec![read(day(2)), blank(), read(day(30))]), [day(2), day(30)]);
        let unread = part("missed_appointments", Reading::Unreadable, 100);
        assert_eq!(list(vec![read(day(2)), unread.clone()]), [day(2), None]);
        assert_eq!(name_of(vec![unread.clone(), unread]), Reading::Unreadable);
        assert_eq!(name_of(vec![blank(), blank()]), Reading::Blank);
    }
}
