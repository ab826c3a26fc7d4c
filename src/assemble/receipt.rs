//! What the day of receipt says of a date that was read with doubt.
//!
//! A thin 1 is lost beside a slash, a 2 reads as a 7: of the days that the ink may say, those after the receipt are none, and those of
//! a year ago hardly. What is chosen here is offered to a person, never certain.

use chrono::{Datelike, Days, NaiveDate};

use super::{Request, offered};
use crate::reading::{Reader, Value};
use crate::rules::WrittenBefore;

/// Confidence from which a day that may be right stands as it was read. One that hardly can be right gives way to any other that was read:
/// general readers lose a thin 1 and are sure of it.
const STANDS: f32 = 0.6;

/// Takes the latest plausible day for each doubtful or implausible date of `written`'s fields.
pub(super) fn agree(request: &mut Request, written: &[WrittenBefore]) {
    let received =
        request.received_at.as_deref().and_then(|text| NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok());
    let Some(received) = received else { return };
    for WrittenBefore { field, within_days } in written {
        let plausible = |day: &NaiveDate| {
            *day <= received
                && received.checked_sub_days(Days::new(u64::from(*within_days))).is_some_and(|first| *day >= first)
        };
        let Some(field) = request.fields.iter_mut().find(|f| f.field == *field) else { continue };
        let day = |value: &Value| match value {
            Value::Date(day) => Some(*day),
            _ => None,
        };
        let read = field.reading.value().and_then(day);
        let confident = read.as_ref().is_some_and(plausible) && field.confidence.get() >= STANDS;
        if field.reading.is_blank() || confident {
            continue;
        }
        // Beside a slash or a ruling a thin 1 is lost before anybody reads it: then no reader has another day to offer. A text loses none.
        let is_text = field.answers.iter().any(|a| matches!(a.reader, Reader::TextLayer | Reader::FormValue));
        let lost = read.into_iter().filter(|day| !is_text && !plausible(day)).flat_map(with_a_lost_one);
        let may_be = read.into_iter().chain(field.alternatives.iter().filter_map(day)).chain(lost);
        if let Some(likely) = may_be.filter(plausible).max()
            && Some(likely) != read
        {
            let confidence = offered::doubted(field);
            offered::settle(field, Reader::Receipt, Value::Date(likely), likely.to_string(), confidence);
        }
    }
}

/// The days that were written if a 1 before the month, before the day or before both was lost.
fn with_a_lost_one(read: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let tens = |part: u32| if part < 10 { [Some(part), Some(part + 10)] } else { [Some(part), None] };
    let months = tens(read.month()).into_iter().flatten();
    let days = move |month| tens(read.day()).into_iter().flatten().map(move |day| (month, day));
    months
        .flat_map(days)
        .filter_map(move |(month, day)| NaiveDate::from_ymd_opt(read.year(), month, day))
        .filter(move |day| *day != read)
}

#[cfg(test)]
mod tests {
    use super::super::story::{day, field, form, told};
    use super::*;
    use crate::answer::{Confidence, Reading};
    use crate::reading::FieldReading;

    fn dated(read: &str, confidence: f32, others: &[&str]) -> FieldReading {
        let page = form("Kao Vang", "90000007H", "1975-01-02");
        let mut request = told(vec![page]).remove(0);
        request.received_at = Some("2026-11-20T08:15:00".into());
        let at = request.fields.iter().position(|f| f.field == "request_date").unwrap();
        request.fields[at] = FieldReading {
            confidence: Confidence::new(confidence),
            alternatives: others.iter().map(|other| Value::Date(day(other))).collect(),
            ..field("request_date", Some(Value::Date(day(read))))
        };
        agree(&mut request, &[WrittenBefore { field: "request_date".into(), within_days: 60 }]);
        request.fields.swap_remove(at)
    }

    #[test]
    fn a_doubtful_day_gives_way_to_the_latest_plausible_one() {
        let date = dated("2026-01-16", 0.33, &["2026-11-26", "2026-11-06", "2026-11-16"]);
        assert_eq!(date.reading, Reading::Read(Value::Date(day("2026-11-16"))));
        assert!(date.alternatives.contains(&Value::Date(day("2026-01-16"))));
        assert!(date.confidence.get() <= 0.33, "a person confirms it");
        assert_eq!(date.answers.last().map(|a| a.reader), Some(Reader::Receipt));
    }

    #[test]
    fn a_day_of_ten_months_ago_gives_way_however_sure_the_readers_are() {
        let date = dated("2026-01-12", 0.96, &["2026-11-12"]);
        assert_eq!(date.reading, Reading::Read(Value::Date(day("2026-11-12"))));
        assert_eq!(date.confidence.get(), offered::DOUBTED);
    }

    #[test]
    fn what_was_read_with_confidence_stands() {
        for (read, confidence, others) in [
            ("2026-11-06", 0.70, &["2026-11-16"][..]),
            ("2026-03-16", 0.95, &[]),
            ("2026-03-16", 0.33, &["2026-12-16", "2025-11-16"]),
        ] {
            let date = dated(read, confidence, others);
            assert_eq!(date.reading, Reading::Read(Value::Date(day(read))), "{read} {others:?}");
            assert_eq!(date.confidence.get(), confidence);
        }
    }

    #[test]
    fn a_day_of_a_year_ago_lacks_a_one() {
        let date = dated("2026-01-18", 0.98, &[]);
        assert_eq!(date.reading, Reading::Read(Value::Date(day("2026-11-18"))));
        assert_eq!(date.confidence.get(), offered::DOUBTED, "a person looks");
        let old = dated("2026-03-18", 0.98, &[]);
        assert_eq!((old.reading, old.confidence.get()), (Reading::Read(Value::Date(day("2026-03-18"))), 0.98));
    }
}
