//! The network as it is stored (Tesseract's `src/lstm/network.cpp`, `plumbing.cpp` and the layers' `DeSerialize`).

use crate::bytes::Reader;
use crate::error::{Error, Result};

/// Part's name in errors.
const PART: &str = "network";
/// Bits of the mode byte of a weight matrix.
const MODE_INT8: u8 = 1;
const MODE_DOUBLE_SCALES: u8 = 128;
/// Set in a network's flags when a list of learning rates follows its layers.
const LAYER_RATES_FLAG: i32 = 64;
/// Set in the training flags when the model works with 8-bit numbers.
const TRAINING_INT_MODE: i32 = 1;
/// Set in the training flags when the codes of the characters are in the recoder.
const TRAINING_RECODED: i32 = 64;

/// A matrix of 8-bit weights.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    pub outputs: usize,
    /// Without the bias, which is the last column of each row.
    pub inputs: usize,
    /// `outputs` rows of `inputs + 1` weights.
    pub values: Vec<i8>,
    /// For each output, the factor from an integer sum to the layer's unit.
    pub scales: Vec<f32>,
}

impl Weights {
    fn parse(reader: &mut Reader) -> Result<Self> {
        let mode = reader.u8()?;
        if mode & MODE_INT8 == 0 || mode & MODE_DOUBLE_SCALES == 0 {
            return Err(Error::Unsupported { what: "weights that are not 8-bit integers".to_owned() });
        }
        let outputs = reader.size(1 << 16)?;
        let columns = reader.size(1 << 16)?;
        reader.u8()?; // The value that Tesseract's matrix class gives to empty cells.
        if outputs == 0 || columns < 2 {
            return Err(reader.damaged("a weight matrix is empty"));
        }
        let values: Vec<i8> = reader.take(outputs * columns)?.iter().map(|&byte| byte as i8).collect();
        let count = reader.size(1 << 16)?;
        if count < outputs {
            return Err(reader.damaged("a weight matrix has too few scales"));
        }
        // Divided by the largest activation in double precision and rounded after, as WeightMatrix::DeSerialize does.
        let scales =
            (0..count).map(|_| reader.f64().map(|scale| (scale / 127.0) as f32)).collect::<Result<Vec<_>>>()?;
        // The limit keeps every later sum finite. A negative scale cannot occur: it is the largest of absolute values.
        if scales.iter().any(|scale| !(0.0..1e6).contains(scale)) {
            return Err(reader.damaged("a scale is out of range"));
        }
        Ok(Self { outputs, inputs: columns - 1, values, scales })
    }

    /// The weight of an input, or the bias when `input` is the number of inputs.
    pub fn at(&self, output: usize, input: usize) -> i8 {
        self.values[output * (self.inputs + 1) + input]
    }

    /// What the bias adds to the integer sum: the weight of an input that is always one.
    pub fn bias(&self, output: usize) -> i32 {
        i32::from(self.at(output, self.inputs)) * 127
    }
}

/// The four gates of an LSTM layer, each with the layer's inputs followed by its own previous outputs.
#[derive(Debug)]
pub(crate) struct Gates {
    pub cell: Weights,
    pub input: Weights,
    pub forget: Weights,
    pub output: Weights,
}

/// One layer or group of layers.
#[derive(Debug)]
pub(crate) enum Layer {
    Input { height: usize, depth: usize },
    Series(Vec<Layer>),
    Convolve { half_x: usize, half_y: usize },
    Maxpool { x: usize, y: usize },
    Transposed(Box<Layer>),
    Reversed(Box<Layer>),
    Lstm { gates: Gates, summary: bool },
    Tanh(Weights),
    Softmax(Weights),
}

/// What the `lstm` part of a model has.
#[derive(Debug)]
pub(crate) struct Stored {
    pub network: Layer,
    /// Seeds the random numbers.
    pub sample_iteration: i32,
    /// The network output that means "no character here".
    pub null_code: u32,
}

/// Groups within groups that a model may have; the known models have three.
const MOST_DEPTH: usize = 8;

