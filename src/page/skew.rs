//! How much a page leans, and whether it lies on its side.
//!
//! Lines of text and rulings give a profile of ink per row that is steepest when rows run along them. The page is cut into
//! upright strips once; trying an angle then only shifts the strips' profiles against each other (Postl 1986), a few
//! thousand additions instead of a rotated page.

use super::Bitmap;
use super::components::Component;
use crate::geometry::Rect;

/// Largest skew that is looked for, in degrees.
const RANGE: f32 = 5.0;

/// Width of a strip, in words of 64 pixels / 2.
const STRIP: i32 = 32;

/// Estimates the skew of a page in degrees, positive when text runs downhill to the right; 0 when nothing on the page tells.
///
/// `bitmap` has `dpi` pixels an inch across and down; `body` is the part of it to look at, without the fax machine's header,
/// which is straight however the paper lay.
pub(super) fn estimate(bitmap: &Bitmap, dpi: (f32, f32), body: &Rect) -> f32 {
    let body = body.intersect(&bitmap.bounds());
    if body.width() < 4 * STRIP || body.height() < 8 {
        return 0.0;
    }
    let strips = Strips::new(bitmap, &body);
    // A signature or a line or two cannot say how the paper lay.
    if strips.inked < (1.5 * dpi.0 / STRIP as f32).ceil() as usize {
        return 0.0;
    }
    let aspect = dpi.1 / dpi.0;
    let score = |degrees: f32| strips.score(degrees.to_radians().tan() * aspect);
    let coarse = best(-RANGE, RANGE, 0.2, &score);
    let fine = best(coarse.0 - 0.25, coarse.0 + 0.25, 0.05, &score);
    let exact = best(fine.0 - 0.05, fine.0 + 0.05, 0.0125, &score);
    // A peak must stand out from what other angles give, and leave the range's edge.
    let mut others: Vec<f64> =
        (-10..=10).map(|i| i as f32 * 0.5).filter(|d| (d - exact.0).abs() > 0.7).map(score).collect();
    others.sort_by(f64::total_cmp);
    let usual = others.get(others.len() / 2).copied().unwrap_or(0.0);
    let runner_up = others.last().copied().unwrap_or(0.0);
    if exact.1 < usual * 1.35 || exact.1 < runner_up * 1.12 || exact.0.abs() > RANGE - 0.3 {
        return 0.0;
    }
    // Level is the likelier answer when both fit about equally.
    if exact.0.abs() < 0.3 && score(0.0) > exact.1 * 0.985 {
        return 0.0;
    }
    exact.0
}

fn best(from: f32, to: f32, step: f32, score: &impl Fn(f32) -> f64) -> (f32, f64) {
    let steps = ((to - from) / step).round() as i32;
    let mut best = (0.0, f64::MIN);
    let mut tied = 0.0;
    let mut ties = 0.0f32;
    for index in 0..=steps {
        let angle = from + index as f32 * step;
        let value = score(angle);
        if value > best.1 {
            best = (angle, value);
            (tied, ties) = (angle, 1.0);
        } else if value == best.1 {
            tied += angle;
            ties += 1.0;
        }
    }
    if ties > 1.0 { (tied / ties, best.1) } else { best }
}

/// Ink per row of upright strips.
struct Strips {
    /// `rows` counts a strip, strip after strip.
    counts: Vec<f32>,
    rows: usize,
    /// Strips and their rows that hold ink; the others add nothing to a profile.
    inked_rows: Vec<(usize, std::ops::Range<usize>)>,
    /// Strips that hold ink worth speaking of.
    inked: usize,
}

impl Strips {
    fn new(bitmap: &Bitmap, body: &Rect) -> Self {
        let first = (body.left + STRIP - 1) / STRIP;
        let last = body.right / STRIP;
        let rows = body.height() as usize;
        let strips = (last - first).max(0) as usize;
        let mut counts = vec![0f32; strips * rows];
        for y in 0..rows {
            let words = bitmap.row((body.top + y as i32) as u32);
            for strip in 0..strips {
                let half = first as usize + strip;
                let word = words[half / 2] >> (half % 2 * 32) & 0xFFFF_FFFF;
                counts[strip * rows + y] = word.count_ones() as f32;
            }
        }
        let inked = counts.chunks_exact(rows.max(1)).filter(|strip| strip.iter().sum::<f32>() >= 24.0).count();
        let strips = counts.chunks_exact(rows.max(1)).enumerate();
        let inked_rows = strips.flat_map(|(at, strip)| inked_rows(strip).into_iter().map(move |r| (at, r))).collect();
        Self { counts, rows, inked_rows, inked }
    }

