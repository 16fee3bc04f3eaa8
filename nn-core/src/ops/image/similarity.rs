//! How alike images are.

use crate::ops::fail::fail;
use crate::ops::image::batched;
use crate::ops::image::filter::blurred;
use crate::ops::nn::Padding;
use crate::{Error, Tensor};

/// The error of two images that are to have one shape.
fn differ(op: &str, x: &Tensor, y: &Tensor) -> Option<Error> {
    let (a, b) = (x.raw_shape(), y.raw_shape());
    (a != b).then(|| {
        Error::shape(format!(
            "{op} compares images of one shape, found {a} and {b}"
        ))
    })
}

/// The peak signal-to-noise ratio of two tensors of one shape, in decibels: `20 log₁₀ max_val - 10 log₁₀ mean((x - y)²)`; ∞ if they are the
/// same. A scalar.
///
/// ```
/// use nn::{Tensor, ops::image::psnr};
/// let y = psnr(&Tensor::zeros([4]), &Tensor::full([4], 0.1_f32), 1.0);
/// assert!((y.item::<f32>()? - 20.0).abs() < 1e-4);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn psnr(x: &Tensor, y: &Tensor, max_val: f64) -> Tensor {
    if let Some(failed) = [x, y].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    match differ("psnr", x, y) {
        Some(error) => fail("psnr", error),
        None => 20.0 * max_val.log10() - 10.0 * (x - y).square().mean().log10(),
    }
}

/// How [`ssim`] looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SsimOptions {
    /// From the least to the greatest number that a pixel can be.
    pub max_val: f64,
    /// Height and width of the window.
    pub filter_size: usize,
    /// The deviation of the bell curve in it, in pixels.
    pub filter_sigma: f64,
    /// Keeps the quotient of the means finite.
    pub k1: f64,
    /// Keeps the quotient of the variances finite.
    pub k2: f64,
}

impl Default for SsimOptions {
    /// Keras's.
    fn default() -> SsimOptions {
        SsimOptions {
            max_val: 1.0,
            filter_size: 11,
            filter_sigma: 1.5,
            k1: 0.01,
            k2: 0.03,
        }
    }
}

/// The structural similarity of images (Wang et al. 2004), 1 for equal ones: `[batch, height, width, channels]` to `[batch]`, a single image
/// to a scalar. Means, variances and the covariance in windows are compared, and averaged over all windows and channels.
///
/// ```
/// use nn::{Tensor, ops::image::{SsimOptions, ssim}};
/// let x = Tensor::random_uniform([2, 16, 16, 3]);
/// let y = ssim(&x, &x, SsimOptions::default()).to_vec::<f32>()?;
/// assert!(y.iter().all(|s| (s - 1.0).abs() < 1e-4));
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn ssim(x: &Tensor, y: &Tensor, options: SsimOptions) -> Tensor {
    if y.error().is_some() {
        return y.clone();
    }
    if x.error().is_none()
        && let Some(error) = differ("ssim", x, y)
    {
        return fail("ssim", error);
    }
    let SsimOptions {
        max_val,
        filter_size,
        filter_sigma,
        k1,
        k2,
    } = options;
    if filter_size == 0 || filter_sigma <= 0.0 || filter_sigma.is_nan() {
        let message = format!(
            "ssim needs a window from 1 on and a positive deviation, found {filter_size} and {filter_sigma}"
        );
        return fail("ssim", Error::value(message));
    }
    batched("ssim", x, |x| {
        let dtype = x.dtype().float();
        let y = if y.raw_shape().rank() == 3 {
            y.expand_dims(0)
        } else {
            y.clone()
        };
        let (x, y) = (x.cast(dtype), y.cast(dtype));
        let mean = |x: &Tensor| blurred(x, [filter_size; 2], [filter_sigma; 2], Padding::Valid);
        let (c1, c2) = ((k1 * max_val).powi(2), (k2 * max_val).powi(2));
        let (mx, my) = (mean(&x), mean(&y));
        let both = &mx * &my;
        let (xx, yy) = (mx.square(), my.square());
        let variances = mean(&x.square()) - &xx + mean(&y.square()) - &yy;
        let covariance = mean(&(&x * &y)) - &both;
        let quotient =
            (both * 2.0 + c1) * (covariance * 2.0 + c2) / ((xx + yy + c1) * (variances + c2));
        // A batch of one has its axis taken off after this.
        quotient.mean_axes([1, 2, 3], false)
    })
}

#[cfg(test)]
mod tests {
    use super::{SsimOptions, psnr, ssim};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn shapes_and_errors() {
        let x = Tensor::random_uniform([12, 12, 1]);
        assert_eq!(ssim(&x, &x, SsimOptions::default()).shape(), []);
        assert!(
            ssim(&x, &Tensor::ones([12, 12, 3]), SsimOptions::default())
                .error()
                .is_some()
        );
        let small = Tensor::ones([4, 4, 1]);
        assert!(
            ssim(&small, &small, SsimOptions::default())
                .error()
                .is_some()
        );
        assert_eq!(psnr(&x, &x, 1.0).item::<f32>().unwrap(), f32::INFINITY);
        assert!(psnr(&x, &small, 1.0).error().is_some());
    }

    #[test]
    fn gradient() {
        let options = SsimOptions {
            filter_size: 2,
            ..Default::default()
        };
        check_gradient(
            |x| ssim(&x[0], &x[1], options),
            &[&[1, 3, 3, 1], &[1, 3, 3, 1]],
        );
        check_gradient(|x| psnr(&x[0], &(&x[1] * 0.5), 1.0), &[&[4], &[4]]);
    }
}
