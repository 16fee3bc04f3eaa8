//! The softmax.

use crate::ShapeError;
use crate::core::axes::{Axes, Ints};
use nn_core::{Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// `eˣ / Σeˣ` over one or several axes: numbers from 0 to 1 with the sum 1.
///
/// Shapes: any. Numbers that the input's mask leaves out, if it has one that broadcasts to the input, get 0.
///
/// Source: Keras's `Softmax`.
///
/// ```
/// use nn::{Layer, Softmax, Tensor};
/// let y = Softmax::new().forward(Tensor::from([[0.0_f32, 0.0], [0.0, 3.0_f32.ln()]]));
/// nn::testing::assert_close(&y, &Tensor::from([[0.5_f32, 0.5], [0.25, 0.75]]), 1e-6);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Softmax {
    #[config(default = Axes(Ints::new([-1])), no_builder)]
    axis: Axes,
}

#[model(crate = nn_core)]
impl Softmax {
    /// Over the last axis.
    pub const fn new() -> Softmax {
        Softmax::with_defaults()
    }

    /// Over another axis.
    pub const fn axis(self, axis: isize) -> Softmax {
        self.axes([axis])
    }

    /// Over several axes together.
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> Softmax {
        self.axis = Axes(Ints::new(axes));
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axes, or there are none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match self.axis.0.mask("Softmax", input) {
            Ok(_) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let Some(mask) = x.mask() else {
            return self.over_axes(&x);
        };
        let (shape, given) = (x.shape(), mask.shape());
        if shape.broadcast(&given) != Some(shape) {
            return Tensor::failed(Error::shape(format!(
                "Softmax leaves out what its input's mask leaves out, which has to broadcast to the input {shape}, found {given}: aligned at the end, \
                 dimensions must agree or be 1; `without_mask` for a softmax of everything"
            )));
        }
        // What does not count gets 0, in rows of which nothing counts too.
        let counted = mask.where_(x.without_mask(), -1e9);
        let y = mask.where_(self.over_axes(&counted), 0.0);
        y.with_mask(mask)
    }

    fn over_axes(&self, x: &Tensor) -> Tensor {
        match self.axis.0.as_slice() {
            [axis] => x.softmax(*axis),
            axes => (x - x.logsumexp_axes(axes, true)).exp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn what_a_mask_leaves_out_is_0() {
        let x = Tensor::from([[1.0_f32, 1.0, 5.0], [2.0, 3.0, 4.0]]);
        let mask = Tensor::from([[true, true, false], [false, false, false]]);
        let y = Softmax::new().forward(x.with_mask(mask));
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
        assert!(y.mask().is_some());
        let steps =
            Tensor::ones([2, 3, 4]).with_mask(Tensor::full_of([2, 3], 1.0, nn_core::DType::Bool));
        let beyond = Softmax::new().axis(7).forward(Tensor::ones([1, 2]));
        assert_eq!(
            beyond.into_result().unwrap_err().to_string(),
            "Softmax: axis 7 is out of range for [1, 2]; axes run from -2 to 1"
        );
        let e = Softmax::new()
            .forward(steps)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("has to broadcast to the input [2, 3, 4], found [2, 3]"),
            "{e}"
        );
    }
}
