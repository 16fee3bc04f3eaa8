//! Which elements are NaN ("not a number").

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::elementwise::predicate::Ask;
use crate::ops::elementwise::predicate::{Predicate, ask};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct IsNan;

impl Predicate for IsNan {
    const NAME: &'static str = "isnan";

    #[inline(always)]
    fn holds<T: Float>(self, x: T) -> bool {
        T::nan(x)
    }
}

by_name!("isnan", by_name::float, |_| Ask(IsNan));

impl Tensor {
    /// Which elements are NaN ("not a number"): a `bool` tensor. Integers never are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, f32::INFINITY, f32::NAN]);
    /// assert_eq!(x.isnan().to_vec::<bool>()?, [false, false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isnan(&self) -> Tensor {
        ask(IsNan, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn takes_every_type() {
        let x = Tensor::from([f64::NEG_INFINITY, -f64::MAX, f64::NAN]).isnan();
        assert_eq!(x.to_vec::<bool>().unwrap(), [false, false, true]);
        let i = Tensor::from([i64::MAX, 0]).isnan();
        assert_eq!(i.to_vec::<bool>().unwrap(), [false, false]);
    }
}
