//! Intersection over union of chosen classes, of class numbers.

use super::overlap::{
    Overlap, Reading, check_classes, overlap, read_dtype, reading_builders, write_dtype,
};
use super::{Metric, described, metric};
use nn_core::{DType, Result, Tensor};
use serde::{Deserialize, Serialize};

/// Intersection over union, `true positives / (true positives + false positives + false negatives)`,
/// the mean over the chosen classes without those that never occur.
///
/// Targets and predictions: class numbers of one shape, `[batch, ...]`, or, where so told, one-hot and scores with an axis of the classes; the
/// greatest counts. A number that is not that of a class does not count. Source: `keras.metrics.IoU`.
///
/// ```
/// use nn::{metrics::{Metric, IoU}, Tensor};
/// let mut metric = IoU::new(2, [0]);
/// metric.update(&Tensor::from([0_i64, 0, 1, 1]), &Tensor::from([0_i64, 1, 0, 1]), None)?;
/// assert!((metric.result() - 1.0 / 3.0).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct IoU {
    name: String,
    num_classes: usize,
    target_class_ids: Vec<usize>,
    #[serde(serialize_with = "write_dtype", deserialize_with = "read_dtype")]
    dtype: DType,
    ignore_class: Option<i64>,
    sparse_y_true: bool,
    sparse_y_pred: bool,
    axis: isize,
    #[serde(skip)]
    overlap: Overlap,
}

impl IoU {
    /// Of these classes among `num_classes`.
    pub fn new(num_classes: usize, target_class_ids: impl IntoIterator<Item = usize>) -> IoU {
        IoU {
            name: "io_u".to_string(),
            num_classes,
            target_class_ids: target_class_ids.into_iter().collect(),
            dtype: DType::I64,
            ignore_class: None,
            sparse_y_true: true,
            sparse_y_pred: true,
            axis: -1,
            overlap: Overlap::default(),
        }
    }

    reading_builders!(ignore_class sparse_y_true sparse_y_pred axis);

    fn reading(&self) -> Reading {
        Reading {
            num_classes: self.num_classes,
            ignore_class: self.ignore_class,
            sparse_y_true: self.sparse_y_true,
            sparse_y_pred: self.sparse_y_pred,
            axis: self.axis,
            dtype: self.dtype,
        }
    }

    fn targets(&self) -> impl Iterator<Item = usize> {
        self.target_class_ids.iter().copied()
    }
}

// A configuration must say how many classes there are.
overlap!(IoU over IoU::new(0, []));
