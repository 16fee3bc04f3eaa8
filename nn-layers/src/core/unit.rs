//! Vectors of length 1.

use nn_core::Tensor;

/// `x / max(√Σx², epsilon)`, the sum over axes: what Keras's `normalize` computes.
#[track_caller]
pub(crate) fn unit(x: &Tensor, axes: &[isize], epsilon: f64) -> Tensor {
    // The maximum is taken before the root, so that the gradient at a row of zeros is finite.
    let squares = x.square().sum_axes(axes, true);
    x * squares.maximum(epsilon * epsilon).rsqrt()
}
