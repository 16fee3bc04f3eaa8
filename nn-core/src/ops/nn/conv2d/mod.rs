//! Convolutions of images.

mod gradients;
mod options;

pub use options::{Conv2dOptions, conv2d_shape};

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::nn::padding::check_image;
use crate::{Error, Operand, Result, Shape, Tensor, is_known, with_float};
use gradients::{InputGradient, KernelGradient};
use nn_kernels::conv;

/// Inputs: an image, a kernel, and a bias where there is a third one.
pub(crate) struct Conv2d(pub(crate) Conv2dOptions);

impl Op for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, kernel, options) = (inputs[0].raw_shape(), inputs[1].raw_shape(), &self.0);
        check_image("conv2d", x)?;
        if kernel.rank() != 4 {
            let layout = "[height, width, channels / groups, filters]";
            return Err(Error::rank("the kernel of conv2d", 4, layout, kernel, ""));
        }
        let dtype = common_float("conv2d", inputs)?;
        let (channels, taken, filters) = (x[3], kernel[2], kernel[3]);
        let groups = options.groups;
        if groups == 0 || (is_known(filters) && filters % groups != 0) {
            return Err(Error::value(format!(
                "conv2d cannot make {groups} groups of {filters} filters (kernel {kernel}); groups must divide them"
            )));
        }
        if is_known(channels) && is_known(taken) && channels != taken.saturating_mul(groups) {
            let groups = if groups == 1 {
                String::new()
            } else {
                format!(" in each of {groups} groups")
            };
            return Err(Error::shape(format!(
                "conv2d with a kernel {kernel} takes {taken} channels{groups}, found {channels} in {x}"
            )));
        }
        if let Some(bias) = inputs.get(2).map(Tensor::raw_shape)
            && *bias != [filters]
        {
            return Err(Error::shape(format!(
                "conv2d with a kernel {kernel} takes a bias of shape [{filters}], found {bias}"
            )));
        }
        let [height, width] = options
            .windows([kernel[0], kernel[1]])
            .checked_count("conv2d", x)?;
        Ok((Shape::from([x[0], height, width, filters]), dtype).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let geometry = self
            .0
            .geometry(inputs[0].raw_shape(), inputs[1].raw_shape(), &shape)?;
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let bias = inputs.get(2).map(Tensor::data);
                conv::forward(&geometry, inputs[0].data(), inputs[1].data(), bias, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (x, kernel, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        let geometry = self
            .0
            .geometry(x.raw_shape(), kernel.raw_shape(), up.raw_shape())?;
        let options = self.0;
        let mut all = vec![
            at.when(0, || {
                apply(
                    InputGradient { geometry, options },
                    &[up.clone(), kernel.clone()],
                )
            }),
            at.when(1, || {
                apply(
                    KernelGradient { geometry, options },
                    &[x.clone(), up.clone()],
                )
            }),
        ];
        if at.inputs.len() == 3 {
            all.push(at.when(2, || up.sum_axes([0, 1, 2], false)));
        }
        Ok(all)
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b11,
            outputs: 0,
        }
    }
}

/// The convolution of images with a kernel (a cross-correlation: the kernel is not flipped), as Keras's `ops.conv`.
///
/// `y[b, i, j, o] = Σ x[b, i·s + u·d − p, j·s + v·d − p, c] · kernel[u, v, c, o]`, with zeros beyond the image.
///
/// Shapes: `[batch, height, width, channels]`, kernel `[height, width, channels / groups, filters]`, result `[batch, height,
/// width, filters]`; the sizes of the result are those of [`conv2d_shape`]. A rank other than 4, channels that do not
/// agree, and an image on which the kernel does not fit once are errors.
///
/// ```
/// use nn_core::{Padding, Tensor, ops::{Conv2dOptions, conv2d}};
/// let (x, kernel) = (Tensor::ones([1, 28, 28, 1]), Tensor::ones([3, 3, 1, 8]));
/// assert_eq!(conv2d(&x, &kernel, Conv2dOptions::default()).shape(), [1, 26, 26, 8]);
/// let halved = Conv2dOptions { strides: [2, 2], padding: Padding::Same, ..Conv2dOptions::default() };
/// assert_eq!(conv2d(&x, &kernel, halved).shape(), [1, 14, 14, 8]);
/// ```
#[track_caller]
pub fn conv2d(x: &Tensor, kernel: impl Operand, options: Conv2dOptions) -> Tensor {
    apply(Conv2d(options), &[x.clone(), kernel.operand(x.dtype())])
}

/// [`conv2d`] with a bias of shape `[filters]` added to every pixel of the result, in one pass.
///
/// ```
/// use nn_core::{Tensor, ops::{Conv2dOptions, conv2d_bias}};
/// let (x, kernel) = (Tensor::ones([1, 3, 3, 1]), Tensor::ones([3, 3, 1, 2]));
/// let y = conv2d_bias(&x, &kernel, Tensor::from([0.5_f32, -9.0]), Conv2dOptions::default());
/// assert_eq!(y.to_vec::<f32>()?, [9.5, 0.0]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[track_caller]
pub fn conv2d_bias(
    x: &Tensor,
    kernel: impl Operand,
    bias: impl Operand,
    options: Conv2dOptions,
) -> Tensor {
    let dtype = x.dtype();
    apply(
        Conv2d(options),
        &[x.clone(), kernel.operand(dtype), bias.operand(dtype)],
    )
}

#[cfg(test)]
mod tests;
