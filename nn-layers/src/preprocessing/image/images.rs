//! What the layers for images have in common.

use crate::ShapeError;
use nn_core::ops::image::{hsv_to_rgb, rgb_to_hsv};
use nn_core::ops::{FillMode, Interpolation, affine_transform};
use nn_core::{Error, Result, Shape, Tensor, floatx, is_known, ops, random};

/// Checks that an input is an image or a batch of them.
pub(crate) const fn check(layer: &str, input: &Shape) -> Result<(), ShapeError> {
    match input.rank() {
        3 | 4 => Ok(()),
        _ => Err(ShapeError::rank(
            layer,
            4,
            "[batch, height, width, channels], or 3 for one image",
            input,
            "`Reshape` first",
        )),
    }
}

/// Checks that an input is an image or a batch of them, in red, green and blue.
pub(crate) const fn check_colors(layer: &str, input: &Shape) -> Result<(), ShapeError> {
    if let Err(error) = check(layer, input) {
        return Err(error);
    }
    let channels = input.dims()[input.rank() - 1];
    if channels == 3 || !is_known(channels) {
        return Ok(());
    }
    Err(ShapeError::new(layer)
        .text(" takes images of three channels, red, green and blue, found ")
        .shape(input))
}

/// Checks that the greatest and the least value of a pixel are in order.
pub(crate) const fn check_values(layer: &str, range: [f64; 2]) -> Result<(), ShapeError> {
    // As the layers compute with them: single precision makes the same of numbers that are close together, and infinities of large ones, which
    // `LIMIT` keeps away from the sum of an image's pixels too.
    const LIMIT: f32 = 1e30;
    let [low, high] = [range[0] as f32, range[1] as f32];
    if -LIMIT <= low && low < high && high <= LIMIT {
        return Ok(());
    }
    Err(ShapeError::new("the value_range of ")
        .text(layer)
        .text(" goes from a number to a greater one, as f32 holds them, both between -1e30 and 1e30, found ")
        .decimal(range[0])
        .text(" and ")
        .decimal(range[1]))
}

/// Checks that the numbers between pixels are found in a way that there is.
pub(crate) const fn check_interpolation(
    layer: &str,
    interpolation: Interpolation,
) -> Result<(), ShapeError> {
    match interpolation {
        Interpolation::Nearest | Interpolation::Bilinear => Ok(()),
        _ => Err(ShapeError::new(layer).text(" interpolates by Nearest or Bilinear")),
    }
}

/// Where height and width stand.
pub(crate) const fn sides(input: &Shape) -> [usize; 2] {
    let dims = input.dims();
    [dims[dims.len() - 3], dims[dims.len() - 2]]
}

/// Height and width, which a layer needs to know.
pub(crate) fn pixels(layer: &str, x: &Tensor) -> Result<[usize; 2]> {
    let shape = x.try_shape()?;
    match sides(&shape) {
        [height, width] if is_known(height) && is_known(width) => Ok([height, width]),
        _ => Err(Error::shape(format!(
            "{layer} needs to know height and width, found {shape}; give them where the model is built, or `Resizing` before"
        ))),
    }
}

/// An image or a batch of them as a batch of floats, changed by `f`.
pub(crate) fn batch(x: &Tensor, f: impl FnOnce(Tensor) -> Tensor) -> Tensor {
    let x = x.cast(floatx()).without_mask();
    match x.try_shape() {
        Ok(shape) if shape.rank() == 3 => f(x.expand_dims(0)).squeeze(0),
        Ok(_) => f(x),
        Err(_) => x,
    }
}

/// A number for each image, evenly from a range, `[batch, 1, 1, 1]`.
pub(crate) fn each(x: &Tensor, [low, high]: [f64; 2]) -> Tensor {
    random::uniform([x.shape()[0], 1, 1, 1], low, high, x.dtype())
}

/// Whether an image is changed, with a probability that is drawn for each from a range.
pub(crate) fn chosen(x: &Tensor, factor: [f64; 2]) -> Tensor {
    let probability = each(x, factor);
    each(x, [0.0, 1.0]).less(probability)
}

/// 1 or -1 for each image.
pub(crate) fn sign(x: &Tensor) -> Tensor {
    each(x, [0.0, 1.0])
        .greater(0.5)
        .where_(-1.0, 1.0)
        .cast(x.dtype())
}

/// Numbers of one range as numbers of another.
pub(crate) fn between(x: Tensor, from: [f64; 2], to: [f64; 2]) -> Tensor {
    match from == to {
        true => x,
        false => (x - from[0]) / (from[1] - from[0]) * (to[1] - to[0]) + to[0],
    }
}

/// How an image is read at places between its pixels and beyond them.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    pub interpolation: Interpolation,
    pub fill_mode: FillMode,
    pub fill_value: f64,
}

impl Reading {
    /// Checks that the settings are some that there are.
    pub const fn check(&self, layer: &str) -> Result<(), ShapeError> {
        if let Err(error) = check_interpolation(layer, self.interpolation) {
            return Err(error);
        }
        if matches!(self.fill_mode, FillMode::Mirror) {
            return Err(ShapeError::new(layer)
                .text(" fills by Constant, Nearest, Wrap or Reflect, found Mirror"));
        }
        Ok(())
    }

    /// Images read at the places that eight numbers say for each, all `[batch, 1, 1, 1]`: see [`affine_transform`].
    pub fn transform(&self, x: &Tensor, by: [Tensor; 8]) -> Tensor {
        let columns = by.map(|t| t.squeeze(-1).squeeze(-1));
        affine_transform(
            x,
            &ops::concatenate(columns, 1),
            self.interpolation,
            self.fill_mode,
            self.fill_value,
        )
    }
}

/// Images in red, green and blue, of which `f` changes hue, saturation and value, `[batch, height, width]` each.
pub(crate) fn recolored(x: &Tensor, f: impl FnOnce([Tensor; 3]) -> [Tensor; 3]) -> Tensor {
    let colors = rgb_to_hsv(x);
    let planes = [0, 1, 2].map(|channel| colors.index_axis(-1, channel));
    hsv_to_rgb(&ops::stack(f(planes), -1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_values_is_one_in_single_precision() {
        assert!(check_values("A", [0.0, 255.0]).is_ok());
        assert!(check_values("A", [-1e30, 1e30]).is_ok());
        for range in [
            [0.0, 1e39],
            [0.0, 1e-46],
            [0.0, 3e38],
            [f64::NEG_INFINITY, 0.0],
            [1.0, 1.0],
        ] {
            let e = check_values("A", range).unwrap_err().to_string();
            assert!(
                e.starts_with("the value_range of A goes from a number to a greater one"),
                "{e}"
            );
        }
    }
}
