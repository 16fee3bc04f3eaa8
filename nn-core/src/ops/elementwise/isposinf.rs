//! Which elements are +∞.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::elementwise::predicate::Ask;
use crate::ops::elementwise::predicate::{Predicate, ask};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct IsPosInf;

impl Predicate for IsPosInf {
    const NAME: &'static str = "isposinf";

    #[inline(always)]
    fn holds<T: Float>(self, x: T) -> bool {
        x == T::HIGHEST
    }
}

by_name!("isposinf", by_name::float, |_| Ask(IsPosInf));

impl Tensor {
    /// Which elements are +∞: a `bool` tensor. NaN and integers never are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, f32::INFINITY, f32::NEG_INFINITY, f32::NAN]);
    /// assert_eq!(x.isposinf().to_vec::<bool>()?, [false, true, false, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isposinf(&self) -> Tensor {
        ask(IsPosInf, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn takes_every_type() {
        let x = Tensor::from([-f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
        assert_eq!(
            x.isposinf().to_vec::<bool>().unwrap(),
            [false, true, false, false]
        );
        let i = Tensor::from([i64::MAX, 0]).isposinf();
        assert_eq!(i.to_vec::<bool>().unwrap(), [false, false]);
    }
}
