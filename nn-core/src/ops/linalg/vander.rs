//! Vandermonde matrices.

use crate::{Error, Tensor};

impl Tensor {
    /// The powers of every element of a vector as a row, as many as it has elements, the highest first: `[n]` to `[n, n]`,
    /// `x^(n-1) … x 1`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2_i64, 3]).vander().to_vec::<i64>()?, [2, 1, 3, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn vander(&self) -> Tensor {
        self.vander_with(self.raw_shape().first().copied().unwrap_or(0), false)
    }

    /// As [`Tensor::vander`] with `n` powers, the lowest first if `increasing`: `[m]` to `[m, n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2_i64, 3]).vander_with(3, true).to_vec::<i64>()?, [1, 2, 4, 1, 3, 9]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn vander_with(&self, n: usize, increasing: bool) -> Tensor {
        match self.raw_shape() {
            _ if self.error().is_some() => self.clone(),
            shape if shape.rank() != 1 => self.fail(
                "vander",
                Error::rank(
                    "vander",
                    1,
                    "[m]",
                    shape,
                    "`flatten` makes a vector of each row",
                ),
            ),
            _ => {
                let exponents = Tensor::arange(n);
                let exponents = if increasing {
                    exponents
                } else {
                    exponents.flip(0)
                };
                self.expand_dims(-1).pow(exponents)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn of_zero_and_of_no_columns() {
        assert_eq!(
            Tensor::from([0.0_f32])
                .vander_with(3, true)
                .to_vec::<f32>()
                .unwrap(),
            [1.0, 0.0, 0.0]
        );
        assert_eq!(
            Tensor::from([1.0_f32]).vander_with(0, false).shape(),
            [1, 0]
        );
        assert!(Tensor::ones([2, 2]).vander().error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].vander_with(4, false), &[&[3]]);
    }
}
