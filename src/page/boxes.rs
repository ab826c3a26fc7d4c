//! Finding the boxes that a reader ticks: squares, circles, brackets and short lines.
//!
//! A box is found by its outline alone, side by side, so that a tick, a scribble or a filled inside does not hide it: marks only add ink.
//! Letters have the same size and some the same sides; what parts them from boxes is that a box stands alone.

mod ovals;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Bitmap, PreparedPage};
use crate::geometry::Rect;

/// The form of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoxShape {
    Square,
    Circle,
    /// A bubble that is wider than high.
    Oval,
    /// `[ ]` or `( )`.
    Bracket,
    /// A short line to tick on: `___`.
    Line,
    /// A cell of a table's column to mark: it is wide, without an outline of its own, and the mark is small in it.
    Cell,
    /// No outline was found; the place is where the box of its group should stand.
    None,
}

/// A box to be marked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarkBox {
    /// The outline with its own ink; for a line, the space above it and the line.
    pub rect: Rect,
    pub shape: BoxShape,
    /// How much of the outline is there and stands alone, 0 to 1.
    pub quality: f32,
}

/// Smallest and largest side of a box, in inches.
const SIDES: (f32, f32) = (0.075, 0.31);
/// Boxes stand at least this alone (see [`Outline::alone`]); a letter within a word reaches 0.5.
const ALONE: f32 = 0.72;
/// Shortest and longest line to tick on, in inches.
const LINES: (f32, f32) = (0.1, 0.75);

/// Finds the boxes whose centre lies in `search`, sorted by top, then left.
///
/// Meant for the neighbourhood of an option's label, though a whole page works too. Boxes that a mark covers are found as long as
/// their outline shows; [`find_group`] knows more about boxes that stand together.
pub fn find_boxes(page: &PreparedPage, search: &Rect) -> Vec<MarkBox> {
    let margin = (SIDES.1 * page.dpi as f32) as i32;
    let Some(outline) = Outline::new(page, &search.inflate(margin, margin)) else { return Vec::new() };
    // Only what has its middle here is kept: nothing is looked for in the margin.
    let middles = search.translate(-outline.zone.left, -outline.zone.top);
    let mut found = Vec::new();
    outline.squares(&middles, &mut found);
    outline.circles(&middles, &mut found);
    outline.ovals(page, &middles, &mut found);
    outline.brackets(&middles, &mut found);
    found.retain(|b| search.holds(&b.rect));
    let mut lines = Vec::new();
    outline.lines(page, &middles, &mut lines);
    // The top of a circle and the edge of a square are level too.
    lines.retain(|line| {
        let stroke = Rect::new(line.rect.left, line.rect.bottom - 4, line.rect.right, line.rect.bottom);
        !found.iter().any(|b| b.quality >= 0.7 && b.rect.inflate(3, 3).intersect(&stroke).area() > 0)
    });
    found.extend(lines);
    found.retain(|b| search.contains(b.rect.center_x(), b.rect.bottom - 2) || search.holds(&b.rect));
    let mut kept = without_overlaps(found);
    for circle in kept.iter_mut().filter(|b| b.shape == BoxShape::Circle) {
        circle.rect = outline.refined_circle(&circle.rect);
    }
    kept.sort_by_key(|b| (b.rect.top, b.rect.left));
    kept
}

/// Finds the box of each option of a group, in the order of `searches`: one region for each option, where its box should stand.
///
/// The boxes of a group share shape, size and their place beside the label. Where an outline alone is too damaged to be told, the
/// group's usual box is fitted to what ink there is; where there is none at all the box has shape [`BoxShape::None`].
pub fn find_group(page: &PreparedPage, searches: &[Rect]) -> Vec<MarkBox> {
    let all: Vec<Vec<MarkBox>> = searches.iter().map(|search| find_boxes(page, search)).collect();
    let Some(usual) = usual_box(&all, searches, page.dpi) else {
        return searches
            .iter()
            .map(|s| MarkBox {
                rect: expected(s, (s.width() / 2, s.height() / 2), square_side(page.dpi)),
                shape: BoxShape::None,
                quality: 0.0,
            })
            .collect();
    };
    let tolerance = (0.05 * page.dpi as f32) as i32;
    let across = if usual.aligned { tolerance } else { 2 * tolerance };
    searches
        .iter()
        .zip(&all)
        .map(|(search, boxes)| {
            let place = expected(search, usual.offset, usual.size);
            let fits = |b: &&MarkBox| {
                b.shape == usual.shape
                    && (b.rect.width() - usual.size.0).abs() <= tolerance.max(usual.size.0 / 4)
                    && (b.rect.center_x() - place.center_x()).abs() <= across
                    && (b.rect.center_y() - place.center_y()).abs() <= 2 * tolerance
            };
            match boxes.iter().filter(fits).max_by(|a, b| a.quality.total_cmp(&b.quality)) {
                Some(found) => *found,
                None => fitted(page, &place, usual.shape, (across, 2 * tolerance)),
            }
        })
        .collect()
}

fn square_side(dpi: u32) -> (i32, i32) {
    let side = (0.14 * dpi as f32) as i32;
    (side, side)
}

/// What most options' boxes look like, and where they stand within their search region (the centre, from the left top).
struct Usual {
    shape: BoxShape,
    size: (i32, i32),
    offset: (i32, i32),
    /// Three of them and more stand exactly beside their labels: what stands elsewhere is the side of a frame or a letter.
    aligned: bool,
}

/// How much less a box is worth whose centre lies at the edge of its search region.
const LEVEL: f32 = 0.5;

