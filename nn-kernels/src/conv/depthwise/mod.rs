//! Depthwise convolutions: every channel has a kernel of its own, or several.
//!
//! There is no matrix product in them: a weight meets a single channel. A pixel's channels are vectors, read where they lie; a few
//! pixels of a row are summed up together, so that a weight that was read serves all of them, and the sums stay in registers until the
//! last tap. What each output sees is said by the phases of both axes, forward and back, as in `direct`.
//!
//! With several kernels a channel, the image is copied with every channel repeated: the result has that size too.

mod kernel_rows;

use super::super::gemm::vector::{Body, Vector};
use super::super::gemm::{Gemm, scratch};
use super::super::parallel::{self, Parts};
use super::super::simd::Level;
use super::finish::Finish;
use super::kernel_gradient::sum_of_pieces;
use super::phase::Phase;
use super::{Conv2d, Sizes};
use kernel_rows::KernelRows;
use std::ops::Range;

/// Multiply-adds in a task at least, about 10 µs.
const TASK_WORK: usize = 1 << 17;

/// Partial sums of a kernel gradient at most, and elements of all of them together: 16 MiB of f32.
const PIECES: usize = 16;
const PARTIAL: usize = 1 << 22;

/// Pixels that are summed up together.
const PIXELS: usize = 6;

/// Whether each group has one channel, and a copy with every channel repeated is not much larger than image and result.
pub fn pays(g: &Conv2d) -> bool {
    let [x, _, y] = g.lens;
    let multiplier = g.out_channels / g.groups;
    g.groups > 1
        && x > 0
        && g.in_channels == g.groups
        && (multiplier == 1 || x.saturating_mul(multiplier) <= 4 * (x + y))
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
    repeated(g, x, |g, x| {
        let pass = Pass {
            level,
            batch: g.batch,
            channels: g.groups,
            kernel_width: g.kernel[1],
            input: [g.height, g.width],
            output: [g.out_height, g.out_width],
            x,
            kernel,
            y: Parts::of(y),
            finish,
        };
        pass.run(&Phase::forward(g, 0), &Phase::forward(g, 1));
    });
}

/// The gradient with respect to x.
pub fn input_gradient<T: Gemm>(level: Level, g: &Conv2d, dy: &[T], kernel: &[T], dx: &mut [T]) {
    g.check(dx.len(), kernel.len(), dy.len());
    let single = |g: &Conv2d, dx: &mut [T]| {
        let pass = Pass {
            level,
            batch: g.batch,
            channels: g.groups,
            kernel_width: g.kernel[1],
            input: [g.out_height, g.out_width],
            output: [g.height, g.width],
            x: dy,
            kernel,
            y: Parts::of(dx),
            finish: Finish::bias(None),
        };
        let across = Phase::gradient(g, 1);
        for down in &Phase::gradient(g, 0) {
            for across in &across {
                pass.run(down, across);
            }
        }
    };
    let multiplier = g.out_channels / g.groups;
    if multiplier == 1 {
        return single(g, dx);
    }
    scratch::with(dx.len() * multiplier, |wide: &mut [T]| {
        single(&widened(g), wide);
        let wide = &*wide;
        parallel::for_each_chunk(dx, parallel::GRAIN, |start, dx| {
            let parts = wide[start * multiplier..].chunks_exact(multiplier);
            for (dx, parts) in dx.iter_mut().zip(parts) {
                *dx = parts[1..].iter().fold(parts[0], |sum, &part| sum + part);
            }
        });
    });
}

/// The gradient with respect to the kernel.
pub fn kernel_gradient<T: Gemm>(level: Level, g: &Conv2d, x: &[T], dy: &[T], dk: &mut [T]) {
    g.check(x.len(), dk.len(), dy.len());
    let len = dk.len();
    let rows = g.batch * g.out_height;
    if rows == 0 || dy.is_empty() {
        return dk.fill(T::default());
    }
    let work = dy
        .len()
        .saturating_mul(g.kernel[0])
        .saturating_mul(g.kernel[1]);
    let most = PIECES.min(PARTIAL / len).min(work / TASK_WORK).max(1);
    let piece = rows.div_ceil(most);
    let pieces = rows.div_ceil(piece);
    repeated(g, x, |g, x| {
        sum_of_pieces(pieces, dk, |sums| {
            parallel::for_each_range(pieces, 1, |tasks| {
                for task in tasks {
                    // SAFETY: an array of `len` elements for each piece, which is this task's alone.
                    let dk = unsafe { sums.part(task * len..(task + 1) * len) };
                    dk.fill(T::default());
                    let rows = task * piece..((task + 1) * piece).min(rows);
                    let body = KernelRows { g, x, dy, dk, rows };
                    // SAFETY: what the body asks for holds: `g` was checked against all lengths.
                    unsafe { T::vectors(level, body) }
                }
            });
        });
    });
}

