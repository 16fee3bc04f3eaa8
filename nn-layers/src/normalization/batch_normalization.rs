//! Batch normalization.

use crate::ShapeError;
use crate::core::range;
use crate::normalization::renorm::{Renorm, RenormClipping};
use nn_core::axis_of;
use nn_core::ops::{batch_norm_inference, batch_norm_train};
use nn_core::{Error, Initializer, Param, Result, Shape, Tensor, no_gradient};
use nn_derive::{Layer, model};

/// Normalizes every channel over all other axes: `y = gamma · (x - mean) / √(variance + epsilon) + beta`.
///
/// In training mean and (biased) variance are those of the batch, and the moving ones follow them,
/// `moving = momentum · moving + (1 - momentum) · batch`; in inference, and when the layer is frozen, the moving ones are used. A
/// batch without samples leaves them as they are.
///
/// Of an input with a mask, which has one dimension less, the statistics are over the steps that count.
///
/// With [`BatchNormalization::renorm`] training corrects what the batch's statistics differ by from ones that follow them,
/// `y = gamma · (r · (x - mean) / √(variance + epsilon) + d) + beta`, so that training and inference compute nearly the same
/// (Ioffe 2017).
///
/// Shapes: any with a batch, channels on `axis` (the last one). Parameters: `gamma`, `beta`; buffers: `moving_mean`,
/// `moving_variance`, with renorm `moving_stddev`, `renorm_mean` and `renorm_stddev` too; `[channels]` each.
///
/// Source: Ioffe and Szegedy 2015; Keras's `BatchNormalization`.
///
/// ```
/// use nn::{BatchNormalization, Layer, Module, Tensor};
/// let bn = BatchNormalization::new();
/// let y = bn.call(Tensor::from([[1.0_f32], [3.0]]), true).to_vec::<f32>()?;
/// assert!((y[0] + 1.0).abs() < 1e-3 && (y[1] - 1.0).abs() < 1e-3);
/// assert!((bn.moving_mean().value().to_vec::<f32>()?[0] - 0.02).abs() < 1e-6); // 0.99 · 0 + 0.01 · 2
/// assert_eq!(bn.trainable_parameters().len(), 2);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
#[doc(alias = "BatchNorm1d")]
#[doc(alias = "BatchNorm2d")]
#[doc(alias = "BatchNorm3d")]
pub struct BatchNormalization {
    /// The axis of the channels, counted from the end if negative.
    #[config(default = -1)]
    axis: isize,
    /// How much of the moving statistics stays at each step, from 0 to 1.
    #[config(default = 0.99)]
    momentum: f64,
    /// What is added to the variance, so that nothing is divided by 0.
    #[config(default = 1e-3)]
    epsilon: f64,
    /// With or without `beta`.
    #[config(default = true)]
    center: bool,
    /// With or without `gamma`.
    #[config(default = true)]
    scale: bool,
    /// Statistics over the batches of all machines; there is no difference on one.
    #[config(default = false)]
    synchronized: bool,
    #[config(default = false, no_builder)]
    renorm: bool,
    /// How far renorm corrects.
    #[config(default = None)]
    renorm_clipping: Option<RenormClipping>,
    /// How much of the statistics by which renorm corrects stays at each step, from 0 to 1.
    #[config(default = 0.99)]
    renorm_momentum: f64,
    /// `None` without scale.
    #[param(initializer = Initializer::Ones, when = scale)]
    gamma: Option<Param>,
    /// `None` without center.
    #[param(initializer = Initializer::Zeros, when = center)]
    beta: Option<Param>,
    #[param(buffer, initializer = Initializer::Zeros)]
    moving_mean: Param,
    #[param(buffer, initializer = Initializer::Ones)]
    moving_variance: Param,
    /// `None` without renorm, as the next two.
    #[param(statistic(renorm, true))]
    moving_stddev: Option<Param>,
    #[param(statistic(renorm, false))]
    renorm_mean: Option<Param>,
    #[param(statistic(renorm, true))]
    renorm_stddev: Option<Param>,
}

/// A statistic of renorm, which starts by the initializer of a moving one, or as the root of what that draws.
const fn statistic(renorm: bool, root: bool) -> Option<Param> {
    let mut statistic = Param::buffer(Initializer::Zeros);
    statistic.set_adjusted(root, root_of);
    match renorm {
        true => Some(statistic),
        false => {
            // `const` code cannot drop what has a destructor.
            std::mem::forget(statistic);
            None
        }
    }
}