/// A box with its shape and the offset of its centre within its search region.
type Candidate = (BoxShape, Rect, (i32, i32));

fn usual_box(all: &[Vec<MarkBox>], searches: &[Rect], dpi: u32) -> Option<Usual> {
    let candidates: Vec<Candidate> = all
        .iter()
        .zip(searches)
        .flat_map(|(boxes, s)| {
            boxes.iter().map(|b| (b.shape, b.rect, (s.right - b.rect.center_x(), b.rect.center_y() - s.top)))
        })
        .collect();
    // A box stands level with its label: in a list of bare lines each label could also claim the line of the option above.
    let level = |b: &MarkBox, s: &Rect| {
        let off = (b.rect.center_y() - s.center_y()).abs() as f32 / s.height().max(1) as f32;
        1.0 - LEVEL * off.min(1.0)
    };
    let worth: Vec<f32> = all
        .iter()
        .zip(searches)
        .flat_map(|(boxes, s)| boxes.iter().map(move |b| b.quality.powi(3) * level(b, s)))
        .collect();
    let close = (0.05 * dpi as f32) as i32;
    let agree = |a: &(BoxShape, Rect, (i32, i32)), b: &(BoxShape, Rect, (i32, i32))| {
        a.0 == b.0
            && (a.1.width() - b.1.width()).abs() <= close
            && (a.1.height() - b.1.height()).abs() <= close
            && (a.2.0 - b.2.0).abs() <= 2 * close
            && (a.2.1 - b.2.1).abs() <= 2 * close
    };
    // A doubtful outline says little: what marks leave looks like a box at times.
    let support = |a: &(BoxShape, Rect, (i32, i32))| {
        candidates
            .iter()
            .zip(&worth)
            .filter(|(b, _)| agree(a, b))
            .map(|(_, worth)| (worth * 1000.0) as i64)
            .sum::<i64>()
    };
    let best = candidates.iter().max_by_key(|a| (support(a), std::cmp::Reverse((a.0, a.1.top, a.1.left))))?;
    let peers: Vec<_> = candidates.iter().filter(|b| agree(best, b)).collect();
    let median = |pick: fn(&Candidate) -> i32| {
        let mut values: Vec<i32> = peers.iter().map(|p| pick(p)).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    let offset = (median(|p| p.2.0), median(|p| p.2.1));
    let exact = peers.iter().filter(|p| (p.2.0 - offset.0).abs() * 3 <= close).count();
    Some(Usual {
        shape: best.0,
        size: (median(|p| p.1.width()), median(|p| p.1.height())),
        offset,
        aligned: exact >= 3 && exact * 3 >= peers.len() * 2,
    })
}

/// The place of a box of `size` whose centre is `offset` from the right top of `search`.
fn expected(search: &Rect, offset: (i32, i32), size: (i32, i32)) -> Rect {
    let (x, y) = (search.right - offset.0, search.top + offset.1);
    let (left, top) = (x - size.0 / 2, y - size.1 / 2);
    Rect::new(left, top, left + size.0, top + size.1)
}

/// The group's box shifted to where most of its outline shows, so far across and down at the most; without an outline, the expected place.
fn fitted(page: &PreparedPage, place: &Rect, shape: BoxShape, (across, down): (i32, i32)) -> MarkBox {
    let nothing = MarkBox { rect: *place, shape: BoxShape::None, quality: 0.0 };
    let Some(outline) = Outline::new(page, &place.inflate(2 * down, 2 * down)) else { return nothing };
    let arcs: Vec<ArcForm> = (0..=3).map(|bulge| ArcForm::new(place.height(), bulge)).collect();
    let mut best = nothing;
    let mut best_value = f32::MIN;
    for dy in -down..=down {
        for dx in -across..=across {
            let rect = place.translate(dx, dy);
            let cover = outline.cover(&rect, shape, &arcs);
            // Nearer is likelier, when the outline shows about as well.
            let value = cover - 0.002 * (dx.abs() + dy.abs()) as f32;
            if value > best_value {
                best_value = value;
                best = MarkBox { rect, shape, quality: cover * 0.8 };
            }
        }
    }
    if best.quality < 0.8 * 0.55 { nothing } else { best }
}

/// Keeps the best of boxes that overlap.
fn without_overlaps(mut found: Vec<MarkBox>) -> Vec<MarkBox> {
    found.sort_by(|a, b| {
        b.quality
            .total_cmp(&a.quality)
            .then_with(|| (a.rect.top, a.rect.left, a.rect.right).cmp(&(b.rect.top, b.rect.left, b.rect.right)))
    });
    let mut kept: Vec<MarkBox> = Vec::new();
    for candidate in found {
        let clear = |other: &MarkBox| {
            other.rect.intersect(&candidate.rect).area() * 5 < other.rect.area().min(candidate.rect.area()).max(1)
        };
        if kept.iter().all(clear) {
            kept.push(candidate);
        }
    }
    kept
}

/// Points at which half a bracket is looked at.
const POINTS: i32 = 12;

/// The points of half a bracket of a height and a bulge, from its outermost column and its top.
struct ArcForm {
    tall: i32,
    bulge: i32,
    /// How far the ends lie from the outermost column.
    deep: f32,
    ends: i32,
    points: [(i32, i32); POINTS as usize],
}

impl ArcForm {
    fn new(tall: i32, bulge: i32) -> Self {
        let deep = bulge as f32 * 0.09 * tall as f32;
        let points = std::array::from_fn(|i| {
            let t = (i as f32 + 0.5) / POINTS as f32 * 2.0 - 1.0;
            (rounded(deep * t * t), rounded((t + 1.0) / 2.0 * (tall - 1) as f32))
        });
        Self { tall, bulge, deep, ends: rounded(deep), points }
    }
}

/// The nearest whole number, halves away from zero, without a call to the mathematical library.
fn rounded(x: f32) -> i32 {
    let whole = x as i32;
    let rest = x - whole as f32;
    if rest >= 0.5 {
        whole + 1
    } else if rest <= -0.5 {
        whole - 1
    } else {
        whole
    }
}

/// Sines and cosines of directions all around.
type Directions = LazyLock<Vec<(f32, f32)>>;

static EIGHT: Directions = LazyLock::new(|| directions(8));
static TWENTY_FOUR: Directions = LazyLock::new(|| directions(24));
static THIRTY_TWO: Directions = LazyLock::new(|| directions(32));
static FORTY: Directions = LazyLock::new(|| directions(40));

fn directions(count: usize) -> Vec<(f32, f32)> {
    (0..count).map(|i| (i as f32 * std::f32::consts::TAU / count as f32).sin_cos()).collect()
}

/// How far aside, and above or below, a circle's points lie that are neither outermost nor beside those: `None` where what is lost when
/// they are added to a column may decide between two pixels.
fn slanting(radius: i32) -> Option<i32> {
    let aside = radius as f32 * std::f32::consts::FRAC_1_SQRT_2;
    ((aside.fract() - 0.5).abs() > 0.005).then(|| rounded(aside))
}

/// Four points seen from each of 64 pixels.
struct Four([u64; 4]);

impl Four {
    /// Where all four show.
    fn all(&self) -> u64 {
        let [a, b, c, d] = self.0;
        a & b & c & d
    }

    /// Where three or more do.
    fn three(&self) -> u64 {
        let [a, b, c, d] = self.0;
        (a & b & (c | d)) | (c & d & (a | b))
    }

    /// Where two or more do.
    fn two(&self) -> u64 {
        let [a, b, c, d] = self.0;
        (a & b) | (c & d) | ((a | b) & (c | d))
    }
}

/// The places of a word's bits that are set, from the lowest.
fn ones(word: u64) -> impl Iterator<Item = i32> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bit = (rest != 0).then(|| rest.trailing_zeros() as i32)?;
        rest &= rest - 1;
        Some(bit)
    })
}

