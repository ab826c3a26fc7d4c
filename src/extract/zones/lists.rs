//! Lists under or beside their label: a table, lines or cells, with room for each entry.

use super::Surroundings;
use crate::extract::labels::Label;
use crate::geometry::Rect;
use crate::page::Ruling;

impl Surroundings<'_> {
    /// The room for the entries of a list, however the form draws it.
    pub(super) fn list_of(&self, label: &Label) -> Option<Rect> {
        self.table_below(label)
            .or_else(|| self.lines_beside(label))
            .or_else(|| self.cells_beside(label))
            .or_else(|| self.lines_below(label))
            .or_else(|| self.cells_below(label))
            .or_else(|| self.rows_below(label))
    }

    /// The table under a label, a row for each entry and column headings of its own, if rulings draw one there.
    pub fn table_below(&self, label: &Label) -> Option<Rect> {
        let l = &label.rect;
        let bounds = self.page.ink.bounds();
        let band = Rect::new(l.left - self.height, 0, bounds.right, 1);
        let space = Rect::new(l.left - self.height, l.bottom + 1, bounds.right, self.floor_below(label, &band));
        let lies_in = |r: &&Ruling| space.contains(r.rect.center_x(), r.rect.center_y());
        let rows: Vec<Rect> = self.page.rulings.horizontal.iter().filter(lies_in).map(|r| r.rect).collect();
        // A broken side counts by all its pieces.
        let mut pieces: Vec<(i32, i32)> = self
            .page
            .rulings
            .vertical
            .iter()
            .map(|r| (r.rect.center_x(), r.rect.overlap_y(&space)))
            .filter(|(_, overlap)| *overlap > 0)
            .collect();
        pieces.sort_unstable();
        let sides = pieces
            .chunk_by(|a, b| (b.0 - a.0) * 3 <= self.height)
            .filter(|side| side.iter().map(|(_, overlap)| overlap).sum::<i32>() > 2 * self.height)
            .count();
        (rows.len() >= 3 && sides >= 3).then(|| Rect::bounding(&rows)).flatten()
    }

    /// The first column of the table under a label: the entries of a list, beside what else is told of them.
    pub fn first_column(&self, label: &Label) -> Option<Rect> {
        let table = self.table_below(label)?;
        let inside = |x: &i32| *x > table.left + 3 * self.height && *x < table.right - self.height;
        let sides = self.page.rulings.vertical.iter().filter(|r| r.rect.overlap_y(&table) > self.height);
        let first = sides.map(|r| r.rect.left).filter(inside).min()?;
        Some(Rect { right: first, ..table })
    }

    /// Where the rows under a label end at the latest: at the next label that begins where this one does. The headings of a table's own
    /// columns stand further right.
    pub(super) fn floor_below(&self, label: &Label, band: &Rect) -> i32 {
        let l = &label.rect;
        let next = self
            .labels
            .iter()
            .filter(|o| o.rect.top > l.bottom + self.height / 4 && o.rect.overlap_x(band) > 0)
            .filter(|o| o.rect.left < l.left + 3 * self.height)
            .filter(|o| !self.heads_column(&o.rect, l.left))
            .map(|o| o.rect.top);
        next.min().unwrap_or(self.page.ink.height() as i32).min(l.bottom + 16 * self.height)
    }

    /// Whether a label heads a column of a table whose left side is at `left`: it stands in a cell that is not its row's first, as "Date"
    /// does, or in the first cell over a column of cells without labels.
    fn heads_column(&self, label: &Rect, left: i32) -> bool {
        self.cell_at(label.center_x(), label.center_y()).is_some_and(|cell| {
            cell.height() < 4 * self.height && (cell.left > left + self.height || self.is_over_cells(&cell))
        })
    }

    /// Whether a cell has another beside it, and under both stand cells without a label.
    fn is_over_cells(&self, cell: &Rect) -> bool {
        let beside = |x: i32, y: i32| self.cell_at(x, y).filter(|other| other.height() < 4 * self.height);
        let Some(next) = beside(cell.right + self.height, cell.center_y()) else { return false };
        let below = |over: &Rect| {
            beside(over.center_x(), over.bottom + self.height).filter(|under| {
                under.top >= over.bottom
                    && (under.left - over.left).abs() <= self.height
                    && !self.holds_other_label(under, &Rect::default())
            })
        };
        next.left >= cell.right && below(cell).is_some() && below(&next).is_some()
    }

    /// A row of short lines under a label, one for each entry of a list.
    fn lines_below(&self, label: &Label) -> Option<Rect> {
        let l = &label.rect;
        let h = self.height;
        let bounds = self.page.ink.bounds();
        let band = Rect::new(l.left - h, 0, bounds.right, 1);
        let floor = self.floor_below(label, &band).min(l.bottom + 5 * h);
        let mut lines: Vec<Rect> = self
            .page
            .rulings
            .horizontal
            .iter()
            .map(|r| r.rect)
            .filter(|r| r.center_y() > l.bottom + h / 2 && r.center_y() < floor && r.left > l.left - h)
            .collect();
        lines.sort_by_key(|r| r.left);
        let first = *lines.first()?;
        lines.retain(|r| (r.center_y() - first.center_y()).abs() <= h / 2);
        // Pieces of one broken line lie close together, entries have room for a number between them.
        let gaps = lines.windows(2).filter(|pair| pair[1].left - pair[0].right > h).count();
        let row = Rect::bounding(&lines)?;
        (gaps >= 2).then(|| Rect::new(l.left - h, (l.bottom + 1).max(row.top - 3 * h), row.right, row.bottom + h / 2))
    }

    /// A row of cells under a label, one for each entry of a list.
    fn cells_below(&self, label: &Label) -> Option<Rect> {
        let l = &label.rect;
        let edge = self.nearest_horizontal(l.left + self.height, l.bottom - 2, true)?;
        let first = self.cell_at(l.left + self.height, edge.rect.bottom + self.height / 2)?;
        self.list_from(first, l).filter(|_| edge.rect.top - l.bottom < 2 * self.height)
    }

    /// A row of boxes behind a label, one for each entry of a list.
    fn cells_beside(&self, label: &Label) -> Option<Rect> {
        let l = &label.rect;
        let side = self.nearest_vertical(l.right, l.center_y(), true)?;
        let first = self.cell_at(side.rect.right + self.height / 2, l.center_y())?;
        self.list_from(first, l).filter(|_| first.left >= l.right)
    }

    /// A low cell with those behind it, if there are any and none is another label's.
    fn list_from(&self, first: Rect, own: &Rect) -> Option<Rect> {
        let row = self.row_of_cells(first, own);
        (first.height() < 4 * self.height && row != first && !self.holds_other_label(&row, own)).then_some(row)
    }

    /// The left side of the box that follows a side with a small gap, or that side where the next cell shares it.
    fn next_side<'r>(&'r self, side: &'r Ruling) -> &'r Ruling {
        let next = self.nearest_vertical(side.rect.right + 1, side.rect.center_y(), true);
        next.filter(|next| next.rect.left - side.rect.right <= self.height).unwrap_or(side)
    }

    /// A cell with the cells of its row behind it, as far as the next label. Cells of a letter each are a comb.
    pub(super) fn row_of_cells(&self, first: Rect, own: &Rect) -> Rect {
        let mut row = first;
        while let Some(edge) = self.nearest_vertical(row.right - 1, row.center_y(), true)
            && let Some(next) = self.cell_at(self.next_side(edge).rect.right + self.height / 2, row.center_y())
            && next.left >= row.right
            && next.width() > 3 * self.height
            && (next.top - first.top).abs().max((next.bottom - first.bottom).abs()) <= self.height / 2
            && !self.holds_other_label(&next, own)
        {
            row.right = next.right;
        }
        row
    }

    /// Lines under each other below a label that has none beside it, an entry on each.
    fn rows_below(&self, label: &Label) -> Option<Rect> {
        let l = &label.rect;
        let h = self.height;
        let all = || self.page.rulings.horizontal.iter().map(|r| r.rect);
        let at_foot = |r: &Rect| {
            r.center_y() > l.top
                && r.center_y() <= l.bottom + h * 9 / 10
                && r.right > l.right + 2 * h
                && r.left < l.right + 12 * h
        };
        // A line that runs under the label itself parts a column's heading from its rows.
        let runs_under = |r: &Rect| r.left <= l.left + h / 2;
        if all().any(|r| at_foot(&r) && !runs_under(&r)) {
            return None;
        }
        let top = if all().any(|r| at_foot(&r)) { l.top - h / 2 } else { l.bottom + 1 };
        let band = Rect::new(l.left - h, 0, l.right.max(l.left + 10 * h), 1);
        let floor = self.floor_below(label, &band);
        let mut lines: Vec<Rect> = all()
            .filter(|r| r.center_y() > l.bottom + h * 9 / 10 && r.center_y() < floor)
            .filter(|r| r.left > l.left - h && r.left < l.left + 4 * h)
            .collect();
        lines.sort_by_key(Rect::center_y);
        let first = *lines.first()?;
        let mut last = first;
        let mut count = 1;
        for line in lines.into_iter().skip(1) {
            if line.center_y() - last.center_y() > h * 7 / 2 || (line.left - first.left).abs() > h {
                break;
            }
            count += i32::from(line.center_y() - last.center_y() > h);
            last = line;
        }
        let starts = first.center_y() - l.bottom <= h * 7 / 2;
        let right = first.right.max(last.right);
        let rows = Rect::new(first.left - h, top, right, last.bottom + h / 2);
        // The entries may stand in two columns.
        let level = |r: &Rect| r.center_y() > first.center_y() - h / 2 && r.center_y() < last.center_y() + h / 2;
        let widest = all().filter(level).map(|r| r.right).max().map_or(rows, |right| Rect { right, ..rows });
        let rows = if self.holds_other_label(&widest, l) { rows } else { widest };
        (starts && count >= 2).then_some(rows)
    }

    /// Short lines behind a label, and those that stand under them, an entry on each.
    fn lines_beside(&self, label: &Label) -> Option<Rect> {
        let (l, h) = (&label.rect, self.height);
        let all = || self.page.rulings.horizontal.iter().map(|r| r.rect);
        let first: Vec<Rect> = all()
            .filter(|r| r.center_y() > l.top && r.center_y() <= l.bottom + h * 9 / 10 && r.left > l.right - h / 2)
            .collect();
        let mut rows = Rect::bounding(&first)?;
        let mut entries = 1 + first.iter().filter(|r| first.iter().any(|o| r.left - o.right > h)).count();
        let mut below: Vec<Rect> = all().filter(|r| r.center_y() > rows.bottom + h).collect();
        below.sort_by_key(Rect::center_y);
        for line in below {
            let under = first.iter().any(|o| (o.left - line.left).abs() <= h && (o.right - line.right).abs() <= 3 * h);
            if !under || line.center_y() - rows.bottom > 7 * h / 2 {
                break;
            }
            rows = rows.union(&line);
            entries += 1;
        }
        let list = Rect::new(l.right + 2, l.top - h, rows.right, rows.bottom + h / 2);
        (entries >= 3 && !self.holds_other_label(&list, l)).then_some(list)
    }
}
