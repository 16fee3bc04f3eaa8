//! Products by the crate `matrixmultiply`, where tiles of ours have no AVX2: it has kernels for NEON, for the vectors of WebAssembly and for
//! AVX without FMA, and reads both operands from packed copies.
//!
//! A block of C is one call. How that call cuts its block depends on the block's sizes alone, as the blocks do on the product's, so that
//! the bits are the same on any number of threads. It finds out by itself what the processor has: where `NN_KERNELS=portable` asks for
//! less than that, its products are still those of the widest vectors.

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

/// Rows and columns, steps of k, and multiply-adds that pay for a call, which allocates memory and packs both operands.
const LEAST_SIDE: usize = 8;
const LEAST_DEPTH: usize = 16;
const LEAST_WORK: usize = 1 << 16;

/// Whether a product is better made here than by portable tiles; on one processor, by its sizes alone.
pub fn pays([m, n, k]: [usize; 3]) -> bool {
    has_vectors()
        && m.min(n) >= LEAST_SIDE
        && k >= LEAST_DEPTH
        && m.saturating_mul(n).saturating_mul(k) >= LEAST_WORK
}

/// Whether the crate has kernels for vectors of this processor: without them it is no faster than portable tiles are.
fn has_vectors() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        is_x86_feature_detected!("avx")
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    {
        cfg!(any(
            target_arch = "aarch64",
            all(target_arch = "wasm32", target_feature = "simd128")
        ))
    }
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
