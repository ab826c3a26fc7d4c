//! Whether a box is marked: ink beyond the box's own outline, judged by a band with room for doubt.
//!
//! The band is the caller's (it is data of the rule pack). Elsewhere blank boxes were seen to score up to 5.5 % and the lightest
//! marks 18 %; between the two edges of the band a person looks.

use serde::{Deserialize, Serialize};

use super::boxes::{BoxShape, MarkBox};
use super::components::{Labelled, components, label};
use super::{Bitmap, PreparedPage};
use crate::answer::{Confidence, Mark};
use crate::geometry::Rect;

/// Fill below which a box is blank and from which it is marked; between them it is unsure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkBand {
    pub unchecked_below: f32,
    pub checked_above: f32,
}

impl Default for MarkBand {
    /// Measured on drawn boxes of all shapes with ticks, crosses, fills and dots, and on noise of every kind.
    fn default() -> Self {
        Self { unchecked_below: 0.045, checked_above: 0.065 }
    }
}

/// What was measured of a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkMeasure {
    pub mark: Mark,
    pub confidence: Confidence,
    /// Ink of the mark as a share of the box's inside, 0 to 1. For boxes larger than 0.16 inch the inside of such a box is taken,
    /// since a pen's tick does not grow with the box; above lines and in cells, that of 0.1 inch.
    pub fill: f32,
}

/// The ink of one box before it is judged.
#[derive(Clone, Copy, Debug, Default)]
struct MarkInk {
    /// Share of the inside.
    inside: f32,
    /// Ink that is connected to the box and lies around it, over the inside's area.
    leaving: f32,
    /// The mark goes far beyond the box on both sides, or covers several times its area.
    struck: bool,
    /// The longer extent of its largest piece as a share of the inside's: a stroke crosses the box, a speck lies in it.
    reach: f32,
}

impl MarkInk {
    fn fill(&self) -> f32 {
        // A stroke that leaves the box speaks for a mark, but only together with ink inside: the rest may be the label's.
        (self.inside + (0.35 * self.leaving).min(0.8 * self.inside)).min(1.0)
    }
}

/// Measures one box.
pub fn measure_mark(page: &PreparedPage, mark_box: &MarkBox, band: &MarkBand) -> MarkMeasure {
    judge(&ink_of(page, mark_box, outline_of(page, mark_box)), 0.0, mark_box, band)
}

/// Measures boxes that stand together.
///
/// The emptiest box tells what the outline itself leaves inside, but only when it is as empty as a blank box can be: a group in which
/// every box is marked, or none, is measured like single boxes. A stroke that dips into a neighbour is counted where most of it lies.
pub fn measure_group(page: &PreparedPage, boxes: &[MarkBox], band: &MarkBand) -> Vec<MarkMeasure> {
    let outlines: Vec<i32> = boxes.iter().map(|b| outline_of(page, b)).collect();
    let inks: Vec<MarkInk> =
        boxes.iter().zip(shared_outlines(boxes, &outlines)).map(|(b, outline)| ink_of(page, b, outline)).collect();
    let outlined = boxes.iter().zip(&inks).filter(|(b, _)| b.shape != BoxShape::None);
    let emptiest = outlined.map(|(_, ink)| ink.fill()).fold(f32::MAX, f32::min);
    let own = if boxes.len() >= 2 && emptiest < band.unchecked_below { emptiest * 0.8 } else { 0.0 };
    let mut measures: Vec<MarkMeasure> = boxes
        .iter()
        .enumerate()
        .map(|(index, mark_box)| {
            let measure = judge(&inks[index], own, mark_box, band);
            if measure.mark == Mark::Unchecked || !dips_in(page, boxes, &inks, index) {
                return measure;
            }
            // Most of this mark belongs to the box beside it.
            let mark = if measure.fill < 2.0 * band.checked_above { Mark::Unchecked } else { Mark::Unsure };
            let confidence = if mark == Mark::Unchecked { 0.7 } else { 0.4 };
            MarkMeasure { mark, confidence: Confidence::new(confidence), ..measure }
        })
        .collect();
    if let Some(only) = only_light_mark(&measures, &inks, boxes, band) {
        measures[only].mark = Mark::Checked;
        measures[only].confidence = Confidence::new(0.65);
    }
    for index in 0..boxes.len() {
        if measures[index].mark == Mark::Unchecked && is_ringed(page, &boxes[index]) {
            measures[index].mark = Mark::Unsure;
            measures[index].confidence = Confidence::new(0.4);
        }
    }
    if measures.iter().all(|m| m.mark == Mark::Unchecked) {
        for faint in faint_traces(page, boxes) {
            measures[faint].mark = Mark::Unsure;
            measures[faint].confidence = Confidence::new(0.3);
        }
    }
    measures
}

