//! BERT's encoder.

use super::transformer_encoder::Settings;
use super::{PositionEmbedding, TransformerEncoder};
use crate::{
    Activation, Add, Dense, Dropout, Embedding, Functional, Input, LayerNormalization, On,
    ReversibleEmbedding,
};
use nn_core::{DType, Error, Initializer, Result, Tensor, UNKNOWN};

/// A bidirectional encoder of texts: the embeddings of words, positions and segments are added up and go through blocks of self-attention.
///
/// The model takes `(token_ids, segment_ids, padding_mask)`, each `[batch, steps]` of whole numbers (the mask is 1 where there is a word, and 0
/// behind the end), and gives `(sequence_output, pooled_output)`, `[batch, steps, hidden_dim]` and `[batch, hidden_dim]`, the latter a dense
/// layer with tanh on the first step.
///
/// Source: Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", 2019; KerasHub's `BertBackbone`.
///
/// ```
/// use nn::{applications::BertEncoder, Layer, Tensor};
/// let encoder = BertEncoder::new(1000, 2, 2, 32, 64).max_sequence_length(20).build()?;
/// let (tokens, segments) = (Tensor::from([[5_i64, 9, 7, 0]]), Tensor::from([[0_i64, 0, 1, 0]]));
/// let padding_mask = Tensor::from([[1_i64, 1, 1, 0]]);
/// let (sequence, pooled) = encoder.forward((&tokens, &segments, &padding_mask));
/// assert_eq!((sequence.shape(), pooled.shape()), ([1, 4, 32].into(), [1, 32].into()));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BertEncoder {
    vocabulary_size: usize,
    num_layers: usize,
    num_heads: usize,
    hidden_dim: usize,
    intermediate_dim: usize,
    dropout: f64,
    max_sequence_length: usize,
    num_segments: usize,
}

const INITIALIZER: Initializer = Initializer::TruncatedNormal {
    mean: 0.0,
    stddev: 0.02,
};

/// What keeps normalizations from a division by 0.
const EPSILON: f64 = 1e-12;

impl BertEncoder {
    /// `num_layers` blocks of `num_heads` heads on steps of `hidden_dim` numbers, with `intermediate_dim` units in each block.
    pub const fn new(
        vocabulary_size: usize,
        num_layers: usize,
        num_heads: usize,
        hidden_dim: usize,
        intermediate_dim: usize,
    ) -> BertEncoder {
        BertEncoder {
            vocabulary_size,
            num_layers,
            num_heads,
            hidden_dim,
            intermediate_dim,
            dropout: 0.1,
            max_sequence_length: 512,
            num_segments: 2,
        }
    }

    /// The share of numbers that every dropout sets to 0 in training (KerasHub: 0.1).
    #[must_use]
    pub const fn dropout(mut self, dropout: f64) -> BertEncoder {
        self.dropout = dropout;
        self
    }

    /// How many steps a text has at most (KerasHub: 512).
    #[must_use]
    pub const fn max_sequence_length(mut self, max_sequence_length: usize) -> BertEncoder {
        self.max_sequence_length = max_sequence_length;
        self
    }

    /// How many kinds of segments there are (KerasHub: 2).
    #[must_use]
    pub const fn num_segments(mut self, num_segments: usize) -> BertEncoder {
        self.num_segments = num_segments;
        self
    }

    /// The model, with random weights.
    ///
    /// # Errors
    /// When the heads do not divide `hidden_dim`, or a size is 0.
    #[allow(clippy::type_complexity)]
    pub fn build(&self) -> Result<Functional<(Tensor, Tensor, Tensor), (Tensor, Tensor)>> {
        if self.vocabulary_size == 0 || self.num_segments == 0 || self.max_sequence_length == 0 {
            return Err(Error::value(format!(
                "BertEncoder needs words, segments and steps, found {} words, {} segments and {} steps",
                self.vocabulary_size, self.num_segments, self.max_sequence_length
            )));
        }
        let input = |name: &str| Input::of([UNKNOWN], DType::I64).name(name);
        let token_ids = input("token_ids");
        let segment_ids = input("segment_ids");
        let padding_mask = input("padding_mask");
        let tokens = ReversibleEmbedding::new(self.vocabulary_size, self.hidden_dim)
            .embeddings_initializer(INITIALIZER)
            .named("token_embedding")
            .on(&token_ids);
        let positions = PositionEmbedding::new(self.max_sequence_length)
            .embeddings_initializer(INITIALIZER)
            .named("position_embedding")
            .on(&tokens);
        let segments = Embedding::new(self.num_segments, self.hidden_dim)
            .embeddings_initializer(INITIALIZER)
            .named("segment_embedding")
            .on(&segment_ids);
        let x = Add::new()
            .named("embeddings_add")
            .on([tokens, positions, segments]);
        let x = LayerNormalization::new()
            .epsilon(EPSILON)
            .named("embeddings_layer_norm")
            .on(x);
        let mut x = Dropout::new(self.dropout).named("embeddings_dropout").on(x);
        let settings = Settings {
            activation: Activation::GeluWith { approximate: true },
            dropout: self.dropout,
            epsilon: EPSILON,
            initializer: INITIALIZER,
        };
        for i in 0..self.num_layers {
            let block = TransformerEncoder::with_settings(
                self.hidden_dim,
                self.num_heads,
                self.intermediate_dim,
                &settings,
            )?;
            let name = format!("transformer_layer_{i}");
            x = block.named(&name).on((&x, &padding_mask));
        }
        let pooled = Dense::new(self.hidden_dim)
            .kernel_initializer(INITIALIZER)
            .activation(Activation::Tanh)
            .named("pooled_dense")
            .on(x.index_axis(1, 0));
        Functional::new((token_ids, segment_ids, padding_mask), (x, pooled))
    }
}
