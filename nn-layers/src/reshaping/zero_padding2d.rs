//! Zeros around an image.

use crate::ShapeError;
use crate::core::windows;
use nn_core::{Result, Shape, Tensor, is_known};
use nn_derive::{Layer, model};

/// Adds rows and columns of zeros around an image.
///
/// Shapes: `[batch, height, width, channels] → [batch, top + height + bottom, left + width + right, channels]`.
///
/// Source: Keras's `ZeroPadding2D`.
///
/// ```
/// use nn_core::{Layer, Tensor};
/// use nn_layers::ZeroPadding2D;
/// let x = Tensor::ones([1, 2, 2, 1]);
/// assert_eq!(ZeroPadding2D::new(1).forward(&x).shape(), [1, 4, 4, 1]);
/// assert_eq!(ZeroPadding2D::new(0).padding_by_side([[0, 2], [3, 1]]).forward(&x).shape(), [1, 4, 6, 1]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
pub struct ZeroPadding2D {
    #[config]
    padding: [[usize; 2]; 2],
}

#[model(crate = nn_core)]
impl ZeroPadding2D {
    /// As many zeros on each side (Keras: 1).
    pub const fn new(padding: usize) -> ZeroPadding2D {
        ZeroPadding2D {
            padding: [[padding; 2]; 2],
        }
    }

    /// Zeros on each side: `[[top, bottom], [left, right]]`.
    #[must_use]
    pub const fn padding_by_side(mut self, padding: [[usize; 2]; 2]) -> ZeroPadding2D {
        self.padding = padding;
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of images, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = windows::check_images("ZeroPadding2D", input) {
            return Err(error);
        }
        let mut output = *input;
        let mut i = 0;
        while i < 2 {
            let n = input.dims()[i + 1];
            if is_known(n) {
                let [before, after] = self.padding[i];
                let size = n.saturating_add(before).saturating_add(after);
                if !is_known(size) {
                    let error = ShapeError::new("ZeroPadding2D: ")
                        .number(before)
                        .text(" and ")
                        .number(after)
                        .text(" zeros around ")
                        .shape(input);
                    return Err(error.text(" are more than a dimension can have (below 2³⁴)"));
                }
                output = output.with(i + 1, size);
            }
            i += 1;
        }
        Ok(output)
    }

    fn call(&self, x: Tensor) -> Tensor {
        let [[top, bottom], [left, right]] = self.padding;
        x.pad([(0, 0), (top, bottom), (left, right), (0, 0)])
    }
}
