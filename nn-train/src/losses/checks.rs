//! Whether targets, predictions and weights fit together, and the wording if they do not.

use super::Loss;
use nn_core::{DType, Error, Result, Shape, Tensor, is_known};

/// Whether two dimensions are, or may be, the same.
pub(super) fn agree(a: usize, b: usize) -> bool {
    a == b || !is_known(a) || !is_known(b)
}

pub(super) fn same(a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| agree(a, b))
}

/// Predictions must be floats of at least one axis.
pub(super) fn check_prediction(y_pred: &Tensor) -> Result<Shape> {
    let shape = y_pred.try_shape()?;
    if !y_pred.dtype().is_float() {
        return Err(Error::dtype(format!(
            "predictions must be f32 or f64, found {}; convert with `cast(DType::F32)`",
            y_pred.dtype()
        )));
    }
    if shape.rank() == 0 {
        return Err(Error::shape(
            "predictions need a batch axis, found a single number; give it one with `reshape([1, 1])`",
        ));
    }
    Ok(shape)
}

/// Targets, converted to the type of the predictions, and predictions: of the same shape, or an error.
pub(super) fn pair(y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Tensor)> {
    paired(y_true, y_pred, |_| {
        "labels that are class numbers go with SparseCategoricalCrossentropy".to_string()
    })
}

/// As [`pair`], for a metric: the error names metrics and not losses.
pub(crate) fn pair_of_metric(y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Tensor)> {
    paired(y_true, y_pred, |classes| {
        format!(
            "labels that are class numbers go with SparseCategoricalAccuracy and SparseTopKCategoricalAccuracy; this metric takes a number for \
             each class, which `y.one_hot({classes})` makes of them"
        )
    })
}

/// [`pair`] with what is said of class numbers where so many numbers for each sample are needed.
fn paired(
    y_true: &Tensor,
    y_pred: &Tensor,
    of_classes: impl FnOnce(usize) -> String,
) -> Result<(Tensor, Tensor)> {
    let (wanted, found) = (check_prediction(y_pred)?, y_true.try_shape()?);
    if !same(&found, &wanted) {
        return Err(mismatch(&found, &wanted, of_classes));
    }
    Ok((y_true.cast(y_pred.dtype()), y_pred.clone()))
}

/// What makes one row for each sample of predictions that have one for each place of a sequence, an image or a volume; `None` if they have
/// only one already, or targets of a shape have more than one.
pub(super) fn one_row_each(found: &Shape, wanted: &Shape) -> Option<String> {
    let dims = match wanted.rank() {
        rank @ 3..=5 => rank - 2,
        _ => return None,
    };
    // Class numbers, a column of them, or one-hot rows.
    let of_samples = match found[..] {
        [_] => true,
        [_, columns] => columns == 1 || agree(columns, wanted[wanted.rank() - 1]),
        _ => false,
    };
    if !of_samples || !agree(found[0], wanted[0]) {
        return None;
    }
    let of_sequence = match dims {
        1 => " (or a last recurrent layer without `return_sequences`)",
        _ => "",
    };
    Some(format!(
        "the predictions have a row for each place in a sample and the targets one for each sample: `Flatten` or \
         `GlobalAveragePooling{dims}D` before the last `Dense` makes one row of them{of_sequence}"
    ))
}

fn mismatch(found: &Shape, wanted: &Shape, of_classes: impl FnOnce(usize) -> String) -> Error {
    let batch = wanted[0];
    let way_out = if wanted.rank() == found.rank() + 1
        && wanted[found.rank()] == 1
        && same(found, &wanted[..found.rank()])
    {
        let dims: Vec<String> = wanted.iter().map(|d| d.to_string()).collect();
        format!(
            "give the targets the last axis too, `y.reshape([{}])`, or drop it from the predictions, `y_pred.squeeze(-1)`",
            dims.join(", ")
        )
    } else if found.rank() == wanted.rank() + 1
        && found[wanted.rank()] == 1
        && same(&found[..wanted.rank()], wanted)
    {
        "drop the last axis of the targets, `y.squeeze(-1)`, or let the predictions have it"
            .to_string()
    } else if found.rank() > 0
        && wanted.rank() == found.rank() + 1
        && same(found, &wanted[..found.rank()])
    {
        of_classes(wanted[found.rank()])
    } else if let Some(way_out) = one_row_each(found, wanted) {
        way_out
    } else if found.rank() == wanted.rank()
        && same(&found[..found.rank() - 1], &wanted[..found.rank() - 1])
    {
        format!(
            "the last layer gives {} numbers for each sample and the targets have {}",
            wanted[wanted.rank() - 1],
            found[found.rank() - 1]
        )
    } else if found.rank() > 0 && !agree(found[0], batch) {
        "they must have one row for each sample, in the same order".to_string()
    } else {
        "they must agree; nothing is broadcast".to_string()
    };
    Error::shape(format!(
        "targets of shape {found} do not fit predictions of shape {wanted}: {way_out}"
    ))
}

