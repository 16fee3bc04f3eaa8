//! Transposed convolutions: the gradient of a convolution with respect to its image, as an operation of its own.

use super::gradients::{KernelGradient, input_gradient};
use super::{Conv, ConvOptions, check_kernel, name};
use crate::graph::apply::apply;
use crate::graph::attributes::{Attributes, Setting};
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::nn::padding::{check_image, image_shape, pixels};
use crate::{
    ANYTHING, Error, Operand, Padding, Result, Tensor, dim_plus, dim_times, is_known, too_long,
};
use nn_kernels::conv;

/// The settings of [`crate::ops::conv_transpose`] along `N` axes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConvTransposeOptions<const N: usize> {
    /// Pixels of the result from one pixel of the image to the next, at least 1.
    pub strides: [usize; N],
    /// With `Valid` the result holds all that the kernel reaches, with `Same` it has `strides` times as many pixels as the image.
    pub padding: Padding,
    /// Pixels added at the end of each axis, below the strides, where the result's size is to be
    /// `(n − 1)·stride + reach + output_padding` (`Valid`) or `(n − 1)·stride + reach mod 2 + output_padding` (`Same`), a kernel reaching
    /// over `reach = (kernel − 1)·dilation + 1` pixels.
    pub output_padding: Option<[usize; N]>,
    /// Pixels of the result from one tap of the kernel to the next, at least 1.
    pub dilation: [usize; N],
}

impl<const N: usize> ConvTransposeOptions<N> {
    /// Strides and dilation 1, the usual size.
    pub const fn new(padding: Padding) -> ConvTransposeOptions<N> {
        ConvTransposeOptions {
            strides: [1; N],
            padding,
            output_padding: None,
            dilation: [1; N],
        }
    }

    /// Pixels over which a kernel reaches along axis `d`.
    const fn reach(&self, d: usize, kernel: usize) -> usize {
        kernel
            .saturating_sub(1)
            .saturating_mul(self.dilation[d])
            .saturating_add(1)
    }

    /// How many pixels more than `(n − 1)·stride` there are along axis `d`.
    const fn beyond(&self, d: usize, kernel: usize) -> usize {
        let (stride, reach) = (self.strides[d], self.reach(d, kernel));
        match (self.padding, self.output_padding) {
            (Padding::Valid, Some(more)) => reach.saturating_add(more[d]),
            (Padding::Valid, None) if reach > stride => reach,
            (Padding::Valid, None) => stride,
            (_, Some(more)) => (reach % 2).saturating_add(more[d]),
            (_, None) => stride,
        }
    }

    /// How many pixels the result has along axis `d`, given those of image and kernel; they may be [`crate::UNKNOWN`]. `None` if they are
    /// more than an axis can have.
    pub const fn output_size(&self, d: usize, image: usize, kernel: usize) -> Option<usize> {
        if image == ANYTHING {
            return Some(ANYTHING);
        }
        match dim_times(image.saturating_sub(1), self.strides[d]) {
            Some(size) => dim_plus(size, self.beyond(d, kernel)),
            None => None,
        }
    }

    /// Pixels that the result of a kernel of such a size has less than `(n − 1)·stride + reach` before and after each axis; fewer than 0
    /// if it has more after.
    pub fn taken_away(&self, kernel: [usize; N]) -> [[isize; 2]; N] {
        let before = self.before(kernel);
        std::array::from_fn(|d| {
            let all = self.reach(d, kernel[d]) as isize - self.beyond(d, kernel[d]) as isize;
            [before[d] as isize, all - before[d] as isize]
        })
    }

    /// Pixels of the result before the first one that the image's first pixel gives to, taken away: how far the windows of the
    /// convolution whose gradient this is begin before their image.
    fn before(&self, kernel: [usize; N]) -> [usize; N] {
        std::array::from_fn(|d| {
            let reach = self.reach(d, kernel[d]);
            let around = match (self.padding, self.output_padding) {
                (Padding::Valid, _) => return 0,
                (_, None) => self.strides[d].saturating_add(reach) - 2,
                (_, Some(more)) => (reach + reach % 2).saturating_add(more[d]) - 2,
            };
            (reach - 1).saturating_sub(around.div_ceil(2))
        })
    }

