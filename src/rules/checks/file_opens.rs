//! `file-opens`: the file did not fail in one way. Each way has a rule of its own, with its own advice to the office.

use super::{Judge, Outcome};
use crate::assemble::{Request, RequestKind};
use crate::rules::Pack;
use crate::rules::context::Context;

/// The file did not fail with this code of the decoder.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileOpens {
    /// `file-empty`, `file-encrypted`, `file-unsupported`, `file-corrupt`, `file-too-large` or `file-timed-out`.
    pub fails_with: String,
}

/// The codes of [`crate::decode::Rejection`].
const CODES: &[&str] = &["file-corrupt", "file-empty", "file-encrypted", "file-timed-out", "file-too-large", "file-unsupported"];

impl Judge for FileOpens {
    fn evaluate(&self, request: &Request, _: &Context<'_>) -> Outcome {
        match &request.kind {
            RequestKind::Unreadable(rejection) => Outcome::new(rejection.code() != self.fails_with).with("detail", rejection),
            _ => Outcome::new(true),
        }
    }

    fn describe(&self, _: &Pack) -> String {
        format!("the file opens (it does not fail with {})", self.fails_with)
    }

    fn values(&self) -> &'static [&'static str] {
        &["detail"]
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        match CODES.contains(&self.fails_with.as_str()) {
            true => Vec::new(),
            false => vec![("fails_with", format!("no file fails with `{}`; known: {}", self.fails_with, CODES.join(", ")))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Rejection;

    #[test]
    fn every_way_of_failing_can_be_named() {
        let corrupt = [Rejection::Corrupt(String::new()), Rejection::TooLarge(String::new())];
        let ways = [Rejection::Empty, Rejection::Encrypted, Rejection::Unsupported, Rejection::TimedOut];
        for way in corrupt.iter().chain(&ways) {
            assert!(FileOpens { fails_with: way.code().to_owned() }.mistakes().is_empty(), "{}", way.code());
        }
        assert_eq!(FileOpens { fails_with: "file-eaten".into() }.mistakes().len(), 1);
    }
}
