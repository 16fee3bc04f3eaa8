//! What a call of an attention layer can be told beside query and value.

use nn_core::{IntoInput, Tensor};

/// The arguments of a call of an attention layer beside query and value, under Keras's names.
///
/// ```
/// use nn::{AttentionArguments, MultiHeadAttention, Tensor};
/// let x = Tensor::ones([2, 5, 8]);
/// let past = AttentionArguments::new().use_causal_mask(true);
/// assert_eq!(MultiHeadAttention::new(2, 4).call_with((&x, &x), past).shape(), [2, 5, 8]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct AttentionArguments {
    pub(super) key: Option<Tensor>,
    pub(super) attention_mask: Option<Tensor>,
    pub(super) use_causal_mask: bool,
}

impl AttentionArguments {
    /// The value is the key too, and every query sees all keys that their masks keep.
    pub const fn new() -> AttentionArguments {
        AttentionArguments {
            key: None,
            attention_mask: None,
            use_causal_mask: false,
        }
    }

    /// What queries are compared with, `[batch, keys, features]`, where that is not the value.
    #[must_use]
    pub fn key(mut self, key: impl IntoInput<Tensor>) -> AttentionArguments {
        self.key = Some(key.into_input());
        self
    }

    /// Which queries see which keys: true, or a number that is not 0, where they do. `[batch, queries, keys]`, or what broadcasts to it, or
    /// with heads behind the batch.
    #[must_use]
    pub fn attention_mask(mut self, attention_mask: impl IntoInput<Tensor>) -> AttentionArguments {
        self.attention_mask = Some(attention_mask.into_input());
        self
    }

    /// Whether query `i` sees keys `0..=i` only, as a decoder needs it.
    #[must_use]
    pub const fn use_causal_mask(mut self, use_causal_mask: bool) -> AttentionArguments {
        self.use_causal_mask = use_causal_mask;
        self
    }
}
