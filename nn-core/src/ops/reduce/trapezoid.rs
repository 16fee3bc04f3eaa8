//! Areas under curves.

use crate::Tensor;
use crate::ops::elementwise::float;

impl Tensor {
    /// The area under the curve through the elements along the last axis, which is dropped, by the trapezoidal rule:
    /// `Σ (yᵢ + yᵢ₊₁) / 2` for points 1 apart.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 2.0, 3.0]).trapezoid().item::<f32>()?, 4.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn trapezoid(&self) -> Tensor {
        self.trapezoid_with(1.0, -1)
    }

    /// As [`Tensor::trapezoid`] along an axis (counted from the end if negative) for points `dx` apart.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 2.0, 3.0]).trapezoid_with(0.5, 0).item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn trapezoid_with(&self, dx: f64, axis: isize) -> Tensor {
        let y = float(self);
        let heights = y.slice_axis(axis, 1..) + y.slice_axis(axis, ..-1);
        (heights.sum_axis(axis) * (dx / 2.0)).named("trapezoid", &[self])
    }

    /// As [`Tensor::trapezoid`] for points at `x`, of the tensor's shape or a vector for the last axis.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(y.trapezoid_at(&Tensor::from([4.0_f32, 6.0, 8.0]), -1).item::<f32>()?, 8.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn trapezoid_at(&self, x: &Tensor, axis: isize) -> Tensor {
        let y = float(self);
        let steps = match x.raw_shape().rank() {
            1 => x.diff_with(1, 0),
            _ => x.diff_with(1, axis),
        };
        let y = y.swapaxes(axis, -1);
        let steps = if steps.raw_shape().rank() == 1 {
            steps
        } else {
            steps.swapaxes(axis, -1)
        };
        let heights = y.slice_axis(-1, 1..) + y.slice_axis(-1, ..-1);
        let area = (heights * steps).sum_axis(-1) * 0.5;
        area.named("trapezoid_at", &[self, x])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn along_any_axis() {
        let y = Tensor::arange(6).reshape([3, 2]);
        assert_eq!(
            y.trapezoid_with(2.0, 0).to_vec::<f32>().unwrap(),
            [8.0, 12.0]
        );
        assert_eq!(
            y.trapezoid_at(&Tensor::from([0.0_f32, 1.0, 3.0]), 0)
                .to_vec::<f32>()
                .unwrap(),
            [7.0, 10.0]
        );
        assert!(y.trapezoid_with(1.0, 2).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].trapezoid_at(&x[1], 0).square(), &[&[3, 2], &[3]]);
    }
}
