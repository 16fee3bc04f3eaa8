//! Logarithms of probabilities from scores.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::activation::last_axis::Forward;
use crate::ops::activation::last_axis::{self, LastAxis};
use nn_kernels::math::Float;
use nn_kernels::softmax::{log_softmax, log_softmax_backward};
use std::marker::PhantomData;

struct LogSoftmax;

impl LastAxis for LogSoftmax {
    const NAME: &'static str = "log_softmax";
    const GRADIENT: &'static str = "log_softmax_gradient";

    fn forward<T: Float>(x: &[T], classes: usize, y: &mut [T]) {
        log_softmax(x, classes, y);
    }

    /// `g - eʸ Σ g`.
    fn backward<T: Float>(y: &[T], g: &[T], classes: usize, out: &mut [T]) {
        log_softmax_backward(y, g, classes, out);
    }

    fn gradient_in_output(y: &Tensor, g: &Tensor, upstream: &Tensor) -> Tensor {
        -(upstream * y.exp() * g.sum_axes([-1], true))
    }

    fn gradient_in_upstream(y: &Tensor, upstream: &Tensor) -> Tensor {
        upstream - (upstream * y.exp()).sum_axes([-1], true)
    }
}

by_name!("log_softmax", by_name::axis, |_| Forward::<LogSoftmax>(
    PhantomData
));

impl Tensor {
    /// `xᵢ - ln Σⱼ e^xⱼ` along an axis (counted from the end if negative), without overflow: the logarithm of [`Tensor::softmax`].
    /// Integers are taken as `f32`.
    ///
    /// More exact than the logarithm of the softmax where probabilities are small.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([0.0_f32, 200.0]).log_softmax(-1);
    /// assert_eq!(y.to_vec::<f32>()?, [-200.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "log_softmax_axis")]
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Tensor {
        last_axis::along::<LogSoftmax>(self, axis)
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
            let expected = &x - x.exp().sum_axes([axis], true).log();
            // A handful of roundings of f64.
            assert_close(&x.log_softmax(axis), &expected, 1e-14);
        }
        let e = x.log_softmax(2).into_result().unwrap_err().to_string();
        assert!(e.contains("axis 2 is out of range"), "{e}");
        assert!(Tensor::from(1.0_f32).log_softmax(-1).error().is_some());
    }

    #[test]
    fn integers_are_taken_as_floats() {
        let of = |x: Tensor| x.log_softmax(0).to_vec::<f32>().unwrap();
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
        let y = x.log_softmax(-1);
        let y = y.data::<f32>();
        assert_eq!(y[..4], [0.0, -2e4, f32::NEG_INFINITY, 0.0]);
        assert!(y[4..].iter().all(|v| v.is_nan()));
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].log_softmax(-1), &[&[2, 4]]);
        check_gradient(|x| x[0].log_softmax(1).square(), &[&[2, 3, 2]]);
    }
}
