//! Buffers: 64-byte-aligned memory from a pool.
//!
//! Fresh pages cost several times more than reused ones, so a buffer that is dropped goes back to the pool
//! and the next one of its size class takes it. All memory handed out is initialized (zeros, or what its last
//! user left), so a typed view of it is always sound.

use crate::memory::{self, Refused};
use crate::{DType, Element};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::RefCell;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard};

/// Cache-line and AVX-512 alignment of every buffer.
pub const ALIGN: usize = 64;

/// Four size classes per power of two, from 64 bytes up.
const CLASSES: usize = 160;

/// Free memory of one size class.
struct FreeList(Vec<NonNull<u8>>);

// SAFETY: a free block is owned by the list alone; nobody else holds its address.
unsafe impl Send for FreeList {}

static POOL: [Mutex<FreeList>; CLASSES] = [const { Mutex::new(FreeList(Vec::new())) }; CLASSES];

/// Size classes, the smallest, of which a thread keeps free blocks to itself: up to 4 KiB.
const NEAR_CLASSES: usize = 20;

/// Blocks of a size class that a thread keeps at most: 400 KiB in all.
const NEAR: usize = 16;

/// Free small blocks of a thread, which it takes without a lock.
struct Near([FreeList; NEAR_CLASSES]);

// What a thread keeps to itself, and takes without a lock.
thread_local! {
    /// Free blocks for small buffers.
    static FREE: RefCell<Near> =
        const { RefCell::new(Near([const { FreeList(Vec::new()) }; NEAR_CLASSES])) };
    /// Working memory from one product to the next. A stack, not one buffer: a thread that waits for others may run another product
    /// meanwhile.
    pub(crate) static SCRATCH: RefCell<Vec<Buffer>> = const { RefCell::new(Vec::new()) };
}

impl Near {
    /// Moves everything to the pool of all threads.
    fn give_back(&mut self) {
        for (near, pool) in self.0.iter_mut().zip(&POOL) {
            lock(pool).0.append(&mut near.0);
        }
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn lock(list: &Mutex<FreeList>) -> MutexGuard<'_, FreeList> {
    list.lock().unwrap_or_else(|e| e.into_inner())
}

/// A free block of a size class, if there is one.
fn take(class: usize) -> Option<NonNull<u8>> {
    let near = match class < NEAR_CLASSES {
        // A thread that ends has no blocks of its own any more.
        true => FREE.try_with(|free| free.borrow_mut().0[class].0.pop()),
        false => Ok(None),
    };
    near.ok()
        .flatten()
        .or_else(|| lock(POOL.get(class)?).0.pop())
}

/// Keeps a block of a size class below [`CLASSES`] for later.
fn keep(class: usize, block: NonNull<u8>) {
    let near = |free: &RefCell<Near>| {
        let list = &mut free.borrow_mut().0[class].0;
        let room = list.len() < NEAR;
        if room {
            list.push(block);
        }
        room
    };
    if class >= NEAR_CLASSES || !FREE.try_with(near).unwrap_or(false) {
        lock(&POOL[class]).0.push(block);
    }
}

/// The size class and the size of a block for `bytes`. Without a class, [`CLASSES`] or above, it is not kept when dropped.
///
/// Compiled with `--cfg exact_memory` no block is kept or longer than asked for: a sanitizer then sees what reaches
/// beyond a buffer or uses it too late, which a pool hides from it.
fn block(bytes: usize) -> (usize, usize) {
    match cfg!(exact_memory) {
        true => (CLASSES, bytes.max(1)),
        false => size_class(bytes),
    }
}

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

/// Memory from the system, zeroed, if there is as much; the only place that asks it for some.
#[cold]
fn fresh(size: usize) -> Option<NonNull<u8>> {
    let layout = Layout::from_size_align(size, ALIGN).ok()?;
    // SAFETY: the layout has a size of at least 1.
    let ask = || NonNull::new(unsafe { alloc_zeroed(layout) });
    let granted = || memory::grants(size).then(ask).flatten();
    granted().or_else(|| {
        // Free blocks of other sizes may be what is missing.
        release_memory();
        granted()
    })
}

/// An owned, aligned, initialized block of elements of one type.
pub struct Buffer {
    pointer: NonNull<u8>,
    len: usize,
    dtype: DType,
    /// The size class of the block.
    class: u8,
}

// SAFETY: a buffer owns its memory, and shared access to it is read-only (`&[T]` of plain numbers).
unsafe impl Send for Buffer {}
// SAFETY: as above; writing takes `&mut Buffer`.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A buffer of `len` elements with unspecified (initialized) contents.
    ///
    /// # Errors
    /// When the machine has not as much memory; what is free in the pool is given back before that is said.
    pub fn new(dtype: DType, len: usize) -> Result<Buffer, Refused> {
        let bytes = Self::bytes(dtype, len)?;
        let (class, size) = block(bytes);
        let pointer = match take(class) {
            Some(pointer) => pointer,
            None => fresh(size).ok_or(Refused::of(bytes))?,
        };
        if cfg!(exact_memory) {
            // Contents are unspecified: whoever reads them before writing gets NaN.
            // SAFETY: as below.
            unsafe { pointer.as_ptr().write_bytes(0xff, bytes) };
        }
        match dtype {
            // SAFETY: the block has at least `bytes` bytes and is ours alone. Not every byte is a bool: what an earlier user left must go.
            DType::Bool => unsafe { pointer.as_ptr().write_bytes(0, bytes) },
            // Any bits are such a number.
            DType::F32 | DType::F64 | DType::I64 | DType::U8 => {}
        }
        Ok(Buffer {
            pointer,
            len,
            dtype,
            class: class as u8,
        })
    }

