//! Spectrograms of signals, by the short-time Fourier transform.

use crate::ShapeError;
use crate::core::windows::Windows;
use nn_core::initializer::{Scaling, Side, Window};
use nn_core::ops::{ConvOptions, conv};
use nn_core::{Initializer, Padding, Param, Result, Shape, Tensor, concatenate, stack};
use nn_derive::{Layer, model};
use serde::{Deserialize, Serialize};

/// What a spectrogram shows of every frame and frequency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Spectrum {
    /// The logarithm of the magnitude.
    Log,
    /// The magnitude.
    Magnitude,
    /// The power, that of frequencies between the first and the last counted twice.
    Psd,
    /// The real part.
    Real,
    /// The imaginary part.
    Imag,
    /// The angle.
    Angle,
    /// The real part of all frequencies, then the imaginary one.
    Stft,
}

/// A spectrogram: how strong which frequency is at which time. Windows of `frame_length` samples move over the signal by `frame_step`; each
/// is multiplied by a window function and transformed. The waves are parameters, which are trained unless the layer is frozen.
///
/// Shapes: `[batch, time, channels]` → `[batch, frames, channels · frequencies]`, with `expand_dims` `[batch, frames, frequencies, channels]`,
/// where `frequencies` is `fft_length / 2 + 1` (twice that of [`Spectrum::Stft`]). Parameters: `real_kernel` and `imag_kernel`
/// `[frame_length, 1, frequencies]`, each where the mode needs it.
///
/// Source: Keras's `STFTSpectrogram`.
///
/// ```
/// use nn::{Layer, STFTSpectrogram, Tensor};
/// let spectrogram = STFTSpectrogram::new(256).frame_step(128).fft_length(512).expand_dims(true);
/// assert_eq!(spectrogram.forward(Tensor::ones([2, 2000, 1])).shape(), [2, 14, 257, 1]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
pub struct STFTSpectrogram {
    #[config(default = Spectrum::Log, no_builder)]
    mode: Spectrum,
    #[config(default = 256, no_builder)]
    frame_length: usize,
    /// Samples from one frame to the next, at most `frame_length`; half of that by default.
    #[config(default = None)]
    frame_step: Option<usize>,
    /// The length of the transform, at least `frame_length`; the next power of two by default.
    #[config(default = None)]
    fft_length: Option<usize>,
    /// The window function; `None` for none.
    #[config(default = Some(Window::Hann))]
    window: Option<Window>,
    /// Whether the window is one period of a wave.
    #[config(default = false)]
    periodic: bool,
    /// How the window is scaled; `None` for not at all.
    #[config(default = Some(Scaling::Density))]
    scaling: Option<Scaling>,
    /// What happens at the ends of the signal: `Padding::Valid` or `Padding::Same`.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Whether frequencies and channels are axes of their own, as a model of images takes them.
    #[config(default = false)]
    expand_dims: bool,
    #[param(if matches!(mode, Spectrum::Imag) { None } else { Some(Param::new(Initializer::Zeros)) })]
    real_kernel: Option<Param>,
    #[param(if matches!(mode, Spectrum::Real) { None } else { Some(Param::new(Initializer::Zeros)) })]
    imag_kernel: Option<Param>,
}

#[model(crate = nn_core)]
impl STFTSpectrogram {
    /// Of frames of so many samples (Keras: 256), as logarithms of magnitudes.
    pub const fn new(frame_length: usize) -> STFTSpectrogram {
        let mut layer = STFTSpectrogram::with_defaults();
        layer.frame_length = frame_length;
        layer
    }

    /// What it shows (Keras: the logarithm of the magnitude).
    #[must_use]
    pub fn mode(mut self, mode: Spectrum) -> STFTSpectrogram {
        let kernel = || Param::new(Initializer::Zeros);
        self.mode = mode;
        self.real_kernel = (mode != Spectrum::Imag).then(kernel);
        self.imag_kernel = (mode != Spectrum::Real).then(kernel);
        self
    }

    const fn step(&self) -> usize {
        match self.frame_step {
            Some(step) => step,
            None => self.frame_length / 2,
        }
    }

    /// The frequencies of a transform.
    const fn frequencies(&self) -> usize {
        let length = match self.fft_length {
            Some(length) => length,
            // A longer frame is refused before.
            None => match self.frame_length.checked_next_power_of_two() {
                Some(length) => length,
                None => usize::MAX,
            },
        };
        length / 2 + 1
    }

