//! Which elements are infinite.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::elementwise::predicate::Ask;
use crate::ops::elementwise::predicate::{Predicate, ask};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct IsInf;

impl Predicate for IsInf {
    const NAME: &'static str = "isinf";

    #[inline(always)]
    fn holds<T: Float>(self, x: T) -> bool {
        x.abs() == T::HIGHEST
    }
}

by_name!("isinf", by_name::float, |_| Ask(IsInf));

impl Tensor {
    /// Which elements are infinite: a `bool` tensor. NaN and integers never are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, f32::INFINITY, f32::NEG_INFINITY, f32::NAN]);
    /// assert_eq!(x.isinf().to_vec::<bool>()?, [false, true, true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isinf(&self) -> Tensor {
        ask(IsInf, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn takes_every_type() {
        let x = Tensor::from([-f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
        assert_eq!(
            x.isinf().to_vec::<bool>().unwrap(),
            [false, true, true, false]
        );
        let i = Tensor::from([i64::MAX, 0]).isinf();
        assert_eq!(i.to_vec::<bool>().unwrap(), [false, false]);
    }
}
