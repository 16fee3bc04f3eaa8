//! What a tensor holds: memory, a part of another's, an operation that waits, nothing yet, or an error.

use super::pending::Waiting;
use super::{Inner, Tensor};
use crate::graph::symbolic::History;
use crate::{Element, Error, Result};
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

impl Tensor {
    /// [`Tensor::try_data`] of a tensor that has no memory of its own, or another type.
    pub(super) fn data_elsewhere<T: Element>(&self) -> Result<&[T]> {
        match &self.inner.state {
            State::Failed(error) => Err(error.clone()),
            State::Abstract(_) => Err(Error::value(format!(
                "a tensor of shape {} has no value while the model is traced; what `call` returns must not depend on values read from tensors",
                self.inner.shape
            ))),
            State::Pending(pending) => pending.value().try_data(),
            State::Fused(fused) if self.inner.dtype == T::DTYPE => Ok(fused.0.as_slice()),
            State::View { base, offset } if self.inner.dtype == T::DTYPE => {
                let all = base.state.buffer().map_or(&[][..], Buffer::as_slice);
                Ok(&all[*offset..*offset + self.inner.shape.num_elements()])
            }
            State::Concrete(_) | State::Fused(_) | State::View { .. } => {
                Err(Error::dtype(format!(
                    "the tensor holds {}, {} was asked for; convert with `cast(DType::{:?})`",
                    self.inner.dtype,
                    T::DTYPE,
                    T::DTYPE
                )))
            }
        }
    }
}
