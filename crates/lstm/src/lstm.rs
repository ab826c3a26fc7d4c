//! The LSTM layers (Tesseract's `src/lstm/lstm.cpp`).
//!
//! Each gate's integer sum is a sum over the inputs plus one over the previous outputs. The first part does not depend
//! on the previous step, so it is computed for several steps at once. The second part is computed for several sequences
//! at once: the columns of a picture in the summarising layer, and the lines of a batch in the others. Sums are exact
//! and everything after them is done for each value alone, so a sequence's result does not depend on its neighbours.

use crate::activation::{Activations, quantise};
use crate::error::{Error, Result};
use crate::kernel::{LANES, PackedMatrix, Task, Unit, tile};
use crate::model::{Gates, Weights};

/// Sums of the four gates for [`LANES`] units: cell, input, forget and output.
type GateSums = [i32; 4 * LANES];

/// Steps whose part from the inputs is computed at once.
const CHUNK: usize = 4;

/// The largest absolute value of a cell's state.
const STATE_LIMIT: f32 = 100.0;

/// One LSTM layer.
#[derive(Debug)]
pub(crate) struct Lstm {
    inputs: usize,
    units: usize,
    /// Groups of [`LANES`] units; each has its four gates as neighbouring blocks.
    groups: usize,
    from_inputs: PackedMatrix,
    from_outputs: PackedMatrix,
    bias: Vec<GateSums>,
    scales: Vec<[f32; 4 * LANES]>,
}

impl Lstm {
    /// Arranges the stored gates.
    ///
    /// # Errors
    ///
    /// Gives [`Error::Unsupported`] when the units are not a multiple of 16 or the inputs are not even in number.
    pub fn new(gates: &Gates) -> Result<Self> {
        let units = gates.cell.outputs;
        let inputs = gates.cell.inputs - units;
        if !units.is_multiple_of(LANES) || !inputs.is_multiple_of(2) || inputs == 0 {
            return Err(Error::Unsupported { what: format!("an LSTM layer of {units} units on {inputs} inputs") });
        }
        let gate = |output: usize| -> (&Weights, usize) {
            let (group, gate, lane) = (output / (4 * LANES), output / LANES % 4, output % LANES);
            let weights = [&gates.cell, &gates.input, &gates.forget, &gates.output][gate];
            (weights, group * LANES + lane)
        };
        let matrix = |columns: usize, offset: usize| {
            PackedMatrix::new(4 * units, columns, |output, input| {
                let (weights, unit) = gate(output);
                weights.at(unit, offset + input)
            })
        };
        let groups = units / LANES;
        Ok(Self {
            inputs,
            units,
            groups,
            from_inputs: matrix(inputs, 0),
            from_outputs: matrix(units, inputs),
            bias: (0..groups)
                .map(|group| {
                    std::array::from_fn(|i| {
                        let (weights, unit) = gate(group * 4 * LANES + i);
                        weights.bias(unit)
                    })
                })
                .collect(),
            scales: (0..groups)
                .map(|group| {
                    std::array::from_fn(|i| {
                        let (weights, unit) = gate(group * 4 * LANES + i);
                        weights.scales[unit]
                    })
                })
                .collect(),
        })
    }

    /// Values in each step of the input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Values in each step of the output.
    pub fn units(&self) -> usize {
        self.units
    }
}

/// Runs a layer on several sequences.
pub(crate) struct RunLstm<'a, 'b> {
    pub layer: &'a Lstm,
    pub activations: &'a Activations,
    /// The sequences, the longest first; each has its steps one after the other.
    pub inputs: &'b [&'a [i16]],
    /// Space for the outputs: as many steps as the sequence has, or one in a summarising layer.
    pub outputs: &'b mut [&'a mut [i16]],
    /// Whether the sequences are read from the end.
    pub reversed: bool,
    /// Whether only the outputs after the last step are wanted.
    pub summary: bool,
}

