//! The fully connected layer.

use crate::core::{activity, floats};
use crate::{Activation, ShapeError};
use nn_core::{Error, Initializer, Param, Regularizer, Result, Shape, Tensor, is_known};
use nn_derive::{Layer, model};

/// Every output from every input: `y = activation(x·kernel + bias)`, on the last axis.
///
/// Shapes: `[batch, .., inputs] → [batch, .., units]`. Parameters: `kernel` `[inputs, units]`, `bias` `[units]`.
///
/// Source: Keras's `Dense`.
///
/// ```
/// use nn::{Activation, Dense, Layer, Module, Tensor};
/// let dense = Dense::new(16).activation(Activation::Sigmoid);
/// assert_eq!(dense.forward(Tensor::ones([2, 784])).shape(), [2, 16]);
/// assert_eq!(dense.count_params(), 784 * 16 + 16);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(lora_rank, lora_alpha, quantization_config))]
#[must_use]
#[doc(alias = "Linear")]
pub struct Dense {
    #[config]
    units: usize,
    /// The function applied to the result.
    #[config(default = Activation::Linear)]
    activation: Activation,
    /// With or without a bias.
    #[config(default = true)]
    use_bias: bool,
    /// A penalty on the output, divided by the batch size and added to the loss.
    #[config(default = None)]
    activity_regularizer: Option<Regularizer>,
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl Dense {
    /// `units` outputs, with a bias and without an activation; the kernel starts Glorot uniform, the bias at 0.
    pub const fn new(units: usize) -> Dense {
        Dense::with_defaults(units)
    }

    /// The shape of the output, `[.., units]`.
    ///
    /// # Errors
    /// When the input is not at least `[batch, inputs]`, or there is no unit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match input.rank() {
            0 | 1 => {
                let error = ShapeError::new(
                    "Dense expects at least rank 2 [batch, .., inputs], found rank ",
                );
                let error = error.number(input.rank()).text(" ").shape(input);
                let n = match input.dims() {
                    [n] if is_known(*n) => *n,
                    _ => return Err(error.text("; add a batch dimension with `reshape`")),
                };
                let error = error.text("; `x.reshape([").number(n);
                let error = error.text(", 1])` makes ").number(n);
                let error = error.text(" samples of one feature of it, `x.reshape([1, ");
                let error = error.number(n).text("])` one sample of ").number(n);
                Err(error.text(" features"))
            }
            _ if self.units == 0 => Err(ShapeError::new(
                "Dense expects at least one unit, found 0; `Dense::new(1)` makes one number of every input",
            )),
            rank => Ok(input.with(rank - 1, self.units)),
        }
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[input.rank() - 1]
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        let inputs = input[input.rank() - 1];
        if let Some(built) = self.kernel.built_dim(0)
            && built != inputs
        {
            return Err(Error::shape(format!(
                "expected last dimension {built}, found {}: a Dense keeps the input size of its first call; `Flatten` or `Reshape` \
                 the input, or use another Dense for it",
                ShapeError::new("").dim(inputs).text(" in ").shape(input),
            )));
        }
        self.kernel.build([input.dim(-1)?, self.units])?;
        self.bias
            .as_ref()
            .map_or(Ok(()), |bias| bias.build([self.units]))
    }

    fn call(&self, x: Tensor) -> Tensor {
        if let Some(failed) = floats::refused("Dense", &x) {
            return failed;
        }
        let y = match &self.bias {
            Some(bias) => x.matmul_add(&self.kernel, bias),
            None => x.matmul(&self.kernel),
        };
        activity::penalize(self.activity_regularizer, self.activation.apply(&y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_rank_1_is_told_both_ways_out() {
        use nn_core::Layer;
        let e = Dense::new(1).forward(Tensor::ones([10]));
        let e = e.into_result().unwrap_err().to_string();
        let ways = "`x.reshape([10, 1])` makes 10 samples of one feature of it, `x.reshape([1, 10])` one sample of 10 features";
        assert!(e.contains(ways), "{e}");
    }
    use nn_core::{Layer, UNKNOWN};

    #[test]
    fn the_compiler_can_build_one() {
        const SHAPE: Shape = {
            let dense = Dense::new(16)
                .use_bias(false)
                .kernel_initializer(Initializer::HeNormal)
                .kernel_regularizer(Regularizer::l2(0.1));
            let shape = match dense.output_shape(&Shape::new(&[UNKNOWN, 5, 784])) {
                Ok(shape) => shape,
                Err(_) => panic!(),
            };
            std::mem::forget(dense);
            shape
        };
        assert_eq!(SHAPE, [UNKNOWN, 5, 16]);
    }

    #[test]
    fn another_input_size_is_an_error_with_the_way_out() {
        let dense = Dense::new(3);
        dense.build([784]).unwrap();
        let error = dense
            .forward(Tensor::ones([2, 20]))
            .into_result()
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("expected last dimension 784, found 20 in [2, 20]"),
            "{error}"
        );
        let error = Dense::new(3)
            .forward(Tensor::ones([20]))
            .into_result()
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("at least rank 2 [batch, .., inputs], found rank 1 [20]"),
            "{error}"
        );
        let error = trace_unknown(&Dense::new(3));
        assert!(error.to_string().contains("is not known yet"), "{error}");
    }

    fn trace_unknown(dense: &Dense) -> Error {
        dense.build([UNKNOWN]).unwrap_err()
    }

    #[test]
    fn without_a_bias_there_is_none() {
        use nn_core::Module;
        let dense = Dense::new(3)
            .use_bias(false)
            .bias_initializer(Initializer::Ones);
        dense.build([2]).unwrap();
        assert!(dense.bias().is_none());
        assert_eq!(
            dense
                .parameters()
                .iter()
                .map(|p| p.path().to_string())
                .collect::<Vec<_>>(),
            ["kernel"]
        );
    }
}
