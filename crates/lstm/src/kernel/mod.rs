//! Exact integer matrix products on whatever vector unit the processor has.
//!
//! Weights and activations are 8-bit numbers that are stored in 16 bits. A multiply-add instruction takes pairs of them
//! and gives exact 32-bit sums, so that every processor gives the same result; the 8-bit instruction of AVX2 would
//! saturate. A model's largest sum is below 289 * 127 * 128, far from the range of 32 bits.

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

/// Outputs that are computed side by side.
pub(crate) const LANES: usize = 16;

/// Weights of [`LANES`] outputs for one pair of inputs.
pub(crate) type WeightBlock = [i16; 2 * LANES];

/// A vector unit on which the kernels run.
pub(crate) trait Unit: Copy {
    /// [`LANES`] running sums.
    type Sums: Copy;
    /// Whether there are registers for a tile of 4 rows by 4 blocks.
    const WIDE: bool;
    fn load(self, sums: &[i32; LANES]) -> Self::Sums;
    fn store(self, sums: Self::Sums) -> [i32; LANES];
    /// Adds the products of `weights` with the pair of activations in `pair`.
    fn multiply_add(self, sums: Self::Sums, weights: &WeightBlock, pair: i32) -> Self::Sums;
    fn max(self, a: Self::Sums, b: Self::Sums) -> Self::Sums;
}

/// Plain code for processors without AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

impl Unit for Plain {
    type Sums = [i32; LANES];
    const WIDE: bool = false;

    #[inline(always)]
    fn load(self, sums: &[i32; LANES]) -> Self::Sums {
        *sums
    }

    #[inline(always)]
    fn store(self, sums: Self::Sums) -> [i32; LANES] {
        sums
    }

    #[inline(always)]
    fn multiply_add(self, mut sums: Self::Sums, weights: &WeightBlock, pair: i32) -> Self::Sums {
        let (first, second) = (i32::from(pair as i16), pair >> 16);
        for (sum, weight) in sums.iter_mut().zip(weights.as_chunks::<2>().0) {
            *sum += i32::from(weight[0]) * first + i32::from(weight[1]) * second;
        }
        sums
    }

    #[inline(always)]
    fn max(self, mut a: Self::Sums, b: Self::Sums) -> Self::Sums {
        for (a, b) in a.iter_mut().zip(b) {
            *a = (*a).max(b);
        }
        a
    }
}

/// Work that is compiled for each unit.
pub(crate) trait Task {
    type Output;
    fn run<U: Unit>(self, unit: U) -> Self::Output;
}

/// The unit that was chosen for this processor.
#[derive(Clone, Copy)]
pub(crate) enum Processor {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2(V3),
    #[cfg(target_arch = "x86_64")]
    Avx512(V4),
}

impl std::fmt::Debug for Processor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "Avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "Avx512",
        })
    }
}

impl Processor {
    /// The best unit of this processor.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(unit) = V4::try_new() {
                return Self::Avx512(unit);
            }
            if let Some(unit) = V3::try_new() {
                return Self::Avx2(unit);
            }
        }
        Self::Plain
    }

    /// Every unit that this processor has, for tests that compare them.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(V3::try_new().map(Self::Avx2));
            all.extend(V4::try_new().map(Self::Avx512));
        }
        all
    }

    /// Runs a task in the code that was compiled for this unit.
    #[inline]
    pub fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            Self::Plain => task.run(Plain),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(unit) => unit.vectorize(
                #[inline(always)]
                || task.run(unit),
            ),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(unit) => unit.vectorize(
                #[inline(always)]
                || task.run(unit),
            ),
        }
    }
}

/// A weight matrix of `outputs` by `inputs`, in the order in which the kernels read it.
#[derive(Debug)]
pub(crate) struct PackedMatrix {
    /// Pairs of inputs, the last filled up with zero weights.
    pairs: usize,
    /// Blocks of [`LANES`] outputs, the last filled up with zero weights.
    blocks: usize,
    /// For each block, the weights of each pair of inputs.
    weights: Vec<WeightBlock>,
}

impl PackedMatrix {
    /// Packs the weights that `weight(output, input)` gives.
    pub fn new(outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> i8) -> Self {
        let (pairs, blocks) = (inputs.div_ceil(2), outputs.div_ceil(LANES));
        let mut weights = Vec::with_capacity(pairs * blocks);
        for block in 0..blocks {
            for pair in 0..pairs {
                weights.push(std::array::from_fn(|i| {
                    let (output, input) = (block * LANES + i / 2, pair * 2 + i % 2);
                    if output < outputs && input < inputs { i16::from(weight(output, input)) } else { 0 }
                }));
            }
        }
        Self { pairs, blocks, weights }
    }

    /// Blocks of [`LANES`] outputs.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The weights of one block, one entry for each pair of inputs.
    #[inline(always)]
    pub fn block(&self, block: usize) -> &[WeightBlock] {
        &self.weights[block * self.pairs..][..self.pairs]
    }
}

/// Adds to `sums` the products of `ROWS` rows of activations with `BLOCKS` blocks of outputs from `first` on.
#[inline(always)]
pub(crate) fn tile<U: Unit, const ROWS: usize, const BLOCKS: usize>(
    unit: U,
    matrix: &PackedMatrix,
    first: usize,
    rows: [&[i16]; ROWS],
    mut sums: [[U::Sums; BLOCKS]; ROWS],
) -> [[U::Sums; BLOCKS]; ROWS] {
    let pairs = matrix.pairs;
    // Plain loops instead of `map`: closures of library functions are not always compiled into the vector code.
    let mut blocks: [&[WeightBlock]; BLOCKS] = [&[]; BLOCKS];
    for (i, block) in blocks.iter_mut().enumerate() {
        *block = matrix.block(first + i);
    }
    let mut inputs: [&[[i16; 2]]; ROWS] = [&[]; ROWS];
    for (input, row) in inputs.iter_mut().zip(rows) {
        *input = &row.as_chunks::<2>().0[..pairs];
    }
    for k in 0..pairs {
        for row in 0..ROWS {
            let [low, high] = inputs[row][k];
            let both = i32::from(low as u16) | i32::from(high) << 16;
            for block in 0..BLOCKS {
                sums[row][block] = unit.multiply_add(sums[row][block], &blocks[block][k], both);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Product<'a> {
        matrix: &'a PackedMatrix,
        row: &'a [i16],
    }

    impl Task for Product<'_> {
        type Output = Vec<i32>;
        #[inline(always)]
        fn run<U: Unit>(self, unit: U) -> Vec<i32> {
            (0..self.matrix.blocks())
                .flat_map(|block| {
                    let zero = [[unit.load(&[0; LANES])]];
                    unit.store(tile::<U, 1, 1>(unit, self.matrix, block, [self.row], zero)[0][0])
                })
                .collect()
        }
    }

    #[test]
    fn all_units_give_the_exact_product() {
        let (outputs, inputs) = (19, 290);
        let weight = |o: usize, i: usize| if (o + i).is_multiple_of(3) { 127 } else { -127i8 };
        let matrix = PackedMatrix::new(outputs, inputs, weight);
        let row: Vec<i16> = (0..inputs).map(|i| if i.is_multiple_of(3) { -127 } else { 127 }).collect();
        for processor in Processor::all() {
            let product = processor.run(Product { matrix: &matrix, row: &row });
            for (output, &value) in product.iter().enumerate().take(outputs) {
                let expected: i32 =
                    row.iter().enumerate().map(|(i, &x)| i32::from(x) * i32::from(weight(output, i))).sum();
                assert_eq!(value, expected, "{processor:?}");
            }
        }
    }
}