/// Whether a pen went all around a box: a piece of ink that lies on all four sides of it, and is no line of a table.
fn is_ringed(page: &PreparedPage, mark_box: &MarkBox) -> bool {
    if !matches!(mark_box.shape, BoxShape::Square | BoxShape::Circle | BoxShape::Oval | BoxShape::Bracket) {
        return false;
    }
    let rect = mark_box.rect;
    let (width, height) = (rect.width(), rect.height());
    // The writing has no lines of tables; a word beside the box that the ring runs through belongs to its piece.
    let window = rect.inflate(2 * width, 2 * height);
    components(&page.writing, &window).into_iter().any(|piece| {
        let r = piece.rect;
        let around = [rect.left - r.left, rect.top - r.top, r.right - rect.right, r.bottom - rect.bottom];
        let beyond = 3.max(width.min(height) / 8);
        let within = r.top > window.top && r.bottom < window.bottom && r.left > window.left;
        around.iter().all(|side| *side >= beyond) && within && r.height() < 3 * height
    })
}

/// Boxes of a group without a mark whose dust is many times that of the others and lies all over them: a stroke so faint that the fax left
/// dots of it, which were taken for specks.
fn faint_traces(page: &PreparedPage, boxes: &[MarkBox]) -> Vec<usize> {
    let dusts: Vec<Dust> = boxes.iter().map(|mark_box| Dust::of(page, mark_box)).collect();
    let mut shares: Vec<f32> = dusts.iter().map(|dust| dust.share).collect();
    shares.sort_unstable_by(f32::total_cmp);
    let usual = shares.get(shares.len() / 2).copied().unwrap_or(0.0);
    let is_trace = |dust: &Dust| dust.share >= (DUSTY * usual).max(TRACE) && dust.reach >= SPREAD;
    if boxes.len() < 4 { Vec::new() } else { (0..boxes.len()).filter(|&index| is_trace(&dusts[index])).collect() }
}

/// How many times the dust of the box in the middle a trace has at least, its share of the inside, and how much of it it spans.
const DUSTY: f32 = 3.0;
const TRACE: f32 = 0.03;
const SPREAD: f32 = 0.35;

/// All ink inside a box, what was taken for specks with it.
struct Dust {
    /// Share of the inside.
    share: f32,
    /// Share of the inside's columns, or of its rows where those are fewer, that have some.
    reach: f32,
}

impl Dust {
    fn of(page: &PreparedPage, mark_box: &MarkBox) -> Self {
        let inside = Inside::new(mark_box, outline_of(page, mark_box));
        let zone = inside.rect;
        let (mut ink, mut rows) = (0u32, 0u32);
        let mut columns = vec![false; zone.width().max(0) as usize];
        for y in zone.top..zone.bottom {
            let (left, right) = inside.columns(y);
            let dots = (left..right).filter(|&x| page.ink.get(x, y));
            let before = ink;
            for x in dots {
                ink += 1;
                if let Some(column) = columns.get_mut((x - zone.left) as usize) {
                    *column = true;
                }
            }
            rows += u32::from(ink > before);
        }
        let columns = columns.iter().filter(|dotted| **dotted).count();
        let side = most_side(page, mark_box);
        let share = |part: f32, whole: i32| part / (whole.max(1) as f32).min(side);
        Self {
            share: ink as f32 / (inside.area() as f32).clamp(1.0, side * side),
            reach: share(columns as f32, zone.width()).min(share(rows as f32, zone.height())),
        }
    }
}

/// The one light mark of a group whose other boxes are clean: a thin pen's stroke across the box leaves little ink, but dirt that leaves as
/// much neither crosses a box nor spares all others.
fn only_light_mark(measures: &[MarkMeasure], inks: &[MarkInk], boxes: &[MarkBox], band: &MarkBand) -> Option<usize> {
    let mut above = (0..measures.len()).filter(|&i| measures[i].mark != Mark::Unchecked);
    let (only, None) = (above.next()?, above.next()) else { return None };
    // One of the others may be cut by its own outline, which lies a pixel aside: less than a third of the mark, and no other one.
    let is_clean = |i: &usize| *i == only || measures[*i].fill * 2.0 < band.unchecked_below;
    let is_far_less = |i: usize| measures[i].fill * 3.0 < measures[only].fill;
    let mut unclean = (0..boxes.len()).filter(|i| !is_clean(i));
    let clean = unclean.next().is_none_or(is_far_less) && unclean.next().is_none();
    let ink = &inks[only];
    // Where the others are spotless a tick between wide brackets counts as well.
    let spotless = (0..boxes.len()).all(|i| i == only || measures[i].fill <= SPOTLESS);
    let least = if spotless { 1.5 } else { 2.0 } * band.unchecked_below;
    let is_stroke = measures[only].fill >= least && ink.reach >= STROKE && !ink.struck;
    let alike = boxes.iter().all(|b| b.shape == boxes[only].shape) && boxes[only].shape != BoxShape::None;
    (boxes.len() >= 4 && measures[only].mark == Mark::Unsure && is_stroke && alike && clean).then_some(only)
}

/// Share of a box's inside from which a piece of ink crosses it.
const STROKE: f32 = 0.5;
/// Share of a spotless box's inside that is ink.
const SPOTLESS: f32 = 0.005;

/// The outlines of boxes that stand together: all of one shape are printed alike, and a tick that runs along the sides of its box makes that
/// one's seem thick.
fn shared_outlines(boxes: &[MarkBox], outlines: &[i32]) -> Vec<i32> {
    let usual = |shape: BoxShape| {
        let mut alike: Vec<i32> =
            boxes.iter().zip(outlines).filter(|(b, _)| b.shape == shape).map(|(_, outline)| *outline).collect();
        alike.sort_unstable();
        alike.get(alike.len() / 2).copied()
    };
    // The rows of a fax make an outline a pixel thicker here and there.
    boxes.iter().zip(outlines).map(|(b, own)| usual(b.shape).map_or(*own, |usual| (*own).min(usual + 1))).collect()
}

