//! The default float type, as Keras's `floatx`.

use crate::DType;
use std::cell::Cell;

thread_local!(static FLOATX: Cell<DType> = const { Cell::new(DType::F32) });

/// The float type of parameters made from now on (on this thread): `F32` unless [`set_floatx`] says otherwise.
pub fn floatx() -> DType {
    FLOATX.get()
}

/// Sets the float type of parameters made from now on (on this thread), as Keras's `set_floatx`.
///
/// # Panics
/// If `dtype` is not a float.
pub fn set_floatx(dtype: DType) {
    assert!(dtype.is_float(), "parameters are f32 or f64, not {dtype}");
    FLOATX.set(dtype);
}