    /// The convolution whose gradient this is, with what it adds around the result to give the image.
    fn convolution(
        &self,
        kernel: [usize; N],
        image: [usize; N],
        result: [usize; N],
    ) -> ConvOptions<N> {
        let before = self.before(kernel);
        let border = std::array::from_fn(|d| {
            let covered = (image[d].saturating_sub(1))
                .saturating_mul(self.strides[d])
                .saturating_add(self.reach(d, kernel[d]));
            [before[d], covered.saturating_sub(before[d] + result[d])]
        });
        ConvOptions {
            strides: self.strides,
            padding: Padding::Valid,
            border,
            dilation: self.dilation,
            groups: 1,
        }
    }

    fn geometry(&self, x: &Tensor, kernel: &Tensor, result: [usize; N]) -> Result<conv::Conv3d> {
        let (x, kernel) = (x.raw_shape(), kernel.raw_shape());
        let size: [usize; N] = std::array::from_fn(|d| kernel[d]);
        let (channels, before) = ([kernel[N], kernel[N + 1]], self.before(size));
        self.convolution(size, pixels(x), result).placed(
            x[0],
            channels,
            size,
            result,
            before,
            pixels(x),
        )
    }
}

/// Inputs: an image of `N` axes and a kernel.
struct ConvTranspose<const N: usize>(ConvTransposeOptions<N>);