    /// Sum of squared steps of the page's profile along lines of this slope (rows a column).
    fn score(&self, slope: f32) -> f64 {
        let strips = self.counts.len() / self.rows;
        let margin = (slope.abs() * (strips as f32 * STRIP as f32) / 2.0).ceil() as usize + 2;
        let mut profile = vec![0f32; self.rows + 2 * margin + 1];
        for (index, rows) in &self.inked_rows {
            let strip = &self.counts[index * self.rows..][rows.clone()];
            let across = (*index as f32 + 0.5 - strips as f32 / 2.0) * STRIP as f32;
            let shift = margin as f32 - slope * across;
            let whole = shift.floor();
            let part = shift - whole;
            let target = &mut profile[whole as usize + rows.start..][..strip.len() + 1];
            // Interpolated shifts keep the score smooth between angles a hundredth of a degree apart.
            for (cell, &count) in target.iter_mut().zip(strip) {
                *cell += count * (1.0 - part);
            }
            for (cell, &count) in target[1..].iter_mut().zip(strip) {
                *cell += count * part;
            }
        }
        // Two rows apart: interpolation flattens the step from row to row for odd shifts.
        profile.iter().zip(&profile[2..]).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
    }
}

/// White rows up to which two stretches of ink are one: shorter ones are not worth a loop of their own.
const WHITE_ROWS: usize = 8;

/// The stretches of a strip's rows that hold ink.
fn inked_rows(strip: &[f32]) -> Vec<std::ops::Range<usize>> {
    let mut stretches: Vec<std::ops::Range<usize>> = Vec::new();
    for row in (0..strip.len()).filter(|row| strip[*row] > 0.0) {
        match stretches.last_mut() {
            Some(last) if row - last.end <= WHITE_ROWS => last.end = row + 1,
            _ => stretches.push(row..row + 1),
        }
    }
    stretches
}

/// Whether text lines run down the page instead of across it. Doubt is `false`.
///
/// `letters` are the components of the page that have the size of letters; `scale` makes their rectangles square.
pub(super) fn lies_on_its_side(letters: &[Component], scale: (f32, f32), dpi: f32) -> bool {
    if letters.len() < 40 {
        return false;
    }
    let boxes: Vec<[f32; 4]> = letters
        .iter()
        .map(|c| {
            let r = c.rect;
            [r.left as f32 * scale.0, r.top as f32 * scale.1, r.right as f32 * scale.0, r.bottom as f32 * scale.1]
        })
        .collect();
    let (across, down) = (neighbours(&boxes, dpi), neighbours(&flipped(&boxes), dpi));
    // Letters stand closer to the next letter of their word than to the line below. On thousands of letters the two counts
    // differ by more than ten to one.
    down.pairs >= 30 && down.pairs > 3 * across.pairs && down.gap < across.gap
}

fn flipped(boxes: &[[f32; 4]]) -> Vec<[f32; 4]> {
    boxes.iter().map(|b| [b[1], b[0], b[3], b[2]]).collect()
}

struct Neighbours {
    /// Letters whose nearest neighbour stands beside them, about as high and on the same line.
    pairs: usize,
    gap: f32,
}

/// Counts letters whose next letter to the right is close and on the same line.
fn neighbours(boxes: &[[f32; 4]], dpi: f32) -> Neighbours {
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|&a, &b| boxes[a][0].total_cmp(&boxes[b][0]).then(boxes[a][1].total_cmp(&boxes[b][1])));
    let reach = 0.12 * dpi;
    let (mut pairs, mut gaps) = (0, 0.0);
    for (place, &index) in order.iter().enumerate() {
        let own = boxes[index];
        let height = own[3] - own[1];
        let mut nearest = f32::MAX;
        for &other in &order[place + 1..] {
            let next = boxes[other];
            if next[0] > own[2] + reach {
                break;
            }
            let overlap = own[3].min(next[3]) - own[1].max(next[1]);
            let gap = next[0] - own[2];
            if overlap > 0.5 * height.min(next[3] - next[1]) && gap > -0.01 * dpi {
                nearest = nearest.min(gap.max(0.0));
            }
        }
        // Within a word letters are a fifth of their height apart; lines of text are at least a third of it.
        if nearest < 0.3 * height.max(0.05 * dpi) {
            pairs += 1;
            gaps += nearest;
        }
    }
    Neighbours { pairs, gap: if pairs == 0 { f32::MAX } else { gaps / pairs as f32 } }
}
