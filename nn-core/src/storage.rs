//! Buffers: 64-byte-aligned memory from a pool.
//!
//! Fresh pages cost several times more than reused ones, so a buffer that is dropped goes back to the pool
//! and the next one of its size class takes it. All memory handed out is initialized (zeros, or what its last
//! user left), so a typed view of it is always sound.

use crate::{DType, Element};
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::Mutex;

/// Cache-line and AVX-512 alignment of every buffer.
pub const ALIGN: usize = 64;

/// Four size classes per power of two, from 64 bytes up.
const CLASSES: usize = 160;

/// Free memory of one size class.
struct FreeList(Vec<NonNull<u8>>);

// SAFETY: a free block is owned by the list alone; nobody else holds its address.
unsafe impl Send for FreeList {}

static POOL: [Mutex<FreeList>; CLASSES] = [const { Mutex::new(FreeList(Vec::new())) }; CLASSES];

/// The smallest size class that holds `bytes`, and its size.
fn size_class(bytes: usize) -> (usize, usize) {
    let units = bytes.div_ceil(ALIGN).max(1);
    if units <= 4 {
        return (units - 1, units * ALIGN);
    }
    // units in (4·2^p/4.., ]: quarters of a power of two
    let power = usize::BITS - (units - 1).leading_zeros(); // 2^(power-1) < units <= 2^power
    let quarter = 1usize << (power - 3);
    let steps = units.div_ceil(quarter); // 5..=8
    let class = 4 + (power as usize - 3) * 4 + (steps - 5);
    (class, steps * quarter * ALIGN)
}

/// An owned, aligned, initialized block of elements of one type.
pub struct Buffer {
    pointer: NonNull<u8>,
    len: usize,
    dtype: DType,
}

// SAFETY: a buffer owns its memory, and shared access to it is read-only (`&[T]` of plain numbers).
unsafe impl Send for Buffer {}
// SAFETY: as above; writing takes `&mut Buffer`.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A buffer of `len` elements with unspecified (initialized) contents.
    pub fn new(dtype: DType, len: usize) -> Buffer {
        let bytes = len
            .checked_mul(dtype.size())
            .expect("a tensor larger than the address space");
        let (class, size) = size_class(bytes);
        let free = POOL
            .get(class)
            .and_then(|list| list.lock().unwrap_or_else(|e| e.into_inner()).0.pop());
        let pointer = free.unwrap_or_else(|| {
            let layout = Layout::from_size_align(size, ALIGN).expect("size within isize");
            // SAFETY: the layout has a size of at least 64.
            let pointer = unsafe { alloc_zeroed(layout) };
            NonNull::new(pointer).unwrap_or_else(|| handle_alloc_error(layout))
        });
        if dtype == DType::Bool {
            // Not every byte is a bool: what an earlier user left must go.
            // SAFETY: the block has at least `bytes` bytes and is ours alone.
            unsafe { pointer.as_ptr().write_bytes(0, bytes) };
        }
        Buffer {
            pointer,
            len,
            dtype,
        }
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The elements.
    ///
    /// # Panics
    /// If `T` is not the buffer's element type.
    #[inline]
    pub fn as_slice<T: Element>(&self) -> &[T] {
        assert_eq!(T::DTYPE, self.dtype);
        // SAFETY: the block holds `len` initialized elements of the type just checked, 64-byte aligned, and
        // lives as long as `self`; bools were zeroed and only ever written as bools.
        unsafe { std::slice::from_raw_parts(self.pointer.as_ptr().cast(), self.len) }
    }

    /// The elements, to write.
    ///
    /// # Panics
    /// If `T` is not the buffer's element type.
    #[inline]
    pub fn as_mut_slice<T: Element>(&mut self) -> &mut [T] {
        assert_eq!(T::DTYPE, self.dtype);
        // SAFETY: as in `as_slice`, and `&mut self` makes the access unique.
        unsafe { std::slice::from_raw_parts_mut(self.pointer.as_ptr().cast(), self.len) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let (class, size) = size_class(self.len * self.dtype.size());
        match POOL.get(class) {
            Some(list) => list
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .0
                .push(self.pointer),
            None => {
                let layout = Layout::from_size_align(size, ALIGN).expect("checked when made");
                // SAFETY: allocated in `new` with this very layout, which depends on length and type only.
                unsafe { dealloc(self.pointer.as_ptr(), layout) };
            }
        }
    }
}

/// Gives the pool's free memory back to the system.
pub fn release_memory() {
    for (class, list) in POOL.iter().enumerate() {
        let blocks = std::mem::take(&mut list.lock().unwrap_or_else(|e| e.into_inner()).0);
        if blocks.is_empty() {
            continue;
        }
        let layout = Layout::from_size_align(class_size(class), ALIGN).expect("checked when made");
        for block in blocks {
            // SAFETY: a block of this class was allocated with exactly this layout.
            unsafe { dealloc(block.as_ptr(), layout) };
        }
    }
}

/// Bytes of a block of a size class, the inverse of [`size_class`].
fn class_size(class: usize) -> usize {
    if class < 4 {
        return (class + 1) * ALIGN;
    }
    let (power, steps) = ((class - 4) / 4 + 3, (class - 4) % 4 + 5);
    (steps << (power - 3)) * ALIGN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_classes_hold_their_sizes_with_little_waste() {
        let mut last = 0;
        for bytes in (0..200_000).chain([1 << 30, (1 << 30) + 1, 3 << 33]) {
            let (class, size) = size_class(bytes);
            assert!(size >= bytes && class < CLASSES);
            assert_eq!(class_size(class), size, "{bytes}");
            assert!(bytes <= 256 || size as f64 <= bytes as f64 * 1.25 + 64.0);
            assert!(size >= last || bytes == 0);
            last = size;
        }
    }

    #[test]
    fn memory_is_aligned_and_bools_are_bools() {
        for len in [0, 1, 5, 1000] {
            let mut b = Buffer::new(DType::F32, len);
            b.as_mut_slice::<f32>().fill(f32::from_bits(0x0707_0707));
            assert_eq!(b.as_slice::<f32>().as_ptr() as usize % ALIGN, 0);
            drop(b);
            let b = Buffer::new(DType::Bool, len * 4);
            assert!(b.as_slice::<bool>().iter().all(|v| !v));
        }
    }
}
