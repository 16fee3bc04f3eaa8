//! Convolutions of sequences, images and volumes, channels last.

mod depthwise;
mod gradients;
mod options;
mod transpose;

pub use depthwise::{depthwise_conv, depthwise_conv_bias, separable_conv};
pub use options::{Conv2dOptions, ConvOptions, conv2d_shape};
pub use transpose::{ConvTransposeOptions, conv_transpose};

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::nn::padding::{check_image, image_shape};
use crate::{Error, Operand, Result, Shape, Tensor, is_known, with_float};
use gradients::{InputGradient, KernelGradient};
use nn_kernels::conv::Conv3d;

/// Inputs: an image of `N` axes, a kernel, and a bias where there is a third one.
pub(crate) struct Conv<const N: usize>(pub(crate) ConvOptions<N>);

/// What an op is called along one, two or three axes.
const fn name<const N: usize>(names: [&'static str; 3]) -> &'static str {
    assert!(N >= 1 && N <= 3, "convolutions have one to three axes");
    names[N - 1]
}

/// An error unless a kernel has `N` axes and two of channels, laid out as `layout` says without the axes.
fn check_kernel<const N: usize>(op: &str, kernel: &Shape, layout: &str) -> Result<()> {
    if kernel.rank() == N + 2 {
        return Ok(());
    }
    let axes = name::<N>(["width", "height, width", "depth, height, width"]);
    let (who, layout) = (format!("the kernel of {op}"), format!("[{axes}, {layout}]"));
    Err(Error::rank(&who, N + 2, &layout, kernel, ""))
}

/// The convolution itself. It does not depend on the number of axes, and is apart from the op so that it is compiled once, and in this crate.
fn convolved(geometry: &Conv3d, inputs: &[Tensor], expected: &Expected<'_>) -> Outputs<Tensor> {
    let (shape, dtype) = expected.only();
    Outputs::One(
        with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
            let bias = inputs.get(2).map(Tensor::data);
            geometry.forward(inputs[0].data(), inputs[1].data(), bias, out);
        })),
    )
}

