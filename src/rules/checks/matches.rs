//! `matches`: a value has a format of the pack (`formats.toml`), its check digit included.

use super::{Judge, Name, NameSort, Outcome, name};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::Standing;

/// The field's value has the format.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matches {
    pub field: String,
    pub format: String,
}

/// Whether the field's value has the format: a blank or doubtful field cannot tell.
pub(super) fn fits(request: &Request, facts: &Context<'_>, field: &str, format: &str) -> Answer {
    match (Standing::of(request, field, facts), facts.pack.format(format)) {
        (Standing::Sure(value), Some(format)) => format.fits(&value.to_column()).into(),
        _ => Answer::CannotTell,
    }
}

impl Judge for Matches {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let title = facts.pack.format(&self.format).map_or("", |format| &format.title);
        Outcome::new(fits(request, facts, &self.field, &self.format)).on(&self.field).with("format", title)
    }

    fn describe(&self, pack: &Pack) -> String {
        format!("`{}` is {}", self.field, pack.format(&self.format).map_or("", |format| &format.title))
    }

    fn values(&self) -> &'static [&'static str] {
        &["format"]
    }

    fn names(&self) -> Vec<Name> {
        vec![name(NameSort::Field, "field", &self.field), name(NameSort::Format, "format", &self.format)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_cin_ends_in_a_letter_that_cannot_be_a_digit() {
        let cin = Matches { field: "member_id".into(), format: "cin".into() };
        for (id, expected) in [
            ("91234567A", Answer::Met),
            ("91234567-a", Answer::Met),
            ("91234567A2", Answer::Met),
            ("91234567A2 9180", Answer::Met),
            ("91234567B", Answer::NotMet),
            ("91234567", Answer::NotMet),
            ("81234567A", Answer::NotMet),
            ("123-45-6789", Answer::NotMet),
        ] {
            assert_eq!(answer(&cin, &Example::complete().text("member_id", id)), expected, "{id}");
        }
    }

    #[test]
    fn an_npi_with_two_digits_swapped_fails_its_check_digit() {
        let npi = Matches { field: "provider_npi".into(), format: "npi".into() };
        assert_eq!(answer(&npi, &Example::complete().text("provider_npi", "1234567893")), Answer::Met);
        assert_eq!(answer(&npi, &Example::complete().text("provider_npi", "1234567839")), Answer::NotMet);
        assert_eq!(answer(&npi, &Example::complete().text("provider_npi", "3234567893")), Answer::NotMet);
        assert_eq!(answer(&npi, &Example::complete().doubtful("provider_npi")), Answer::CannotTell);
        assert_eq!(answer(&npi, &Example::complete().blank("provider_npi")), Answer::CannotTell);
    }
}
