//! Fourier transforms. Complex numbers are pairs of tensors, real and imaginary parts, as in Keras.

use crate::graph::apply::apply_all;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::elementwise::floats;
use crate::ops::fail::fail;
use crate::ops::shape::concatenate;
use crate::{DType, Error, Result, Shape, Tensor, is_known};
use nn_kernels::buffer::Buffer;

/// Of real and imaginary parts, along the last axis; `inverse` without a factor.
struct Fft {
    inverse: bool,
}

impl Op for Fft {
    fn name(&self) -> &'static str {
        "fft"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("inverse", &self.inverse)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (a, b) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        match a == b && a.rank() > 0 {
            true => Ok(Outputs::Many(vec![
                Spec::of(&inputs[0]),
                Spec::of(&inputs[1]),
            ])),
            false => Err(Error::shape(format!(
                "a Fourier transform needs real and imaginary parts of one shape with an axis, found {a} and {b}"
            ))),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        check_work(shape)?;
        let [real, imaginary] = [0, 1].map(|i| inputs[i].cast(DType::F64).to_vec::<f64>());
        let (mut real, mut imaginary) = (real?, imaginary?);
        nn_kernels::fft::transform(&mut real, &mut imaginary, shape.dim(-1)?, self.inverse);
        let parts = [real, imaginary].map(|part| Tensor::from_vec(part, shape).cast(dtype));
        Ok(Outputs::Many(parts.into()))
    }

    /// The transform is linear, and its adjoint the other direction.
    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = Fft {
            inverse: !self.inverse,
        };
        let upstreams = [at.upstream_or_zeros(0), at.upstream_or_zeros(1)];
        let [real, imaginary] = apply_all(op, &upstreams).into_array();
        Ok(vec![Some(real), Some(imaginary)])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        2
    }
}

/// An error if there is no memory for the work of a transform: two numbers of 64 bits for each of the parts', and what the kernel holds.
fn check_work(shape: Shape) -> Result<()> {
    let row = shape
        .last()
        .copied()
        .filter(|&row| is_known(row))
        .unwrap_or(1);
    let rows = shape.iter().rev().skip(1).filter(|&&d| is_known(d));
    let rows = rows.fold(1_usize, |count, &d| count.saturating_mul(d));
    let numbers = rows
        .saturating_mul(2)
        .saturating_add(10)
        .saturating_mul(row);
    Buffer::check(DType::F64, numbers).map_err(|refused| {
        Error::value(format!(
            "a Fourier transform of shape {shape} cannot be made: {refused}; use a smaller length or fewer rows"
        ))
    })
}

fn fits(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::same_floats(inputs, 2)
}

by_name!("fft", fits, |a| Fft {
    inverse: a.get("inverse")?
});

#[track_caller]
fn transform(real: &Tensor, imaginary: &Tensor, axis: isize, inverse: bool) -> [Tensor; 2] {
    let parts = floats(real, imaginary).map(|part| part.swapaxes(axis, -1));
    let parts: [Tensor; 2] = apply_all(Fft { inverse }, &parts).into_array();
    parts.map(|part| part.swapaxes(axis, -1))
}

/// The discrete Fourier transform along the last axis: `Σⱼ xⱼ e^(-2πi jk/n)`, of a real and an imaginary part to such.
///
/// ```
/// use nn::{Tensor, ops::fft, testing::assert_close};
/// let (real, imaginary) = fft(&Tensor::from([1.0_f64, 0.0, -1.0, 0.0]), &Tensor::from([0.0_f64; 4]));
/// assert_close(&real, &Tensor::from([0.0_f64, 2.0, 0.0, 2.0]), 1e-14);
/// assert_close(&imaginary, &Tensor::from([0.0_f64; 4]), 1e-14);
/// ```
#[track_caller]
pub fn fft(real: &Tensor, imaginary: &Tensor) -> (Tensor, Tensor) {
    let [real, imaginary] = transform(real, imaginary, -1, false);
    (real, imaginary)
}

