//! Forward pass and input gradient as implicit matrix products.
//!
//! The rows of the product are the pixels of one output row, its k index runs over taps and channels. The tiles of
//! [`super::super::gemm::tile`] read the image where it lies: pixels along a row are a constant distance apart, and
//! each tap is a segment with its own start. Only where the kernel reaches over the edge are the image rows that a task
//! needs copied into a strip with zeros around, a fraction 1 / (taps · channels of the output) of the work.
//!
//! The input gradient is the same with the roles of x and y exchanged. With a stride s it falls apart into s phases
//! for each axis: dx at positions i, i + s, i + 2s ... sees the same taps at adjacent pixels of dy.

use super::super::gemm::tile::{Kernels, Layout, Tile};
use super::super::gemm::{Gemm, Heights, scratch};
use super::super::parallel::{self, Parts};
use super::super::simd::Level;
use super::Conv2d;
use super::finish::Finish;
use super::phase::Phase;
use std::ops::Range;

/// Multiply-adds in a task at least, about 20 µs.
const TASK_WORK: usize = 1 << 21;

/// Elements of an image that may be copied for a task whatever it makes of them: 4 MiB of f32.
const STRIP: usize = 1 << 20;

/// A pass over an image: which of the two sides is read and how.
struct Pass<'a, T: 'static> {
    kernels: &'static Kernels<T>,
    batch: usize,
    groups: usize,
    /// Height, width and channels of what is read.
    input: [usize; 3],
    /// Height, width and channels of what is written.
    output: [usize; 3],
    x: &'a [T],
    y: Parts<T>,
    finish: Finish<'a, T>,
}

/// `y = x ∗ kernel`, finished.
pub fn forward<T: Gemm>(
    level: Level,
    g: &Conv2d,
    x: &[T],
    kernel: &[T],
    finish: Finish<T>,
    y: &mut [T],
) {
    g.check(x.len(), kernel.len(), y.len());
    finish.check(g.out_channels);
    let pass = Pass {
        kernels: T::kernels(level),
        batch: g.batch,
        groups: g.groups,
        input: [g.height, g.width, g.in_channels],
        output: [g.out_height, g.out_width, g.out_channels],
        x,
        y: Parts::of(y),
        finish,
    };
    let [ci, co] = [g.in_channels / g.groups, g.out_channels];
    let [down, across] = [0, 1].map(|d| Phase::forward(g, d));
    pass.run(&down, &across, |ky, kx, group, i, o, out| {
        let start = ((ky * g.kernel[1] + kx) * ci + i) * co + group * (co / g.groups) + o;
        out.copy_from_slice(&kernel[start..start + out.len()]);
    });
}

/// The gradient with respect to x.
pub fn input_gradient<T: Gemm>(level: Level, g: &Conv2d, dy: &[T], kernel: &[T], dx: &mut [T]) {
    g.check(dx.len(), kernel.len(), dy.len());
    let pass = Pass {
        kernels: T::kernels(level),
        batch: g.batch,
        groups: g.groups,
        input: [g.out_height, g.out_width, g.out_channels],
        output: [g.height, g.width, g.in_channels],
        x: dy,
        y: Parts::of(dx),
        finish: Finish::bias(None),
    };
    let [ci, co] = [g.in_channels / g.groups, g.out_channels];
    let across = Phase::gradient(g, 1);
    for y in &Phase::gradient(g, 0) {
        for x in &across {
            // The roles of the channels are exchanged: `i` counts those of dy, `o` those of dx.
            pass.run(y, x, |ky, kx, group, i, o, out| {
                let column =
                    &kernel[(ky * g.kernel[1] + kx) * ci * co + group * (co / g.groups) + i..];
                for (c, out) in out.iter_mut().enumerate() {
                    *out = column[(o + c) * co];
                }
            });
        }
    }
}

