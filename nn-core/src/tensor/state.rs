//! What a tensor holds: memory, a part of another's, an operation that waits, nothing yet, or an error.

use super::Inner;
use super::pending::Waiting;
use crate::Error;
use crate::graph::symbolic::History;
use nn_kernels::buffer::Buffer;
use std::sync::Arc;

/// What is known of a value.
pub(super) enum State {
    Concrete(Buffer),
    /// As concrete, with the inputs of the fused op that computed it, by their identities, where a fused gradient asks for that.
    Fused(Box<(Buffer, Vec<u64>)>),
    /// As concrete: elements of another tensor, which has a buffer of its own, from `offset` on.
    View {
        base: Arc<Inner>,
        offset: usize,
    },
    /// As concrete to the outside.
    Pending(Arc<Waiting>),
    /// With how it is made, if it is symbolic.
    Abstract(Option<Box<History>>),
    Failed(Error),
}

impl State {
    /// The memory that this tensor alone stands for.
    pub(super) fn buffer(&self) -> Option<&Buffer> {
        match self {
            State::Concrete(buffer) => Some(buffer),
            State::Fused(fused) => Some(&fused.0),
            State::View { base, .. } => base.state.buffer(),
            State::Pending(_) | State::Abstract(_) | State::Failed(_) => None,
        }
    }

    /// As [`State::buffer`], to write, if nobody else holds it.
    pub(super) fn buffer_mut(&mut self) -> Option<&mut Buffer> {
        match self {
            State::Concrete(buffer) => Some(buffer),
            State::Fused(fused) => Some(&mut fused.0),
            State::View { base, .. } => Arc::get_mut(base)?.state.buffer_mut(),
            State::Pending(_) | State::Abstract(_) | State::Failed(_) => None,
        }
    }
}
