//! Tesseract's table-driven activations (`src/lstm/functions.h`, tables of `src/lstm/functions.cpp`).
//!
//! Every value that the network passes on is rounded to a multiple of 1/127, and a difference in the last place can
//! tip that rounding. So the tables and the order of the single-precision operations are exactly Tesseract's.

use crate::kernel::LANES;
use crate::math::exp;

/// Entries in each table; the functions are flat beyond `TABLE_SIZE / STEPS_PER_UNIT`.
const TABLE_SIZE: usize = 4096;
/// Table entries per unit of the argument.
const STEPS_PER_UNIT: f32 = 256.0;

/// One function for arguments from 0: the value at each point and the rise to the next point.
pub(crate) struct Table {
    values: Box<[f32; TABLE_SIZE]>,
    rises: Box<[f32; TABLE_SIZE]>,
}

impl Table {
    fn new(function: impl Fn(f64) -> f64) -> Self {
        let value = |i: usize| function(i as f64 / f64::from(STEPS_PER_UNIT)) as f32;
        let (mut values, mut rises) = (Box::new([1.0; TABLE_SIZE]), Box::new([0.0; TABLE_SIZE]));
        // The last entry stays at one: from there on Tesseract returns exactly one.
        for i in 0..TABLE_SIZE - 1 {
            values[i] = value(i);
            rises[i] = value(i + 1) - value(i);
        }
        Self { values, rises }
    }

    /// The function at the absolute values of finite arguments.
    ///
    /// The loops are separate so that each becomes vector code; only the look-ups touch one value at a time.
    #[inline(always)]
    fn at(&self, arguments: &[f32; LANES]) -> [f32; LANES] {
        // Adding 2^23 leaves no bits for a fraction, and the low bits of the sum are the whole number. Unlike a
        // conversion to an integer this needs no check of the range.
        const WHOLE: f32 = 8_388_608.0;
        let mut index = [0; LANES];
        let mut fraction = [0.0; LANES];
        for i in 0..LANES {
            let x = (arguments[i].abs() * STEPS_PER_UNIT).min((TABLE_SIZE - 1) as f32);
            let rounded = (x + WHOLE) - WHOLE;
            let floor = if rounded > x { rounded - 1.0 } else { rounded };
            fraction[i] = x - floor;
            index[i] = (floor + WHOLE).to_bits() as usize & (TABLE_SIZE - 1);
        }
        let (mut value, mut rise) = ([0.0; LANES], [0.0; LANES]);
        for i in 0..LANES {
            value[i] = self.values[index[i]];
            rise[i] = self.rises[index[i]];
        }
        for i in 0..LANES {
            value[i] += rise[i] * fraction[i];
        }
        value
    }
}

/// The two activations of the network.
pub(crate) struct Activations {
    tanh: Table,
    logistic: Table,
}

impl Activations {
    pub fn new() -> Self {
        Self {
            tanh: Table::new(|x| {
                let e = exp(-2.0 * x);
                (1.0 - e) / (1.0 + e)
            }),
            logistic: Table::new(|x| 1.0 / (1.0 + exp(-x))),
        }
    }

    /// Hyperbolic tangent of finite arguments.
    #[inline(always)]
    pub fn tanh(&self, x: &[f32; LANES]) -> [f32; LANES] {
        let mut y = self.tanh.at(x);
        for i in 0..LANES {
            y[i] = y[i].copysign(x[i]);
        }
        y
    }

    /// Logistic function of finite arguments.
    #[inline(always)]
    pub fn logistic(&self, x: &[f32; LANES]) -> [f32; LANES] {
        let mut y = self.logistic.at(x);
        for i in 0..LANES {
            y[i] = if x[i] < 0.0 { 1.0 - y[i] } else { y[i] };
        }
        y
    }
}

/// Rounds an activation in -1..=1 to the 8-bit value that Tesseract's `NetworkIO` stores.
///
/// The value is widened to 16 bits because that is what the matrix kernels read.
#[inline(always)]
pub(crate) fn quantise(x: f32) -> i16 {
    // Adding 2^23 rounds to a whole number, halves to even; Tesseract's rounding takes halves away from zero.
    const WHOLE: f32 = 8_388_608.0;
    let x = (x * 127.0).clamp(-127.0, 127.0);
    let size = x.abs() + 0.5;
    let rounded = (size + WHOLE) - WHOLE;
    let floor = if rounded > size { rounded - 1.0 } else { rounded };
    let whole = (floor + WHOLE).to_bits() as i16;
    if x < 0.0 { -whole } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a over the little-endian bytes of the values.
    fn checksum(values: impl Iterator<Item = f32>) -> u64 {
        values
            .flat_map(f32::to_le_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The expected checksums were computed from the tables in Tesseract 5.3.0's functions.cpp.
    #[test]
    fn tables_are_those_of_tesseract() {
        let activations = Activations::new();
        let whole = |table: &Table| {
            let last = table.values[TABLE_SIZE - 2] + table.rises[TABLE_SIZE - 2];
            checksum(table.values[..TABLE_SIZE - 1].iter().copied().chain([last]))
        };
        assert_eq!(whole(&activations.tanh), 0x465d_f975_c97b_3c11);
        assert_eq!(whole(&activations.logistic), 0x0e82_ffb5_a469_7a6a);
    }

    #[test]
    fn functions_are_odd_and_flat() {
        let a = Activations::new();
        let at = |f: &dyn Fn(&[f32; LANES]) -> [f32; LANES], x: f32| f(&[x; LANES])[3];
        assert_eq!(at(&|x| a.tanh(x), -0.7), -at(&|x| a.tanh(x), 0.7));
        assert_eq!(at(&|x| a.tanh(x), 1e9), 1.0);
        assert_eq!(at(&|x| a.logistic(x), -1e9), 0.0);
        assert_eq!(at(&|x| a.logistic(x), 0.0), 0.5);
        assert_eq!(quantise(-1.5), -127);
        assert_eq!(quantise(0.5), 64);
        assert_eq!(quantise(-0.5), -64);
        assert_eq!(quantise(0.0), 0);
    }

    /// Every sum that the first layer can make, with the scales of a real model, must not lower the activation.
    #[test]
    fn rounded_activation_never_falls() {
        let a = Activations::new();
        for scale in [1.3e-5f32, 4.1e-5, 9.7e-5, 3.3e-4] {
            let mut last = -127;
            for sum in (-170_000..170_000).step_by(LANES) {
                let mut x = [0.0; LANES];
                for (i, x) in x.iter_mut().enumerate() {
                    *x = (sum + i as i32) as f32 * scale;
                }
                for y in a.tanh(&x) {
                    let rounded = quantise(y);
                    assert!(rounded >= last, "at {sum} with {scale}");
                    last = rounded;
                }
            }
        }
    }
}