/// The cells of each row of `length`, summed from its beginning; `length + 1` entries a row.
fn sums(cells: &[bool], length: usize) -> Vec<u16> {
    let mut sums = Vec::with_capacity(cells.len() + cells.len() / length.max(1));
    for row in cells.chunks_exact(length.max(1)) {
        let mut sum = 0u16;
        sums.push(0);
        sums.extend(row.iter().map(|cell| {
            sum += u16::from(*cell);
            sum
        }));
    }
    sums
}

/// The 64 pixels of a row from column `at` on; outside it is paper.
fn word_at(row: &[u64], at: i32) -> u64 {
    let (word, bit) = (at.div_euclid(64), at.rem_euclid(64));
    let get = |word: i32| usize::try_from(word).ok().and_then(|word| row.get(word)).copied().unwrap_or(0);
    if bit == 0 { get(word) } else { get(word) >> bit | get(word + 1) << (64 - bit) }
}

/// Half a bracket: outermost at column `x`.
#[derive(Clone, Copy)]
struct Arc {
    x: i32,
    top: i32,
    tall: i32,
    round: bool,
    quality: f32,
}

/// Sums over a part of the page that tell the ink along any upright or level stretch in constant time.
pub(super) struct Outline {
    /// The looked-at part of the page.
    zone: Rect,
    width: usize,
    height: usize,
    dark: Vec<bool>,
    /// The same, 64 pixels a word.
    dark_rows: Bitmap,
    /// Ink at a pixel or right beside it.
    soft: Vec<bool>,
    soft_rows: Bitmap,
    /// Ink of a row or the one below it.
    level_rows: Bitmap,
    /// Ink in a row or its neighbours, summed from the left; `width + 1` entries a row.
    across: Vec<u16>,
    /// Ink in a column or its neighbours, summed from the top; `height + 1` rows of `width` columns.
    down: Vec<u16>,
    /// Plain ink, summed over rows and columns.
    area: Vec<u32>,
    dpi: f32,
}

impl Outline {
    pub fn new(page: &PreparedPage, zone: &Rect) -> Option<Self> {
        let zone = zone.intersect(&page.shapes.bounds());
        if zone.is_empty() || zone.width() > 32_000 || zone.height() > 32_000 {
            return None;
        }
        let (width, height) = (zone.width() as usize, zone.height() as usize);
        let dark_rows = page.shapes.cut(&zone);
        let soft_rows = dark_rows.dilated(1, 1);
        let mut level_rows = dark_rows.raised();
        level_rows.or(&dark_rows);
        let (dark, soft) = (dark_rows.to_bools(), soft_rows.to_bools());
        let across = sums(&dark_rows.dilated(0, 1).to_bools(), width);
        let mut down = vec![0u16; (height + 1) * width];
        for (y, row) in dark_rows.dilated(1, 0).to_bools().chunks_exact(width).enumerate() {
            let (above, own) = down[y * width..].split_at_mut(width);
            for ((sum, above), ink) in own[..width].iter_mut().zip(above).zip(row) {
                *sum = above.wrapping_add(u16::from(*ink));
            }
        }
        let mut area = vec![0u32; (width + 1) * (height + 1)];
        for (y, row) in dark.chunks_exact(width).enumerate() {
            let (above, own) = area[y * (width + 1)..].split_at_mut(width + 1);
            let mut row_sum = 0u32;
            for ((sum, above), dark) in own[1..=width].iter_mut().zip(&above[1..]).zip(row) {
                row_sum += u32::from(*dark);
                *sum = above + row_sum;
            }
        }
        Some(Self {
            zone,
            width,
            height,
            dark,
            dark_rows,
            soft,
            soft_rows,
            level_rows,
            across,
            down,
            area,
            dpi: page.dpi as f32,
        })
    }

