//! Forward pass and input gradient.

use super::fits;
use super::image::{FromImage, Image, ToImage};
use super::kernel::FromKernel;
use super::planes::{PLANES, Planes};
use super::points::{Data, POINTS};
use super::tiles::{Tiles, count};
use crate::conv::Conv2d;
use crate::conv::finish::Finish;
use crate::gemm::tile::{Layout, Tile};
use crate::gemm::{Gemm, Heights, scratch};
use crate::parallel::{self, Parts};
use crate::simd::Level;
use std::marker::PhantomData;
use std::ops::Range;

/// Bytes of the transforms of a task's data and results, which share the second cache with the kernel's.
const DATA: usize = 5 << 18;

/// Tiles in a task at least, so that the transformed kernel is not read too often, and at most.
const TILES: [usize; 2] = [28, 112];

/// Tasks to aim for.
const TASKS: usize = 8;

/// Panels of output channels whose products are together in the cache before they are transformed back.
const PANELS: usize = 4;

/// `y = x ∗ kernel`, finished; `g` must be a 3 × 3 convolution with stride 1, without dilation and groups.
pub fn forward<T: Gemm>(
    level: Level,
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    finish: Finish<T>,
    y: &mut [T],
) {
    assert!(fits(g), "not a convolution for Winograd's algorithm: {g:?}");
    g.check(x.len(), kernel.len(), y.len());
    finish.check(g.out_channels);
    if y.is_empty() {
        return;
    }
    let input = [g.height, g.width, g.in_channels];
    let output = [g.out_height, g.out_width, g.out_channels];
    let before = g.pad_before.map(|pad| pad as isize);
    let channels = [g.in_channels, g.out_channels];
    let kernel = Kernel {
        values: kernel,
        channels,
        turned: false,
    };
    run(level, g.batch, input, output, before, x, kernel, finish, y);
}

/// The gradient with respect to x; `g` must be as for [`forward`].
pub fn input_gradient<T: Gemm>(level: Level, g: &Conv2d, dy: &[T], kernel: &[T], dx: &mut [T]) {
    assert!(fits(g), "not a convolution for Winograd's algorithm: {g:?}");
    g.check(dx.len(), kernel.len(), dy.len());
    if dx.is_empty() {
        return;
    }
    let input = [g.out_height, g.out_width, g.out_channels];
    let output = [g.height, g.width, g.in_channels];
    let before = g.pad_before.map(|pad| 2 - pad as isize);
    let channels = [g.in_channels, g.out_channels];
    let kernel = Kernel {
        values: kernel,
        channels,
        turned: true,
    };
    let finish = Finish::bias(None);
    run(
        level, g.batch, input, output, before, dy, kernel, finish, dx,
    );
}

struct Kernel<'a, T> {
    values: &'a [T],
    channels: [usize; 2],
    turned: bool,
}

#[allow(clippy::too_many_arguments)]
fn run<T: Gemm>(
    level: Level,
    batch: usize,
    input: [usize; 3],
    output: [usize; 3],
    before: [isize; 2],
    x: &[T],
    kernel: Kernel<T>,
    finish: Finish<T>,
    y: &mut [T],
) {
    let image = |[height, width, channels]: [usize; 3], before| Image {
        height,
        width,
        channels,
        before,
    };
    let count = batch * count(output[0]) * count(output[1]);
    let width = T::kernels(level).cols();
    let panels = output[2].div_ceil(width);
    // 16 more than the elements of a plane, so that planes do not fall into the same cache sets.
    let plane = input[2] * width + 16;
    let panel = PLANES * plane;
    scratch::with(panels * panel, |packed: &mut [T]| {
        parallel::for_each_chunk(packed, panel, |start, out| {
            let body = FromKernel {
                kernel: kernel.values,
                channels: kernel.channels,
                turned: kernel.turned,
                first: start / panel * width,
                width,
                plane,
                out,
            };
            // SAFETY: the processor has `level`.
            unsafe { T::vectors(level, body) }
        });
        let row = Planes::new(0, input[2]).row + Planes::new(0, PANELS * width).row;
        let room = DATA / (PLANES * size_of::<T>() * row);
        let rows = room.min(count.div_ceil(TASKS)).clamp(TILES[0], TILES[1]);
        // Tasks of one size: the last one of ten as small as it comes leaves a thread waiting.
        let rows = count.div_ceil(count.div_ceil(rows));
        let pass = Pass {
            level,
            input: image(input, before),
            output: image(output, [0, 0]),
            x,
            packed,
            plane,
            finish,
            y: Parts::of(y),
        };
        parallel::for_each_range(count, rows, |tiles| pass.tiles(tiles));
    });
}