/// A setting must be a finite number from `least` on, as `f32`, which most losses are computed in, holds it.
pub(super) fn check_number(loss: &str, setting: &str, value: f64, least: f64) -> Result<()> {
    match (value as f32).is_finite() && value >= least {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{loss}: `{setting}` must be a finite number{}, as f32 holds it, found {}",
            if least.is_finite() {
                format!(" of at least {least}")
            } else {
                String::new()
            },
            shown(value)
        ))),
    }
}

/// A number in a message: one of hundreds of digits is read better by its exponent.
pub(crate) fn shown(value: f64) -> String {
    let size = value.abs();
    match size.is_finite() && size > 0.0 && !(1e-7..1e16).contains(&size) {
        true => format!("{value:e}"),
        false => value.to_string(),
    }
}

/// Label smoothing moves targets by a share of the way.
pub(super) fn check_smoothing(loss: &str, smoothing: f64) -> Result<()> {
    match (0.0..=1.0).contains(&smoothing) {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{loss}: `label_smoothing` must be in [0, 1], found {smoothing}"
        ))),
    }
}

/// Targets moved by a share of the way to an equal part of each of `classes`.
pub(super) fn smoothed(y: Tensor, smoothing: f64, classes: usize) -> Tensor {
    match smoothing {
        0.0 => y,
        s => y * (1.0 - s) + s / classes as f64,
    }
}

/// As [`smoothed`], with as many classes as the last axis is long: that one in Keras too, wherever the classes are.
pub(super) fn smoothed_classes(y: Tensor, smoothing: f64) -> Tensor {
    let classes = y.shape()[y.rank() - 1];
    smoothed(y, smoothing, classes)
}

/// Whether an axis is the last one.
pub(super) fn last(x: &Tensor, axis: isize) -> bool {
    axis == -1 || usize::try_from(axis).is_ok_and(|axis| axis + 1 == x.rank())
}

/// Weights in the type of the losses, with axes of size 1 added at the end to reach their rank: one for each sample, or for each
/// pixel or time step, or with axes of size 1 where one weight is for all. A single number is for all losses, and a loss that is one number
/// for all samples takes weights of any shape.
pub(crate) fn expand_weight(weight: &Tensor, losses: Shape, dtype: DType) -> Result<Tensor> {
    let found = weight.try_shape()?;
    if losses.rank() == 0 && found == [1] {
        // The weight of the one sample is that of the one loss, as Keras squeezes it.
        return Ok(weight.cast(dtype).reshape([]));
    }
    if found.rank() == 0 || losses.rank() == 0 {
        return Ok(weight.cast(dtype));
    }
    // A column of weights for a row of losses.
    let dims = match found.rank() == losses.rank() + 1 && found[losses.rank()] == 1 {
        true => &found[..losses.rank()],
        false => &found[..],
    };
    let one_for_all = |(&weight, &loss): (&usize, &usize)| agree(weight, loss) || weight == 1;
    let fits = dims.len() <= losses.rank() && dims.iter().zip(losses.iter()).all(one_for_all);
    if !fits {
        return Err(Error::shape(format!(
            "sample weights of shape {found} do not fit losses of shape {losses}: give one for each sample, shape [{}]{}",
            Shape::new(&losses[..1])
                .to_string()
                .trim_matches(['[', ']']),
            if losses.rank() > 1 {
                format!(", or one for each loss, shape {losses}")
            } else {
                String::new()
            }
        )));
    }
    let mut full = dims.to_vec();
    full.resize(losses.rank(), 1);
    Ok(weight.cast(dtype).reshape(full))
}

/// The mask of predictions as numbers, with axes of size 1 added at the end to reach the rank of the losses; `None` without one, and of a
/// loss that is a single number already.
pub(crate) fn expand_mask(y_pred: &Tensor, losses: Shape, dtype: DType) -> Result<Option<Tensor>> {
    match y_pred.mask().filter(|_| losses.rank() > 0) {
        None => Ok(None),
        Some(mask) => expand_weight(&mask, losses, dtype).map(Some).map_err(|_| {
            Error::shape(format!(
                "the mask of the predictions is of shape {}, and the losses are of shape {losses}: the mask must be over the first axes of these; \
                 give the predictions another one with `with_mask`, or none with `without_mask`",
                mask.shape()
            ))
        }),
    }
}