    fn at(&self, x: i32, y: i32) -> bool {
        x >= 0
            && y >= 0
            && (x as usize) < self.width
            && (y as usize) < self.height
            && self.dark[y as usize * self.width + x as usize]
    }

    /// Whether there is ink at a point or right beside it.
    fn near(&self, x: i32, y: i32) -> bool {
        x >= 0
            && y >= 0
            && (x as usize) < self.width
            && (y as usize) < self.height
            && self.soft[y as usize * self.width + x as usize]
    }

    /// Share of row `y` from `left` to `right` with ink on it or beside it.
    fn level(&self, y: i32, left: i32, right: i32) -> f32 {
        if y < 0 || y as usize >= self.height || left < 0 || right as usize > self.width || left >= right {
            return 0.0;
        }
        let row = &self.across[y as usize * (self.width + 1)..];
        f32::from(row[right as usize] - row[left as usize]) / (right - left) as f32
    }

    /// Share of column `x` from `top` to `bottom` with ink on it or beside it.
    fn upright(&self, x: i32, top: i32, bottom: i32) -> f32 {
        if x < 0 || x as usize >= self.width || top < 0 || bottom as usize > self.height || top >= bottom {
            return 0.0;
        }
        let at = |y: i32| self.down[y as usize * self.width + x as usize];
        f32::from(at(bottom) - at(top)) / (bottom - top) as f32
    }

    /// Share of ink in a rectangle, clipped to the zone.
    fn share(&self, left: i32, top: i32, right: i32, bottom: i32) -> f32 {
        let clamp = |v: i32, most: usize| v.clamp(0, most as i32) as usize;
        let (l, r) = (clamp(left, self.width), clamp(right, self.width));
        let (t, b) = (clamp(top, self.height), clamp(bottom, self.height));
        if l >= r || t >= b {
            return 0.0;
        }
        let at = |x: usize, y: usize| i64::from(self.area[y * (self.width + 1) + x]);
        (at(r, b) - at(l, b) - at(r, t) + at(l, t)) as f32 / ((r - l) * (b - t)) as f32
    }

    fn inches(&self, x: f32) -> i32 {
        (x * self.dpi).round() as i32
    }

    /// Share of the rows of `top..bottom` that have ink within columns `left..right`.
    fn busy_rows(&self, left: i32, right: i32, top: i32, bottom: i32) -> f32 {
        let rows = top.max(0)..bottom.min(self.height as i32);
        let busy = rows.filter(|&y| self.dark_rows.has_ink(y as u32, left, right)).count();
        busy as f32 / (bottom - top).max(1) as f32
    }

    /// How alone a box stands: 1 with white on both sides, less with ink beside it over much of its height.
    fn alone(&self, left: i32, top: i32, right: i32, bottom: i32) -> f32 {
        let (near, far) = (3, self.inches(0.035).max(5));
        let before = self.busy_rows(left - far, left - near + 1, top, bottom);
        let after = self.busy_rows(right + near - 1, right + far, top, bottom);
        1.0 - (before.max(after) - 0.25).max(0.0) * 0.9 - (before.min(after) - 0.25).max(0.0) * 0.6
    }

    /// How much of the outline of a box of this shape shows at `rect` (page coordinates), 0 to 1; `arcs` are of its height.
    fn cover(&self, rect: &Rect, shape: BoxShape, arcs: &[ArcForm]) -> f32 {
        let r = rect.translate(-self.zone.left, -self.zone.top);
        match shape {
            BoxShape::Square => {
                let sides = self.sides(r.left, r.top, r.right, r.bottom);
                sides.iter().sum::<f32>() / 4.0
            }
            BoxShape::Circle => self.ring(
                (r.left + r.right - 1) as f32 / 2.0,
                (r.top + r.bottom - 1) as f32 / 2.0,
                r.width().min(r.height()) as f32 / 2.0 - 1.0,
                &THIRTY_TWO,
            ),
            BoxShape::Bracket => {
                let best = arcs.iter().map(|arc| {
                    let share = |x: i32, facing: i32| {
                        (POINTS - self.missing(x, r.top, arc, facing).count() as i32) as f32 / POINTS as f32
                    };
                    let (left, right) = (share(r.left + 1, 1), share(r.right - 2, -1));
                    left.min(right) * 0.7 + left.max(right) * 0.3
                });
                best.fold(0.0, f32::max)
            }
            BoxShape::Oval => self.oval(rect, 1.0, &THIRTY_TWO),
            BoxShape::Line => self.level(r.bottom - 2, r.left, r.right),
            BoxShape::Cell | BoxShape::None => 0.0,
        }
    }

    /// Cover of the four sides, one pixel inside the rectangle: left, top, right, bottom.
    fn sides(&self, left: i32, top: i32, right: i32, bottom: i32) -> [f32; 4] {
        [
            self.upright(left + 1, top, bottom),
            self.level(top + 1, left, right),
            self.upright(right - 2, top, bottom),
            self.level(bottom - 2, left, right),
        ]
    }

