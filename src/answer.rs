//! The three answers that run through the whole program.
//!
//! A blank is not unreadable, and cannot-tell is neither a pass nor a failure. They are types here, so that
//! the compiler asks for the third case wherever a decision is made.

use serde::{Deserialize, Serialize};

/// How sure a reading is, from 0 (a guess) to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "f32", into = "f32")]
pub struct Confidence(f32);

impl From<f32> for Confidence {
    fn from(value: f32) -> Self {
        Self::new(value)
    }
}

impl From<Confidence> for f32 {
    fn from(confidence: Confidence) -> Self {
        confidence.get()
    }
}

impl Confidence {
    pub const CERTAIN: Confidence = Confidence(1.0);
    pub const NONE: Confidence = Confidence(0.0);

    /// Clamped to 0..=1; not-a-number counts as 0.
    pub fn new(value: f32) -> Self {
        if value.is_nan() { Self::NONE } else { Self(value.clamp(0.0, 1.0)) }
    }

    pub fn get(self) -> f32 {
        self.0
    }

    /// 0 to 100, rounded down: 100 is only for the certain.
    pub fn percent(self) -> u8 {
        (self.0 * 100.0 + 1e-4) as u8
    }

    pub fn min(self, other: Confidence) -> Confidence {
        if other.0 < self.0 { other } else { self }
    }
}

/// What is written in a place: nothing, a value, or ink that gives no trustworthy value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "value")]
pub enum Reading<T> {
    /// Nothing is written there, and that was measured.
    Blank,
    /// A value was read.
    Read(T),
    /// There is ink, but no trustworthy value.
    Unreadable,
}

impl<T> Reading<T> {
    pub fn value(&self) -> Option<&T> {
        match self {
            Reading::Read(value) => Some(value),
            Reading::Blank | Reading::Unreadable => None,
        }
    }

    pub fn is_blank(&self) -> bool {
        matches!(self, Reading::Blank)
    }

    pub fn is_unreadable(&self) -> bool {
        matches!(self, Reading::Unreadable)
    }
}

/// The answer of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Met,
    NotMet,
    CannotTell,
}

impl Answer {
    /// Kleene conjunction: one failure decides, one doubt keeps a pass from being certain.
    pub fn and(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::NotMet, _) | (_, Answer::NotMet) => Answer::NotMet,
            (Answer::CannotTell, _) | (_, Answer::CannotTell) => Answer::CannotTell,
            (Answer::Met, Answer::Met) => Answer::Met,
        }
    }

    /// Kleene disjunction: one pass decides, one doubt keeps a failure from being certain.
    pub fn or(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::Met, _) | (_, Answer::Met) => Answer::Met,
            (Answer::CannotTell, _) | (_, Answer::CannotTell) => Answer::CannotTell,
            (Answer::NotMet, Answer::NotMet) => Answer::NotMet,
        }
    }

    /// The opposite answer; doubt stays doubt.
    pub fn negate(self) -> Answer {
        match self {
            Answer::Met => Answer::NotMet,
            Answer::NotMet => Answer::Met,
            Answer::CannotTell => Answer::CannotTell,
        }
    }
}

impl From<bool> for Answer {
    fn from(met: bool) -> Self {
        if met { Answer::Met } else { Answer::NotMet }
    }
}

/// The state of a check box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    Unchecked,
    Checked,
    /// Too much ink for an empty box, too little for a mark, or a mark that was struck out.
    Unsure,
}