impl<const N: usize> Op for ConvTranspose<N> {
    fn name(&self) -> &'static str {
        name::<N>(["conv1d_transpose", "conv2d_transpose", "conv3d_transpose"])
    }

    fn attributes(&self) -> Attributes {
        let ConvTransposeOptions {
            strides,
            padding,
            output_padding,
            dilation,
        } = &self.0;
        Attributes::new()
            .with("strides", strides)
            .with("padding", padding)
            .with("output_padding", output_padding)
            .with("dilation", dilation)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, kernel, options) = (inputs[0].raw_shape(), inputs[1].raw_shape(), &self.0);
        let op = self.name();
        check_image::<N>(op, x)?;
        check_kernel::<N>(op, kernel, "filters, channels")?;
        let dtype = common_float(op, inputs)?;
        let (channels, taken, filters) = (x[N + 1], kernel[N + 1], kernel[N]);
        if is_known(channels) && is_known(taken) && channels != taken {
            return Err(Error::shape(format!(
                "{op} with a kernel {kernel} takes {taken} channels, found {channels} in {x}"
            )));
        }
        if options.padding == Padding::Causal {
            return Err(Error::value(format!(
                "{op} has no causal padding; use `Padding::Valid` or `Padding::Same`"
            )));
        }
        let size: [usize; N] = std::array::from_fn(|d| kernel[d]);
        for (what, sizes) in [
            ("a kernel", size),
            ("strides", options.strides),
            ("dilation", options.dilation),
        ] {
            if sizes.contains(&0) {
                return Err(Error::value(format!(
                    "{op} needs {what} of at least 1 each way, found {sizes:?}"
                )));
            }
        }
        if let Some(more) = options.output_padding
            && (0..N).any(|d| more[d] >= options.strides[d])
        {
            return Err(Error::value(format!(
                "{op} adds fewer pixels at the end than one stride: expected an output padding below {:?}, found {more:?}",
                options.strides
            )));
        }
        let image: [usize; N] = pixels(x);
        let mut result = [0; N];
        for d in 0..N {
            let reach = options.reach(d, size[d]);
            let absurd = is_known(size[d]) && !is_known(reach) || !is_known(options.strides[d]);
            result[d] = match options.output_size(d, image[d], size[d]) {
                Some(size) if !absurd => size,
                _ => {
                    return Err(too_long(format_args!(
                        "{} pixels of {x}, {} apart, under a kernel of {reach},",
                        image[d], options.strides[d]
                    )));
                }
            };
            if image[d] == 0 || result[d] == 0 {
                return Err(Error::shape(format!(
                    "{op} of {} pixels ({x}) with a kernel of {reach} gives none; use more pixels, or an output padding",
                    image[d]
                )));
            }
        }
        Ok((image_shape(x[0], result, filters), dtype).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let result = pixels(&expected[0].shape);
        let geometry = self.0.geometry(&inputs[0], &inputs[1], result)?;
        Ok(input_gradient(&geometry, inputs, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (x, kernel, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        let result = pixels(up.raw_shape());
        let geometry = self.0.geometry(x, kernel, result)?;
        let size = std::array::from_fn(|d| kernel.raw_shape()[d]);
        let options = self.0.convolution(size, pixels(x.raw_shape()), result);
        Ok(vec![
            at.when(0, || apply(Conv(options), &[up.clone(), kernel.clone()])),
            at.when(1, || {
                let op = KernelGradient {
                    geometry,
                    options,
                    shape: *kernel.raw_shape(),
                };
                apply(op, &[up.clone(), x.clone()])
            }),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

fn fits(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::same_floats(inputs, 2)
}

impl<const N: usize> ConvTransposeOptions<N> {
    fn read(a: &Attributes) -> Result<ConvTransposeOptions<N>>
    where
        [usize; N]: Setting,
    {
        Ok(ConvTransposeOptions {
            strides: a.get("strides")?,
            padding: a.get("padding")?,
            output_padding: a.get("output_padding")?,
            dilation: a.get("dilation")?,
        })
    }
}

by_name!("conv1d_transpose", fits, |a| ConvTranspose(
    ConvTransposeOptions::<1>::read(a)?
));
by_name!("conv2d_transpose", fits, |a| ConvTranspose(
    ConvTransposeOptions::<2>::read(a)?
));
by_name!("conv3d_transpose", fits, |a| ConvTranspose(
    ConvTransposeOptions::<3>::read(a)?
));

/// The transposed convolution of sequences, images or volumes, as Keras's `ops.conv_transpose`: every pixel of the image adds its
/// kernel, scaled, to the result, `strides` pixels from the next one's. It is the gradient of [`crate::ops::conv`] with respect to its
/// image.
///
/// Shapes: `[batch, …, channels]` with one to three axes of pixels; kernel `[…, filters, channels]`; the result `[batch, …, filters]` has
/// `(n − 1)·stride + max(reach, stride)` pixels along an axis of `n` with [`Padding::Valid`], `n·stride` with [`Padding::Same`], or what
/// [`ConvTransposeOptions::output_padding`] says. Channels that do not agree, and an output padding of a stride or more, are errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::{ConvTransposeOptions, conv_transpose}};
/// let (x, kernel) = (Tensor::from([1.0_f32, 2.0]).reshape([1, 2, 1]), Tensor::from([1.0_f32, 10.0, 100.0]).reshape([3, 1, 1]));
/// let twice = ConvTransposeOptions { strides: [2], ..ConvTransposeOptions::new(Padding::Valid) };
/// assert_eq!(conv_transpose(&x, &kernel, twice).to_vec::<f32>()?, [1.0, 10.0, 102.0, 20.0, 200.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn conv_transpose<const N: usize>(
    x: &Tensor,
    kernel: impl Operand,
    options: ConvTransposeOptions<N>,
) -> Tensor {
    apply(
        ConvTranspose(options),
        &[x.clone(), kernel.operand(x.dtype())],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradient;
    use crate::{DType, UNKNOWN};

    fn options<const N: usize>(padding: Padding, strides: [usize; N]) -> ConvTransposeOptions<N> {
        ConvTransposeOptions {
            strides,
            ..ConvTransposeOptions::new(padding)
        }
    }

    #[test]
    fn sizes_are_keras() {
        // keras.layers.Conv1DTranspose(1, kernel, strides, padding, output_padding=...).compute_output_shape
        for (padding, n, kernel, stride, more, dilation, expected) in [
            (Padding::Valid, 5, 3, 2, None, 1, 11),
            (Padding::Valid, 5, 2, 3, None, 1, 15),
            (Padding::Valid, 5, 3, 2, Some(1), 1, 12),
            (Padding::Valid, 5, 3, 1, None, 2, 9),
            (Padding::Same, 5, 3, 2, None, 1, 10),
            (Padding::Same, 5, 1, 3, None, 1, 15),
            (Padding::Same, 5, 3, 2, Some(0), 1, 9),
            (Padding::Same, 5, 2, 2, Some(1), 1, 9),
            (Padding::Same, 5, 3, 1, None, 3, 5),
        ] {
            let options = ConvTransposeOptions {
                strides: [stride],
                padding,
                output_padding: more.map(|more| [more]),
                dilation: [dilation],
            };
            let y = conv_transpose(
                &Tensor::ones([2, n, 3]),
                Tensor::ones([kernel, 4, 3]),
                options,
            );
            assert_eq!(y.shape(), [2, expected, 4], "{options:?}");
            assert!(y.to_vec::<f32>().unwrap().iter().all(|v| *v >= 0.0));
        }
    }

    #[test]
    fn open_sizes_stay_open() {
        let x = Tensor::abstract_of([UNKNOWN, UNKNOWN, 7, 3], DType::F32);
        let y = conv_transpose(
            &x,
            Tensor::zeros([3, 3, 8, 3]),
            options(Padding::Same, [2, 2]),
        );
        assert_eq!(y.shape().to_string(), "[_, _, 14, 8]");
    }

    #[test]
    fn errors_say_what_does_not_fit() {
        let message = |x: &[usize], kernel: &[usize], options: ConvTransposeOptions<1>| {
            conv_transpose(&Tensor::ones(x), Tensor::ones(kernel), options)
                .into_result()
                .unwrap_err()
                .to_string()
        };
        let valid = options(Padding::Valid, [2]);
        let e = message(&[2, 5], &[3, 4, 5], valid);
        assert!(
            e.contains("conv1d_transpose expects rank 3 [batch, time, channels], found rank 2"),
            "{e}"
        );
        let e = message(&[2, 5, 3], &[3, 4, 5], valid);
        assert!(e.contains("takes 5 channels, found 3 in [2, 5, 3]"), "{e}");
        let e = message(&[2, 5, 3], &[3, 3], valid);
        assert!(e.contains("the kernel of conv1d_transpose expects rank 3 [width, filters, channels], found rank 2"), "{e}");
        let more = ConvTransposeOptions {
            output_padding: Some([2]),
            ..valid
        };
        let e = message(&[2, 5, 3], &[3, 4, 3], more);
        assert!(e.contains("an output padding below [2], found [2]"), "{e}");
        let e = message(&[2, 5, 3], &[3, 4, 3], options(Padding::Causal, [1]));
        assert!(e.contains("has no causal padding"), "{e}");
        for n in [usize::MAX, 1 << 40, 1 << 62] {
            let absurd = [
                options(Padding::Valid, [n]),
                ConvTransposeOptions {
                    dilation: [n],
                    ..valid
                },
            ];
            for options in absurd {
                let e = message(&[2, 5, 3], &[3, 4, 3], options);
                assert!(e.contains("a dimension of a tensor is below"), "{e}");
            }
        }
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| conv_transpose(&x[0], &x[1], options(Padding::Valid, [2])),
            &[&[2, 3, 2], &[3, 3, 2]],
        );
        let more = ConvTransposeOptions {
            output_padding: Some([1, 0]),
            ..options(Padding::Same, [2, 1])
        };
        check_gradient(
            |x| conv_transpose(&x[0], &x[1], more),
            &[&[1, 2, 3, 2], &[3, 2, 1, 2]],
        );
        check_gradient(
            |x| conv_transpose(&x[0], &x[1], options(Padding::Valid, [3, 1])),
            &[&[1, 2, 3, 1], &[2, 2, 2, 1]],
        );
        let dilated = ConvTransposeOptions {
            dilation: [2, 1, 2],
            ..options(Padding::Same, [1, 1, 1])
        };
        check_gradient(
            |x| conv_transpose(&x[0], &x[1], dilated),
            &[&[1, 2, 2, 3, 1], &[2, 1, 2, 2, 1]],
        );
    }
}
