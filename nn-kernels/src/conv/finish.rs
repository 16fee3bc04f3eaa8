//! What becomes of a convolution's result on its way into memory.

use super::super::gemm::vector::Vector;
use super::super::math::Float;
use super::super::norm::{CEILING, Rectifier, Scaling, scaled, tile};
use super::super::simd;

/// The last steps of each element of a channel: + bias, then (v - mean) · factor + beta, then a rectifier, those of them that there
/// are. The same bits come out as from one step after the other.
#[derive(Clone, Copy)]
pub struct Finish<'a, T> {
    pub bias: Option<&'a [T]>,
    /// Mean, factor and beta of each channel.
    scaling: Option<[&'a [T]; 3]>,
    rectifier: Rectifier,
}

impl<'a, T> Finish<'a, T> {
    /// A bias and a rectifier.
    pub fn rectified(bias: Option<&'a [T]>, rectifier: Rectifier) -> Self {
        Finish {
            bias,
            scaling: None,
            rectifier,
        }
    }

    /// Nothing but a bias.
    #[inline(always)]
    pub fn bias(bias: Option<&'a [T]>) -> Self {
        Finish {
            bias,
            scaling: None,
            rectifier: Rectifier::None,
        }
    }

    /// Scaled too, with `factors` those of `by`, and rectified.
    pub fn scaled(
        bias: Option<&'a [T]>,
        by: &Scaling<'a, T>,
        factors: &'a [T],
        rectifier: Rectifier,
    ) -> Self {
        Finish {
            bias,
            scaling: Some([by.mean, factors, by.beta]),
            rectifier,
        }
    }

    /// This, if it is nothing but a bias.
    #[inline(always)]
    pub fn only_bias(&self) -> Option<Self> {
        match (self.scaling, self.rectifier) {
            (None, Rectifier::None) => Some(Self::bias(self.bias)),
            _ => None,
        }
    }

    /// Panics unless each slice has an element for each channel.
    pub fn check(&self, channels: usize) {
        let scaling = self.scaling.iter().flatten();
        for slice in self.bias.iter().chain(scaling) {
            assert!(
                slice.len() == channels,
                "convolution: expected {channels} elements of bias or scaling, found {}",
                slice.len()
            );
        }
    }

    /// The last steps for the channels of a vector from `channel` on, those of the mask.
    ///
    /// # Safety
    /// The processor must have the instructions of V, and the channels of the mask must exist.
    #[inline(always)]
    pub unsafe fn of<V: Vector<Element = T>>(&self, channel: usize, mask: V::Mask) -> Steps<V> {
        // SAFETY: the caller's promise.
        unsafe {
            Steps {
                bias: match self.bias {
                    Some(bias) => Some(load(bias, channel, mask)),
                    None => None,
                },
                scaling: match self.scaling {
                    Some([mean, factor, beta]) => Some([
                        load(mean, channel, mask),
                        load(factor, channel, mask),
                        load(beta, channel, mask),
                    ]),
                    None => None,
                },
                rectifier: self.rectifier,
            }
        }
    }
}

impl<T: Float> Finish<'_, T> {
    /// Takes the steps after the bias for what was just written: whole pixels, or a part of one that begins at `channel`.
    pub fn pixels(&self, channel: usize, pixels: &mut [T]) {
        match self.rectifier {
            Rectifier::None => self.rectify::<0>(channel, pixels),
            Rectifier::Relu => self.rectify::<1>(channel, pixels),
            Rectifier::Relu6 => self.rectify::<2>(channel, pixels),
        }
    }

    /// [`Finish::pixels`] with a rectifier that is known when the loop is compiled.
    fn rectify<const RECTIFIER: u8>(&self, channel: usize, pixels: &mut [T]) {
        let level = simd::level();
        let rectifier = const { Rectifier::numbered(RECTIFIER) };
        match self.scaling {
            None => simd::run(
                level,
                #[inline(always)]
                || {
                    for v in pixels {
                        *v = const { Rectifier::numbered(RECTIFIER) }.of(*v);
                    }
                },
            ),
            Some(scaling) if channel > 0 || pixels.len() < scaling[0].len() => {
                let [mean, factor, beta] = scaling.map(|all| &all[channel..]);
                for (((v, &mean), &factor), &beta) in
                    pixels.iter_mut().zip(mean).zip(factor).zip(beta)
                {
                    *v = scaled(*v, mean, factor, beta, rectifier);
                }
            }
            Some(scaling) => {
                // Short pixels are walked several at a time.
                let [mean, factor, beta] = scaling.map(tile);
                let line = mean.len();
                simd::run(
                    level,
                    #[inline(always)]
                    || {
                        for line in pixels.chunks_mut(line) {
                            let n = line.len();
                            let (mean, factor, beta) = (&mean[..n], &factor[..n], &beta[..n]);
                            for i in 0..n {
                                let rectifier = const { Rectifier::numbered(RECTIFIER) };
                                line[i] = scaled(line[i], mean[i], factor[i], beta[i], rectifier);
                            }
                        }
                    },
                );
            }
        }
    }
}

/// # Safety
/// As [`Finish::of`].
#[inline(always)]
unsafe fn load<V: Vector>(all: &[V::Element], channel: usize, mask: V::Mask) -> V {
    // SAFETY: the caller's promise.
    unsafe { V::load_masked(all[channel..].as_ptr(), mask) }
}

/// [`Finish`] for a vector of channels.
pub struct Steps<V> {
    bias: Option<V>,
    scaling: Option<[V; 3]>,
    rectifier: Rectifier,
}

impl<V: Vector> Steps<V> {
    /// # Safety
    /// The processor must have the instructions of V.
    #[inline(always)]
    pub unsafe fn take(&self, mut v: V) -> V {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            if let Some(bias) = self.bias {
                v = v.add(bias);
            }
            if let Some([mean, factor, beta]) = self.scaling {
                v = v.sub(mean).mul(factor).add(beta);
            }
            match self.rectifier {
                Rectifier::None => v,
                Rectifier::Relu => v.rectified(),
                Rectifier::Relu6 => v.rectified().at_most(V::constant(CEILING)),
            }
        }
    }
}
