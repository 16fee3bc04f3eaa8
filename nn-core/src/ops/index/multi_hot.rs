//! Sets of labels as rows of zeros and ones.

use crate::Tensor;

impl Tensor {
    /// Ones at the labels (`i64`) of each row and zeros elsewhere: `[batch, n]` to `[batch, depth]`, `[n]` to `[depth]`, in the default
    /// float type. Labels outside of `0..depth` set none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let rows = Tensor::from([[0_i64, 2], [1, 1]]).multi_hot(3);
    /// assert_eq!(rows.to_vec::<f32>()?, [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn multi_hot(&self, depth: usize) -> Tensor {
        let axis = if self.raw_shape().rank() > 1 { 1 } else { 0 };
        self.one_hot(depth).max_axis(axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn labels_outside_set_none() {
        assert_eq!(
            Tensor::from([5_i64, 1, -1])
                .multi_hot(3)
                .to_vec::<f32>()
                .unwrap(),
            [0.0, 1.0, 0.0]
        );
        assert!(Tensor::from([1.0_f32]).multi_hot(3).error().is_some());
    }
}
