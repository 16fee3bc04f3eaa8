//! Attention by heads that share keys and values.

use super::AttentionArguments;
use super::multi_head::{Heads, MultiHead};
use super::projection::{Projection, Settings, projection_settings};
use crate::ShapeError;
use crate::core::seed::Seed;
use nn_core::{Constraint, Initializer, IntoInput, Regularizer, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// As [`crate::MultiHeadAttention`], with neighbouring heads of queries sharing one of keys and values: fewer weights, and fewer keys and
/// values to keep.
///
/// Called with `(&query, &value)`: the value is the key too, and `(&x, &x)` is self-attention; [`Self::call_with`] takes a key of its own,
/// an attention mask and a causal mask. Masks that tensors carry are respected, and the output carries that of the query.
///
/// Shapes: query `[batch, queries, features]`, value and key `[batch, keys, features]` with features of their own, output as the query.
/// Parameters: `query.kernel` and `gate.kernel` (with [`Self::use_gate`]) `[features, num_query_heads, head_dim]`, `key.kernel` and
/// `value.kernel` `[features, num_key_value_heads, head_dim]`, `output.kernel` `[num_query_heads, head_dim, features]`, and the `bias` of each.
///
/// Source: Ainslie et al. 2023; Keras's `GroupQueryAttention`.
///
/// ```
/// use nn::{GroupQueryAttention, Layer, Module, Tensor};
/// let attention = GroupQueryAttention::new(8, 4, 2); // four heads of queries, two of keys
/// let x = Tensor::ones([2, 10, 32]);
/// assert_eq!(attention.forward((&x, &x)).shape(), [2, 10, 32]);
/// assert_eq!(attention.count_params(), 2 * (32 * 32 + 32) + 2 * (32 * 16 + 16));
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, alias = "GroupedQueryAttention")]
#[must_use]
pub struct GroupQueryAttention {
    #[config]
    head_dim: usize,
    #[config]
    num_query_heads: usize,
    #[config]
    num_key_value_heads: usize,
    /// The share of weights that is dropped in training, from 0 to 1.
    #[config(default = 0.0)]
    dropout: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
    #[config(default = true, no_builder)]
    use_bias: bool,
    #[config(default = false, no_builder)]
    use_gate: bool,
    /// How far a query sees to both sides: keys less than this far away.
    #[config(default = None)]
    sliding_window: Option<usize>,
    /// Accepted for Keras's sake: without scores asked for, attention never has all weights in memory here.
    #[config(default = None)]
    flash_attention: Option<bool>,
    #[config(default = Initializer::GlorotUniform, no_builder)]
    kernel_initializer: Initializer,
    #[config(default = Initializer::Zeros, no_builder)]
    bias_initializer: Initializer,
    #[config(default = None, no_builder)]
    kernel_regularizer: Option<Regularizer>,
    #[config(default = None, no_builder)]
    bias_regularizer: Option<Regularizer>,
    /// A penalty on what each projection gives, divided by the batch size and added to the loss.
    #[config(default = None)]
    activity_regularizer: Option<Regularizer>,
    #[config(default = None, no_builder)]
    kernel_constraint: Option<Constraint>,
    #[config(default = None, no_builder)]
    bias_constraint: Option<Constraint>,
    #[param(Projection::new(Settings {
        use_bias,
        initializers: [kernel_initializer, bias_initializer],
        regularizers: [kernel_regularizer, bias_regularizer],
        constraints: [kernel_constraint, bias_constraint],
    }))]
    query: Projection,
    #[param(Projection::new(Settings {
        use_bias,
        initializers: [kernel_initializer, bias_initializer],
        regularizers: [kernel_regularizer, bias_regularizer],
        constraints: [kernel_constraint, bias_constraint],
    }))]
    key: Projection,
    /// `None` without a gate.
    #[param(if use_gate { Some(Projection::new(Settings {
        use_bias,
        initializers: [kernel_initializer, bias_initializer],
        regularizers: [kernel_regularizer, bias_regularizer],
        constraints: [kernel_constraint, bias_constraint],
    })) } else { None })]
    gate: Option<Projection>,
    #[param(Projection::new(Settings {
        use_bias,
        initializers: [kernel_initializer, bias_initializer],
        regularizers: [kernel_regularizer, bias_regularizer],
        constraints: [kernel_constraint, bias_constraint],
    }))]
    value: Projection,
    #[param(Projection::new(Settings {
        use_bias,
        initializers: [kernel_initializer, bias_initializer],
        regularizers: [kernel_regularizer, bias_regularizer],
        constraints: [kernel_constraint, bias_constraint],
    }))]
    output: Projection,
}