struct Pass<'a, T> {
    level: Level,
    input: Image,
    output: Image,
    x: &'a [T],
    /// The transformed kernel, a panel after the other.
    packed: &'a [T],
    /// Elements from one point of it to the next.
    plane: usize,
    finish: Finish<'a, T>,
    y: Parts<T>,
}

impl<T: Gemm> Pass<'_, T> {
    /// Computes the outputs of some tiles.
    fn tiles(&self, tiles: Range<usize>) {
        let tiles = Tiles::new([self.output.height, self.output.width], tiles);
        let kernels = T::kernels(self.level);
        let (width, depth) = (kernels.cols(), self.input.channels);
        let data = Planes::new(tiles.len(), depth);
        let results = Planes::new(tiles.len(), PANELS * width);
        let lens = [
            depth.next_multiple_of(16),
            PLANES * data.plane,
            PLANES * results.plane,
        ];
        scratch::with(lens.iter().sum(), |memory: &mut [T]| {
            let (zeros, memory) = memory.split_at_mut(lens[0]);
            let (data_memory, result_memory) = memory.split_at_mut(lens[1]);
            zeros.fill(T::default());
            let body = FromImage::<T, Data> {
                sizes: self.input,
                image: self.x,
                tiles: &tiles,
                channels: 0..depth,
                zeros,
                out: data_memory,
                planes: data,
                map: PhantomData,
            };
            // SAFETY: the processor has `level`.
            unsafe { T::vectors(self.level, body) };
            let panels = self.output.channels.div_ceil(width);
            for first in (0..panels).step_by(PANELS) {
                let group = first..(first + PANELS).min(panels);
                for point in 0..PLANES {
                    let using = tiles.using([point / POINTS, point % POINTS]);
                    for panel in group.clone() {
                        for tile in Heights::new(using.len(), kernels.rows()).iter() {
                            let start = using.start + tile.start;
                            let c = point * results.plane
                                + start * results.row
                                + (panel - first) * width;
                            let tile = Tile {
                                rows: tile.len(),
                                cols: width,
                                a: data_memory[point * data.plane + start * data.row..].as_ptr(),
                                layout: Layout::Rows(data.row),
                                segments: &[0],
                                k: depth,
                                b: self.packed[(panel * PLANES + point) * self.plane..].as_ptr(),
                                b_stride: width,
                                c: result_memory[c..].as_mut_ptr(),
                                c_stride: results.row,
                                addend: std::ptr::null(),
                                addend_stride: 0,
                            };
                            // SAFETY: the planes have a row for each tile, of `depth` and of PANELS · `width` elements; a
                            // panel has `depth` rows of `width` for each point. The kernels are those of a level that the
                            // processor has.
                            unsafe { kernels.run(&tile) }
                        }
                    }
                }
                let body = ToImage {
                    sizes: self.output,
                    image: self.y.get(),
                    tiles: &tiles,
                    channels: group.start * width..(group.end * width).min(self.output.channels),
                    finish: self.finish,
                    from: result_memory,
                    planes: results,
                };
                // SAFETY: the processor has `level`; no other task writes these tiles.
                unsafe { T::vectors(self.level, body) };
            }
        });
    }
}