/// Whether the mark in box `index` is the end of a stroke of another box's mark.
fn dips_in(page: &PreparedPage, boxes: &[MarkBox], inks: &[MarkInk], index: usize) -> bool {
    let own = &boxes[index];
    if own.shape == BoxShape::None {
        return false;
    }
    let reach = (0.2 * page.dpi as f32) as i32;
    boxes.iter().zip(inks).enumerate().any(|(other_index, (other, other_ink))| {
        if other_index == index || other_ink.inside < 2.5 * inks[index].inside {
            return false;
        }
        let both = own.rect.union(&other.rect);
        if both.width() > own.rect.width() + other.rect.width() + reach
            || both.height() > own.rect.height() + other.rect.height() + reach
        {
            return false;
        }
        // One piece of ink lies in both insides.
        let labelled = label(&page.shapes, &both.inflate(4, 4));
        let (a, b) = (inside_of(own), inside_of(other));
        let in_zone = |zone: &Rect| -> Vec<u32> {
            let mut seen: Vec<u32> = labelled
                .runs
                .iter()
                .filter(|r| r.y >= zone.top && r.y < zone.bottom && r.left < zone.right && r.right > zone.left)
                .map(|r| r.component)
                .collect();
            seen.sort_unstable();
            seen.dedup();
            seen
        };
        let others = in_zone(&b);
        in_zone(&a).iter().any(|piece| others.contains(piece))
    })
}

fn judge(ink: &MarkInk, own: f32, mark_box: &MarkBox, band: &MarkBand) -> MarkMeasure {
    let fill = ((ink.fill() - own) / (1.0 - own)).clamp(0.0, 1.0);
    let (low, high) = (band.unchecked_below, band.checked_above.max(band.unchecked_below));
    // A tick that runs along the sides of its box leaves hardly any ink inside, but much beyond it.
    let grazed = ink.inside >= low / 3.0 && ink.leaving >= 0.2;
    let (mark, confidence) = if fill < low && grazed {
        (Mark::Unsure, 0.3)
    } else if fill < low {
        (Mark::Unchecked, 0.99 - 0.35 * (fill / low.max(1e-6)).powi(2))
    } else if fill < high {
        (Mark::Unsure, 0.3)
    } else if ink.struck {
        (Mark::Unsure, 0.4)
    } else {
        (Mark::Checked, 0.65 + 0.34 * ((fill - high) / high.max(1e-6)).min(1.0))
    };
    // Without an outline nobody knows which ink is the mark's.
    let (mark, certainty) = match mark_box.shape {
        BoxShape::None if mark == Mark::Checked => (Mark::Unsure, 0.5),
        // And where no box was found nobody knows that it is empty.
        BoxShape::None => (mark, 0.45),
        _ => (mark, 0.8 + 0.2 * mark_box.quality.clamp(0.0, 1.0)),
    };
    MarkMeasure { mark, confidence: Confidence::new(confidence * certainty), fill }
}

/// The inside of a box's outline as a rectangle; outlines are up to a fortieth of an inch thick.
fn inside_of(mark_box: &MarkBox) -> Rect {
    let r = mark_box.rect;
    let inset = |side: i32| (side / 4).clamp(2, 6);
    match mark_box.shape {
        BoxShape::Line => Rect::new(r.left, r.top, r.right, r.bottom - 1),
        _ => r.inflate(-inset(r.width()), -inset(r.height())),
    }
}

/// Thickness of a box's outline in pixels, the least of its sides: a mark may thicken some of them.
fn outline_thickness(shapes: &Bitmap, mark_box: &MarkBox) -> i32 {
    let r = mark_box.rect;
    let most = (r.width().min(r.height()) / 4).clamp(2, 7);
    let level = |y: i32| {
        shapes.count(&Rect::new(r.left + 2, y, r.right - 2, y + 1)) as f32 / (r.width() - 4).max(1) as f32 > 0.5
    };
    let upright = |x: i32| {
        shapes.count(&Rect::new(x, r.top + 2, x + 1, r.bottom - 2)) as f32 / (r.height() - 4).max(1) as f32 > 0.5
    };
    let depth = |dark: &dyn Fn(i32) -> bool| {
        // The rectangle may stand a pixel off its outline.
        let first = (0..=1).find(|&i| dark(i)).unwrap_or(0);
        (first..=most).find(|&i| !dark(i)).unwrap_or(most + 1)
    };
    if matches!(mark_box.shape, BoxShape::Circle | BoxShape::Oval) {
        return ring_thickness(shapes, &r, most);
    }
    if mark_box.shape == BoxShape::Bracket {
        return bracket_thickness(shapes, &r, most);
    }
    let sides = [
        depth(&|i| level(r.top + i)),
        depth(&|i| level(r.bottom - 1 - i)),
        depth(&|i| upright(r.left + i)),
        depth(&|i| upright(r.right - 1 - i)),
    ];
    sides.into_iter().min().unwrap_or(2).clamp(1, most)
}

