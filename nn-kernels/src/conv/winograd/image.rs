//! Between images and the transforms of their tiles, a vector of channels at a time.

use super::planes::{PLANES, Planes};
use super::points::{Map, Output, POINTS, SIZE, map_2d};
use super::tiles::{Tile, Tiles};
use crate::conv::finish::Finish;
use crate::gemm::vector::{Body, Vector};
use std::marker::PhantomData;
use std::ops::Range;

/// Sizes of images `[batch, height, width, channels]`, and where the tiles of an output lie in them.
#[derive(Clone, Copy)]
pub struct Image {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// How far a tile of the first pixel of the output reaches over the edge, above and to the left.
    pub before: [isize; 2],
}

impl Image {
    /// Where pixel (i, j) of a tile starts, unless it lies outside.
    fn pixel(&self, tile: &Tile, i: usize, j: usize) -> Option<usize> {
        // What lies above or to the left wraps around to more than any size.
        let y = (tile.start[0] + i).wrapping_add_signed(-self.before[0]);
        let x = (tile.start[1] + j).wrapping_add_signed(-self.before[1]);
        (y < self.height && x < self.width)
            .then(|| ((tile.image * self.height + y) * self.width + x) * self.channels)
    }
}

/// Sizes of a whole tile. Where they are written as a constant, all loops over its pixels and points are unrolled.
const WHOLE: [usize; 2] = [SIZE; 2];

/// Vectors of channels that are asked for before they are needed.
const AHEAD: usize = 2;

/// What to ask for at channel c of tile r: a later vector of `count` channels, or of the next tile. The pixels of a tile lie far
/// apart, and no hardware sees the pattern.
#[inline(always)]
fn soon<V: Vector>(r: usize, c: usize, count: usize) -> (usize, usize) {
    match c + AHEAD * V::LANES {
        soon if soon < count => (r, soon),
        soon => (r + 1, (soon - count).min(c)),
    }
}

/// Transforms tiles of an image: row r of the planes is that of the r-th tile. Rows of points that a tile does not use
/// are left as they are.
pub struct FromImage<'a, T, L> {
    pub sizes: Image,
    pub image: &'a [T],
    pub tiles: &'a Tiles,
    pub channels: Range<usize>,
    /// As many zeros as the image has channels, for what lies outside.
    pub zeros: &'a [T],
    pub out: &'a mut [T],
    pub planes: Planes,
    pub map: PhantomData<L>,
}

impl<T: Copy, L: Map> Body<T> for FromImage<'_, T, L> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(mut self) {
        let Planes { plane, row } = self.planes;
        let count = self.channels.len();
        assert!(self.out.len() >= (PLANES - 1) * plane + self.tiles.len() * row);
        assert!(
            row >= count.next_multiple_of(16)
                && V::LANES <= 16
                && self.zeros.len() >= self.channels.end
        );
        for (rows, tiles) in self.tiles.alike() {
            // SAFETY: the caller has the instructions, and the planes have room for all tiles (asserted).
            unsafe {
                if tiles[0].size == WHOLE {
                    self.transform::<V>(WHOLE, rows.start, tiles)
                } else {
                    self.transform::<V>(tiles[0].size, rows.start, tiles)
                }
            }
        }
    }
}

impl<T: Copy, L: Map> FromImage<'_, T, L> {
    /// Transforms tiles of one size to the rows from `first` on.
    ///
    /// # Safety
    /// The processor must have the instructions of V, and the planes must be as [`Body::run`] asserts.
    #[inline(always)]
    unsafe fn transform<V: Vector<Element = T>>(
        &mut self,
        size: [usize; 2],
        first: usize,
        tiles: &[Tile],
    ) {
        let Planes { plane, row } = self.planes;
        let count = self.channels.len();
        let [height, width] = size.map(L::inputs);
        let pixels_of = |tile: &Tile| {
            let mut pixels = [[self.zeros.as_ptr(); POINTS]; POINTS];
            for (i, line) in pixels[..height].iter_mut().enumerate() {
                for (j, pixel) in line[..width].iter_mut().enumerate() {
                    if let Some(start) = self.sizes.pixel(tile, i, j) {
                        *pixel = self.image[start..start + self.sizes.channels].as_ptr();
                    }
                }
            }
            pixels
        };
        let out = self.out.as_mut_ptr();
        // Of the tile at hand and of the next one, in turns.
        let mut tables = [pixels_of(&tiles[0]); 2];
        for r in 0..tiles.len() {
            if let Some(tile) = tiles.get(r + 1) {
                tables[(r + 1) % 2] = pixels_of(tile);
            }
            let pixels = &tables[r % 2];
            for c in (0..count).step_by(V::LANES) {
                let from = self.channels.start + c;
                let (tile, ahead) = soon::<V>(r, c, count);
                for line in &tables[tile % 2][..height] {
                    for pixel in &line[..width] {
                        // SAFETY: the caller has the instructions; what is asked for need not be valid.
                        unsafe { V::prefetch(pixel.wrapping_add(self.channels.start + ahead)) };
                    }
                }
                // SAFETY: every pixel, or the zeros in its place, has `channels.end` elements, of which whole vectors
                // or the first `count - c` lanes are read; row `first + r` of each plane has room for whole vectors. The
                // caller has the instructions.
                unsafe {
                    let store = |i: usize, j: usize, v: V| {
                        v.store(out.add((i * POINTS + j) * plane + (first + r) * row + c))
                    };
                    if c + V::LANES <= count {
                        map_2d::<L, V>(size, |i, j| V::load(pixels[i][j].add(from)), store);
                    } else {
                        let mask = V::mask(count - c);
                        map_2d::<L, V>(
                            size,
                            |i, j| V::load_masked(pixels[i][j].add(from), mask),
                            store,
                        );
                    }
                }
            }
        }
    }
}

