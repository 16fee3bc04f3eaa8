//! Batch normalization.

use crate::ShapeError;
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
/// Shapes: any with a batch, channels on `axis` (the last one). Parameters: `gamma`, `beta`; buffers: `moving_mean`,
/// `moving_variance`; `[channels]` each.
///
/// Source: Ioffe and Szegedy 2015; Keras's `BatchNormalization`.
///
/// ```
/// use nn_core::{Layer, Module, Tensor};
/// use nn_layers::BatchNormalization;
/// let bn = BatchNormalization::new();
/// let y = bn.call(Tensor::from([[1.0_f32], [3.0]]), true).to_vec::<f32>()?;
/// assert!((y[0] + 1.0).abs() < 1e-3 && (y[1] - 1.0).abs() < 1e-3);
/// assert!((bn.moving_mean().value().to_vec::<f32>()?[0] - 0.02).abs() < 1e-6); // 0.99 · 0 + 0.01 · 2
/// assert_eq!(bn.trainable_parameters().len(), 2);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(renorm = false, renorm_clipping, renorm_momentum = 0.99, synchronized = false))]
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
}

#[model(crate = nn_core)]
impl BatchNormalization {
    /// Over the last axis, with momentum 0.99, epsilon 1e-3, `gamma` from 1 and `beta` from 0.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> BatchNormalization {
        BatchNormalization::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axis, or that axis is the batch.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
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
        for (what, value) in [("momentum", self.momentum), ("epsilon", self.epsilon)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::value(format!(
                    "{what} of BatchNormalization is a number from 0 to 1, found {value}"
                )));
            }
        }
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
            .try_for_each(|p| p.build([channels]))
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let shape = x.shape();
        let last = shape.rank() - 1;
        let axis = match shape.axis(self.axis) {
            Ok(axis) => axis,
            Err(error) => return Tensor::failed(error),
        };
        // The kernels take channels on the last axis.
        let x = if axis == last {
            x
        } else {
            x.swap_axes(axis as isize, -1)
        };
        let y = match training && !self.moving_mean.is_frozen() && !shape.contains(&0) {
            true => self.normalize_and_follow(&x),
            false => self.normalize(&x),
        };
        if axis == last {
            y
        } else {
            y.swap_axes(axis as isize, -1)
        }
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
            let follow = |moving: &Param, batch: Tensor| {
                moving.assign(&(moving.value() * self.momentum + batch * (1.0 - self.momentum)))
            };
            follow(&self.moving_mean, mean)?;
            follow(&self.moving_variance, variance)
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
        bn.call(&x, true).ok().unwrap();
        let trained = bits(&bn);
        bn.set_trainable(false);
        let y = bn.call(&x, true).to_vec::<f32>().unwrap();
        assert_eq!(bits(&bn), trained);
        assert_eq!(y, bn.call(&x, false).to_vec::<f32>().unwrap());
        bn.set_trainable(true);
        bn.call(&x, true).ok().unwrap();
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
    fn wrong_axes_and_channels_are_errors() {
        let run = |bn: &BatchNormalization, shape: &[usize]| {
            bn.forward(Tensor::ones(shape))
                .ok()
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
