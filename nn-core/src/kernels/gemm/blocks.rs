//! How a product is cut: tasks, blocks, tiles.

use super::pack::{pack_a_columns, pack_a_rows, pack_b};
use super::tile::{Kernels, Layout, Tile};
use super::{Gemm, Mat, Shared, Start, scratch};
use crate::kernels::parallel;
use crate::kernels::simd::Level;
use std::ops::Range;

/// Steps of k between two visits of a tile of C: 256 rows of 32 columns of B are 32 KiB, what the first cache of
/// 48 KiB holds beside the streams of A and C.
const DEPTH: usize = 256;

/// Rows and columns of C in a task at most.
const BLOCK: [usize; 2] = [784, 512];

/// Multiply-adds in a task at least, about 15 µs, and the number of tasks to aim for: enough to keep several threads busy
/// to the end.
const TASK_WORK: usize = 1 << 20;
const TASKS: usize = 16;

/// Elements of C up to which k may be cut into pieces whose sums are kept side by side.
const PARTIAL: usize = 1 << 16;

/// The operands of a product that is cut into tasks.
struct Product<'a, T: 'static> {
    kernels: &'static Kernels<T>,
    a: Mat<'a, T>,
    b: Mat<'a, T>,
    start: Start<'a, T>,
}

/// The product for `[m, n, k]` with the instructions of `level`.
pub fn multiply<T: Gemm>(
    level: Level,
    [m, n, k]: [usize; 3],
    mut a: Mat<T>,
    mut b: Mat<T>,
    c: &mut [T],
    ldc: usize,
    start: Start<T>,
) {
    if m == 0 || n == 0 {
        return;
    }
    assert!(
        ldc >= n && (m - 1) * ldc + n <= c.len(),
        "C: {m} × {n} with rows {ldc} apart does not fit {} elements",
        c.len()
    );
    if let Start::Row(row) = start {
        assert!(
            row.len() == n,
            "bias: expected {n} elements, found {}",
            row.len()
        );
    }
    if k == 0 {
        for line in c.chunks_mut(ldc).take(m) {
            match start {
                Start::Zero => line[..n].fill(T::default()),
                Start::Itself => {}
                Start::Row(row) => line[..n].copy_from_slice(row),
            }
        }
        return;
    }
    a.check("A", m, k);
    b.check("B", k, n);
    // A stride that is never taken may be any; 1 spares the packing.
    if k == 1 {
        a.col_stride = 1;
    } else if m == 1 && a.col_stride != 1 {
        a.row_stride = 1;
    }
    if n == 1 {
        b.col_stride = 1;
    }
    let kernels = T::kernels(level);
    let product = Product {
        kernels,
        a,
        b,
        start,
    };
    let c = Shared(c.as_mut_ptr());
    let Cut { rows, cols, depth } = cut([m, n, k], [kernels.rows(), kernels.cols()]);
    let [across, along] = [n.div_ceil(cols), k.div_ceil(depth)];
    let blocks = m.div_ceil(rows) * across;
    let block = |block: usize| {
        let (i, j) = (block / across * rows, block % across * cols);
        (i..(i + rows).min(m), j..(j + cols).min(n))
    };
    if along == 1 {
        return parallel::for_each_range(blocks, 1, |tasks| {
            for (rows, cols) in tasks.map(block) {
                // SAFETY: C fits its slice (checked above) and blocks are disjoint.
                unsafe { product.block(rows, cols, 0..k, c, ldc) }
            }
        });
    }
    // Few blocks and a long k: sums over pieces of k side by side, then their sum in order.
    scratch::with(along * m * n, |partial: &mut [T]| {
        let memory = Shared(partial.as_mut_ptr());
        let product = Product {
            start: Start::Zero,
            ..product
        };
        parallel::for_each_range(blocks * along, 1, |tasks| {
            for task in tasks {
                let (piece, (rows, cols)) = (task / blocks, block(task % blocks));
                // SAFETY: piece by piece an m × n matrix in `partial`, and blocks within one are disjoint.
                unsafe {
                    let c = Shared(memory.get().add(piece * m * n));
                    product.block(
                        rows,
                        cols,
                        piece * depth..((piece + 1) * depth).min(k),
                        c,
                        n,
                    );
                }
            }
        });
        let partial = &*partial;
        parallel::for_each_range(m, (parallel::GRAIN / (n * along)).max(1), |rows| {
            for i in rows {
                // SAFETY: row `i` of C, within its slice, is this task's alone.
                let line = unsafe { std::slice::from_raw_parts_mut(c.get().add(i * ldc), n) };
                match start {
                    Start::Zero => line.fill(T::default()),
                    Start::Itself => {}
                    Start::Row(row) => line.copy_from_slice(row),
                }
                for piece in partial.chunks_exact(m * n) {
                    for (sum, &v) in line.iter_mut().zip(&piece[i * n..(i + 1) * n]) {
                        *sum = *sum + v;
                    }
                }
            }
        });
    });
}

