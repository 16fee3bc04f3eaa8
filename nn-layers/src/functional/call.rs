//! How a layer of a Functional model is called: what the call asks for beside its tensors.

use crate::attention::{
    AdditiveAttention, Attention, AttentionArguments, GroupQueryAttention, MultiHeadAttention,
};
use nn_core::registry::DynLayer;
use nn_core::{Error, Tensor, activity};

/// What the call of a layer asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// Of attention, that a query sees no key behind it.
    pub use_causal_mask: bool,
    /// Of attention, its weights too.
    pub return_attention_scores: bool,
    /// That the layer does not see the mask of its first tensor, which its sequence carries on nevertheless: so Keras calls recurrent layers with an
    /// initial state, since it hands the mask that a tensor carries only to layers of one tensor.
    pub without_mask: bool,
}

impl Asked {
    /// The results of a layer that is called like this.
    pub fn call(
        self,
        layer: &dyn DynLayer,
        mut inputs: Vec<Tensor>,
        training: bool,
    ) -> Vec<Tensor> {
        if self.use_causal_mask || self.return_attention_scores {
            return self.attend(layer, inputs);
        }
        let first = inputs.first().filter(|_| self.without_mask).cloned();
        let Some((first, mask)) = first.and_then(|x| Some((x.clone(), x.mask()?))) else {
            return layer.call_dyn(inputs, training);
        };
        inputs[0] = first.without_mask();
        let mut results = layer.call_dyn(inputs, training);
        if let Some(sequence) = results.first_mut()
            && sequence.error().is_none()
            && sequence.shape().rank() == first.shape().rank()
        {
            *sequence = sequence.with_mask(mask);
        }
        results
    }

    /// The results of a layer of attention, in training as the model that calls it.
    fn attend(self, layer: &dyn DynLayer, inputs: Vec<Tensor>) -> Vec<Tensor> {
        let class = layer.class_name().unwrap_or("layer");
        let count = inputs.len();
        let mut inputs = inputs.into_iter();
        let (Some(query), Some(value), 2..=4) = (inputs.next(), inputs.next(), count) else {
            return vec![Tensor::failed(Error::value(format!(
                "{class} takes a query and a value, and may take a key and an attention mask, found {count} tensors"
            )))];
        };
        let mut arguments = AttentionArguments::new().use_causal_mask(self.use_causal_mask);
        if let Some(key) = inputs.next() {
            arguments = arguments.key(key);
        }
        if let Some(attention_mask) = inputs.next() {
            arguments = arguments.attention_mask(attention_mask);
        }
        macro_rules! as_one_of {
            ($($class:ty),*) => { $(
                if let Some(attention) = layer.as_any().downcast_ref::<$class>() {
                    let results = match self.return_attention_scores {
                        true => {
                            let (output, scores) = attention.call_with_scores((query, value), arguments);
                            vec![output, scores]
                        }
                        false => vec![attention.call_with((query, value), arguments)],
                    };
                    let penalize = |y| activity::penalize(layer.activity_regularizer(), y);
                    return results.into_iter().map(penalize).collect();
                }
            )* };
        }
        as_one_of!(
            MultiHeadAttention,
            GroupQueryAttention,
            Attention,
            AdditiveAttention
        );
        vec![Tensor::failed(Error::value(format!(
            "{class} is no layer of attention, which alone has a causal mask and scores"
        )))]
    }
}
