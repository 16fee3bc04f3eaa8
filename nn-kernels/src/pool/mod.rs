//! Pooling over windows of images `[batch, height, width, channels]`.
//!
//! What a window covers beyond the image takes no part: neither in the maximum nor in the count of the average. Tasks
//! are rows of the result, going forward as well as back: a row of the gradient gathers what its windows give, in their order, so
//! overlapping windows add up the same way on any number of threads.

mod average;
mod max;
#[cfg(test)]
mod tests;

pub use average::{average_pool, average_pool_backward};
pub use max::{Cell, max_pool, max_pool_backward};

use std::ops::Range;

use super::elementwise::{pieces, pieces2};
use super::math::Float;
use super::parallel::GRAIN;
use super::simd;

/// Runs `$run` for the blocks of `$channels` that are carried through a window together, in registers: as many of 32 as there
/// are, then of 8, then single ones. `$at` is the first channel of a block, the constant `$N` how many it has.
macro_rules! for_blocks {
    ($channels:expr, |$at:ident, $N:ident| $run:expr) => {{
        let (channels, mut $at) = ($channels, 0);
        for_blocks!(32, channels, $at, $N, $run);
        for_blocks!(8, channels, $at, $N, $run);
        for_blocks!(1, channels, $at, $N, $run);
    }};
    ($size:literal, $channels:ident, $at:ident, $N:ident, $run:expr) => {{
        const $N: usize = $size;
        while $at + $N <= $channels {
            $run;
            $at += $N;
        }
    }};
}
use for_blocks;

/// Where the windows lie; pairs are (vertical, horizontal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Images.
    pub batch: usize,
    /// Height and width of the images.
    pub input: [usize; 2],
    /// Height and width of the results: the number of windows.
    pub output: [usize; 2],
    /// Numbers in every pixel.
    pub channels: usize,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Distances between windows.
    pub stride: [usize; 2],
    /// How far the first window lies above and left of the image.
    pub pad: [usize; 2],
}

/// A pixel that a window covers.
#[derive(Clone, Copy)]
struct Hit {
    /// The cell of the window, numbered by rows.
    cell: usize,
    /// How many elements the pixel lies behind the first pixel covered.
    offset: usize,
}

impl Windows {
    fn input_row(&self) -> usize {
        self.input[1] * self.channels
    }

    fn input_image(&self) -> usize {
        self.input[0] * self.input_row()
    }

    fn output_row(&self) -> usize {
        self.output[1] * self.channels
    }

    fn output_image(&self) -> usize {
        self.output[0] * self.output_row()
    }

    /// Panics unless the lengths agree and no position can overflow, and says whether there is anything to do.
    fn check(&self, input: usize, output: usize) -> bool {
        let product = |[height, width]: [usize; 2]| {
            [height, width, self.channels]
                .iter()
                .try_fold(self.batch, |n, &by| n.checked_mul(by))
        };
        assert_eq!(
            Some(input),
            product(self.input),
            "pooling: elements of the images"
        );
        assert_eq!(
            Some(output),
            product(self.output),
            "pooling: elements of the results"
        );
        for d in 0..2 {
            assert!(
                self.stride[d] > 0,
                "pooling: strides {:?} must be at least 1",
                self.stride
            );
            let farthest = self.output[d]
                .checked_mul(self.stride[d])
                .and_then(|n| n.checked_add(self.kernel[d]))
                .and_then(|n| n.checked_add(self.pad[d]))
                .and_then(|n| n.checked_add(self.input[d]));
            assert!(
                farthest.is_some(),
                "pooling: windows reach further than can be counted: {self:?}"
            );
        }
        let cells = self.kernel[0].checked_mul(self.kernel[1]);
        assert!(
            cells.is_some_and(|n| n <= i64::MAX as usize),
            "pooling: more cells than can be counted in windows of {:?}",
            self.kernel
        );
        output > 0 && input > 0
    }

    /// The pixels of the image that window `at` covers along axis `d`.
    #[inline(always)]
    fn covered(&self, d: usize, at: usize) -> Range<usize> {
        let start = at * self.stride[d];
        let first = start.saturating_sub(self.pad[d]).min(self.input[d]);
        let end = (start + self.kernel[d])
            .saturating_sub(self.pad[d])
            .min(self.input[d]);
        first..end.max(first)
    }

    /// The windows that cover pixel `at` of the image along axis `d`, the inverse of [`Windows::covered`].
    #[inline(always)]
    fn covering(&self, d: usize, at: usize) -> Range<usize> {
        let end = (at + self.pad[d]) / self.stride[d] + 1;
        let first = match (at + self.pad[d]).checked_sub(self.kernel[d]) {
            Some(before) => before / self.stride[d] + 1,
            None => 0,
        };
        let end = end.min(self.output[d]);
        first.min(end)..end
    }

    /// The cell of window `window` that lies on pixel `at` along axis `d`.
    #[inline(always)]
    fn cell(&self, d: usize, window: usize, at: usize) -> usize {
        (at + self.pad[d]).saturating_sub(window * self.stride[d])
    }

    /// The pixels of a window by rows, given its first cell and the height and width of what it covers.
    fn hits(&self, [top, left]: [usize; 2], [height, width]: [usize; 2], hits: &mut Vec<Hit>) {
        hits.clear();
        for i in 0..height {
            hits.extend((0..width).map(|j| Hit {
                cell: (top + i) * self.kernel[1] + left + j,
                offset: (i * self.input[1] + j) * self.channels,
            }));
        }
    }
}

