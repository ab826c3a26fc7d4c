//! Dates and ids, however they are written: what was meant is read, or nothing is, and never something else with certainty.

use chrono::{Datelike, NaiveDate};
use faxtriage::extract::values::{DateContext, parse_date, read_member_id, read_npi};
use faxtriage::rules::Pack;
use proptest::prelude::*;
use std::sync::LazyLock;

static PACK: LazyLock<Pack> = LazyLock::new(|| Pack::builtin().unwrap());

fn context(day_first: bool) -> DateContext<'static> {
    let reference = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    DateContext { reference, day_first, words: &PACK.phrases.dates }
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (-40_000i32..320)
        .prop_map(|days| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Duration::days(i64::from(days)))
}

/// The check digit that makes nine digits an NPI (Luhn over the prefix 80840, as the NPI standard has it).
fn npi(nine: &str) -> String {
    let digits: Vec<u32> = format!("80840{nine}").chars().rev().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

proptest! {
    #[test]
    fn a_date_with_a_whole_year_is_read_as_it_was_written(day in any_day(), how in 0usize..7) {
        let format = ["%m/%d/%Y", "%-m-%-d-%Y", "%B %-d, %Y", "%b %-d %Y", "%Y-%m-%d", "%-d %B %Y", "%m.%d.%Y"][how];
        let written = day.format(format).to_string();
        let read = parse_date(&written, &context(false));
        prop_assert_eq!(read.best, Some(day), "{}", written);
    }

    #[test]
    fn a_day_first_date_is_never_certain_of_another_day(day in any_day(), day_first: bool) {
        let written = day.format("%d/%m/%Y").to_string();
        let read = parse_date(&written, &context(day_first));
        if read.certain && !day_first {
            // Written the other way round it can only be meant when the month has such a day.
            prop_assert!(read.best == Some(day) || day.day() <= 12, "{}", written);
        }
        let all = read.best.iter().chain(&read.others).collect::<Vec<_>>();
        prop_assert!(all.is_empty() || all.contains(&&day) || day.day() <= 12, "{}", written);
    }

    #[test]
    fn nonsense_is_no_certain_date(text in "[0-9/ .,-]{0,14}") {
        let read = parse_date(&text, &context(false));
        if let Some(best) = read.best.filter(|_| read.certain) {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            prop_assert!(digits.contains(&best.day().to_string()), "{} from {}", best, text);
        }
    }

    #[test]
    fn an_npi_is_read_and_one_wrong_digit_is_noticed(nine in "[12][0-9]{8}", at in 0usize..10, other in 1u8..10) {
        let right = npi(&nine);
        prop_assert_eq!(read_npi(&right).value, Some(right.clone()));
        let mut wrong: Vec<u8> = right.bytes().collect();
        wrong[at] = b'0' + (wrong[at] - b'0' + other) % 10;
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assert!(!faxtriage::extract::values::ids::npi_is_valid(&wrong), "{} for {}", wrong, right);
    }

    #[test]
    fn an_id_is_never_certain_of_digits_that_are_not_there(text in "[0-9A-Z -]{0,14}") {
        let read = read_member_id(&text);
        if let (true, Some(value)) = (read.certain && !read.repaired, &read.value) {
            let written: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
            prop_assert_eq!(value, &written, "{}", text);
        }
    }
}
