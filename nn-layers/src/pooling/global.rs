//! What poolings over everything have in common.

use crate::ShapeError;
use nn_core::Shape;

/// The shape of a pooling over all `axes` between batch and channels.
pub(crate) const fn output_shape(
    layer: &str,
    axes: usize,
    keepdims: bool,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if input.rank() != axes + 2 {
        let layout = match axes {
            1 => "[batch, time, features]",
            2 => "[batch, height, width, channels]",
            _ => "[batch, depth, height, width, channels]",
        };
        return Err(ShapeError::rank(
            layer,
            axes + 2,
            layout,
            input,
            "`Reshape` first",
        ));
    }
    let mut output = *input;
    let mut axis = axes;
    while axis > 0 {
        if input.dims()[axis] == 0 {
            let error = ShapeError::new(layer).text(match axes {
                1 => " needs at least one step of time, found ",
                2 => " needs at least one pixel, found ",
                _ => " needs at least one voxel, found ",
            });
            return Err(error
                .shape(input)
                .text("; poolings and strides before it leave none of an input as small as this"));
        }
        output = match keepdims {
            true => output.with(axis, 1),
            false => output.without(axis),
        };
        axis -= 1;
    }
    Ok(output)
}
