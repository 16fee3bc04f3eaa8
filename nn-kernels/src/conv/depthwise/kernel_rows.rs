//! The gradient of a depthwise kernel: products of rows of images with those of gradients, tap by tap.

use super::super::super::gemm::Gemm;
use super::super::super::gemm::vector::{Body, Vector};
use super::super::Conv2d;
use super::super::phase::Phase;
use super::{Tap, seen, within};
use std::ops::Range;

/// Taps whose gradients are summed up together: those of a 3 × 3 kernel, or else those of a row of one.
const MANY: usize = 9;
const FEW: usize = 3;

/// Adds what the output rows `rows` of all images give to the kernel's gradient.
pub(super) struct KernelRows<'a, T> {
    pub g: &'a Conv2d,
    pub x: &'a [T],
    pub dy: &'a [T],
    pub dk: &'a mut [T],
    pub rows: Range<usize>,
}

impl<T: Gemm> Body<T> for KernelRows<'_, T> {
    /// Needs sizes that agree with the slices.
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let (g, channels) = (self.g, self.g.groups);
        let [down, across] = [0, 1].map(|d| Phase::forward(g, d));
        let mut taps: Vec<Tap> = Vec::with_capacity(down.taps.len() * across.taps.len());
        // Taps, and the pixels at which all of these find an input.
        let mut sums: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        let step = across.in_step.wrapping_mul(channels);
        for row in self.rows {
            let (image, row_) = (row / g.out_height, row % g.out_height);
            let image_ = [g.height, g.width, channels];
            seen([&down, &across], row_, image_, g.kernel[1], &mut taps);
            sums.clear();
            let mut first = 0;
            while first < taps.len() {
                let together = match taps.len() - first {
                    MANY.. => MANY,
                    FEW.. => FEW,
                    _ => 1,
                };
                let group = first..first + together;
                let own = |t: usize| within(taps[t].across, across.in_step, across.count, g.width);
                let common = group.clone().map(own).fold(0..across.count, |all, own| {
                    all.start.max(own.start)..all.end.min(own.end)
                });
                let common = common.start.min(common.end)..common.end;
                // Beside what all of them see each is summed up on its own.
                for t in group.clone().filter(|_| together > 1) {
                    let own = own(t);
                    let left = own.start..common.start.clamp(own.start, own.end);
                    let right = common.end.clamp(left.end, own.end)..own.end;
                    sums.extend([(t..t + 1, left), (t..t + 1, right)]);
                }
                sums.push((group, common));
                first += together;
            }
            let x = self.x[image * g.height * g.width * channels..].as_ptr();
            let dy = self.dy[row * g.out_width * channels..].as_ptr();
            for (group, pixels) in sums.iter().filter(|(_, pixels)| !pixels.is_empty()) {
                let at = Added {
                    taps: &taps[group.clone()],
                    x: x.wrapping_add(pixels.start.wrapping_mul(step)),
                    x_step: step,
                    dy: dy.wrapping_add(pixels.start * channels),
                    pixels: pixels.len(),
                    channels,
                    dk: self.dk.as_mut_ptr(),
                };
                // SAFETY: the taps exist at these pixels, as `within` and the check of the row say, with all their channels.
                unsafe {
                    match group.len() {
                        MANY => at.sum::<V, MANY>(),
                        FEW => at.sum::<V, FEW>(),
                        _ => at.sum::<V, 1>(),
                    }
                }
            }
        }
    }
}

/// Pixels of a row whose products are added to the gradients of taps.
struct Added<'a, T> {
    taps: &'a [Tap],
    x: *const T,
    x_step: usize,
    dy: *const T,
    pixels: usize,
    channels: usize,
    dk: *mut T,
}

impl<T: Gemm> Added<'_, T> {
    /// Adds the products of `N` taps.
    ///
    /// # Safety
    /// The processor has the instructions of V; inputs, gradients and weights exist for all pixels, and nobody else uses the weights.
    #[inline(always)]
    unsafe fn sum<V: Vector<Element = T>, const N: usize>(&self) {
        let mut c = 0;
        // SAFETY: the caller's promise, for the channels of whole vectors and of the mask.
        unsafe {
            while c + V::LANES <= self.channels {
                self.vector::<V, N>(
                    c,
                    #[inline(always)]
                    |p| V::load(p),
                    #[inline(always)]
                    |v, p| v.store(p),
                );
                c += V::LANES;
            }
            if c < self.channels {
                let mask = V::mask(self.channels - c);
                self.vector::<V, N>(
                    c,
                    #[inline(always)]
                    |p| V::load_masked(p, mask),
                    #[inline(always)]
                    |v, p| v.store_masked(p, mask),
                );
            }
        }
    }

    /// [`Added::sum`] for the channels of a vector from `c` on.
    ///
    /// # Safety
    /// As [`Added::sum`].
    #[inline(always)]
    unsafe fn vector<V: Vector<Element = T>, const N: usize>(
        &self,
        c: usize,
        load: impl Fn(*const T) -> V,
        store: impl Fn(V, *mut T),
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [V::zero(); N];
            let mut inputs = [self.x; N];
            for (input, tap) in inputs.iter_mut().zip(self.taps) {
                *input = self.x.wrapping_add(tap.input).wrapping_add(c);
            }
            for j in 0..self.pixels {
                let dy = load(self.dy.add(j * self.channels + c));
                for (sum, input) in sums.iter_mut().zip(&inputs) {
                    *sum =
                        sum.multiply_add(load(input.wrapping_add(j.wrapping_mul(self.x_step))), dy);
                }
            }
            for (&sum, tap) in sums.iter().zip(self.taps) {
                let dk = self.dk.add(tap.weight + c);
                store(load(dk).add(sum), dk);
            }
        }
    }
}
