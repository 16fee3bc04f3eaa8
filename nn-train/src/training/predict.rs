//! Outputs for inputs, batch by batch.

use crate::data::{Dataset, check_batch_size};
use nn_core::{Error, Layer, Result, Shape, Tensor, Tensors, concatenate, layer, no_gradient};
use nn_kernels::buffer::Buffer;

/// Rows that run through a model at a time unless something else is asked for.
pub(crate) const BATCH: usize = 256;

/// What is told of a batch, with its number from 0.
#[derive(Clone, Copy)]
pub(crate) enum Moment<'a> {
    Before(usize),
    /// With what came out.
    After(usize, &'a [Tensor]),
}

/// Who is told of every batch, and says whether there shall be another one.
pub(crate) type Tell<'t> = &'t mut dyn FnMut(Moment<'_>) -> Result<bool>;

/// The outputs of a model for inputs, in inference, in batches of the given size.
pub(crate) fn predict<M: Layer>(
    model: &M,
    x: M::Input,
    batch_size: usize,
    mut tell: Option<Tell<'_>>,
) -> Result<M::Output> {
    check_batch_size(batch_size)?;
    // Inputs of which one has a single row would be broadcast as long as they are one batch, and not beyond.
    let leaves = x.leaves();
    let rows = match leaves.first() {
        Some(first) => first.try_shape()?.first().copied(),
        None => None,
    };
    let fits = |t: &&Tensor| t.try_shape().is_ok_and(|s| s.first().copied() == rows);
    if !leaves.iter().skip(1).all(fits) {
        Dataset::inputs(owned(&x)).map(drop)?;
    }
    let output = match rows {
        Some(rows) if rows > batch_size => in_parts(model, &x, batch_size, tell)?,
        _ => {
            if let Some(tell) = &mut tell {
                tell(Moment::Before(0))?;
            }
            let output = constant(model, x);
            if let (Some(tell), None) = (tell, output.error()) {
                tell(Moment::After(0, &owned(&output)))?;
            }
            output
        }
    };
    match output.error() {
        Some(error) => Err(error.clone()),
        // As of an output that was put together of parts.
        None => Ok(output.map(&mut |leaf| leaf.without_mask())),
    }
}

fn in_parts<M: Layer>(
    model: &M,
    x: &M::Input,
    batch_size: usize,
    mut tell: Option<Tell<'_>>,
) -> Result<M::Output> {
    let data = Dataset::inputs(owned(x))?;
    let mut parts: Vec<Parts> = Vec::new();
    let mut whole = None;
    for (index, batch) in data.batches(batch_size).datasets().enumerate() {
        if let Some(tell) = &mut tell {
            tell(Moment::Before(index))?;
        }
        // With what the input holds beside tensors.
        let input = with_leaves(x.clone(), batch.xs().to_vec());
        let output = constant(model, input);
        let leaves = owned(&output).into_iter().map(Tensor::into_result);
        let leaves = leaves.collect::<Result<Vec<Tensor>>>()?;
        let goes_on = match &mut tell {
            Some(tell) => tell(Moment::After(index, &leaves))?,
            None => true,
        };
        if index == 0 {
            for leaf in &leaves {
                check_room(leaf, batch.len(), data.len())?;
            }
        }
        parts.resize_with(leaves.len(), Parts::default);
        for (part, leaf) in parts.iter_mut().zip(leaves) {
            part.push(leaf)?;
        }
        whole = Some(output);
        if !goes_on {
            break;
        }
    }
    let parts: Vec<Tensor> = parts.into_iter().map(Parts::together).collect();
    match whole {
        Some(output) => Ok(with_leaves(output, parts)),
        None => M::Output::from_leaves(parts),
    }
}

/// An output, batch by batch.
#[derive(Default)]
struct Parts {
    /// Of many batches each.
    large: Vec<Tensor>,
    /// Of one batch each: as they are, millions of them would take many times the memory of their numbers.
    small: Vec<Tensor>,
}

impl Parts {
    /// Batches that are put together.
    const MANY: usize = 1024;

    fn push(&mut self, batch: Tensor) -> Result<()> {
        self.small.push(batch);
        if self.small.len() == Self::MANY {
            self.large.push(concatenate(&self.small, 0).into_result()?);
            self.small.clear();
        }
        Ok(())
    }

    fn together(mut self) -> Tensor {
        self.large.append(&mut self.small);
        concatenate(&self.large, 0)
    }
}

/// Refuses what the predictions of so many `rows` would not fit into, seen from those of a batch of `some`.
fn check_room(output: &Tensor, some: usize, rows: usize) -> Result<()> {
    let shape = output.shape();
    let [first, others @ ..] = shape.dims() else {
        return Ok(());
    };
    if *first != some {
        return Ok(());
    }
    let elements = others.iter().fold(rows, |n, &dim| n.saturating_mul(dim));
    Buffer::check(output.dtype(), elements).map_err(|refused| {
        Error::from(refused).context(format!(
            "the predictions of {rows} rows, each of shape {}, cannot be kept; predict in parts",
            Shape::new(others)
        ))
    })
}

/// What a model gives in inference, as a constant: no tape follows how a prediction was made.
fn constant<M: Layer>(model: &M, input: M::Input) -> M::Output {
    no_gradient(|| layer::call(model, input, false))
}

/// The tensors of a structure.
fn owned<T: Tensors>(whole: &T) -> Vec<Tensor> {
    whole.leaves().into_iter().cloned().collect()
}

/// A structure with other tensors, as many as it has.
fn with_leaves<T: Tensors>(whole: T, leaves: Vec<Tensor>) -> T {
    let mut leaves = leaves.into_iter();
    whole.map(&mut |tensor| leaves.next().unwrap_or(tensor))
}
