//! Powers of 2.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Exp2;

impl Function for Exp2 {
    const NAME: &'static str = "exp2";
    const KEEPS: Keeps = Keeps::OUTPUT;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // In f64, so that a f32 is correctly rounded but for a rare half.
        T::from_f64(x.to_f64().exp2())
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * (y * std::f64::consts::LN_2)
    }
}

by_name!("exp2", by_name::float, |_| Map(Exp2));

impl Tensor {
    /// `2ˣ` of every element, exact where it is a whole power. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, -1.0]).exp2().to_vec::<f32>()?, [8.0, 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn exp2(&self) -> Tensor {
        map(Exp2, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let y = Tensor::from([0.0_f64, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]).exp2();
        let expected: [f64; 4] = [1.0, f64::INFINITY, 0.0, f64::NAN];
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([0_i64]).exp2().dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].exp2(), &[&[2, 3]]);
    }
}
