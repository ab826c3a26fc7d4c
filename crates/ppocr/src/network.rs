//! The whole network: rten's stretches, the depthwise layers between them, the last layer.

use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use crate::depthwise::Depthwise;
use crate::error::{Error, Result};
use crate::head::Head;
use crate::split::ModelFile;

/// Rows of the network's input.
pub const INPUT_HEIGHT: usize = 48;

/// Colours of the network's input.
const COLOURS: usize = 3;

/// The network, ready to run on one thread.
pub struct Network {
    stretches: Vec<(Stretch, Depthwise)>,
    last_stretch: Stretch,
    head: Head,
    options: RunOptions,
    pool: Arc<ThreadPool>,
}

impl Network {
    /// Makes the network of a file for a reader that wants the probabilities of the classes `kept`.
    pub fn new(file: ModelFile, kept: &[usize]) -> Result<Self> {
        let stretch = |(file, depthwise)| Ok((Stretch::new(file)?, depthwise));
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self {
            stretches: file.stretches.into_iter().map(stretch).collect::<Result<_>>()?,
            last_stretch: Stretch::new(file.last_stretch)?,
            head: Head::new(file.last_layer, kept)?,
            options: RunOptions::default().with_thread_pool(Some(Arc::clone(&pool))),
            pool,
        })
    }

    /// Reads a line: for each step the probabilities of the kept classes in their order, one step after the other.
    ///
    /// `pixels` are the rows of a picture that is [`INPUT_HEIGHT`] high, from -1 (black) to 1 (white).
    pub fn run(&self, pixels: &[f32]) -> Result<Vec<f32>> {
        let width = pixels.len() / INPUT_HEIGHT;
        let pixels = &pixels[..width * INPUT_HEIGHT];
        let input = NdTensor::from_data([1, COLOURS, INPUT_HEIGHT, width], pixels.repeat(COLOURS));
        // In the pool from first to last, so that the stretches do not go there one by one.
        self.pool.run(|| {
            let mut picture = input;
            for (stretch, depthwise) in &self.stretches {
                picture = depthwise.apply(&stretch.run(picture, &self.options)?)?;
            }
            let features: NdTensor<f32, 3> = self.last_stretch.run(picture, &self.options)?;
            self.head.probabilities(features.to_contiguous().data())
        })
    }
}

/// A part of the network that rten runs.
struct Stretch {
    model: Model,
    input: NodeId,
    output: NodeId,
}

impl Stretch {
    fn new(file: Vec<u8>) -> Result<Self> {
        let model = Model::load(file).map_err(|error| Error::Model(error.to_string()))?;
        let (&[input], &[output]) = (model.input_ids(), model.output_ids()) else {
            return Err(Error::Shape("a part does not have one input and one output"));
        };
        Ok(Self { model, input, output })
    }

    fn run<const N: usize>(&self, input: NdTensor<f32, 4>, options: &RunOptions) -> Result<NdTensor<f32, N>> {
        let [output] = self
            .model
            .run_n(vec![(self.input, input.into())], [self.output], Some(options.clone()))
            .map_err(|error| Error::Run(error.to_string()))?;
        output.try_into().map_err(|_| Error::Shape("a part has an output of another shape"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiny::{self, CLASSES};

    fn by_rten(file: Vec<u8>, pixels: &[f32]) -> Vec<f32> {
        let model = Model::load(file).expect("a model");
        let input = NdTensor::from_data([1, 3, INPUT_HEIGHT, pixels.len() / INPUT_HEIGHT], pixels.repeat(3));
        let output = model.run_one(input.into(), None).expect("a run");
        NdTensor::<f32, 3>::try_from(output).expect("steps by classes").to_vec()
    }

    fn assert_near(got: &[f32], expected: &[f32]) {
        assert_eq!(got.len(), expected.len());
        for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
            assert!((got - expected).abs() < 3e-4, "{index}: {got} instead of {expected}");
        }
    }

    #[test]
    fn a_network_in_parts_gives_what_rten_gives() {
        let pixels: Vec<f32> = (0..INPUT_HEIGHT * 20).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0).collect();
        let file = tiny::model();
        let whole = by_rten(file.clone(), &pixels);
        let parts = ModelFile::parse(&file).expect("a network of this shape");
        assert_eq!((parts.stretches.len(), parts.class_count(), parts.characters()), (1, CLASSES, "a\nb\nc"));
        let all: Vec<usize> = (0..CLASSES).collect();
        assert_near(&Network::new(parts, &all).expect("a network").run(&pixels).expect("a run"), &whole);

        let network = Network::new(ModelFile::parse(&file).expect("as before"), &[3, 0]).expect("a network");
        let expected: Vec<f32> = whole.chunks_exact(CLASSES).flat_map(|step| [step[3], step[0]]).collect();
        assert_near(&network.run(&pixels).expect("a run"), &expected);
    }

    /// The real network, where `FAXTRIAGE_MODELS` or the source tree has it.
    #[test]
    fn the_real_network_gives_what_rten_gives() {
        let folder = std::env::var_os("FAXTRIAGE_MODELS")
            .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../models").into());
        let Ok(file) = std::fs::read(std::path::Path::new(&folder).join("PP-OCRv6_rec_small.onnx")) else {
            println!("skipped: the model is not there");
            return;
        };
        // Stripes of strokes: some of it is taken for letters, most for nothing.
        let width = 328;
        let ink = |i: usize| (i % width / 5).is_multiple_of(3) && (i / width / 9).is_multiple_of(2) && i % width < 200;
        let pixels: Vec<f32> = (0..INPUT_HEIGHT * width).map(|i| if ink(i) { -1.0 } else { 1.0 }).collect();
        let whole = by_rten(file.clone(), &pixels);
        let parts = ModelFile::parse(&file).expect("a network of this shape");
        let (count, layers) = (parts.class_count(), parts.stretches.len());
        assert_eq!((count, layers, whole.len()), (18_710, 13, width / 8 * 18_710));
        let kept: Vec<usize> = (0..count).filter(|class| class % 5 == 0).collect();
        let expected: Vec<f32> =
            whole.chunks_exact(count).flat_map(|step| kept.iter().map(|&class| step[class])).collect();
        assert_near(&Network::new(parts, &kept).expect("a network").run(&pixels).expect("a run"), &expected);
    }

    #[test]
    fn another_file_is_refused() {
        assert!(matches!(ModelFile::parse(b"no model"), Err(Error::Model(_) | Error::Shape(_))));
        for without in ["Softmax", "MatMul", "character"] {
            assert!(matches!(ModelFile::parse(&tiny::model_without(without)), Err(Error::Shape(_))), "{without}");
        }
        let skipping = tiny::model_that_looks_past_its_depthwise_layer();
        assert!(matches!(ModelFile::parse(&skipping), Err(Error::Shape("a layer looks past a depthwise layer"))));
    }
}
