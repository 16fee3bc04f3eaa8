//! Diagonals of matrices, and matrices of diagonals.

use crate::{Error, Tensor, is_known};

/// `k` below and above the main diagonal.
fn sides(k: isize) -> (usize, usize) {
    match k < 0 {
        true => (k.unsigned_abs(), 0),
        false => (0, k.unsigned_abs()),
    }
}

impl Tensor {
    /// The main diagonal of the matrices in the first two axes, as a new last axis.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.diagonal().to_vec::<i64>()?, [1, 5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diagonal(&self) -> Tensor {
        self.diagonal_with(0, 0, 1)
    }

    /// As [`Tensor::diagonal`] of the matrices in any two axes (counted from the end if negative): `offset` 0 is the main diagonal, 1 the one
    /// right of it, -1 the one below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.diagonal_with(1, 0, 1).to_vec::<i64>()?, [2, 6]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diagonal_with(&self, offset: isize, axis1: isize, axis2: isize) -> Tensor {
        let x = self.moveaxis([axis1, axis2], [-2, -1]);
        if x.error().is_some() {
            return x.named("diagonal", &[self]);
        }
        let shape = *x.raw_shape();
        let (n, m) = (shape[shape.rank() - 2], shape[shape.rank() - 1]);
        let (below, above) = sides(offset);
        if !is_known(n) || !is_known(m) {
            return self.fail(
                "diagonal",
                Error::shape(format!(
                    "diagonal needs matrices of a known size, found {shape}"
                )),
            );
        }
        let length = n.saturating_sub(below).min(m.saturating_sub(above));
        let flat = x.reshape(
            shape
                .without(shape.rank() - 1)
                .with(shape.rank() - 2, n.saturating_mul(m)),
        );
        if length == 0 {
            return flat.slice_axis(-1, 0..0);
        }
        let start = below * m + above;
        // From one row to the next it is one column further.
        let places = start..start + (length - 1) * (m + 1) + 1;
        flat.slice_step(-1, places, m as isize + 1)
    }

    /// The sum of the main diagonal of the matrices in the first two axes, which are dropped.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1_i64, 2], [3, 4]]).trace().item::<i64>()?, 5);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn trace(&self) -> Tensor {
        self.trace_with(0, 0, 1)
    }

    /// As [`Tensor::trace`] of any diagonal of the matrices in any two axes: those of [`Tensor::diagonal_with`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1_i64, 2], [3, 4]]).trace_with(1, 0, 1).item::<i64>()?, 2);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn trace_with(&self, offset: isize, axis1: isize, axis2: isize) -> Tensor {
        let diagonal = self.diagonal_with(offset, axis1, axis2);
        diagonal.sum_axis(-1).named("trace", &[self])
    }

    /// Of a vector the matrix with it on the diagonal and zeros elsewhere: `[n]` to `[n, n]`; of a matrix its diagonal. Another rank is an
    /// error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2]).diag().to_vec::<i64>()?, [1, 0, 0, 2]);
    /// assert_eq!(Tensor::from([[1_i64, 2], [3, 4]]).diag().to_vec::<i64>()?, [1, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diag(&self) -> Tensor {
        self.diag_with(0)
    }

    /// As [`Tensor::diag`] with diagonal `k`: 1 is the one right of the main diagonal, -1 the one below; `[n]` to `[n + |k|, n + |k|]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([5_i64]).diag_with(1).to_vec::<i64>()?, [0, 5, 0, 0]);
    /// assert_eq!(Tensor::from([[1_i64, 2], [3, 4]]).diag_with(-1).to_vec::<i64>()?, [3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diag_with(&self, k: isize) -> Tensor {
        let shape = *self.raw_shape();
        let n = match shape[..] {
            _ if self.error().is_some() => return self.clone(),
            [_, _] => return self.diagonal_with(k, 0, 1),
            [n] if is_known(n) => n,
            [_] => {
                return self.fail(
                    "diag",
                    Error::shape("diag needs a vector of a known length"),
                );
            }
            _ => {
                return self.fail(
                    "diag",
                    Error::rank(
                        "diag",
                        1,
                        "[n]",
                        &shape,
                        "`diagflat` takes any rank, `diagonal` batches of matrices",
                    ),
                );
            }
        };
        let (below, above) = sides(k);
        // Each element with n zeros after it: the rows of a matrix of one column less.
        let padded = self
            .expand_dims(-1)
            .pad([(0, 0), (0, n)])
            .reshape([n * (n + 1)]);
        let matrix = padded.slice(0..n * n).reshape([n, n]);
        matrix.pad([(below, above), (above, below)])
    }

    /// The matrix with all elements on the diagonal and zeros elsewhere, as [`Tensor::diag`] of the flattened tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1_i64], [2]]).diagflat().to_vec::<i64>()?, [1, 0, 0, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diagflat(&self) -> Tensor {
        self.diagflat_with(0)
    }

    /// As [`Tensor::diagflat`] with the elements on diagonal `k`, as [`Tensor::diag_with`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[5_i64]]).diagflat_with(-1).to_vec::<i64>()?, [0, 0, 5, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diagflat_with(&self, k: isize) -> Tensor {
        match self.error() {
            Some(_) => self.clone(),
            None => self.reshape([self.raw_shape().num_elements()]).diag_with(k),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn of_odd_shapes() {
        let x = Tensor::arange(12).reshape([3, 4]);
        assert_eq!(x.diagonal_with(2, 0, 1).to_vec::<i64>().unwrap(), [2, 7]);
        assert_eq!(x.diagonal_with(-1, 0, 1).to_vec::<i64>().unwrap(), [4, 9]);
        assert_eq!(
            x.diagonal_with(-1, 1, 0).to_vec::<i64>().unwrap(),
            [1, 6, 11]
        );
        assert_eq!(x.diagonal_with(4, 0, -1).shape(), [0]);
        assert_eq!(x.diagonal_with(-9, 0, 1).shape(), [0]);
        let b = Tensor::arange(12).reshape([2, 3, 2]);
        assert_eq!(
            b.diagonal_with(0, 1, 2).to_vec::<i64>().unwrap(),
            [0, 3, 6, 9]
        );
        assert_eq!(b.diagonal().to_vec::<i64>().unwrap(), [0, 8, 1, 9]);
        assert_eq!(b.trace_with(0, 1, -1).to_vec::<i64>().unwrap(), [3, 15]);
        assert!(b.diagonal_with(0, 1, 1).error().is_some());
        assert_eq!(
            Tensor::from([1_i64, 2])
                .diag_with(-1)
                .to_vec::<i64>()
                .unwrap(),
            [0, 0, 0, 1, 0, 0, 0, 2, 0]
        );
        assert_eq!(Tensor::zeros([0]).diag_with(1).shape(), [1, 1]);
        assert!(b.diag().error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].diagonal_with(1, 1, 2).square(), &[&[2, 2, 3]]);
        check_gradient(|x| x[0].diag_with(-1).square(), &[&[3]]);
        check_gradient(|x| x[0].trace().square(), &[&[3, 3]]);
    }
}
