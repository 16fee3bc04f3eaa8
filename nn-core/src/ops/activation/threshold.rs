//! What lies above a threshold.

use crate::Tensor;
use crate::ops::elementwise::where_;

impl Tensor {
    /// The elements above a threshold, and `value` in place of the others (of NaN too).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.5_f32, 2.0]).threshold(1.0, -1.0).to_vec::<f32>()?, [-1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn threshold(&self, threshold: f64, value: f64) -> Tensor {
        where_(self.greater(threshold), self, value)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].threshold(0.1, 2.0).square(), &[&[4]]);
    }
}