/// The pixels of an image from the transforms of its tiles.
pub struct ToImage<'a, T> {
    pub sizes: Image,
    /// The image, which other threads write other tiles and channels of.
    pub image: *mut T,
    pub tiles: &'a Tiles,
    pub channels: Range<usize>,
    pub finish: Finish<'a, T>,
    pub from: &'a [T],
    pub planes: Planes,
}

impl<T: Copy> Body<T> for ToImage<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Planes { plane, row } = self.planes;
        let count = self.channels.len();
        assert!(
            self.from.len() >= (PLANES - 1) * plane + self.tiles.len() * row
                && self.channels.end <= self.sizes.channels
        );
        assert!(row >= count.next_multiple_of(16) && V::LANES <= 16);
        for (rows, tiles) in self.tiles.alike() {
            // SAFETY: the caller has the instructions and the image to itself; the planes hold all tiles (asserted).
            unsafe {
                match (tiles[0].size, self.finish.only_bias()) {
                    // In constants, so that nothing else is asked for at every pixel.
                    (WHOLE, Some(finish)) => self.transform::<V>(WHOLE, rows.start, tiles, finish),
                    (WHOLE, None) => self.transform::<V>(WHOLE, rows.start, tiles, self.finish),
                    (size, _) => self.transform::<V>(size, rows.start, tiles, self.finish),
                }
            }
        }
    }
}

impl<T: Copy> ToImage<'_, T> {
    /// Transforms tiles of one size from the rows from `first` on.
    ///
    /// # Safety
    /// The processor must have the instructions of V, the planes must be as [`Body::run`] asserts, and no other thread may
    /// use the pixels.
    #[inline(always)]
    unsafe fn transform<V: Vector<Element = T>>(
        &self,
        size: [usize; 2],
        first: usize,
        tiles: &[Tile],
        finish: Finish<T>,
    ) {
        let Planes { plane, row } = self.planes;
        let count = self.channels.len();
        let from = self.from.as_ptr();
        let pixels_of = |tile: &Tile| {
            let mut pixels = [[0; SIZE]; SIZE];
            for (i, line) in pixels[..size[0]].iter_mut().enumerate() {
                for (j, pixel) in line[..size[1]].iter_mut().enumerate() {
                    let start = self.sizes.pixel(tile, i, j);
                    *pixel = start.expect("the tiles of an image lie in it");
                }
            }
            pixels
        };
        // Of the tile at hand and of the next one, in turns.
        let mut tables = [pixels_of(&tiles[0]); 2];
        for r in 0..tiles.len() {
            if let Some(tile) = tiles.get(r + 1) {
                tables[(r + 1) % 2] = pixels_of(tile);
            }
            let pixels = &tables[r % 2];
            for c in (0..count).step_by(V::LANES) {
                let to = self.channels.start + c;
                let (tile, ahead) = soon::<V>(r, c, count);
                for line in &tables[tile % 2][..size[0]] {
                    for pixel in &line[..size[1]] {
                        let p = self.image.wrapping_add(pixel + self.channels.start + ahead);
                        // SAFETY: the caller has the instructions; what is asked for need not be valid.
                        unsafe { V::prefetch(p) };
                    }
                }
                // SAFETY: row `first + r` of each plane holds whole vectors; a pixel has `channels.end` elements, of which
                // whole vectors or the first `count - c` lanes are written, and they are this thread's alone by the
                // caller's promise, who also has the instructions.
                unsafe {
                    let load = |i: usize, j: usize| {
                        V::load(from.add((i * POINTS + j) * plane + (first + r) * row + c))
                    };
                    let mask = V::mask(V::LANES.min(count - c));
                    let finish = finish.of::<V>(to, mask);
                    map_2d::<Output, V>(
                        size,
                        load,
                        // A function of its own would not have the instructions.
                        #[inline(always)]
                        |i, j, v| {
                            let v = finish.take(v);
                            let p = self.image.add(pixels[i][j] + to);
                            if c + V::LANES <= count {
                                v.store(p)
                            } else {
                                v.store_masked(p, mask)
                            }
                        },
                    );
                }
            }
        }
    }
}
