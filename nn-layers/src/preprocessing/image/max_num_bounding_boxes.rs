//! As many bounding boxes for every image.

use crate::ShapeError;
use nn_core::ops::PadMode;
use nn_core::{Error, Result, Shape, Tensor, is_known};
use nn_derive::{Layer, model};

/// Gives every image the same number of bounding boxes: those beyond `max_number` are left out, and where there are fewer, boxes and labels
/// of `fill_value` stand for those that are missing.
///
/// Shapes: `(boxes, labels)`, `[batch, n, 4]` and `[batch, n]`, to `[batch, max_number, 4]` and `[batch, max_number]`.
///
/// Source: Keras's `MaxNumBoundingBoxes`, which takes these two as a dictionary, beside images that it does not change.
///
/// ```
/// use nn::{Layer, MaxNumBoundingBoxes, Tensor};
/// let boxes = Tensor::ones([1, 2, 4]);
/// let labels = Tensor::from([[5.0_f32, 6.0]]);
/// let (boxes, labels) = MaxNumBoundingBoxes::new(3).forward((boxes, labels));
/// assert_eq!(boxes.shape(), [1, 3, 4]);
/// assert_eq!(labels.to_vec::<f32>()?, [5.0, 6.0, -1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct MaxNumBoundingBoxes {
    #[config]
    max_number: usize,
    /// What stands for boxes that are missing, and for their labels.
    #[config(default = -1)]
    fill_value: i64,
}

#[model(crate = nn_core)]
impl MaxNumBoundingBoxes {
    /// So many boxes for every image.
    pub const fn new(max_number: usize) -> MaxNumBoundingBoxes {
        MaxNumBoundingBoxes::with_defaults(max_number)
    }

    /// The shapes of the outputs.
    ///
    /// # Errors
    /// When the inputs are no boxes and their labels.
    pub const fn output_shape(
        &self,
        (boxes, labels): &(Shape, Shape),
    ) -> Result<(Shape, Shape), ShapeError> {
        let fits = match (boxes.dims(), labels.dims()) {
            (&[batch, n, four], &[other, m]) => {
                nn_core::agree(four, 4) && nn_core::agree(batch, other) && nn_core::agree(n, m)
            }
            _ => false,
        };
        if !fits {
            return Err(ShapeError::new(
                "MaxNumBoundingBoxes expects boxes [batch, n, 4] and labels [batch, n], found ",
            )
            .shape(boxes)
            .text(" and ")
            .shape(labels));
        }
        Ok((
            Shape::new(&[boxes.dims()[0], self.max_number, 4]),
            Shape::new(&[boxes.dims()[0], self.max_number]),
        ))
    }

    fn build(&self, input: &(Shape, Shape)) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, (boxes, labels): (Tensor, Tensor)) -> (Tensor, Tensor) {
        (self.filled(&boxes), self.filled(&labels))
    }

    /// Without what is too much along axis 1, and with what is missing there.
    fn filled(&self, x: &Tensor) -> Tensor {
        let shape = match x.try_shape() {
            Ok(shape) => shape,
            Err(error) => return Tensor::failed(error),
        };
        if !is_known(shape[1]) {
            return Tensor::failed(Error::shape(format!(
                "MaxNumBoundingBoxes needs to know how many boxes there are, found {shape}"
            )));
        }
        let kept = shape[1].min(self.max_number);
        let mut paddings = vec![(0, 0); shape.rank()];
        paddings[1] = (0, self.max_number - kept);
        x.slice_axis(1, 0..kept)
            .pad_with(paddings, PadMode::Constant(self.fill_value as f64))
    }
}