impl<const N: usize> Op for Conv<N> {
    fn name(&self) -> &'static str {
        name::<N>(["conv1d", "conv2d", "conv3d"])
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, kernel, options) = (inputs[0].raw_shape(), inputs[1].raw_shape(), &self.0);
        let op = self.name();
        check_image::<N>(op, x)?;
        check_kernel::<N>(op, kernel, "channels / groups, filters")?;
        let dtype = common_float(op, inputs)?;
        let (channels, taken, filters) = (x[N + 1], kernel[N], kernel[N + 1]);
        let groups = options.groups;
        if groups == 0 || (is_known(filters) && filters % groups != 0) {
            return Err(Error::value(format!(
                "{op} cannot make {groups} groups of {filters} filters (kernel {kernel}); groups must divide them"
            )));
        }
        if is_known(channels) && is_known(taken) && channels != taken.saturating_mul(groups) {
            let groups = if groups == 1 {
                String::new()
            } else {
                format!(" in each of {groups} groups")
            };
            return Err(Error::shape(format!(
                "{op} with a kernel {kernel} takes {taken} channels{groups}, found {channels} in {x}"
            )));
        }
        if let Some(bias) = inputs.get(2).map(Tensor::raw_shape)
            && *bias != [filters]
        {
            return Err(Error::shape(format!(
                "{op} with a kernel {kernel} takes a bias of shape [{filters}], found {bias}"
            )));
        }
        let size = std::array::from_fn(|d| kernel[d]);
        let pixels: [usize; N] = options.windows(size).checked_count(op, x)?;
        let y = image_shape(x[0], pixels, filters);
        // Sizes that cannot be counted are found here, before a result waits to be read.
        if [x, kernel, &y].iter().all(|shape| shape.is_known()) {
            self.0.geometry(x, kernel, &y)?;
        }
        Ok((y, dtype).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (x, kernel, y) = (&inputs[0], &inputs[1], &expected[0].shape);
        let geometry = self.0.geometry(x.raw_shape(), kernel.raw_shape(), y)?;
        Ok(convolved(&geometry, inputs, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (x, kernel, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        let (options, shapes) = (self.0, [*x.raw_shape(), *kernel.raw_shape()]);
        let geometry = options.geometry(&shapes[0], &shapes[1], up.raw_shape())?;
        let mut all = vec![
            at.when(0, || {
                let op = InputGradient {
                    geometry,
                    options,
                    shape: shapes[0],
                };
                apply(op, &[up.clone(), kernel.clone()])
            }),
            at.when(1, || {
                let op = KernelGradient {
                    geometry,
                    options,
                    shape: shapes[1],
                };
                apply(op, &[x.clone(), up.clone()])
            }),
        ];
        if at.inputs.len() == 3 {
            let pixels: Vec<isize> = (0..=N as isize).collect();
            all.push(at.when(2, || up.sum_axes(pixels, false)));
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

/// An image and a kernel, and a bias where there is a third one; `infer` knows the rest.
fn fits(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::same_floats(inputs, inputs.len().clamp(2, 3))
}

by_name!("conv1d", fits, |a| Conv(ConvOptions::<1>::read(a)?));
by_name!("conv2d", fits, |a| Conv(ConvOptions::<2>::read(a)?));
by_name!("conv3d", fits, |a| Conv(ConvOptions::<3>::read(a)?));

/// The convolution of sequences, images or volumes with a kernel (a cross-correlation: the kernel is not flipped), as Keras's
/// `ops.conv`.
///
/// `y[b, i, o] = Σ x[b, i·s + u·d − p, c] · kernel[u, c, o]`, with zeros beyond the sequence, and likewise along each axis of an
/// image or a volume.
///
/// Shapes: `[batch, time, channels]`, `[batch, height, width, channels]` or `[batch, depth, height, width, channels]`; kernel
/// `[…, channels / groups, filters]`; the result has as many pixels as windows fit, of `filters` channels. Another rank, channels that
/// do not agree, and an image on which the kernel does not fit once are errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::{ConvOptions, conv}};
/// let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]).reshape([1, 4, 1]);
/// let kernel = Tensor::from([1.0_f32, 10.0]).reshape([2, 1, 1]);
/// let y = conv(&x, &kernel, ConvOptions::<1>::new(Padding::Causal));
/// assert_eq!(y.to_vec::<f32>()?, [10.0, 21.0, 32.0, 43.0]);
/// let (x, kernel) = (Tensor::ones([2, 8, 8, 8, 3]), Tensor::ones([3, 3, 3, 3, 4]));
/// assert_eq!(conv(&x, &kernel, ConvOptions::<3>::default()).shape(), [2, 6, 6, 6, 4]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn conv<const N: usize>(x: &Tensor, kernel: impl Operand, options: ConvOptions<N>) -> Tensor {
    apply(Conv(options), &[x.clone(), kernel.operand(x.dtype())])
}

/// [`conv`] with a bias of shape `[filters]` added to every pixel of the result, in one pass.
///
/// ```
/// use nn::{Tensor, ops::{ConvOptions, conv_bias}};
/// let (x, kernel) = (Tensor::ones([1, 3, 1]), Tensor::ones([3, 1, 2]));
/// let y = conv_bias(&x, &kernel, Tensor::from([0.5_f32, -9.0]), ConvOptions::<1>::default());
/// assert_eq!(y.to_vec::<f32>()?, [3.5, -6.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn conv_bias<const N: usize>(
    x: &Tensor,
    kernel: impl Operand,
    bias: impl Operand,
    options: ConvOptions<N>,
) -> Tensor {
    let dtype = x.dtype();
    apply(
        Conv(options),
        &[x.clone(), kernel.operand(dtype), bias.operand(dtype)],
    )
}

/// [`conv`] of images.
///
/// `y[b, i, j, o] = Σ x[b, i·s + u·d − p, j·s + v·d − p, c] · kernel[u, v, c, o]`, with zeros beyond the image.
///
/// Shapes: `[batch, height, width, channels]`, kernel `[height, width, channels / groups, filters]`, result `[batch, height,
/// width, filters]`; the sizes of the result are those of [`conv2d_shape`]. A rank other than 4, channels that do not
/// agree, and an image on which the kernel does not fit once are errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::{Conv2dOptions, conv2d}};
/// let (x, kernel) = (Tensor::ones([1, 28, 28, 1]), Tensor::ones([3, 3, 1, 8]));
/// assert_eq!(conv2d(&x, &kernel, Conv2dOptions::default()).shape(), [1, 26, 26, 8]);
/// let halved = Conv2dOptions { strides: [2, 2], padding: Padding::Same, ..Conv2dOptions::default() };
/// assert_eq!(conv2d(&x, &kernel, halved).shape(), [1, 14, 14, 8]);
/// ```
#[track_caller]
pub fn conv2d(x: &Tensor, kernel: impl Operand, options: Conv2dOptions) -> Tensor {
    conv(x, kernel, options)
}

/// [`conv2d`] with a bias of shape `[filters]` added to every pixel of the result, in one pass.
///
/// ```
/// use nn::{Tensor, ops::{Conv2dOptions, conv2d_bias}};
/// let (x, kernel) = (Tensor::ones([1, 3, 3, 1]), Tensor::ones([3, 3, 1, 2]));
/// let y = conv2d_bias(&x, &kernel, Tensor::from([0.5_f32, -9.0]), Conv2dOptions::default());
/// assert_eq!(y.to_vec::<f32>()?, [9.5, 0.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn conv2d_bias(
    x: &Tensor,
    kernel: impl Operand,
    bias: impl Operand,
    options: Conv2dOptions,
) -> Tensor {
    conv_bias(x, kernel, bias, options)
}

#[cfg(test)]
mod tests;
