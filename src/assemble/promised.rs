//! How many pages the sender meant to send: header totals, the cover sheet's count, the file's name.
//!
//! A header's total may leave the cover out, and so may the cover's own count, so only more pages than came in are a finding. One misread
//! digit is not: a header's total counts when the headers agree.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::sheet::{Class, Sheet};
use crate::rules::phrases::CountPattern;

/// Compiled patterns; one that is no regular expression is left out here, since the pack's check reports it.
pub(super) struct Counts(Vec<(Regex, bool)>);

impl Counts {
    pub fn new(patterns: &[CountPattern]) -> Counts {
        let compile = |p: &CountPattern| {
            RegexBuilder::new(&p.pattern)
                .case_insensitive(true)
                .size_limit(1 << 20)
                .build()
                .ok()
                .map(|regex| (regex, p.without_cover))
        };
        Counts(patterns.iter().filter_map(compile).collect())
    }

    fn of_cover(&self, sheet: &Sheet<'_>) -> Option<u32> {
        sheet.reading?.lines().iter().find_map(|line| {
            let text = line.text();
            let (found, without_cover) =
                self.0.iter().find_map(|(regex, without)| regex.captures(&text).map(|c| (c, *without)))?;
            let pages: u32 = found.name("pages")?.as_str().parse().ok().filter(|&pages| pages > 0)?;
            pages.checked_add(u32::from(without_cover))
        })
    }
}

/// (promised, received) when clearly more pages were promised than came.
pub(super) fn pages_missing(sheets: &[Sheet<'_>], in_name: Option<u32>, counts: &Counts) -> Option<(u32, u32)> {
    let received = u32::try_from(sheets.len()).ok()?;
    let cover = sheets.iter().filter(|sheet| sheet.class == Class::Cover).find_map(|sheet| counts.of_cover(sheet));
    let promised = [header_total(sheets, cover), cover, in_name].into_iter().flatten().max()?;
    (promised > received).then_some((promised, received))
}

/// The total that the headers agree on.
fn header_total(sheets: &[Sheet<'_>], cover: Option<u32>) -> Option<u32> {
    let mut votes: BTreeMap<u32, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for header in sheets.iter().filter_map(|sheet| sheet.reading?.header.as_ref()) {
        if let Some(total) = header.total.filter(|&total| header.page.is_none_or(|page| page <= total)) {
            *votes.entry(total).or_default() += 1;
        }
        numbers.extend(header.page);
    }
    let all: usize = votes.values().sum();
    let (&total, &most) = votes.iter().max_by_key(|(total, count)| (**count, std::cmp::Reverse(**total)))?;
    // One header of a long fax is one reader's word; of a short one it is half of what there is to read.
    let heard = most >= 2 || sheets.len() <= 2 || cover == Some(total);
    (most * 2 > all && heard).then_some(total)
}
