//! Convolutions that look at each channel alone, 3 by 3, which rten computes number by number: a fifth of the network's time there, a
//! fiftieth here. Every sum is taken in rten's order and without fused additions, so that the values are the same to the last bit.

use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use crate::error::{Error, Result};
use crate::vector::{Task, vectorized};

/// Rows and columns of the kernel.
pub(crate) const SIDE: usize = 3;

/// A layer: one kernel and one bias a channel, zeros around the picture, every column and every `stride`th row.
#[derive(Debug)]
pub(crate) struct Depthwise {
    kernels: Vec<[[f32; SIDE]; SIDE]>,
    bias: Vec<f32>,
    stride: usize,
}

impl Depthwise {
    /// A layer from its weights, nine a channel and row by row.
    pub fn new(weights: &[f32], bias: Vec<f32>, stride: usize) -> Result<Self> {
        let (nines, rest) = weights.as_chunks::<{ SIDE * SIDE }>();
        if !rest.is_empty() || nines.len() != bias.len() || stride == 0 {
            return Err(Error::Shape("a depthwise layer's weights do not fit its channels"));
        }
        let kernels = nines.iter().map(|w| [[w[0], w[1], w[2]], [w[3], w[4], w[5]], [w[6], w[7], w[8]]]).collect();
        Ok(Self { kernels, bias, stride })
    }

    /// Applies the layer to a picture of 1×channels×height×width.
    pub fn apply(&self, input: &NdTensor<f32, 4>) -> Result<NdTensor<f32, 4>> {
        let [one, channels, height, width] = input.shape();
        let view = input.to_contiguous();
        let pixels = view.data();
        if one != 1 || channels != self.bias.len() {
            return Err(Error::Shape("a depthwise layer has other channels than its picture"));
        }
        let rows = height.div_ceil(self.stride);
        let mut output = vec![0.0; channels * rows * width];
        vectorized(Convolve { layer: self, pixels, height, width, output: &mut output });
        Ok(NdTensor::from_data([1, channels, rows, width], output))
    }
}

struct Convolve<'a> {
    layer: &'a Depthwise,
    pixels: &'a [f32],
    height: usize,
    width: usize,
    output: &'a mut [f32],
}

impl Task for Convolve<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { layer, pixels, height, width, output } = self;
        if width == 0 || height == 0 {
            return;
        }
        // Each row between two zeros: a product with zero changes no sum.
        let padded = width + SIDE - 1;
        let mut channel = vec![0.0f32; padded * height];
        let rows = height.div_ceil(layer.stride);
        let pictures = pixels.chunks_exact(width * height).zip(output.chunks_exact_mut(width * rows));
        for ((picture, results), (kernel, &bias)) in pictures.zip(layer.kernels.iter().zip(&layer.bias)) {
            for (row, source) in channel.chunks_exact_mut(padded).zip(picture.chunks_exact(width)) {
                row[1..=width].copy_from_slice(source);
            }
            for (y, result) in results.chunks_exact_mut(width).enumerate() {
                result.fill(bias);
                // Row `middle + k - 1` of the picture meets row `k` of the kernel.
                let middle = y * layer.stride;
                for k in usize::from(middle == 0)..SIDE.min(height + 1 - middle) {
                    add_row(result, &channel[(middle + k - 1) * padded..][..padded], kernel[k]);
                }
            }
        }
    }
}

/// Adds a row's products with a row of the kernel.
#[inline(always)]
fn add_row(sums: &mut [f32], row: &[f32], kernel: [f32; SIDE]) {
    let width = sums.len();
    let (before, here, after) = (&row[..width], &row[1..=width], &row[2..][..width]);
    for (((sum, before), here), after) in sums.iter_mut().zip(before).zip(here).zip(after) {
        *sum = *sum + before * kernel[0] + here * kernel[1] + after * kernel[2];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, one output after the other.
    fn plainly(layer: &Depthwise, input: &NdTensor<f32, 4>) -> Vec<f32> {
        let [_, channels, height, width] = input.shape();
        let mut output = Vec::new();
        for c in 0..channels {
            for y in (0..height).step_by(layer.stride) {
                for x in 0..width {
                    let mut sum = layer.bias[c];
                    for ky in 0..SIDE {
                        for kx in 0..SIDE {
                            if (1..=height).contains(&(y + ky)) && (1..=width).contains(&(x + kx)) {
                                sum += input[[0, c, y + ky - 1, x + kx - 1]] * layer.kernels[c][ky][kx];
                            }
                        }
                    }
                    output.push(sum);
                }
            }
        }
        output
    }

    fn noise(count: usize) -> Vec<f32> {
        (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
    }

    #[test]
    fn the_sums_are_those_of_the_definition_to_the_last_bit() {
        for (channels, height, width, stride) in [(3, 6, 80, 1), (2, 12, 41, 2), (1, 3, 2, 1), (2, 1, 17, 2)] {
            let layer = Depthwise::new(&noise(9 * channels), noise(channels), stride).expect("a layer");
            let input = NdTensor::from_data([1, channels, height, width], noise(channels * height * width));
            let output = layer.apply(&input).expect("a picture that fits");
            assert_eq!(output.shape(), [1, channels, height.div_ceil(stride), width]);
            assert_eq!(output.data().expect("contiguous"), plainly(&layer, &input));
        }
    }

    #[test]
    fn weights_and_pictures_that_do_not_fit_are_refused() {
        assert!(Depthwise::new(&noise(17), noise(2), 1).is_err());
        let layer = Depthwise::new(&noise(18), noise(2), 1).expect("a layer");
        assert!(layer.apply(&NdTensor::zeros([1, 3, 4, 4])).is_err());
    }
}