fn root_of(variance: Tensor) -> Tensor {
    variance.sqrt()
}

#[model(crate = nn_core)]
impl BatchNormalization {
    /// Over the last axis, with momentum 0.99, epsilon 1e-3, `gamma` from 1 and `beta` from 0.
    pub const fn new() -> BatchNormalization {
        BatchNormalization::with_defaults()
    }

    /// With or without batch renormalization (Ioffe 2017), which keeps three more statistics.
    pub const fn renorm(mut self, renorm: bool) -> BatchNormalization {
        self.renorm = renorm;
        std::mem::forget(std::mem::replace(
            &mut self.moving_stddev,
            statistic(renorm, true),
        ));
        std::mem::forget(std::mem::replace(
            &mut self.renorm_mean,
            statistic(renorm, false),
        ));
        std::mem::forget(std::mem::replace(
            &mut self.renorm_stddev,
            statistic(renorm, true),
        ));
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axis, or that axis is the batch.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let shares = [
            ("momentum", self.momentum),
            ("epsilon", self.epsilon),
            ("renorm_momentum", self.renorm_momentum),
        ];
        if let Err(error) = range::from_zero_to_one("BatchNormalization", &shares) {
            return Err(error);
        }
        match axis_of("BatchNormalization", self.axis, input) {
            Err(error) => Err(error),
            Ok(0) => {
                let error = ShapeError::new(
                    "BatchNormalization expects at least [batch, channels], found ",
                )
                .shape(input);
                Err(error.text(" with the channels on the batch axis; add a dimension with `Reshape`, or choose another `axis`"))
            }
            Ok(_) => Ok(*input),
        }
    }