    const fn windows(&self) -> Windows<1> {
        Windows {
            layer: "STFTSpectrogram",
            size: [self.frame_length],
            strides: [self.step()],
            dilation: [1],
            padding: self.padding,
        }
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is no batch of signals, no frame fits, or the sizes do not fit each other.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() != 3 {
            let error = ShapeError::new("STFTSpectrogram expects [batch, time, channels], found ");
            return Err(error.shape(input));
        }
        if let Padding::Causal = self.padding {
            return Err(ShapeError::new(
                "STFTSpectrogram takes `Padding::Valid` or `Padding::Same`, found `Padding::Causal`",
            ));
        }
        if self.step() == 0 || self.step() > self.frame_length {
            let error = ShapeError::new("STFTSpectrogram with frames of ")
                .number(self.frame_length)
                .text(" samples takes a `frame_step` from 1 to that, found ");
            return Err(error.number(self.step()));
        }
        if let Some(length) = self.fft_length
            && length < self.frame_length
        {
            let error = ShapeError::new("STFTSpectrogram with frames of ")
                .number(self.frame_length)
                .text(" samples takes an `fft_length` of at least that, found ");
            return Err(error.number(length));
        }
        let each = match self.mode {
            Spectrum::Stft => self.frequencies().saturating_mul(2),
            _ => self.frequencies(),
        };
        let channels = input.dims()[2];
        let all = match nn_core::is_known(channels) {
            true => each.saturating_mul(channels),
            false => channels,
        };
        match self.windows().output_shape(input, all) {
            Ok(shape) if self.expand_dims => {
                let [batch, frames] = [shape.dims()[0], shape.dims()[1]];
                Ok(Shape::new(&[batch, frames, each, channels]))
            }
            result => result,
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        input.dim(-1)?;
        let shape = [self.frame_length, 1, self.frequencies()];
        for (kernel, side) in [
            (&self.real_kernel, Side::Real),
            (&self.imag_kernel, Side::Imag),
        ] {
            let initializer = Initializer::STFT {
                side,
                window: self.window,
                scaling: self.scaling,
                periodic: self.periodic,
            };
            if let Some(kernel) = kernel {
                kernel.build_by(shape, initializer)?;
            }
        }
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        let channels = x.shape().last().copied().unwrap_or(1);
        let part = |kernel: &Option<Param>| match kernel {
            Some(kernel) => {
                let mut options = ConvOptions::<1>::new(self.padding);
                options.strides = [self.step()];
                options.groups = channels;
                conv(&x, kernel.value().tile([1, 1, channels]), options)
            }
            None => x.clone(),
        };
        let (real, imag) = (part(&self.real_kernel), part(&self.imag_kernel));
        // As Keras's `backend.epsilon()`.
        let floor = |x: Tensor| x.maximum(1e-7);
        let power = || real.square() + imag.square();
        let spectrum = match self.mode {
            Spectrum::Real => real,
            Spectrum::Imag => imag,
            Spectrum::Angle => imag.arctan2(&real),
            Spectrum::Psd => power() * self.counts(channels),
            Spectrum::Magnitude => floor(power()).sqrt(),
            Spectrum::Log => floor(floor(power()).sqrt()).log(),
            Spectrum::Stft => {
                let of = |c| [self.of_channel(&real, c), self.of_channel(&imag, c)];
                let parts: Vec<Tensor> = (0..channels).flat_map(of).collect();
                concatenate(&parts, -1)
            }
        };
        match self.expand_dims {
            false => spectrum,
            true => {
                let each = spectrum.shape().last().copied().unwrap_or(0) / channels.max(1);
                let of = |c| spectrum.columns(c * each..(c + 1) * each);
                let parts: Vec<Tensor> = (0..channels).map(of).collect();
                stack(&parts, -1)
            }
        }
    }

    /// The frequencies of one channel.
    fn of_channel(&self, x: &Tensor, channel: usize) -> Tensor {
        let n = self.frequencies();
        x.columns(channel * n..(channel + 1) * n)
    }

    /// How often the power of each frequency counts.
    fn counts(&self, channels: usize) -> Tensor {
        let n = self.frequencies();
        let count = |i: usize| match i.is_multiple_of(n) || i % n == n - 1 {
            true => 1.0_f32,
            false => 2.0,
        };
        Tensor::from((0..n * channels).map(count).collect::<Vec<f32>>())
    }
}