    fn squares(&self, middles: &Rect, found: &mut Vec<MarkBox>) {
        let (shortest, longest) = (self.inches(SIDES.0), self.inches(SIDES.1));
        let (width, height) = (self.width as i32, self.height as i32);
        // Where a square's corner may be whose middle is looked for, give or take a pixel of rounding.
        let corners = |from: i32, to: i32, longest: i32, end: i32| {
            (from - longest / 2 - 1).max(0)..(to - shortest / 2 + 1).min(end - shortest)
        };
        let lefts = corners(middles.left, middles.right, longest, width);
        for top in corners(middles.top, middles.bottom, longest * 6 / 5, height) {
            let sums = &self.across[(top as usize + 1) * (self.width + 1)..][..self.width + 1];
            if i32::from(sums[self.width]) * 2 < shortest {
                continue;
            }
            let above = &self.down[top as usize * self.width..][..self.width];
            let below = &self.down[(top + shortest) as usize * self.width..][..self.width];
            for left in lefts.clone() {
                // A corner, or at least two sides that begin here. Most places have none: half of a side is counted in whole numbers.
                let across = i32::from(sums[(left + shortest) as usize] - sums[left as usize]);
                let down = i32::from(below[left as usize + 1] - above[left as usize + 1]);
                if across * 2 < shortest || down * 2 < shortest {
                    continue;
                }
                let mut best: Option<MarkBox> = None;
                for side in shortest..=longest.min(width - left) {
                    if self.level(top + 1, left, left + side) < 0.55 {
                        break;
                    }
                    let (lowest, highest) = ((side * 5 / 6).max(shortest), (side * 6 / 5).min(height - top));
                    if self.upright(left + side - 2, top, top + lowest) < 0.45 {
                        continue;
                    }
                    for tall in lowest..=highest {
                        let quality = self.square_quality(left, top, left + side, top + tall);
                        if quality >= 0.62 && best.is_none_or(|b| quality > b.quality) {
                            let rect =
                                Rect::new(left, top, left + side, top + tall).translate(self.zone.left, self.zone.top);
                            best = Some(MarkBox { rect, shape: BoxShape::Square, quality });
                        }
                    }
                }
                found.extend(best);
            }
        }
    }

    fn square_quality(&self, left: i32, top: i32, right: i32, bottom: i32) -> f32 {
        let sides = self.sides(left, top, right, bottom);
        let mean = sides.iter().sum::<f32>() / 4.0;
        let least = sides.iter().copied().fold(1.0, f32::min);
        if mean < 0.8 || least < 0.5 {
            return 0.0;
        }
        let corners = [(left + 1, top + 1), (right - 2, top + 1), (left + 1, bottom - 2), (right - 2, bottom - 2)];
        if corners.iter().filter(|c| self.near(c.0, c.1)).count() < 3 {
            return 0.0;
        }
        // White around: the rectangle lies on the outline's outer edge, and the box is no cell of a table.
        let outside = [
            self.upright(left - 3, top, bottom),
            self.level(top - 3, left, right),
            self.upright(right + 2, top, bottom),
            self.level(bottom + 2, left, right),
        ];
        let crowded = outside.iter().sum::<f32>() / 4.0;
        if outside.iter().filter(|&&o| o > 0.6).count() >= 2 {
            return 0.0;
        }
        // The sides of an empty box are lines; those of a filled one are the edge of a solid patch.
        let inset = self.inches(0.025).max(4);
        let solid = self.share(left + 2, top + 2, right - 2, bottom - 2) > 0.6;
        let inner = [
            self.upright(left + inset, top + inset, bottom - inset),
            self.level(top + inset, left + inset, right - inset),
            self.upright(right - inset - 1, top + inset, bottom - inset),
            self.level(bottom - inset - 1, left + inset, right - inset),
        ];
        let busy = if solid { 0.0 } else { inner.iter().sum::<f32>() / 4.0 };
        let alone = self.alone(left, top, right, bottom);
        if alone < ALONE {
            return 0.0;
        }
        mean - 0.35 * crowded - 0.12 * busy - 0.3 * (1.0 - alone)
    }

    /// Share of a ring of points with ink on or beside them.
    fn ring(&self, x: f32, y: f32, radius: f32, directions: &[(f32, f32)]) -> f32 {
        let seen = directions
            .iter()
            .filter(|(sin, cos)| self.near(rounded(x + radius * cos), rounded(y + radius * sin)))
            .count();
        seen as f32 / directions.len() as f32
    }

    fn circles(&self, middles: &Rect, found: &mut Vec<MarkBox>) {
        let (shortest, longest) = (self.inches(SIDES.0) / 2, self.inches(SIDES.1) / 2);
        let words = self.width.div_ceil(64);
        let mut quick = vec![0u64; (longest + 1).max(0) as usize * words];
        let columns = middles.left.max(shortest)..middles.right.min(self.width as i32 - shortest);
        if columns.is_empty() {
            return;
        }
        let looked_at = columns.start as usize / 64..(columns.end as usize).div_ceil(64);
        for y in middles.top.max(shortest)..middles.bottom.min(self.height as i32 - shortest) {
            let radii = shortest..=longest.min(y);
            let any = self.quick_circles(y, radii.clone(), looked_at.clone(), &mut quick);
            for x in any.iter().enumerate().flat_map(|(word, bits)| ones(*bits).map(move |bit| word as i32 * 64 + bit))
            {
                if !columns.contains(&x) {
                    continue;
                }
                let mut best: Option<MarkBox> = None;
                for radius in radii.clone().take_while(|radius| *radius <= x) {
                    if quick[radius as usize * words + x as usize / 64] >> (x % 64) & 1 == 0 {
                        continue;
                    }
                    let (cx, cy, r) = (x as f32, y as f32, radius as f32);
                    if self.ring(cx, cy, r, &EIGHT) < 0.75 {
                        continue;
                    }
                    let quality = self.circle_quality(cx, cy, r);
                    if quality >= 0.62 && best.is_none_or(|b| quality > b.quality) {
                        let rect = Rect::new(x - radius - 1, y - radius - 1, x + radius + 2, y + radius + 2);
                        best = Some(MarkBox {
                            rect: rect.translate(self.zone.left, self.zone.top),
                            shape: BoxShape::Circle,
                            quality,
                        });
                    }
                }
                found.extend(best);
            }
        }
    }