    /// The size for which its parameters are made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        match axis_of("", self.axis, input) {
            Ok(axis) => input.dims()[axis],
            Err(_) => nn_core::UNKNOWN,
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        let channels = input.dims()[input.axis(self.axis)?];
        if self.moving_mean.is_built() && self.moving_mean.count() != channels {
            return Err(Error::shape(format!(
                "expected {} channels on axis {}, found {}: a BatchNormalization keeps the channels of its first call; use another one \
                 for this input",
                self.moving_mean.count(),
                self.axis,
                ShapeError::new("").dim(channels).text(" in ").shape(input),
            )));
        }
        let channels = input.dim(self.axis)?;
        let optional = [&self.gamma, &self.beta].into_iter().flatten();
        optional
            .chain([&self.moving_mean, &self.moving_variance])
            .try_for_each(|p| p.build([channels]))?;
        match self.renormalization() {
            None => Ok(()),
            Some(renorm) => {
                renorm.clipping.check()?;
                renorm.build(
                    channels,
                    self.moving_mean.initializer(),
                    self.moving_variance.initializer(),
                )
            }
        }
    }

    fn renormalization(&self) -> Option<Renorm<'_>> {
        Some(Renorm {
            moving_stddev: self.moving_stddev.as_ref()?,
            mean: self.renorm_mean.as_ref()?,
            stddev: self.renorm_stddev.as_ref()?,
            clipping: self.renorm_clipping.unwrap_or_default(),
            momentum: self.renorm_momentum,
        })
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let shape = x.shape();
        let last = shape.rank() - 1;
        let axis = match shape.axis(self.axis) {
            Ok(axis) => axis,
            Err(error) => return Tensor::failed(error),
        };
        let mask = x.mask();
        if let Some(mask) = &mask
            && mask.rank() != last
        {
            return Tensor::failed(Error::shape(format!(
                "BatchNormalization takes the statistics of the steps that count by a mask with one dimension less than its input {shape}, \
                 found one of {}; `without_mask` for those of all steps",
                mask.shape()
            )));
        }
        let follows = training && !self.moving_mean.is_frozen() && !shape.contains(&0);
        if follows && (mask.is_some() || self.renorm) {
            return self.correct_and_follow(&x, axis, mask);
        }
        // The kernels take channels on the last axis.
        let x = if axis == last {
            x
        } else {
            x.swapaxes(axis as isize, -1)
        };
        let y = match follows {
            true => self.normalize_and_follow(&x),
            false => self.normalize(&x),
        };
        if axis == last {
            y
        } else {
            y.swapaxes(axis as isize, -1).with_mask(mask)
        }
    }

    /// By the statistics of the steps that count, with the corrections of renorm.
    fn correct_and_follow(&self, x: &Tensor, axis: usize, mask: Option<Tensor>) -> Tensor {
        let shape = x.shape();
        let axes: Vec<isize> = (0..shape.rank())
            .filter(|&a| a != axis)
            .map(|a| a as isize)
            .collect();
        let x = &x.without_mask();
        let counts = mask
            .as_ref()
            .map(|mask| mask.expand_dims(-1).broadcast_to(shape));
        // Keras's epsilon, so that a batch of which nothing counts has the mean 0.
        let count = counts
            .as_ref()
            .map(|counts| counts.cast(x.dtype()).sum_axes(&axes, true) + 1e-7);
        let mean_of = |values: Tensor| match (&counts, &count) {
            (Some(counts), Some(count)) => counts.where_(values, 0.0).sum_axes(&axes, true) / count,
            _ => values.mean_axes(&axes, true),
        };
        let mean = mean_of(x.clone());
        let variance = mean_of((x - &mean).square());
        let channels = Shape::new(&[shape[axis]]);
        let along = |weight: Tensor| weight.reshape(mean.shape());
        let (gamma, beta) = (
            self.weight(&self.gamma, 1.0, x),
            self.weight(&self.beta, 0.0, x),
        );
        let stddev = (variance.reshape(channels) + self.epsilon).sqrt();
        let batch_mean = mean.reshape(channels);
        let renorm = self.renormalization();
        let (gamma, beta) = match &renorm {
            Some(renorm) => {
                let (r, d) = renorm.correction(&batch_mean, &stddev, self.epsilon);
                (r * &gamma, d * gamma + beta)
            }
            None => (gamma, beta),
        };
        let scale = (&variance + self.epsilon).rsqrt() * along(gamma);
        let y = (x - &mean) * scale + along(beta);
        let followed = no_gradient(|| {
            let moving_variance = match &renorm {
                Some(renorm) => renorm.follow(&batch_mean, &stddev, self.momentum, self.epsilon)?,
                None => self.followed(&self.moving_variance, variance.reshape(channels)),
            };
            let moving_mean = self.followed(&self.moving_mean, batch_mean);
            self.moving_mean.assign(&moving_mean)?;
            self.moving_variance.assign(&moving_variance)
        });
        match followed {
            Ok(()) => y.with_mask(mask),
            Err(error) => Tensor::failed(error),
        }
    }

    /// A moving statistic one step on.
    fn followed(&self, moving: &Param, batch: Tensor) -> Tensor {
        moving.value() * self.momentum + batch * (1.0 - self.momentum)
    }

    /// By the statistics of the batch, which the moving ones follow.
    fn normalize_and_follow(&self, x: &Tensor) -> Tensor {
        let (y, mean, variance) = batch_norm_train(
            x,
            self.weight(&self.gamma, 1.0, x),
            self.weight(&self.beta, 0.0, x),
            self.epsilon,
        );
        let followed = no_gradient(|| {
            self.moving_mean
                .assign(&self.followed(&self.moving_mean, mean))?;
            self.moving_variance
                .assign(&self.followed(&self.moving_variance, variance))
        });
        match followed {
            Ok(()) => y,
            Err(error) => Tensor::failed(error),
        }
    }

    /// By the moving statistics.
    fn normalize(&self, x: &Tensor) -> Tensor {
        batch_norm_inference(
            x,
            self.weight(&self.gamma, 1.0, x),
            self.weight(&self.beta, 0.0, x),
            &self.moving_mean,
            &self.moving_variance,
            self.epsilon,
        )
    }

    /// `gamma` or `beta`, or what stands for one that is not there.
    fn weight(&self, weight: &Option<Param>, value: f64, x: &Tensor) -> Tensor {
        match weight {
            Some(weight) => weight.value(),
            None => Tensor::full_of(self.moving_mean.shape(), value, x.dtype()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Module};

    fn bits(bn: &BatchNormalization) -> Vec<Vec<f32>> {
        bn.parameters()
            .iter()
            .map(|p| p.value().to_vec().unwrap())
            .collect()
    }

    #[test]
    fn frozen_runs_in_inference_and_keeps_its_statistics() {
        let bn = BatchNormalization::new();
        let x = Tensor::random_normal([8, 3]);
        let _ = bn.call(&x, true).into_result().unwrap();
        let trained = bits(&bn);
        bn.set_trainable(false);
        let y = bn.call(&x, true).to_vec::<f32>().unwrap();
        assert_eq!(bits(&bn), trained);
        assert_eq!(y, bn.call(&x, false).to_vec::<f32>().unwrap());
        bn.set_trainable(true);
        let _ = bn.call(&x, true).into_result().unwrap();
        assert_ne!(bits(&bn), trained);
    }

    #[test]
    fn no_samples_leave_the_statistics_alone() {
        let bn = BatchNormalization::new();
        bn.build([3]).unwrap();
        let before = bits(&bn);
        assert_eq!(bn.call(Tensor::zeros([0, 3]), true).shape(), [0, 3]);
        assert_eq!(bits(&bn), before);
    }

    #[test]
    fn statistics_are_those_of_the_steps_that_count() {
        let x = Tensor::random_normal([2, 3, 4]);
        let mask = Tensor::from([[true, true, false], [true, false, false]]);
        let run = |x: &Tensor| {
            let bn = BatchNormalization::new().momentum(0.0);
            let y = bn.call(x, true);
            (y, bits(&bn))
        };
        let (y, masked) = run(&x.with_mask(&mask));
        let counted = [
            x.slice(..1).slice_axis(1, ..2),
            x.slice(1..).slice_axis(1, ..1),
        ];
        let rows = counted.map(|part| part.reshape([part.shape()[1], 4]));
        let (_, kept) = run(&nn_core::ops::concatenate(rows, 0));
        for (a, b) in masked.iter().flatten().zip(kept.iter().flatten()) {
            // Keras adds 1e-7 to the count.
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
        assert_eq!(y.mask().unwrap().shape(), [2, 3]);
        let whole = x.with_mask(Tensor::from([true, false]));
        let e = BatchNormalization::new()
            .forward(&whole)
            .into_result()
            .unwrap_err();
        assert!(
            e.to_string().contains("one dimension less than its input"),
            "{e}"
        );
    }

    #[test]
    fn renorm_trains_with_statistics_that_follow() {
        let bn = BatchNormalization::new()
            .renorm(true)
            .moving_variance_initializer(Initializer::Constant { value: 4.0 });
        let x = Tensor::from([[1.0_f32], [3.0]]);
        let names = |bn: &BatchNormalization| {
            let all = bn.parameters();
            all.iter().map(|p| p.path().to_string()).collect::<Vec<_>>()
        };
        // The first correction makes of the batch what the statistics that are kept say: (x - 0) / 2.
        let y = bn.call(&x, true).to_vec::<f32>().unwrap();
        assert!(
            (y[0] - 0.5).abs() < 1e-3 && (y[1] - 1.5).abs() < 1e-3,
            "{y:?}"
        );
        assert_eq!(
            names(&bn)[4..],
            ["moving_stddev", "renorm_mean", "renorm_stddev"]
        );
        assert_eq!(names(&bn.clone_model()).len(), 7);
        let clipping = RenormClipping {
            rmin: Some(2.0),
            rmax: Some(1.0),
            dmax: None,
        };
        let e = BatchNormalization::new()
            .renorm(true)
            .renorm_clipping(clipping)
            .forward(&x);
        assert!(
            e.into_result()
                .unwrap_err()
                .to_string()
                .contains("rmin up to rmax")
        );
    }

    #[test]
    fn wrong_axes_and_channels_are_errors() {
        let run = |bn: &BatchNormalization, shape: &[usize]| {
            bn.forward(Tensor::ones(shape))
                .into_result()
                .unwrap_err()
                .to_string()
        };
        assert!(run(&BatchNormalization::new(), &[3]).contains("the channels on the batch axis"));
        assert!(
            run(&BatchNormalization::new().axis(2), &[3, 4])
                .contains("axis 2 is out of range for [3, 4]")
        );
        assert!(run(&BatchNormalization::new().momentum(f64::NAN), &[3, 4]).contains("momentum"));
        let bn = BatchNormalization::new();
        bn.build([4]).unwrap();
        assert!(run(&bn, &[2, 5]).contains("expected 4 channels on axis -1, found 5 in [2, 5]"));
    }
}
