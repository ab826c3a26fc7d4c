//! Rulings: the straight lines that a form is printed with, found as chains of thin fragments.
//!
//! Fax lines are seldom whole: letters cross them, rows drop out, a pale line comes through as dots, and what is left of the
//! skew makes them step. So thin flat pieces are collected first and linked by their course. Lines down the page are lines
//! across its transposed twin. Taking rulings out of the writing is [`super::erase`]'s part.

use super::Bitmap;
use super::components::{Labelled, Run, label};
use crate::geometry::Rect;

/// Lengths of a ruling's parts in pixels; all follow from the resolution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Thickest ruling.
    pub thick: i32,
    /// Shortest fragment that counts by its own shape.
    fragment: i32,
    /// Shortest ruling.
    shortest: i32,
    /// At least one fragment of a ruling is this long.
    backbone: i32,
    /// Largest gap between fragments of one ruling.
    gap: i32,
    /// Largest gap that is bridged where the ends fray.
    frayed_gap: i32,
    /// Whether a row of dots or dashes is a line: down the page it is a column of letters.
    dotted: bool,
}

impl Scale {
    pub fn across(dpi: u32) -> Self {
        let inches = |x: f32| (x * dpi as f32).round() as i32;
        Self {
            thick: inches(0.045).max(3),
            fragment: inches(0.1),
            shortest: inches(0.38),
            backbone: inches(0.19),
            gap: inches(0.12),
            frayed_gap: inches(0.9),
            dotted: true,
        }
    }

    /// Down the page letters of one column (a list that begins every line with "I") stand closer to each other than the words of a
    /// line to the next word: only what crosses may interrupt a line.
    pub fn down(dpi: u32) -> Self {
        let inches = |x: f32| (x * dpi as f32).round() as i32;
        Self { gap: inches(0.05), backbone: inches(0.24), frayed_gap: inches(0.25), dotted: false, ..Self::across(dpi) }
    }
}

/// A ruling with its course, across the page.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub rect: Rect,
    pub ink: u32,
    /// Usual thickness.
    pub thickness: i32,
    /// Points (x, y) on its middle, left to right, y in sixteenths of a pixel.
    points: Vec<(i32, i32)>,
    fragments: Vec<(i32, i32)>,
}

impl Traced {
    /// A line that fills `rect` and runs level in it.
    fn straight(ink: &Bitmap, rect: Rect) -> Traced {
        let middle = (rect.top + rect.bottom) * 8;
        Traced {
            rect,
            ink: ink.count(&rect) as u32,
            thickness: rect.height().max(1),
            points: vec![(rect.left, middle), (rect.right - 1, middle)],
            fragments: vec![(rect.left, rect.right)],
        }
    }

    /// The box of the line itself. Letters that touch it pull its course aside in places: the rows that most of it runs in count.
    pub fn level_rect(&self) -> Rect {
        // A line by hand wavers by a few of its own widths, and that is its own.
        if self.rect.height() <= 4 * self.thickness {
            return self.rect;
        }
        let mut rows: Vec<i32> =
            (0..=64).map(|i| self.row(self.rect.left + (self.rect.width() - 1) * i / 64)).collect();
        rows.sort_unstable();
        let (low, high) = (rows[rows.len() / 8], rows[rows.len() * 7 / 8]);
        let half = self.thickness / 2 + 1;
        let top = (low - half).max(self.rect.top);
        Rect { top, bottom: (high + half + 1).min(self.rect.bottom).max(top + 1), ..self.rect }
    }

    /// The row of its middle at column `x`; its ends are continued level.
    pub fn row(&self, x: i32) -> i32 {
        let after = self.points.partition_point(|p| p.0 <= x);
        let y = match (after.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(after)) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0).max(1),
            (Some(only), None) | (None, Some(only)) => only.1,
            (None, None) => self.rect.center_y() * 16,
        };
        y.div_euclid(16)
    }

    /// Share of `from..to` that its fragments cover.
    fn cover(&self, from: i32, to: i32) -> f32 {
        let covered: i32 = self.fragments.iter().map(|f| (f.1.min(to) - f.0.max(from)).max(0)).sum();
        covered as f32 / (to - from).max(1) as f32
    }

    fn start(&self) -> i32 {
        self.points.first().map_or(0, |p| p.1)
    }

    fn end(&self) -> i32 {
        self.points.last().map_or(0, |p| p.1)
    }

    fn append(&mut self, other: &Traced) {
        self.rect = self.rect.union(&other.rect);
        self.ink += other.ink;
        self.thickness = self.thickness.min(other.thickness.max(2));
        self.points.extend_from_slice(&other.points);
        self.fragments.extend_from_slice(&other.fragments);
    }
}

/// A thin flat piece of ink.
#[derive(Clone, Copy, Debug)]
struct Fragment {
    rect: Rect,
    ink: u32,
    /// Middle row at its left and right end, in sixteenths.
    start: i32,
    end: i32,
    /// Long enough to be told by its shape; else a dot or dash that stands alone.
    long: bool,
}

impl Fragment {
    /// A piece that is a line by itself and runs level.
    fn level(rect: Rect, ink: u32) -> Fragment {
        let middle = (rect.top + rect.bottom) * 8;
        Fragment { rect, ink, start: middle, end: middle, long: true }
    }
}