/// Weights of samples times the mask of the predictions, where there are any, for losses of a shape.
pub(crate) fn masked_weight(
    y_pred: &Tensor,
    losses: Shape,
    sample_weight: Option<&Tensor>,
    dtype: DType,
) -> Result<Option<Tensor>> {
    let Some(mask) = expand_mask(y_pred, losses, dtype)? else {
        return Ok(sample_weight.cloned());
    };
    Ok(Some(match sample_weight {
        Some(weight) => expand_weight(weight, losses, dtype)? * mask,
        None => mask,
    }))
}

/// The mean over an axis; a batch of single numbers is left as it is.
fn mean_along(values: Tensor, axis: isize) -> Tensor {
    match values.error().is_none() && values.rank() > 1 {
        true => values.mean_axis(axis),
        false => values,
    }
}

/// The mean over the last axis of a function of targets and predictions, element by element.
pub(super) fn elementwise(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    elementwise_along(-1, loss, y_true, y_pred, f)
}

/// As [`elementwise`], with the mean over another axis.
pub(super) fn elementwise_along(
    axis: isize,
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    checked(loss, y_true, y_pred, || {
        let (y_true, y_pred) = pair(y_true, y_pred)?;
        Ok(mean_along(f(y_true, y_pred), axis))
    })
}

/// A function of targets and predictions that have classes or components on their last axis.
pub(super) fn vectors(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    checked(loss, y_true, y_pred, || {
        let shape = check_prediction(y_pred)?;
        if shape.rank() < 2 {
            return Err(Error::shape(format!(
                "predictions need at least two axes, [batch, classes], found {shape}; add one with `expand_dims`"
            )));
        }
        let (y_true, y_pred) = pair(y_true, y_pred)?;
        Ok(f(y_true, y_pred))
    })
}

/// [`vectors`] of probabilities of classes on an axis, of which there are several: that of a single one is 1 whatever the model learns.
pub(super) fn classes(
    loss: &dyn Loss,
    axis: isize,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    let check = |p: &Tensor| {
        let shape = p.try_shape()?;
        match shape[shape.axis(axis)?] {
            1 => Err(Error::shape(format!(
                "predictions of shape {shape} have a single class, whose probability is 1 whatever the model learns: for two classes in one number \
                 use `BinaryCrossentropy`, or give each class a number of its own"
            ))),
            _ => Ok(()),
        }
    };
    vectors(loss, y_true, y_pred, |y, p| match check(&p) {
        Ok(()) => f(y, p),
        Err(error) => Tensor::failed(error.context(loss.name())),
    })
}

/// The losses, or a failed tensor: with the first error that targets or predictions carry, or with that of `f` after the loss's name.
pub(super) fn checked(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce() -> Result<Tensor>,
) -> Tensor {
    match [y_pred, y_true].into_iter().find(|t| t.error().is_some()) {
        Some(failed) => failed.clone(),
        None => f().unwrap_or_else(|e| Tensor::failed(e.context(loss.name()))),
    }
}

#[cfg(test)]
mod tests {
    use crate::losses::*;
    use crate::metrics::{self, Metric};
    use crate::optimizers::{Adafactor, Ftrl, Muon, Optimizer};
    use nn_core::{DType, Tensor, UNKNOWN};

