//! Products of matrices and tensors.

pub(crate) mod correlation;
pub(crate) mod cross;
pub(crate) mod decompose;
pub(crate) mod dot;
pub(crate) mod einsum;
pub(crate) mod fft;
pub(crate) mod inner;
pub(crate) mod kron;
pub(crate) mod matmul;
pub(crate) mod outer;
pub(crate) mod stft;
pub(crate) mod tensordot;
pub(crate) mod vander;

pub use correlation::Overlap;
pub use decompose::MatrixNorm;
pub use einsum::einsum;
pub use fft::{fft, fft2, ifft2, irfft, irfft_with, rfft, rfft_with};
pub use stft::{StftOptions, istft, istft_with, stft, stft_with};
pub use tensordot::tensordot;
