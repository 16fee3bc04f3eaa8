//! Metrics: what is watched beside the loss. One file each; the meaning and defaults are Keras 3's.
//!
//! | family | metrics |
//! |---|---|
//! | accuracy | [`Accuracy`], [`BinaryAccuracy`], [`CategoricalAccuracy`], [`SparseCategoricalAccuracy`], [`TopKCategoricalAccuracy`], [`SparseTopKCategoricalAccuracy`] |
//! | right and wrong at a threshold | [`TruePositives`], [`TrueNegatives`], [`FalsePositives`], [`FalseNegatives`], [`Precision`], [`Recall`], [`F1Score`], [`FBetaScore`], [`ConfusionMatrix`] |
//! | over all thresholds | [`AUC`], [`PrecisionAtRecall`], [`RecallAtPrecision`], [`SensitivityAtSpecificity`], [`SpecificityAtSensitivity`] |
//! | regions in images | [`IoU`], [`BinaryIoU`], [`MeanIoU`], [`OneHotIoU`], [`OneHotMeanIoU`] |
//! | of numbers | [`RootMeanSquaredError`], [`LogCoshError`], [`R2Score`], [`PearsonCorrelation`], [`ConcordanceCorrelation`] |
//! | losses, and values of one's own | [`LossMetric`], [`Mean`], [`Sum`] |
//! | what they are made of | [`Metric`], [`IntoMetric`], [`Scores`], [`Direction`], [`Average`], [`Curve`], [`Summation`], [`ClassAggregation`] |
//!
//! A metric adds batches up until it is reset. Any loss is a metric through [`LossMetric`]: `LossMetric::new(MeanSquaredError::new())`, or
//! `.metric(MeanSquaredError::new())` where a model is compiled, is what Keras calls `keras.metrics.MeanSquaredError`, so that no name means two
//! things here.

mod accumulated;
mod accuracy;
mod answers;
mod auc;
mod binary_accuracy;
mod binary_iou;
mod categorical_accuracy;
mod concordance_correlation;
mod confusion;
mod confusion_matrix;
pub mod cosine_similarity;
mod f1_score;
mod f_beta_score;
mod false_negatives;
mod false_positives;
mod function;
mod iou;
mod log_cosh_error;
mod loss_metric;
mod mean;
mod mean_iou;
mod of_predictions;
mod one_hot_iou;
mod one_hot_mean_iou;
mod operating_point;
mod overlap;
mod pearson_correlation;
mod precision;
mod precision_at_recall;
mod r2_score;
mod recall;
mod recall_at_precision;
mod root_mean_squared_error;
mod scores;
mod sensitivity_at_specificity;
mod sparse_categorical_accuracy;
mod sparse_top_k_categorical_accuracy;
mod specificity_at_sensitivity;
mod sum;
mod thresholds;
mod top_k_categorical_accuracy;
mod true_negatives;
mod true_positives;

// Those that Keras has among its metrics too.
pub use crate::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, CategoricalHinge, CosineSimilarity, Hinge,
    KLDivergence, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError,
    MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossentropy, SquaredHinge,
};
pub use accuracy::Accuracy;
pub use auc::{AUC, Curve, Summation};
pub use binary_accuracy::BinaryAccuracy;
pub use binary_iou::BinaryIoU;
pub use categorical_accuracy::CategoricalAccuracy;
pub use concordance_correlation::ConcordanceCorrelation;
pub use confusion_matrix::ConfusionMatrix;
pub use f_beta_score::{Average, FBetaScore};
pub use f1_score::F1Score;
pub use false_negatives::FalseNegatives;
pub use false_positives::FalsePositives;
pub use function::IntoMetric;
pub use iou::IoU;
pub use log_cosh_error::LogCoshError;
pub use loss_metric::LossMetric;
pub use mean::Mean;
pub use mean_iou::MeanIoU;
pub use one_hot_iou::OneHotIoU;
pub use one_hot_mean_iou::OneHotMeanIoU;
pub use pearson_correlation::PearsonCorrelation;
pub use precision::Precision;
pub use precision_at_recall::PrecisionAtRecall;
pub use r2_score::{ClassAggregation, R2Score};
pub use recall::Recall;
pub use recall_at_precision::RecallAtPrecision;
pub use root_mean_squared_error::RootMeanSquaredError;
pub use scores::Scores;
pub use sensitivity_at_specificity::SensitivityAtSpecificity;
pub use sparse_categorical_accuracy::SparseCategoricalAccuracy;
pub use sparse_top_k_categorical_accuracy::SparseTopKCategoricalAccuracy;
pub use specificity_at_sensitivity::SpecificityAtSensitivity;
pub use sum::Sum;
pub use top_k_categorical_accuracy::TopKCategoricalAccuracy;
pub use true_negatives::TrueNegatives;
pub use true_positives::TruePositives;