/// Finds the lines that run across `ink`; transposed ink gives those that run down.
pub(super) fn find(ink: &Bitmap, scale: &Scale) -> Vec<Traced> {
    let mut thin = ink.clone();
    thin.and_not(&ink.tall_ink(scale.thick as u32 + 1));
    let labelled = label(&thin, &thin.bounds());
    let chains = link(fragments(ink, &labelled, scale), scale);
    let mut lines: Vec<(Traced, bool)> = chains
        .iter()
        .filter_map(|chain| {
            let sure = is_line(chain, scale);
            (sure || (scale.dotted && is_remnant(chain, scale))).then(|| {
                let mut line = trace(chain);
                if sure {
                    extend(&mut line, ink, &thin, scale);
                }
                (line, sure)
            })
        })
        .collect();
    lines.sort_by_key(|(l, _)| (l.rect.left, l.rect.top));
    let mut lines = merge_parallel(bridge(lines, scale));
    lines.sort_by_key(|l| (l.rect.top, l.rect.left));
    lines
}

/// Whether a chain may be what a bad scan left of a pale line; only together with others on the same course it counts.
fn is_remnant(chain: &[Fragment], scale: &Scale) -> bool {
    let (Some(first), Some(last)) = (chain.first(), chain.last()) else { return false };
    let length = last.rect.right - first.rect.left;
    let covered: i32 = chain.iter().map(|f| f.rect.width()).sum();
    chain.len() >= 4 && length * 2 >= scale.fragment * 3 && covered * 10 >= length * 3 && strays_little(chain)
}

/// Follows a line beyond its last fragment where letters stand so close on it that only short pieces show between them.
fn extend(line: &mut Traced, ink: &Bitmap, thin: &Bitmap, scale: &Scale) {
    for forward in [false, true] {
        let start = if forward { line.rect.right } else { line.rect.left - 1 };
        let direction = if forward { 1 } else { -1 };
        let row = line.row(start);
        let (mut seen, mut white, mut white_run, mut end) = (0i32, 0i32, 0i32, None);
        let mut x = start;
        while x >= 0 && x < ink.width() as i32 {
            if (-1..=1).any(|d| thin.get(x, row + d)) {
                seen += 1;
                white_run = 0;
                if seen >= 3 {
                    end = Some(x);
                }
            } else if !(-1..=1).any(|d| ink.get(x, row + d)) {
                white += 1;
                white_run += 1;
            }
            // Letters on a line of text show two white columns for each flat one; a line shows hardly any.
            if white_run > scale.gap / 3 || white * 10 > seen * 4 + 40 {
                break;
            }
            x += direction;
        }
        if let Some(end) = end {
            let (from, to) = if forward { (start, end + 1) } else { (end, start + 1) };
            line.rect = line.rect.union(&Rect::new(from, row, to, row + 1));
            line.ink += seen as u32;
            if forward { line.fragments.push((from, to)) } else { line.fragments.insert(0, (from, to)) }
        }
    }
}

/// Takes pieces that run beside a longer line within its own roughness into that line.
fn merge_parallel(mut lines: Vec<Traced>) -> Vec<Traced> {
    lines.sort_by_key(|l| (-l.rect.width(), l.rect.top, l.rect.left));
    let mut merged: Vec<Traced> = Vec::new();
    for line in lines {
        let middle = line.rect.center_x();
        let host = merged.iter_mut().find(|host| {
            host.rect.overlap_x(&line.rect) * 10 >= line.rect.width() * 8
                && (host.row(middle) - line.row(middle)).abs() <= host.thickness / 2 + line.thickness / 2 + 2
        });
        match host {
            Some(host) => {
                host.rect = host.rect.union(&line.rect);
                host.ink += line.ink;
            }
            None => merged.push(line),
        }
    }
    merged
}

