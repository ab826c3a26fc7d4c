//! `one-checked`: a box of a group is ticked; or, where offices do that, the choice is written out in words.

use super::{Judge, Name, NameSort, Outcome, name, names};
use crate::answer::{Answer, Mark};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::{field_passage, page_passage};
use crate::rules::mention::{mentions, names_any};

/// A box of the group is ticked.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneChecked {
    pub choice: String,
    /// Fields in which the words of one of the pack's reasons serve as well.
    #[serde(default)]
    pub or_reason_named_in: Vec<String>,
    /// Fields in which a choice may be written out in any words ("Other: …"): a person reads what is written there.
    #[serde(default)]
    pub or_written_in: Vec<String>,
    /// Words that serve as well where the page shows no box at all.
    #[serde(default)]
    pub or_printed: Option<String>,
}

impl Judge for OneChecked {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let options: Vec<_> = request.choices.iter().filter(|c| c.choice == self.choice).flat_map(|c| &c.options).collect();
        let ticked = |mark: Mark| options.iter().any(|o| o.mark == mark);
        let sure = options.iter().any(|o| o.mark == Mark::Checked && o.confidence.get() >= facts.pack.marks.threshold);
        // A box that was hardly found is not known to be empty.
        let doubtful = options.iter().any(|o| o.confidence.get() < facts.pack.marks.threshold);
        let boxes = match () {
            () if sure => Answer::Met,
            () if options.is_empty() || ticked(Mark::Unsure) || ticked(Mark::Checked) || doubtful => Answer::CannotTell,
            () => Answer::NotMet,
        };
        let words = if boxes == Answer::Met { Answer::NotMet } else { self.in_words(request, facts, options.is_empty()) };
        Outcome::new(boxes.or(words)).on(&self.choice)
    }

    fn describe(&self, _: &Pack) -> String {
        let words = if self.or_reason_named_in.is_empty() { "" } else { ", or a reason is written out in words" };
        let printed = if self.or_printed.is_none() { "" } else { ", or, where there is no box, the sentence is printed above the signature" };
        format!("a box of `{}` is ticked{words}{printed}", self.choice)
    }

    fn names(&self) -> Vec<Name> {
        let mut all = vec![name(NameSort::Choice, "choice", &self.choice)];
        all.extend(names(NameSort::Field, "or_reason_named_in", &self.or_reason_named_in));
        all.extend(names(NameSort::Field, "or_written_in", &self.or_written_in));
        all.extend(self.or_printed.iter().map(|wording| name(NameSort::Wording, "or_printed", wording)));
        all
    }
}

impl OneChecked {
    /// Silence of a text that could not be read well proves nothing.
    fn in_words(&self, request: &Request, facts: &Context<'_>, no_boxes: bool) -> Answer {
        let written = |field: &String| request.field(field).is_some_and(|f| !f.reading.is_blank());
        let mut answer = if self.or_written_in.iter().any(written) { Answer::CannotTell } else { Answer::NotMet };
        for passage in self.or_reason_named_in.iter().filter_map(|field| field_passage(request, field, facts)) {
            if facts.pack.reasons.iter().any(|reason| names_any(&passage.text, &reason.narrative)) {
                return Answer::Met;
            }
            // An office that ticks nothing and writes a story in a poor hand has still ticked nothing: only a text of which
            // hardly a word could be read may hide a reason.
            if passage.illegible {
                answer = Answer::CannotTell;
            }
        }
        let printed = self.or_printed.as_ref().filter(|_| no_boxes).and_then(|id| facts.pack.wording(id));
        let pages = || request.pages.iter().filter_map(|&number| facts.page(number));
        if printed.is_some_and(|wording| pages().any(|page| !mentions(&page_passage(page, facts).text, wording).is_empty())) {
            return Answer::Met;
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    fn reasons() -> OneChecked {
        OneChecked { choice: "reasons".into(), or_reason_named_in: vec!["narrative".into()], or_written_in: vec!["other_reason".into()], or_printed: None }
    }

    #[test]
    fn a_ticked_box_decides_and_an_unsure_one_does_not() {
        assert_eq!(answer(&reasons(), &Example::complete()), Answer::Met);
        assert_eq!(answer(&reasons(), &Example::complete().reasons(&[])), Answer::NotMet);
        assert_eq!(answer(&reasons(), &Example::complete().reasons(&[]).unsure_reason("member-fraud")), Answer::CannotTell);
        assert_eq!(answer(&reasons(), &Example::complete().without_choices()), Answer::CannotTell);
    }

    #[test]
    fn a_box_that_was_hardly_found_is_not_known_to_be_empty() {
        let mut example = Example::complete().reasons(&[]);
        example.request.choices[0].options[0].confidence = crate::answer::Confidence::new(0.4);
        assert_eq!(answer(&reasons(), &example), Answer::CannotTell);
    }

    #[test]
    fn what_is_written_beside_other_is_for_a_person() {
        let unticked = Example::complete().reasons(&[]);
        assert_eq!(answer(&reasons(), &unticked.clone().text("other_reason", "moved away")), Answer::CannotTell);
        assert_eq!(answer(&reasons(), &unticked.blank("other_reason")), Answer::NotMet);
    }

    #[test]
    fn a_reason_named_in_words_serves_but_events_are_no_reason() {
        let named = Example::complete().reasons(&[]).text("narrative", "Our reason is member fraud: see the police report.");
        assert_eq!(answer(&reasons(), &named), Answer::Met);
        let events = Example::complete().reasons(&[]).text("narrative", "The member shouted and threw a clipboard.");
        assert_eq!(answer(&reasons(), &events), Answer::NotMet);
        let unreadable = Example::complete().reasons(&[]).unreadable("narrative");
        assert_eq!(answer(&reasons(), &unreadable), Answer::CannotTell);
    }
}
