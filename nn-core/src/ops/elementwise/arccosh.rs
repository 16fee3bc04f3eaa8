//! The inverse hyperbolic cosine.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Arccosh;

impl Function for Arccosh {
    const NAME: &'static str = "arccosh";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().acosh())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * ((x - 1.0) * (x + 1.0)).rsqrt()
    }
}

by_name!("arccosh", by_name::float, |_| Map(Arccosh));

impl Tensor {
    /// The number from 0 on whose hyperbolic cosine is the element: `ln(x + √(x² - 1))`; NaN below 1. Integers are taken as `f32`.
    /// Gradient: `1 / √(x² - 1)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32]).arccosh().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn arccosh(&self) -> Tensor {
        map(Arccosh, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([1.0_f64, f64::INFINITY, 0.5_f64, f64::NAN]).arccosh();
        let expected: [f64; 4] = [0.0, f64::INFINITY, f64::NAN, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([1_i64]).arccosh().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 1.5).arccosh(), &[&[2, 3]]);
    }
}
