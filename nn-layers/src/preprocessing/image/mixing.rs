//! What layers that mix the images of a batch with others of it have in common.

use crate::ShapeError;
use crate::core::range::is_finite;
use crate::core::seed::Seed;
use crate::preprocessing::image::images;
use nn_core::layer::call_as;
use nn_core::{DType, Error, IntoInput, Layer, Result, Shape, Tensor, floatx, random};

/// A layer that mixes every image of a batch with another one, and the labels beside them.
pub(super) trait Mixing: Layer<Input = Tensor, Output = Tensor> {
    const NAME: &'static str;

    fn seed(&self) -> &Seed;

    /// Refuses what is no image, and settings out of their range.
    fn check(&self, images: &Shape) -> Result<(), ShapeError>;

    /// A batch mixed.
    fn change(&self, images: &Tensor, labels: Option<Tensor>) -> (Tensor, Option<Tensor>);

    /// Images, and their labels if there are some: mixed in training.
    fn mix(
        &self,
        images: &Tensor,
        labels: Option<&Tensor>,
        training: bool,
    ) -> (Tensor, Option<Tensor>) {
        batch(images, labels, |images, labels| match training {
            true => self.seed().run(|| self.change(&images, labels)),
            false => (images, labels),
        })
    }

    /// A call of the layer with labels.
    fn on_both(
        &self,
        images: impl IntoInput<Tensor>,
        labels: impl IntoInput<Tensor>,
        training: bool,
    ) -> (Tensor, Tensor) {
        let inputs = (images.into_input(), labels.into_input());
        let build = |(images, labels): &(Shape, Shape)| {
            self.check(images)?;
            Ok(check_labels(Self::NAME, images, labels)?)
        };
        call_as(self, inputs, training, build, |(images, labels)| {
            let (images, labels) = self.mix(&images, Some(&labels), training);
            (images, labels.expect("they were given"))
        })
    }

    /// A call with images, or with images and labels.
    fn on_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        match &inputs[..] {
            [images] => vec![self.call(images, training)],
            [images, labels] => {
                let (images, labels) = self.on_both(images, labels, training);
                vec![images, labels]
            }
            _ => vec![Tensor::failed(Error::value(format!(
                "{} takes images, and labels if these are to be mixed too, found {} tensors",
                Self::NAME,
                inputs.len()
            )))],
        }
    }
}

/// Checks that there is a row of numbers for each image: labels of classes by their number cannot be mixed.
const fn check_labels(layer: &str, images: &Shape, labels: &Shape) -> Result<(), ShapeError> {
    let (rank, batch) = (labels.rank(), images.dims()[0]);
    // One image has a label without a batch.
    if rank + 2 != images.rank() {
        return Err(ShapeError::new(layer)
            .text(" mixes labels [batch, classes], or [classes] of one image, found ")
            .shape(labels)
            .text(" with images ")
            .shape(images)
            .text("; `one_hot` makes them of numbers of classes"));
    }
    let rows = labels.dims()[0];
    if rank == 2 && nn_core::is_known(batch) && nn_core::is_known(rows) && batch != rows {
        return Err(ShapeError::new(layer)
            .text(" needs a label for each image, found labels ")
            .shape(labels)
            .text(" with images ")
            .shape(images));
    }
    Ok(())
}

/// Checks that a parameter of a beta distribution is one.
pub(super) const fn check_alpha(layer: &str, alpha: f64) -> Result<(), ShapeError> {
    if alpha > 0.0 && is_finite(alpha) {
        return Ok(());
    }
    Err(ShapeError::new("the alpha of ")
        .text(layer)
        .text(" is a positive number, found ")
        .decimal(alpha))
}

/// Images, and the labels beside them if there are some, as batches of floats, changed by `f`. One image and its label are a batch of one.
fn batch(
    images: &Tensor,
    labels: Option<&Tensor>,
    f: impl FnOnce(Tensor, Option<Tensor>) -> (Tensor, Option<Tensor>),
) -> (Tensor, Option<Tensor>) {
    let one = images.try_shape().is_ok_and(|shape| shape.rank() == 3);
    let labels = labels.map(|labels| {
        let labels = labels.cast(floatx()).without_mask();
        if one { labels.expand_dims(0) } else { labels }
    });
    let mut changed = None;
    let images = images::batch(images, |images| {
        let (images, labels) = f(images, labels);
        changed = labels;
        images
    });
    let changed = changed.map(|labels| if one { labels.squeeze(0) } else { labels });
    (images, changed)
}

/// The places of a batch in random order: which image each is mixed with.
pub(super) fn order(images: &Tensor) -> Tensor {
    random::uniform([images.shape()[0]], 0.0, 1.0, DType::F64).argsort_axis(0)
}

/// `weight · x + (1 - weight) · x[order]`, where the weights are `[batch, 1, ..]`.
pub(super) fn blend(x: &Tensor, order: &Tensor, weight: &Tensor) -> Tensor {
    weight * x + (1.0 - weight) * x.take(order, 0)
}

/// Weights `[batch, 1, 1, 1]` of images as those of labels, `[batch, 1]`.
pub(super) fn of_labels(weight: &Tensor) -> Tensor {
    weight.squeeze(-1).squeeze(-1)
}
