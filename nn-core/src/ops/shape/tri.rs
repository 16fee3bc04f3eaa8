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
    /// Ones where the column is at most `k` right of the row and zeros elsewhere: `[n, m]`, `f32`. With `k = 0` the diagonal and what is
    /// below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::tri(2, 3, 0).to_vec::<f32>()?, [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tri(n: usize, m: usize, k: isize) -> Tensor {
        lower(n, m, k).cast(DType::F32)
    }

    /// The matrices in the last two axes with zeros above diagonal `k`: 0 is the main one, 1 the one right of it, -1 the one below. A
    /// vector is taken as every row of a matrix, as in NumPy; a single number is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.tril(0).to_vec::<i64>()?, [1, 0, 3, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tril(&self, k: isize) -> Tensor {
        triangle(self, "tril", |x, n, m| where_(lower(n, m, k), x, 0))
    }

    /// The matrices in the last two axes with zeros below diagonal `k`, as [`Tensor::tril`] with the other side.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.triu(0).to_vec::<i64>()?, [1, 2, 0, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn triu(&self, k: isize) -> Tensor {
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
            x.tril(1).to_vec::<i64>().unwrap(),
            [1, 2, 0, 4, 5, 6, 7, 8, 0, 10, 11, 12]
        );
        assert_eq!(
            x.triu(1).to_vec::<i64>().unwrap(),
            [0, 2, 3, 0, 0, 6, 0, 8, 9, 0, 0, 12]
        );
        assert_eq!(x.tril(-5).sum().item::<i64>().unwrap(), 0);
        assert_eq!(x.triu(isize::MIN).sum().item::<i64>().unwrap(), 78);
        assert_eq!(
            Tensor::from([1_u8, 2]).triu(0).to_vec::<u8>().unwrap(),
            [1, 2, 0, 2]
        );
        // What is cut off may be anything.
        assert_eq!(
            Tensor::from([[1.0, f32::NAN], [2.0, 3.0]])
                .tril(0)
                .data::<f32>(),
            [1.0, 0.0, 2.0, 3.0]
        );
        assert!(Tensor::from(1.0_f32).tril(0).error().is_some());
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(open.tril(0).shape().to_string(), "[_, 3]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].tril(0).square() + x[0].triu(1), &[&[3, 2]]);
    }
}
