//! Tiles of two groups of elements, 16 bytes each, in plain Rust that any compiler turns into vectors: 4 rows of them for the 16 registers
//! that most processors have at least, 8 for the 32 of ARM.

use super::Gemm;
use super::tile::{Kernels, kernels, multiply};
use super::vector::{Vector, halve};

/// Whether every processor of the target multiplies and adds in one instruction.
const FUSES: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

#[derive(Clone, Copy)]
pub struct Lanes<T, const N: usize>([T; N]);

pub type F32x4 = Lanes<f32, 4>;
pub type F64x2 = Lanes<f64, 2>;

impl<T: Gemm, const N: usize> Vector for Lanes<T, N> {
    type Element = T;
    type Mask = usize;
    const LANES: usize = N;
    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([T::ZERO; N])
    }
    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn splat(p: *const T) -> Self {
        // SAFETY: the caller's pointer is readable.
        Self([unsafe { *p }; N])
    }
    #[inline(always)]
    unsafe fn constant(v: f64) -> Self {
        Self([T::rounded(v); N])
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        // SAFETY: the caller's pointer is readable for all lanes; an array of T asks for T's alignment only.
        Self(unsafe { *p.cast::<[T; N]>() })
    }
    #[inline(always)]
    unsafe fn load_masked(p: *const T, n: usize) -> Self {
        Self(std::array::from_fn(|i| {
            if i < n {
                // SAFETY: the caller's pointer is readable for `n` elements.
                unsafe { *p.add(i) }
            } else {
                T::ZERO
            }
        }))
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        // SAFETY: the caller's pointer is writable for all lanes; an array of T asks for T's alignment only.
        unsafe { *p.cast::<[T; N]>() = self.0 }
    }
    #[inline(always)]
    unsafe fn store_masked(self, p: *mut T, n: usize) {
        for (i, &v) in self.0.iter().enumerate().take(n) {
            // SAFETY: the caller's pointer is writable for `n` elements.
            unsafe { *p.add(i) = v }
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - other.0[i]))
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * other.0[i]))
    }
    #[inline(always)]
    unsafe fn rectified(self) -> Self {
        let rectified = |v| if v < T::ZERO { T::ZERO } else { v };
        Self(self.0.map(rectified))
    }
    #[inline(always)]
    unsafe fn at_most(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| match other.0[i] < self.0[i] {
            true => other.0[i],
            false => self.0[i],
        }))
    }
    #[inline(always)]
    unsafe fn multiply_add(self, a: Self, b: Self) -> Self {
        // Rounded twice where no instruction does it at once: a fused multiply-add is a slow library call there.
        Self(std::array::from_fn(|i| match FUSES {
            true => T::fused(a.0[i], b.0[i], self.0[i]),
            false => self.0[i] + a.0[i] * b.0[i],
        }))
    }
    #[inline(always)]
    unsafe fn sum(self) -> T {
        let mut lanes = self.0;
        halve(&mut lanes)
    }
}

#[cfg(not(target_arch = "aarch64"))]
kernels!(multiply: F32x4, F64x2;
    1 rows [1 2, 2 1, 3 1, 4 1]
        columns [1 2, 2 1, 3 1, 4 1],
    2 rows [1 2, 2 1, 3 1, 4 1]
        columns [1 2, 2 1, 3 1, 4 1],
    3 rows [1 1, 2 1, 3 1]
        columns [1 1, 2 1, 3 1]
);
#[cfg(target_arch = "aarch64")]
kernels!(multiply: F32x4, F64x2;
    1 rows [1 4, 2 2, 3 2, 4 1, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1]
        columns [1 4, 2 2, 3 2, 4 1, 5 1, 6 1, 7 1, 8 1, 9 1, 10 1, 11 1, 12 1],
    2 rows [1 4, 2 2, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1]
        columns [1 4, 2 2, 3 1, 4 1, 5 1, 6 1, 7 1, 8 1],
    3 rows [1 2, 2 1, 3 1, 4 1, 5 1, 6 1]
        columns [1 2, 2 1, 3 1, 4 1, 5 1, 6 1]
);