    fn message(y_true: &Tensor, y_pred: &Tensor) -> String {
        MeanSquaredError::new()
            .call(y_true, y_pred)
            .into_result()
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn nothing_is_broadcast() {
        let e = message(&Tensor::zeros([4]), &Tensor::zeros([4, 1]));
        assert!(
            e.contains(
                "mean_squared_error: targets of shape [4] do not fit predictions of shape [4, 1]"
            ),
            "{e}"
        );
        assert!(
            e.contains("`y.reshape([4, 1])`") && e.contains("`y_pred.squeeze(-1)`"),
            "{e}"
        );
        assert_eq!(e.matches("mean_squared_error").count(), 1, "{e}");
        let e = message(&Tensor::zeros([4, 1]), &Tensor::zeros([4]));
        assert!(
            e.contains("[4, 1]") && e.contains("[4]") && e.contains("squeeze"),
            "{e}"
        );
        let e = message(&Tensor::zeros([4, 1]), &Tensor::zeros([4, 3]));
        assert!(
            e.contains("gives 3 numbers for each sample and the targets have 1"),
            "{e}"
        );
        let e = message(&Tensor::zeros([1, 3]), &Tensor::zeros([4, 3]));
        assert!(e.contains("one row for each sample"), "{e}");
        let e = message(&Tensor::zeros([4]), &Tensor::zeros([4, 3]));
        assert!(e.contains("SparseCategoricalCrossentropy"), "{e}");
        let e = message(&Tensor::from(0.0_f32), &Tensor::zeros([4, 3]));
        assert!(e.contains("nothing is broadcast"), "{e}");
    }

    #[test]
    fn predictions_must_be_floats_with_a_batch() {
        let e = message(&Tensor::zeros([2, 1]), &Tensor::from([[1_i64], [2]]));
        assert!(e.contains("f32 or f64, found i64"), "{e}");
        let e = message(&Tensor::from(0.0_f32), &Tensor::from(0.0_f32));
        assert!(e.contains("a batch axis"), "{e}");
    }

    #[test]
    fn the_first_error_rides_along() {
        let broken = Tensor::zeros([2, 3]) + Tensor::zeros([2, 4]);
        let e = message(&Tensor::zeros([2, 3]), &broken);
        assert!(e.starts_with("cannot add [2, 3] and [2, 4]"), "{e}");
    }

    #[test]
    fn an_unknown_batch_fits_while_tracing() {
        let y = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        let loss = MeanSquaredError::new().call(&y, &y);
        assert!(loss.is_abstract() && loss.shape().rank() == 0);
    }

    #[test]
    fn a_batch_of_numbers_is_one_column() {
        let (y, p) = (Tensor::from([1.0_f32, 2.0]), Tensor::from([1.0_f32, 4.0]));
        let loss = MeanSquaredError::new();
        assert_eq!(loss.losses(&y, &p).to_vec::<f32>().unwrap(), [0.0, 4.0]);
        assert_eq!(loss.call(&y, &p).item::<f32>().unwrap(), 2.0);
    }

    #[test]
    fn targets_of_any_type_and_f64_predictions() {
        let p = Tensor::from([[1.0_f64], [4.0]]);
        for y in [
            Tensor::from([[1_i64], [2]]),
            Tensor::from([[1_u8], [2]]),
            Tensor::from([[1.0_f32], [2.0]]),
        ] {
            assert_eq!(
                MeanSquaredError::new().call(&y, &p).item::<f64>().unwrap(),
                2.0
            );
        }
    }

    #[test]
    fn an_axis_that_is_not_there_is_named_as_it_was_given() {
        let (y, p) = (
            Tensor::from([1_i64, 2, 1, 0]),
            Tensor::full([4, 3], 0.3_f32),
        );
        let one_hot = y.one_hot(3);
        for axis in [isize::MAX, isize::MIN, 2, -3] {
            let losses: Vec<(Box<dyn Loss>, &Tensor)> = vec![
                (
                    Box::new(SparseCategoricalCrossentropy::new().axis(axis)),
                    &y,
                ),
                (
                    Box::new(CategoricalCrossentropy::new().axis(axis)),
                    &one_hot,
                ),
                (
                    Box::new(CategoricalCrossentropy::from_logits().axis(axis)),
                    &one_hot,
                ),
                (
                    Box::new(CategoricalFocalCrossentropy::new().axis(axis)),
                    &one_hot,
                ),
                (Box::new(BinaryCrossentropy::new().axis(axis)), &one_hot),
                (
                    Box::new(BinaryFocalCrossentropy::new().axis(axis)),
                    &one_hot,
                ),
                (Box::new(CosineSimilarity::new().axis(axis)), &one_hot),
                (Box::new(Dice::new().axis([axis])), &one_hot),
                (Box::new(Tversky::new().axis([axis])), &one_hot),
            ];
            for (loss, y) in losses {
                let e = loss.call(y, &p).into_result().unwrap_err().to_string();
                assert!(
                    e.contains(&format!("axis {axis}")) && !e.contains("transpose"),
                    "{}: {e}",
                    loss.name()
                );
            }
            let metrics: Vec<Box<dyn Metric>> = vec![
                Box::new(metrics::cosine_similarity::CosineSimilarity::new().axis(axis)),
                Box::new(metrics::PearsonCorrelation::new().axis(axis)),
                Box::new(metrics::ConcordanceCorrelation::new().axis(axis)),
                Box::new(metrics::OneHotMeanIoU::new(3).axis(axis)),
                Box::new(metrics::OneHotIoU::new(3, [0]).axis(axis)),
            ];
            for mut metric in metrics {
                let e = metric.update(&one_hot, &p, None).unwrap_err().to_string();
                assert!(
                    e.contains(&format!("axis {axis}")),
                    "{}: {e}",
                    metric.name()
                );
            }
        }
    }

    #[test]
    fn settings_are_numbers_that_f32_holds() {
        let refused = |checked: nn_core::Result<()>, found: &str| {
            let e = checked.unwrap_err().to_string();
            assert!(e.contains("as f32 holds it") && e.contains(found), "{e}");
        };
        refused(Circle::new().margin(-1e39).check(), "`margin`");
        refused(Circle::new().gamma(1e39).check(), "found 1e39");
        refused(Tversky::new().alpha(1e39).check(), "`alpha`");
        refused(Tversky::new().beta(1e39).check(), "`beta`");
        refused(
            BinaryFocalCrossentropy::new().gamma(1e39).check(),
            "`gamma`",
        );
        refused(
            BinaryFocalCrossentropy::new().alpha(-1e39).check(),
            "`alpha`",
        );
        let q = CategoricalGeneralizedCrossEntropy::new().q(1e-46);
        refused(q.check(), "found 1e-46");
        refused(Huber::new().delta(1e-46).check(), "found 1e-46");
        assert!(Huber::new().delta(1e39).check().is_ok());
        for beta in [1e39, 1e-46] {
            refused(metrics::FBetaScore::new().beta(beta).check(), "`beta`");
        }
        let optimizers: [Box<dyn Optimizer>; 4] = [
            Box::new(Ftrl::new(0.1).beta(1e39)),
            Box::new(Ftrl::new(0.1).learning_rate_power(-1e39)),
            Box::new(Adafactor::new(0.1).beta_2_decay(-1e39)),
            Box::new(Muon::new(0.1).adam_lr_ratio(1e-46)),
        ];
        for optimizer in optimizers {
            assert!(optimizer.check().is_err(), "{optimizer:?}");
        }
    }

    #[test]
    fn a_shape_that_does_not_fit_says_what_does() {
        let (labels, p) = (
            Tensor::from([0_i64, 1, 2, 0]),
            Tensor::full([4, 3], 0.3_f32),
        );
        let all: [Box<dyn Metric>; 5] = [
            Box::new(metrics::CategoricalAccuracy::new()),
            Box::new(metrics::TopKCategoricalAccuracy::new(2)),
            Box::new(metrics::AUC::new()),
            Box::new(metrics::Precision::new()),
            Box::new(metrics::F1Score::new()),
        ];
        for mut metric in all {
            let e = metric.update(&labels, &p, None).unwrap_err().to_string();
            assert!(
                e.contains("SparseCategoricalAccuracy") && e.contains("`y.one_hot(3)`"),
                "{e}"
            );
            assert!(!e.contains("Crossentropy"), "{e}");
            metric.update(&labels.one_hot(3), &p, None).unwrap();
        }
        // Class numbers of every step of a sequence are no matter of the model's shape.
        let (steps, p) = (Tensor::zeros([4, 5]), Tensor::zeros([4, 5, 3]));
        let e = message(&steps, &p);
        assert!(e.contains("SparseCategoricalCrossentropy"), "{e}");
        let e = message(&Tensor::zeros([4, 5]), &Tensor::zeros([4, 6, 3]));
        assert!(e.contains("nothing is broadcast"), "{e}");
        for (shape, dims) in [
            (&[4, 4, 3][..], 1),
            (&[4, 4, 4, 3], 2),
            (&[4, 2, 2, 2, 3], 3),
        ] {
            let p = Tensor::full(shape, 0.3_f32);
            let sparse = SparseCategoricalCrossentropy::new();
            for (loss, y) in [
                (&sparse as &dyn Loss, &labels),
                (&CategoricalCrossentropy::new(), &labels.one_hot(3)),
            ] {
                let e = loss.call(y, &p).into_result().unwrap_err().to_string();
                assert!(
                    e.contains(&format!("`Flatten` or `GlobalAveragePooling{dims}D`")),
                    "{e}"
                );
                assert_eq!(e.contains("return_sequences"), dims == 1, "{e}");
            }
        }
    }
}
