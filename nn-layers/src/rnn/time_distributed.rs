//! A layer at every step of a sequence.

use super::frame::{merge_time, split_time};
use crate::ShapeError;
use nn_core::ops::stack;
use nn_core::registry::{AnyLayer, DynLayer, LayerClass, call_one};
use nn_core::{
    Error, Layer, Module, Result, Shape, Tensor, activity, add_loss, collect_losses, is_known,
    module,
};
use nn_derive::{Layer, model};
use std::any::TypeId;

/// One layer, with the same weights, at every step of a sequence: a picture's layers over a film.
///
/// Shapes: `[batch, time, …] → [batch, time, …]`, what the layer makes of `[batch, …]` at each step. In paths: `layer.kernel`.
///
/// All steps of all sequences run as one batch, since a layer treats every sample by itself. A layer with buffers, such as a
/// `BatchNormalization` that counts its moving statistics on in every call, runs step by step, as does everything in Keras.
///
/// The activity penalty of the layer itself counts nothing, as in Keras; what layers in it add to the loss counts at every step, as the sum or mean over
/// the samples that it is. A penalty on what `TimeDistributed` gives is an [`ActivityRegularization`](crate::ActivityRegularization) behind it.
///
/// Source: Keras's `TimeDistributed`.
///
/// ```
/// use nn::{Conv2D, Layer, Module, Tensor, TimeDistributed};
/// let layer = TimeDistributed::new(Conv2D::new(4, 3));
/// assert_eq!(layer.forward(Tensor::ones([2, 5, 8, 8, 3])).shape(), [2, 5, 6, 6, 4]);
/// assert_eq!(layer.parameters()[0].path(), "layer.kernel");
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct TimeDistributed<L: Layer = AnyLayer> {
    layer: L,
}

#[model(crate = nn_core)]
impl<L: Layer> TimeDistributed<L> {
    /// The layer at every step.
    pub const fn new(layer: L) -> TimeDistributed<L> {
        TimeDistributed { layer }
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        match self.output(&x, training) {
            Ok(output) => output,
            Err(error) => Tensor::failed(error),
        }
    }

    /// Whether an input has steps, and something at each of them.
    const fn check_input(&self, input: &Shape) -> Result<(), ShapeError> {
        if input.rank() >= 3 {
            return Ok(());
        }
        let hint = "the layer gets one step of all sequences, [batch, …]; a recurrent layer before this one gives all steps with \
                    `return_sequences`";
        let layout = "[batch, time, …]";
        Err(ShapeError::rank("TimeDistributed", 3, layout, input, hint))
    }

    fn output(&self, x: &Tensor, training: bool) -> Result<Tensor> {
        self.check_input(&x.shape())?;
        let mask = x.mask();
        let x = x.without_mask();
        // A mask of the steps is not the layer's own; one of more axes has a mask for each step.
        let inner = mask.clone().filter(|mask| mask.shape().rank() > 2);
        let has_buffers = module::parameters(&self.layer)
            .iter()
            .any(|p| p.is_buffer());
        // Keras calls the layer's `call`, to which the penalty on what it gives does not belong.
        let y = activity::without_penalty_of(self.layer.as_module(), || match has_buffers {
            true => self.step_by_step(&x, inner, training),
            false => self.as_one_batch(&x, inner, training),
        })?;
        let fits = |mask: &Tensor| mask.shape().rank() <= y.shape().rank();
        Ok(match mask.filter(fits) {
            Some(mask) => y.with_mask(mask),
            None => y.without_mask(),
        })
    }

    fn step_by_step(&self, x: &Tensor, mask: Option<Tensor>, training: bool) -> Result<Tensor> {
        let time = x.shape()[1];
        if !is_known(time) || time == 0 {
            return Err(Error::shape(format!(
                "TimeDistributed runs a layer with buffers step by step, and needs to know how many steps there are, at least one, found {}",
                x.shape()
            )));
        }
        let masks = mask.map(|mask| mask.unstack(1));
        let steps = x.unstack(1).into_iter().enumerate().map(|(i, x)| {
            let x = match &masks {
                Some(masks) => x.with_mask(masks[i].clone()),
                None => x,
            };
            call_one(&self.layer, x, training).into_result()
        });
        let steps = steps.collect::<Result<Vec<Tensor>>>()?;
        Ok(stack(&steps, 1))
    }

    fn as_one_batch(&self, x: &Tensor, mask: Option<Tensor>, training: bool) -> Result<Tensor> {
        let merged = merge_time(x).with_mask(mask.as_ref().map(merge_time));
        let (y, losses) = collect_losses(|| call_one(&self.layer, merged, training));
        // What the layers in it add is a mean over the samples, and counts once for each step.
        let time = x.shape()[1];
        for loss in losses {
            add_loss(match is_known(time) {
                true => loss * time as f64,
                false => loss,
            });
        }
        split_time(y.into_result()?.without_mask(), &x.shape()).into_result()
    }

    /// The shape of the output: what the layer makes of a step, at every step.
    ///
    /// # Errors
    /// When the input is not `[batch, time, …]`, or the layer does not take a step of it.
    pub fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let step = |x: Tensor| self.output(&x, false);
        let traced = step(Tensor::abstract_of(*input, nn_core::floatx()));
        traced
            .map(|y| y.shape())
            .map_err(|e| ShapeError::new(&e.to_string()))
    }
}

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "TimeDistributed",
        module: module_path!(),
        layer_type: TypeId::of::<TimeDistributed>(),
        from_config: |config| Some(TimeDistributed::<AnyLayer>::from_config(config).map(|l| Box::new(l) as Box<dyn DynLayer>)),
    }
}
