//! Functions of numbers, one by one, with broadcasting.

pub(crate) mod abs;
pub(crate) mod add;
pub(crate) mod angle;
pub(crate) mod arccos;
pub(crate) mod arccosh;
pub(crate) mod arcsin;
pub(crate) mod arcsinh;
pub(crate) mod arctan;
pub(crate) mod arctan2;
pub(crate) mod arctanh;
pub(crate) mod bitwise;
pub(crate) mod cast;
pub(crate) mod cbrt;
pub(crate) mod ceil;
pub(crate) mod clip;
pub(crate) mod compare;
pub(crate) mod copysign;
pub(crate) mod cos;
pub(crate) mod cosh;
pub(crate) mod degrees;
pub(crate) mod derivative;
pub(crate) mod div;
pub(crate) mod divide_no_nan;
pub(crate) mod equal;
pub(crate) mod erf;
pub(crate) mod erfinv;
pub(crate) mod exp;
pub(crate) mod exp2;
pub(crate) mod expm1;
pub(crate) mod floor;
pub(crate) mod floor_divide;
pub(crate) mod fmax;
pub(crate) mod fmod;
pub(crate) mod gcd;
pub(crate) mod greater;
pub(crate) mod greater_equal;
pub(crate) mod heaviside;
pub(crate) mod hypot;
pub(crate) mod i0;
pub(crate) mod isclose;
pub(crate) mod isfinite;
pub(crate) mod isinf;
pub(crate) mod isnan;
pub(crate) mod isneginf;
pub(crate) mod isposinf;
pub(crate) mod ldexp;
pub(crate) mod less;
pub(crate) mod less_equal;
pub(crate) mod log;
pub(crate) mod log10;
pub(crate) mod log1p;
pub(crate) mod log2;
pub(crate) mod logaddexp;
pub(crate) mod logical;
pub(crate) mod map;
pub(crate) mod maximum;
pub(crate) mod minimum;
pub(crate) mod mul;
pub(crate) mod nan_to_num;
pub(crate) mod neg;
pub(crate) mod nextafter;
pub(crate) mod not_equal;
pub(crate) mod pow;
pub(crate) mod powi;
pub(crate) mod predicate;
pub(crate) mod reciprocal;
pub(crate) mod remainder;
pub(crate) mod round;
pub(crate) mod rsqrt;
pub(crate) mod select;
pub(crate) mod sign;
pub(crate) mod signbit;
pub(crate) mod sin;
pub(crate) mod sinc;
pub(crate) mod sinh;
pub(crate) mod sqrt;
pub(crate) mod square;
pub(crate) mod sub;
pub(crate) mod tan;
pub(crate) mod trunc;
pub(crate) mod weighted_sum;
pub(crate) mod where_;
pub(crate) mod whole;
pub(crate) mod zip;

pub use select::select;
pub use weighted_sum::weighted_sum;
pub use where_::where_;

use crate::{Operand, Tensor};

/// The tensor, integers as `f32`: what functions of real numbers take.
#[track_caller]
pub(crate) fn float(x: &Tensor) -> Tensor {
    x.cast(x.dtype().float())
}

/// Both operands in one float type, integers as `f32`.
#[track_caller]
pub(crate) fn floats(a: impl Operand, b: impl Operand) -> [Tensor; 2] {
    let [a, b] = zip::promote(a, b);
    [float(&a), float(&b)]
}
