//! Batch renormalization: what `BatchNormalization` does with `renorm`.

use nn_core::{Error, Initializer, Param, Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// How far batch renormalization corrects: `r` between `rmin` and `rmax`, `d` between `-dmax` and `dmax`; `None` for no bound.
///
/// ```
/// use nn::{BatchNormalization, RenormClipping};
/// let clipping = RenormClipping { rmin: None, rmax: Some(3.0), dmax: Some(5.0) };
/// let bn = BatchNormalization::new().renorm(true).renorm_clipping(clipping);
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct RenormClipping {
    /// The lower bound of `r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmin: Option<f64>,
    /// The upper bound of `r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmax: Option<f64>,
    /// The bound of the magnitude of `d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dmax: Option<f64>,
}

impl RenormClipping {
    /// Whether the bounds make sense.
    pub(super) fn check(&self) -> Result<()> {
        let bounds = [self.rmin, self.rmax, self.dmax];
        let fits = bounds.iter().flatten().all(|bound| !bound.is_nan())
            && self
                .rmin
                .zip(self.rmax)
                .is_none_or(|(rmin, rmax)| rmin <= rmax)
            && self.rmax.is_none_or(|rmax| rmax > 0.0)
            && self.dmax.is_none_or(|dmax| dmax >= 0.0);
        match fits {
            true => Ok(()),
            false => Err(Error::value(format!(
                "renorm_clipping of BatchNormalization needs rmin up to rmax, rmax above 0 and dmax from 0 on, found {self:?}"
            ))),
        }
    }
}

/// The statistics that batch renormalization keeps beside the moving ones.
pub(super) struct Renorm<'a> {
    pub moving_stddev: &'a Param,
    pub mean: &'a Param,
    pub stddev: &'a Param,
    pub clipping: RenormClipping,
    pub momentum: f64,
}

impl Renorm<'_> {
    /// Makes the statistics, which start as the moving ones do.
    pub fn build(&self, channels: usize, mean: Initializer, variance: Initializer) -> Result<()> {
        self.mean.build_by([channels], mean)?;
        self.moving_stddev.build_by([channels], variance)?;
        self.stddev.build_by([channels], variance)
    }

    /// By what the batch's statistics differ from those kept: `r = stddev / kept stddev` and `d = (mean - kept mean) / kept stddev`, which no
    /// gradient flows through.
    pub fn correction(&self, mean: &Tensor, stddev: &Tensor, epsilon: f64) -> (Tensor, Tensor) {
        let kept = self.stddev.value().maximum(epsilon.sqrt());
        let RenormClipping { rmin, rmax, dmax } = self.clipping;
        let mut r = stddev / &kept;
        if let Some(rmin) = rmin {
            r = r.maximum(rmin);
        }
        if let Some(rmax) = rmax {
            r = r.minimum(rmax);
        }
        let mut d = (mean - self.mean.value()) / kept;
        if let Some(dmax) = dmax {
            d = d.clip(-dmax, dmax);
        }
        (r.stop_gradient(), d.stop_gradient())
    }

    /// Moves what is kept towards the batch's statistics, and returns the moving variance that follows.
    pub fn follow(
        &self,
        mean: &Tensor,
        stddev: &Tensor,
        momentum: f64,
        epsilon: f64,
    ) -> Result<Tensor> {
        no_gradient(|| {
            let moved = |kept: &Param, batch: &Tensor, momentum: f64| {
                kept.value() * momentum + batch * (1.0 - momentum)
            };
            let moving = moved(self.moving_stddev, stddev, momentum);
            self.mean.assign(&moved(self.mean, mean, self.momentum))?;
            self.stddev
                .assign(&moved(self.stddev, stddev, self.momentum))?;
            self.moving_stddev.assign(&moving)?;
            // Rounding could bring it below 0.
            Ok((moving.square() - epsilon).relu())
        })
    }
}
