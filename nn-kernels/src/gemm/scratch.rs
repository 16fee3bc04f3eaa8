//! Working memory that threads keep from one product to the next.

use crate::DType;
use crate::buffer::{Buffer, SCRATCH};
use crate::memory;

/// Numbers that may have any bits.
///
/// # Safety
/// Every bit pattern must be a value, and 64 bytes a multiple of the size and of the alignment.
pub unsafe trait Plain: Copy {
    /// The nearest value.
    fn rounded(v: f64) -> Self;
}

// SAFETY: floats take any bits; 4 bytes.
unsafe impl Plain for f32 {
    fn rounded(v: f64) -> Self {
        v as f32
    }
}

// SAFETY: floats take any bits; 8 bytes.
unsafe impl Plain for f64 {
    fn rounded(v: f64) -> Self {
        v
    }
}

/// Calls `f` with `len` elements, aligned to a cache line, with unspecified contents. Where the machine has not as much memory, the kernel
/// ends as [`memory::or_refused`] says.
pub fn with<T: Plain, R>(len: usize, f: impl FnOnce(&mut [T]) -> R) -> R {
    let mut memory = (len > 0).then(|| taken(len.saturating_mul(size_of::<T>())));
    let part = match &mut memory {
        Some(memory) => {
            let start = memory.as_mut_slice::<u8>().as_mut_ptr().cast::<T>();
            // SAFETY: `memory` owns at least `len` elements' initialized bytes, aligned to 64, that nothing else refers to while `f` runs;
            // `Plain` says that any bits are a T.
            unsafe { std::slice::from_raw_parts_mut(start, len) }
        }
        None => &mut [],
    };
    let result = f(part);
    memory.into_iter().for_each(given_back);
    result
}

/// At least so many bytes.
fn taken(bytes: usize) -> Buffer {
    let kept = match cfg!(exact_memory) {
        true => None,
        false => SCRATCH.with_borrow_mut(Vec::pop),
    };
    kept.filter(|memory| memory.as_slice::<u8>().len() >= bytes)
        .unwrap_or_else(|| Buffer::new(DType::U8, bytes).unwrap_or_else(|e| memory::refuse(e)))
}

/// Keeps memory for the next product on this thread.
fn given_back(memory: Buffer) {
    if !cfg!(exact_memory) {
        SCRATCH.with_borrow_mut(|free| free.push(memory));
    }
}