impl<T: Gemm> Pass<'_, T> {
    /// Computes the outputs of one phase. `weights(ky, kx, group, i, o, out)` copies the weights from input
    /// channel `i` of the group to its output channels from `o` on.
    fn run(
        &self,
        y: &Phase,
        x: &Phase,
        weights: impl Fn(usize, usize, usize, usize, usize, &mut [T]) + Sync,
    ) {
        let [ci, co] = [self.input[2] / self.groups, self.output[2] / self.groups];
        let width = self.kernels.cols();
        let panels = co.div_ceil(width);
        let depth = y.taps.len() * x.taps.len() * ci;
        // No more than the kernel with each group's channels rounded up to a panel.
        scratch::with(
            self.groups * panels * depth * width,
            |packed: &mut [T]| {
                parallel::for_each_chunk(packed, (depth * width).max(1), |start, panel| {
                    let index = start / (depth * width);
                    let (group, o) = (index / panels, index % panels * width);
                    let used = width.min(co - o);
                    let taps = y
                        .taps
                        .iter()
                        .flat_map(|ky| x.taps.iter().map(move |kx| (ky.0, kx.0)));
                    for ((ky, kx), panel) in taps.zip(panel.chunks_exact_mut(ci * width)) {
                        for (i, line) in panel.chunks_exact_mut(width).enumerate() {
                            weights(ky, kx, group, i, o, &mut line[..used]);
                            line[used..].fill(T::default());
                        }
                    }
                });
                let row_work = [depth, co, self.groups]
                    .iter()
                    .fold(x.count, |n, &by| n.saturating_mul(by))
                    .max(1);
                let rows = TASK_WORK.div_ceil(row_work).clamp(1, y.count);
                let blocks = y.count.div_ceil(rows);
                let packed = &*packed;
                parallel::for_each_range(self.batch * blocks, 1, |tasks| {
                    for task in tasks {
                        let start = task % blocks * rows;
                        let rows = start..(start + rows).min(y.count);
                        self.strip(y, x, packed, task / blocks, rows.clone());
                        self.finish(task / blocks, rows);
                    }
                });
            },
        );
    }

    /// Computes the output rows `rows` of one phase and image.
    fn strip(&self, y: &Phase, x: &Phase, packed: &[T], image: usize, rows: Range<usize>) {
        let [height, width, channels] = self.input;
        let (ys, xs) = (y.span(rows.clone()), x.span(0..x.count));
        let image = (
            image,
            &self.x[image * height * width * channels..][..height * width * channels],
        );
        let inside =
            ys.start >= 0 && ys.end <= height as isize && xs.start >= 0 && xs.end <= width as isize;
        if inside {
            return self.tiles(y, x, packed, image.0, rows, image.1, [0, 0], width);
        }
        let line = xs.len().checked_mul(channels);
        let len = line.and_then(|line| line.checked_mul(ys.len()));
        let depth = y.taps.len() * x.taps.len() * channels;
        let patches = x.count.saturating_mul(depth).saturating_mul(rows.len());
        let (Some(line), Some(len)) = (line, len) else {
            return self.patches(y, x, packed, image, rows);
        };
        if len > STRIP.max(patches.saturating_mul(4)) {
            return self.patches(y, x, packed, image, rows);
        }
        scratch::with(len, |strip: &mut [T]| {
            let left = (-xs.start).clamp(0, xs.len() as isize) as usize;
            let used = (xs.end.min(width as isize) - xs.start.max(0)).max(0) as usize * channels;
            for (row, out) in ys.clone().zip(strip.chunks_exact_mut(line.max(1))) {
                if !(0..height as isize).contains(&row) || used == 0 {
                    out.fill(T::default());
                    continue;
                }
                let start = (row as usize * width + xs.start.max(0) as usize) * channels;
                out[..left * channels].fill(T::default());
                out[left * channels..][..used].copy_from_slice(&image.1[start..start + used]);
                out[left * channels + used..].fill(T::default());
            }
            self.tiles(
                y,
                x,
                packed,
                image.0,
                rows,
                strip,
                [ys.start, xs.start],
                xs.len(),
            );
        });
    }

    /// As [`Pass::strip`] for windows so far apart that most of what lies between them is seen by none: what the pixels of a tile see is
    /// copied, a line for each.
    fn patches(
        &self,
        y: &Phase,
        x: &Phase,
        packed: &[T],
        (image, source): (usize, &[T]),
        rows: Range<usize>,
    ) {
        let [height, width, channels] = self.input;
        let taps = || {
            let across = || x.taps.iter().map(|tap| tap.1);
            y.taps
                .iter()
                .flat_map(move |tap| across().map(move |dx| [tap.1, dx]))
        };
        let line = taps().count() * channels;
        let segments: Vec<isize> = (0..taps().count())
            .map(|t| (t * channels) as isize)
            .collect();
        let heights = Heights::new(x.count, self.kernels.rows());
        scratch::with(self.kernels.rows() * line, |patches: &mut [T]| {
            for (row, tile) in rows.flat_map(|row| heights.iter().map(move |tile| (row, tile))) {
                for (j, patch) in tile.clone().zip(patches.chunks_exact_mut(line.max(1))) {
                    let at = [(row * y.in_step) as isize, (j * x.in_step) as isize];
                    for ([dy, dx], out) in taps().zip(patch.chunks_exact_mut(channels.max(1))) {
                        // What lies above or to the left wraps around to more than any size.
                        let [v, h] = [(at[0] + dy) as usize, (at[1] + dx) as usize];
                        match v < height && h < width {
                            true => {
                                let pixel = (v * width + h) * channels;
                                out.copy_from_slice(&source[pixel..pixel + channels]);
                            }
                            false => out.fill(T::default()),
                        }
                    }
                }
                for panel in 0..self.panels() {
                    let start = self.first_channel(panel);
                    let seen = Seen {
                        a: patches.as_ptr().wrapping_add(start),
                        row: line,
                        segments: &segments,
                    };
                    // SAFETY: `patches` has a line for each pixel of the tile with all that its taps see, the channels of the panel's
                    // group from `start` on; the rest as in `tiles`.
                    unsafe { self.tile(y, x, packed, image, row, tile.clone(), panel, seen) }
                }
            }
        });
    }

    /// Panels of output channels, those of each group rounded up.
    fn panels(&self) -> usize {
        let co = self.output[2] / self.groups;
        self.groups * co.div_ceil(self.kernels.cols())
    }

    /// The first input channel of a panel's group.
    fn first_channel(&self, panel: usize) -> usize {
        let [ci, co] = [self.input[2] / self.groups, self.output[2] / self.groups];
        panel / co.div_ceil(self.kernels.cols()) * ci
    }

    /// Takes the last steps for output rows that were just computed. Only a forward pass has any, whose rows are whole.
    fn finish(&self, image: usize, rows: Range<usize>) {
        if self.finish.only_bias().is_some() {
            return;
        }
        let [height, width, channels] = self.output;
        let line = width * channels;
        // SAFETY: these rows of this image lie in the output one after another, and are this task's alone.
        let pixels = unsafe {
            let first = image * height;
            self.y
                .part((first + rows.start) * line..(first + rows.end) * line)
        };
        self.finish.pixels(0, pixels);
    }

    /// Multiplies the tiles of `rows`, reading `source`, whose first pixel is the input's at `origin` and whose rows are
    /// `line` pixels long.
    #[allow(clippy::too_many_arguments)]
    fn tiles(
        &self,
        y: &Phase,
        x: &Phase,
        packed: &[T],
        image: usize,
        rows: Range<usize>,
        source: &[T],
        origin: [isize; 2],
        line: usize,
    ) {
        let channels = self.input[2];
        // Counted from the first of the rows, all of this lies within `source`.
        let first = (rows.start * y.in_step) as isize - origin[0];
        let taps = y
            .taps
            .iter()
            .flat_map(|dy| x.taps.iter().map(move |dx| [dy.1, dx.1]));
        let segments: Vec<isize> = taps
            .map(|[dy, dx]| ((dy + first) * line as isize + dx - origin[1]) * channels as isize)
            .collect();
        let heights = Heights::new(x.count, self.kernels.rows());
        for panel in 0..self.panels() {
            for row in rows.clone() {
                for tile in heights.iter() {
                    let down = (row - rows.start) * y.in_step;
                    let start = (down * line + tile.start * x.in_step) * channels
                        + self.first_channel(panel);
                    let seen = Seen {
                        a: source.as_ptr().wrapping_add(start),
                        row: x.in_step * channels,
                        segments: &segments,
                    };
                    // SAFETY: `source` holds every input position that these rows see: it is the image when none lies outside, else
                    // a copy of the whole span. Nobody else writes the output of these rows.
                    unsafe { self.tile(y, x, packed, image, row, tile, panel, seen) }
                }
            }
        }
    }

    /// Multiplies the tile of output pixels `tile` of a row and a panel of channels.
    ///
    /// # Safety
    /// `seen` must be readable for the taps of all pixels of the tile and the input channels of the panel's group, `packed` must hold the
    /// weights of all panels, and no other task may write the output of this image, phase and row.
    #[allow(clippy::too_many_arguments)]
    #[inline]
    unsafe fn tile(
        &self,
        y: &Phase,
        x: &Phase,
        packed: &[T],
        image: usize,
        row: usize,
        tile: Range<usize>,
        panel: usize,
        seen: Seen<T>,
    ) {
        let [out_height, out_width, out_channels] = self.output;
        let [ci, co] = [self.input[2] / self.groups, out_channels / self.groups];
        let width = self.kernels.cols();
        let panels = co.div_ceil(width);
        let (group, o) = (panel / panels, panel % panels * width);
        let channel = group * co + o;
        let i = y.first + y.step * row;
        let j = x.first + x.step * tile.start;
        let out = ((image * out_height + i) * out_width + j) * out_channels + channel;
        let tile = Tile {
            rows: tile.len(),
            cols: width.min(co - o),
            a: seen.a,
            layout: Layout::Rows(seen.row),
            segments: seen.segments,
            k: ci,
            b: packed
                .as_ptr()
                .wrapping_add(panel * seen.segments.len() * ci * width),
            b_stride: width,
            c: self.y.get().wrapping_add(out),
            c_stride: x.step * out_channels,
            addend: self
                .finish
                .bias
                .map_or(std::ptr::null(), |bias| bias[channel..].as_ptr()),
            addend_stride: 0,
        };
        // SAFETY: A, B and C are the caller's promise, the bias has an element for each output channel, and the kernels are those of a
        // level that the processor has.
        unsafe { self.kernels.run(&tile) }
    }
}

/// Where a tile finds what its pixels see.
struct Seen<'a, T> {
    /// The first input channel of the first pixel, at the origin of the segments.
    a: *const T,
    /// Elements from one pixel to the next.
    row: usize,
    /// Where each tap's channels are.
    segments: &'a [isize],
}
