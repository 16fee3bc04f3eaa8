//! Images whose contrast is raised part by part.

use crate::ShapeError;
use crate::core::range::is_finite;
use crate::preprocessing::image::images;
use nn_core::ops::concatenate;
use nn_core::{DType, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The numbers that a histogram tells apart.
const BINS: usize = 256;

/// Raises the contrast of images part by part, in training and in inference (Zuiderveld 1994): in each tile of a grid every number becomes
/// how many of its channel are not greater, as a part of 255, and between the middles of four tiles the four answers are interpolated. A
/// number that stands in more than `clip_limit` times as many pixels as others on average counts as if it stood in no more, which keeps the
/// noise of even areas low; what that leaves is shared by all numbers.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Height and width must be known. Whole numbers become
/// floats. There is no gradient.
///
/// Source: Keras's `ContrastLimitedAdaptiveHistogramEqualization`.
///
/// ```
/// use nn::{ContrastLimitedAdaptiveHistogramEqualization, Layer, Tensor};
/// let clahe = ContrastLimitedAdaptiveHistogramEqualization::new().clip_limit(0.0).tile_grid_size(1);
/// let x = Tensor::from([10.0_f32, 11.0, 12.0]).reshape([1, 1, 3, 1]);
/// assert_eq!(clahe.forward(&x).to_vec::<f32>()?, [85.0, 170.0, 255.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct ContrastLimitedAdaptiveHistogramEqualization {
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    /// How many times as many pixels as on average may have one number; without a limit where it is not above 0.
    #[config(default = 4.0)]
    clip_limit: f64,
    /// Tiles down and across.
    #[config(default = [8, 8])]
    tile_grid_size: [usize; 2],
}

