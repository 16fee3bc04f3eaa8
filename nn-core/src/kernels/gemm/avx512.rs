//! Tiles of 14 rows and two 512-bit vectors.

use super::tile::{Kernels, Tile, TileFn, multiply};
use super::vector::{Body, Vector};
use std::arch::x86_64::*;

macro_rules! vector {
    ($name:ident, $element:ty, $register:ty, $mask:ty, $lanes:literal, $zero:ident, $splat:ident, $load:ident,
     $load_masked:ident, $store:ident, $store_masked:ident, $add:ident, $sub:ident, $multiply_add:ident) => {
        #[derive(Clone, Copy)]
        pub struct $name($register);

        // SAFETY of every block: the functions are inlined into `run` and `body`, which have the instructions, and pointers are
        // the caller's promise; unaligned and masked accesses ask for nothing more.
        impl Vector for $name {
            type Element = $element;
            type Mask = $mask;
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: see above.
                Self(unsafe { $zero() })
            }
            #[inline(always)]
            unsafe fn mask(n: usize) -> $mask {
                (!0) >> ($lanes - n)
            }
            #[inline(always)]
            unsafe fn splat(p: *const $element) -> Self {
                // SAFETY: see above.
                Self(unsafe { $splat(*p) })
            }
            #[inline(always)]
            unsafe fn constant(v: f64) -> Self {
                // SAFETY: see above.
                Self(unsafe { $splat(v as $element) })
            }
            #[inline(always)]
            unsafe fn prefetch(p: *const $element) {
                // SAFETY: a prefetch of an address that is not valid does nothing.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
            }
            #[inline(always)]
            unsafe fn load(p: *const $element) -> Self {
                // SAFETY: see above.
                Self(unsafe { $load(p) })
            }
            #[inline(always)]
            unsafe fn load_masked(p: *const $element, mask: $mask) -> Self {
                // SAFETY: see above.
                Self(unsafe { $load_masked(mask, p) })
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $element) {
                // SAFETY: see above.
                unsafe { $store(p, self.0) }
            }
            #[inline(always)]
            unsafe fn store_masked(self, p: *mut $element, mask: $mask) {
                // SAFETY: see above.
                unsafe { $store_masked(p, mask, self.0) }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $add(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn sub(self, other: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $sub(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn multiply_add(self, a: Self, b: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $multiply_add(a.0, b.0, self.0) })
            }
        }
    };
}

vector!(
    F32x16,
    f32,
    __m512,
    __mmask16,
    16,
    _mm512_setzero_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_maskz_loadu_ps,
    _mm512_storeu_ps,
    _mm512_mask_storeu_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_fmadd_ps
);
vector!(
    F64x8,
    f64,
    __m512d,
    __mmask8,
    8,
    _mm512_setzero_pd,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_maskz_loadu_pd,
    _mm512_storeu_pd,
    _mm512_mask_storeu_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_fmadd_pd
);

/// [`multiply`] with AVX-512.
///
/// # Safety
/// As [`multiply`], on a processor with AVX-512 F.
#[target_feature(enable = "avx512f")]
unsafe fn run<V: Vector, const R: usize, const N: usize, const U: usize, const COLUMNS: bool>(
    t: &Tile<V::Element>,
) {
    // SAFETY: passed on to the caller.
    unsafe { multiply::<V, R, N, U, COLUMNS>(t) }
}

/// Runs `body` with AVX-512.
///
/// # Safety
/// As [`Body::run`], on a processor with AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn body<V: Vector>(body: impl Body<V::Element>) {
    // SAFETY: passed on to the caller.
    unsafe { body.run::<V>() }
}

macro_rules! table {
    ($vector:ty: $($rows:literal $sums:literal),*) => {
        &[$([
            [run::<$vector, $rows, 1, $sums, false>, run::<$vector, $rows, 1, $sums, true>],
            [run::<$vector, $rows, 2, $sums, false>, run::<$vector, $rows, 2, $sums, true>],
        ]),*]
    };
}

const F32_TABLE: &[[[TileFn<f32>; 2]; 2]] =
    table!(F32x16: 1 4, 2 4, 3 2, 4 2, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1, 13 1, 14 1);
const F64_TABLE: &[[[TileFn<f64>; 2]; 2]] =
    table!(F64x8: 1 4, 2 4, 3 2, 4 2, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1, 13 1, 14 1);

pub static F32: Kernels<f32> = Kernels {
    table: F32_TABLE,
    lanes: 16,
};
pub static F64: Kernels<f64> = Kernels {
    table: F64_TABLE,
    lanes: 8,
};
