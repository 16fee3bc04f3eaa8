//! Batch normalization that waits for the rectifier behind it.
//!
//! `bn(x).relu()` is the most frequent pair of all, and both halves only move memory. So a normalization gives its recipe
//! ([`Normalized`]), which `relu` reads as one pass from x; and the gradient of such a `relu` is a recipe too
//! ([`Gated`]), which the normalization's gradient reads without a pass for the gate: what the rectifier cut it
//! finds again from x.
//!
//! In inference the convolution before the normalization waits as well ([`Convolved`]): its last store then writes what
//! `relu` gives.

use crate::ops::nn::conv2d::Convolved;
use crate::tensor::Recipe;
use crate::{DType, Element, Shape, Tensor, with_float};
use nn_kernels::elementwise;
use nn_kernels::math::Float;
use nn_kernels::norm::{Scaling, batch_normalize};

/// `gamma · (x − mean) / √(variance + epsilon) + beta`, not computed yet.
#[derive(Clone)]
pub(crate) struct Normalized {
    pub x: Tensor,
    pub gamma: Tensor,
    pub beta: Tensor,
    pub mean: Tensor,
    pub variance: Tensor,
    pub epsilon: f64,
}

/// `1 / √(variance + epsilon)`.
pub(crate) fn inv_std<T: Float + Element>(variance: &Tensor, epsilon: f64) -> Vec<T> {
    let one = |&v: &T| Float::from_f64(1.0 / (Element::to_f64(v) + epsilon).sqrt());
    variance.data::<T>().iter().map(one).collect()
}

impl Normalized {
    /// The value, with numbers below 0 cut if `relu`.
    pub fn run(&self, relu: bool) -> Tensor {
        with_float!(self.x.dtype(), T => Tensor::build(*self.x.raw_shape(), |y: &mut [T]| {
            let inv_std = inv_std::<T>(&self.variance, self.epsilon);
            let by = Scaling {
                mean: self.mean.data(),
                inv_std: &inv_std,
                gamma: self.gamma.data(),
                beta: self.beta.data(),
            };
            // A convolution that somebody else may read is computed for both.
            match self.x.recipe::<Convolved>() {
                Some(convolved) if self.x.is_sole() => convolved.normalized(&by, relu, y),
                _ => batch_normalize(self.x.data(), &by, relu, y),
            }
        }))
    }

    /// A tensor of this value.
    pub fn deferred(self) -> Tensor {
        Tensor::deferred(*self.x.raw_shape(), self.x.dtype(), self)
    }
}

impl Recipe for Normalized {
    fn compute(&self) -> Tensor {
        self.run(false)
    }
}

#[inline(always)]
fn gate<T: Float>(upstream: T, y: T) -> T {
    if y > T::ZERO { upstream } else { T::ZERO }
}

/// `upstream` where `y > 0`, else 0, not computed yet; `y` is the rectified value of `of`.
pub(crate) struct Gated {
    pub upstream: Tensor,
    pub y: Tensor,
    pub of: Normalized,
}

impl Gated {
    /// A tensor of this value.
    pub fn deferred(self, shape: Shape, dtype: DType) -> Tensor {
        Tensor::deferred(shape, dtype, self)
    }
}

impl Recipe for Gated {
    fn compute(&self) -> Tensor {
        let (upstream, y) = (&self.upstream, &self.y);
        with_float!(y.dtype(), T => Tensor::build(*y.raw_shape(), |out: &mut [T]| {
            elementwise::zip(
                upstream.data::<T>(),
                y.data::<T>(),
                out,
                gate,
            );
        }))
    }
}
