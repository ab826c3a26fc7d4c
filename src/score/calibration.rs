//! Whether confidence means what it says: reliability by bins, and how well it ranks right before wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::compare::{Comparison, Outcome};

/// Confidence of each field of each request, by request id and column, 0 to 1.
pub type Confidences = BTreeMap<String, BTreeMap<String, f32>>;

/// Fields of one band of confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    pub low: f32,
    pub high: f32,
    pub fields: usize,
    pub right: usize,
    pub mean: f32,
}

/// How confidence and truth agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    pub bins: Vec<Bin>,
    /// Chance that a right field has a higher confidence than a wrong one; `None` without both kinds.
    pub auroc: Option<f64>,
    pub fields: usize,
    pub errors: usize,
    /// The surest errors first: (confidence, request id, column).
    pub worst: Vec<(f32, String, String)>,
}

const EDGES: [f32; 9] = [0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0001];

/// Joins a comparison with the confidences of its run.
pub fn calibrate(comparison: &Comparison, confidences: &Confidences) -> Calibration {
    let mut scored: Vec<(f32, bool)> = Vec::new();
    let mut worst = Vec::new();
    for row in &comparison.rows {
        let Some(found) = &row.row else { continue };
        let Some(id) = found.get("request_id") else { continue };
        let Some(fields) = confidences.get(id) else { continue };
        for field in &row.fields {
            let Some(&confidence) = fields.get(&field.column) else { continue };
            let right = field.outcome == Outcome::Right;
            scored.push((confidence, right));
            if !right {
                worst.push((confidence, id.clone(), field.column.clone()));
            }
        }
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
    let bins = EDGES
        .windows(2)
        .map(|edge| {
            let inside: Vec<&(f32, bool)> = scored.iter().filter(|(c, _)| *c >= edge[0] && *c < edge[1]).collect();
            let mean = inside.iter().map(|(c, _)| c).sum::<f32>() / inside.len().max(1) as f32;
            Bin {
                low: edge[0],
                high: edge[1].min(1.0),
                fields: inside.len(),
                right: inside.iter().filter(|(_, r)| *r).count(),
                mean,
            }
        })
        .collect();
    Calibration { bins, auroc: auroc(&mut scored), fields: scored.len(), errors: worst.len(), worst }
}

/// Area under the ROC curve by ranks, ties counted half (Mann and Whitney 1947).
fn auroc(scored: &mut [(f32, bool)]) -> Option<f64> {
    let right = scored.iter().filter(|(_, r)| *r).count();
    let wrong = scored.len() - right;
    if right == 0 || wrong == 0 {
        return None;
    }
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rank_sum = 0.0;
    let mut start = 0;
    while start < scored.len() {
        let mut end = start;
        while end < scored.len() && scored[end].0 == scored[start].0 {
            end += 1;
        }
        let rank = (start + end + 1) as f64 / 2.0;
        rank_sum += rank * scored[start..end].iter().filter(|(_, r)| *r).count() as f64;
        start = end;
    }
    let (right, wrong) = (right as f64, wrong as f64);
    Some((rank_sum - right * (right + 1.0) / 2.0) / (right * wrong))
}

impl Calibration {
    /// The table for people; ids and columns, never values.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "  confidence     fields   right   share   mean confidence");
        for bin in &self.bins {
            let share = bin.right as f32 / bin.fields.max(1) as f32 * 100.0;
            let _ = writeln!(
                text,
                "  {:4.2} to {:4.2}   {:>6}  {:>6}  {:>5.1} %  {:>5.3}",
                bin.low, bin.high, bin.fields, bin.right, share, bin.mean
            );
        }
        match self.auroc {
            Some(auroc) => {
                let _ = writeln!(
                    text,
                    "  AUROC of the confidence {auroc:.3}, {} errors of {} fields",
                    self.errors, self.fields
                );
            }
            None => {
                let _ = writeln!(text, "  AUROC cannot be told: {} errors of {} fields", self.errors, self.fields);
            }
        }
        for (confidence, id, column) in self.worst.iter().take(20) {
            let _ = writeln!(text, "  wrong at {confidence:.3}  {id}  {column}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranking_is_perfect_chance_or_backwards() {
        assert_eq!(auroc(&mut [(0.1, false), (0.9, true)]), Some(1.0));
        assert_eq!(auroc(&mut [(0.9, false), (0.1, true)]), Some(0.0));
        assert_eq!(auroc(&mut [(0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(auroc(&mut [(0.5, true)]), None);
    }
}