use crate::saving::registry::{self, Class};
use nn_core::{Error, Result, Tensor};
use serde_json::Value;

/// Which way a number gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better: an accuracy.
    Up,
    /// Less is better: a loss.
    Down,
}

/// A number that is computed over many batches.
///
/// ```
/// use nn::{metrics::{Metric, SparseCategoricalAccuracy}, Tensor};
/// let mut accuracy = SparseCategoricalAccuracy::new();
/// let scores = Tensor::from([[0.9_f32, 0.1], [0.2, 0.8]]);
/// accuracy.update(&Tensor::from([0_i64, 0]), &scores, None)?;
/// accuracy.update(&Tensor::from([0_i64, 1]), &scores, None)?;
/// assert_eq!(accuracy.result(), 0.75);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Metric: Send + Sync {
    /// The name it is reported under: `accuracy`.
    ///
    /// The metrics here have a builder method of the same name, Keras's argument, which the compiler takes where `.name()` is written: on such a
    /// type the name is read by `Metric::name(&metric)`.
    ///
    /// ```
    /// use nn::metrics::{Accuracy, Metric};
    /// let accuracy = Accuracy::new().name("acc");
    /// assert_eq!(Metric::name(&accuracy), "acc");
    /// let any: Box<dyn Metric> = Box::new(accuracy);
    /// assert_eq!(any.name(), "acc");
    /// ```
    fn name(&self) -> &str;

    /// Adds a batch. Weights are given one for each sample, or one for each value where there are several a sample. Metrics that are means
    /// over samples leave out what the mask of the predictions leaves out ([`Tensor::mask`]); others look at weights alone, as in Keras.
    ///
    /// # Errors
    /// When shapes or element types do not fit, or a tensor has failed; the state is then as before.
    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()>;

    /// The number over all batches since the beginning or the last reset; 0 before the first. Where there are several
    /// ([`Metric::results`]), their mean, as Keras's progress bar shows.
    fn result(&self) -> f64;

    /// All numbers of the result: one for each class or threshold of a metric that says so, [`Metric::result`] alone otherwise.
    fn results(&self) -> Vec<f64> {
        vec![self.result()]
    }

    /// Forgets all batches.
    fn reset(&mut self);

    /// Which way it gets better, whatever it is called: callbacks that watch it ask. `None` if it does not say; they must be told then.
    fn direction(&self) -> Option<Direction> {
        None
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// What is wrong with them; `fit` reports it before it begins.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// What it has added up, as numbers, for a training that is saved in the middle of an epoch; `None` if it does not keep that: such
    /// a metric then begins anew where the training goes on.
    fn state(&self) -> Option<Vec<f64>> {
        None
    }

    /// Takes up what [`Metric::state`] gave.
    ///
    /// # Errors
    /// Numbers of another metric; the state is then as before.
    fn restore(&mut self, state: &[f64]) -> Result<()> {
        let _ = state;
        Ok(())
    }

    /// The configuration, `{"class_name": "BinaryAccuracy", "config": {"threshold": 0.5, ...}}`, without the batches; of a metric of your own,
    /// its type's name.
    fn config(&self) -> Value {
        registry::bare::<Self>()
    }

    /// A copy, batches included.
    fn boxed_clone(&self) -> Box<dyn Metric>;
}

