//! Norms of matrices.

use crate::Tensor;
use crate::ops::elementwise::float;

/// Which norm of a matrix; as text NumPy's `ord`.
///
/// ```
/// use nn::ops::MatrixNorm;
/// assert_eq!("nuc".parse::<MatrixNorm>()?, MatrixNorm::Nuclear);
/// assert_eq!(MatrixNorm::LeastRow.to_string(), "-inf");
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum MatrixNorm {
    /// The root of the sum of squares.
    #[serde(rename = "fro")]
    Frobenius,
    /// The sum of the singular values.
    #[serde(rename = "nuc")]
    Nuclear,
    /// The greatest singular value: order 2.
    #[serde(rename = "2")]
    Spectral,
    /// The least singular value: order -2.
    #[serde(rename = "-2")]
    LeastSingular,
    /// The greatest sum of magnitudes of a column: order 1.
    #[serde(rename = "1")]
    Columns,
    /// The least sum of magnitudes of a column: order -1.
    #[serde(rename = "-1")]
    LeastColumn,
    /// The greatest sum of magnitudes of a row: order ∞.
    #[serde(rename = "inf")]
    Rows,
    /// The least sum of magnitudes of a row: order -∞.
    #[serde(rename = "-inf")]
    LeastRow,
}

crate::spelled!(MatrixNorm);

impl Tensor {
    /// A norm of the matrices in the last two axes: `[.., n, m]` to `[..]`.
    ///
    /// ```
    /// # use nn::{Tensor, ops::MatrixNorm};
    /// let a = Tensor::from([[1.0_f32, -2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matrix_norm(MatrixNorm::Columns).item::<f32>()?, 6.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn matrix_norm(&self, norm: MatrixNorm) -> Tensor {
        let a = float(self);
        let values = || a.svd_with(false).1;
        match norm {
            MatrixNorm::Frobenius => a.norm_axes([-2, -1], false),
            MatrixNorm::Nuclear => values().sum_axis(-1),
            MatrixNorm::Spectral => values().max_axis(-1),
            MatrixNorm::LeastSingular => values().min_axis(-1),
            MatrixNorm::Columns => a.abs().sum_axis(-2).max_axis(-1),
            MatrixNorm::LeastColumn => a.abs().sum_axis(-2).min_axis(-1),
            MatrixNorm::Rows => a.abs().sum_axis(-1).max_axis(-1),
            MatrixNorm::LeastRow => a.abs().sum_axis(-1).min_axis(-1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use super::MatrixNorm;
    use crate::testing::check_gradient_at;

    #[test]
    fn gradient() {
        for norm in [
            MatrixNorm::Nuclear,
            MatrixNorm::Spectral,
            MatrixNorm::LeastSingular,
            MatrixNorm::Rows,
        ] {
            check_gradient_at(|x| x[0].matrix_norm(norm), &[numbers(&[2, 3])]);
        }
    }
}
