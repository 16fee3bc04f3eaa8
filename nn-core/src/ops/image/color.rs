//! Colour spaces.

use crate::ops::elementwise::where_;
use crate::ops::fail::fail;
use crate::ops::shape::stack;
use crate::{DType, Error, Result, Tensor};

/// Red, green and blue, or what stands in their place.
fn channels(op: &str, images: &Tensor) -> Result<[Tensor; 3]> {
    let shape = images.raw_shape();
    if !(3..=4).contains(&shape.rank()) || shape.last() != Some(&3) {
        return Err(Error::shape(format!(
            "{op} needs images [.., height, width, 3], found {shape}"
        )));
    }
    if !images.dtype().is_float() {
        return Err(Error::needs_float(op, images.dtype()));
    }
    Ok([0, 1, 2].map(|i| images.index_axis(-1, i)))
}

/// Colours as shades of grey: `0.2989 r + 0.587 g + 0.114 b`, `[.., height, width, 3]` to `[.., height, width, 1]`; images of one channel
/// stay as they are. The result has the images' type, whole numbers rounded towards 0.
///
/// ```
/// use nn::{Tensor, ops::image::rgb_to_grayscale};
/// let grey = rgb_to_grayscale(&Tensor::from([[[255_u8, 255, 255]]]));
/// assert_eq!(grey.to_vec::<u8>()?, [254]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn rgb_to_grayscale(images: &Tensor) -> Tensor {
    let shape = images.raw_shape();
    match shape.last() {
        _ if images.error().is_some() => images.clone(),
        Some(1) if (3..=4).contains(&shape.rank()) => images.clone(),
        _ => {
            let wide = images.cast(images.dtype().float());
            match channels("rgb_to_grayscale", &wide) {
                Ok([r, g, b]) => (r * 0.2989 + g * 0.5870 + b * 0.1140)
                    .expand_dims(-1)
                    .cast(images.dtype()),
                Err(error) => fail("rgb_to_grayscale", error),
            }
        }
    }
}

/// Red, green and blue (0 to 1) as hue, saturation and value (0 to 1): `[.., height, width, 3]`.
///
/// ```
/// use nn::{Tensor, ops::image::rgb_to_hsv};
/// let hsv = rgb_to_hsv(&Tensor::from([[[0.0_f32, 0.5, 0.0]]]));
/// assert_eq!(hsv.to_vec::<f32>()?, [1.0 / 3.0, 1.0, 0.5]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn rgb_to_hsv(images: &Tensor) -> Tensor {
    if images.error().is_some() {
        return images.clone();
    }
    if let Err(error) = channels("rgb_to_hsv", images) {
        return fail("rgb_to_hsv", error);
    }
    let epsilon = match images.dtype() {
        DType::F64 => f64::EPSILON,
        DType::F32 | DType::I64 | DType::U8 | DType::Bool => f64::from(f32::EPSILON),
    };
    // As in Keras, colours that are almost 0 are.
    let clean = where_(images.abs().less(epsilon), 0.0, images);
    if clean.error().is_some() {
        return clean;
    }
    let [r, g, b] = match channels("rgb_to_hsv", &clean) {
        Ok(channels) => channels,
        Err(error) => return fail("rgb_to_hsv", error),
    };
    let value = r.maximum(&g).maximum(&b);
    let range = &value - r.minimum(&g).minimum(&b);
    let (bright, colored) = (value.greater(0.0), range.greater(0.0));
    let saturation = where_(&bright, &range / where_(&bright, &value, 1.0), 0.0);
    let sixth = (where_(&colored, &range, 1.0) * 6.0).reciprocal();
    let from_green = &sixth * (&b - &r) + 2.0 / 6.0;
    let from_blue = &sixth * (&r - &g) + 4.0 / 6.0;
    let hue = where_(value.equal(&g), from_green, from_blue);
    let hue = where_(value.equal(&r), &sixth * (&g - &b), hue);
    let turn = hue.less(0.0).cast(hue.dtype());
    let hue = where_(&colored, hue, 0.0) + turn;
    stack([hue, saturation, value], -1)
}

/// Hue, saturation and value (0 to 1) as red, green and blue (0 to 1): `[.., height, width, 3]`.
///
/// ```
/// use nn::{Tensor, ops::image::hsv_to_rgb};
/// let rgb = hsv_to_rgb(&Tensor::from([[[0.0_f32, 1.0, 0.5]]]));
/// assert_eq!(rgb.to_vec::<f32>()?, [0.5, 0.0, 0.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn hsv_to_rgb(images: &Tensor) -> Tensor {
    if images.error().is_some() {
        return images.clone();
    }
    let [hue, saturation, value] = match channels("hsv_to_rgb", images) {
        Ok(channels) => channels,
        Err(error) => return fail("hsv_to_rgb", error),
    };
    let angle = hue.remainder(1.0) * 6.0;
    let pure = [
        ((&angle - 3.0).abs() - 1.0).clip(0.0, 1.0),
        (2.0 - (&angle - 2.0).abs()).clip(0.0, 1.0),
        (2.0 - (&angle - 4.0).abs()).clip(0.0, 1.0),
    ];
    let white = 1.0 - &saturation;
    stack(
        pure.map(|color| &value * (&white + &saturation * color)),
        -1,
    )
}

#[cfg(test)]
mod tests {
    use super::{hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv};
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient_at};

    fn colors() -> Tensor {
        Tensor::from([
            [[0.1, 0.5, 0.9], [0.8, 0.3, 0.2]],
            [[0.2, 0.7, 0.4], [0.6, 0.05, 0.3]],
        ])
    }

    #[test]
    fn there_and_back() {
        // Some roundings of f64.
        assert_close(&hsv_to_rgb(&rgb_to_hsv(&colors())), &colors(), 1e-14);
        assert_eq!(
            rgb_to_hsv(&Tensor::zeros([1, 1, 3]))
                .to_vec::<f32>()
                .unwrap(),
            [0.0; 3]
        );
    }

    #[test]
    fn errors() {
        assert!(rgb_to_hsv(&Tensor::zeros([2, 2, 4])).error().is_some());
        assert!(
            rgb_to_hsv(&Tensor::from([[[1_u8, 2, 3]]]))
                .error()
                .is_some()
        );
        assert!(rgb_to_grayscale(&Tensor::zeros([3])).error().is_some());
        assert_eq!(
            rgb_to_grayscale(&Tensor::zeros([2, 2, 1])).shape(),
            [2, 2, 1]
        );
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| rgb_to_hsv(&x[0]), &[colors()]);
        check_gradient_at(|x| hsv_to_rgb(&x[0]), &[colors()]);
        check_gradient_at(|x| rgb_to_grayscale(&x[0]).square(), &[colors()]);
    }
}
