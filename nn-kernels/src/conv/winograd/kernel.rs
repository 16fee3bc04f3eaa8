//! Between kernels, or their gradients, and transforms, a vector of output channels at a time.

use super::planes::{PLANES, Planes};
use super::points::{Filter, FilterGradient, POINTS, SIZE, map_2d};
use crate::gemm::vector::{Body, Vector};
use std::ops::Range;

/// Most lanes of any vector, and the block of channels that a kernel is transposed in.
pub const BLOCK: usize = 16;

/// Rows of a tap of the kernel that are asked for before they are needed.
const ROWS_AHEAD: usize = 8;

/// Transforms a panel of a kernel, `width` output channels from `first` on: plane after plane, each with a row of
/// `width` for each of the `depth` input channels.
pub struct FromKernel<'a, T> {
    /// [3, 3, in_channels, out_channels]
    pub kernel: &'a [T],
    pub channels: [usize; 2],
    /// Exchange input and output channels and turn the kernel by half a turn, as the input gradient does.
    pub turned: bool,
    pub first: usize,
    pub width: usize,
    /// Elements from plane to plane.
    pub plane: usize,
    pub out: &'a mut [T],
}

impl<T: Copy + Default> Body<T> for FromKernel<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let [ci, co] = self.channels;
        let (depth, total) = if self.turned { (co, ci) } else { (ci, co) };
        assert!(
            self.out.len() >= PLANES * self.plane
                && self.plane >= depth * self.width
                && self.width.is_multiple_of(V::LANES)
                && V::LANES <= BLOCK
                && self.kernel.len() == 9 * ci * co
        );
        for n in (0..self.width).step_by(V::LANES) {
            let first = self.first + n;
            let used = total.saturating_sub(first).min(V::LANES);
            if used == 0 {
                for (point, k) in (0..PLANES).flat_map(|p| (0..depth).map(move |k| (p, k))) {
                    let row = point * self.plane + k * self.width + n;
                    self.out[row..row + V::LANES].fill(T::default());
                }
                continue;
            }
            if !self.turned {
                // SAFETY: the caller has the instructions.
                let mask = unsafe { V::mask(used) };
                let out = self.out.as_mut_ptr();
                for k in 0..depth {
                    let line = |t: usize, k: usize| {
                        let start = (t * ci + k) * co + first;
                        self.kernel.as_ptr().wrapping_add(start)
                    };
                    // SAFETY: the mask leaves the channels of row k of a tap that the kernel has; each of PLANES planes holds `depth`
                    // rows of `width`, a multiple of the lanes (asserted). What is asked for ahead need not be valid. The
                    // caller has the instructions.
                    unsafe {
                        for t in 0..9 {
                            V::prefetch(line(t, k + ROWS_AHEAD));
                        }
                        let row = out.add(k * self.width + n);
                        map_2d::<Filter, V>(
                            [SIZE; 2],
                            |i, j| V::load_masked(line(3 * i + j, k), mask),
                            |i, j, v| v.store(row.add((i * POINTS + j) * self.plane)),
                        );
                    }
                }
                continue;
            }
            let out = self.out.as_mut_ptr();
            let mut taps = [[[T::default(); BLOCK]; BLOCK]; 9];
            for k in (0..depth).step_by(BLOCK) {
                let height = BLOCK.min(depth - k);
                for (t, block) in taps.iter_mut().enumerate() {
                    for l in 0..used {
                        let start = ((8 - t) * ci + first + l) * co + k;
                        for (line, &v) in block.iter_mut().zip(&self.kernel[start..start + height])
                        {
                            line[l] = v;
                        }
                    }
                }
                for line in 0..height {
                    // SAFETY: a line of a tap has BLOCK elements, no fewer than a vector; each of PLANES planes holds `depth`
                    // rows of `width`, a multiple of the lanes (asserted). The caller has the instructions.
                    unsafe {
                        let row = out.add((k + line) * self.width + n);
                        map_2d::<Filter, V>(
                            [SIZE; 2],
                            |i, j| V::load(taps[3 * i + j].as_ptr().add(line).cast()),
                            |i, j, v| v.store(row.add((i * POINTS + j) * self.plane)),
                        );
                    }
                }
            }
        }
    }
}

/// A part of a kernel gradient from its transform, whose rows are input channels.
pub struct ToKernel<'a, T> {
    pub from: &'a [T],
    pub planes: Planes,
    /// Input and output channels of the part.
    pub part: [Range<usize>; 2],
    /// [3, 3, in_channels, out_channels], other parts of which other threads write.
    pub kernel: *mut T,
    pub channels: [usize; 2],
}

impl<T: Copy> Body<T> for ToKernel<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Planes { plane, row } = self.planes;
        let [ci, co] = self.channels;
        let [rows, cols] = self.part;
        assert!(
            self.from.len() >= (PLANES - 1) * plane + rows.len() * row
                && rows.end <= ci
                && cols.end <= co
        );
        assert!(row >= cols.len().next_multiple_of(16) && V::LANES <= 16);
        for (r, i_channel) in rows.enumerate() {
            for c in (0..cols.len()).step_by(V::LANES) {
                // SAFETY: row r of each plane holds whole vectors (asserted); the first lanes of the mask are channels of
                // the part, which is this thread's alone by the caller's promise, who also has the instructions.
                unsafe {
                    let mask = V::mask(V::LANES.min(cols.len() - c));
                    let load = |i: usize, j: usize| {
                        V::load(
                            self.from
                                .as_ptr()
                                .add((i * POINTS + j) * plane + r * row + c),
                        )
                    };
                    map_2d::<FilterGradient, V>([SIZE; 2], load, |i, j, v| {
                        let start = ((3 * i + j) * ci + i_channel) * co + cols.start + c;
                        v.store_masked(self.kernel.add(start), mask);
                    });
                }
            }
        }
    }
}
