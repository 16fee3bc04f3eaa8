//! What Attention and AdditiveAttention have in common.

use super::AttentionArguments;
use crate::ShapeError;
use crate::core::seed::Seed;
use nn_core::agree;
use nn_core::layer::call_as;
use nn_core::ops::{dropout, where_};
use nn_core::{Error, Layer, Result, Shape, Tensor};

/// What is subtracted from the score of a key that is not seen, as in Keras: a query that sees none has the weights of its scores without that.
const UNSEEN: f64 = 1e9;

/// The shape of the output for a query, a value and, if there is a third, a key: `[batch, queries, value features]`.
pub(super) const fn output_shape(
    layer: &str,
    rate: f64,
    inputs: &[Shape],
) -> Result<Shape, ShapeError> {
    if let Err(error) = check_dropout(layer, rate) {
        return Err(error);
    }
    if inputs.len() < 2 || inputs.len() > 3 {
        let error = ShapeError::new(layer)
            .text(" takes a query and a value, and may take a key, found ")
            .number(inputs.len());
        return Err(error.text(" tensors; call it with `(&query, &value)`"));
    }
    let (query, value, key) = (&inputs[0], &inputs[1], &inputs[inputs.len() - 1]);
    if query.rank() != 3 || value.rank() != 3 || key.rank() != 3 {
        let error = ShapeError::new(layer)
            .text(" expects query, value and key [batch, steps, features], found ")
            .shape(query)
            .text(", ")
            .shape(value)
            .text(" and ");
        return Err(error.shape(key));
    }
    let (q, v, k) = (query.dims(), value.dims(), key.dims());
    if !agree(q[0], v[0]) || !agree(v[0], k[0]) || !agree(v[1], k[1]) || !agree(q[2], k[2]) {
        let error = ShapeError::new(layer)
            .text(" cannot look with queries ")
            .shape(query)
            .text(" at values ")
            .shape(value)
            .text(" by keys ")
            .shape(key);
        return Err(error.text(
            ": batches agree, the steps of keys and values, and the features of queries and keys",
        ));
    }
    Ok(query.with(2, v[2]))
}

/// The error of a dropout that is no probability.
pub(super) const fn check_dropout(layer: &str, rate: f64) -> Result<(), ShapeError> {
    if rate >= 0.0 && rate <= 1.0 {
        return Ok(());
    }
    let error = ShapeError::new("the dropout of ")
        .text(layer)
        .text(" is a probability from 0 to 1, found ")
        .decimal(rate);
    Err(error.text("; 0.1 drops a tenth of the weights"))
}

/// The value that queries find by their scores, `[batch, queries, keys]`, and the weights before dropout. The mask of `value` and a causal one
/// limit what is seen.
pub(super) fn found(
    scores: Tensor,
    value: &Tensor,
    is_causal: bool,
    (rate, seed): (f64, &Seed),
) -> (Tensor, Tensor) {
    let shape = scores.shape();
    if scores.error().is_some() || shape.rank() != 3 {
        return (scores.clone(), scores);
    }
    let past = is_causal.then(|| {
        let ones = Tensor::ones([shape[1], shape[2]]);
        ones.cumsum(0).greater_equal(ones.cumsum(1))
    });
    let kept = value.mask().map(|mask| mask.expand_dims(-2));
    let seen = match (kept, past) {
        (Some(kept), Some(past)) => Some(kept.logical_and(past)),
        (kept, past) => kept.or(past),
    };
    let scores = match seen {
        Some(seen) => where_(seen, &scores, &scores - UNSEEN),
        None => scores,
    };
    let weights = scores.softmax(-1);
    let kept = match rate > 0.0 {
        true => seed.run(|| dropout(&weights, rate)),
        false => weights.clone(),
    };
    (kept.matmul(value.without_mask()), weights)
}

/// What was found, with zeros where the mask of the query leaves it out, and that mask.
pub(super) fn masked(found: Tensor, query: &Tensor) -> Tensor {
    match query.mask() {
        Some(mask) => where_(mask.expand_dims(-1), found, 0.0).with_mask(mask),
        None => found,
    }
}

/// A layer that finds values by scores.
pub(super) trait Scored: Layer<Input = (Tensor, Tensor)> {
    const NAME: &'static str;

    fn build_for(&self, inputs: &[Shape]) -> Result<()>;

    /// The output, and with `scores` the weights.
    fn attend(
        &self,
        inputs: [&Tensor; 3],
        is_causal: bool,
        training: bool,
        scores: bool,
    ) -> (Tensor, Option<Tensor>);

    /// Runs it on a query, a value and what else the call is told.
    fn run_with(
        &self,
        (query, value): (Tensor, Tensor),
        arguments: AttentionArguments,
        training: bool,
        scores: bool,
    ) -> (Tensor, Option<Tensor>) {
        if arguments.attention_mask.is_some() {
            let error = Error::value(format!(
                "{} takes no attention mask: what it leaves out is masked in the value, `value.with_mask(mask)`",
                Self::NAME
            ));
            return (
                Tensor::failed(error.clone()),
                scores.then(|| Tensor::failed(error)),
            );
        }
        let build = |(query, value, key): &(Shape, Shape, Option<Shape>)| {
            let all = [Some(*query), Some(*value), *key];
            self.build_for(&all.into_iter().flatten().collect::<Vec<_>>())
        };
        let inputs = (query, value, arguments.key);
        call_as(self, inputs, training, build, |(query, value, key)| {
            let key = key.as_ref().unwrap_or(&value);
            let causal = arguments.use_causal_mask;
            self.attend([&query, &value, key], causal, training, scores)
        })
    }

    /// Runs it on a query, a value and, if it is given, a key.
    fn run_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        let count = inputs.len();
        let mut inputs = inputs.into_iter();
        let (Some(query), Some(value), 2..=3) = (inputs.next(), inputs.next(), count) else {
            return vec![Tensor::failed(Error::value(format!(
                "{} takes a query and a value, and may take a key, found {count} tensors",
                Self::NAME
            )))];
        };
        let arguments = AttentionArguments {
            key: inputs.next(),
            ..AttentionArguments::new()
        };
        vec![self.run_with((query, value), arguments, training, false).0]
    }
}
