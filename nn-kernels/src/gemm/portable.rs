//! Tiles of 4 rows and two groups of four elements, in plain Rust that any compiler turns into vectors.

use super::Plain;
use super::tile::{Kernels, kernels, multiply};
use super::vector::Vector;
use std::ops::{Add, Mul, Sub};

const LANES: usize = 4;

#[derive(Clone, Copy)]
pub struct Lanes<T>([T; LANES]);

impl<T: Plain + Default + Add<Output = T> + Sub<Output = T> + Mul<Output = T> + PartialOrd> Vector
    for Lanes<T>
{
    type Element = T;
    type Mask = usize;
    const LANES: usize = LANES;
    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([T::default(); LANES])
    }
    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn splat(p: *const T) -> Self {
        // SAFETY: the caller's pointer is readable.
        Self([unsafe { *p }; LANES])
    }
    #[inline(always)]
    unsafe fn constant(v: f64) -> Self {
        Self([T::rounded(v); LANES])
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        // SAFETY: the caller's pointer is readable for all lanes; an array of T asks for T's alignment only.
        Self(unsafe { *p.cast::<[T; LANES]>() })
    }
    #[inline(always)]
    unsafe fn load_masked(p: *const T, n: usize) -> Self {
        Self(std::array::from_fn(|i| {
            if i < n {
                // SAFETY: the caller's pointer is readable for `n` elements.
                unsafe { *p.add(i) }
            } else {
                T::default()
            }
        }))
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        // SAFETY: the caller's pointer is writable for all lanes; an array of T asks for T's alignment only.
        unsafe { *p.cast::<[T; LANES]>() = self.0 }
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
        let rectified = |v| if v < T::default() { T::default() } else { v };
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
        // Rounded twice: without an instruction for it a fused multiply-add is a slow library call.
        Self(std::array::from_fn(|i| self.0[i] + a.0[i] * b.0[i]))
    }
    #[inline(always)]
    unsafe fn sum(self) -> T {
        (self.0[0] + self.0[2]) + (self.0[1] + self.0[3])
    }
}

pub type OfF32 = Lanes<f32>;
pub type OfF64 = Lanes<f64>;

kernels!(multiply: OfF32, OfF64;
    1 rows [1 2, 2 1, 3 1, 4 1]
        columns [1 2, 2 1, 3 1, 4 1],
    2 rows [1 2, 2 1, 3 1, 4 1]
        columns [1 2, 2 1, 3 1, 4 1],
    3 rows [1 1, 2 1, 3 1]
        columns [1 1, 2 1, 3 1]
);
