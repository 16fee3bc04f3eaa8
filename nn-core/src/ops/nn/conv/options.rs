//! The settings of a convolution, and the sizes that follow from them.

use crate::graph::attributes::{Attributes, Setting};
use crate::ops::nn::padding::{Windows, pixels};
use crate::{Error, Padding, Result, Shape, is_known};
use nn_kernels::conv;

/// The settings of [`crate::ops::conv`] along `N` axes: 1 for sequences, 2 for images (vertical, horizontal), 3 for volumes (depth,
/// height, width).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConvOptions<const N: usize> {
    /// Pixels of the image from one pixel of the result to the next, at least 1.
    pub strides: [usize; N],
    /// What the kernel may cover beyond the image.
    pub padding: Padding,
    /// Zeros added to the image ahead of the padding, before and after each axis: rows above and below, columns left and right.
    pub border: [[usize; 2]; N],
    /// Pixels of the image from one tap of the kernel to the next, at least 1.
    pub dilation: [usize; N],
    /// Groups of channels that do not see each other; divides channels and filters.
    pub groups: usize,
}

/// The settings of a convolution of images.
pub type Conv2dOptions = ConvOptions<2>;

impl<const N: usize> ConvOptions<N> {
    /// Strides and dilation 1, no border, one group.
    pub const fn new(padding: Padding) -> ConvOptions<N> {
        ConvOptions {
            strides: [1; N],
            padding,
            border: [[0, 0]; N],
            dilation: [1; N],
            groups: 1,
        }
    }

    pub(super) fn attributes(&self) -> Attributes {
        let all = Attributes::new()
            .with("strides", &self.strides)
            .with("padding", &self.padding)
            .with("dilation", &self.dilation)
            .with("groups", &self.groups);
        match self.border == [[0, 0]; N] {
            true => all,
            false => all.with("border", &self.border),
        }
    }

    /// What [`ConvOptions::attributes`] wrote.
    ///
    /// # Errors
    /// A setting that is missing or of another type.
    pub(super) fn read(a: &Attributes) -> Result<ConvOptions<N>>
    where
        [usize; N]: Setting,
        [[usize; 2]; N]: Setting,
    {
        Ok(ConvOptions {
            strides: a.get("strides")?,
            padding: a.get("padding")?,
            border: match a.find("border") {
                Some(_) => a.get("border")?,
                None => [[0, 0]; N],
            },
            dilation: a.get("dilation")?,
            groups: a.get("groups")?,
        })
    }

    pub(super) const fn windows(&self, kernel: [usize; N]) -> Windows<N> {
        let ConvOptions {
            strides,
            padding,
            border,
            dilation,
            ..
        } = *self;
        Windows {
            size: kernel,
            strides,
            dilation,
            border,
            padding,
        }
    }

    /// All sizes, given the shapes of image, kernel and result, which fit and are known.
    ///
    /// # Errors
    /// When they are too large to compute with.
    pub(crate) fn geometry(&self, x: &Shape, kernel: &Shape, y: &Shape) -> Result<conv::Conv3d> {
        let image: [usize; N] = pixels(x);
        let size: [usize; N] = std::array::from_fn(|d| kernel[d]);
        let before = self.windows(size).before(image);
        let channels = [x[N + 1], kernel[N + 1]];
        self.placed(x[0], channels, size, image, before, pixels(y))
    }

    /// All sizes of a convolution whose first windows lie `before` pixels before the image.
    pub(super) fn placed(
        &self,
        batch: usize,
        [in_channels, out_channels]: [usize; 2],
        kernel: [usize; N],
        image: [usize; N],
        before: [usize; N],
        result: [usize; N],
    ) -> Result<conv::Conv3d> {
        // Sequences are images one pixel high, and both are volumes one pixel deep.
        let pair = |of: [usize; N], flat: usize| match N {
            1 => [flat, of[0]],
            _ => [of[N - 2], of[N - 1]],
        };
        let depth = |of: [usize; N], flat: usize| match N {
            3 => of[0],
            _ => flat,
        };
        let ([height, width], [out_height, out_width]) = (pair(image, 1), pair(result, 1));
        let sizes = conv::Sizes {
            batch,
            height,
            width,
            in_channels,
            out_channels,
            kernel: pair(kernel, 1),
            strides: pair(self.strides, 1),
            dilation: pair(self.dilation, 1),
            pad_before: pair(before, 0),
            groups: self.groups,
            out_height,
            out_width,
        };
        let along = conv::Depth {
            input: depth(image, 1),
            kernel: depth(kernel, 1),
            stride: depth(self.strides, 1),
            dilation: depth(self.dilation, 1),
            pad_before: depth(before, 0),
            output: depth(result, 1),
        };
        conv::Conv3d::new(sizes, along).map_err(Error::shape)
    }
}

impl<const N: usize> Default for ConvOptions<N> {
    /// `Padding::Valid`, strides and dilation 1, no border, one group.
    fn default() -> ConvOptions<N> {
        ConvOptions::new(Padding::Valid)
    }
}

/// The shape of [`crate::ops::conv2d`]'s result, known to the compiler too; dimensions may be [`crate::UNKNOWN`].
///
/// `None` if the shapes do not fit: ranks other than 4, channels that do not agree, or no pixel left.
///
/// ```
/// use nn::{Padding, Shape, UNKNOWN, ops::{Conv2dOptions, conv2d_shape}};
/// const Y: Option<Shape> = conv2d_shape(
///     &Shape::new(&[UNKNOWN, 28, 28, 1]),
///     &Shape::new(&[3, 3, 1, 32]),
///     &Conv2dOptions::new(Padding::Valid),
/// );
/// assert_eq!(Y.unwrap().to_string(), "[_, 26, 26, 32]");
/// ```
pub const fn conv2d_shape(x: &Shape, kernel: &Shape, options: &Conv2dOptions) -> Option<Shape> {
    let (x, kernel) = (x.dims(), kernel.dims());
    if x.len() != 4 || kernel.len() != 4 || options.groups == 0 {
        return None;
    }
    let (channels, taken, filters) = (x[3], kernel[2], kernel[3]);
    if is_known(channels) && is_known(taken) && channels != taken.saturating_mul(options.groups) {
        return None;
    }
    if is_known(filters) && filters % options.groups != 0 {
        return None;
    }
    match options.windows([kernel[0], kernel[1]]).count([x[1], x[2]]) {
        Some([height, width]) => Some(Shape::new(&[x[0], height, width, filters])),
        None => None,
    }
}
