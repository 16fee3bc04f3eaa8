//! Sequences of labels without saying when each of them comes.

use super::checks::{agree, check_prediction, checked};
use super::labels::integral;
use super::{Loss, Reduction, described, loss};
use nn_core::{DType, Error, Result, Tensor, concatenate, stack};
use serde::{Deserialize, Serialize};

/// The logarithm of what cannot be, as in Keras: sequences that are too long for the time there is have a large loss, not an infinite one.
const IMPOSSIBLE: f64 = -1e5;

/// Connectionist temporal classification: `-ln` of the probability that the steps, each a label or blank (class 0), say the sequence of labels when
/// repetitions are merged and blanks dropped, summed over all ways to do so.
///
/// Labels: `[batch, labels]`, integers from 1 on, with 0 after the last one where a sequence is shorter. Predictions, logits of the classes with the
/// blank as class 0: `[batch, time, classes]`. Source: `keras.losses.CTC`; Graves et al. 2006, <https://doi.org/10.1145/1143844.1143891>.
///
/// ```
/// use nn::{losses::{CTC, Loss}, Tensor};
/// // Two steps, two classes, all equally probable: "1 1", "1 0" and "0 1" say 1.
/// let loss = CTC::new().call(&Tensor::from([[1_i64]]), &Tensor::zeros([1, 2, 2])).item::<f32>()?;
/// assert!((loss + 0.75_f32.ln()).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "CTCLoss")]
pub struct CTC {
    reduction: Reduction,
}

impl CTC {
    /// With the mean over the batch.
    pub fn new() -> CTC {
        CTC::default()
    }

    fn sequences(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (shape, found) = (check_prediction(y_pred)?, y_true.try_shape()?);
        if shape.rank() != 3 || found.rank() != 2 || !agree(shape[0], found[0]) {
            return Err(Error::shape(format!(
                "labels must be [batch, labels] and predictions [batch, time, classes], found {found} and {shape}"
            )));
        }
        let [time, classes] = [shape[1], shape[2]];
        let labels = integral(y_true)?;
        if !labels.is_concrete() || !y_pred.is_concrete() {
            return Ok(Tensor::abstract_of([shape[0]], y_pred.dtype()));
        }
        if time == 0 || found[1] == 0 {
            return Err(Error::shape(format!(
                "there must be at least one step and one label, found labels {found} and predictions {shape}"
            )));
        }
        let outside = |label: &i64| !(0..classes as i64).contains(label);
        if let Some(at) = labels.data::<i64>().iter().position(outside) {
            return Err(Error::value(format!(
                "label {} in row {} is outside 0..{classes}",
                labels.data::<i64>()[at],
                at / found[1]
            )));
        }
        Ok(-likelihood(&labels, y_pred))
    }
}

/// The logarithm of the probability of each sequence, `[batch]`.
///
/// After a number of steps, `said` is that of having just said the n-th label, `[batch, labels]`, and `between` that of having said n labels and being at
/// a blank or before the next one, `[batch, labels + 1]`.
fn likelihood(labels: &Tensor, logits: &Tensor) -> Tensor {
    let (dtype, classes) = (logits.dtype(), logits.shape()[2]);
    let [batch, length] = [labels.shape()[0], labels.shape()[1]];
    let steps = logits.log_softmax(-1);
    let blanks = steps.columns(0..1).unstack(1);
    let one_hot = labels.one_hot(classes).cast(dtype);
    let chosen = steps.matmul_transposed(&one_hot).unstack(1);
    // From a label to an equal one a blank leads, to another one nothing.
    let (this, next) = (labels.columns(..length as isize - 1), labels.columns(1..));
    let repeated = this.equal(next).cast(dtype).pad([(0, 0), (0, 1)]);
    let at_once = &repeated * IMPOSSIBLE;
    let by_blank = (1.0 - repeated) * IMPOSSIBLE;
    let mut said = Tensor::full_of([batch, length], IMPOSSIBLE, dtype);
    // Nothing was said yet, for certain.
    let mut between = said.pad([(0, 0), (1, 0)]);
    for (blank, chosen) in blanks.iter().zip(&chosen) {
        let before = add_after_first(&between, &said + &at_once);
        let last_blank = add_after_first(&(&before + blank), &said + blank + &by_blank);
        said = add(&before.columns(..length as isize), &said) + chosen;
        between = last_blank;
    }
    let length = labels.not_equal(0).cast(DType::I64).sum_axis(-1);
    let last = add_after_first(&between, said);
    (last * length.one_hot(labels.shape()[1] + 1).cast(dtype)).sum_axis(-1)
}

/// The logarithm of `eᵃ + eᵇ`.
fn add(a: &Tensor, b: &Tensor) -> Tensor {
    stack([a, b], 0).logsumexp_axis(0)
}

/// As [`add`], of the columns of `a` after the first.
fn add_after_first(a: &Tensor, b: Tensor) -> Tensor {
    concatenate([a.columns(..1), add(&a.columns(1..), &b)], -1)
}

impl Loss for CTC {
    described!(CTC, "ctc");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        checked(self, y_true, y_pred, || CTC::sequences(y_true, y_pred))
    }
}

loss!(CTC);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_an_error() {
        let message =
            |y: &Tensor, p: &Tensor| CTC::new().call(y, p).into_result().unwrap_err().to_string();
        let p = Tensor::zeros([2, 5, 4]);
        let e = message(&Tensor::from([[1_i64, 2], [4, 0]]), &p);
        assert!(e.contains("ctc: label 4 in row 1 is outside 0..4"), "{e}");
        let e = message(&Tensor::from([1_i64, 2]), &p);
        assert!(e.contains("found [2] and [2, 5, 4]"), "{e}");
        let e = message(&Tensor::from([[1.5_f32], [1.0]]), &p);
        assert!(e.contains("label 1.5"), "{e}");
    }

    #[test]
    fn it_is_minus_the_logarithm_of_all_ways_to_say_the_labels() {
        // Three classes in four steps: 81 paths, of which those count that collapse to 1 1 and to 2.
        let logits = Tensor::from([
            [
                [0.3_f64, -1.0, 0.5],
                [1.0, 0.2, -0.4],
                [0.1, 0.7, 0.0],
                [-0.3, 0.9, 0.4],
            ],
            [
                [0.0, 0.4, -0.9],
                [0.6, -0.2, 0.3],
                [0.8, 0.1, 1.2],
                [-1.1, 0.0, 0.2],
            ],
        ]);
        let p = logits.softmax(-1).to_vec::<f64>().unwrap();
        let labels = [vec![1_usize, 1], vec![2]];
        let expected: Vec<f64> = (0..2)
            .map(|row| {
                let mut total = 0.0;
                for path in 0..81_usize {
                    let classes: Vec<usize> = (0..4).map(|t| path / 3_usize.pow(t) % 3).collect();
                    let mut merged = classes.clone();
                    merged.dedup();
                    merged.retain(|&class| class != 0);
                    if merged == labels[row] {
                        let steps = classes.iter().enumerate();
                        total += steps
                            .map(|(t, class)| p[row * 12 + t * 3 + class])
                            .product::<f64>();
                    }
                }
                -total.ln()
            })
            .collect();
        let y = Tensor::from([[1_i64, 1], [2, 0]]);
        let losses = CTC::new().losses(&y, &logits).to_vec::<f64>().unwrap();
        for (found, expected) in losses.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }
}
