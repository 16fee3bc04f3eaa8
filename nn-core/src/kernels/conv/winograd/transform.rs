//! Between images or kernels and their transforms, a vector of channels at a time.
//!
//! A transform is N² planes, one for each point (i, j): plane `i·N + j` holds a row for each tile, a row holds channels.

use super::points::{Map, map_2d};
use crate::kernels::gemm::vector::{Body, Vector};
use std::marker::PhantomData;
use std::ops::Range;

/// An image `[batch, height, width, channels]` cut into tiles that start `step` pixels apart.
#[derive(Clone, Copy)]
pub struct Grid {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Tiles down and across.
    pub tiles: [usize; 2],
    pub step: usize,
    /// How far the first tile reaches over the edge, above and to the left.
    pub before: [isize; 2],
}

impl Grid {
    /// Image, row and column of the first pixel of a tile.
    fn origin(&self, tile: usize) -> (usize, isize, isize) {
        let [down, across] = self.tiles;
        let position = |n: usize, d: usize| (n * self.step) as isize - self.before[d];
        (
            tile / across / down,
            position(tile / across % down, 0),
            position(tile % across, 1),
        )
    }

    /// Where a pixel starts in the image, unless it lies outside.
    fn pixel(&self, image: usize, y: isize, x: isize) -> Option<usize> {
        let inside =
            (0..self.height as isize).contains(&y) && (0..self.width as isize).contains(&x);
        inside
            .then(|| ((image * self.height + y as usize) * self.width + x as usize) * self.channels)
    }
}

/// Elements from plane to plane and from row to row of a transform, in whole cache lines. Planes are one line more
/// apart than needed, and rows too when they are a multiple of 2 KiB, so that the planes of one tile or the rows of one
/// product do not fall into the same cache sets.
#[derive(Clone, Copy)]
pub struct Planes {
    pub plane: usize,
    pub row: usize,
}

impl Planes {
    pub fn new(rows: usize, channels: usize) -> Self {
        let row = channels.next_multiple_of(16);
        let row = if row.is_multiple_of(512) {
            row + 16
        } else {
            row
        };
        Self {
            plane: rows * row + 16,
            row,
        }
    }
}

/// Vectors of channels that are asked for before they are needed.
const AHEAD: usize = 2;

/// Transforms tiles of an image: row r of the planes is that of the r-th tile of `tiles`.
pub struct FromImage<'a, T, L, const I: usize, const N: usize> {
    pub grid: Grid,
    pub image: &'a [T],
    pub tiles: Range<usize>,
    pub channels: Range<usize>,
    /// As many zeros as the image has channels, for what lies outside.
    pub zeros: &'a [T],
    pub out: &'a mut [T],
    pub planes: Planes,
    pub map: PhantomData<L>,
}

impl<T: Copy, L: Map<I, N>, const I: usize, const N: usize> Body<T> for FromImage<'_, T, L, I, N> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Planes { plane, row } = self.planes;
        let count = self.channels.len();
        assert!(self.out.len() >= (N * N - 1) * plane + self.tiles.len() * row);
        assert!(
            row >= count.next_multiple_of(16)
                && V::LANES <= 16
                && self.zeros.len() >= self.channels.end
        );
        let pixels_of = |tile: usize| {
            let (image, top, left) = self.grid.origin(tile);
            let mut pixels = [[self.zeros.as_ptr(); I]; I];
            for (i, line) in pixels.iter_mut().enumerate() {
                for (j, pixel) in line.iter_mut().enumerate() {
                    if let Some(start) = self.grid.pixel(image, top + i as isize, left + j as isize)
                    {
                        *pixel = self.image[start..start + self.grid.channels].as_ptr();
                    }
                }
            }
            pixels
        };
        if self.tiles.is_empty() {
            return;
        }
        let mut next = pixels_of(self.tiles.start);
        for (r, tile) in self.tiles.clone().enumerate() {
            let pixels = next;
            if tile + 1 < self.tiles.end {
                next = pixels_of(tile + 1);
            }
            let out = self.out.as_mut_ptr();
            for c in (0..count).step_by(V::LANES) {
                let from = self.channels.start + c;
                // The pixels of a tile lie far apart, and no hardware sees the pattern.
                let (soon, ahead) = match c + AHEAD * V::LANES {
                    soon if soon < count => (&pixels, soon),
                    soon => (&next, (soon - count).min(c)),
                };
                let ahead = self.channels.start + ahead;
                for line in soon {
                    for pixel in line {
                        // SAFETY: the caller has the instructions; what is asked for need not be valid.
                        unsafe { V::prefetch(pixel.wrapping_add(ahead)) };
                    }
                }
                // SAFETY: every pixel, or the zeros in its place, has `channels.end` elements, of which whole vectors
                // or the first `count - c` lanes are read; row r of each plane has room for whole vectors (asserted
                // above). The caller has the instructions.
                unsafe {
                    let store = |i: usize, j: usize, v: V| {
                        v.store(out.add((i * N + j) * plane + r * row + c))
                    };
                    if c + V::LANES <= count {
                        map_2d::<L, V, I, N>(|i, j| V::load(pixels[i][j].add(from)), store);
                    } else {
                        let mask = V::mask(count - c);
                        map_2d::<L, V, I, N>(
                            |i, j| V::load_masked(pixels[i][j].add(from), mask),
                            store,
                        );
                    }
                }
            }
        }
    }
}

/// The pixels of an image from the transforms of its tiles; bias is added.
pub struct ToImage<'a, T, L, const N: usize, const M: usize> {
    pub grid: Grid,
    /// The image, which other threads write other tiles and channels of.
    pub image: *mut T,
    pub tiles: Range<usize>,
    pub channels: Range<usize>,
    /// For all channels of the image.
    pub bias: Option<&'a [T]>,
    pub from: &'a [T],
    pub planes: Planes,
    pub map: PhantomData<L>,
}

