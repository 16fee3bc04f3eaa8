//! Images of another size: every pixel of the result is interpolated between its neighbours along one axis after the other.

use crate::graph::apply::apply;
use crate::graph::attributes::{Attribute, Attributes, Setting};
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::{Error, Result, Tensor, dim_times, too_long, with_float};
use nn_kernels::math::Float;
use nn_kernels::memory;
use nn_kernels::resample::{Neighbours, resample};
use std::f64::consts::PI;

/// How the numbers between pixels are found, by the names that Keras has for them.
///
/// The centre of pixel `i` of `m` lies at `(i + ½)·n/m − ½` between those of `n`. Each neighbour has the weight of a curve at its distance
/// from there; neighbours beyond the image take no part, and the weights are divided by their sum.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Interpolation {
    /// The pixel at `⌊(i + ½)·n/m⌋`.
    #[default]
    Nearest,
    /// A straight line to both neighbours.
    Bilinear,
    /// The cubic of Keys (1981) with a = −½, over four neighbours.
    Bicubic,
    /// The windowed sine of Lanczos with a radius of three pixels.
    Lanczos3,
    /// The windowed sine of Lanczos with a radius of five pixels.
    Lanczos5,
}

crate::spelled!(Interpolation);

impl Interpolation {
    const ALL: [(Interpolation, &'static str); 5] = [
        (Interpolation::Nearest, "nearest"),
        (Interpolation::Bilinear, "bilinear"),
        (Interpolation::Bicubic, "bicubic"),
        (Interpolation::Lanczos3, "lanczos3"),
        (Interpolation::Lanczos5, "lanczos5"),
    ];

    /// From where on the weights are 0.
    fn radius(self) -> f64 {
        match self {
            Interpolation::Nearest => 0.5,
            Interpolation::Bilinear => 1.0,
            Interpolation::Bicubic => 2.0,
            Interpolation::Lanczos3 => 3.0,
            Interpolation::Lanczos5 => 5.0,
        }
    }

    /// The weight of a neighbour at a distance of at least 0.
    fn weight(self, x: f64) -> f64 {
        let radius = self.radius();
        if x >= radius {
            return 0.0;
        }
        match self {
            Interpolation::Nearest => 1.0,
            Interpolation::Bilinear => 1.0 - x,
            Interpolation::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Interpolation::Bicubic => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            // The limit, near which sines cancel.
            _ if x <= 1e-3 => 1.0,
            _ => radius * (PI * x).sin() * (PI * x / radius).sin() / (PI * PI * x * x),
        }
    }

    /// The neighbours of each of `m` pixels on an axis of `n`. With `antialias` a pixel of a smaller image is made of all those that it
    /// stands for: the curve is as much wider.
    fn neighbours<T: Float>(self, n: usize, m: usize, antialias: bool) -> Neighbours<T> {
        if self == Interpolation::Nearest {
            // ⌊(i + ½)·n/m⌋ in whole numbers.
            let nearest = |i: usize| (2 * i as u128 + 1) * n as u128 / (2 * m as u128);
            return Neighbours::new(n, (0..m).map(|i| (nearest(i) as usize, Some(1.0))));
        }
        let scale = n as f64 / m as f64;
        let wide = if antialias { scale.max(1.0) } else { 1.0 };
        let reach = self.radius() * wide;
        let of = |i: usize| {
            let at = (i as f64 + 0.5) * scale - 0.5;
            let first = (at - reach).ceil().max(0.0) as usize;
            let last = ((at + reach).floor().max(0.0) as usize).min(n - 1);
            let weight = move |j: usize| self.weight((at - j as f64).abs() / wide);
            let sum: f64 = (first..=last).map(weight).sum();
            (first, (first..=last).map(move |j| weight(j) / sum))
        };
        Neighbours::new(n, (0..m).map(of))
    }
}

impl Setting for Interpolation {
    fn to_attribute(&self) -> Attribute {
        let named = Interpolation::ALL.iter().find(|(value, _)| value == self);
        Attribute::Text(named.expect("all of them have names").1.to_string())
    }

