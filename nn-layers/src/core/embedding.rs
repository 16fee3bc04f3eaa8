//! Vectors for indices.

use crate::ShapeError;
use nn_core::statics::Elements;
use nn_core::{DType, Error, Initializer, MAX_RANK, Param, Result, Shape, Tensor, with_float};
use nn_derive::{Layer, model};

/// Keras's default for embeddings, uniform within ±0.05.
pub(super) const UNIFORM: Initializer = Initializer::RandomUniform {
    minval: -0.05,
    maxval: 0.05,
};

/// A learned vector for each index: row `i` of `embeddings` for the index `i`.
///
/// Shapes: `[..] → [.., output_dim]`, indices from 0 to `input_dim - 1`, whole numbers of any type. Parameters: `embeddings`
/// `[input_dim, output_dim]`. An index out of range is an error, and so is one that is not a whole number.
///
/// Source: Keras's `Embedding`.
///
/// ```
/// use nn::{Embedding, Layer, Tensor};
/// let words = Embedding::new(1000, 64);
/// assert_eq!(words.forward(Tensor::from([[4_i64, 20], [7, 999]])).shape(), [2, 2, 64]);
/// let error = words.forward(Tensor::from([1000_i64])).into_result().unwrap_err();
/// assert!(error.to_string().contains("1000"));
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(lora_rank, lora_alpha, quantization_config))]
#[must_use]
pub struct Embedding {
    #[config]
    input_dim: usize,
    #[config]
    output_dim: usize,
    /// The index 0 stands for no word: positions with it do not count, and layers that know masks skip them.
    #[config(default = false)]
    mask_zero: bool,
    #[param(initializer = UNIFORM)]
    embeddings: Param,
}

#[model(crate = nn_core)]
impl Embedding {
    /// Vectors of `output_dim` numbers for the indices from 0 to `input_dim - 1`; they start uniform within ±0.05.
    pub const fn new(input_dim: usize, output_dim: usize) -> Embedding {
        Embedding::with_defaults(input_dim, output_dim)
    }

    /// The shape of the output, `[.., output_dim]`.
    ///
    /// # Errors
    /// When the input has as many dimensions as a tensor can have.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        embedded_shape("Embedding", [self.input_dim, self.output_dim], input)
    }

    /// Indices are whole numbers, and what they stand for is made of floats.
    const fn elements(&self, input: Elements) -> Result<Elements, ShapeError> {
        match input {
            Elements::Float => Err(ShapeError::new(
                "Embedding looks up rows by whole numbers, found floats; say what goes in, `input = i64[..]`, or make them whole with \
                 `cast(DType::I64)`",
            )),
            _ => Ok(Elements::Float),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        self.embeddings.build([self.input_dim, self.output_dim])
    }

    /// An index is looked at as it is: the nearest number of another type may be another index.
    fn autocast(&self) -> bool {
        false
    }

    fn call(&self, indices: Tensor) -> Tensor {
        let embeddings = self.embeddings.value();
        embed(&embeddings, self.input_dim, &indices, self.mask_zero)
    }
}

/// `[.., output_dim]`.
pub(super) const fn embedded_shape(
    layer: &str,
    [input_dim, output_dim]: [usize; 2],
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if input_dim == 0 || output_dim == 0 {
        let error = ShapeError::new(layer)
            .text(" expects at least one row and one column, found ")
            .number(input_dim);
        return Err(error.text(" rows of ").number(output_dim));
    }
    let rank = input.rank();
    if rank >= MAX_RANK {
        let error = ShapeError::new(layer)
            .text(" adds a dimension, and ")
            .shape(input)
            .text(" has ");
        return Err(error
            .number(MAX_RANK)
            .text(" already, the most a tensor can have; `Reshape` first"));
    }
    let mut dims = [output_dim; MAX_RANK];
    let mut i = 0;
    while i < rank {
        dims[i] = input.dims()[i];
        i += 1;
    }
    Ok(Shape::new(dims.split_at(rank + 1).0))
}

