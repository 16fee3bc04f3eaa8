//! The logarithm to the base 2.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Log2;

impl Function for Log2 {
    const NAME: &'static str = "log2";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().log2())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream / (x * std::f64::consts::LN_2)
    }
}

by_name!("log2", by_name::float, |_| Map(Log2));

impl Tensor {
    /// The logarithm to the base 2 of every element, exact at powers of 2; -∞ at 0, NaN below. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([8.0_f32, 0.5]).log2().to_vec::<f32>()?, [3.0, -1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn log2(&self) -> Tensor {
        map(Log2, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([0.0_f64, 1.0_f64, f64::INFINITY, -1.0_f64, f64::NAN]).log2();
        let expected: [f64; 5] = [f64::NEG_INFINITY, 0.0, f64::INFINITY, f64::NAN, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([1_i64]).log2().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.1).log2(), &[&[2, 3]]);
    }
}
