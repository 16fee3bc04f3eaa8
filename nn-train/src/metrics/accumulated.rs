//! What a metric has added up, as plain numbers, so that a saved training goes on in the middle of an epoch.

use super::{Mean, Sum};
use nn_core::{Error, Result};

/// Sums over batches that can be written down and taken up again.
pub(super) trait Accumulated: Sized {
    /// All sums.
    fn numbers(&self) -> Vec<f64>;

    /// The same from its numbers; `None` if they are not of this kind.
    fn of_numbers(numbers: &[f64]) -> Option<Self>;

    /// Whether `other` can be of the same metric.
    fn fits(&self, other: &Self) -> bool {
        let _ = other;
        true
    }

    /// Takes up what was written down.
    ///
    /// # Errors
    /// Numbers of another kind; nothing has changed then.
    fn take_up(&mut self, numbers: &[f64]) -> Result<()> {
        let taken = Self::of_numbers(numbers).filter(|taken| self.fits(taken));
        *self = taken.ok_or_else(|| {
            Error::format(format!(
                "{} numbers are not what this metric adds up",
                numbers.len()
            ))
        })?;
        Ok(())
    }
}

impl Accumulated for Mean {
    fn numbers(&self) -> Vec<f64> {
        self.sums().to_vec()
    }

    fn of_numbers(numbers: &[f64]) -> Option<Mean> {
        Some(Mean::of_sums(*numbers.as_array()?))
    }
}

impl Accumulated for Sum {
    fn numbers(&self) -> Vec<f64> {
        vec![self.result()]
    }

    fn of_numbers(numbers: &[f64]) -> Option<Sum> {
        let [total] = *numbers.as_array()?;
        Some(Sum::of_total(total))
    }
}

/// Of every threshold or class, one after the other.
impl<const N: usize> Accumulated for Vec<[f64; N]> {
    fn numbers(&self) -> Vec<f64> {
        self.as_flattened().to_vec()
    }

    fn of_numbers(numbers: &[f64]) -> Option<Vec<[f64; N]>> {
        let (groups, rest) = numbers.as_chunks();
        rest.is_empty().then(|| groups.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use crate::losses::MeanSquaredError;
    use crate::metrics::cosine_similarity::CosineSimilarity;
    use crate::metrics::{
        AUC, Accuracy, BinaryAccuracy, BinaryIoU, CategoricalAccuracy, ConcordanceCorrelation,
        F1Score, FBetaScore, FalseNegatives, FalsePositives, IoU, LogCoshError, LossMetric,
        MeanIoU, Metric, OneHotIoU, OneHotMeanIoU, PearsonCorrelation, Precision,
        PrecisionAtRecall, R2Score, Recall, RecallAtPrecision, RootMeanSquaredError,
        SensitivityAtSpecificity, SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy,
        SpecificityAtSensitivity, TopKCategoricalAccuracy, TrueNegatives, TruePositives,
    };
    use nn_core::Tensor;

    #[test]
    fn every_metric_goes_on_where_it_was() {
        let metrics: Vec<Box<dyn Metric>> = vec![
            Box::new(Accuracy::new()),
            Box::new(AUC::new()),
            Box::new(BinaryAccuracy::new()),
            Box::new(CategoricalAccuracy::new()),
            Box::new(CosineSimilarity::new()),
            Box::new(F1Score::new()),
            Box::new(LossMetric::new(MeanSquaredError::new())),
            Box::new(Precision::new()),
            Box::new(Recall::new()),
            Box::new(RootMeanSquaredError::new()),
            Box::new(TopKCategoricalAccuracy::new(2)),
            Box::new(SparseCategoricalAccuracy::new()),
            Box::new(SparseTopKCategoricalAccuracy::new(2)),
            Box::new(AUC::new().multi_label(true).num_thresholds(5)),
            Box::new(BinaryIoU::new()),
            Box::new(ConcordanceCorrelation::new()),
            Box::new(FBetaScore::new().beta(2.0)),
            Box::new(FalseNegatives::new()),
            Box::new(FalsePositives::new().thresholds([0.2, 0.6])),
            Box::new(IoU::new(2, [1])),
            Box::new(LogCoshError::new()),
            Box::new(MeanIoU::new(2)),
            Box::new(OneHotIoU::new(3, [1])),
            Box::new(OneHotMeanIoU::new(3)),
            Box::new(PearsonCorrelation::new()),
            Box::new(PrecisionAtRecall::new(0.5)),
            Box::new(R2Score::new()),
            Box::new(RecallAtPrecision::new(0.5)),
            Box::new(SensitivityAtSpecificity::new(0.5)),
            Box::new(SpecificityAtSensitivity::new(0.5)),
            Box::new(TrueNegatives::new()),
            Box::new(TruePositives::new()),
        ];
        let p = Tensor::from([[0.1_f32, 0.7, 0.3], [0.6, 0.2, 0.9]]);
        let one_hot = Tensor::from([[0.0_f32, 1.0, 0.0], [1.0, 0.0, 0.0]]);
        let labels = Tensor::from([1_i64, 0]);
        for mut metric in metrics {
            let y = match metric.name() == "sparse_top_k_categorical_accuracy"
                || metric.config()["class_name"] == "SparseCategoricalAccuracy"
            {
                true => &labels,
                false => &one_hot,
            };
            let mut other = metric.boxed_clone();
            metric.update(y, &p, None).unwrap();
            other.restore(&metric.state().unwrap()).unwrap();
            let more = &p * 0.5;
            metric.update(y, &more, None).unwrap();
            other.update(y, &more, None).unwrap();
            let (expected, found) = (metric.result(), other.result());
            assert_eq!(expected.to_bits(), found.to_bits(), "{}", metric.name());
            let e = other.restore(&[1.0; 7]).unwrap_err().to_string();
            assert!(e.contains("7 numbers"), "{e}");
            assert_eq!(other.result(), expected);
        }
    }
}
