//! Finding where a number comes from that is not finite.

use crate::data::Batch;
use crate::training::{Model, State, Step};
use nn_core::{DType, Tensor, Tensors, first_not_finite_gradient, layer};

/// Where it arose that a step could not be made, in words; nothing if nothing is to be said. It runs the step again without making it.
pub(super) fn place<M: Model>(model: &M, state: &mut State, batch: &Batch) -> Option<String> {
    for (part, tensors) in [("x", &batch.x), ("y", &batch.y)] {
        for (i, t) in tensors.iter().enumerate() {
            if let Some(row) = first_bad_row(t) {
                let name = match tensors.len() {
                    1 => part.to_string(),
                    _ => format!("{part}.{i}"),
                };
                return Some(format!(
                    "{name} holds NaN or an infinity in row {row} of the batch: clean the data"
                ));
            }
        }
    }
    let (mut loss_is_finite, mut term) = (false, None);
    let gradient = first_not_finite_gradient(|| {
        let mut step = Step::rehearsal(model, state, batch);
        // It ends with an error in any case, where the step would be made.
        let _ = layer::catch_unanswered(|| model.train_step(&mut step, batch.clone()));
        loss_is_finite = step.has_finite_loss();
        term = step.not_finite_term.take();
    });
    if loss_is_finite {
        let found = gradient?;
        return Some(format!(
            "backwards, the first number that is not finite arose in the gradient of `{}` ({}:{}:{})",
            found.op,
            found.location.file(),
            found.location.line(),
            found.location.column()
        ));
    }
    let layer = M::Input::from_leaves(batch.x.clone())
        .ok()
        .and_then(|input| nn_core::no_gradient(|| layer::first_not_finite(model, input, true)));
    Some(match layer {
        Some(path) => format!(
            "the first result that is not finite is that of {path}; a lower learning rate or clipped gradients help"
        ),
        None if let Some(term) = term => format!(
            "all layers' results are finite, and {term} is not: look at how it is computed"
        ),
        None => match greatest(model, batch) {
            Some((what, size)) => format!(
                "all layers' results are finite, and {what} are as great as {size:.0e}, of which a loss is more than its type holds: training has \
                 diverged, or the data is of that size; a lower learning rate, clipped gradients, and inputs and targets scaled to about 1 help"
            ),
            None => "all layers' results are finite, so the loss itself is at fault: look at its targets and whether it expects probabilities or logits".to_string(),
        },
    })
}

/// From which size on a number may be what makes a loss infinite: with a square of it, a sum over a batch of them is near the end of `f32`.
const GREAT: f64 = 1e15;

/// Which of predictions and targets has the greatest number, and that, if it is a great one.
fn greatest<M: Model>(model: &M, batch: &Batch) -> Option<(&'static str, f64)> {
    let size = |t: &Tensor| t.cast(DType::F64).abs().max().to_f64().unwrap_or(0.0);
    let of = |tensors: &[&Tensor]| tensors.iter().map(|t| size(t)).fold(0.0, f64::max);
    let input = M::Input::from_leaves(batch.x.clone()).ok()?;
    let output = nn_core::no_gradient(|| layer::call(model, input, true));
    let predictions = of(&output.leaves());
    let targets = of(&batch.y.iter().collect::<Vec<_>>());
    match targets > predictions {
        true => Some(("the targets", targets)),
        false => Some(("the predictions", predictions)),
    }
    .filter(|(_, size)| *size >= GREAT)
}

/// The first row that holds a number which is not finite.
fn first_bad_row(t: &Tensor) -> Option<usize> {
    if t.is_finite_everywhere() {
        return None;
    }
    let rows = t.shape().first().copied()?;
    (0..rows).find(|&i| !t.slice(i..i + 1).is_finite_everywhere())
}
