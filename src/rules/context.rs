//! What a check knows besides the request.

use chrono::{NaiveDate, NaiveDateTime};

use super::Pack;
use super::settings::RulesPickedBy;
use crate::reading::PageReading;

/// The circumstances under which rules are applied to a request.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// "Now", for every rule that speaks of it.
    pub as_of: NaiveDate,
    /// When the fax arrived, by the server's clock.
    pub received: Option<NaiveDateTime>,
    /// The pages of the transmission that could be read.
    pub pages: &'a [PageReading],
    pub pack: &'a Pack,
    /// Whether a roster was given.
    pub roster: bool,
}

impl<'a> Context<'a> {
    /// The day whose versions of the rules hold.
    pub fn rules_day(&self) -> NaiveDate {
        match (self.pack.dates.rules_picked_by, self.received) {
            (RulesPickedBy::Received, Some(received)) => received.date(),
            _ => self.as_of,
        }
    }

    /// The page with this number, when it could be read.
    pub fn page(&self, number: u32) -> Option<&'a PageReading> {
        self.pages.iter().find(|page| page.page == number)
    }
}
