//! Tiles of 8 rows and two 128-bit vectors, for the 32 registers of every 64-bit ARM processor.

use super::tile::{Kernels, kernels, multiply};
use super::vector::{Vector, halve};
use std::arch::aarch64::*;

macro_rules! vector {
    ($name:ident, $element:ty, $register:ty, $lanes:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident,
     $less:ident, $select:ident, $multiply_add:ident) => {
        #[derive(Clone, Copy)]
        pub struct $name($register);

        // SAFETY of every block: every processor of the target has the instructions, and pointers are the caller's promise; loads and
        // stores ask for the alignment of an element alone.
        impl Vector for $name {
            type Element = $element;
            type Mask = usize;
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: see above.
                Self(unsafe { $splat(0.0) })
            }
            #[inline(always)]
            unsafe fn mask(n: usize) -> usize {
                n
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
            unsafe fn load(p: *const $element) -> Self {
                // SAFETY: see above.
                Self(unsafe { $load(p) })
            }
            #[inline(always)]
            unsafe fn load_masked(p: *const $element, n: usize) -> Self {
                let mut lanes = [0.0; $lanes];
                for (i, lane) in lanes.iter_mut().enumerate().take(n) {
                    // SAFETY: the caller's pointer is readable for `n` elements.
                    *lane = unsafe { *p.add(i) };
                }
                // SAFETY: see above.
                Self(unsafe { $load(lanes.as_ptr()) })
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $element) {
                // SAFETY: see above.
                unsafe { $store(p, self.0) }
            }
            #[inline(always)]
            unsafe fn store_masked(self, p: *mut $element, n: usize) {
                let mut lanes = [0.0; $lanes];
                // SAFETY: see above.
                unsafe { $store(lanes.as_mut_ptr(), self.0) }
                for (i, &lane) in lanes.iter().enumerate().take(n) {
                    // SAFETY: the caller's pointer is writable for `n` elements.
                    unsafe { *p.add(i) = lane }
                }
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
            unsafe fn mul(self, other: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $mul(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                // SAFETY: see above. NaN is not less than 0, and neither is -0: both stay, as they do on other processors.
                unsafe {
                    let zero = $splat(0.0);
                    Self($select($less(self.0, zero), zero, self.0))
                }
            }
            #[inline(always)]
            unsafe fn at_most(self, other: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $select($less(other.0, self.0), other.0, self.0) })
            }
            #[inline(always)]
            unsafe fn multiply_add(self, a: Self, b: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $multiply_add(self.0, a.0, b.0) })
            }
            #[inline(always)]
            unsafe fn sum(self) -> $element {
                let mut lanes = [0.0; $lanes];
                // SAFETY: see above.
                unsafe { $store(lanes.as_mut_ptr(), self.0) }
                halve(&mut lanes)
            }
        }
    };
}

vector!(
    OfF32,
    f32,
    float32x4_t,
    4,
    vdupq_n_f32,
    vld1q_f32,
    vst1q_f32,
    vaddq_f32,
    vsubq_f32,
    vmulq_f32,
    vcltq_f32,
    vbslq_f32,
    vfmaq_f32
);
vector!(
    OfF64,
    f64,
    float64x2_t,
    2,
    vdupq_n_f64,
    vld1q_f64,
    vst1q_f64,
    vaddq_f64,
    vsubq_f64,
    vmulq_f64,
    vcltq_f64,
    vbslq_f64,
    vfmaq_f64
);

kernels!(multiply: OfF32, OfF64;
    1 rows [1 4, 2 4, 3 2, 4 2, 5 2, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1]
        columns [1 4, 2 4, 3 2, 4 2, 5 2, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1],
    2 rows [1 4, 2 2, 3 2, 4 1, 5 1, 6 1, 7 1, 8 1]
        columns [1 4, 2 2, 3 2, 4 1, 5 1, 6 1, 7 1, 8 1],
    3 rows [1 2, 2 1, 3 1, 4 1, 5 1, 6 1]
        columns [1 2, 2 1, 3 1, 4 1, 5 1, 6 1]
);
