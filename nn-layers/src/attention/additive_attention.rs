//! Attention by sums.

use super::AttentionArguments;
use super::scores::{self, Scored};
use crate::ShapeError;
use crate::core::seed::Seed;
use nn_core::{Error, Initializer, IntoInput, Param, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// What a query finds in values by comparing it with keys: `softmax(Σ scale·tanh(query + key))·value` (Bahdanau et al. 2015).
///
/// Called with `(&query, &value)`: the value is the key too; [`Self::call_with`] takes a key of its own and a causal mask. Masks that query
/// and value carry ([`Tensor::mask`]) are respected: values that are masked are not seen, queries that are masked find zeros, and the output
/// carries the mask of the query.
///
/// Shapes: query `[batch, queries, features]`, value `[batch, keys, ..]`, key `[batch, keys, features]`, output `[batch, queries, ..]`.
/// Parameters: `scale` `[features]` unless [`Self::use_scale`] is false.
///
/// Source: Keras's `AdditiveAttention`.
///
/// ```
/// use nn::{AdditiveAttention, Layer, Tensor};
/// let (x, memory) = (Tensor::ones([2, 5, 8]), Tensor::ones([2, 7, 8]));
/// assert_eq!(AdditiveAttention::new().forward((&x, &memory)).shape(), [2, 5, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct AdditiveAttention {
    #[config(default = true, no_builder)]
    use_scale: bool,
    /// The share of weights that is dropped in training, from 0 to 1.
    #[config(default = 0.0)]
    dropout: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
    /// What each feature of the sum is multiplied by; `None` without one.
    #[param(if use_scale { Some(Param::new(Initializer::GlorotUniform)) } else { None })]
    scale: Option<Param>,
}

#[model(crate = nn_core)]
impl AdditiveAttention {
    /// With a scale, which starts Glorot uniform.
    pub const fn new() -> AdditiveAttention {
        AdditiveAttention::with_defaults()
    }

    /// With or without learned numbers that the features of a sum are multiplied by.
    pub const fn use_scale(mut self, use_scale: bool) -> AdditiveAttention {
        self.use_scale = use_scale;
        let scale = match use_scale {
            true => Some(Param::new(Initializer::GlorotUniform)),
            false => None,
        };
        // `const` code cannot drop what has a destructor; before it is built a parameter holds nothing that is lost.
        std::mem::forget(std::mem::replace(&mut self.scale, scale));
        self
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> AdditiveAttention {
        self.seed.set(seed);
        self
    }

    /// The shape of the output for a query and a value, and a key if there is one: `[batch, queries, features of the value]`.
    ///
    /// # Errors
    /// When they do not fit each other, or the dropout is no probability.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        scores::output_shape("AdditiveAttention", self.dropout, inputs)
    }

    fn build(&self, (query, value): &(Shape, Shape)) -> Result<()> {
        self.build_for(&[*query, *value])
    }

    fn call(&self, (query, value): (Tensor, Tensor), training: bool) -> Tensor {
        self.attend([&query, &value, &value], false, training, false)
            .0
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        self.run_any(inputs, training)
    }

    /// The output of a call with further arguments: a key, a causal mask. In training as the `call` that this stands in.
    ///
    /// ```
    /// use nn::{AdditiveAttention, AttentionArguments, Tensor};
    /// let x = Tensor::ones([2, 5, 8]);
    /// let past = AttentionArguments::new().use_causal_mask(true);
    /// assert_eq!(AdditiveAttention::new().call_with((&x, &x), past).shape(), [2, 5, 8]);
    /// ```
    #[track_caller]
    pub fn call_with(
        &self,
        input: impl IntoInput<(Tensor, Tensor)>,
        arguments: AttentionArguments,
    ) -> Tensor {
        self.run_with(input.into_input(), arguments, training(), false)
            .0
    }

    /// As [`Self::call_with`], and the weights before dropout, `[batch, queries, keys]`.
    ///
    /// Source: the argument `return_attention_scores` of Keras's layer.
    ///
    /// ```
    /// use nn::{AdditiveAttention, AttentionArguments, Tensor};
    /// let (x, memory) = (Tensor::ones([2, 5, 8]), Tensor::ones([2, 7, 8]));
    /// let (y, scores) = AdditiveAttention::new().call_with_scores((&x, &memory), AttentionArguments::new());
    /// assert_eq!((y.shape(), scores.shape()), ([2, 5, 8].into(), [2, 5, 7].into()));
    /// ```
    #[track_caller]
    pub fn call_with_scores(
        &self,
        input: impl IntoInput<(Tensor, Tensor)>,
        arguments: AttentionArguments,
    ) -> (Tensor, Tensor) {
        let (output, scores) = self.run_with(input.into_input(), arguments, training(), true);
        (output, scores.expect("they were asked for"))
    }
}

impl Scored for AdditiveAttention {
    const NAME: &'static str = "AdditiveAttention";

    fn build_for(&self, inputs: &[Shape]) -> Result<()> {
        self.output_shape(inputs)?;
        let Some(scale) = &self.scale else {
            return Ok(());
        };
        let features = inputs[0][2];
        if let Some(built) = scale.built_dim(0)
            && built != features
        {
            return Err(Error::shape(format!(
                "expected {built} features, found {}: AdditiveAttention keeps the features of its first call; use another one for this input",
                ShapeError::new("")
                    .dim(features)
                    .text(" in ")
                    .shape(&inputs[0]),
            )));
        }
        scale.build([inputs[0].dim(2)?])
    }

    fn attend(
        &self,
        [query, value, key]: [&Tensor; 3],
        is_causal: bool,
        training: bool,
        scores: bool,
    ) -> (Tensor, Option<Tensor>) {
        let [q, k] = [query, key].map(Tensor::without_mask);
        let sums = (q.expand_dims(-2) + k.expand_dims(-3)).tanh();
        let all = match &self.scale {
            Some(scale) => (sums * scale).sum_axis(-1),
            None => sums.sum_axis(-1),
        };
        let rate = if training { self.dropout } else { 0.0 };
        let (found, weights) = scores::found(all, value, is_causal, (rate, &self.seed));
        (scores::masked(found, query), scores.then_some(weights))
    }
}
