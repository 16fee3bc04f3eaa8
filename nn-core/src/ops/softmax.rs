//! Probabilities from scores.

use crate::kernels::softmax::{softmax as kernel, softmax_backward as backward};
use crate::op::{Backward, Keeps, Op, apply, common_float};
use crate::{DType, Result, Shape, Tensor, with_float};

/// Over the last axis.
struct Softmax;

/// Of a softmax `y` and its upstream gradient `g`: `y (g - Σ y g)`.
struct SoftmaxGradient;

/// The length of the last axis.
fn classes(shape: &Shape) -> usize {
    *shape.last().expect("checked by who asked for the axis")
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        Ok((*inputs[0].raw_shape(), common_float("softmax", inputs)?))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        Ok(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                kernel(inputs[0].data(), classes(&shape), out);
            })),
        )
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(gradient(at.output, at.upstream))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::OUTPUT
    }
}

impl Op for SoftmaxGradient {
    fn name(&self) -> &'static str {
        "softmax_gradient"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        let (y, upstream) = (&inputs[0], &inputs[1]);
        Ok(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                backward(y.data(), upstream.data(), classes(&shape), out);
            })),
        )
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (y, upstream, up) = (&at.inputs[0], &at.inputs[1], at.upstream);
        let dot = |a: &Tensor| (y * a).sum_axes([-1], true);
        let dy = at.when(0, || up * (upstream - dot(upstream)) - upstream * dot(up));
        let dupstream = at.when(1, || gradient(y, up));
        Ok(vec![dy, dupstream])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

pub(super) fn gradient(y: &Tensor, upstream: &Tensor) -> Tensor {
    apply(SoftmaxGradient, &[y.clone(), upstream.clone()])
}

impl Tensor {
    /// `e^xᵢ / Σⱼ e^xⱼ` along an axis (counted from the end if negative), without overflow: numbers in [0, 1] that sum to 1.
    ///
    /// A row of -∞ only gives 0, as Keras's masked `Softmax` layer does.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let y = Tensor::from([[0.0_f32, 0.0], [-100.0, 100.0]]).softmax(-1);
    /// assert_eq!(y.to_vec::<f32>()?, [0.5, 0.5, 0.0, 1.0]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Tensor {
        let rows = self.swap_axes(axis, -1);
        apply(Softmax, &[rows]).swap_axes(axis, -1)
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
        let e = x.softmax(2).ok().unwrap_err().to_string();
        assert!(e.contains("axis 2 is out of range"), "{e}");
        let e = Tensor::from([1_i64])
            .softmax(-1)
            .ok()
            .unwrap_err()
            .to_string();
        assert!(e.contains("softmax needs f32 or f64, found i64"), "{e}");
        assert!(Tensor::from(1.0_f32).softmax(-1).error().is_some());
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
