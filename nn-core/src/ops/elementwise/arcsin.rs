//! The inverse sine.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Arcsin;

impl Function for Arcsin {
    const NAME: &'static str = "arcsin";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().asin())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * (1.0 - x.square()).rsqrt()
    }
}

by_name!("arcsin", by_name::float, |_| Map(Arcsin));

impl Tensor {
    /// The angle in `[-π/2, π/2]` whose sine is the element; NaN outside of `[-1, 1]`. Integers are taken as `f32`. Gradient: `1 / √(1
    /// - x²)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).arcsin().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn arcsin(&self) -> Tensor {
        map(Arcsin, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([0.0_f64, -0.0_f64, 2.0_f64, f64::NAN]).arcsin();
        let expected: [f64; 4] = [0.0, -0.0, f64::NAN, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([0_i64]).arcsin().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (&x[0] * 0.5).arcsin(), &[&[2, 3]]);
    }
}
