//! Intersection over union of yes and no.

use super::overlap::{Overlap, Reading, check_classes, overlap, read_dtype, write_dtype};
use super::{Metric, check_threshold, described, metric};
use nn_core::{DType, Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// Intersection over union, `true positives / (true positives + false positives + false negatives)`, the mean over yes (1) and no (0), or of
/// one of them, without those that never occur.
///
/// A prediction is a yes if it is at least the threshold. Targets (0 or 1) and predictions: `[batch, ...]`, the same shape. Source:
/// `keras.metrics.BinaryIoU`.
///
/// ```
/// use nn::{metrics::{BinaryIoU, Metric}, Tensor};
/// let mut metric = BinaryIoU::new();
/// metric.update(&Tensor::from([0_i64, 1, 0, 1]), &Tensor::from([0.1_f32, 0.2, 0.4, 0.7]), None)?;
/// assert!((metric.result() - (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct BinaryIoU {
    name: String,
    target_class_ids: Vec<usize>,
    threshold: f64,
    #[serde(serialize_with = "write_dtype", deserialize_with = "read_dtype")]
    dtype: DType,
    #[serde(skip)]
    overlap: Overlap,
}

impl Default for BinaryIoU {
    fn default() -> BinaryIoU {
        BinaryIoU {
            name: "binary_io_u".to_string(),
            target_class_ids: vec![0, 1],
            threshold: 0.5,
            dtype: DType::I64,
            overlap: Overlap::default(),
        }
    }
}

impl BinaryIoU {
    /// The mean of yes and no, with a threshold of 0.5.
    pub fn new() -> BinaryIoU {
        BinaryIoU::default()
    }

    /// The mean of these: 0 is no, 1 is yes (Keras: both).
    pub fn target_class_ids(mut self, ids: impl IntoIterator<Item = usize>) -> BinaryIoU {
        self.target_class_ids = ids.into_iter().collect();
        self
    }

    /// A prediction of at least this is a yes (Keras: 0.5).
    pub fn threshold(mut self, threshold: f64) -> BinaryIoU {
        self.threshold = threshold;
        self
    }

    fn reading(&self) -> Reading {
        Reading {
            num_classes: 2,
            ignore_class: None,
            sparse_y_true: true,
            sparse_y_pred: true,
            axis: -1,
            dtype: self.dtype,
        }
    }

    /// Yes or no, as class numbers.
    fn predicted(&self, y_pred: &Tensor) -> Tensor {
        no_gradient(|| y_pred.greater_equal(self.threshold))
    }

    fn targets(&self) -> impl Iterator<Item = usize> {
        self.target_class_ids.iter().copied()
    }
}

overlap!(BinaryIoU over BinaryIoU::default(), |metric: &BinaryIoU| {
    check_threshold(BinaryIoU::CLASS, metric.threshold)
});
