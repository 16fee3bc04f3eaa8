//! A right-hand side that is packed once and multiplied often, by one thread at a time.

use super::pack::pack_b;
use super::tile::{Kernels, Layout, Tile};
use super::{Gemm, Heights, MOST_ELEMENTS, Mat, check_rows};
use crate::parallel;
use crate::simd::Level;
use std::ops::Range;

/// Steps of k between two visits of a tile of C; as in `blocks`.
const DEPTH: usize = 256;

/// B, k × n, in the order in which tiles read it: pieces of at most [`DEPTH`] rows, each as panels one tile wide, the last
/// of them filled up with zeros.
pub struct Packed<'a, T: 'static> {
    kernels: &'static Kernels<T>,
    memory: &'a [T],
    k: usize,
    n: usize,
}

/// The pieces of `0..k`.
fn pieces(k: usize) -> impl Iterator<Item = Range<usize>> {
    (0..k)
        .step_by(DEPTH)
        .map(move |start| start..(start + DEPTH).min(k))
}

impl<'a, T: Gemm> Packed<'a, T> {
    /// How much memory a k × n matrix takes.
    ///
    /// # Panics
    /// When no memory could hold it.
    pub fn len(level: Level, k: usize, n: usize) -> usize {
        n.checked_next_multiple_of(T::kernels(level).cols())
            .and_then(|n| n.checked_mul(k))
            .filter(|&len| len <= MOST_ELEMENTS)
            .expect("a matrix larger than the address space")
    }

    /// Packs a matrix; its transpose, if the strides say so.
    pub fn new(level: Level, b: Mat<T>, k: usize, n: usize, memory: &'a mut [T]) -> Self {
        if k > 0 && n > 0 {
            b.check("B", k, n);
        }
        Self::fill(level, k, n, memory, |rows, cols, width, out| {
            pack_b(b, rows, cols, width, out);
        })
    }

    /// Packs the matrix that has these rows.
    pub fn of_rows(level: Level, rows: &[&[T]], n: usize, memory: &'a mut [T]) -> Self {
        assert!(rows.iter().all(|row| row.len() == n));
        Self::fill(level, rows.len(), n, memory, |range, cols, width, out| {
            for (row, out) in rows[range].iter().zip(out.chunks_exact_mut(width)) {
                out[..cols.len()].copy_from_slice(&row[cols.clone()]);
                out[cols.len()..].fill(T::default());
            }
        })
    }

    /// Packs panel by panel with `pack(rows, columns, width, panel)`.
    fn fill(
        level: Level,
        k: usize,
        n: usize,
        memory: &'a mut [T],
        pack: impl Fn(Range<usize>, Range<usize>, usize, &mut [T]) + Sync,
    ) -> Self {
        let kernels = T::kernels(level);
        let width = kernels.cols();
        assert!(memory.len() == Self::len(level, k, n));
        if n > 0 {
            let padded = n.next_multiple_of(width);
            for rows in pieces(k) {
                let piece = &mut memory[rows.start * padded..rows.end * padded];
                let panel = rows.len() * width;
                let grain = (parallel::GRAIN / panel).max(1) * panel;
                parallel::for_each_chunk(piece, grain, |start, panels| {
                    for (i, panel) in panels.chunks_exact_mut(panel).enumerate() {
                        let first = (start / (rows.len() * width) + i) * width;
                        pack(rows.clone(), first..(first + width).min(n), width, panel);
                    }
                });
            }
        }
        Packed {
            kernels,
            memory,
            k,
            n,
        }
    }

    /// `C = A·B`, or `C += A·B` when `accumulate`, for `m` rows of A, `lda` apart, and of C, `ldc` apart, on the calling thread.
    ///
    /// # Panics
    /// When a matrix reaches beyond its slice.
    pub fn multiply(
        &self,
        m: usize,
        a: &[T],
        lda: usize,
        c: &mut [T],
        ldc: usize,
        accumulate: bool,
    ) {
        let &Packed { kernels, k, n, .. } = self;
        if m == 0 || n == 0 {
            return;
        }
        assert!(k > 0, "a product over nothing");
        let view = Mat {
            data: a,
            row_stride: lda,
            col_stride: 1,
        };
        view.check("A", m, k);
        check_rows(m, n, ldc, c.len());
        // Distances that are never taken, between rows of which there is one.
        let (lda, ldc) = (lda.min(a.len()), ldc.min(c.len()));
        let width = kernels.cols();
        let padded = n.next_multiple_of(width);
        let heights = Heights::new(m, kernels.rows());
        for piece in pieces(k) {
            let adds = accumulate || piece.start > 0;
            for j in (0..n).step_by(width) {
                let b = &self.memory[piece.start * padded + j * piece.len()..];
                for rows in heights.iter() {
                    let c = c[rows.start * ldc + j..].as_mut_ptr();
                    let (addend, addend_stride) = match adds {
                        true => (c.cast_const(), ldc),
                        false => (std::ptr::null(), 0),
                    };
                    let tile = Tile {
                        rows: rows.len(),
                        cols: width.min(n - j),
                        a: a[rows.start * lda + piece.start..].as_ptr(),
                        layout: Layout::Rows(lda),
                        segments: &[0],
                        k: piece.len(),
                        b: b.as_ptr(),
                        b_stride: width,
                        c,
                        c_stride: ldc,
                        addend,
                        addend_stride,
                    };
                    // SAFETY: rows × k elements of A and rows × n of C are within their slices (checked above), and `c` is
                    // borrowed mutably; B's panel holds piece × width elements of `memory`, whose length `fill` checked; the
                    // kernels are those of a level that the processor has.
                    unsafe { kernels.run(&tile) }
                }
            }
        }
    }
}
