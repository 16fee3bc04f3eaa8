//! The weighted harmonic mean of precision and recall.

use super::mean::weights;
use super::{Metric, check_threshold, described, mean_of, metric};
use crate::losses::{pair_of_metric, shown};
use nn_core::{DType, Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// Keras's fuzz factor, in the denominators.
const EPSILON: f64 = 1e-7;

/// How the scores of classes become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Average {
    /// The mean over classes.
    Macro,
    /// The score of the counts of all classes together.
    Micro,
    /// The mean over classes, each weighted by how often it occurs.
    Weighted,
}

/// `(1 + β²) · precision · recall / (β² · precision + recall)` of every class, or averaged.
///
/// Targets (0 or 1) and predictions: `[batch, classes]`. Without a threshold, the greatest prediction of a row is the answer. Unless told to
/// average, [`Metric::results`] has the score of each class, and [`Metric::result`] is their mean. Source: `keras.metrics.FBetaScore`.
///
/// ```
/// use nn::{metrics::{FBetaScore, Metric}, Tensor};
/// let mut metric = FBetaScore::new().beta(2.0).threshold(0.5);
/// let y = Tensor::from([[1.0_f32, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]);
/// let p = Tensor::from([[0.2_f32, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]);
/// metric.update(&y, &p, None)?;
/// let expected = [0.384_615_4, 0.909_090_9, 0.833_333_3];
/// assert!(metric.results().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct FBetaScore {
    name: String,
    average: Option<Average>,
    beta: f64,
    threshold: Option<f64>,
    #[serde(skip)]
    classes: Vec<Sums>,
}

/// Of one class: weights of true positives, false positives, false negatives, and of its targets.
pub(super) type Sums = [f64; 4];

impl Default for FBetaScore {
    fn default() -> FBetaScore {
        FBetaScore {
            name: "fbeta_score".to_string(),
            average: None,
            beta: 1.0,
            threshold: None,
            classes: Vec::new(),
        }
    }
}

impl FBetaScore {
    /// A score for each class with β = 1, the greatest prediction of a row being the answer.
    pub fn new() -> FBetaScore {
        FBetaScore::default()
    }

    /// How much more recall counts than precision, above 0 (Keras: 1).
    pub fn beta(mut self, beta: f64) -> FBetaScore {
        self.beta = beta;
        self
    }

    /// One number for all classes.
    pub fn average(mut self, average: Average) -> FBetaScore {
        self.average = Some(average);
        self
    }

    /// Every prediction above this is an answer: for rows with any number of classes.
    pub fn threshold(mut self, threshold: f64) -> FBetaScore {
        self.threshold = Some(threshold);
        self
    }
}

metric!(FBetaScore);

impl Metric for FBetaScore {
    described!(classes, Up);

    fn check(&self) -> Result<()> {
        let held = self.beta as f32;
        if !(held > 0.0 && held.is_finite()) {
            return Err(Error::value(format!(
                "FBetaScore needs `beta` to be a finite number above 0, as f32 holds it, found {}",
                shown(self.beta)
            )));
        }
        check_threshold(Self::CLASS, self.threshold.unwrap_or(0.5))
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.check()?;
        let by = (Self::CLASS, self.threshold);
        add(&mut self.classes, by, y_true, y_pred, sample_weight)
    }

    fn result(&self) -> f64 {
        mean_of(&self.results())
    }

    fn results(&self) -> Vec<f64> {
        scores(&self.classes, self.average, self.beta)
    }

    fn reset(&mut self) {
        self.classes.clear();
    }
}

