//! Attention by products.

use super::scores::{self, Scored};
use super::{AttentionArguments, ScoreMode};
use crate::ShapeError;
use crate::core::seed::Seed;
use nn_core::ops::{AttentionOptions, attention};
use nn_core::{Initializer, IntoInput, Param, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// What a query finds in values by comparing it with keys: `softmax(query·keyᵀ)·value` (Luong et al. 2015).
///
/// Called with `(&query, &value)`: the value is the key too; [`Self::call_with`] takes a key of its own and a causal mask. Masks that query
/// and value carry ([`Tensor::mask`]) are respected: values that are masked are not seen, queries that are masked find zeros, and the output
/// carries the mask of the query.
///
/// Shapes: query `[batch, queries, features]`, value `[batch, keys, ..]`, key `[batch, keys, features]`, output `[batch, queries, ..]`.
/// Parameters: `scale` `[]` with [`Self::use_scale`], `concat_score_weight` `[]` with [`ScoreMode::Concat`].
///
/// Source: Keras's `Attention`.
///
/// ```
/// use nn::{Attention, Layer, Tensor};
/// let (x, memory) = (Tensor::ones([2, 5, 8]), Tensor::ones([2, 7, 8]));
/// assert_eq!(Attention::new().forward((&x, &memory)).shape(), [2, 5, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Attention {
    #[config(default = false, no_builder)]
    use_scale: bool,
    #[config(default = ScoreMode::Dot, no_builder)]
    score_mode: ScoreMode,
    /// The share of weights that is dropped in training, from 0 to 1.
    #[config(default = 0.0)]
    dropout: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
    /// What scores are multiplied by; `None` without one.
    #[param(if use_scale { Some(Param::new(Initializer::Ones)) } else { None })]
    scale: Option<Param>,
    /// What sums of tanh are multiplied by; `None` for products.
    #[param(if matches!(score_mode, ScoreMode::Concat) { Some(Param::new(Initializer::Ones)) } else { None })]
    concat_score_weight: Option<Param>,
}

#[model(crate = nn_core)]
impl Attention {
    /// By products, without a scale.
    pub const fn new() -> Attention {
        Attention::with_defaults()
    }

    /// With or without a learned number that scores are multiplied by.
    pub const fn use_scale(mut self, use_scale: bool) -> Attention {
        self.use_scale = use_scale;
        let scale = match use_scale {
            true => Some(Param::new(Initializer::Ones)),
            false => None,
        };
        // `const` code cannot drop what has a destructor; before it is built a parameter holds nothing that is lost.
        std::mem::forget(std::mem::replace(&mut self.scale, scale));
        self
    }

    /// How queries and keys are compared.
    pub const fn score_mode(mut self, score_mode: ScoreMode) -> Attention {
        self.score_mode = score_mode;
        let weight = match score_mode {
            ScoreMode::Concat => Some(Param::new(Initializer::Ones)),
            ScoreMode::Dot => None,
        };
        std::mem::forget(std::mem::replace(&mut self.concat_score_weight, weight));
        self
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> Attention {
        self.seed.set(seed);
        self
    }

    /// The shape of the output for a query and a value, and a key if there is one: `[batch, queries, features of the value]`.
    ///
    /// # Errors
    /// When they do not fit each other, or the dropout is no probability.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        scores::output_shape("Attention", self.dropout, inputs)
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
    /// use nn::{Attention, AttentionArguments, Tensor};
    /// let x = Tensor::ones([2, 5, 8]);
    /// let past = AttentionArguments::new().use_causal_mask(true);
    /// assert_eq!(Attention::new().call_with((&x, &x), past).shape(), [2, 5, 8]);
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
    /// use nn::{Attention, AttentionArguments, Tensor};
    /// let (x, memory) = (Tensor::ones([2, 5, 8]), Tensor::ones([2, 7, 8]));
    /// let (y, scores) = Attention::new().call_with_scores((&x, &memory), AttentionArguments::new());
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

impl Attention {
    /// `[batch, queries, keys]`.
    fn scores(&self, query: &Tensor, key: &Tensor) -> Tensor {
        let scaled = |x: Tensor| match &self.scale {
            Some(scale) => x * scale,
            None => x,
        };
        match &self.concat_score_weight {
            None => scaled(query.matmul_transposed(key)),
            Some(weight) => {
                let sums = query.expand_dims(-2) + key.expand_dims(-3);
                scaled(sums).tanh().sum_axis(-1) * weight
            }
        }
    }
}

impl Scored for Attention {
    const NAME: &'static str = "Attention";

    fn build_for(&self, inputs: &[Shape]) -> Result<()> {
        self.output_shape(inputs)?;
        let mut weights = [&self.scale, &self.concat_score_weight]
            .into_iter()
            .flatten();
        weights.try_for_each(|weight| weight.build(Shape::SCALAR))
    }

    fn attend(
        &self,
        [query, value, key]: [&Tensor; 3],
        is_causal: bool,
        training: bool,
        scores: bool,
    ) -> (Tensor, Option<Tensor>) {
        let rate = if training { self.dropout } else { 0.0 };
        let [q, k] = [query, key].map(Tensor::without_mask);
        // Without a mask of values, with which Keras goes its own way where a query sees none, no matrix of weights is needed.
        if !scores && value.mask().is_none() && self.score_mode == ScoreMode::Dot {
            let q = match &self.scale {
                Some(scale) => q * scale,
                None => q,
            };
            let options = AttentionOptions {
                causal: is_causal,
                dropout: rate,
                ..AttentionOptions::new(1.0)
            };
            let [q, k, v] = [&q, &k, value].map(|x| x.expand_dims(2));
            let y = self
                .seed
                .run(|| attention(&q, &k, &v, &[], options))
                .squeeze(2);
            return (scores::masked(y, query), None);
        }
        let (found, weights) =
            scores::found(self.scores(&q, &k), value, is_causal, (rate, &self.seed));
        (scores::masked(found, query), scores.then_some(weights))
    }
}
