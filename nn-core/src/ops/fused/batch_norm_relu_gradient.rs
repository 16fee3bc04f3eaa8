//! The gradients of a rectifier and of the normalization before it, without a pass for what the rectifier cut: that is found again
//! from x.

use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::nn::batch_norm::{BatchNormGradient, gradients};
use crate::{Error, Result, Tensor};
use nn_kernels::norm::Rectifier;

inventory::submit! {
    Rule {
        first: "relu_gradient",
        second: "batch_norm_gradient",
        recorded: true,
        sole: false,
        waits: |inputs| inputs[1].origin().is_some(),
        fuse: |pair| fuse(pair, Rectifier::Relu),
    }
}

inventory::submit! {
    Rule {
        first: "relu6_gradient",
        second: "batch_norm_gradient",
        recorded: true,
        sole: false,
        waits: |inputs| inputs[1].origin().is_some(),
        fuse: |pair| fuse(pair, Rectifier::Relu6),
    }
}

/// Inputs of the first: upstream, y; of the second: x, dy, gamma, beta, mean, variance.
fn fuse(pair: &Pair<'_>, rectifier: Rectifier) -> Option<OpHandle> {
    let BatchNormGradient { epsilon } = *pair.second.downcast()?;
    let of = pair.first_inputs[1].origin()?;
    let own = [0, 2, 3, 4, 5].map(|i| pair.second_inputs[i].id());
    (pair.place == 1 && *of == own)
        .then(|| OpHandle::new(BatchNormReluGradient { epsilon, rectifier }))
}

/// Inputs: upstream, y, x, gamma, beta, mean, variance. Outputs: the gradients of x, gamma and beta.
struct BatchNormReluGradient {
    epsilon: f64,
    rectifier: Rectifier,
}

impl Op for BatchNormReluGradient {
    fn name(&self) -> &'static str {
        "batch_norm_relu_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok([2, 3, 3].map(|i| Spec::of(&inputs[i])).into())
    }

    fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let [x, gamma, beta, mean, variance] = [2, 3, 4, 5, 6].map(|i| &inputs[i]);
        let of = [x, &inputs[0], gamma, beta, mean, variance];
        Ok(gradients(of, self.epsilon, self.rectifier).into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
    }
}
