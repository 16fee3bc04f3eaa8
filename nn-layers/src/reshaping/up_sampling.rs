//! What makes sequences, images and volumes larger.

use crate::ShapeError;
use crate::core::windows;
use nn_core::ops::Interpolation;
use nn_core::{Shape, Tensor, is_known};

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
            let error = sizes(error, &size).text(" for ");
            return Err(error.shape(input));
        }
        let longer = n.saturating_mul(size[i]);
        if (is_known(n) && !is_known(longer)) || !is_known(size[i]) {
            let error = ShapeError::new(layer)
                .text(": ")
                .shape(input)
                .text(" made ");
            let error = sizes(error, &size);
            return Err(error.text(" times as long is more than a dimension can have (below 2³⁴)"));
        }
        output = output.with(i + 1, longer);
        i += 1;
    }
    Ok(output)
}

/// The larger input.
pub(crate) fn up_sampled<const N: usize>(
    layer: &str,
    x: &Tensor,
    size: [usize; N],
    interpolation: Interpolation,
) -> Tensor {
    if x.error().is_some() {
        return x.clone();
    }
    match output_shape(layer, size, &x.shape()) {
        Ok(_) => nn_core::ops::up_sampling(x, size, interpolation).without_mask(),
        Err(error) => Tensor::failed(error.into()),
    }
}

/// The message continued with sizes, as the numbers they are: a shape has no large ones.
const fn sizes(error: ShapeError, sizes: &[usize]) -> ShapeError {
    let mut error = error.text("[");
    let mut i = 0;
    while i < sizes.len() {
        error = error.text(if i > 0 { ", " } else { "" }).number(sizes[i]);
        i += 1;
    }
    error.text("]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_too_large_is_named() {
        let input = Shape::from([1, 1, 1, 1]);
        let error = output_shape("UpSampling2D", [usize::MAX, 2], &input).unwrap_err();
        assert_eq!(
            error.message(),
            "UpSampling2D: [1, 1, 1, 1] made [18446744073709551615, 2] times as long is more than a dimension can have (below 2³⁴)"
        );
    }
}
