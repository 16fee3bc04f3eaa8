//! A smooth rectifier without exponentials.

use crate::Tensor;

impl Tensor {
    /// `(x + √(x² + 4)) / 2` (Barron 2021).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).squareplus().to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn squareplus(&self) -> Tensor {
        self.squareplus_with(4.0)
    }

    /// `(x + √(x² + b)) / 2`: [`Tensor::squareplus`] is with 4.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).squareplus_with(16.0).to_vec::<f32>()?, [2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn squareplus_with(&self, b: f64) -> Tensor {
        (self + (self.square() + b).sqrt()) * 0.5
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].squareplus_with(2.0), &[&[3]]);
    }
}
