//! How numbers go together: correlation coefficients, sliding correlation, distances.

use crate::ops::elementwise::{float, floats, where_};
use crate::{Error, Tensor, is_known};

/// Which places of a sliding correlation come out.
///
/// ```
/// use nn::ops::Overlap;
/// assert_eq!("full".parse::<Overlap>()?, Overlap::Full);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overlap {
    /// Where the shorter one lies within the longer one.
    #[default]
    Valid,
    /// As many as the longer one has, around the middle.
    Same,
    /// Where both meet at all.
    Full,
}

crate::spelled!(Overlap);

impl Tensor {
    /// The correlation coefficients (Pearson) of the rows of a matrix with each other: `[variables, observations]` to
    /// `[variables, variables]`, within -1 to 1; of a vector the number 1. NaN for a row that does not vary.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f64, 2.0, 3.0], [3.0, 2.0, 1.0]]);
    /// let r = x.corrcoef().to_vec::<f64>()?;
    /// assert!((r[0] - 1.0).abs() < 1e-12 && (r[1] + 1.0).abs() < 1e-12);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn corrcoef(&self) -> Tensor {
        let x = float(self);
        match x.raw_shape().rank() {
            _ if x.error().is_some() => x,
            1 => x.expand_dims(0).corrcoef().reshape([]),
            2 => {
                let deviations = &x - x.mean_axes([1], true);
                let covariance = deviations.matmul_transposed(&deviations);
                let spread = covariance.diagonal().sqrt();
                (covariance / spread.expand_dims(1) / spread).clip(-1.0, 1.0)
            }
            _ => x.fail(
                "corrcoef",
                Error::rank(
                    "corrcoef",
                    2,
                    "[variables, observations]",
                    x.raw_shape(),
                    "`reshape` makes a matrix",
                ),
            ),
        }
    }

    /// The sums of products of this vector with the other one, which slides along it: `yₖ = Σᵢ xᵢ₊ₖ · oᵢ`, where the shorter one lies within
    /// the longer one.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.correlate(&Tensor::from([1.0_f32, 0.5])).to_vec::<f32>()?, [2.0, 3.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn correlate(&self, other: &Tensor) -> Tensor {
        self.correlate_with(other, Overlap::Valid)
    }

    /// As [`Tensor::correlate`] with other places of the sliding: Keras's `mode`.
    ///
    /// ```
    /// # use nn::{Tensor, ops::Overlap};
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// let y = x.correlate_with(&Tensor::from([0.0_f32, 1.0, 0.5]), Overlap::Full);
    /// assert_eq!(y.to_vec::<f32>()?, [0.5, 2.0, 3.5, 3.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn correlate_with(&self, other: &Tensor, overlap: Overlap) -> Tensor {
        let [x, o] = floats(self, other);
        if let Some(failed) = [&x, &o].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let (n, m) = match (&x.raw_shape()[..], &o.raw_shape()[..]) {
            (&[n], &[m]) if is_known(n) && is_known(m) && n > 0 && m > 0 => (n, m),
            (a, b) => {
                let message = format!(
                    "correlate needs two vectors of known lengths from 1 on, found {a:?} and {b:?}"
                );
                return x.fail("correlate", Error::shape(message));
            }
        };
        let padded = x.pad([(m - 1, m - 1)]);
        // Row k holds what lies under the other one at its k-th place.
        let count = n + m - 1;
        let rows = Tensor::arange(count).expand_dims(1) + Tensor::arange(m);
        let full = padded.take(&rows, 0).matmul(&o);
        let (short, long) = (n.min(m), n.max(m));
        match overlap {
            Overlap::Full => full,
            Overlap::Valid => full.slice(short - 1..long),
            Overlap::Same => {
                // The middle, as NumPy has it.
                let start = if n >= m { (short - 1) / 2 } else { short / 2 };
                full.slice(start..start + long)
            }
        }
    }

    /// The Euclidean distance of every row to every row of the other: `[.., n, d]` and `[.., m, d]` to `[.., n, m]`. Its gradient is 0
    /// where two rows are the same.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([[0.0_f32, 0.0], [3.0, 4.0]]).cdist(&Tensor::from([[0.0_f32, 0.0]]));
    /// assert_eq!(y.to_vec::<f32>()?, [0.0, 5.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cdist(&self, other: &Tensor) -> Tensor {
        let [x, y] = floats(self, other);
        let squares = (x.expand_dims(-2) - y.expand_dims(-3))
            .square()
            .sum_axis(-1);
        let zero = squares.equal(0.0);
        where_(&zero, 0.0, where_(&zero, 1.0, &squares).sqrt()).named("cdist", &[&x, &y])
    }
}

#[cfg(test)]
mod tests {
    use super::Overlap;
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn correlations_of_other_lengths() {
        let (x, o) = (Tensor::from([1_i64, 2, 3, 4]), Tensor::from([1_i64, 10]));
        let of =
            |a: &Tensor, b: &Tensor, overlap| a.correlate_with(b, overlap).to_vec::<f32>().unwrap();
        // numpy.correlate.
        assert_eq!(of(&x, &o, Overlap::Valid), [21.0, 32.0, 43.0]);
        assert_eq!(of(&x, &o, Overlap::Same), [10.0, 21.0, 32.0, 43.0]);
        assert_eq!(of(&x, &o, Overlap::Full), [10.0, 21.0, 32.0, 43.0, 4.0]);
        assert!(
            x.correlate_with(&Tensor::zeros([0]), Overlap::Full)
                .error()
                .is_some()
        );
    }

    #[test]
    fn coefficients_of_a_vector() {
        let one = Tensor::from([1.0_f64, 5.0])
            .corrcoef()
            .item::<f64>()
            .unwrap();
        assert!((one - 1.0).abs() < 1e-15);
        assert!(Tensor::ones([2, 3]).corrcoef().data::<f32>()[0].is_nan());
        assert!(Tensor::ones([2, 3, 1]).corrcoef().error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].corrcoef().index_axis(0, 1), &[&[2, 4]]);
        check_gradient(
            |x| x[0].correlate_with(&x[1], Overlap::Same).square(),
            &[&[4], &[3]],
        );
        check_gradient(|x| x[0].cdist(&x[1]), &[&[2, 3], &[2, 3]]);
    }
}
