//! The inverse hyperbolic sine.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Arcsinh;

impl Function for Arcsinh {
    const NAME: &'static str = "arcsinh";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().asinh())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * (x.square() + 1.0).rsqrt()
    }
}

by_name!("arcsinh", by_name::float, |_| Map(Arcsinh));

impl Tensor {
    /// The number whose hyperbolic sine is the element: `ln(x + √(x² + 1))`. Integers are taken as `f32`. Gradient: `1 / √(x² + 1)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).arcsinh().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn arcsinh(&self) -> Tensor {
        map(Arcsinh, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([
            0.0_f64,
            -0.0_f64,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ])
        .arcsinh();
        let expected: [f64; 5] = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([0_i64]).arcsinh().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].arcsinh(), &[&[2, 3]]);
    }
}
