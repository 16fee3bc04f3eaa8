//! The gradient of an attention as an op.

use super::composed::Composed;
use super::options::{AttentionOptions, check};
use super::{problem, with_operands};
use crate::graph::apply::apply_all;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::composite::gradient_of;
use crate::ops::nn::norm::outputs;
use crate::tensor::stream::Stream;
use crate::{Result, Tensor, with_float};
use nn_kernels::attention::{self, Gradients};

/// Inputs: those of the attention, the logarithms that it kept, the gradient of its result. Outputs: the gradients of queries, keys and
/// values.
struct AttentionGradient {
    options: AttentionOptions,
    stream: Option<Stream>,
}

/// The gradients of queries, keys and values.
pub(super) fn gradients(
    options: AttentionOptions,
    stream: Option<Stream>,
    inputs: &[Tensor],
) -> Vec<Tensor> {
    apply_all(AttentionGradient { options, stream }, inputs).into_vec()
}

impl Op for AttentionGradient {
    fn name(&self) -> &'static str {
        "attention_gradient"
    }

    fn attributes(&self) -> Attributes {
        self.options.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok([0, 1, 2].map(|i| Spec::of(&inputs[i])).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (inputs, [log_sums, d_out]) = inputs
            .split_last_chunk()
            .expect("the logarithms and a gradient");
        let (sizes, dtype) = check(&self.options, inputs)?;
        let shapes = [0, 1, 2].map(|i| expected[i].shape);
        let problem = problem(&self.options, self.stream, &sizes);
        Ok(
            with_float!(dtype, T => with_operands(inputs, &sizes, |operands| {
                outputs(shapes, |query: &mut [T], key, value| {
                    let to = Gradients { query, key, value };
                    attention::backward(&problem, operands, log_sums.data(), d_out.data(), to);
                })
            }))
            .into(),
        )
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let count = at.inputs.len();
        gradient_of(
            |inputs| {
                let (operands, [_, d_out]) = inputs.split_last_chunk().expect("as in forward");
                match check(&self.options, operands) {
                    Ok((sizes, _)) => {
                        let composed = Composed::new(operands, sizes, &self.options, self.stream);
                        composed.gradients(d_out).into()
                    }
                    Err(error) => vec![Tensor::failed(error); 3],
                }
            },
            at.inputs,
            |i| i + 2 != count && at.inputs[i].dtype().is_float() && at.needs(i),
            at.upstreams,
        )
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        3
    }
}
