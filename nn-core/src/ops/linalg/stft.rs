//! Fourier transforms of the frames of a signal, and the signal of such frames.

use super::fft::{irfft_with, rfft};
use crate::base::window::Window;
use crate::ops::elementwise::float;
use crate::ops::fail::fail;
use crate::ops::index::scatter_add;
use crate::ops::shape::PadMode;
use crate::{Error, Result, Tensor, is_known};

/// How [`stft_with`] cuts a signal into frames, and [`istft_with`] puts them together again.
///
/// ```
/// use nn::{Window, ops::StftOptions};
/// let options = StftOptions::new(400, 160, 512).window(Window::Hamming).center(false);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct StftOptions {
    sequence_length: usize,
    sequence_stride: usize,
    fft_length: usize,
    window: Option<Window>,
    center: bool,
    length: Option<usize>,
}

impl StftOptions {
    /// Frames of `sequence_length` samples every `sequence_stride` ones, each filled with zeros on both sides to `fft_length`; under Hann's
    /// window, the signal mirrored at its ends.
    pub const fn new(
        sequence_length: usize,
        sequence_stride: usize,
        fft_length: usize,
    ) -> StftOptions {
        StftOptions {
            sequence_length,
            sequence_stride,
            fft_length,
            window: Some(Window::Hann),
            center: true,
            length: None,
        }
    }

    /// The window that a frame is multiplied by. Without one, `None`, all `fft_length` samples of a frame count, as in Keras.
    pub fn window(mut self, window: impl Into<Option<Window>>) -> StftOptions {
        self.window = window.into();
        self
    }

    /// Whether frame `i` has its middle, and not its begin, at sample `i · sequence_stride`: the signal is mirrored at its ends by half of
    /// `fft_length`, and [`istft_with`] cuts that off again.
    pub const fn center(mut self, center: bool) -> StftOptions {
        self.center = center;
        self
    }

    /// How many samples [`istft_with`] gives, at most; all without it.
    pub const fn length(mut self, length: usize) -> StftOptions {
        self.length = Some(length);
        self
    }

    /// What the window is at each sample of a frame, `[fft_length]` of `f64`.
    fn window_of_frame(&self) -> Tensor {
        let before = (self.fft_length - self.sequence_length) / 2;
        Tensor::build([self.fft_length], |out: &mut [f64]| match self.window {
            None => out.fill(1.0),
            Some(window) => {
                out.fill(0.0);
                let length = self.sequence_length;
                let part = &mut out[before..before + length];
                for (i, out) in part.iter_mut().enumerate() {
                    *out = window.value(i, length, true);
                }
            }
        })
    }

    fn check(&self) -> Result<()> {
        let (length, stride) = (self.sequence_length, self.sequence_stride);
        match length > 0 && stride > 0 && self.fft_length >= length && is_known(self.fft_length) {
            true => Ok(()),
            false => Err(Error::value(format!(
                "frames have a `sequence_length` and a `sequence_stride` from 1 on and an `fft_length` of at least the first, found {length}, {stride} and {}",
                self.fft_length
            ))),
        }
    }
}

/// The Fourier transforms of the frames of signals in the last axis, `[.., n]` to `[.., frames, fft_length / 2 + 1]` each for real and imaginary
/// part: of `sequence_length` samples every `sequence_stride` ones under Hann's window, filled with zeros to `fft_length`. The signal is
/// mirrored at its ends, so that frame `i` has its middle at sample `i · sequence_stride`; there are `n / sequence_stride + 1` of an even
/// `fft_length`.
///
/// Source: Keras's `ops.stft`.
///
/// ```
/// use nn::{Tensor, ops::stft, testing::assert_close};
/// let (real, imaginary) = stft(&Tensor::from([0.0_f64, 1.0, 2.0, 3.0, 4.0]), 3, 2, 3);
/// assert_close(&real, &Tensor::from([[0.75, -0.375], [3.75, -1.875], [5.25, -2.625]]), 1e-12);
/// assert_eq!(imaginary.shape(), [3, 2]);
/// ```
#[track_caller]
pub fn stft(
    x: &Tensor,
    sequence_length: usize,
    sequence_stride: usize,
    fft_length: usize,
) -> (Tensor, Tensor) {
    stft_with(
        x,
        &StftOptions::new(sequence_length, sequence_stride, fft_length),
    )
}