/// Thickness of brackets: what rows through their middle meet from outside, the thinner third.
fn bracket_thickness(shapes: &Bitmap, rect: &Rect, most: i32) -> i32 {
    let mut depths: Vec<i32> = (rect.top + rect.height() * 3 / 10..rect.top + rect.height() * 7 / 10)
        .flat_map(|y| [(rect.left - 2, 1, y), (rect.right + 1, -1, y)])
        .filter_map(|(x, step, y)| {
            let first = (0..=5).find(|&d| shapes.get(x + step * d, y))?;
            (first + 1..=first + most + 2)
                .find(|&d| !shapes.get(x + step * d, y))
                .map(|end| end - 1 + i32::from(first > 3))
        })
        .collect();
    depths.sort_unstable();
    depths.get(depths.len() / 3).copied().unwrap_or(2).clamp(1, most)
}

/// Thickness of a circle's or an oval's line: how deep rays from outside meet ink, by the thinner half of them.
fn ring_thickness(shapes: &Bitmap, rect: &Rect, most: i32) -> i32 {
    let (x, y) = ((rect.left + rect.right - 1) as f32 / 2.0, (rect.top + rect.bottom - 1) as f32 / 2.0);
    let (across, down) = (rect.width() as f32 / 2.0, rect.height() as f32 / 2.0);
    let mut depths: Vec<i32> = (0..32)
        .filter_map(|i| {
            let (sin, cos) = (i as f32 * std::f32::consts::TAU / 32.0).sin_cos();
            let dark = |depth: i32| {
                let depth = depth as f32;
                shapes.get((x + cos * (across - depth)).round() as i32, (y + sin * (down - depth)).round() as i32)
            };
            let first = (-1..=2).find(|&depth| dark(depth))?;
            (first + 1..=most + 2).find(|&depth| !dark(depth))
        })
        .collect();
    depths.sort_unstable();
    // Where a mark hides the inner edge all around there is nothing to measure.
    depths.get(depths.len() * 2 / 3).copied().unwrap_or(2).clamp(1, most)
}

/// Thickness of the box's own outline, in pixels.
fn outline_of(page: &PreparedPage, mark_box: &MarkBox) -> i32 {
    match mark_box.shape {
        BoxShape::Square | BoxShape::Circle | BoxShape::Oval | BoxShape::Bracket => {
            outline_thickness(&page.shapes, mark_box)
        }
        BoxShape::Line | BoxShape::Cell | BoxShape::None => 0,
    }
}

fn ink_of(page: &PreparedPage, mark_box: &MarkBox, thickness: i32) -> MarkInk {
    let inches = |x: f32| (x * page.dpi as f32).round() as i32;
    let rect = mark_box.rect;
    if rect.intersect(&page.shapes.bounds()).is_empty() {
        return MarkInk::default();
    }
    let window = rect.inflate(inches(0.45), inches(0.2));
    let inside = Inside::new(mark_box, thickness);
    let area = (inside.area() as f32).clamp(1.0, most_side(page, mark_box).powi(2));
    let mut marked = 0u32;
    let labelled = label(&page.shapes, &window);
    let speck = (inches(0.012).max(2), 5);
    let mut ignored = vec![false; labelled.components.len()];
    for (flag, piece) in ignored.iter_mut().zip(&labelled.components) {
        // A line that runs a little crooked lies in the space above it, and so does the line of the option above.
        let is_line = mark_box.shape == BoxShape::Line
            && piece.rect.width() * 10 >= rect.width() * 7
            && piece.rect.height() <= line_thickness(rect) + 2;
        *flag = piece.rect.width() <= speck.0 && piece.rect.height() <= speck.0 || piece.ink <= speck.1 || is_line;
    }
    let mut pieces: Vec<Option<Rect>> = vec![None; labelled.components.len()];
    for run in labelled.runs.iter().filter(|run| !ignored[run.component as usize]) {
        let (left, right) = inside.columns(run.y);
        let (left, right) = (run.left.max(left), run.right.min(right));
        if left < right {
            marked += (right - left) as u32;
            let here = Rect::new(left, run.y, right, run.y + 1);
            let piece = &mut pieces[run.component as usize];
            *piece = Some(piece.map_or(here, |whole| whole.union(&here)));
        }
    }
    let (width, height) = (inside.rect.width().max(1) as f32, inside.rect.height().max(1) as f32);
    let reach = |piece: &Rect| (piece.width() as f32 / width).max(piece.height() as f32 / height);
    let reach = pieces.iter().flatten().map(reach).fold(0.0, f32::max);
    let (leaving, struck) = leaving(page, mark_box, &labelled, inches(1.0));
    let leaving = leaving as f32 / area;
    MarkInk { inside: (marked as f32 / area).min(1.0), leaving, struck: struck || leaving > 3.5, reach }
}

/// The most that counts of a box's side, in pixels: a tick on a line or in a cell covers a small part of the space there.
fn most_side(page: &PreparedPage, mark_box: &MarkBox) -> f32 {
    (if matches!(mark_box.shape, BoxShape::Line | BoxShape::Cell) { 0.1 } else { 0.16 }) * page.dpi as f32
}

