//! Answers to yes-or-no questions, and how many of them are right.

use super::mean::weights;
use crate::losses::pair_of_metric;
use nn_core::{DType, Error, Result, Shape, Tensor};
use nn_kernels::memory::try_collected;
use std::iter::repeat_n;

/// A score that no threshold lets through, as in Keras.
pub(super) const NONE: f64 = -1e10;

/// Answers with their targets: whether the target is 1, the score, and the weight.
pub(super) struct Answers {
    positive: Vec<bool>,
    pub(super) scores: Vec<f64>,
    weights: Vec<f64>,
    dtype: DType,
    shape: Shape,
}

impl Answers {
    /// All answers of a batch.
    pub(super) fn new(
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<Answers> {
        let dtype = y_pred.dtype();
        let (y_true, y_pred) = pair_of_metric(y_true, y_pred)?;
        let shape = y_pred.shape();
        if shape.is_empty() {
            return Err(Error::value(
                "the batch is empty: a metric needs at least one sample",
            ));
        }
        let weights = match sample_weight {
            Some(weight) => weights(weight, shape)?.to_vec()?,
            None => try_collected(repeat_n(1.0, shape.num_elements()))?,
        };
        let y_true = y_true.cast(DType::F64);
        Ok(Answers {
            positive: try_collected(y_true.try_data::<f64>()?.iter().map(|&y| y != 0.0))?,
            scores: y_pred.cast(DType::F64).to_vec()?,
            weights,
            dtype,
            shape,
        })
    }

    /// The size of the last axis, that of the classes.
    pub(super) fn classes(&self, setting: &str) -> Result<usize> {
        match self.shape.rank() {
            0..2 => Err(Error::shape(format!(
                "{setting} predictions [batch, classes], found {}",
                self.shape
            ))),
            rank => Ok(self.shape[rank - 1]),
        }
    }

    /// Lowers all scores but the `k` greatest of a row, the first of equals, so that no threshold lets them through.
    pub(super) fn keep_greatest(&mut self, k: usize) -> Result<()> {
        let classes = self.classes("`class_id` and `top_k` need")?;
        if k == 0 || k > classes {
            return Err(Error::value(format!(
                "the {k} greatest were asked for, and predictions {} have {classes} classes",
                self.shape
            )));
        }
        let mut order: Vec<usize> = Vec::with_capacity(classes);
        for row in self.scores.chunks_exact_mut(classes) {
            order.clear();
            order.extend(0..classes);
            order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
            order[k..].iter().for_each(|&i| row[i] = NONE);
        }
        Ok(())
    }

    /// The answers of one class only.
    pub(super) fn keep_class(&mut self, class: usize) -> Result<()> {
        let classes = self.classes("`class_id` and `top_k` need")?;
        if class >= classes {
            return Err(Error::value(format!(
                "class {class} was asked for, and predictions {} have {classes}",
                self.shape
            )));
        }
        fn every<T: Copy>(values: &mut Vec<T>, class: usize, classes: usize) {
            *values = values
                .iter()
                .skip(class)
                .step_by(classes)
                .copied()
                .collect();
        }
        every(&mut self.positive, class, classes);
        every(&mut self.scores, class, classes);
        every(&mut self.weights, class, classes);
        Ok(())
    }

    /// Multiplies the weights of the classes on the last axis.
    pub(super) fn weigh_classes(&mut self, by: &[f64]) -> Result<()> {
        let classes = self.classes("weights of labels need")?;
        if by.len() != classes {
            return Err(Error::shape(format!(
                "{} weights of labels were given, and predictions {} have {classes}",
                by.len(),
                self.shape
            )));
        }
        let rows = self.weights.chunks_exact_mut(classes);
        rows.for_each(|row| {
            row.iter_mut()
                .zip(by)
                .for_each(|(weight, by)| *weight *= by)
        });
        Ok(())
    }

    /// Whether the target is 1, the score and the weight of each answer.
    pub(super) fn iter(&self) -> impl Iterator<Item = (bool, f64, f64)> {
        let pairs = self.positive.iter().zip(&self.scores);
        pairs.zip(&self.weights).map(|((&y, &p), &w)| (y, p, w))
    }

    /// A number as precise as the predictions are, so that a score of 0.3 is not above a threshold of 0.3.
    pub(super) fn rounded(&self, value: f64) -> f64 {
        match self.dtype {
            DType::F32 => f64::from(value as f32),
            DType::F64 | DType::I64 | DType::U8 | DType::Bool => value,
        }
    }
}

/// Weights of right and wrong answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) true_positives: f64,
    pub(super) false_positives: f64,
    pub(super) true_negatives: f64,
    pub(super) false_negatives: f64,
}

impl Counts {
    /// How many of those found are right.
    pub(super) fn precision(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// How many of those that are right are found; sensitivity is another word for it.
    pub(super) fn recall(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// How many of those that are wrong are not found.
    pub(super) fn specificity(&self) -> f64 {
        share(
            self.true_negatives,
            self.true_negatives + self.false_positives,
        )
    }
}

/// `part / whole`, 0 of nothing.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
