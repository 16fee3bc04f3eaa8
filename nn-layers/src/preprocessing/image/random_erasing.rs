//! Images with a part erased by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::numbers::Numbers;
use nn_core::config::check_floats;
use nn_core::random;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training fills a rectangle of every image with noise or a colour, with a probability that is drawn from 0 to `factor`. A side of it is the root of a number that is
/// drawn from `scale` of that of the image; place and sides are drawn for each image.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomErasing`.
///
/// ```
/// use nn::{Layer, RandomErasing, Tensor};
/// let erase = RandomErasing::new().fill_value(0.0);
/// assert_eq!(erase.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomErasing {
    #[config(default = Factor::UpTo(1.0), no_builder)]
    factor: Factor,
    #[config(default = Factor::Between([0.02, 0.33]), no_builder)]
    scale: Factor,
    #[config(default = None, no_builder)]
    fill_value: Option<Numbers>,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomErasing {
    /// With a probability from 0 to 1, by noise.
    pub const fn new() -> RandomErasing {
        RandomErasing::with_defaults()
    }

    /// With a probability of up to `factor`, from 0 to 1.
    pub const fn factor(mut self, factor: f64) -> RandomErasing {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// With a probability from `least` to `most`.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomErasing {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Rectangles of from the root of `least` to the root of `most` of a side, each from 0 to 1.
    pub const fn scale_between(mut self, least: f64, most: f64) -> RandomErasing {
        self.scale = Factor::Between([least, most]);
        self
    }

    /// Filled with a number.
    pub fn fill_value(mut self, fill_value: f64) -> RandomErasing {
        self.fill_value = Some(Numbers::One(fill_value));
        self
    }

    /// Filled with a colour, a number for each channel.
    pub fn fill_color(mut self, fill_color: &[f64]) -> RandomErasing {
        self.fill_value = Some(Numbers::list(fill_color));
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomErasing {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomErasing", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomErasing", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.scale.check("RandomErasing", "scale", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomErasing", self.value_range) {
            return Err(error);
        }
        if let Some(Numbers::Each(color)) = &self.fill_value {
            let channels = input.dims()[input.rank() - 1];
            if nn_core::is_known(channels) && channels != color.len() {
                let error = ShapeError::new("RandomErasing fills with ").number(color.len());
                return Err(error.text(" numbers the pixels of ").shape(input));
            }
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        check_floats("RandomErasing", "fill_value", &self.fill_value)?;
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.change(&x)),
            false => x,
        })
    }

    fn change(&self, x: &Tensor) -> Tensor {
        let [height, width] = match images::pixels("RandomErasing", x) {
            Ok(pixels) => pixels,
            Err(error) => return Tensor::failed(error),
        };
        let inside = |n: usize, axis: usize| {
            let length = images::each(x, self.scale.range(0.0)).sqrt() * n as f64;
            let start = images::each(x, [0.0, 1.0]) * (n as f64 - &length);
            let mut dims = [1; 4];
            dims[axis] = n;
            let places = Tensor::arange(n).cast(x.dtype()).reshape(dims);
            let before_end = places.less(&start + length);
            places.greater_equal(start).logical_and(before_end)
        };
        let (columns, rows) = (inside(width, 2), inside(height, 1));
        let chosen = images::chosen(x, self.factor.range(0.0));
        let [least, most] = self.value_range;
        let fill = match &self.fill_value {
            Some(fill) => fill.tensor(x.dtype()),
            None => random::normal(x.shape(), 0.0, 1.0, x.dtype()) * most,
        };
        let erased = chosen.logical_and(rows).logical_and(columns);
        erased.where_(fill.clip(least, most), x)
    }
}