fn fragments(ink: &Bitmap, labelled: &Labelled, scale: &Scale) -> Vec<Fragment> {
    let end_width = scale.fragment.max(8) * 4 / 5;
    let mut wanted = vec![false; labelled.components.len()];
    for (index, piece) in labelled.components.iter().enumerate() {
        let (width, height) = (piece.rect.width(), piece.rect.height());
        let thickness = piece.ink as f32 / width.max(1) as f32;
        // Bars of big letters are short for their thickness.
        let slender = width as f32 >= if thickness > 0.55 * scale.thick as f32 { 11.0 } else { 5.0 } * thickness;
        // Specks stick to lines, so the height alone says little; the course below decides.
        let low = height as f32 <= 2.0 * thickness + 6.0 + 0.05 * width as f32;
        wanted[index] = if width >= scale.fragment {
            slender && low && thickness <= scale.thick as f32
        } else {
            height <= (scale.thick * 5 / 9).max(3)
                && ink.count(&piece.rect.inflate(1, 2)) <= u64::from(piece.ink) + u64::from(piece.ink / 6).max(1)
        };
    }
    let mut ends: Vec<[i32; 4]> = vec![[0; 4]; labelled.components.len()];
    for run in labelled.runs.iter().filter(|run| wanted[run.component as usize]) {
        let rect = labelled.components[run.component as usize].rect;
        let sums = &mut ends[run.component as usize];
        let at_start = (run.right.min(rect.left + end_width) - run.left).max(0);
        let at_end = (run.right - run.left.max(rect.right - end_width)).max(0);
        sums[0] += at_start * (run.y * 16 + 8);
        sums[1] += at_start;
        sums[2] += at_end * (run.y * 16 + 8);
        sums[3] += at_end;
    }
    let mut pieces: Vec<Option<Fragment>> = labelled
        .components
        .iter()
        .zip(ends.iter().zip(&wanted))
        .map(|(piece, (sums, &wanted))| {
            wanted.then(|| Fragment {
                rect: piece.rect,
                ink: piece.ink,
                start: sums[0] / sums[1].max(1),
                end: sums[2] / sums[3].max(1),
                long: piece.rect.width() >= scale.fragment,
            })
        })
        .collect();
    // How far the ink of a long piece strays from its course, in sixteenths times pixels.
    let mut strayed = vec![0i64; pieces.len()];
    for run in &labelled.runs {
        if let Some(piece) = &pieces[run.component as usize]
            && piece.long
        {
            let across = (run.left + run.right) / 2 - piece.rect.left;
            let course = piece.start + (piece.end - piece.start) * across / piece.rect.width().max(1);
            strayed[run.component as usize] +=
                i64::from((run.y * 16 + 8 - course).abs()) * i64::from(run.right - run.left);
        }
    }
    for (piece, strayed) in pieces.iter_mut().zip(strayed) {
        if piece.is_some_and(|p| {
            let thickness = p.ink as f32 / p.rect.width().max(1) as f32;
            p.long && strayed as f32 / p.ink.max(1) as f32 > 16.0 * (thickness / 4.0 + 1.0)
        }) {
            *piece = None;
        }
    }
    // A signature that runs along its line is one piece with it: the level part of it is the line.
    let mut level: std::collections::BTreeMap<u32, Vec<Run>> = std::collections::BTreeMap::new();
    for run in &labelled.runs {
        if run.right - run.left >= 2 * scale.shortest && pieces[run.component as usize].is_none() {
            level.entry(run.component).or_default().push(*run);
        }
    }
    let cores: Vec<Fragment> = level.values_mut().filter_map(|runs| level_core(runs, scale)).collect();
    // A frame printed in grey came through as dots that hang together all around: its level sides are lines.
    let mut frames: std::collections::BTreeMap<u32, Vec<Run>> = std::collections::BTreeMap::new();
    for run in &labelled.runs {
        let rect = labelled.components[run.component as usize].rect;
        let is_wide = rect.width() >= 2 * scale.shortest && rect.height() > scale.thick;
        if is_wide && pieces[run.component as usize].is_none() && !level.contains_key(&run.component) {
            frames.entry(run.component).or_default().push(*run);
        }
    }
    let sides = frames.values().flat_map(|runs| level_sides(runs, scale));
    let mut found: Vec<Fragment> = pieces.into_iter().flatten().chain(cores).chain(sides).collect();
    found.sort_by_key(|f| (f.rect.left, f.rect.top));
    found
}

/// The line in a piece that strays: of its long runs those on the rows, next to each other, that have most of its ink.
fn level_core(runs: &mut [Run], scale: &Scale) -> Option<Fragment> {
    runs.sort_unstable_by_key(|run| (run.y, run.left));
    let length = |runs: &[Run]| runs.iter().map(|run| run.right - run.left).sum::<i32>();
    let core = runs.chunk_by(|a, b| b.y - a.y <= 1).max_by_key(|band| length(band))?;
    let (first, last) = (core.first()?, core.last()?);
    let left = core.iter().map(|run| run.left).min()?;
    let right = core.iter().map(|run| run.right).max()?;
    let rect = Rect::new(left, first.y, right, last.y + 1);
    (rect.height() <= scale.thick).then(|| Fragment::level(rect, length(core) as u32))
}

/// The level sides of a frame whose lines are dots: bands of a few rows that have ink in nearly every column from one side to the other.
fn level_sides(runs: &[Run], scale: &Scale) -> Vec<Fragment> {
    let Some(rect) = Rect::bounding(&runs.iter().map(|r| Rect::new(r.left, r.y, r.right, r.y + 1)).collect::<Vec<_>>())
    else {
        return Vec::new();
    };
    let mut ink = vec![0i32; rect.height() as usize];
    for run in runs {
        ink[(run.y - rect.top) as usize] += run.right - run.left;
    }
    let is_dense = |y: &usize| ink[*y] * 10 >= rect.width() * 3;
    let rows: Vec<usize> = (0..ink.len()).filter(is_dense).collect();
    let bands = rows.chunk_by(|a, b| b - a <= 2);
    bands
        .filter_map(|band| {
            let (top, bottom) = (rect.top + *band.first()? as i32, rect.top + *band.last()? as i32 + 1);
            let mut columns = vec![false; rect.width() as usize];
            for run in runs.iter().filter(|run| (top..bottom).contains(&run.y)) {
                columns[(run.left - rect.left) as usize..(run.right - rect.left) as usize].fill(true);
            }
            let covered = columns.iter().filter(|covered| **covered).count() as i32;
            let left = rect.left + columns.iter().position(|covered| *covered)? as i32;
            let right = rect.left + columns.iter().rposition(|covered| *covered)? as i32 + 1;
            let is_line = bottom - top <= scale.thick / 2 + 1
                && right - left >= 2 * scale.shortest
                // The top of a ring drawn around words is far shorter than the ring is wide.
                && (right - left) * 20 >= rect.width() * 17
                && covered * 10 >= (right - left) * 9;
            let ink = band.iter().map(|y| ink[*y] as u32).sum();
            is_line.then(|| Fragment::level(Rect::new(left, top, right, bottom), ink))
        })
        .collect()
}

