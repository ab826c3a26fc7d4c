//! Where the value of a label stands: a zone from rulings and neighbours, never from coordinates.
//!
//! A form puts its values in one of a few places: in the label's own cell, in the next cell, on a line beside, below or above
//! the label, in a box, or in free space. Every place that the rulings around a label allow is a candidate; which of them it is, the
//! form as a whole decides ([`super::placing`]).

mod lists;

use super::combs::{Combs, usual_gap};
use super::labels::{Label, Target};
use crate::geometry::Rect;
use crate::page::{PreparedPage, Ruling, Rulings};
use crate::rules::FieldKind;

/// Where a value stands relative to its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placement {
    /// In the label's own cell, below or beside it.
    InCell,
    /// In the cell to the right.
    NextCell,
    /// In the cell below (column headings).
    BelowCell,
    /// On a line to the right.
    RightLine,
    /// In a box to the right.
    RightBox,
    /// To the right, on nothing.
    RightFree,
    /// In the rows of a table below.
    BelowTable,
    /// On a line below.
    BelowLine,
    /// In a box below.
    BelowBox,
    /// Below, on nothing.
    BelowFree,
    /// On the line above: the label stands under its line.
    AboveLine,
    /// On a line to the left: a caption in brackets stands behind its line.
    LeftLine,
}

impl Placement {
    /// The side of the label that it lies on, in coarse terms.
    pub fn side(self) -> u8 {
        match self {
            Placement::InCell => 0,
            Placement::NextCell | Placement::RightLine | Placement::RightBox | Placement::RightFree => 1,
            Placement::BelowCell
            | Placement::BelowTable
            | Placement::BelowLine
            | Placement::BelowBox
            | Placement::BelowFree => 2,
            Placement::AboveLine => 3,
            Placement::LeftLine => 4,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Placement::InCell => "in-cell",
            Placement::NextCell => "next-cell",
            Placement::BelowCell => "below-cell",
            Placement::RightLine => "right-line",
            Placement::RightBox => "right-box",
            Placement::RightFree => "right-free",
            Placement::BelowTable => "below-table",
            Placement::BelowLine => "below-line",
            Placement::BelowBox => "below-box",
            Placement::BelowFree => "below-free",
            Placement::AboveLine => "above-line",
            Placement::LeftLine => "left-line",
        }
    }
}

/// Letters below which a label is a short word.
const SHORT_WORD: usize = 10;

/// Share of a line's columns that have ink: a drawn line has nearly all, a row of dots about half.
const DOTS: f32 = 0.75;

/// A place where a value may stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    pub placement: Placement,
    pub rect: Rect,
    /// How well the rulings speak for it, 0 to 1.
    pub structure: f32,
}

/// The surroundings that zones are derived from.
pub struct Surroundings<'a> {
    page: &'a PreparedPage,
    labels: &'a [Label],
    /// Typical letter height, in pixels.
    pub height: i32,
    /// Parts of the page that are not the office's.
    ignored: Vec<Rect>,
    combs: Combs,
    /// What bounds a cell: the rulings and the edges of dark bands.
    bounds: Rulings,
}

