//! Group normalization.

use crate::ShapeError;
use crate::core::range;
use nn_core::ops::layer_norm;
use nn_core::{Error, Initializer, Param, Result, Shape, Tensor, axis_of, is_known};
use nn_derive::{Layer, model};

/// Normalizes every sample by itself, in groups of channels: `y = gamma · (x - mean) / √(variance + epsilon) + beta`, mean and biased variance
/// over a group's channels and everything else but the batch.
///
/// Shapes: `[batch, ..]` with the channels on `axis` (the last one). Parameters: `gamma` and `beta`, `[channels]` each.
///
/// Source: Wu and He 2018; Keras's `GroupNormalization`.
///
/// ```
/// use nn::{GroupNormalization, Layer, Tensor};
/// let y = GroupNormalization::new().groups(2).forward(Tensor::from([[1.0_f32, 3.0, 10.0, 30.0]]));
/// nn::testing::assert_close(&y, &Tensor::from([[-1.0_f32, 1.0, -1.0, 1.0]]), 1e-3);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
#[doc(alias = "GroupNorm")]
pub struct GroupNormalization {
    /// How many groups the channels are in; -1 for a group of every channel, which is instance normalization.
    #[config(default = 32)]
    groups: isize,
    /// The axis of the channels, counted from the end if negative.
    #[config(default = -1)]
    axis: isize,
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
}

#[model(crate = nn_core)]
impl GroupNormalization {
    /// 32 groups over the last axis, with epsilon 1e-3, `gamma` from 1 and `beta` from 0.
    pub const fn new() -> GroupNormalization {
        GroupNormalization::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axis, that axis is the batch, or the groups do not divide its channels.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let epsilon = range::from_zero("GroupNormalization", &[("epsilon", self.epsilon)]);
        if let Err(error) = epsilon {
            return Err(error);
        }
        let axis = match axis_of("GroupNormalization", self.axis, input) {
            Ok(axis) => axis,
            Err(error) => return Err(error),
        };
        if axis == 0 {
            let error =
                ShapeError::new("GroupNormalization expects at least [batch, channels], found ")
                    .shape(input);
            return Err(error.text(" with the channels on the batch axis; choose another `axis`"));
        }
        let channels = input.dims()[axis];
        let fits = match self.groups {
            -1 => true,
            groups if groups < 1 => false,
            groups => {
                !is_known(channels)
                    || channels == 0
                    || channels.is_multiple_of(groups.unsigned_abs())
            }
        };
        if fits {
            return Ok(*input);
        }
        let error = ShapeError::new("GroupNormalization: ")
            .signed(self.groups)
            .text(" groups need to divide the ")
            .dim(channels)
            .text(" channels on axis ")
            .signed(self.axis);
        Err(error
            .text(" of ")
            .shape(input)
            .text("; -1 makes a group of every channel"))
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
        let channels = input.dim(self.axis)?;
        let mut weights = [&self.gamma, &self.beta].into_iter().flatten();
        if let Some(built) = weights.clone().find_map(|p| p.built_dim(0))
            && built != channels
        {
            return Err(Error::shape(format!(
                "expected {built} channels on axis {}, found {channels} in {input}: a GroupNormalization keeps the channels of its first \
                 call; use another one for this input",
                self.axis,
            )));
        }
        weights.try_for_each(|p| p.build([channels]))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let axis = match x.shape().axis(self.axis) {
            Ok(axis) => axis,
            Err(error) => return Tensor::failed(error),
        };
        let (axis, last) = (axis as isize, x.rank() as isize - 1);
        let mask = x.mask();
        // The channels go to the end, and the groups before everything but the batch: a group is then one row.
        let x = match axis == last {
            true => x,
            false => x.swapaxes(axis, -1),
        };
        let shape = x.shape();
        let channels = shape[shape.rank() - 1];
        let groups = match self.groups {
            -1 => channels,
            groups => groups.unsigned_abs(),
        };
        let (width, batch) = (channels / groups.max(1), shape[0]);
        let pixels = Shape::new(&shape[1..shape.rank() - 1]).num_elements();
        let in_groups = x.reshape([batch, pixels, groups, width]);
        let features = pixels.saturating_mul(width);
        let rows = in_groups
            .transpose([0, 2, 1, 3])
            .reshape([batch, groups, features]);
        let one = |value| Tensor::full_of([features], value, x.dtype());
        let rows = layer_norm(&rows, one(1.0), one(0.0), self.epsilon);
        let in_groups = rows.reshape([batch, groups, pixels, width]);
        let mut y = in_groups.transpose([0, 2, 1, 3]).reshape(shape);
        if let Some(gamma) = &self.gamma {
            y *= gamma;
        }
        if let Some(beta) = &self.beta {
            y += beta;
        }
        let y = match axis == last {
            true => y,
            false => y.swapaxes(axis, -1),
        };
        y.with_mask(mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, UNKNOWN};

    #[test]
    fn groups_divide_the_channels() {
        let error = |layer: GroupNormalization, shape: &[usize]| {
            let error = layer
                .forward(Tensor::ones(shape))
                .into_result()
                .unwrap_err();
            error.to_string()
        };
        for groups in [0, -2, 3, 32] {
            let e = error(GroupNormalization::new().groups(groups), &[2, 4]);
            assert!(
                e.contains("groups need to divide the 4 channels on axis -1 of [2, 4]"),
                "{e}"
            );
        }
        let e = error(GroupNormalization::new().axis(0), &[2, 4]);
        assert!(e.contains("the channels on the batch axis"), "{e}");
        let layer = GroupNormalization::new().groups(2);
        layer.build([4]).unwrap();
        assert!(error(layer, &[2, 6]).contains("expected 4 channels on axis -1, found 6"));
        let open = Shape::from([UNKNOWN, UNKNOWN, 64]);
        assert_eq!(GroupNormalization::new().output_shape(&open).unwrap(), open);
    }
}
