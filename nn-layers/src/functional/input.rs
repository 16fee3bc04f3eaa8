//! Where a Functional model begins.

use nn_core::{DType, Shape, Tensor, symbolic};

/// Makes the symbolic inputs of a [`Functional`](crate::Functional) model: tensors without a value, which know how they are made.
///
/// Source: Keras's `Input`.
///
/// ```
/// use nn::Input;
/// let image = Input::new([28, 28, 1]).name("image");
/// assert_eq!(image.shape().to_string(), "[_, 28, 28, 1]");
/// ```
#[derive(Debug)]
#[must_use]
pub struct Input;

impl Input {
    /// An input of numbers of the given shape, without the batch.
    #[allow(clippy::new_ret_no_self)] // It is a tensor from here on, as in Keras.
    pub fn new(shape: impl Into<Shape>) -> Tensor {
        Input::of(shape, DType::F32)
    }

    /// As [`Input::new`], of another element type: `DType::I64` for the indices of an [`Embedding`](crate::Embedding).
    pub fn of(shape: impl Into<Shape>, dtype: DType) -> Tensor {
        match shape.into().batched() {
            Ok(batched) => symbolic::input(batched, dtype),
            Err(error) => Tensor::failed(error),
        }
    }
}
