//! Working memory that threads keep from one product to the next.

use crate::DType;
use crate::buffer::{Buffer, Line, SCRATCH};

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

/// Calls `f` with `len` elements, aligned to a cache line, with unspecified contents.
///
/// # Panics
/// When the machine has not as much memory. What kernels ask for is in proportion to their operands, or to a task of bounded size.
pub fn with<T: Plain, R>(len: usize, f: impl FnOnce(&mut [T]) -> R) -> R {
    let bytes = len
        .checked_mul(size_of::<T>())
        .expect("working memory larger than the address space");
    if cfg!(exact_memory) {
        let mut own = Buffer::new(DType::U8, bytes).unwrap_or_else(|e| panic!("{e}"));
        let memory = own.as_mut_slice::<u8>().as_mut_ptr().cast::<T>();
        // SAFETY: `own` holds as many initialized bytes, aligned to 64, until `f` returns; `Plain` as below.
        return f(unsafe { std::slice::from_raw_parts_mut(memory, len) });
    }
    let mut lines = SCRATCH.with_borrow_mut(Vec::pop).unwrap_or_default();
    let needed = bytes.div_ceil(64);
    if lines.len() < needed {
        if let Err(refused) = Buffer::check(DType::U8, bytes) {
            panic!("{refused}");
        }
        lines = vec![Line([0; 64]); needed];
    }
    // SAFETY: `lines` owns at least `bytes` initialized bytes, aligned to 64, `len` elements that nothing else refers to while `f` runs;
    // `Plain` says that any bits are a T.
    let result = f(unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast::<T>(), len) });
    SCRATCH.with_borrow_mut(|free| free.push(lines));
    result
}
