//! Convolutions of each channel by itself: grouped ones, with a group for every channel.

use super::{ConvOptions, check_kernel, conv, conv_bias, name};
use crate::ops::fail::fail;
use crate::ops::nn::padding::check_image;
use crate::{Error, Operand, Result, Tensor, dim_times, is_known, too_long};

/// The convolution of every channel with kernels of its own, as Keras's `ops.depthwise_conv`: `multiplier` of them, which give as many
/// channels of the result, one beside the other.
///
/// `y[b, i, c·m + q] = Σ x[b, i·s + u·d − p, c] · kernel[u, c, q]`
///
/// Shapes: `[batch, …, channels]` with one to three axes of pixels; kernel `[…, channels, multiplier]`; result
/// `[batch, …, channels · multiplier]`, with the pixels of [`crate::ops::conv`]. The groups of `options` need to be 1, for every channel
/// is a group. Errors are those of [`crate::ops::conv`].
///
/// ```
/// use nn::{Padding, Tensor, ops::{ConvOptions, depthwise_conv}};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0, 6.0]).reshape([1, 2, 2]); // two steps of two channels
/// let kernel = Tensor::from([1.0_f32, 1.0, 10.0, 100.0]).reshape([2, 2, 1]);
/// let y = depthwise_conv(&x, &kernel, ConvOptions::<1>::default());
/// assert_eq!(y.to_vec::<f32>()?, [21.0, 605.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn depthwise_conv<const N: usize>(
    x: &Tensor,
    kernel: impl Operand,
    options: ConvOptions<N>,
) -> Tensor {
    let kernel = kernel.operand(x.dtype());
    match grouped(x, &kernel, options) {
        Ok((kernel, options)) => conv(x, kernel, options),
        Err(error) => fail(depthwise::<N>(), error),
    }
}

/// [`depthwise_conv`] with a bias of shape `[channels · multiplier]` added to every pixel of the result, in one pass.
///
/// ```
/// use nn::{Tensor, ops::{ConvOptions, depthwise_conv_bias}};
/// let (x, kernel) = (Tensor::ones([1, 3, 2]), Tensor::ones([3, 2, 1]));
/// let y = depthwise_conv_bias(&x, &kernel, Tensor::from([0.5_f32, -9.0]), ConvOptions::<1>::default());
/// assert_eq!(y.to_vec::<f32>()?, [3.5, -6.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn depthwise_conv_bias<const N: usize>(
    x: &Tensor,
    kernel: impl Operand,
    bias: impl Operand,
    options: ConvOptions<N>,
) -> Tensor {
    let kernel = kernel.operand(x.dtype());
    match grouped(x, &kernel, options) {
        Ok((kernel, options)) => conv_bias(x, kernel, bias, options),
        Err(error) => fail(depthwise::<N>(), error),
    }
}

const fn depthwise<const N: usize>() -> &'static str {
    name::<N>(["depthwise_conv1d", "depthwise_conv2d", "depthwise_conv3d"])
}

/// The kernel and the settings of the grouped convolution.
fn grouped<const N: usize>(
    image: &Tensor,
    kernel: &Tensor,
    options: ConvOptions<N>,
) -> Result<(Tensor, ConvOptions<N>)> {
    let op = depthwise::<N>();
    if image.error().is_some() || kernel.error().is_some() {
        // The convolution says what failed before it.
        return Ok((kernel.clone(), options));
    }
    let (whole, x, kernel) = (kernel, image.raw_shape(), kernel.raw_shape());
    check_image::<N>(op, x)?;
    check_kernel::<N>(op, kernel, "channels, multiplier")?;
    let (channels, multiplier) = (kernel[N], kernel[N + 1]);
    if options.groups != 1 {
        return Err(Error::value(format!(
            "{op} has a group for every channel; expected `groups` 1, found {}",
            options.groups
        )));
    }
    if is_known(x[N + 1]) && is_known(channels) && x[N + 1] != channels {
        return Err(Error::shape(format!(
            "{op} with a kernel {kernel} takes {channels} channels, found {} in {x}",
            x[N + 1]
        )));
    }
    let Some(filters) = dim_times(channels, multiplier) else {
        let what = format_args!("{channels} channels times {multiplier}");
        return Err(too_long(what));
    };
    let grouped = ConvOptions {
        groups: channels.max(1),
        ..options
    };
    let shape = kernel.with(N, 1).with(N + 1, filters);
    Ok((whole.reshape(shape), grouped))
}

/// [`depthwise_conv`], and then a convolution with a kernel of one pixel over all channels, as Keras's `ops.separable_conv`.
///
/// Shapes: those of [`depthwise_conv`]; `pointwise` `[1, …, channels · multiplier, filters]`; result `[batch, …, filters]`.
///
/// ```
/// use nn::{Tensor, ops::{ConvOptions, separable_conv}};
/// let (x, depthwise) = (Tensor::ones([2, 8, 8, 3]), Tensor::ones([3, 3, 3, 2]));
/// let y = separable_conv(&x, &depthwise, Tensor::ones([1, 1, 6, 16]), ConvOptions::<2>::default());
/// assert_eq!(y.shape(), [2, 6, 6, 16]);
/// ```
#[track_caller]
pub fn separable_conv<const N: usize>(
    x: &Tensor,
    depthwise: impl Operand,
    pointwise: impl Operand,
    options: ConvOptions<N>,
) -> Tensor {
    let deep = depthwise_conv(x, depthwise, options);
    conv(&deep, pointwise, ConvOptions::<N>::default())
}
