//! The windows that convolutions and poolings move over an image.

use crate::ShapeError;
use nn_core::{Padding, Shape, is_known};

/// A window of `size` pixels, `dilation` pixels apart, moved by `strides`: `[height, width]` each.
pub(crate) struct Windows {
    pub layer: &'static str,
    pub size: [usize; 2],
    pub strides: [usize; 2],
    pub dilation: [usize; 2],
    pub padding: Padding,
}

impl Windows {
    /// How many windows fit along an axis of `n` pixels.
    const fn count(&self, n: usize, axis: usize) -> Option<usize> {
        self.padding
            .windows(n, self.size[axis], self.strides[axis], self.dilation[axis])
    }

    /// `[batch, height, width, channels]` for an image of that layout.
    pub const fn output_shape(&self, input: &Shape, channels: usize) -> Result<Shape, ShapeError> {
        if let Padding::Causal = self.padding {
            let error = ShapeError::new(self.layer);
            return Err(error.text(
                " has no order of time; `Padding::Causal` is for sequences, use `Padding::Same`",
            ));
        }
        let mut i = 0;
        while i < 2 {
            if self.size[i] == 0 || self.strides[i] == 0 || self.dilation[i] == 0 {
                let error = ShapeError::new(self.layer).text(": the window, its strides and its dilation need to be at least 1, found a window of ");
                let error = error
                    .shape(&Shape::new(&self.size))
                    .text(", strides ")
                    .shape(&Shape::new(&self.strides));
                return Err(error
                    .text(" and dilation ")
                    .shape(&Shape::new(&self.dilation)));
            }
            let reach = (self.size[i] - 1).saturating_mul(self.dilation[i]);
            if !is_known(self.size[i]) || !is_known(reach) {
                let error = ShapeError::new(self.layer).text(": a window of ");
                let error = error
                    .number(self.size[i])
                    .text(" pixels, ")
                    .number(self.dilation[i]);
                return Err(
                    error.text(" apart, reaches over more than an axis can have (below 2³⁴)")
                );
            }
            i += 1;
        }
        let input_dims = input.dims();
        let (Some(height), Some(width)) =
            (self.count(input_dims[1], 0), self.count(input_dims[2], 1))
        else {
            let error = ShapeError::new(self.layer)
                .text(" with a window of ")
                .shape(&Shape::new(&self.size));
            let error = match self.dilation {
                [1, 1] => error,
                dilation => error.text(" and dilation ").shape(&Shape::new(&dilation)),
            };
            let error = error.text(" leaves no pixel of ").shape(input);
            return Err(error.text(
                "; use `Padding::Same`, a smaller window, or fewer layers that shrink the image",
            ));
        };
        Ok(Shape::new(&[input_dims[0], height, width, channels]))
    }
}

/// Checks that an input is a batch of images, `[batch, height, width, channels]`.
pub(crate) const fn check_images(layer: &str, input: &Shape) -> Result<(), ShapeError> {
    if input.rank() == 4 {
        return Ok(());
    }
    Err(ShapeError::rank(
        layer,
        4,
        "[batch, height, width, channels]",
        input,
        "`Reshape` first",
    ))
}

/// The shape that a pooling over whole images gives.
pub(crate) const fn global_output_shape(
    layer: &str,
    keepdims: bool,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if let Err(error) = check_images(layer, input) {
        return Err(error);
    }
    let dims = input.dims();
    if dims[1] == 0 || dims[2] == 0 {
        let error = ShapeError::new(layer)
            .text(" needs at least one pixel, found ")
            .shape(input);
        return Err(
            error.text("; poolings and strides before it leave none of an image as small as this")
        );
    }
    Ok(if keepdims {
        input.with(1, 1).with(2, 1)
    } else {
        input.without(2).without(1)
    })
}
