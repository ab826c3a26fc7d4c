//! What differs between plans and fax servers in assembly.

use std::collections::BTreeSet;

use crate::rules::phrases::{CountPattern, PhraseBook};
use crate::rules::{FormPurpose, Pack, ReceivedSource, WrittenBefore};

/// Settings of [`super::assemble_with`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssemblySettings {
    /// Form definitions whose purpose is the portal.
    pub portal_forms: BTreeSet<String>,
    /// Where the time of receipt is taken from, first that is known.
    pub received: Vec<ReceivedSource>,
    /// Fields that are dated shortly before the receipt.
    pub written: Vec<WrittenBefore>,
    /// How cover sheets count their pages.
    pub cover_counts: Vec<CountPattern>,
}

impl Default for AssemblySettings {
    fn default() -> Self {
        Self {
            portal_forms: BTreeSet::new(),
            received: vec![ReceivedSource::FileName, ReceivedSource::Header, ReceivedSource::FileTime],
            written: Vec::new(),
            cover_counts: PhraseBook::builtin().pages.cover_counts.clone(),
        }
    }
}

impl AssemblySettings {
    pub fn of(pack: &Pack) -> AssemblySettings {
        let portal = pack.forms.iter().filter(|form| form.purpose == FormPurpose::Portal);
        AssemblySettings {
            portal_forms: portal.map(|form| form.id.clone()).collect(),
            received: pack.received.order.clone(),
            written: pack.received.written.clone(),
            cover_counts: pack.phrases.pages.cover_counts.clone(),
        }
    }
}
