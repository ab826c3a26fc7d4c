//! `delivered-as`: a notice counts as delivered when it came in a way that the agreement lists (section 9.e). Everything that this
//! program reads came by fax.

use super::{Judge, Outcome};
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;

/// The ways that count.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveredAs {
    pub ways: Vec<Delivery>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    InPerson,
    FirstClassMail,
    CertifiedMail,
    Fax,
}

impl Delivery {
    fn title(self) -> &'static str {
        match self {
            Delivery::InPerson => "in person",
            Delivery::FirstClassMail => "by first class mail",
            Delivery::CertifiedMail => "by certified mail",
            Delivery::Fax => "by fax",
        }
    }
}

impl Judge for DeliveredAs {
    fn evaluate(&self, _: &Request, _: &Context<'_>) -> Outcome {
        Outcome::new(self.ways.contains(&Delivery::Fax)).with("ways", super::listed(self.ways.iter().map(|way| way.title())))
    }

    fn describe(&self, _: &Pack) -> String {
        format!("the notice came {} (this program reads faxes only)", super::listed(self.ways.iter().map(|way| way.title())))
    }

    fn values(&self) -> &'static [&'static str] {
        &["ways"]
    }
}
