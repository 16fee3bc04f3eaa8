//! The fully connected layer along axes of choice.

use crate::core::equation::{Equation, Sized};
use crate::core::sizes::Sizes;
use crate::core::{activity, floats};
use crate::{Activation, ShapeError};
use nn_core::ops::einsum;
use nn_core::{Axes, Error, Initializer, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};
use std::borrow::Cow;

/// A dense layer whose product is an equation: `y = activation(einsum(equation, x, kernel) + bias)`.
///
/// The equation has a letter for each axis of input, kernel and output: `"abc,cd->abd"` is a [`crate::Dense`] on sequences, `"abc,cde->abde"`
/// makes several heads of every step. `...` stands for all axes of the input that it does not name, on the left or on the right of both
/// input and output: `"...x,xy->...y"`. The first axis of the input is the batch. `output_shape` says the sizes of the output without its first
/// axis, the batch as a rule, (and without what `...` stands for); `None` is one that the input says, as it is for a batch that the equation puts elsewhere.
///
/// Shapes: as the equation says. Parameters: `kernel` of the sizes of its letters; `bias`, if [`EinsumDense::bias_axes`] names letters of the
/// output. The kernel's fans, by which initializers scale it, are the products of its axes that are summed over and that are not.
///
/// Source: Keras's `EinsumDense`.
///
/// ```
/// use nn::{EinsumDense, Layer, Tensor};
/// let heads = EinsumDense::new("abc,cde->abde", [None, Some(2), Some(8)]).bias_axes("de");
/// assert_eq!(heads.forward(Tensor::ones([3, 5, 16])).shape(), [3, 5, 2, 8]);
/// let last = EinsumDense::new("...x,xy->...y", [Some(4)]);
/// assert_eq!(last.forward(Tensor::ones([3, 5, 2, 16])).shape(), [3, 5, 2, 4]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config))]
#[must_use]
pub struct EinsumDense {
    #[config]
    equation: Cow<'static, str>,
    #[config]
    output_shape: Sizes,
    /// The function applied to the result.
    #[config(default = Activation::Linear)]
    activation: Activation,
    #[config(default = None, no_builder)]
    bias_axes: Option<Cow<'static, str>>,
    /// A penalty on the output, divided by the batch size and added to the loss.
    #[config(default = None)]
    activity_regularizer: Option<Regularizer>,
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    /// `None` without axes for it.
    #[param(initializer = Initializer::Zeros, when = bias_axes.is_some())]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl EinsumDense {
    /// By an equation, with the sizes of the output behind the batch; without a bias and without an activation.
    pub const fn new<const N: usize>(
        equation: &'static str,
        output_shape: [Option<usize>; N],
    ) -> EinsumDense {
        EinsumDense::with_defaults(Cow::Borrowed(equation), Sizes::new(output_shape))
    }

    /// With a bias along these letters of the output.
    pub const fn bias_axes(mut self, bias_axes: &'static str) -> EinsumDense {
        if self.bias.is_none() {
            std::mem::forget(self.bias.replace(Param::new(Initializer::Zeros)));
        }
        // `const` code cannot drop what may own memory.
        std::mem::forget(self.bias_axes.replace(Cow::Borrowed(bias_axes)));
        self
    }

