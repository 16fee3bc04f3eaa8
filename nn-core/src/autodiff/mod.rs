//! Gradients: the tape, what it answers, Jacobians.

pub(crate) mod gradients;
mod jacobian;
pub(crate) mod tape;