/// The same convolution of images whose channels are repeated, so that each has one kernel.
fn widened(g: &Conv2d) -> Conv2d {
    let sizes = Sizes {
        in_channels: g.out_channels,
        groups: g.out_channels,
        ..**g
    };
    // As `pays` says, no more elements than a few times those there are.
    Conv2d::new(sizes).expect("sizes that were checked")
}

/// Calls `f` with a convolution of one kernel a channel and its image.
fn repeated<T: Gemm>(g: &Conv2d, x: &[T], f: impl FnOnce(&Conv2d, &[T])) {
    let multiplier = g.out_channels / g.groups;
    if multiplier == 1 {
        return f(g, x);
    }
    scratch::with(x.len() * multiplier, |wide: &mut [T]| {
        let grain = (parallel::GRAIN / multiplier).max(1) * multiplier;
        parallel::for_each_chunk(wide, grain, |start, wide| {
            let x = &x[start / multiplier..];
            for (wide, &x) in wide.chunks_exact_mut(multiplier).zip(x) {
                wide.fill(x);
            }
        });
        f(&widened(g), wide);
    });
}

/// A pass over images: which of the two sides is read.
struct Pass<'a, T> {
    level: Level,
    batch: usize,
    channels: usize,
    kernel_width: usize,
    /// Height and width of what is read.
    input: [usize; 2],
    /// Height and width of what is written.
    output: [usize; 2],
    x: &'a [T],
    kernel: &'a [T],
    y: Parts<T>,
    finish: Finish<'a, T>,
}

/// A tap that a row of outputs sees.
#[derive(Clone, Copy)]
struct Tap {
    /// Where its weights are.
    weight: usize,
    /// Where it finds the first output's input, counted from the first element of the image. That may lie outside, and then wraps
    /// around; those that are read do not.
    input: usize,
    /// The same along the row, in pixels.
    across: isize,
}

/// The taps that a row of outputs sees in an image of a height, a width and channels.
#[inline(always)]
fn seen(
    [down, across]: [&Phase; 2],
    row: usize,
    [height, width, channels]: [usize; 3],
    kernel_width: usize,
    taps: &mut Vec<Tap>,
) {
    taps.clear();
    for &(u, offset) in &down.taps {
        let at = (row * down.in_step) as isize + offset;
        if !(0..height as isize).contains(&at) {
            continue;
        }
        taps.extend(across.taps.iter().map(|&(v, across)| {
            Tap {
                weight: (u * kernel_width + v) * channels,
                input: (at as usize * width)
                    .wrapping_add_signed(across)
                    .wrapping_mul(channels),
                across,
            }
        }));
    }
}

impl<T: Gemm> Pass<'_, T> {
    /// Computes the outputs of a phase.
    fn run(&self, down: &Phase, across: &Phase) {
        let taps = (down.taps.len() * across.taps.len()).max(1);
        let row_work = [across.count, self.channels]
            .iter()
            .fold(taps, |n, &by| n.saturating_mul(by))
            .max(1);
        let rows = TASK_WORK.div_ceil(row_work).clamp(1, down.count.max(1));
        let blocks = down.count.div_ceil(rows);
        parallel::for_each_range(self.batch * blocks, 1, |tasks| {
            for task in tasks {
                let start = task % blocks * rows;
                let body = Rows {
                    pass: self,
                    down,
                    across,
                    image: task / blocks,
                    rows: start..(start + rows).min(down.count),
                };
                // SAFETY: what the body asks for holds: the sizes were checked against all lengths, and the rows are this task's alone.
                unsafe { T::vectors(self.level, body) }
            }
        });
    }
}

/// The output rows `rows` of a phase and an image.
struct Rows<'a, T> {
    pass: &'a Pass<'a, T>,
    down: &'a Phase,
    across: &'a Phase,
    image: usize,
    rows: Range<usize>,
}

/// The positions `j` below `count` at which input `in_step·j + offset` exists.
fn within(offset: isize, in_step: usize, count: usize, size: usize) -> Range<usize> {
    let first = ((-offset).max(0) as usize).div_ceil(in_step);
    let end = match size as isize - offset {
        left @ 1.. => (left as usize).div_ceil(in_step),
        _ => 0,
    };
    let end = end.min(count);
    first.min(end)..end
}