    /// An error if a buffer of `len` elements would be refused now; it is not made.
    ///
    /// # Errors
    /// As [`Buffer::new`].
    pub fn check(dtype: DType, len: usize) -> Result<(), Refused> {
        let bytes = Self::bytes(dtype, len)?;
        match memory::grants(bytes) {
            true => Ok(()),
            false => {
                release_memory();
                match memory::grants(bytes) {
                    true => Ok(()),
                    false => Err(Refused::of(bytes)),
                }
            }
        }
    }

    /// The bytes of `len` elements: at most half of what is addressable, so that the size of a block, up to a quarter more, does not
    /// overflow.
    fn bytes(dtype: DType, len: usize) -> Result<usize, Refused> {
        len.checked_mul(dtype.size())
            .filter(|&bytes| bytes <= isize::MAX as usize / 2)
            .ok_or(Refused::of(len.saturating_mul(dtype.size())))
    }

    /// The element type.
    #[inline]
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
        let class = usize::from(self.class);
        if class < CLASSES {
            return keep(class, self.pointer);
        }
        let (_, size) = block(self.len * self.dtype.size());
        let layout = Layout::from_size_align(size, ALIGN).expect("checked when made");
        // SAFETY: allocated in `new` with this very layout, which depends on length and type only.
        unsafe { dealloc(self.pointer.as_ptr(), layout) };
    }
}

/// Gives the pool's free memory back to the system, except for a few small blocks that other threads keep to themselves.
pub fn release_memory() {
    // A thread that ends has given its blocks back.
    let _ = FREE.try_with(|free| free.borrow_mut().give_back());
    for (class, list) in POOL.iter().enumerate() {
        let blocks = std::mem::take(&mut lock(list).0);
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
    #[cfg(not(exact_memory))]
    fn a_thread_keeps_a_few_small_blocks_and_gives_the_rest_to_all() {
        let bytes: usize = (0..NEAR_CLASSES).map(class_size).sum();
        assert_eq!(class_size(NEAR_CLASSES - 1), 4096);
        assert!(bytes * NEAR <= 400 << 10);
        let many = || -> Vec<Buffer> {
            (0..3 * NEAR)
                .map(|_| Buffer::new(DType::F32, 3).unwrap())
                .collect()
        };
        let kept = || FREE.with_borrow(|free| free.0[0].0.len());
        drop(many());
        assert_eq!(kept(), NEAR);
        let address = Buffer::new(DType::U8, 1).unwrap().pointer;
        assert_eq!(Buffer::new(DType::I64, 1).unwrap().pointer, address);
        release_memory();
        assert_eq!(kept(), 0);
        // What a thread leaves behind is there for the others, and drops after its list is gone are fine.
        std::thread::spawn(move || drop(many())).join().unwrap();
    }

    #[test]
    fn a_size_that_nothing_can_hold_is_refused() {
        for (dtype, len) in [
            (DType::U8, usize::MAX),
            (DType::Bool, isize::MAX as usize),
            (DType::F64, usize::MAX / 8),
            (DType::F32, 1 << 62),
            // 16 TB: addressable, and more than machines have.
            (DType::F32, 1 << 42),
        ] {
            assert!(Buffer::check(dtype, len).is_err());
            let refused = Buffer::new(dtype, len).err().expect("too much");
            assert!(refused.to_string().contains("B of memory"), "{refused}");
        }
        let refused = Buffer::new(DType::F32, 1 << 42).err().unwrap();
        assert!(refused.to_string().starts_with("17.6 TB"), "{refused}");
    }

    #[test]
    fn memory_is_aligned_and_bools_are_bools() {
        for len in [0, 1, 5, 1000] {
            let mut b = Buffer::new(DType::F32, len).unwrap();
            b.as_mut_slice::<f32>().fill(f32::from_bits(0x0707_0707));
            assert_eq!(b.as_slice::<f32>().as_ptr() as usize % ALIGN, 0);
            drop(b);
            let b = Buffer::new(DType::Bool, len * 4).unwrap();
            assert!(b.as_slice::<bool>().iter().all(|v| !v));
        }
    }
}
