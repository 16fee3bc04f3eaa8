//! Images resampled at any scale and place.

use crate::ops::elementwise::float;
use crate::ops::fail::fail;
use crate::{DType, Error, Result, Tensor, is_known};
use std::f64::consts::PI;

/// How neighbours are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Resampling {
    /// By a triangle: linearly between two.
    #[default]
    Linear,
    /// By the cubic of Keys (1981) with a = -1/2: between four.
    Cubic,
    /// By a windowed cardinal sine of three waves: between six.
    Lanczos3,
    /// By a windowed cardinal sine of five waves: between ten.
    Lanczos5,
}

crate::spelled!(Resampling);

impl Resampling {
    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        let lanczos = |radius: f64| match x {
            x if x > radius => 0.0,
            x if x <= 1e-3 => 1.0,
            x => radius * (PI * x).sin() * (PI * x / radius).sin() / (PI * PI * x * x),
        };
        match self {
            Resampling::Linear => (1.0 - x).max(0.0),
            Resampling::Cubic if x >= 2.0 => 0.0,
            Resampling::Cubic if x >= 1.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Resampling::Cubic => (1.5 * x - 2.5) * x * x + 1.0,
            Resampling::Lanczos3 => lanczos(3.0),
            Resampling::Lanczos5 => lanczos(5.0),
        }
    }

    /// What each of `n` elements has of each of `m` results, `[n, m]`: JAX's `compute_weight_mat`.
    fn weights(self, n: usize, m: usize, scale: f64, translation: f64, antialias: bool) -> Tensor {
        Tensor::created([n, m].into(), DType::F64, |shape| {
            Tensor::build(shape, |out: &mut [f64]| {
                self.fill(out, [n, m], scale, translation, antialias);
            })
        })
    }

    fn fill(
        self,
        weights: &mut [f64],
        [n, m]: [usize; 2],
        scale: f64,
        translation: f64,
        antialias: bool,
    ) {
        let inverse = 1.0 / scale;
        // A result that stands for several elements takes all of them in.
        let spread = if antialias { inverse.max(1.0) } else { 1.0 };
        for j in 0..m {
            let center = (j as f64 + 0.5) * inverse - translation * inverse - 0.5;
            let column: Vec<f64> = (0..n)
                .map(|i| self.weight((center - i as f64).abs() / spread))
                .collect();
            let total: f64 = column.iter().sum();
            let outside = !(-0.5..=n as f64 - 0.5).contains(&center);
            for (i, weight) in column.into_iter().enumerate() {
                let negligible = total.abs() <= 1000.0 * f64::from(f32::EPSILON);
                weights[i * m + j] = if negligible || outside {
                    0.0
                } else {
                    weight / total
                };
            }
        }
    }
}

/// A tensor resampled along some axes (counted from the end if negative): place `p` of an axis comes to `p · scale + translation`, and what
/// comes to no element of the result is cut off; where nothing comes to is 0. `axes` are given with the size of the result, scale and
/// translation each. With `antialias` a result that stands for several elements weighs all of them; Keras's default is on. Whole numbers are resampled as `f32`.
///
/// ```
/// use nn::{Tensor, ops::image::{Resampling, scale_and_translate}};
/// let x = Tensor::from([1.0_f32, 3.0]);
/// let y = scale_and_translate(&x, &[(0, 4, 2.0, 0.0)], Resampling::Linear, true);
/// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.5, 2.5, 3.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn scale_and_translate(
    x: &Tensor,
    axes: &[(isize, usize, f64, f64)],
    resampling: Resampling,
    antialias: bool,
) -> Tensor {
    let op = "scale_and_translate";
    let along = |x: Tensor, &(axis, size, scale, translation): &(isize, usize, f64, f64)| {
        let n = |x: &Tensor| -> Result<usize> {
            let place = x.raw_shape().axis(axis)?;
            match x.raw_shape()[place] {
                n if !is_known(n) || n == 0 => Err(Error::shape(format!(
                    "{op} needs axes of known sizes that are not 0, found {}",
                    x.raw_shape()
                ))),
                _ if !(scale > 0.0 && scale.is_finite() && translation.is_finite()) => {
                    Err(Error::value(format!(
                        "{op} needs a positive scale and a finite translation, found {scale} and {translation}"
                    )))
                }
                n => Ok(n),
            }
        };
        if x.error().is_some() {
            return x;
        }
        match n(&x) {
            Ok(n) => {
                let weights = resampling.weights(n, size, scale, translation, antialias);
                x.moveaxis(axis, -1)
                    .dot(weights.cast(x.dtype()))
                    .moveaxis(-1, axis)
            }
            Err(error) => fail(op, error),
        }
    };
    axes.iter().fold(float(x), along).named(op, &[x])
}

#[cfg(test)]
mod tests {
    use super::{Resampling, scale_and_translate};
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    #[test]
    fn of_whole_numbers_and_errors() {
        let x = Tensor::from([[2_i64, 4], [6, 8]]);
        let y = scale_and_translate(&x, &[(0, 1, 0.5, 0.0)], Resampling::Linear, true);
        assert_eq!(
            (y.dtype(), y.to_vec::<f32>().unwrap()),
            (DType::F32, vec![4.0, 6.0])
        );
        assert!(
            scale_and_translate(&x, &[(2, 1, 1.0, 0.0)], Resampling::Cubic, true)
                .error()
                .is_some()
        );
        assert!(
            scale_and_translate(&x, &[(0, 1, 0.0, 0.0)], Resampling::Cubic, true)
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        for how in [
            Resampling::Linear,
            Resampling::Cubic,
            Resampling::Lanczos3,
            Resampling::Lanczos5,
        ] {
            let f = |x: &[Tensor]| {
                scale_and_translate(&x[0], &[(0, 5, 1.7, 0.3), (1, 2, 0.6, 0.0)], how, true)
                    .square()
            };
            check_gradient(f, &[&[3, 3]]);
        }
    }
}