/// Links fragments that follow each other along one course.
fn link(fragments: Vec<Fragment>, scale: &Scale) -> Vec<Vec<Fragment>> {
    let mut chains: Vec<Vec<Fragment>> = Vec::new();
    // The course at each chain's end; short pieces only bend it a little.
    let mut ends: Vec<i32> = Vec::new();
    // Chains that may still grow, by the row band of their end.
    let mut open: std::collections::BTreeMap<i32, Vec<usize>> = std::collections::BTreeMap::new();
    const BAND: i32 = 16 * 8;
    for fragment in fragments {
        let band = fragment.start.div_euclid(BAND);
        let mut best: Option<(i32, usize)> = None;
        for (_, members) in open.range_mut(band - 1..=band + 1) {
            members.retain(|&chain| {
                chains[chain].last().is_some_and(|last| fragment.rect.left - last.rect.right <= scale.gap)
            });
            for &chain in members.iter() {
                let Some(last) = chains[chain].last() else { continue };
                let gap = fragment.rect.left - last.rect.right;
                let step = (fragment.start - ends[chain]).abs();
                let both_long = fragment.long && last.long;
                let reach = if fragment.long || last.long { scale.gap } else { scale.gap / 2 };
                let allowed = if both_long { 38 } else { 28 };
                if gap >= -4 && gap <= reach && step <= allowed {
                    let cost = step * 2 + gap.max(0);
                    if best.is_none_or(|(least, _)| cost < least) {
                        best = Some((cost, chain));
                    }
                }
            }
        }
        let chain = match best {
            Some((_, chain)) => {
                chains[chain].push(fragment);
                let width = fragment.rect.width();
                let middle = (fragment.start + fragment.end) / 2;
                ends[chain] = if fragment.long {
                    fragment.end
                } else {
                    ends[chain] + (middle - ends[chain]) * width / (width + 20)
                };
                chain
            }
            None => {
                chains.push(vec![fragment]);
                ends.push(fragment.end);
                chains.len() - 1
            }
        };
        let members = open.entry(ends[chain].div_euclid(BAND)).or_default();
        if !members.contains(&chain) {
            members.push(chain);
        }
    }
    chains
}

/// Whether a chain is long, covered and straight enough for a printed line.
fn is_line(chain: &[Fragment], scale: &Scale) -> bool {
    let (Some(first), Some(last)) = (chain.first(), chain.last()) else { return false };
    let length = last.rect.right - first.rect.left;
    if length < scale.shortest {
        return false;
    }
    let covered: i32 = chain.iter().map(|f| f.rect.width()).sum();
    let long: i32 = chain.iter().filter(|f| f.long).map(|f| f.rect.width()).sum();
    // What only crossing lines interrupt is one piece: the sides of a table with low rows.
    let crossed = |a: &Fragment, b: &Fragment| a.long && b.long && b.rect.left - a.rect.right <= scale.thick * 2 / 3;
    let span = |pieces: &[Fragment]| pieces[pieces.len() - 1].rect.right - pieces[0].rect.left;
    let longest = chain.chunk_by(crossed).map(span).max().unwrap_or(0);
    if longest >= scale.backbone && covered * 10 >= length * 6 && long * 10 >= length * 4 {
        return true;
    }
    if !scale.dotted {
        return false;
    }
    // A pale line that a bad scan broke up: no piece is long, but there is nothing else that straight for an inch.
    if length >= 2 * scale.shortest && covered * 20 >= length * 9 && strays_little(chain) {
        return true;
    }
    // Dots and dashes: many, alike, evenly spaced.
    let mut gaps: Vec<i32> = chain.windows(2).map(|pair| pair[1].rect.left - pair[0].rect.right).collect();
    gaps.sort_unstable();
    let mut widths: Vec<i32> = chain.iter().map(|f| f.rect.width()).collect();
    widths.sort_unstable();
    let even = |sorted: &[i32]| sorted[sorted.len() * 9 / 10] <= 2 * sorted[sorted.len() / 2] + 2;
    chain.len() >= 8
        && length * 10 >= scale.shortest * 14
        && covered * 10 >= length * 3
        && even(&gaps)
        && even(&widths)
        && chain.windows(2).all(|pair| (pair[1].start - pair[0].end).abs() <= 18)
}