/// The discrete Fourier transform over the last two axes, as [`fft`].
///
/// ```
/// use nn::{Tensor, ops::fft2, testing::assert_close};
/// let (real, _) = fft2(&Tensor::ones([2, 4]), &Tensor::zeros([2, 4]));
/// let expected = [[8.0_f32, 0.0, 0.0, 0.0], [0.0; 4]];
/// assert_close(&real, &Tensor::from(expected), 1e-6);
/// ```
#[track_caller]
pub fn fft2(real: &Tensor, imaginary: &Tensor) -> (Tensor, Tensor) {
    let [real, imaginary] = transform(real, imaginary, -1, false);
    let [real, imaginary] = transform(&real, &imaginary, -2, false);
    (real, imaginary)
}

/// What [`fft2`] turns back.
///
/// ```
/// use nn::{Tensor, ops::{fft2, ifft2}, testing::assert_close};
/// let x = Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]);
/// let (real, imaginary) = fft2(&x, &x.zeros_like());
/// assert_close(&ifft2(&real, &imaginary).0, &x, 1e-14);
/// ```
#[track_caller]
pub fn ifft2(real: &Tensor, imaginary: &Tensor) -> (Tensor, Tensor) {
    let [real, imaginary] = transform(real, imaginary, -1, true);
    let [real, imaginary] = transform(&real, &imaginary, -2, true);
    let count = |t: &Tensor| t.raw_shape().iter().rev().take(2).product::<usize>().max(1) as f64;
    (&real / count(&real), &imaginary / count(&imaginary))
}

/// The last axis cut or filled with zeros to a length.
fn resized(op: &'static str, x: &Tensor, n: Option<usize>) -> Result<Tensor> {
    let (shape, found) = (x.raw_shape(), x.raw_shape().last().copied());
    match (found, n) {
        _ if x.error().is_some() => x.clone().into_result(),
        (Some(now), n) if is_known(now) && n.unwrap_or(now) > 0 => {
            let n = n.unwrap_or(now);
            // What is cut or filled is transformed, for which less memory may be left than for filling it.
            check_work(shape.with(shape.rank() - 1, n))?;
            let mut around = vec![(0, 0); shape.rank()];
            around[shape.rank() - 1].1 = n.saturating_sub(now);
            x.slice_axis(-1, 0..n.min(now)).pad(around).into_result()
        }
        _ => Err(Error::shape(format!(
            "{op} needs a last axis of a known size and a length from 1 on, found {shape} and {n:?}"
        ))),
    }
}

/// The Fourier transform of real numbers along the last axis, without the second half, which mirrors the first: `[.., n]` to
/// `[.., n / 2 + 1]` each for real and imaginary part.
///
/// ```
/// use nn::{Tensor, ops::rfft, testing::assert_close};
/// let (real, imaginary) = rfft(&Tensor::from([1.0_f32, 2.0, 3.0, 4.0]));
/// assert_close(&real, &Tensor::from([10.0_f32, -2.0, -2.0]), 1e-6);
/// assert_close(&imaginary, &Tensor::from([0.0_f32, 2.0, 0.0]), 1e-6);
/// ```
#[track_caller]
pub fn rfft(x: &Tensor) -> (Tensor, Tensor) {
    transform_real(x, None)
}

/// As [`rfft`] of the last axis cut or filled with zeros to `fft_length`.
///
/// ```
/// use nn::{Tensor, ops::rfft_with, testing::assert_close};
/// let (real, _) = rfft_with(&Tensor::from([1.0_f32, 2.0]), 4);
/// assert_close(&real, &Tensor::from([3.0_f32, 1.0, -1.0]), 1e-6);
/// ```
#[track_caller]
pub fn rfft_with(x: &Tensor, fft_length: usize) -> (Tensor, Tensor) {
    transform_real(x, Some(fft_length))
}

#[track_caller]
fn transform_real(x: &Tensor, fft_length: Option<usize>) -> (Tensor, Tensor) {
    match resized("rfft", x, fft_length) {
        Ok(x) => {
            let (real, imaginary) = fft(&x, &x.zeros_like());
            let half = x.raw_shape().last().map_or(0, |n| n / 2 + 1);
            (
                real.slice_axis(-1, 0..half),
                imaginary.slice_axis(-1, 0..half),
            )
        }
        Err(error) => {
            let failed = fail("rfft", error);
            (failed.clone(), failed)
        }
    }
}

