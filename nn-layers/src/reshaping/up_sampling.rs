//! What makes sequences, images and volumes larger.

use crate::ShapeError;
use crate::core::windows;
use nn_core::{Shape, is_known};

/// The shape of an input of which each axis is so many times as long.
pub(crate) const fn output_shape<const N: usize>(
    layer: &str,
    size: [usize; N],
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if let Err(error) = windows::check_rank(layer, N, input) {
        return Err(error);
    }
    let mut output = *input;
    let mut i = 0;
    while i < N {
        let n = input.dims()[i + 1];
        if size[i] == 0 || n == 0 {
            let error = ShapeError::new(layer).text(" makes each axis at least once as long, of something that is there; found a size of ");
            let error = error.shape(&Shape::new(&size)).text(" for ");
            return Err(error.shape(input));
        }
        let longer = n.saturating_mul(size[i]);
        if (is_known(n) && !is_known(longer)) || !is_known(size[i]) {
            let error = ShapeError::new(layer)
                .text(": ")
                .shape(input)
                .text(" made ");
            let error = error.shape(&Shape::new(&size));
            return Err(error.text(" times as long is more than a dimension can have (below 2³⁴)"));
        }
        output = output.with(i + 1, longer);
        i += 1;
    }
    Ok(output)
}
