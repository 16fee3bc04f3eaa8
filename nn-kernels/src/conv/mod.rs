//! Convolutions of images and, as such, of volumes, channels last, and their two gradients.
//!
//! 1 × 1 kernels are matrix products over the image as it lies. Everything else is a product whose
//! rows are pixels and whose k index runs over taps and channels; see `direct` and `kernel_gradient`. 3 × 3 kernels with
//! stride 1 and enough channels go through `winograd`, groups of one channel through `depthwise`.

mod depthwise;
mod direct;
mod finish;
mod kernel_gradient;
mod phase;
#[cfg(test)]
mod tests;
mod volume;
mod winograd;

pub use volume::{Conv3d, Depth};

use super::gemm::{Gemm, Mat, Start, multiply};
use super::norm::{Rectifier, Scaling};
use super::simd::{Level, level};
pub(super) use finish::Finish;
use std::ops::Deref;

/// Sizes of a convolution of an image `[batch, height, width, in_channels]` with a kernel
/// [kernel height, kernel width, in_channels / groups, out_channels] that gives
/// `[batch, out_height, out_width, out_channels]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Images.
    pub batch: usize,
    /// Height of the input.
    pub height: usize,
    /// Width of the input.
    pub width: usize,
    /// Channels of the input, a multiple of `groups`.
    pub in_channels: usize,
    /// Channels of the output, a multiple of `groups`.
    pub out_channels: usize,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Input pixels from one output pixel to the next, at least 1.
    pub strides: [usize; 2],
    /// Input pixels from one tap of the kernel to the next, at least 1.
    pub dilation: [usize; 2],
    /// Zeros above and to the left of the image; how many lie below and to the right follows from the output's size.
    pub pad_before: [usize; 2],
    /// Groups of channels that do not see each other, at least 1.
    pub groups: usize,
    /// Height of the output.
    pub out_height: usize,
    /// Width of the output.
    pub out_width: usize,
}

/// Positions of pixels, inside and outside of an image, are below this: sums and differences of a few of them are `isize` numbers.
const FARTHEST: usize = 1 << 59;

/// [`Sizes`] that were checked: what the kernels take. None of the numbers that they compute from these overflows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv2d {
    sizes: Sizes,
    /// Elements of the input, the kernel and the output.
    lens: [usize; 3],
}

impl Deref for Conv2d {
    type Target = Sizes;
    fn deref(&self) -> &Sizes {
        &self.sizes
    }
}

impl Conv2d {
    /// Sizes that make sense and that memory can hold.
    ///
    /// # Errors
    /// What is wrong: groups that do not divide the channels, a number that is 0 or too large.
    pub fn new(sizes: Sizes) -> Result<Conv2d, String> {
        let Sizes {
            groups,
            in_channels,
            out_channels,
            strides,
            dilation,
            ..
        } = sizes;
        let divides = |n: usize| groups > 0 && n.is_multiple_of(groups);
        if !divides(in_channels) || !divides(out_channels) {
            return Err(format!(
                "convolution: {groups} groups must divide {in_channels} and {out_channels} channels"
            ));
        }
        if strides.contains(&0) || dilation.contains(&0) {
            return Err(format!(
                "convolution: strides {strides:?} and dilation {dilation:?} must be at least 1"
            ));
        }
        let image = [sizes.height, sizes.width];
        let result = [sizes.out_height, sizes.out_width];
        for d in 0..2 {
            let windows = [result[d], strides[d]];
            let taps = [sizes.kernel[d], dilation[d]];
            if reaches_too_far(windows, taps, sizes.pad_before[d], image[d]) {
                return Err(format!(
                    "convolution: windows of {:?} pixels, strides {strides:?}, dilation {dilation:?} and padding {:?} reach further than \
                     can be counted",
                    sizes.kernel, sizes.pad_before
                ));
            }
        }
        let len = |dims: [usize; 4]| {
            let len = dims.iter().try_fold(1_usize, |n, &d| n.checked_mul(d));
            // An image without pixels may still have rows: 0 hides nothing.
            let rows = dims
                .iter()
                .try_fold(1_usize, |n, &d| n.checked_mul(d.max(1)));
            len.filter(|_| rows.is_some_and(|n| n <= FARTHEST))
        };
        let lens = [
            len([sizes.batch, image[0], image[1], in_channels]),
            len([
                sizes.kernel[0],
                sizes.kernel[1],
                in_channels / groups,
                out_channels,
            ]),
            len([sizes.batch, result[0], result[1], out_channels]),
        ];
        match lens {
            [Some(x), Some(kernel), Some(y)] => Ok(Conv2d {
                sizes,
                lens: [x, kernel, y],
            }),
            _ => Err(
                "convolution: images, kernels or results of more elements than memory can hold"
                    .into(),
            ),
        }
    }

    /// Panics unless slices of so many elements are an input, a kernel and an output of these sizes.
    fn check(&self, x: usize, k: usize, y: usize) {
        assert!(
            [x, k, y] == self.lens,
            "convolution: expected {:?} elements of input, kernel and output, found {:?}",
            self.lens,
            [x, k, y]
        );
    }

    /// Whether every output pixel sees the input pixel at its own place and nothing else.
    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1]
            && self.strides == [1, 1]
            && self.pad_before == [0, 0]
            && self.groups == 1
            && [self.height, self.width] == [self.out_height, self.out_width]
    }
}

