//! What a vector of an instruction set can do.

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
    /// `a·b + self`
    unsafe fn multiply_add(self, a: Self, b: Self) -> Self;
}

/// Code that is written once for all vectors of an element type; see [`super::Gemm::vectors`].
pub trait Body<T> {
    /// What to do. Must be `#[inline(always)]`: it is compiled for an instruction set by becoming part of a function that
    /// has it.
    ///
    /// # Safety
    /// The processor must have the instructions of V; and what the implementation asks for.
    unsafe fn run<V: Vector<Element = T>>(self);
}