/// Whether the fragments lie on one straight line, give or take a pixel.
fn strays_little(chain: &[Fragment]) -> bool {
    let (Some(first), Some(last)) = (chain.first(), chain.last()) else { return false };
    let length = (last.rect.right - first.rect.left).max(1);
    let strayed: i64 = chain
        .iter()
        .map(|f| {
            let course = first.start + (last.end - first.start) * (f.rect.center_x() - first.rect.left) / length;
            i64::from(((f.start + f.end) / 2 - course).abs()) * i64::from(f.rect.width())
        })
        .sum();
    let covered: i64 = chain.iter().map(|f| i64::from(f.rect.width())).sum();
    strayed <= 18 * covered
}

fn trace(chain: &[Fragment]) -> Traced {
    let mut thicknesses: Vec<(i32, i32)> =
        chain.iter().map(|f| ((f.ink as f32 / f.rect.width().max(1) as f32).round() as i32, f.rect.width())).collect();
    thicknesses.sort_unstable();
    let half: i32 = thicknesses.iter().map(|t| t.1).sum::<i32>() / 2;
    let mut seen = 0;
    let mut thickness = 1;
    for (value, width) in thicknesses {
        thickness = value.max(1);
        seen += width;
        if seen >= half {
            break;
        }
    }
    let mut points: Vec<(i32, i32)> = Vec::new();
    for fragment in chain {
        let inset = (fragment.rect.width() / 8).min(8);
        for point in [(fragment.rect.left + inset, fragment.start), (fragment.rect.right - inset, fragment.end)] {
            if points.last().is_none_or(|last| point.0 > last.0) {
                points.push(point);
            }
        }
    }
    Traced {
        rect: Rect::bounding(chain.iter().map(|f| &f.rect)).unwrap_or_default(),
        ink: chain.iter().map(|f| f.ink).sum(),
        thickness,
        points,
        fragments: chain.iter().map(|f| (f.rect.left, f.rect.right)).collect(),
    }
}

/// Joins the parts of a line that faded out and came back; what stays a remnant alone is dropped.
fn bridge(lines: Vec<(Traced, bool)>, scale: &Scale) -> Vec<Traced> {
    let mut joined: Vec<(Traced, bool)> = Vec::new();
    for (line, sure) in lines {
        let partner = joined
            .iter()
            .enumerate()
            .filter_map(|(index, (left, left_sure))| {
                let gap = line.rect.left - left.rect.right;
                let step = (line.start() - left.end()).abs();
                if gap < -4 || gap > scale.frayed_gap || step > 40 {
                    return None;
                }
                let end = scale.shortest * 3 / 4;
                let frayed = !sure
                    || !left_sure
                    || left.cover(left.rect.right - end, left.rect.right) < 0.9
                    || line.cover(line.rect.left, line.rect.left + end) < 0.9;
                (gap <= scale.gap / 2 || frayed).then_some((gap + step, index))
            })
            .min();
        match partner {
            Some((_, index)) => {
                joined[index].0.append(&line);
                joined[index].1 |= sure;
            }
            None => joined.push((line, sure)),
        }
    }
    let counts = |(line, sure): &(Traced, bool)| {
        *sure || (line.rect.width() >= 4 * scale.shortest && line.cover(line.rect.left, line.rect.right) >= 0.2)
    };
    joined.into_iter().filter(counts).map(|(line, _)| line).collect()
}

/// Short lines down the page that a form's combs and boxes are made of, standing on a line across.
///
/// One that joins two lines counts alone from 0.11 inch; ticks that stand on one line only count in combs of equal height and pitch, since
/// a hand's figure one may touch a line as well, and from 0.08 inch.
pub(super) fn ticks(transposed: &Bitmap, across: &[Traced], known: &[Traced], dpi: u32) -> Vec<Traced> {
    let inches = |x: f32| (x * dpi as f32).round() as i32;
    let scale = Scale::down(dpi);
    let thickest = inches(0.02).max(3);
    let (shortest, full_height, longest) = (inches(0.08), inches(0.11), inches(0.45));
    let mut found: Vec<(Traced, bool, usize)> = Vec::new();
    for (index, line) in across.iter().enumerate() {
        // The strip of the page about the line, seen from the side: rows are columns.
        let reach = longest + 4;
        let zone = Rect::new(line.rect.top - reach, line.rect.left - 2, line.rect.bottom + reach, line.rect.right + 2);
        // Short ones apart: a ragged side has columns of any length, and the whole ones count.
        let whole = upright_runs(transposed, &zone, full_height, longest + 2 * scale.thick);
        let short = upright_runs(transposed, &zone, shortest, full_height * 6 / 5);
        for rect in whole.into_iter().chain(short) {
            let (x, top, bottom) = (rect.center_y(), rect.left, rect.right);
            // A side of a cell is as thick as the line that it stands on.
            if rect.height() > thickest.max(line.thickness + 2)
                || known.iter().any(|k| k.rect.inflate(2, 2).holds(&rect))
            {
                continue;
            }
            let touches = |l: &Traced, y: i32| {
                x >= l.rect.left - 3 && x < l.rect.right + 3 && (l.row(x) - y).abs() <= 3 + l.thickness
            };
            if !touches(line, top) && !touches(line, bottom) {
                continue;
            }
            let other = if touches(line, top) { bottom } else { top };
            let both = across.iter().enumerate().any(|(i, l)| i != index && touches(l, other));
            let too_short = both && rect.width() < full_height;
            if too_short
                || (!both && rect.height() > thickest)
                || found.iter().any(|(t, _, _)| t.rect.intersect(&rect).area() > 0)
            {
                continue;
            }
            found.push((Traced::straight(transposed, rect), both, index));
        }
    }
    let keep: Vec<bool> =
        found.iter().map(|tick| tick.1 || is_of_a_comb(tick, &found, inches(0.13), full_height)).collect();
    found.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|((tick, _, _), _)| tick).collect()
}

