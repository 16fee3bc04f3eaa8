//! Rounding down.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Floor;

impl Function for Floor {
    const NAME: &'static str = "floor";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // Every f32 is an f64, and so is its rounded value.
        T::from_f64(x.to_f64().floor())
    }

    fn gradient(self, _: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream.zeros_like()
    }
}

by_name!("floor", by_name::float, |_| Map(Floor));

impl Tensor {
    /// The greatest integer not above every element; the gradient is 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-1.5_f32, 2.0]).floor().to_vec::<f32>()?, [-2.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn floor(&self) -> Tensor {
        map(Floor, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_what_is_not_a_number() {
        let y = Tensor::from([f32::INFINITY, 1e30, f32::NAN]).floor();
        assert_eq!(y.data::<f32>()[..2], [f32::INFINITY, 1e30]);
        assert!(y.data::<f32>()[2].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].floor() * &x[0], &[&[2, 3]]);
    }
}
