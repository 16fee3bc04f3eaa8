//! 3 × 3 convolutions with stride 1 by Winograd's minimal filtering (Lavin and Gray, "Fast Algorithms for
//! Convolutional Neural Networks", 2016).
//!
//! F(4×4, 3×3) takes 36 products for 16 outputs where the sum takes 144, F(2×2, 3×3) 16 for 4 where it takes 36. The
//! products are N² matrix products, rows being tiles and k being channels. What is gained is partly spent on the
//! transforms (see [`Choice`]), which are bound by loads and stores: they work on a few tiles at a time, whose
//! transforms stay in the second cache, and no transform of a whole image is ever in memory.
//!
//! # Error
//! The transforms add and subtract, with factors of F(4×4, 3×3) up to 3.4, which costs accuracy. With numbers spread
//! evenly in −1..1 and 64 channels, the largest error relative to the largest result is below 1e-6 for F(2×2, 3×3) and
//! below 4e-6 for F(4×4, 3×3) in f32, in all three passes (the test `error_is_stated`; seen are 4e-7 and 2e-6).

mod kernel_gradient;
mod pass;
mod points;
mod transform;

use super::Conv2d;
use super::{Gemm, Level};
use points::{Four, Two};

/// An algorithm for a convolution with a 3 × 3 kernel and stride 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// F(2×2, 3×3)
    Two,
    /// F(4×4, 3×3)
    Four,
}

/// Price of a transform in multiply-adds: (tile, channel) for data and results, (channel, channel) for kernels.
/// From instruction counts: a 6 × 6 tile takes about 80 loads, 80 stores and 144 sums for a vector of 16 channels,
/// during which 32 multiply-adds a cycle stand still.
const TILE_PRICE: [usize; 2] = [110, 250];
const KERNEL_PRICE: [usize; 2] = [80, 200];

/// Channels below which tiles of the matrix product are too flat to gain anything.
const CHANNELS: usize = 16;

/// The cheapest algorithm for `g`, `None` for the plain sum.
pub fn choose(g: &Conv2d) -> Option<Algorithm> {
    let fits = g.kernel == [3, 3] && g.strides == [1, 1] && g.dilation == [1, 1] && g.groups == 1;
    let [ci, co] = [g.in_channels, g.out_channels];
    if !fits || ci < CHANNELS || co < CHANNELS || g.batch == 0 {
        return None;
    }
    let price = |size: usize| {
        let tiles = g.batch * g.out_height.div_ceil(size) * g.out_width.div_ceil(size);
        let points = (size + 2) * (size + 2);
        tiles * (points * ci * co + TILE_PRICE[size / 4] * (ci + co))
            + KERNEL_PRICE[size / 4] * ci * co
    };
    let direct = 9 * ci * co * g.batch * g.out_height * g.out_width;
    let (two, four) = (price(2), price(4));
    match () {
        () if four <= two && four < direct => Some(Algorithm::Four),
        () if two < direct => Some(Algorithm::Two),
        () => None,
    }
}

/// `y = bias + x ∗ kernel`; `g` must be as [`choose`] accepts it.
pub fn forward<T: Gemm>(
    algorithm: Algorithm,
    level: Level,
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    bias: Option<&[T]>,
    y: &mut [T],
) {
    match algorithm {
        Algorithm::Two => pass::forward::<T, Two, 2, 4>(level, g, x, kernel, bias, y),
        Algorithm::Four => pass::forward::<T, Four, 4, 6>(level, g, x, kernel, bias, y),
    }
}

/// The gradient with respect to x; `g` must be as [`choose`] accepts it.
pub fn input_gradient<T: Gemm>(
    algorithm: Algorithm,
    level: Level,
    g: &Conv2d,
    dy: &[T],
    kernel: &[T],
    dx: &mut [T],
) {
    match algorithm {
        Algorithm::Two => pass::input_gradient::<T, Two, 2, 4>(level, g, dy, kernel, dx),
        Algorithm::Four => pass::input_gradient::<T, Four, 4, 6>(level, g, dy, kernel, dx),
    }
}

/// The gradient with respect to the kernel; `g` must be as [`choose`] accepts it.
pub fn kernel_gradient<T: Gemm>(
    algorithm: Algorithm,
    level: Level,
    g: &Conv2d,
    x: &[T],
    dy: &[T],
    dk: &mut [T],
) {
    match algorithm {
        Algorithm::Two => kernel_gradient::kernel_gradient::<T, Two, 2, 4>(level, g, x, dy, dk),
        Algorithm::Four => kernel_gradient::kernel_gradient::<T, Four, 4, 6>(level, g, x, dy, dk),
    }
}
