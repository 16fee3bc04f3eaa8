//! The windows that convolutions and poolings move over a sequence, an image or a volume.

use crate::ShapeError;
use nn_core::{Padding, Shape, is_known};

/// A window of `size` pixels, `dilation` pixels apart, moved by `strides`: along `N` axes each.
pub(crate) struct Windows<const N: usize> {
    pub layer: &'static str,
    pub size: [usize; N],
    pub strides: [usize; N],
    pub dilation: [usize; N],
    pub padding: Padding,
}

impl<const N: usize> Windows<N> {
    /// `input`, whose rank was checked, with the number of windows along each axis and so many channels.
    pub const fn output_shape(&self, input: &Shape, channels: usize) -> Result<Shape, ShapeError> {
        if N > 1
            && let Padding::Causal = self.padding
        {
            let error = ShapeError::new(self.layer);
            return Err(error.text(
                " has no order of time; `Padding::Causal` is for sequences, use `Padding::Same`",
            ));
        }
        if let Err(error) = check_sizes(self.layer, self.size, self.strides, self.dilation) {
            return Err(error);
        }
        let mut output = input.with(N + 1, channels);
        let (mut i, mut dilated) = (0, false);
        while i < N {
            let (size, dilation) = (self.size[i], self.dilation[i]);
            let n = input.dims()[i + 1];
            match self.padding.windows(n, size, self.strides[i], dilation) {
                Some(count) => output = output.with(i + 1, count),
                None => {
                    let mut axis = 0;
                    while axis < N {
                        dilated |= self.dilation[axis] > 1;
                        axis += 1;
                    }
                    return Err(self.does_not_fit(input, dilated));
                }
            }
            i += 1;
        }
        Ok(output)
    }

    /// The error of a window that is larger than the input.
    const fn does_not_fit(&self, input: &Shape, dilated: bool) -> ShapeError {
        let error = ShapeError::new(self.layer)
            .text(" with a window of ")
            .shape(&Shape::new(&self.size));
        let error = match dilated {
            false => error,
            true => error
                .text(" and dilation ")
                .shape(&Shape::new(&self.dilation)),
        };
        let error = error
            .text(" leaves no ")
            .text(element(N))
            .text(" of ")
            .shape(input);
        let error =
            error.text("; use `Padding::Same`, a smaller window, or fewer layers that shrink the ");
        error.text(match N {
            1 => "sequence",
            2 => "image",
            _ => "volume",
        })
    }
}

/// Checks that a window is one, and that it reaches no further than an axis can be long.
pub(crate) const fn check_sizes<const N: usize>(
    layer: &str,
    size: [usize; N],
    strides: [usize; N],
    dilation: [usize; N],
) -> Result<(), ShapeError> {
    let mut i = 0;
    while i < N {
        if size[i] == 0 || strides[i] == 0 || dilation[i] == 0 {
            let error = ShapeError::new(layer).text(": the window, its strides and its dilation need to be at least 1, found a window of ");
            let error = error.shape(&Shape::new(&size)).text(", strides ");
            let error = error.shape(&Shape::new(&strides)).text(" and dilation ");
            return Err(error.shape(&Shape::new(&dilation)));
        }
        let reach = (size[i] - 1).saturating_mul(dilation[i]);
        if !is_known(size[i]) || !is_known(reach) {
            let error = ShapeError::new(layer)
                .text(": a window of ")
                .number(size[i]);
            let error = error
                .text(" ")
                .text(element(N))
                .text("s, ")
                .number(dilation[i]);
            return Err(error.text(" apart, reaches over more than an axis can have (below 2³⁴)"));
        }
        i += 1;
    }
    Ok(())
}

/// What an input of so many axes is made of.
const fn element(axes: usize) -> &'static str {
    match axes {
        1 => "step",
        2 => "pixel",
        _ => "voxel",
    }
}

/// Checks that an input is a batch of sequences, images or volumes, by the number of axes.
pub(crate) const fn check_rank(layer: &str, axes: usize, input: &Shape) -> Result<(), ShapeError> {
    if input.rank() == axes + 2 {
        return Ok(());
    }
    let layout = match axes {
        1 => "[batch, time, channels]",
        2 => "[batch, height, width, channels]",
        _ => "[batch, depth, height, width, channels]",
    };
    Err(ShapeError::rank(
        layer,
        axes + 2,
        layout,
        input,
        "`Reshape` first",
    ))
}
