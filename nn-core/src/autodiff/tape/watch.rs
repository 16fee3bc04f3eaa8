//! Finding where, on the way back, the first number arose that is not finite.

use crate::Tensor;
use crate::graph::op::Op;
use std::cell::Cell;
use std::panic::Location;

/// The operation whose gradient is not finite, and the line that called it.
#[derive(Clone, Copy, Debug)]
pub struct NotFinite {
    /// The operation's name: `sqrt`.
    pub op: &'static str,
    /// Where it was called in the forward pass.
    pub location: &'static Location<'static>,
}

#[derive(Clone, Copy)]
enum Watch {
    Off,
    Looking,
    Found(NotFinite),
}

thread_local!(static WATCH: Cell<Watch> = const { Cell::new(Watch::Off) });

/// The first operation, backwards, whose gradient holds NaN or an infinity in what tapes compute while `f` runs.
///
/// It looks at every gradient, which costs time: it is for finding out what went wrong, by running it again.
///
/// ```
/// use nn::{GradientTape, Tensor, first_not_finite_gradient};
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
    struct Restore(Watch);
    impl Drop for Restore {
        fn drop(&mut self) {
            WATCH.set(self.0);
        }
    }
    let restore = Restore(WATCH.replace(Watch::Looking));
    f();
    let found = WATCH.get();
    drop(restore);
    match found {
        Watch::Found(first) => Some(first),
        Watch::Off | Watch::Looking => None,
    }
}

/// Looks at a gradient that an operation gave.
pub(super) fn look(op: &dyn Op, location: &'static Location<'static>, gradient: &Tensor) {
    if matches!(WATCH.get(), Watch::Looking) && !gradient.is_finite_everywhere() {
        let op = op.name();
        WATCH.set(Watch::Found(NotFinite { op, location }));
    }
}
