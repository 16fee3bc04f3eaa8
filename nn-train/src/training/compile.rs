//! What a model is trained with: optimizer, losses, metrics.

use crate::losses::Loss;
use crate::metrics::{IntoMetric, Metric};
use crate::optimizers::Optimizer;
use std::fmt;
use std::sync::Arc;

/// Optimizer, loss and metrics for [`Model::compile`](crate::Model::compile).
///
/// ```no_run
/// # use nn::{Compile, losses::*, metrics::*, optimizers::*};
/// Compile::new(Adam::new(1e-3), SparseCategoricalCrossentropy::new())
///     .metric(SparseCategoricalAccuracy::new());
/// ```
#[must_use]
pub struct Compile {
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) losses: Vec<Arc<dyn Loss>>,
    pub(crate) loss_weights: Option<Vec<f64>>,
    pub(crate) metrics: Vec<(Option<String>, Box<dyn Metric>)>,
    pub(crate) weighted_metrics: Vec<(Option<String>, Box<dyn Metric>)>,
}

impl fmt::Debug for Compile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |metrics: &[(Option<String>, Box<dyn Metric>)]| -> Vec<String> {
            metrics.iter().map(|(_, m)| m.name().to_string()).collect()
        };
        let losses: Vec<&str> = self.losses.iter().map(|loss| loss.name()).collect();
        f.debug_struct("Compile")
            .field("optimizer", &self.optimizer)
            .field("losses", &losses)
            .field("loss_weights", &self.loss_weights)
            .field("metrics", &names(&self.metrics))
            .field("weighted_metrics", &names(&self.weighted_metrics))
            .finish()
    }
}

/// A loss, or a tuple or `Vec` of one loss for each output.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a loss",
    label = "expected a loss, or a tuple of one for each output",
    note = "a loss is a value of its type, `MeanSquaredError::new()`, or a function `|y_true: &Tensor, y_pred: &Tensor| -> Tensor`"
)]
pub trait IntoLosses {
    /// The losses, in the order of the outputs.
    fn into_losses(self) -> Vec<Arc<dyn Loss>>;
}

#[diagnostic::do_not_recommend]
impl<L: Loss + 'static> IntoLosses for L {
    fn into_losses(self) -> Vec<Arc<dyn Loss>> {
        vec![Arc::new(self)]
    }
}

impl IntoLosses for Vec<Box<dyn Loss>> {
    fn into_losses(self) -> Vec<Arc<dyn Loss>> {
        self.into_iter().map(Arc::from).collect()
    }
}

macro_rules! tuple {
    ($($L:ident $i:tt),+) => {
        impl<$($L: Loss + 'static),+> IntoLosses for ($($L,)+) {
            fn into_losses(self) -> Vec<Arc<dyn Loss>> {
                vec![$(Arc::new(self.$i)),+]
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);

impl Compile {
    /// An optimizer, and a loss, or a tuple of one for each output.
    pub fn new(optimizer: impl Optimizer + 'static, losses: impl IntoLosses) -> Compile {
        Compile {
            optimizer: Box::new(optimizer),
            losses: losses.into_losses(),
            loss_weights: None,
            metrics: Vec::new(),
            weighted_metrics: Vec::new(),
        }
    }

    /// A metric, or a function of targets and predictions, computed for every output. Sample and class weights do not enter it, as in
    /// Keras: see [`Compile::weighted_metric`].
    pub fn metric<Kind>(mut self, metric: impl IntoMetric<Kind>) -> Compile {
        self.metrics.push((None, metric.into_metric()));
        self
    }

    /// A metric of one output, by its name (that of the layer that makes it).
    pub fn metric_for<Kind>(
        mut self,
        output: impl Into<String>,
        metric: impl IntoMetric<Kind>,
    ) -> Compile {
        self.metrics
            .push((Some(output.into()), metric.into_metric()));
        self
    }

    /// A metric, computed for every output, in which every sample counts by its weight (Keras: `weighted_metrics`).
    ///
    /// ```
    /// # use nn::{Compile, losses::*, metrics::*, optimizers::*};
    /// Compile::new(Adam::new(1e-3), SparseCategoricalCrossentropy::new())
    ///     .metric(SparseCategoricalAccuracy::new())
    ///     .weighted_metric(SparseCategoricalAccuracy::new().name("weighted_accuracy"));
    /// ```
    pub fn weighted_metric<Kind>(mut self, metric: impl IntoMetric<Kind>) -> Compile {
        self.weighted_metrics.push((None, metric.into_metric()));
        self
    }

    /// As [`Compile::weighted_metric`], of one output.
    pub fn weighted_metric_for<Kind>(
        mut self,
        output: impl Into<String>,
        metric: impl IntoMetric<Kind>,
    ) -> Compile {
        self.weighted_metrics
            .push((Some(output.into()), metric.into_metric()));
        self
    }

    /// The factor of each output's loss in the total; 1 if not given.
    pub fn loss_weights(mut self, weights: impl AsRef<[f64]>) -> Compile {
        self.loss_weights = Some(weights.as_ref().to_vec());
        self
    }
}
