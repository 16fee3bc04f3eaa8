//! Windows: weights that fade a signal out at both ends.

use super::Tensor;
use crate::DType;
use crate::ops::elementwise::i0::bessel;
use std::f64::consts::TAU;

/// `n` weights (`f32`) by their place from 0 to 1; a single one is 1.
fn window(n: usize, weight: impl Fn(f64) -> f64) -> Tensor {
    Tensor::created([n].into(), DType::F32, |shape| {
        Tensor::build(shape, |out: &mut [f32]| match out {
            [only] => *only = 1.0,
            _ => {
                let last = n.saturating_sub(1) as f64;
                out.iter_mut()
                    .enumerate()
                    .for_each(|(i, v)| *v = weight(i as f64 / last) as f32);
            }
        })
    })
}

impl Tensor {
    /// The Bartlett window of `n` weights (`f32`), a triangle: `1 - |2t - 1|` for places `t` from 0 to 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::bartlett(5).to_vec::<f32>()?, [0.0, 0.5, 1.0, 0.5, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn bartlett(n: usize) -> Tensor {
        window(n, |t| 1.0 - (2.0 * t - 1.0).abs())
    }

    /// The Hann window of `n` weights (`f32`), one wave of a cosine: `½ - ½ cos 2πt` for places `t` from 0 to 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::hanning(3).to_vec::<f32>()?, [0.0, 1.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn hanning(n: usize) -> Tensor {
        window(n, |t| 0.5 - 0.5 * (TAU * t).cos())
    }

    /// The Hamming window of `n` weights (`f32`): `0.54 - 0.46 cos 2πt` for places `t` from 0 to 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::hamming(3).to_vec::<f32>()?, [0.08, 1.0, 0.08]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn hamming(n: usize) -> Tensor {
        window(n, |t| 0.54 - 0.46 * (TAU * t).cos())
    }

    /// The Blackman window of `n` weights (`f32`): `0.42 - ½ cos 2πt + 0.08 cos 4πt` for places `t` from 0 to 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let w = Tensor::blackman(3).to_vec::<f32>()?;
    /// assert!(w[0].abs() < 1e-7 && w[1] == 1.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn blackman(n: usize) -> Tensor {
        window(n, |t| {
            0.42 - 0.5 * (TAU * t).cos() + 0.08 * (2.0 * TAU * t).cos()
        })
    }

    /// The Kaiser window of `n` weights (`f32`): `I₀(β √(1 - (2t - 1)²)) / I₀(β)` for places `t` from 0 to 1; the greater `β`, the
    /// narrower.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::kaiser(4, 0.0).to_vec::<f32>()?, [1.0; 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn kaiser(n: usize, beta: f64) -> Tensor {
        let whole = bessel(0, beta);
        window(n, |t| {
            bessel(0, beta * (1.0 - (2.0 * t - 1.0).powi(2)).max(0.0).sqrt()) / whole
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_one_and_of_none() {
        for window in [
            Tensor::bartlett,
            Tensor::hanning,
            Tensor::hamming,
            Tensor::blackman,
        ] {
            assert_eq!(window(1).to_vec::<f32>().unwrap(), [1.0]);
            assert_eq!(window(0).shape(), [0]);
        }
        // numpy.kaiser(5, 14).
        let w = Tensor::kaiser(5, 14.0).to_vec::<f32>().unwrap();
        assert!(
            (w[0] / 7.726_867e-6 - 1.0).abs() < 1e-6
                && (w[1] - 0.164_932_19).abs() < 1e-6
                && w[2] == 1.0
        );
    }
}
