//! Matrix products `C = A·B`.
//!
//! The scheme is that of BLIS (Van Zee and van de Geijn, 2015): C is cut into blocks that are tasks, blocks into
//! register tiles (see `tile`). A panel of B, 256 rows and one tile wide, stays in the first cache while all tiles of the
//! block pass over it. Both operands are read where they lie unless their strides are bad for the caches or B is transposed; what
//! must be packed is packed once. Products with few rows or columns are dot products (see `dots`). How C and k are cut
//! depends on the sizes alone, so the order of every sum does too. Where there is no AVX2, large products are blocks of the crate
//! `matrixmultiply` (see `library`), and all others tiles of the vectors that every processor has.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod blocks;
mod cut;
mod dots;
mod library;
#[cfg(target_arch = "aarch64")]
mod neon;
pub(super) mod pack;
mod packed;
#[cfg(not(target_arch = "aarch64"))]
mod portable;
pub(super) mod scratch;
mod small;
#[cfg(test)]
pub(super) mod tests;
pub(super) mod tile;
pub(super) mod vector;

#[cfg(target_arch = "aarch64")]
use neon as base;
#[cfg(not(target_arch = "aarch64"))]
use portable as base;

use super::compiled::Compiled;
use super::math::Float;
use super::simd::{Level, level, widest};
use scratch::Plain;
use tile::Kernels;
use vector::Body;

pub(super) use blocks::{After, multiply_then};
pub(super) use cut::Heights;
pub(super) use packed::Packed;

/// Elements of a matrix at most. Rounded up to whole tiles and in bytes they are still addressable.
const MOST_ELEMENTS: usize = isize::MAX as usize >> 8;

/// Panics unless `m` rows of `n` elements, neither zero, `ldc` apart, fit `len` elements.
fn check_rows(m: usize, n: usize, ldc: usize, len: usize) {
    let end = (m - 1).checked_mul(ldc).and_then(|at| at.checked_add(n));
    assert!(
        ldc >= n && end.is_some_and(|end| end <= len),
        "C: {m} × {n} with rows {ldc} apart does not fit {len} elements"
    );
}

/// Calls `after` for every row of C, for all of them at once where they lie one after another.
fn every_row<T: Send>([m, n]: [usize; 2], c: &mut [T], ldc: usize, after: Option<After<T>>) {
    let Some(after) = after else { return };
    if n == ldc {
        after(0, &mut c[..m * n]);
    } else {
        for line in c.chunks_mut(ldc).take(m) {
            after(0, &mut line[..n]);
        }
    }
}

/// Read-only matrix view: element (i, j) is `data[i * row_stride + j * col_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// Distance between neighbours in a column.
    pub row_stride: usize,
    /// Distance between neighbours in a row.
    pub col_stride: usize,
}

impl<T> Mat<'_, T> {
    /// The same elements with rows and columns exchanged.
    pub(super) fn transposed(self) -> Self {
        Mat {
            row_stride: self.col_stride,
            col_stride: self.row_stride,
            ..self
        }
    }

    /// Panics when a matrix of `rows` × `cols`, neither zero, reaches beyond the data, or has more elements than memory could hold: strides
    /// of 0 make a large matrix of little data.
    fn check(&self, name: &str, rows: usize, cols: usize) {
        let reach = |n: usize, stride: usize| (n - 1).checked_mul(stride);
        let last = match (reach(rows, self.row_stride), reach(cols, self.col_stride)) {
            (Some(down), Some(across)) => down.checked_add(across),
            _ => None,
        };
        assert!(
            last.is_some_and(|last| last < self.data.len()),
            "{name}: {rows} × {cols} with strides {} and {} needs {} elements, found {}",
            self.row_stride,
            self.col_stride,
            last.map_or(usize::MAX, |last| last.saturating_add(1)),
            self.data.len()
        );
        assert!(
            rows.checked_mul(cols).is_some_and(|n| n <= MOST_ELEMENTS),
            "{name}: {rows} × {cols} are more elements than memory can hold"
        );
    }

    /// What lies right of and below an element, that element included.
    fn from(self, row: usize, col: usize) -> Self {
        Mat {
            data: &self.data[row * self.row_stride + col * self.col_stride..],
            ..self
        }
    }

    /// The same matrix, with strides so large that they are never taken replaced by what no product overflows with.
    fn with_small_strides(self) -> Self {
        Mat {
            row_stride: self.row_stride.min(self.data.len()),
            col_stride: self.col_stride.min(self.data.len()),
            ..self
        }
    }
}

/// Element types with a matrix product: `f32` and `f64`.
pub trait Gemm: Plain + Float + Compiled {
    /// The register tiles for an instruction set, or for the widest that the processor has if that is narrower.
    #[doc(hidden)]
    fn kernels(level: Level) -> &'static Kernels<Self>;

