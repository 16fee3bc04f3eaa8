//! Whether the right class is among the best.

use crate::Tensor;
use crate::ops::elementwise::where_;

impl Tensor {
    /// Whether the class in `targets` (`i64`, `[batch]`) is among the `k` greatest of these predictions `[batch, classes]`: fewer than
    /// `k` are greater. A prediction of NaN is no great one.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let predictions = Tensor::from([[0.1_f32, 0.7, 0.2], [0.5, 0.3, 0.2]]);
    /// assert_eq!(predictions.in_top_k(&Tensor::from([2_i64, 2]), 2).to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn in_top_k(&self, targets: &Tensor, k: usize) -> Tensor {
        let own = self.take_along_axis(&targets.expand_dims(-1), -1);
        let own = where_(own.isnan(), f64::NEG_INFINITY, &own);
        let is_in = self.greater(own).sum_axis(-1).less(k);
        is_in.named("in_top_k", &[self, targets])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn equal_ones_and_nan() {
        let x = Tensor::from([[1.0, 1.0, f32::NAN], [0.0, f32::NAN, 2.0]]);
        assert_eq!(
            x.in_top_k(&Tensor::from([0_i64, 1]), 1)
                .to_vec::<bool>()
                .unwrap(),
            [true, false]
        );
        assert!(x.in_top_k(&Tensor::from([0_i64, 3]), 1).error().is_some());
    }
}
