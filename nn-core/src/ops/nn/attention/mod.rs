//! Attention.

mod composed;
mod gradient;
mod options;
#[cfg(test)]
mod tests;

pub use options::{AttentionOptions, Unseeing};

use crate::graph::apply::apply_all;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec};
use crate::ops::composite::gradient_of;
use crate::ops::fail::fail;
use crate::tensor::own_stream::OwnStream;
use crate::tensor::stream::Stream;
use crate::tensor::{seed, variates};
use crate::{DType, Element, Result, Shape, Tensor, with_float};
use composed::Composed;
use nn_kernels::attention::{self as kernel, Dropout, Mask, MaskValues, Operands};
use options::{Sizes, check};

/// Inputs: queries, keys, values, masks. Outputs: the result, and of every query the logarithm of the sum of its exponentials.
struct Attention {
    options: AttentionOptions,
    /// Where dropout draws from.
    stream: Option<Stream>,
    /// Where it draws from whenever it runs, for a layer with a seed of its own.
    own: Option<OwnStream>,
}

/// The kernel's description of the problem.
fn problem(options: &AttentionOptions, stream: Option<Stream>, sizes: &Sizes) -> kernel::Attention {
    let keep = 1.0 - options.dropout;
    kernel::Attention {
        batch: sizes.batch,
        queries: sizes.queries,
        keys: sizes.keys,
        heads: sizes.heads,
        kv_heads: sizes.kv_heads,
        dim: sizes.dim,
        value_dim: sizes.value_dim,
        scale: options.scale,
        causal: options.causal,
        window: options.window.unwrap_or(usize::MAX),
        mean_of_nothing: options.unseeing == Unseeing::Mean,
        dropout: stream.map(|mut stream| Dropout {
            key: stream.next_key(),
            limit: variates::limit(keep),
            scale: if keep > 0.0 { 1.0 / keep } else { 0.0 },
        }),
    }
}