    fn from_attribute(attribute: &Attribute) -> Option<Interpolation> {
        let Attribute::Text(text) = attribute else {
            return None;
        };
        let named = Interpolation::ALL.iter().find(|(_, name)| name == text);
        named.map(|(value, _)| *value)
    }
}

/// How many pixels an axis is to have.
#[derive(Clone, Copy)]
enum NewSize {
    To(usize),
    /// So many times those that it has.
    Times(usize),
}

/// Along one axis.
#[derive(Clone, Copy)]
struct Resize {
    axis: usize,
    size: NewSize,
    interpolation: Interpolation,
    antialias: bool,
}

/// What every pixel of the result gives back to an axis of `n` pixels.
struct ResizeGradient {
    resize: Resize,
    n: usize,
}

impl Resize {
    /// How many pixels `n` become.
    fn size(&self, n: usize) -> Option<usize> {
        match self.size {
            NewSize::To(size) => Some(size),
            NewSize::Times(times) => dim_times(n, times),
        }
    }

    fn neighbours<T: Float>(&self, n: usize, m: usize) -> Neighbours<T> {
        self.interpolation.neighbours(n, m, self.antialias)
    }
}

impl Op for Resize {
    fn name(&self) -> &'static str {
        "resize"
    }

    fn attributes(&self) -> Attributes {
        let all = Attributes::new().with("axis", &self.axis);
        let all = match self.size {
            NewSize::To(size) => all.with("size", &size),
            NewSize::Times(times) => all.with("times", &times),
        };
        all.with("interpolation", &self.interpolation)
            .with("antialias", &self.antialias)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (shape, dtype) = (inputs[0].raw_shape(), inputs[0].dtype());
        if !dtype.is_float() {
            return Err(Error::needs_float("resize", dtype));
        }
        let n = shape[self.axis];
        match self.size(n) {
            Some(m) if m > 0 && n > 0 => Ok((shape.with(self.axis, m), dtype).into()),
            Some(m) => Err(Error::value(format!(
                "resize makes pixels of pixels: axis {} of {shape} has {n} and would have {m}",
                self.axis
            ))),
            None => Err(too_long(format_args!(
                "axis {} of {shape} resized",
                self.axis
            ))),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (n, inner) = along(&inputs[0], self.axis);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let by = self.neighbours(n, shape[self.axis]);
                resample(inputs[0].data(), inner, &by, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = ResizeGradient {
            resize: *self,
            n: at.inputs[0].raw_shape()[self.axis],
        };
        Ok(vec![Some(apply(op, std::slice::from_ref(at.upstream())))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::float(a, inputs)?;
    by_name::has_axis(inputs[0].raw_shape(), a.get("axis")?)
}

by_name!("resize", fits, |a| Resize {
    axis: a.get("axis")?,
    size: match a.find("size") {
        Some(_) => NewSize::To(a.get("size")?),
        None => NewSize::Times(a.get("times")?),
    },
    interpolation: a.get("interpolation")?,
    antialias: a.get("antialias")?
});

/// The size of an axis, and of all that is behind it.
fn along(x: &Tensor, axis: usize) -> (usize, usize) {
    let dims = x.raw_shape();
    (dims[axis], dims[axis + 1..].iter().product())
}

impl Op for ResizeGradient {
    fn name(&self) -> &'static str {
        "resize_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape().with(self.resize.axis, self.n);
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (m, inner) = along(&inputs[0], self.resize.axis);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let by = self.resize.neighbours(self.n, m).transposed();
                resample(inputs[0].data(), inner, &by, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let up = std::slice::from_ref(at.upstream());
        Ok(vec![Some(apply(self.resize, up))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// Images of another size, as Keras's `ops.image.resize`.
///
/// Shapes: `[batch, height, width, channels]` to the same with `size` `[height, width]`, and one image, `[height, width, channels]`, too.
/// `antialias` has no effect on larger images, nor with [`Interpolation::Nearest`]. Another rank, and sizes of 0, are errors.
///
/// ```
/// use nn::{Tensor, ops::{Interpolation, resize}};
/// let x = Tensor::from([0.0_f32, 4.0]).reshape([1, 1, 2, 1]);
/// let y = resize(&x, [1, 4], Interpolation::Bilinear, false);
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 1.0, 3.0, 4.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn resize(
    x: &Tensor,
    size: [usize; 2],
    interpolation: Interpolation,
    antialias: bool,
) -> Tensor {
    let sizes = size.map(NewSize::To);
    match x.raw_shape().rank() {
        3 => resized(&x.expand_dims(0), sizes, interpolation, antialias).squeeze(0),
        _ => resized(x, sizes, interpolation, antialias),
    }
}

/// Every pixel repeated `size` times along each axis, or interpolated to as many, as Keras's `UpSampling1D`, `UpSampling2D` and
/// `UpSampling3D`.
///
/// Shapes: `[batch, …, channels]` with one to three axes of pixels, each `size` times as long. Another rank and sizes of 0 are errors.
///
/// ```
/// use nn::{Tensor, ops::{Interpolation, up_sampling}};
/// let x = Tensor::from([1.0_f32, 2.0]).reshape([1, 2, 1]);
/// let y = up_sampling(&x, [3], Interpolation::Nearest);
/// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn up_sampling<const N: usize>(
    x: &Tensor,
    size: [usize; N],
    interpolation: Interpolation,
) -> Tensor {
    resized(x, size.map(NewSize::Times), interpolation, false)
}

/// That there is memory for the whole result: made axis by axis, most of it would be there before the last one is refused.
fn check_memory(x: &Tensor, sizes: &[NewSize]) -> Result<()> {
    let mut output = *x.raw_shape();
    for (size, axis) in sizes.iter().zip(1..) {
        let n = output[axis];
        let m = match size {
            NewSize::To(size) => Some(*size),
            NewSize::Times(times) => dim_times(n, *times),
        };
        match m {
            Some(m) => output = output.with(axis, m),
            // The axis says what is wrong with it.
            None => return Ok(()),
        }
    }
    let bytes = output.num_elements().saturating_mul(x.dtype().size());
    if output.is_known()
        && let Err(refused) = memory::room::<u8>(bytes)
    {
        return Err(Error::value(format!(
            "resize makes {output} of {}: {refused}; use a smaller `size` or smaller batches",
            x.raw_shape()
        )));
    }
    Ok(())
}

#[track_caller]
fn resized<const N: usize>(
    x: &Tensor,
    sizes: [NewSize; N],
    interpolation: Interpolation,
    antialias: bool,
) -> Tensor {
    if x.error().is_some() {
        return x.clone();
    }
    if let Err(error) = super::padding::check_image::<N>("resize", x.raw_shape()) {
        return fail("resize", error);
    }
    if let Err(error) = check_memory(x, &sizes) {
        return fail("resize", error);
    }
    let mut y = x.clone();
    for (size, axis) in sizes.into_iter().zip(1..) {
        if !matches!(size, NewSize::Times(1)) {
            let op = Resize {
                axis,
                size,
                interpolation,
                antialias,
            };
            y = apply(op, &[y]);
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, UNKNOWN};

    fn line(values: &[f32]) -> Tensor {
        Tensor::from_vec(values.to_vec(), [1, 1, values.len(), 1])
    }

    #[test]
    fn one_image_needs_no_batch() {
        let x = Tensor::random_normal([3, 4, 2]);
        let [one, batch] = [x.clone(), x.expand_dims(0)]
            .map(|x| resize(&x, [5, 2], Interpolation::Bilinear, true));
        assert_eq!(
            (one.shape(), batch.shape()),
            ([5, 2, 2].into(), [1, 5, 2, 2].into())
        );
        assert_eq!(one.data::<f32>(), batch.data::<f32>());
        let e = resize(
            &Tensor::zeros([2, 2]),
            [1, 1],
            Interpolation::Nearest,
            false,
        );
        assert!(e.error().is_some());
    }

    #[test]
    fn interpolates_as_jax() {
        let x = line(&[1.0, 4.0, 2.0]);
        for (interpolation, larger, smaller, twice) in EXPECTED {
            let y = resize(&x, [1, 5], interpolation, false);
            assert_close(&y, &line(&larger), 1e-6);
            let y = resize(&x, [1, 2], interpolation, true);
            assert_close(&y, &line(&smaller), 1e-6);
            let y = up_sampling(&x, [1, 2], interpolation);
            assert_close(&y, &line(&twice), 1e-6);
        }
    }

    type Rows = (Interpolation, [f32; 5], [f32; 2], [f32; 6]);

    /// Of 1, 4, 2 with Keras 3.15 on JAX: `ops.image.resize` to (1, 5), to (1, 2) with `antialias`, and `UpSampling2D((1, 2))`.
    #[allow(clippy::excessive_precision)] // As Keras printed them.
    const EXPECTED: [Rows; 5] = [
        (
            Interpolation::Nearest,
            [1.0, 1.0, 4.0, 2.0, 2.0],
            [1.0, 2.0],
            [1.0, 1.0, 4.0, 4.0, 2.0, 2.0],
        ),
        (
            Interpolation::Bilinear,
            [1.0, 2.2, 4.0, 2.8, 2.0],
            [2.125, 2.75],
            [1.0, 1.75, 3.25, 3.5, 2.5, 2.0],
        ),
        (
            Interpolation::Bicubic,
            [0.7735852, 2.1417911, 4.0, 2.8358207, 1.849057],
            [2.1300159, 2.8202248],
            [
                0.7352942, 1.6131387, 3.4732823, 3.7633588, 2.4452555, 1.8235296,
            ],
        ),
        (
            Interpolation::Lanczos3,
            [0.61034465, 2.1910467, 4.0, 2.9650326, 1.6856761],
            [2.1828966, 2.908946],
            [
                0.5317783, 1.6799101, 3.4696956, 3.8620124, 2.556696, 1.6242926,
            ],
        ),
        (
            Interpolation::Lanczos5,
            [0.5724466, 2.2184293, 4.0, 3.0569129, 1.5967314],
            [2.2056649, 2.9464312],
            [
                0.4822778, 1.7056204, 3.4694004, 3.9102209, 2.6310246, 1.5100447,
            ],
        ),
    ];

    #[test]
    fn open_sizes_stay_open_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, UNKNOWN, 7, 3], DType::F32);
        let y = up_sampling(&x, [2, 3], Interpolation::Bilinear);
        assert_eq!(y.shape().to_string(), "[_, _, 21, 3]");
        let y = resize(&x, [5, 6], Interpolation::Nearest, false);
        assert_eq!(y.shape().to_string(), "[_, 5, 6, 3]");
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let e = message(up_sampling(&x, [0, 1], Interpolation::Nearest));
        assert!(
            e.contains("axis 1 of [_, _, 7, 3] has _ and would have 0")
                || e.contains("would have 0"),
            "{e}"
        );
        let e = message(up_sampling(&x, [2], Interpolation::Nearest));
        assert!(
            e.contains("resize expects rank 3 [batch, time, channels], found rank 4"),
            "{e}"
        );
        for n in [usize::MAX, 1 << 40, 1 << 62] {
            let x = Tensor::ones([1, 2, 2, 1]);
            let e = message(up_sampling(&x, [n, 1], Interpolation::Nearest));
            assert!(e.contains("below 2³⁴"), "{e}");
            let e = message(resize(&x, [n, 1], Interpolation::Bicubic, false));
            assert!(e.contains("below 2³⁴"), "{e}");
        }
    }

    #[test]
    fn the_whole_result_is_refused_before_a_part_of_it_is_made() {
        // One axis alone would be 4 GB.
        let n = 1 << 30;
        let x = Tensor::ones([1, 1, 1, 1]);
        for y in [
            up_sampling(&x, [n, n], Interpolation::Nearest),
            resize(&x, [n, n], Interpolation::Bilinear, false),
        ] {
            let e = y.into_result().unwrap_err().to_string();
            assert!(
                e.contains("resize makes [1, 1073741824, 1073741824, 1] of [1, 1, 1, 1]"),
                "{e}"
            );
            assert!(e.contains("use a smaller `size`"), "{e}");
        }
    }

    #[test]
    fn gradient() {
        for (interpolation, _) in Interpolation::ALL {
            check_gradient(
                |x| up_sampling(&x[0], [2, 3], interpolation).square(),
                &[&[1, 2, 3, 2]],
            );
            check_gradient(
                |x| resize(&x[0], [3, 2], interpolation, true).square(),
                &[&[1, 5, 4, 1]],
            );
        }
        check_gradient(
            |x| up_sampling(&x[0], [2, 1, 2], Interpolation::Nearest).square(),
            &[&[1, 2, 2, 2, 1]],
        );
    }
}