impl Task for RunLstm<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<U: Unit>(mut self, unit: U) {
        let layer = self.layer;
        let sequences = self.inputs.len();
        let steps: Vec<usize> = self.inputs.iter().map(|input| input.len() / layer.inputs).collect();
        let longest = steps.first().copied().unwrap_or(0);
        let mut cells = Cells {
            state: vec![[0.0; LANES]; sequences * layer.groups],
            previous: vec![0; sequences * layer.units],
            current: vec![0; sequences * layer.units],
        };
        let mut parts = vec![[0; 4 * LANES]; sequences * CHUNK * layer.groups];
        for start in (0..longest).step_by(CHUNK) {
            self.add_inputs(unit, &steps, start, &mut parts);
            for step in start..(start + CHUNK).min(longest) {
                let active = steps.iter().take_while(|&&steps| steps > step).count();
                advance(unit, layer, self.activations, &parts, step - start, active, &mut cells);
                self.write_outputs(&steps, step, active, &cells.current);
                std::mem::swap(&mut cells.previous, &mut cells.current);
            }
        }
    }
}

/// What the cells remember from step to step.
struct Cells {
    /// For each sequence and group, the states of its units.
    state: Vec<[f32; LANES]>,
    /// Outputs of the step before, for each sequence.
    previous: Vec<i16>,
    /// Outputs of this step.
    current: Vec<i16>,
}

impl RunLstm<'_, '_> {
    /// Computes the inputs' part of the sums for the steps from `start` on.
    #[inline(always)]
    fn add_inputs<U: Unit>(&self, unit: U, steps: &[usize], start: usize, parts: &mut [GateSums]) {
        let layer = self.layer;
        for group in 0..layer.groups {
            for (sequence, (input, &steps)) in self.inputs.iter().zip(steps).enumerate() {
                let count = steps.saturating_sub(start).min(CHUNK);
                let row = |step: usize| {
                    let step = if self.reversed { steps - 1 - start - step } else { start + step };
                    &input[step * layer.inputs..][..layer.inputs]
                };
                let mut step = 0;
                let mut put = |step: usize, sums: GateSums| {
                    parts[(sequence * CHUNK + step) * layer.groups + group] = sums;
                };
                let bias = &layer.bias[group];
                while step + 4 <= count {
                    let rows = [row(step), row(step + 1), row(step + 2), row(step + 3)];
                    let sums = gates::<U, 4>(unit, &layer.from_inputs, group, rows, [bias; 4]);
                    for (i, sums) in sums.into_iter().enumerate() {
                        put(step + i, sums);
                    }
                    step += 4;
                }
                while step < count {
                    let [sums] = gates::<U, 1>(unit, &layer.from_inputs, group, [row(step)], [bias]);
                    put(step, sums);
                    step += 1;
                }
            }
        }
    }

    #[inline(always)]
    fn write_outputs(&mut self, steps: &[usize], step: usize, active: usize, current: &[i16]) {
        let units = self.layer.units;
        let rows = current.chunks_exact(units);
        for ((output, row), &steps) in self.outputs.iter_mut().zip(rows).zip(steps).take(active) {
            let place = match (self.summary, self.reversed) {
                (true, _) => 0,
                (false, false) => step,
                (false, true) => steps - 1 - step,
            };
            output[place * units..][..units].copy_from_slice(row);
        }
    }
}

