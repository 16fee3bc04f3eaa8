//! Products so small that how to cut them would take as long as they do.

use super::blocks::Product;
use super::cut::{DEPTH, Heights};
use super::pack::pack_b;
use super::tile::{Layout, Tile};
use super::{Gemm, Mat, Start, scratch};
use crate::parallel::Parts;

/// Multiply-adds of a product that is small.
const SMALL: usize = 1 << 17;

impl<T: Gemm> Product<'_, T> {
    /// Whether [`Product::small`] takes it: one task, one step of k, and A read where it lies.
    pub(super) fn is_small(&self, [m, n, k]: [usize; 3]) -> bool {
        k <= DEPTH && m.saturating_mul(n).saturating_mul(k) <= SMALL && self.a_direct(n)
    }

    /// The whole product in one task, without what only pays for larger ones: of the products of a small network the decisions how to cut them
    /// took half the time.
    ///
    /// # Safety
    /// As [`Product::run`], with `b` the matrix B.
    #[inline(never)]
    pub(super) unsafe fn small(&self, b: Mat<T>, [m, n, k]: [usize; 3], c: Parts<T>, ldc: usize) {
        let width = self.tile[1];
        let direct = b.col_stride == 1;
        let packed = match direct {
            true => 0,
            false => k * n.next_multiple_of(width),
        };
        scratch::with(packed, |memory: &mut [T]| {
            let (b, b_stride, panel) = match direct {
                true => (b.data.as_ptr(), b.row_stride, width),
                false => {
                    pack_b(b, 0..k, 0..n, width, memory);
                    (memory.as_ptr(), width, k * width)
                }
            };
            let (layout, a_step) = match self.a.col_stride {
                1 => (Layout::Rows(self.a.row_stride), self.a.row_stride),
                stride => (Layout::Columns(stride), 1),
            };
            let (addend, addend_stride, addend_step) = match self.start {
                Start::Zero => (std::ptr::null(), 0, 0),
                Start::Row(row) => (row.as_ptr(), 0, 1),
                Start::Itself => (c.get().cast_const(), ldc, 1),
            };
            let mut tile = Tile {
                rows: 0,
                cols: 0,
                a: self.a.data.as_ptr(),
                layout,
                segments: &[0],
                k,
                b,
                b_stride,
                c: c.get(),
                c_stride: ldc,
                addend,
                addend_stride,
            };
            for at in Heights::new(m, self.tile[0]).iter() {
                tile.rows = at.len();
                tile.a = self.a.data.as_ptr().wrapping_add(at.start * a_step);
                let mut j = 0;
                tile.b = b;
                while j < n {
                    tile.cols = width.min(n - j);
                    tile.c = c.get().wrapping_add(at.start * ldc + j);
                    tile.addend = addend.wrapping_add(at.start * addend_stride + j * addend_step);
                    // SAFETY: A and B are within their slices (checked in `multiply_then`), or B in its packed copy; C is the caller's
                    // promise; the kernels are those of a level that the processor has.
                    unsafe { self.kernels.run(&tile) }
                    (j, tile.b) = (j + width, tile.b.wrapping_add(panel));
                }
            }
        });
        // SAFETY: the caller's promise.
        unsafe { self.finish(0..m, 0..n, c, ldc) }
    }
}
