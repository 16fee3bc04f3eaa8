//! The windows that convolutions and poolings move over an image.

use crate::ShapeError;
use nn_core::{Shape, is_known};
use serde::{Deserialize, Serialize};

/// What happens at the border of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// Windows stay inside the image: `⌊(n - window) / stride⌋ + 1` of them.
    #[default]
    Valid,
    /// `⌈n / stride⌉` windows; the image is padded evenly on both sides, with an odd pixel at the end.
    Same,
}

/// A window of `size` pixels, `dilation` pixels apart, moved by `strides`: `[height, width]` each.
pub(crate) struct Windows {
    pub layer: &'static str,
    pub size: [usize; 2],
    pub strides: [usize; 2],
    pub dilation: [usize; 2],
    pub padding: Padding,
}

impl Windows {
    /// How many windows fit along an axis of `n` pixels; 0 if none does.
    const fn count(&self, n: usize, axis: usize) -> usize {
        if !is_known(n) {
            return n;
        }
        let span = (self.size[axis] - 1) * self.dilation[axis] + 1;
        match self.padding {
            Padding::Same => n.div_ceil(self.strides[axis]),
            Padding::Valid if n < span => 0,
            Padding::Valid => (n - span) / self.strides[axis] + 1,
        }
    }

    /// `[batch, height, width, channels]` for an image of that layout.
    pub const fn output_shape(&self, input: &Shape, channels: usize) -> Result<Shape, ShapeError> {
        let mut i = 0;
        while i < 2 {
            if self.size[i] == 0 || self.strides[i] == 0 || self.dilation[i] == 0 {
                let error = ShapeError::new(self.layer).text(": the window, its strides and its dilation need to be at least 1, found a window of ");
                let error = error.shape(&Shape::new(&self.size)).text(", strides ").shape(&Shape::new(&self.strides));
                return Err(error.text(" and dilation ").shape(&Shape::new(&self.dilation)));
            }
            i += 1;
        }
        let input_dims = input.dims();
        let [height, width] = [self.count(input_dims[1], 0), self.count(input_dims[2], 1)];
        if height == 0 || width == 0 {
            let error = ShapeError::new(self.layer).text(" with a window of ").shape(&Shape::new(&self.size));
            let error = error.text(" leaves no pixel of ").shape(input);
            return Err(error.text("; use `Padding::Same`, a smaller window, or fewer layers that shrink the image"));
        }
        Ok(Shape::new(&[input_dims[0], height, width, channels]))
    }
}

/// Checks that an input is a batch of images, `[batch, height, width, channels]`.
pub(crate) const fn check_images(layer: &str, input: &Shape) -> Result<(), ShapeError> {
    if input.rank() == 4 {
        return Ok(());
    }
    Err(ShapeError::rank(layer, 4, "[batch, height, width, channels]", input, "`Reshape` first"))
}
