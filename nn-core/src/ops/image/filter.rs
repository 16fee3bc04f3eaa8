//! Images blurred and their edges.

use crate::ops::fail::fail;
use crate::ops::image::batched;
use crate::ops::nn::{Conv2dOptions, Padding, conv2d};
use crate::ops::shape::stack;
use crate::{DType, Error, Operand, Tensor};

/// Every channel of images `[batch, height, width, channels]` convolved with one kernel `[height, width]`.
#[track_caller]
pub(crate) fn filtered(images: &Tensor, kernel: &Tensor, padding: Padding) -> Tensor {
    if let Some(failed) = [images, kernel].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let [h, w] = [0, 1].map(|axis| kernel.raw_shape()[axis]);
    let channels = images.raw_shape()[3];
    let kernel = kernel
        .cast(images.dtype())
        .reshape([h, w, 1, 1])
        .repeat(channels, 3);
    let options = Conv2dOptions {
        groups: channels,
        ..Conv2dOptions::new(padding)
    };
    conv2d(images, kernel, options)
}

/// The bell curve over `n` places, of sum 1.
fn bell(n: usize, sigma: impl Operand) -> Tensor {
    let middle = (n as f64 - 1.0) / 2.0;
    let sigma = sigma.operand(DType::F64);
    let heights = (((Tensor::arange(n).cast(DType::F64) - middle) / sigma).square() * -0.5).exp();
    &heights / heights.sum()
}

/// Images `[batch, height, width, channels]` convolved with the product of two bell curves, with one after the other.
#[track_caller]
pub(crate) fn blurred(
    images: &Tensor,
    [width, height]: [usize; 2],
    sigma: [impl Operand; 2],
    padding: Padding,
) -> Tensor {
    let [across, down] = sigma;
    let images = filtered(images, &bell(height, down).expand_dims(1), padding);
    filtered(&images, &bell(width, across).expand_dims(0), padding)
}

/// Images `[.., height, width, channels]` blurred by a bell curve: sizes and deviations (in pixels) along `x` and `y`, in this order as in
/// Keras. Beyond the edges stands 0. Keras's defaults are `gaussian_blur(images, [3, 3], [1.0, 1.0])`.
///
/// ```
/// use nn::{Tensor, ops::image::gaussian_blur};
/// let y = gaussian_blur(&Tensor::ones([5, 5, 1]), [3, 3], [1.0, 1.0]);
/// assert!((y.data::<f32>()[12] - 1.0).abs() < 1e-6);
/// ```
#[track_caller]
pub fn gaussian_blur(images: &Tensor, kernel_size: [usize; 2], sigma: [f64; 2]) -> Tensor {
    let op = "gaussian_blur";
    batched(op, images, |images| {
        if !images.dtype().is_float() {
            return fail(op, Error::needs_float(op, images.dtype()));
        }
        if kernel_size.contains(&0) || !sigma.iter().all(|s| *s > 0.0) {
            let message = format!(
                "{op} needs sizes from 1 on and positive deviations, found {kernel_size:?} and {sigma:?}"
            );
            return fail(op, Error::value(message));
        }
        blurred(images, kernel_size, sigma, Padding::Same)
    })
}

/// The slopes of images `[.., height, width, channels]` downwards and to the right (Sobel and Feldman 1968), in a new last axis:
/// `[.., height, width, channels, 2]`. Beyond the edges stands 0.
///
/// ```
/// use nn::{Tensor, ops::image::sobel_edges};
/// assert_eq!(sobel_edges(&Tensor::zeros([2, 4, 5, 3])).shape(), [2, 4, 5, 3, 2]);
/// ```
#[track_caller]
pub fn sobel_edges(images: &Tensor) -> Tensor {
    let op = "sobel_edges";
    batched(op, images, |images| {
        if !images.dtype().is_float() {
            return fail(op, Error::needs_float(op, images.dtype()));
        }
        let to_right = Tensor::from([[-1.0_f32, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]);
        let slopes =
            [to_right.t(), to_right].map(|kernel| filtered(images, &kernel, Padding::Same));
        stack(slopes, -1)
    })
}

#[cfg(test)]
mod tests {
    use super::{gaussian_blur, sobel_edges};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn errors() {
        let x = Tensor::ones([3, 4, 1]);
        assert!(gaussian_blur(&x, [0, 3], [1.0, 1.0]).error().is_some());
        assert!(gaussian_blur(&x, [3, 3], [1.0, 0.0]).error().is_some());
        assert!(
            gaussian_blur(&Tensor::from([[[1_i64]]]), [3, 3], [1.0, 1.0])
                .error()
                .is_some()
        );
        assert!(sobel_edges(&Tensor::ones([3])).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| gaussian_blur(&x[0], [3, 2], [1.0, 2.0]).square(),
            &[&[3, 2, 2]],
        );
        check_gradient(|x| sobel_edges(&x[0]).square(), &[&[3, 2, 1]]);
    }
}
