//! When a reassignment can begin at the earliest: a help for people who explain, never a promise and never computed from a fax.

use chrono::{Datelike, NaiveDate};

/// The first day of the month after `approved` (procedure step 7: "typically"; the plan may set a later day).
pub fn earliest_if_approved_on(approved: NaiveDate) -> NaiveDate {
    let (year, month) = if approved.month() == 12 {
        (approved.year().saturating_add(1), 1)
    } else {
        (approved.year(), approved.month() + 1)
    };
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_following_month() {
        let day = |s: &str| s.parse::<NaiveDate>().unwrap();
        for (approved, earliest) in
            [("2026-01-31", "2026-02-01"), ("2026-02-01", "2026-03-01"), ("2026-12-15", "2027-01-01")]
        {
            assert_eq!(earliest_if_approved_on(day(approved)), day(earliest));
        }
        assert_eq!(earliest_if_approved_on(NaiveDate::MAX), NaiveDate::MAX);
    }
}
