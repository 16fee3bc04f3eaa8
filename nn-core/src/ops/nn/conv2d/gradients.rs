//! The two gradients of a convolution. A convolution is linear in the image and in the kernel, so the three ops are each
//! other's gradients.

use super::{Conv2d, Conv2dOptions};
use crate::graph::apply::apply;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{Result, Shape, Tensor, with_float};
use nn_kernels::conv;

/// The gradient with respect to the image, of the upstream gradient and the kernel.
pub(super) struct InputGradient {
    pub geometry: conv::Conv2d,
    pub options: Conv2dOptions,
}

/// The gradient with respect to the kernel, of the image and the upstream gradient.
pub(super) struct KernelGradient {
    pub geometry: conv::Conv2d,
    pub options: Conv2dOptions,
}

impl Op for InputGradient {
    fn name(&self) -> &'static str {
        "conv2d_input_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let g = &self.geometry;
        Ok((
            Shape::from([g.batch, g.height, g.width, g.in_channels]),
            inputs[0].dtype(),
        )
            .into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                conv::input_gradient(&self.geometry, inputs[0].data(), inputs[1].data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (geometry, options) = (self.geometry, self.options);
        let (dy, kernel, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        Ok(vec![
            at.when(0, || apply(Conv2d(options), &[up.clone(), kernel.clone()])),
            at.when(1, || {
                apply(
                    KernelGradient { geometry, options },
                    &[up.clone(), dy.clone()],
                )
            }),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

impl Op for KernelGradient {
    fn name(&self) -> &'static str {
        "conv2d_kernel_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let g = &self.geometry;
        let shape = [
            g.kernel[0],
            g.kernel[1],
            g.in_channels / g.groups,
            g.out_channels,
        ];
        Ok((Shape::from(shape), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                conv::kernel_gradient(&self.geometry, inputs[0].data(), inputs[1].data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (geometry, options) = (self.geometry, self.options);
        let (x, dy, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        Ok(vec![
            at.when(0, || {
                apply(
                    InputGradient { geometry, options },
                    &[dy.clone(), up.clone()],
                )
            }),
            at.when(1, || apply(Conv2d(options), &[x.clone(), up.clone()])),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}
