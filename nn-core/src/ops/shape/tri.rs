//! Triangles of matrices.

use crate::ops::elementwise::where_;
use crate::{DType, Error, Tensor, is_known};

/// `0, 1, … n - 1`, where `n` may follow from a batch that is not known yet.
#[track_caller]
pub(crate) fn count(n: usize) -> Tensor {
    match is_known(n) {
        true => Tensor::arange(n),
        false => Tensor::full([n], 1_i64).cumsum(0) - 1,
    }
}

/// Where the column is at most `k` right of the row, of `[n, m]`.
#[track_caller]
fn lower(n: usize, m: usize, k: isize) -> Tensor {
    (count(m) - count(n).expand_dims(-1)).less_equal(k as i64)
}

impl Tensor {
    /// Ones on the diagonal and below and zeros elsewhere: `[n, n]`, `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::tri(2).to_vec::<f32>()?, [1.0, 0.0, 1.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tri(n: usize) -> Tensor {
        Tensor::tri_of(n, n, 0, DType::F32)
    }

    /// Ones where the column is at most `k` right of the row and zeros elsewhere: `[n, m]`, as [`Tensor::tri`].
    ///
    /// ```
    /// # use nn::{DType, Tensor};
    /// assert_eq!(Tensor::tri_of(2, 3, 1, DType::I64).to_vec::<i64>()?, [1, 1, 0, 1, 1, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tri_of(n: usize, m: usize, k: isize, dtype: DType) -> Tensor {
        lower(n, m, k).cast(dtype)
    }

    /// The matrices in the last two axes with zeros above the diagonal. A vector is taken as every row of a matrix, as in NumPy; a single
    /// number is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.tril().to_vec::<i64>()?, [1, 0, 3, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tril(&self) -> Tensor {
        self.tril_with(0)
    }

    /// As [`Tensor::tril`] with zeros above diagonal `k`: 0 is the main one, 1 the one right of it, -1 the one below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.tril_with(-1).to_vec::<i64>()?, [0, 0, 3, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tril_with(&self, k: isize) -> Tensor {
        triangle(self, "tril", |x, n, m| where_(lower(n, m, k), x, 0))
    }

    /// The matrices in the last two axes with zeros below the diagonal, as [`Tensor::tril`] with the other side.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.triu().to_vec::<i64>()?, [1, 2, 0, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn triu(&self) -> Tensor {
        self.triu_with(0)
    }

    /// As [`Tensor::triu`] with zeros below diagonal `k`: 0 is the main one, 1 the one right of it, -1 the one below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.triu_with(1).to_vec::<i64>()?, [0, 2, 0, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn triu_with(&self, k: isize) -> Tensor {
        triangle(self, "triu", |x, n, m| {
            where_(lower(n, m, k.saturating_sub(1)), 0, x)
        })
    }
}

#[track_caller]
fn triangle(
    x: &Tensor,
    name: &'static str,
    cut: impl FnOnce(&Tensor, usize, usize) -> Tensor,
) -> Tensor {
    let shape = *x.raw_shape();
    match shape[..] {
        _ if x.error().is_some() => x.clone(),
        [] => x.fail(
            name,
            Error::shape(format!("{name} needs a matrix, found a single number")),
        ),
        [n] => cut(x, n, n),
        [.., n, m] => cut(x, n, m),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn cut_beside_the_diagonal() {
        let x = Tensor::arange(12).reshape([2, 2, 3]) + 1;
        assert_eq!(
            x.tril_with(1).to_vec::<i64>().unwrap(),
            [1, 2, 0, 4, 5, 6, 7, 8, 0, 10, 11, 12]
        );
        assert_eq!(
            x.triu_with(1).to_vec::<i64>().unwrap(),
            [0, 2, 3, 0, 0, 6, 0, 8, 9, 0, 0, 12]
        );
        assert_eq!(x.tril_with(-5).sum().item::<i64>().unwrap(), 0);
        assert_eq!(x.triu_with(isize::MIN).sum().item::<i64>().unwrap(), 78);
        assert_eq!(
            Tensor::from([1_u8, 2]).triu().to_vec::<u8>().unwrap(),
            [1, 2, 0, 2]
        );
        // What is cut off may be anything.
        assert_eq!(
            Tensor::from([[1.0, f32::NAN], [2.0, 3.0]])
                .tril()
                .data::<f32>(),
            [1.0, 0.0, 2.0, 3.0]
        );
        assert!(Tensor::from(1.0_f32).tril().error().is_some());
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(open.tril().shape().to_string(), "[_, 3]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].tril().square() + x[0].triu_with(1), &[&[3, 2]]);
    }
}
