//! From one loss for each sample to one number.

use super::{Loss, expand_weight};
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// How the losses of samples become the loss of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "Option<Named>")]
pub enum Reduction {
    /// The sum divided by the number of samples (of all losses, where there is one for each pixel or time step), whatever
    /// their weights.
    #[default]
    SumOverBatchSize,
    /// The sum.
    Sum,
    /// The sum of weighted losses divided by the sum of weights.
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
    let kept = loss.kept(y_true, y_pred);
    reduce_losses(loss, losses, kept, sample_weight)
}

/// Losses that are computed already, reduced.
pub(super) fn reduce_losses<L: Loss + ?Sized>(
    loss: &L,
    losses: Tensor,
    kept: Option<Tensor>,
    sample_weight: Option<&Tensor>,
) -> Tensor {
    if losses.error().is_some() {
        return losses;
    }
    let reduced = reduce(losses, kept, sample_weight, loss.reduction());
    reduced.unwrap_or_else(|e| Tensor::failed(e.context(loss.name())))
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
        return Err(Error::value(
            "the batch is empty: a loss needs at least one sample",
        ));
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
    let divided = |by: &Tensor| weighted.sum() * inverse(by);
    Ok(match reduction {
        Reduction::None => weighted,
        Reduction::Sum => weighted.sum(),
        Reduction::MeanWithSampleWeight => match &weight {
            Some(weight) => divided(&weight.broadcast_to(weighted.shape())),
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
    use crate::losses::{Loss, MeanSquaredError, Reduction};
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
                .ok()
                .unwrap_err()
                .to_string();
            assert!(
                e.contains("mean_squared_error: sample weights of shape"),
                "{e}"
            );
        }
        let e = MeanSquaredError::new().weighted(&y, &y, Some(&Tensor::from([true; 4])));
        assert!(e.ok().is_ok(), "a mask is a weight");
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
            .ok()
            .unwrap_err()
            .to_string();
        assert!(e.contains("the batch is empty"), "{e}");
    }
}
