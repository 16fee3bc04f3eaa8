//! Parts of images, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::images::{self, Reading};
use crate::preprocessing::image::resizing;
use nn_core::ops::{FillMode, Interpolation, resize};
use nn_core::{Result, Shape, Tensor, UNKNOWN};
use nn_derive::{Layer, model};

/// In training a part of `height` by `width` pixels of every image, at a place that is drawn for it. Of images that are not larger in both
/// directions, as many pixels around the middle as there are, resized.
///
/// In inference it does nothing, as in Keras: images stay as large as they were, so a model that asks for `height` by `width` needs them
/// so, by a `CenterCrop` or a `Resizing` before. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, _, _, channels] → [batch, height, width, channels]` in training, or one image of rank 3; in inference the same. Whole
/// numbers become floats.
///
/// Source: Keras's `RandomCrop`, which draws one place for all images of a batch.
///
/// ```
/// use nn::{Layer, RandomCrop, Tensor};
/// let x = Tensor::arange(12).reshape([1, 3, 4, 1]);
/// let y = RandomCrop::new(2, 3).call(&x, true);
/// assert_eq!(y.shape(), [1, 2, 3, 1]);
/// assert_eq!((y.index_axis(2, 1) - y.index_axis(2, 0)).to_vec::<f32>()?, [1.0, 1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomCrop {
    #[config]
    height: usize,
    #[config]
    width: usize,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomCrop {
    /// Of so many rows and columns.
    pub const fn new(height: usize, width: usize) -> RandomCrop {
        RandomCrop::with_defaults(height, width)
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomCrop {
        self.seed.set(seed);
        self
    }

    /// The shape of the output. Height and width are not known of images of another size: training and inference differ.
    ///
    /// # Errors
    /// When the input is no image or has no pixel.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomCrop", input) {
            return Err(error);
        }
        let [height, width] = images::sides(input);
        if height == 0 || width == 0 || self.height == 0 || self.width == 0 {
            let error = ShapeError::new("RandomCrop needs pixels, found ").shape(input);
            return Err(error
                .text(" and ")
                .number(self.height)
                .text(" by ")
                .number(self.width)
                .text(" to be cropped"));
        }
        let rank = input.rank();
        Ok(match height == self.height && width == self.width {
            true => *input,
            // Neither of them is the batch.
            false => input
                .with(rank - 3, UNKNOWN + 1)
                .with(rank - 2, UNKNOWN + 2),
        })
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.part(&x)),
            false => x,
        })
    }

    fn part(&self, x: &Tensor) -> Tensor {
        let [height, width] = match images::pixels("RandomCrop", x) {
            Ok(pixels) => pixels,
            Err(error) => return Tensor::failed(error),
        };
        if height <= self.height || width <= self.width {
            return self.middle(x, [height, width]);
        }
        // A shift by whole pixels, so that it may be another one for each image.
        let place = |n: usize, of: usize| images::each(x, [0.0, (n - of + 1) as f64]).floor();
        let (top, left) = (place(height, self.height), place(width, self.width));
        let (zero, one) = (top.zeros_like(), top.ones_like());
        let none = || zero.clone();
        let by = [one.clone(), none(), left, none(), one, top, none(), none()];
        let reading = Reading {
            interpolation: Interpolation::Nearest,
            fill_mode: FillMode::Constant,
            fill_value: 0.0,
        };
        let shifted = reading.transform(x, by);
        shifted
            .slice_axis(1, 0..self.height)
            .slice_axis(2, 0..self.width)
    }

    /// The pixels around the middle of images of which a side is too short, resized.
    fn middle(&self, x: &Tensor, sides: [usize; 2]) -> Tensor {
        let target = [self.height, self.width];
        let [top, left] = resizing::middle(sides, target).map(|(start, _)| start);
        let rows = top..sides[0].min(top + self.height);
        let columns = left..sides[1].min(left + self.width);
        let fits = [rows.len(), columns.len()] == target;
        let part = x.slice_axis(1, rows).slice_axis(2, columns);
        match fits {
            true => part,
            false => resize(&part, target, Interpolation::Bilinear, false),
        }
    }
}
