//! `page-present`: an attachment of a kind is among the pages.

use super::{Judge, Outcome};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::reading::{AttachmentKind, PageKind};
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::evidence::may_hide;

/// The attachment is among the pages, and is not another member's.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PagePresent {
    pub attachment: AttachmentKind,
}

impl Judge for PagePresent {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let kind = PageKind::Attachment(self.attachment);
        // Copies of agreements and logs seldom name the member so that OCR can read it: a page that may be the member's is.
        let present = request.attachments.iter().any(|a| a.kind == self.attachment && a.same_member != Answer::NotMet);
        let answer = match present {
            true => Answer::Met,
            false if may_hide(request, facts, |k| *k == kind) => Answer::CannotTell,
            false => Answer::NotMet,
        };
        Outcome::new(answer).on("attachments").with("attachment", self.attachment.name())
    }

    fn describe(&self, _: &Pack) -> String {
        format!("a page of kind {} is among the pages", self.attachment.name())
    }

    fn values(&self) -> &'static [&'static str] {
        &["attachment"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    #[test]
    fn a_page_that_could_not_be_read_may_be_the_agreement() {
        let check = PagePresent { attachment: AttachmentKind::MedicationAgreement };
        assert_eq!(answer(&check, &Example::complete()), Answer::NotMet);
        let with = Example::complete().attachment(AttachmentKind::MedicationAgreement, "Medication Management Agreement");
        assert_eq!(answer(&check, &with), Answer::Met);
        assert_eq!(answer(&check, &Example::complete().lost_page()), Answer::CannotTell);
    }
}
