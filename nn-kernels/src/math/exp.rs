//! The exponential and what is made of it.

use std::hint::select_unpredictable as select;

use super::Float;

/// Adding 1.5·2²³ leaves the nearest integer in the low bits of the mantissa.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts; the first has 10 bits, so that its products with exponents are exact.
pub(super) const LN2_HIGH: f32 = 0.693_359_4;
pub(super) const LN2_LOW: f32 = -2.121_944_4e-4;

/// `x` cut to `low..=high`; NaN stays.
#[inline(always)]
fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = select(x > high, high, x);
    select(x < low, low, x)
}

/// `(r, n)` with x = r + n ln 2, n an integer and |r| ≤ ln 2 / 2.
#[inline(always)]
fn split(x: f32) -> (f32, i32) {
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    (
        r,
        (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32),
    )
}

/// 2ⁿ for -126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// eʳ - 1 - r for |r| ≤ ln 2 / 2: r² times the polynomial of degree 5 nearest to (eʳ - 1 - r) / r² (Chebyshev
/// interpolation, 1.4e-9 off).
#[inline(always)]
fn tail(r: f32) -> f32 {
    let mut p = 1.989_099_1e-4;
    p = p * r + 1.393_365e-3;
    p = p * r + 8.333_311e-3;
    p = p * r + 4.166_646_7e-2;
    p = p * r + 1.666_666_7e-1;
    p = p * r + 0.5;
    p * (r * r)
}

#[inline(always)]
pub(super) fn exp_f32(x: f32) -> f32 {
    // Beyond these the result is ∞ or 0.
    let (r, n) = split(clamp(x, -104.0, 89.0));
    let y = 1.0 + (r + tail(r));
    // In two steps, since 2ⁿ itself may be out of range; only the last product rounds.
    let half = n >> 1;
    y * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

#[inline(always)]
pub(super) fn expm1_f32(x: f32) -> f32 {
    // Below -18 the result rounds to -1.
    let (r, n) = split(clamp(x, -18.0, 89.0));
    // 2ⁿ⁻¹ rather than 2ⁿ, which overflows too early.
    let scale = power_of_two(n.wrapping_sub(1));
    let y = (scale * (r + tail(r)) + (scale - 0.5)) * 2.0;
    // Keeps the sign of zero and the low bits of denormals.
    select(x.abs() < 1e-8, x, y)
}

/// With e = exp(-2|x|) - 1, tanh |x| = -e / (e + 2).
#[inline(always)]
pub(super) fn tanh_f32(x: f32) -> f32 {
    let e = expm1_f32(-2.0 * x.abs());
    (-e / (e + 2.0)).copysign(x)
}

/// With e = exp(-|x|), 1 / (1 + e) on the right and e / (1 + e) on the left, where it does not lose denormals.
#[inline(always)]
pub(super) fn sigmoid<T: Float>(x: T) -> T {
    let e = Float::exp(-Float::abs(x));
    let numerator = select(x < T::ZERO, e, T::ONE);
    numerator / (T::ONE + e)
}

/// As [`exp_f32`], with the Taylor polynomial of degree 13, which is 4e-18 off.
#[inline(always)]
pub(super) fn exp_f64(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = select(x > 710.0, 710.0, x);
    let x = select(x < -746.0, -746.0, x);
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let mut p = 1.0 / 6_227_020_800.0;
    for reciprocal in [
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
    ] {
        p = p * r + reciprocal;
    }
    let y = 1.0 + (r + p * (r * r));
    // The low 12 bits hold n; two steps as in single precision.
    let n = (shifted.to_bits() as i64).wrapping_sub(ROUND.to_bits() as i64);
    let half = n >> 1;
    let scale = |n: i64| f64::from_bits((n.wrapping_add(1023) as u64) << 52);
    y * scale(half) * scale(n.wrapping_sub(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_precision_exp_agrees_with_the_standard_library() {
        let mut x = -750.0;
        while x < 715.0 {
            let (found, expected) = (exp_f64(x), x.exp());
            // 2 ulp, documented; below the normal numbers a unit is the smallest denormal.
            let limit = 2.0 * (expected * f64::EPSILON).max(f64::from_bits(1));
            assert!(
                found == expected || (found - expected).abs() <= limit,
                "{x}: {found:e} {expected:e}"
            );
            x += 0.003_7;
        }
        assert_eq!(exp_f64(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp_f64(f64::NEG_INFINITY), 0.0);
        assert!(exp_f64(f64::NAN).is_nan());
        assert_eq!(exp_f64(0.0), 1.0);
    }
}