/// How a product is cut into tasks.
struct Cut {
    rows: usize,
    cols: usize,
    /// Steps of k that one task sums up.
    depth: usize,
}

fn cut([m, n, k]: [usize; 3], tile: [usize; 2]) -> Cut {
    let mut size = [m.min(BLOCK[0]), n.min(BLOCK[1])];
    // A long k first: it costs neither packing nor reading anything twice.
    let mut pieces = 1;
    if m * n <= PARTIAL {
        let work = TASK_WORK.div_ceil(size[0] * size[1]).max(2 * DEPTH);
        pieces = TASKS.min(k / work).max(1);
    }
    let depth = k.div_ceil(pieces).next_multiple_of(4);
    let tasks = |size: [usize; 2]| m.div_ceil(size[0]) * n.div_ceil(size[1]) * pieces;
    while tasks(size) < TASKS && size[0] * size[1] * depth >= 2 * TASK_WORK {
        // The longer side first, as tiles count: low blocks pack B more often, narrow ones read A more often.
        let halves: [usize; 2] =
            std::array::from_fn(|d| size[d].div_ceil(2).next_multiple_of(tile[d]));
        let d = usize::from(size[0] / tile[0] < size[1] / tile[1]);
        if halves[d] < 2 * tile[d] {
            break;
        }
        size[d] = halves[d];
    }
    Cut {
        rows: size[0],
        cols: size[1],
        depth: if pieces == 1 { k } else { depth },
    }
}