#[model(crate = nn_core)]
impl GroupQueryAttention {
    /// `num_query_heads` heads of `head_dim` numbers, a multiple of the `num_key_value_heads` that they share; kernels start Glorot uniform,
    /// biases at 0.
    pub const fn new(
        head_dim: usize,
        num_query_heads: usize,
        num_key_value_heads: usize,
    ) -> GroupQueryAttention {
        GroupQueryAttention::with_defaults(head_dim, num_query_heads, num_key_value_heads)
    }

    const fn heads(&self) -> Heads {
        Heads {
            count: self.num_query_heads,
            kv_count: self.num_key_value_heads,
            dim: self.head_dim,
            value_dim: self.head_dim,
            is_flat: true,
            axes: None,
            window: self.sliding_window,
            dropout: self.dropout,
            output: None,
        }
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> GroupQueryAttention {
        self.seed.set(seed);
        self
    }

    /// The shape of the output for a query and a value, and a key if there is one: that of the query.
    ///
    /// # Errors
    /// When they do not fit each other or the settings.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        self.heads().output_shape("GroupQueryAttention", inputs)
    }

    fn layer(&self) -> MultiHead<'_> {
        MultiHead {
            name: "GroupQueryAttention",
            query: &self.query,
            key: &self.key,
            gate: self.gate.as_ref(),
            value: &self.value,
            output: &self.output,
            heads: self.heads(),
            seed: &self.seed,
            activity_regularizer: self.activity_regularizer,
            penalizes_layer: true,
        }
    }

    fn build(&self, (query, value): &(Shape, Shape)) -> Result<()> {
        self.layer().build(&[*query, *value])
    }

    fn call(&self, (query, value): (Tensor, Tensor), training: bool) -> Tensor {
        let arguments = AttentionArguments::new();
        self.layer()
            .run([&query, &value], &arguments, training, false)
            .0
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        self.layer().call_any(self, inputs, training)
    }

    /// The output of a call with further arguments: a key, an attention mask, a causal mask. In training as the `call` that this stands in.
    ///
    /// ```
    /// use nn::{AttentionArguments, GroupQueryAttention, Tensor};
    /// let attention = GroupQueryAttention::new(4, 4, 2);
    /// let (x, memory) = (Tensor::ones([2, 5, 8]), Tensor::ones([2, 7, 6]));
    /// let y = attention.call_with((&x, &memory), AttentionArguments::new().key(&memory));
    /// assert_eq!(y.shape(), [2, 5, 8]);
    /// ```
    #[track_caller]
    pub fn call_with(
        &self,
        input: impl IntoInput<(Tensor, Tensor)>,
        arguments: AttentionArguments,
    ) -> Tensor {
        self.layer()
            .call_with(self, input.into_input(), arguments, training(), false)
            .0
    }

    /// As [`Self::call_with`], and the weights before dropout, `[batch, heads, queries, keys]`, which are then in memory.
    ///
    /// Source: the argument `return_attention_scores` of Keras's layer.
    ///
    /// ```
    /// use nn::{AttentionArguments, GroupQueryAttention, Tensor};
    /// let attention = GroupQueryAttention::new(4, 4, 2);
    /// let x = Tensor::ones([2, 5, 8]);
    /// let (y, scores) = attention.call_with_scores((&x, &x), AttentionArguments::new());
    /// assert_eq!((y.shape(), scores.shape()), ([2, 5, 8].into(), [2, 4, 5, 5].into()));
    /// ```
    #[track_caller]
    pub fn call_with_scores(
        &self,
        input: impl IntoInput<(Tensor, Tensor)>,
        arguments: AttentionArguments,
    ) -> (Tensor, Tensor) {
        let layer = self.layer();
        let (output, scores) =
            layer.call_with(self, input.into_input(), arguments, training(), true);
        (output, scores.expect("they were asked for"))
    }
}

projection_settings!(GroupQueryAttention);