/// As [`stft`] with another window, or without the mirrored ends.
///
/// ```
/// use nn::{Tensor, ops::{StftOptions, stft_with}};
/// let options = StftOptions::new(4, 2, 4).window(None).center(false);
/// let (real, _) = stft_with(&Tensor::ones([6]), &options);
/// assert_eq!(real.to_vec::<f32>()?, [4.0, 0.0, 0.0, 4.0, 0.0, 0.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn stft_with(x: &Tensor, options: &StftOptions) -> (Tensor, Tensor) {
    let transformed = || {
        options.check()?;
        let x = float(x).into_result()?;
        let rank = x.raw_shape().rank();
        if rank == 0 {
            return Err(Error::shape(
                "stft needs an axis of samples, found a single number",
            ));
        }
        let mut around = vec![(0, 0); rank];
        if options.center {
            around[rank - 1] = (options.fft_length / 2, options.fft_length / 2);
        }
        let frames = x
            .pad_with(around, PadMode::Reflect)
            .extract_sequences(options.fft_length, options.sequence_stride)
            .into_result()?;
        let window = options.window_of_frame().cast(x.dtype());
        let (real, imaginary) = rfft(&(frames * window));
        Ok((real.into_result()?, imaginary))
    };
    match transformed() {
        Ok((real, imaginary)) => (real, imaginary),
        Err(error) => {
            let failed = fail("stft", error).named("stft", &[x]);
            (failed.clone(), failed)
        }
    }
}

/// What [`stft`] turns back: the signals `[.., n]` of the transforms of their frames, `[.., frames, fft_length / 2 + 1]` each for real and
/// imaginary part. Where frames overlap their mean counts, by the squares of the window; samples under none are 0.
///
/// Source: Keras's `ops.istft`.
///
/// ```
/// use nn::{Tensor, ops::{istft, stft}, testing::assert_close};
/// let x = Tensor::from([0.0_f64, 1.0, 2.0, 3.0, 4.0, 2.0, 0.0, 1.0]);
/// let (real, imaginary) = stft(&x, 4, 2, 4);
/// assert_close(&istft(&real, &imaginary, 4, 2, 4), &x, 1e-12);
/// ```
#[track_caller]
pub fn istft(
    real: &Tensor,
    imaginary: &Tensor,
    sequence_length: usize,
    sequence_stride: usize,
    fft_length: usize,
) -> Tensor {
    istft_with(
        real,
        imaginary,
        &StftOptions::new(sequence_length, sequence_stride, fft_length),
    )
}

/// As [`istft`] with the options of [`stft_with`], and a length of the signal.
///
/// ```
/// use nn::{Tensor, Window, ops::{StftOptions, istft_with, stft_with}, testing::assert_close};
/// let x = Tensor::from([0.0_f64, 1.0, 2.0, 3.0, 4.0, 2.0, 0.0]);
/// let options = StftOptions::new(4, 1, 4).window(Window::Hamming).length(7);
/// let (real, imaginary) = stft_with(&x, &options);
/// assert_close(&istft_with(&real, &imaginary, &options), &x, 1e-12);
/// ```
#[track_caller]
pub fn istft_with(real: &Tensor, imaginary: &Tensor, options: &StftOptions) -> Tensor {
    let put_together = || {
        options.check()?;
        let shape = *real.raw_shape();
        let bins = options.fft_length / 2 + 1;
        if let Some(failed) = [real, imaginary].into_iter().find_map(|t| t.error()) {
            return Err(failed.clone());
        }
        let (frames, found) = match shape[..] {
            [.., frames, found] if is_known(frames) && frames > 0 => (frames, found),
            _ => (0, 0),
        };
        if frames == 0 || found != bins || shape != *imaginary.raw_shape() {
            return Err(Error::shape(format!(
                "istft needs real and imaginary parts [.., frames, {bins}] of an `fft_length` of {}, and at least one frame, found {shape} and {}",
                options.fft_length,
                imaginary.raw_shape()
            )));
        }
        let in_time = irfft_with(real, imaginary, options.fft_length).into_result()?;
        let (dtype, stride) = (in_time.dtype(), options.sequence_stride);
        let window = options.window_of_frame().into_result()?;
        let summed = overlapped(&(in_time * window.cast(dtype)), stride)?;
        let weights = weights(window.try_data()?, stride, frames);
        let x = (summed / weights.cast(dtype)).into_result()?;
        let total = x.raw_shape().last().copied().unwrap_or(0);
        let half = match options.center {
            true => options.fft_length / 2,
            false => 0,
        };
        let end = match options.length {
            Some(length) => half.saturating_add(length).min(total),
            None => total - half,
        };
        x.slice_axis(-1, half.min(end)..end).into_result()
    };
    put_together()
        .unwrap_or_else(|error| fail("istft", error))
        .named("istft", &[real, imaginary])
}

