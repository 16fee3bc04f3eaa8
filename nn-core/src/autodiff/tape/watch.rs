//! Finding where, on the way back, the first number arose that is not finite.

use crate::Tensor;
use crate::graph::observer::{Observer, observe};
use crate::graph::op::Op;
use std::panic::Location;

/// The operation whose gradient is not finite, and the line that called it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NotFinite {
    /// The operation's name: `sqrt`.
    pub op: &'static str,
    /// Where it was called in the forward pass.
    pub location: &'static Location<'static>,
}

/// Keeps the first.
struct Search(Option<NotFinite>);

impl Observer for Search {
    fn gradient(&mut self, op: &dyn Op, location: &'static Location<'static>, gradient: &Tensor) {
        if self.0.is_none() && !gradient.is_finite_everywhere() {
            let op = op.name();
            self.0 = Some(NotFinite { op, location });
        }
    }
}

/// The first operation, backwards, whose gradient holds NaN or an infinity in what tapes compute while `f` runs.
///
/// It looks at every gradient, which costs time: it is for finding out what went wrong, by running it again.
///
/// ```
/// use nn::{GradientTape, Tensor, extend::first_not_finite_gradient};
/// let x = Tensor::from(0.0_f32);
/// let found = first_not_finite_gradient(|| {
///     let tape = GradientTape::new();
///     tape.watch(&x);
///     let y = 3.0 * x.sqrt(); // the slope of the root at 0 is infinite
///     tape.gradient(&y, &x)
/// });
/// assert_eq!(found.unwrap().op, "sqrt");
/// ```
pub fn first_not_finite_gradient<R>(f: impl FnOnce() -> R) -> Option<NotFinite> {
    observe(Search(None), f).1.0
}
