//! One batch on its way through a training or test step.

use crate::Dataset;
use nn_core::{Error, Result, Tensor, Tensors};

/// The inputs, targets and sample weights of one step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// The inputs, in the order in which `call` takes them.
    pub x: Vec<Tensor>,
    /// The targets, in the order of the outputs.
    pub y: Vec<Tensor>,
    /// A weight for each sample, `[batch]`, or for each of its time steps, `[batch, steps]`.
    pub sample_weight: Option<Tensor>,
}

impl Batch {
    /// How many samples it holds.
    pub fn len(&self) -> usize {
        self.x.first().map_or(0, |x| x.shape()[0])
    }

    /// An error if a tensor of it could not be made, for want of memory.
    pub(crate) fn check(&self) -> Result<()> {
        let all = self.x.iter().chain(&self.y).chain(&self.sample_weight);
        match all.into_iter().find_map(Tensor::error) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Dataset> for Batch {
    fn from(data: Dataset) -> Batch {
        let (x, y, sample_weight) = data.into_parts();
        Batch {
            x,
            y,
            sample_weight,
        }
    }
}

/// What an overridden `train_step` can take for its batch: `(x, y)`, `(x, y, sample_weight)` with a `Tensor` or an
/// `Option<Tensor>`, or the [`Batch`] itself; `x` and `y` tensors or tuples, arrays or `Vec`s of them.
#[diagnostic::on_unimplemented(
    message = "a step cannot take its batch as `{Self}`",
    label = "expected `(x, y)`, `(x, y, sample_weight)` or `Batch`"
)]
pub trait FromBatch: Sized {
    /// The batch as the step takes it.
    ///
    /// # Errors
    /// When there are too few or too many tensors.
    fn from_batch(batch: Batch) -> Result<Self>;
}

impl FromBatch for Batch {
    fn from_batch(batch: Batch) -> Result<Batch> {
        Ok(batch)
    }
}

impl<X: Tensors, Y: Tensors> FromBatch for (X, Y) {
    fn from_batch(batch: Batch) -> Result<(X, Y)> {
        Ok((
            X::from_leaves(batch.x).map_err(|e| e.context("x"))?,
            Y::from_leaves(batch.y).map_err(|e| e.context("y"))?,
        ))
    }
}

impl<X: Tensors, Y: Tensors> FromBatch for (X, Y, Option<Tensor>) {
    fn from_batch(mut batch: Batch) -> Result<Self> {
        let weight = batch.sample_weight.take();
        let (x, y) = <(X, Y)>::from_batch(batch)?;
        Ok((x, y, weight))
    }
}

impl<X: Tensors, Y: Tensors> FromBatch for (X, Y, Tensor) {
    fn from_batch(batch: Batch) -> Result<Self> {
        let (x, y, weight) = <(X, Y, Option<Tensor>)>::from_batch(batch)?;
        let weight = weight.ok_or_else(|| {
            Error::value(
                "this step needs sample weights, and the data has none: pass `(x, y, weights)`",
            )
        })?;
        Ok((x, y, weight))
    }
}
