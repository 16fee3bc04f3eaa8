//! The two gradients of a convolution. A convolution is linear in the image and in the kernel, so the three ops are each
//! other's gradients.

use super::{Conv, ConvOptions, name};
use crate::graph::apply::apply;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{Result, Shape, Tensor, with_float};
use nn_kernels::conv;

/// The gradient with respect to the image, of the upstream gradient and the kernel.
pub(super) struct InputGradient<const N: usize> {
    pub geometry: conv::Conv3d,
    pub options: ConvOptions<N>,
    /// That of the image.
    pub shape: Shape,
}

/// The gradient with respect to the kernel, of the image and the upstream gradient.
pub(super) struct KernelGradient<const N: usize> {
    pub geometry: conv::Conv3d,
    pub options: ConvOptions<N>,
    /// That of the kernel.
    pub shape: Shape,
}

// What does not depend on the number of axes is apart from the ops, so that it is compiled once, and in this crate.

/// The gradient with respect to the image.
pub(super) fn input_gradient(
    geometry: &conv::Conv3d,
    inputs: &[Tensor],
    expected: &Expected<'_>,
) -> Outputs<Tensor> {
    let (shape, dtype) = expected.only();
    Outputs::One(
        with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
            geometry.input_gradient(inputs[0].data(), inputs[1].data(), out);
        })),
    )
}

/// The gradient with respect to the kernel.
fn kernel_gradient(
    geometry: &conv::Conv3d,
    inputs: &[Tensor],
    expected: &Expected<'_>,
) -> Outputs<Tensor> {
    let (shape, dtype) = expected.only();
    Outputs::One(
        with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
            geometry.kernel_gradient(inputs[0].data(), inputs[1].data(), out);
        })),
    )
}

impl<const N: usize> Op for InputGradient<N> {
    fn name(&self) -> &'static str {
        name::<N>([
            "conv1d_input_gradient",
            "conv2d_input_gradient",
            "conv3d_input_gradient",
        ])
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(input_gradient(&self.geometry, inputs, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (dy, kernel, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        Ok(vec![
            at.when(0, || {
                apply(Conv(self.options), &[up.clone(), kernel.clone()])
            }),
            at.when(1, || {
                let op = KernelGradient {
                    geometry: self.geometry,
                    options: self.options,
                    shape: *kernel.raw_shape(),
                };
                apply(op, &[up.clone(), dy.clone()])
            }),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

impl<const N: usize> Op for KernelGradient<N> {
    fn name(&self) -> &'static str {
        name::<N>([
            "conv1d_kernel_gradient",
            "conv2d_kernel_gradient",
            "conv3d_kernel_gradient",
        ])
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(kernel_gradient(&self.geometry, inputs, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (x, dy, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        Ok(vec![
            at.when(0, || {
                let op = InputGradient {
                    geometry: self.geometry,
                    options: self.options,
                    shape: *x.raw_shape(),
                };
                apply(op, &[dy.clone(), up.clone()])
            }),
            at.when(1, || apply(Conv(self.options), &[x.clone(), up.clone()])),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}
