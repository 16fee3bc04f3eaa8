//! A product in tasks, blocks and tiles.

use super::cut::{Cut, DEPTH, ENOUGH, Heights, apart, tiles_that_pay};
use super::pack::{pack_a, pack_b};
use super::tile::{Kernels, Layout, Tile};
use super::{Gemm, Mat, Start, check_rows, dots, every_row, library, scratch};
use crate::parallel::{self, Parts};
use crate::simd::{Level, widest};
use std::ops::Range;

/// Elements of B that are packed at once.
const PACKED: usize = 1 << 22;

/// Elements of B that a task packs at once: what the first cache holds.
const TOGETHER: usize = 1 << 13;

/// What is done to a product while it is in a cache: it is given the column at which elements begin, and the elements, which are a part of one
/// row or whole rows one after another.
pub type After<'a, T> = &'a (dyn Fn(usize, &mut [T]) + Sync + 'a);

/// The operands of a product that is cut into tasks.
pub(super) struct Product<'a, T: 'static> {
    pub(super) kernels: &'static Kernels<T>,
    pub(super) a: Mat<'a, T>,
    b: Columns<'a, T>,
    pub(super) start: Start<'a, T>,
    after: Option<After<'a, T>>,
    /// Rows and columns of the tiles.
    pub(super) tile: [usize; 2],
}

/// How a tile finds its columns of B.
#[derive(Clone, Copy)]
enum Columns<'a, T> {
    /// Where they lie: rows this far apart.
    Direct(&'a [T], usize),
    /// In panels one tile wide, each with all its rows one after another.
    Packed(&'a [T], usize),
    /// Packed just before they are used, by the one task that does.
    Later(Mat<'a, T>),
    /// Where they lie; blocks are those of `library`, which packs both operands itself.
    Library(Mat<'a, T>),
}

/// The product for `[m, n, k]` with the instructions of `level`, and `after` of every element of the result, once.
#[allow(clippy::too_many_arguments)]
pub fn multiply_then<T: Gemm>(
    level: Level,
    [m, n, k]: [usize; 3],
    mut a: Mat<T>,
    mut b: Mat<T>,
    c: &mut [T],
    mut ldc: usize,
    start: Start<T>,
    after: Option<After<T>>,
) {
    if m == 0 || n == 0 {
        return;
    }
    check_rows(m, n, ldc, c.len());
    // A distance that is never taken, between rows of which there is one.
    ldc = ldc.min(c.len());
    if let Start::Row(row) = start {
        assert!(
            row.len() == n,
            "bias: expected {n} elements, found {}",
            row.len()
        );
    }
    if k == 0 {
        for line in c.chunks_mut(ldc).take(m) {
            start.begin(&mut line[..n]);
        }
        return every_row([m, n], c, ldc, after);
    }
    // From here on A, B and C fit their slices, and no product of two of their sizes or of a size and a stride overflows.
    a.check("A", m, k);
    b.check("B", k, n);
    (a, b) = (a.with_small_strides(), b.with_small_strides());
    // A stride that is never taken may be any; 1 spares the packing.
    if k == 1 {
        a.col_stride = 1;
    } else if m == 1 && a.col_stride != 1 {
        a.row_stride = 1;
    }
    if n == 1 {
        b.col_stride = 1;
    }
    if n == 1 && m > 1 && ldc == 1 && a.row_stride == 1 && a.col_stride != 1 {
        // A column is a row of the transposed product, whose B has its rows in one piece.
        let start = match start {
            Start::Row(row) => {
                c[..m].fill(row[0]);
                Start::Itself
            }
            other => other,
        };
        let (a, b) = (b.transposed(), a.transposed());
        T::multiply_then(level, [1, m, k], a, b, c, m, start, None);
        return every_row([m, n], c, ldc, after);
    }
    // SAFETY: C fits its slice, and so do A and B, all checked above.
    if unsafe { dots::multiply(level, [m, n, k], a, b, Parts::of(c), ldc, start) } {
        return every_row([m, n], c, ldc, after);
    }
    let c = Parts::of(c);
    let kernels = T::kernels(level);
    if level.min(widest()) == Level::Portable && library::pays([m, n, k]) {
        let product = Product {
            kernels,
            a,
            b: Columns::Library(b),
            start,
            after,
            tile: library::TILE,
        };
        // SAFETY: C fits its slice, checked above.
        return unsafe { product.run([m, n, k], c, ldc) };
    }
    // Up to three vectors of columns are one panel; more are panels of two, the best ratio of loads to multiply-adds.
    // Divisions take as long as a small tile, here and below.
    let lanes = kernels.lanes;
    let width = match n {
        n if n <= lanes => lanes,
        n if n > 2 * lanes && n <= 3 * lanes => 3 * lanes,
        _ => 2 * lanes,
    };
    let mut tile = [kernels.rows_of(width, a.col_stride != 1), width];
    if a.col_stride != 1 && !apart::<T>(a.col_stride, 4096) {
        // Steps of A pages apart share the sets of the first cache: tiles as high as a line take each line once.
        tile[0] = tile[0].min(64 / size_of::<T>());
    }
    let direct = Product {
        kernels,
        a,
        b: Columns::Direct(b.data, b.row_stride),
        start,
        after,
        tile,
    };
    if direct.is_small([m, n, k]) {
        // SAFETY: C fits its slice, checked above.
        return unsafe { direct.small(b, [m, n, k], c, ldc) };
    }
    if b.col_stride == 1 && m / tile[0] < tiles_that_pay::<T>(b.row_stride, [n, k], width) {
        // SAFETY: C fits its slice, checked above.
        return unsafe { direct.run([m, n, k], c, ldc) };
    }
    let later = Product {
        b: Columns::Later(b),
        ..direct
    };
    // A B that is read by rows is packed task by task where one packs it for all rows, or where the copy would be too large for the caches and
    // tasks have rows enough.
    let rows = direct.cut([m, n, k]).rows;
    if rows >= m || b.col_stride == 1 && k * n > PACKED && rows >= ENOUGH {
        // SAFETY: as above.
        return unsafe { later.run([m, n, k], c, ldc) };
    }
    let most = (PACKED / k).max(1).next_multiple_of(width);
    for first in (0..n).step_by(most) {
        let cols = most.min(n - first);
        scratch::with(k * cols.next_multiple_of(width), |memory: &mut [T]| {
            let grain = (parallel::GRAIN / (k * width)).max(1) * k * width;
            parallel::for_each_chunk(memory, grain, |at, panels| {
                let at = first + at / k;
                let cols = at..(at + panels.len() / k).min(first + cols);
                pack_b(b, 0..k, cols, width, panels);
            });
            let start = match start {
                Start::Row(row) => Start::Row(&row[first..first + cols]),
                other => other,
            };
            let moved = |col: usize, elements: &mut [T]| {
                if let Some(after) = after {
                    after(first + col, elements);
                }
            };
            let product = Product {
                b: Columns::Packed(memory, k * width),
                start,
                after: after.is_some().then_some(&moved),
                ..direct
            };
            // SAFETY: C fits its slice, checked above, and so do some of its columns.
            unsafe { product.run([m, cols, k], c.after(first), ldc) }
        });
    }
}

impl<T: Gemm> Product<'_, T> {
    fn cut(&self, sizes: [usize; 3]) -> Cut {
        Cut::new(sizes, self.tile, self.kernels.lanes, || {
            !matches!(self.b, Columns::Library(_)) && !self.a_direct(sizes[1])
        })
    }

    /// Whether A is read where it lies for so many columns: one or two panels do not pay for packing it. Rows of A, or steps of
    /// k, that are a multiple of a large power of two apart fall into the same cache sets; a transposed A has few elements of a
    /// tile in each of many lines.
    pub(super) fn a_direct(&self, cols: usize) -> bool {
        let one = cols <= self.tile[1];
        let two = cols <= 2 * self.tile[1];
        match (self.a.col_stride, self.a.row_stride) {
            (1, stride) => two || apart::<T>(stride, 2048),
            (stride, 1) => one || two && apart::<T>(stride, 512),
            _ => false,
        }
    }

    /// The whole product, in tasks.
    ///
    /// # Safety
    /// `c` must have m rows of n elements, `ldc` apart, that nobody else uses meanwhile.
    unsafe fn run(self, [m, n, k]: [usize; 3], c: Parts<T>, ldc: usize) {
        let Cut { rows, cols, depth } = self.cut([m, n, k]);
        if rows >= m && cols >= n && depth >= k {
            // SAFETY: the caller's promise.
            return unsafe { self.block(0..m, 0..n, 0..k, c, ldc) };
        }
        let [across, along] = [n.div_ceil(cols), k.div_ceil(depth)];
        let blocks = m.div_ceil(rows) * across;
        let block = |block: usize| {
            let (i, j) = (block / across * rows, block % across * cols);
            (i..(i + rows).min(m), j..(j + cols).min(n))
        };
        if along == 1 {
            return parallel::for_each_small_range(blocks, 1, |tasks| {
                for (rows, cols) in tasks.map(block) {
                    // SAFETY: the caller's promise, and blocks are disjoint.
                    unsafe { self.block(rows, cols, 0..k, c, ldc) }
                }
            });
        }
        // Few blocks and a long k: sums over pieces of k side by side, then their sum in order.
        scratch::with(along * m * n, |partial: &mut [T]| {
            let memory = Parts::of(partial);
            let product = Product {
                start: Start::Zero,
                after: None,
                ..self
            };
            parallel::for_each_small_range(blocks * along, 1, |tasks| {
                for task in tasks {
                    let (piece, (rows, cols)) = (task / blocks, block(task % blocks));
                    let ks = piece * depth..((piece + 1) * depth).min(k);
                    // SAFETY: piece by piece an m × n matrix in `partial`, and blocks within one are disjoint.
                    unsafe { product.block(rows, cols, ks, memory.after(piece * m * n), n) }
                }
            });
            let partial = &*partial;
            parallel::for_each_range(m, (parallel::GRAIN / (n * along)).max(1), |rows| {
                for i in rows {
                    // SAFETY: row `i` of C, by the caller's promise, is this task's alone.
                    let line = unsafe { c.part(i * ldc..i * ldc + n) };
                    self.start.begin(line);
                    for piece in partial.chunks_exact(m * n) {
                        for (sum, &v) in line.iter_mut().zip(&piece[i * n..(i + 1) * n]) {
                            *sum += v;
                        }
                    }
                    if let Some(after) = self.after {
                        after(0, line);
                    }
                }
            });
        });
    }

    /// The sum over `ks` for a block of C, and what is done after it.
    ///
    /// # Safety
    /// The block must be within `c`, and nobody else may use it meanwhile.
    unsafe fn block(
        &self,
        rows: Range<usize>,
        cols: Range<usize>,
        ks: Range<usize>,
        c: Parts<T>,
        ldc: usize,
    ) {
        match self.b {
            // SAFETY: the caller's promise; A and B are within their slices (checked in `multiply_then`).
            Columns::Library(b) => unsafe {
                let c = c.get().add(rows.start * ldc + cols.start);
                let start = match self.start {
                    Start::Row(row) => Start::Row(&row[cols.clone()]),
                    other => other,
                };
                let a = self.a.from(rows.start, ks.start);
                let b = b.from(ks.start, cols.start);
                library::multiply([rows.len(), cols.len(), ks.len()], a, b, c, ldc, start);
            },
            // SAFETY: the caller's promise.
            _ => unsafe { self.tiles(rows.clone(), cols.clone(), ks, c, ldc) },
        }
        // SAFETY: the caller's promise.
        unsafe { self.finish(rows, cols, c, ldc) }
    }

    /// What is done after the sums of a block of C.
    ///
    /// # Safety
    /// The block must be within `c`, and nobody else may use it meanwhile.
    #[inline]
    pub(super) unsafe fn finish(
        &self,
        rows: Range<usize>,
        cols: Range<usize>,
        c: Parts<T>,
        ldc: usize,
    ) {
        let Some(after) = self.after else { return };
        if cols.len() == ldc {
            // SAFETY: the caller's promise: these rows are whole, and one after another.
            after(0, unsafe { c.part(rows.start * ldc..rows.end * ldc) });
        } else {
            for i in rows {
                let line = i * ldc + cols.start..i * ldc + cols.end;
                // SAFETY: the caller's promise.
                after(cols.start, unsafe { c.part(line) });
            }
        }
    }

    /// The sum over `ks` for a block of C, tile by tile.
    ///
    /// # Safety
    /// The block must be within `c`, and nobody else may use it meanwhile.
    unsafe fn tiles(
        &self,
        rows: Range<usize>,
        cols: Range<usize>,
        ks: Range<usize>,
        c: Parts<T>,
        ldc: usize,
    ) {
        let [tile_rows, width] = self.tile;
        let heights = Heights::new(rows.len(), tile_rows);
        let most = match self.b {
            // Every row of B is read once, each from a page of its own: few at a time, so that the next columns are in pages
            // that are still known.
            Columns::Direct(_, stride) if heights.tiles == 1 && stride * size_of::<T>() >= 4096 => {
                DEPTH / 8
            }
            _ => DEPTH,
        };
        let depth = match ks.len() {
            all if all <= most => all,
            all => all.div_ceil(all.div_ceil(most)),
        };
        let depth = depth.next_multiple_of(4);
        let group = match self.b {
            Columns::Later(_) => (TOGETHER / depth).next_multiple_of(width),
            _ => cols.len(),
        };
        // A tile of A meets all columns before the next one does where k is short: B stays in the second cache, and A is read once.
        let by_rows = depth <= DEPTH / 2 && depth * cols.len().min(group) <= 8 * TOGETHER;
        let a_direct = self.a_direct(cols.len());
        // Where a tile's A begins: at its rows, or at its copy. 16 elements more than needed keep the rows of a block out of each other's
        // cache sets.
        let (layout, a_stride, a_tile) = match (a_direct, self.a.col_stride) {
            (true, 1) => (Layout::Rows(self.a.row_stride), 0, 0),
            (true, stride) => (Layout::Columns(stride), 0, 0),
            (false, 1) => {
                let stride = depth + 16;
                (Layout::Rows(stride), stride, tile_rows * stride)
            }
            (false, _) => {
                let stride = tile_rows.next_multiple_of(self.kernels.lanes);
                (Layout::Columns(stride), stride, stride * depth + 16)
            }
        };
        let a_len = heights.tiles * a_tile;
        let b_len = match self.b {
            Columns::Later(_) => depth * group,
            _ => 0,
        };
        scratch::with(b_len + a_len, |memory| {
            // B first: its panels are whole cache lines.
            let (b_memory, a_memory) = memory.split_at_mut(b_len);
            let mut k = ks.start;
            while k < ks.end {
                let step = k..(k + depth).min(ks.end);
                if !a_direct {
                    pack_a(
                        self.a,
                        rows.clone(),
                        step.clone(),
                        heights,
                        [a_tile, a_stride],
                        a_memory,
                    );
                }
                let mut first = cols.start;
                while first < cols.end {
                    let cols = first..(first + group).min(cols.end);
                    if let Columns::Later(b) = self.b {
                        pack_b(b, step.clone(), cols.clone(), width, b_memory);
                    }
                    let b_memory = &*b_memory;
                    // Where the first panel is, and how far from each other they are.
                    let (b, b_stride, panel) = match self.b {
                        Columns::Direct(b, stride) => {
                            (&b[k * stride + cols.start..], stride, width)
                        }
                        Columns::Packed(b, panel) => {
                            (&b[cols.start / width * panel + k * width..], width, panel)
                        }
                        Columns::Later(_) => (b_memory, width, step.len() * width),
                        Columns::Library(_) => unreachable!("no tiles of ours"),
                    };
                    let b = b.as_ptr();
                    let a = match a_direct {
                        true => self.a.data.as_ptr().wrapping_add(k * self.a.col_stride),
                        false => a_memory.as_ptr(),
                    };
                    // What the sums begin with: nothing, the same row for all, or what C holds, row by row.
                    let (addend, addend_stride, addend_step) = match self.start {
                        Start::Zero if k == ks.start => (std::ptr::null(), 0, 0),
                        Start::Row(row) if k == ks.start => (row.as_ptr(), 0, 1),
                        _ => (c.get().cast_const(), ldc, 1),
                    };
                    // A tile of these rows, the block's own, and the panel of B that begins at a column.
                    let run = |t: usize, at: &Range<usize>, j: usize, b: *const T| {
                        let i = rows.start + at.start;
                        let a = match a_direct {
                            true => a.wrapping_add(i * self.a.row_stride),
                            false => a.wrapping_add(t * a_tile),
                        };
                        let tile = Tile {
                            rows: at.len(),
                            cols: width.min(cols.end - j),
                            a,
                            layout,
                            segments: &[0],
                            k: step.len(),
                            b,
                            b_stride,
                            c: c.get().wrapping_add(i * ldc + j),
                            c_stride: ldc,
                            addend: addend.wrapping_add(i * addend_stride + j * addend_step),
                            addend_stride,
                        };
                        // SAFETY: A and B are within their slices (checked in `multiply_then`) or their packed copies,
                        // which hold rows × depth and k × cols elements; C is the caller's promise; the kernels are
                        // those of a level that the processor has.
                        unsafe { self.kernels.run(&tile) }
                    };
                    if by_rows {
                        for (t, at) in heights.iter().enumerate() {
                            let (mut j, mut b) = (cols.start, b);
                            while j < cols.end {
                                run(t, &at, j, b);
                                (j, b) = (j + width, b.wrapping_add(panel));
                            }
                        }
                    } else {
                        let (mut j, mut b) = (cols.start, b);
                        while j < cols.end {
                            for (t, at) in heights.iter().enumerate() {
                                run(t, &at, j, b);
                            }
                            (j, b) = (j + width, b.wrapping_add(panel));
                        }
                    }
                    first = cols.end;
                }
                k = step.end;
            }
        });
    }
}