/// A side of a low frame.
pub(super) struct Side {
    pub line: Traced,
    /// The squares of its corners.
    pub corners: [Rect; 2],
    pub is_left: bool,
}

/// The sides of frames as low as a line of writing, whose corners are round or whose lines are dots: where the lines above and below break
/// off, both on the same side; in the transposed page, like all that runs down.
pub(super) fn sides(transposed: &Bitmap, across: &[Traced], known: &[Traced], dpi: u32) -> Vec<Side> {
    let inches = |x: f32| (x * dpi as f32).round() as i32;
    let (lowest, highest, corner) = (inches(0.15), inches(0.5), inches(0.09));
    let mut found: Vec<Side> = Vec::new();
    for upper in across {
        let below = |lower: &&Traced| {
            (lowest..=highest).contains(&(lower.rect.center_y() - upper.rect.center_y()))
                && lower.rect.overlap_x(&upper.rect) >= 4 * corner
        };
        for lower in across.iter().filter(below) {
            let left = upper.rect.left.max(lower.rect.left) - corner;
            let right = upper.rect.right.min(lower.rect.right) + corner;
            for x in left..right {
                let Some(side) = side_at(transposed, x, (upper.row(x), lower.row(x)), corner) else { continue };
                let is_known = |line: &Traced| line.rect.inflate(3, corner / 2).intersect(&side.line.rect).area() > 0;
                if !known.iter().chain(found.iter().map(|side| &side.line)).any(is_known) {
                    found.push(side);
                }
            }
        }
    }
    found
}

/// The side of a frame in column `x`, if it has ink all the way down from the line in row `top` to the one in row `bottom`, and both break
/// off there; `corner` is the most that a corner takes.
fn side_at(transposed: &Bitmap, x: i32, (top, bottom): (i32, i32), corner: i32) -> Option<Side> {
    let middle = top + corner / 2..bottom - corner / 2;
    let length = middle.len() as i32;
    if transposed.count(&Rect::new(middle.start, x - 1, middle.end, x + 2)) as i32 * 10 < length * 9 {
        return None;
    }
    // Ink in the column, or right beside it.
    let seen = middle.clone().filter(|&y| (-1..=1).any(|aside| transposed.get(y, x + aside))).count();
    if seen as i32 * 10 < length * 9 {
        return None;
    }
    let ends = |inward: i32| {
        let drawn = |y: i32, near: i32, far: i32| {
            let (a, b) = (x + inward * near, x + inward * far);
            transposed.count(&Rect::new(y - 2, a.min(b), y + 3, a.max(b))) as i32
        };
        [top, bottom].into_iter().all(|y| drawn(y, -3, -corner / 2) == 0 && drawn(y, corner, 2 * corner) >= corner / 2)
    };
    let inward = [1, -1].into_iter().find(|&inward| ends(inward))?;
    let (near, far) = (x - 3 * inward, x + corner * inward);
    let square = |from: i32, to: i32| Rect::new(from, near.min(far), to, near.max(far) + 1);
    Some(Side {
        line: Traced::straight(transposed, Rect::new(top, x - 1, bottom, x + 2)),
        corners: [square(top - 3, top + corner), square(bottom - corner, bottom + 4)],
        is_left: inward > 0,
    })
}

/// Whether a tick has equals at the same pitch along its line. Groups of cells stand on lines of their own, and half-height ticks may be the
/// stems of typed letters that touch their line: for these the whole row must be there.
fn is_of_a_comb(tick: &(Traced, bool, usize), all: &[(Traced, bool, usize)], narrowest: i32, full_height: i32) -> bool {
    let mut columns: Vec<(i32, usize)> = all
        .iter()
        .filter(|other| {
            let (a, b) = (other.0.rect, tick.0.rect);
            (a.left - b.left).abs() <= 2 && (a.right - b.right).abs() <= 3
        })
        .map(|other| (other.0.rect.center_y(), other.2))
        .collect();
    columns.sort_unstable();
    let own_line: Vec<i32> = columns.iter().filter(|(_, line)| *line == tick.2).map(|(x, _)| *x).collect();
    tick.0.rect.width() >= full_height && is_in_pitch(tick.0.rect.center_y(), &own_line, narrowest)
        || is_whole_row(&columns, narrowest)
}

/// Whether at least three more columns stand at one pitch with `own`, a missing one or two between them allowed, and none too close.
fn is_in_pitch(own: i32, columns: &[i32], narrowest: i32) -> bool {
    let gaps = || columns.windows(2).map(|pair| pair[1] - pair[0]);
    let Some(pitch) = gaps().min().filter(|&gap| gap >= narrowest) else { return false };
    let fits = |x: i32| {
        let steps = ((x - own) as f32 / pitch as f32).round() as i32;
        steps.abs() <= 30 && ((x - own) - steps * pitch).abs() <= 2 + steps.abs()
    };
    columns.iter().filter(|&&x| fits(x)).count() >= 4
}

