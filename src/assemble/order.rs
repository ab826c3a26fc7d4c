//! The order in which the sender's machine numbered the pages, which repairs a shuffle.
//!
//! The numbers come from header lines that may be misread, so they must agree among themselves before they count; when they do
//! not, the order in the file stands.

use super::sheet::Sheet;

/// Indices of `sheets` in the sender's order.
pub(super) fn sending_order(sheets: &[Sheet<'_>]) -> Vec<usize> {
    let physical: Vec<usize> = (0..sheets.len()).collect();
    let mut numbers: Vec<Option<u32>> = sheets.iter().map(page_number).collect();
    let known = numbers.iter().flatten().count();
    if known < 2 || known * 5 < sheets.len() * 4 {
        return physical;
    }
    let totals = sheets.iter().filter_map(|sheet| sheet.reading?.header.as_ref()?.total).max();
    let most = totals.unwrap_or(0).max(u32::try_from(sheets.len()).unwrap_or(u32::MAX));
    settle_misread(&mut numbers, most);
    let mut seen: Vec<u32> = numbers.iter().flatten().copied().collect();
    seen.sort_unstable();
    // Two faxes in one file, or misread numbers: nothing to go by.
    if seen.windows(2).any(|pair| pair.first() == pair.last()) {
        return physical;
    }
    // A page without a number stays behind the page that it follows in the file.
    let mut keyed: Vec<(u32, usize)> = Vec::with_capacity(sheets.len());
    let mut last = 0;
    for (index, number) in numbers.iter().enumerate() {
        last = number.unwrap_or(last);
        keyed.push((last, index));
    }
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, index)| index).collect()
}

fn page_number(sheet: &Sheet<'_>) -> Option<u32> {
    let header = sheet.reading?.header.as_ref()?;
    let page = header.page.filter(|&page| page > 0)?;
    if header.total.is_some_and(|total| page > total) { None } else { Some(page) }
}

/// One number that does not fit where its neighbours leave exactly its place free was misread, not moved.
fn settle_misread(numbers: &mut [Option<u32>], most: u32) {
    for at in 0..numbers.len() {
        let before = if at == 0 { Some(0) } else { numbers.get(at - 1).copied().flatten() };
        let after = numbers.get(at + 1).copied().flatten();
        let (Some(before), Some(here)) = (before, numbers.get(at).copied().flatten()) else { continue };
        let expected = before.saturating_add(1);
        let fits_after = if at + 1 < numbers.len() { after == expected.checked_add(1) } else { at > 1 };
        let free = expected <= most && !numbers.contains(&Some(expected));
        if here != expected
            && free
            && fits_after
            && at > 0
            && let Some(number) = numbers.get_mut(at)
        {
            *number = Some(expected);
        }
    }
}
