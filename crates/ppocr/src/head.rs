//! The last layer: from 120 features a step to the probabilities of the classes that are kept.
//!
//! The network tells 18,710 classes apart, nearly all of them Chinese characters. Their probabilities have to be known for what they leave to
//! the classes that are kept, and to nothing else; and they leave all of it wherever a kept class stands out. So the kept classes are
//! computed first, and all of them only for steps where none does.

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::SimdOp;
use rten_tensor::NdTensorView;
use rten_vecmath::Softmax;

use crate::error::{Error, Result};
use crate::split::LastLayer;

/// Value (before the softmax) from which on a kept class stands out.
///
/// The classes that are not kept add up to about the same in every step, e^4 to e^16.5. Measured on 66,738 steps of fax lines, printed and by
/// hand: where a kept class has 24 or more, all others together have at most 0.00013 of the probability (0.00001 in 999 of 1,000 steps); that
/// is so in 61 to 73 % of the steps. From 20 on it would be 0.0035 in 86 to 93 %.
const STANDS_OUT: f32 = 24.0;

/// The last layer, packed for the processor.
pub(crate) struct Head {
    gemm: GemmExecutor,
    features: usize,
    /// The classes that are kept.
    kept: Vec<usize>,
    of_kept: Classes,
    of_all: Classes,
}

/// Weights of some classes.
struct Classes {
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// The layer, for a reader that wants the probabilities of the classes `kept`.
    pub fn new(layer: LastLayer, kept: &[usize]) -> Result<Self> {
        let LastLayer { weights, bias } = layer;
        let (features, count) = (weights.len() / bias.len().max(1), bias.len());
        if features * count != weights.len() || kept.iter().any(|&class| class >= count) {
            return Err(Error::Shape("the last layer has fewer classes"));
        }
        let gemm = GemmExecutor::new();
        let columns = weights.chunks_exact(count).flat_map(|row| kept.iter().map(|&class| row[class])).collect();
        let classes = |weights: Vec<f32>, bias: Vec<f32>| Classes {
            weights: gemm.prepack_b(NdTensorView::from_data([features, bias.len()], &weights[..])),
            bias,
        };
        let of_kept = classes(columns, kept.iter().map(|&class| bias[class]).collect());
        let of_all = classes(weights, bias);
        Ok(Self { gemm, features, kept: kept.to_vec(), of_kept, of_all })
    }

    /// Probabilities of the kept classes, step by step, from the features of the steps.
    pub fn probabilities(&self, features: &[f32]) -> Result<Vec<f32>> {
        let mut steps = self.values(features, &self.of_kept)?;
        let mut doubtful = Vec::new();
        for (features, step) in features.chunks_exact(self.features).zip(steps.chunks_exact_mut(self.kept.len().max(1)))
        {
            if step.iter().copied().fold(f32::NEG_INFINITY, f32::max) < STANDS_OUT {
                doubtful.push((features, step));
            } else {
                Softmax::new_mut(step).dispatch();
            }
        }
        let features: Vec<f32> = doubtful.iter().flat_map(|(features, _)| *features).copied().collect();
        let mut values = self.values(&features, &self.of_all)?;
        for ((_, step), values) in doubtful.into_iter().zip(values.chunks_exact_mut(self.of_all.bias.len())) {
            let all = Softmax::new_mut(values).dispatch();
            for (probability, &class) in step.iter_mut().zip(&self.kept) {
                *probability = all[class];
            }
        }
        Ok(steps)
    }

    /// Values of classes before the softmax.
    fn values(&self, features: &[f32], classes: &Classes) -> Result<Vec<f32>> {
        let steps = features.len() / self.features;
        let mut values = vec![0.0; steps * classes.bias.len()];
        let features = NdTensorView::from_data([steps, self.features], &features[..steps * self.features]);
        let options = GemmOptions { bias: Some(BiasVector::Row(&classes.bias)), ..GemmOptions::default() };
        self.gemm
            .gemm(&mut values, GemmInputA::Unpacked(features), GemmInputB::Packed(&classes.weights), options)
            .map_err(|error| Error::Run(error.to_string()))?;
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two features, five classes: each row of weights belongs to one feature.
    fn layer() -> LastLayer {
        LastLayer {
            weights: vec![1.0, 0.5, -1.0, 2.0, 0.0, 0.0, 0.5, 1.0, -2.0, 1.0],
            bias: vec![0.0, 0.1, 0.2, 0.3, 0.4],
        }
    }

    fn softmax(values: &[f32]) -> Vec<f32> {
        let sum: f32 = values.iter().map(|v| v.exp()).sum();
        values.iter().map(|v| v.exp() / sum).collect()
    }

    fn assert_near(got: &[f32], expected: &[f32]) {
        assert_eq!(got.len(), expected.len());
        assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{got:?} instead of {expected:?}");
    }

    #[test]
    fn where_no_kept_class_stands_out_the_others_take_their_share() {
        let head = Head::new(layer(), &[4, 1]).expect("a layer");
        let all = softmax(&[1.0, 0.5 + 1.0 + 0.1, -1.0 + 2.0 + 0.2, 2.0 - 4.0 + 0.3, 2.0 + 0.4]);
        assert_near(&head.probabilities(&[1.0, 2.0]).expect("features that fit"), &[all[4], all[1]]);
    }

    #[test]
    fn where_a_kept_class_stands_out_the_others_are_not_asked() {
        let head = Head::new(layer(), &[4, 1]).expect("a layer");
        // Class 4 has 30.3 and class 1 has 20.05; class 2, which is not kept, has 20.1 and would take as much as class 1.
        let alone = softmax(&[30.3, 20.05]);
        assert_near(&head.probabilities(&[10.0, 29.9, 1.0, 2.0]).expect("features that fit")[..2], &alone);
    }

    #[test]
    fn nothing_in_nothing_out() {
        let head = Head::new(layer(), &[0]).expect("a layer");
        assert_eq!(head.probabilities(&[]).expect("no steps"), []);
        assert!(Head::new(layer(), &[5]).is_err());
    }
}
