//! Intersection over union of all classes, of one-hot targets.

use super::overlap::{
    Overlap, Reading, check_classes, overlap, read_dtype, reading_builders, write_dtype,
};
use super::{Metric, described, metric};
use nn_core::{DType, Result, Tensor};
use serde::{Deserialize, Serialize};

/// Intersection over union, `true positives / (true positives + false positives + false negatives)`,
/// the mean over all classes without those that never occur.
///
/// Targets and predictions: one-hot and scores of one shape, with an axis of the classes, `[batch, ..., classes]`; the greatest counts.
/// Source: `keras.metrics.OneHotMeanIoU`.
///
/// ```
/// use nn::{metrics::{Metric, OneHotMeanIoU}, Tensor};
/// let mut metric = OneHotMeanIoU::new(2);
/// let y = Tensor::from([[1.0_f32, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]);
/// let p = Tensor::from([[0.9_f32, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]);
/// metric.update(&y, &p, None)?;
/// assert!((metric.result() - 1.0 / 3.0).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct OneHotMeanIoU {
    name: String,
    num_classes: usize,
    #[serde(serialize_with = "write_dtype", deserialize_with = "read_dtype")]
    dtype: DType,
    ignore_class: Option<i64>,
    sparse_y_pred: bool,
    axis: isize,
    #[serde(skip)]
    overlap: Overlap,
}

impl OneHotMeanIoU {
    /// Of this many classes.
    pub fn new(num_classes: usize) -> OneHotMeanIoU {
        OneHotMeanIoU {
            name: "one_hot_mean_io_u".to_string(),
            num_classes,
            dtype: DType::I64,
            ignore_class: None,
            sparse_y_pred: false,
            axis: -1,
            overlap: Overlap::default(),
        }
    }

    reading_builders!(ignore_class sparse_y_pred axis);

    fn reading(&self) -> Reading {
        Reading {
            num_classes: self.num_classes,
            ignore_class: self.ignore_class,
            sparse_y_true: false,
            sparse_y_pred: self.sparse_y_pred,
            axis: self.axis,
            dtype: self.dtype,
        }
    }

    fn targets(&self) -> impl Iterator<Item = usize> {
        0..self.num_classes
    }
}

// A configuration must say how many classes there are.
overlap!(OneHotMeanIoU over OneHotMeanIoU::new(0));
