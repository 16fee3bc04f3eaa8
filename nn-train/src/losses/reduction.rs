//! From one loss for each sample to one number.

use super::{Loss, checks::expand_mask, expand_weight};
use nn_core::{DType, Error, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// How the losses of samples become the loss of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "Option<Named>")]
#[non_exhaustive]
pub enum Reduction {
    /// The sum divided by the number of samples (of all losses, where there is one for each pixel or time step), whatever
    /// their weights.
    #[default]
    SumOverBatchSize,
    /// The sum.
    Sum,
    /// The sum of weighted losses divided by the sum of the weights that were given: one that is for several losses counts once, as in Keras.
    MeanWithSampleWeight,
    /// None: the losses as they are.
    None,
}

/// A reduction as Keras names it, which also says `mean` for the first one and null for none.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    #[serde(alias = "mean")]
    SumOverBatchSize,
    Sum,
    MeanWithSampleWeight,
    None,
}

impl From<Option<Named>> for Reduction {
    fn from(named: Option<Named>) -> Reduction {
        match named {
            Some(Named::SumOverBatchSize) => Reduction::SumOverBatchSize,
            Some(Named::Sum) => Reduction::Sum,
            Some(Named::MeanWithSampleWeight) => Reduction::MeanWithSampleWeight,
            Some(Named::None) | None => Reduction::None,
        }
    }
}