#[model(crate = nn_core)]
impl ContrastLimitedAdaptiveHistogramEqualization {
    /// Eight by eight tiles of numbers from 0 to 255, of which none counts more than four times.
    pub const fn new() -> ContrastLimitedAdaptiveHistogramEqualization {
        ContrastLimitedAdaptiveHistogramEqualization::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        const NAME: &str = "ContrastLimitedAdaptiveHistogramEqualization";
        if let Err(error) = images::check(NAME, input) {
            return Err(error);
        }
        if let Err(error) = images::check_values(NAME, self.value_range) {
            return Err(error);
        }
        if !is_finite(self.clip_limit) {
            return Err(ShapeError::new("the clip_limit of ")
                .text(NAME)
                .text(" is a finite number, found ")
                .decimal(self.clip_limit));
        }
        // Far more tiles than an image has pixels along a side.
        const MOST: usize = 1 << 16;
        let [down, across] = self.tile_grid_size;
        if down == 0 || across == 0 || down > MOST || across > MOST {
            return Err(ShapeError::new("the tile_grid_size of ")
                .text(NAME)
                .text(" is from 1 to 65536 each way, found ")
                .number(down)
                .text(" and ")
                .number(across));
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        images::batch(&x, |x| {
            let whole = [0.0, 255.0];
            let y = self.change(&images::between(x, self.value_range, whole));
            images::between(y, whole, self.value_range)
        })
    }

    fn change(&self, x: &Tensor) -> Tensor {
        let sides = match images::pixels("ContrastLimitedAdaptiveHistogramEqualization", x) {
            Ok(sides) => sides,
            Err(error) => return Tensor::failed(error),
        };
        if sides.contains(&0) {
            return x.clone();
        }
        let shape = x.shape();
        let channels = shape[3];
        let axes = [0, 1].map(|i| Axis::new(sides[i], self.tile_grid_size[i]));
        let tables = self.tables(x, &axes);

        // Where the table of a pixel's tile and channel begins, without its tile, and its number in it.
        let [rows, columns] = axes.each_ref().map(|axis| axis.tiles + 2);
        let numbers = x.clip(0.0, 255.0).cast(DType::I64);
        let image = x
            .slice_axis(1, 0..1)
            .slice_axis(2, 0..1)
            .slice_axis(3, 0..1)
            .ones_like()
            .cast(DType::I64)
            .cumsum(0)
            - 1;
        let tile = |row: &Tensor, column: &Tensor| {
            let row = (&image * rows as i64 + row.reshape([sides[0], 1, 1])) * columns as i64;
            (row + column.reshape([sides[1], 1])) * channels as i64
        };
        let channel = Tensor::arange(channels);
        let value = |row: &Tensor, column: &Tensor| {
            let at = (tile(row, column) + &channel) * BINS as i64 + &numbers;
            tables.take(&at, 0)
        };
        let [down, across] = &axes;
        let weight = |axis: &Axis, shape: &[usize]| axis.weight.cast(x.dtype()).reshape(shape);
        let (to_bottom, to_right) = (
            weight(down, &[sides[0], 1, 1]),
            weight(across, &[sides[1], 1]),
        );
        let row = |row: &Tensor| {
            value(row, &across.before) * (1.0 - &to_right) + value(row, &across.after) * &to_right
        };
        row(&down.before) * (1.0 - &to_bottom) + row(&down.after) * &to_bottom
    }

    /// For every tile, and those at the border once more beyond it, and every channel what each of the 256 numbers becomes: one after the
    /// other.
    fn tables(&self, x: &Tensor, [down, across]: &[Axis; 2]) -> Tensor {
        let shape = x.shape();
        let (batch, channels) = (shape[0], shape[3]);
        let pixels = down.tile * across.tile;
        let numbers = x
            .take(&down.mirrored, 1)
            .take(&across.mirrored, 2)
            .clip(0.0, 255.0)
            .floor()
            .reshape([
                batch,
                down.tiles,
                down.tile,
                across.tiles,
                across.tile,
                channels,
            ])
            .transpose([0, 1, 3, 5, 2, 4])
            .reshape([batch, down.tiles, across.tiles, channels, pixels]);
        // A number is 16 times one digit plus another: pixels with both digits are a product of those with one by those with the other, which
        // takes a sixteenth of the memory of all numbers at once.
        let digit = |digit: &Tensor| digit.cast(DType::I64).one_hot(16).cast(x.dtype());
        let high = (&numbers / 16.0).floor();
        let low = numbers - &high * 16.0;
        let counts = digit(&high)
            .transpose([0, 1, 2, 3, 5, 4])
            .matmul(digit(&low))
            .reshape([batch, down.tiles, across.tiles, channels, BINS]);
        let counts = match self.clip_limit > 0.0 {
            true => {
                let limit = self.clip_limit * pixels as f64 / BINS as f64;
                let clipped = counts.clip(0.0, limit);
                let rest = (counts - &clipped).sum_axes([-1], true);
                clipped + rest / BINS as f64
            }
            false => counts,
        };
        let sums = counts.cumsum(-1);
        let least = sums.min_axes([-1], true);
        let rest = pixels as f64 - &least;
        let rest = rest.equal(0.0).where_(1.0, rest);
        let tables = ((sums - least) * 255.0 / rest).clip(0.0, 255.0);
        let bordered = |t: &Tensor, axis: isize, last: usize| {
            let first = t.slice_axis(axis, 0..1);
            let last = t.slice_axis(axis, last - 1..last);
            concatenate([&first, t, &last], axis)
        };
        let tables = bordered(&tables, 1, down.tiles);
        bordered(&tables, 2, across.tiles).reshape([-1])
    }
}

/// How one side of an image is divided.
struct Axis {
    tiles: usize,
    /// Pixels of a tile.
    tile: usize,
    /// The pixels that tiles hold: those of the image, and mirrored at its end as many as are missing.
    mirrored: Tensor,
    /// For each pixel the tile whose middle is before it, counted from one beyond the border, and the one after it.
    before: Tensor,
    after: Tensor,
    /// How far it is from the one to the other, 0 to 1.
    weight: Tensor,
}

impl Axis {
    fn new(pixels: usize, tiles: usize) -> Axis {
        let tile = pixels.div_ceil(tiles);
        let place = |i: usize| (i as f32 - tile as f32 / 2.0) / tile as f32 + 1.0;
        // The last one that a pixel looks at: of more tiles than pixels most are looked at by none.
        let tiles = tiles.min(place(pixels - 1).floor() as usize + 1);
        let mirrored = (0..tile * tiles).map(|i| match i % (2 * pixels) {
            i if i < pixels => i as i64,
            i => (2 * pixels - 1 - i) as i64,
        });
        let before = (0..pixels).map(|i| place(i).floor() as i64);
        Axis {
            tiles,
            tile,
            mirrored: mirrored.collect(),
            before: before.clone().collect(),
            after: before.map(|before| before + 1).collect(),
            weight: (0..pixels).map(|i| place(i) - place(i).floor()).collect(),
        }
    }
}