/// What [`rfft`] of an even length turns back: `2 (n - 1)` real numbers. The imaginary parts of the first number and of the last do not
/// count.
///
/// ```
/// use nn::{Tensor, ops::{irfft, rfft}, testing::assert_close};
/// let x = Tensor::from([1.0_f64, 5.0, 3.0, 4.0]);
/// let (real, imaginary) = rfft(&x);
/// assert_close(&irfft(&real, &imaginary), &x, 1e-14);
/// ```
#[track_caller]
pub fn irfft(real: &Tensor, imaginary: &Tensor) -> Tensor {
    let now = real.raw_shape().last().copied().unwrap_or(0);
    irfft_with(real, imaginary, 2 * now.max(1) - 2)
}

/// As [`irfft`] with `fft_length` real numbers, which may be odd: then the imaginary part of the last number counts.
///
/// ```
/// use nn::{Tensor, ops::{irfft_with, rfft}, testing::assert_close};
/// let x = Tensor::from([1.0_f64, 5.0, 3.0]);
/// let (real, imaginary) = rfft(&x);
/// assert_close(&irfft_with(&real, &imaginary, 3), &x, 1e-14);
/// ```
#[track_caller]
pub fn irfft_with(real: &Tensor, imaginary: &Tensor, fft_length: usize) -> Tensor {
    let n = fft_length.max(1);
    let half = n / 2 + 1;
    let whole = match real.raw_shape() {
        shape if shape.rank() > 0 => check_work(shape.with(shape.rank() - 1, n)),
        _ => Ok(()),
    };
    let both = whole
        .and_then(|()| resized("irfft", real, Some(half)))
        .and_then(|real| Ok((real, resized("irfft", imaginary, Some(half))?)));
    let (real, imaginary) = match both {
        Ok(both) => both,
        Err(error) => return fail("irfft", error),
    };
    // The second half mirrors the first: all but the first number, and for an even length the middle one.
    let mirrored = |part: &Tensor| part.slice_axis(-1, 1..n - n / 2).flip(-1);
    let single = imaginary.slice_axis(-1, 0..1).zeros_like();
    let middle = match n.is_multiple_of(2) && n > 1 {
        true => vec![
            single.clone(),
            imaginary.slice_axis(-1, 1..half - 1),
            single,
        ],
        false => vec![single, imaginary.slice_axis(-1, 1..half)],
    };
    let imaginary = concatenate(middle, -1);
    let whole = [
        concatenate([real.clone(), mirrored(&real)], -1),
        concatenate([imaginary.clone(), -mirrored(&imaginary)], -1),
    ];
    let [x, _] = transform(&whole[0], &whole[1], -1, true);
    x / n as f64
}

#[cfg(test)]
mod tests {
    use super::{fft, fft2, ifft2, irfft, irfft_with, rfft, rfft_with};
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor};

    #[test]
    fn there_and_back() {
        for n in [1, 2, 5, 8] {
            let x = (Tensor::arange(2 * n).cast(DType::F64) * 1.3)
                .sin()
                .reshape([2, n]);
            let (re, im) = rfft(&x);
            assert_close(&irfft_with(&re, &im, n), &x, 1e-14);
            let (re, im) = fft2(&x, &x.flip(1));
            let (re, im) = ifft2(&re, &im);
            assert_close(&re, &x, 1e-14);
            assert_close(&im, &x.flip(1), 1e-14);
        }
        assert_eq!(rfft_with(&Tensor::ones([3]), 8).0.shape(), [5]);
        assert!(
            fft(&Tensor::ones([3]), &Tensor::ones([2]))
                .0
                .error()
                .is_some()
        );
        assert!(rfft(&Tensor::from(1.0_f32)).0.error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| fft(&x[0], &x[1]).0.square() * fft(&x[0], &x[1]).1,
            &[&[2, 3], &[2, 3]],
        );
        check_gradient(|x| rfft_with(&x[0], 5).1.square(), &[&[2, 4]]);
        check_gradient(|x| irfft(&x[0], &x[1]).square(), &[&[3], &[3]]);
        check_gradient(|x| ifft2(&x[0], &x[1]).0.square(), &[&[2, 3], &[2, 3]]);
    }
}
