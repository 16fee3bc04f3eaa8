//! Elementary functions that vectorize: without branches, inlined into the loops that use them. Where both sides of a
//! choice are computed they use `select_unpredictable`: an `if` may become a branch around one side, which keeps the
//! loop scalar.
//!
//! Every function takes NaN to NaN. The `f32` ones round products and sums separately, so they give the same
//! bits on every [`Level`](super::simd::Level). Errors are in units in the last place of the correctly rounded
//! result, largest found over a dense sweep of all exponents (the tests hold them to it). For `f64` only the
//! exponential and what is made of it vectorizes; the rest is the standard library's, as are sine and cosine.

mod erf;
mod exp;
mod log;

use crate::Element;
use std::hint::select_unpredictable as select;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for i64 {}
}

/// Numbers that can be reduced: `f32`, `f64` and `i64` (whose sums and products wrap around).
pub trait Number: Element + sealed::Sealed {
    /// 0, the sum of nothing.
    const ZERO: Self;
    /// 1, the product of nothing.
    const ONE: Self;
    /// The maximum of nothing: -∞ or the smallest integer.
    const LOWEST: Self;
    /// The minimum of nothing: ∞ or the largest integer.
    const HIGHEST: Self;

    /// a + b.
    fn sum(a: Self, b: Self) -> Self;
    /// a · b.
    fn product(a: Self, b: Self) -> Self;
    /// Whether `a` is NaN; never for integers.
    fn nan(a: Self) -> bool;

    /// What sums of many are kept in: numbers of twice as many digits where there are some, so that the sum of millions of small ones is
    /// theirs and not that of their roundings.
    type Wide: Copy + Send + Sync;
    /// 0.
    const WIDE_ZERO: Self::Wide;
    /// The number as a wide one.
    fn widened(self) -> Self::Wide;
    /// a + b.
    fn wide_sum(a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// The nearest number of this kind.
    fn rounded(wide: Self::Wide) -> Self;

    /// The greater of the two, NaN if either is.
    #[inline(always)]
    fn maximum(a: Self, b: Self) -> Self {
        select((a > b) | Self::nan(a), a, b)
    }

    /// The lesser of the two, NaN if either is.
    #[inline(always)]
    fn minimum(a: Self, b: Self) -> Self {
        select((a < b) | Self::nan(a), a, b)
    }
}

impl Number for i64 {
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const LOWEST: Self = i64::MIN;
    const HIGHEST: Self = i64::MAX;

    #[inline(always)]
    fn sum(a: Self, b: Self) -> Self {
        a.wrapping_add(b)
    }

    #[inline(always)]
    fn product(a: Self, b: Self) -> Self {
        a.wrapping_mul(b)
    }

    #[inline(always)]
    fn nan(_: Self) -> bool {
        false
    }

    type Wide = i64;
    const WIDE_ZERO: i64 = 0;

    #[inline(always)]
    fn widened(self) -> i64 {
        self
    }

