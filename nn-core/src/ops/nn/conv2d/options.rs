//! The settings of a convolution, and the sizes that follow from them.

use crate::graph::attributes::Attributes;
use crate::ops::nn::padding::Windows;
use crate::{Error, Padding, Result, Shape, is_known};
use nn_kernels::conv;

/// The settings of [`crate::ops::conv2d`]; pairs are (vertical, horizontal).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conv2dOptions {
    /// Pixels of the image from one pixel of the result to the next, at least 1.
    pub strides: [usize; 2],
    /// What the kernel may cover beyond the image.
    pub padding: Padding,
    /// Zeros added to the image ahead of the padding: rows above and below, columns left and right.
    pub border: [[usize; 2]; 2],
    /// Pixels of the image from one tap of the kernel to the next, at least 1.
    pub dilation: [usize; 2],
    /// Groups of channels that do not see each other; divides channels and filters.
    pub groups: usize,
}

impl Conv2dOptions {
    /// Strides and dilation 1, no border, one group.
    pub const fn new(padding: Padding) -> Conv2dOptions {
        Conv2dOptions {
            strides: [1, 1],
            padding,
            border: [[0, 0], [0, 0]],
            dilation: [1, 1],
            groups: 1,
        }
    }

    pub(super) fn attributes(&self) -> Attributes {
        let all = Attributes::new()
            .with("strides", &self.strides)
            .with("padding", &self.padding)
            .with("dilation", &self.dilation)
            .with("groups", &self.groups);
        match self.border {
            [[0, 0], [0, 0]] => all,
            border => all.with("border", &border),
        }
    }

    pub(super) const fn windows(&self, kernel: [usize; 2]) -> Windows {
        let Conv2dOptions {
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
    pub(crate) fn geometry(&self, x: &Shape, kernel: &Shape, y: &Shape) -> Result<conv::Conv2d> {
        let sizes = conv::Sizes {
            batch: x[0],
            height: x[1],
            width: x[2],
            in_channels: x[3],
            out_channels: kernel[3],
            kernel: [kernel[0], kernel[1]],
            strides: self.strides,
            dilation: self.dilation,
            pad_before: self.windows([kernel[0], kernel[1]]).before([x[1], x[2]]),
            groups: self.groups,
            out_height: y[1],
            out_width: y[2],
        };
        conv::Conv2d::new(sizes).map_err(Error::shape)
    }
}

impl Default for Conv2dOptions {
    /// `Padding::Valid`, strides and dilation 1, no border, one group.
    fn default() -> Conv2dOptions {
        Conv2dOptions::new(Padding::Valid)
    }
}

/// The shape of [`crate::ops::conv2d`]'s result, known to the compiler too; dimensions may be [`crate::UNKNOWN`].
///
/// `None` if the shapes do not fit: ranks other than 4, channels that do not agree, or no pixel left.
///
/// ```
/// use nn_core::{Padding, Shape, UNKNOWN, ops::{Conv2dOptions, conv2d_shape}};
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