impl<'a> Surroundings<'a> {
    pub fn new(page: &'a PreparedPage, labels: &'a [Label], height: i32) -> Surroundings<'a> {
        let (mut bounds, edges) = (page.rulings.clone(), &page.edges);
        bounds.horizontal.extend_from_slice(&edges.horizontal);
        bounds.vertical.extend_from_slice(&edges.vertical);
        let combs = Combs::of(&page.rulings, height);
        let mut around = Surroundings { page, labels, height, ignored: Vec::new(), combs, bounds };
        around.ignored =
            labels.iter().filter(|l| l.target == Target::IgnoreBelow).map(|l| around.ignored_part(l)).collect();
        around
    }

    /// Whether a place lies below a "plan use only" heading.
    pub fn is_ignored(&self, rect: &Rect) -> bool {
        self.ignored.iter().any(|part| part.holds(rect))
    }

    /// The frame around the heading when there is one, else all that follows.
    fn ignored_part(&self, heading: &Label) -> Rect {
        let bounds = self.page.ink.bounds();
        let rest = Rect::new(bounds.left, heading.rect.top - self.height / 3, bounds.right, bounds.bottom);
        let fields = |l: &&Label| matches!(l.target, Target::Field(_));
        let all = self.labels.iter().filter(fields).count();
        let below = self.labels.iter().filter(fields).filter(|l| l.rect.top > heading.rect.bottom).count();
        match self.cell_at(heading.rect.center_x(), heading.rect.center_y()) {
            // A heading in a cell of its own stands over a frame; the frame's rows below are its part as well.
            Some(cell) if cell.height() > self.height * 5 => cell,
            // Without a frame the part ends with the page, unless most of the form stands below: then it is that row alone.
            _ if below * 3 > all => heading.rect.inflate(self.height, self.height / 2),
            _ => rest,
        }
    }

    fn nearest_vertical(&self, x: i32, y: i32, to_the_right: bool) -> Option<&Ruling> {
        let slack = self.height / 3;
        let spans = |r: &&Ruling| r.rect.top - slack <= y && y <= r.rect.bottom + slack;
        let rulings = self.bounds.vertical.iter().filter(spans);
        if to_the_right {
            rulings.filter(|r| r.rect.center_x() > x).min_by_key(|r| r.rect.center_x())
        } else {
            rulings.filter(|r| r.rect.center_x() < x).max_by_key(|r| r.rect.center_x())
        }
    }

    fn nearest_horizontal(&self, x: i32, y: i32, below: bool) -> Option<&Ruling> {
        self.nearest_horizontal_of(x, y, below, |_| true)
    }

    fn nearest_horizontal_of(&self, x: i32, y: i32, below: bool, counts: impl Fn(&Ruling) -> bool) -> Option<&Ruling> {
        let slack = self.height / 3;
        let spans = |r: &&Ruling| r.rect.left - slack <= x && x <= r.rect.right + slack && counts(r);
        let rulings = self.bounds.horizontal.iter().filter(spans);
        if below {
            rulings.filter(|r| r.rect.center_y() > y).min_by_key(|r| r.rect.center_y())
        } else {
            rulings.filter(|r| r.rect.center_y() < y).max_by_key(|r| r.rect.center_y())
        }
    }

    /// The inside of the cell of rulings around a point, if there are rulings on all four sides.
    pub fn cell_at(&self, x: i32, y: i32) -> Option<Rect> {
        let left = self.nearest_vertical(x, y, false)?;
        let right = self.nearest_vertical(x, y, true)?;
        // A level stroke of a pen inside the cell is no side of it.
        let is_side = |r: &Ruling| [left, right].iter().all(|v| self.crosses(v.rect.center_x(), r.rect.center_y()));
        let top = self.nearest_horizontal_of(x, y, false, is_side)?;
        let bottom = self.nearest_horizontal_of(x, y, true, is_side)?;
        let slack = self.height;
        // The sides must belong together: each vertical reaches the top and the bottom.
        let joined = |v: &Ruling| v.rect.top <= top.rect.bottom + slack && v.rect.bottom >= bottom.rect.top - slack;
        if !(joined(left) && joined(right)) {
            return None;
        }
        let cell = Rect::new(left.rect.right, top.rect.bottom, right.rect.left, bottom.rect.top);
        (cell.width() > self.height && cell.height() > self.height / 2).then_some(cell)
    }

    /// Whether a horizontal ruling, or a piece of a broken one, passes (or ends) at `x` at about the height `y`.
    fn crosses(&self, x: i32, y: i32) -> bool {
        self.bounds.horizontal.iter().any(|r| {
            (r.rect.center_y() - y).abs() * 2 <= self.height
                && r.rect.left - self.height <= x
                && x <= r.rect.right + self.height
        })
    }

    /// Whether any label other than `own` stands in `zone`.
    fn holds_other_label(&self, zone: &Rect, own: &Rect) -> bool {
        self.labels.iter().any(|l| l.rect != *own && zone.holds(&l.rect))
    }

    /// Same for a label whose like stands nowhere above `own`: the words of labels come again in what is written.
    fn holds_new_label(&self, zone: &Rect, own: &Rect) -> bool {
        let is_new = |l: &&Label| !self.labels.iter().any(|o| o.target == l.target && o.rect.bottom <= own.top);
        let new: Vec<&Label> =
            self.labels.iter().filter(|l| l.rect != *own && zone.holds(&l.rect)).filter(is_new).collect();
        // One short word alone ("clínica") is what is written there more likely than a field.
        !matches!(new.as_slice(), [] | [Label { letters: ..SHORT_WORD, target: Target::Field(_), .. }])
    }

    /// Left edge of the nearest label right of `x` whose row overlaps `band`, or the page's right edge.
    fn next_label_left(&self, x: i32, band: &Rect) -> i32 {
        self.labels
            .iter()
            .filter(|l| l.rect.left > x && l.rect.shares_row(band))
            .map(|l| l.rect.left)
            .min()
            .unwrap_or(self.page.ink.width() as i32)
    }

    /// Top of the nearest label below `y` that shares columns with `band`, or the page's bottom.
    fn next_label_top(&self, y: i32, band: &Rect) -> i32 {
        self.labels
            .iter()
            .filter(|l| l.rect.top > y && l.rect.overlap_x(band) > 0)
            .map(|l| l.rect.top)
            .min()
            .unwrap_or(self.page.ink.height() as i32)
    }

    /// Bottom of the nearest label above `y` that shares columns with `band`, or 0.
    fn last_label_bottom(&self, y: i32, band: &Rect) -> i32 {
        self.labels
            .iter()
            .filter(|l| l.rect.bottom <= y && l.rect.overlap_x(band) > 0)
            .map(|l| l.rect.bottom)
            .max()
            .unwrap_or(0)
    }

    /// The zone above a line, between `left` and `right`: as high as handwriting needs, as low as its descenders reach.
    fn above_ruling(&self, ruling: &Ruling, left: i32, right: i32, rise: i32) -> Rect {
        let y = ruling.rect.center_y();
        let x = (left + right) / 2;
        // The line above this one bounds the zone; half a letter below it are that line's own descenders.
        // A short level stroke over a signature's line is the pen's.
        let is_pens = |r: &Ruling| {
            let short = r.rect.width() < 8 * self.height || r.rect.width() * 3 < right - left;
            let within = r.rect.left > left + 2 * self.height && r.rect.right < right - 2 * self.height;
            rise > 3 * self.height && (within || short && r.rect.left > left && r.rect.right < right)
        };
        let ceiling = self
            .nearest_horizontal_of(x, y - self.height / 2, false, |r| !is_pens(r))
            .map_or(0, |r| r.rect.bottom + 1)
            .max(self.last_label_bottom(y - self.height, &Rect::new(left, 0, right, 1)));
        Rect::new(left, (y - rise).max(ceiling), right, y + self.height * 6 / 10)
    }

    /// Every place where the value of `label` may stand.
    pub fn candidates(&self, label: &Label, kind: FieldKind) -> Vec<Zone> {
        let mut zones = Vec::new();
        let cell =
            self.cell_at(label.rect.center_x(), label.rect.center_y()).and_then(|cell| self.own_part(cell, label));
        match cell {
            Some(cell) => self.in_table(label, cell, &mut zones),
            None => self.in_the_open(label, kind, &mut zones),
        }
        if kind == FieldKind::DateList
            && let Some(list) = self.list_of(label)
        {
            // Its rows and cells are parts of it.
            zones.retain(|z| !list.holds(&z.rect));
            zones.push(Zone { placement: Placement::BelowTable, rect: list, structure: 2.0 });
        }
        if kind == FieldKind::DateList {
            for zone in zones.iter_mut().filter(|z| z.placement == Placement::NextCell) {
                zone.rect = self.row_of_cells(zone.rect, &label.rect);
            }
        }
        zones
            .retain(|z| z.rect.width() > self.height && z.rect.height() > self.height / 2 && !self.is_ignored(&z.rect));
        zones
    }

    /// The part of a place above a label's line that lies between the sides of its own frame; the strokes of a comb part nothing.
    fn between_sides(&self, label: &Rect, left: i32, right: i32, y: i32) -> (i32, i32) {
        let crosses = |r: &&Ruling| r.rect.top <= y && r.rect.bottom >= y && (left..right).contains(&r.rect.center_x());
        let mut sides: Vec<i32> =
            self.page.rulings.vertical.iter().filter(crosses).map(|r| r.rect.center_x()).collect();
        sides.sort_unstable();
        let mut gaps: Vec<i32> = sides.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable();
        // Frames side by side are far wider than what parts them.
        let is_comb = sides.len() > 3 && gaps.last().is_some_and(|widest| *widest < 5 * self.height);
        if is_comb {
            return (left, right);
        }
        let at = label.left + self.height;
        let before = sides.iter().copied().filter(|x| *x < at).max().map_or(left, |x| x + 2);
        let behind = sides.iter().copied().filter(|x| *x > at).min().map_or(right, |x| x - 2);
        if behind - before >= 3 * self.height { (before, behind) } else { (left, right) }
    }

    /// The part of a cell that is the label's: a ruling that was lost to dropouts joins two cells into one, and the labels in it
    /// tell where they part. `None` when labels stand above each other: that is a frame, not a cell.
    fn own_part(&self, cell: Rect, label: &Label) -> Option<Rect> {
        let mut part = cell;
        for other in self.labels.iter().filter(|l| l.rect != label.rect && cell.holds(&l.rect)) {
            if other.rect.overlap_y(&label.rect) * 2 < other.rect.height().min(label.rect.height()) {
                return None;
            }
            if other.rect.left > label.rect.left {
                part.right = part.right.min(other.rect.left - self.height / 3);
            } else {
                part.left = part.left.max(other.rect.right);
            }
        }
        // A label begins its cell, or stands in its middle: what stands far to its left belongs to a neighbour.
        // Over the sentence that a signature's label ends the pen has room as well.
        // Print right before the label belongs to it: words of a caption that nobody listed.
        let start = self.start_of(&label.rect, part.left);
        if start - part.left > 4 * self.height && !self.is_centred(&label.rect, &part) {
            part.left = start - self.height / 2;
        }
        Some(part)
    }

    /// Whether a label stands in the middle of its cell with room on both sides, as the headings of columns do.
    fn is_centred(&self, label: &Rect, cell: &Rect) -> bool {
        let (before, behind) = (label.left - cell.left, cell.right - label.right);
        before > self.height && (before - behind).abs() <= self.height
    }

    /// A cell beside a label, as far as the next label; `None` when that label begins it.
    fn unlabelled_part(&self, cell: Rect, own: &Rect) -> Option<Rect> {
        let mut part = cell;
        for other in self.labels.iter().filter(|l| l.rect != *own && cell.holds(&l.rect)) {
            if self.is_centred(&other.rect, &cell) {
                return None;
            }
            part.right = part.right.min(other.rect.left - self.height / 3);
        }
        (part.width() > 4 * self.height || part == cell).then_some(part)
    }

    /// The cell right of another whose far side was lost: the lines over and under it go on.
    fn open_cell(&self, cell: &Rect) -> Option<Rect> {
        let slack = self.height / 2;
        let end_of = |y: i32| {
            let pieces = self.page.rulings.horizontal.iter().map(|r| r.rect);
            let beyond = pieces.filter(|r| (r.center_y() - y).abs() <= slack && r.right > cell.right + 3 * self.height);
            beyond.map(|r| r.right).max()
        };
        let side = self.nearest_vertical(cell.right - slack, cell.center_y(), true)?.rect;
        let right = end_of(cell.top)?.min(end_of(cell.bottom)?);
        let next = Rect { left: side.right, right, ..*cell };
        (side.left <= cell.right + slack && self.nearest_vertical(side.right + 1, cell.center_y(), true).is_none())
            .then_some(next)
    }

    fn in_table(&self, label: &Label, cell: Rect, zones: &mut Vec<Zone>) {
        let h = self.height;
        let y = cell.center_y();
        let next = self
            .nearest_vertical(label.rect.right, y, true)
            .and_then(|v| self.cell_at(v.rect.right + h / 2, y))
            .filter(|next| next.left >= cell.right - h)
            .or_else(|| self.open_cell(&cell))
            .and_then(|next| self.unlabelled_part(next, &label.rect));
        let below = self
            .nearest_horizontal(label.rect.center_x(), label.rect.center_y(), true)
            .and_then(|r| self.cell_at(label.rect.center_x(), r.rect.bottom + h / 2))
            .filter(|below| !self.holds_other_label(below, &label.rect));
        let room_below = cell.bottom - label.rect.bottom >= h * 9 / 10;
        // A low cell of the label's own width without a label: headings stand over their values.
        let is_twin = |other: &Rect| {
            (other.left - cell.left).abs().max((other.right - cell.right).abs()) <= h / 2 && other.height() < 4 * h
        };
        let heads = !room_below && below.as_ref().is_some_and(is_twin);
        // The room beside a heading is its margin.
        let is_heading = self.is_centred(&label.rect, &cell) && !room_below && below.is_some();
        let is_on_dark = self.page.bands.iter().any(|band| band.holds(&label.rect));
        let room_right = cell.right - label.rect.right >= h * 3 && !is_heading && !is_on_dark;
        if room_below || room_right {
            let structure = match (next.is_some(), room_below) {
                (false, _) if heads => 0.5,
                (false, _) => 1.0,
                // Room under the label speaks for a value there even beside an empty cell.
                (true, true) => 0.6,
                (true, false) => 0.3,
            };
            zones.push(Zone { placement: Placement::InCell, rect: cell, structure });
        }
        if let Some(next) = next {
            let structure = if room_below || is_heading { 0.7 } else { 1.0 };
            zones.push(Zone { placement: Placement::NextCell, rect: next, structure });
        }
        if let Some(below) = below {
            let structure = if !heads && (room_below || room_right) { 0.2 } else { 0.8 };
            zones.push(Zone { placement: Placement::BelowCell, rect: below, structure });
        }
    }

    fn in_the_open(&self, label: &Label, kind: FieldKind, zones: &mut Vec<Zone>) {
        let h = self.height;
        let l = &label.rect;
        let rise = if kind == FieldKind::Ink { h * 4 } else { h * 23 / 10 };
        let band = l.inflate(0, h / 3);
        let next_left = self.next_label_left(l.right, &band);
        let page_right = self.page.ink.width() as i32;
        // A frame around several fields bounds them all.
        let is_side = |r: &&Ruling| r.rect.height() > 3 * h || self.crosses(r.rect.center_x(), r.rect.top);
        let frame_right = self
            .nearest_vertical(l.right, l.center_y(), true)
            // The strokes that part the cells of a comb bound nothing.
            .filter(is_side)
            .map_or(page_right, |v| v.rect.left);

        let start = self.start_of(l, l.left - 15 * h);
        let mut right_line: Option<Zone> = None;
        for ruling in &self.page.rulings.horizontal {
            let r = &ruling.rect;
            let y = r.center_y();
            let right = r.right.min(next_left - 2);
            // The pen's line may stand a little higher than the foot of its label.
            let highest = if kind == FieldKind::Ink { l.top - h / 4 } else { l.top + l.height() * 3 / 10 };
            // And a good deal lower, where it begins right behind the label.
            let is_right_behind = r.left >= l.right - h / 2 && r.left - l.right < 2 * h;
            let lowest = if kind == FieldKind::Ink && is_right_behind { h * 2 } else { h * 9 / 10 };
            if y >= highest
                && y <= l.bottom + lowest
                && right > l.right + 2 * h
                && r.left < next_left
                && r.left - l.right < 12 * h
            {
                let (from, to) = self.whole_line(r, l.right, next_left - 2);
                // What was written before the line begins, or where its beginning was lost, is written on it.
                let first = if self.is_empty_between(l, from) { from - h / 2 } else { l.right + 2 };
                let (left, right) = ((l.right + 2).max(first), right.max(to));
                // Dots only lead the eye to what stands behind them.
                let is_before_label = next_left - right < 3 * h;
                let (left, right) = match !is_before_label && self.leads_to(r, left, right) {
                    true => (right - h / 3, next_left.min(frame_right) - 2),
                    false => (left, right),
                };
                // A signature hides the line that it stands on, as far as the next label and over it.
                let right =
                    if kind == FieldKind::Ink && next_left < page_right { right.max(next_left - 2) } else { right };
                let structure = if r.left < l.right - h { 0.6 } else { 1.0 };
                let zone = Zone {
                    placement: Placement::RightLine,
                    rect: self.above_ruling(ruling, left, right, rise),
                    structure,
                };
                // Of two lines the one that begins behind the label is the field's, and of two of these the longer one.
                let better = |z: &Zone| (zone.structure, zone.rect.width()) > (z.structure, z.rect.width());
                if right_line.as_ref().is_none_or(better) {
                    right_line = Some(zone);
                }
            }
            let below = y - l.bottom;
            let reaches_down = below > 0 && below <= h * 6 && r.left <= l.left + 3 * h;
            let (from, to) =
                if reaches_down { self.whole_line(r, start - 2 * h, page_right) } else { (r.left, r.right) };
            if below >= h * 7 / 10
                // A signature's line leaves room for the pen, and the line under a label in small print for a hand.
                && below <= if kind == FieldKind::Ink { h * 6 } else { h * 9 / 2 }
                && from <= l.left + 3 * h
                && to > l.right.min(l.left + 4 * h)
            {
                let left = from.max(start - 2 * h);
                let right = to.min(self.next_label_left(l.right, &Rect::new(0, l.top, 1, y)) - 2);
                let rect = Rect::new(left, l.bottom + 1, right, y + h / 2);
                if !self.holds_other_label(&rect, l) && !zones.iter().any(|z| z.rect == rect) {
                    zones.push(Zone { placement: Placement::BelowLine, rect, structure: 0.85 });
                }
            }
            let gap = l.top - y;
            let farthest = if kind == FieldKind::Ink { 2 * h } else { h * 12 / 10 };
            let reaches_up = gap >= -h / 5 && gap <= farthest && r.left <= l.left + 2 * h;
            let (from, to) = if reaches_up { self.whole_line(r, start - 4 * h, page_right) } else { (r.left, r.right) };
            if reaches_up && to >= l.right - h {
                let right = to.min(self.next_label_left(l.right, &band) - h / 2);
                // A label in the middle under its line has all of it.
                let beneath = Rect { left: from, right: to, ..band };
                let is_centred = (l.center_x() - (from + to) / 2).abs() * 8 <= to - from
                    && l.left - from > 2 * h
                    && !self.holds_other_label(&beneath, l);
                let left = if is_centred { from } else { from.max(start - 4 * h) };
                let (left, right) = self.between_sides(l, left, right, y - h);
                let rect = self.above_ruling(ruling, left, right, rise);
                let rect = Rect { bottom: rect.bottom.min(l.top), ..rect };
                let structure = 1.0 - 0.5 * gap.max(0) as f32 / farthest as f32;
                if !self.holds_other_label(&rect, l) && !zones.iter().any(|z| z.rect == rect) {
                    zones.push(Zone { placement: Placement::AboveLine, rect, structure });
                }
            }
        }
        if right_line.is_none() && next_left == page_right {
            right_line = self.wrapped_line(l, rise);
        }
        // A list has several lines in a row: "Dates: ____ ____ ____".
        if kind == FieldKind::DateList
            && let Some(zone) = right_line.as_mut()
        {
            let end = self.next_label_left(zone.rect.right, &zone.rect).min(frame_right) - 2;
            let y = zone.rect.bottom - h * 6 / 10;
            let level = |r: &&Ruling| (r.rect.center_y() - y).abs() * 2 <= h && r.rect.right <= end + h;
            let mut lines: Vec<Rect> = self.page.rulings.horizontal.iter().filter(level).map(|r| r.rect).collect();
            lines.sort_by_key(|line| (line.left, line.right));
            for line in lines {
                if line.right > zone.rect.right && line.left - zone.rect.right < 6 * h {
                    zone.rect.right = line.right.min(end);
                }
            }
        }
        zones.extend(right_line);
        if label.in_brackets {
            zones.extend(self.line_before(l, rise));
        }
        // Where the line is lost a signature still stands over its label: ink there makes a blank beside it doubtful.
        if kind == FieldKind::Ink && !zones.iter().any(|z| z.placement == Placement::AboveLine) {
            let rect = Rect::new(l.left - h, l.top - 3 * h, next_left.min(l.left + 20 * h), l.top - h / 4);
            if !self.holds_other_label(&rect, l) {
                zones.push(Zone { placement: Placement::AboveLine, rect, structure: 0.2 });
            }
        }

        // Boxes in a column stand apart from their labels, with nothing between.
        if let Some(edge) = self.nearest_vertical(l.right, l.center_y(), true)
            && edge.rect.left < next_left
            && let Some(cell) = self.cell_at(edge.rect.right + h / 2, l.center_y())
            // The first side of a row of cells may be lost, and its letter stands before the second.
            && (edge.rect.left - l.right < 10 * h || self.is_empty_between(l, cell.left - cell.width() * 5 / 4))
            && let Some(cells) = self.comb(cell, l.right, next_left, l)
        {
            zones.push(Zone { placement: Placement::RightBox, rect: cells, structure: 1.0 });
        }
        let beside = self.combs.beside(l, l.right, next_left);
        let beside = beside.filter(|r| r.left - l.right < 10 * h || self.is_empty_between(l, r.left - r.height()));
        self.add_comb(Placement::RightBox, 1.0, beside, (l.right, next_left), l, zones);
        if let Some(edge) = self.nearest_horizontal(l.left + h, l.bottom - 2, true)
            && edge.rect.top - l.bottom < h * 3 / 2
            && let Some(cell) = self.cell_at(l.left + h, edge.rect.bottom + h / 2)
            && let Some(cells) = self.comb(cell, l.left - h, next_left, l)
        {
            zones.push(Zone { placement: Placement::BelowBox, rect: cells, structure: 0.95 });
        }
        let under = self.combs.under(l, l.left - h, next_left).filter(|r| r.left <= l.left + 3 * h);
        self.add_comb(Placement::BelowBox, 0.95, under, (l.left - h, next_left), l, zones);
        let free = Rect::new(l.right + 2, l.top - h * 6 / 10, next_left.min(frame_right) - 2, l.bottom + h * 6 / 10);
        let free = self.behind_divider(free, next_left).unwrap_or(free);
        let is_free = |rect: &Rect| !self.is_written(rect);
        let free_beside = is_free(&free);
        zones.push(Zone { placement: Placement::RightFree, rect: free, structure: 0.45 });
        let depth = if kind == FieldKind::Ink { h * 5 } else { h * 5 / 2 };
        let floor = self.next_label_top(l.bottom, &l.inflate(h, 0)).min(l.bottom + depth);
        // What stands below a signature's own box is no signature.
        let floor = if kind == FieldKind::Ink {
            floor.min(self.box_below(l).map_or(floor, |below| below.bottom))
        } else {
            floor
        };
        let under = Rect::new(start - h, l.bottom + 1, next_left.min(frame_right).min(l.left + 30 * h) - 2, floor);
        // A letter is signed under its closing.
        let signed_below = kind == FieldKind::Ink && free_beside && !is_free(&under);
        zones.push(Zone {
            placement: Placement::BelowFree,
            rect: under,
            structure: if signed_below { 0.6 } else { 0.25 },
        });
        self.drop_edges(zones);
    }

    /// The box that begins right below a label.
    fn box_below(&self, label: &Rect) -> Option<Rect> {
        let h = self.height;
        let x = label.left + 2 * h;
        let edge = self.nearest_horizontal(x, label.bottom - 2, true).filter(|r| r.rect.top - label.bottom < 2 * h)?;
        self.cell_at(x, edge.rect.bottom + h)
    }

    /// The free space right of a line that stands close behind the labels of a column and has their values on its other side.
    fn behind_divider(&self, before: Rect, next_left: i32) -> Option<Rect> {
        let h = self.height;
        let divider = self.nearest_vertical(before.left, before.center_y(), true)?.rect;
        let is_close = divider.left - before.left < 4 * h && divider.height() > 6 * h;
        if !is_close || before.right > divider.right || divider.right >= next_left {
            return None;
        }
        let beyond = self.nearest_vertical(divider.right + 1, before.center_y(), true).map(|side| side.rect.left);
        let right = beyond.unwrap_or(self.page.ink.width() as i32).min(next_left) - 2;
        (right - divider.right > 8 * h && !self.is_written(&Rect { right: divider.left - 2, ..before }))
            .then_some(Rect { left: divider.right + 2, right, ..before })
    }

    /// The line that ends where a caption begins: "______________ (Client name)".
    fn line_before(&self, label: &Rect, rise: i32) -> Option<Zone> {
        let h = self.height;
        let ends_here = |r: &&Ruling| {
            let y = r.rect.center_y();
            (label.top..=label.bottom + h * 9 / 10).contains(&y)
                && r.rect.right <= label.left + h
                && label.left - r.rect.right < 3 * h
                && r.rect.width() > 3 * h
        };
        let line =
            self.page.rulings.horizontal.iter().filter(ends_here).max_by_key(|r| (r.rect.width(), r.rect.left))?;
        let in_row = |l: &&Label| l.rect.right <= label.left && l.rect.shares_row(label);
        let from = self.labels.iter().filter(in_row).map(|l| l.rect.right + 2).max().unwrap_or(0);
        let (left, right) = self.whole_line(&line.rect, from, label.left - 2);
        let rect = self.above_ruling(line, left.max(from), right, rise);
        (!self.holds_other_label(&rect, label)).then_some(Zone { placement: Placement::LeftLine, rect, structure: 1.0 })
    }

    /// The line with which the next row begins, where a sentence breaks between a label and its blank: "…, date of birth | ________ , ID …".
    fn wrapped_line(&self, label: &Rect, rise: i32) -> Option<Zone> {
        let h = self.height;
        let is_next = |r: &&Ruling| {
            let y = r.rect.center_y();
            (label.bottom + h..=label.bottom + 4 * h).contains(&y)
                && r.rect.width() > 3 * h
                && r.rect.left + 8 * h < label.left
        };
        let line =
            self.page.rulings.horizontal.iter().filter(is_next).min_by_key(|r| (r.rect.center_y(), r.rect.left))?;
        let y = line.rect.center_y();
        // Nothing before it in its row, and no label of its own under it.
        let before = Rect::new(0, y - 2 * h, line.rect.left - h, y);
        let under = Rect::new(line.rect.left - h, y, line.rect.left + 4 * h, y + 2 * h);
        let is_own = |l: &Label| !l.rect.intersect(&before).is_empty() || !l.rect.intersect(&under).is_empty();
        if self.is_written(&before) || self.labels.iter().any(is_own) {
            return None;
        }
        let right =
            line.rect.right.min(self.next_label_left(line.rect.left, &Rect { right: line.rect.right, ..before }) - 2);
        let rect = self.above_ruling(line, line.rect.left - h / 2, right, rise);
        Some(Zone { placement: Placement::RightLine, rect, structure: 0.9 })
    }

    /// A line that is the edge of a box is no line to write on: what is left of the edge would bound the value, and what stands on the upper
    /// one is the label.
    fn drop_edges(&self, zones: &mut Vec<Zone>) {
        let is_box = |z: &&Zone| matches!(z.placement, Placement::RightBox | Placement::BelowBox);
        let boxes: Vec<(Placement, Rect)> = zones.iter().filter(is_box).map(|z| (z.placement, z.rect)).collect();
        let h = self.height;
        zones.retain(|z| {
            let of_box = |(placement, rect): &(Placement, Rect)| match z.placement {
                Placement::RightLine | Placement::BelowLine if z.placement.side() == placement.side() => {
                    z.rect.left >= rect.left - h && z.rect.right <= rect.right + h && z.rect.shares_row(rect)
                }
                Placement::RightLine => z.rect.overlap_x(rect) > 0 && (z.rect.bottom - rect.top).abs() <= h,
                _ => false,
            };
            !boxes.iter().any(of_box)
        });
    }

    /// Extends a narrow cell over its equal neighbours, as far left as `from`: comb cells, one letter each, are one field.
    ///
    /// Groups of cells ("(209) 555-0123") leave room for what is printed between them, and faxes lose some of the short sides: the cells
    /// go on as long as sides, or the edges above and below, follow each other at no more than two and a half cells. Where the last side, or
    /// the first, is lost, what was written tells that a cell is there.
    ///
    /// `None` when a label other than `own` stands in it; nothing beyond `from` and `to` belongs to it.
    fn comb(&self, first: Rect, from: i32, to: i32, own: &Rect) -> Option<Rect> {
        let rulings = &self.page.rulings;
        // The side of a frame or of a table runs on far beyond the cells, and so does its edge.
        let mut sides: Vec<Rect> = rulings
            .vertical
            .iter()
            .map(|r| r.rect)
            .filter(|r| r.overlap_y(&first) * 10 >= first.height() * 6 && r.height() <= first.height() * 2)
            .filter(|r| r.right > from && r.left < to)
            .collect();
        sides.sort_by_key(|r| (r.left, r.right));
        let widest = first.width().min(first.height() * 3 / 2);
        let pitch = usual_gap(&sides, first.height() * 6 / 10).map_or(widest, |gap| gap.min(widest));
        let slack = (pitch / 3).max(self.height / 3);
        let reach = pitch * 5 / 2 + slack;
        let edges = rulings.horizontal.iter().map(|r| r.rect).filter(|r| {
            let off = (r.center_y() - first.top).abs().min((r.center_y() - first.bottom).abs());
            // The line of the row below is near, and no edge.
            off * 6 <= first.height() && r.width() < 20 * widest && r.right <= to
        });
        let mut parts: Vec<Rect> = sides.iter().copied().chain(edges).filter(|r| r.left >= from).collect();
        parts.sort_by_key(|r| (r.left, r.right));
        let (mut left, mut right) = (first.left, first.left + widest);
        for part in &parts {
            if part.left <= right + reach && part.right > right {
                right = part.right;
            }
        }
        parts.sort_by_key(|r| (std::cmp::Reverse(r.right), r.left));
        for part in &parts {
            if part.right >= left - reach && part.left < left {
                left = part.left;
            }
        }
        let inside = sides.iter().filter(|r| r.center_x() > left && r.center_x() < right).count();
        // Cells are narrow: boxes of several fields in a row have few sides for their width.
        let narrow = i64::from(right - left) <= (inside as i64 + 1) * i64::from(first.height()) * 5 / 2;
        let mut cells = first;
        if inside >= 3 && narrow {
            cells = Rect { left, right: right.max(first.right), ..first };
            let before = Rect { left: (left - pitch).max(from), right: left - slack / 2, ..cells };
            if self.is_written(&before) {
                cells.left = before.left;
            }
            let is_closed = |right: i32| sides.iter().any(|side| (side.center_x() - right).abs() <= slack);
            while !is_closed(cells.right) {
                let next = Rect { left: cells.right + 1, right: (cells.right + pitch).min(to), ..cells };
                if !self.is_written(&next) {
                    break;
                }
                cells.right = next.right;
            }
        }
        (!self.holds_other_label(&cells, own)).then_some(cells)
    }

    /// Adds a row of cells as a place, or lets the box that was found in it be the whole row.
    fn add_comb(
        &self,
        placement: Placement,
        structure: f32,
        comb: Option<Rect>,
        (from, to): (i32, i32),
        own: &Rect,
        zones: &mut Vec<Zone>,
    ) {
        let Some(comb) = comb else { return };
        // Ticks of half a letter's height stand on the line; the letters reach over them.
        let above = if placement == Placement::BelowBox { own.bottom + 1 } else { 0 };
        let comb = if comb.height() * 10 < self.height * 18 {
            Rect { top: (comb.bottom - self.height * 23 / 10).max(above).min(comb.top), ..comb }
        } else {
            comb
        };
        let known = zones.iter().position(|z| z.placement == placement && z.rect.overlap_x(&comb) > 0);
        let rect = known.map_or(comb, |at| Rect {
            left: zones[at].rect.left.min(comb.left),
            right: zones[at].rect.right.max(comb.right),
            ..zones[at].rect
        });
        // The first side may be lost: then its letter stands before the second.
        let before = Rect { left: (rect.left - rect.height()).max(from), right: rect.left - self.height / 4, ..rect };
        let left = if known.is_none() && self.is_written(&before) { before.left } else { rect.left };
        let rect = Rect { left, right: rect.right.min(to), ..rect };
        if self.holds_other_label(&rect, own) {
            return;
        }
        match known {
            Some(at) => zones[at].rect = rect,
            None => zones.push(Zone { placement, rect, structure }),
        }
    }

    /// Whether something of a letter's height is written in a place.
    fn is_written(&self, place: &Rect) -> bool {
        place.width() > self.height / 4
            && self.page.writing.ink_bounds(place).is_some_and(|ink| ink.height() * 2 >= self.height)
    }

    /// Whether a line is a row of dots with nothing on it and something written right behind it.
    fn leads_to(&self, line: &Rect, left: i32, right: i32) -> bool {
        let h = self.height;
        let inked = |x: &i32| self.page.ink.count(&Rect::new(*x, line.top, x + 1, line.bottom)) > 0;
        let dark = (line.left..line.right).filter(inked).count();
        let behind = Rect::new(right, line.bottom - h, right + 2 * h, line.bottom);
        (dark as f32) < DOTS * line.width() as f32
            && self.is_written(&behind)
            && !self.is_written(&Rect::new(left + h / 2, line.bottom - 2 * h, right - h / 2, line.top - 1))
    }

    /// The ends of a line that dropouts broke into pieces, or that is one short stroke for each letter, between `from` and `to`.
    fn whole_line(&self, piece: &Rect, from: i32, to: i32) -> (i32, i32) {
        let level = |r: &&Ruling| (r.rect.center_y() - piece.center_y()).abs() * 3 <= self.height;
        let mut pieces: Vec<Rect> = self.page.rulings.horizontal.iter().filter(level).map(|r| r.rect).collect();
        pieces.sort_by_key(|r| (r.left, r.right));
        let (mut left, mut right) = (piece.left, piece.right);
        for other in &pieces {
            if other.left <= right + 3 * self.height && other.right > right {
                right = other.right;
            }
        }
        for other in pieces.iter().rev() {
            if other.right >= left - 3 * self.height && other.left < left && other.left >= from - self.height {
                left = other.left;
            }
        }
        (left, right.min(to))
    }

    /// Where the print begins that a label ends, right of `from`: words before the ones that were known ("Patient's full name") belong to it.
    fn start_of(&self, label: &Rect, from: i32) -> i32 {
        let before = |l: &&Label| l.rect.right <= label.left && l.rect.overlap_y(label) > 0;
        let bound = self.labels.iter().filter(before).map(|l| l.rect.right).max().unwrap_or(0).max(from);
        let mut start = label.left;
        let mut x = label.left - 1;
        while x >= bound && start - x <= self.height * 7 / 10 {
            if self.page.writing.count(&Rect::new(x, label.top, x + 1, label.bottom)) > 0 {
                start = x;
            }
            x -= 1;
        }
        start
    }

    /// Whether nothing is written or printed between a label and `right` but specks.
    fn is_empty_between(&self, label: &Rect, right: i32) -> bool {
        let gap = Rect::new(label.right + self.height / 2, label.top, right - self.height / 3, label.bottom);
        right - label.right < 45 * self.height && self.page.writing.count(&gap) < (self.height * self.height / 6) as u64
    }

    /// The area of a block of text under (or around) its label: the label's box, the box below, or the space down to the next label.
    pub fn block(&self, label: &Label) -> Rect {
        self.boxed_block(label).unwrap_or_else(|| self.open_block(label))
    }

    /// The label's own box, or the one below it.
    fn boxed_block(&self, label: &Label) -> Option<Rect> {
        let h = self.height;
        let l = &label.rect;
        if let Some(cell) = self.cell_at(l.center_x(), l.center_y())
            && cell.height() > 3 * h
            && !self.holds_new_label(&cell, l)
        {
            return Some(self.wide_neighbour(&cell, l).unwrap_or(cell));
        }
        if let Some(cell) = self.box_below(l)
            && cell.height() > 2 * h
            && !self.holds_new_label(&cell, l)
        {
            return Some(self.with_rows_below(cell, l));
        }
        None
    }

    /// The cell right of a label's own that is as high and far wider: a table of two columns has its labels in the narrow one.
    fn wide_neighbour(&self, cell: &Rect, own: &Rect) -> Option<Rect> {
        let h = self.height;
        let next = self.cell_at(cell.right + h, cell.center_y())?;
        let beside =
            (next.top - cell.top).abs() <= h && (next.bottom - cell.bottom).abs() <= h && next.left <= cell.right + h;
        (beside && next.width() * 2 >= cell.width() * 3 && !self.holds_new_label(&next, own)).then_some(next)
    }

    /// The space from a label down to the next one.
    fn open_block(&self, label: &Label) -> Rect {
        let h = self.height;
        let l = &label.rect;
        let bounds = self.page.ink.bounds();
        // A label above belongs to what stands above: it narrows nothing.
        let beside = Rect { top: l.top - h / 3, bottom: l.bottom + 2 * h, ..*l };
        let right = self.next_label_left(l.right, &beside).min(bounds.right - h / 2);
        let band = Rect::new(l.left - h, 0, right, 1);
        let floor = self.next_label_top(l.bottom + h / 4, &band) - h / 2;
        let ceiling = if right - l.right > 8 * h { l.top - h / 3 } else { l.bottom };
        Rect::new(l.left - h, ceiling, right, floor.min(bounds.bottom - h))
    }

    /// The first column of rows below a heading that ends at `top`, up to where the next column begins.
    pub fn column_block(&self, label: &Label, top: i32, right: i32) -> Rect {
        let left = label.rect.left - self.height;
        let floor = self.next_label_top(top, &Rect::new(left, 0, right, 1)) - self.height / 2;
        Rect::new(left, top, right, floor.min(self.page.ink.bounds().bottom - self.height))
    }

    /// The space from a label up to the one above, where a form's labels stand under their values and this one has no box.
    pub fn block_above(&self, label: &Label) -> Option<Rect> {
        let h = self.height;
        let l = &label.rect;
        let band = Rect::new(l.left - h, 0, self.page.ink.bounds().right - h / 2, 1);
        let rect = Rect { top: self.last_label_bottom(l.top - h, &band) + 1, bottom: l.top - 1, ..band };
        (self.boxed_block(label).is_none() && rect.height() > 2 * h).then_some(rect)
    }

    /// A cell of one line is the first row of a table that is written on line by line: the rows of its width below it belong to it.
    fn with_rows_below(&self, first: Rect, label: &Rect) -> Rect {
        let mut whole = first;
        while let Some(row) = self.cell_at(first.center_x(), whole.bottom + self.height)
            && row.top >= whole.bottom
            && (row.left - first.left).abs() <= self.height
            && (row.right - first.right).abs() <= self.height
            && row.height() * 2 <= first.height() * 3
            && !self.holds_other_label(&row, label)
        {
            whole.bottom = row.bottom;
        }
        whole
    }
}
