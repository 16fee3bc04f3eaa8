//! Kernels of the short-time Fourier transform.

use crate::base::window::Window;
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

crate::spelled!(Scaling, Side);

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
    let length = 2.0 * (frequencies as f64 - 1.0);
    let kernel = Tensor::created(shape, DType::F64, |shape| {
        let channels = shape[1];
        Tensor::build(shape, |out: &mut [f64]| {
            // The memory is there by now; without it there would be no end to adding up a window.
            let values = || (0..frame).map(|t| window.map_or(1.0, |w| w.value(t, frame, periodic)));
            let scale = match scaling.filter(|_| window.is_some()) {
                Some(Scaling::Density) => values().map(|w| w * w).sum::<f64>().sqrt(),
                Some(Scaling::Spectrum) => values().map(f64::abs).sum::<f64>(),
                None => 1.0,
            };
            let row = (channels * frequencies).max(1);
            for (t, out) in out.chunks_exact_mut(row).enumerate() {
                let weight = window.map_or(1.0, |w| w.value(t, frame, periodic) / scale);
                for (at, v) in out.iter_mut().enumerate() {
                    let f = at % frequencies.max(1);
                    let angle = -2.0 * PI * t as f64 * f as f64 / length;
                    let wave = match side {
                        Side::Real => angle.cos(),
                        Side::Imag => angle.sin(),
                    };
                    *v = wave * weight;
                }
            }
        })
    });
    kernel.cast(dtype)
}
