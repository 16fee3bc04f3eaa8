//! Probabilities from scores.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::activation::last_axis::Forward;
use crate::ops::activation::last_axis::{self, LastAxis};
use nn_kernels::math::Float;
use nn_kernels::softmax::{softmax, softmax_backward};
use std::marker::PhantomData;

struct Softmax;

impl LastAxis for Softmax {
    const NAME: &'static str = "softmax";
    const GRADIENT: &'static str = "softmax_gradient";

    fn forward<T: Float>(x: &[T], classes: usize, y: &mut [T]) {
        softmax(x, classes, y);
    }

    /// `y (g - Σ y g)`.
    fn backward<T: Float>(y: &[T], g: &[T], classes: usize, out: &mut [T]) {
        softmax_backward(y, g, classes, out);
    }

    fn gradient_in_output(y: &Tensor, g: &Tensor, upstream: &Tensor) -> Tensor {
        let dot = |a: &Tensor| (y * a).sum_axes([-1], true);
        upstream * (g - dot(g)) - g * dot(upstream)
    }

    fn gradient_in_upstream(y: &Tensor, upstream: &Tensor) -> Tensor {
        gradient(y, upstream)
    }
}

by_name!("softmax", by_name::axis, |_| Forward::<Softmax>(
    PhantomData
));

/// The gradient of the softmax `y` along the last axis.
pub(crate) fn gradient(y: &Tensor, upstream: &Tensor) -> Tensor {
    last_axis::gradient::<Softmax>(y, upstream)
}

impl Tensor {
    /// `e^xᵢ / Σⱼ e^xⱼ` along an axis (counted from the end if negative), without overflow: numbers in [0, 1] that sum to 1.
    /// Integers are taken as `f32`.
    ///
    /// A row of -∞ only gives 0, as Keras's masked `Softmax` layer does.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([[0.0_f32, 0.0], [-100.0, 100.0]]).softmax(-1);
    /// assert_eq!(y.to_vec::<f32>()?, [0.5, 0.5, 0.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Tensor {
        last_axis::along::<Softmax>(self, axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient};

    #[test]
    fn agrees_with_the_formula_along_any_axis() {
        let x = Tensor::from([[1.0_f64, -2.0, 0.5], [30.0, 10.0, 0.0]]);
        for axis in [0, 1, -1] {
            let expected = x.exp() / x.exp().sum_axes([axis], true);
            // A handful of roundings of f64.
            assert_close(&x.softmax(axis), &expected, 1e-14);
        }
        let e = x.softmax(2).into_result().unwrap_err().to_string();
        assert!(e.contains("axis 2 is out of range"), "{e}");
        assert!(Tensor::from(1.0_f32).softmax(-1).error().is_some());
    }

    #[test]
    fn integers_are_taken_as_floats() {
        let of = |x: Tensor| x.softmax(0).to_vec::<f32>().unwrap();
        let floats = of(Tensor::from([1.0_f32, 2.0, 3.0]));
        assert_eq!(of(Tensor::from([1_i64, 2, 3])), floats);
        // Keras on JAX subtracts the greatest before it makes floats, and bytes wrap around.
        assert_eq!(of(Tensor::from([1_u8, 2, 3])), floats);
        let truths = of(Tensor::from([true, false]));
        assert_eq!(truths, of(Tensor::from([1.0_f32, 0.0])));
    }

    #[test]
    fn extremes() {
        let x = Tensor::from([[1e4_f32, -1e4], [f32::NEG_INFINITY, 0.0], [f32::NAN, 0.0]]);
        let y = x.softmax(-1);
        let y = y.data::<f32>();
        assert_eq!(y[..4], [1.0, 0.0, 0.0, 1.0]);
        assert!(y[4..].iter().all(|v| v.is_nan()));
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].softmax(-1), &[&[2, 4]]);
        check_gradient(|x| x[0].softmax(1).square(), &[&[2, 3, 2]]);
    }
}
