//! The hyperbolic cosine.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Cosh;

impl Function for Cosh {
    const NAME: &'static str = "cosh";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().cosh())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * x.sinh()
    }
}

by_name!("cosh", by_name::float, |_| Map(Cosh));

impl Tensor {
    /// The hyperbolic cosine `(eˣ + e⁻ˣ) / 2` of every element. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).cosh().to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cosh(&self) -> Tensor {
        map(Cosh, &float(self))
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
        .cosh();
        let expected: [f64; 5] = [1.0, 1.0, f64::INFINITY, f64::INFINITY, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([0_i64]).cosh().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].cosh(), &[&[2, 3]]);
    }
}