/// The rows of `embeddings`, which has `rows` of them; with `mask_zero` the index 0 does not count.
#[track_caller]
pub(super) fn embed(embeddings: &Tensor, rows: usize, indices: &Tensor, mask_zero: bool) -> Tensor {
    if let Some(error) = fraction(indices, rows) {
        return Tensor::failed(error);
    }
    let indices = indices.cast(DType::I64);
    // `take` counts negative indices from the end; here one is more likely a missing value than the last row.
    let negative = indices
        .try_data::<i64>()
        .ok()
        .and_then(|all| all.iter().position(|i| *i < 0));
    if let Some(i) = negative {
        return Tensor::failed(Error::value(format!(
            "index {} at place {i} of the indices (shape {}) is negative: an Embedding of {rows} rows takes indices from 0 on",
            indices.data::<i64>()[i],
            indices.shape(),
        )));
    }
    let vectors = embeddings.take(&indices, 0);
    match mask_zero {
        true => vectors.with_mask(indices.not_equal(0)),
        false => vectors,
    }
}

/// The error of the first index that is no whole number, which a conversion would make one.
fn fraction(indices: &Tensor, rows: usize) -> Option<Error> {
    if !indices.dtype().is_float() || !indices.is_concrete() {
        return None;
    }
    with_float!(indices.dtype(), T => {
        let all = indices.try_data::<T>().ok()?;
        // Of NaN and infinities the fraction is NaN.
        let i = all.iter().position(|v| v.fract() != 0.0)?;
        Some(Error::value(format!(
            "index {} at place {i} of the indices (shape {}) is not a whole number: an Embedding of {rows} rows takes whole numbers from 0 on",
            all[i],
            indices.shape(),
        )))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    /// The nearest `f32` of each would be an index that there is.
    #[test]
    fn indices_are_looked_at_in_their_own_type() {
        use nn_core::Module;
        let layer = Embedding::new(4, 1);
        for index in [3.000_000_000_1_f64, 2.999_999_999_9] {
            let x = Tensor::from([0.0, index]);
            for found in [layer.forward(&x), vec![layer.clone_model()].forward(&x)] {
                let error = found.into_result().unwrap_err().to_string();
                assert!(
                    error.contains(&format!("index {index} at place 1")),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn an_index_that_is_no_whole_number_is_named() {
        let layer = Embedding::new(3, 1);
        for (index, name) in [
            (f32::NAN, "NaN"),
            (-0.5, "-0.5"),
            (1.5, "1.5"),
            (f32::INFINITY, "inf"),
        ] {
            let found = layer.forward(Tensor::from([[0.0, index]])).into_result();
            let error = found.unwrap_err().to_string();
            assert!(
                error.contains(&format!("index {name} at place 1")),
                "{error}"
            );
        }
        for index in [f64::MAX, 3.0, -1.0] {
            assert!(
                layer.forward(Tensor::from([index])).error().is_some(),
                "{index}"
            );
        }
        let bytes = layer.forward(Tensor::from([2_u8, 0]));
        assert_eq!(bytes.shape(), [2, 1]);
    }

    #[test]
    fn the_index_0_can_stand_for_no_word() {
        let mask = |layer: Embedding| layer.forward(Tensor::from([[2_i64, 0, 1]])).mask();
        let counts = mask(Embedding::new(3, 2).mask_zero(true)).unwrap();
        assert_eq!(counts.to_vec::<bool>().unwrap(), [true, false, true]);
        assert!(mask(Embedding::new(3, 2)).is_none());
    }

    #[test]
    fn an_index_out_of_range_is_named_with_the_size() {
        for index in [5_i64, -1] {
            let error = Embedding::new(5, 2)
                .forward(Tensor::from([0, index]))
                .into_result()
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(&index.to_string()) && error.contains('5'),
                "{error}"
            );
        }
        assert_eq!(
            Embedding::new(5, 2)
                .forward(Tensor::from([3.0_f32]))
                .shape(),
            [1, 2]
        );
    }
}