/// Ink that hangs on the box and lies outside, and whether it strikes the box through.
fn leaving(page: &PreparedPage, mark_box: &MarkBox, labelled: &Labelled, inch: i32) -> (u32, bool) {
    let rect = mark_box.rect;
    let body = rect.inflate(2, 2);
    let mut touches = vec![false; labelled.components.len()];
    for run in &labelled.runs {
        if run.y >= rect.top && run.y < rect.bottom && run.left < rect.right && run.right > rect.left {
            touches[run.component as usize] = true;
        }
    }
    // Lines of a table that the box stands on are not the mark's.
    let printed = |y: i32, left: i32, right: i32| {
        let run = Rect::new(left, y, right, y + 1);
        page.rulings
            .horizontal
            .iter()
            .chain(&page.rulings.vertical)
            .any(|r| r.rect.inflate(1, 2).intersect(&run) == run)
    };
    let mut ink = 0u32;
    let (mut west, mut east) = (0, 0);
    let (mut north, mut south) = (0, 0);
    for run in labelled.runs.iter().filter(|run| touches[run.component as usize]) {
        let outside = if run.y < body.top || run.y >= body.bottom {
            run.right - run.left
        } else {
            (body.left - run.left).max(0).min(run.right - run.left)
                + (run.right - body.right).max(0).min(run.right - run.left)
        };
        if outside == 0 || printed(run.y, run.left, run.right) {
            continue;
        }
        ink += outside as u32;
        west = west.max(rect.left - run.left);
        east = east.max(run.right - rect.right);
        // A pen leaves a box slantingly: what goes on right above and below its middle is a line down the page.
        let aside = rect.width() / 4;
        if run.right - run.left <= inch / 20 && run.left > rect.left + aside && run.right < rect.right - aside {
            north = north.max(rect.top - run.y);
            south = south.max(run.y - rect.bottom);
        }
    }
    let far = (rect.width() * 9 / 10).max(inch / 8);
    let is_streaked = page.rulings.vertical.iter().any(|r| {
        (rect.left + rect.width() / 4..rect.right - rect.width() / 4).contains(&r.rect.center_x())
            && r.rect.top < rect.top - far
            && r.rect.bottom > rect.bottom + far
    });
    (ink, west > far && east > far || north > far && south > far || is_streaked)
}

/// The inside of a box, row by row.
struct Inside {
    rect: Rect,
    /// The inside of a circle or an oval.
    round: Option<Ellipse>,
}

struct Ellipse {
    x: f32,
    y: f32,
    /// Half its width and half its height.
    across: f32,
    down: f32,
}

impl Inside {
    fn new(mark_box: &MarkBox, thickness: i32) -> Self {
        let r = mark_box.rect;
        let margin = |side: i32| (thickness + 2).min(side * 3 / 10).max(1);
        match mark_box.shape {
            BoxShape::Circle | BoxShape::Oval => {
                let radius = |side: i32| (side as f32 / 2.0 - thickness as f32 - 2.0).max(2.0);
                let (width, height) = match mark_box.shape {
                    BoxShape::Oval => (r.width(), r.height()),
                    _ => (r.width().min(r.height()), r.width().min(r.height())),
                };
                let (x, y) = ((r.left + r.right) as f32 / 2.0, (r.top + r.bottom) as f32 / 2.0);
                Self {
                    rect: r.inflate(-margin(r.width()), -margin(r.height())),
                    round: Some(Ellipse { x, y, across: radius(width), down: radius(height) }),
                }
            }
            // The ends of brackets are open; feet of square ones reach in a little.
            BoxShape::Bracket => {
                let aside = (thickness + 1 + r.width() * 3 / 20).min(r.width() / 3);
                let above = (thickness + 2).max(r.height() / 10).min(r.height() / 4);
                Self { rect: r.inflate(-aside, -above), round: None }
            }
            // The line of the option above may end in the upper rows.
            BoxShape::Line => {
                let thick = line_thickness(r);
                Self { rect: Rect::new(r.left, r.top + thick, r.right, r.bottom - thick), round: None }
            }
            BoxShape::Cell => Self { rect: r, round: None },
            BoxShape::Square | BoxShape::None => {
                Self { rect: r.inflate(-margin(r.width()), -margin(r.height())), round: None }
            }
        }
    }

    fn area(&self) -> i64 {
        match &self.round {
            Some(inside) => (std::f32::consts::PI * inside.across * inside.down) as i64,
            None => self.rect.area(),
        }
    }

    /// First column and column after the last of row `y`.
    fn columns(&self, y: i32) -> (i32, i32) {
        match &self.round {
            Some(Ellipse { x, y: centre, across, down }) => {
                let up = (y as f32 + 0.5 - centre) / down;
                let half = across * (1.0 - up * up).max(0.0).sqrt();
                ((x - half).round() as i32, (x + half).round() as i32)
            }
            None if y >= self.rect.top && y < self.rect.bottom => (self.rect.left, self.rect.right),
            None => (0, 0),
        }
    }
}

/// Rows at the bottom of a line box that may belong to the line: it is found with a row or two of play.
fn line_thickness(rect: Rect) -> i32 {
    (rect.height() / 5).clamp(3, 8)
}

#[cfg(test)]
mod tests {
    use super::super::boxes::{find_boxes, find_group};
    use super::*;

