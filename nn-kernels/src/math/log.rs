//! The logarithm and what is made of it.

use std::hint::select_unpredictable as select;

use super::Float;
use super::exp::{LN2_HIGH, LN2_LOW};

/// `(f, k)` with x = (1 + f) 2ᵏ and √½ ≤ 1 + f < √2, for positive normal x.
#[inline(always)]
fn split(x: f32) -> (f32, i32) {
    const HALF_ROOT: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let shifted = x.to_bits().wrapping_add(1f32.to_bits() - HALF_ROOT);
    let mantissa = (shifted & 0x007f_ffff).wrapping_add(HALF_ROOT);
    (f32::from_bits(mantissa) - 1.0, (shifted >> 23) as i32 - 127)
}

/// ln((1 + f) 2ᵏ) + c for |f| ≤ √2 - 1 and a small correction c. With s = f / (2 + f),
/// ln(1 + f) = f - f²/2 + s (f²/2 + R(s²)), where R is the polynomial nearest to (ln((1+s)/(1-s)) - 2s) / s
/// (Chebyshev interpolation, 1.2e-9 off).
#[inline(always)]
fn compose(f: f32, k: i32, c: f32) -> f32 {
    let k = k as f32;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut p = 2.333_083_3e-1;
    p = p * z + 2.855_080_7e-1;
    p = p * z + 4.000_012_3e-1;
    p = p * z + 6.666_667e-1;
    let half_square = 0.5 * f * f;
    let low = s * (half_square + p * z) + (k * LN2_LOW + c);
    (low - half_square + f) + k * LN2_HIGH
}

#[inline(always)]
pub(super) fn ln_f32(x: f32) -> f32 {
    let denormal = x < f32::MIN_POSITIVE;
    let (f, k) = split(select(denormal, x * 8_388_608.0, x));
    let y = compose(f, select(denormal, k - 23, k), 0.0);
    let y = select(x == 0.0, f32::NEG_INFINITY, y);
    let y = select(x < 0.0, f32::NAN, y);
    // ∞ and NaN are their own logarithms.
    select(x < f32::INFINITY, y, x)
}

/// ln u for u = 1 + x rounded, plus what the rounding lost, over u.
#[inline(always)]
pub(super) fn log1p_f32(x: f32) -> f32 {
    let u = 1.0 + x;
    let lost = select(x > 1.0, 1.0 - (u - x), x - (u - 1.0));
    let (f, k) = split(u);
    let near = k == 0;
    let y = compose(select(near, x, f), k, select(near, 0.0, lost / u));
    let y = select(u == 0.0, f32::NEG_INFINITY, y);
    let y = select(x < -1.0, f32::NAN, y);
    // Keeps the sign of zero and the low bits of denormals; ∞ and NaN stay.
    select((x.abs() > 1e-8) & (x < f32::INFINITY), y, x)
}

/// max(x, 0) + ln(1 + e^-|x|).
#[inline(always)]
pub(super) fn softplus<T: Float>(x: T) -> T {
    let positive = select(x < T::ZERO, T::ZERO, x);
    positive + Float::log1p(Float::exp(-Float::abs(x)))
}
