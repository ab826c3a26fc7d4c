//! What a person saw on the page: corrections of values, marks and page kinds, applied before the rules are.
//!
//! [`Corrections::read`] takes the CSV that the report saves; [`Corrections::settle_pages`] and [`Corrections::settle`] put them in the
//! place of what was read, so that everything after (roster, copies, rules, queue) works on them as on any reading. A corrected value
//! keeps what stood there before and who says so. Neighbours: [`crate::assemble`] before, [`crate::rules`] beside it, [`crate::queue`] after.

mod request;
mod sheet;
mod value;

use serde::{Deserialize, Serialize};

pub use sheet::{CorrectionError, HEADER};

/// The column of a line that only says that a person looked at the whole request.
pub const REVIEWED: &str = "reviewed";

/// One line of corrections.csv.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub request_id: String,
    /// A column of the queue, `GROUP.OPTION` for a check mark, `page.N` for the kind of a page, [`REVIEWED`], or empty for a remark alone.
    pub column: String,
    /// As the queue has it; empty when nothing is written there.
    pub value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// Who says so, when that was told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What had been read, as the queue has it; known once the correction is applied.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// Line of the CSV, for messages.
    #[serde(skip)]
    pub line: usize,
}

/// All corrections of a run, in the order of request and column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    all: Vec<Correction>,
}

impl Corrections {
    /// Corrections that were kept with a run.
    pub fn kept(mut all: Vec<Correction>) -> Corrections {
        all.sort_by(|a, b| (&a.request_id, &a.column).cmp(&(&b.request_id, &b.column)));
        Corrections { all }
    }

    /// Later corrections in the place of earlier ones of the same request and column.
    pub fn followed_by(self, later: Corrections) -> Corrections {
        let mut all = later.all;
        let again = |earlier: &Correction, all: &[Correction]| {
            all.iter().any(|later| later.request_id == earlier.request_id && later.column == earlier.column)
        };
        let earlier: Vec<Correction> = self.all.into_iter().filter(|earlier| !again(earlier, &all)).collect();
        all.extend(earlier);
        Corrections::kept(all)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Correction> {
        self.all.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn of<'a>(&'a self, request_id: &'a str) -> impl Iterator<Item = &'a Correction> {
        self.all.iter().filter(move |correction| correction.request_id == request_id)
    }
}
