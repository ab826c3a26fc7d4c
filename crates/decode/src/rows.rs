//! Which rows of a page could be decoded, and what that says about the damage.

use super::Damage;
use crate::Bitmap;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Good,
    /// Its code was broken; the row before stands in for it.
    Bad,
}

/// Rows of a page, top to bottom, as the strips bring them; `None` is a row that no strip brought.
pub(super) struct RowLedger(Vec<Option<Row>>);

impl RowLedger {
    pub(super) fn new(height: u32) -> Self {
        Self(vec![None; height as usize])
    }

    pub(super) fn note(&mut self, top: u32, rows: &[Row]) {
        for (slot, row) in self.0.iter_mut().skip(top as usize).zip(rows) {
            *slot = Some(*row);
        }
    }

    pub(super) fn note_good(&mut self, top: u32, count: u32) {
        for slot in self.0.iter_mut().skip(top as usize).take(count as usize) {
            *slot = Some(Row::Good);
        }
    }

    /// Whether enough of the page came to be called a page. Noise decodes to a few rows by chance, and a fiftieth of a
    /// page (43 rows of a fine fax, a fifth of an inch) holds no line of text.
    pub(super) fn is_page(&self) -> bool {
        let good = self.0.iter().filter(|row| **row == Some(Row::Good)).count();
        good > 0 && good * 50 >= self.0.len()
    }

    /// Whether more rows are lost than there: then white is no blank page.
    pub(super) fn is_mostly_lost(&self) -> bool {
        let good = self.0.iter().filter(|row| **row == Some(Row::Good)).count();
        good * 2 < self.0.len()
    }

    /// Rows missing at the end are missing; rows missing before others came are bad.
    pub(super) fn damage(&self) -> Damage {
        let brought = self.0.iter().rposition(|row| row.is_some()).map_or(0, |last| last + 1);
        let mut damage = Damage { missing_rows: (self.0.len() - brought) as u32, ..Damage::default() };
        let mut run = 0;
        for row in &self.0[..brought] {
            run = if *row == Some(Row::Good) { 0 } else { run + 1 };
            damage.bad_rows += u32::from(run > 0);
            damage.longest_bad_run = damage.longest_bad_run.max(run);
        }
        damage
    }
}

/// Marks pixels `start..end` of a packed row as ink; both must lie on the row.
pub(super) fn ink_run(row: &mut [u64], start: u32, end: u32) {
    if start >= end {
        return;
    }
    let (first, last) = (start as usize / 64, (end as usize - 1) / 64);
    if last >= row.len() {
        return;
    }
    let head = u64::MAX << (start % 64);
    let tail = u64::MAX >> (63 - (end - 1) % 64);
    if first == last {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    row[first + 1..last].fill(u64::MAX);
    row[last] |= tail;
}

/// Swaps ink and paper in row `y`.
pub(super) fn invert_row(bitmap: &mut Bitmap, y: u32) {
    let spare = (64 - bitmap.width() % 64) % 64;
    let row = bitmap.row_mut(y);
    for word in row.iter_mut() {
        *word = !*word;
    }
    if let Some(last) = row.last_mut() {
        *last &= u64::MAX >> spare;
    }
}

/// Writes one row of packed samples, most significant bit first, a set bit being ink, from column `left` on.
pub(super) fn ink_packed(bitmap: &mut Bitmap, left: u32, y: u32, width: u32, packed: &[u8]) {
    if y >= bitmap.height() || left >= bitmap.width() {
        return;
    }
    let width = width.min(bitmap.width() - left);
    let row = bitmap.row_mut(y);
    for (index, &byte) in packed.iter().take(width.div_ceil(8) as usize).enumerate() {
        let at = index as u32 * 8;
        let keep = (width - at).min(8);
        let bits = u64::from(byte.reverse_bits()) & ((1 << keep) - 1);
        let x = (left + at) as usize;
        row[x / 64] |= bits << (x % 64);
        // A tile may start at a column that is not a multiple of eight.
        if x % 64 > 56
            && let Some(next) = row.get_mut(x / 64 + 1)
        {
            *next |= bits >> (64 - x % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_missing_at_the_end_are_not_bad_rows() {
        let mut rows = RowLedger::new(10);
        rows.note(0, &[Row::Good, Row::Bad, Row::Bad, Row::Good]);
        rows.note_good(6, 1);
        assert_eq!(rows.damage(), Damage { bad_rows: 4, longest_bad_run: 2, missing_rows: 3 });
    }

    #[test]
    fn runs_and_packed_rows_cross_words() {
        let mut page = Bitmap::new(130, 2);
        ink_run(page.row_mut(0), 60, 130);
        assert_eq!(page.count(&page.bounds()), 70);
        invert_row(&mut page, 0);
        assert_eq!(page.count(&page.bounds()), 60);
        ink_packed(&mut page, 60, 1, 12, &[0b1000_0011, 0b1111_1111]);
        assert!(page.get(60, 1) && !page.get(61, 1) && page.get(66, 1) && page.get(71, 1) && !page.get(72, 1));
        assert_eq!(page.count_row(1, 0, 130), 7);
    }
}