/// Whether columns, each with its line, are a row of cells in groups: many, and on their lines nearly all at one pitch.
fn is_whole_row(columns: &[(i32, usize)], narrowest: i32) -> bool {
    let on_one_line = columns.windows(2).filter(|pair| pair[0].1 == pair[1].1);
    let mut gaps: Vec<i32> = on_one_line.map(|pair| pair[1].0 - pair[0].0).collect();
    gaps.sort_unstable();
    let Some(&pitch) = gaps.get(gaps.len() / 3).filter(|_| gaps[0] >= narrowest) else { return false };
    let exact = gaps.iter().filter(|gap| (**gap - pitch).abs() <= 2).count();
    columns.len() >= 7 && exact >= 4 && exact * 5 >= gaps.len() * 4
}

/// Straight pieces of `shortest..=longest` pixels along the rows of `zone`, each with the rows it takes.
fn upright_runs(transposed: &Bitmap, zone: &Rect, shortest: i32, longest: i32) -> Vec<Rect> {
    let zone = zone.intersect(&transposed.bounds());
    let mut pieces: Vec<Rect> = Vec::new();
    for y in zone.top..zone.bottom {
        let mut row_runs: Vec<Run> = Vec::new();
        transposed.for_runs(y as u32, zone.left, zone.right, |left, right| {
            if right - left >= shortest && right - left <= longest {
                row_runs.push(Run { y, left, right, component: 0 });
            }
        });
        for run in row_runs {
            let rect = Rect::new(run.left, y, run.right, y + 1);
            match pieces
                .iter_mut()
                .rev()
                .find(|p| p.bottom == y && p.overlap_x(&rect) * 4 >= rect.width().min(p.width()) * 3)
            {
                Some(piece) => *piece = piece.union(&rect),
                None => pieces.push(rect),
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn across(ink: &Bitmap) -> Vec<Rect> {
        find(ink, &Scale::across(204)).iter().map(|l| l.rect).collect()
    }

    #[test]
    fn a_ruling_crossed_by_letters_is_one() {
        let mut page = Bitmap::new(800, 200);
        page.fill(&Rect::new(50, 100, 700, 103));
        for x in (80..500).step_by(23) {
            page.fill(&Rect::new(x, 70, x + 4, 115));
        }
        assert_eq!(across(&page), [Rect::new(50, 100, 700, 103)]);
    }

    #[test]
    fn a_line_under_a_signature_is_one() {
        let mut page = Bitmap::new(1200, 200);
        page.fill(&Rect::new(100, 100, 1100, 103));
        // A zigzag whose flat turns run into the line from its very beginning.
        for step in 0..14 {
            for x in 0..20 {
                let y = 100 - if step % 2 == 0 { x * 2 } else { 38 - x * 2 };
                page.fill(&Rect::new(92 + step * 20 + x, y - 4, 94 + step * 20 + x, y));
            }
            page.fill(&Rect::new(88 + step * 20, 80 - 4 * (step % 5), 104 + step * 20, 84));
        }
        let found = across(&page);
        let line = found.iter().find(|line| line.width() > 700).unwrap_or_else(|| panic!("{found:?}"));
        assert!(line.height() <= 8, "{found:?}");
    }

    #[test]
    fn the_side_of_a_table_with_low_rows_is_whole() {
        let mut page = Bitmap::new(600, 200);
        // On its side: the sides of the rows are 45 pixels long, and lines of three cross them.
        page.fill(&Rect::new(50, 100, 50 + 9 * 48, 103));
        for row in 0..=9 {
            page.fill(&Rect::new(50 + row * 48, 20, 53 + row * 48, 180));
        }
        let found = find(&page, &Scale::down(204));
        assert!(
            found.len() == 1 && found[0].rect.width() >= 9 * 48 - 6,
            "{:?}",
            found.iter().map(|l| l.rect).collect::<Vec<_>>()
        );
        // A column of letters is none.
        let mut letters = Bitmap::new(600, 200);
        for letter in 0..9 {
            letters.fill(&Rect::new(50 + letter * 48, 100, 72 + letter * 48, 103));
        }
        assert!(find(&letters, &Scale::down(204)).is_empty());
    }

    #[test]
    fn the_sides_of_cells_are_as_thick_as_their_lines() {
        let mut page = Bitmap::new(400, 300);
        for y in [100, 148, 196] {
            page.fill(&Rect::new(50, y, 350, y + 5));
        }
        for x in [50, 150, 345] {
            page.fill(&Rect::new(x, 100, x + 5, 201));
        }
        let lines = find(&page, &Scale::across(204));
        let sides = ticks(&page.transposed(), &lines, &[], 204);
        assert!(sides.len() >= 3, "{sides:?}");
    }

    #[test]
    fn a_line_that_fades_into_dots_and_returns_is_one() {
        let mut page = Bitmap::new(1200, 200);
        page.fill(&Rect::new(50, 100, 300, 101));
        for x in (303..400).step_by(6) {
            page.fill(&Rect::new(x, 100, x + 3, 101));
        }
        for x in (500..600).step_by(6) {
            page.fill(&Rect::new(x, 101, x + 3, 102));
        }
        page.fill(&Rect::new(604, 101, 1000, 102));
        let found = across(&page);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].left, found[0].right), (50, 1000));
    }

    #[test]
    fn two_field_lines_with_a_label_between_stay_two() {
        let mut page = Bitmap::new(1200, 200);
        page.fill(&Rect::new(50, 100, 400, 103));
        page.fill(&Rect::new(560, 100, 1000, 103));
        assert_eq!(across(&page).len(), 2);
    }

    #[test]
    fn a_line_that_steps_with_what_is_left_of_the_skew() {
        let mut page = Bitmap::new(1700, 200);
        for x in 40..1600 {
            let y = 100 + x / 300;
            page.fill(&Rect::new(x, y, x + 1, y + 2));
        }
        let found = across(&page);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].width() > 1550);
    }

    #[test]
    fn dotted_and_dashed_lines_count() {
        let mut page = Bitmap::new(900, 300);
        for x in (50..600).step_by(7) {
            page.fill(&Rect::new(x, 100, x + 3, 102));
        }
        for x in (50..600).step_by(30) {
            page.fill(&Rect::new(x, 200, x + 20, 202));
        }
        assert_eq!(across(&page).len(), 2);
    }

    #[test]
    fn the_dots_of_a_coarse_fax_are_a_line() {
        let mut page = Bitmap::new(900, 300);
        for (i, x) in (50..600).step_by(9).enumerate() {
            // Two rows of the fax are four of ours, and the skew that was taken out makes some five.
            let top = 100 + i32::from(i > 30);
            page.fill(&Rect::new(x, top, x + 5, top + 4 + i32::from(i % 3 == 0)));
        }
        assert_eq!(across(&page).len(), 1);
    }

    #[test]
    fn letters_are_no_rulings() {
        let mut page = Bitmap::new(900, 300);
        // Rows of E and T in a bold face, and a column of I.
        for x in (50..700).step_by(34) {
            page.fill(&Rect::new(x, 100, x + 6, 132));
            for y in [100, 113, 126] {
                page.fill(&Rect::new(x, y, x + 24, y + 6));
            }
        }
        for y in (20..280).step_by(34) {
            page.fill(&Rect::new(800, y, 804, y + 24));
        }
        assert_eq!(across(&page), []);
        assert_eq!(find(&page.transposed(), &Scale::down(204)).len(), 0);
    }

    #[test]
    fn comb_ticks_count_and_handwritten_ones_do_not() {
        let mut page = Bitmap::new(900, 300);
        page.fill(&Rect::new(50, 100, 450, 103));
        for x in (50..450).step_by(40) {
            page.fill(&Rect::new(x, 74, x + 3, 100));
        }
        page.fill(&Rect::new(50, 200, 450, 203));
        for (x, top) in [(100, 160), (123, 165)] {
            page.fill(&Rect::new(x, top, x + 3, 200));
        }
        let lines = find(&page, &Scale::across(204));
        let ticks = ticks(&page.transposed(), &lines, &[], 204);
        assert_eq!(ticks.len(), 10, "{ticks:?}");
        assert!(ticks.iter().all(|t| t.rect.right <= 104));
    }

    /// A frame of grey lines: every other pixel of two rows or columns, and corners that are cut off.
    fn grey_frame(page: &mut Bitmap, frame: &Rect) {
        for x in frame.left + 6..frame.right - 6 {
            page.set(x, frame.top + x % 2, true);
            page.set(x, frame.bottom - 2 + x % 2, true);
        }
        for y in frame.top + 6..frame.bottom - 6 {
            page.set(frame.left + y % 2, y, true);
            page.set(frame.right - 2 + y % 2, y, true);
        }
        for step in 0..6 {
            for (x, y) in [
                (frame.left + 6 - step, frame.top + step),
                (frame.right - 7 + step, frame.top + step),
                (frame.left + 6 - step, frame.bottom - 1 - step),
                (frame.right - 7 + step, frame.bottom - 1 - step),
            ] {
                page.fill(&Rect::new(x, y, x + 2, y + 1));
            }
        }
    }

    #[test]
    fn the_sides_of_grey_frames_are_lines() {
        let mut page = Bitmap::new(1000, 200);
        grey_frame(&mut page, &Rect::new(100, 60, 460, 112));
        grey_frame(&mut page, &Rect::new(490, 60, 900, 112));
        let level = find(&page, &Scale::across(204));
        assert!(level.iter().any(|line| line.rect.top <= 61 && line.rect.width() > 330), "{level:?}");
        assert!(level.iter().any(|line| line.rect.bottom >= 111 && line.rect.width() > 330), "{level:?}");
        let transposed = page.transposed();
        let found = sides(&transposed, &level, &[], 204);
        let mut columns: Vec<i32> = found.iter().map(|side| side.line.rect.center_y()).collect();
        columns.sort_unstable();
        assert_eq!(columns.len(), 4, "{columns:?}");
        assert!(
            columns.iter().zip([100, 459, 490, 899]).all(|(found, drawn)| (found - drawn).abs() <= 2),
            "{columns:?}"
        );
    }
}