    /// The shape of the output, as the equation says.
    ///
    /// # Errors
    /// When the equation is malformed, or does not fit the input or the sizes given.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match self.sizes(input) {
            Ok(sized) => Ok(sized.output),
            Err(error) => Err(error),
        }
    }

    const fn equation(&self) -> Result<Equation<'_>, ShapeError> {
        Equation::parse(match &self.equation {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => text.as_str(),
        })
    }

    const fn sizes(&self, input: &Shape) -> Result<Sized, ShapeError> {
        match self.equation() {
            Ok(equation) => equation.sizes(input, &self.output_shape),
            Err(error) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        let sized = self.sizes(input)?;
        if self.kernel.is_built() && self.kernel.shape() != sized.kernel {
            return Err(Error::shape(format!(
                "EinsumDense \"{}\" expected an input for a kernel of {}, found {input}, which needs one of {}: it keeps the sizes of its \
                 first call; use another one for this input",
                self.equation,
                self.kernel.shape(),
                sized.kernel,
            )));
        }
        let axes = |of_output: bool| {
            let all = 0..sized.kernel.rank();
            let axes = all.filter(|&axis| sized.of_output[axis] == of_output);
            Axes::new(&axes.map(|axis| axis as isize).collect::<Vec<_>>())
        };
        let start = self.kernel.initializer();
        let start = start.with_axes(axes(false), axes(true));
        self.kernel.build_by(sized.kernel, start)?;
        match (&self.bias, &self.bias_axes) {
            (Some(bias), Some(axes)) => {
                bias.build(self.equation()?.bias(axes, &sized.output, input.rank())?)
            }
            _ => Ok(()),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        if let Some(failed) = floats::refused("EinsumDense", &x) {
            return failed;
        }
        let equation = match self.equation() {
            Ok(equation) => equation.spelled_out(x.rank()),
            Err(error) => return Tensor::failed(error.into()),
        };
        let y = einsum(&equation, [&x, &self.kernel.value()]);
        let y = match &self.bias {
            Some(bias) => y + bias,
            None => y,
        };
        activity::penalize(self.activity_regularizer, self.activation.apply(&y)).without_mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Module, UNKNOWN};

    #[test]
    fn the_compiler_follows_shapes() {
        const SHAPE: Shape = {
            let layer = EinsumDense::new("abc,cde->abde", [None, Some(2), Some(8)])
                .bias_axes("de")
                .activation(Activation::Relu);
            let shape = match layer.output_shape(&Shape::new(&[UNKNOWN, UNKNOWN, 16])) {
                Ok(shape) => shape,
                Err(_) => panic!(),
            };
            std::mem::forget(layer);
            shape
        };
        assert_eq!(SHAPE.to_string(), "[_, _, 2, 8]");
    }

    #[test]
    fn the_batch_may_come_to_lie_elsewhere() {
        let layer = EinsumDense::new("abc,cd->bad", [None, Some(5)]).bias_axes("d");
        layer.build([3, 4]).unwrap();
        for batch in [1, 2] {
            let y = layer.forward(Tensor::ones([batch, 3, 4]));
            assert_eq!(y.shape(), [3, batch, 5]);
        }
        let summed = EinsumDense::new("ab,bc->bc", [Some(2)]);
        assert_eq!(summed.forward(Tensor::ones([4, 3])).shape(), [3, 2]);
    }

    #[test]
    fn biases_lie_along_their_letters() {
        let shapes = |equation, axes, input: &[usize]| {
            let sizes: &[usize] = if input.len() == 2 { &[5] } else { &[4, 5] };
            let mut layer = EinsumDense::new(equation, []).bias_axes(axes);
            layer.output_shape = serde_json::from_value(sizes.into()).unwrap();
            let _ = layer.forward(Tensor::ones(input)).into_result().unwrap();
            let shapes: Vec<String> = layer
                .parameters()
                .iter()
                .map(|p| p.shape().to_string())
                .collect();
            shapes.join(" ")
        };
        assert_eq!(shapes("ab,bc->ac", "c", &[2, 3]), "[3, 5] [5]");
        assert_eq!(shapes("abc,cde->ade", "e", &[2, 6, 3]), "[3, 4, 5] [5]");
        assert_eq!(shapes("abc,cde->ade", "d", &[2, 6, 3]), "[3, 4, 5] [4, 1]");
        assert_eq!(
            shapes("...c,cde->...de", "d", &[2, 6, 3]),
            "[3, 4, 5] [4, 1]"
        );
        assert_eq!(
            shapes("ab...,bde->ade...", "d", &[2, 6, 3]),
            "[6, 4, 5] [4, 1, 1]"
        );
    }

    #[test]
    fn the_kernel_starts_by_the_fans_of_the_equation() {
        let layer = EinsumDense::new("abc,cde->abde", [None, Some(2), Some(8)]);
        layer.build([5, 16]).unwrap();
        // Glorot's limit of 16 inputs and 2·8 outputs; that of the last two axes would be smaller.
        let limit = (6.0_f32 / 32.0).sqrt();
        let largest = layer.kernel().value().abs().max().item::<f32>().unwrap();
        assert!(
            largest <= limit && largest > 0.9 * limit,
            "{largest} {limit}"
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_the_way_out() {
        let error = |layer: EinsumDense, shape: &[usize]| {
            layer
                .forward(Tensor::ones(shape))
                .into_result()
                .unwrap_err()
                .to_string()
        };
        for equation in [
            "ab,bc",
            "abbc->ac",
            "ab,bc->...c",
            "aab,bc->ac",
            "a b,bc->ac",
            ",->",
        ] {
            let e = error(EinsumDense::new(equation, [Some(3)]), &[2, 3]);
            assert!(e.contains("an equation is of the form"), "{equation}: {e}");
        }
        let e = error(EinsumDense::new("ab,bc->ca", [Some(3)]), &[2, 3]);
        assert!(e.contains("`c` is the first letter of the output"), "{e}");
        let e = error(EinsumDense::new("abc,cd->abd", [None, Some(3)]), &[2, 3]);
        assert!(
            e.contains("`abc` has 3 letters, its input rank 2 [2, 3]"),
            "{e}"
        );
        let e = error(EinsumDense::new("abc,cd->abd", [Some(3)]), &[2, 3, 4]);
        assert!(
            e.contains("2 letters beside the batch and `...`, and 1 sizes are given"),
            "{e}"
        );
        let e = error(
            EinsumDense::new("abc,cd->abd", [Some(5), Some(3)]),
            &[2, 3, 4],
        );
        assert!(
            e.contains("`b` is 3 in [2, 3, 4] and 5 in the sizes given"),
            "{e}"
        );
        let e = error(EinsumDense::new("ab,bc->ac", [None]), &[2, 3]);
        assert!(
            e.contains("`c` is no axis of the input: say its size"),
            "{e}"
        );
        let e = error(
            EinsumDense::new("ab,bc->ac", [Some(2)]).bias_axes("b"),
            &[2, 3],
        );
        assert!(e.contains("not all axes of the output"), "{e}");
        let e = error(
            EinsumDense::new("...bc,cd->...bd", [None, Some(2)]),
            &[2, 3],
        );
        assert!(e.contains("beside the batch"), "{e}");
    }
}