impl<T: Gemm> Product<'_, T> {
    /// The sum over `ks` for a block of C.
    ///
    /// # Safety
    /// The block must be within `c`, and nobody else may use it meanwhile.
    unsafe fn block(
        &self,
        rows: Range<usize>,
        cols: Range<usize>,
        ks: Range<usize>,
        c: Shared<T>,
        ldc: usize,
    ) {
        let tile_rows = self.kernels.rows();
        let width = self.kernels.cols();
        let depth = ks
            .len()
            .div_ceil(ks.len().div_ceil(DEPTH))
            .next_multiple_of(4);
        // Few rows would not pay for packing B, and a B of a few rows is in the cache anyway.
        let b_direct =
            self.b.col_stride == 1 && (rows.len() <= 3 * tile_rows || depth * cols.len() <= 4096);
        // Rows of A, or steps of k, that are a multiple of a large power of two apart fall into the same cache sets.
        let apart = |stride: usize, bytes: usize| !(stride * size_of::<T>()).is_multiple_of(bytes);
        let a_direct = match (self.a.col_stride, self.a.row_stride) {
            (1, stride) => cols.len() <= 2 * width || apart(stride, 2048),
            (stride, 1) => cols.len() <= width || cols.len() <= 2 * width && apart(stride, 512),
            _ => false,
        };
        // 16 elements more than needed keep the rows of a block out of each other's cache sets.
        let (a_stride, a_tile) = match self.a.col_stride {
            1 => (depth + 16, tile_rows * (depth + 16)),
            _ => (
                tile_rows.next_multiple_of(8),
                tile_rows.next_multiple_of(8) * depth,
            ),
        };
        let heights = Heights::new(rows.len(), tile_rows);
        let a_len = if a_direct { 0 } else { heights.tiles * a_tile };
        let b_len = if b_direct {
            0
        } else {
            depth * cols.len().next_multiple_of(width)
        };
        scratch::with(a_len + b_len, |memory| {
            // B first: its panels are whole cache lines.
            let (b_memory, a_memory) = memory.split_at_mut(b_len);
            for k in ks.clone().step_by(depth) {
                let step = k..(k + depth).min(ks.end);
                if !b_direct {
                    pack_b(self.b, step.clone(), cols.clone(), width, b_memory);
                }
                if !a_direct {
                    for (tile, out) in heights.iter().zip(a_memory.chunks_exact_mut(a_tile)) {
                        let tile = rows.start + tile.start..rows.start + tile.end;
                        match self.a.col_stride {
                            1 => pack_a_rows(self.a, tile, step.clone(), a_stride, out),
                            _ => pack_a_columns(self.a, tile, step.clone(), a_stride, out),
                        }
                    }
                }
                for j in cols.clone().step_by(width) {
                    let (b, b_stride) = match b_direct {
                        true => (
                            self.b.data[k * self.b.row_stride + j..].as_ptr(),
                            self.b.row_stride,
                        ),
                        false => (b_memory[(j - cols.start) * step.len()..].as_ptr(), width),
                    };
                    for (t, tile) in heights.iter().enumerate() {
                        let i = rows.start + tile.start;
                        let (a, a_stride) = match (a_direct, self.a.col_stride) {
                            (false, _) => (a_memory[t * a_tile..].as_ptr(), a_stride),
                            (true, 1) => (
                                self.a.data[i * self.a.row_stride + k..].as_ptr(),
                                self.a.row_stride,
                            ),
                            (true, stride) => (self.a.data[i + k * stride..].as_ptr(), stride),
                        };
                        // SAFETY: the caller's promise.
                        let c = unsafe { c.get().add(i * ldc + j) };
                        let (addend, addend_stride) = match self.start {
                            Start::Zero if k == ks.start => (std::ptr::null(), 0),
                            Start::Row(row) if k == ks.start => (row[j..].as_ptr(), 0),
                            _ => (c.cast_const(), ldc),
                        };
                        let tile = Tile {
                            rows: tile.len(),
                            cols: width.min(cols.end - j),
                            a,
                            layout: if self.a.col_stride == 1 {
                                Layout::Rows(a_stride)
                            } else {
                                Layout::Columns(a_stride)
                            },
                            segments: &[0],
                            k: step.len(),
                            b,
                            b_stride,
                            c,
                            c_stride: ldc,
                            addend,
                            addend_stride,
                        };
                        // SAFETY: A and B are within their slices (checked in `multiply`) or their packed copies, which
                        // hold rows × depth and depth × cols elements; C is the caller's promise; the kernels are those
                        // of a level that the processor has.
                        unsafe { self.kernels.run(&tile) }
                    }
                }
            }
        });
    }
}

/// Cuts `n` rows into tiles of nearly the same height, none above `most`: 32 rows by 14 are 11, 11 and 10, not
/// 14, 14 and 4.
#[derive(Clone, Copy)]
pub struct Heights {
    n: usize,
    pub tiles: usize,
}

impl Heights {
    pub fn new(n: usize, most: usize) -> Self {
        Self {
            n,
            tiles: n.div_ceil(most),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.tiles).map(move |t| t * self.n / self.tiles..(t + 1) * self.n / self.tiles)
    }
}