    #[inline(always)]
    fn wide_sum(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    #[inline(always)]
    fn rounded(wide: i64) -> i64 {
        wide
    }
}

/// `f32` and `f64` with the functions that kernels need.
///
/// On a concrete `f32`, `x.exp()` is the standard library's function, which does not vectorize: write
/// [`Float::exp(x)`](Float::exp) there.
pub trait Float:
    Number
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// The least positive number with full precision.
    const LEAST_NORMAL: Self;
    /// |x|.
    fn abs(self) -> Self;
    /// √x, correctly rounded.
    fn sqrt(self) -> Self;
    /// xʸ, the standard library's: not vectorized.
    fn powf(self, y: Self) -> Self;
    /// eˣ: at most 1 ulp off in `f32` and 2 in `f64`, ∞ above the range, denormal and then 0 below.
    fn exp(self) -> Self;
    /// eˣ - 1: at most 2 ulp off.
    fn expm1(self) -> Self;
    /// Natural logarithm: at most 1 ulp off; -∞ at ±0, NaN below.
    fn ln(self) -> Self;
    /// ln(1 + x): at most 2 ulp off; -∞ at -1, NaN below.
    fn log1p(self) -> Self;
    /// Hyperbolic tangent: at most 3 ulp off.
    fn tanh(self) -> Self;
    /// 1 / (1 + e⁻ˣ): at most 3 ulp off, denormals included.
    fn sigmoid(self) -> Self;
    /// ln(1 + eˣ): at most 3 ulp off.
    fn softplus(self) -> Self;
    /// 2/√π ∫₀ˣ e^(-t²) dt: at most 2 ulp off in `f32`; 8 in `f64`, where it is a slow series.
    fn erf(self) -> Self;
    /// Sine of `x` radians, the standard library's: exact reduction of arguments of any size does not vectorize. NaN at ±∞.
    fn sin(self) -> Self;
    /// Cosine of `x` radians, the standard library's. NaN at ±∞.
    fn cos(self) -> Self;
    /// The next number after `a` in the direction of `b`, `b` where they are equal; NaN if either is.
    fn next_after(a: Self, b: Self) -> Self;
}

macro_rules! float {
    ($t:ident { $($method:ident => $function:path),* $(,)? }) => {
        impl Number for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = $t::NEG_INFINITY;
            const HIGHEST: Self = $t::INFINITY;

            #[inline(always)]
            fn sum(a: Self, b: Self) -> Self {
                a + b
            }

            #[inline(always)]
            fn product(a: Self, b: Self) -> Self {
                a * b
            }

            #[inline(always)]
            fn nan(a: Self) -> bool {
                a.is_nan()
            }

            type Wide = f64;
            const WIDE_ZERO: f64 = 0.0;

            #[inline(always)]
            fn widened(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn wide_sum(a: f64, b: f64) -> f64 {
                a + b
            }

            #[inline(always)]
            fn rounded(wide: f64) -> Self {
                wide as Self
            }
        }

        impl Float for $t {
            const LEAST_NORMAL: Self = $t::MIN_POSITIVE;

            #[inline(always)]
            fn powf(self, y: Self) -> Self {
                $t::powf(self, y)
            }

            fn next_after(a: Self, b: Self) -> Self {
                if a.is_nan() || b.is_nan() {
                    return $t::NAN;
                }
                match () {
                    () if a < b => a.next_up(),
                    () if a > b => a.next_down(),
                    () => b,
                }
            }

            $(
                #[inline(always)]
                fn $method(self) -> Self {
                    $function(self)
                }
            )*
        }
    };
}

float!(f32 {
    abs => f32::abs,
    sqrt => f32::sqrt,
    exp => exp::exp_f32,
    expm1 => exp::expm1_f32,
    ln => log::ln_f32,
    log1p => log::log1p_f32,
    tanh => exp::tanh_f32,
    sigmoid => exp::sigmoid,
    softplus => log::softplus,
    erf => erf::erf_f32,
    sin => f32::sin,
    cos => f32::cos,
});

float!(f64 {
    abs => f64::abs,
    sqrt => f64::sqrt,
    exp => exp::exp_f64,
    expm1 => f64::exp_m1,
    ln => f64::ln,
    log1p => f64::ln_1p,
    tanh => f64::tanh,
    sigmoid => exp::sigmoid,
    softplus => log::softplus,
    erf => erf::erf_f64,
    sin => f64::sin,
    cos => f64::cos,
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance of `found` from the exact value in units in the last place of `exact as f32`; 0 when both are
    /// NaN or the same infinity.
    fn ulps(found: f32, exact: f64) -> f64 {
        let rounded = exact as f32;
        if rounded.is_nan() || found.is_nan() {
            return if rounded.is_nan() && found.is_nan() {
                0.0
            } else {
                f64::INFINITY
            };
        }
        if rounded.is_infinite() || found.is_infinite() {
            return if rounded == found { 0.0 } else { f64::INFINITY };
        }
        let next = f32::from_bits(rounded.abs().to_bits() + 1);
        let ulp = if next.is_infinite() {
            2f64.powi(104)
        } else {
            next as f64 - rounded.abs() as f64
        };
        (found as f64 - exact).abs() / ulp
    }

    /// Every 1021st number of all bit patterns, and the special ones.
    fn sweep() -> impl Iterator<Item = f32> {
        let special = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            f32::MIN_POSITIVE,
            1e-45,
        ];
        special
            .into_iter()
            .chain((0..u32::MAX / 1021).map(|i| f32::from_bits(i * 1021)))
    }

    fn check(name: &str, limit: f64, f: fn(f32) -> f32, exact: fn(f64) -> f64) {
        let worst = sweep()
            .map(|x| (ulps(f(x), exact(x as f64)), x))
            .fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
        println!("{name}: {:.3} ulp at {:e}", worst.0, worst.1);
        assert!(
            worst.0 <= limit,
            "{name}({:e}) is {} ulp off, limit {limit}",
            worst.1,
            worst.0
        );
    }

    fn sigmoid_f64(x: f64) -> f64 {
        if x >= 0.0 {
            1.0 / (1.0 + (-x).exp())
        } else {
            x.exp() / (1.0 + x.exp())
        }
    }

    fn softplus_f64(x: f64) -> f64 {
        if x.is_nan() {
            x
        } else {
            x.max(0.0) + (-x.abs()).exp().ln_1p()
        }
    }

    // The limits are the ones documented above.
    #[test]
    fn single_precision_is_within_the_documented_error() {
        check("exp", 1.0, Float::exp, f64::exp);
        check("expm1", 2.0, Float::expm1, f64::exp_m1);
        check("ln", 1.0, Float::ln, f64::ln);
        check("log1p", 2.0, Float::log1p, f64::ln_1p);
        check("tanh", 3.0, Float::tanh, f64::tanh);
        check("sigmoid", 3.0, Float::sigmoid, sigmoid_f64);
        check("softplus", 3.0, Float::softplus, softplus_f64);
        check("erf", 2.0, Float::erf, erf::erf_f64);
    }

    #[test]
    fn signs_of_zero_survive() {
        for f in [<f32 as Float>::expm1, Float::log1p, Float::tanh, Float::erf] {
            assert_eq!(f(-0.0).to_bits(), (-0.0f32).to_bits());
            assert_eq!(f(0.0).to_bits(), 0);
        }
    }

    #[test]
    fn maximum_and_minimum_propagate_nan() {
        let nan = f32::NAN;
        assert!(Number::maximum(nan, 1.0).is_nan() && Number::maximum(1.0, nan).is_nan());
        assert!(Number::minimum(nan, 1.0).is_nan() && Number::minimum(1.0, nan).is_nan());
        assert_eq!(
            (Number::maximum(1.0, 2.0), Number::minimum(1.0, 2.0)),
            (2.0, 1.0)
        );
        assert_eq!((i64::maximum(1, 2), i64::minimum(1, 2)), (2, 1));
    }
}
