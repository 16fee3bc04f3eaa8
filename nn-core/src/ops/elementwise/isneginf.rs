//! Which elements are -∞.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::elementwise::predicate::Ask;
use crate::ops::elementwise::predicate::{Predicate, ask};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct IsNegInf;

impl Predicate for IsNegInf {
    const NAME: &'static str = "isneginf";

    #[inline(always)]
    fn holds<T: Float>(self, x: T) -> bool {
        x == T::LOWEST
    }
}

by_name!("isneginf", by_name::float, |_| Ask(IsNegInf));

impl Tensor {
    /// Which elements are -∞: a `bool` tensor. NaN and integers never are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, f32::INFINITY, f32::NEG_INFINITY, f32::NAN]);
    /// assert_eq!(x.isneginf().to_vec::<bool>()?, [false, false, true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isneginf(&self) -> Tensor {
        ask(IsNegInf, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn takes_every_type() {
        let x = Tensor::from([-f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
        assert_eq!(
            x.isneginf().to_vec::<bool>().unwrap(),
            [false, false, true, false]
        );
        let i = Tensor::from([i64::MAX, 0]).isneginf();
        assert_eq!(i.to_vec::<bool>().unwrap(), [false, false]);
    }
}