/// Calls `f` with the operands as the kernel takes them.
fn with_operands<T: Element, R>(
    inputs: &[Tensor],
    sizes: &Sizes,
    f: impl FnOnce(&Operands<'_, T>) -> R,
) -> R {
    let weights = sizes.weights();
    let masks = inputs[3..].iter().map(|mask| Mask {
        values: match mask.dtype() {
            DType::Bool => MaskValues::Keep(mask.data()),
            DType::F32 | DType::F64 | DType::I64 | DType::U8 => MaskValues::Add(mask.data()),
        },
        strides: strides(mask.raw_shape(), &weights),
    });
    let masks: Vec<Mask<'_, T>> = masks.collect();
    f(&Operands {
        query: inputs[0].data(),
        key: inputs[1].data(),
        value: inputs[2].data(),
        masks: &masks,
    })
}

/// Elements of a mask from one to the next along the axes of the weights, to which it is broadcast.
fn strides(mask: &Shape, weights: &Shape) -> [usize; 4] {
    let mut strides = [0; 4];
    let mut stride = 1;
    for (axis, &size) in mask.iter().enumerate().rev() {
        let place = axis + 4 - mask.rank();
        if size == weights[place] && size > 1 {
            strides[place] = stride;
        }
        stride *= size;
    }
    strides
}

impl Op for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn attributes(&self) -> Attributes {
        let all = self.options.attributes();
        match &self.stream {
            Some(stream) => all.with("seed", &stream.seed).with("draw", &stream.draw),
            None => all,
        }
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (sizes, dtype) = check(&self.options, inputs)?;
        let sums = Shape::from([sizes.batch, sizes.heads, sizes.queries]);
        Ok([sizes.output(), sums]
            .map(|shape| Spec { shape, dtype })
            .into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (sizes, dtype) = check(&self.options, inputs)?;
        let problem = problem(&self.options, self.stream, &sizes);
        Ok(with_float!(dtype, T => with_operands(inputs, &sizes, |operands| {
            let run = |log_sums: &mut [T]| {
                Tensor::build(expected[0].shape, |out: &mut [T]| {
                    kernel::forward(&problem, operands, out, log_sums);
                })
            };
            if !expected.wants(1) {
                return [run(&mut []), expected.nothing(1)];
            }
            let mut out = None;
            let log_sums = Tensor::build(expected[1].shape, |log_sums: &mut [T]| out = Some(run(log_sums)));
            // Without memory for the one nothing was computed.
            [out.unwrap_or_else(|| log_sums.clone()), log_sums]
        }))
        .into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let mut all: Vec<Option<Tensor>> = vec![None; at.inputs.len()];
        if (0..3).any(|i| at.needs(i)) {
            let last = [at.outputs[1].clone(), at.upstream().clone()];
            let inputs = [at.inputs, &last].concat();
            let found = gradient::gradients(self.options, self.stream, &inputs);
            all.iter_mut()
                .zip(found)
                .for_each(|(to, gradient)| *to = Some(gradient));
        }
        // Of what is added to the scores, which the kernel does not give.
        if (3..at.inputs.len()).any(|i| at.needs(i)) {
            let (sizes, _) = check(&self.options, at.inputs)?;
            let output = |inputs: &[Tensor]| {
                vec![Composed::new(inputs, sizes, &self.options, self.stream).output()]
            };
            let found = gradient_of(
                output,
                at.inputs,
                |i| i >= 3 && at.needs(i),
                &at.upstreams[..1],
            )?;
            all.iter_mut()
                .zip(found)
                .skip(3)
                .for_each(|(to, gradient)| *to = gradient);
        }
        Ok(all)
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: u32::MAX,
            outputs: 0b10,
        }
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        2
    }

    fn residuals(&self) -> usize {
        1
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        Ok(self.stream.map(|_| {
            OpHandle::new(Attention {
                options: self.options,
                stream: Some(seed::bound(self.own.as_ref(), binding.stream)),
                own: self.own.clone(),
            })
        }))
    }

    fn is_random(&self) -> bool {
        self.stream.is_some() && self.own.is_none()
    }

    /// What is masked of the queries is masked of the result.
    fn mask_axes(&self, _: &[Tensor], i: usize) -> usize {
        if i == 0 { 2 } else { 0 }
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    match inputs.len() {
        4 => by_name::several::<4>(a, inputs),
        _ => by_name::several::<3>(a, inputs),
    }
}

by_name!("attention", fits, |a| Attention {
    options: AttentionOptions::of(a)?,
    stream: match a.find("seed") {
        Some(_) => Some(Stream {
            seed: a.get("seed")?,
            draw: a.get("draw")?
        }),
        None => None,
    },
    own: None,
});

/// `softmax(query · keyᵀ · scale + masks) · value` for every head (Vaswani et al. 2017), without a matrix of all weights in memory.
///
/// Shapes: queries `[batch, queries, heads, dim]`, keys `[batch, keys, key_heads, dim]`, values `[batch, keys, key_heads, value_dim]`, all of one float
/// type; the result is `[batch, queries, heads, value_dim]`. `heads` is a multiple of `key_heads`: neighbouring heads of queries share one of keys
/// and values (Ainslie et al. 2023).
///
/// Each mask broadcasts to `[batch, heads, queries, keys]`. A `bool` one is true where a key is seen, one of the operands' type is added to the
/// scores; all hold at once. What a query gets that sees nothing says [`AttentionOptions::unseeing`]. Dropout draws from the thread's stream
/// of random numbers. Masks that tensors carry ([`Tensor::mask`]) are not asked, but the result carries that of the queries on.
///
/// Source: `keras.ops.dot_product_attention`.
///
/// ```
/// use nn::{ops::{AttentionOptions, attention}, Tensor};
/// let x = Tensor::from([[[[0.0_f32]], [[1.0]], [[2.0]]]]); // one sequence of three steps, one head of one number
/// let none = attention(&x.zeros_like(), &x, &x, &[], AttentionOptions::new(1.0));
/// assert_eq!(none.to_vec::<f32>()?, [1.0, 1.0, 1.0]); // all weigh the same
/// let past = AttentionOptions { causal: true, ..AttentionOptions::new(1.0) };
/// let y = attention(&x.zeros_like(), &x, &x, &[], past);
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 0.5, 1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn attention(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    masks: &[Tensor],
    options: AttentionOptions,
) -> Tensor {
    let inputs = inputs(query, key, value, masks);
    let stream = (options.dropout > 0.0).then(seed::next_stream);
    let [output, _] = apply_all(
        Attention {
            options,
            stream,
            own: stream.and_then(|_| seed::own_stream()),
        },
        &inputs,
    )
    .into_array();
    output
}

/// As [`attention`], with all weights, `[batch, heads, queries, keys]`, as they are before dropout; they are then in memory.
///
/// ```
/// use nn::{ops::{AttentionOptions, attention_with_scores}, Tensor};
/// let x = Tensor::ones([2, 3, 4, 5]);
/// let (y, weights) = attention_with_scores(&x, &x, &x, &[], AttentionOptions::new(1.0));
/// assert_eq!((y.shape(), weights.shape()), ([2, 3, 4, 5].into(), [2, 4, 3, 3].into()));
/// ```
#[track_caller]
pub fn attention_with_scores(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    masks: &[Tensor],
    options: AttentionOptions,
) -> (Tensor, Tensor) {
    let inputs = inputs(query, key, value, masks);
    if let Some(failed) = inputs.iter().find(|t| t.error().is_some()) {
        return (failed.clone(), failed.clone());
    }
    match check(&options, &inputs) {
        Ok((sizes, _)) => {
            let composed = Composed::new(&inputs, sizes, &options, None);
            (composed.output().masked_as(query, 2), composed.weights)
        }
        Err(error) => {
            let failed = fail("attention", error);
            (failed.clone(), failed)
        }
    }
}

fn inputs(query: &Tensor, key: &Tensor, value: &Tensor, masks: &[Tensor]) -> Vec<Tensor> {
    [query, key, value]
        .into_iter()
        .chain(masks)
        .cloned()
        .collect()
}
