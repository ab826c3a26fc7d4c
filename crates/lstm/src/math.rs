//! Exponential and logarithm that give the same value on every machine.
//!
//! Tesseract calls the C library's `expf` and `logf`, which are right to about half a unit in the last place.
//! These compute in double precision with basic operations only and round once, so they give the correctly rounded
//! value except in about one case in a hundred million, and never depend on the C library or the processor.

/// Splits `ln 2` so that `k * LN2_HIGH` is exact for every exponent `k` of a double.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `e^x` for `-700 < x < 700`, to about 1e-15 of its value.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // Adding and taking away 1.5 * 2^52 rounds to the nearest whole number without a call.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor's series: |r| <= 0.35, so the first term left out is below 1e-17.
    let mut sum = 1.0 / 6_227_020_800.0;
    for inverse in [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        sum = sum * r + inverse;
    }
    // The low bits of the shifted value are k in two's complement; they become the exponent of 2^k.
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0f64.to_bits()));
    sum * power
}

/// `e^x` rounded to single precision, for `-87 < x < 88`.
#[inline(always)]
pub(crate) fn exp_f32(x: f32) -> f32 {
    exp(f64::from(x)) as f32
}

/// The natural logarithm of a positive, normal `x`, rounded to single precision.
#[inline]
pub(crate) fn ln_f32(x: f32) -> f32 {
    let bits = f64::from(x).to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 1.0f64.to_bits());
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    // ln m = 2 atanh((m - 1) / (m + 1)), and the argument is at most 0.172.
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let mut sum = 1.0 / 23.0;
    for inverse in [
        1.0 / 21.0,
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
        1.0,
    ] {
        sum = sum * t2 + inverse;
    }
    let k = exponent as f64;
    (k * LN2_HIGH + (2.0 * t * sum + k * LN2_LOW)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_library() {
        for i in -8600..=8600 {
            let x = i as f32 / 100.0;
            assert_eq!(exp_f32(x), f64::from(x).exp() as f32, "at {x}");
        }
    }

    #[test]
    fn ln_agrees_with_the_library() {
        let mut x = 2.1e-9f32;
        while x < 2.0 {
            assert_eq!(ln_f32(x), f64::from(x).ln() as f32, "at {x}");
            x *= 1.0003;
        }
        assert_eq!(ln_f32(1.0), 0.0);
    }
}
