//! `never-matches`: a value does not have a format, as a Social Security number in the place of a member id. The value is never quoted.

use super::matches::fits;
use super::{Judge, Name, NameSort, Outcome, name};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

/// The field's value does not have the format.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NeverMatches {
    pub field: String,
    pub format: String,
}

impl Judge for NeverMatches {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let title = facts.pack.format(&self.format).map_or("", |format| &format.title);
        Outcome::new(fits(request, facts, &self.field, &self.format).negate()).on(&self.field).with("format", title)
    }

    fn describe(&self, pack: &Pack) -> String {
        format!("`{}` is not {}", self.field, pack.format(&self.format).map_or("", |format| &format.title))
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
    use crate::answer::Answer;
    use crate::rules::example::{Example, answer};

    #[test]
    fn nine_digits_are_no_member_id_but_somebodys_number() {
        let check = NeverMatches { field: "member_id".into(), format: "ssn".into() };
        for (id, expected) in [("123-45-6789", Answer::NotMet), ("123 45 6789", Answer::NotMet), ("91234567A", Answer::Met), ("95333420", Answer::Met)] {
            assert_eq!(answer(&check, &Example::complete().text("member_id", id)), expected, "{id}");
        }
    }
}