    /// The function of `matrixmultiply` for these elements.
    #[doc(hidden)]
    const LIBRARY: library::Call<Self>;

    /// Runs `body` with the vectors of an instruction set, or of the widest that the processor has if that is narrower.
    ///
    /// # Safety
    /// What the body asks for, beside the instructions.
    #[doc(hidden)]
    unsafe fn vectors(level: Level, body: impl Body<Self>);

    /// `C = A·B`, or `C += A·B` when `accumulate`, with A m×k, B k×n and C row-major with rows `ldc` apart.
    /// With k = 0 the product is zero.
    ///
    /// # Panics
    /// When a matrix reaches beyond its slice, whatever its sizes and strides are.
    #[allow(clippy::too_many_arguments)]
    fn gemm(
        m: usize,
        n: usize,
        k: usize,
        a: Mat<Self>,
        b: Mat<Self>,
        c: &mut [Self],
        ldc: usize,
        accumulate: bool,
    ) {
        let start = if accumulate {
            Start::Itself
        } else {
            Start::Zero
        };
        multiply(level(), [m, n, k], a, b, c, ldc, start);
    }

    /// `C = A·B + bias`, the bias being a row of n elements that is added to every row. Otherwise as [`Gemm::gemm`].
    ///
    /// # Panics
    /// When a matrix reaches beyond its slice.
    #[allow(clippy::too_many_arguments)]
    fn gemm_bias(
        m: usize,
        n: usize,
        k: usize,
        a: Mat<Self>,
        b: Mat<Self>,
        bias: &[Self],
        c: &mut [Self],
        ldc: usize,
    ) {
        multiply(level(), [m, n, k], a, b, c, ldc, Start::Row(bias));
    }

    /// `C = A·B`, plus a row `bias` if there is one, and then `after` of every element, while it is in a cache; with rows of C one after
    /// another. `after` is given elements that follow each other, each of them once.
    ///
    /// # Panics
    /// When a matrix reaches beyond its slice.
    fn gemm_then(
        [m, n, k]: [usize; 3],
        a: Mat<Self>,
        b: Mat<Self>,
        bias: Option<&[Self]>,
        c: &mut [Self],
        after: &(dyn Fn(&mut [Self]) + Sync),
    ) {
        let start = bias.map_or(Start::Zero, Start::Row);
        let after = |_: usize, elements: &mut [Self]| after(elements);
        Self::multiply_then(level(), [m, n, k], a, b, c, n, start, Some(&after));
    }
}

macro_rules! implement {
    ($element:ty, $kernels:ident, $avx512:ident, $avx2:ident, $base:ident, $library:ident) => {
        impl Gemm for $element {
            const LIBRARY: library::Call<Self> = matrixmultiply::$library;

            fn kernels(level: Level) -> &'static Kernels<Self> {
                match level.min(widest()) {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => &avx512::$kernels,
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => &avx2::$kernels,
                    _ => &base::$kernels,
                }
            }

            unsafe fn vectors(level: Level, body: impl Body<Self>) {
                // SAFETY: the processor has the instructions of `widest()`; the rest is passed on to the caller.
                unsafe {
                    match level.min(widest()) {
                        #[cfg(target_arch = "x86_64")]
                        Level::Avx512 => avx512::body::<avx512::$avx512>(body),
                        #[cfg(target_arch = "x86_64")]
                        Level::Avx2 => avx2::body::<avx2::$avx2>(body),
                        _ => body.run::<base::$base>(),
                    }
                }
            }
        }
    };
}
implement!(f32, F32, F32x16, F32x8, OfF32, sgemm);
implement!(f64, F64, F64x8, F64x4, OfF64, dgemm);

/// The product for `[m, n, k]` with the instructions of `level`.
pub fn multiply<T: Gemm>(
    level: Level,
    sizes: [usize; 3],
    a: Mat<T>,
    b: Mat<T>,
    c: &mut [T],
    ldc: usize,
    start: Start<T>,
) {
    T::multiply_then(level, sizes, a, b, c, ldc, start, None);
}

/// What a product is added to.
#[derive(Clone, Copy)]
pub enum Start<'a, T> {
    /// Nothing.
    Zero,
    /// What C holds.
    Itself,
    /// The same row for every row of C.
    Row(&'a [T]),
}

impl<T: Copy + Default> Start<'_, T> {
    /// Gives a row of C what a product is added to.
    fn begin(self, line: &mut [T]) {
        match self {
            Start::Zero => line.fill(T::default()),
            Start::Itself => {}
            Start::Row(row) => line.copy_from_slice(row),
        }
    }
}
