//! Compute kernels of the `nn` crate: plain slices in and out, no tensors. The only crate with `unsafe`.
//!
//! Every kernel picks AVX-512, AVX2+FMA or portable code at run time (see [`simd`]) and splits its work
//! the same way whatever the number of threads (see [`parallel`]), so that results are the same bits on
//! one thread and on many.

mod array;
pub mod attention;
pub mod buffer;
mod compiled;
pub mod conv;
pub mod copy;
mod crew;
pub mod dtype;
pub mod elementwise;
pub mod fft;
pub mod gather;
pub mod gemm;
pub mod linalg;
pub mod math;
pub mod memory;
pub mod norm;
pub mod parallel;
pub mod pool;
pub mod random;
pub mod recurrent;
pub mod reduce;
pub mod resample;
pub mod simd;
pub mod softmax;
pub mod sort;
mod team;
pub mod update;
pub mod warp;

/// Whether the kernels are compiled without optimization, which makes them some eighty times slower.
pub const UNOPTIMIZED: bool = cfg!(unoptimized);

pub use array::ArrayBuilder;
pub use dtype::{DType, Element, ParseDTypeError};