/// Whether windows and their taps, so many and so far apart, with padding on an axis of so many pixels reach further than positions are
/// counted.
fn reaches_too_far(windows: [usize; 2], taps: [usize; 2], pad_before: usize, image: usize) -> bool {
    // The farthest that any sum comes from the first pixel.
    let last = |[count, step]: [usize; 2]| count.saturating_sub(1).checked_mul(step);
    let farthest = last(windows)
        .zip(last(taps))
        .and_then(|(window, tap)| window.checked_add(tap))
        .and_then(|n| n.checked_add(pad_before))
        .and_then(|n| n.checked_add(image))
        .and_then(|n| n.checked_add(windows[1].max(taps[1])));
    farthest.is_none_or(|n| n > FARTHEST)
}

/// `y[b, i, j, o] = bias[o] + Σ x[b, i·s₀ + u·d₀ − p₀, j·s₁ + v·d₁ − p₁, c] · kernel[u, v, c, o]` over taps u, v and the
/// channels c of o's group; outside the image x is zero.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn forward<T: Gemm>(g: &Conv2d, x: &[T], kernel: &[T], bias: Option<&[T]>, y: &mut [T]) {
    T::convolve(level(), g, x, kernel, Finish::bias(bias), y);
}

/// [`forward`], and then [`batch_normalize`](super::norm::batch_normalize) of the result, with the same bits and without a pass over
/// memory for it.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn forward_normalized<T: Gemm>(
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    bias: Option<&[T]>,
    by: &Scaling<T>,
    rectifier: Rectifier,
    y: &mut [T],
) {
    let factors = by.factors();
    let finish = Finish::scaled(bias, by, &factors, rectifier);
    T::convolve(level(), g, x, kernel, finish, y);
}

/// [`forward`], and then the rectifier of the result, with the same bits and without a pass over memory for it.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn forward_rectified<T: Gemm>(
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    bias: Option<&[T]>,
    rectifier: Rectifier,
    y: &mut [T],
) {
    T::convolve(level(), g, x, kernel, Finish::rectified(bias, rectifier), y);
}

/// Gradient of [`forward`] with respect to the input, given that with respect to the output. Overwrites `dx`.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn input_gradient<T: Gemm>(g: &Conv2d, dy: &[T], kernel: &[T], dx: &mut [T]) {
    T::convolve_input_gradient(level(), g, dy, kernel, dx);
}

/// Gradient of [`forward`] with respect to the kernel, given that with respect to the output. Overwrites `dk`.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn kernel_gradient<T: Gemm>(g: &Conv2d, x: &[T], dy: &[T], dk: &mut [T]) {
    T::convolve_kernel_gradient(level(), g, x, dy, dk);
}

pub(super) fn forward_at<T: Gemm>(
    level: Level,
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    finish: Finish<T>,
    y: &mut [T],
) {
    g.check(x.len(), kernel.len(), y.len());
    finish.check(g.out_channels);
    if y.is_empty() {
        return;
    }
    // A kernel without weights is a product over nothing, whatever its height and width.
    if g.is_pointwise() || kernel.is_empty() {
        let co = g.out_channels;
        let ci = if kernel.is_empty() { 0 } else { g.in_channels };
        let start = finish.bias.map_or(Start::Zero, Start::Row);
        let after = |channel: usize, pixels: &mut [T]| finish.pixels(channel, pixels);
        T::multiply_then(
            level,
            [y.len() / co, co, ci],
            rows(x, ci),
            rows(kernel, co),
            y,
            co,
            start,
            finish.only_bias().is_none().then_some(&after),
        );
    } else if winograd::pays(g) {
        winograd::forward(level, g, x, kernel, finish, y);
    } else if depthwise::pays(g) {
        depthwise::forward(level, g, x, kernel, finish, y);
    } else {
        direct::forward(level, g, x, kernel, finish, y);
    }
}

pub(super) fn input_gradient_at<T: Gemm>(
    level: Level,
    g: &Conv2d,
    dy: &[T],
    kernel: &[T],
    dx: &mut [T],
) {
    g.check(dx.len(), kernel.len(), dy.len());
    if dx.is_empty() {
        return;
    }
    if kernel.is_empty() || dy.is_empty() {
        return dx.fill(T::default());
    }
    if g.is_pointwise() {
        let [ci, co] = [g.in_channels, g.out_channels];
        multiply(
            level,
            [dx.len() / ci, ci, co],
            rows(dy, co),
            columns(kernel, co),
            dx,
            ci,
            Start::Zero,
        );
    } else if winograd::pays(g) {
        winograd::input_gradient(level, g, dy, kernel, dx);
    } else if depthwise::pays(g) {
        depthwise::input_gradient(level, g, dy, kernel, dx);
    } else {
        direct::input_gradient(level, g, dy, kernel, dx);
    }
}

pub(super) fn kernel_gradient_at<T: Gemm>(
    level: Level,
    g: &Conv2d,
    x: &[T],
    dy: &[T],
    dk: &mut [T],
) {
    g.check(x.len(), dk.len(), dy.len());
    if dk.is_empty() {
        return;
    }
    if g.is_pointwise() {
        let [ci, co] = [g.in_channels, g.out_channels];
        multiply(
            level,
            [ci, co, x.len() / ci],
            columns(x, ci),
            rows(dy, co),
            dk,
            co,
            Start::Zero,
        );
    } else if winograd::pays(g) {
        winograd::kernel_gradient(level, g, x, dy, dk);
    } else if depthwise::pays(g) {
        depthwise::kernel_gradient(level, g, x, dy, dk);
    } else {
        kernel_gradient::kernel_gradient(level, g, x, dy, dk);
    }
}

/// The matrix whose rows of `len` elements follow each other in `data`.
fn rows<T>(data: &[T], len: usize) -> Mat<'_, T> {
    Mat {
        data,
        row_stride: len,
        col_stride: 1,
    }
}

/// The transpose of [`rows`].
fn columns<T>(data: &[T], len: usize) -> Mat<'_, T> {
    Mat {
        data,
        row_stride: 1,
        col_stride: len,
    }
}
