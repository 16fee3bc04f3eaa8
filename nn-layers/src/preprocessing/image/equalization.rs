//! Images whose numbers are spread evenly.

use crate::ShapeError;
use crate::preprocessing::image::images;
use nn_core::DType;
use nn_core::ops::scatter_add;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training replaces every number by how many of its channel, in the whole batch, are not greater, as a part of the range of values: about as many fall into each of `bins`
/// parts. In inference it does nothing.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats. There is no gradient.
///
/// Source: Keras's `Equalization`.
///
/// ```
/// use nn::{Equalization, Layer, Tensor};
/// let x = Tensor::from([10.0_f32, 11.0, 12.0]).reshape([1, 1, 3, 1]);
/// let y = Equalization::new().call(&x, true);
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 128.0, 255.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct Equalization {
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    /// How many parts the range is divided into.
    #[config(default = 256)]
    bins: usize,
}

#[model(crate = nn_core)]
impl Equalization {
    /// Numbers from 0 to 255 in 256 parts.
    pub const fn new() -> Equalization {
        Equalization::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("Equalization", input) {
            return Err(error);
        }
        if let Err(error) = images::check_values("Equalization", self.value_range) {
            return Err(error);
        }
        if !nn_core::is_known(input.dims()[input.rank() - 1]) {
            return Err(
                ShapeError::new("Equalization needs to know the channels, found ").shape(input),
            );
        }
        if self.bins == 0 {
            return Err(ShapeError::new(
                "Equalization expects at least one part, found 0 for `bins`",
            ));
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.change(&x),
            false => x,
        })
    }

    pub(super) fn change(&self, x: &Tensor) -> Tensor {
        let whole = [0.0, 255.0];
        let x = images::between(x.clone(), self.value_range, whole);
        let channels = (0..x.shape()[3]).map(|c| self.channel(&x.index_axis(-1, c as isize)));
        let y = nn_core::ops::stack(channels.collect::<Vec<_>>(), -1);
        images::between(y, whole, self.value_range)
    }

    fn channel(&self, x: &Tensor) -> Tensor {
        let last = self.bins as f64 - 1.0;
        // Towards 0, as numbers become whole ones.
        let bin = |t: Tensor| t.clip(0.0, last).floor().cast(DType::I64);
        let bins = bin(x * last / 255.0).reshape([-1]);
        let counts = scatter_add([self.bins], &bins, &bins.ones_like().cast(x.dtype()));
        let sums = counts.cumsum(0);
        let some = sums.greater(0.0);
        let first = some.where_(&sums, f64::MAX).min();
        let rest = sums.index_axis(0, -1) - &first;
        let rest = rest.equal(0.0).where_(1.0, rest);
        let table = ((sums - first) * 255.0 / rest).round().clip(0.0, 255.0);
        let spread = table.take(&bin(x / 255.0 * last), 0);
        let several = counts.greater(0.0).cast(x.dtype()).sum().greater(1.0);
        several.where_(spread, x)
    }
}
