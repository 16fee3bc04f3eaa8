//! Images of another size.

use crate::ShapeError;
use crate::preprocessing::image::images;
use nn_core::ops::{FillMode, Interpolation, resize};
use nn_core::{DType, Shape, Tensor, floatx, ops};
use nn_derive::{Layer, model};

/// Images of `height` by `width` pixels, whatever size they had, in training and in inference alike.
///
/// Their sides change each on its own; `crop_to_aspect_ratio` cuts off what is too long of an image for the new ratio of its sides before,
/// `pad_to_aspect_ratio` fills up what is too short.
///
/// Shapes: `[batch, _, _, channels] → [batch, height, width, channels]`, or one image of rank 3. Whole numbers stay whole numbers, rounded.
///
/// Source: Keras's `Resizing`.
///
/// ```
/// use nn::{Layer, Resizing, Tensor};
/// let x = Tensor::from([0.0_f32, 4.0]).reshape([1, 1, 2, 1]);
/// assert_eq!(Resizing::new(1, 4).forward(&x).to_vec::<f32>()?, [0.0, 1.0, 3.0, 4.0]);
/// let square = Resizing::new(2, 2).pad_to_aspect_ratio(true).fill_value(9.0);
/// assert_eq!(square.forward(Tensor::ones([8, 4, 3])).shape(), [2, 2, 3]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct Resizing {
    #[config]
    height: usize,
    #[config]
    width: usize,
    /// How the numbers between pixels are found.
    #[config(default = Interpolation::Bilinear)]
    interpolation: Interpolation,
    /// Whether what is too long of an image is cut off before.
    #[config(default = false)]
    crop_to_aspect_ratio: bool,
    /// Whether what is too short of an image is filled up before.
    #[config(default = false)]
    pad_to_aspect_ratio: bool,
    #[config(default = FillMode::Constant, no_builder)]
    fill_mode: FillMode,
    /// What it is filled up with.
    #[config(default = 0.0)]
    fill_value: f64,
    /// Whether a pixel of a smaller image is made of all those that it stands for.
    #[config(default = false)]
    antialias: bool,
}

#[model(crate = nn_core)]
impl Resizing {
    /// To so many rows and columns, between which straight lines are drawn.
    pub const fn new(height: usize, width: usize) -> Resizing {
        Resizing::with_defaults(height, width)
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is no image or has no pixel, or a setting is none that there is.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("Resizing", input) {
            return Err(error);
        }
        let [height, width] = images::sides(input);
        if height == 0 || width == 0 || self.height == 0 || self.width == 0 {
            let error = ShapeError::new("Resizing makes pixels of pixels, found ").shape(input);
            return Err(error
                .text(" to become ")
                .number(self.height)
                .text(" by ")
                .number(self.width));
        }
        if self.crop_to_aspect_ratio && self.pad_to_aspect_ratio {
            return Err(ShapeError::new(
                "Resizing crops or pads to the ratio of the sides, not both",
            ));
        }
        if !matches!(self.fill_mode, FillMode::Constant) {
            return Err(ShapeError::new("the fill_mode of Resizing is constant"));
        }
        let rank = input.rank();
        Ok(input.with(rank - 3, self.height).with(rank - 2, self.width))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let dtype = x.dtype();
        let y = images::batch(&x, |x| self.resized(&self.in_ratio(&x)));
        match dtype {
            DType::U8 => y.round().clip(0.0, 255.0).cast(dtype),
            DType::I64 => y.round().cast(dtype),
            DType::F32 | DType::F64 | DType::Bool => y,
        }
    }

    fn resized(&self, x: &Tensor) -> Tensor {
        resize(
            x,
            [self.height, self.width],
            self.interpolation,
            self.antialias,
        )
    }

    /// An image with the ratio of sides that it shall have.
    fn in_ratio(&self, x: &Tensor) -> Tensor {
        if !self.crop_to_aspect_ratio && !self.pad_to_aspect_ratio {
            return x.clone();
        }
        if let Err(error) = images::pixels("Resizing", x) {
            return Tensor::failed(error);
        }
        match self.crop_to_aspect_ratio {
            true => crop(x, [self.height, self.width]),
            false => self.padded(x),
        }
    }

    fn padded(&self, x: &Tensor) -> Tensor {
        let shape = x.shape();
        let sides = images::sides(&shape);
        let full = ideal(sides, [self.height, self.width]);
        // One of them is long enough already.
        let missing = [0, 1].map(|i| full[i].max(sides[i]) - sides[i]);
        let (axis, rows) = match missing.map(|n| n / 2) {
            [0, columns] => (2, columns),
            [rows, _] => (1, rows),
        };
        if rows == 0 {
            return x.clone();
        }
        let filling = Tensor::full_of(shape.with(axis, rows), self.fill_value, floatx());
        ops::concatenate([&filling, x, &filling], axis as isize)
    }
}

/// What one side would be if the other one stayed, for the ratio of the target: `[height, width]`.
fn ideal([height, width]: [usize; 2], [to_height, to_width]: [usize; 2]) -> [usize; 2] {
    let scaled = |n: usize, by: usize, of: usize| (n as f64 * by as f64 / of as f64) as usize;
    [
        scaled(width, to_height, to_width),
        scaled(height, to_width, to_height),
    ]
}

/// Where the largest part in the middle of an image begins that has the ratio of sides of the target, and how long it is, along both axes.
pub(super) fn middle(sides: [usize; 2], target: [usize; 2]) -> [(usize, usize); 2] {
    let full = ideal(sides, target);
    [0, 1].map(|i| {
        let length = full[i].min(sides[i]).max(1);
        ((sides[i] - length) / 2, length)
    })
}

/// That part of images.
pub(super) fn crop(x: &Tensor, target: [usize; 2]) -> Tensor {
    let [(top, height), (left, width)] = middle(images::sides(&x.shape()), target);
    x.slice_axis(1, top..top + height)
        .slice_axis(2, left..left + width)
}
