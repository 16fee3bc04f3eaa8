//! The gradient of a function of one number in one pass: the upstream gradient times a derivative.

use crate::graph::apply::apply;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{Element, Result, Shape, Tensor, with_float};
use nn_kernels::elementwise::{Each, ZipLoop, zip};
use nn_kernels::math::Float;

/// The derivative `f'` of a function, of its argument or of its result.
pub(crate) trait Derivative: Copy + Send + Sync + 'static {
    /// The name of the product in errors and traces.
    const NAME: &'static str;
    /// As [`Function::WIDE`](crate::ops::elementwise::map::Function::WIDE).
    const WIDE: bool = true;
    fn derivative<T: Float>(self, x: T) -> T;
    /// The derivative of [`Derivative::slope`] in tensor ops, `None` where it is 0 almost everywhere.
    fn second_derivative(self, x: &Tensor) -> Option<Tensor>;
}

/// Of the upstream gradient and the argument of the derivative, which have one shape.
struct Scale<S>(S);

/// A tensor of a function of the elements of both inputs. Compiled once for all functions.
fn zipped<T: Element>(inputs: &[Tensor], shape: Shape, f: &dyn ZipLoop<T, T, T>) -> Tensor {
    Tensor::build(shape, |out| zip(inputs[0].data(), inputs[1].data(), out, f))
}

impl<S: Derivative> Op for Scale<S> {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let s = self.0;
        Ok(Outputs::One(
            with_float!(dtype, T => match const { S::WIDE } {
                true => zipped(inputs, shape, &Each::<_, true>(#[inline(always)] move |g: T, x: T| g * s.derivative(x))),
                false => zipped(inputs, shape, &Each::<_, false>(#[inline(always)] move |g: T, x: T| g * s.derivative(x))),
            }),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [upstream, x] = [&at.inputs[0], &at.inputs[1]];
        let second = || Some(at.upstream() * upstream * self.0.second_derivative(x)?);
        let dupstream = at.when(0, || scale(self.0, at.upstream(), x));
        Ok(vec![dupstream, if at.needs(1) { second() } else { None }])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

/// `upstream · f'(x)`.
#[track_caller]
pub(crate) fn scale<S: Derivative>(derivative: S, upstream: &Tensor, x: &Tensor) -> Tensor {
    apply(Scale(derivative), &[upstream.clone(), x.clone()])
}
