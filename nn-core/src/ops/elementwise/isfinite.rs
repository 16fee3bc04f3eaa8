//! Which elements are neither infinite nor NaN.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::elementwise::predicate::Ask;
use crate::ops::elementwise::predicate::{Predicate, ask};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct IsFinite;

impl Predicate for IsFinite {
    const NAME: &'static str = "isfinite";

    #[inline(always)]
    fn holds<T: Float>(self, x: T) -> bool {
        x.abs() < T::HIGHEST
    }
}

by_name!("isfinite", by_name::float, |_| Ask(IsFinite));

impl Tensor {
    /// Which elements are neither infinite nor NaN: a `bool` tensor. Integers are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, f32::INFINITY, f32::NAN]);
    /// assert_eq!(x.isfinite().to_vec::<bool>()?, [true, false, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isfinite(&self) -> Tensor {
        ask(IsFinite, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn takes_every_type() {
        let x = Tensor::from([f64::NEG_INFINITY, -f64::MAX, f64::NAN]).isfinite();
        assert_eq!(x.to_vec::<bool>().unwrap(), [false, true, false]);
        let i = Tensor::from([i64::MAX, 0]).isfinite();
        assert_eq!(i.to_vec::<bool>().unwrap(), [true, true]);
    }
}
