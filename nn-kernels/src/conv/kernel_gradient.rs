//! Kernel gradient as an implicit matrix product, `dk = patchesᵀ · dy`.
//!
//! The k index runs over all output pixels, the rows of the product over taps and input channels. Patches (what an
//! output pixel sees of the input) are copied together for a few pixels at a time, as the packed operand of the
//! product; the copy stays in the second cache.
//!
//! Pixels are cut into pieces by the sizes alone. Each piece has a sum of its own; they are added in order.

use super::super::gemm::tile::{Kernels, Layout, Tile};
use super::super::gemm::{Gemm, Heights, Mat, pack::pack_b, scratch};
use super::super::parallel::{self, Parts};
use super::super::simd::Level;
use super::Conv2d;
use std::ops::Range;

/// Elements of the patches that are together in the second cache: half a MiB of f32.
const PATCHES: usize = 1 << 17;

/// Most output pixels in a step, so that a panel of dy stays in the first cache.
const PIXELS: usize = 256;

/// Elements of all partial sums together: 16 MiB of f32.
const PARTIAL: usize = 1 << 22;

/// Tasks to aim for, and multiply-adds in one at least.
const TASKS: usize = 16;
const TASK_WORK: usize = 1 << 21;

/// The gradient with respect to the kernel.
pub fn kernel_gradient<T: Gemm>(level: Level, g: &Conv2d, x: &[T], dy: &[T], dk: &mut [T]) {
    g.check(x.len(), dk.len(), dy.len());
    if dk.is_empty() {
        return;
    }
    let kernels = T::kernels(level);
    let pixels = g.batch * g.out_height * g.out_width;
    if pixels == 0 {
        return dk.fill(T::default());
    }
    let (len, co) = (dk.len(), g.out_channels / g.groups);
    let most = TASKS
        .min(PARTIAL / len)
        .min(pixels.saturating_mul(len) / g.groups / TASK_WORK)
        .max(1);
    let piece = pixels.div_ceil(most);
    let pieces = pixels.div_ceil(piece);
    // Too few pieces: cut the output channels as well, at the price of gathering the patches again for each cut.
    let cut = (co.div_ceil(TASKS.div_ceil(pieces * g.groups)))
        .next_multiple_of(kernels.cols())
        .max(2 * kernels.cols());
    let cuts = co.div_ceil(cut);
    sum_of_pieces(pieces, dk, |sums| {
        parallel::for_each_range(pieces * g.groups * cuts, 1, |tasks| {
            for task in tasks {
                let (p, group, c) = (task / cuts / g.groups, task / cuts % g.groups, task % cuts);
                let channels = c * cut..((c + 1) * cut).min(co);
                // SAFETY: a matrix of `len` elements for each piece, and within one different channels of dy.
                unsafe {
                    add_piece(
                        kernels,
                        g,
                        x,
                        dy,
                        group,
                        channels,
                        p * piece..((p + 1) * piece).min(pixels),
                        sums.after(p * len),
                    );
                }
            }
        });
    });
}

/// The sum of `pieces` arrays as long as `out`, which `write` writes one after another; they are added in order.
pub fn sum_of_pieces<T: Gemm>(pieces: usize, out: &mut [T], write: impl FnOnce(Parts<T>)) {
    if pieces == 1 {
        return write(Parts::of(out));
    }
    let len = out.len();
    scratch::with(pieces * len, |partial: &mut [T]| {
        write(Parts::of(partial));
        let (first, rest) = partial.split_at(len);
        parallel::for_each_chunk(out, parallel::GRAIN, |start, out| {
            out.copy_from_slice(&first[start..start + out.len()]);
            for piece in rest.chunks_exact(len) {
                for (sum, &v) in out.iter_mut().zip(&piece[start..]) {
                    *sum += v;
                }
            }
        });
    });
}