impl Stored {
    /// Reads the `lstm` part.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, PART);
        let network = Layer::parse(&mut reader, MOST_DEPTH)?;
        reader.string()?; // The description from which the network was built.
        let flags = reader.i32()?;
        if flags & TRAINING_INT_MODE == 0 || flags & TRAINING_RECODED == 0 {
            return Err(Error::Unsupported {
                what: "a model without 8-bit mode or without a table of codes".to_owned(),
            });
        }
        reader.i32()?; // Training iterations.
        let sample_iteration = reader.i32()?;
        let null_code = reader.u32()?;
        // The three learning rates that follow are of no use here, but their absence means a damaged file.
        for _ in 0..3 {
            reader.f32()?;
        }
        Ok(Self { network, sample_iteration, null_code })
    }
}

impl Layer {
    fn parse(reader: &mut Reader, depth: usize) -> Result<Self> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(reader.damaged("its groups are nested too deep"));
        };
        if reader.u8()? != 0 {
            return Err(Error::Unsupported { what: "a network of the format before version 4".to_owned() });
        }
        let kind = reader.string()?;
        if reader.u8()? == 1 {
            return Err(Error::Unsupported { what: "a network that is still in training".to_owned() });
        }
        reader.u8()?; // Whether errors go back through this layer in training.
        let flags = reader.i32()?;
        let inputs = reader.size(1 << 16)?;
        let outputs = reader.size(1 << 16)?;
        reader.i32()?; // The number of weights.
        reader.string()?; // The layer's name.
        match kind.as_str() {
            "Input" => Self::parse_input(reader),
            "Series" => Ok(Self::Series(parse_group(reader, flags, depth)?)),
            "RTLReversed" => Ok(Self::Reversed(Box::new(parse_single(reader, flags, depth)?))),
            "XYTranspose" => Ok(Self::Transposed(Box::new(parse_single(reader, flags, depth)?))),
            "Convolve" => Ok(Self::Convolve { half_x: reader.size(16)?, half_y: reader.size(16)? }),
            "Maxpool" => Ok(Self::Maxpool { x: reader.size(64)?, y: reader.size(64)? }),
            "LSTM" => Self::parse_lstm(reader, inputs, outputs, false),
            "SummLSTM" => Self::parse_lstm(reader, inputs, outputs, true),
            "Tanh" => Ok(Self::Tanh(Weights::parse(reader)?)),
            "Softmax" => Ok(Self::Softmax(Weights::parse(reader)?)),
            other => Err(Error::Unsupported { what: format!("a layer of type {other:?}") }),
        }
    }

    fn parse_input(reader: &mut Reader) -> Result<Self> {
        reader.i32()?; // Pictures at a time.
        let height = reader.size(1 << 10)?;
        let width = reader.i32()?;
        let depth = reader.size(16)?;
        reader.i32()?; // The kind of loss in training.
        if height == 0 || width != 0 {
            return Err(Error::Unsupported { what: "an input of free height or fixed width".to_owned() });
        }
        Ok(Self::Input { height, depth })
    }

    fn parse_lstm(reader: &mut Reader, inputs: usize, outputs: usize, summary: bool) -> Result<Self> {
        let columns = reader.size(1 << 16)?;
        let mut gate = || {
            let weights = Weights::parse(reader)?;
            if weights.outputs != outputs || weights.inputs != columns || columns != inputs + outputs {
                return Err(Error::Unsupported { what: "a two-dimensional LSTM layer".to_owned() });
            }
            Ok(weights)
        };
        // The order of the gates is that of Tesseract's enumeration WeightType.
        let gates = Gates { cell: gate()?, input: gate()?, forget: gate()?, output: gate()? };
        Ok(Self::Lstm { gates, summary })
    }
}

fn parse_group(reader: &mut Reader, flags: i32, depth: usize) -> Result<Vec<Layer>> {
    let count = reader.size(64)?;
    let layers = (0..count).map(|_| Layer::parse(reader, depth)).collect::<Result<Vec<_>>>()?;
    if flags & LAYER_RATES_FLAG != 0 {
        let rates = reader.size(64)?;
        reader.take(rates * 4)?;
    }
    Ok(layers)
}

fn parse_single(reader: &mut Reader, flags: i32, depth: usize) -> Result<Layer> {
    let mut layers = parse_group(reader, flags, depth)?;
    match (layers.pop(), layers.is_empty()) {
        (Some(layer), true) => Ok(layer),
        _ => Err(reader.damaged("a turned layer does not hold exactly one other")),
    }
}
