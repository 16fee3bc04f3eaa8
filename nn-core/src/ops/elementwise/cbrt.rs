//! The cube root.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Cbrt;

impl Function for Cbrt {
    const NAME: &'static str = "cbrt";
    const KEEPS: Keeps = Keeps::OUTPUT;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().cbrt())
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        upstream / (y.square() * 3.0)
    }
}

by_name!("cbrt", by_name::float, |_| Map(Cbrt));

impl Tensor {
    /// The cube root of every element, negative for negative ones. Integers are taken as `f32`. Gradient: `1 / (3 y²)`, ∞ at 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([8.0_f32, -27.0]).cbrt().to_vec::<f32>()?, [2.0, -3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cbrt(&self) -> Tensor {
        map(Cbrt, &float(self))
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
        .cbrt();
        let expected: [f64; 5] = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([0_i64]).cbrt().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].cbrt(), &[&[2, 3]]);
    }
}
