//! The natural logarithm.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Log;

impl Function for Log {
    const NAME: &'static str = "log";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.ln()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream / x
    }
}

by_name!("log", by_name::float, |_| Map(Log));

impl Tensor {
    /// `ln x` of every element; -∞ at 0, NaN below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32]).log().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn log(&self) -> Tensor {
        map(Log, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn ends_of_the_domain() {
        let y = Tensor::from([0.0_f32, -1.0, f32::NAN]).log();
        let y = y.data::<f32>();
        assert_eq!(y[0], f32::NEG_INFINITY);
        assert!(y[1].is_nan() && y[2].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.5).log(), &[&[2, 3]]);
    }
}
