//! Tiles of 14 rows and two 512-bit vectors.

use super::tile::{Kernels, Tile, kernels, multiply};
use super::vector::{Body, Vector, register_methods};
use std::arch::x86_64::*;

macro_rules! vector {
    ($name:ident, $element:ty, $register:ty, $mask:ty, $lanes:literal, $zero:ident, $splat:ident, $load:ident,
     $load_masked:ident, $store:ident, $store_masked:ident, $add:ident, $sub:ident, $mul:ident, $max:ident, $min:ident, $multiply_add:ident, $sum:ident
     $(, $transpose:ident)?) => {
        #[derive(Clone, Copy)]
        pub struct $name($register);

        // SAFETY of every block: the functions are inlined into `run` and `body`, which have the instructions, and pointers are
        // the caller's promise; unaligned and masked accesses ask for nothing more.
        impl Vector for $name {
            type Element = $element;
            type Mask = $mask;
            const LANES: usize = $lanes;
            register_methods!($element, $zero, $splat, $load, $store, $add, $sub, $mul, $max, $min, $multiply_add);
            #[inline(always)]
            unsafe fn mask(n: usize) -> $mask {
                (!0) >> ($lanes - n)
            }
            #[inline(always)]
            unsafe fn prefetch(p: *const $element) {
                // SAFETY: a prefetch of an address that is not valid does nothing.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
            }
            #[inline(always)]
            unsafe fn load_masked(p: *const $element, mask: $mask) -> Self {
                // SAFETY: see above.
                Self(unsafe { $load_masked(mask, p) })
            }
            #[inline(always)]
            unsafe fn store_masked(self, p: *mut $element, mask: $mask) {
                // SAFETY: see above.
                unsafe { $store_masked(p, mask, self.0) }
            }
            #[inline(always)]
            unsafe fn sum(self) -> $element {
                // SAFETY: see above.
                unsafe { $sum(self.0) }
            }
            $(
                #[inline(always)]
                unsafe fn transpose(from: *const $element, stride: usize, size: [usize; 2], to: *mut $element, width: usize) {
                    // SAFETY: see above.
                    unsafe { $transpose(from, stride, size, to, width) }
                }
            )?
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
    _mm512_mul_ps,
    _mm512_max_ps,
    _mm512_min_ps,
    _mm512_fmadd_ps,
    _mm512_reduce_add_ps,
    transpose
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
    _mm512_mul_pd,
    _mm512_max_pd,
    _mm512_min_pd,
    _mm512_fmadd_pd,
    _mm512_reduce_add_pd
);

/// [`Vector::transpose`] in registers: quarters of four lines are put together by the loads, so that what remains is the
/// transposition of 4 × 4 elements in every quarter of four vectors.
///
/// # Safety
/// As [`Vector::transpose`], on a processor with AVX-512 F.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn transpose(
    from: *const f32,
    stride: usize,
    [lines, height]: [usize; 2],
    to: *mut f32,
    width: usize,
) {
    // SAFETY: four elements of a line are read where `lines` and `height` say that there are, fewer go through a mask; rows
    // below `height` are written.
    unsafe {
        for r in (0..height).step_by(4) {
            // The last four rows rather than what is left of them: what is written twice is the same.
            let r = r.min(height.saturating_sub(4));
            let rows = 4.min(height);
            let (from, to) = (from.wrapping_add(r), to.add(r * width));
            let quads = if lines == 16 && rows == 4 {
                [
                    whole_quarters(from, stride),
                    whole_quarters(from.wrapping_add(stride), stride),
                    whole_quarters(from.wrapping_add(2 * stride), stride),
                    whole_quarters(from.wrapping_add(3 * stride), stride),
                ]
            } else {
                let mut memory = [0.0; 64];
                for line in 0..lines {
                    let line_from = from.wrapping_add(line * stride);
                    let at = memory.as_mut_ptr().add(line % 4 * 16 + line / 4 * 4);
                    let mask = (1 << rows) - 1;
                    let v = _mm512_maskz_loadu_ps(mask, line_from);
                    _mm512_mask_storeu_ps(at, mask, v);
                }
                let p = memory.as_ptr();
                [
                    _mm512_loadu_ps(p),
                    _mm512_loadu_ps(p.add(16)),
                    _mm512_loadu_ps(p.add(32)),
                    _mm512_loadu_ps(p.add(48)),
                ]
            };
            let [a, b, c, d] = quads;
            let (x, y) = (_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d));
            let (z, w) = (_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d));
            let (x, y) = (_mm512_castps_pd(x), _mm512_castps_pd(y));
            let (z, w) = (_mm512_castps_pd(z), _mm512_castps_pd(w));
            let columns = [
                _mm512_unpacklo_pd(x, y),
                _mm512_unpackhi_pd(x, y),
                _mm512_unpacklo_pd(z, w),
                _mm512_unpackhi_pd(z, w),
            ];
            for (i, &column) in columns.iter().enumerate().take(rows) {
                _mm512_storeu_pd(to.add(i * width).cast(), column);
            }
        }
    }
}

/// Four elements each of lines 0, 4, 8 and 12.
///
/// # Safety
/// They must be readable; on a processor with AVX-512 F.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn whole_quarters(from: *const f32, stride: usize) -> __m512 {
    // SAFETY: the caller's promise.
    unsafe {
        let v = _mm512_castps128_ps512(_mm_loadu_ps(from));
        let v = _mm512_insertf32x4::<1>(v, _mm_loadu_ps(from.add(4 * stride)));
        let v = _mm512_insertf32x4::<2>(v, _mm_loadu_ps(from.add(8 * stride)));
        _mm512_insertf32x4::<3>(v, _mm_loadu_ps(from.add(12 * stride)))
    }
}

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

kernels!(run: F32x16, F64x8;
    1 rows [1 4, 2 4, 3 2, 4 2, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1, 13 1, 14 1, 15 1, 16 1]
        columns [1 4, 2 4, 3 2, 4 2, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1, 13 1, 14 1, 15 1, 16 1, 17 1, 18 1, 19 1, 20 1, 21 1, 22 1, 23 1, 24 1, 25 1, 26 1, 27 1, 28 1],
    2 rows [1 4, 2 4, 3 2, 4 2, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1, 13 1, 14 1]
        columns [1 4, 2 4, 3 2, 4 2, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1, 13 1, 14 1],
    3 rows [1 2, 2 2, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1, 9 1]
        columns [1 2, 2 2, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1, 9 1]
);