impl<T: Copy, L: Map<N, M>, const N: usize, const M: usize> Body<T> for ToImage<'_, T, L, N, M> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Planes { plane, row } = self.planes;
        let count = self.channels.len();
        assert!(
            self.from.len() >= (N * N - 1) * plane + self.tiles.len() * row
                && self.channels.end <= self.grid.channels
        );
        assert!(row >= count.next_multiple_of(16) && V::LANES <= 16);
        for (r, tile) in self.tiles.enumerate() {
            let (image, top, left) = self.grid.origin(tile);
            let mut pixels = [[None; M]; M];
            for (i, line) in pixels.iter_mut().enumerate() {
                for (j, pixel) in line.iter_mut().enumerate() {
                    *pixel = self.grid.pixel(image, top + i as isize, left + j as isize);
                }
            }
            let from = self.from.as_ptr();
            for c in (0..count).step_by(V::LANES) {
                let to = self.channels.start + c;
                // SAFETY: row r of each plane holds whole vectors (asserted above); a pixel has `channels.end` elements,
                // of which whole vectors or the first `count - c` lanes are written, and they are this thread's
                // alone by the caller's promise, who also has the instructions.
                unsafe {
                    let load =
                        |i: usize, j: usize| V::load(from.add((i * N + j) * plane + r * row + c));
                    let mask = V::mask(V::LANES.min(count - c));
                    let bias = self
                        .bias
                        .map(|bias| V::load_masked(bias[to..].as_ptr(), mask));
                    map_2d::<L, V, N, M>(load, |i, j, v| {
                        let Some(start) = pixels[i][j] else { return };
                        let v = match bias {
                            Some(bias) => v.add(bias),
                            None => v,
                        };
                        let p = self.image.add(start + to);
                        if c + V::LANES <= count {
                            v.store(p)
                        } else {
                            v.store_masked(p, mask)
                        }
                    });
                }
            }
        }
    }
}

/// Most lanes of any vector, and the block of channels that a kernel is transposed in.
pub const BLOCK: usize = 16;

/// Rows of a tap of the kernel that are asked for before they are needed.
const ROWS_AHEAD: usize = 8;

/// Transforms a panel of a kernel, `width` output channels from `first` on: plane after plane, each with a row of
/// `width` for each of the `depth` input channels.
pub struct FromKernel<'a, T, L, const N: usize> {
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
    pub map: PhantomData<L>,
}

impl<T: Copy + Default, L: Map<3, N>, const N: usize> Body<T> for FromKernel<'_, T, L, N> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let [ci, co] = self.channels;
        let (depth, total) = if self.turned { (co, ci) } else { (ci, co) };
        assert!(
            self.out.len() >= N * N * self.plane
                && self.plane >= depth * self.width
                && self.width.is_multiple_of(V::LANES)
                && V::LANES <= BLOCK
                && self.kernel.len() == 9 * ci * co
        );
        for n in (0..self.width).step_by(V::LANES) {
            let first = self.first + n;
            let used = total.saturating_sub(first).min(V::LANES);
            if used == 0 {
                for (point, k) in (0..N * N).flat_map(|p| (0..depth).map(move |k| (p, k))) {
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
                    // SAFETY: the mask leaves the channels of row k of a tap that the kernel has; each of N² planes holds `depth`
                    // rows of `width`, a multiple of the lanes (asserted). What is asked for ahead need not be valid. The
                    // caller has the instructions.
                    unsafe {
                        for t in 0..9 {
                            V::prefetch(line(t, k + ROWS_AHEAD));
                        }
                        let row = out.add(k * self.width + n);
                        map_2d::<L, V, 3, N>(
                            |i, j| V::load_masked(line(3 * i + j, k), mask),
                            |i, j, v| v.store(row.add((i * N + j) * self.plane)),
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
                    // SAFETY: a line of a tap has BLOCK elements, no fewer than a vector; each of N² planes holds `depth`
                    // rows of `width`, a multiple of the lanes (asserted). The caller has the instructions.
                    unsafe {
                        let row = out.add((k + line) * self.width + n);
                        map_2d::<L, V, 3, N>(
                            |i, j| V::load(taps[3 * i + j].as_ptr().add(line).cast()),
                            |i, j, v| v.store(row.add((i * N + j) * self.plane)),
                        );
                    }
                }
            }
        }
    }
}

/// A part of a kernel gradient from its transform, whose rows are input channels.
pub struct ToKernel<'a, T, L, const N: usize> {
    pub from: &'a [T],
    pub planes: Planes,
    /// Input and output channels of the part.
    pub part: [Range<usize>; 2],
    /// [3, 3, in_channels, out_channels], other parts of which other threads write.
    pub kernel: *mut T,
    pub channels: [usize; 2],
    pub map: PhantomData<L>,
}

impl<T: Copy, L: Map<N, 3>, const N: usize> Body<T> for ToKernel<'_, T, L, N> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Planes { plane, row } = self.planes;
        let [ci, co] = self.channels;
        let [rows, cols] = self.part;
        assert!(
            self.from.len() >= (N * N - 1) * plane + rows.len() * row
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
                        V::load(self.from.as_ptr().add((i * N + j) * plane + r * row + c))
                    };
                    map_2d::<L, V, N, 3>(load, |i, j, v| {
                        let start = ((3 * i + j) * ci + i_channel) * co + cols.start + c;
                        v.store_masked(self.kernel.add(start), mask);
                    });
                }
            }
        }
    }
}
