//! The last layer, whose outputs are probabilities (Tesseract's `fullyconnected.cpp` and `SoftmaxInPlace`).

use crate::kernel::{LANES, PackedMatrix, Task, Unit, tile};
use crate::math::exp_f32;
use crate::model::Weights;

/// A fully connected layer with softmax.
#[derive(Debug)]
pub(crate) struct Softmax {
    inputs: usize,
    outputs: usize,
    matrix: PackedMatrix,
    bias: Vec<[i32; LANES]>,
    scales: Vec<f32>,
}

/// The lowest exponent, which keeps every probability above zero.
const LEAST_EXPONENT: f32 = -86.0;

impl Softmax {
    pub fn new(weights: &Weights) -> Self {
        let matrix = PackedMatrix::new(weights.outputs, weights.inputs, |output, input| weights.at(output, input));
        let bias = (0..matrix.blocks())
            .map(|block| {
                std::array::from_fn(|lane| {
                    let output = block * LANES + lane;
                    if output < weights.outputs { weights.bias(output) } else { 0 }
                })
            })
            .collect();
        Self {
            inputs: weights.inputs,
            outputs: weights.outputs,
            matrix,
            bias,
            scales: weights.scales[..weights.outputs].to_vec(),
        }
    }

    /// Probabilities in each step of the output.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Values in each step of the input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
}

/// Runs the layer on one sequence.
pub(crate) struct RunSoftmax<'a> {
    pub layer: &'a Softmax,
    pub input: &'a [i16],
}

impl Task for RunSoftmax<'_> {
    /// The probabilities of each step, one step after the other.
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<U: Unit>(self, unit: U) -> Vec<f32> {
        let layer = self.layer;
        let steps = self.input.len() / layer.inputs;
        let blocks = layer.matrix.blocks();
        let mut sums = vec![[0; LANES]; blocks * 4];
        let mut results = Vec::with_capacity(steps * layer.outputs);
        let row = |step: usize| &self.input[step * layer.inputs..][..layer.inputs];
        for first in (0..steps).step_by(4) {
            // The last steps may be fewer than four; the last one then stands in for the missing.
            let step = |i: usize| row((first + i).min(steps - 1));
            let rows = [step(0), step(1), step(2), step(3)];
            for block in 0..blocks {
                let bias = unit.load(&layer.bias[block]);
                let tile = tile::<U, 4, 1>(unit, &layer.matrix, block, rows, [[bias]; 4]);
                for (i, [lanes]) in tile.into_iter().enumerate() {
                    sums[i * blocks + block] = unit.store(lanes);
                }
            }
            for sums in sums.chunks_exact(blocks).take(steps - first) {
                let start = results.len();
                let logits = sums.as_flattened().iter().zip(&layer.scales).map(|(&sum, scale)| sum as f32 * scale);
                results.extend(logits);
                softmax(&mut results[start..]);
            }
        }
        results
    }
}

/// Turns logits into probabilities with Tesseract's order of operations.
#[inline(always)]
fn softmax(values: &mut [f32]) {
    let mut most = f32::NEG_INFINITY;
    for &value in values.iter() {
        most = if value > most { value } else { most };
    }
    for value in values.iter_mut() {
        *value = exp_f32((*value - most).clamp(LEAST_EXPONENT, 0.0));
    }
    // Rounding depends on the order of this sum.
    let mut total = 0.0;
    for &value in values.iter() {
        total += value;
    }
    for value in values.iter_mut() {
        *value /= total;
    }
}