impl<T: Gemm> Body<T> for Rows<'_, T> {
    /// Needs sizes that agree with the slices, and rows of the output that nobody else uses.
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Rows {
            pass,
            down,
            across,
            image,
            rows,
        } = self;
        let ([height, width], channels) = (pass.input, pass.channels);
        let x = pass.x[image * height * width * channels..].as_ptr();
        let mut taps: Vec<Tap> = Vec::with_capacity(down.taps.len() * across.taps.len());
        let mut some = Vec::with_capacity(taps.capacity());
        // Where every tap along the row finds an input.
        let inside = across.taps.iter().fold(0..across.count, |all, tap| {
            let own = within(tap.1, across.in_step, across.count, width);
            all.start.max(own.start)..all.end.min(own.end)
        });
        let inside = inside.start.min(inside.end)..inside.end;
        for row in rows {
            let image_ = [height, width, channels];
            seen([down, across], row, image_, pass.kernel_width, &mut taps);
            let line = (image * pass.output[0] + down.first + down.step * row) * pass.output[1];
            let place = |j: usize| (line + across.first + across.step * j) * channels;
            let mut j = 0;
            while j < across.count {
                let all = inside.contains(&j);
                let together = all && j + PIXELS <= inside.end;
                if !all {
                    some.clear();
                    some.extend(taps.iter().copied().filter(|tap| {
                        let at = (j * across.in_step) as isize + tap.across;
                        (0..width as isize).contains(&at)
                    }));
                }
                let at = Place {
                    taps: if all { &taps } else { &some },
                    x: x.wrapping_add((j * across.in_step).wrapping_mul(channels)),
                    x_step: across.in_step.wrapping_mul(channels),
                    weights: pass.kernel.as_ptr(),
                    y: pass.y.get().wrapping_add(place(j)),
                    y_step: across.step.wrapping_mul(channels),
                    channels,
                    finish: &pass.finish,
                };
                // SAFETY: the taps exist at these pixels, as `inside` and the checks of row and column say, with all their channels; the
                // pixels are the caller's to write.
                unsafe {
                    match together {
                        true => at.sum::<V, PIXELS>(),
                        false => at.sum::<V, 1>(),
                    }
                }
                j += if together { PIXELS } else { 1 };
            }
        }
    }
}

/// A few outputs and what they see.
struct Place<'a, T> {
    taps: &'a [Tap],
    x: *const T,
    /// Elements from one output's input to the next one's.
    x_step: usize,
    weights: *const T,
    y: *mut T,
    y_step: usize,
    channels: usize,
    finish: &'a Finish<'a, T>,
}

impl<T: Gemm> Place<'_, T> {
    /// Sums `P` outputs up and writes them.
    ///
    /// # Safety
    /// The processor has the instructions of V; the inputs, weights and outputs exist, and nobody else uses the outputs.
    #[inline(always)]
    unsafe fn sum<V: Vector<Element = T>, const P: usize>(&self) {
        let mut c = 0;
        // SAFETY: the caller's promise, for the channels of whole vectors and of the mask.
        unsafe {
            while c + V::LANES <= self.channels {
                self.vector::<V, P>(
                    c,
                    #[inline(always)]
                    |p| V::load(p),
                    #[inline(always)]
                    |v, p| v.store(p),
                    V::mask(V::LANES),
                );
                c += V::LANES;
            }
            if c < self.channels {
                let mask = V::mask(self.channels - c);
                self.vector::<V, P>(
                    c,
                    #[inline(always)]
                    |p| V::load_masked(p, mask),
                    #[inline(always)]
                    |v, p| v.store_masked(p, mask),
                    mask,
                );
            }
        }
    }

    /// [`Place::sum`] for the channels of a vector from `c` on.
    ///
    /// # Safety
    /// As [`Place::sum`].
    #[inline(always)]
    unsafe fn vector<V: Vector<Element = T>, const P: usize>(
        &self,
        c: usize,
        load: impl Fn(*const T) -> V,
        store: impl Fn(V, *mut T),
        mask: V::Mask,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [V::zero(); P];
            for tap in self.taps {
                let weight = load(self.weights.add(tap.weight + c));
                let x = self.x.wrapping_add(tap.input).wrapping_add(c);
                for (p, sum) in sums.iter_mut().enumerate() {
                    *sum =
                        sum.multiply_add(load(x.wrapping_add(p.wrapping_mul(self.x_step))), weight);
                }
            }
            let steps = self.finish.of::<V>(c, mask);
            for (p, &sum) in sums.iter().enumerate() {
                store(
                    steps.take(sum),
                    self.y.wrapping_add(p.wrapping_mul(self.y_step) + c),
                );
            }
        }
    }
}
