//! Kernel gradient: the transpose of the forward algorithm, `dk = Gᵀ[Σ_tiles (Bᵀ x B) ⊙ (A dy Aᵀ)]G`.
//!
//! The sum over tiles is N² matrix products with the tiles as k. Tasks are blocks of input and output channels, so
//! that the sums of all points stay in the second cache beside the transforms of a few tiles; the price is that
//! each block transforms its channels of x and dy again for every block of the others. Tiles are cut into pieces too when
//! there are few blocks; the pieces' gradients are added in order.

use super::fits;
use super::image::{FromImage, Image};
use super::kernel::ToKernel;
use super::planes::{PLANES, Planes};
use super::points::{Data, OutputGradient, POINTS};
use super::tiles::{Tiles, count};
use crate::conv::{Conv2d, kernel_gradient::sum_of_pieces};
use crate::gemm::tile::{Layout, Tile};
use crate::gemm::{Gemm, Heights, scratch};
use crate::parallel;
use crate::simd::Level;
use std::marker::PhantomData;
use std::ops::Range;

/// Input and output channels in a block at most: the sums of 36 points are 1.2 MiB of f32. Larger ones are slower to add to,
/// smaller ones transform x and dy more often.
const BLOCK: [usize; 2] = [64, 128];

/// Tiles transformed together.
const TILES: usize = 56;

/// Tasks to aim for, tiles in a piece at least, and elements of all partial gradients together.
const TASKS: usize = 16;
const PIECE: usize = 2 * TILES;
const PARTIAL: usize = 1 << 22;

/// The gradient with respect to the kernel; `g` must be as for [`forward`](super::forward).
pub fn kernel_gradient<T: Gemm>(level: Level, g: &Conv2d, x: &[T], dy: &[T], dk: &mut [T]) {
    assert!(fits(g), "not a convolution for Winograd's algorithm: {g:?}");
    g.check(x.len(), dk.len(), dy.len());
    if dk.is_empty() {
        return;
    }
    let channels = [g.in_channels, g.out_channels];
    let sum = Sum {
        level,
        x: Image {
            height: g.height,
            width: g.width,
            channels: channels[0],
            before: g.pad_before.map(|pad| pad as isize),
        },
        dy: Image {
            height: g.out_height,
            width: g.out_width,
            channels: channels[1],
            before: [0, 0],
        },
        images: [x, dy],
    };
    let count = g.batch * count(g.out_height) * count(g.out_width);
    let blocks = [0, 1].map(|d| channels[d].div_ceil(BLOCK[d]));
    let size = [0, 1].map(|d| channels[d].div_ceil(blocks[d]).next_multiple_of(16));
    let blocks = [0, 1].map(|d| channels[d].div_ceil(size[d]));
    let (len, block_count) = (dk.len(), blocks[0] * blocks[1]);
    let most = TASKS
        .div_ceil(block_count)
        .min(count / PIECE)
        .min(PARTIAL / len)
        .max(1);
    let piece = count.div_ceil(most).next_multiple_of(TILES);
    let pieces = count.div_ceil(piece);
    sum_of_pieces(pieces, dk, |sums| {
        parallel::for_each_range(pieces * block_count, 1, |tasks| {
            for task in tasks {
                let (p, block) = (task / block_count, task % block_count);
                let part = |d: usize, i: usize| i * size[d]..((i + 1) * size[d]).min(channels[d]);
                let parts = [part(0, block / blocks[1]), part(1, block % blocks[1])];
                // SAFETY: each piece has a kernel of `len` elements of its own, and blocks are disjoint.
                unsafe {
                    sum.block(
                        p * piece..((p + 1) * piece).min(count),
                        parts,
                        sums.get().add(p * len),
                    )
                }
            }
        });
    });
}

struct Sum<'a, T> {
    level: Level,
    x: Image,
    dy: Image,
    images: [&'a [T]; 2],
}

impl<T: Gemm> Sum<'_, T> {
    /// The gradient of some tiles for a block of channels, written to its place in `kernel`.
    ///
    /// # Safety
    /// `kernel` must hold a whole kernel, and nobody else may use this block of it meanwhile.
    unsafe fn block(&self, tiles: Range<usize>, [ci, co]: [Range<usize>; 2], kernel: *mut T) {
        let kernels = T::kernels(self.level);
        let width = kernels.cols();
        let step = TILES.min(tiles.len());
        let [x, dy] = [Planes::new(step, ci.len()), Planes::new(step, co.len())];
        let sums = Planes::new(ci.len(), co.len());
        let zeros_len = self.x.channels.max(self.dy.channels).next_multiple_of(16);
        let lens = [
            zeros_len,
            PLANES * x.plane,
            PLANES * dy.plane,
            PLANES * sums.plane,
        ];
        scratch::with(lens.iter().sum(), |memory: &mut [T]| {
            let (zeros, memory) = memory.split_at_mut(lens[0]);
            let (x_memory, memory) = memory.split_at_mut(lens[1]);
            let (dy_memory, sum_memory) = memory.split_at_mut(lens[2]);
            zeros.fill(T::default());
            let heights = Heights::new(ci.len(), kernels.rows());
            for start in tiles.clone().step_by(step) {
                let now = start..(start + step).min(tiles.end);
                let now = Tiles::new([self.dy.height, self.dy.width], now);
                let data = FromImage::<T, Data> {
                    sizes: self.x,
                    image: self.images[0],
                    tiles: &now,
                    channels: ci.clone(),
                    zeros,
                    out: x_memory,
                    planes: x,
                    map: PhantomData,
                };
                let gradient = FromImage::<T, OutputGradient> {
                    sizes: self.dy,
                    image: self.images[1],
                    tiles: &now,
                    channels: co.clone(),
                    zeros,
                    out: dy_memory,
                    planes: dy,
                    map: PhantomData,
                };
                // SAFETY: the processor has `level`.
                unsafe {
                    T::vectors(self.level, data);
                    T::vectors(self.level, gradient);
                }
                for point in 0..PLANES {
                    // Without tiles the sums begin at zero, as they should.
                    let using = now.using([point / POINTS, point % POINTS]);
                    for o in (0..co.len()).step_by(width) {
                        for tile in heights.iter() {
                            let c = sum_memory[point * sums.plane + tile.start * sums.row + o..]
                                .as_mut_ptr();
                            let tile = Tile {
                                rows: tile.len(),
                                cols: width.min(co.len() - o),
                                a: x_memory[point * x.plane + using.start * x.row + tile.start..]
                                    .as_ptr(),
                                layout: Layout::Columns(x.row),
                                segments: &[0],
                                k: using.len(),
                                b: dy_memory[point * dy.plane + using.start * dy.row + o..]
                                    .as_ptr(),
                                b_stride: dy.row,
                                c,
                                c_stride: sums.row,
                                addend: if start > tiles.start {
                                    c.cast_const()
                                } else {
                                    std::ptr::null()
                                },
                                addend_stride: sums.row,
                            };
                            // SAFETY: the planes have a row for each tile, of at least as many elements as the block has
                            // channels, and the sums a row for each input channel. The kernels are those of a level
                            // that the processor has.
                            unsafe { kernels.run(&tile) }
                        }
                    }
                }
            }
            let body = ToKernel {
                from: sum_memory,
                planes: sums,
                part: [ci, co],
                kernel,
                channels: [self.x.channels, self.dy.channels],
            };
            // SAFETY: the processor has `level`; the block is ours by the caller's promise.
            unsafe { T::vectors(self.level, body) };
        });
    }
}
