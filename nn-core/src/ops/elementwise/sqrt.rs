//! The square root.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Sqrt;

impl Function for Sqrt {
    const NAME: &'static str = "sqrt";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.sqrt()
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        upstream / (y * 2.0)
    }
}

by_name!("sqrt", by_name::float, |_| Map(Sqrt));

impl Tensor {
    /// `√x` of every element; NaN below 0. Its gradient `1 / (2√x)` is infinite at 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([9.0_f32]).sqrt().to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        map(Sqrt, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn is_nan_below_zero_and_takes_integers_as_floats() {
        assert!(Tensor::from([-1.0_f32]).sqrt().data::<f32>()[0].is_nan());
        let roots = Tensor::from([4_i64, 9]).sqrt();
        assert_eq!(roots.to_vec::<f32>().unwrap(), [2.0, 3.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.5).sqrt(), &[&[2, 3]]);
    }
}