/// How many samples frames of `length` every `stride` are together.
fn covered(length: usize, stride: usize, frames: usize) -> Result<usize> {
    let whole = stride
        .checked_mul(frames - 1)
        .and_then(|begin| begin.checked_add(length));
    whole.filter(|&n| is_known(n)).ok_or_else(|| {
        Error::shape(format!(
            "{frames} frames of {length} samples every {stride} are too many samples"
        ))
    })
}

/// The sum of frames `[.., frames, length]` where each begins `stride` after the one before, `[.., n]`.
#[track_caller]
fn overlapped(x: &Tensor, stride: usize) -> Result<Tensor> {
    let shape = *x.raw_shape();
    let rank = shape.rank();
    let (frames, length) = (shape[rank - 2], shape[rank - 1]);
    let n = covered(length, stride, frames)?;
    let places = (Tensor::arange(frames) * stride).expand_dims(-1) + Tensor::arange(length);
    // The samples are numbered along the first axis.
    let first = x.moveaxis([-2, -1], [0, 1]);
    let summed = scatter_add(
        shape.without(rank - 1).without(rank - 2).insert(0, n)?,
        &places,
        &first,
    );
    summed.moveaxis([0], [-1]).into_result()
}

/// What the squares of a window are together at each sample, and 1 where they are nothing.
fn weights(window: &[f64], stride: usize, frames: usize) -> Tensor {
    Tensor::build(
        [stride * (frames - 1) + window.len()],
        |all: &mut [f64]| {
            all.fill(0.0);
            for frame in 0..frames {
                for (sum, w) in all[frame * stride..].iter_mut().zip(window) {
                    *sum += w * w;
                }
            }
            // What counts as nothing is SciPy's.
            all.iter_mut()
                .filter(|sum| **sum <= 1e-10)
                .for_each(|sum| *sum = 1.0);
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{StftOptions, istft_with, stft_with};
    use crate::base::window::Window;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor};

    #[test]
    fn there_and_back() {
        let x = (Tensor::arange(46).cast(DType::F64) * 1.3)
            .sin()
            .reshape([2, 23]);
        for (length, stride, fft) in [(8, 2, 8), (5, 2, 8), (7, 3, 7), (1, 1, 1), (6, 6, 6)] {
            for center in [true, false] {
                let options = StftOptions::new(length, stride, fft)
                    .window(Window::Hamming)
                    .center(center);
                let (real, imaginary) = stft_with(&x, &options);
                let y = istft_with(&real, &imaginary, &options);
                // What no frame reaches at the ends is not there.
                let n = y.shape()[1];
                let skipped = match center {
                    true => 0,
                    false => (fft - length) / 2,
                };
                assert!(n <= 23 && n + fft + stride > 23, "{n}");
                let inner = skipped..n - skipped - (fft - length) % 2;
                assert_close(
                    &y.slice_axis(1, inner.clone()),
                    &x.slice_axis(1, inner),
                    1e-12,
                );
                let cut = istft_with(&real, &imaginary, &options.length(4));
                assert_close(&cut, &y.slice_axis(1, ..4), 0.0);
            }
        }
    }

    #[test]
    fn what_makes_no_frames_is_refused() {
        let x = Tensor::ones([9]);
        let fails = |x: &Tensor, options: StftOptions, name: &str| {
            let e = match name {
                "stft" => stft_with(x, &options).0,
                _ => istft_with(x, x, &options),
            };
            let e = e.into_result().unwrap_err().to_string();
            assert!(e.contains(&format!("(in `{name}`")), "{e}");
        };
        for (length, stride, fft) in [(0, 1, 4), (4, 0, 4), (5, 1, 4), (4, 1, usize::MAX)] {
            fails(&x, StftOptions::new(length, stride, fft), "stft");
            fails(&x, StftOptions::new(length, stride, fft), "istft");
        }
        fails(&x, StftOptions::new(10, 1, 10).center(false), "stft");
        fails(&Tensor::from(1.0_f32), StftOptions::new(1, 1, 1), "stft");
        for shape in [[3, 4], [0, 3]] {
            fails(&Tensor::ones(shape), StftOptions::new(4, 2, 4), "istft");
        }
        let far = StftOptions::new(4, usize::MAX / 2, 4);
        fails(&Tensor::ones([3, 3]), far, "istft");
    }

    #[test]
    fn gradient() {
        let options = StftOptions::new(3, 2, 4);
        check_gradient(|x| stft_with(&x[0], &options).0.square(), &[&[2, 9]]);
        check_gradient(|x| stft_with(&x[0], &options).1.square(), &[&[9]]);
        check_gradient(
            |x| istft_with(&x[0], &x[1], &options).square(),
            &[&[2, 4, 3], &[2, 4, 3]],
        );
    }
}
