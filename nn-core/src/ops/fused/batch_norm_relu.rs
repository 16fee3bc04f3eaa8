//! A normalization and the rectifier behind it, with a ceiling or without, the most frequent pair of all: both halves only move memory.

use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::nn::batch_norm_inference::{BatchNormInference, normalize};
use crate::{Error, Result, Tensor};
use nn_kernels::norm::Rectifier;

inventory::submit! {
    Rule {
        first: "batch_norm_inference",
        second: "relu",
        recorded: true,
        sole: false,
        waits: |_| true,
        fuse: |pair| fuse(pair, Rectifier::Relu),
    }
}

inventory::submit! {
    Rule {
        first: "batch_norm_inference",
        second: "relu6",
        recorded: true,
        sole: false,
        waits: |_| true,
        fuse: |pair| fuse(pair, Rectifier::Relu6),
    }
}

fn fuse(pair: &Pair<'_>, rectifier: Rectifier) -> Option<OpHandle> {
    let BatchNormInference { epsilon } = *pair.first.downcast()?;
    Some(OpHandle::new(BatchNormRelu { epsilon, rectifier }))
}

/// `max(gamma · (x − mean) / √(variance + epsilon) + beta, 0)`, or the lesser of this and 6. Inputs: x, gamma, beta, mean, variance.
pub(super) struct BatchNormRelu {
    pub(super) epsilon: f64,
    pub(super) rectifier: Rectifier,
}

impl Op for BatchNormRelu {
    fn name(&self) -> &'static str {
        match self.rectifier {
            Rectifier::Relu6 => "batch_norm_relu6",
            _ => "batch_norm_relu",
        }
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok(Spec::of(&inputs[0]).into())
    }

    fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        // The gradient finds by this origin what the rectifier cut.
        let y = normalize(inputs, self.epsilon, self.rectifier);
        Ok(y.with_origin(inputs.iter().map(Tensor::id)).into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
    }
}
