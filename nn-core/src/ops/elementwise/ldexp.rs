//! Numbers times powers of 2.

use crate::ops::elementwise::float;
use crate::{Operand, Tensor};

impl Tensor {
    /// `x · 2ⁿ` of corresponding elements, with broadcasting. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([1.0_f32, 3.0]).ldexp(Tensor::from([3_i64, -1]));
    /// assert_eq!(y.to_vec::<f32>()?, [8.0, 1.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn ldexp(&self, exponent: impl Operand) -> Tensor {
        let x = float(self);
        let exponent = exponent.operand(x.dtype()).cast(x.dtype());
        (&x * exponent.exp2()).named("ldexp", &[&x, &exponent])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].ldexp(3), &[&[3]]);
    }
}