/// Sums `pixels` up for the output channels `channels` of one group, overwriting their part of `out`.
///
/// # Safety
/// `out` must hold a whole kernel, and nobody else may use those channels of it meanwhile.
#[allow(clippy::too_many_arguments)]
unsafe fn add_piece<T: Gemm>(
    kernels: &Kernels<T>,
    g: &Conv2d,
    x: &[T],
    dy: &[T],
    group: usize,
    channels: Range<usize>,
    pixels: Range<usize>,
    out: Parts<T>,
) {
    let (co, width) = (g.out_channels, kernels.cols());
    let rows = g.kernel[0] * g.kernel[1] * (g.in_channels / g.groups);
    let first = group * (co / g.groups);
    let channels = first + channels.start..first + channels.end;
    // An odd number of cache lines from pixel to pixel, so that pixels do not fall into the same cache sets.
    let stride = (rows.div_ceil(16) | 1) * 16;
    let step = (PATCHES / stride).clamp(8, PIXELS);
    let heights = Heights::new(rows, kernels.rows());
    let dy_len = step * channels.len().next_multiple_of(width);
    scratch::with(dy_len + step * stride, |memory: &mut [T]| {
        let (packed, patches) = memory.split_at_mut(dy_len);
        for start in pixels.clone().step_by(step) {
            let step = start..(start + step).min(pixels.end);
            let dy = Mat {
                data: dy,
                row_stride: co,
                col_stride: 1,
            };
            pack_b(dy, step.clone(), channels.clone(), width, packed);
            gather(g, x, group, step.clone(), stride, patches);
            for o in channels.clone().step_by(width) {
                for tile in heights.iter() {
                    // SAFETY: row `tile.start` and column `o` of a matrix of `rows` × `co`.
                    let c = unsafe { out.get().add(tile.start * co + o) };
                    let again = start > pixels.start;
                    let tile = Tile {
                        rows: tile.len(),
                        cols: width.min(channels.end - o),
                        a: patches[tile.start..].as_ptr(),
                        layout: Layout::Columns(stride),
                        segments: &[0],
                        k: step.len(),
                        b: packed
                            .as_ptr()
                            .wrapping_add((o - channels.start) * step.len()),
                        b_stride: width,
                        c,
                        c_stride: co,
                        addend: if again {
                            c.cast_const()
                        } else {
                            std::ptr::null()
                        },
                        addend_stride: co,
                    };
                    // SAFETY: `patches` holds `step` lines of `stride` ≥ `rows` elements, `packed` as many rows of every
                    // panel; C is the caller's promise; the kernels are those of a level that the processor has.
                    unsafe { kernels.run(&tile) }
                }
            }
        }
    });
}

/// Copies what the output pixels `pixels` see of one group of channels: a line of taps and channels for each, lines
/// `stride` apart.
fn gather<T: Gemm>(
    g: &Conv2d,
    x: &[T],
    group: usize,
    pixels: Range<usize>,
    stride: usize,
    out: &mut [T],
) {
    let ci = g.in_channels / g.groups;
    let taps = g.kernel[1] * ci;
    for (pixel, line) in pixels.zip(out.chunks_exact_mut(stride)) {
        let [ox, oy, image] = [
            pixel % g.out_width,
            pixel / g.out_width % g.out_height,
            pixel / g.out_width / g.out_height,
        ];
        for (ky, line) in line.chunks_exact_mut(taps).take(g.kernel[0]).enumerate() {
            let y = (oy * g.strides[0] + ky * g.dilation[0]).wrapping_sub(g.pad_before[0]);
            if y >= g.height {
                line.fill(T::default());
                continue;
            }
            let row = (image * g.height + y) * g.width;
            let left = (ox * g.strides[1]).wrapping_sub(g.pad_before[1]);
            if ci == g.in_channels
                && g.dilation[1] == 1
                && left < g.width
                && left + g.kernel[1] <= g.width
            {
                let start = (row + left) * ci;
                line.copy_from_slice(&x[start..start + taps]);
                continue;
            }
            for (kx, line) in line.chunks_exact_mut(ci).enumerate() {
                let x_ = left.wrapping_add(kx * g.dilation[1]);
                if x_ < g.width {
                    let start = (row + x_) * g.in_channels + group * ci;
                    line.copy_from_slice(&x[start..start + ci]);
                } else {
                    line.fill(T::default());
                }
            }
        }
    }
}