    const SIDE: i32 = 28;

    fn line(page: &mut Bitmap, from: (i32, i32), to: (i32, i32), width: i32) {
        let steps = (from.0 - to.0).abs().max((from.1 - to.1).abs()).max(1);
        for i in 0..=steps {
            let (x, y) = (from.0 + (to.0 - from.0) * i / steps, from.1 + (to.1 - from.1) * i / steps);
            page.fill(&Rect::new(x - width / 2, y - width / 2, x - width / 2 + width, y - width / 2 + width));
        }
    }

    fn outline(page: &mut Bitmap, shape: BoxShape, x: i32, y: i32) {
        match shape {
            BoxShape::Square => {
                for rect in [(0, 0, SIDE, 2), (0, SIDE - 2, SIDE, SIDE), (0, 0, 2, SIDE), (SIDE - 2, 0, SIDE, SIDE)] {
                    page.fill(&Rect::new(x + rect.0, y + rect.1, x + rect.2, y + rect.3));
                }
            }
            BoxShape::Circle => {
                for i in 0..400 {
                    let (sin, cos) = (i as f32 / 400.0 * std::f32::consts::TAU).sin_cos();
                    let (px, py) = (x as f32 + 13.0 + 13.0 * cos, y as f32 + 13.0 + 13.0 * sin);
                    page.fill(&Rect::new(px as i32, py as i32, px as i32 + 2, py as i32 + 2));
                }
            }
            BoxShape::Oval => {
                for i in 0..600 {
                    let (sin, cos) = (i as f32 / 600.0 * std::f32::consts::TAU).sin_cos();
                    let (px, py) = (x as f32 + 13.0 + 21.0 * cos, y as f32 + 13.0 + 12.0 * sin);
                    page.fill(&Rect::new(px as i32, py as i32, px as i32 + 2, py as i32 + 2));
                }
            }
            BoxShape::Bracket => {
                for (left, foot) in [(0, 0), (SIDE - 2, SIDE - 7)] {
                    page.fill(&Rect::new(x + left, y, x + left + 2, y + SIDE));
                    for top in [0, SIDE - 2] {
                        page.fill(&Rect::new(x + foot, y + top, x + foot + 7, y + top + 2));
                    }
                }
            }
            BoxShape::Line => page.fill(&Rect::new(x - 5, y + SIDE - 2, x + SIDE + 5, y + SIDE)),
            BoxShape::Cell | BoxShape::None => {}
        }
    }

    fn label_text(page: &mut Bitmap, x: i32, y: i32) {
        for letter in 0..12 {
            let x = x + letter * 15;
            page.fill(&Rect::new(x, y, x + 3, y + 20));
            page.fill(&Rect::new(x, y + 8, x + 10, y + 11));
        }
    }

    type Draw = fn(&mut Bitmap, i32, i32);

    const TICK: Draw = |page, x, y| {
        line(page, (x + 6, y + 14), (x + 12, y + 21), 3);
        line(page, (x + 12, y + 21), (x + 24, y + 3), 3);
    };
    const CROSS: Draw = |page, x, y| {
        line(page, (x + 5, y + 5), (x + 22, y + 22), 3);
        line(page, (x + 22, y + 5), (x + 5, y + 22), 3);
    };
    const FILL: Draw = |page, x, y| page.fill(&Rect::new(x + 3, y + 3, x + 25, y + 25));
    const LARGE_TICK: Draw = |page, x, y| {
        line(page, (x + 4, y + 10), (x + 13, y + 24), 3);
        line(page, (x + 13, y + 24), (x + 36, y - 14), 3);
    };
    const BLANK: Draw = |_, _, _| {};
    const DOTTED_CROSS: Draw = |page, x, y| {
        for i in (0..18).step_by(2) {
            line(page, (x + 5 + i, y + 5 + i), (x + 5 + i, y + 5 + i), 1);
            line(page, (x + 22 - i, y + 5 + i), (x + 22 - i, y + 5 + i), 1);
        }
    };

    /// One column of boxes with labels at their right, and where their boxes are to be looked for.
    fn column(shape: BoxShape, marks: &[Draw]) -> (Bitmap, Vec<Rect>) {
        let mut ink = Bitmap::new(600, 80 + 60 * marks.len() as u32);
        let mut searches = Vec::new();
        for (row, mark) in marks.iter().enumerate() {
            let (x, y) = (100, 40 + 60 * row as i32);
            outline(&mut ink, shape, x, y);
            mark(&mut ink, x, y);
            label_text(&mut ink, 160, y + 4);
            searches.push(Rect::new(70, y - 14, 156, y + 44));
        }
        (ink, searches)
    }

    fn read(ink: Bitmap, searches: &[Rect]) -> Vec<(BoxShape, Mark)> {
        let page = PreparedPage::from_ink(ink, 204);
        let boxes = find_group(&page, searches);
        let measures = measure_group(&page, &boxes, &MarkBand::default());
        boxes.iter().zip(measures).map(|(b, m)| (b.shape, m.mark)).collect()
    }

