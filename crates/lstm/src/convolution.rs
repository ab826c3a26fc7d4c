//! The first layers in one pass: 3 by 3 windows, a tanh layer over each window, and the maximum over 3 by 3 results
//! (Tesseract's `convolve.cpp`, `fullyconnected.cpp` and `maxpool.cpp`).
//!
//! The activation never falls when its argument grows and all scales are positive, so the maximum is taken over the
//! integer sums. That leaves one activation in nine to compute, with the same result.

use crate::activation::{Activations, quantise};
use crate::input::Input;
use crate::kernel::{LANES, PackedMatrix, Task, Unit, tile};
use crate::model::Weights;
use crate::rng::MinStd;

/// Side of the windows; every model of Tesseract's has 3.
pub(crate) const SIDE: usize = 3;

/// The pixels of one window, column after column, filled up to a whole number of pairs.
type Window = [i16; SIDE * SIDE + 1];

/// Convolution, tanh layer and pooling.
#[derive(Debug)]
pub(crate) struct Convolution {
    pool_x: usize,
    pool_y: usize,
    matrix: PackedMatrix,
    bias: Vec<[i32; LANES]>,
    scales: Vec<[f32; LANES]>,
}

impl Convolution {
    /// Builds the layer; the pooling sides must not be zero and `weights` must have an input for each pixel of a window.
    pub fn new(pool: (usize, usize), weights: &Weights) -> Self {
        let matrix = PackedMatrix::new(weights.outputs, weights.inputs, |output, input| weights.at(output, input));
        let output = |block: usize, lane: usize| Some(block * LANES + lane).filter(|&output| output < weights.outputs);
        let blocks = 0..matrix.blocks();
        Self {
            pool_x: pool.0,
            pool_y: pool.1,
            bias: blocks
                .clone()
                .map(|block| std::array::from_fn(|lane| output(block, lane).map_or(0, |o| weights.bias(o))))
                .collect(),
            scales: blocks
                .map(|block| std::array::from_fn(|lane| output(block, lane).map_or(0.0, |o| weights.scales[o])))
                .collect(),
            matrix,
        }
    }

    /// Scaled pixels for each step of the later layers.
    pub fn step_width(&self) -> usize {
        self.pool_x
    }

    /// Features of each result; a multiple of [`LANES`].
    pub fn features(&self) -> usize {
        self.matrix.blocks() * LANES
    }

    /// Results in each column for a picture of the given height.
    pub fn rows(&self, height: usize) -> usize {
        height / self.pool_y
    }

    /// Writes the window of each pixel of row `y`; pixels beyond the edge are random.
    #[inline(always)]
    fn windows_of_row(input: &Input, y: usize, random: &mut MinStd, windows: &mut [Window]) {
        let (width, height) = (input.width, input.height);
        let row = |y: usize| &input.values[y * width..][..width];
        if y > 0 && y + 1 < height {
            let (above, middle, below) = (row(y - 1), row(y), row(y + 1));
            let columns = above.windows(SIDE).zip(middle.windows(SIDE)).zip(below.windows(SIDE));
            for (window, ((a, m), b)) in windows[1..].iter_mut().zip(columns) {
                *window = [a[0], m[0], b[0], a[1], m[1], b[1], a[2], m[2], b[2], 0];
            }
            // The order of the random numbers is that of the pixels, so the left end comes first.
            Self::window_at_edge(input, 0, y, random, &mut windows[0]);
            if width > 1 {
                Self::window_at_edge(input, width - 1, y, random, &mut windows[width - 1]);
            }
        } else {
            for (x, window) in windows.iter_mut().enumerate() {
                Self::window_at_edge(input, x, y, random, window);
            }
        }
    }

    /// The window of a pixel near the edge.
    fn window_at_edge(input: &Input, x: usize, y: usize, random: &mut MinStd, window: &mut Window) {
        for (column, taps) in window.as_chunks_mut::<SIDE>().0.iter_mut().enumerate() {
            let source_x = (x + column).checked_sub(1).filter(|&x| x < input.width);
            for (row, tap) in taps.iter_mut().enumerate() {
                let source_y = (y + row).checked_sub(1).filter(|&y| y < input.height);
                *tap = match (source_x, source_y) {
                    (Some(x), Some(y)) => input.values[y * input.width + x],
                    _ => random.activation(),
                };
            }
        }
    }
}

/// Runs the layer on one line.
pub(crate) struct Convolve<'a> {
    pub layer: &'a Convolution,
    pub activations: &'a Activations,
    pub input: &'a Input,
    pub random: MinStd,
}

impl Task for Convolve<'_> {
    /// For each column of results, its rows from the top, each with all features.
    type Output = Vec<i16>;

    #[inline(always)]
    fn run<U: Unit>(mut self, unit: U) -> Vec<i16> {
        let layer = self.layer;
        let (columns, rows) = (self.input.width / layer.pool_x, layer.rows(self.input.height));
        let features = layer.features();
        let mut results = vec![0; columns * rows * features];
        let mut windows = vec![vec![[0; SIDE * SIDE + 1]; self.input.width]; layer.pool_y];
        for row in 0..rows {
            for (offset, windows) in windows.iter_mut().enumerate() {
                Convolution::windows_of_row(self.input, row * layer.pool_y + offset, &mut self.random, windows);
            }
            for column in 0..columns {
                let result = &mut results[(column * rows + row) * features..][..features];
                for (block, result) in result.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                    let sums = most(unit, layer, block, &windows, column);
                    let mut arguments = [0.0; LANES];
                    for lane in 0..LANES {
                        arguments[lane] = sums[lane] as f32 * layer.scales[block][lane];
                    }
                    let values = self.activations.tanh(&arguments);
                    for lane in 0..LANES {
                        result[lane] = quantise(values[lane]);
                    }
                }
            }
        }
        results
    }
}

/// The largest sums over the windows that are pooled into one result.
#[inline(always)]
fn most<U: Unit>(unit: U, layer: &Convolution, block: usize, windows: &[Vec<Window>], column: usize) -> [i32; LANES] {
    let bias = unit.load(&layer.bias[block]);
    let mut most = unit.load(&[i32::MIN; LANES]);
    for row in windows {
        for window in &row[column * layer.pool_x..][..layer.pool_x] {
            most = unit.max(most, tile::<U, 1, 1>(unit, &layer.matrix, block, [window], [[bias]])[0][0]);
        }
    }
    unit.store(most)
}