/// Adds a batch to the sums of the classes, for a metric and its threshold.
pub(super) fn add(
    classes: &mut Vec<Sums>,
    (metric, threshold): (&str, Option<f64>),
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<()> {
    let shape = y_pred.try_shape()?;
    if shape.rank() != 2 {
        let hint = "one class is [batch, 1]";
        return Err(Error::rank(metric, 2, "[batch, classes]", &shape, hint));
    }
    let n = shape[1];
    if shape.is_empty() {
        return Err(Error::value(
            "the batch is empty: a metric needs at least one sample",
        ));
    }
    if !classes.is_empty() && classes.len() != n {
        return Err(Error::shape(format!(
            "{metric} began with {} classes, found {n}",
            classes.len()
        )));
    }
    // As precise as the predictions are, so that a score of 0.3 is not above a threshold of 0.3.
    let threshold = threshold.map(|t| match y_pred.dtype() {
        DType::F32 => f64::from(t as f32),
        DType::F64 | DType::I64 | DType::U8 | DType::Bool => t,
    });
    let (y_true, y_pred) = pair_of_metric(y_true, y_pred)?;
    let (y_true, y_pred) = (y_true.cast(DType::F64), y_pred.cast(DType::F64));
    let weight = match sample_weight {
        Some(weight) => weights(weight, shape)?,
        None => Tensor::ones(shape).cast(DType::F64),
    };
    let (y_true, y_pred) = (y_true.try_data::<f64>()?, y_pred.try_data::<f64>()?);
    let weight = weight.try_data::<f64>()?;
    classes.resize(n, [0.0; 4]);
    let rows = y_true.chunks_exact(n).zip(y_pred.chunks_exact(n));
    for ((y, p), weight) in rows.zip(weight.chunks_exact(n)) {
        let greatest = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (class, sums) in classes.iter_mut().enumerate() {
            let (y, p, weight) = (y[class], p[class], weight[class]);
            // As in Keras, a row of zeros has no answer.
            let answer = threshold.map_or(p >= greatest && p.abs() > 1e-9, |t| p > t);
            let answer = f64::from(answer);
            let more = [answer * y, answer * (1.0 - y), (1.0 - answer) * y, y];
            sums.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more * weight);
        }
    }
    Ok(())
}

/// The scores of the classes, or the one that they are averaged to.
pub(super) fn scores(classes: &[Sums], average: Option<Average>, beta: f64) -> Vec<f64> {
    let score = |[hits, wrong, missed, _]: &Sums| {
        let (precision, recall) = (
            hits / (hits + wrong + EPSILON),
            hits / (hits + missed + EPSILON),
        );
        let squared = beta * beta;
        (1.0 + squared) * precision * recall / (squared * precision + recall + EPSILON)
    };
    let each: Vec<f64> = classes.iter().map(score).collect();
    match average {
        None => each,
        Some(Average::Macro) => vec![mean_of(&each)],
        Some(Average::Micro) => vec![score(&classes.iter().fold([0.0; 4], |a, b| {
            [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
        }))],
        Some(Average::Weighted) => {
            let total: f64 = classes.iter().map(|sums| sums[3]).sum();
            let weighted = each.iter().zip(classes);
            let weighted = weighted.map(|(score, sums)| score * sums[3] / (total + EPSILON));
            vec![weighted.sum()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{F1Score, from_config};
    use serde_json::json;

    #[test]
    fn without_an_average_there_is_a_score_for_each_class() {
        let y = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0]]);
        let p = Tensor::from([[0.9_f32, 0.1], [0.6, 0.4], [0.7, 0.3]]);
        let mut each = F1Score::new();
        let mut mean = F1Score::new().average(Average::Macro);
        assert!(each.results().is_empty() && each.result() == 0.0);
        each.update(&y, &p, None).unwrap();
        mean.update(&y, &p, None).unwrap();
        assert_eq!((each.results().len(), mean.results().len()), (2, 1));
        assert_eq!(each.result(), mean.result());
        assert_eq!(each.config()["config"]["average"], json!(null));
    }

    #[test]
    fn settings_are_checked() {
        let refused = |config| {
            let e = from_config(&json!({"class_name": "FBetaScore", "config": config}));
            e.err().unwrap().to_string()
        };
        assert!(
            refused(json!({"beta": 0.0}))
                .contains("`beta` to be a finite number above 0, as f32 holds it, found 0")
        );
        assert!(refused(json!({"average": "mean"})).contains("mean"));
        let f1 = json!({"class_name": "F1Score", "config": {"beta": 1.0}});
        let e = from_config(&f1).err().unwrap().to_string();
        assert!(e.contains("unknown entry `beta`"), "{e}");
    }
}