    #[test]
    fn a_stroke_of_dots_is_no_blank_box() {
        for shape in [BoxShape::Square, BoxShape::Line] {
            let (ink, searches) = column(shape, &[BLANK, BLANK, DOTTED_CROSS, BLANK, BLANK]);
            let marks: Vec<Mark> = read(ink, &searches).into_iter().map(|(_, mark)| mark).collect();
            let blank = Mark::Unchecked;
            assert_eq!(marks, [blank, blank, Mark::Unsure, blank, blank], "{shape:?}");
        }
    }

    #[test]
    fn every_shape_with_every_mark() {
        for shape in [BoxShape::Square, BoxShape::Circle, BoxShape::Oval, BoxShape::Bracket, BoxShape::Line] {
            let (ink, searches) = column(shape, &[BLANK, TICK, BLANK, CROSS, FILL, BLANK, LARGE_TICK]);
            let (no, yes) = ((shape, Mark::Unchecked), (shape, Mark::Checked));
            assert_eq!(read(ink, &searches), [no, yes, no, yes, yes, no, yes], "{shape:?}");
        }
    }

    #[test]
    fn groups_that_are_all_marked_or_all_blank_stay_so() {
        for shape in [BoxShape::Square, BoxShape::Circle, BoxShape::Oval, BoxShape::Bracket, BoxShape::Line] {
            let (ink, searches) = column(shape, &[CROSS, TICK, FILL, CROSS]);
            let marks = read(ink, &searches);
            assert!(marks.iter().all(|r| r.1 == Mark::Checked), "{shape:?}: {marks:?}");
            let (ink, searches) = column(shape, &[BLANK; 4]);
            assert!(read(ink, &searches).iter().all(|r| r.1 == Mark::Unchecked), "{shape:?}");
        }
    }

    #[test]
    fn of_two_lines_in_reach_the_one_level_with_its_label_is_the_options() {
        let marks = [BLANK, FILL, BLANK, BLANK, BLANK, BLANK, FILL];
        let mut ink = Bitmap::new(600, 80 + 40 * marks.len() as u32);
        let mut searches = Vec::new();
        for (row, mark) in marks.iter().enumerate() {
            let (x, y) = (100, 40 + 40 * row as i32);
            outline(&mut ink, BoxShape::Line, x, y);
            mark(&mut ink, x, y);
            label_text(&mut ink, 160, y + 4);
            searches.push(Rect::new(70, y - 16, 156, y + 46));
        }
        let (no, yes) = ((BoxShape::Line, Mark::Unchecked), (BoxShape::Line, Mark::Checked));
        assert_eq!(read(ink, &searches), [no, yes, no, no, no, no, yes]);
    }

    #[test]
    fn broken_outlines_and_specks_do_not_make_a_mark() {
        let (mut ink, searches) = column(BoxShape::Square, &[BLANK, TICK, BLANK]);
        for i in 0..60 {
            ink.fill(&Rect::new(75 + i * 29 % 90, 30 + i * 53 % 180, 77 + i * 29 % 90, 31 + i * 53 % 180));
        }
        for y in [52, 171] {
            ink.clear(&Rect::new(95, y, 104, y + 8));
        }
        let marks: Vec<Mark> = read(ink, &searches).iter().map(|r| r.1).collect();
        assert_eq!(marks, [Mark::Unchecked, Mark::Checked, Mark::Unchecked]);
    }

    #[test]
    fn a_box_whose_outline_is_gone_is_known_from_its_group() {
        let (mut ink, searches) = column(BoxShape::Square, &[BLANK, BLANK, TICK, BLANK]);
        ink.clear(&Rect::new(95, 95, 135, 135));
        let page = PreparedPage::from_ink(ink, 204);
        let boxes = find_group(&page, &searches);
        assert_eq!(boxes[1].shape, BoxShape::None);
        assert!((boxes[1].rect.center_x() - 114).abs() <= 3 && (boxes[1].rect.center_y() - 114).abs() <= 3);
    }

    #[test]
    fn a_mark_struck_through_by_a_long_line_is_unsure() {
        let (mut ink, searches) = column(BoxShape::Square, &[BLANK, TICK, BLANK]);
        line(&mut ink, (58, 112), (158, 118), 3);
        let page = PreparedPage::from_ink(ink, 204);
        let boxes = find_group(&page, &searches);
        let measures = measure_group(&page, &boxes, &MarkBand::default());
        assert_eq!(
            measures.iter().map(|m| m.mark).collect::<Vec<_>>(),
            [Mark::Unchecked, Mark::Unsure, Mark::Unchecked]
        );
    }

    #[test]
    fn the_only_light_stroke_of_a_clean_group_is_a_mark_and_a_blot_is_not() {
        const STROKE: Draw = |page, x, y| line(page, (x + 6, y + 21), (x + 21, y + 7), 3);
        const BLOT: Draw = |page, x, y| page.fill(&Rect::new(x + 10, y + 10, x + 17, y + 17));
        let marks = |marks: &[Draw]| -> Vec<Mark> {
            let (ink, searches) = column(BoxShape::Square, marks);
            let page = PreparedPage::from_ink(ink, 204);
            let band = MarkBand { unchecked_below: 0.055, checked_above: 0.3 };
            measure_group(&page, &find_group(&page, &searches), &band).iter().map(|m| m.mark).collect()
        };
        assert_eq!(marks(&[BLANK, STROKE, BLANK, BLANK, BLANK])[1], Mark::Checked);
        assert_eq!(marks(&[BLANK, BLOT, BLANK, BLANK, BLANK])[1], Mark::Unsure);
        assert_eq!(marks(&[BLANK, STROKE, BLANK, STROKE, BLANK])[1], Mark::Unsure);
    }

