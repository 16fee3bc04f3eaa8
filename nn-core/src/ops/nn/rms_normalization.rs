//! Division by the root of the mean square.

use crate::Tensor;
use crate::ops::elementwise::float;

impl Tensor {
    /// The tensor divided by the root of its mean square over several axes: `x / √(mean x² + epsilon)` (Zhang and Sennrich 2019).
    /// Integers are taken as `f32`. Keras's defaults are `rms_normalization([-1], 1e-7)`, and it multiplies by `scale` after.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([3.0_f32, 4.0]).rms_normalization([-1], 0.0);
    /// assert_eq!(y.square().mean().item::<f32>()?, 1.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn rms_normalization(&self, axes: impl AsRef<[isize]>, epsilon: f64) -> Tensor {
        let x = float(self);
        let normalized = &x * (x.square().mean_axes(axes, true) + epsilon).rsqrt();
        normalized.named("rms_normalization", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].rms_normalization([0, -1], 1e-3), &[&[2, 3]]);
    }
}
