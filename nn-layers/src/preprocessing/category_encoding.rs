//! Indices of categories as zeros and ones.

use crate::ShapeError;
use crate::preprocessing::output_mode::{OutputMode, whole_numbers};
use nn_core::layer::call_as;
use nn_core::{Error, IntoInput, Layer as _, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Indices of categories, from 0 to `num_tokens - 1`, as zeros and ones, or as counts.
///
/// Shapes: `[batch, n] → [batch, num_tokens]`, with `OutputMode::OneHot` `[.., n] → [.., n, num_tokens]` (`[.., 1] → [.., num_tokens]`).
/// The indices are whole numbers of any type; one out of range gives zeros. With [`CategoryEncoding::call_with_count_weights`] each index
/// counts by a weight.
///
/// Source: Keras's `CategoryEncoding`.
///
/// ```
/// use nn::{CategoryEncoding, Layer, OutputMode, Tensor};
/// let x = Tensor::from([[0_i64, 1], [3, 3]]);
/// let several = CategoryEncoding::new(4).forward(&x).to_vec::<f32>()?;
/// assert_eq!(several, [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
/// let counts = CategoryEncoding::new(4).output_mode(OutputMode::Count);
/// assert_eq!(counts.forward(&x).to_vec::<f32>()?[7], 2.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(sparse = false))]
#[must_use]
pub struct CategoryEncoding {
    #[config]
    num_tokens: usize,
    /// The form in which the categories come out: `OneHot`, `MultiHot` or `Count`.
    #[config(default = OutputMode::MultiHot)]
    output_mode: OutputMode,
}

#[model(crate = nn_core)]
impl CategoryEncoding {
    /// Of so many categories, with ones at all indices of a sample.
    pub const fn new(num_tokens: usize) -> CategoryEncoding {
        CategoryEncoding::with_defaults(num_tokens)
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When there is no category, or the form is none of those it has.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if self.num_tokens == 0 {
            return Err(ShapeError::new(
                "CategoryEncoding expects at least one category, found 0 for `num_tokens`",
            ));
        }
        if let OutputMode::Int | OutputMode::TfIdf = self.output_mode {
            let error = ShapeError::new(
                "the output_mode of CategoryEncoding is one_hot, multi_hot or count, found ",
            );
            return Err(error.text(self.output_mode.name()));
        }
        self.output_mode
            .output_shape("CategoryEncoding", input, self.num_tokens)
    }

    /// A number is looked at as it is: the nearest one of another type may stand for something else.
    fn autocast(&self) -> bool {
        false
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.encode(&x, None)
    }

    fn encode(&self, x: &Tensor, weights: Option<&Tensor>) -> Tensor {
        let indices = whole_numbers("CategoryEncoding", x);
        self.output_mode.encode(indices, self.num_tokens, weights)
    }

    /// Runs the layer with `OutputMode::Count`, where each index counts by a weight of the same place.
    #[track_caller]
    pub fn call_with_count_weights(
        &self,
        x: impl IntoInput<Tensor>,
        count_weights: impl IntoInput<Tensor>,
    ) -> Tensor {
        if self.output_mode != OutputMode::Count {
            return Tensor::failed(Error::value(format!(
                "CategoryEncoding takes weights with an output_mode of count only, found {}",
                self.output_mode.name()
            )));
        }
        let inputs = (x.into_input(), count_weights.into_input());
        let build = |(x, _): &(Shape, Shape)| self.build_parameters(x);
        call_as(self, inputs, false, build, |(x, weights)| {
            self.encode(&x, Some(&weights))
        })
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        vec![match &inputs[..] {
            [x] => self.call(x, training),
            [x, weights] => self.call_with_count_weights(x, weights),
            _ => Tensor::failed(Error::value(format!(
                "CategoryEncoding takes indices, and weights if they count by some, found {} tensors",
                inputs.len()
            ))),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_count_by_their_weights() {
        let counts = CategoryEncoding::new(3).output_mode(OutputMode::Count);
        let (x, w) = (
            Tensor::from([[0_i64, 2], [1, 1]]),
            Tensor::from([[0.5_f32, 2.0], [0.25, 1.0]]),
        );
        let y = counts
            .call_with_count_weights(&x, &w)
            .to_vec::<f32>()
            .unwrap();
        assert_eq!(y, [0.5, 0.0, 2.0, 0.0, 1.25, 0.0]);
        let error = CategoryEncoding::new(3).call_with_count_weights(&x, &w);
        let error = error.into_result().unwrap_err().to_string();
        assert!(error.contains("count only, found multi_hot"), "{error}");
    }

    #[test]
    fn what_is_no_category_is_zero_or_an_error() {
        let layer = CategoryEncoding::new(2).output_mode(OutputMode::OneHot);
        let y = layer.forward(Tensor::from([[5_i64], [-1], [1]]));
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        let error = layer
            .forward(Tensor::from([[0.5_f32]]))
            .into_result()
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("whole numbers, found 0.5 at place 0")
        );
        for layer in [CategoryEncoding::new(0), layer.output_mode(OutputMode::Int)] {
            assert!(layer.forward(Tensor::from([[0_i64]])).error().is_some());
        }
    }

    #[test]
    fn a_row_longer_than_a_dimension_is_named() {
        let error = CategoryEncoding::new(1 << 40).output_shape(&Shape::from([2]));
        let error = error.unwrap_err().to_string();
        assert!(
            error.starts_with("CategoryEncoding makes rows of 1099511627776 numbers, more than"),
            "{error}"
        );
    }
}
