//! Attention by several heads.

use super::AttentionArguments;
use super::multi_head::{Heads, MultiHead};
use super::projection::{Projection, Settings, projection_settings};
use crate::ShapeError;
use crate::core::axes::Ints;
use crate::core::seed::Seed;
use nn_core::{Constraint, Initializer, IntoInput, Regularizer, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// What a query finds in values, by several heads that each compare it with keys in their own way: with `q`, `k` and `v` the projections of
/// query, key and value for a head, `softmax(q·kᵀ / √key_dim)·v`, and an `output` projection of what all heads found.
///
/// Called with `(&query, &value)`: the value is the key too, and `(&x, &x)` is self-attention; [`Self::call_with`] takes a key of its own,
/// an attention mask and a causal mask. The masks that query, value and key carry ([`Tensor::mask`]) are respected, and the output carries that
/// of the query. The weights are in memory only if [`Self::call_with_scores`] asks for them.
///
/// Shapes: query `[batch, queries, features]`, value and key `[batch, keys, features]` with features of their own, output
/// `[batch, queries, features]` as the query. With more axes between batch and features all are looked along, unless
/// [`Self::attention_axes`] says which. Parameters: `query.kernel`, `key.kernel` `[features, heads, key_dim]`, `gate.kernel` (with
/// [`Self::use_gate`]) and `value.kernel` `[features, heads, value_dim]`, `output.kernel` `[heads, value_dim, features]`, and the `bias` of each.
///
/// Source: Vaswani et al. 2017; Keras's `MultiHeadAttention`.
///
/// ```
/// use nn::{Layer, Module, MultiHeadAttention, Tensor};
/// let attention = MultiHeadAttention::new(4, 8).dropout(0.1);
/// let x = Tensor::ones([2, 10, 32]);
/// assert_eq!(attention.forward((&x, &x)).shape(), [2, 10, 32]);
/// assert_eq!(attention.count_params(), 4 * (32 * 32 + 32));
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
#[doc(alias = "MultiheadAttention")]
pub struct MultiHeadAttention {
    #[config]
    num_heads: usize,
    #[config]
    key_dim: usize,
    /// The numbers in a value of a head; `key_dim` by default.
    #[config(default = None)]
    value_dim: Option<usize>,
    /// The share of weights that is dropped in training, from 0 to 1.
    #[config(default = 0.0)]
    dropout: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
    #[config(default = true, no_builder)]
    use_bias: bool,
    #[config(default = false, no_builder)]
    use_gate: bool,
    #[config(default = None, no_builder)]
    output_shape: Option<Ints>,
    #[config(default = None, no_builder)]
    attention_axes: Option<Ints>,
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
impl MultiHeadAttention {
    /// `num_heads` heads that compare `key_dim` numbers; kernels start Glorot uniform, biases at 0.
    pub const fn new(num_heads: usize, key_dim: usize) -> MultiHeadAttention {
        MultiHeadAttention::with_defaults(num_heads, key_dim)
    }

    /// The sizes of each step of the output, where they are not the features of the query: Keras's `output_shape`.
    pub const fn output_sizes<const N: usize>(mut self, sizes: [usize; N]) -> MultiHeadAttention {
        let mut signed = [0; N];
        let mut i = 0;
        while i < N {
            signed[i] = sizes[i] as isize;
            i += 1;
        }
        self.output_shape = Some(Ints::new(signed));
        self
    }

    /// The axes along which queries look, counted from the end if negative; all between batch and features by default.
    pub const fn attention_axes<const N: usize>(mut self, axes: [isize; N]) -> MultiHeadAttention {
        self.attention_axes = Some(Ints::new(axes));
        self
    }

    const fn heads(&self) -> Heads {
        Heads {
            count: self.num_heads,
            kv_count: self.num_heads,
            dim: self.key_dim,
            value_dim: match self.value_dim {
                Some(dim) => dim,
                None => self.key_dim,
            },
            is_flat: false,
            axes: self.attention_axes,
            window: self.sliding_window,
            dropout: self.dropout,
            output: self.output_shape,
        }
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> MultiHeadAttention {
        self.seed.set(seed);
        self
    }

    /// The shape of the output for a query and a value, and a key if there is one: that of the query, its features replaced by [`Self::output_sizes`].
    ///
    /// # Errors
    /// When they do not fit each other or the settings.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        self.heads().output_shape("MultiHeadAttention", inputs)
    }

    fn layer(&self) -> MultiHead<'_> {
        MultiHead {
            name: "MultiHeadAttention",
            query: &self.query,
            key: &self.key,
            gate: self.gate.as_ref(),
            value: &self.value,
            output: &self.output,
            heads: self.heads(),
            seed: &self.seed,
            activity_regularizer: self.activity_regularizer,
            penalizes_layer: false,
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
    /// use nn::{AttentionArguments, MultiHeadAttention, Tensor};
    /// let attention = MultiHeadAttention::new(2, 4);
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
    /// use nn::{AttentionArguments, MultiHeadAttention, Tensor};
    /// let attention = MultiHeadAttention::new(2, 4);
    /// let x = Tensor::ones([2, 5, 8]);
    /// let (y, scores) = attention.call_with_scores((&x, &x), AttentionArguments::new());
    /// assert_eq!((y.shape(), scores.shape()), ([2, 5, 8].into(), [2, 2, 5, 5].into()));
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

projection_settings!(MultiHeadAttention);
