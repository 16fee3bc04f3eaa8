//! Arrays that are made element by element, in `const` code too.

use std::mem::MaybeUninit;

/// An array on the way: elements are pushed until it is full.
///
/// In `const` code there is no `std::array::from_fn`, and no array of a type with a destructor can be filled in a loop. This is
/// moved on from element to element instead; one that is dropped before its end leaks the elements.
///
/// ```
/// use nn_kernels::ArrayBuilder;
/// const NAMES: [Option<String>; 3] = {
///     let mut names = ArrayBuilder::new();
///     while !names.is_full() {
///         names = names.push(None);
///     }
///     names.finish()
/// };
/// assert_eq!(NAMES, [None, None, None]);
/// ```
pub struct ArrayBuilder<T, const N: usize> {
    items: [MaybeUninit<T>; N],
    len: usize,
}

impl<T, const N: usize> ArrayBuilder<T, N> {
    /// None of the elements.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        ArrayBuilder {
            items: [const { MaybeUninit::uninit() }; N],
            len: 0,
        }
    }

    /// Whether all elements are there.
    pub const fn is_full(&self) -> bool {
        self.len == N
    }

    /// With one more element.
    ///
    /// # Panics
    /// When it is full.
    #[must_use]
    pub const fn push(mut self, item: T) -> Self {
        self.items[self.len] = MaybeUninit::new(item);
        self.len += 1;
        self
    }

    /// The array.
    ///
    /// # Panics
    /// When it is not full.
    pub const fn finish(self) -> [T; N] {
        assert!(self.is_full(), "elements are missing");
        // SAFETY: `push` writes element `len` and then counts it, and nothing else changes `len`, which is `N`: all elements are
        // initialized. An array of `MaybeUninit<T>` has the layout of one of `T`. The elements are read once: `MaybeUninit` drops
        // nothing, so that `self` may end here.
        unsafe { (&raw const self.items).cast::<[T; N]>().read() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_moved_into_the_array_and_dropped_once() {
        let count = std::rc::Rc::new(());
        let mut builder = ArrayBuilder::<_, 3>::new();
        while !builder.is_full() {
            builder = builder.push(count.clone());
        }
        let array = builder.finish();
        assert_eq!(std::rc::Rc::strong_count(&count), 4);
        drop(array);
        assert_eq!(std::rc::Rc::strong_count(&count), 1);
    }

    #[test]
    #[should_panic(expected = "elements are missing")]
    fn an_array_with_holes_is_refused() {
        let _ = ArrayBuilder::<u8, 2>::new().push(1).finish();
    }
}