/// The loss of a batch: the losses of its samples, reduced.
pub(super) fn weighted<L: Loss + ?Sized>(
    loss: &L,
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Tensor {
    if let Err(error) = loss.check() {
        return Tensor::failed(error);
    }
    let losses = loss.losses(y_true, y_pred);
    if losses.error().is_some() {
        return losses;
    }
    let own = loss.kept(y_true, y_pred);
    reduce_losses(loss, y_pred, losses, own, sample_weight)
}

/// Losses that are computed already, of which the loss itself keeps its `own`, reduced.
pub(super) fn reduce_losses<L: Loss + ?Sized>(
    loss: &L,
    y_pred: &Tensor,
    losses: Tensor,
    own: Option<Tensor>,
    sample_weight: Option<&Tensor>,
) -> Tensor {
    let reduced = kept(own, y_pred, losses.shape())
        .and_then(|kept| reduce(losses, kept, sample_weight, loss.reduction()));
    reduced.unwrap_or_else(|e| Tensor::failed(e.context(loss.name())))
}

/// Which losses count: those that the loss itself keeps, and that the mask of the predictions does.
fn kept(own: Option<Tensor>, y_pred: &Tensor, losses: Shape) -> Result<Option<Tensor>> {
    let mask = expand_mask(y_pred, losses, DType::Bool)?.map(|mask| mask.broadcast_to(losses));
    Ok(match (own, mask) {
        (Some(own), Some(mask)) => Some(own.logical_and(mask)),
        (own, mask) => own.or(mask),
    })
}

/// Multiplies by weights and reduces, as Keras's `reduce_weighted_values` does. What is not `kept` counts 0 and is left out of
/// means.
fn reduce(
    losses: Tensor,
    kept: Option<Tensor>,
    sample_weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    let (shape, dtype) = (losses.shape(), losses.dtype());
    if shape.is_empty() {
        return Err(Error::value(format!(
            "the batch is empty, or the loss gives no numbers (shape {shape}): a loss needs at least one sample"
        )));
    }
    let kept = kept.map(|kept| kept.cast(dtype));
    let sample_weight = sample_weight
        .map(|w| expand_weight(w, shape, dtype))
        .transpose()?;
    let weight = match (sample_weight, &kept) {
        (Some(weight), Some(kept)) => Some(weight * kept),
        (weight, kept) => weight.or_else(|| kept.clone()),
    };
    let weighted = match &weight {
        Some(weight) => losses * weight,
        None => losses,
    };
    if weighted.rank() == 0 {
        // One number is what it is, whatever its weight, as in Keras.
        return Ok(weighted);
    }
    let divided = |by: &Tensor| weighted.sum() * inverse(by);
    Ok(match reduction {
        Reduction::None => weighted,
        Reduction::Sum => weighted.sum(),
        Reduction::MeanWithSampleWeight => match &weight {
            Some(weight) => divided(weight),
            None => weighted.mean(),
        },
        Reduction::SumOverBatchSize => match &kept {
            Some(kept) => divided(kept),
            None => weighted.mean(),
        },
    })
}

/// One divided by the sum, 0 if that is 0: nothing counts then, and the loss is 0 rather than NaN.
fn inverse(weights: &Tensor) -> Tensor {
    let sum = weights.sum();
    let none = sum.equal(0.0);
    none.where_(0.0, 1.0 / none.where_(1.0, &sum))
}

#[cfg(test)]
mod tests {
    use crate::losses::{
        Dice, Loss, MeanSquaredError, Reduction, SparseCategoricalCrossentropy, Tversky,
    };
    use nn_core::Tensor;
    use serde_json::json;

    #[test]
    fn weights_of_zero_give_zero() {
        let y = Tensor::from([[1.0_f32], [2.0]]);
        let none = Tensor::from([0.0_f32, 0.0]);
        let loss = MeanSquaredError::new().reduction(Reduction::MeanWithSampleWeight);
        assert_eq!(
            loss.weighted(&y, &(&y + 1.0), Some(&none))
                .item::<f32>()
                .unwrap(),
            0.0
        );
    }

    /// Keras's numbers: with one weight for the one sample its loss stays one number, which no reduction divides again.
    #[test]
    fn a_loss_of_the_whole_batch_takes_one_weight() {
        let y = Tensor::from([[1.0_f32, 0.0, 1.0, 1.0]]);
        let p = Tensor::from([[0.8_f32, 0.3, 0.1, 0.9]]);
        for reduction in [
            Reduction::SumOverBatchSize,
            Reduction::Sum,
            Reduction::MeanWithSampleWeight,
            Reduction::None,
        ] {
            let both: [Box<dyn Loss>; 2] = [
                Box::new(Dice::new().reduction(reduction)),
                Box::new(Tversky::new().reduction(reduction)),
            ];
            for loss in both {
                for (weight, expected) in [(1.0_f32, 0.29411763), (2.0, 0.58823526)] {
                    for weight in [Tensor::from([weight]), Tensor::from(weight)] {
                        let loss = loss.weighted(&y, &p, Some(&weight));
                        assert_eq!(loss.shape(), [0_usize; 0], "{reduction:?}");
                        assert!((loss.item::<f32>().unwrap() - expected).abs() < 1e-6);
                    }
                }
            }
        }
    }

    /// As Keras computes it: weights `[2, 1]` of losses `[2, 3]` add up to 4, and not to 12.
    #[test]
    fn a_weight_for_several_losses_counts_once() {
        let (y, weight) = (Tensor::zeros([2, 3, 1]), Tensor::from([[1.0_f32], [3.0]]));
        let loss = MeanSquaredError::new().reduction(Reduction::MeanWithSampleWeight);
        let loss = loss.weighted(&y, &(&y + 1.0), Some(&weight));
        assert_eq!(loss.item::<f32>().unwrap(), 3.0);
    }

    #[test]
    fn one_weight_for_each_sample_reaches_all_of_its_pixels() {
        let y = Tensor::zeros([2, 2, 2, 1]);
        let weight = Tensor::from([1.0_f32, 3.0]);
        let loss = MeanSquaredError::new().weighted(&y, &(&y + 1.0), Some(&weight));
        assert_eq!(loss.item::<f32>().unwrap(), 2.0);
    }

    #[test]
    fn weights_that_do_not_fit_are_an_error() {
        let y = Tensor::zeros([4, 2]);
        for shape in [&[3][..], &[2], &[4, 2], &[1, 4]] {
            let weight = Tensor::ones(shape);
            let e = MeanSquaredError::new()
                .weighted(&y, &y, Some(&weight))
                .into_result()
                .unwrap_err()
                .to_string();
            assert!(
                e.contains("mean_squared_error: sample weights of shape"),
                "{e}"
            );
        }
        let e = MeanSquaredError::new().weighted(&y, &y, Some(&Tensor::from([true; 4])));
        assert!(e.into_result().is_ok(), "a mask is a weight");
    }

    /// Steps of two sequences with the losses 1, 4, 9 and 16, 25, 36, of which the mask leaves out 9, 25 and 36.
    fn masked() -> (Tensor, Tensor) {
        let y_pred = Tensor::from([[[1.0_f32], [2.0], [3.0]], [[4.0], [5.0], [6.0]]]);
        let mask = Tensor::from([[true, true, false], [true, false, false]]);
        (y_pred.zeros_like(), y_pred.with_mask(mask))
    }

    #[test]
    fn what_the_mask_of_the_predictions_leaves_out_counts_nothing() {
        let (y, p) = masked();
        let loss = |reduction, weight: Option<Tensor>| {
            let loss = MeanSquaredError::new().reduction(reduction);
            loss.weighted(&y, &p, weight.as_ref())
                .to_vec::<f32>()
                .unwrap()
        };
        let weight = || Some(Tensor::from([2.0_f32, 1.0]));
        let of = |reduction, weight, expected: &[f32]| {
            let found = loss(reduction, weight);
            // One rounding each.
            let close = found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() <= 1e-6 * b);
            assert!(
                found.len() == expected.len() && close,
                "{found:?} {expected:?}"
            );
        };
        of(Reduction::SumOverBatchSize, None, &[7.0]);
        of(Reduction::SumOverBatchSize, weight(), &[26.0 / 3.0]);
        of(Reduction::Sum, None, &[21.0]);
        of(Reduction::MeanWithSampleWeight, None, &[7.0]);
        of(Reduction::MeanWithSampleWeight, weight(), &[26.0 / 5.0]);
        of(Reduction::None, None, &[1.0, 4.0, 0.0, 16.0, 0.0, 0.0]);
        // Nothing counts.
        let none = p.with_mask(Tensor::full([2, 3], false));
        assert_eq!(
            MeanSquaredError::new()
                .call(&y, &none)
                .item::<f32>()
                .unwrap(),
            0.0
        );
    }

    #[test]
    fn a_mask_meets_an_ignored_class_a_loss_of_one_number_and_one_that_does_not_fit() {
        let scores = Tensor::zeros([1, 4, 2]);
        let labels = Tensor::from([[0_i64, -1, 1, 1]]);
        let loss = SparseCategoricalCrossentropy::from_logits()
            .ignore_class(-1)
            .reduction(Reduction::None);
        let p = scores.with_mask(Tensor::from([[true, true, false, true]]));
        let half = 2.0_f32.ln();
        let all = loss.call(&labels, &p).to_vec::<f32>().unwrap();
        // One logarithm.
        assert!(
            all.iter()
                .zip([half, 0.0, 0.0, half])
                .all(|(a, b)| (a - b).abs() < 1e-6),
            "{all:?}"
        );
        let mean = loss
            .reduction(Reduction::SumOverBatchSize)
            .call(&labels, &p);
        assert!((mean.item::<f32>().unwrap() - half).abs() < 1e-6);

        let (y, p) = masked();
        let own = |y: &Tensor, p: &Tensor| (y - p).square().sum();
        assert_eq!(Loss::call(&own, &y, &p).item::<f32>().unwrap(), 91.0);

        let row = p.squeeze(-1).with_mask(p.mask());
        let e = MeanSquaredError::new()
            .call(&y.squeeze(-1), &row)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains(
                "the mask of the predictions is of shape [2, 3], and the losses are of shape [2]"
            ),
            "{e}"
        );
    }

    #[test]
    fn one_weight_for_all_and_weights_of_a_loss_without_samples() {
        let y = Tensor::zeros([2, 3, 4]);
        let loss = MeanSquaredError::new();
        let value = |loss: &dyn Loss, weight: &Tensor| {
            let value = loss.weighted(&y, &(&y + 1.0), Some(weight));
            value.item::<f32>().unwrap()
        };
        assert_eq!(value(&loss, &Tensor::from(0.5_f32)), 0.5);
        assert_eq!(value(&loss, &Tensor::from([0.5_f32])), 0.5);
        assert_eq!(value(&loss, &Tensor::from([[1.0_f32, 2.0, 6.0]])), 3.0);
        let whole = |y: &Tensor, p: &Tensor| (p - y).square().mean();
        assert_eq!(value(&whole, &Tensor::from([1.0_f32, 3.0])), 2.0);
    }

    #[test]
    fn reductions_as_keras_names_them() {
        let read = |name| serde_json::from_value::<Reduction>(name).unwrap();
        for (name, reduction) in [
            (json!("mean"), Reduction::SumOverBatchSize),
            (json!("sum_over_batch_size"), Reduction::SumOverBatchSize),
            (json!("sum"), Reduction::Sum),
            (
                json!("mean_with_sample_weight"),
                Reduction::MeanWithSampleWeight,
            ),
            (json!("none"), Reduction::None),
            (json!(null), Reduction::None),
        ] {
            assert_eq!(read(name), reduction);
            assert_eq!(read(json!(reduction)), reduction);
        }
    }

    #[test]
    fn an_empty_batch_is_an_error() {
        let y = Tensor::zeros([0, 2]);
        let e = MeanSquaredError::new()
            .call(&y, &y)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("the batch is empty"), "{e}");
    }
}
