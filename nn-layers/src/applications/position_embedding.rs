//! A learned vector for each position of a sequence.

use crate::ShapeError;
use nn_core::{DType, Initializer, Param, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// A learned vector for each position of a sequence, to be added to what stands there.
///
/// Shapes: `[batch, steps, features]` → `[batch, steps, features]`, row `i` of `embeddings` at step `i` whatever the input says. Parameters:
/// `embeddings` `[sequence_length, features]`. A sequence of more steps is an error.
///
/// Source: Devlin et al. 2019; KerasHub's `PositionEmbedding`.
///
/// ```
/// use nn::{applications::PositionEmbedding, Layer, Module, Tensor};
/// let positions = PositionEmbedding::new(50);
/// assert_eq!(positions.forward(Tensor::ones([2, 10, 4])).shape(), [2, 10, 4]);
/// assert_eq!(positions.count_params(), 50 * 4);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
pub struct PositionEmbedding {
    #[config]
    sequence_length: usize,
    #[param(initializer = Initializer::GlorotUniform)]
    embeddings: Param,
}

#[model(crate = nn_core)]
impl PositionEmbedding {
    /// For sequences of at most so many steps; the vectors start Glorot uniform.
    pub const fn new(sequence_length: usize) -> PositionEmbedding {
        PositionEmbedding::with_defaults(sequence_length)
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no batch of sequences, or they have more steps than there are vectors.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() != 3 {
            let error =
                ShapeError::new("PositionEmbedding expects [batch, steps, features], found ");
            return Err(error.shape(input));
        }
        let steps = input.dims()[1];
        if nn_core::is_known(steps) && steps > self.sequence_length {
            let error = ShapeError::new("PositionEmbedding has vectors for ")
                .number(self.sequence_length)
                .text(" steps, found ")
                .shape(input);
            return Err(error.text("; make it with a larger `sequence_length`"));
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        self.embeddings
            .build([self.sequence_length, input.dim(-1)?])
    }

    fn call(&self, x: Tensor) -> Tensor {
        // Counted, and not cut out, so that batch and steps may be open.
        let ones = x.index_axis(-1, 0).ones_like().cast(DType::I64);
        self.embeddings.value().take(&(ones.cumsum(1) - 1), 0)
    }
}
