//! The random numbers that the convolution reads beyond the picture's edge (Tesseract's `TRand`, `ccutil/helpers.h`).

/// C++'s `std::minstd_rand`.
#[derive(Debug, Clone)]
pub(crate) struct MinStd(u64);

const MULTIPLIER: u64 = 48_271;
const MODULUS: u64 = 0x7fff_ffff;

impl MinStd {
    /// The state with which Tesseract begins each line (`LSTMRecognizer::SetRandomSeed`).
    ///
    /// `sample_iteration` is a count of training samples that is stored in the model.
    pub fn for_line(sample_iteration: i32) -> Self {
        let seed = i64::from(sample_iteration).wrapping_mul(0x1000_0001) as u64 % MODULUS;
        let mut random = Self(if seed == 0 { 1 } else { seed });
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0 * MULTIPLIER % MODULUS;
        self.0
    }

    /// A random 8-bit activation (`NetworkIO::Randomize`).
    pub fn activation(&mut self) -> i16 {
        let value = 127.0 * 2.0 * self.next() as f64 / f64::from(i32::MAX) - 127.0;
        if value >= 0.0 { (value + 0.5) as i16 } else { -((-value + 0.5) as i16) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_minstd_rand() {
        // The C++ standard gives the 10000th number of the default seed.
        let mut random = MinStd(1);
        let last = (0..10_000).map(|_| random.next()).last();
        assert_eq!(last, Some(399_268_537));
    }
}