    #[test]
    fn letters_of_a_word_are_no_boxes() {
        let mut ink = Bitmap::new(600, 200);
        let mut next = 100;
        for i in 0..8 {
            let x = next;
            next += if i % 2 == 0 { SIDE + 5 } else { 28 };
            if i % 2 == 0 {
                outline(&mut ink, BoxShape::Circle, x, 60);
            } else {
                for rect in [(0, 0, 3, SIDE), (20, 0, 23, SIDE), (0, 12, 23, 15)] {
                    ink.fill(&Rect::new(x + rect.0, 60 + rect.1, x + rect.2, 60 + rect.3));
                }
            }
        }
        let page = PreparedPage::from_ink(ink, 204);
        assert_eq!(find_boxes(&page, &Rect::new(130, 40, 320, 110)), []);
    }

    #[test]
    fn a_tick_along_the_sides_of_its_circle_is_seen_beside_others() {
        let mut page = Bitmap::new(600, 400);
        for row in 0..4 {
            outline(&mut page, BoxShape::Circle, 100, 60 + row * 60);
        }
        // Along the ring for nearly half of it, and far beyond.
        for i in 0..200 {
            let (sin, cos) = (0.6 + i as f32 / 200.0 * 2.9).sin_cos();
            let (x, y) = (113.0 + 9.5 * cos, 133.0 + 9.5 * sin);
            page.fill(&Rect::new(x as i32 - 1, y as i32 - 1, x as i32 + 3, y as i32 + 3));
        }
        line(&mut page, (122, 138), (160, 90), 4);
        let page = PreparedPage::from_ink(page, 204);
        let circle = |row: i32| MarkBox {
            rect: Rect::new(100, 60 + row * 60, 100 + SIDE, 60 + row * 60 + SIDE),
            shape: BoxShape::Circle,
            quality: 1.0,
        };
        let boxes: Vec<MarkBox> = (0..4).map(circle).collect();
        let marks: Vec<Mark> = measure_group(&page, &boxes, &MarkBand::default()).iter().map(|m| m.mark).collect();
        assert_ne!(marks[1], Mark::Unchecked, "{marks:?}");
        assert_eq!([marks[0], marks[2], marks[3]], [Mark::Unchecked; 3]);
    }

    #[test]
    fn the_line_above_is_no_mark_on_the_line_below() {
        let mut page = Bitmap::new(600, 400);
        for row in 0..4 {
            let y = 100 + row * 38;
            // Printed a little crooked.
            page.fill(&Rect::new(100, y, 126, y + 3));
            page.fill(&Rect::new(126, y + 2, 152, y + 5));
        }
        let page = PreparedPage::from_ink(page, 204);
        let at = |row: i32| MarkBox {
            rect: Rect::new(100, 100 + row * 38 - 35, 152, 105 + row * 38),
            shape: BoxShape::Line,
            quality: 0.9,
        };
        let boxes: Vec<MarkBox> = (0..4).map(at).collect();
        let marks: Vec<Mark> = measure_group(&page, &boxes, &MarkBand::default()).iter().map(|m| m.mark).collect();
        assert_eq!(marks, [Mark::Unchecked; 4]);
    }

    #[test]
    fn a_typed_letter_is_a_mark_in_a_wide_cell() {
        let cell = |row: i32| MarkBox {
            rect: Rect::new(100, 60 + row * 50, 240, 100 + row * 50),
            shape: BoxShape::Cell,
            quality: 1.0,
        };
        let mut page = Bitmap::new(600, 400);
        for (from, to) in [((162, 120), (180, 140)), ((180, 120), (162, 140))] {
            line(&mut page, from, to, 2);
        }
        let page = PreparedPage::from_ink(page, 204);
        let band = MarkBand { unchecked_below: 0.055, checked_above: 0.18 };
        let boxes: Vec<MarkBox> = (0..5).map(cell).collect();
        let marks: Vec<Mark> = measure_group(&page, &boxes, &band).iter().map(|m| m.mark).collect();
        let blank = Mark::Unchecked;
        assert_eq!(marks, [blank, Mark::Checked, blank, blank, blank]);
    }

    const RINGED: Draw = |page, x, y| {
        for i in 0..600 {
            let (sin, cos) = (i as f32 / 600.0 * std::f32::consts::TAU).sin_cos();
            let (px, py) = (x as f32 + 13.0 + 25.0 * cos, y as f32 + 13.0 + 23.0 * sin);
            page.fill(&Rect::new(px as i32, py as i32, px as i32 + 3, py as i32 + 3));
        }
    };

    #[test]
    fn a_ring_around_a_box_is_no_blank() {
        let (ink, searches) = column(BoxShape::Square, &[BLANK, RINGED, BLANK, BLANK]);
        let marks: Vec<Mark> = read(ink, &searches).into_iter().map(|(_, mark)| mark).collect();
        assert_eq!(marks, [Mark::Unchecked, Mark::Unsure, Mark::Unchecked, Mark::Unchecked]);
    }
}