    /// For each radius the middles on row `y` around which enough of eight points of a circle show for [`Self::ring`] to be asked, as bits
    /// in `quick`: three of the outermost four, and six of all. And the middles of any radius. Only some words of the row are looked at.
    fn quick_circles(
        &self,
        y: i32,
        radii: std::ops::RangeInclusive<i32>,
        looked_at: std::ops::Range<usize>,
        quick: &mut [u64],
    ) -> Vec<u64> {
        let words = self.width.div_ceil(64);
        let mut any = vec![0u64; words];
        let row = |y: i32| if y < self.height as i32 { self.soft_rows.row(y as u32) } else { &[] };
        let own = row(y);
        for radius in radii {
            let (above, below) = (row(y - radius), row(y + radius));
            let aslant = slanting(radius);
            let middles = &mut quick[radius as usize * words..][..words];
            for (word, middles) in middles.iter_mut().enumerate().take(looked_at.end).skip(looked_at.start) {
                let at = word as i32 * 64;
                let straight = Four([
                    word_at(own, at - radius),
                    word_at(own, at + radius),
                    above.get(word).copied().unwrap_or(0),
                    below.get(word).copied().unwrap_or(0),
                ]);
                *middles = straight.three();
                if *middles == 0 {
                    continue;
                }
                if let Some(aside) = aslant {
                    let (above, below) = (row(y - aside), row(y + aside));
                    let slanted = Four([
                        word_at(above, at - aside),
                        word_at(above, at + aside),
                        word_at(below, at - aside),
                        word_at(below, at + aside),
                    ]);
                    *middles &= slanted.three() | (straight.all() & slanted.two());
                }
                any[word] |= *middles;
            }
        }
        any
    }

    /// The circle through the outer edge of the line: every position within a pixel or two looked the same before.
    fn refined_circle(&self, rect: &Rect) -> Rect {
        const RAYS: usize = 48;
        let (mut x, mut y) = (
            (rect.left + rect.right) as f32 / 2.0 - self.zone.left as f32,
            (rect.top + rect.bottom) as f32 / 2.0 - self.zone.top as f32,
        );
        let mut radius = rect.width() as f32 / 2.0;
        for _ in 0..3 {
            let mut edges = [None; RAYS];
            for (i, edge) in edges.iter_mut().enumerate() {
                let (sin, cos) = (i as f32 * std::f32::consts::TAU / RAYS as f32).sin_cos();
                *edge = (-4..=8)
                    .rev()
                    .map(|half| radius + half as f32 * 0.5)
                    .find(|d| self.at((x + cos * d).floor() as i32, (y + sin * d).floor() as i32));
            }
            // Opposite edges show how far the centre is off; strokes that leave the circle are outliers among them.
            let shift = |axis: fn(f32) -> f32| {
                let mut shifts: Vec<f32> = (0..RAYS / 2)
                    .filter_map(|i| Some((i, edges[i]?, edges[i + RAYS / 2]?)))
                    .map(|(i, a, b)| (a - b) / 2.0 * axis(i as f32 * std::f32::consts::TAU / RAYS as f32))
                    .collect();
                shifts.sort_by(f32::total_cmp);
                let inner = shifts.len() / 6..shifts.len() - shifts.len() / 6;
                let count = inner.len().max(1) as f32;
                shifts[inner].iter().sum::<f32>() / count * 2.0
            };
            let (dx, dy) = (shift(f32::cos), shift(f32::sin));
            let mut known: Vec<f32> = edges.iter().flatten().copied().collect();
            known.sort_by(f32::total_cmp);
            let Some(&middle) = known.get(known.len() / 2) else { return *rect };
            x += dx.clamp(-2.0, 2.0);
            y += dy.clamp(-2.0, 2.0);
            radius = middle.clamp(radius - 3.0, radius + 3.0);
        }
        let (x, y) = (x + self.zone.left as f32, y + self.zone.top as f32);
        let radius = radius + 0.5;
        Rect::new(
            (x - radius).round() as i32,
            (y - radius).round() as i32,
            (x + radius).round() as i32,
            (y + radius).round() as i32,
        )
    }

    fn circle_quality(&self, x: f32, y: f32, radius: f32) -> f32 {
        let cover = self.ring(x, y, radius, &FORTY);
        if cover < 0.82 {
            return 0.0;
        }
        let crowded = self.ring(x, y, radius + 4.0, &THIRTY_TWO);
        // Right inside the line it is white, unless the dot fills the circle.
        let inner = self.ring(x, y, (radius - self.inches(0.022).max(4) as f32).max(1.0), &TWENTY_FOUR);
        let half = (radius * 0.6) as i32;
        let (column, row) = (x as i32, y as i32);
        let solid = self.share(column - half, row - half, column + half + 1, row + half + 1) > 0.7;
        let busy = if solid { 0.0 } else { inner };
        let r = radius as i32;
        let alone = self.alone(column - r - 1, row - r - 1, column + r + 2, row + r + 2);
        if alone < ALONE {
            return 0.0;
        }
        // The corners of a square's outline lie outside the circle: white there.
        let diagonal = (radius * 0.95) as i32;
        let corners = [(-1, -1), (1, -1), (-1, 1), (1, 1)]
            .iter()
            .filter(|d| self.near(column + d.0 * diagonal, row + d.1 * diagonal))
            .count();
        cover - 0.45 * crowded - 0.12 * busy - 0.3 * (1.0 - alone) - 0.06 * corners as f32
    }

