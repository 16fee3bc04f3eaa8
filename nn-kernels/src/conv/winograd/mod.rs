//! 3 × 3 convolutions with stride 1 by Winograd's minimal filtering (Lavin and Gray, "Fast Algorithms for
//! Convolutional Neural Networks", 2016).
//!
//! F(4×4, 3×3) takes 36 products for 16 outputs where the sum takes 144. The products are 36 matrix products, rows being
//! tiles and k being channels. A tile at the far edge of an image, of which m < 4 pixels are left along an axis, is done by
//! F(m, 3) along that axis, which takes a part of the same points; so the matrix products of the other points have fewer rows
//! (see `tiles`). What is gained is partly spent on the transforms (see [`pays`]), which are bound by loads and stores: they work on
//! a few tiles at a time, whose transforms stay in the second cache, and no transform of a whole image is ever in memory.
//!
//! # Error
//! The transforms add and subtract, with factors up to 3.4, which costs accuracy. With numbers spread evenly in −1..1 and
//! 64 channels, the largest error relative to the largest result is below 4e-6 in f32, in all three passes and for
//! tiles of all sizes (the test `error_is_stated`; seen are 2.5e-6).

mod image;
mod kernel;
mod kernel_gradient;
mod pass;
mod planes;
mod points;
mod tiles;

pub use kernel_gradient::kernel_gradient;
pub use pass::{forward, input_gradient};

use super::Conv2d;
use tiles::points_along;

/// Price of the transforms of a point in multiply-adds: for a channel of data or results, and for a (channel, channel) of the
/// kernel. From instruction counts: a 6 × 6 tile takes about 80 loads, 80 stores and 144 sums for a vector of 16 channels, during
/// which 32 multiply-adds a cycle stand still.
const DATA_PRICE: usize = 7;
const KERNEL_PRICE: usize = 200;

/// Channels below which tiles of the matrix product are too flat to gain anything.
const CHANNELS: usize = 16;

/// Whether a convolution is one that these passes compute.
fn fits(g: &Conv2d) -> bool {
    g.kernel == [3, 3] && g.strides == [1, 1] && g.dilation == [1, 1] && g.groups == 1
}

/// Whether this takes less time than the plain sum.
pub fn pays(g: &Conv2d) -> bool {
    let [ci, co] = [g.in_channels, g.out_channels];
    if !fits(g) || ci < CHANNELS || co < CHANNELS {
        return false;
    }
    // In floating point, which no sizes overflow.
    let of = |n: usize| n as f64;
    let products = of(ci) * of(co);
    let points = of(g.batch) * of(points_along(g.out_height)) * of(points_along(g.out_width));
    let price = points * (products + of(DATA_PRICE) * of(ci + co)) + of(KERNEL_PRICE) * products;
    price < 9.0 * products * of(g.batch) * of(g.out_height) * of(g.out_width)
}
