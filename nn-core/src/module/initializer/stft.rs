//! Kernels of the short-time Fourier transform.

use crate::{DType, Error, Shape, Tensor};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Which part of the transform a kernel computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Cosines.
    #[default]
    Real,
    /// Sines, negated.
    Imag,
}

/// How a window is scaled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scaling {
    /// By the root of the sum of its squares.
    Density,
    /// By the sum of its magnitudes.
    Spectrum,
}

/// A window over time, under SciPy's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// All 1.
    Boxcar,
    /// A triangle that does not reach 0.
    Triang,
    /// A triangle from 0 to 0.
    Bartlett,
    /// Two cosines folded.
    Bohman,
    /// Half a cosine.
    Cosine,
    /// A raised cosine that reaches 0.
    Hann,
    /// A raised cosine that does not reach 0.
    Hamming,
    /// Three cosines.
    Blackman,
    /// Four cosines, Nuttall's.
    Nuttall,
    /// Four cosines, Blackman's and Harris's.
    Blackmanharris,
    /// Five cosines.
    Flattop,
}

crate::spelled!(Scaling, Side, Window);

impl Window {
    /// The window of `n` numbers, as `scipy.signal.get_window`; a periodic one leaves out the last of `n + 1`.
    ///
    /// ```
    /// use nn::Window;
    /// assert_eq!(Window::Hann.values(3, false), [0.0, 1.0, 0.0]);
    /// ```
    pub fn values(self, n: usize, periodic: bool) -> Vec<f64> {
        if n <= 1 {
            return vec![1.0; n];
        }
        let whole = if periodic { n + 1 } else { n };
        let last = (whole - 1) as f64;
        let cosines = |i: f64, weights: &[f64]| {
            // From -π to π, as SciPy does.
            let x = -PI + 2.0 * PI * i / last;
            let waves = weights.iter().enumerate();
            waves.map(|(k, w)| w * (k as f64 * x).cos()).sum()
        };
        let value = |i: usize| {
            let i = i as f64;
            match self {
                Window::Boxcar => 1.0,
                Window::Triang => {
                    let half = (i + 1.0).min(whole as f64 - i);
                    match whole % 2 {
                        0 => (2.0 * half - 1.0) / whole as f64,
                        _ => 2.0 * half / (whole as f64 + 1.0),
                    }
                }
                Window::Bartlett => 1.0 - (2.0 * i / last - 1.0).abs(),
                Window::Bohman => {
                    let x = (2.0 * i / last - 1.0).abs();
                    match x < 1.0 {
                        true => (1.0 - x) * (PI * x).cos() + (PI * x).sin() / PI,
                        false => 0.0,
                    }
                }
                Window::Cosine => (PI / whole as f64 * (i + 0.5)).sin(),
                Window::Hann => cosines(i, &[0.5, 0.5]),
                Window::Hamming => cosines(i, &[0.54, 0.46]),
                Window::Blackman => cosines(i, &[0.42, 0.5, 0.08]),
                Window::Nuttall => cosines(i, &[0.3635819, 0.4891775, 0.1365995, 0.0106411]),
                Window::Blackmanharris => cosines(i, &[0.35875, 0.48829, 0.14128, 0.01168]),
                Window::Flattop => cosines(
                    i,
                    &[
                        0.21557895,
                        0.41663158,
                        0.277263158,
                        0.083578947,
                        0.006947368,
                    ],
                ),
            }
        };
        (0..n).map(value).collect()
    }
}

/// A kernel `[frame, 1, frequencies]`: `window(t) cos(-2π t f / (2 (frequencies - 1)))`, or the sine.
pub(super) fn stft(
    shape: Shape,
    side: Side,
    window: Option<Window>,
    scaling: Option<Scaling>,
    periodic: bool,
    dtype: DType,
) -> Tensor {
    let [frame, _, frequencies] = *shape.dims() else {
        return Tensor::failed(Error::shape(format!(
            "the STFT initializer makes kernels [frame, 1, frequencies], found shape {shape}"
        )));
    };
    let values = window.map(|window| window.values(frame, periodic));
    let scale = match (&values, scaling) {
        (Some(w), Some(Scaling::Density)) => w.iter().map(|w| w * w).sum::<f64>().sqrt(),
        (Some(w), Some(Scaling::Spectrum)) => w.iter().map(|w| w.abs()).sum::<f64>(),
        _ => 1.0,
    };
    let length = 2.0 * (frequencies as f64 - 1.0);
    let kernel = Tensor::created(shape, DType::F64, |shape| {
        let channels = shape[1];
        Tensor::build(shape, |out: &mut [f64]| {
            for (at, v) in out.iter_mut().enumerate() {
                let (t, f) = (
                    at / (channels * frequencies).max(1),
                    at % frequencies.max(1),
                );
                let angle = -2.0 * PI * t as f64 * f as f64 / length;
                let wave = match side {
                    Side::Real => angle.cos(),
                    Side::Imag => angle.sin(),
                };
                *v = wave * values.as_ref().map_or(1.0, |w| w[t] / scale);
            }
        })
    });
    kernel.cast(dtype)
}
