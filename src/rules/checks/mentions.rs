//! `mentions`: the office's text, or an attached page, says something. A text that was read badly may say it all the same.

use super::{Judge, Name, NameSort, Outcome, name, names};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::AttachmentKind;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::{Passage, attachment_passages, field_passage, may_hide};
use crate::rules::mention::mentions;

/// One of the texts holds a phrase of the wording.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mentions {
    pub wording: String,
    /// Fields whose text is searched.
    pub fields: Vec<String>,
    /// Attached pages that are searched too.
    #[serde(default)]
    pub attachments: Vec<AttachmentKind>,
}

impl Judge for Mentions {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let mut outcome = Outcome::new(Answer::NotMet);
        for field in &self.fields {
            outcome = outcome.on(field);
        }
        let Some(wording) = facts.pack.wording(&self.wording) else { return outcome };
        let quotes_of = |passages: &[Passage]| -> Vec<String> {
            passages.iter().flat_map(|p| mentions(&p.text, wording)).map(|m| m.quote).collect()
        };
        let mut passages: Vec<Passage> = self.fields.iter().filter_map(|field| field_passage(request, field, facts)).collect();
        passages.extend(attachment_passages(request, &self.attachments, facts));
        outcome.quotes = quotes_of(&passages);
        let unknown_field = self.fields.iter().any(|field| request.field(field).is_none());
        let hidden = may_hide(request, facts, |kind| self.attachments.iter().any(|a| *kind == crate::reading::PageKind::Attachment(*a)));
        outcome.answer = match () {
            () if !outcome.quotes.is_empty() => Answer::Met,
            () if unknown_field || passages.iter().any(|p| !p.trusted) || (!self.attachments.is_empty() && hidden) => Answer::CannotTell,
            () => Answer::NotMet,
        };
        outcome.with("what", &wording.title)
    }

    fn describe(&self, pack: &Pack) -> String {
        let title = pack.wording(&self.wording).map_or("", |wording| &wording.title);
        let places = self.fields.iter().map(|f| format!("`{f}`")).chain(self.attachments.iter().map(|a| a.name().to_owned()));
        format!("{} speaks of {title}", places.collect::<Vec<_>>().join(" or "))
    }

    fn values(&self) -> &'static [&'static str] {
        &["what"]
    }

    fn names(&self) -> Vec<Name> {
        let mut all = vec![name(NameSort::Wording, "wording", &self.wording)];
        all.extend(names(NameSort::Field, "fields", &self.fields));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    fn efforts() -> Mentions {
        Mentions { wording: "contact-efforts".into(), fields: vec!["narrative".into()], attachments: vec![AttachmentKind::AppointmentLog] }
    }

    #[test]
    fn words_in_the_narrative_or_reminders_in_the_log_show_the_efforts() {
        let silent = "Member did not keep three scheduled visits this year. This takes time away from other patients.";
        let example = Example::complete().text("narrative", silent);
        assert_eq!(answer(&efforts(), &example.clone()), Answer::NotMet);
        assert_eq!(answer(&efforts(), &example.clone().text("narrative", "Office called and mailed reminders before each visit.")), Answer::Met);
        assert_eq!(answer(&efforts(), &example.clone().text("narrative", "Le llamamos y dejamos mensaje.")), Answer::Met);
        let log = "04/30/2026 09:30 OFFICE VISIT NO SHOW reminder call 04/28/2026";
        let logged = example.attachment(AttachmentKind::AppointmentLog, log);
        assert_eq!(answer(&efforts(), &logged), Answer::Met);
        let without_logs = Mentions { attachments: vec![AttachmentKind::ChartNotes], ..efforts() };
        assert_eq!(answer(&without_logs, &logged), Answer::NotMet);
        assert_eq!(answer(&without_logs, &logged.text("narrative", "Le llamamos y dejamos mensaje.")), Answer::Met);
    }

    #[test]
    fn a_member_who_did_not_call_is_no_effort_of_the_office() {
        let example = Example::complete().text("narrative", "Member never called the office to cancel. He called once in May. No reminders were sent.");
        assert_eq!(answer(&efforts(), &example), Answer::NotMet);
    }

    #[test]
    fn a_poor_hand_proves_nothing_by_its_silence() {
        let example = Example::complete().text("narrative", "Mcmbr dd nt shw").confidence("narrative", 0.3);
        assert_eq!(answer(&efforts(), &example), Answer::CannotTell);
        assert_eq!(answer(&efforts(), &Example::complete().unreadable("narrative")), Answer::CannotTell);
    }
}
