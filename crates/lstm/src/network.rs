//! The network in the form in which it runs.
//!
//! The models for European languages all have the same shape: a convolution with pooling, a summarising LSTM over each
//! column, further LSTM layers in one direction or the other, and softmax. That shape is recognised when the model is
//! loaded, and no other is supported.

use crate::activation::Activations;
use crate::convolution::{Convolution, Convolve, SIDE};
use crate::error::{Error, Result};
use crate::input::Input;
use crate::kernel::{LANES, Processor};
use crate::lstm::{Lstm, RunLstm};
use crate::model::{Layer, Stored};
use crate::rng::MinStd;
use crate::softmax::{RunSoftmax, Softmax};

/// Columns that go through the summarising layer at once.
const COLUMNS: usize = 4;

/// Probabilities of every network output at every step of a line.
pub(crate) struct Output {
    pub classes: usize,
    /// `classes` values for each step.
    pub probabilities: Vec<f32>,
}

impl Output {
    /// The probabilities step by step.
    pub fn steps(&self) -> impl Iterator<Item = &[f32]> {
        self.probabilities.chunks_exact(self.classes)
    }
}

/// The layers in the order in which they run.
pub(crate) struct Network {
    processor: Processor,
    activations: Activations,
    height: usize,
    sample_iteration: i32,
    convolution: Convolution,
    columns: Lstm,
    /// Further layers and whether each reads from the right.
    layers: Vec<(Lstm, bool)>,
    softmax: Softmax,
}

impl Network {
    /// Arranges a stored network for the given processor.
    ///
    /// # Errors
    ///
    /// Gives [`Error::Unsupported`] for a network of another shape, and [`Error::Damaged`] when layers do not fit
    /// together.
    pub fn new(stored: &Stored, processor: Processor) -> Result<Self> {
        let mut layers = Vec::new();
        flatten(&stored.network, &mut layers);
        let [
            Layer::Input { height, depth: 1 },
            Layer::Convolve { half_x: 1, half_y: 1 },
            Layer::Tanh(tanh),
            Layer::Maxpool { x, y },
            Layer::Transposed(columns),
            middle @ ..,
            Layer::Softmax(softmax),
        ] = layers.as_slice()
        else {
            return Err(Error::Unsupported { what: "a network of another shape".to_owned() });
        };
        let damaged = |reason| Error::Damaged { part: "network", reason };
        if tanh.inputs != SIDE * SIDE || tanh.outputs % LANES != 0 {
            return Err(damaged("the first layer does not fit its windows"));
        }
        if *x == 0 || *y == 0 || height / y == 0 {
            return Err(damaged("the pooling has no size"));
        }
        let Layer::Lstm { gates, summary: true } = &**columns else {
            return Err(Error::Unsupported { what: "a network without a layer over columns".to_owned() });
        };
        let network = Self {
            processor,
            activations: Activations::new(),
            height: *height,
            sample_iteration: stored.sample_iteration,
            convolution: Convolution::new((*x, *y), tanh),
            columns: Lstm::new(gates)?,
            layers: middle.iter().map(|layer| middle_layer(layer)).collect::<Result<Vec<_>>>()?,
            softmax: Softmax::new(softmax),
        };
        let mut values = network.convolution.features();
        for layer in std::iter::once(&network.columns).chain(network.layers.iter().map(|(layer, _)| layer)) {
            if layer.inputs() != values {
                return Err(damaged("a layer does not fit the one before"));
            }
            values = layer.units();
        }
        if network.softmax.inputs() != values {
            return Err(damaged("the last layer does not fit the one before"));
        }
        Ok(network)
    }

    /// Height to which a line must be scaled.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Scaled pixels for each step of the output.
    pub fn step_width(&self) -> usize {
        self.convolution.step_width()
    }

    /// Probabilities in each step of the output.
    pub fn classes(&self) -> usize {
        self.softmax.outputs()
    }

    /// Runs the network on several lines, which must be at least one step wide; the widest should come first.
    pub fn run(&self, lines: &[&Input]) -> Vec<Output> {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|&line| std::cmp::Reverse(lines[line].width));
        let mut sequences: Vec<Vec<i16>> = order.iter().map(|&line| self.run_columns(lines[line])).collect();
        for (layer, reversed) in &self.layers {
            let mut outputs: Vec<Vec<i16>> =
                sequences.iter().map(|input| vec![0; input.len() / layer.inputs() * layer.units()]).collect();
            self.processor.run(RunLstm {
                layer,
                activations: &self.activations,
                inputs: &sequences.iter().map(Vec::as_slice).collect::<Vec<_>>(),
                outputs: &mut outputs.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
                reversed: *reversed,
                summary: false,
            });
            sequences = outputs;
        }
        let mut results: Vec<(usize, Output)> = order
            .into_iter()
            .zip(&sequences)
            .map(|(line, input)| {
                let probabilities = self.processor.run(RunSoftmax { layer: &self.softmax, input });
                (line, Output { classes: self.classes(), probabilities })
            })
            .collect();
        results.sort_by_key(|&(line, _)| line);
        results.into_iter().map(|(_, output)| output).collect()
    }

    /// The layers up to the one that leaves one set of values for each column.
    fn run_columns(&self, input: &Input) -> Vec<i16> {
        let pooled = self.processor.run(Convolve {
            layer: &self.convolution,
            activations: &self.activations,
            input,
            random: MinStd::for_line(self.sample_iteration),
        });
        let column_length = self.convolution.rows(self.height) * self.convolution.features();
        let columns: Vec<&[i16]> = pooled.chunks_exact(column_length).collect();
        let mut outputs = vec![0; columns.len() * self.columns.units()];
        let mut places: Vec<&mut [i16]> = outputs.chunks_exact_mut(self.columns.units()).collect();
        for (inputs, outputs) in columns.chunks(COLUMNS).zip(places.chunks_mut(COLUMNS)) {
            self.processor.run(RunLstm {
                layer: &self.columns,
                activations: &self.activations,
                inputs,
                outputs,
                reversed: false,
                summary: true,
            });
        }
        outputs
    }
}

/// Lists the layers of nested series in the order in which they run.
fn flatten<'a>(layer: &'a Layer, layers: &mut Vec<&'a Layer>) {
    match layer {
        Layer::Series(inner) => inner.iter().for_each(|layer| flatten(layer, layers)),
        other => layers.push(other),
    }
}

fn middle_layer(layer: &Layer) -> Result<(Lstm, bool)> {
    match layer {
        Layer::Lstm { gates, summary: false } => Ok((Lstm::new(gates)?, false)),
        Layer::Reversed(inner) => match &**inner {
            Layer::Lstm { gates, summary: false } => Ok((Lstm::new(gates)?, true)),
            _ => Err(Error::Unsupported { what: "a reversed layer that is not an LSTM".to_owned() }),
        },
        _ => Err(Error::Unsupported { what: "a network of another shape".to_owned() }),
    }
}
