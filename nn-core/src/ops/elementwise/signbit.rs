//! Which elements have a minus sign.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::elementwise::predicate::Ask;
use crate::ops::elementwise::predicate::{Predicate, ask};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct SignBit;

impl Predicate for SignBit {
    const NAME: &'static str = "signbit";

    #[inline(always)]
    fn holds<T: Float>(self, x: T) -> bool {
        x.to_f64().is_sign_negative()
    }
}

by_name!("signbit", by_name::float, |_| Ask(SignBit));

impl Tensor {
    /// Which elements have a minus sign, -0.0 among them: a `bool` tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-0.0_f32, 0.0, -2.0]).signbit().to_vec::<bool>()?, [true, false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn signbit(&self) -> Tensor {
        match self.dtype().is_float() {
            true => ask(SignBit, self),
            false => self.less(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn takes_every_type() {
        let x = Tensor::from([f64::NEG_INFINITY, 1e-320, -1e-320]).signbit();
        assert_eq!(x.to_vec::<bool>().unwrap(), [true, false, true]);
        assert_eq!(
            Tensor::from([-1_i64, 0])
                .signbit()
                .to_vec::<bool>()
                .unwrap(),
            [true, false]
        );
        assert_eq!(
            Tensor::from([true]).signbit().to_vec::<bool>().unwrap(),
            [false]
        );
    }
}
