//! A smooth rectifier without exponentials.

use crate::Tensor;

impl Tensor {
    /// `(x + √(x² + b)) / 2` (Barron 2021). Keras's default is `squareplus(4.0)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).squareplus(4.0).to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn squareplus(&self, b: f64) -> Tensor {
        (self + (self.square() + b).sqrt()) * 0.5
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].squareplus(2.0), &[&[3]]);
    }
}
