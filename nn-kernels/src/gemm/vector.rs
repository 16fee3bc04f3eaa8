//! What a vector of an instruction set can do.

use std::ops::Add;

/// The sum of numbers, a power of two of them: the second half onto the first, and so on.
#[inline(always)]
pub fn halve<T: Copy + Add<Output = T>>(lanes: &mut [T]) -> T {
    let mut n = lanes.len();
    while n > 1 {
        n /= 2;
        for i in 0..n {
            lanes[i] = lanes[i] + lanes[i + n];
        }
    }
    lanes[0]
}

/// Vector instructions.
///
/// # Safety
/// All functions need a processor with the instructions of the implementation; pointers must be valid for
/// [`Self::LANES`] elements, or for those that the mask selects.
pub trait Vector: Copy {
    /// What a lane holds.
    type Element: Copy;
    /// Selects the first lanes.
    type Mask: Copy;
    /// Number of lanes.
    const LANES: usize;
    /// All lanes zero.
    unsafe fn zero() -> Self;
    /// The mask of the first `n` lanes, 1 to [`Self::LANES`].
    unsafe fn mask(n: usize) -> Self::Mask;
    /// One element in all lanes.
    unsafe fn splat(p: *const Self::Element) -> Self;
    /// A number in all lanes, rounded to the element type.
    unsafe fn constant(v: f64) -> Self;
    /// `p`, in a register of its own: the compiler cannot derive it from other pointers, step by step in a loop.
    #[inline(always)]
    fn hold(p: *const Self::Element) -> *const Self::Element {
        p
    }
    /// Asks for what will be read soon; p need not be valid.
    unsafe fn prefetch(_p: *const Self::Element) {}
    /// Reads all lanes.
    unsafe fn load(p: *const Self::Element) -> Self;
    /// Reads the lanes of the mask, zeros elsewhere.
    unsafe fn load_masked(p: *const Self::Element, mask: Self::Mask) -> Self;
    /// Writes all lanes.
    unsafe fn store(self, p: *mut Self::Element);
    /// Writes the lanes of the mask.
    unsafe fn store_masked(self, p: *mut Self::Element, mask: Self::Mask);
    /// `self + other`
    unsafe fn add(self, other: Self) -> Self;
    /// `self - other`
    unsafe fn sub(self, other: Self) -> Self;
    /// `self · other`
    unsafe fn mul(self, other: Self) -> Self;
    /// The greater of each lane and 0, NaN where the lane is.
    unsafe fn rectified(self) -> Self;
    /// The lesser of each lane and that of another vector, NaN where the lane is.
    unsafe fn at_most(self, other: Self) -> Self;
    /// `a·b + self`
    unsafe fn multiply_add(self, a: Self, b: Self) -> Self;
    /// The sum of all lanes, in a fixed order.
    unsafe fn sum(self) -> Self::Element;
    /// Writes the transpose of `lines` lines of `height` elements, both at most [`Self::LANES`]: `height` rows, `width` apart, of
    /// [`Self::LANES`] elements, zeros where there are no lines.
    #[inline(always)]
    unsafe fn transpose(
        from: *const Self::Element,
        stride: usize,
        [lines, height]: [usize; 2],
        to: *mut Self::Element,
        width: usize,
    ) {
        // SAFETY: the lines are readable and the rows writable, and no index leaves them.
        unsafe {
            for r in 0..height {
                Self::zero().store(to.add(r * width));
            }
            for j in (0..lines).step_by(4) {
                for r in (0..height).step_by(4) {
                    let (from, to) = (from.add(j * stride + r), to.add(r * width + j));
                    if lines - j >= 4 && height - r >= 4 {
                        // Written out so that it becomes shuffles of vectors.
                        let line = |i: usize| *from.add(i * stride).cast::<[Self::Element; 4]>();
                        let [a, b, c, d] = [line(0), line(1), line(2), line(3)];
                        for i in 0..4 {
                            *to.add(i * width).cast() = [a[i], b[i], c[i], d[i]];
                        }
                    } else {
                        for j in 0..4.min(lines - j) {
                            for r in 0..4.min(height - r) {
                                *to.add(r * width + j) = *from.add(j * stride + r);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The methods of [`Vector`] that are one instruction for every width, given the intrinsics.
#[cfg(target_arch = "x86_64")]
macro_rules! register_methods {
    ($element:ty, $zero:ident, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident, $max:ident,
     $min:ident, $multiply_add:ident) => {
        // SAFETY of every block: as where the macro is used.
        #[inline(always)]
        #[allow(clippy::pointers_in_nomem_asm_block)] // It reads and writes nothing.
        fn hold(mut p: *const $element) -> *const $element {
            // SAFETY: no instruction at all.
            unsafe {
                std::arch::asm!("/* {p} */", p = inout(reg) p, options(pure, nomem, nostack, preserves_flags));
            }
            p
        }
        #[inline(always)]
        unsafe fn zero() -> Self {
            // SAFETY: see above.
            Self(unsafe { $zero() })
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
        unsafe fn store(self, p: *mut $element) {
            // SAFETY: see above.
            unsafe { $store(p, self.0) }
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
            // SAFETY: see above. The instruction gives its second operand where one is NaN.
            Self(unsafe { $max($zero(), self.0) })
        }
        #[inline(always)]
        unsafe fn at_most(self, other: Self) -> Self {
            // SAFETY: see above. The instruction gives its second operand where one is NaN.
            Self(unsafe { $min(other.0, self.0) })
        }
        #[inline(always)]
        unsafe fn multiply_add(self, a: Self, b: Self) -> Self {
            // SAFETY: see above.
            Self(unsafe { $multiply_add(a.0, b.0, self.0) })
        }
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use register_methods;

/// Code that is written once for all vectors of an element type; see [`super::Gemm::vectors`].
pub trait Body<T> {
    /// What to do. Must be `#[inline(always)]`: it is compiled for an instruction set by becoming part of a function that
    /// has it.
    ///
    /// # Safety
    /// The processor must have the instructions of V; and what the implementation asks for.
    unsafe fn run<V: Vector<Element = T>>(self);
}
