//! Products by the crate `matrixmultiply`, where this processor has no kernels of ours: it has some for NEON, for WebAssembly's vectors and
//! for AVX without FMA.
//!
//! A block of C is one call. How that call cuts its block depends on the block's sizes alone, as the blocks do on the product's, so that
//! the bits are the same on any number of threads.

use super::{Gemm, Mat, Start};

/// A call of `matrixmultiply`: `C = alpha·A·B + beta·C` for sizes m, k and n, each matrix with its row and its column stride.
pub type Call<T> = unsafe fn(
    usize,
    usize,
    usize,
    T,
    *const T,
    isize,
    isize,
    *const T,
    isize,
    isize,
    T,
    *mut T,
    isize,
    isize,
);

/// Rows and columns of which a block has a multiple: it packs both of its operands, which low or narrow ones do not pay for.
pub const TILE: [usize; 2] = [64, 64];

/// Multiply-adds that pay for a call, which allocates memory and packs both operands.
const LEAST: usize = 1 << 15;

/// Whether a product is better made here than by tiles; by its sizes alone.
pub fn pays([m, n, k]: [usize; 3]) -> bool {
    m >= 8 && n >= 8 && m.saturating_mul(n).saturating_mul(k) >= LEAST
}

/// The product for `[m, n, k]`, none of them zero, with the first elements of A and B at the start of their slices.
///
/// # Safety
/// A and B must hold m × k and k × n elements, a row of `start` n, and `c` m rows of n, `ldc` apart, that nobody else uses meanwhile.
pub unsafe fn multiply<T: Gemm>(
    [m, n, k]: [usize; 3],
    a: Mat<T>,
    b: Mat<T>,
    c: *mut T,
    ldc: usize,
    start: Start<T>,
) {
    let beta = match start {
        Start::Zero => T::ZERO,
        Start::Itself => T::ONE,
        Start::Row(row) => {
            for i in 0..m {
                // SAFETY: the row has n elements, and so has row i of C, which is the caller's alone.
                unsafe { c.add(i * ldc).copy_from_nonoverlapping(row.as_ptr(), n) };
            }
            T::ONE
        }
    };
    let [a_row, a_col] = [a.row_stride as isize, a.col_stride as isize];
    let [b_row, b_col] = [b.row_stride as isize, b.col_stride as isize];
    // SAFETY: the caller's promise: every element that the call reads or writes is there, C's do not overlap (their rows are `ldc >= n`
    // apart), and strides that lie within slices fit an `isize`. With a beta of 0 what C holds is not read.
    unsafe {
        T::LIBRARY(
            m,
            k,
            n,
            T::ONE,
            a.data.as_ptr(),
            a_row,
            a_col,
            b.data.as_ptr(),
            b_row,
            b_col,
            beta,
            c,
            ldc as isize,
            1,
        );
    }
}