impl Metric for Box<dyn Metric> {
    fn name(&self) -> &str {
        (**self).name()
    }
    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        (**self).update(y_true, y_pred, sample_weight)
    }
    fn result(&self) -> f64 {
        (**self).result()
    }
    fn results(&self) -> Vec<f64> {
        (**self).results()
    }
    fn reset(&mut self) {
        (**self).reset();
    }
    fn direction(&self) -> Option<Direction> {
        (**self).direction()
    }
    fn check(&self) -> Result<()> {
        (**self).check()
    }
    fn state(&self) -> Option<Vec<f64>> {
        (**self).state()
    }
    fn restore(&mut self, state: &[f64]) -> Result<()> {
        (**self).restore(state)
    }
    fn config(&self) -> Value {
        (**self).config()
    }
    fn boxed_clone(&self) -> Box<dyn Metric> {
        (**self).boxed_clone()
    }
}

nn_core::collect!(Class<dyn Metric>);

/// Builds a metric from its configuration, as written by [`Metric::config`] or by Keras. The class name of a loss gives the
/// [`LossMetric`] of it.
///
/// # Errors
/// A class that is not registered ([`register!`](crate::register)), entries that it does not have or cannot take.
pub fn from_config(config: &Value) -> Result<Box<dyn Metric>> {
    if let Some(metric) = registry::find(
        "metrics",
        config,
        registry::registered::<Class<dyn Metric>>(),
    )? {
        return Ok(metric);
    }
    match registry::find("losses", config, crate::losses::classes())? {
        Some(loss) => Ok(Box::new(LossMetric::of_config(loss, config))),
        None => Err(registry::unknown("metric", "Metric", config)),
    }
}

/// What all metrics here share: the `name` setting, registration, and the configuration, whose missing entries are those of a default metric, or of
/// the one given.
macro_rules! metric {
    ($Type:ident) => {
        metric!($Type over $Type::default());
    };
    ($Type:ident over $defaults:expr) => {
        $crate::register!(Metric: $Type);

        impl $Type {
            /// The class in configurations.
            const CLASS: &'static str = stringify!($Type);

            /// Reported under another name. The name that it has is `Metric::name(&metric)`: on this type `.name(..)` sets it, as Keras's argument.
            pub fn name(mut self, name: impl Into<String>) -> $Type {
                self.name = name.into();
                self
            }

            fn from_config(config: &serde_json::Value) -> nn_core::Result<$Type> {
                let metric: $Type = $crate::saving::registry::read_over($defaults, config, &[])?;
                $crate::metrics::Metric::check(&metric)?;
                Ok(metric)
            }
        }
    };
}
use metric;

/// The mean, 0 of none.
fn mean_of(results: &[f64]) -> f64 {
    answers::share(results.iter().sum(), results.len() as f64)
}

/// A threshold must be a number.
fn check_threshold(metric: &str, threshold: f64) -> Result<()> {
    match !threshold.is_nan() {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{metric} needs a threshold that is a number, found {threshold}"
        ))),
    }
}

/// `k` best of nothing are none.
fn check_k(metric: &str, k: usize) -> Result<()> {
    match k {
        0 => Err(Error::value(format!(
            "{metric} looks at the k best, and k is 0; use at least 1"
        ))),
        _ => Ok(()),
    }
}

/// The part of `impl Metric` that is the same for all metrics here: with the field that adds up, and the direction.
macro_rules! described {
    ($sums:ident, $direction:ident) => {
        fn direction(&self) -> Option<$crate::metrics::Direction> {
            Some($crate::metrics::Direction::$direction)
        }

        fn state(&self) -> Option<Vec<f64>> {
            Some($crate::metrics::accumulated::Accumulated::numbers(
                &self.$sums,
            ))
        }

        fn restore(&mut self, state: &[f64]) -> nn_core::Result<()> {
            $crate::metrics::accumulated::Accumulated::take_up(&mut self.$sums, state)
        }

        fn name(&self) -> &str {
            &self.name
        }

        fn config(&self) -> serde_json::Value {
            $crate::saving::registry::write(Self::CLASS, self)
        }

        fn boxed_clone(&self) -> Box<dyn Metric> {
            Box::new(self.clone())
        }
    };
}
use described;