/// Advances the first `active` sequences by one step.
#[inline(always)]
fn advance<U: Unit>(
    unit: U,
    layer: &Lstm,
    activations: &Activations,
    parts: &[GateSums],
    chunk_step: usize,
    active: usize,
    cells: &mut Cells,
) {
    for group in 0..layer.groups {
        let mut sequence = 0;
        while sequence < active {
            let left = active - sequence;
            let part = |i: usize| &parts[((sequence + i) * CHUNK + chunk_step) * layer.groups + group];
            let row = |i: usize| &cells.previous[(sequence + i) * layer.units..][..layer.units];
            let mut sums = [[0; 4 * LANES]; 4];
            let weights = &layer.from_outputs;
            let count = if left >= 4 {
                let rows = [row(0), row(1), row(2), row(3)];
                sums = gates::<U, 4>(unit, weights, group, rows, [part(0), part(1), part(2), part(3)]);
                4
            } else if left >= 2 {
                let two = gates::<U, 2>(unit, weights, group, [row(0), row(1)], [part(0), part(1)]);
                sums[..2].copy_from_slice(&two);
                2
            } else {
                let [one] = gates::<U, 1>(unit, weights, group, [row(0)], [part(0)]);
                sums[0] = one;
                1
            };
            for (i, sums) in sums[..count].iter().enumerate() {
                let state = &mut cells.state[(sequence + i) * layer.groups + group];
                let place = (sequence + i) * layer.units + group * LANES;
                if let Some(output) = cells.current[place..].first_chunk_mut::<LANES>() {
                    update(activations, sums, &layer.scales[group], state, output);
                }
            }
            sequence += count;
        }
    }
}

/// Sums of one group's four gates for `ROWS` rows of activations.
#[inline(always)]
fn gates<U: Unit, const ROWS: usize>(
    unit: U,
    matrix: &PackedMatrix,
    group: usize,
    rows: [&[i16]; ROWS],
    start: [&GateSums; ROWS],
) -> [GateSums; ROWS] {
    let block = |row: usize, gate: usize| -> U::Sums { unit.load(&start[row].as_chunks::<LANES>().0[gate]) };
    let mut results = [[[0; LANES]; 4]; ROWS];
    if U::WIDE {
        let mut sums = [[unit.load(&[0; LANES]); 4]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate() {
            for (gate, sums) in sums.iter_mut().enumerate() {
                *sums = block(row, gate);
            }
        }
        let sums = tile::<U, ROWS, 4>(unit, matrix, group * 4, rows, sums);
        for (results, sums) in results.iter_mut().zip(sums) {
            for (result, sums) in results.iter_mut().zip(sums) {
                *result = unit.store(sums);
            }
        }
        return flat(&results);
    }
    // Half the registers: two rows by two gates at a time.
    for first in [0, 2] {
        let mut row = 0;
        while row < ROWS {
            let last = (row + 1).min(ROWS - 1);
            let start = [[block(row, first), block(row, first + 1)], [block(last, first), block(last, first + 1)]];
            let [a, b] = tile::<U, 2, 2>(unit, matrix, group * 4 + first, [rows[row], rows[last]], start);
            for gate in 0..2 {
                results[last][first + gate] = unit.store(b[gate]);
                results[row][first + gate] = unit.store(a[gate]);
            }
            row += 2;
        }
    }
    flat(&results)
}

/// The gates of each row side by side.
#[inline(always)]
fn flat<const ROWS: usize>(blocks: &[[[i32; LANES]; 4]; ROWS]) -> [GateSums; ROWS] {
    let mut sums = [[0; 4 * LANES]; ROWS];
    for (sums, blocks) in sums.iter_mut().zip(blocks) {
        sums.copy_from_slice(blocks.as_flattened());
    }
    sums
}

/// New states and outputs of [`LANES`] units from the sums of their gates.
#[inline(always)]
fn update(
    activations: &Activations,
    sums: &GateSums,
    scales: &[f32; 4 * LANES],
    state: &mut [f32; LANES],
    output: &mut [i16; LANES],
) {
    let mut arguments = [[0.0; LANES]; 4];
    for gate in 0..4 {
        for i in 0..LANES {
            arguments[gate][i] = sums[gate * LANES + i] as f32 * scales[gate * LANES + i];
        }
    }
    let cell = activations.tanh(&arguments[0]);
    let input = activations.logistic(&arguments[1]);
    let forget = activations.logistic(&arguments[2]);
    let open = activations.logistic(&arguments[3]);
    for i in 0..LANES {
        state[i] = (state[i] * forget[i] + cell[i] * input[i]).clamp(-STATE_LIMIT, STATE_LIMIT);
    }
    let squashed = activations.tanh(state);
    for i in 0..LANES {
        output[i] = quantise(squashed[i] * open[i]);
    }
}