    /// `[ ]` and `( )`: two upright strokes with feet that point, or arcs that open, towards each other.
    fn brackets(&self, middles: &Rect, found: &mut Vec<MarkBox>) {
        let (shortest, longest) = (self.inches(0.09), self.inches(0.33));
        let (narrow, usual, wide) = (self.inches(0.05), self.inches(0.2), self.inches(0.5));
        let forms: Vec<ArcForm> = (shortest..=longest)
            .flat_map(|tall| (0..=3).map(move |bulge| ArcForm::new(tall, bulge)))
            .filter(|form| form.bulge == 0 || form.deep >= 2.0)
            .collect();
        let mut lefts: Vec<Arc> = Vec::new();
        let mut rights: Vec<Arc> = Vec::new();
        // The halves of one bracket are uneven by a few pixels at most.
        const UNEVEN: i32 = 4;
        let lefts_at = middles.left - wide / 2 - 2..middles.right + 2;
        let rights_at = middles.left - 2..middles.right + wide / 2 + 2;
        let rows = (middles.top - UNEVEN - 2).max(shortest / 2)
            ..(middles.bottom + UNEVEN + 2).min(self.height as i32 - shortest / 2);
        for middle in rows {
            // The back of a bracket is where a run of ink begins or ends: white behind it.
            let mut before = i32::MIN / 2;
            self.dark_rows.for_runs(middle as u32, 0, self.width as i32, |left, right| {
                if left - before >= 4 && lefts_at.contains(&left) {
                    lefts.extend(self.best_arc(left, middle, &forms, 1));
                }
                before = right;
            });
            let mut last: Option<i32> = None;
            self.dark_rows.for_runs(middle as u32, 0, self.width as i32, |left, right| {
                if let Some(end) = last.filter(|end| left - end >= 4 && rights_at.contains(end)) {
                    rights.extend(self.best_arc(end - 1, middle, &forms, -1));
                }
                last = Some(right);
            });
            if let Some(end) = last.filter(|end| rights_at.contains(end)) {
                rights.extend(self.best_arc(end - 1, middle, &forms, -1));
            }
        }
        for left in &lefts {
            for right in rights.iter().filter(|r| r.round == left.round) {
                let gap = right.x - left.x;
                let uneven = (left.top - right.top).abs() + (left.tall - right.tall).abs();
                if gap < narrow || gap > wide || uneven > UNEVEN || gap > 4 * left.tall || gap * 5 < left.tall * 2 {
                    continue;
                }
                let (top, bottom) = (left.top.min(right.top), (left.top + left.tall).max(right.top + right.tall));
                // Between the halves of wide ones stands a mark in the middle; between those of two letters stand letters.
                let room = gap / 3;
                // The ends of round ones reach in.
                let depth = if left.round { (left.tall / 3).max(4).min(room - 1) } else { 4 };
                let crowded = self.busy_rows(left.x + depth, left.x + room, top, bottom).max(self.busy_rows(
                    right.x - room,
                    right.x + 1 - depth,
                    top,
                    bottom,
                ));
                if gap > usual.max(2 * left.tall) && crowded > 0.2 {
                    continue;
                }
                let lid = self.level(top + 1, left.x, right.x + 1).max(self.level(bottom - 2, left.x, right.x + 1));
                let alone = self.alone(left.x - 1, top, right.x + 2, bottom);
                // The inside of a letter is white too, but a box has a word's gap on one side at least.
                let gap_width = self.inches(0.09);
                let before = self.busy_rows(left.x - 1 - gap_width, left.x - 3, top, bottom);
                let after = self.busy_rows(right.x + 4, right.x + 2 + gap_width, top, bottom);
                if alone < ALONE || before.min(after) > 0.3 {
                    continue;
                }
                let quality = (left.quality + right.quality) / 2.0
                    - 0.02 * uneven as f32
                    - 0.3 * (1.0 - alone)
                    - (lid - 0.75).max(0.0);
                if quality >= 0.62 {
                    let rect = Rect::new(left.x - 1, top, right.x + 2, bottom).translate(self.zone.left, self.zone.top);
                    found.push(MarkBox { rect, shape: BoxShape::Bracket, quality });
                }
            }
        }
    }

    /// The best half of a bracket whose outermost column is `x` and whose middle is a row; `forms` stand in order of their height.
    fn best_arc(&self, x: i32, middle: i32, forms: &[ArcForm], facing: i32) -> Option<Arc> {
        if !(4..self.width as i32 - 4).contains(&x) {
            return None;
        }
        let mut best: Option<Arc> = None;
        for form in forms {
            let tall = form.tall;
            let top = middle - tall / 2;
            if top < 0 || top + tall > self.height as i32 {
                break;
            }
            if let Some(quality) = self.arc(x, top, form, facing)
                && best.is_none_or(|b| quality + tall as f32 * 0.002 > b.quality + b.tall as f32 * 0.002)
            {
                best = Some(Arc { x, top, tall, round: form.bulge > 0, quality });
            }
        }
        best
    }

    /// The points of a bracket's half that do not show.
    fn missing<'a>(&'a self, x: i32, top: i32, form: &'a ArcForm, facing: i32) -> impl Iterator<Item = &'a (i32, i32)> {
        form.points.iter().filter(move |(aside, under)| {
            let column = x + facing * aside;
            !(-1..=1).any(|d| self.at(column + d, top + under))
        })
    }

