//! Equality up to a tolerance.

use crate::ops::elementwise::floats;
use crate::{Operand, Tensor};

impl Tensor {
    /// Which corresponding elements agree: `|x - y| ≤ 1e-8 + 1e-5 · |y|`, with broadcasting; a `bool` tensor. Infinities agree with
    /// themselves, NaN with nothing.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 1.1]);
    /// assert_eq!(x.isclose(1.000001).to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isclose(&self, other: impl Operand) -> Tensor {
        self.isclose_with(other, 1e-5, 1e-8, false)
    }

    /// As [`Tensor::isclose`] with other tolerances, `|x - y| ≤ atol + rtol · |y|`; NaN agrees with NaN if `equal_nan`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, f32::NAN]);
    /// assert_eq!(x.isclose_with(Tensor::from([1.1_f32, f32::NAN]), 0.0, 0.2, true).to_vec::<bool>()?, [true, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn isclose_with(
        &self,
        other: impl Operand,
        rtol: f64,
        atol: f64,
        equal_nan: bool,
    ) -> Tensor {
        let [x, y] = floats(self, other);
        // Where one is infinite the difference is, or NaN, and the tolerance may be: there only equality counts.
        let near = (&x - &y).abs().less_equal(y.abs() * rtol + atol);
        let near = near.logical_and(x.isfinite()).logical_and(y.isfinite());
        let close = near.logical_or(x.equal(&y));
        let close = match equal_nan {
            true => close.logical_or(x.isnan().logical_and(y.isnan())),
            false => close,
        };
        close.named("isclose", &[&x, &y])
    }

    /// Whether all elements agree as in [`Tensor::isclose`]: a `bool` scalar.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert!(Tensor::from([1.0_f32, 2.0]).allclose(Tensor::from([1.0_f32, 2.00001])).item::<bool>()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn allclose(&self, other: impl Operand) -> Tensor {
        self.allclose_with(other, 1e-5, 1e-8, false)
    }

    /// Whether all elements agree as in [`Tensor::isclose_with`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert!(Tensor::from([1.0_f32, 2.0]).allclose_with(Tensor::from([1.1_f32, 2.1]), 0.0, 0.2, false).item::<bool>()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn allclose_with(
        &self,
        other: impl Operand,
        rtol: f64,
        atol: f64,
        equal_nan: bool,
    ) -> Tensor {
        self.isclose_with(other, rtol, atol, equal_nan).all()
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn infinities_and_nan() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        let x = Tensor::from([inf, inf, nan, 1.0, inf]);
        let y = Tensor::from([inf, -inf, nan, 1.000001, 1.0]);
        let close = |equal_nan| {
            x.isclose_with(&y, 1e-5, 1e-8, equal_nan)
                .to_vec::<bool>()
                .unwrap()
        };
        assert_eq!(close(false), [true, false, false, true, false]);
        assert_eq!(close(true), [true, false, true, true, false]);
        // From the side of the finite number an infinite tolerance must not count either.
        assert!(!Tensor::from(1.0_f32).isclose(inf).item::<bool>().unwrap());
        assert!(
            Tensor::from([1_i64, 2])
                .allclose_with(Tensor::from([1_i64, 2]), 0.0, 0.0, false)
                .item::<bool>()
                .unwrap()
        );
        assert!(
            Tensor::zeros([0])
                .allclose_with(0, 0.0, 0.0, false)
                .item::<bool>()
                .unwrap()
        );
    }
}
