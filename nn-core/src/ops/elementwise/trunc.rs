//! Rounding towards zero.

use crate::Tensor;
use crate::ops::elementwise::where_;

impl Tensor {
    /// Every element without its fraction, rounded towards 0. Integers stay as they are. The gradient is 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.7_f32, -1.7]).trunc().to_vec::<f32>()?, [1.0, -1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn trunc(&self) -> Tensor {
        match self.dtype().is_float() {
            true => where_(self.less(0.0), self.ceil(), self.floor()),
            false => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn special_values() {
        let x = Tensor::from([f32::INFINITY, f32::NEG_INFINITY, -0.5, 2.5, f32::NAN]).trunc();
        assert_eq!(
            x.data::<f32>()[..4],
            [f32::INFINITY, f32::NEG_INFINITY, -0.0, 2.0]
        );
        assert!(x.data::<f32>()[4].is_nan());
        assert_eq!(Tensor::from([3_i64]).trunc().to_vec::<i64>().unwrap(), [3]);
    }
}
