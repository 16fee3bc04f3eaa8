//! Determinants.

use super::{Decomposition, decompose, decomposition_by_name, transposed};
use crate::graph::op::Backward;
use crate::{Result, Tensor};
use nn_kernels::linalg;

/// The determinant, or its sign and the logarithm of its magnitude.
#[derive(Clone, Copy)]
struct Det;
#[derive(Clone, Copy)]
struct Slogdet;

/// The diagonal of U, and whether the rows were exchanged an odd number of times.
fn pivots(a: &[f64], n: usize) -> (Vec<f64>, bool) {
    let (packed, rows) = linalg::lu(a, n);
    let mut seen = vec![false; n];
    let mut odd = false;
    for start in 0..n {
        let mut length = 0;
        let mut row = start;
        while !std::mem::replace(&mut seen[row], true) {
            row = rows[row];
            length += 1;
        }
        odd ^= length > 0 && length % 2 == 0;
    }
    ((0..n).map(|i| packed[i * n + i]).collect(), odd)
}

impl Decomposition for Det {
    const NAME: &'static str = "det";
    const COUNT: usize = 1;
    const SQUARE: bool = true;

    fn shapes(self, _: usize, _: usize) -> Vec<Vec<usize>> {
        vec![vec![]]
    }

    fn of(self, a: &[f64], n: usize, _: usize) -> Result<Vec<Vec<f64>>> {
        let (diagonal, odd) = pivots(a, n);
        let product: f64 = diagonal.iter().product();
        Ok(vec![vec![if odd { -product } else { product }]])
    }

    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let scale = (at.upstream() * at.output())
            .expand_dims(-1)
            .expand_dims(-1);
        Ok(scale * transposed(&at.inputs[0].inv()))
    }
}

impl Decomposition for Slogdet {
    const NAME: &'static str = "slogdet";
    const COUNT: usize = 2;
    const SQUARE: bool = true;

    fn shapes(self, _: usize, _: usize) -> Vec<Vec<usize>> {
        vec![vec![], vec![]]
    }

    fn of(self, a: &[f64], n: usize, _: usize) -> Result<Vec<Vec<f64>>> {
        let (diagonal, odd) = pivots(a, n);
        let sign = diagonal
            .iter()
            .fold(if odd { -1.0 } else { 1.0 }, |sign, v| match *v {
                0.0 => 0.0,
                v => sign * v.signum(),
            });
        Ok(vec![
            vec![sign],
            vec![diagonal.iter().map(|v| v.abs().ln()).sum()],
        ])
    }

    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let scale = at.upstream_or_zeros(1).expand_dims(-1).expand_dims(-1);
        Ok(scale * transposed(&at.inputs[0].inv()))
    }
}

decomposition_by_name!("det", |_| Det);
decomposition_by_name!("slogdet", |_| Slogdet);

impl Tensor {
    /// The determinants of square matrices in the last two axes: `[.., n, n]` to `[..]`. Its gradient is `det · A⁻ᵀ`, of singular matrices
    /// no number.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]).det().item::<f32>()?, -2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn det(&self) -> Tensor {
        let [det] = decompose(Det, self);
        det
    }

    /// The signs of the determinants of square matrices in the last two axes and the logarithms of their magnitudes, which do not
    /// overflow; 0 and -∞ for singular ones.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (sign, logarithm) = (Tensor::eye(400) * -10.0).slogdet();
    /// assert_eq!(sign.item::<f32>()?, 1.0);
    /// assert!((logarithm.item::<f32>()? - 400.0 * 10_f32.ln()).abs() < 1e-3);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn slogdet(&self) -> (Tensor, Tensor) {
        let [sign, logarithm] = decompose(Slogdet, self);
        (sign, logarithm)
    }

    /// The logarithms of the magnitudes of the determinants, the second part of [`Tensor::slogdet`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::eye(3).logdet().item::<f32>()?, 0.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logdet(&self) -> Tensor {
        self.slogdet().1.named("logdet", &[self])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use crate::Tensor;
    use crate::testing::check_gradient_at;

    #[test]
    fn singular_and_exchanged() {
        let x = Tensor::from([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
        assert_eq!(x.det().item::<f64>().unwrap(), 1.0);
        assert_eq!(
            Tensor::from([[0.0, 1.0], [1.0, 0.0]])
                .det()
                .item::<f64>()
                .unwrap(),
            -1.0
        );
        let (sign, logarithm) = Tensor::from([[1.0, 2.0], [2.0, 4.0]]).slogdet();
        assert_eq!(
            (
                sign.item::<f64>().unwrap(),
                logarithm.item::<f64>().unwrap()
            ),
            (0.0, f64::NEG_INFINITY)
        );
        assert_eq!(Tensor::ones([0, 0]).det().item::<f32>().unwrap(), 1.0);
        assert!(Tensor::ones([2, 3]).det().error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].det(), &[numbers(&[2, 3, 3])]);
        check_gradient_at(|x| x[0].logdet(), &[numbers(&[3, 3])]);
    }
}
