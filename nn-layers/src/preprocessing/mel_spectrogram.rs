//! Spectrograms on the mel scale.

use crate::ShapeError;
use crate::core::range::is_finite;
use nn_core::initializer::Window;
use nn_core::ops::{PadMode, rfft};
use nn_core::{Error, MAX_RANK, Result, Shape, Tensor, is_known};
use nn_derive::{Layer, model};

/// A spectrogram whose frequencies are those that are equally far apart to an ear: the mel scale, in decibels.
///
/// Every `sequence_stride` samples a frame of `fft_length` samples is transformed (the signal is mirrored at its ends), the magnitudes go to the
/// power `mag_exp` and are added up in `num_mel_bins` triangles between `min_freq` and `max_freq` Hertz.
///
/// Shapes: `[batch, time]` → `[batch, num_mel_bins, frames]`, or one signal without the batch. The number of samples is known.
///
/// Source: Keras's `MelSpectrogram`, with the mel scale of HTK.
///
/// ```
/// use nn::{Layer, MelSpectrogram, Tensor};
/// let spectrogram = MelSpectrogram::new().fft_length(512).sequence_stride(128).num_mel_bins(40);
/// assert_eq!(spectrogram.forward(Tensor::random_normal([2, 1000])).shape(), [2, 40, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
pub struct MelSpectrogram {
    /// The length of the transform.
    #[config(default = 2048)]
    fft_length: usize,
    /// Samples from one frame to the next.
    #[config(default = 512)]
    sequence_stride: usize,
    /// The length of the window within a frame, at most `fft_length`, which it is by default.
    #[config(default = None)]
    sequence_length: Option<usize>,
    /// The window function: `Window::Hann`, `Window::Hamming`, or `None` for none.
    #[config(default = Some(Window::Hann))]
    window: Option<Window>,
    /// Samples a second.
    #[config(default = 16000.0)]
    sampling_rate: f64,
    /// The number of triangles.
    #[config(default = 128)]
    num_mel_bins: usize,
    /// The lowest frequency in Hertz.
    #[config(default = 20.0)]
    min_freq: f64,
    /// The highest frequency in Hertz; half of the sampling rate by default.
    #[config(default = None)]
    max_freq: Option<f64>,
    /// Whether powers come out in decibels.
    #[config(default = true)]
    power_to_db: bool,
    /// Decibels below the strongest of all, at which the weakest are cut.
    #[config(default = 80.0)]
    top_db: f64,
    /// The power to which magnitudes are taken, between -128 and 128: 1 for magnitudes, 2 for powers.
    #[config(default = 2.0)]
    mag_exp: f64,
    /// The least power that counts.
    #[config(default = 1e-10)]
    min_power: f64,
    /// The power of 0 decibels.
    #[config(default = 1.0)]
    ref_power: f64,
}

#[model(crate = nn_core)]
impl MelSpectrogram {
    /// With Keras's settings.
    pub const fn new() -> MelSpectrogram {
        MelSpectrogram::with_defaults()
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is no signal nor a batch of them, or a size is 0 or does not fit the others.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let rank = input.rank();
        if rank == 0 || rank >= MAX_RANK {
            let error = ShapeError::new("MelSpectrogram expects [batch, time], found ");
            return Err(error.shape(input));
        }
        let length = match self.sequence_length {
            Some(length) => length,
            None => self.fft_length,
        };
        if self.num_mel_bins == 0 || self.sequence_stride == 0 || length == 0 {
            return Err(ShapeError::new(
                "MelSpectrogram expects `num_mel_bins`, `sequence_stride` and `sequence_length` from 1 on, found 0",
            ));
        }
        if self.fft_length < length {
            let error = ShapeError::new("MelSpectrogram with a `sequence_length` of ")
                .number(length)
                .text(" takes an `fft_length` of at least that, found ");
            return Err(error.number(self.fft_length));
        }
        // From 128 on, single precision holds no power of 2, and what is infinite times a triangle's 0 is NaN.
        if !(self.mag_exp.abs() < 128.0 && is_finite(self.min_power)) {
            return Err(ShapeError::new(
                "MelSpectrogram expects a `mag_exp` between -128 and 128 and a `min_power` that is finite in f32, found ",
            )
            .decimal(self.mag_exp)
            .text(" and ")
            .decimal(self.min_power));
        }
        let time = input.dims()[rank - 1];
        let frames = match is_known(time) {
            false => time,
            true => {
                let padded = time.saturating_add(2 * (self.fft_length / 2));
                if padded < self.fft_length || time == 0 {
                    let error = ShapeError::new("MelSpectrogram finds no frame in ");
                    return Err(error.shape(input));
                }
                (padded - self.fft_length) / self.sequence_stride + 1
            }
        };
        let mut dims = [self.num_mel_bins; MAX_RANK];
        let mut i = 0;
        while i + 1 < rank {
            dims[i] = input.dims()[i];
            i += 1;
        }
        dims[rank] = frames;
        Ok(Shape::new(dims.split_at(rank + 1).0))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let shape = match self.output_shape(&x.shape()) {
            Ok(shape) => shape,
            Err(error) => return Tensor::failed(Error::from(error)),
        };
        let (rank, half) = (x.rank(), self.fft_length / 2);
        if !is_known(shape[rank]) {
            return Tensor::failed(Error::shape(format!(
                "MelSpectrogram takes signals of a known number of samples, found {}",
                x.shape()
            )));
        }
        let mut around = vec![(0, 0); rank];
        around[rank - 1] = (half, half);
        let x = x.pad_with(around, PadMode::Reflect);
        let frames = x.extract_sequences(self.fft_length, self.sequence_stride);
        let (real, imag) = rfft(&(frames * self.windowed()));
        // Without the root of the magnitude, whose derivative is infinite where a frequency is absent.
        let power = (real.square() + imag.square()).pow(self.mag_exp / 2.0);
        let mel = power.matmul(self.mel_matrix().cast(x.dtype()));
        let mel = match self.power_to_db {
            true => self.decibels(&mel),
            false => mel,
        };
        mel.swapaxes(-1, -2)
    }

