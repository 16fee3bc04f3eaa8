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

/// The shape of the draws for an input: that of the input where nothing else is said. Before training, `any_batch` lets the size for the batch
/// be another one than that of the input.
pub(crate) const fn noise_shape(
    layer: &str,
    given: &Option<Sizes>,
    input: &Shape,
    any_batch: bool,
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
            // The batch of inference, by which a layer is built, may be another one.
            fits = n == 1 || n == dims[i] || !is_known(dims[i]) || (any_batch && i == 0);
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
    let mut error = error
        .shape(input)
        .text(": that of the input (or `None`), or 1 where one draw holds for all; found [");
    let mut i = 0;
    while i < sizes.len() {
        error = error.text(if i > 0 { ", " } else { "" });
        error = match sizes[i] {
            Some(n) => error.number(n),
            None => error.text("None"),
        };
        i += 1;
    }
    Err(error.text("]"))
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

#[cfg(test)]
mod tests {
    use crate::{AlphaDropout, Dropout};
    use nn_core::{Layer, Tensor, UNKNOWN};

    /// The name of a layer, and its training by the first size of its noise.
    type Case<'a> = (&'a str, Box<dyn Fn(usize) -> Tensor + 'a>);

    #[test]
    fn a_noise_shape_fits_before_anything_is_drawn() {
        let x = Tensor::ones([1, 6]);
        let far = 1 << 33;
        let layers: [Case<'_>; 2] = [
            (
                "AlphaDropout",
                Box::new(|n| {
                    AlphaDropout::new(0.5)
                        .noise_shape([Some(n), Some(1)])
                        .call(&x, true)
                }),
            ),
            (
                "Dropout",
                Box::new(|n| {
                    Dropout::new(0.5)
                        .noise_shape([Some(n), Some(1)])
                        .call(&x, true)
                }),
            ),
        ];
        for (name, call) in layers {
            for n in [4, far] {
                let e = call(n).into_result().unwrap_err().to_string();
                assert!(e.contains(&format!("the noise_shape of {name}")), "{e}");
                assert!(e.contains(&format!("found [{n}, 1]")), "{e}");
            }
            assert_eq!(call(1).shape(), [1, 6]);
        }
        // Who builds a layer by one sample, or by a batch that is not known, may train it on others.
        let layer = Dropout::new(0.5).noise_shape([Some(4), Some(1)]);
        assert!(layer.output_shape(&[1, 6].into()).is_ok());
        assert!(layer.output_shape(&[UNKNOWN, 6].into()).is_ok());
        assert_eq!(layer.forward(&x).shape(), [1, 6]);
        assert_eq!(layer.call(Tensor::ones([4, 6]), true).shape(), [4, 6]);
    }
}
