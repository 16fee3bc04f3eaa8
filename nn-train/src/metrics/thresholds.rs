//! The scores above which an answer is a yes, and how many answers pass each of them.

use super::answers::{Answers, Counts};
use super::check_threshold;
use nn_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// Keras's `thresholds`: a number, with one result, or a list, with a result for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Thresholds {
    One(f64),
    Many(Vec<f64>),
}

impl Thresholds {
    pub(super) fn values(&self) -> &[f64] {
        match self {
            Thresholds::One(threshold) => std::slice::from_ref(threshold),
            Thresholds::Many(list) => list,
        }
    }

    /// All must be numbers, and there must be one.
    pub(super) fn check(&self, metric: &str) -> Result<()> {
        if self.values().is_empty() {
            return Err(Error::value(format!(
                "{metric} needs at least one threshold, found an empty list"
            )));
        }
        let mut values = self.values().iter();
        values.try_for_each(|&threshold| check_threshold(metric, threshold))
    }
}

/// Thresholds from the lowest to the highest, so that a score passes the first ones.
pub(super) enum Scale {
    /// So many, at even distances from 0 to 1, for scores that are limited to that. Where it is `open`, the first is just below 0 and the last
    /// just above 1.
    Even { n: usize, open: bool },
    /// Sorted, with the place of each in the list that they come from.
    Listed {
        sorted: Vec<f64>,
        places: Vec<usize>,
    },
}

impl Scale {
    /// Of a list in any order. Thresholds at even distances from 0 to 1 limit the scores, as in Keras.
    pub(super) fn of(list: &[f64]) -> Scale {
        let n = list.len();
        let even = |(i, t): (usize, &f64)| {
            let expected = i as f64 / (n - 1) as f64;
            (t - expected).abs() <= 1e-7 + 1e-5 * expected
        };
        if n >= 3 && list.iter().enumerate().all(even) {
            let open = list[0] < 0.0 || list[n - 1] > 1.0;
            return Scale::Even { n, open };
        }
        let mut places: Vec<usize> = (0..n).collect();
        places.sort_by(|&a, &b| list[a].total_cmp(&list[b]));
        Scale::Listed {
            sorted: places.iter().map(|&i| list[i]).collect(),
            places,
        }
    }

    /// How many thresholds there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Scale::Even { n, .. } => *n,
            Scale::Listed { sorted, .. } => sorted.len(),
        }
    }

    /// Adds answers to `buckets`: the weights of those whose target is 1 and of those whose target is 0, by the number of thresholds that
    /// the score passes; every `labels` buckets apart, where each label on the last axis is counted by itself.
    pub(super) fn count(&self, answers: &Answers, labels: usize, buckets: &mut Vec<[f64; 2]>) {
        let width = self.len() + 1;
        buckets.resize(width * labels, [0.0; 2]);
        let sorted: Vec<f64> = match self {
            Scale::Even { .. } => Vec::new(),
            Scale::Listed { sorted, .. } => sorted.iter().map(|&t| answers.rounded(t)).collect(),
        };
        for (i, (target, score, weight)) in answers.iter().enumerate() {
            let passed = match *self {
                // A score on a threshold does not pass it.
                Scale::Even { n, open } => {
                    let scaled = answers.rounded(score.clamp(0.0, 1.0) * (n - 1) as f64);
                    (scaled.ceil() as usize).max(usize::from(open))
                }
                Scale::Listed { .. } => sorted.partition_point(|&threshold| threshold < score),
            };
            buckets[i % labels * width + passed][usize::from(!target)] += weight;
        }
    }

    /// Right and wrong answers at every threshold, in the order of the list that they come from.
    pub(super) fn counts(&self, buckets: &[[f64; 2]]) -> Vec<Counts> {
        let total = buckets
            .iter()
            .fold([0.0; 2], |[p, n], b| [p + b[0], n + b[1]]);
        let mut counts = vec![Counts::default(); self.len()];
        let mut above = [0.0; 2];
        for i in (0..self.len()).rev() {
            let bucket = buckets.get(i + 1).copied().unwrap_or_default();
            above = [above[0] + bucket[0], above[1] + bucket[1]];
            let place = match self {
                Scale::Even { .. } => i,
                Scale::Listed { places, .. } => places[i],
            };
            counts[place] = Counts {
                true_positives: above[0],
                false_positives: above[1],
                true_negatives: total[1] - above[1],
                false_negatives: total[0] - above[0],
            };
        }
        counts
    }
}