    /// The window function, in the middle of a frame.
    fn windowed(&self) -> Tensor {
        let length = self.sequence_length.unwrap_or(self.fft_length);
        let before = (self.fft_length - length) / 2;
        // Without one the whole frame counts, as in Keras.
        let Some(window) = self.window else {
            return Tensor::ones([self.fft_length]);
        };
        Tensor::build([self.fft_length], |out: &mut [f32]| {
            out.fill(0.0);
            for (i, out) in out[before..before + length].iter_mut().enumerate() {
                *out = window.value(i, length, true) as f32;
            }
        })
    }

    /// How much each frequency counts in each triangle, `[frequencies, num_mel_bins]`.
    fn mel_matrix(&self) -> Tensor {
        let mel = |hertz: f64| 1127.0 * (1.0 + hertz / 700.0).ln();
        let (frequencies, bins) = (self.fft_length / 2 + 1, self.num_mel_bins);
        let top = self
            .max_freq
            .unwrap_or_else(|| (self.sampling_rate / 2.0).trunc());
        let (low, high) = (mel(self.min_freq), mel(top));
        let edge = |i: usize| low + (high - low) * i as f64 / (bins + 1) as f64;
        Tensor::build([frequencies, bins], |matrix: &mut [f32]| {
            for (i, row) in matrix.chunks_exact_mut(bins.max(1)).enumerate() {
                // The first frequency is none of the scale's.
                if i == 0 {
                    row.fill(0.0);
                    continue;
                }
                let at = mel(self.sampling_rate / 2.0 * i as f64 / (frequencies - 1) as f64);
                for (k, part) in row.iter_mut().enumerate() {
                    let [lower, center, upper] = [edge(k), edge(k + 1), edge(k + 2)];
                    let rising = (at - lower) / (center - lower);
                    let falling = (upper - at) / (upper - center);
                    *part = rising.min(falling).max(0.0) as f32;
                }
            }
        })
    }

    fn decibels(&self, power: &Tensor) -> Tensor {
        let reference = 10.0 * self.ref_power.abs().max(self.min_power).log10();
        let log = power.maximum(self.min_power).log10() * 10.0 - reference;
        log.maximum(log.max() - self.top_db)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn powers_that_single_precision_does_not_hold_are_refused() {
        let x = Tensor::ones([1, 64]);
        let layer = || MelSpectrogram::new().fft_length(16).num_mel_bins(4);
        assert!(layer().mag_exp(3.0).forward(&x).error().is_none());
        for wrong in [
            layer().mag_exp(f64::INFINITY),
            layer().mag_exp(1e39),
            layer().mag_exp(-3e38),
            layer().min_power(1e39),
        ] {
            let e = wrong.forward(&x).into_result().unwrap_err().to_string();
            assert!(e.contains("a `mag_exp` between -128 and 128"), "{e}");
        }
    }
}
