//! Tiles of 6 rows and two 256-bit vectors.

use super::tile::{Kernels, Tile, kernels, multiply};
use super::vector::{Body, Vector, halve, register_methods};
use std::arch::x86_64::*;

macro_rules! vector {
    ($name:ident, $element:ty, $register:ty, $lanes:literal, $zero:ident, $splat:ident, $load:ident,
     $load_masked:ident, $store:ident, $store_masked:ident, $add:ident, $sub:ident, $mul:ident, $max:ident, $min:ident, $multiply_add:ident,
     $lane_index:expr, $greater:ident, $lane_limit:ident, $limit:ty $(, $transpose:ident)?) => {
        #[derive(Clone, Copy)]
        pub struct $name($register);

        // SAFETY of every block: the functions are inlined into `run` and `body`, which have the instructions, and pointers are
        // the caller's promise; unaligned and masked accesses ask for nothing more.
        impl Vector for $name {
            type Element = $element;
            type Mask = __m256i;
            const LANES: usize = $lanes;
            register_methods!(
                $element,
                $zero,
                $splat,
                $load,
                $store,
                $add,
                $sub,
                $mul,
                $max,
                $min,
                $multiply_add
            );
            #[inline(always)]
            unsafe fn mask(n: usize) -> __m256i {
                // SAFETY: see above.
                unsafe { $greater($lane_limit(n as $limit), $lane_index) }
            }
            #[inline(always)]
            unsafe fn load_masked(p: *const $element, mask: __m256i) -> Self {
                // SAFETY: see above.
                Self(unsafe { $load_masked(p, mask) })
            }
            #[inline(always)]
            unsafe fn store_masked(self, p: *mut $element, mask: __m256i) {
                // SAFETY: see above.
                unsafe { $store_masked(p, mask, self.0) }
            }
            #[inline(always)]
            unsafe fn sum(self) -> $element {
                let mut lanes = [0.0; $lanes];
                // SAFETY: see above.
                unsafe { self.store(lanes.as_mut_ptr()) }
                halve(&mut lanes)
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
    F32x8,
    f32,
    __m256,
    8,
    _mm256_setzero_ps,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_maskload_ps,
    _mm256_storeu_ps,
    _mm256_maskstore_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_max_ps,
    _mm256_min_ps,
    _mm256_fmadd_ps,
    _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
    _mm256_cmpgt_epi32,
    _mm256_set1_epi32,
    i32,
    transpose
);
vector!(
    F64x4,
    f64,
    __m256d,
    4,
    _mm256_setzero_pd,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_maskload_pd,
    _mm256_storeu_pd,
    _mm256_maskstore_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_max_pd,
    _mm256_min_pd,
    _mm256_fmadd_pd,
    _mm256_setr_epi64x(0, 1, 2, 3),
    _mm256_cmpgt_epi64,
    _mm256_set1_epi64x,
    i64
);

/// [`Vector::transpose`] in registers: pairs of elements, then fours, then the halves of eight lines.
///
/// # Safety
/// As [`Vector::transpose`], on a processor with AVX2.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn transpose(
    from: *const f32,
    stride: usize,
    [lines, height]: [usize; 2],
    to: *mut f32,
    width: usize,
) {
    // SAFETY: `height` elements of a line are read where there are so many lines, fewer than 8 through a mask; rows below `height` are
    // written.
    unsafe {
        let mut v = [_mm256_setzero_ps(); 8];
        let mask = F32x8::mask(height);
        for (line, v) in v.iter_mut().enumerate().take(lines) {
            *v = _mm256_maskload_ps(from.wrapping_add(line * stride), mask);
        }
        let pairs = [0, 2, 4, 6].map(|i| {
            [
                _mm256_unpacklo_ps(v[i], v[i + 1]),
                _mm256_unpackhi_ps(v[i], v[i + 1]),
            ]
        });
        let fours = |a: [__m256; 2], b: [__m256; 2]| {
            [
                _mm256_shuffle_ps::<0x44>(a[0], b[0]),
                _mm256_shuffle_ps::<0xee>(a[0], b[0]),
                _mm256_shuffle_ps::<0x44>(a[1], b[1]),
                _mm256_shuffle_ps::<0xee>(a[1], b[1]),
            ]
        };
        let (low, high) = (fours(pairs[0], pairs[1]), fours(pairs[2], pairs[3]));
        for r in 0..height {
            let (low, high) = (low[r % 4], high[r % 4]);
            let row = match r < 4 {
                true => _mm256_permute2f128_ps::<0x20>(low, high),
                false => _mm256_permute2f128_ps::<0x31>(low, high),
            };
            _mm256_storeu_ps(to.add(r * width), row);
        }
    }
}

/// [`multiply`] with AVX2 and FMA.
///
/// # Safety
/// As [`multiply`], on a processor with AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
unsafe fn run<V: Vector, const R: usize, const N: usize, const U: usize, const COLUMNS: bool>(
    t: &Tile<V::Element>,
) {
    // SAFETY: passed on to the caller.
    unsafe { multiply::<V, R, N, U, COLUMNS>(t) }
}

/// Runs `body` with AVX2 and FMA.
///
/// # Safety
/// As [`Body::run`], on a processor with AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub unsafe fn body<V: Vector>(body: impl Body<V::Element>) {
    // SAFETY: passed on to the caller.
    unsafe { body.run::<V>() }
}

kernels!(run: F32x8, F64x4;
    1 rows [1 4, 2 2, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1]
        columns [1 4, 2 2, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1],
    2 rows [1 4, 2 2, 3 1, 4 1, 5 1, 6 1]
        columns [1 4, 2 2, 3 1, 4 1, 5 1, 6 1],
    3 rows [1 2, 2 1, 3 1, 4 1]
        columns [1 2, 2 1, 3 1, 4 1]
);