/// Calls `body(image, hits, out, extra)` for every window: the elements of its image from the first pixel covered on, the
/// pixels covered, and what is its of `out` and `extra`.
#[inline(always)]
fn for_each_window<T: Float, E: Send>(
    x: &[T],
    windows: &Windows,
    out: &mut [T],
    extra: &mut [E],
    body: impl Fn(&[T], &[Hit], &mut [T], &mut [E]) + Sync,
) {
    assert_eq!(extra.len(), out.len());
    if !windows.check(x.len(), out.len()) {
        return;
    }
    let (row, channels) = (windows.output_row(), windows.channels);
    let cells = windows.kernel[0] * windows.kernel[1];
    let rows = (GRAIN / row.saturating_mul(cells).max(1)).max(1);
    let level = simd::level();
    pieces2(
        (out, rows * row),
        (extra, rows * row),
        &|task, out, extra| {
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    let (mut hits, mut last) = (Vec::new(), None);
                    let lines = out.chunks_exact_mut(row).zip(extra.chunks_exact_mut(row));
                    for (i, (out, extra)) in lines.enumerate() {
                        let flat = task * rows + i;
                        let (image, top) = (flat / windows.output[0], flat % windows.output[0]);
                        let x = &x[image * windows.input_image()..][..windows.input_image()];
                        let down = windows.covered(0, top);
                        let pixels = out
                            .chunks_exact_mut(channels)
                            .zip(extra.chunks_exact_mut(channels));
                        for (left, (out, extra)) in pixels.enumerate() {
                            let across = windows.covered(1, left);
                            let cells = [
                                windows.cell(0, top, down.start),
                                windows.cell(1, left, across.start),
                            ];
                            // Away from the border all windows cover the same.
                            let shape = Some((cells, down.len(), across.len()));
                            if shape != last {
                                last = shape;
                                windows.hits(cells, [down.len(), across.len()], &mut hits);
                            }
                            let first = (down.start * windows.input[1] + across.start) * channels;
                            body(&x[first.min(x.len())..], &hits, out, extra);
                        }
                    }
                },
            );
        },
    );
}

/// Writes every element of `dx` as the sum, in order, of `value(dy, extra, cell, share)` over the windows that cover it, where share
/// is 1 / number of pixels that the window covers; 0 if there is none.
#[inline(always)]
fn gather<T: Float, E: Copy + Sync>(
    dy: &[T],
    extra: &[E],
    windows: &Windows,
    dx: &mut [T],
    value: impl Fn(T, E, usize, T) -> T + Sync,
) {
    assert_eq!(extra.len(), dy.len());
    if !windows.check(dx.len(), dy.len()) {
        return dx.fill(T::ZERO);
    }
    let (row, channels) = (windows.input_row(), windows.channels);
    let level = simd::level();
    pieces(dx, row * (GRAIN / row).max(1), &|start, piece| {
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                for (i, dx) in piece.chunks_exact_mut(row).enumerate() {
                    let flat = start / row + i;
                    let (image, y) = (flat / windows.input[0], flat % windows.input[0]);
                    // Filling takes a row into the first cache without reading it from memory: with the additions that follow it
                    // costs less than plain stores of each element, which read it first.
                    dx.fill(T::ZERO);
                    for top in windows.covering(0, y) {
                        let line = image * windows.output_image() + top * windows.output_row();
                        let line = line..line + windows.output_row();
                        let (dy, extra) = (&dy[line.clone()], &extra[line]);
                        let cells = windows.cell(0, top, y) * windows.kernel[1];
                        let height = windows.covered(0, top).len();
                        for left in 0..windows.output[1] {
                            let own = left * channels..(left + 1) * channels;
                            let (dy, extra) = (&dy[own.clone()], &extra[own]);
                            let across = windows.covered(1, left);
                            let cell = cells + windows.cell(1, left, across.start);
                            let share = share(height * across.len());
                            let dx = &mut dx[across.start * channels..across.end * channels];
                            for_blocks!(channels, |at, N| spread::<N, _, _>(
                                &dy[at..],
                                &extra[at..],
                                dx.get_mut(at..).unwrap_or_default(),
                                channels,
                                #[inline(always)]
                                |dy, extra, j| value(dy, extra, cell + j, share),
                            ));
                        }
                    }
                }
            },
        );
    });
}

/// Adds `value(dy, extra, j)` to `N` channels of each pixel j of `dx`, which starts with the first of them.
#[inline(always)]
fn spread<const N: usize, T: Float, E: Copy>(
    dy: &[T],
    extra: &[E],
    dx: &mut [T],
    channels: usize,
    value: impl Fn(T, E, usize) -> T,
) {
    // Copies stay in registers, whatever is written to `dx`.
    let left = "a block is N channels long";
    let dy = *dy.first_chunk::<N>().expect(left);
    let extra = *extra.first_chunk::<N>().expect(left);
    let (mut j, mut at) = (0, 0);
    while at < dx.len() {
        let dx = &mut dx[at..][..N];
        for i in 0..N {
            dx[i] += value(dy[i], extra[i], j);
        }
        j += 1;
        at += channels;
    }
}

/// 1 / number of pixels.
#[inline(always)]
fn share<T: Float>(pixels: usize) -> T {
    T::ONE / T::from_f64(pixels.max(1) as f64)
}
