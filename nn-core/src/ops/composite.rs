//! Gradients of fused gradients: differentiating the same formula written in plain operations.

use crate::{GradientTape, Result, Tensor};

/// The gradient of the sum of all `f(inputs) · upstream` with respect to each input that is needed, taken by a tape of its own; it can
/// be differentiated again. An output without an upstream gradient takes no part.
///
/// Ops whose gradient is one fused kernel use this for the gradient of that gradient, which few programs ask for.
pub(crate) fn gradient_of(
    f: impl FnOnce(&[Tensor]) -> Vec<Tensor>,
    inputs: &[Tensor],
    needs: impl Fn(usize) -> bool,
    upstreams: &[Option<Tensor>],
) -> Result<Vec<Option<Tensor>>> {
    // Fresh identities, so that an input that stands in two places has a gradient for each.
    let inputs: Vec<Tensor> = inputs.iter().map(|t| t.reshape(*t.raw_shape())).collect();
    let wanted: Vec<usize> = (0..inputs.len()).filter(|&i| needs(i)).collect();
    let tape = GradientTape::new();
    wanted.iter().for_each(|&i| tape.watch(&inputs[i]));
    let sources: Vec<Tensor> = wanted.iter().map(|&i| inputs[i].clone()).collect();
    let outputs = f(&inputs);
    let parts = outputs.iter().zip(upstreams);
    let parts = parts.filter_map(|(y, up)| up.as_ref().map(|up| (y * up).sum()));
    let Some(target) = parts.reduce(|sum, part| sum + part) else {
        return Ok(vec![None; inputs.len()]);
    };
    let found = tape.gradient_or_zeros(&target, &sources)?;
    let mut all = vec![None; inputs.len()];
    wanted
        .into_iter()
        .zip(found)
        .for_each(|(i, gradient)| all[i] = Some(gradient));
    Ok(all)
}
