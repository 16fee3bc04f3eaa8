//! The gradient of a function of one number in one pass: the upstream gradient times a derivative.

use super::zip::{self, zip};
use crate::Tensor;
use crate::kernels::math::Float;
use crate::op::{Backward, Keeps};

/// The derivative `f'` of a function, of its argument or of its result.
pub(crate) trait Slope: Copy + Send + Sync + 'static {
    /// The name of the product in errors and traces.
    const NAME: &'static str;
    fn slope<T: Float>(self, x: T) -> T;
    /// The derivative of [`Slope::slope`] in tensor ops, `None` where it is 0 almost everywhere.
    fn curve(self, x: &Tensor) -> Option<Tensor>;
}

#[derive(Clone, Copy)]
struct Scale<S>(S);

impl<S: Slope> zip::Function for Scale<S> {
    const NAME: &'static str = S::NAME;
    const KEEPS: Keeps = Keeps::INPUTS;

    fn float<T: Float>(self, upstream: T, x: T) -> T {
        upstream * self.0.slope(x)
    }

    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("gradients are floats")
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [upstream, x] = [&at.inputs[0], &at.inputs[1]];
        let curved = || Some(at.upstream * upstream * self.0.curve(x)?);
        [
            at.when(0, || scale(self.0, at.upstream, x)),
            if at.needs(1) { curved() } else { None },
        ]
    }
}

/// `upstream · f'(x)`.
#[track_caller]
pub(crate) fn scale<S: Slope>(slope: S, upstream: &Tensor, x: &Tensor) -> Tensor {
    zip(Scale(slope), upstream, x)
}