    /// Quality of a bracket's half: outermost at column `x`, opening towards `facing`; straight with feet, or bulging.
    fn arc(&self, x: i32, top: i32, form: &ArcForm, facing: i32) -> Option<f32> {
        let &ArcForm { tall, bulge, deep, .. } = form;
        let tip = x + facing * form.ends;
        if !self.near(tip, top) || !self.near(tip, top + tall - 1) {
            return None;
        }
        let missing = self.missing(x, top, form, facing).take(2).count();
        if missing > 1 {
            return None;
        }
        // The ends: nothing goes on above and below.
        let goes_on = |y: i32| (-1..=1).any(|d| self.at(tip + d, y) || self.at(x + d, y));
        if goes_on(top - 3) || goes_on(top + tall + 2) {
            return None;
        }
        let mut quality = 0.85 + 0.15 * (1 - missing as i32) as f32;
        // Behind the back it is white, along all of it: the sides of letters have corners and serifs there.
        let (near, far) = (x - 2 * facing, x - 4 * facing);
        let behind = self.busy_rows(near.min(far), near.max(far) + 1, top, top + tall);
        if behind > 0.3 {
            return None;
        }
        quality -= 0.4 * behind;
        if bulge > 0 && [top, top + tall - 1].iter().any(|&y| (2..=4).all(|d| self.at(x - facing * d, y))) {
            return None;
        }
        if bulge == 0 {
            let foot = |y: i32| (2..=4).all(|d| (-2..=2).any(|s| self.at(x + facing * d, y + s)));
            let serif = |y: i32| (3..=4).any(|d| (-1..=1).any(|s| self.at(x - facing * d, y + s)));
            let inside = (2..=3).all(|d| self.at(x + facing * d, top + tall / 4))
                && (2..=3).all(|d| self.at(x + facing * d, top + tall * 3 / 4));
            if !foot(top) || !foot(top + tall - 1) || serif(top) || serif(top + tall - 1) || inside {
                return None;
            }
        } else {
            // A straight stroke passes as a slightly bent one; its middle then shows at the tips' column too.
            let straight = (0..5).filter(|i| self.at(tip, top + tall * (i + 3) / 10)).count();
            let unbent = deep >= 3.0 && (self.at(x, top) || self.at(x, top + tall - 1));
            if unbent || (deep >= 3.0 && straight >= 4) {
                return None;
            }
        }
        Some(quality)
    }

    /// Short level lines that nothing but a mark touches.
    fn lines(&self, page: &PreparedPage, middles: &Rect, found: &mut Vec<MarkBox>) {
        let (shortest, longest) = (self.inches(LINES.0), self.inches(LINES.1));
        let space = self.inches(0.17);
        let thick = self.inches(0.03).max(4);
        // A line may count with its own place or with the middle of the space above it.
        let rows = (middles.top - thick - 2).max(1)..(middles.bottom + space + 2).min(self.height as i32 - 1);
        for y in rows {
            for (left, right) in self.level_runs(y) {
                let length = right - left;
                if length < shortest || length > longest {
                    continue;
                }
                // Mostly white right above and below: a line, and no bar of a letter or edge of a patch.
                let (above, below) = (
                    self.share(left, y - thick - 2, right, y - thick + 1),
                    self.share(left, y + thick, right, y + thick + 3),
                );
                let beside = self.busy_rows(left - 7, left - 2, y - 3, y + 4).max(self.busy_rows(
                    right + 2,
                    right + 7,
                    y - 3,
                    y + 4,
                ));
                let cover = self.level(y, left, right);
                let quality = cover - 0.5 * below.max(0.0) - 0.3 * above - 0.3 * beside;
                // The sides of a box stand on its lower edge.
                let side = self.upright(left + 1, y - shortest * 3 / 4, y).max(self.upright(
                    right - 2,
                    y - shortest * 3 / 4,
                    y,
                ));
                // Solid from this row on: the upper edge of the line.
                if side > 0.7 || quality < 0.6 || self.at_row_above(left, right, y) {
                    continue;
                }
                let mut bottom = y + 1;
                while bottom < y + thick && self.share(left, bottom, right, bottom + 1) > 0.5 {
                    bottom += 1;
                }
                let rect = Rect::new(left, (y - space).max(0), right, bottom).translate(self.zone.left, self.zone.top);
                found.push(MarkBox { rect, shape: BoxShape::Line, quality: quality * 0.9 });
            }
        }
        // Rulings that reach out of the zone are no boxes, whatever part of them shows.
        found.retain(|b| {
            b.shape != BoxShape::Line || {
                let line = Rect::new(b.rect.left, b.rect.bottom - 4, b.rect.right, b.rect.bottom + 2);
                !page.rulings.horizontal.iter().any(|r| r.rect.width() > longest && r.rect.intersect(&line).area() > 0)
            }
        });
    }

    /// Runs of ink of a row or the one below it; those with gaps of up to three pixels between them are one.
    fn level_runs(&self, y: i32) -> Vec<(i32, i32)> {
        let mut runs: Vec<(i32, i32)> = Vec::new();
        self.level_rows.for_runs(y as u32, 0, self.width as i32, |left, right| match runs.last_mut() {
            Some((_, end)) if left - *end <= 3 => *end = right,
            _ => runs.push((left, right)),
        });
        runs
    }

    /// Whether the row above is as dark, so that the line began higher up.
    fn at_row_above(&self, left: i32, right: i32, y: i32) -> bool {
        self.share(left, y - 1, right, y) > 0.8
    }
}
