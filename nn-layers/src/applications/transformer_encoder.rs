//! A block of a transformer's encoder.

use crate::{
    Activation, AttentionArguments, Dense, Dropout, LayerNormalization, MultiHeadAttention,
};
use nn_core::{Error, Initializer, Result, Tensor};
use nn_derive::{Layer, model};

/// A block of a transformer's encoder: self-attention and two dense layers, each added to its input and normalized after that.
///
/// Called with `(&x, &padding_mask)`: steps whose entry in the mask is 0 are seen by none.
///
/// Shapes: `[batch, steps, hidden_dim]` and `[batch, steps]` → `[batch, steps, hidden_dim]`. Parameters: those of its layers, of which
/// `self_attention_layer.query.kernel` is the first.
///
/// Source: Vaswani et al. 2017; KerasHub's `TransformerEncoder`.
///
/// ```
/// use nn::{applications::TransformerEncoder, Layer, Tensor};
/// let block = TransformerEncoder::new(16, 2, 64)?;
/// let (x, padding_mask) = (Tensor::ones([2, 5, 16]), Tensor::from([[1_i64, 1, 1, 0, 0], [1, 1, 1, 1, 1]]));
/// assert_eq!(block.forward((&x, &padding_mask)).shape(), [2, 5, 16]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Layer)]
#[model(crate = nn_core, debug)]
pub struct TransformerEncoder {
    self_attention_layer: MultiHeadAttention,
    self_attention_layer_norm: LayerNormalization,
    self_attention_dropout: Dropout,
    feedforward_layer_norm: LayerNormalization,
    feedforward_intermediate_dense: Dense,
    feedforward_output_dense: Dense,
    feedforward_dropout: Dropout,
}

/// What a block is made with, beside its sizes.
pub(super) struct Settings {
    pub activation: Activation,
    pub dropout: f64,
    pub epsilon: f64,
    pub initializer: Initializer,
}

#[model(crate = nn_core)]
impl TransformerEncoder {
    /// `num_heads` heads that share the `hidden_dim` numbers of a step, and `intermediate_dim` units with relu between; without dropout, and
    /// kernels start Glorot uniform.
    ///
    /// # Errors
    /// When the heads do not divide `hidden_dim`.
    pub fn new(
        hidden_dim: usize,
        num_heads: usize,
        intermediate_dim: usize,
    ) -> Result<TransformerEncoder> {
        let settings = Settings {
            activation: Activation::Relu,
            dropout: 0.0,
            epsilon: 1e-5,
            initializer: Initializer::GlorotUniform,
        };
        TransformerEncoder::with_settings(hidden_dim, num_heads, intermediate_dim, &settings)
    }

    pub(super) fn with_settings(
        hidden_dim: usize,
        num_heads: usize,
        intermediate_dim: usize,
        settings: &Settings,
    ) -> Result<TransformerEncoder> {
        if num_heads == 0 || !hidden_dim.is_multiple_of(num_heads) || hidden_dim == 0 {
            return Err(Error::value(format!(
                "{num_heads} heads cannot share a `hidden_dim` of {hidden_dim} numbers; expected a `num_heads` that divides it"
            )));
        }
        let norm = || LayerNormalization::new().epsilon(settings.epsilon);
        let dropout = || Dropout::new(settings.dropout);
        let dense = |units| Dense::new(units).kernel_initializer(settings.initializer);
        Ok(TransformerEncoder {
            self_attention_layer: MultiHeadAttention::new(num_heads, hidden_dim / num_heads)
                .dropout(settings.dropout)
                .kernel_initializer(settings.initializer),
            self_attention_layer_norm: norm(),
            self_attention_dropout: dropout(),
            feedforward_layer_norm: norm(),
            feedforward_intermediate_dense: dense(intermediate_dim).activation(settings.activation),
            feedforward_output_dense: dense(hidden_dim),
            feedforward_dropout: dropout(),
        })
    }

    fn call(&self, (x, padding_mask): (Tensor, Tensor)) -> Tensor {
        let sees = AttentionArguments::new().attention_mask(padding_mask.expand_dims(1));
        let found = self.self_attention_layer.call_with((&x, &x), sees);
        let x = self.self_attention_layer_norm(self.self_attention_dropout(found) + x);
        let wide = self.feedforward_intermediate_dense(&x);
        let y = self.feedforward_dropout(self.feedforward_output_dense(wide));
        self.feedforward_layer_norm(y + x)
    }
}
