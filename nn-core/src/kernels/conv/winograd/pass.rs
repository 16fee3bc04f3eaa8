//! Forward pass and input gradient.

use super::points::Points;
use super::transform::{FromImage, FromKernel, Grid, Planes, ToImage};
use crate::kernels::conv::Conv2d;
use crate::kernels::gemm::tile::{Layout, Tile};
use crate::kernels::gemm::{Gemm, Heights, Shared, scratch};
use crate::kernels::parallel;
use crate::kernels::simd::Level;
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

pub fn forward<T: Gemm, P: Points<M, N>, const M: usize, const N: usize>(
    level: Level,
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    bias: Option<&[T]>,
    y: &mut [T],
) {
    let input = [g.height, g.width, g.in_channels];
    let output = [g.out_height, g.out_width, g.out_channels];
    let before = g.pad_before.map(|pad| pad as isize);
    let channels = [g.in_channels, g.out_channels];
    let kernel = Kernel {
        values: kernel,
        channels,
        turned: false,
    };
    run::<T, P, M, N>(level, g.batch, input, output, before, x, kernel, bias, y);
}

pub fn input_gradient<T: Gemm, P: Points<M, N>, const M: usize, const N: usize>(
    level: Level,
    g: &Conv2d,
    dy: &[T],
    kernel: &[T],
    dx: &mut [T],
) {
    let input = [g.out_height, g.out_width, g.out_channels];
    let output = [g.height, g.width, g.in_channels];
    let before = g.pad_before.map(|pad| 2 - pad as isize);
    let channels = [g.in_channels, g.out_channels];
    let kernel = Kernel {
        values: kernel,
        channels,
        turned: true,
    };
    run::<T, P, M, N>(level, g.batch, input, output, before, dy, kernel, None, dx);
}

struct Kernel<'a, T> {
    values: &'a [T],
    channels: [usize; 2],
    turned: bool,
}

#[allow(clippy::too_many_arguments)]
fn run<T: Gemm, P: Points<M, N>, const M: usize, const N: usize>(
    level: Level,
    batch: usize,
    input: [usize; 3],
    output: [usize; 3],
    before: [isize; 2],
    x: &[T],
    kernel: Kernel<T>,
    bias: Option<&[T]>,
    y: &mut [T],
) {
    let tiles = [output[0].div_ceil(M), output[1].div_ceil(M)];
    let grid = |[height, width, channels]: [usize; 3], before| Grid {
        height,
        width,
        channels,
        tiles,
        step: M,
        before,
    };
    let count = batch * tiles[0] * tiles[1];
    let width = T::kernels(level).cols();
    let panels = output[2].div_ceil(width);
    // 16 more than the elements of a plane, so that planes do not fall into the same cache sets.
    let plane = input[2] * width + 16;
    let panel = N * N * plane;
    scratch::with(panels * panel, |packed: &mut [T]| {
        parallel::for_each_chunk(packed, panel, |start, out| {
            let body = FromKernel::<T, P::Filter, N> {
                kernel: kernel.values,
                channels: kernel.channels,
                turned: kernel.turned,
                first: start / panel * width,
                width,
                plane,
                out,
                map: PhantomData,
            };
            // SAFETY: the processor has `level`.
            unsafe { T::vectors(level, body) }
        });
        let row = Planes::new(0, input[2]).row + Planes::new(0, PANELS * width).row;
        let room = DATA / (N * N * size_of::<T>() * row);
        let rows = room.min(count.div_ceil(TASKS)).clamp(TILES[0], TILES[1]);
        // Tasks of one size: the last one of ten as small as it comes leaves a thread waiting.
        let rows = count.div_ceil(count.div_ceil(rows));
        let pass = Pass::<T, P, M, N> {
            level,
            input: grid(input, before),
            output: grid(output, [0, 0]),
            x,
            packed,
            plane,
            bias,
            y: Shared(y.as_mut_ptr()),
            points: PhantomData,
        };
        parallel::for_each_range(count, rows, |tiles| pass.tiles(tiles));
    });
}

struct Pass<'a, T, P, const M: usize, const N: usize> {
    level: Level,
    input: Grid,
    output: Grid,
    x: &'a [T],
    /// The transformed kernel, a panel after the other.
    packed: &'a [T],
    /// Elements from one point of it to the next.
    plane: usize,
    bias: Option<&'a [T]>,
    y: Shared<T>,
    points: PhantomData<fn() -> P>,
}

impl<T: Gemm, P: Points<M, N>, const M: usize, const N: usize> Pass<'_, T, P, M, N> {
    /// Computes the outputs of some tiles.
    fn tiles(&self, tiles: Range<usize>) {
        let kernels = T::kernels(self.level);
        let (width, depth) = (kernels.cols(), self.input.channels);
        let data = Planes::new(tiles.len(), depth);
        let results = Planes::new(tiles.len(), PANELS * width);
        let lens = [
            depth.next_multiple_of(16),
            N * N * data.plane,
            N * N * results.plane,
        ];
        scratch::with(lens.iter().sum(), |memory: &mut [T]| {
            let (zeros, memory) = memory.split_at_mut(lens[0]);
            let (data_memory, result_memory) = memory.split_at_mut(lens[1]);
            zeros.fill(T::default());
            let body = FromImage::<T, P::Data, N, N> {
                grid: self.input,
                image: self.x,
                tiles: tiles.clone(),
                channels: 0..depth,
                zeros,
                out: data_memory,
                planes: data,
                map: PhantomData,
            };
            // SAFETY: the processor has `level`.
            unsafe { T::vectors(self.level, body) };
            let heights = Heights::new(tiles.len(), kernels.rows());
            let panels = self.output.channels.div_ceil(width);
            for first in (0..panels).step_by(PANELS) {
                let group = first..(first + PANELS).min(panels);
                for point in 0..N * N {
                    for panel in group.clone() {
                        for tile in heights.iter() {
                            let c = point * results.plane
                                + tile.start * results.row
                                + (panel - first) * width;
                            let tile = Tile {
                                rows: tile.len(),
                                cols: width,
                                a: data_memory[point * data.plane + tile.start * data.row..]
                                    .as_ptr(),
                                layout: Layout::Rows(data.row),
                                segments: &[0],
                                k: depth,
                                b: self.packed[(panel * N * N + point) * self.plane..].as_ptr(),
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
                let body = ToImage::<T, P::Output, N, M> {
                    grid: self.output,
                    image: self.y.get(),
                    tiles: tiles.clone(),
                    channels: group.start * width..(group.end * width).min(self.output.channels),
                    bias: self.bias,
                    from: result_memory,
                    planes: results,
                    map: PhantomData,
                };
                // SAFETY: the processor has `level`; no other task writes these tiles.
                unsafe { T::vectors(self.level, body) };
            }
        });
    }
}
