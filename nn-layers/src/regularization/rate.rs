//! What layers that drop have in common.

use crate::ShapeError;
use crate::core::sizes::Sizes;
use nn_core::{Shape, is_known};

/// Checks that a rate is a probability.
pub(crate) const fn check(layer: &str, rate: f64) -> Result<(), ShapeError> {
    if rate >= 0.0 && rate <= 1.0 {
        return Ok(());
    }
    let error = ShapeError::new("the rate of ")
        .text(layer)
        .text(" is a probability from 0 to 1, found ");
    Err(error
        .decimal(rate)
        .text("; `")
        .text(layer)
        .text("::new(0.5)` drops half"))
}

/// The shape of the draws for an input: that of the input where nothing else is said.
pub(crate) const fn noise_shape(
    layer: &str,
    given: &Option<Sizes>,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    let Some(given) = given else {
        return Ok(*input);
    };
    let (sizes, dims) = (given.as_slice(), input.dims());
    let mut noise = *input;
    let mut fits = sizes.len() == dims.len();
    let mut i = 0;
    while fits && i < dims.len() {
        if let Some(n) = sizes[i] {
            // The batch of inference may be another one.
            fits = n == 1 || n == dims[i] || i == 0 || !is_known(dims[i]);
            noise = noise.with(i, n);
        }
        i += 1;
    }
    if fits {
        return Ok(noise);
    }
    let error = ShapeError::new("the noise_shape of ")
        .text(layer)
        .text(" needs a size for each dimension of ");
    Err(error
        .shape(input)
        .text(": that of the input (or `None`), or 1 where one draw holds for all"))
}

/// Checks that an input has so many dimensions.
pub(crate) const fn check_rank(layer: &str, rank: usize, input: &Shape) -> Result<(), ShapeError> {
    if input.rank() == rank {
        return Ok(());
    }
    let layout = match rank {
        3 => "[batch, time, channels]",
        4 => "[batch, height, width, channels]",
        _ => "[batch, depth, height, width, channels]",
    };
    Err(ShapeError::rank(
        layer,
        rank,
        layout,
        input,
        "`Reshape` first",
    ))
}

/// The shape of draws of which one holds for a whole channel: `[batch, 1, .., channels]`.
pub(crate) fn of_channels(input: &Shape) -> Shape {
    (1..input.rank() - 1).fold(*input, |shape, axis| shape.with(axis, 1))
}
