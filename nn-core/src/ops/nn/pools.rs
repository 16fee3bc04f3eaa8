//! Where the windows of a pooling lie.

use super::padding::{Padding, Windows, check_image, image_shape, pixels};
use crate::graph::attributes::{Attributes, Setting};
use crate::{DType, Error, Result, Shape, Tensor};
use nn_kernels::pool;

/// The windows of a pooling along `N` axes.
#[derive(Clone, Copy)]
pub(crate) enum Pools<const N: usize> {
    /// Of one size, one stride apart.
    Windows(Windows<N>),
    /// So many along each axis that they share it evenly: of `m` on `n` pixels window `i` covers those from `⌊i·n/m⌋` up to `⌈(i+1)·n/m⌉`.
    Adaptive([usize; N]),
}

impl<const N: usize> Pools<N> {
    pub const fn windows(size: [usize; N], strides: [usize; N], padding: Padding) -> Pools<N> {
        Pools::Windows(Windows {
            size,
            strides,
            dilation: [1; N],
            border: [[0, 0]; N],
            padding,
        })
    }

    /// One of the names for windows along one, two or three axes, and for adaptive ones.
    pub fn name(&self, [windows, adaptive]: [[&'static str; 3]; 2]) -> &'static str {
        match self {
            Pools::Windows(_) => windows[N - 1],
            Pools::Adaptive(_) => adaptive[N - 1],
        }
    }

    /// The settings, by name and value.
    pub fn attributes(&self) -> Attributes {
        match self {
            Pools::Windows(windows) => windows.attributes(),
            Pools::Adaptive(size) => Attributes::new().with("output_size", size),
        }
    }

    /// What [`Pools::attributes`] wrote.
    ///
    /// # Errors
    /// A setting that is missing or of another type, and windows with a border or with gaps, which poolings do not have.
    pub fn read(a: &Attributes) -> Result<Pools<N>>
    where
        [usize; N]: Setting,
    {
        if a.find("output_size").is_some() {
            return Ok(Pools::Adaptive(a.get("output_size")?));
        }
        match a.get::<[usize; N]>("dilation")? == [1; N] && a.find("border").is_none() {
            true => Ok(Pools::windows(
                a.get("size")?,
                a.get("strides")?,
                a.get("padding")?,
            )),
            false => Err(Error::value(
                "the windows of a pooling have neither a border nor gaps",
            )),
        }
    }

    /// The type that holds every cell of a window. How many cells adaptive windows have follows from the image.
    pub fn cells(&self) -> DType {
        match self {
            Pools::Windows(windows)
                if windows
                    .size
                    .iter()
                    .fold(1, |n: usize, &size| n.saturating_mul(size))
                    <= 256 =>
            {
                DType::U8
            }
            _ => DType::I64,
        }
    }

    /// Shape and element type of the result.
    pub fn pooled(&self, op: &str, x: &Tensor) -> Result<(Shape, DType)> {
        let shape = x.raw_shape();
        check_image::<N>(op, shape)?;
        if !x.dtype().is_float() {
            return Err(Error::needs_float(op, x.dtype()));
        }
        let count = match self {
            Pools::Windows(windows) => windows.checked_count(op, shape)?,
            Pools::Adaptive(size) => {
                let image: [usize; N] = pixels(shape);
                if size.contains(&0) || image.contains(&0) {
                    return Err(Error::value(format!(
                        "{op} needs at least one pixel each way to come from and to go to, found {image:?} and {size:?}"
                    )));
                }
                *size
            }
        };
        Ok((image_shape(shape[0], count, shape[N + 1]), x.dtype()))
    }

    /// The windows as the kernels take them, on images of shape `x`, with results of shape `y`.
    pub fn placed(&self, x: &Shape, y: &Shape) -> pool::Windows {
        let (input, output): ([usize; N], [usize; N]) = (pixels(x), pixels(y));
        let (kernel, stride, pad) = match self {
            Pools::Windows(windows) => {
                // A stride beyond the image leaves one window, as one of its size does, and cannot be counted with.
                let stride = std::array::from_fn(|d| windows.strides[d].min(input[d].max(1)));
                (windows.size, stride, windows.before(input))
            }
            Pools::Adaptive(_) => {
                let most = std::array::from_fn(|d| pool::most_pixels(input[d], output[d]));
                (most, [1; N], [0; N])
            }
        };
        pool::Windows {
            batch: x[0],
            input: deep(input, 1),
            output: deep(output, 1),
            channels: x[N + 1],
            kernel: deep(kernel, 1),
            stride: deep(stride, 1),
            pad: deep(pad, 0),
            adaptive: matches!(self, Pools::Adaptive(_)),
        }
    }
}

/// Sizes along three axes, those that are not there being `flat`.
fn deep<const N: usize>(sizes: [usize; N], flat: usize) -> [usize; 3] {
    let mut all = [flat; 3];
    all[3 - N..].copy_from_slice(&sizes);
    all
}
