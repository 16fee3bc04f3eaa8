//! Mean over a whole sequence.

use crate::ShapeError;
use crate::pooling::global;
use nn_core::{Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of every feature over time. Of an input with a mask, `[batch, time]`, the mean is over the
/// steps that count; of a sequence without one that does it is NaN, as in Keras.
///
/// Shapes: `[batch, time, features] → [batch, features]`, with [`GlobalAveragePooling1D::keepdims`] `[batch, 1, features]`.
///
/// Source: Keras's `GlobalAveragePooling1D`.
///
/// ```
/// use nn::{GlobalAveragePooling1D, Layer, Tensor};
/// let pool = GlobalAveragePooling1D::new();
/// assert_eq!(pool.forward(Tensor::ones([2, 7, 5])).shape(), [2, 5]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "GlobalAvgPool1D")]
pub struct GlobalAveragePooling1D {
    /// Keeps time, with size 1.
    #[config(default = false)]
    keepdims: bool,
}

#[model(crate = nn_core)]
impl GlobalAveragePooling1D {
    /// Drops time.
    pub const fn new() -> GlobalAveragePooling1D {
        GlobalAveragePooling1D::with_defaults()
    }

    /// The shape of the output, `[batch, features]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or one is empty.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        global::output_shape("GlobalAveragePooling1D", 1, self.keepdims, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        let Some(mask) = x.mask() else {
            return x.mean_axes([1], self.keepdims);
        };
        let counts = match mask.rank() {
            2 => mask.expand_dims(-1),
            _ => {
                return Tensor::failed(Error::shape(format!(
                    "GlobalAveragePooling1D takes the mean of the steps that count, by a mask [batch, time], found a mask {} of {}",
                    mask.shape(),
                    x.shape()
                )));
            }
        };
        let sum = counts
            .where_(x.without_mask(), 0.0)
            .sum_axes([1], self.keepdims);
        sum / counts.cast(x.dtype()).sum_axes([1], self.keepdims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn steps_that_do_not_count_are_left_out() {
        let x = Tensor::from([[[1.0_f32], [3.0], [100.0]]]);
        let x = x.with_mask(Tensor::from([[true, true, false]]));
        let y = GlobalAveragePooling1D::new().forward(&x);
        assert_eq!(y.to_vec::<f32>().unwrap(), [2.0]);
        assert!(y.mask().is_none());
        let y = GlobalAveragePooling1D::new().keepdims(true).forward(&x);
        assert_eq!(
            (y.shape().to_vec(), y.item::<f32>().unwrap()),
            (vec![1, 1, 1], 2.0)
        );
        let whole = x.with_mask(Tensor::from([true]));
        let e = GlobalAveragePooling1D::new()
            .forward(&whole)
            .into_result()
            .unwrap_err();
        assert!(
            e.to_string().contains("found a mask [1] of [1, 3, 1]"),
            "{e}"
        );
    }
}
