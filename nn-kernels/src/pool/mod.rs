//! Pooling over windows of volumes `[batch, depth, height, width, channels]`; images and sequences are volumes of depth, or depth and
//! height, 1.
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

use super::elementwise::pieces2;
use super::math::Float;
use super::parallel::{GRAIN, pieces};
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

/// Where the windows lie; triples are (in depth, vertical, horizontal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Volumes.
    pub batch: usize,
    /// Depth, height and width of the volumes.
    pub input: [usize; 3],
    /// Depth, height and width of the results: the number of windows.
    pub output: [usize; 3],
    /// Numbers in every pixel.
    pub channels: usize,
    /// Depth, height and width of a window.
    pub kernel: [usize; 3],
    /// Distances between windows.
    pub stride: [usize; 3],
    /// How far the first window lies in front of, above and left of the volume.
    pub pad: [usize; 3],
    /// Whether the windows share each axis evenly instead: of `m` windows on `n` pixels window `i` covers those from `⌊i·n/m⌋` up to
    /// `⌈(i+1)·n/m⌉`. `kernel` holds at least as many pixels as any of them covers, `stride` and `pad` say nothing.
    pub adaptive: bool,
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
        self.input[2] * self.channels
    }

    fn input_volume(&self) -> usize {
        self.input[0] * self.input[1] * self.input_row()
    }

    fn output_row(&self) -> usize {
        self.output[2] * self.channels
    }

    /// Panics unless the lengths agree and no position can overflow, and says whether there is anything to do.
    fn check(&self, input: usize, output: usize) -> bool {
        let product = |sizes: [usize; 3]| {
            let sizes = sizes.iter().chain([&self.channels]);
            sizes.copied().try_fold(self.batch, usize::checked_mul)
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
        for d in 0..3 {
            let farthest = match self.adaptive {
                true => (self.output[d].checked_add(1))
                    .zip(self.input[d].checked_add(1))
                    .and_then(|(windows, pixels)| windows.checked_mul(pixels)),
                false => {
                    assert!(
                        self.stride[d] > 0,
                        "pooling: strides {:?} must be at least 1",
                        self.stride
                    );
                    self.output[d]
                        .checked_mul(self.stride[d])
                        .and_then(|n| n.checked_add(self.kernel[d]))
                        .and_then(|n| n.checked_add(self.pad[d]))
                        .and_then(|n| n.checked_add(self.input[d]))
                }
            };
            assert!(
                farthest.is_some(),
                "pooling: windows reach further than can be counted: {self:?}"
            );
            assert!(
                !self.adaptive
                    || self.output[d] == 0
                    || self.kernel[d] >= most_pixels(self.input[d], self.output[d]),
                "pooling: {} of {} pixels for each window are more than {:?}",
                most_pixels(self.input[d], self.output[d]),
                self.input[d],
                self.kernel
            );
        }
        let cells = self.kernel.iter().copied().try_fold(1, usize::checked_mul);
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
        if self.adaptive {
            let (n, m) = (self.input[d], self.output[d]);
            return at * n / m..((at + 1) * n).div_ceil(m);
        }
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
        if self.adaptive {
            let (n, m) = (self.input[d], self.output[d]);
            return at * m / n..((at + 1) * m).div_ceil(n);
        }
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
        match self.adaptive {
            true => at - self.covered(d, window).start,
            false => (at + self.pad[d]).saturating_sub(window * self.stride[d]),
        }
    }

    /// The pixels of a window in their order, given its first cell and the sizes of what it covers.
    fn hits(&self, [front, top, left]: [usize; 3], covers: [usize; 3], hits: &mut Vec<Hit>) {
        hits.clear();
        for (h, i) in (0..covers[0]).flat_map(|h| (0..covers[1]).map(move |i| (h, i))) {
            hits.extend((0..covers[2]).map(|j| Hit {
                cell: ((front + h) * self.kernel[1] + top + i) * self.kernel[2] + left + j,
                offset: ((h * self.input[1] + i) * self.input[2] + j) * self.channels,
            }));
        }
    }

    /// The element of the volumes that the cell of the window of result element `flat` lies on.
    pub fn pixel(&self, flat: usize, cell: usize) -> usize {
        let (mut window, channel) = (flat / self.channels, flat % self.channels);
        let (mut cell, mut places) = (cell, [0; 3]);
        for d in (0..3).rev() {
            let at = window % self.output[d];
            let start = match self.adaptive {
                true => self.covered(d, at).start,
                false => at * self.stride[d],
            };
            let pad = if self.adaptive { 0 } else { self.pad[d] };
            places[d] = start + cell % self.kernel[d] - pad;
            (window, cell) = (window / self.output[d], cell / self.kernel[d]);
        }
        let [z, y, x] = places;
        let row = (window * self.input[0] + z) * self.input[1] + y;
        (row * self.input[2] + x) * self.channels + channel
    }
}

/// The most pixels that one of `m` windows covers which share `n` pixels evenly, or one more.
pub fn most_pixels(n: usize, m: usize) -> usize {
    n.div_ceil(m.max(1)).saturating_add(1).min(n.max(1))
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
    let cells = windows.kernel.iter().product::<usize>();
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
                        let [_, heights, _] = windows.output;
                        let (slice, top) = (flat / heights, flat % heights);
                        let (volume, front) =
                            (slice / windows.output[0], slice % windows.output[0]);
                        let x = &x[volume * windows.input_volume()..][..windows.input_volume()];
                        let (deep, down) = (windows.covered(0, front), windows.covered(1, top));
                        let first = deep.start * windows.input[1] + down.start;
                        let pixels = out
                            .chunks_exact_mut(channels)
                            .zip(extra.chunks_exact_mut(channels));
                        for (left, (out, extra)) in pixels.enumerate() {
                            let across = windows.covered(2, left);
                            let cells = [
                                windows.cell(0, front, deep.start),
                                windows.cell(1, top, down.start),
                                windows.cell(2, left, across.start),
                            ];
                            let covers = [deep.len(), down.len(), across.len()];
                            // Away from the border all windows cover the same.
                            let shape = Some((cells, covers));
                            if shape != last {
                                last = shape;
                                windows.hits(cells, covers, &mut hits);
                            }
                            let first = (first * windows.input[2] + across.start) * channels;
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
                    let (slice, y) = (flat / windows.input[1], flat % windows.input[1]);
                    let (volume, z) = (slice / windows.input[0], slice % windows.input[0]);
                    // Filling takes a row into the first cache without reading it from memory: with the additions that follow it
                    // costs less than plain stores of each element, which read it first.
                    dx.fill(T::ZERO);
                    let above = windows.covering(1, y);
                    let rows = windows
                        .covering(0, z)
                        .flat_map(|front| above.clone().map(move |top| (front, top)));
                    for (front, top) in rows {
                        let slice = volume * windows.output[0] + front;
                        let line = (slice * windows.output[1] + top) * windows.output_row();
                        let line = line..line + windows.output_row();
                        let (dy, extra) = (&dy[line.clone()], &extra[line]);
                        let cells = (windows.cell(0, front, z) * windows.kernel[1]
                            + windows.cell(1, top, y))
                            * windows.kernel[2];
                        let covers =
                            windows.covered(0, front).len() * windows.covered(1, top).len();
                        for left in 0..windows.output[2] {
                            let own = left * channels..(left + 1) * channels;
                            let (dy, extra) = (&dy[own.clone()], &extra[own]);
                            let across = windows.covered(2, left);
                            let cell = cells + windows.cell(2, left, across.start);
                            let share = share(covers * across.len());
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
