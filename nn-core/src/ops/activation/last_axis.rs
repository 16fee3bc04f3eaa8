//! What functions of whole rows have in common, whose gradients are made of their results.

use crate::graph::apply::apply;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes, common_float};
use crate::ops::elementwise::float;
use crate::{Result, Shape, Tensor, with_float};
use nn_kernels::math::Float;
use std::marker::PhantomData;

/// A function `y = f(x)` of every `classes` numbers that stand in a row, the last axis. Its gradient is an op `d(y, g)` of the result and the upstream gradient, which is
/// linear in `g`.
pub(crate) trait LastAxis: Send + Sync + 'static {
    const NAME: &'static str;
    /// The name of the gradient.
    const GRADIENT: &'static str;
    fn forward<T: Float>(x: &[T], classes: usize, y: &mut [T]);
    /// `out = d(y, g)`.
    fn backward<T: Float>(y: &[T], g: &[T], classes: usize, out: &mut [T]);
    /// The gradient of `d(y, g)` in `y`.
    fn gradient_in_output(y: &Tensor, g: &Tensor, upstream: &Tensor) -> Tensor;
    /// The gradient of `d(y, g)` in `g`.
    fn gradient_in_upstream(y: &Tensor, upstream: &Tensor) -> Tensor;
}

pub(crate) struct Forward<R>(pub(crate) PhantomData<R>);

struct Gradient<R>(PhantomData<R>);

/// The length of the last axis.
fn classes(shape: &Shape) -> usize {
    *shape.last().expect("checked by who asked for the axis")
}

impl<R: LastAxis> Op for Forward<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), common_float(R::NAME, inputs)?).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                R::forward(inputs[0].data(), classes(&shape), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(gradient::<R>(at.output(), at.upstream()))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::OUTPUT
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(&inputs[..1], i)
    }
}

impl<R: LastAxis> Op for Gradient<R> {
    fn name(&self) -> &'static str {
        R::GRADIENT
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (y, g) = (&inputs[0], &inputs[1]);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                R::backward(y.data(), g.data(), classes(&shape), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (y, g) = (&at.inputs[0], &at.inputs[1]);
        let dy = at.when(0, || R::gradient_in_output(y, g, at.upstream()));
        Ok(vec![
            dy,
            at.when(1, || R::gradient_in_upstream(y, at.upstream())),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

/// The function along an axis, counted from the end if negative; integers are taken as `f32`, as in Keras.
#[track_caller]
pub(crate) fn along<R: LastAxis>(x: &Tensor, axis: isize) -> Tensor {
    let rows = float(x).swapaxes(axis, -1);
    let y = apply(Forward::<R>(PhantomData), &[rows]).swapaxes(axis, -1);
    let y = y.named(R::NAME, &[x]);
    y.masked_as(x, x.raw_shape().rank())
}

/// The gradient of the function along the last axis, from its result.
#[track_caller]
pub(crate) fn gradient<R: LastAxis>(y: &Tensor, upstream: &Tensor) -> Tensor {
    apply(Gradient::<R>(PhantomData), &[y.clone(), upstream.clone()])
}
