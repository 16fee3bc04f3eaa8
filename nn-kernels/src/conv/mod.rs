//! Convolutions in two dimensions, channels last, and their two gradients.
//!
//! 1 × 1 kernels are matrix products over the image as it lies. Everything else is a product whose
//! rows are pixels and whose k index runs over taps and channels; see `direct` and `kernel_gradient`. 3 × 3 kernels with
//! stride 1 and enough channels go through `winograd`.

mod direct;
mod finish;
mod kernel_gradient;
#[cfg(test)]
mod tests;
mod winograd;

use super::gemm::{Gemm, Mat, Start, multiply};
use super::norm::Scaling;
use super::parallel;
use super::simd::{Level, level};
use finish::Finish;

/// Sizes of a convolution of an image `[batch, height, width, in_channels]` with a kernel
/// [kernel height, kernel width, in_channels / groups, out_channels] that gives
/// `[batch, out_height, out_width, out_channels]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv2d {
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

impl Conv2d {
    /// Elements of the input.
    fn x_len(&self) -> usize {
        self.batch * self.height * self.width * self.in_channels
    }

    /// Elements of the output.
    fn y_len(&self) -> usize {
        self.batch * self.out_height * self.out_width * self.out_channels
    }

    /// Elements of the kernel.
    fn k_len(&self) -> usize {
        self.kernel[0] * self.kernel[1] * (self.in_channels / self.groups) * self.out_channels
    }

    /// Panics unless the sizes make sense and the slices have them.
    fn check(&self, x: usize, k: usize, y: usize) {
        assert!(
            self.groups > 0
                && self.in_channels.is_multiple_of(self.groups)
                && self.out_channels.is_multiple_of(self.groups),
            "convolution: {} groups must divide {} and {} channels",
            self.groups,
            self.in_channels,
            self.out_channels
        );
        assert!(
            self.strides.iter().chain(&self.dilation).all(|&s| s > 0),
            "convolution: strides {:?} and dilation {:?} must be at least 1",
            self.strides,
            self.dilation
        );
        let expected = [self.x_len(), self.k_len(), self.y_len()];
        assert!(
            [x, k, y] == expected,
            "convolution: expected {expected:?} elements of input, kernel and output, found {:?}",
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

/// `y[b, i, j, o] = bias[o] + Σ x[b, i·s₀ + u·d₀ − p₀, j·s₁ + v·d₁ − p₁, c] · kernel[u, v, c, o]` over taps u, v and the
/// channels c of o's group; outside the image x is zero.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn forward<T: Gemm>(g: &Conv2d, x: &[T], kernel: &[T], bias: Option<&[T]>, y: &mut [T]) {
    forward_at(level(), g, x, kernel, Finish::bias(bias), y);
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
    relu: bool,
    y: &mut [T],
) {
    let factors = by.factors();
    let finish = Finish::scaled(bias, by, &factors, relu);
    forward_at(level(), g, x, kernel, finish, y);
}

/// Gradient of [`forward`] with respect to the input, given that with respect to the output. Overwrites `dx`.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn input_gradient<T: Gemm>(g: &Conv2d, dy: &[T], kernel: &[T], dx: &mut [T]) {
    input_gradient_at(level(), g, dy, kernel, dx);
}

/// Gradient of [`forward`] with respect to the kernel, given that with respect to the output. Overwrites `dk`.
///
/// # Panics
/// When a slice does not have the length that `g` says.
pub fn kernel_gradient<T: Gemm>(g: &Conv2d, x: &[T], dy: &[T], dk: &mut [T]) {
    kernel_gradient_at(level(), g, x, dy, dk);
}

fn forward_at<T: Gemm>(
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
    if g.is_pointwise() {
        let [ci, co] = [g.in_channels, g.out_channels];
        let start = finish.bias.map_or(Start::Zero, Start::Row);
        multiply(
            level,
            [y.len() / co, co, ci],
            rows(x, ci),
            rows(kernel, co),
            y,
            co,
            start,
        );
        if finish.only_bias().is_none() {
            let grain = parallel::GRAIN.next_multiple_of(co);
            parallel::for_each_chunk(y, grain, |_, pixels| finish.pixels(pixels));
        }
    } else if winograd::pays(g) {
        winograd::forward(level, g, x, kernel, finish, y);
    } else {
        direct::forward(level, g, x, kernel, finish, y);
    }
}

fn input_gradient_at<T: Gemm>(level: Level, g: &Conv2d, dy: &[T], kernel: &[T], dx: &mut [T]) {
    g.check(dx.len(), kernel.len(), dy.len());
    if dx.is_empty() {
        return;
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
    } else {
        direct::input_gradient(level, g, dy, kernel, dx);
    }
}

fn kernel_gradient_at<T: Gemm>(level: Level, g: &Conv2d, x: &[T], dy: &[T], dk: &mut [T]) {
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
