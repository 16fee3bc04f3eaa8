//! The inverse cosine.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Arccos;

impl Function for Arccos {
    const NAME: &'static str = "arccos";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().acos())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        -(upstream * (1.0 - x.square()).rsqrt())
    }
}

by_name!("arccos", by_name::float, |_| Map(Arccos));

impl Tensor {
    /// The angle in `[0, π]` whose cosine is the element; NaN outside of `[-1, 1]`. Integers are taken as `f32`. Gradient: `-1 / √(1 -
    /// x²)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32]).arccos().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn arccos(&self) -> Tensor {
        map(Arccos, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([1.0_f64, -2.0_f64, f64::NAN]).arccos();
        let expected: [f64; 3] = [0.0, f64::NAN, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([1_i64]).arccos().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (&x[0] * 0.5).arccos(), &[&[2, 3]]);
    }
}
