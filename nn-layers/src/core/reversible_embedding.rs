//! Vectors for indices, and back.

use crate::ShapeError;
use crate::core::embedding::{UNIFORM, embed, embedded_shape};
use crate::core::floats;
use nn_core::layer::call_as;
use nn_core::{Error, Initializer, Param, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// An [`crate::Embedding`] that language models use in both directions: indices to vectors when it is called, and vectors to a logit for each index
/// by [`ReversibleEmbedding::reverse`].
///
/// Shapes: `[..] → [.., output_dim]`, indices from 0 to `input_dim - 1`; in reverse `[.., output_dim] → [.., input_dim]`. Parameters: `embeddings`
/// `[input_dim, output_dim]`, whose transpose leads back, or with `tie_weights(false)` a matrix of its own, `reverse_embeddings`
/// `[output_dim, input_dim]`. No bias.
///
/// Source: Vaswani et al. 2017, Press and Wolf 2016; Keras's `ReversibleEmbedding`.
///
/// ```
/// use nn::{Layer, ReversibleEmbedding, Tensor};
/// let words = ReversibleEmbedding::new(1000, 64).logit_soft_cap(30.0);
/// let vectors = words.forward(Tensor::from([[4_i64, 20], [7, 999]]));
/// assert_eq!(vectors.shape(), [2, 2, 64]);
/// assert_eq!(words.reverse(&vectors).shape(), [2, 2, 1000]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(lora_rank, lora_alpha, reverse_dtype, quantization_config))]
#[must_use]
pub struct ReversibleEmbedding {
    #[config]
    input_dim: usize,
    #[config]
    output_dim: usize,
    #[config(default = true, no_builder)]
    tie_weights: bool,
    /// The index 0 stands for no word: positions with it do not count, and layers that know masks skip them.
    #[config(default = false)]
    mask_zero: bool,
    /// Keeps logits within ± this number: `cap · tanh(logits / cap)`.
    #[config(default = None)]
    logit_soft_cap: Option<f64>,
    #[param(initializer = UNIFORM)]
    embeddings: Param,
    /// `None` where `embeddings` lead back too.
    #[param(own(tie_weights))]
    reverse_embeddings: Option<Param>,
}

/// The matrix that leads back, if it is one of its own.
const fn own(tie_weights: bool) -> Option<Param> {
    match tie_weights {
        true => None,
        false => Some(Param::new(Initializer::Zeros)),
    }
}

#[model(crate = nn_core)]
impl ReversibleEmbedding {
    /// Vectors of `output_dim` numbers for the indices from 0 to `input_dim - 1`; they start uniform within ±0.05.
    pub const fn new(input_dim: usize, output_dim: usize) -> ReversibleEmbedding {
        ReversibleEmbedding::with_defaults(input_dim, output_dim)
    }

    /// Whether the way back is the transpose of the way there. A matrix of its own starts as `embeddings` do, and has neither their regularizer nor their
    /// constraint.
    pub const fn tie_weights(mut self, tie_weights: bool) -> ReversibleEmbedding {
        self.tie_weights = tie_weights;
        // `const` code cannot drop what has a destructor.
        std::mem::forget(std::mem::replace(
            &mut self.reverse_embeddings,
            own(tie_weights),
        ));
        self
    }

    /// The shape of the output, `[.., output_dim]`.
    ///
    /// # Errors
    /// When the input has as many dimensions as a tensor can have.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        embedded_shape(
            "ReversibleEmbedding",
            [self.input_dim, self.output_dim],
            input,
        )
    }

    /// The logits of vectors, `[.., output_dim] → [.., input_dim]`: their products with the vectors of all indices.
    #[track_caller]
    pub fn reverse(&self, x: &Tensor) -> Tensor {
        let build = |input: &Shape| match input.last() {
            Some(&n) if n == self.output_dim => self.make(),
            _ => Err(Error::shape(format!(
                "reverse expected vectors of {} numbers, found {input}",
                self.output_dim
            ))),
        };
        call_as(self, x.clone(), nn_core::training(), build, |x| {
            if let Some(failed) = floats::refused("ReversibleEmbedding", &x) {
                return failed;
            }
            let logits = match &self.reverse_embeddings {
                Some(matrix) => x.matmul(matrix),
                None => x.matmul_transposed(&self.embeddings),
            };
            match self.logit_soft_cap {
                Some(cap) => (logits / cap).tanh() * cap,
                None => logits,
            }
        })
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        self.make()
    }

    fn make(&self) -> Result<()> {
        if let Some(cap) = self.logit_soft_cap
            && (cap.is_nan() || cap <= 0.0)
        {
            return Err(Error::value(format!(
                "logit_soft_cap of ReversibleEmbedding is a number above 0, found {cap}"
            )));
        }
        self.embeddings.build([self.input_dim, self.output_dim])?;
        let start = self.embeddings.initializer();
        match &self.reverse_embeddings {
            Some(matrix) => matrix.build_by([self.output_dim, self.input_dim], start),
            None => Ok(()),
        }
    }

    /// An index is looked at as it is: the nearest number of another type may be another index.
    fn autocast(&self) -> bool {
        false
    }

    fn call(&self, indices: Tensor) -> Tensor {
        embed(
            &self.embeddings.value(),
            self.input_dim,
            &indices,
            self.mask_zero,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Module, testing};

    #[test]
    fn the_way_back_is_the_product_with_every_vector() {
        let x = Tensor::random_normal([2, 3, 4]);
        for tied in [true, false] {
            let layer = ReversibleEmbedding::new(5, 4)
                .tie_weights(tied)
                .logit_soft_cap(0.1);
            let y = layer.reverse(&x);
            let matrix = match layer.reverse_embeddings() {
                Some(matrix) => matrix.value(),
                None => layer.embeddings().value().t(),
            };
            let expected = (x.matmul(matrix) * 10.0).tanh() * 0.1;
            // Sums of four products of numbers around 1.
            testing::assert_close(&y, &expected, 1e-6);
            assert_eq!(layer.parameters().len(), if tied { 1 } else { 2 });
            let copy = layer.clone_model();
            testing::assert_close(&copy.reverse(&x), &y, 0.0);
        }
        let own = ReversibleEmbedding::new(5, 4).tie_weights(false);
        let _ = own.reverse(&x).into_result().unwrap();
        let matrix = own.reverse_embeddings().as_ref().unwrap().value();
        assert!(
            matrix.abs().max().item::<f32>().unwrap() > 0.0,
            "it starts as the embeddings do"
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let layer = ReversibleEmbedding::new(5, 4);
        let e = layer
            .reverse(&Tensor::ones([2, 3]))
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("vectors of 4 numbers, found [2, 3]"), "{e}");
        let e = layer.logit_soft_cap(0.0).forward(Tensor::from([1_i64]));
        assert!(
            e.into_result()
                .unwrap_err()
                .to_string()
                .contains("a number above 0")
        );
    }
}
