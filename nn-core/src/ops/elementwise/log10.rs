//! The logarithm to the base 10.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Log10;

impl Function for Log10 {
    const NAME: &'static str = "log10";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().log10())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream / (x * std::f64::consts::LN_10)
    }
}

by_name!("log10", by_name::float, |_| Map(Log10));

impl Tensor {
    /// The logarithm to the base 10 of every element; -∞ at 0, NaN below. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1000.0_f32, 0.1]).log10().to_vec::<f32>()?, [3.0, -1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn log10(&self) -> Tensor {
        map(Log10, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([0.0_f64, 1.0_f64, f64::INFINITY, -1.0_f64, f64::NAN]).log10();
        let expected: [f64; 5] = [f64::NEG_INFINITY, 0.0, f64::INFINITY, f64::NAN, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([1_i64]).log10().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.1).log10(), &[&[2, 3]]);
    }
}
